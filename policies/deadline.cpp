#include "policies/deadline.h"

#include <algorithm>

namespace casebridge {
namespace {

using std::chrono::days;
using std::chrono::hours;

Date day_after(Date day) {
    return Date{std::chrono::sys_days(day) + days(1)};
}

/// The end of a day where the awaited side is; of UTC's day if nobody knows where that is.
Timestamp end_of(Date day, Side side, SideCalendars const& calendars) {
    auto const* const calendar = calendars.of(side);
    if (calendar == nullptr) return std::chrono::sys_days(day_after(day));
    return calendar->time_zone().start_of(day_after(day));
}

Result<std::array<Calendar const*, 2>> both(SideCalendars const& calendars) {
    if (calendars.initiator == nullptr || calendars.responder == nullptr)
        return Error{ErrorKind::not_found, "calendar.missing"};
    return std::array{calendars.initiator, calendars.responder};
}

/// The end of the `count`th day after `from` on which both work.
Result<Timestamp> after_working_days(Date from, days count, Side side, SideCalendars const& calendars) {
    ASSIGN_OR_RETURN(auto const pair, both(calendars));
    Date day = from;
    for (auto left = count.count(); left > 0; --left) {
        ASSIGN_OR_RETURN(day, next_working_day(day, pair));
    }
    return end_of(day, side, calendars);
}

Result<Timestamp> after_days(Waiting const& waiting, DeadlineTerms const& terms, days count,
                             SideCalendars const& calendars) {
    if (!terms.working_days) return waiting.since + count;
    ASSIGN_OR_RETURN([[maybe_unused]] auto const pair, both(calendars));
    auto const from = calendars.of(waiting.side)->time_zone().day_at(waiting.since);
    return after_working_days(from, count, waiting.side, calendars);
}

Result<Timestamp> after_urgency(Waiting const& waiting, DeadlineTerms const& terms, SideCalendars const& calendars) {
    if (waiting.urgency == Urgency::immediate) return waiting.since + terms.immediate;
    return after_days(waiting, terms, waiting.urgency == Urgency::urgent ? terms.urgent : terms.ordinary, calendars);
}

/// A report's day, or the next on which both work.
Result<Timestamp> on_report_day(Waiting const& waiting, bool working_days, SideCalendars const& calendars) {
    if (!working_days) return end_of(*waiting.on, waiting.side, calendars);
    Date const before{std::chrono::sys_days(*waiting.on) - days(1)};
    return after_working_days(before, days(1), waiting.side, calendars);
}

Result<Timestamp> after_visit(Waiting const& waiting, AgreementPurpose const& terms, SideCalendars const& calendars) {
    auto const end = end_of(*waiting.on, waiting.side, calendars);
    if (!terms.deadlines) return end + terms.answer_within;
    if (!terms.deadlines->working_days) return end + terms.deadlines->ordinary;
    return after_working_days(*waiting.on, terms.deadlines->ordinary, waiting.side, calendars);
}

Result<Timestamp> by_terms(Waiting const& waiting, AgreementPurpose const& terms, SideCalendars const& calendars) {
    bool const working_days = terms.deadlines && terms.deadlines->working_days;
    switch (waiting.deadline) {
        case DeadlineKind::handover:
            return end_of(*waiting.on, waiting.side, calendars);
        case DeadlineKind::report:
            return on_report_day(waiting, working_days, calendars);
        case DeadlineKind::visit_report:
            return after_visit(waiting, terms, calendars);
        default:
            break;
    }
    if (!terms.deadlines) return waiting.since + terms.answer_within;
    switch (waiting.deadline) {
        case DeadlineKind::countersignature:
        case DeadlineKind::receipt:
            return waiting.since + terms.deadlines->countersign;
        default:
            return after_urgency(waiting, *terms.deadlines, calendars);
    }
}

}  // namespace

Result<Timestamp> due_at(Waiting const& waiting, AgreementPurpose const& terms, SideCalendars const& calendars) {
    ASSIGN_OR_RETURN(auto const due, by_terms(waiting, terms, calendars));
    return std::clamp(due, waiting.since, expires_at(waiting, terms.expires_after));
}

Result<Timestamp> answer_slot(Waiting const& waiting, AgreementPurpose const& terms, SideCalendars const& calendars) {
    return due_at(waiting, terms, calendars);
}

Timestamp answer_slot(Timestamp opened_at, AgreementPurpose const& terms) {
    return opened_at + (terms.deadlines ? hours(terms.deadlines->ordinary) : terms.answer_within);
}

Timestamp remind_at(Waiting const& waiting, Timestamp due) {
    constexpr days longest_before{3};
    return due - std::min<Timestamp::duration>((due - waiting.since) / 4, longest_before);
}

Timestamp overdue_at(Timestamp due) {
    return due + overdue_grace;
}

Result<std::optional<Awaiting>> awaiting(Standing const& standing, AgreementPurpose const& terms,
                                         SideCalendars const& calendars) {
    if (!standing.waiting) return std::optional<Awaiting>();
    auto const& waiting = *standing.waiting;
    ASSIGN_OR_RETURN(auto const due, due_at(waiting, terms, calendars));
    return std::optional(Awaiting{waiting.side, waiting.deadline, waiting.since, remind_at(waiting, due), due,
                                  overdue_at(due), expires_at(waiting, terms.expires_after)});
}

Result<bool> came_late(StepOutcome const& outcome, Timestamp sent_at, AgreementPurpose const& terms,
                       SideCalendars const& calendars) {
    if (!outcome.ended) return false;
    ASSIGN_OR_RETURN(auto const due, due_at(*outcome.ended, terms, calendars));
    return sent_at > overdue_at(due);
}

}  // namespace casebridge
