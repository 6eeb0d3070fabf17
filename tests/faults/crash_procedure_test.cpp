// Every call by which a daemon changes storage or answers somebody while officers of both sides take steps of a
// procedure, and write a note with an attachment. See CRASH.md.
#include "tests/faults/crash_procedures.h"
#include "tests/faults/crash_sweep.h"
#include "tests/faults/test_form.h"
#include "tests/support/check_code.h"

namespace casebridge::test {
namespace {

std::vector<FaultAction> const failures{FaultAction::eio_once, FaultAction::enospc};

struct Proceeding {
    Proceeding() : pair(1), procedures(pair) {}

    void sweep_steps(std::vector<Side> const& sides, std::vector<FaultAction> const& actions, std::uint32_t step) {
        sweep(pair,
              {"procedure",
               [this](CrashPair&, FaultyDaemon& victim, Fault const& fault) {
                   victim.arm(fault);
                   auto const proposed = procedures.propose();
                   procedures.wait_settled(proposed);
                   auto const answered = procedures.answer(proposed.procedure);
                   procedures.wait_settled(answered);
                   procedures.check({proposed, answered}, "more_needed");
               }},
              sides, actions, step);
        procedures.check_all();
    }

    void sweep_notes(std::vector<FaultAction> const& actions, std::uint32_t step) {
        auto const proposed = procedures.propose();
        procedures.wait_settled(proposed);
        procedures.check({proposed}, "asked");
        sweep(pair,
              {"note",
               [this, procedure = proposed.procedure](CrashPair&, FaultyDaemon& victim, Fault const& fault) {
                   victim.arm(fault);
                   auto const note = procedures.write(procedure);
                   procedures.wait_settled(note);
                   procedures.check_note(procedure, note);
               }},
              both, actions, step);
        procedures.check_all();
    }

    CrashPair pair;
    Procedures procedures;
};

/// A partner opens at most 1000 procedures a day, and each point opens one: where every point is taken, each part of
/// the sweep has daemons of its own.
void sweep_steps(std::vector<FaultAction> const& actions, std::uint32_t step) {
    if (!is_long_form()) return Proceeding().sweep_steps(both, actions, step);
    for (auto const side : both)
        for (auto const action : actions) Proceeding().sweep_steps({side}, {action}, step);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(crash)

BOOST_AUTO_TEST_CASE(a_crash_at_any_call_of_a_procedure_loses_and_doubles_no_step) {
    sweep_steps(crashes, 149);
}

BOOST_AUTO_TEST_CASE(a_crash_at_any_call_of_a_note_loses_and_doubles_none) {
    Proceeding().sweep_notes(crashes, 131);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(storage)

BOOST_AUTO_TEST_CASE(storage_that_fails_at_any_call_of_a_procedure_loses_and_doubles_no_step) {
    sweep_steps(failures, 173);
}

BOOST_AUTO_TEST_CASE(storage_that_fails_at_any_call_of_a_note_loses_and_doubles_none) {
    Proceeding().sweep_notes(failures, 173);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
