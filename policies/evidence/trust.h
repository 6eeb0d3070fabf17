// What an auditor trusts, of its own knowledge: roots, keys of logs, and witnesses. A bundle adds nothing to it.
#pragma once

#include "crypto/note_key.h"
#include "crypto/revocation.h"

#include <map>
#include <vector>

namespace casebridge {

struct EvidenceTrust {
    std::map<NodeId, Digest> roots;  ///< SHA-256 of the root certificate
    std::vector<NoteVerifier> logs;
    std::vector<NoteVerifier> witnesses;
    std::vector<RevocationList> revocation_lists;  ///< of any node, besides those of a bundle

    /// "th-msdhs=AB:CD:…", the fingerprint as officers compare it, or 64 hexadecimal digits. Errors:
    /// `trust_list.bad_root`, `trust_list.root_twice`.
    Status add_root(std::string_view text);
    /// A vkey. Errors: `note.*`, `trust_list.wrong_key_type` (a log signs by type 1, a witness by type 4).
    Status add_log(std::string_view vkey);
    Status add_witness(std::string_view vkey);
    /// One or more CRLs in PEM. Errors: `crl.malformed`.
    Status add_revocation_lists(std::string_view pem);
    /// Lines `root NODE=FINGERPRINT`, `log VKEY`, `witness VKEY`, empty ones, and those that begin with `#`. Errors:
    /// the above, and `trust_list.bad_line`; the detail is the line's number.
    Status add_lines(std::string_view text);
};

}  // namespace casebridge
