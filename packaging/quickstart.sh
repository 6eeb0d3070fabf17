#!/usr/bin/env bash
# Shows the whole job on this machine: installs what is missing, builds, starts three ministries on loopback, each with
# its own synthetic national database in its own language (PostgreSQL, SQLCipher, CSV files), and lets them exchange a
# case summary; then one case from verification to withdrawal, whose days pass in seconds.
#
#   packaging/quickstart.sh                 everything; stops and removes the three at the end
#   packaging/quickstart.sh --keep          leaves the three running and says how to look further
#   packaging/quickstart.sh --stop          stops what --keep left running, and removes it
#   packaging/quickstart.sh --dir DIR       works in DIR (default: build/quickstart); DIR must be absent or made by this
#   packaging/quickstart.sh --seed N        other synthetic people (default 1)
#   packaging/quickstart.sh --no-story      ends after the exchange; the story needs libfaketime
#   packaging/quickstart.sh --no-install    does not look at packages
#   packaging/quickstart.sh --bin DIR       uses the programs in DIR instead of building
#
# Nothing leaves this machine. No person in it is real. Exit code 0: every step did what it should.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

keep=no stop=no story=yes install=yes bin='' directory="$root/build/quickstart" seed=1
while (($# > 0)); do
  case "$1" in
    --keep) keep=yes ;;
    --stop) stop=yes install=no ;;
    --no-story) story=no ;;
    --no-install) install=no ;;
    --dir|--seed|--bin)
      (($# > 1)) || { echo "quickstart.sh: $1 needs a value" >&2; exit 2; }
      case "$1" in --dir) directory=$2 ;; --seed) seed=$2 ;; --bin) bin=$2 ;; esac
      shift ;;
    -h|--help) sed -n '2,16s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "quickstart.sh: unknown option $1 (see --help)" >&2; exit 2 ;;
  esac
  shift
done

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; else bold='' dim='' plain=''; fi
# shellcheck source=packaging/demo/national_servers.sh
source "$root/packaging/demo/national_servers.sh"
# shellcheck source=packaging/demo/story.sh
source "$root/packaging/demo/story.sh"
# shellcheck source=packaging/demo/onward.sh
source "$root/packaging/demo/onward.sh"
step() { printf '\n%s▸ %s%s\n' "$bold" "$1" "$plain"; }
note() { printf '  %s\n' "$1"; }
fail() { printf '\nquickstart.sh: %s\n' "$1" >&2; [[ -d $directory ]] && printf 'logs: %s/*/daemon.log\n' "$directory" >&2; exit 1; }
expect() { # what, expected, got
  [[ "$2" == "$3" ]] || fail "$1: expected $2, got $3"
}

# ---------------------------------------------------------------- install and build
if [[ $install == yes ]]; then
  step "Packages"
  "$root/packaging/install-dependencies.sh"
fi
if [[ -z $bin && $stop == no ]]; then
  step "Build (a first build takes some minutes, a later one seconds)"
  cmake -S "$root" --preset release >/dev/null
  cmake --build "$root/build/release" --target casebridge casebridged casebridge-verify casebridge-demo-databases
  bin="$root/build/release/bin"
fi
for program in casebridge casebridged casebridge-verify casebridge-demo-databases; do
  [[ $stop == yes || -x $bin/$program ]] || fail "$bin/$program is missing"
done

# ---------------------------------------------------------------- a clean place
if [[ -e $directory && ! -e $directory/.made-by-quickstart ]]; then
  fail "$directory exists and was not made by quickstart; choose another --dir"
