#!/usr/bin/env bash
# Runs packaging/quickstart.sh as an ordinary user would: from root, who may write everywhere, much is hidden that
# others are refused or warned of.
#
#   tests/packaging/demonstration.sh BIN_DIRECTORY DIRECTORY [OPTION]...    options are quickstart.sh's
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
bin=$1 directory=$2
shift 2

as_ordinary_user=()
if ((EUID == 0)); then
  as_ordinary_user=(setpriv --reuid=nobody --regid=nogroup --clear-groups --)
  if ! "${as_ordinary_user[@]}" test -x "$bin/casebridged"; then
    echo "demonstration.sh: run as root, since others cannot read $bin"
    as_ordinary_user=()
  fi
fi
mkdir -p "$directory"
((${#as_ordinary_user[@]} == 0)) || chown nobody:nogroup "$directory"
cd "$directory"
"${as_ordinary_user[@]}" "$root/packaging/quickstart.sh" --no-install --bin "$bin" --dir "$directory/ministries" "$@"
if left=$(pgrep --full --list-full "casebridged --config $directory/ministries"); then
  printf 'demonstration.sh: left running:\n%s\n' "$left" >&2
  exit 1
fi
