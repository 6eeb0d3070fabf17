#!/usr/bin/env bash
# What `cmake --install` puts into a staged root is complete, has the right modes, and fits together:
# the unit starts the program that was installed, the installed example configures it, the sandbox is as tight as promised.
#
#   tests/packaging/staged_install.sh BUILD_DIRECTORY
set -euo pipefail

build=${1:?usage: staged_install.sh BUILD_DIRECTORY}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
failures=0

fail() {
  printf 'FAILED: %s\n' "$1" >&2
  failures=$((failures + 1))
}

expect_file() { # path mode
  if [[ ! -f $root/usr/$1 ]]; then
    fail "/usr/$1 is not installed"
  elif [[ $(stat -c %a "$root/usr/$1") != "$2" ]]; then
    fail "/usr/$1 has mode $(stat -c %a "$root/usr/$1"), expected $2"
  fi
}

DESTDIR=$root cmake --install "$build" --prefix /usr >/dev/null

expect_file bin/casebridged 755
expect_file bin/casebridge 755
expect_file bin/casebridge-verify 755
expect_file libexec/casebridge/casebridge-sqlite-reader 755
expect_file lib/systemd/system/casebridged.service 644
expect_file lib/sysusers.d/casebridge.conf 644
expect_file lib/tmpfiles.d/casebridge.conf 644
expect_file share/casebridge/examples/casebridge.yaml.example 644
expect_file share/casebridge/examples/peers.conf.example 644
expect_file share/casebridge/examples/national-database.conf.example 644
expect_file share/casebridge/sql/postgresql.sql 644
expect_file share/casebridge/sql/mariadb.sql 644
expect_file share/casebridge/sql/sqlite.md 644
for kind in postgresql mariadb sqlite; do expect_file "share/casebridge/sql/received-$kind.sql" 644; done
expect_file share/casebridge/examples/received-database.conf.example 644
expect_file share/casebridge/examples/token.conf.example 644
expect_file share/doc/casebridge/README.md 644
expect_file lib/systemd/system/casebridge-crl.timer 644
expect_file lib/systemd/system/casebridge-crl.service 644
expect_file lib/systemd/system/casebridge-renew.timer 644
expect_file lib/systemd/system/casebridge-renew.service 644
expect_file share/man/man1/casebridge.1 644
expect_file share/man/man1/casebridge-verify.1 644
expect_file share/doc/casebridge/VERIFY.md 644
expect_file share/doc/casebridge/verify_by_hand.sh 755
expect_file share/man/man5/casebridge.yaml.5 644
expect_file share/man/man8/casebridged.8 644
expect_file share/bash-completion/completions/casebridge 644
((failures == 0)) || exit 1

unit=$root/usr/lib/systemd/system/casebridged.service
grep -q '@casebridge' "$unit" && fail "the unit has a place holder that was not filled in"
program=$(sed -n 's/^ExecStart=\([^ ]*\) .*/\1/p' "$unit")
[[ $program == /usr/bin/casebridged && -x $root$program ]] || fail "ExecStart names $program, which is not installed"
"$root$program" --version >/dev/null || fail "the installed program does not start"

# An auditor's program opens no store and no connection, and needs none of their libraries.
verify=$root/usr/bin/casebridge-verify
"$verify" --version >/dev/null || fail "casebridge-verify does not start"
if ldd "$verify" | grep -qE 'sqlcipher|sqlite|curl|cpprest|libpq|odbc|systemd|prometheus|boost'; then
  fail "casebridge-verify is linked to a store or a network"
fi
code=0
"$verify" "$root/nothing" >/dev/null 2>&1 || code=$?
((code == 2)) || fail "casebridge-verify of no folder ends with $code, expected 2"

# It speaks over its standard input and ends with it; a program that cannot start would say 127.
code=0
"$root/usr/libexec/casebridge/casebridge-sqlite-reader" </dev/null || code=$?
((code == 0 || code == 1)) || fail "the reader of SQLite files ends with $code"
if ldd "$root/usr/libexec/casebridge/casebridge-sqlite-reader" | grep -q sqlcipher; then
  fail "the reader of SQLite files is linked to SQLCipher"
fi
if ldd "$root$program" | grep -q libsqlite3; then fail "the daemon is linked to libsqlite3 beside SQLCipher"; fi

# The example is meant to be copied and edited; as it stands it must be right.
configuration=$root/etc/casebridge
mkdir -p "$configuration"
cp "$root/usr/share/casebridge/examples/casebridge.yaml.example" "$configuration/casebridge.yaml"
"$root$program" --check --config "$configuration/casebridge.yaml" >/dev/null || fail "the installed example is refused"
sed 's/^kind: .*/kind: circus/' "$configuration/casebridge.yaml" >"$configuration/wrong.yaml"
code=0
"$root$program" --check --config "$configuration/wrong.yaml" >/dev/null 2>&1 || code=$?
((code == 78)) || fail "a wrong configuration ends with $code, expected 78"

if command -v systemd-sysusers >/dev/null; then
  mkdir -p "$root/etc"
  systemd-sysusers --root="$root" "$root/usr/lib/sysusers.d/casebridge.conf" >/dev/null
  grep -q '^casebridge:.*:/var/lib/casebridge:' "$root/etc/passwd" || fail "sysusers made no user casebridge"
else
  echo "note: systemd-sysusers is not here; the user was not tried"
fi

if command -v systemd-tmpfiles >/dev/null && ((EUID == 0)); then
  systemd-tmpfiles --root="$root" --create "$root/usr/lib/tmpfiles.d/casebridge.conf"
  [[ $(stat -c %a "$root/etc/casebridge/policies") == 2750 ]] || fail "tmpfiles made no private /etc/casebridge/policies"
else
  echo "note: not root, or systemd-tmpfiles is not here; the directories were not tried"
fi

if command -v systemd-analyze >/dev/null; then
  # 1.2 of 10; what remains is the network itself. The unit's own exposure is asked of systemd, not of us.
  if ! systemd-analyze security --offline=true --threshold=12 "$unit" >"$root/security.txt" 2>&1; then
    grep 'Overall exposure' "$root/security.txt" >&2 || cat "$root/security.txt" >&2
    fail "the sandbox is looser than 1.2"
  fi
  # The measure can fail: without one line of the sandbox it does.
  mkdir "$root/loose"
  sed '/^SystemCallFilter=/d; /^ProtectSystem=/d' "$unit" >"$root/loose/casebridged.service"
  if systemd-analyze security --offline=true --threshold=12 "$root/loose/casebridged.service" >/dev/null 2>&1; then
    fail "a unit without system call filter passed the same threshold"
  fi
else
  echo "note: systemd-analyze is not here; the sandbox was not measured"
fi

((failures == 0)) || exit 1
echo "the staged installation is complete and fits together"
