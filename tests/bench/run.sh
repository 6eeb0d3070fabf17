#!/usr/bin/env bash
# Measures what casebridge does on this machine: every figure beside the bound measured in the same run.
#
#   tests/bench/run.sh               everything, a readable table (some minutes)
#   tests/bench/run.sh --quick       shorter runs, for a look (about a minute)
#   tests/bench/run.sh --json        one JSON object a line instead of the table
#   tests/bench/run.sh --only PART   of crypto, exchange and fan-out (with crypto, their bound), procedures, docket,
#                                    log and startup
#   tests/bench/run.sh --in-flight N of the exchanges only those with N in flight
#   tests/bench/run.sh --partners N  tells N partners of a withdrawal, each a daemon of its own (default: 50)
#   tests/bench/run.sh --dir DIR     works in DIR, which decides the disk (default: build/bench)
#   tests/bench/run.sh --no-build    uses what is built
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
directory="$root/build/bench" build=yes
arguments=()
while (($# > 0)); do
  case "$1" in
    --quick|--json) arguments+=("$1") ;;
    --no-build) build=no ;;
    --only|--in-flight|--partners)
      (($# > 1)) || { echo "run.sh: $1 needs a value" >&2; exit 2; }
      arguments+=("$1" "$2")
      shift ;;
    --dir)
      (($# > 1)) || { echo "run.sh: --dir needs a value" >&2; exit 2; }
      directory=$2
      shift ;;
    -h|--help) sed -n '2,12s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "run.sh: unknown option $1 (see --help)" >&2; exit 2 ;;
  esac
  shift
done

if [[ $build == yes ]]; then
  cmake -S "$root" --preset release >/dev/null
  cmake --build "$root/build/release" --target casebridge casebridged casebridge-bench >&2
fi
mkdir -p "$directory"
work=$(mktemp -d "$directory/run-XXXXXX")
trap 'rm -rf "$work"' EXIT
"$root/build/release/bin/casebridge-bench" --programs "$root/build/release/bin" --directory "$work" \
  ${arguments[@]+"${arguments[@]}"}
