#include "daemon/query_table.h"

#include "daemon/stored.h"
#include "policies/json.h"

namespace casebridge {
namespace {

constexpr int asked_states = static_cast<int>(AskedState::no_information) + 1;

constexpr std::string_view select_received =
    "SELECT query, sender, sender_office, office, purpose, subject, about, inner_digest, received_at, expires_at, "
    "answer_at, approved, decision, answer FROM queries_received ";
constexpr std::string_view select_asked =
    "SELECT query, node, office, purpose, subject, about, agreement, inner_digest, signed, asked_at, expires_at, "
    "state, code, body, answered_at, retain_until FROM queries_asked ";

std::optional<ContentId> optional_content(Statement const& row, int column) {
    return row.is_null(column) ? std::nullopt : std::optional<ContentId>(row.integer(column));
}

void bind_content(Statement& statement, int index, std::optional<ContentId> content) {
    if (content) {
        statement.bind(index, *content);
    } else {
        statement.bind_null(index);
    }
}

Result<ReceivedQueryRow> read(Statement const& row, ReceivedQueryRow const*) {
    ASSIGN_OR_RETURN(auto id, stored::parsed(MessageId::parse(row.text(0))));
    ASSIGN_OR_RETURN(auto sender, stored::parsed(NodeId::parse(row.text(1))));
    ASSIGN_OR_RETURN(auto const purpose, stored::parsed(parse_purpose(row.text(4))));
    ASSIGN_OR_RETURN(auto subject, stored::parsed(SubjectReference::parse(row.text(5))));
    ASSIGN_OR_RETURN(auto const about, stored::parsed(parse_about(row.text(6))));
    ASSIGN_OR_RETURN(auto const inner_digest, stored::digest(row, 7));
    std::optional<Digest> approved;
    if (!row.is_null(11)) {
        ASSIGN_OR_RETURN(approved, stored::digest(row, 11));
    }
    return ReceivedQueryRow{.id = std::move(id),
                            .from = {std::move(sender), OfficeId(row.text(2))},
                            .office = OfficeId(row.text(3)),
                            .purpose = purpose,
                            .subject = std::move(subject),
                            .about = about,
                            .inner_digest = inner_digest,
                            .received_at = stored::time(row, 8),
                            .expires_at = stored::time(row, 9),
                            .answer_at = stored::optional_time(row, 10),
                            .approved = approved,
                            .decision = optional_content(row, 12),
                            .answer = optional_content(row, 13)};
}

Result<AskedQueryRow> read(Statement const& row, AskedQueryRow const*) {
    ASSIGN_OR_RETURN(auto id, stored::parsed(MessageId::parse(row.text(0))));
    ASSIGN_OR_RETURN(auto node, stored::parsed(NodeId::parse(row.text(1))));
    ASSIGN_OR_RETURN(auto const purpose, stored::parsed(parse_purpose(row.text(3))));
    ASSIGN_OR_RETURN(auto subject, stored::parsed(SubjectReference::parse(row.text(4))));
    ASSIGN_OR_RETURN(auto const about, stored::parsed(parse_about(row.text(5))));
    ASSIGN_OR_RETURN(auto const agreement, stored::digest(row, 6));
    ASSIGN_OR_RETURN(auto const inner_digest, stored::digest(row, 7));
    ASSIGN_OR_RETURN(auto const state, stored::enumerator<AskedState>(row.text(11), asked_states));
    return AskedQueryRow{.id = std::move(id),
                         .to = {std::move(node), OfficeId(row.text(2))},
                         .purpose = purpose,
                         .subject = std::move(subject),
                         .about = about,
                         .agreement = agreement,
                         .inner_digest = inner_digest,
                         .signed_ = row.integer(8),
                         .asked_at = stored::time(row, 9),
                         .expires_at = stored::time(row, 10),
                         .state = state,
                         .code = row.text(12),
                         .body = optional_content(row, 13),
                         .answered_at = stored::optional_time(row, 14),
                         .retain_until = stored::optional_time(row, 15)};
}

template <typename Row>
Result<std::vector<Row>> read_all(Statement rows) {
    std::vector<Row> all;
    while (true) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return all;
        ASSIGN_OR_RETURN(auto row, read(rows, static_cast<Row const*>(nullptr)));
        all.push_back(std::move(row));
    }
}

template <typename Row>
Result<std::optional<Row>> read_one(Statement row) {
    ASSIGN_OR_RETURN(bool const found, row.step());
    if (!found) return std::optional<Row>();
    ASSIGN_OR_RETURN(auto known, read(row, static_cast<Row const*>(nullptr)));
    return std::optional(std::move(known));
}

/// A row to be erased, with the contents that go with it.
struct Old {
    std::int64_t number;
    std::vector<ContentId> contents;
};

/// `rows`: number, then contents or null.
Result<std::vector<Old>> read_old(Statement rows, int contents) {
    std::vector<Old> all;
    while (true) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return all;
        Old old{rows.integer(0), {}};
        for (int column = 1; column <= contents; ++column)
            if (auto const content = optional_content(rows, column)) old.contents.push_back(*content);
        all.push_back(std::move(old));
    }
}

