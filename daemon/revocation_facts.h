// RevocationFacts: how this node's own revocation lists stand, and whose of the partners are too old.
#pragma once

#include "crypto/certificate.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace casebridge {

class PeerSnapshot;

struct RevocationFacts {
    struct Own {
        std::int64_t number = 0;
        Timestamp this_update, next_update;
        std::int64_t revoked = 0;
    };
    std::optional<Own> own;             ///< of the issuing authority; none: it has never issued one
    std::string_view own_failure{};     ///< code of why they cannot be read; empty: they can
    std::vector<Role> revoked_roles{};  ///< of our certificates, those that stand on our own list
    bool partners_have_lists = false;
    std::vector<std::string> stale_peers{};  ///< partners to whom nothing is sent, and of whom nothing is taken

    /// Whether there is anything to judge.
    [[nodiscard]] bool concerns() const { return own || !own_failure.empty() || partners_have_lists; }
};

/// Reads identity/crl.pem; whom `peers` cannot rely upon at `now`.
RevocationFacts revocation_facts(std::filesystem::path const& identity_directory, PeerSnapshot const& peers,
                                 Timestamp now);

}  // namespace casebridge
