#include "daemon/inbox_table.h"

#include "daemon/stored.h"

#include <algorithm>

namespace casebridge {
namespace {

constexpr std::string_view select =
    "SELECT sender, message, from_office, to_office, inner_digest, type, purpose, subject, agreement, content, "
    "outcome, code, sent_at, received_at, expires_at, retain_until, log_index, receipt, read_at, consent, erased_at, "
    "consent_epoch, superseded_by, changes, procedure, originator FROM inbox ";

Result<InboxRow> read(Statement const& row) {
    ASSIGN_OR_RETURN(auto from, stored::parsed(NodeId::parse(row.text(0))));
    ASSIGN_OR_RETURN(auto id, stored::parsed(MessageId::parse(row.text(1))));
    ASSIGN_OR_RETURN(auto const inner_digest, stored::digest(row, 4));
    ASSIGN_OR_RETURN(auto const type, stored::enumerator<MessageType>(row.text(5), message_types));
    ASSIGN_OR_RETURN(auto const purpose, stored::parsed(parse_purpose(row.text(6))));
    ASSIGN_OR_RETURN(auto subject, stored::parsed(SubjectReference::parse(row.text(7))));
    ASSIGN_OR_RETURN(auto const agreement, stored::digest(row, 8));
    std::optional<NodeId> originator;
    if (!row.text(25).empty()) {
        ASSIGN_OR_RETURN(originator, stored::parsed(NodeId::parse(row.text(25))));
    }
    return InboxRow{.from = std::move(from),
                    .id = std::move(id),
                    .from_office = OfficeId(row.text(2)),
                    .to_office = OfficeId(row.text(3)),
                    .inner_digest = inner_digest,
                    .type = type,
                    .purpose = purpose,
                    .subject = std::move(subject),
                    .agreement = agreement,
                    .content = row.is_null(9) ? std::nullopt : std::optional<ContentId>(row.integer(9)),
                    .outcome = row.text(10) == "accepted" ? Outcome::accepted : Outcome::rejected,
                    .code = row.text(11),
                    .sent_at = stored::time(row, 12),
                    .received_at = stored::time(row, 13),
                    .expires_at = stored::time(row, 14),
                    .retain_until = stored::time(row, 15),
                    .log_index = stored::count(row, 16),
                    .receipt = row.blob(17),
                    .read_at = stored::optional_time(row, 18),
                    .consent = row.text(19),
                    .consent_epoch = stored::count(row, 21),
                    .erased_at = stored::optional_time(row, 20),
                    .superseded_by = row.is_null(22) ? std::string() : row.text(22),
                    .changes = row.is_null(23) ? std::string() : row.text(23),
                    .originator = std::move(originator),
                    .procedure = row.text(24)};
}

Result<std::optional<InboxRow>> read_one(Statement row) {
    ASSIGN_OR_RETURN(bool const found, row.step());
    if (!found) return std::optional<InboxRow>();
    ASSIGN_OR_RETURN(auto known, read(row));
    return std::optional(std::move(known));
}

}  // namespace

Result<std::optional<InboxRow>> InboxTable::find(NodeId const& from, MessageId const& id) const {
    auto row =
        database_.prepare(std::string(select) +
                          "WHERE sender IN (?1, (SELECT successor FROM successions WHERE node = ?1)) AND message = ?2");
    row.bind(1, from.text()).bind(2, id.text());
    return read_one(std::move(row));
}

Status InboxTable::insert(InboxRow const& row) {
    auto insert = database_.prepare(
        "INSERT INTO inbox(sender, message, from_office, to_office, inner_digest, type, purpose, subject, agreement, "
        "content, outcome, code, sent_at, received_at, expires_at, retain_until, log_index, receipt, read_at, "
        "consent, consent_epoch, changes, procedure, originator) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, "
        "?23, ?24)");
    insert.bind(24, row.originator ? row.originator->text() : std::string());
    row.changes.empty() ? insert.bind_null(22) : insert.bind(22, row.changes);
    insert.bind(1, row.from.text()).bind(2, row.id.text()).bind(3, row.from_office.text());
    insert.bind(4, row.to_office.text()).bind_blob(5, row.inner_digest.view()).bind(6, to_text(row.type));
    insert.bind(7, to_text(row.purpose)).bind(8, row.subject.text()).bind_blob(9, row.agreement.view());
    if (row.content) {
        insert.bind(10, *row.content);
    } else {
        insert.bind_null(10);
    }
    insert.bind(11, row.outcome == Outcome::accepted ? "accepted" : "rejected").bind(12, row.code);
    stored::bind_time(insert, 13, row.sent_at);
    stored::bind_time(insert, 14, row.received_at);
    stored::bind_time(insert, 15, row.expires_at);
    stored::bind_time(insert, 16, row.retain_until);
    insert.bind(17, stored::integer(row.log_index)).bind_blob(18, row.receipt);
    stored::bind_time(insert, 19, row.read_at);
    return insert.bind(20, row.consent).bind(21, stored::integer(row.consent_epoch)).bind(23, row.procedure).run();
}

Status InboxTable::mark_read(NodeId const& from, MessageId const& id, Timestamp at) {
    auto update = database_.prepare(
        "UPDATE inbox SET read_at = ifnull(read_at, ?3) WHERE sender = ?1 AND message = ?2");  // the first one counts
    update.bind(1, from.text()).bind(2, id.text());
    RETURN_IF_ERROR(stored::bind_time(update, 3, at).run());
    if (database_.changes() == 0) return Error{ErrorKind::not_found, "inbox.not_found", id.text()};
    return Done{};
}

Result<std::vector<InboxRow>> InboxTable::list(std::size_t limit) const {
    auto rows = database_.prepare(std::string(select) + "ORDER BY number DESC LIMIT ?1");
    rows.bind(1, stored::integer(std::min<std::uint64_t>(limit, INT64_MAX)));
    std::vector<InboxRow> all;
    while (true) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return all;
        ASSIGN_OR_RETURN(auto row, read(rows));
        all.push_back(std::move(row));
    }
}

