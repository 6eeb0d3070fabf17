#include "daemon/meeting_key_table.h"

#include "daemon/stored.h"

#include <algorithm>

namespace casebridge {
namespace {

Result<MeetingKeyId> read_id(Bytes const& bytes) {
    if (bytes.size() != meeting_key_id_bytes) return stored::damaged("the id of a meeting key");
    MeetingKeyId id{};
    std::ranges::copy(bytes, id.begin());
    return id;
}

}  // namespace

Result<MeetingKeyTable::Put> MeetingKeyTable::put(NodeId const& node, MeetingKeys::Key const& key, Timestamp now) {
    auto known = database_.prepare(
        "SELECT valid_from, valid_until, key, destroyed_at FROM meeting_keys WHERE node = ?1 AND id = ?2");
    ASSIGN_OR_RETURN(bool const found, known.bind(1, node.text()).bind_blob(2, key.id).step());
    if (found) {
        bool const same_days = stored::time(known, 0) == key.from && stored::time(known, 1) == key.until;
        bool const destroyed = !known.is_null(3);
        if (!same_days || (!destroyed && Secret(known.blob(2)) != key.secret))
            return Error{ErrorKind::conflict, "meeting_key.id_reused", node.text()};
        return destroyed ? Put::destroyed : Put::known;
    }
    auto row = database_.prepare(
        "INSERT INTO meeting_keys(node, id, valid_from, valid_until, key, added_at) VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
    row.bind(1, node.text()).bind_blob(2, key.id);
    stored::bind_time(row, 3, key.from);
    stored::bind_time(row, 4, key.until);
    row.bind_blob(5, key.secret.reveal());
    RETURN_IF_ERROR(stored::bind_time(row, 6, now).run());
    return Put::added;
}

Status MeetingKeyTable::require(NodeId const& node, bool required, Timestamp now) {
    if (!required)
        return database_.prepare("DELETE FROM meeting_key_required WHERE node = ?1").bind(1, node.text()).run();
    auto row = database_.prepare("INSERT OR IGNORE INTO meeting_key_required(node, since) VALUES(?1, ?2)");
    row.bind(1, node.text());
    return stored::bind_time(row, 2, now).run();
}

Result<std::map<NodeId, std::int64_t>> MeetingKeyTable::destroy_over(Timestamp now) {
    auto over = database_.prepare(
        "SELECT node, count(*) FROM meeting_keys WHERE key IS NOT NULL AND valid_until <= ?1 GROUP BY node");
    stored::bind_time(over, 1, now - meeting_key_grace);
    std::map<NodeId, std::int64_t> destroyed;
    while (true) {
        ASSIGN_OR_RETURN(bool const found, over.step());
        if (!found) break;
        ASSIGN_OR_RETURN(auto node, stored::parsed(NodeId::parse(over.text(0))));
        destroyed.emplace(std::move(node), over.integer(1));
    }
    if (destroyed.empty()) return destroyed;
    // SECURITY: overwritten in place first, then taken out; `secure_delete` zeroes what that leaves free.
    for (auto const* const sql :
         {"UPDATE meeting_keys SET key = zeroblob(32) WHERE key IS NOT NULL AND valid_until <= ?1 AND ?2 > 0",
          "UPDATE meeting_keys SET key = NULL, destroyed_at = ?2 WHERE key IS NOT NULL AND valid_until <= ?1"}) {
        auto update = database_.prepare(sql);
        stored::bind_time(update, 1, now - meeting_key_grace);
        RETURN_IF_ERROR(stored::bind_time(update, 2, now).run());
    }
    destroyed_any_ = true;
    return destroyed;
}

Result<std::int64_t> MeetingKeyTable::remove(NodeId const& node) {
    RETURN_IF_ERROR(database_.prepare("UPDATE meeting_keys SET key = zeroblob(32) WHERE node = ?1 AND key IS NOT NULL")
                        .bind(1, node.text())
                        .run());
    std::int64_t const destroyed = database_.changes();
    RETURN_IF_ERROR(database_.prepare("DELETE FROM meeting_keys WHERE node = ?1").bind(1, node.text()).run());
    if (destroyed > 0) destroyed_any_ = true;
    return destroyed;
}

Result<MeetingKeysByNode> MeetingKeyTable::all() const {
    struct Of {
        std::vector<MeetingKeys::Key> keys;
        bool required = false;
        std::optional<Timestamp> end;
    };
    std::map<NodeId, Of> by_node;
    auto required = database_.prepare("SELECT node FROM meeting_key_required");
    while (true) {
        ASSIGN_OR_RETURN(bool const found, required.step());
        if (!found) break;
        ASSIGN_OR_RETURN(auto const node, stored::parsed(NodeId::parse(required.text(0))));
        by_node[node].required = true;
    }
    auto rows = database_.prepare("SELECT node, id, valid_from, valid_until, key FROM meeting_keys");
    while (true) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) break;
        ASSIGN_OR_RETURN(auto const node, stored::parsed(NodeId::parse(rows.text(0))));
        ASSIGN_OR_RETURN(auto const id, read_id(rows.blob(1)));
        auto& of = by_node[node];
        auto const until = stored::time(rows, 3);
        of.end = std::max(of.end.value_or(until), until);
        if (!rows.is_null(4)) of.keys.push_back({id, stored::time(rows, 2), until, Secret(rows.blob(4))});
    }
    MeetingKeysByNode all;
    for (auto& [node, of] : by_node)
        all.emplace(node, std::make_shared<MeetingKeys const>(std::move(of.keys), of.required, of.end));
    return all;
}

Result<std::int64_t> MeetingKeyTable::count_destroyed(NodeId const& node) const {
    auto row = database_.prepare("SELECT count(*) FROM meeting_keys WHERE node = ?1 AND key IS NULL");
    ASSIGN_OR_RETURN(bool const found, row.bind(1, node.text()).step());
    return found ? row.integer(0) : 0;
}

}  // namespace casebridge
