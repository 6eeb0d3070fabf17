#!/bin/sh
# Runs the test program on a small filesystem of its own (tmpfs), seen by nobody else. Needs no root where users may make
# namespaces; otherwise it says so and is skipped (exit 77).
#   small_disk.sh PROGRAM [ARGUMENTS]
set -eu
directory=$(mktemp -d)
trap 'rmdir "$directory"' EXIT
if ! unshare --map-root-user --mount true 2>/dev/null; then
  echo "skipped: this machine does not let users make mount namespaces"
  exit 77
fi
# shellcheck disable=SC2016  # expanded by the inner shell
unshare --map-root-user --mount sh -c '
  directory=$1; shift
  mount -t tmpfs -o size=64m,mode=0700 casebridge-small-disk "$directory"
  TMPDIR=$directory exec "$@"' sh "$directory" "$@"