Result<std::vector<InboxTable::Taken>> InboxTable::taken(NodeId const& from, Timestamp since, std::int64_t after,
                                                         std::size_t limit) const {
    auto rows = database_.prepare(
        "SELECT number, message FROM inbox WHERE sender = ?1 AND sent_at >= ?2 AND number > ?3 AND outcome = "
        "'accepted' "
        "ORDER BY number LIMIT ?4");
    stored::bind_time(rows.bind(1, from.text()), 2, since);
    rows.bind(3, after).bind(4, stored::integer(limit));
    std::vector<Taken> all;
    while (true) {
        ASSIGN_OR_RETURN(bool const more, rows.step());
        if (!more) return all;
        ASSIGN_OR_RETURN(auto const id, stored::parsed(MessageId::parse(rows.text(1))));
        ASSIGN_OR_RETURN(auto row, find(from, id));
        if (row) all.push_back({rows.integer(0), *std::move(row)});
    }
}

Result<std::optional<InboxRow>> InboxTable::find_by_id(MessageId const& id) const {
    auto row = database_.prepare(std::string(select) + "WHERE message = ?1 ORDER BY number LIMIT 1");
    row.bind(1, id.text());
    return read_one(std::move(row));
}

Result<std::optional<OfficeId>> InboxTable::last_office(NodeId const& from, SubjectReference const& subject) const {
    auto row = database_.prepare(
        "SELECT to_office FROM inbox WHERE subject = ?1 AND sender = ?2 ORDER BY number DESC LIMIT 1");
    row.bind(1, subject.text()).bind(2, from.text());
    ASSIGN_OR_RETURN(bool const found, row.step());
    if (!found) return std::optional<OfficeId>();
    ASSIGN_OR_RETURN(auto office, stored::parsed(parse_office(row.text(0))));
    return std::optional(std::move(office));
}

namespace {

/// Of rows (number, content, message).
Result<std::vector<InboxTable::Held>> read_held(Statement rows) {
    std::vector<InboxTable::Held> held;
    while (true) {
        ASSIGN_OR_RETURN(bool const more, rows.step());
        if (!more) return held;
        ASSIGN_OR_RETURN(auto id, stored::parsed(MessageId::parse(rows.text(2))));
        held.push_back({rows.integer(0), rows.integer(1), std::move(id)});
    }
}

}  // namespace

Result<std::vector<InboxTable::Held>> InboxTable::resting_on(NodeId const& from, SubjectReference const& subject,
                                                             std::string const& consent) const {
    auto rows = database_.prepare(
        "SELECT number, content, message FROM inbox WHERE subject = ?1 AND sender = ?2 AND consent = ?3 AND content IS "
        "NOT NULL ORDER BY number");
    rows.bind(1, subject.text()).bind(2, from.text()).bind(3, consent);
    return read_held(std::move(rows));
}

Result<std::optional<InboxTable::Held>> InboxTable::holding(NodeId const& from, MessageId const& id) const {
    auto rows = database_.prepare(
        "SELECT number, content, message FROM inbox WHERE sender = ?1 AND message = ?2 AND type IN "
        "('case_summary', 'onward_summary') AND content IS NOT NULL");
    rows.bind(1, from.text()).bind(2, id.text());
    ASSIGN_OR_RETURN(auto held, read_held(std::move(rows)));
    if (held.empty()) return std::optional<Held>();
    return std::optional(std::move(held.front()));
}

