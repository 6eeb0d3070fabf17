// Peers: who is pinned, how they are reached, and the certificates they last presented.
#pragma once

#include "daemon/database.h"
#include "policies/ids.h"
#include "policies/purpose.h"

#include <vector>

namespace casebridge {

/// A root that the pinned one took the place of.
struct FormerRoot {
    std::string root_pem, statement_pem;
    Timestamp rolled_at;
    Timestamp until;  ///< its chains are accepted so long
    std::optional<Timestamp> ended_at{};
};

struct PeerRow {
    NodeId node;
    NodeKind kind;
    std::string name;
    std::string host;  ///< address to dial; TLS verifies `<node>.casebridge.internal`, not this
    std::uint16_t port = 0;
    std::string root_pem;
    std::vector<OfficeId> offices;  ///< as the peer's node document says; empty until first contact
    int schema = 1;
    std::string encryption_chain_pem;  ///< leaf first; empty until first contact
    std::optional<Timestamp> refreshed_at;
    Timestamp added_at;
    std::optional<Timestamp> removed_at;     ///< removed: reachable for duties only
    std::string log_key{};                   ///< vkey of its audit log; empty: not told yet
    std::string witness_key{};               ///< vkey it cosigns with; empty: not told yet
    std::vector<FormerRoot> former_roots{};  ///< in the order in which they were pinned
    std::string rotations{};                 ///< how both followed others, as the partner proved it (key_rotation.h)
    std::optional<NodeId> successor{};       ///< who goes on for it (peer_succession.h); put() leaves that alone
};

class PeerTable {
public:
    explicit PeerTable(Database& database) : database_(database) {}
    /// Inserts or replaces.
    Status put(PeerRow const& peer);
    Result<std::vector<PeerRow>> all() const;
    Result<std::optional<PeerRow>> find(NodeId const& node) const;

private:
    Result<std::vector<FormerRoot>> former_roots(NodeId const& node) const;
    Database& database_;
};

}  // namespace casebridge
