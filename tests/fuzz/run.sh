#!/usr/bin/env bash
# Fuzzes every target with libFuzzer, starting from its corpus.
#
#   tests/fuzz/run.sh                     each target for a minute
#   tests/fuzz/run.sh --seconds N [NAME…] each, or those named, for N seconds
#   tests/fuzz/run.sh --list              the targets
#
# New inputs are kept in build/fuzz/corpus, what broke something in build/fuzz/broken. Needs clang++-14.
# Exit code: 0 nothing broke, 1 something did, 2 usage.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
seconds=60 names=()
all=$(sed -n 's/^casebridge_fuzz_target(\([a-z_]*\).*/\1/p' "$root/tests/fuzz/fuzz.cmake" | grep -v '^name$')
while (($# > 0)); do
  case "$1" in
    --list) echo "$all"; exit 0 ;;
    --seconds)
      [[ ${2:-} =~ ^[0-9]+$ ]] || { echo "run.sh: --seconds needs a number" >&2; exit 2; }
      seconds=$2
      shift ;;
    -h|--help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *)
      grep -qx -- "$1" <<<"$all" || { echo "run.sh: no target $1 (see --list)" >&2; exit 2; }
      names+=("$1") ;;
  esac
  shift
done
((${#names[@]} > 0)) || mapfile -t names <<<"$all"

cd "$root"
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz >&2
bad=0
for name in "${names[@]}"; do
  mkdir -p "build/fuzz/corpus/$name" build/fuzz/broken
  if "build/fuzz/bin/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
       -artifact_prefix="build/fuzz/broken/$name-" "build/fuzz/corpus/$name" "tests/fuzz/corpus/$name" \
       >"build/fuzz/$name.log" 2>&1; then
    printf '%-16s %s\n' "$name" "$(grep -a '^Done' "build/fuzz/$name.log" | tail -n 1)"
  else
    printf '%-16s broken, see build/fuzz/%s.log\n' "$name" "$name"
    bad=1
  fi
done
exit "$bad"
