#include "daemon/procedure_table.h"

#include "daemon/case_handle.h"
#include "daemon/stored.h"

#include <algorithm>

namespace casebridge {
namespace {

constexpr int kinds = procedure_kind_count, stages = stage_count, step_types = step_type_count;
constexpr int deadlines = deadline_kind_count, sides = 2, urgencies = 3;

constexpr std::string_view select_rows =
    "SELECT number, node, office, reference, own_office, kind, side, subject, case_number, agreement, expire_days, "
    "own_consent, peer_consent, opened_at, updated_at, look_at, erased_at, unread, overdue_told, stage, urgency, "
    "awaited, deadline, since, on_day, offered_on, agreed_on, reports, reports_of, signed_by_initiator, "
    "signed_by_responder, steps, last_step, last_side FROM procedures ";

template <typename Enum>
Result<std::optional<Enum>> optional_enumerator(Statement const& row, int column, int count) {
    if (row.is_null(column)) return std::optional<Enum>();
    ASSIGN_OR_RETURN(auto const value, stored::enumerator<Enum>(row.text(column), count));
    return std::optional(value);
}

Result<std::optional<Date>> optional_date(Statement const& row, int column) {
    if (row.is_null(column)) return std::optional<Date>();
    ASSIGN_OR_RETURN(auto const date, stored::parsed(parse_date(row.text(column))));
    return std::optional(date);
}

Result<std::optional<Digest>> optional_digest(Statement const& row, int column) {
    if (row.is_null(column)) return std::optional<Digest>();
    ASSIGN_OR_RETURN(auto const digest, stored::digest(row, column));
    return std::optional(digest);
}

Result<std::optional<Waiting>> read_waiting(Statement const& row, Urgency urgency) {
    ASSIGN_OR_RETURN(auto const side, optional_enumerator<Side>(row, 21, sides));
    if (!side) return std::optional<Waiting>();
    ASSIGN_OR_RETURN(auto const deadline, stored::enumerator<DeadlineKind>(row.text(22), deadlines));
    ASSIGN_OR_RETURN(auto const on, optional_date(row, 24));
    return std::optional(Waiting{*side, deadline, stored::time(row, 23), urgency, on});
}

Result<ProcedureFacts> read_facts(Statement const& row) {
    ProcedureFacts facts;
    ASSIGN_OR_RETURN(facts.stage, stored::enumerator<Stage>(row.text(19), stages));
    ASSIGN_OR_RETURN(facts.urgency, stored::enumerator<Urgency>(row.text(20), urgencies));
    ASSIGN_OR_RETURN(facts.waiting, read_waiting(row, facts.urgency));
    ASSIGN_OR_RETURN(facts.offered_on, optional_date(row, 25));
    ASSIGN_OR_RETURN(facts.agreed_on, optional_date(row, 26));
    facts.reports = row.integer(27);
    facts.reports_of = row.integer(28);
    ASSIGN_OR_RETURN(facts.signatures[0], optional_digest(row, 29));
    ASSIGN_OR_RETURN(facts.signatures[1], optional_digest(row, 30));
    facts.steps = row.integer(31);
    ASSIGN_OR_RETURN(facts.last_step, optional_enumerator<StepType>(row, 32, step_types));
    ASSIGN_OR_RETURN(facts.last_side, optional_enumerator<Side>(row, 33, sides));
    return facts;
}

/// None once it is erased.
Result<std::optional<CaseId>> read_case(Statement const& row, ContentTable const& contents) {
    if (row.is_null(8)) return std::optional<CaseId>();
    auto const number = contents.get(row.integer(8));
    if (!number && number.error().code == "content.erased") return std::optional<CaseId>();
    if (!number) return number.error();
    return std::optional(CaseId(to_text(*number)));
}

Result<ProcedureRow> read(Statement const& row, ContentTable const& contents) {
    ASSIGN_OR_RETURN(auto node, stored::parsed(NodeId::parse(row.text(1))));
    ASSIGN_OR_RETURN(auto reference, stored::parsed(SubjectReference::parse(row.text(3))));
    ASSIGN_OR_RETURN(auto const kind, stored::enumerator<ProcedureKind>(row.text(5), kinds));
    ASSIGN_OR_RETURN(auto const side, stored::enumerator<Side>(row.text(6), sides));
    ASSIGN_OR_RETURN(auto subject, stored::parsed(SubjectReference::parse(row.text(7))));
    ASSIGN_OR_RETURN(auto case_id, read_case(row, contents));
    ASSIGN_OR_RETURN(auto const agreement, stored::digest(row, 9));
    ASSIGN_OR_RETURN(auto facts, read_facts(row));
    return ProcedureRow{.number = row.integer(0),
                        .reference = std::move(reference),
                        .peer = {std::move(node), OfficeId(row.text(2))},
                        .own_office = OfficeId(row.text(4)),
                        .kind = kind,
                        .side = side,
                        .subject = std::move(subject),
                        .case_id = std::move(case_id),
                        .agreement = agreement,
                        .expire_after = std::chrono::days(row.integer(10)),
                        .own_consent = row.text(11),
                        .peer_consent = row.text(12),
                        .opened_at = stored::time(row, 13),
                        .updated_at = stored::time(row, 14),
                        .look_at = stored::optional_time(row, 15),
                        .erased_at = stored::optional_time(row, 16),
                        .unread = row.integer(17) != 0,
                        .overdue_told = stored::optional_time(row, 18),
                        .facts = std::move(facts)};
}

Result<std::vector<ProcedureRow>> read_all(Statement rows, ContentTable const& contents) {
    std::vector<ProcedureRow> all;
    while (true) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return all;
        ASSIGN_OR_RETURN(auto row, read(rows, contents));
        all.push_back(std::move(row));
    }
}

Result<std::optional<ProcedureRow>> read_one(Statement row, ContentTable const& contents) {
    ASSIGN_OR_RETURN(bool const found, row.step());
    if (!found) return std::optional<ProcedureRow>();
    ASSIGN_OR_RETURN(auto known, read(row, contents));
    return std::optional(std::move(known));
}

void bind_date(Statement& statement, int index, std::optional<Date> date) {
    if (date)
        statement.bind(index, to_iso8601(*date));
    else
        statement.bind_null(index);
}

void bind_digest(Statement& statement, int index, std::optional<Digest> const& digest) {
    if (digest)
        statement.bind_blob(index, digest->view());
    else
        statement.bind_null(index);
}

/// Parameters from `first`, in the order of the columns.
void bind_facts(Statement& statement, int first, ProcedureFacts const& facts) {
    statement.bind(first, to_text(facts.stage)).bind(first + 1, to_text(facts.urgency));
    if (facts.waiting) {
        statement.bind(first + 2, to_text(facts.waiting->side)).bind(first + 3, to_text(facts.waiting->deadline));
        stored::bind_time(statement, first + 4, facts.waiting->since);
        bind_date(statement, first + 5, facts.waiting->on);
    } else {
        for (int i = 2; i <= 5; ++i) statement.bind_null(first + i);
    }
    bind_date(statement, first + 6, facts.offered_on);
    bind_date(statement, first + 7, facts.agreed_on);
    statement.bind(first + 8, facts.reports).bind(first + 9, facts.reports_of);
    bind_digest(statement, first + 10, facts.signatures[0]);
    bind_digest(statement, first + 11, facts.signatures[1]);
    statement.bind(first + 12, facts.steps);
    if (facts.last_step) {
        statement.bind(first + 13, to_text(*facts.last_step)).bind(first + 14, to_text(*facts.last_side));
    } else {
        statement.bind_null(first + 13).bind_null(first + 14);
    }
}

}  // namespace

