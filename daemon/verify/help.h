// What `casebridge-verify --help` and casebridge-verify(1) say.
#pragma once

#include <string_view>

namespace casebridge {

inline constexpr std::string_view verify_help =
    "casebridge-verify - judges an evidence bundle, offline\n"
    "\n"
    "  casebridge-verify FOLDER [--root NODE=FINGERPRINT]... [--log-key VKEY]... [--witness VKEY]...\n"
    "                           [--trust FILE] [--crl FILE]... [--json]\n"
    "  casebridge-verify --version | --help\n"
    "\n"
    "FOLDER is what `casebridge evidence export` wrote. Says who sent what digest to whom, when, under which\n"
    "agreement, policy and consent, and of each link whether it holds. Opens no store and no connection.\n"
    "\n"
    "  --root NODE=FINGERPRINT   the root certificate of a ministry, by its SHA-256, as that ministry gave it to you\n"
    "  --log-key VKEY            the verifier key of a ministry's log (casebridge identity show)\n"
    "  --witness VKEY            a witness whose cosignature of the log's head you want to see\n"
    "  --trust FILE              lines `root NODE=FINGERPRINT`, `log VKEY`, `witness VKEY`; # begins a comment\n"
    "  --crl FILE                lists of revoked certificates (PEM), besides those in the bundle\n"
    "  --json                    the verdict as JSON\n"
    "\n"
    "What you give no key for rests on what the bundle says of itself: it is shown as `unfounded`.\n"
    "Chains are judged at the time of signing; revocation by the time in the exporter's log, which the head's\n"
    "cosignatures bound, and by the lists that the bundle or you show.\n"
    "Exit codes: 0 every link holds under what you trust, 1 a link is broken, 2 usage, 3 nothing is broken, but a\n"
    "link is missing, 4 nothing is broken or missing, but a link is unfounded.\n"
    "\n"
    "Example: casebridge-verify evidence-019a2b3c --trust ministries.txt\n";

}  // namespace casebridge
