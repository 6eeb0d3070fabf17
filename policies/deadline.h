// Deadlines of procedures: when an answer is due, when to remind, when it is overdue, when it must not come earlier.
//
// Pure functions of the wait, the agreement's terms for the purpose and the two countries' calendars. Times are
// instants of UTC; days begin where the awaited side is. Two nodes whose holiday lists differ may show different due
// dates, but never different standings: nothing here decides what is legal (standing.h, `expires_at`).
#pragma once

#include "policies/agreement.h"
#include "policies/calendar.h"
#include "policies/procedure/standing.h"

namespace casebridge {

/// The calendars of the two sides; nullptr: none is known. A side without a country (an international organisation) is
/// given the other's.
struct SideCalendars {
    Calendar const* initiator = nullptr;
    Calendar const* responder = nullptr;
    [[nodiscard]] Calendar const* of(Side side) const { return side == Side::initiator ? initiator : responder; }
};

/// By when the awaited side should have acted.
///
/// Without `deadlines` in the agreement: `answer_within` after the step that asked. With it, by urgency: hours are
/// elapsed hours, day or night, holiday or not; days are elapsed days, or with `working_days` the end of the n-th day
/// after the step's day on which both countries work. A handover or report is due at the end of its day, a report moved
/// to the next common working day where `working_days` says so; a visitor's report the ordinary time after its day.
/// Never after expiry.
///
/// Errors: `calendar.missing` (working days are asked for, but a calendar is not there), `calendar.year_not_covered`.
/// Either is an alarm: no reminder will come.
Result<Timestamp> due_at(Waiting const& waiting, AgreementPurpose const& terms, SideCalendars const& calendars);

/// When an answer leaves in the kinds that hide refusal (words.h), whatever it says, and `no_information` by itself if
/// no officer has answered: when it is due, and never before. It follows from what the asker sent, the agreement and
/// the calendars alone; how long anybody searched, and whether there was anything to search for, does not show.
/// Errors: as due_at.
Result<Timestamp> answer_slot(Waiting const& waiting, AgreementPurpose const& terms, SideCalendars const& calendars);
/// The same for an ordinary question under terms without working days: the agreement's `answer_within`, or its ordinary
/// days, after `opened_at`.
Timestamp answer_slot(Timestamp opened_at, AgreementPurpose const& terms);

/// When the awaited side's officer is reminded: a quarter of the time before the end, at most three days.
Timestamp remind_at(Waiting const& waiting, Timestamp due);

/// From when on the wait is an alarm and the peer gets a notice. An hour after it was due: an answer that leaves in its
/// slot, at the last moment, has that long to arrive.
inline constexpr std::chrono::hours overdue_grace{1};
Timestamp overdue_at(Timestamp due);

/// For lists and dockets.
struct Awaiting {
    Side side;
    DeadlineKind deadline;
    Timestamp since, remind, due, overdue, expires;
    bool operator==(Awaiting const&) const = default;
};
/// None if nobody is awaited. Errors: as due_at.
Result<std::optional<Awaiting>> awaiting(Standing const& standing, AgreementPurpose const& terms,
                                         SideCalendars const& calendars);

/// Whether a step that ended a wait was sent after it was overdue. Errors: as due_at.
Result<bool> came_late(StepOutcome const& outcome, Timestamp sent_at, AgreementPurpose const& terms,
                       SideCalendars const& calendars);

}  // namespace casebridge
