// Every call by which a daemon changes storage or answers somebody while a question is asked and answered. See
// CRASH.md.
#include "tests/faults/crash_questions.h"
#include "tests/faults/crash_sweep.h"
#include "tests/support/check_code.h"

namespace casebridge::test {
namespace {

struct Asking {
    Asking() : pair(1), questions(pair) {}

    void sweep_questions(std::vector<FaultAction> const& actions) {
        sweep(pair,
              {"question",
               [this](CrashPair&, FaultyDaemon& victim, Fault const& fault) {
                   victim.arm(fault);
                   auto const query = questions.ask();
                   questions.ask_again(query);
                   questions.check(query);
               }},
              both, actions, 23);
        questions.check_all();
    }

    /// The bytes that come are those the leaf names, before and after a crash.
    void sweep_repetitions(std::vector<FaultAction> const& actions) {
        sweep(pair,
              {"repetition",
               [this](CrashPair&, FaultyDaemon& victim, Fault const& fault) {
                   victim.arm(fault);
                   auto const question = questions.make_question();
                   questions.post(question);
                   questions.post(question);
                   questions.check(question.query);
                   questions.post(question);
               }},
              {Side::sender}, actions, 29);
        questions.check_all();
    }

    CrashPair pair;
    Questions questions;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(crash, Asking)

BOOST_AUTO_TEST_CASE(a_crash_at_any_call_of_a_question_answers_it_once_and_tells_nothing_unrecorded) {
    sweep_questions(crashes);
}

BOOST_AUTO_TEST_CASE(a_crash_at_any_call_of_an_answer_changes_none_of_its_bytes) {
    sweep_repetitions(crashes);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(storage, Asking)

BOOST_AUTO_TEST_CASE(storage_that_fails_at_any_call_of_a_question_stops_the_daemon_and_tells_nothing_unrecorded) {
    sweep_questions(errors);
}

BOOST_AUTO_TEST_CASE(storage_that_fails_at_any_call_of_an_answer_changes_none_of_its_bytes) {
    sweep_repetitions(errors);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
