#include "daemon/peer_table.h"

#include "daemon/stored.h"
#include "policies/json.h"

namespace casebridge {
namespace {

constexpr int node_kinds = static_cast<int>(NodeKind::organisation) + 1;
constexpr std::string_view select =
    "SELECT p.node, p.kind, p.name, p.host, p.port, p.root_pem, p.offices, p.schema, p.encryption_chain_pem, "
    "p.refreshed_at, p.added_at, p.removed_at, k.log_key, k.witness_key, r.statements, s.successor FROM peers p "
    "LEFT JOIN peer_keys k ON k.node = p.node LEFT JOIN peer_rotations r ON r.node = p.node "
    "LEFT JOIN successions s ON s.node = p.node ";

std::string offices_text(std::vector<OfficeId> const& offices) {
    auto json = Json::array();
    for (auto const& office : offices) json.push(office.text());
    return dump(json);
}

Result<std::vector<OfficeId>> parse_offices(std::string const& text) {
    ASSIGN_OR_RETURN(auto const json, stored::parsed(parse_json(text)));
    std::vector<OfficeId> offices;
    if (json.as_array() == nullptr) return stored::damaged("offices");
    for (auto const& office : *json.as_array()) {
        if (office.as_string() == nullptr) return stored::damaged("offices");
        offices.emplace_back(*office.as_string());
    }
    return offices;
}

Result<PeerRow> read(Statement const& row) {
    ASSIGN_OR_RETURN(auto node, stored::parsed(NodeId::parse(row.text(0))));
    ASSIGN_OR_RETURN(auto const kind, stored::enumerator<NodeKind>(row.text(1), node_kinds));
    ASSIGN_OR_RETURN(auto offices, parse_offices(row.text(6)));
    std::optional<NodeId> successor;
    if (!row.is_null(15)) {
        ASSIGN_OR_RETURN(successor, stored::parsed(NodeId::parse(row.text(15))));
    }
    return PeerRow{.node = std::move(node),
                   .kind = kind,
                   .name = row.text(2),
                   .host = row.text(3),
                   .port = static_cast<std::uint16_t>(row.integer(4)),
                   .root_pem = row.text(5),
                   .offices = std::move(offices),
                   .schema = static_cast<int>(row.integer(7)),
                   .encryption_chain_pem = row.text(8),
                   .refreshed_at = stored::optional_time(row, 9),
                   .added_at = stored::time(row, 10),
                   .removed_at = stored::optional_time(row, 11),
                   .log_key = row.text(12),
                   .witness_key = row.text(13),
                   .rotations = row.text(14),
                   .successor = std::move(successor)};
}

}  // namespace

Status PeerTable::put(PeerRow const& peer) {
    auto row = database_.prepare(
        "INSERT OR REPLACE INTO peers(node, kind, name, host, port, root_pem, offices, schema, encryption_chain_pem, "
        "refreshed_at, added_at, removed_at) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
    row.bind(1, peer.node.text()).bind(2, to_text(peer.kind)).bind(3, peer.name).bind(4, peer.host);
    row.bind(5, peer.port).bind(6, peer.root_pem).bind(7, offices_text(peer.offices)).bind(8, peer.schema);
    row.bind(9, peer.encryption_chain_pem);
    stored::bind_time(row, 10, peer.refreshed_at);
    stored::bind_time(row, 11, peer.added_at);
    stored::bind_time(row, 12, peer.removed_at);
    RETURN_IF_ERROR(row.run());
    RETURN_IF_ERROR(database_.prepare("INSERT OR REPLACE INTO peer_keys(node, log_key, witness_key) VALUES(?1, ?2, ?3)")
                        .bind(1, peer.node.text())
                        .bind(2, peer.log_key)
                        .bind(3, peer.witness_key)
                        .run());
    RETURN_IF_ERROR(database_.prepare("DELETE FROM former_roots WHERE node = ?1").bind(1, peer.node.text()).run());
    std::int64_t number = 0;
    for (auto const& former : peer.former_roots) {
        auto each = database_.prepare(
            "INSERT INTO former_roots(node, number, root, statement, rolled_at, until, ended_at) "
            "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)");
        each.bind(1, peer.node.text()).bind(2, ++number).bind(3, former.root_pem).bind(4, former.statement_pem);
        stored::bind_time(each, 5, former.rolled_at);
        stored::bind_time(each, 6, former.until);
        stored::bind_time(each, 7, former.ended_at);
        RETURN_IF_ERROR(each.run());
    }
    return database_.prepare("INSERT OR REPLACE INTO peer_rotations(node, statements) VALUES(?1, ?2)")
        .bind(1, peer.node.text())
        .bind(2, peer.rotations)
        .run();
}

Result<std::vector<FormerRoot>> PeerTable::former_roots(NodeId const& node) const {
    auto rows = database_.prepare(
        "SELECT root, statement, rolled_at, until, ended_at FROM former_roots WHERE node = ?1 ORDER BY number");
    rows.bind(1, node.text());
    std::vector<FormerRoot> all;
    for (;;) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return all;
        all.push_back(
            {rows.text(0), rows.text(1), stored::time(rows, 2), stored::time(rows, 3), stored::optional_time(rows, 4)});
    }
}

Result<std::vector<PeerRow>> PeerTable::all() const {
    auto rows = database_.prepare(std::string(select) + "ORDER BY p.node");
    std::vector<PeerRow> peers;
    while (true) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return peers;
        ASSIGN_OR_RETURN(auto peer, read(rows));
        ASSIGN_OR_RETURN(peer.former_roots, former_roots(peer.node));
        peers.push_back(std::move(peer));
    }
}

Result<std::optional<PeerRow>> PeerTable::find(NodeId const& node) const {
    auto row = database_.prepare(std::string(select) + "WHERE p.node = ?1");
    ASSIGN_OR_RETURN(bool const found, row.bind(1, node.text()).step());
    if (!found) return std::optional<PeerRow>();
    ASSIGN_OR_RETURN(auto peer, read(row));
    ASSIGN_OR_RETURN(peer.former_roots, former_roots(node));
    return std::optional(std::move(peer));
}

}  // namespace casebridge