fi
stop_all() {
  local pid_file pid
  for pid_file in "$directory"/*/daemon.pid; do
    [[ -e $pid_file ]] || continue
    pid=$(<"$pid_file")
    # By its name: which file it runs, a process that may not be dumped shows to root alone.
    [[ $(cat "/proc/$pid/comm" 2>/dev/null) == casebridged ]] || continue # not ours any more
    kill -CONT "$pid" 2>/dev/null || continue # it may be frozen
    kill "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
  done
  postgres_stop "$directory/postgres.path"
}
remove_all() {
  [[ ! -e $directory ]] || chmod -R u+w "$directory" # a national database may not be written to
  rm -rf "$directory"
}
stop_all
remove_all
[[ $stop == no ]] || exit 0
mkdir -p "$directory"
touch "$directory/.made-by-quickstart"
chmod 700 "$directory"
on_exit() {
  local code=$?
  if [[ $keep == no || $code != 0 ]]; then stop_all; fi
  if [[ $keep == no && $code == 0 ]]; then remove_all; fi
}
trap on_exit EXIT

declare -A name=(
  [th-msdhs]="Ministry of Social Development and Human Security, Thailand (demonstration)"
  [kh-mosvy]="Ministry of Social Affairs, Veterans and Youth Rehabilitation, Cambodia (demonstration)"
  [la-mlsw]="Ministry of Labour and Social Welfare, Lao PDR (demonstration)")
declare -A offices=(
  [th-msdhs]="[datip, aranyaprathet-shelter-office]"
  [kh-mosvy]="[anti-trafficking-department, poipet-transit-centre]"
  [la-mlsw]="[anti-trafficking-division, phonthong-reception-centre]")
nodes=(th-msdhs kh-mosvy la-mlsw)

declare -A port
next_port=$((20000 + RANDOM % 12000)) # below those that the kernel gives away by itself
for node in "${nodes[@]}"; do
  while (exec 3<>"/dev/tcp/127.0.0.1/$next_port") 2>/dev/null; do next_port=$((next_port + 1)); done
  port[$node]=$next_port
  next_port=$((next_port + 1))
done

home() { printf '%s/%s' "$directory" "$1"; }
at() { # node, command…: the command line of that ministry
  local node=$1
  shift
  "$bin/casebridge" --socket "$(home "$node")/run/officer.sock" "$@"
}
wait_for() { # what, seconds, command…
  local what=$1 deadline=$((SECONDS + $2))
  shift 2
  until "$@"; do
    ((SECONDS < deadline)) || fail "$what did not happen in time"
    sleep 0.05
  done
}
start_node() { # node; clock_ahead: by how much its clock is put forward, for the story
  local node=$1 clock=()
  if [[ -n ${clock_ahead:-} ]]; then
    clock=(FAKETIME="$clock_ahead" FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1 LD_PRELOAD="$(faketime_library)")
  fi
  env "${clock[@]}" "$bin/casebridged" --config "$(home "$node")/casebridge.yaml" >>"$(home "$node")/daemon.log" 2>&1 &
  echo $! >"$(home "$node")/daemon.pid"
  disown
  wait_for "start of $node" 15 node_answers "$node"
}
gone() { ! kill -0 "$1" 2>/dev/null; } # process
node_answers() { at "$1" status --json >/dev/null 2>&1; }

faketime_library() { local found=(/usr/lib/*/faketime/libfaketime.so.1); printf '%s' "${found[0]}"; }

# ---------------------------------------------------------------- three ministries
step "Three national databases, each in its own schema and language"
od -An -tx1 -N32 /dev/urandom | tr -d ' \n' >"$directory/kh-mosvy.key"
chmod 600 "$directory/kh-mosvy.key"
summary=$("$bin/casebridge-demo-databases" --seed "$seed" --out "$directory/databases" --key-file "$directory/kh-mosvy.key" \
  --counts "$root/tests/vectors/thailand-shelters-2017.csv" --today "$(date +%F)")
adult_case=$(jq -r .adult_return_case <<<"$summary")
child_case=$(jq -r .child_case <<<"$summary")
kh_case=$(jq -r .lao_in_cambodia_case <<<"$summary")
note "th-msdhs: PostgreSQL, Thai, Buddhist-era dates, $(jq -r '."th-msdhs"' <<<"$summary") people with the counts of Thailand's shelters in 2017"
note "kh-mosvy: SQLCipher, Khmer, $(jq -r '."kh-mosvy"' <<<"$summary") people;  la-mlsw: CSV files, Lao, $(jq -r '."la-mlsw"' <<<"$summary") people"
umask 077
for password in administrator th-msdhs; do
  od -An -tx1 -N16 /dev/urandom | tr -d ' \n' >"$directory/$password.password"
done
postgres_start "$next_port" "$directory/postgres.path" "$directory/administrator.password"
postgres_load "$next_port" "$directory/administrator.password" "$directory/databases/th-msdhs/national.db" \
  "$directory/th-msdhs.password" "$root/packaging/sql/postgresql.sql"
note "a PostgreSQL server of its own runs without network; the daemon's login there may read views and nothing else"

