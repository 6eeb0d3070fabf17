#!/usr/bin/env bash
# Everything that must hold before a change lands, in one command:
# packages, build, format, layering, all tests plain, then all tests under address and undefined-behaviour sanitizers.
#
#   tests/check.sh                 everything
#   tests/check.sh --no-install    do not look at packages
#   tests/check.sh --plain         leave out the sanitizers
#   tests/check.sh --tidy          clang-tidy as well (slow)
#   tests/check.sh --long          a crash at every call, 1,000 random kills, every mutant, the service under a
#                                  real systemd as well (an hour or two)
set -euo pipefail
cd "$(dirname "$0")/.."

install=yes sanitizers=yes tidy=no long=no
for argument in "$@"; do
  case "$argument" in
    --no-install) install=no ;;
    --plain) sanitizers=no ;;
    --tidy) tidy=yes ;;
    --long) long=yes ;;
    -h|--help) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "check.sh: unknown option $argument (see --help)" >&2; exit 2 ;;
  esac
done

started=$SECONDS
step() { printf '\n== %s (%d s so far)\n' "$1" $((SECONDS - started)); }

if [[ $install == yes ]]; then
  step "packages"
  packaging/install-dependencies.sh
fi

step "layering: includes point left only"
tests/layering.sh

step "format"
tests/format.sh

step "build, plain"
cmake --preset release -DCASEBRIDGE_TESTS=ON >/dev/null
cmake --build --preset release

step "tests, plain"
ctest --preset release --no-tests=error

if [[ $tidy == yes ]]; then
  step "clang-tidy"
  cmake --preset release -DCMAKE_EXPORT_COMPILE_COMMANDS=ON >/dev/null
  git ls-files -- 'crypto/*.cpp' 'policies/*.cpp' 'adapters/*.cpp' 'daemon/*.cpp' |
    xargs -r -n 4 -P "$(nproc)" clang-tidy --quiet -p build/release
fi

if [[ $long == yes ]]; then
  for suite in kill_loop kill_staging crash storage; do
    step "long form: $suite"
    CASEBRIDGE_LONG=1 build/release/bin/faults_crash --log_level=warning --run_test="$suite"
  done
  step "mutants"
  tests/faults/mutants/run.sh
  if ((EUID == 0)); then
    step "the service under systemd, in a container"
    debian_root=$(mktemp -d)
    trap 'rm -rf --one-file-system "$debian_root"' EXIT
    tests/packaging/under_systemd.sh build/release "$debian_root"
  else
    echo "note: not root; the service was not tried under systemd"
  fi
fi

if [[ $sanitizers == yes ]]; then
  step "build, address and undefined-behaviour sanitizers"
  cmake --preset asan >/dev/null
  cmake --build --preset asan
  step "tests, sanitized"
  ctest --preset asan --no-tests=error
fi

step "all checks passed"
