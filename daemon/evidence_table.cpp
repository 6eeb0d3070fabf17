#include "daemon/evidence_table.h"

#include "daemon/stored.h"
#include "policies/json.h"

namespace casebridge {
namespace {

std::string_view to_text(EvidenceTable::Kind kind) {
    return kind == EvidenceTable::Kind::message ? "message" : "receipt";
}

}  // namespace

Status EvidenceTable::fill(Database& database) {
    auto rows = database.prepare("SELECT position, data FROM log_leaves ORDER BY position");
    while (true) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return Done{};
        ASSIGN_OR_RETURN(auto const leaf, stored::parsed(parse_json(rows.text(1))));
        auto const* const facts = leaf.find("facts");
        auto const message = facts == nullptr ? std::string() : facts->text_or("message");
        if (message.empty()) continue;
        auto insert = database.prepare("INSERT INTO log_messages(message, position) VALUES(?1, ?2)");
        RETURN_IF_ERROR(insert.bind(1, message).bind(2, rows.integer(0)).run());
    }
}

Status EvidenceTable::keep(MessageId const& message, NodeId const& sender, Kind kind, ByteView signature) {
    return database_
        .prepare("INSERT OR IGNORE INTO kept_signatures(message, sender, kind, signature) VALUES(?1, ?2, ?3, ?4)")
        .bind(1, message.text())
        .bind(2, sender.text())
        .bind(3, to_text(kind))
        .bind_blob(4, signature)
        .run();
}

Result<std::optional<Bytes>> EvidenceTable::signature(MessageId const& message, NodeId const& sender, Kind kind) const {
    auto row =
        database_.prepare("SELECT signature FROM kept_signatures WHERE message = ?1 AND sender = ?2 AND kind = ?3");
    row.bind(1, message.text()).bind(2, sender.text()).bind(3, to_text(kind));
    ASSIGN_OR_RETURN(bool const found, row.step());
    return found ? std::optional(row.blob(0)) : std::optional<Bytes>();
}

Result<std::vector<std::uint64_t>> EvidenceTable::leaves(MessageId const& message) const {
    auto rows = database_.prepare("SELECT position FROM log_messages WHERE message = ?1 ORDER BY position");
    rows.bind(1, message.text());
    std::vector<std::uint64_t> all;
    while (true) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return all;
        all.push_back(stored::count(rows, 0));
    }
}

}  // namespace casebridge