# What the daemon reads, and by which field map: `source` in the node's directory.
national_database() { # node
  local base map=$root/packaging/demo/field-maps/$1.yaml
  base=$(home "$1")/source
  case $1 in
    th-msdhs)
      with_database "$map" <<MAP | with_short_names >"$base/field-map.yaml"
database:
  kind: postgresql
  host: $postgres_home
  port: $next_port
  database: national
  user: casebridge_reader
MAP
      install -m 600 "$directory/th-msdhs.password" "$base/national.key" ;;
    la-mlsw)
      csv_export "$directory/databases/la-mlsw/national.db" "$base/export"
      with_database "$map" >"$base/field-map.yaml" <<MAP
database:
  kind: csv
  folder: export
  encoding: utf-8
  marker: SHA256SUMS
MAP
      chmod 400 "$base"/export/* # the daemon may read it and nothing else
      chmod 500 "$base" "$base/export" ;;
    kh-mosvy)
      cp "$directory/databases/kh-mosvy/"* "$base/"
      cp "$map" "$base/field-map.yaml"
      install -m 600 "$directory/kh-mosvy.key" "$base/national.key"
      chmod 400 "$base/national.db"
      chmod 500 "$base" ;;
  esac
}

step "Each ministry makes its own certificate authority, keys and store"
for node in "${nodes[@]}"; do
  base=$(home "$node")
  mkdir -p "$base"/{agreements,policies,run,source}
  printf 'demonstration passphrase of %s\n' "$node" >"$base/passphrase"
  chmod 600 "$base/passphrase"
  "$bin/casebridge" init --node "$node" --kind welfare --name "${name[$node]}" --state "$base/state" \
    --passphrase-file "$base/passphrase" --json >"$base/init.json"
  national_database "$node"
  cp "$root/policies/library/examples/policies/$node.yaml" "$base/policies/"
  {
    echo "node: $node"
    echo "kind: welfare"
    echo "name: \"${name[$node]}\""
    echo "offices: ${offices[$node]}"
    echo "listen: \"127.0.0.1:${port[$node]}\""
    echo "state_directory: state"
    echo "officer_socket: run/officer.sock"
    echo "agreements: agreements"
    echo "policies: policies"
    echo "field_map: source/field-map.yaml"
    if [[ -e $base/source/national.key ]]; then echo "source_key_file: source/national.key"; fi
    echo "store_key_file: state/store.key"
    echo "officers:"
    echo "  - {user: \"$(id -u)\", officer: demo-officer, role: data_officer}"
    echo "retry: {base_seconds: 1, cap_seconds: 2}"
  } >"$base/casebridge.yaml"
  note "$node  root $(jq -r .fingerprint "$base/init.json" | cut -c1-29)…  port ${port[$node]}"
done
# These two let each other pass on what they were told, each time with a signed permission.
for node in th-msdhs kh-mosvy; do
  sed 's/^onward_transfer: none$/onward_transfer: with_permission/' \
    "$root/policies/library/examples/agreements/th-msdhs--kh-mosvy.yaml" >"$(home "$node")/agreements/th-msdhs--kh-mosvy.yaml"
done
cp "$root/policies/library/examples/agreements/th-msdhs--la-mlsw.yaml" "$(home th-msdhs)/agreements/"
cp "$root/policies/library/examples/agreements/th-msdhs--la-mlsw.yaml" "$(home la-mlsw)/agreements/"

exchange_started=$SECONDS
step "The three daemons start; each pins the others' roots by fingerprint"
for node in "${nodes[@]}"; do start_node "$node"; done
for node in "${nodes[@]}"; do
  for peer in "${nodes[@]}"; do
    [[ $peer == "$node" ]] && continue
    at "$node" --reason "demonstration" peer add "$peer" --kind welfare --name "${name[$peer]}" \
      --address "127.0.0.1:${port[$peer]}" --root "$(home "$peer")/state/identity/root.pem" \
      --fingerprint "$(jq -r .fingerprint "$(home "$peer")/init.json")" \
      --log-key "$(jq -r .log_key "$(home "$peer")/init.json")" \
      --witness-key "$(jq -r .witness_key "$(home "$peer")/init.json")" --json >/dev/null
  done
done
for node in "${nodes[@]}"; do
  for peer in "${nodes[@]}"; do
    [[ $peer == "$node" ]] && continue
    expect "$node reaches $peer" true "$(at "$node" peer check "$peer" --json | jq -r .reachable)"
  done
done
note "six connections over mutual TLS 1.3: all reach each other"

step "Both parties sign their agreement; signatures are exchanged"
sign_both() { # agreement file, node, node
  local node
  for node in "$2" "$3"; do
    at "$node" --reason "demonstration" agreement sign "$1" --json >/dev/null
  done
  cp "$(home "$2")/agreements/$1.$2.p7s" "$(home "$3")/agreements/"
  cp "$(home "$3")/agreements/$1.$3.p7s" "$(home "$2")/agreements/"
}
sign_both th-msdhs--kh-mosvy.yaml th-msdhs kh-mosvy
sign_both th-msdhs--la-mlsw.yaml th-msdhs la-mlsw
for node in "${nodes[@]}"; do kill -HUP "$(<"$(home "$node")/daemon.pid")"; done
agreement_signed() {
  [[ $(at "$1" agreement list --json | jq '[.agreements[] | .parties[].signed] | all') == true ]]
}
for node in "${nodes[@]}"; do wait_for "signed agreements at $node" 5 agreement_signed "$node"; done
note "Thailand–Cambodia and Thailand–Lao PDR are in force; Cambodia–Lao PDR have none"

# ---------------------------------------------------------------- the main job
step "A Cambodian adult wishes to return: consent is recorded, then the officer previews what Cambodia would get"
write_consent() { # id, case, file
  sed -e "s/^id: .*/id: $1/" -e "s/^case: .*/case: \"$2\"/" \
    -e "s/^given_on: .*/given_on: $(date -d '-7 days' +%F)/" -e "s/^expires_on: .*/expires_on: $(date -d '+1 year' +%F)/" \
    "$root/policies/library/examples/consents/return-adult.yaml" >"$3"
}
write_consent demo-return-adult "$adult_case" "$directory/consent.yaml"
at th-msdhs --reason "interview at the shelter" consent record "$directory/consent.yaml" --json >/dev/null
to_poipet=(--to kh-mosvy/poipet-transit-centre --purpose return_and_handover)
at th-msdhs --reason "prepares the return" case preview "$adult_case" "${to_poipet[@]}" | sed 's/^/  /'
preview=$(at th-msdhs --reason "prepares the return" case preview "$adult_case" "${to_poipet[@]}" --json)
expect "the preview" true "$(jq -r .allowed <<<"$preview")"
digest=$(jq -r .digest <<<"$preview")

