#!/usr/bin/env bash
# Judges an evidence bundle with the openssl command, coreutils, jq and this page: nothing of casebridge.
# packaging/VERIFY.md says it in words. Ends with 0 if every link holds.
#
#   root_th_msdhs=SHA256 root_kh_mosvy=SHA256 log_key=VKEY tests/packaging/verify_by_hand.sh FOLDER
#
# The environment is what the auditor trusts: of each node the SHA-256 of its root certificate (hexadecimal; hyphens of
# the node's id are underscores), and the verifier key of the exporter's log.
set -euo pipefail
export LC_ALL=C
folder=$1
: "${log_key:?the verifier key of the log}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
broken() { echo "broken: $1" >&2; exit 1; }
holds() { echo "holds: $1"; }
hex() { od -An -v -tx1 | tr -d ' \n'; }
unhex() { sed 's/../\\x&/g' | xargs -0 printf '%b'; }
sha() { sha256sum | cut -c1-64; }
# Readers that read to the end: whoever writes to them is not cut off.
first() { awk 'NR == 1'; }
part() { dd if="$1" bs=1 skip="$2" count="$3" status=none; }  # file, from, bytes
fact() { jq -er ".facts.$2" "$1"; }  # leaf, name

# 1. The files are those of the manifest, and there are no others.
manifest=$folder/manifest.json
jq -r '.files[] | .sha256 + "  " + .name' "$manifest" >"$work/sums"
(cd "$folder" && sha256sum --quiet --strict -c "$work/sums") || broken "a file is not that of the manifest"
(cd "$folder" && printf '%s\n' *) | sort >"$work/there"
{ jq -r '.files[].name' "$manifest"; printf '%s\n' manifest.json export.tlog-proof export.growth; } | sort >"$work/listed"
cmp -s "$work/there" "$work/listed" || broken "files are missing or too many"
holds "the files are those of the manifest"
sender=$(jq -r .sender "$manifest") recipient=$(jq -r .recipient "$manifest") exporter=$(jq -r .exporter "$manifest")
message=$(jq -r .message "$manifest") side=$(jq -r .side "$manifest")

