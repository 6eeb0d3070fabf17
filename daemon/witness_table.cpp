#include "daemon/witness_table.h"

#include "daemon/stored.h"

namespace casebridge {
namespace {

constexpr std::string_view select_witnessed = "SELECT node, size, root, note, at FROM witnessed_heads ";
constexpr std::string_view select_evidence = "SELECT number, node, kind, document, at, settled_at FROM log_evidence ";

Result<NodeId> node_of(Statement const& row, int column) {
    return stored::parsed(NodeId::parse(row.text(column)));
}

Result<WitnessedHead> read_witnessed(Statement const& row) {
    ASSIGN_OR_RETURN(auto node, node_of(row, 0));
    ASSIGN_OR_RETURN(auto const root, stored::digest(row, 2));
    return WitnessedHead{std::move(node), stored::count(row, 1), root, row.text(3), stored::time(row, 4)};
}

Result<Cosignature> read_cosignature(Statement const& row) {
    ASSIGN_OR_RETURN(auto node, node_of(row, 0));
    ASSIGN_OR_RETURN(auto const root, stored::digest(row, 2));
    return Cosignature{std::move(node), stored::count(row, 1), root, row.text(3), stored::time(row, 4)};
}

Result<LogEvidence> read_evidence(Statement const& row) {
    ASSIGN_OR_RETURN(auto node, node_of(row, 1));
    return LogEvidence{row.integer(0), std::move(node),      row.text(2),
                       row.text(3),    stored::time(row, 4), stored::optional_time(row, 5)};
}

/// What all rows about a head begin with: node, size, root, time.
template <typename Head>
Statement put_head(Statement row, NodeId const& node, Head const& head) {
    row.bind(1, node.text())
        .bind(2, stored::integer(head.size))
        .bind_blob(3, head.root.view())
        .bind(4, stored::milliseconds(head.at));
    return row;
}

template <typename T>
Result<std::vector<T>> all(Statement rows, Result<T> (*read)(Statement const&)) {
    std::vector<T> found;
    while (true) {
        ASSIGN_OR_RETURN(bool const more, rows.step());
        if (!more) return found;
        ASSIGN_OR_RETURN(auto each, read(rows));
        found.push_back(std::move(each));
    }
}

template <typename T>
Result<std::optional<T>> first(Statement& row, Result<T> (*read)(Statement const&)) {
    ASSIGN_OR_RETURN(bool const found, row.step());
    if (!found) return std::optional<T>();
    ASSIGN_OR_RETURN(auto value, read(row));
    return std::optional(std::move(value));
}

}  // namespace

Result<std::optional<WitnessedHead>> WitnessTable::witnessed(NodeId const& node) const {
    auto row = database_.prepare(std::string(select_witnessed) + "WHERE node = ?1");
    row.bind(1, node.text());
    return first(row, read_witnessed);
}

Result<std::vector<WitnessedHead>> WitnessTable::all_witnessed() const {
    return all(database_.prepare(std::string(select_witnessed) + "ORDER BY node"), read_witnessed);
}

Status WitnessTable::put(WitnessedHead const& head) {
    return put_head(database_.prepare("INSERT OR REPLACE INTO witnessed_heads(node, size, root, at, note) "
                                      "VALUES(?1, ?2, ?3, ?4, ?5)"),
                    head.node, head)
        .bind(5, head.note)
        .run();
}

Status WitnessTable::forget(NodeId const& node) {
    for (auto const* table : {"witnessed_heads", "shown_heads", "mirror_tiles", "mirrors"})
        RETURN_IF_ERROR(
            database_.prepare(std::string("DELETE FROM ") + table + " WHERE node = ?1").bind(1, node.text()).run());
    return Done{};
}

Result<std::optional<ShownHead>> WitnessTable::shown(NodeId const& node) const {
    auto row = database_.prepare("SELECT node, size, root, note, by, at FROM shown_heads WHERE node = ?1");
    ASSIGN_OR_RETURN(bool const found, row.bind(1, node.text()).step());
    if (!found) return std::optional<ShownHead>();
    ASSIGN_OR_RETURN(auto const root, stored::digest(row, 2));
    ASSIGN_OR_RETURN(auto by, node_of(row, 4));
    return std::optional(
        ShownHead{node, stored::count(row, 1), root, row.text(3), std::move(by), stored::time(row, 5)});
}

Status WitnessTable::put(ShownHead const& head) {
    return put_head(database_.prepare("INSERT OR REPLACE INTO shown_heads(node, size, root, at, note, by) "
                                      "VALUES(?1, ?2, ?3, ?4, ?5, ?6)"),
                    head.node, head)
        .bind(5, head.note)
        .bind(6, head.by.text())
        .run();
}

Status WitnessTable::drop_shown(NodeId const& node) {
    return database_.prepare("DELETE FROM shown_heads WHERE node = ?1").bind(1, node.text()).run();
}

Result<std::vector<Cosignature>> WitnessTable::cosignatures() const {
    return all(database_.prepare("SELECT node, size, root, line, at FROM cosignatures ORDER BY node"),
               read_cosignature);
}

Status WitnessTable::put(Cosignature const& cosignature) {
    return put_head(database_.prepare("INSERT OR REPLACE INTO cosignatures(node, size, root, at, line) "
                                      "VALUES(?1, ?2, ?3, ?4, ?5)"),
                    cosignature.by, cosignature)
        .bind(5, cosignature.line)
        .run();
}

Status WitnessTable::drop_cosignatures() {
    return database_.execute("DELETE FROM cosignatures");
}

Result<bool> WitnessTable::add(LogEvidence const& evidence) {
    RETURN_IF_ERROR(database_
                        .prepare("INSERT OR IGNORE INTO log_evidence(node, kind, document, digest, at) "
                                 "VALUES(?1, ?2, ?3, ?4, ?5)")
                        .bind(1, evidence.node.text())
                        .bind(2, evidence.kind)
                        .bind(3, evidence.document)
                        .bind_blob(4, sha256(as_bytes(evidence.document)).view())
                        .bind(5, stored::milliseconds(evidence.at))
                        .run());
    return database_.changes() > 0;
}

Result<std::vector<LogEvidence>> WitnessTable::evidence(std::size_t limit) const {
    auto rows = database_.prepare(std::string(select_evidence) + "ORDER BY number DESC LIMIT ?1");
    rows.bind(1, stored::integer(limit));
    return all(std::move(rows), read_evidence);
}

Result<std::optional<LogEvidence>> WitnessTable::evidence_at(std::int64_t number) const {
    auto row = database_.prepare(std::string(select_evidence) + "WHERE number = ?1");
    row.bind(1, number);
    return first(row, read_evidence);
}

Result<std::vector<NodeId>> WitnessTable::accused() const {
    return all<NodeId>(
        database_.prepare("SELECT DISTINCT node FROM log_evidence WHERE settled_at IS NULL ORDER BY node"),
        [](Statement const& row) { return node_of(row, 0); });
}

Result<std::int64_t> WitnessTable::settle(NodeId const& node, Timestamp at) {
    RETURN_IF_ERROR(database_.prepare("UPDATE log_evidence SET settled_at = ?2 WHERE node = ?1 AND settled_at IS NULL")
                        .bind(1, node.text())
                        .bind(2, stored::milliseconds(at))
                        .run());
    return std::int64_t{database_.changes()};
}

}  // namespace casebridge
