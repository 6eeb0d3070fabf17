// ProcedureTable: the steps, and what they come to.
#include "daemon/procedure_table.h"
#include "daemon/stored.h"

#include <algorithm>

namespace casebridge {
namespace {

constexpr int sides = 2, step_types = step_type_count;
constexpr int states = static_cast<int>(StepState::refused) + 1;

ProcedureFacts facts_of(ProcedureLog const& log) {
    auto const& standing = log.standing();
    ProcedureFacts facts{.stage = standing.stage,
                         .urgency = standing.urgency,
                         .waiting = standing.waiting,
                         .offered_on = standing.offered_on,
                         .agreed_on = standing.agreed_on,
                         .reports = standing.reports,
                         .reports_of = standing.schedule ? standing.schedule->reports : 0,
                         .signatures = standing.signatures,
                         .steps = static_cast<std::int64_t>(log.events().size())};
    if (facts.waiting) facts.waiting->urgency = facts.urgency;
    if (!log.events().empty()) {
        facts.last_step = log.events().back().step.type();
        facts.last_side = log.events().back().side;
    }
    return facts;
}

/// What an erased procedure still takes.
StepOutcome take_erased(ProcedureRow& row, StepMessage const& message) {
    Standing standing(row.kind);
    standing.stage = row.facts.stage;
    standing.signatures = row.facts.signatures;
    auto outcome = take_step(standing, message.event(), row.expire_after);
    row.facts.stage = standing.stage;
    row.facts.signatures = standing.signatures;
    row.facts.waiting = standing.waiting;
    row.facts.steps += 1;
    row.facts.last_step = message.body.step.type();
    row.facts.last_side = message.body.side;
    return outcome;
}

Result<StepRow> read_step(Statement const& row) {
    ASSIGN_OR_RETURN(auto message, stored::parsed(MessageId::parse(row.text(0))));
    ASSIGN_OR_RETURN(auto const side, stored::enumerator<Side>(row.text(1), sides));
    ASSIGN_OR_RETURN(auto const step, stored::enumerator<StepType>(row.text(4), step_types));
    ASSIGN_OR_RETURN(auto const state, stored::enumerator<StepState>(row.text(7), states));
    std::optional<MessageId> summary;
    if (!row.is_null(6)) {
        ASSIGN_OR_RETURN(summary, stored::parsed(MessageId::parse(row.text(6))));
    }
    return StepRow{.message = std::move(message),
                   .side = side,
                   .lamport = stored::count(row, 2),
                   .sent_at = stored::time(row, 3),
                   .step = step,
                   .content = row.is_null(5) ? std::nullopt : std::optional(row.integer(5)),
                   .summary = std::move(summary),
                   .state = state,
                   .code = row.text(8),
                   .stored_at = stored::time(row, 9)};
}

}  // namespace

std::string_view to_text(StepState state) {
    constexpr std::array<std::string_view, states> names = {"received",  "queued",   "delivered",
                                                            "uncertain", "rejected", "refused"};
    return names.at(static_cast<std::size_t>(state));
}

Result<std::vector<StepRow>> ProcedureTable::steps(ProcedureRow const& row) const {
    auto rows = database_.prepare(
        "SELECT message, side, lamport, sent_at, step, content, summary, state, code, stored_at FROM procedure_steps "
        "WHERE procedure = ?1 ORDER BY number");
    rows.bind(1, row.number);
    std::vector<StepRow> all;
    while (true) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return all;
        ASSIGN_OR_RETURN(auto step, read_step(rows));
        all.push_back(std::move(step));
    }
}

Result<ProcedureLog> ProcedureTable::log(ProcedureRow const& row) const {
    ASSIGN_OR_RETURN(auto const all, steps(row));
    ProcedureLog log(row.kind, row.expire_after);
    for (auto const& step : all) {
        if (!step.counts()) continue;
        if (!step.content) return stored::damaged("a step");
        ASSIGN_OR_RETURN(auto const text, contents_.get(*step.content));
        ASSIGN_OR_RETURN(auto body, stored::parsed(parse_step_body(to_text(text))));
        log.add({step.message, step.side, step.lamport, step.sent_at, std::move(body.step)});
    }
    return log;
}