# 2. A head of the log: text, empty line, "— name base64(key id, signature)". An Ed25519 key in DER is 12 bytes and the key.
log=casebridge.internal/$exporter/log
[[ $log_key == "$log"+* ]] || broken "the key is not that of $log"
typed=${log_key#"$log"+}
printf '%s' "${typed#*+}" | base64 -d >"$work/typed"  # type 1, then the key; its Base64 may hold a + of its own
key_id=$({ printf '%s\n' "$log"; cat "$work/typed"; } | sha | cut -c1-8)
[[ $log_key == "$log+$key_id+"* ]] || broken "the log key's id"
{ printf '302a300506032b6570032100' | unhex; tail -c +2 "$work/typed"; } >"$work/log.der"
head_of() { # note; leaves size and root
  sed '/^$/,$d' "$1" >"$work/signed"
  line=$(sed '1,/^$/d' "$1" | grep -F -- "— $log " | first)
  printf '%s' "${line##* }" | base64 -d >"$work/line"
  [[ $(part "$work/line" 0 4 | hex) == "$key_id" ]] || broken "the head names another key"
  tail -c +5 "$work/line" >"$work/signature"
  openssl pkeyutl -verify -rawin -pubin -inkey "$work/log.der" -keyform DER -in "$work/signed" \
    -sigfile "$work/signature" >/dev/null || broken "the head's signature"
  [[ $(sed -n 1p "$work/signed") == "$log" && $(wc -l <"$work/signed") == 3 ]] || broken "the head's form"
  size=$(sed -n 2p "$work/signed") root=$(sed -n 3p "$work/signed" | base64 -d | hex)
}
head_of "$folder/head.checkpoint"
head_size=$size head_root=$root
holds "the head of $head_size leaves is signed by the log key"

# 3. A leaf is in the log (RFC 9162 2.1.3.2): fold the audit path.
node() { printf '01%s%s' "$1" "$2" | unhex | sha; }
leaf_in() { # proof, leaf's file; leaves index
  sed -n '/^$/,$p' "$1" | tail -n +2 >"$work/note"
  head_of "$work/note"
  sed -n 's/^extra //p' "$1" | first | base64 -d >"$2"
  index=$(sed -n 's/^index //p' "$1" | first)
  local fn=$index sn=$((size - 1)) r p
  ((index < size)) || broken "the leaf's number"
  r=$({ printf '\0'; cat "$2"; } | sha)
  for p in $(sed '/^$/,$d; 1,/^index /d' "$1"); do
    p=$(printf '%s' "$p" | base64 -d | hex)
    ((sn > 0)) || broken "the audit path is too long"
    if ((fn & 1 || fn == sn)); then
      r=$(node "$p" "$r")
      while ((!(fn & 1) && fn != 0)); do fn=$((fn >> 1)) sn=$((sn >> 1)); done
    else
      r=$(node "$r" "$p")
    fi
    fn=$((fn >> 1)) sn=$((sn >> 1))
  done
  ((sn == 0)) && [[ $r == "$root" ]] || broken "$(basename "$1"): the leaf is not in the tree"
}

# 4. The manifest is the one that was exported, and the log has only grown until then (RFC 9162 2.1.4.2).
leaf_in "$folder/export.tlog-proof" "$work/export"
[[ $(jq -r .kind "$work/export") == officer.export_evidence && $(fact "$work/export" message) == "$message" &&
  $(fact "$work/export" manifest) == "$(sha <"$manifest")" ]] || broken "the leaf of the export"
cp "$work/note" "$work/export.note"
sed -n '/^$/,$p' "$folder/export.growth" | tail -n +2 >"$work/note"
cmp -s "$work/note" "$work/export.note" || broken "the head of the export"
head_of "$work/note"
old=$(sed -n 's/^old //p' "$folder/export.growth" | first)
((old == head_size && old < size)) || broken "the size that the log grew from"
mapfile -t path < <(sed '/^$/,$d; 1d' "$folder/export.growth" | while read -r p; do printf '%s' "$p" | base64 -d | hex; echo; done)
((old & (old - 1))) || path=("$head_root" "${path[@]}")
fn=$((old - 1)) sn=$((size - 1))
while ((fn & 1)); do fn=$((fn >> 1)) sn=$((sn >> 1)); done
fr=${path[0]} sr=${path[0]}
for p in "${path[@]:1}"; do
  ((sn > 0)) || broken "the consistency proof is too long"
  if ((fn & 1 || fn == sn)); then
    fr=$(node "$p" "$fr") sr=$(node "$p" "$sr")
    while ((!(fn & 1) && fn != 0)); do fn=$((fn >> 1)) sn=$((sn >> 1)); done
  else
    sr=$(node "$sr" "$p")
  fi
  fn=$((fn >> 1)) sn=$((sn >> 1))
done
((sn == 0)) && [[ $fr == "$head_root" && $sr == "$root" ]] || broken "the log did not only grow"
holds "the manifest is the one exported as leaf $index"

# 5. What the log says of the message.
if [[ $side == sender ]]; then statement=release peer=$recipient; else statement=admission peer=$sender; fi
leaf_in "$folder/$statement.tlog-proof" "$work/leaf"
[[ $size == "$head_size" && $root == "$head_root" ]] || broken "the head of the $statement"
[[ $(jq -r .kind "$work/leaf") == "$statement" && $(fact "$work/leaf" message) == "$message" &&
  $(fact "$work/leaf" peer) == "$peer" ]] || broken "the leaf of the $statement"
payload=$(fact "$work/leaf" payload) inner=$(fact "$work/leaf" inner) statement_index=$index
holds "leaf $index: $statement at $(jq -r .at "$work/leaf") of payload digest $payload"

# 6. Signatures. A root is the one the auditor knows, and that alone, whatever else its file holds: what it says of a
# later root is checked by itself (packaging/VERIFY.md). The chain is judged at the time of signing.
trusted_root() { # node, file; $work has the root by itself under the file's name
  local name=root_${1//-/_} each alone
  alone=$work/$(basename "$2")
  csplit -s -z -f "$work/certificate-" "$2" '/^-----BEGIN CERTIFICATE-----/' '{*}'
  # 2>/dev/null: what is no certificate has another digest, and `broken` says so.
  for each in "$work"/certificate-*; do
    [[ $(openssl x509 -in "$each" -outform DER 2>/dev/null | sha) != "${!name:?the root of $1}" ]] || cp "$each" "$alone"
  done
  rm -f "$work"/certificate-*
  [[ -f $alone ]] || broken "the root of $1"
}
trusted_root "$sender" "$folder/sender-root.pem"
trusted_root "$recipient" "$folder/recipient-root.pem"
at_offset() { openssl asn1parse -inform DER -in "$1" -strparse "$2" -noout -out "$3"; }
signed_attributes() { # p7s, root, node; leaves $work/{attributes,digest}, signer.pem, time
  # The SignerInfo is the last SEQUENCE of depth 4; in it, attributes [0] and the signature are of depth 5.
  openssl asn1parse -inform DER -in "$1" >"$work/parsed"
  local attributes length header signature
  read -r attributes header length < <(sed -n 's/^ *\([0-9]*\):d=5 *hl=\([0-9]*\) *l= *\([0-9]*\) cons: cont \[ 0 \].*/\1 \2 \3/p' "$work/parsed" | tail -1)
  signature=$(sed -n 's/^ *\([0-9]*\):d=5 .*prim: OCTET STRING.*/\1/p' "$work/parsed" | tail -1)
  # RFC 5652 5.4: what is signed is the SET OF attributes, so tag 0x31 takes the place of [0].
  { printf '\x31'; part "$1" $((attributes + 1)) $((header - 1 + length)); } >"$work/attributes"
  at_offset "$1" "$signature" "$work/signature"
  openssl asn1parse -inform DER -in "$work/attributes" >"$work/parsed"
  value() { sed -n "/:$1\$/,\$p" "$work/parsed" | sed -n "s/.*prim: $2 *:\?\(\[HEX DUMP\]:\)\?//p" | first; }
  digest=$(value messageDigest 'OCTET STRING' | tr 'A-F' 'a-f')
  time=$(value signingTime UTCTIME)
  time=$(date -u -d "20${time:0:2}-${time:2:2}-${time:4:2} ${time:6:2}:${time:8:2}:${time:10:2}" +%s)
  # 2>/dev/null, here and below: of what fails, `broken` names the link; OpenSSL's own words would stand between.
  openssl cms -cmsout -inform DER -in "$1" -certsout "$work/certificates.pem" -noout 2>/dev/null ||
    openssl pkcs7 -inform DER -in "$1" -print_certs -out "$work/certificates.pem"
  # The signer's is the one that is no authority; its SHA-256 (or SHA-384) is signed, too (RFC 5035).
  rm -f "$work"/one.*
  awk -v out="$work/one." '/BEGIN CERT/{n++} n{print > (out n)}' "$work/certificates.pem"
  local one
  # A leaf has no basicConstraints, and openssl says so on stderr: that is how it is told from an authority.
  for one in "$work"/one.*; do openssl x509 -in "$one" -noout -ext basicConstraints 2>/dev/null | grep CA:TRUE >/dev/null || cp "$one" "$work/signer.pem"; done
  openssl verify -purpose any -attime "$time" -CAfile "$2" -untrusted "$work/certificates.pem" "$work/signer.pem" >/dev/null ||
    broken "the chain of $(basename "$1")"
  openssl x509 -in "$work/signer.pem" -noout -ext subjectAltName | grep "DNS:$3.casebridge.internal" >/dev/null || broken "the signer is not $3"
  hash=sha$((${#digest} * 4))
  hex <"$work/attributes" | grep >/dev/null "$(openssl x509 -in "$work/signer.pem" -outform DER | openssl dgst -"$hash" -r | cut -d' ' -f1)" ||
    broken "the signature is not bound to its certificate"
  openssl x509 -in "$work/signer.pem" -noout -pubkey >"$work/signer.pub"
  openssl dgst -"$hash" -verify "$work/signer.pub" -signature "$work/signature" "$work/attributes" >/dev/null ||
    broken "the signature of $(basename "$1")"
}
# Lists of revocation: the signer's serial number, unless its entry is later than what the log says.
not_revoked() { # list, root, time of the log
  [[ -f $1 ]] || return 0
  local serial since
  serial=$(openssl x509 -in "$work/signer.pem" -noout -serial | cut -d= -f2)
  csplit -s -z -f "$work/list." "$1" '/BEGIN X509 CRL/' '{*}'
  for one in "$work"/list.*; do
    # One that the signer's authority did not sign is about others.
    openssl crl -in "$one" -noout -verify -CAfile <(cat "$2" "$work/certificates.pem") 2>&1 | grep '^verify OK' >/dev/null || continue
    since=$(openssl crl -in "$one" -noout -text | sed -n "/Serial Number: 0*$serial\$/{n;s/ *Revocation Date: //p}")
    [[ -z $since ]] || (($(date -u -d "$since" +%s) > $(date -u -d "$3" +%s))) || broken "whoever signed was revoked at $since"
  done
  rm -f "$work"/list.*
}
near() { (($(date -u -d "$1" +%s) - $2 < 300 + ${3:-0} && $2 - $(date -u -d "$1" +%s) < 300)) || broken "the time of signing"; }
signed_attributes "$folder/signature.p7s" "$work/sender-root.pem" "$sender"
[[ $digest == "$payload" ]] || broken "the digest that was signed"
under_way=0
[[ $side == sender ]] || under_way=$((31 * 86400))  # the recipient takes a message as long as messages live
near "$(jq -r .at "$work/leaf")" "$time" "$under_way"
not_revoked "$folder/sender-crl.pem" "$work/sender-root.pem" "$(jq -r .at "$work/leaf")"
holds "$sender signed payload digest $digest at $(date -u -d "@$time" +%FT%TZ)"

# 7. Agreement, policy, consent.
[[ $(sha <"$folder/agreement.yaml") == "$(fact "$work/leaf" agreement)" ]] || broken "the agreement's digest"
for party in sender recipient; do
  signed_attributes "$folder/agreement-$party.p7s" "$work/$party-root.pem" "${!party}"
  openssl cms -verify -binary -cades -inform DER -in "$folder/agreement-$party.p7s" -content "$folder/agreement.yaml" -attime "$time" \
    -purpose any -CAfile "$work/$party-root.pem" -out /dev/null 2>/dev/null ||
    broken "the agreement's signature by ${!party}"  # instead of OpenSSL's words
done
holds "agreement $(fact "$work/leaf" agreement) signed by both; policy $(fact "$work/leaf" policy_digest); consent of epoch $(fact "$work/leaf" consent_epoch)"
if [[ -f $folder/consent.opening ]]; then
  [[ $(sha <"$folder/consent.opening") == "$(jq -r .commitment "$work/leaf")" ]] || broken "the opening"
  holds "opened: the message cites consent $(tail -c +33 "$folder/consent.opening" | jq -r .cited_consent)"
fi

# 8. The receipt.
signed_attributes "$folder/receipt.p7s" "$work/recipient-root.pem" "$recipient"
openssl cms -verify -binary -cades -inform DER -in "$folder/receipt.p7s" -attime "$time" -purpose any \
  -CAfile "$work/recipient-root.pem" -out "$work/receipt" 2>/dev/null ||
  broken "the receipt's signature"  # instead of OpenSSL's words
[[ $(jq -r '[.from, .to, .message, .inner_digest] | join(" ")' "$work/receipt") == "$recipient $sender $message $inner" ]] ||
  broken "what the receipt is for"
near "$(jq -r .at "$work/receipt")" "$time"
if [[ $side == sender ]]; then
  leaf_in "$folder/receipt.tlog-proof" "$work/came"
  [[ $size == "$head_size" && $root == "$head_root" && $(jq -r .kind "$work/came") == receipt &&
    $(fact "$work/came" receipt) == "$(sha <"$folder/receipt.p7s")" ]] || broken "the leaf of the receipt"
  not_revoked "$folder/recipient-crl.pem" "$work/recipient-root.pem" "$(jq -r .at "$work/came")"
else
  [[ $(jq -r .log_index "$work/receipt") == "$statement_index" ]] || broken "the leaf that the receipt names"
  not_revoked "$folder/recipient-crl.pem" "$work/recipient-root.pem" "$(jq -r .at "$work/leaf")"
fi
holds "$recipient signed that it $(jq -r .outcome "$work/receipt") it at $(jq -r .at "$work/receipt")"

# 9. What became of it: at the recipient its own leaf, at the sender the recipient's signed erasure receipt.
if [[ -f $folder/erasure.tlog-proof ]]; then
  leaf_in "$folder/erasure.tlog-proof" "$work/erased"
  [[ $size == "$head_size" && $root == "$head_root" && $(jq -r .kind "$work/erased") == message.erased &&
    $(fact "$work/erased" message) == "$message" && $(fact "$work/erased" peer) == "$peer" ]] || broken "the leaf of the erasure"
  if [[ $side == sender ]]; then
    leaf_in "$folder/erasure-admission.tlog-proof" "$work/came"
    [[ $size == "$head_size" && $root == "$head_root" && $(jq -r .kind "$work/came") == admission &&
      $(fact "$work/came" type) == erasure_receipt && $(fact "$work/came" message) == "$(fact "$work/erased" receipt)" && $(fact "$work/came" peer) == "$recipient" ]] ||
      broken "the leaf of the erasure receipt"
    signed_attributes "$folder/erasure.p7s" "$work/recipient-root.pem" "$recipient"
    [[ $digest == "$(fact "$work/came" payload)" ]] || broken "the digest of the erasure receipt"
    not_revoked "$folder/recipient-crl.pem" "$work/recipient-root.pem" "$(jq -r .at "$work/came")"
  fi
  holds "it was destroyed, as the $(fact "$work/erased" because) $(fact "$work/erased" duty) asked, by $(jq -r .at "$work/erased")"
fi
