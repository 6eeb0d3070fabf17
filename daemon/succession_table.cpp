#include "daemon/succession_table.h"

#include "daemon/stored.h"

#include <algorithm>
#include <array>

namespace casebridge {
namespace {

/// Where a partner's name stands for who answers now. Other columns of that kind say who signed, was dialled or was
/// recorded, and stay (tests/unit/daemon/succession_table_test.cpp knows them all).
struct Dealing {
    char const* table;
    char const* column;
};
constexpr std::array dealings{Dealing{"subjects", "peer"},
                              Dealing{"pairwise_consents", "peer"},
                              Dealing{"disclosures", "node"},
                              Dealing{"duties", "node"},
                              Dealing{"duty_counts", "sender"},
                              Dealing{"inbox", "sender"},
                              Dealing{"superseded", "sender"},
                              Dealing{"consents_withdrawn", "sender"},
                              Dealing{"procedures", "node"},
                              Dealing{"queries_asked", "node"},
                              Dealing{"queries_received", "sender"},
                              Dealing{"query_counts", "sender"},
                              Dealing{"onward_copies", "originator"},
                              Dealing{"onward_copies", "node"},
                              Dealing{"meetings", "node"},
                              Dealing{"meeting_keys", "node"},
                              Dealing{"meeting_key_required", "node"},
                              Dealing{"witnessed_heads", "node"},
                              Dealing{"shown_heads", "node"},
                              Dealing{"mirrors", "node"},
                              Dealing{"mirror_tiles", "node"}};

}  // namespace

Status SuccessionTable::add(Row const& row) {
    RETURN_IF_ERROR(database_.prepare("UPDATE successions SET successor = ?2 WHERE successor = ?1")
                        .bind(1, row.node.text())
                        .bind(2, row.successor.text())
                        .run());
    auto insert = database_.prepare("INSERT INTO successions(node, successor, statement, at) VALUES(?1, ?2, ?3, ?4)");
    insert.bind(1, row.node.text()).bind(2, row.successor.text()).bind(3, row.statement_pem);
    return stored::bind_time(insert, 4, row.at).run();
}

bool SuccessionTable::moves(std::string_view table, std::string_view column) {
    return std::ranges::any_of(dealings,
                               [&](Dealing const& each) { return table == each.table && column == each.column; });
}

std::size_t SuccessionTable::moving_columns() {
    return dealings.size();
}

Result<bool> SuccessionTable::is_succeeded(NodeId const& node) const {
    return database_.prepare("SELECT 1 FROM successions WHERE node = ?1").bind(1, node.text()).step();
}

Result<SuccessionTable::Dealings> SuccessionTable::dealings_with(NodeId const& node) const {
    auto row = database_.prepare(
        "SELECT (SELECT count(*) FROM inbox WHERE sender = ?1 AND content IS NOT NULL), "
        "(SELECT count(*) FROM disclosures WHERE node = ?1 AND state IN ('possibly_delivered', 'delivered') AND "
        "erased_at IS NULL), "
        "(SELECT count(*) FROM duties WHERE node = ?1 AND (open = 1 OR state IN ('owed', 'queued'))), "
        "(SELECT count(*) FROM outbox WHERE node = ?1 AND state = 'queued' AND message NOT IN "
        "(SELECT message FROM duties)), "
        "(SELECT count(*) FROM procedures WHERE node = ?1 AND awaited IS NOT NULL)");
    ASSIGN_OR_RETURN(bool const found, row.bind(1, node.text()).step());
    if (!found) return stored::damaged("a count");
    return Dealings{row.integer(0), row.integer(1), row.integer(2), row.integer(3), row.integer(4)};
}

Status SuccessionTable::hand_over(NodeId const& node, NodeId const& successor) {
    // A look at a case for somebody who is no partner yet reserves a reference that nobody was told.
    RETURN_IF_ERROR(database_.prepare("DELETE FROM subjects WHERE peer = ?1").bind(1, successor.text()).run());
    for (auto const& each : dealings) {
        std::string const column = each.column;
        RETURN_IF_ERROR(
            database_
                .prepare("UPDATE " + std::string(each.table) + " SET " + column + " = ?2 WHERE " + column + " = ?1")
                .bind(1, node.text())
                .bind(2, successor.text())
                .run());
    }
    // Theirs were given under a key the successor does not have.
    return database_.prepare("DELETE FROM cosignatures WHERE node = ?1").bind(1, node.text()).run();
}

Status SuccessionTable::add(FormerName const& name) {
    auto insert = database_.prepare(
        "INSERT INTO former_names(node, root, statement, log_key, rotations, leaves, ended_at) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    insert.bind(1, name.node.text()).bind(2, name.root_pem).bind(3, name.statement_pem);
    insert.bind(4, name.log_key).bind(5, name.rotations).bind(6, stored::integer(name.leaves));
    return stored::bind_time(insert, 7, name.ended_at).run();
}

Result<std::vector<SuccessionTable::FormerName>> SuccessionTable::former_names() const {
    auto rows = database_.prepare(
        "SELECT node, root, statement, log_key, rotations, leaves, ended_at FROM former_names ORDER BY number");
    std::vector<FormerName> all;
    for (;;) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return all;
        ASSIGN_OR_RETURN(auto node, stored::parsed(NodeId::parse(rows.text(0))));
        all.push_back({std::move(node), rows.text(1), rows.text(2), rows.text(3), rows.text(4), stored::count(rows, 5),
                       stored::time(rows, 6)});
    }
}

}  // namespace casebridge
