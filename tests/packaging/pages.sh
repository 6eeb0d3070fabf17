#!/usr/bin/env bash
# The manual pages name every command, option and key, and mandoc finds nothing wrong with them; completion offers what
# the tables hold.   tests/packaging/pages.sh BUILD_DIRECTORY
set -euo pipefail
build=$1
casebridge=$build/bin/casebridge
pages=$build/daemon/cli/pages
failures=0
fail() { echo "pages: $1" >&2; failures=$((failures + 1)); }

for page in casebridge.1 casebridge-verify.1 casebridged.8 casebridge.yaml.5; do
  # A date would differ from build to build; lines may be as long as the help has them.
  # `|| true` is for grep, which ends with 1 when no line is left; that mandoc runs at all is seen below.
  complaints=$(mandoc -T lint "$pages/$page" | grep -v -e 'missing date' -e 'longer than 80 bytes' || true)
  [[ -z $complaints ]] || fail "$complaints"
  [[ $("$casebridge" man-page "${page%.*}") == "$(cat "$pages/$page")" ]] || fail "$page is not what the program prints"
done
text=$(mandoc -T utf8 "$pages/casebridge.1" | sed 's/.\x08//g')
"$casebridge" --help | sed -n 's/^  \([a-z][a-z-]*\)  .*/\1/p' | while read -r word; do
  grep -q "casebridge $word" <<<"$text" || { echo "pages: casebridge.1 lacks $word" >&2; exit 1; }
done
"$casebridge" config help | grep -o '^ *[a-z_]*' | tr -d ' ' | sort -u | while read -r key; do
  grep -q -- "$key" "$pages/casebridge.yaml.5" || { echo "pages: casebridge.yaml.5 lacks $key" >&2; exit 1; }
done
code=0
"$casebridge" man-page nothing >/dev/null 2>&1 || code=$?
((code == 2)) || fail "an unknown page ends with $code, expected 2"

# shellcheck source=/dev/null
source "$pages/casebridge"
offers() {  # words typed so far, the last one unfinished
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
  _casebridge
  echo "${COMPREPLY[*]}"
}
expect() {
  local wanted=$1 got
  shift
  got=" $(offers "$@") "
  [[ $got == *" $wanted "* ]] || fail "after '$*' completion offers '$got', not '$wanted'"
}
expect peer casebridge pe
expect export casebridge evidence ""
expect doctor casebridge ""
expect add casebridge peer ""
expect approve casebridge query ap
expect --digest casebridge query approve --
expect --purpose casebridge case send X --p
expect --json casebridge status --
expect case casebridge --config X ca
expect case casebridge --config=X ca
expect case casebridge --config = X ca
expect case casebridge --json ca
expect send casebridge --config X case se
expect send casebridge case --config X se
expect --purpose casebridge --config X case send Y --p
expect "$0" casebridge --config "$0"
[[ " $(offers casebridge --config ca) " != *" case "* ]] || fail "a command is offered as the value of an option"
[[ $(offers casebridge zzz) == "" ]] || fail "completion offers something for nonsense"
((failures == 0)) || exit 1
echo "manual pages and completion are right"