Result<std::uint64_t> ProcedureTable::next_lamport(ProcedureRow const& row) const {
    if (!row.erased_at) {
        ASSIGN_OR_RETURN(auto const known, log(row));
        return known.next_lamport();
    }
    auto highest = database_.prepare(
        "SELECT coalesce(max(lamport), 0) FROM procedure_steps WHERE procedure = ?1 AND state NOT IN ('rejected', "
        "'refused')");
    ASSIGN_OR_RETURN(bool const found, highest.bind(1, row.number).step());
    if (!found) return stored::damaged("a step's number");
    return stored::count(highest, 0) + 1;
}

Result<std::uint64_t> ProcedureTable::highest_lamport(ProcedureRow const& row, Side side) const {
    auto highest = database_.prepare(
        "SELECT coalesce(max(lamport), 0) FROM procedure_steps WHERE procedure = ?1 AND side = ?2 AND state NOT IN "
        "('rejected', 'refused')");
    ASSIGN_OR_RETURN(bool const found, highest.bind(1, row.number).bind(2, to_text(side)).step());
    if (!found) return stored::damaged("a step's number");
    return stored::count(highest, 0);
}

Result<std::int64_t> ProcedureTable::opened_since(NodeId const& peer, Timestamp since) const {
    auto row =
        database_.prepare("SELECT count(*) FROM procedures WHERE node = ?1 AND side = 'responder' AND opened_at >= ?2");
    ASSIGN_OR_RETURN(bool const found, stored::bind_time(row.bind(1, peer.text()), 2, since).step());
    if (!found) return stored::damaged("a count");
    return row.integer(0);
}

