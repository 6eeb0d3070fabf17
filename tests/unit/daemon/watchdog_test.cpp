#include "daemon/watchdog.h"

#include "daemon/worker_pool.h"
#include "tests/support/eventually.h"

#include <future>

namespace watchdog {
namespace {

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

HealthReport report(HealthCheck const& check) {
    return {Timestamp{}, {check}};
}
HealthReport const well = report({"store"});

struct WatchdogFixture {
    std::vector<std::string> told;
    std::vector<std::function<void(HealthReport const&)>> questions;
    Watchdog watchdog{[this](auto done) { questions.push_back(std::move(done)); },
                      [this](std::string const& notice) { told.push_back(notice); }};

    void check_told(std::vector<std::string> const& expected) {
        BOOST_CHECK_EQUAL_COLLECTIONS(told.begin(), told.end(), expected.begin(), expected.end());
        told.clear();
    }
};

}  // namespace
}  // namespace watchdog

BOOST_FIXTURE_TEST_SUITE(watchdog, WatchdogFixture)

BOOST_AUTO_TEST_CASE(nothing_is_told_before_an_answer_has_come) {
    watchdog.tick();
    check_told({});
    BOOST_CHECK_EQUAL(questions.size(), 1U);
}

BOOST_AUTO_TEST_CASE(each_answer_is_one_notice_and_each_new_state_one_status) {
    for (int i = 0; i < 3; ++i) {
        watchdog.tick();
        questions.back()(well);
    }
    watchdog.tick();
    check_told({"STATUS=up", "WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"});
    BOOST_CHECK_EQUAL(questions.size(), 4U);
}

BOOST_AUTO_TEST_CASE(while_an_answer_is_owed_nothing_is_sent_and_nothing_more_is_asked) {
    for (int i = 0; i < 10; ++i) watchdog.tick();
    check_told({"STATUS=waiting for an answer from the store"});
    BOOST_CHECK_EQUAL(questions.size(), 1U);
    questions.back()(well);
    watchdog.tick();
    check_told({"STATUS=up", "WATCHDOG=1"});
}

BOOST_AUTO_TEST_CASE(a_store_that_did_not_answer_is_no_sign_of_life) {
    for (auto const* code : {"store.no_answer", "engine.stopped"}) {
        Watchdog anew([this](auto done) { questions.push_back(std::move(done)); },
                      [this](std::string const& notice) { told.push_back(notice); });
        anew.tick();
        questions.back()(report({"store", HealthState::down, code, "remedy"}));
        anew.tick();
        check_told({"STATUS=down: store"});
        questions.back()(well);
        anew.tick();
        check_told({"STATUS=up", "WATCHDOG=1"});
    }
}

BOOST_AUTO_TEST_CASE(a_report_without_the_store_is_no_sign_of_life) {
    watchdog.tick();
    questions.back()(report({"disk"}));
    watchdog.tick();
    check_told({"STATUS=up"});
}

BOOST_AUTO_TEST_CASE(what_a_new_start_would_not_mend_does_not_end_the_process) {
    watchdog.tick();
    questions.back()(report({"store", HealthState::down, "store.full", "remedy"}));
    watchdog.tick();
    check_told({"STATUS=down: store", "WATCHDOG=1"});
}

BOOST_AUTO_TEST_CASE(workers_that_are_all_stuck_are_no_sign_of_life) {
    std::promise<void> go;
    WorkerPool pool(1, 16, [](std::string_view) {});
    Watchdog over_workers([&pool](auto done) { pool.submit_always([done] { done(well); }); },
                          [this](std::string const& notice) { told.push_back(notice); });
    pool.submit_always([wait = go.get_future().share()] { wait.wait(); });
    for (int i = 0; i < 3; ++i) over_workers.tick();
    check_told({"STATUS=waiting for an answer from the store"});
    go.set_value();
    eventually("the worker is free again", [&] {
        over_workers.tick();
        return !told.empty();
    });
    BOOST_CHECK_EQUAL(told.front(), "STATUS=up");
    BOOST_CHECK_EQUAL(told.at(1), "WATCHDOG=1");
    pool.stop();
}

BOOST_AUTO_TEST_SUITE_END()
