#include "daemon/procedure_clock.h"

#include "daemon/procedure_erasure.h"

#include <algorithm>
#include <future>

namespace casebridge {
namespace {

constexpr std::chrono::seconds longest_sleep{30}, held_sleep{1}, again_after{10};
constexpr std::chrono::hours without_calendar{24};
constexpr std::size_t at_once = 64;

/// Whether what we say leaves in the answer slot.
bool answers_in_slot(ProcedureRow const& row) {
    return hides_refusal(row.kind) && row.side == Side::responder && row.facts.waiting &&
           row.facts.waiting->side == Side::responder;
}

StepRequest no_information(ProcedureRow const& row, Timestamp slot) {
    return {.procedure = row.reference, .step = StepType::no_information, .slot = slot};
}

bool may_pass(Error const& error) {
    return error.kind == ErrorKind::unavailable || error.kind == ErrorKind::internal ||
           error.code == "procedure.changed_meanwhile" || error.code == "send.changed_meanwhile";
}

}  // namespace

ProcedureClock::~ProcedureClock() {
    stop();
}

void ProcedureClock::start() {
    thread_ = std::thread([this] { run(); });
}

void ProcedureClock::wake() {
    {
        std::lock_guard const lock(mutex_);
        awake_ = true;
    }
    changed_.notify_all();
}

void ProcedureClock::stop() {
    {
        std::lock_guard const lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void ProcedureClock::run() {
    for (;;) {
        {
            std::lock_guard const lock(mutex_);
            if (stopping_) return;
            awake_ = false;
        }
        auto const next = round();
        auto const wait = std::clamp<std::chrono::milliseconds>(next - parts_.clock.now(), std::chrono::milliseconds(1),
                                                                longest_sleep);
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, wait, [this] { return awake_ || stopping_; });
    }
}

Timestamp ProcedureClock::round() {
    auto const now = parts_.clock.now();
    if (!parts_.clock.require_trusted()) return now + held_sleep;
    struct Due {
        std::vector<ProcedureRow> rows;
        std::optional<Timestamp> next;
    };
    auto due = parts_.engine.call<Due>([now](Store& store) -> Result<Due> {
        Due found;
        ASSIGN_OR_RETURN(found.rows, store.procedures().due(now, at_once));
        ASSIGN_OR_RETURN(found.next, store.procedures().next_look());
        return found;
    });
    if (!due) {
        parts_.telemetry.log(LogLevel::error, "procedure.unreadable", {{"why", due.error()}});
        return now + again_after;
    }
    for (auto const& row : due->rows) {
        look(row);
        std::lock_guard const lock(mutex_);
        if (stopping_) return now;
    }
    if (!due->rows.empty()) return now;
    return due->next ? std::min<Timestamp>(*due->next, now + longest_sleep) : now + longest_sleep;
}

void ProcedureClock::look(ProcedureRow const& row) {
    auto const next = consider(row);
    // What has changed since is looked at again for itself.
    auto const scheduled =
        parts_.engine.call<Done>([&](Store& store) -> Result<Done> { return store.procedures().schedule(row, next); });
    if (!scheduled) parts_.telemetry.log(LogLevel::error, "procedure.not_scheduled", {{"why", scheduled.error()}});
}

std::optional<Timestamp> ProcedureClock::consider(ProcedureRow const& row) {
    if (row.erased_at) return std::nullopt;
    auto const instruments = parts_.instruments.get();
    auto const* const terms = ProcedureDesk::terms_of(*instruments, row);
    if (!row.facts.waiting) return consider_end(row, terms);
    if (expires_at(*row.facts.waiting, row.expire_after) <= parts_.clock.now()) return consider_end(row, terms);
    if (terms == nullptr) return expires_at(*row.facts.waiting, row.expire_after);
    return consider_wait(row, *terms);
}

std::optional<Timestamp> ProcedureClock::consider_wait(ProcedureRow const& row, AgreementPurpose const& terms) {
    auto const now = parts_.clock.now();
    auto const& waiting = *row.facts.waiting;
    auto const calendars = parts_.calendars.get();
    auto const due = due_at(waiting, terms, parts_.desk.calendars_of(*calendars, row));
    auto const expires = expires_at(waiting, row.expire_after);
    if (!due) {
        alarm(row, due.error().code);
        return std::min<Timestamp>(now + without_calendar, expires);
    }
    if (answers_in_slot(row)) return now < *due ? *due : answer(row, *due);
    bool const ours = waiting.side == row.side;
    auto const remind = remind_at(waiting, *due), overdue = overdue_at(*due);
    if (now < remind && ours) return remind;
    if (now < overdue) {
        if (ours)
            parts_.telemetry.log(LogLevel::warning, "procedure.reminder",
                                 {{"procedure", std::string_view(row.reference.text())}, {"peer", row.peer.node}});
        return overdue;
    }
    if (row.overdue_told != waiting.since) tell_overdue(row, *due);
    return expires;
}

/// Nobody is awaited, or whoever was has let it expire.
std::optional<Timestamp> ProcedureClock::consider_end(ProcedureRow const& row, AgreementPurpose const* terms) {
    auto const retention = terms != nullptr ? terms->retention : retention_without_terms;
    auto const ended = row.facts.waiting ? expires_at(*row.facts.waiting, row.expire_after) : row.updated_at;
    auto const over = std::max(ended, row.updated_at) + retention;
    if (parts_.clock.now() < over) return over;
    if (!parts_.clock.require_retention_time()) return parts_.clock.now() + std::chrono::minutes(5);
    auto const erased = parts_.engine.call<Done>([&](Store& store) -> Result<Done> {
        auto const now = parts_.clock.now();
        ASSIGN_OR_RETURN(auto known, store.procedures().find(row.peer.node, row.reference));
        if (!known || known->updated_at != row.updated_at) return Done{};
        RETURN_IF_ERROR(erase_procedure(store, *known, false, now));
        auto facts = Json::object();
        facts.set("procedure", row.reference.text()).set("peer", row.peer.node.text()).set("kind", to_text(row.kind));
        auto const leaf =
            store.log().append("procedure.erase", now, service_actor("retention over"), facts, Json::object());
        return leaf ? Result<Done>(Done{}) : Result<Done>(leaf.error());
    });
    if (erased) return std::nullopt;
    parts_.telemetry.log(LogLevel::error, "procedure.not_erased", {{"why", erased.error()}});
    return parts_.clock.now() + again_after;
}

Result<StepSent> ProcedureClock::send(StepRequest const& request, Actor const& actor) {
    std::promise<Result<StepSent>> promise;
    auto sent = promise.get_future();
    parts_.desk.send(request, std::nullopt, actor,
                     [&promise](Result<StepSent> outcome) { promise.set_value(std::move(outcome)); });
    return sent.get();
}

/// SECURITY: whatever is said is built here, at one moment; where nobody has decided, the national database is asked
/// about nobody, so that both take as long.
Timestamp ProcedureClock::answer(ProcedureRow const& row, Timestamp slot) {
    auto const now = parts_.clock.now();
    auto const intent =
        parts_.engine.call<std::optional<StepIntent>>([&](Store& store) { return store.procedures().intent(row); });
    if (!intent) return now + again_after;
    if (*intent) {
        auto const& decided = **intent;
        auto const sent = send({.procedure = row.reference,
                                .step = decided.step,
                                .fields = decided.fields,
                                .with_summary = decided.with_summary,
                                .slot = slot},
                               decided.actor);
        if (sent && std::holds_alternative<SentStep>(*sent)) return now + again_after;
        if (!sent && may_pass(sent.error()) && now < slot + patience) return now + again_after;
        auto const code = sent ? std::string_view("procedure.denied") : std::string_view(sent.error().code);
        parts_.telemetry.log(LogLevel::warning, "procedure.not_said",
                             {{"procedure", std::string_view(row.reference.text())}, {"code", code}});
    } else {
        static_cast<void>(parts_.sharing.deliberate(
            {CaseId{"casebridge-" + to_hex(random_bytes(8))}, row.peer, purpose_of(row.kind), {}}));
    }
    auto const sent = send(no_information(row, slot), service_actor("the answer is due"));
    if (!sent)
        parts_.telemetry.log(LogLevel::error, "procedure.no_answer",
                             {{"procedure", std::string_view(row.reference.text())}, {"why", sent.error()}});
    return now + again_after;
}

void ProcedureClock::alarm(ProcedureRow const& row, std::string_view what) {
    parts_.telemetry.count("casebridge_alarms_total", "procedure_overdue");
    parts_.telemetry.log(
        LogLevel::warning, "procedure.alarm",
        {{"procedure", std::string_view(row.reference.text())}, {"peer", row.peer.node}, {"code", what}});
}

void ProcedureClock::tell_overdue(ProcedureRow const& row, Timestamp due) {
    auto const& waiting = *row.facts.waiting;
    bool const ours = waiting.side == row.side;
    alarm(row, ours ? "procedure.we_are_late" : "procedure.they_are_late");
    if (!ours) {
        auto fields = Json::object();
        fields.set("since", to_rfc3339(waiting.since)).set("due", to_rfc3339(due));
        auto const sent = send({.procedure = row.reference, .step = StepType::overdue_notice, .fields = fields},
                               service_actor("the partner is late"));
        if (!sent)
            parts_.telemetry.log(LogLevel::warning, "procedure.notice_not_sent",
                                 {{"procedure", std::string_view(row.reference.text())}, {"why", sent.error()}});
    }
    auto const marked = parts_.engine.call<Done>(
        [&](Store& store) -> Result<Done> { return store.procedures().mark_overdue(row, waiting.since); });
    if (!marked) parts_.telemetry.log(LogLevel::error, "procedure.not_scheduled", {{"why", marked.error()}});
}

}  // namespace casebridge
