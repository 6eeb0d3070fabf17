// The agenda: who acts next, for how long it has been waited, and what has changed.
#include "daemon/cli/docket.h"

#include <algorithm>
#include <tuple>

namespace casebridge::cli {
namespace {

std::int64_t days_between(Date from, Date to) {
    return (std::chrono::sys_days(to) - std::chrono::sys_days(from)).count();
}

bool is_over(DocketWait const& wait) {
    return wait.state == "overdue" || wait.state == "expired";
}

/// Smaller comes first.
int rank_of_state(DocketProcedure const& procedure) {
    if (!procedure.wait) return 3;
    if (is_over(*procedure.wait)) return 0;
    // What cannot be told may be overdue: it is looked at before what surely is not.
    if (!procedure.wait->error.empty()) return 1;
    return procedure.wait->state == "reminder" ? 2 : 3;
}

int rank_of_urgency(DocketProcedure const& procedure) {
    return procedure.urgency == "immediate" ? 0 : procedure.urgency == "urgent" ? 1 : 2;
}

bool comes_before(DocketRow const& left, DocketRow const& right) {
    auto const key = [](DocketRow const& row) {
        auto const& procedure = *row.procedure;
        return std::tuple(rank_of_state(procedure), rank_of_urgency(procedure),
                          procedure.wait ? procedure.wait->since : procedure.updated_at,
                          std::string_view(procedure.procedure));
    };
    return key(left) < key(right);
}

DocketSection section_of(DocketProcedure const& procedure) {
    if (!procedure.wait) return DocketSection::nobody;
    return procedure.wait->us ? DocketSection::us : DocketSection::them;
}

DocketRow row_of(DocketProcedure const& procedure, Docket const& docket, PaperTime const& time, Date today) {
    DocketRow row{.procedure = &procedure,
                  .opened = time.day(procedure.opened_at),
                  .updated = time.day(procedure.updated_at),
                  .waiting_since = {},
                  .due = {},
                  .overdue_days = {}};
    if (docket.since) {
        // The day of the meeting itself counts: what came after it must not be missed.
        if (row.opened >= *docket.since)
            row.change = DocketChange::opened;
        else if (row.updated >= *docket.since)
            row.change = DocketChange::changed;
    }
    if (!procedure.wait) return row;
    auto const& wait = *procedure.wait;
    row.waiting_since = time.day(wait.since);
    row.days = days_between(*row.waiting_since, today);
    // Due at the end of a day is due on that day, not on the next.
    if (wait.due) row.due = time.day(*wait.due - std::chrono::milliseconds(1));
    if (is_over(wait)) row.overdue_days = days_between(row.due.value_or(*row.waiting_since), today);
    return row;
}

}  // namespace

Agenda agenda_of(Docket const& docket) {
    auto const time = PaperTime::of_node(docket.us.node);
    auto const today = time.day(docket.now);
    Agenda agenda;
    for (auto const& procedure : docket.procedures) {
        auto const row = row_of(procedure, docket, time, today);
        ++agenda.open;
        agenda.overdue += row.overdue_days ? 1 : 0;
        agenda.opened += row.change == DocketChange::opened ? 1 : 0;
        agenda.changed += row.change == DocketChange::changed ? 1 : 0;
        agenda.sections.at(static_cast<std::size_t>(section_of(procedure))).push_back(row);
    }
    auto& ended = agenda.sections.at(static_cast<std::size_t>(DocketSection::ended));
    for (auto const& procedure : docket.ended) {
        auto const row = row_of(procedure, docket, time, today);
        if (row.change != DocketChange::none) ended.push_back(row);
    }
    for (auto& rows : agenda.sections) std::ranges::sort(rows, comes_before);
    return agenda;
}

}  // namespace casebridge::cli
