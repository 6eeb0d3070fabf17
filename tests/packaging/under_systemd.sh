#!/usr/bin/env bash
# The service under a real systemd: a bare Debian root is booted in a container without network, casebridge is installed
# into it as packaging/README.md writes it, started, asked, killed, stopped from answering, reloaded; and inside its
# sandbox everything that an attacker would try is tried (deny.pl).
#
#   tests/packaging/under_systemd.sh BUILD_DIRECTORY ROOT
#
# ROOT: an empty directory, or one that this script made a Debian root in before. Needs root, debootstrap and
# systemd-container; installs packages into ROOT only. Part of `tests/check.sh --long`.
set -euo pipefail

build=$(realpath "${1:?usage: under_systemd.sh BUILD_DIRECTORY ROOT}")
root=${2:?usage: under_systemd.sh BUILD_DIRECTORY ROOT}
here=$(cd "$(dirname "$0")" && pwd)
((EUID == 0)) || { echo "under_systemd.sh: only root can boot a container" >&2; exit 2; }
for tool in debootstrap systemd-nspawn; do
  command -v "$tool" >/dev/null || { echo "under_systemd.sh: $tool is not installed" >&2; exit 2; }
done

if [[ -e $root && ! -e $root/.casebridge-test-root && -n $(ls -A "$root") ]]; then
  echo "under_systemd.sh: $root is not empty and was not made by this: it would be installed into" >&2
  exit 2
fi
if [[ ! -e $root/usr/bin/dpkg ]]; then
  # shellcheck disable=SC1091
  debootstrap --variant=minbase "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$root" >/dev/null
  touch "$root/.casebridge-test-root"
fi
root=$(realpath "$root")

# The libraries the programs were linked with, from the packages that own them here.
packages=(systemd systemd-sysv dbus openssl libcap2-bin iproute2 procps perl-base)
mapfile -t -O ${#packages[@]} packages < <(
  ldd "$build/bin/casebridged" "$build/bin/casebridge" | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p' | sort -u |
    xargs -r -n 1 realpath | xargs -r dpkg-query -S 2>/dev/null | sed 's/:.*//' | sort -u)
chroot "$root" apt-get update -qq
DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null

rm -rf "$root/var/lib/casebridge" "$root/etc/casebridge" "$root"/etc/systemd/system/{,*/}casebridge*
DESTDIR=$root cmake --install "$build" --prefix /usr >/dev/null
install -m 755 "$here/deny.pl" "$root/usr/local/bin/deny.pl"

failures=0
fail() {
  printf 'FAILED: %s\n' "$1" >&2
  failures=$((failures + 1))
}
expect() { # what, expected, found
  [[ $2 == "$3" ]] || fail "$1: expected '$2', found '$3'"
}

# The capabilities and the call are those by which systemd filters addresses (IPAddressDeny=).
SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 setsid systemd-nspawn -q -D "$root" --boot --register=no --keep-unit \
  --private-network --capability=CAP_BPF,CAP_PERFMON,CAP_NET_ADMIN --system-call-filter=bpf --console=pipe \
  </dev/null >/dev/null 2>&1 &
container=$!
stop() { # nothing in the container is worth an orderly end; what has ended already cannot be killed or waited for
  [[ -z ${init:-} ]] || kill -KILL "$init" 2>/dev/null || true
  kill -KILL "$container" 2>/dev/null || true
  wait "$container" 2>/dev/null || true
}
trap stop EXIT

until_true() { # what, command...
  local what=$1 deadline=$((SECONDS + 90))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || { fail "$what: not within 90 s"; return 1; }
    sleep 0.2
  done
}
first_child() { init=$(pgrep -P "$container" | head -n 1) && [[ -n $init ]]; }
until_true "a container" first_child
inside() { nsenter -t "$init" -a "$@"; }
booted() { [[ $(inside systemctl is-system-running) =~ running|degraded ]]; }
until_true "systemd is up" booted