step "It is sent, exactly as previewed, and arrives in Cambodia, minimised"
sent=$(at th-msdhs --reason "return agreed" case send "$adult_case" "${to_poipet[@]}" --digest "$digest" --json)
message=$(jq -r .message <<<"$sent")
state_of() { at "$1" outbox show "$2" --json | jq -r .state; }
delivered() { [[ $(state_of th-msdhs "$1") == delivered ]]; }
wait_for "delivery" 15 delivered "$message"
at kh-mosvy --reason "prepares the reception" inbox show "$message" | sed 's/^/  /'
received=$(at kh-mosvy --reason "compares" inbox show "$message" --json | jq -cj .body)
expect "digest of what arrived" "$digest" "$(printf '%s' "$received" | sha256sum | cut -d' ' -f1)"
note "what arrived has the digest of the preview: $(cut -c1-16 <<<"$digest")…"
note "the receipt verifies: $(at th-msdhs outbox show "$message" --json | jq -r .receipt.verifies)"

# ---------------------------------------------------------------- refusals
refused() { # node, case, to, purpose, expected code, why
  local code=0 answer
  answer=$(at "$1" --reason "demonstration of a refusal" case preview "$2" --to "$3" --purpose "$4" --json) || code=$?
  expect "exit code of a refusal" 3 "$code"
  expect "refused" false "$(jq -r .allowed <<<"$answer")"
  jq -e --arg code "$5" '[.denials[].code] | index($code) != null' <<<"$answer" >/dev/null ||
    fail "expected $5 among $(jq -c '[.denials[].code]' <<<"$answer")"
  note "$6:"
  jq -r '.denials[] | "    refused by \(.rule): \(.text) [\(.code)]"' <<<"$answer"
}
step "What is refused, and why"
write_consent demo-return-child "$child_case" "$directory/child.yaml"
at th-msdhs --reason "demonstration of a refusal" consent record "$directory/child.yaml" --json >/dev/null
refused th-msdhs "$child_case" kh-mosvy/poipet-transit-centre return_and_handover release.child_needs_guardian \
  "a child whose consent no guardian gave"
