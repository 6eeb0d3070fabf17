// Standing: where one procedure stands after the steps so far, and the function that takes it one step further.
//
// Pure: standing + step → standing + outcome. No clock: whether a step came after expiry is read from when it was sent,
// so that both nodes, with the same steps, say the same.
#pragma once

#include "policies/procedure/step.h"
#include "policies/procedure/table.h"

#include <array>
#include <chrono>

namespace casebridge {

/// A step as a message brought it.
struct StepEvent {
    MessageId message;
    Side side;
    std::uint64_t lamport;
    Timestamp sent_at;
    Step step;

    bool operator==(StepEvent const&) const = default;
    friend std::ostream& operator<<(std::ostream&, StepEvent const&) = delete;
};

/// Who is awaited, for what, since when.
struct Waiting {
    Side side;
    DeadlineKind deadline;
    Timestamp since;  ///< when the step was sent that asked for it
    Urgency urgency = Urgency::ordinary;
    std::optional<Date> on{};  ///< the day a handover, visit or report is about

    bool operator==(Waiting const&) const = default;
};

/// From then on nothing but a new request, a withdrawal or what has happened in the world takes effect. Plain days, no
/// working days: it decides what is legal, and both nodes must agree on it whatever holiday lists they have.
Timestamp expires_at(Waiting const& waiting, std::chrono::days expire_after);

struct ReportSchedule {
    Date first;
    std::int64_t every_months = 1, reports = 1;

    /// The day of report `number`, from 0; the last day of a month that has no such day.
    [[nodiscard]] Date day_of_report(std::int64_t number) const;
    bool operator==(ReportSchedule const&) const = default;
};

/// A step that took effect: what a correction can refer to.
struct TakenStep {
    MessageId message;
    Side side;
    StepType step;
    bool operator==(TakenStep const&) const = default;
};

struct Standing {
    explicit Standing(ProcedureKind of) : kind(of) {}

    ProcedureKind kind;
    Stage stage = Stage::not_opened;
    std::optional<Waiting> waiting{};
    Urgency urgency = Urgency::ordinary;
    std::optional<Date> offered_on{}, agreed_on{};  ///< of a return or visit: last noticed or proposed; agreed
    std::optional<ReportSchedule> schedule{};
    std::int64_t reports = 0;                           ///< of the schedule, so far
    std::array<std::optional<Digest>, 2> signatures{};  ///< of the handover record, by side
    std::vector<TakenStep> taken{};

    bool operator==(Standing const&) const = default;
};

/// What became of one step.
struct StepOutcome {
    std::string_view code{};  ///< empty: it took effect; else why it did not
    Stage before = Stage::not_opened, after = Stage::not_opened;
    Set<Effect> effects{};
    std::optional<Waiting> ended{};  ///< what was waited for and is no longer: deadline.h tells whether it came late

    bool operator==(StepOutcome const&) const = default;
};

/// Takes one step, or says why not:
///
/// | code | the step |
/// |---|---|
/// | `procedure.unknown_step` | is none of this kind |
/// | `procedure.wrong_side` | is never this side's in this kind |
/// | `procedure.not_opened` | comes before the procedure was opened |
/// | `procedure.expired` | was sent after the procedure had expired |
/// | `procedure.withdrawn` | comes after a withdrawal |
/// | `procedure.already_happened` | would withdraw what has happened |
/// | `procedure.closed` | comes after the end |
/// | `procedure.not_your_turn` | comes while the other side is awaited |
/// | `procedure.date_differs` | agrees to another day than the one last offered |
/// | `procedure.illegal_step` | does not follow from here |
/// | `procedure.nothing_to_correct` | corrects no step of its own side that took effect |
StepOutcome take_step(Standing& standing, StepEvent const& event, std::chrono::days expire_after);

/// What `side` may send at `now`, in the order of StepType: for prompts. Steps that depend on their contents (a
/// signature) count as possible.
std::vector<StepType> legal_steps(Standing const& standing, Side side, Timestamp now, std::chrono::days expire_after);

/// Somebody is awaited, and has let the procedure expire.
bool has_expired(Standing const& standing, Timestamp now, std::chrono::days expire_after);

}  // namespace casebridge
