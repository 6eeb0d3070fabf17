# What Cambodia told Thailand goes on to Lao PDR, with which Cambodia has no agreement: by Cambodia's signed permission and
# with the person's consent, and a withdrawal follows it. Sourced by packaging/quickstart.sh.
#
# Needs from its caller: at, home, note, step, expect, wait_for, directory, root.
# shellcheck shell=bash disable=SC2154

onward_copy_is() { # state: of the only copy Thailand has passed on
  [[ $(at th-msdhs onward list --json | jq -r '.copies[0].state') == "$1" ]]
}
onward_erased() { [[ $(at kh-mosvy consent withdrawals --json | jq -r '.duties[0] | "\(.state) \(.erased.passed_on)"') == "answered 1" ]]; }
onward_body() { # node, message: a digest of what it was told
  at "$1" --reason "compares" inbox show "$2" --json | jq -cS .body | sha256sum
}

onward() { # case in Cambodia, of a Lao citizen
  local khmer=$1 third=la-mlsw/phonthong-reception-centre message copy
  step "Cambodia may tell Thailand, and Thailand Lao PDR; what Cambodia told goes on with Cambodia's signed permission alone"
  sed -e "s/^id: .*/id: demo-onward/" -e "s/^case: .*/case: \"$khmer\"/" \
    -e "s/^given_on: .*/given_on: $(date -d '-7 days' +%F)/" -e "s/^expires_on: .*/expires_on: $(date -d '+1 year' +%F)/" \
    -e "s|  - kh-mosvy/poipet-transit-centre|  - th-msdhs/datip\n  - $third|" \
    "$root/policies/library/examples/consents/return-adult.yaml" >"$directory/onward-consent.yaml"
  at kh-mosvy --reason "interview" consent record "$directory/onward-consent.yaml" --json >/dev/null
  message=$(at kh-mosvy --reason "she wants to go home" case send "$khmer" --to th-msdhs/datip \
    --purpose return_and_handover --yes --json 2>/dev/null | jq -er .message)
  wait_for "the summary in Thailand" 15 onward_told "$message"
  expect "what Thailand may pass on without a permission" onward.not_permitted \
    "$(at th-msdhs --reason "tries" onward send "$message" --to "$third" --yes --json 2>&1 >/dev/null | jq -r .error.code)"
  at kh-mosvy --reason "her family lives there" onward permit "$message" --to "$third" --until "$(date -d '+10 days' +%F)" \
    --yes --json >/dev/null 2>&1
  wait_for "the permission in Thailand" 15 onward_permitted
  copy=$(at th-msdhs --reason "permitted by Cambodia" onward send "$message" --to "$third" --yes --json 2>/dev/null |
    jq -er .message)
  wait_for "the copy in Lao PDR" 15 onward_copy_is delivered
  expect "what Lao PDR was told" "$(onward_body th-msdhs "$message")" "$(onward_body la-mlsw "$copy")"
  at th-msdhs onward list | sed 's/^/  /'
  at kh-mosvy --reason "asked in person" consent withdraw "$khmer" demo-onward --json >/dev/null
  wait_for "the destruction of the message and of the copy" 30 onward_erased
  wait_for "the destruction in Lao PDR" 30 onward_gone "$copy"
  note "she changes her mind: Thailand has destroyed it, and so has Lao PDR, whom Thailand told"
}
onward_told() { [[ $(at th-msdhs inbox list --json | jq -r --arg m "$1" '[.messages[] | select(.message == $m)] | length') == 1 ]]; }
onward_permitted() { [[ $(at th-msdhs onward list --json | jq '.permissions | length') == 1 ]]; }
onward_gone() { [[ $(at la-mlsw inbox list --json | jq -r --arg m "$1" '.messages[] | select(.message == $m) | .erased_at') == 20* ]]; }
