// Revocation lists of partners, one for each of their authorities: the newest that was ever seen.
#pragma once

#include "crypto/revocation.h"
#include "daemon/database.h"

namespace casebridge {

struct PeerRevocationRow {
    NodeId node;
    RevocationList list;
    Timestamp first_seen, confirmed_at;
};

class PeerRevocationTable {
public:
    explicit PeerRevocationTable(Database& database) : database_(database) {}

    Result<std::vector<PeerRevocationRow>> all() const;
    Result<std::vector<PeerRevocationRow>> of(NodeId const& node) const;
    /// In the place of the list of the same authority. Errors: `crl.number_went_back`, `crl.number_reused` (other bytes
    /// under a number that was seen).
    Status put(NodeId const& node, RevocationList const& list, Timestamp now);
    /// A node that is pinned to another root has other authorities.
    Status forget(NodeId const& node);

private:
    Database& database_;
};

}  // namespace casebridge
