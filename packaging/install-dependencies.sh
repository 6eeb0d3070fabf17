#!/usr/bin/env bash
# Installs the Debian packages casebridge needs to be built, tested and run, by name, and nothing else.
# Works on Debian 12 and 13, as root or with sudo. Safe to repeat: what is there already is left alone.
#
#   packaging/install-dependencies.sh            everything (build, tests, demonstration)
#   packaging/install-dependencies.sh --list     print the package names and stop
#   packaging/install-dependencies.sh --check    exit 0 if all are installed, 1 (naming the missing ones) if not
set -euo pipefail

build=(
  g++ cmake ninja-build ccache pkg-config          # compiler and build tools
  libssl-dev                                       # all cryptography: TLS, X.509, CMS
  libp11-kit-dev                                   # the header of PKCS #11: keys in tokens
  libboost-dev                                     # Asio and Beast: the HTTP server (headers only)
  libboost-test-dev                                # unit tests
  libcurl4-openssl-dev                             # outgoing HTTPS; the command line's Unix socket
  libsqlcipher-dev                                 # the daemon's encrypted store
  libsqlite3-dev                                   # the reader of plain SQLite files, a process of its own
  libpq-dev unixodbc-dev                           # national databases: PostgreSQL; others by ODBC driver
  libyaml-cpp-dev nlohmann-json3-dev               # configuration and policies; message bodies
  libicu-dev                                       # Unicode and calendar handling
  libcpprest-dev                                   # national case-management systems over REST (CASEBRIDGE_REST)
  libcli11-dev libspdlog-dev prometheus-cpp-dev    # command line, logs, metrics
  libsystemd-dev                                   # readiness and watchdog notices, credentials
)
tests=(
  clang-format                                     # format check
  lld                                              # links the sanitized programs
  softhsm2 opensc                                  # keys in a PKCS #11 token: SoftHSM and pkcs11-tool
  openssl curl sqlite3 sqlcipher jq                # independent tools the tests and the demonstration use
  procps git ca-certificates
  faketime testssl.sh                              # daemons with wrong clocks; an independent look at TLS
  mandoc                                           # the manual pages are checked
  libxml2-utils                                    # printed papers are read by xmllint
  patch                                            # tests/faults/mutants
  libbenchmark-dev                                 # tests/bench
  systemd                                          # systemd-analyze measures the unit's sandbox
  debootstrap systemd-container                    # the service under a real systemd, in a container (long form)
)
# Real servers the tests start on loopback, each with data of its own, and the ODBC drivers to reach them.
servers=(postgresql mariadb-server odbc-postgresql odbc-mariadb)
packages=("${build[@]}" "${tests[@]}" "${servers[@]}")

missing() {
  local name
  for name in "${packages[@]}"; do
    dpkg-query -W -f='${db:Status-Abbrev}' "$name" 2>/dev/null | grep -q '^ii' || printf '%s\n' "$name"
  done
}

case "${1:-}" in
  "") ;;
  --list) printf '%s\n' "${packages[@]}"; exit 0 ;;
  --check)
    mapfile -t absent < <(missing)
    ((${#absent[@]} == 0)) && exit 0
    printf 'not installed: %s\n' "${absent[*]}" >&2
    exit 1 ;;
  -h|--help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
  *) printf 'install-dependencies.sh: unknown option %s (see --help)\n' "$1" >&2; exit 2 ;;
esac

# What the daemon refuses at its start is said before anybody waits for a build.
require_safe_openssl() {
  local version
  version=$(openssl version | cut -d' ' -f2)
  [[ $version == 3.0.* ]] && dpkg --compare-versions "$version" lt 3.0.22 || return 0
  echo "install-dependencies.sh: OpenSSL $version is installed, and casebridged wants 3.0.22 or newer, which the" >&2
  echo "  security updates of Debian 12 have: add the suite bookworm-security to /etc/apt/sources.list, as the" >&2
  echo "  Debian installer does, then run this again." >&2
  exit 1
}

mapfile -t absent < <(missing)
if ((${#absent[@]} == 0)); then
  echo "all ${#packages[@]} packages are installed already"
  require_safe_openssl
  exit 0
fi

as_root=()
if ((EUID != 0)); then
  if ! command -v sudo >/dev/null; then
    echo "install-dependencies.sh: not root, and sudo is not there; run it as root to install:" >&2
    printf '  apt-get install %s\n' "${absent[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

# Debian's server packages make a cluster and start a service when they are installed. Nobody asked for one here, so for
# the time of this installation: no main cluster (an option of postgresql-common's own), and no start of anything
# (policy-rc.d, which every maintainer script asks; it does not stop what runs already). Both are gone afterwards, and
# an administrator's own files of these names are left as they are.
no_cluster=/etc/postgresql-common/createcluster.d/casebridge-no-cluster.conf
no_start=/usr/sbin/policy-rc.d
quiet_installation() {
  "${as_root[@]}" mkdir -p "${no_cluster%/*}"
  echo 'create_main_cluster = false' | "${as_root[@]}" tee "$no_cluster" >/dev/null
  if [[ ! -e $no_start ]]; then
    made_no_start=yes
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$no_start" >/dev/null
    "${as_root[@]}" chmod 755 "$no_start"
  fi
}
made_no_start=no
usual_installation() {
  "${as_root[@]}" rm -f "$no_cluster"
  if [[ $made_no_start == yes ]]; then "${as_root[@]}" rm -f "$no_start"; fi
}
# And not at the next start of the machine either; a server that was there before is the administrator's.
leave_disabled() {
  local package service
  for package in postgresql mariadb-server; do
    [[ " ${absent[*]} " == *" $package "* ]] || continue
    service=${package%-server}
    # Where no systemd runs (a container, a bare root) nothing starts services, and there is nothing to disable.
    "${as_root[@]}" systemctl disable "$service.service" >/dev/null 2>&1 || true
  done
}
trap usual_installation EXIT

printf 'installing %d of %d packages: %s\n' "${#absent[@]}" "${#packages[@]}" "${absent[*]}"
quiet_installation
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${absent[@]}" >/dev/null
leave_disabled
# An installed but outdated OpenSSL would be refused by the daemon at start: bring it to the distribution's latest.
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --only-upgrade libssl3 libssl-dev openssl >/dev/null 2>&1 ||
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --only-upgrade libssl3t64 libssl-dev openssl >/dev/null
require_safe_openssl
echo "done"
