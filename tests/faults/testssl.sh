#!/usr/bin/env bash
# Lets testssl.sh, which knows nothing of us, look at the TLS of a live daemon, and fails if it offers anything below
# TLS 1.3, a weak cipher, or has any finding of MEDIUM or worse that is not excused below.
#
#   tests/faults/testssl.sh BIN_DIRECTORY
#
# testssl.sh 3.0 presents no client certificate, which the daemon demands: it sees the handshake up to that demand.
set -euo pipefail
bin=$1
directory=$(mktemp -d)
daemon=
cleanup() {
  if [[ -n $daemon ]]; then kill "$daemon" 2>/dev/null && wait "$daemon" 2>/dev/null || true; fi
  rm -rf "$directory"
}
trap cleanup EXIT
fail() { echo "testssl.sh: $1" >&2; exit 1; }

# Below the ports that the kernel gives away by itself (32768 and above), to other tests that run beside this one.
port=$((20000 + RANDOM % 12000))
while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
mkdir "$directory"/{agreements,policies}
echo "twelve characters" >"$directory/passphrase"
chmod 600 "$directory/passphrase"
"$bin/casebridge" init --node th-msdhs --kind welfare --name Example --state "$directory/state" \
  --passphrase-file "$directory/passphrase" --json >/dev/null
cat >"$directory/casebridge.yaml" <<CONFIG
node: th-msdhs
kind: welfare
name: Example
offices: [datip]
listen: "127.0.0.1:$port"
state_directory: state
officer_socket: officer.sock
agreements: agreements
policies: policies
store_key_file: state/store.key
officers:
  - {user: "$(id -u)", officer: officer-1, role: data_officer}
CONFIG
"$bin/casebridged" --config "$directory/casebridge.yaml" >"$directory/daemon.log" 2>&1 &
daemon=$!
for _ in {1..100}; do
  "$bin/casebridge" --socket "$directory/officer.sock" status --json >/dev/null 2>&1 && break
  sleep 0.1
done

# Before it looks, testssl.sh asks whether `openssl s_client` connects. Without a client certificate that depends on
# whether the daemon's alert or the end of input is seen first, so a run that ended there is begun anew; nothing that
# was found is ever looked at a second time.
whole_report() { jq -e 'any(.[]; .id == "TLS1_3")' "$directory/found.json" >/dev/null 2>&1; }
for _ in {1..10}; do
  rm -f "$directory/found.json"
  testssl --quiet --color 0 --warnings batch --openssl /usr/bin/openssl --sneaky --nodns none \
    --protocols --std --fs --server-defaults --vulnerable \
    --jsonfile "$directory/found.json" "127.0.0.1:$port" >"$directory/testssl.log" 2>&1 || true
  if whole_report || ! grep -q 'OpenSSL cannot connect' "$directory/testssl.log"; then break; fi
done
whole_report || fail "no whole report: $(tail -15 "$directory/testssl.log"; tail -5 "$directory/daemon.log")"
found() { jq -r --arg id "$1" '[.[] | select(.id == $id) | .finding][0] // "(absent)"' "$directory/found.json"; }

for protocol in SSLv2 SSLv3 TLS1 TLS1_1 TLS1_2; do
  [[ $(found "$protocol") == "not offered"* ]] || fail "$protocol: $(found "$protocol")"
done
[[ $(found TLS1_3) == offered* ]] || fail "TLS 1.3: $(found TLS1_3)"

# Excused: each because a ministry is its own certificate authority and is believed by its pinned fingerprint alone.
#   cert_chain_of_trust, cert_trust   no public authority, and the name is <node>.casebridge.internal, not an address
#   cert_revocation, cert_crlDistributionPointURL, cert_ocspURL   revocation is a peer's removal and its CRLs, not a URL
excused='^(cert_chain_of_trust|cert_trust|cert_revocation|cert_crlDistributionPointURL|cert_ocspURL)'
bad=$(jq -r --arg excused "$excused" '.[] | select(.severity | IN("MEDIUM", "HIGH", "CRITICAL"))
  | select(.id | test($excused) | not) | "\(.severity) \(.id): \(.finding)"' "$directory/found.json")
[[ -z $bad ]] || fail "$bad"
echo "TLS 1.3 alone; $(jq length "$directory/found.json") findings, none of MEDIUM or worse but the excused"