refused th-msdhs "$adult_case" kh-mosvy/poipet-transit-centre claim_status release.purpose_not_covered \
  "a purpose outside the agreement"
refused kh-mosvy "$kh_case" la-mlsw/phonthong-reception-centre return_and_handover release.no_agreement \
  "from Cambodia to Lao PDR, without an agreement"
refused th-msdhs "$adult_case" kh-mosvy/anti-trafficking-department return_and_handover release.consent_other_recipient \
  "an office the survivor did not name"

# ---------------------------------------------------------------- kill -9
step "The receiver is killed with -9, again and again, in mid-exchange"
messages=()
kills=0
send_again() {
  local answer
  answer=$(at th-msdhs --reason "crash demonstration" case send "$adult_case" "${to_poipet[@]}" --digest "$digest" --json)
  messages+=("$(jq -r .message <<<"$answer")")
}
kill_receiver() {
  local pid
  pid=$(<"$(home kh-mosvy)/daemon.pid")
  kill -9 "$pid"
  wait_for "the end of kh-mosvy" 15 gone "$pid"
  kills=$((kills + 1))
  start_node kh-mosvy
}
on_the_wire() { [[ $(at th-msdhs outbox show "$1" --json | jq -r .possibly_delivered) == true ]]; }
for round in 1 2 3; do # frozen first, so that the request is certainly under way when it dies
  kill -STOP "$(<"$(home kh-mosvy)/daemon.pid")"
  send_again
  wait_for "the attempt" 10 on_the_wire "${messages[-1]}"
  kill_receiver
  wait_for "delivery after the crash" 20 delivered "${messages[-1]}"
done
for round in 1 2 3 4 5; do # at a random moment of the exchange
  send_again
  sleep "0.00$((RANDOM % 10))"
  kill_receiver