Result<std::size_t> erase(Database& database, ContentTable& contents, std::vector<Old> const& old,
                          std::string_view sql) {
    for (auto const& each : old) {
        for (auto const content : each.contents) RETURN_IF_ERROR(contents.erase(content));
        RETURN_IF_ERROR(database.prepare(sql).bind(1, each.number).run());
    }
    return old.size();
}

}  // namespace

Bytes decision_content(Actor const& actor) {
    auto json = Json::object();
    json.set("officer", actor.officer.text()).set("role", actor.role).set("reason", actor.reason);
    return to_bytes(dump(json));
}

Result<Actor> parse_decision(ByteView content) {
    ASSIGN_OR_RETURN(auto const json, stored::parsed(parse_json(to_text(content))));
    return Actor{OfficerId(json.text_or("officer")), json.text_or("role"), json.text_or("reason")};
}

Result<std::optional<ReceivedQueryRow>> ReceivedQueryTable::find(NodeId const& from, MessageId const& id) const {
    auto row = database_.prepare(std::string(select_received) + "WHERE sender = ?1 AND query = ?2");
    row.bind(1, from.text()).bind(2, id.text());
    return read_one<ReceivedQueryRow>(std::move(row));
}

Status ReceivedQueryTable::insert(ReceivedQueryRow const& row) {
    auto insert = database_.prepare(
        "INSERT INTO queries_received(query, sender, sender_office, office, purpose, subject, about, inner_digest, "
        "received_at, expires_at, answer_at, answer) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
    insert.bind(1, row.id.text()).bind(2, row.from.node.text()).bind(3, row.from.office.text());
    insert.bind(4, row.office.text()).bind(5, to_text(row.purpose)).bind(6, row.subject.text());
    insert.bind(7, to_text(row.about)).bind_blob(8, row.inner_digest.view());
    stored::bind_time(insert, 9, row.received_at);
    stored::bind_time(insert, 10, row.expires_at);
    stored::bind_time(insert, 11, row.answer_at);
    bind_content(insert, 12, row.answer);
    return insert.run();
}

Status ReceivedQueryTable::update(ReceivedQueryRow const& row) {
    auto update = database_.prepare(
        "UPDATE queries_received SET approved = ?3, decision = ?4, answer = ?5 WHERE sender = ?1 AND query = ?2");
    update.bind(1, row.from.node.text()).bind(2, row.id.text());
    if (row.approved) {
        update.bind_blob(3, row.approved->view());
    } else {
        update.bind_null(3);
    }
    bind_content(update, 4, row.decision);
    bind_content(update, 5, row.answer);
    RETURN_IF_ERROR(update.run());
    if (database_.changes() == 0) return Error{ErrorKind::not_found, "query.not_found", row.id.text()};
    return Done{};
}

Result<std::vector<ReceivedQueryRow>> ReceivedQueryTable::waiting(Timestamp now, std::size_t limit) const {
    auto rows = database_.prepare(std::string(select_received) +
                                  "WHERE answer IS NULL AND answer_at > ?1 AND expires_at > ?1 "
                                  "ORDER BY answer_at LIMIT ?2");
    stored::bind_time(rows, 1, now);
    rows.bind(2, stored::integer(limit));
    return read_all<ReceivedQueryRow>(std::move(rows));
}

Result<std::optional<ReceivedQueryRow>> ReceivedQueryTable::find_waiting(MessageId const& id) const {
    auto row = database_.prepare(std::string(select_received) +
                                 "WHERE query = ?1 AND answer IS NULL AND answer_at IS NOT NULL ORDER BY number");
    row.bind(1, id.text());
    return read_one<ReceivedQueryRow>(std::move(row));
}

Result<std::int64_t> ReceivedQueryTable::add_one(std::int64_t day, NodeId const& sender, std::string const& office) {
    auto known = database_.prepare("SELECT count FROM query_counts WHERE day = ?1 AND sender = ?2 AND office = ?3");
    ASSIGN_OR_RETURN(bool const found, known.bind(1, day).bind(2, sender.text()).bind(3, office).step());
    auto const count = (found ? known.integer(0) : 0) + 1;
    auto put =
        database_.prepare("INSERT OR REPLACE INTO query_counts(day, sender, office, count) VALUES(?1, ?2, ?3, ?4)");
    RETURN_IF_ERROR(put.bind(1, day).bind(2, sender.text()).bind(3, office).bind(4, count).run());
    return count;
}

Result<ReceivedQueryTable::Counts> ReceivedQueryTable::count(Address const& from, Timestamp now) {
    auto const day = std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
    RETURN_IF_ERROR(database_.prepare("DELETE FROM query_counts WHERE day < ?1").bind(1, std::int64_t{day} - 1).run());
    Counts counts;
    ASSIGN_OR_RETURN(counts.of_peer, add_one(day, from.node, ""));
    ASSIGN_OR_RETURN(counts.of_office, add_one(day, from.node, from.office.text()));
    return counts;
}

Result<std::size_t> ReceivedQueryTable::forget(Timestamp expired_before, std::size_t limit) {
    auto rows = database_.prepare(
        "SELECT number, answer, decision FROM queries_received WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2");
    stored::bind_time(rows, 1, expired_before);
    rows.bind(2, stored::integer(limit));
    ASSIGN_OR_RETURN(auto const old, read_old(std::move(rows), 2));
    return erase(database_, contents_, old, "DELETE FROM queries_received WHERE number = ?1");
}

Status ReceivedQueryTable::erase_answers(NodeId const& sender, SubjectReference const& subject, Purpose purpose) {
    auto rows = database_.prepare(
        "SELECT number, answer, decision FROM queries_received WHERE subject = ?2 AND sender = ?1 AND purpose = ?3 AND "
        "(answer IS NOT NULL OR decision IS NOT NULL)");
    rows.bind(1, sender.text()).bind(2, subject.text()).bind(3, to_text(purpose));
    ASSIGN_OR_RETURN(auto const old, read_old(std::move(rows), 2));
    // An officer's yes was to what this consent allowed; it is not one to what another may allow.
    ASSIGN_OR_RETURN(auto const erased, erase(database_, contents_, old,
                                              "UPDATE queries_received SET answer = NULL, approved = NULL, "
                                              "decision = NULL WHERE number = ?1"));
    static_cast<void>(erased);
    return Done{};
}

std::string_view to_text(AskedState state) {
    switch (state) {
        case AskedState::open:
            return "open";
        case AskedState::pending:
            return "pending";
        case AskedState::refused:
            return "refused";
        case AskedState::answered:
            return "answered";
        case AskedState::no_information:
            return "no_information";
    }
    return "";
}

Status AskedQueryTable::insert(AskedQueryRow const& row) {
    auto insert = database_.prepare(
        "INSERT INTO queries_asked(query, node, office, purpose, subject, about, agreement, inner_digest, signed, "
        "asked_at, expires_at, state, code) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
    insert.bind(1, row.id.text()).bind(2, row.to.node.text()).bind(3, row.to.office.text());
    insert.bind(4, to_text(row.purpose)).bind(5, row.subject.text()).bind(6, to_text(row.about));
    insert.bind_blob(7, row.agreement.view()).bind_blob(8, row.inner_digest.view()).bind(9, row.signed_);
    stored::bind_time(insert, 10, row.asked_at);
    stored::bind_time(insert, 11, row.expires_at);
    return insert.bind(12, to_text(row.state)).bind(13, row.code).run();
}

Status AskedQueryTable::update(AskedQueryRow const& row) {
    auto update = database_.prepare(
        "UPDATE queries_asked SET state = ?2, code = ?3, body = ?4, answered_at = ?5, retain_until = ?6 "
        "WHERE query = ?1");
    update.bind(1, row.id.text()).bind(2, to_text(row.state)).bind(3, row.code);
    bind_content(update, 4, row.body);
    stored::bind_time(update, 5, row.answered_at);
    stored::bind_time(update, 6, row.retain_until);
    RETURN_IF_ERROR(update.run());
    if (database_.changes() == 0) return Error{ErrorKind::not_found, "query.not_found", row.id.text()};
    return Done{};
}

Result<std::optional<AskedQueryRow>> AskedQueryTable::find(MessageId const& id) const {
    auto row = database_.prepare(std::string(select_asked) + "WHERE query = ?1");
    row.bind(1, id.text());
    return read_one<AskedQueryRow>(std::move(row));
}

Result<std::vector<AskedQueryRow>> AskedQueryTable::list(std::size_t limit) const {
    auto rows = database_.prepare(std::string(select_asked) + "ORDER BY number DESC LIMIT ?1");
    rows.bind(1, stored::integer(limit));
    return read_all<AskedQueryRow>(std::move(rows));
}

Result<std::size_t> AskedQueryTable::forget(Timestamp expired_before, Timestamp now, std::size_t limit) {
    auto rows = database_.prepare(
        "SELECT number, signed, body FROM queries_asked WHERE expires_at < ?1 AND ifnull(retain_until, 0) < ?2 "
        "ORDER BY expires_at LIMIT ?3");
    stored::bind_time(rows, 1, expired_before);
    stored::bind_time(rows, 2, now);
    rows.bind(3, stored::integer(limit));
    ASSIGN_OR_RETURN(auto const old, read_old(std::move(rows), 2));
    return erase(database_, contents_, old, "DELETE FROM queries_asked WHERE number = ?1");
}

Result<std::int64_t> AskedQueryTable::erase_bodies(NodeId const& node, SubjectReference const& subject, Purpose purpose,
                                                   std::string_view code) {
    // What is still open may have its answer under way: it ends here, and that answer is not kept.
    auto end = database_.prepare(
        "UPDATE queries_asked SET state = 'refused', code = ?4 WHERE subject = ?2 AND node = ?1 AND purpose = ?3 AND "
        "state IN ('open', 'pending')");
    end.bind(1, node.text()).bind(2, subject.text()).bind(3, to_text(purpose)).bind(4, code);
    RETURN_IF_ERROR(end.run());
    return erase_told(node, subject, purpose, code);
}

Result<std::int64_t> AskedQueryTable::erase_told(NodeId const& node, SubjectReference const& subject, Purpose purpose,
                                                 std::string_view code) {
    auto rows = database_.prepare(
        "SELECT number, body FROM queries_asked WHERE subject = ?2 AND node = ?1 AND purpose = ?3 AND body IS NOT "
        "NULL");
    rows.bind(1, node.text()).bind(2, subject.text()).bind(3, to_text(purpose));
    ASSIGN_OR_RETURN(auto const old, read_old(std::move(rows), 1));
    for (auto const& each : old) {
        auto mark = database_.prepare("UPDATE queries_asked SET code = ?2 WHERE number = ?1");
        RETURN_IF_ERROR(mark.bind(1, each.number).bind(2, code).run());
    }
    ASSIGN_OR_RETURN(auto const erased,
                     erase(database_, contents_, old, "UPDATE queries_asked SET body = NULL WHERE number = ?1"));
    return static_cast<std::int64_t>(erased);
}

Status AskedQueryTable::erase_expired(Timestamp now, std::size_t limit) {
    auto rows = database_.prepare(
        "SELECT number, body FROM queries_asked WHERE retain_until < ?1 AND body IS NOT NULL ORDER BY retain_until "
        "LIMIT ?2");
    stored::bind_time(rows, 1, now);
    rows.bind(2, stored::integer(limit));
    ASSIGN_OR_RETURN(auto const old, read_old(std::move(rows), 1));
    auto const erased = erase(database_, contents_, old, "UPDATE queries_asked SET body = NULL WHERE number = ?1");
    return erased ? Status(Done{}) : Status(erased.error());
}

}  // namespace casebridge
