#include "policies/procedure/standing.h"

#include <algorithm>

namespace casebridge {
namespace {

std::size_t index(Side side) {
    return static_cast<std::size_t>(side);
}

std::optional<Side> awaited_side(Standing const& standing) {
    return standing.waiting ? std::optional(standing.waiting->side) : std::nullopt;
}

bool signed_alike(Standing const& standing, StepEvent const& event) {
    auto const* const record = event.step.find<Digest>("record");
    auto const& theirs = standing.signatures[index(opposite(event.side))];
    return record != nullptr && theirs == *record;
}

/// Dates that crossed on the way are agreed by nobody.
bool agrees_to_offer(Standing const& standing, Step const& step) {
    return standing.offered_on && *step.find<Date>("agreed_on") == *standing.offered_on;
}

bool holds(Guard guard, Standing const& standing, StepEvent const& event, bool expired) {
    bool const remain = standing.schedule && standing.reports + 1 < standing.schedule->reports;
    switch (guard) {
        case Guard::none:
            return true;
        case Guard::wait_expired:
            return expired;
        case Guard::digests_equal:
            return signed_alike(standing, event);
        case Guard::digests_differ:
            return !signed_alike(standing, event);
        case Guard::date_as_offered:
            return agrees_to_offer(standing, event.step);
        case Guard::reports_remain:
            return remain;
        case Guard::last_report:
            return !remain;
    }
    return false;
}

struct Row {
    Transition const* found = nullptr;
    std::string_view hindrance{};  ///< there is a row, but this keeps it from taking effect
};

Row find_row(Standing const& standing, StepEvent const& event, bool expired) {
    Row result;
    for (auto const& row : transitions()) {
        if (row.step != event.step.type() || !row.kinds.has(standing.kind) || !row.from.has(standing.stage)) continue;
        if (!may_take(row.by, event.side, awaited_side(standing))) continue;
        bool const holding = holds(row.guard, standing, event, expired);
        if (holding && (!expired || row.outlasts_expiry)) return {&row};
        if (holding) result.hindrance = "procedure.expired";
        if (!holding && row.guard == Guard::date_as_offered) result.hindrance = "procedure.date_differs";
    }
    return result;
}

std::string_view refusal(Standing const& standing, StepEvent const& event) {
    if (standing.stage == Stage::not_opened) return "procedure.not_opened";
    if (standing.stage == Stage::withdrawn) return "procedure.withdrawn";
    if (is_fact(standing.stage) && event.step.type() == StepType::withdraw) return "procedure.already_happened";
    if (is_closed(standing.stage)) return "procedure.closed";
    if (standing.waiting && standing.waiting->side != event.side) return "procedure.not_your_turn";
    return "procedure.illegal_step";
}

Urgency read_urgency(Step const& step) {
    auto const* const text = step.find<std::string>("urgency");
    for (auto const urgency : {Urgency::urgent, Urgency::immediate})
        if (text != nullptr && *text == to_text(urgency)) return urgency;
    return Urgency::ordinary;
}

/// Keeps of the contents what later steps and deadlines depend on. A correction comes here, too.
void remember(Standing& standing, Side side, Step const& step) {
    if (step.contents_of() == opening_step(standing.kind)) standing.urgency = read_urgency(step);
    for (auto const* const name : {"planned_on", "proposed_on"})
        if (auto const* const day = step.find<Date>(name)) standing.offered_on = *day;
    if (auto const* const day = step.find<Date>("agreed_on")) standing.agreed_on = *day;
    if (auto const* const record = step.find<Digest>("record")) standing.signatures[index(side)] = *record;
    if (step.contents_of() == StepType::schedule) {
        standing.schedule = ReportSchedule{*step.find<Date>("first_on"), *step.find<std::int64_t>("every_months"),
                                           *step.find<std::int64_t>("reports")};
    }
}

/// Reports are counted once, when they come: `no_information` where a report was due is one.
void count_report(Standing& standing, StepType step) {
    if (standing.kind != ProcedureKind::reintegration_follow_up) return;
    if (step == StepType::schedule) standing.reports = 0;
    if (step == StepType::report || step == StepType::no_information) ++standing.reports;
}

/// INVARIANT: what a wait says of urgency and day is what the standing says: a correction changes both.
void refresh_wait(Standing& standing) {
    if (!standing.waiting) return;
    auto& waiting = *standing.waiting;
    waiting.urgency = standing.urgency;
    waiting.on.reset();
    if (waiting.deadline == DeadlineKind::handover || waiting.deadline == DeadlineKind::visit_report)
        waiting.on = standing.agreed_on;
    if (waiting.deadline == DeadlineKind::report) waiting.on = standing.schedule->day_of_report(standing.reports);
}

void start_wait(Standing& standing, Transition const& row, StepEvent const& event) {
    if (row.awaited == NextWait::unchanged) return;
    standing.waiting.reset();
    if (row.awaited == NextWait::nobody) return;
    Side const side = row.awaited == NextWait::initiator   ? Side::initiator
                      : row.awaited == NextWait::responder ? Side::responder
                                                           : opposite(event.side);
    standing.waiting = Waiting{.side = side, .deadline = row.deadline, .since = event.sent_at};
}

/// The step that a correction puts right, if it is this side's and took effect; and whether its contents still stand:
/// a later step about the same thing (a date agreed anew, whoever took it) has replaced them.
struct Corrected {
    bool found = false, current = false;
};

bool about_the_same(StepType one, StepType two) {
    constexpr Set<StepType> dates{StepType::accept, StepType::agree_date};
    return one == two || (dates.has(one) && dates.has(two));
}

Corrected find_corrected(Standing const& standing, StepEvent const& event) {
    Corrected result;
    for (auto const& taken : standing.taken) {
        if (taken.message == *event.step.corrects() && taken.side == event.side &&
            taken.step == event.step.contents_of()) {
            result = {true, true};
        } else if (about_the_same(taken.step, event.step.contents_of())) {
            result.current = false;
        }
    }
    return result;
}

}  // namespace

Timestamp expires_at(Waiting const& waiting, std::chrono::days expire_after) {
    Timestamp from = waiting.since;
    if (waiting.on) from = std::max<Timestamp>(from, std::chrono::sys_days(*waiting.on));
    return from + expire_after;
}

Date ReportSchedule::day_of_report(std::int64_t number) const {
    auto const month = first.year() / first.month() + std::chrono::months(number * every_months);
    auto const last = (month / std::chrono::last).day();
    return month / std::min(first.day(), last);
}

StepOutcome take_step(Standing& standing, StepEvent const& event, std::chrono::days expire_after) {
    auto const type = event.step.type();
    StepOutcome outcome{.before = standing.stage, .after = standing.stage};
    auto const refuse = [&outcome](std::string_view code) {
        outcome.code = code;
        return outcome;
    };
    if (!has_step(standing.kind, type)) return refuse("procedure.unknown_step");
    if (!has_step(standing.kind, type, event.side)) return refuse("procedure.wrong_side");
    bool const expired = has_expired(standing, event.sent_at, expire_after);
    auto const [row, hindrance] = find_row(standing, event, expired);
    if (row == nullptr) return refuse(hindrance.empty() ? refusal(standing, event) : hindrance);

    bool keep_contents = true;
    if (type == StepType::correct) {
        auto const corrected = find_corrected(standing, event);
        if (!corrected.found) return refuse("procedure.nothing_to_correct");
        if (event.step.contents_of() == StepType::agree_date && !agrees_to_offer(standing, event.step))
            return refuse("procedure.date_differs");
        keep_contents = corrected.current;
    }
    if (row->awaited != NextWait::unchanged) outcome.ended = standing.waiting;
    if (row->to) standing.stage = *row->to;
    count_report(standing, type);
    if (keep_contents) remember(standing, event.side, event.step);
    start_wait(standing, *row, event);
    refresh_wait(standing);
    standing.taken.push_back({event.message, event.side, type});
    outcome.after = standing.stage;
    outcome.effects = row->effects;
    return outcome;
}

std::vector<StepType> legal_steps(Standing const& standing, Side side, Timestamp now, std::chrono::days expire_after) {
    bool const expired = has_expired(standing, now, expire_after);
    bool const correctable = std::ranges::any_of(
        standing.taken, [side](TakenStep const& taken) { return taken.side == side && is_correctable(taken.step); });
    Set<StepType> legal;
    for (auto const& row : transitions()) {
        if (!row.kinds.has(standing.kind) || !row.from.has(standing.stage)) continue;
        if (!may_take(row.by, side, awaited_side(standing))) continue;
        if (expired ? !row.outlasts_expiry : row.guard == Guard::wait_expired) continue;
        if (row.step == StepType::correct && !correctable) continue;
        legal = legal | row.step;
    }
    std::vector<StepType> steps;
    for (std::size_t i = 0; i < step_type_count; ++i)
        if (legal.has(static_cast<StepType>(i))) steps.push_back(static_cast<StepType>(i));
    return steps;
}

bool has_expired(Standing const& standing, Timestamp now, std::chrono::days expire_after) {
    return standing.waiting && now >= expires_at(*standing.waiting, expire_after);
}

}  // namespace casebridge
