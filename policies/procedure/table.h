// The transition table of all procedures: what may follow what, by whom, and what comes of it.
//
// The table is the specification: the fold (standing.h) reads it, README.md shows it, and a test compares the two. What
// is in no row is refused, with a code that says why.
#pragma once

#include "policies/procedure/words.h"

#include <optional>
#include <span>

namespace casebridge {

enum class By : std::uint8_t {
    initiator,
    responder,
    either,
    not_awaited,  ///< the side that waits for the other
};

/// What must hold besides stage, step and side.
enum class Guard : std::uint8_t {
    none,
    wait_expired,     ///< the awaited side let the procedure expire: the question may be put again
    digests_differ,   ///< of the handover records signed, this one included, or only one is signed yet
    digests_equal,    ///< both sides have signed the same record
    date_as_offered,  ///< the day agreed on is the one last noticed or proposed: a newer offer may have crossed it
    reports_remain,   ///< this is not the last report of the schedule
    last_report,
};
std::string_view to_text(Guard guard);

enum class NextWait : std::uint8_t {
    nobody,
    unchanged,
    initiator,
    responder,
    other_side,  ///< the one who did not take this step
};

struct Transition {
    Set<ProcedureKind> kinds;
    Set<Stage> from;
    StepType step;
    By by;
    Guard guard;
    std::optional<Stage> to;  ///< none: the stage stays
    NextWait awaited;
    DeadlineKind deadline;  ///< of `awaited`, where somebody is
    Set<Effect> effects;
    bool outlasts_expiry;  ///< what has happened, or ends the procedure, has no deadline
};

/// In order; of several rows for one stage, step and side the first whose guard holds counts.
std::span<Transition const> transitions();

/// Nobody is awaited, and nothing but what the table names follows.
bool is_closed(Stage stage);
/// Something has happened in the world that no withdrawal undoes: the person was handed over.
bool is_fact(Stage stage);

bool may_take(By by, Side side, std::optional<Side> awaited);
/// Whether the kind has the step at all, and whether this side ever takes it.
bool has_step(ProcedureKind kind, StepType step);
bool has_step(ProcedureKind kind, StepType step, Side side);
bool has_stage(ProcedureKind kind, Stage stage);
/// The step that opens a procedure of this kind, and asks again.
StepType opening_step(ProcedureKind kind);

}  // namespace casebridge
