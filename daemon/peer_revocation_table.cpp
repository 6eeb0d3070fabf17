#include "daemon/peer_revocation_table.h"

#include "daemon/stored.h"

namespace casebridge {
namespace {

constexpr std::string_view select = "SELECT node, list, first_seen, confirmed_at FROM peer_revocations ";

Result<std::vector<PeerRevocationRow>> read(Statement& rows) {
    std::vector<PeerRevocationRow> all;
    while (true) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return all;
        ASSIGN_OR_RETURN(auto node, stored::parsed(NodeId::parse(rows.text(0))));
        ASSIGN_OR_RETURN(auto list, stored::parsed(RevocationList::from_der(rows.blob(1))));
        all.push_back({std::move(node), std::move(list), stored::time(rows, 2), stored::time(rows, 3)});
    }
}

}  // namespace

Result<std::vector<PeerRevocationRow>> PeerRevocationTable::all() const {
    auto rows = database_.prepare(std::string(select) + "ORDER BY node, authority");
    return read(rows);
}

Result<std::vector<PeerRevocationRow>> PeerRevocationTable::of(NodeId const& node) const {
    auto rows = database_.prepare(std::string(select) + "WHERE node = ?1 ORDER BY authority");
    rows.bind(1, node.text());
    return read(rows);
}

Status PeerRevocationTable::put(NodeId const& node, RevocationList const& list, Timestamp now) {
    auto known =
        database_.prepare("SELECT number, list, first_seen FROM peer_revocations WHERE node = ?1 AND authority = ?2");
    known.bind(1, node.text()).bind(2, list.authority());
    ASSIGN_OR_RETURN(bool const found, known.step());
    auto first_seen = now;
    if (found) {
        if (list.number() < known.integer(0)) return Error{ErrorKind::unauthentic, "crl.number_went_back", node.text()};
        bool const same = list.number() == known.integer(0);
        if (same && known.blob(1) != list.der()) return Error{ErrorKind::unauthentic, "crl.number_reused", node.text()};
        if (same) first_seen = stored::time(known, 2);
    }
    auto row = database_.prepare(
        "INSERT OR REPLACE INTO peer_revocations(node, authority, number, list, first_seen, confirmed_at) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
    row.bind(1, node.text()).bind(2, list.authority()).bind(3, list.number()).bind_blob(4, list.der());
    stored::bind_time(row, 5, first_seen);
    stored::bind_time(row, 6, now);
    return row.run();
}

Status PeerRevocationTable::forget(NodeId const& node) {
    return database_.prepare("DELETE FROM peer_revocations WHERE node = ?1").bind(1, node.text()).run();
}

}  // namespace casebridge
