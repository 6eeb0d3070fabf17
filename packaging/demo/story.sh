# One case from the first question to the end, sourced by packaging/quickstart.sh: verification, tracing, return and
# handover, two reports, withdrawal. Answers that hide refusal come when they are due, days later: the three ministries
# are stopped, their clocks are put forward (libfaketime), and their officers confirm the new time, as after any clock
# that was set.
#
# Needs from its caller: at, home, note, step, expect, wait_for, gone, start_node, nodes, directory, root.
# shellcheck shell=bash disable=SC2154

story_days=0
story_date() { date -u -d "+$((story_days + $1)) days" +%F; }                      # days from the story's today
story_time() { date -u -d "+$story_days days" +%FT%T.000Z; }                       # now, in the story
story_stop() { # node
  local pid
  pid=$(<"$(home "$1")/daemon.pid")
  kill "$pid"
  wait_for "the end of $1" 15 gone "$pid"
}
story_start() { clock_ahead="+${story_days}d" start_node "$1"; } # node
later() { # days
  local node
  for node in "${nodes[@]}"; do story_stop "$node"; done
  story_days=$((story_days + $1))
  for node in "${nodes[@]}"; do
    story_start "$node"
    at "$node" --reason "the clock was put forward" clock confirm --time "$(story_time)" --json >/dev/null
  done
  note "$1 days later: $(story_date 0)"
}

consent_for() { # node, case, purpose, recipient
  sed -e "s/^id: .*/id: demo-$3/" -e "s/^case: .*/case: \"$2\"/" -e "s/^purpose: .*/purpose: $3/" \
    -e "s/^given_on: .*/given_on: $(date -d '-7 days' +%F)/" -e "s/^expires_on: .*/expires_on: $(date -d '+1 year' +%F)/" \
    -e "s|  - kh-mosvy/poipet-transit-centre|  - $4|" -e "s/^  - return$/  - return\n  - narrative/" \
    "$root/policies/library/examples/consents/return-adult.yaml" >"$directory/story-consent.yaml"
  at "$1" --reason "interview" consent record "$directory/story-consent.yaml" --json >/dev/null
}
start_procedure() { # node, kind, case, to, --set…: its reference
  local node=$1 kind=$2 case=$3 to=$4
  shift 4
  at "$node" --reason "the case is theirs, too" procedure start "$kind" "$case" --to "$to" --yes --json "$@" \
    2>>"$directory/story.log" | jq -er .procedure || fail "$node could not open $kind (see $directory/story.log)"
}
take() { # node, procedure, step, option…
  local node=$1 procedure=$2 type=$3
  shift 3
  at "$node" --reason "casework" procedure step "$procedure" "$type" --yes --json "$@" >>"$directory/story.log" 2>&1 ||
    fail "$node could not take the step $type (see $directory/story.log)"
}
stage_of() { at "$1" procedure list --all --json | jq -r --arg p "$2" '.procedures[] | select(.procedure == $p) | .stage'; }
stands() { [[ $(stage_of "$1" "$3") == "$4" && $(stage_of "$2" "$3") == "$4" ]]; }
both_at() { # node, node, procedure, stage
  wait_for "$4 at $1 and $2" 30 stands "$@"
  note "both say: ${4//_/ }"
}

