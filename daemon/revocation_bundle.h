// RevocationBundle: what a partner is shown of a node's revocations, `GET /exchange/v1/crl`.
#pragma once

#include "crypto/revocation.h"
#include "policies/json.h"

namespace casebridge {

struct RevocationBundle {
    static constexpr std::size_t maximum_bytes = 2 * 1024 * 1024;
    static constexpr std::size_t most_lists = 8;  ///< and authorities: an old one and a new one, usually

    std::vector<RevocationList> lists;     ///< one for each authority
    std::vector<Certificate> authorities;  ///< that have signed them

    [[nodiscard]] Json to_json() const;
    /// Errors: `crl.malformed`, `certificate.malformed`, `node.*`, `json.*`.
    static Result<RevocationBundle> parse(std::string_view text);
};

}  // namespace casebridge