Result<std::vector<InboxTable::Held>> InboxTable::of_procedure(NodeId const& from,
                                                               SubjectReference const& procedure) const {
    auto rows = database_.prepare(
        "SELECT number, content, message FROM inbox WHERE procedure = ?1 AND procedure <> '' AND sender = ?2 AND "
        "content IS NOT NULL ORDER BY number");
    rows.bind(1, procedure.text()).bind(2, from.text());
    return read_held(std::move(rows));
}

Result<std::vector<InboxTable::Held>> InboxTable::retained_too_long(Timestamp now, std::size_t limit) const {
    auto rows = database_.prepare(
        "SELECT number, content, message FROM inbox WHERE retain_until < ?1 AND content IS NOT NULL "
        "ORDER BY retain_until LIMIT ?2");
    stored::bind_time(rows, 1, now);
    rows.bind(2, stored::integer(limit));
    return read_held(std::move(rows));
}

Status InboxTable::mark_erased(std::int64_t number, Timestamp at) {
    auto update =
        database_.prepare("UPDATE inbox SET content = NULL, changes = NULL, erased_at = ?2 WHERE number = ?1");
    return stored::bind_time(update.bind(1, number), 2, at).run();
}

Status InboxTable::supersede(NodeId const& from, MessageId const& id, MessageId const& by, std::string_view code,
                             Timestamp at) {
    auto row = database_.prepare(
        "UPDATE inbox SET superseded_by = ?3 WHERE sender = ?1 AND message = ?2 AND type IN ('case_summary', "
        "'onward_summary')");
    RETURN_IF_ERROR(row.bind(1, from.text()).bind(2, id.text()).bind(3, by.text()).run());
    if (database_.changes() > 0) return Done{};
    auto remember =
        database_.prepare("INSERT OR IGNORE INTO superseded(sender, message, code, at) VALUES(?1, ?2, ?3, ?4)");
    remember.bind(1, from.text()).bind(2, id.text()).bind(3, code);
    return stored::bind_time(remember, 4, at).run();
}

Result<std::string> InboxTable::superseded(NodeId const& from, MessageId const& id) const {
    auto row = database_.prepare("SELECT code FROM superseded WHERE sender = ?1 AND message = ?2");
    ASSIGN_OR_RETURN(bool const found, row.bind(1, from.text()).bind(2, id.text()).step());
    return found ? row.text(0) : std::string();
}

Status InboxTable::forget_superseded(Timestamp before, std::size_t limit) {
    auto forget = database_.prepare(
        "DELETE FROM superseded WHERE number IN (SELECT number FROM superseded WHERE at < ?1 ORDER BY at LIMIT ?2)");
    stored::bind_time(forget, 1, before);
    return forget.bind(2, stored::integer(limit)).run();
}

Result<std::vector<InboxTable::Forgotten>> InboxTable::forgettable(Timestamp expired_before, Timestamp now,
                                                                   std::size_t limit) const {
    auto rows = database_.prepare(
        "SELECT number, expires_at, content FROM inbox WHERE expires_at < ?1 AND retain_until < ?2 ORDER BY expires_at "
        "LIMIT ?3");
    stored::bind_time(rows, 1, expired_before);
    stored::bind_time(rows, 2, now);
    rows.bind(3, stored::integer(limit));
    std::vector<Forgotten> found;
    while (true) {
        ASSIGN_OR_RETURN(bool const more, rows.step());
        if (!more) return found;
        found.push_back({.number = rows.integer(0),
                         .expires_at = stored::time(rows, 1),
                         .content = rows.is_null(2) ? std::nullopt : std::optional<ContentId>(rows.integer(2))});
    }
}

Status InboxTable::forget(std::int64_t number) {
    // What we signed stays provable.
    RETURN_IF_ERROR(database_
                        .prepare("INSERT OR IGNORE INTO kept_signatures(message, sender, kind, signature) "
                                 "SELECT message, sender, 'receipt', receipt FROM inbox WHERE number = ?1")
                        .bind(1, number)
                        .run());
    return database_.prepare("DELETE FROM inbox WHERE number = ?1").bind(1, number).run();
}

Result<std::int64_t> InboxTable::count() const {
    auto row = database_.prepare("SELECT count(*) FROM inbox");
    ASSIGN_OR_RETURN(bool const found, row.step());
    return found ? row.integer(0) : 0;
}

}  // namespace casebridge
