// A leaf of a node's audit log as evidence reads it; daemon/LOG.md.
#pragma once

#include "crypto/digest.h"
#include "crypto/time.h"
#include "policies/json.h"

namespace casebridge {

struct EvidenceLeaf {
    Timestamp at;
    std::string kind;
    std::string officer, role;
    Json facts;
    Digest commitment;

    /// A text or number of the facts as text; empty if there is none of this name.
    [[nodiscard]] std::string fact(std::string_view name) const;

    /// Errors: `json.*`, `evidence.unknown_leaf_version`, `evidence.missing_member`, `evidence.wrong_type`,
    /// `evidence.unknown_member`, `evidence.too_long`, `evidence.bad_leaf`.
    static Result<EvidenceLeaf> parse(ByteView data);
};

}  // namespace casebridge