story() { # case in Thailand, case in Cambodia
  local note_id thai=$1 khmer=$2 centre=kh-mosvy/poipet-transit-centre datip=th-msdhs/datip purpose verification tracing return follow_up
  for purpose in identity_verification family_tracing return_and_handover reintegration_follow_up; do
    consent_for th-msdhs "$thai" "$purpose" kh-mosvy
    consent_for kh-mosvy "$khmer" "$purpose" th-msdhs
  done

  step "Another purpose, another consent: Thailand asks Cambodia whether the person is a citizen; the officer there decides at once, the answer leaves when it is due"
  verification=$(start_procedure th-msdhs identity_verification "$thai" "$centre" --set to_verify=identity,citizenship)
  both_at th-msdhs kh-mosvy "$verification" asked
  take kh-mosvy "$verification" confirm --case "$khmer" --set verified=identity,citizenship --set grade=by_register \
    --set verified_on="$(story_date 0)"
  expect "what Thailand knows until then" asked "$(stage_of th-msdhs "$verification")"
  later 4
  both_at th-msdhs kh-mosvy "$verification" confirmed

  step "The family is looked for; contact goes through an agency, and the answers say nothing of where anybody is"
  tracing=$(start_procedure th-msdhs family_tracing "$thai" "$centre" --set relations=mother,father --set wish=contact)
  both_at th-msdhs kh-mosvy "$tracing" asked
  take kh-mosvy "$tracing" report_found --case "$khmer" --set relation=mother --set family_wish=contact \
    --set found_on="$(story_date 0)" --set contact_office=anti-trafficking-department
  later 14
  both_at th-msdhs kh-mosvy "$tracing" found
  take th-msdhs "$tracing" request_contact --set means=call_at_agency
  both_at th-msdhs kh-mosvy "$tracing" contact_requested
  take kh-mosvy "$tracing" arrange_contact --set means=call_at_agency --set contact_on="$(story_date 16)" \
    --set contact_office=anti-trafficking-department
  later 14
  both_at th-msdhs kh-mosvy "$tracing" contact_arranged

  step "The return is proposed while Cambodia is away, then agreed step by step"
  story_stop kh-mosvy
  return=$(start_procedure th-msdhs return_and_handover "$thai" "$centre" --set return_voluntary=voluntary \
    --set safety_assessment_date="$(story_date -2)" --set safety_assessment_result=safe --set proceedings_state=none \
    --set proposed_on="$(story_date 7)" --set organised_by=ministry)
  story_start kh-mosvy
  both_at th-msdhs kh-mosvy "$return" asked
  take kh-mosvy "$return" accept --set receiving_office=poipet-transit-centre
  both_at th-msdhs kh-mosvy "$return" accepted
  take th-msdhs "$return" give_notice --set planned_on="$(story_date 7)" --set "border_crossing=Ban Khlong Luek - Poipet" \
    --set border_crossing_kind=land --set handing_office=aranyaprathet-shelter-office \
    --set receiving_office=poipet-transit-centre --set travel_document=certificate_of_identity --set escort_needed=yes
  both_at th-msdhs kh-mosvy "$return" noticed
  take kh-mosvy "$return" agree_date --set agreed_on="$(story_date 7)" --set "border_crossing=Ban Khlong Luek - Poipet" \
    --set handing_office=aranyaprathet-shelter-office --set receiving_office=poipet-transit-centre
  both_at th-msdhs kh-mosvy "$return" date_agreed
  step "The officers write to each other inside the procedure, with a form; the partner's copy is the same file"
  printf '%%PDF-1.4\n%% form of the demonstration\n' >"$directory/form.pdf"
  note_id=$(at th-msdhs --reason "arranging the handover" procedure note "$return" --text "The bus leaves at nine." \
    --attach "$directory/form.pdf" --yes --json 2>>"$directory/story.log" | jq -er .message)
  wait_for "the note" 30 story_note "$return"
  at kh-mosvy --reason "arranging the handover" procedure note "$return" --text "We shall be there." --yes --json \
    >>"$directory/story.log" 2>&1
  at kh-mosvy --reason "reading the form" procedure attachment "$return" "$note_id" --out "$directory/form-there.pdf" \
    --json >/dev/null
  expect "the form in Cambodia" "$(sha256sum <"$directory/form.pdf")" "$(sha256sum <"$directory/form-there.pdf")"
  at kh-mosvy --reason "reading" procedure thread "$return" | sed 's/^/  /'

  step "On the day both sign the handover"
  later 7
  printf 'record of the handover of %s\n' "$(story_date 0)" >"$directory/handover-record.txt"
  for node in th-msdhs kh-mosvy; do
    take "$node" "$return" sign_handover --set record=@"$directory/handover-record.txt" \
      --set handed_over_at="$(story_time)" --set "border_crossing=Ban Khlong Luek - Poipet"
    if [[ $node == th-msdhs ]]; then both_at th-msdhs kh-mosvy "$return" handing_over; fi
  done
  both_at th-msdhs kh-mosvy "$return" handed_over
  take kh-mosvy "$return" confirm_receipt --set received_at="$(story_time)" --set receiving_office=poipet-transit-centre
  both_at th-msdhs kh-mosvy "$return" received

  step "Two reports follow, each on its day"
  follow_up=$(start_procedure th-msdhs reintegration_follow_up "$thai" "$centre" --set first_on="$(story_date 1)" \
    --set every_months=1 --set reports=2)
  both_at th-msdhs kh-mosvy "$follow_up" following_up
  take kh-mosvy "$follow_up" report --case "$khmer" --set reported_for="$(story_date 1)" --set outcome=progressing
  later 2
  wait_for "the first report" 30 story_reports "$follow_up" 1
  note "$(at th-msdhs procedure list --with kh-mosvy --json | jq -r --arg p "$follow_up" \
    '.procedures[] | select(.procedure == $p) | "reports: \(.reports.done) of \(.reports.of), next waited for: \(.awaited.on)"')"
  take kh-mosvy "$follow_up" report --case "$khmer" --set reported_for="$(story_date 30)" --set outcome=reintegrated
  later 32
  both_at th-msdhs kh-mosvy "$follow_up" completed
  at th-msdhs --reason "closing the file" procedure show "$follow_up" | sed 's/^/  /'

  step "The person asks that what was told for the return be destroyed; the handover that both signed stays a fact"
  at th-msdhs --reason "asked in person" consent withdraw "$thai" demo-return_and_handover --json >/dev/null
  wait_for "the erasure receipt" 30 story_erased
  at th-msdhs consent withdrawals | sed 's/^/  /'
  both_at th-msdhs kh-mosvy "$return" received
  expect "what its steps still say in Cambodia" 0 \
    "$(at kh-mosvy --reason "looks again" procedure show "$return" --json | jq '[.history[] | select(.fields)] | length')"
}
story_reports() { # procedure, number
  [[ $(at th-msdhs procedure list --all --json | jq --arg p "$1" '.procedures[] | select(.procedure == $p) | .reports.done') == "$2" ]]
}
story_note() { [[ $(at kh-mosvy --reason "looks" procedure thread "$1" --json | jq '.notes | length') == 1 ]]; }
story_erased() { [[ $(at th-msdhs consent withdrawals --json | jq -r '.duties[0].state') == answered ]]; }
