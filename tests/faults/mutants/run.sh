#!/usr/bin/env bash
# Breaks the product on purpose, one property at a time, and demands that the tests notice.
#
#   tests/faults/mutants/run.sh [NAME...]   all, or those named (some minutes; needs what the build needs)
#   tests/faults/mutants/run.sh --list      the mutants and what each breaks
#   tests/faults/mutants/run.sh --check     only whether each patch still applies
#   tests/faults/mutants/run.sh --json      one JSON object a mutant instead of the table
#
# Exit code: 0 each was caught (or applies), 1 one was missed, does not apply or does not build, 2 usage.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
mode=run json=no names=()
while (($# > 0)); do
  case "$1" in
    --list) mode=list ;;
    --check) mode=check ;;
    --json) json=yes ;;
    -h|--help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) echo "run.sh: unknown option $1 (see --help)" >&2; exit 2 ;;
    *)
      [[ -f $here/$1.patch ]] || { echo "run.sh: no mutant $1 (see --list)" >&2; exit 2; }
      names+=("$1") ;;
  esac
  shift
done
if ((${#names[@]} == 0)); then
  for patch in "$here"/*.patch; do names+=("$(basename "$patch" .patch)"); done
fi

header() { sed -n "s/^$2: //p" "$here/$1.patch" | head -n 1; }

report() {  # mutant, outcome
  if [[ $json == yes ]]; then
    printf '{"mutant":"%s","outcome":"%s","breaks":"%s","test":"%s"}\n' "$1" "$2" "$(header "$1" Breaks)" \
      "$(header "$1" Fails)"
  else
    printf '%-28s %-16s %s\n' "$1" "$2" "$(header "$1" Breaks)"
  fi
}

if [[ $mode == list ]]; then
  for name in "${names[@]}"; do report "$name" "$(header "$name" Builds)"; done
  exit 0
fi

bad=0
if [[ $mode == check ]]; then
  for name in "${names[@]}"; do
    if patch --dry-run --quiet --force --fuzz=0 -p1 -d "$root" <"$here/$name.patch" >/dev/null; then
      report "$name" applies
    else
      report "$name" "does not apply"
      bad=1
    fi
  done
  exit "$bad"
fi

# A copy: the tree that is worked in is never touched.
work=$(mktemp -d "${TMPDIR:-/tmp}/casebridge-mutants-XXXXXX")
trap 'rm -rf "$work"' EXIT
tar -C "$root" --exclude=./build --exclude=./.git -cf - . | tar -C "$work" -xf -
export CCACHE_BASEDIR=$work  # what an ordinary build has compiled, ccache need not compile again
cmake -S "$work" --preset release >/dev/null
passes() { (cd "$work/build/release" && timeout 300 "bin/$1" "${@:2}" >"$work/test.log" 2>&1); }

# What fails without a mutant catches nothing.
mapfile -t targets < <(for name in "${names[@]}"; do header "$name" Builds; done | sort -u)
cmake --build "$work/build/release" --target "${targets[@]}" >&2
while read -r -a test; do
  passes "${test[@]}" || { echo "run.sh: '${test[*]}' fails without any mutant" >&2; tail -n 20 "$work/test.log" >&2; exit 1; }
done < <(for name in "${names[@]}"; do header "$name" Fails; done | sort -u)

for name in "${names[@]}"; do
  patch --quiet --force --fuzz=0 -p1 -d "$work" <"$here/$name.patch" >/dev/null ||
    { report "$name" "does not apply"; exit 1; }
  read -r -a test <<<"$(header "$name" Fails)"
  if ! cmake --build "$work/build/release" --target "$(header "$name" Builds)" >"$work/build.log" 2>&1; then
    report "$name" "does not build"
    tail -n 20 "$work/build.log" >&2
    bad=1
  elif passes "${test[@]}"; then
    report "$name" missed
    bad=1
  else
    report "$name" caught
  fi
  patch --quiet --force --reverse -p1 -d "$work" <"$here/$name.patch" >/dev/null
done
exit "$bad"