Status ProcedureTable::insert_step(ProcedureRow const& row, StepMessage const& message, StepState state,
                                   std::optional<ContentId> content, std::string_view code, Timestamp now) {
    auto insert = database_.prepare(
        "INSERT INTO procedure_steps(procedure, message, side, lamport, sent_at, step, content, summary, state, code, "
        "stored_at) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
    insert.bind(1, row.number).bind(2, message.id.text()).bind(3, to_text(message.body.side));
    insert.bind(4, stored::integer(message.body.lamport));
    stored::bind_time(insert, 5, message.sent_at);
    insert.bind(6, to_text(message.body.step.type()));
    content ? insert.bind(7, *content) : insert.bind_null(7);
    message.summary ? insert.bind(8, message.summary->text()) : insert.bind_null(8);
    insert.bind(9, to_text(state)).bind(10, code);
    return stored::bind_time(insert, 11, now).run();
}

Result<StepOutcome> ProcedureTable::add(ProcedureRow& row, StepMessage const& message, StepState state,
                                        std::optional<ContentId> content, Timestamp now) {
    row.updated_at = now;
    row.look_at = now;
    if (row.erased_at) {
        auto const outcome = take_erased(row, message);
        RETURN_IF_ERROR(insert_step(row, message, state, std::nullopt, outcome.code, now));
        RETURN_IF_ERROR(update(row));
        return outcome;
    }
    ASSIGN_OR_RETURN(auto known, log(row));
    known.add(message.event());
    RETURN_IF_ERROR(insert_step(row, message, state, content, "", now));
    row.facts = facts_of(known);
    RETURN_IF_ERROR(update(row));
    auto const* const outcome = known.outcome(message.id);
    return outcome == nullptr ? StepOutcome{} : *outcome;
}

Status ProcedureTable::refold(ProcedureRow& row, Timestamp now) {
    row.updated_at = now;
    row.look_at = now;
    if (!row.erased_at) {
        ASSIGN_OR_RETURN(auto const known, log(row));
        row.facts = facts_of(known);
    }
    return update(row);
}

Status ProcedureTable::settle(MessageId const& message, StepState state, std::string const& code, Timestamp now) {
    auto known = database_.prepare(
        "SELECT p.node, p.reference FROM procedure_steps s JOIN procedures p ON p.number = s.procedure WHERE "
        "s.message = ?1 AND s.side = p.side");
    ASSIGN_OR_RETURN(bool const found, known.bind(1, message.text()).step());
    if (!found) return Done{};
    ASSIGN_OR_RETURN(auto const node, stored::parsed(NodeId::parse(known.text(0))));
    ASSIGN_OR_RETURN(auto const reference, stored::parsed(SubjectReference::parse(known.text(1))));
    ASSIGN_OR_RETURN(auto row, find(node, reference));
    if (!row) return stored::damaged("a procedure");
    auto update = database_.prepare(
        "UPDATE procedure_steps SET state = ?3, code = ?4 WHERE procedure = ?1 AND message = ?2 AND side = ?5");
    update.bind(1, row->number).bind(2, message.text()).bind(3, to_text(state)).bind(4, code);
    RETURN_IF_ERROR(update.bind(5, to_text(row->side)).run());
    return refold(*row, now);
}

Status ProcedureTable::erase(ProcedureRow& row, bool withdrawn, Timestamp now) {
    ASSIGN_OR_RETURN(auto const all, steps(row));
    for (auto const& step : all)
        if (step.content) RETURN_IF_ERROR(contents_.erase(*step.content));
    auto forget = database_.prepare("UPDATE procedure_steps SET content = NULL WHERE procedure = ?1");
    RETURN_IF_ERROR(forget.bind(1, row.number).run());
    RETURN_IF_ERROR(drop_intent(row));
    auto number = database_.prepare("SELECT case_number FROM procedures WHERE number = ?1");
    ASSIGN_OR_RETURN(bool const found, number.bind(1, row.number).step());
    if (found && !number.is_null(0)) RETURN_IF_ERROR(contents_.erase(number.integer(0)));
    auto unlink = database_.prepare("UPDATE procedures SET case_handle = NULL, case_number = NULL WHERE number = ?1");
    RETURN_IF_ERROR(unlink.bind(1, row.number).run());
    row.case_id.reset();
    if (withdrawn && !is_fact(row.facts.stage)) row.facts.stage = Stage::withdrawn;
    row.facts.waiting.reset();
    row.facts.offered_on.reset();
    row.facts.agreed_on.reset();
    if (!row.erased_at) row.erased_at = now;
    row.updated_at = now;
    row.look_at.reset();
    return update(row);
}

Status ProcedureTable::put_intent(ProcedureRow const& row, StepIntent const& intent) {
    RETURN_IF_ERROR(drop_intent(row));
    auto json = Json::object();
    json.set("step", to_text(intent.step)).set("fields", intent.fields).set("with_summary", intent.with_summary);
    json.set("officer", intent.actor.officer.text()).set("role", intent.actor.role).set("reason", intent.actor.reason);
    ASSIGN_OR_RETURN(auto const content, contents_.put(as_bytes(dump(json))));
    auto insert = database_.prepare("INSERT INTO procedure_intents(procedure, content, leaves_at) VALUES(?1, ?2, ?3)");
    return stored::bind_time(insert.bind(1, row.number).bind(2, content), 3, intent.leaves_at).run();
}

Result<std::optional<StepIntent>> ProcedureTable::intent(ProcedureRow const& row) const {
    auto known = database_.prepare("SELECT content, leaves_at FROM procedure_intents WHERE procedure = ?1");
    ASSIGN_OR_RETURN(bool const found, known.bind(1, row.number).step());
    if (!found) return std::optional<StepIntent>();
    ASSIGN_OR_RETURN(auto const text, contents_.get(known.integer(0)));
    ASSIGN_OR_RETURN(auto const json, stored::parsed(parse_json(to_text(text))));
    ASSIGN_OR_RETURN(auto const step, stored::parsed(parse_step_type(json.text_or("step"))));
    auto const* const fields = json.find("fields");
    auto const* const with_summary = json.find("with_summary");
    if (fields == nullptr || with_summary == nullptr || with_summary->as_bool() == nullptr)
        return stored::damaged("a step to be sent");
    return std::optional(StepIntent{
        step, *fields, Actor{OfficerId(json.text_or("officer")), json.text_or("role"), json.text_or("reason")},
        *with_summary->as_bool(), stored::time(known, 1)});
}

Status ProcedureTable::drop_intent(ProcedureRow const& row) {
    auto known = database_.prepare("SELECT content FROM procedure_intents WHERE procedure = ?1");
    ASSIGN_OR_RETURN(bool const found, known.bind(1, row.number).step());
    if (!found) return Done{};
    RETURN_IF_ERROR(contents_.erase(known.integer(0)));
    auto drop = database_.prepare("DELETE FROM procedure_intents WHERE procedure = ?1");
    return drop.bind(1, row.number).run();
}

}  // namespace casebridge