Result<std::int64_t> ProcedureTable::insert(ProcedureRow const& row) {
    auto insert = database_.prepare(
        "INSERT INTO procedures(node, office, reference, own_office, kind, side, subject, agreement, expire_days, "
        "opened_at, updated_at, stage, urgency) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, ?11, ?12)");
    insert.bind(1, row.peer.node.text()).bind(2, row.peer.office.text()).bind(3, row.reference.text());
    insert.bind(4, row.own_office.text()).bind(5, to_text(row.kind)).bind(6, to_text(row.side));
    insert.bind(7, row.subject.text()).bind_blob(8, row.agreement.view()).bind(9, row.expire_after.count());
    stored::bind_time(insert, 10, row.opened_at);
    insert.bind(11, to_text(row.facts.stage)).bind(12, to_text(row.facts.urgency));
    RETURN_IF_ERROR(insert.run());
    auto inserted = row;
    inserted.number = database_.last_insert_id();
    RETURN_IF_ERROR(update(inserted));
    return inserted.number;
}

Status ProcedureTable::update(ProcedureRow const& row) {
    // The case is written once: a link is not moved from one person to another.
    if (row.case_id) {
        auto known = database_.prepare("SELECT case_number FROM procedures WHERE number = ?1");
        ASSIGN_OR_RETURN(bool const found, known.bind(1, row.number).step());
        if (found && known.is_null(0)) {
            ASSIGN_OR_RETURN(auto const content, contents_.put(as_bytes(row.case_id->text())));
            ASSIGN_OR_RETURN(auto const handle, case_handle(database_, *row.case_id));
            auto link = database_.prepare("UPDATE procedures SET case_handle = ?2, case_number = ?3 WHERE number = ?1");
            RETURN_IF_ERROR(link.bind(1, row.number).bind_blob(2, handle.view()).bind(3, content).run());
        }
    }
    auto update = database_.prepare(
        "UPDATE procedures SET own_consent = ?2, peer_consent = ?3, updated_at = ?4, look_at = ?5, erased_at = ?6, "
        "unread = ?7, overdue_told = ?8, stage = ?9, urgency = ?10, awaited = ?11, deadline = ?12, since = ?13, "
        "on_day = ?14, offered_on = ?15, agreed_on = ?16, reports = ?17, reports_of = ?18, signed_by_initiator = ?19, "
        "signed_by_responder = ?20, steps = ?21, last_step = ?22, last_side = ?23, office = ?24 WHERE number = ?1");
    update.bind(1, row.number).bind(2, row.own_consent).bind(3, row.peer_consent);
    stored::bind_time(update, 4, row.updated_at);
    stored::bind_time(update, 5, row.look_at);
    stored::bind_time(update, 6, row.erased_at);
    update.bind(7, std::int64_t{row.unread});
    stored::bind_time(update, 8, row.overdue_told);
    bind_facts(update, 9, row.facts);
    return update.bind(24, row.peer.office.text()).run();
}

