#include "daemon/outbox_table.h"

#include "daemon/stored.h"

#include <algorithm>

namespace casebridge {
namespace {

constexpr int outbox_states = static_cast<int>(OutboxState::expired) + 1;
constexpr std::string_view select =
    "SELECT o.message, o.node, o.office, o.stream, o.sequence, o.purpose, o.subject, o.inner_digest, o.sealed, "
    "o.signed, o.request, o.state, o.attempts, o.possibly_delivered, o.created_at, o.next_at, o.expires_at, "
    "o.last_code, o.receipt FROM outbox o ";

Result<OutboxRow> read(Statement const& row) {
    ASSIGN_OR_RETURN(auto id, stored::parsed(MessageId::parse(row.text(0))));
    ASSIGN_OR_RETURN(auto node, stored::parsed(NodeId::parse(row.text(1))));
    ASSIGN_OR_RETURN(auto const purpose, stored::parsed(parse_purpose(row.text(5))));
    ASSIGN_OR_RETURN(auto subject, stored::parsed(SubjectReference::parse(row.text(6))));
    ASSIGN_OR_RETURN(auto const inner_digest, stored::digest(row, 7));
    ASSIGN_OR_RETURN(auto const state, stored::enumerator<OutboxState>(row.text(11), outbox_states));
    return OutboxRow{.id = std::move(id),
                     .to = {std::move(node), OfficeId(row.text(2))},
                     .stream = row.text(3),
                     .sequence = stored::count(row, 4),
                     .purpose = purpose,
                     .subject = std::move(subject),
                     .inner_digest = inner_digest,
                     .sealed = row.integer(8),
                     .signed_ = row.integer(9),
                     .request = row.integer(10),
                     .state = state,
                     .attempts = static_cast<int>(row.integer(12)),
                     .possibly_delivered = row.integer(13) != 0,
                     .created_at = stored::time(row, 14),
                     .next_at = stored::time(row, 15),
                     .expires_at = stored::time(row, 16),
                     .last_code = row.text(17),
                     .receipt = row.blob(18)};
}

Result<std::vector<OutboxRow>> read_all(Statement rows) {
    std::vector<OutboxRow> all;
    while (true) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return all;
        ASSIGN_OR_RETURN(auto row, read(rows));
        all.push_back(std::move(row));
    }
}

/// What changes after a row is inserted, as parameters 2 to 11; parameter 1 is the message's id.
void bind_progress(Statement& statement, OutboxRow const& row) {
    statement.bind(1, row.id.text()).bind(2, row.sealed).bind(3, row.signed_).bind(4, row.request);
    statement.bind(5, to_text(row.state)).bind(6, row.attempts).bind(7, row.possibly_delivered ? 1 : 0);
    stored::bind_time(statement, 8, row.next_at);
    stored::bind_time(statement, 9, row.expires_at);
    statement.bind(10, row.last_code).bind_blob(11, row.receipt);
}

}  // namespace

std::string_view to_text(OutboxState state) {
    switch (state) {
        case OutboxState::queued:
            return "queued";
        case OutboxState::delivered:
            return "delivered";
        case OutboxState::rejected:
            return "rejected";
        case OutboxState::refused:
            return "refused";
        case OutboxState::expired:
            return "expired";
    }
    return "";
}

Result<std::uint64_t> OutboxTable::next_sequence(std::string const& stream) {
    RETURN_IF_ERROR(database_.prepare("UPDATE streams SET last_sequence = last_sequence + 1 WHERE stream = ?1")
                        .bind(1, stream)
                        .run());
    if (database_.changes() == 0) {
        RETURN_IF_ERROR(
            database_.prepare("INSERT INTO streams(stream, last_sequence) VALUES(?1, 1)").bind(1, stream).run());
        return std::uint64_t{1};
    }
    auto row = database_.prepare("SELECT last_sequence FROM streams WHERE stream = ?1");
    ASSIGN_OR_RETURN(bool const found, row.bind(1, stream).step());
    if (!found) return stored::damaged("a stream");
    return stored::count(row, 0);
}

