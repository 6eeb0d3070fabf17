#!/usr/bin/env bash
# Measures how casebridge reads a large national database of every kind, beside the database's own client.
#
#   tests/bench/sources.sh             1,000,000 cases, a readable table (about ten minutes, 3 GB of disk)
#   tests/bench/sources.sh --quick     50,000 cases, for a look (about a minute)
#   tests/bench/sources.sh --json      one JSON object a line instead of the table
#   tests/bench/sources.sh --rows N    N cases
#   tests/bench/sources.sh --only WORD sources whose name holds WORD: postgresql, odbc, sqlite, sqlcipher, csv
#   tests/bench/sources.sh --dir DIR   works in DIR, which decides the disk (default: build/bench)
#   tests/bench/sources.sh --no-build  uses what is built
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
directory="$root/build/bench" build=yes programs="$root/build/release/bin"
arguments=()
while (($# > 0)); do
  case "$1" in
    --quick) arguments+=(--rows 50000 --lookups 1000) ;;
    --json) arguments+=("$1") ;;
    --no-build) build=no ;;
    --rows|--rounds|--lookups|--only)
      (($# > 1)) || { echo "sources.sh: $1 needs a value" >&2; exit 2; }
      arguments+=("$1" "$2")
      shift ;;
    --dir|--programs)
      (($# > 1)) || { echo "sources.sh: $1 needs a value" >&2; exit 2; }
      [[ $1 == --dir ]] && directory=$2 || programs=$2
      shift ;;
    -h|--help) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "sources.sh: unknown option $1 (see --help)" >&2; exit 2 ;;
  esac
  shift
done

if [[ $build == yes ]]; then
  cmake -S "$root" --preset release -DCASEBRIDGE_TESTS=ON >/dev/null
  cmake --build "$root/build/release" --target casebridge-source-bench >&2
fi
mkdir -p "$directory"
work=$(mktemp -d "$directory/sources-XXXXXX")
trap 'rm -rf "$work"' EXIT
"$programs/casebridge-source-bench" --directory "$work" ${arguments[@]+"${arguments[@]}"}