Result<std::optional<ProcedureRow>> ProcedureTable::find(NodeId const& peer, SubjectReference const& reference) const {
    auto row = database_.prepare(std::string(select_rows) + "WHERE node = ?1 AND reference = ?2");
    row.bind(1, peer.text()).bind(2, reference.text());
    return read_one(std::move(row), contents_);
}

Result<std::optional<ProcedureRow>> ProcedureTable::find(SubjectReference const& reference) const {
    auto row = database_.prepare(std::string(select_rows) + "WHERE reference = ?1 ORDER BY number LIMIT 1");
    row.bind(1, reference.text());
    return read_one(std::move(row), contents_);
}

Result<std::vector<ProcedureRow>> ProcedureTable::list(Filter const& filter) const {
    std::string sql(select_rows);
    sql += "WHERE number > ?1 ";
    if (filter.peer) sql += "AND node = ?3 ";
    if (filter.open_only) sql += "AND awaited IS NOT NULL ";
    auto rows = database_.prepare(sql + "ORDER BY number LIMIT ?2");
    rows.bind(1, filter.after).bind(2, static_cast<std::int64_t>(filter.limit));
    if (filter.peer) rows.bind(3, filter.peer->text());
    return read_all(std::move(rows), contents_);
}

Result<std::vector<ProcedureRow>> ProcedureTable::of_case(CaseId const& id) const {
    ASSIGN_OR_RETURN(auto const handle, case_handle(database_, id));
    auto rows = database_.prepare(std::string(select_rows) + "WHERE case_handle = ?1 ORDER BY number");
    rows.bind_blob(1, handle.view());
    return read_all(std::move(rows), contents_);
}

Result<std::vector<ProcedureRow>> ProcedureTable::resting_on_peer_consent(NodeId const& peer,
                                                                          std::string const& consent) const {
    auto rows = database_.prepare(std::string(select_rows) +
                                  "WHERE node = ?1 AND peer_consent = ?2 AND peer_consent <> '' ORDER BY number");
    rows.bind(1, peer.text()).bind(2, consent);
    return read_all(std::move(rows), contents_);
}

Result<std::vector<ProcedureRow>> ProcedureTable::due(Timestamp now, std::size_t limit) const {
    auto rows = database_.prepare(std::string(select_rows) + "WHERE look_at <= ?1 ORDER BY look_at LIMIT ?2");
    stored::bind_time(rows, 1, now).bind(2, static_cast<std::int64_t>(limit));
    return read_all(std::move(rows), contents_);
}

Status ProcedureTable::mark_read(ProcedureRow const& row) {
    auto update = database_.prepare("UPDATE procedures SET unread = 0 WHERE number = ?1");
    return update.bind(1, row.number).run();
}

Status ProcedureTable::schedule(ProcedureRow const& row, std::optional<Timestamp> look_at) {
    auto update =
        database_.prepare("UPDATE procedures SET look_at = ?2 WHERE number = ?1 AND updated_at = ?3 AND steps = ?4");
    stored::bind_time(update.bind(1, row.number), 2, look_at);
    return stored::bind_time(update, 3, row.updated_at).bind(4, row.facts.steps).run();
}

Status ProcedureTable::mark_overdue(ProcedureRow const& row, Timestamp since) {
    auto update = database_.prepare("UPDATE procedures SET overdue_told = ?2 WHERE number = ?1");
    return stored::bind_time(update.bind(1, row.number), 2, since).run();
}

Result<std::optional<Timestamp>> ProcedureTable::next_look() const {
    auto row = database_.prepare("SELECT min(look_at) FROM procedures WHERE look_at IS NOT NULL");
    ASSIGN_OR_RETURN(bool const found, row.step());
    if (!found) return std::optional<Timestamp>();
    return stored::optional_time(row, 0);
}

Result<ProcedureTable::Counts> ProcedureTable::counts() const {
    auto row = database_.prepare(
        "SELECT (SELECT count(*) FROM procedures WHERE awaited IS NOT NULL), "
        "(SELECT count(*) FROM procedures WHERE unread = 1)");
    ASSIGN_OR_RETURN(bool const found, row.step());
    if (!found) return stored::damaged("a count");
    return Counts{row.integer(0), row.integer(1)};
}

}  // namespace casebridge