done
for message_id in "${messages[@]}"; do wait_for "delivery after the crashes" 20 delivered "$message_id"; done
arrived=$(at kh-mosvy inbox list --json)
expect "messages in Cambodia" $((${#messages[@]} + 1)) "$(jq '.messages | length' <<<"$arrived")"
expect "different messages in Cambodia" $((${#messages[@]} + 1)) "$(jq '[.messages[].message] | unique | length' <<<"$arrived")"
for message_id in "${messages[@]}"; do
  expect "copies of $message_id" 1 "$(jq --arg id "$message_id" '[.messages[] | select(.message == $id)] | length' <<<"$arrived")"
done
attempts=$(at th-msdhs outbox list --json | jq '[.messages[].attempts] | add')
note "$kills kills, ${#messages[@]} messages, $attempts attempts in all: 0 lost, 0 doubled"

# ---------------------------------------------------------------- openssl
step "One recorded message, opened by the addressee with the openssl command and nothing of ours"
at th-msdhs --reason "demonstration" outbox export "$message" --out "$directory/message.der" >/dev/null
identity=$(home kh-mosvy)/state/identity
openssl cms -decrypt -binary -inform DER -in "$directory/message.der" -recip "$identity/encryption.pem" \
  -inkey "$identity/encryption.key.pem" -out "$directory/inner.der"
openssl cms -verify -binary -cades -inform DER -in "$directory/inner.der" \
  -CAfile "$(home th-msdhs)/state/identity/root.pem" -purpose smimesign -out "$directory/payload.json" 2>"$directory/verify.txt" ||
  fail "openssl could not verify: $(<"$directory/verify.txt")"
note "openssl: $(head -1 "$directory/verify.txt")"
note "$(jq -c '{type, from, to, purpose, sent_at}' "$directory/payload.json")"
expect "sender in the payload" th-msdhs "$(jq -r .from.node "$directory/payload.json")"

# ---------------------------------------------------------------- withdrawal
step "She changes her mind: the consent is withdrawn while Cambodia is away, and what it was told is destroyed"
away=$(<"$(home kh-mosvy)/daemon.pid")
kill "$away"
wait_for "the end of kh-mosvy" 15 gone "$away"
at th-msdhs --reason "asked by telephone, caller verified" consent withdraw "$adult_case" demo-return-adult | sed 's/^/  /'
start_node kh-mosvy
withdrawn() { [[ $(at th-msdhs consent withdrawals --json | jq -r '.duties[0].state') == answered ]]; }
wait_for "the erasure receipt" 30 withdrawn
at th-msdhs consent withdrawals | sed 's/^/  /'
expect "messages destroyed in Cambodia" $((${#messages[@]} + 1)) \
  "$(at th-msdhs consent withdrawals --json | jq '.duties[0].erased.messages')"
expect "what is left there" null \
  "$(at kh-mosvy --reason "looks again" inbox show "$message" --json | jq .body)"
refused th-msdhs "$adult_case" kh-mosvy/poipet-transit-centre return_and_handover release.consent_withdrawn \
  "the same return, from now on"

# ---------------------------------------------------------------- evidence
step "What proves it to an auditor, on either side, now that the words are gone: judged by program, and with openssl alone"
for node in th-msdhs kh-mosvy; do
  "$bin/casebridge" identity show --config "$(home "$node")/casebridge.yaml" --json >"$directory/identity.$node.json"
done
fingerprint() { openssl x509 -in "$(home "$1")/state/identity/root.pem" -outform DER | sha256sum | cut -c1-64; }
for node in th-msdhs kh-mosvy; do
  rm -rf "$directory/evidence-$node"
  at "$node" --reason "for the auditor" evidence export "$message" --out "$directory/evidence-$node" >/dev/null
  log_key=$(jq -r .log_key "$directory/identity.$node.json")
  "$bin/casebridge-verify" "$directory/evidence-$node" --root "th-msdhs=$(fingerprint th-msdhs)" \
    --root "kh-mosvy=$(fingerprint kh-mosvy)" --log-key "$log_key" --json >"$directory/verdict.$node.json" ||
    fail "casebridge-verify: $(jq -c '[.links[] | select(.finding != "holds")]' "$directory/verdict.$node.json")"
  expect "verdict on the bundle of $node" "holds $(jq '.links | length' "$directory/verdict.$node.json") links" \
    "$(jq -r '"\(.verdict) \([.links[] | select(.finding == "holds")] | length) links"' "$directory/verdict.$node.json")"
  root_th_msdhs=$(fingerprint th-msdhs) root_kh_mosvy=$(fingerprint kh-mosvy) log_key=$log_key \
    "$root/tests/packaging/verify_by_hand.sh" "$directory/evidence-$node" | sed 's/^/  /'
done

# ---------------------------------------------------------------- one case to its end
for node in "${nodes[@]}"; do
  expect "what casebridge doctor finds wrong with $node" 0 \
    "$(at "$node" --config "$(home "$node")/casebridge.yaml" doctor --json | jq .problems)"
done
khmer_case=$(at kh-mosvy case list --limit 1000 --json |
  jq -r '[.cases[] | select(.citizenship == "KH" and .age_band == "25-34")][0].case')
onward "$kh_case"
if [[ $story == yes ]]; then story "$adult_case" "$khmer_case"; fi

# ---------------------------------------------------------------- summary
step "Done: every step did what it should"
note "the exchange took $((SECONDS - exchange_started)) s, of which the crash demonstration the most"
for node in "${nodes[@]}"; do
  note "$(at "$node" status --json | jq -r '"\(.node): \(.log.size) log leaves, outbox \(.outbox.delivered) delivered, inbox \(.inbox)"')"
done
if [[ $keep == yes ]]; then
  cat <<TEXT

  The three are running. To look further:
    casebridge="$bin/casebridge"
    \$casebridge --socket $(home th-msdhs)/run/officer.sock status
    \$casebridge --socket $(home th-msdhs)/run/officer.sock case list
    \$casebridge --socket $(home th-msdhs)/run/officer.sock --reason "a look" case show $adult_case
    \$casebridge --socket $(home kh-mosvy)/run/officer.sock inbox list
    \$casebridge --socket $(home kh-mosvy)/run/officer.sock log
  Configuration, agreements, policies and field maps: $directory/*/
  To stop them and remove all: $0 --stop --dir $directory
TEXT
else
  note "nothing is left running; --keep leaves the three to look further"
fi
