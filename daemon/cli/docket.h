// Docket: the agenda of a Case Management Meeting with one partner, as facts: which procedures are open, who is waited
// for, since when, and what has changed since the last meeting.
//
// Pure. A case is named by the reference the pair of nodes has for it; our own case number only where it was asked for,
// the partner's never (nobody here knows it).
#pragma once

#include "daemon/cli/paper_time.h"
#include "policies/json.h"

#include <array>
#include <iosfwd>
#include <vector>

namespace casebridge::cli {

struct DocketParty {
    std::string node, name;  ///< name: empty if none is known
    [[nodiscard]] std::string const& shown_name() const { return name.empty() ? node : name; }
};

/// Who is awaited in a procedure.
struct DocketWait {
    bool us = false;
    std::string action;  ///< code of a deadline, e.g. "answer"
    Timestamp since;
    std::optional<Timestamp> due, overdue;
    std::string state;  ///< waiting, reminder, overdue, expired; empty: cannot be told, see `error`
    std::optional<Date> on;
    std::string error;  ///< e.g. "calendar.year_not_covered"
};

struct DocketProcedure {
    std::string procedure, kind, stage, urgency;
    std::string office, their_office;
    bool opened_by_us = false;
    std::string subject, case_number;  ///< number: ours; empty if there is none or nobody asked for it
    std::optional<DocketWait> wait;
    Timestamp opened_at, updated_at;
    std::optional<bool> last_by_us;  ///< who took the last step
    std::optional<Date> offered_on, agreed_on;
    std::optional<std::pair<std::int64_t, std::int64_t>> reports;  ///< done, of
    bool signed_by_us = false, signed_by_them = false;

    friend std::ostream& operator<<(std::ostream&, DocketProcedure const&) = delete;
};

/// One page of `GET /v1/procedures`. Errors: `daemon.bad_answer`.
struct ProcedurePage {
    std::vector<DocketProcedure> procedures;
    std::string next;  ///< cursor; empty at the end
};
/// `own_numbers`: keep our case numbers.
Result<ProcedurePage> read_procedure_page(Json const& answer, bool own_numbers);

/// From `GET /v1/meetings/{node}`, and what is read from the pages.
struct Docket {
    DocketParty us, them;
    Timestamp now;
    std::optional<Date> held_on;  ///< the last meeting
    std::optional<Date> since;    ///< changes are told since this day, inclusive; none: they are not told
    bool own_numbers = false;
    std::vector<DocketProcedure> procedures;  ///< open ones
    std::vector<DocketProcedure> ended;       ///< of any time; those since `since` are told
};
/// Without procedures; `since` is the day of the last meeting. Errors: `daemon.bad_answer`.
Result<Docket> read_docket_head(Json const& meeting);

// What the agenda says beyond the facts.

enum class DocketChange { none, opened, changed };
struct DocketRow {
    DocketProcedure const* procedure;
    Date opened, updated;
    std::optional<Date> waiting_since, due;    ///< due: the last day on which it is in time
    std::int64_t days = 0;                     ///< in calendar days of our country, since who is awaited was asked
    std::optional<std::int64_t> overdue_days;  ///< state overdue or expired
    DocketChange change = DocketChange::none;
};
/// Who has to act next: us, them, nobody. Each: overdue first, then the urgent, then the longest waiting. Last, what
/// has ended since the last meeting, in that order.
enum class DocketSection : std::size_t { us, them, nobody, ended };
inline constexpr std::size_t docket_section_count = 4;

struct Agenda {
    std::array<std::vector<DocketRow>, docket_section_count> sections;
    std::int64_t open = 0, overdue = 0, opened = 0, changed = 0;  ///< of the open ones
};
/// Rows point into `docket`.
Agenda agenda_of(Docket const& docket);

std::string docket_csv(Docket const& docket, std::vector<Wording const*> const& languages);
Json docket_json(Docket const& docket);
/// Every heading and word in each of `languages`, one below the other; the first is the page's.
std::string docket_html(Docket const& docket, std::vector<Wording const*> const& languages);

}  // namespace casebridge::cli