# As packaging/README.md has it.
inside bash -euc '
  systemd-sysusers
  systemd-tmpfiles --create /usr/lib/tmpfiles.d/casebridge.conf
  openssl rand -hex 32 | systemd-creds encrypt --name=store-key - /etc/credstore.encrypted/casebridge.store-key
  umask 077 && openssl rand -hex 16 >/root/passphrase
  casebridge init --node kh-mosvy --kind welfare --name "Ministry" --office poipet-transit-centre --no-store-key \
    --passphrase-file /root/passphrase --state /var/lib/casebridge --config-out /etc/casebridge/casebridge.yaml
  mkdir -p /etc/systemd/system/casebridged.service.d
  cp /usr/share/casebridge/examples/peers.conf.example /etc/systemd/system/casebridged.service.d/peers.conf
  id officer >/dev/null 2>&1 || useradd -m officer
  id stranger >/dev/null 2>&1 || useradd -m stranger
  usermod -aG casebridge officer
  sed -i "/^officers:/a \\  - {user: officer, officer: an-officer, role: data_officer}" /etc/casebridge/casebridge.yaml
  systemctl daemon-reload
' >/dev/null 2>"$root/tmp/set-up.log" || { cat "$root/tmp/set-up.log" >&2; fail "the set-up of packaging/README.md"; }

if ! inside systemctl start casebridged; then
  inside journalctl -u casebridged --no-pager -n 20 >&2 || true # the failure is told below, whatever the journal says
  fail "systemctl start casebridged"
  exit 1
fi
show() { inside systemctl show casebridged --value -p "$1"; }
code_of() { local code=0; "$@" >/dev/null 2>&1 || code=$?; echo "$code"; }
as() { local user=$1; shift; inside runuser -u "$user" -- "$@"; }

expect "the service" active "$(show ActiveState)"
expect "kind of start" notify "$(show Type)"
expect "an officer's status" 0 "$(code_of as officer casebridge status)"
expect "a stranger's status" 5 "$(code_of as stranger casebridge status)"
expect "the state directory" "700 casebridge" "$(inside stat -c '%a %U' /var/lib/casebridge)"
expect "a stranger in the state directory" 1 "$(code_of as stranger cat /var/lib/casebridge/identity/root.pem)"
expect "an officer in the state directory" 1 "$(code_of as officer cat /var/lib/casebridge/identity/root.pem)"

before=$(show MainPID)
inside systemctl reload casebridged
expect "the process after a reload" "$before" "$(show MainPID)"

inside kill -9 "$before"
again() { [[ $(show ActiveState) == active && $(show MainPID) != "$before" ]]; }
until_true "a new start after kill -9" again

# A process that stands still gives no notice; with a short watchdog this takes seconds.
inside bash -c 'printf "[Service]\nWatchdogSec=4\n" >/etc/systemd/system/casebridged.service.d/watchdog.conf'
inside systemctl daemon-reload
inside systemctl restart casebridged
before=$(show MainPID)
inside kill -STOP "$before"
until_true "a new start by the watchdog" again
[[ $(inside journalctl -b -u casebridged --no-pager) == *"Watchdog timeout"* ]] || fail "the watchdog did not say so"

# The sandbox of the very unit, with another program in it. A foreign address to connect to: one of the container's own,
# where somebody listens.
inside ip link set lo up
inside ip address add 192.0.2.1/32 dev lo
inside setsid perl -MIO::Socket::INET -e 'my $s = IO::Socket::INET->new(Listen => 5, LocalAddr => "192.0.2.1:9")
  or die; while (my $c = $s->accept) { close $c }' </dev/null >/dev/null 2>&1 &
inside bash -c "sed -e 's|^ExecStart=.*|ExecStart=/usr/local/bin/deny.pl|' -e 's|^Type=.*|Type=oneshot|' \
    -e '/^WatchdogSec\|^Restart\|^ExecReload/d' -e 's|^\[Install\]||; /^WantedBy/d' \
    -e '/^ExecStart=/a Environment=DENIED_ADDRESS=192.0.2.1' \
    /usr/lib/systemd/system/casebridged.service >/etc/systemd/system/casebridge-deny.service"
inside systemctl daemon-reload
inside systemctl start casebridge-deny || fail "something was allowed in the sandbox"
inside journalctl -b -u casebridge-deny --no-pager -o cat
# The tries can succeed: without the sandbox most do.
outside=$(code_of inside /usr/local/bin/deny.pl)
((outside >= 10)) || fail "only $outside tries succeeded without the sandbox: they prove nothing"

inside systemctl stop casebridged
expect "the service after a stop" inactive "$(show ActiveState)"
expect "its result" success "$(show Result)"

((failures == 0)) || exit 1
echo "the service does under systemd what packaging/README.md says"
