#include "daemon/outbox_table.h"

#include "daemon/stored.h"

#include <algorithm>

namespace casebridge {
namespace {

constexpr int outbox_states = static_cast<int>(OutboxState::expired) + 1;
constexpr std::string_view select =
    "SELECT o.message, o.node, o.office, o.stream, o.sequence, o.purpose, o.subject, o.inner_digest, o.sealed, "
    "o.signed, o.request, o.state, o.attempts, o.possibly_delivered, o.created_at, o.next_at, o.expires_at, "
    "o.last_code, o.receipt, o.type FROM outbox o ";

Result<OutboxRow> read(Statement const& row) {
    ASSIGN_OR_RETURN(auto id, stored::parsed(MessageId::parse(row.text(0))));
    ASSIGN_OR_RETURN(auto node, stored::parsed(NodeId::parse(row.text(1))));
    ASSIGN_OR_RETURN(auto const purpose, stored::parsed(parse_purpose(row.text(5))));
    ASSIGN_OR_RETURN(auto subject, stored::parsed(SubjectReference::parse(row.text(6))));
    ASSIGN_OR_RETURN(auto const inner_digest, stored::digest(row, 7));
    ASSIGN_OR_RETURN(auto const state, stored::enumerator<OutboxState>(row.text(11), outbox_states));
    ASSIGN_OR_RETURN(auto const type, stored::enumerator<MessageType>(row.text(19), message_types));
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
                     .receipt = row.blob(18),
                     .type = type};
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

// OR FAIL, where at most one row changes: what OR ABORT, the default, would undo cannot have happened, and for the
// chance of it SQLite copies and enciphers every page before it changes it.

Result<std::uint64_t> OutboxTable::next_sequence(std::string const& stream) {
    RETURN_IF_ERROR(database_.prepare("UPDATE OR FAIL streams SET last_sequence = last_sequence + 1 WHERE stream = ?1")
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
        "expires_at, last_code, receipt, node, office, stream, sequence, purpose, subject, inner_digest, created_at, "
        "type, first) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, "
        "?20, "
        "?5 = 'queued' AND NOT EXISTS(SELECT 1 FROM outbox q WHERE q.stream = ?14 AND q.state = 'queued'))");
    bind_progress(insert, row);
    insert.bind(12, row.to.node.text()).bind(13, row.to.office.text()).bind(14, row.stream);
    insert.bind(15, stored::integer(row.sequence)).bind(16, to_text(row.purpose)).bind(17, row.subject.text());
    insert.bind_blob(18, row.inner_digest.view());
    stored::bind_time(insert, 19, row.created_at);
    return insert.bind(20, to_text(row.type)).run();
}

Status OutboxTable::update(OutboxRow const& row) {
    auto update = database_.prepare(
        "UPDATE OR FAIL outbox SET sealed = ?2, signed = ?3, request = ?4, state = ?5, attempts = ?6, "
        "possibly_delivered = ?7, next_at = ?8, expires_at = ?9, last_code = ?10, receipt = ?11, "
        "first = first AND ?5 = 'queued' WHERE message = ?1");
    bind_progress(update, row);
    RETURN_IF_ERROR(update.run());
    if (database_.changes() == 0) return Error{ErrorKind::not_found, "outbox.not_found", row.id.text()};
    return row.state == OutboxState::queued ? Status(Done{}) : promote_next(row);
}

Status OutboxTable::erase_contents(OutboxRow const& row, ContentTable& contents) {
    for (auto const content : {row.sealed, row.signed_, row.request})
        if (content != 0) RETURN_IF_ERROR(contents.erase(content));
    return Done{};
}

Status OutboxTable::erase_if_settled(MessageId const& message, ContentTable& contents) {
    ASSIGN_OR_RETURN(auto const row, find(message));
    if (!row || row->state == OutboxState::queued) return Done{};
    return erase_contents(*row, contents);
}

Status OutboxTable::mark_attempt(OutboxRow const& row) {
    auto update =
        database_.prepare("UPDATE OR FAIL outbox SET attempts = ?2, possibly_delivered = ?3 WHERE message = ?1");
    RETURN_IF_ERROR(update.bind(1, row.id.text()).bind(2, row.attempts).bind(3, row.possibly_delivered ? 1 : 0).run());
    if (database_.changes() == 0) return Error{ErrorKind::not_found, "outbox.not_found", row.id.text()};
    return Done{};
}

Status OutboxTable::promote_next(OutboxRow const& settled) {
    return database_
        .prepare(
            "UPDATE OR FAIL outbox SET first = 1 WHERE stream = ?1 AND sequence = "
            "(SELECT min(q.sequence) FROM outbox q WHERE q.stream = ?1 AND q.state = 'queued')")
        .bind(1, settled.stream)
        .run();
}

Result<std::optional<OutboxRow>> OutboxTable::find(MessageId const& id) const {
    auto row = database_.prepare(std::string(select) + "WHERE o.message = ?1");
    ASSIGN_OR_RETURN(bool const found, row.bind(1, id.text()).step());
    if (!found) return std::optional<OutboxRow>();
    ASSIGN_OR_RETURN(auto known, read(row));
    return std::optional(std::move(known));
}

Result<OutboxTable::Due> OutboxTable::due(NodeId const& node, Timestamp now, std::size_t limit) const {
    auto rows = database_.prepare(std::string(select) +
                                  "WHERE o.first = 1 AND o.node = ?1 AND o.next_at <= ?2 "
                                  "ORDER BY o.next_at, o.number LIMIT ?3");
    stored::bind_time(rows.bind(1, node.text()), 2, now);
    rows.bind(3, stored::integer(std::min<std::uint64_t>(limit, INT64_MAX)));
    Due due;
    ASSIGN_OR_RETURN(due.rows, read_all(std::move(rows)));
    auto next = database_.prepare("SELECT min(next_at) FROM outbox WHERE first = 1 AND node = ?1 AND next_at > ?2");
    ASSIGN_OR_RETURN(bool const found, stored::bind_time(next.bind(1, node.text()), 2, now).step());
    if (found && !next.is_null(0)) due.next = stored::time(next, 0);
    return due;
}

Result<std::vector<OutboxRow>> OutboxTable::list(std::size_t limit) const {
    auto rows = database_.prepare(std::string(select) + "ORDER BY o.number DESC LIMIT ?1");
    rows.bind(1, stored::integer(std::min<std::uint64_t>(limit, INT64_MAX)));
    return read_all(std::move(rows));
}

Result<std::int64_t> OutboxTable::queue_again(NodeId const& node, Timestamp since, Timestamp now, Timestamp others_at) {
    auto again = database_.prepare(
        "UPDATE outbox SET state = 'queued', first = 0, possibly_delivered = 1, last_code = 'outbox.replay', "
        "next_at = CASE WHEN request = 0 THEN ?3 ELSE ?4 END "
        "WHERE node = ?1 AND state = 'delivered' AND created_at >= ?2 AND expires_at > ?3 "
        "AND sealed IN (SELECT content FROM content_keys)");
    again.bind(1, node.text());
    stored::bind_time(again, 2, since);
    stored::bind_time(again, 3, now);
    RETURN_IF_ERROR(stored::bind_time(again, 4, others_at).run());
    auto const queued = std::int64_t{database_.changes()};
    RETURN_IF_ERROR(database_
                        .prepare("UPDATE outbox SET first = 1 WHERE node = ?1 AND state = 'queued' AND NOT EXISTS("
                                 "SELECT 1 FROM outbox q WHERE q.stream = outbox.stream AND q.state = 'queued' AND "
                                 "(q.first = 1 OR q.sequence < outbox.sequence))")
                        .bind(1, node.text())
                        .run());
    return queued;
}

Result<std::optional<Timestamp>> OutboxTable::oldest_queued() const {
    auto row = database_.prepare("SELECT min(created_at) FROM outbox WHERE state = 'queued'");
    ASSIGN_OR_RETURN(bool const found, row.step());
    if (!found || row.is_null(0)) return std::optional<Timestamp>();
    return std::optional(stored::time(row, 0));
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