Status OutboxTable::insert(OutboxRow const& row) {
    auto insert = database_.prepare(
        "INSERT INTO outbox(message, sealed, signed, request, state, attempts, possibly_delivered, next_at, "
        "expires_at, last_code, receipt, node, office, stream, sequence, purpose, subject, inner_digest, created_at) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)");
    bind_progress(insert, row);
    insert.bind(12, row.to.node.text()).bind(13, row.to.office.text()).bind(14, row.stream);
    insert.bind(15, stored::integer(row.sequence)).bind(16, to_text(row.purpose)).bind(17, row.subject.text());
    insert.bind_blob(18, row.inner_digest.view());
    RETURN_IF_ERROR(stored::bind_time(insert, 19, row.created_at).run());
    // `due` goes by the streams; one whose numbers were not reserved here is made known.
    return database_.prepare("INSERT OR IGNORE INTO streams(stream, last_sequence) VALUES(?1, ?2)")
        .bind(1, row.stream)
        .bind(2, stored::integer(row.sequence))
        .run();
}

Status OutboxTable::update(OutboxRow const& row) {
    auto update = database_.prepare(
        "UPDATE outbox SET sealed = ?2, signed = ?3, request = ?4, state = ?5, attempts = ?6, "
        "possibly_delivered = ?7, next_at = ?8, expires_at = ?9, last_code = ?10, receipt = ?11 WHERE message = ?1");
    bind_progress(update, row);
    RETURN_IF_ERROR(update.run());
    if (database_.changes() == 0) return Error{ErrorKind::not_found, "outbox.not_found", row.id.text()};
    return Done{};
}

Result<std::optional<OutboxRow>> OutboxTable::find(MessageId const& id) const {
    auto row = database_.prepare(std::string(select) + "WHERE o.message = ?1");
    ASSIGN_OR_RETURN(bool const found, row.bind(1, id.text()).step());
    if (!found) return std::optional<OutboxRow>();
    ASSIGN_OR_RETURN(auto known, read(row));
    return std::optional(std::move(known));
}

Result<std::vector<OutboxRow>> OutboxTable::due(NodeId const& node) const {
    // The streams are few, and each finds its first queued row in the index of queued rows.
    auto rows = database_.prepare(
        std::string(select) +
        "JOIN (SELECT s.stream AS stream, (SELECT min(q.sequence) FROM outbox q WHERE q.stream = s.stream AND "
        "q.state = 'queued') AS sequence FROM streams s) first "
        "ON o.stream = first.stream AND o.sequence = first.sequence "
        "WHERE o.state = 'queued' AND o.node = ?1 ORDER BY o.next_at, o.number");
    rows.bind(1, node.text());
    return read_all(std::move(rows));
}

Result<std::vector<OutboxRow>> OutboxTable::list(std::size_t limit) const {
    auto rows = database_.prepare(std::string(select) + "ORDER BY o.number DESC LIMIT ?1");
    rows.bind(1, stored::integer(std::min<std::uint64_t>(limit, INT64_MAX)));
    return read_all(std::move(rows));
}

Result<OutboxTable::Counts> OutboxTable::counts() const {
    auto rows = database_.prepare("SELECT state, count(*), min(created_at) FROM outbox GROUP BY state");
    Counts counts;
    while (true) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return counts;
        ASSIGN_OR_RETURN(auto const state, stored::enumerator<OutboxState>(rows.text(0), outbox_states));
        switch (state) {
            case OutboxState::queued:
                counts.queued = rows.integer(1);
                counts.oldest_queued = stored::time(rows, 2);
                break;
            case OutboxState::delivered:
                counts.delivered = rows.integer(1);
                break;
            case OutboxState::rejected:
            case OutboxState::refused:
            case OutboxState::expired:
                counts.dead += rows.integer(1);
                break;
        }
    }
}

}  // namespace casebridge
