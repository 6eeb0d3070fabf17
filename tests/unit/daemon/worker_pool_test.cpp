#include "daemon/worker_pool.h"

#include <atomic>
#include <future>
#include <stdexcept>

#include <boost/test/unit_test.hpp>

using casebridge::WorkerPool;

BOOST_AUTO_TEST_SUITE(worker_pool)

namespace {

void ignore(std::string_view) {}

/// Holds one worker until let go.
class Blocker {
public:
    explicit Blocker(WorkerPool& pool) {
        std::promise<void> running;
        auto const started = running.get_future();
        pool.submit_always([this, &running] {
            running.set_value();
            let_go_.get_future().wait();
        });
        started.wait();
    }
    void let_go() { let_go_.set_value(); }

private:
    std::promise<void> let_go_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(every_job_taken_runs_once) {
    std::atomic<int> ran = 0;
    {
        WorkerPool pool(4, 1000, ignore);
        for (int i = 0; i < 500; ++i) BOOST_REQUIRE(pool.submit([&ran] { ++ran; }));
    }
    BOOST_TEST(ran == 500);
}

BOOST_AUTO_TEST_CASE(a_full_queue_takes_no_more_but_our_own) {
    WorkerPool pool(1, 2, ignore);
    Blocker blocker(pool);
    std::atomic<int> ran = 0;
    auto const job = [&ran] { ++ran; };
    BOOST_TEST(pool.submit(job));
    BOOST_TEST(pool.submit(job));
    BOOST_TEST(!pool.submit(job));
    pool.submit_always(job);
    BOOST_TEST(!pool.submit(job));
    blocker.let_go();
    pool.stop();
    BOOST_TEST(ran == 3);
}

BOOST_AUTO_TEST_CASE(stopping_finishes_what_is_queued_and_takes_nothing_new) {
    WorkerPool pool(1, 10, ignore);
    Blocker blocker(pool);
    std::atomic<int> ran = 0;
    for (int i = 0; i < 10; ++i) BOOST_REQUIRE(pool.submit([&ran] { ++ran; }));
    blocker.let_go();
    pool.stop();
    BOOST_TEST(ran == 10);
    BOOST_TEST(!pool.submit([&ran] { ++ran; }));
    pool.stop();
    BOOST_TEST(ran == 10);
}

BOOST_AUTO_TEST_CASE(a_job_may_submit_another_while_the_pool_stops) {
    std::atomic<int> ran = 0;
    WorkerPool pool(1, 10, ignore);
    Blocker blocker(pool);
    pool.submit_always([&] { pool.submit_always([&ran] { ++ran; }); });
    blocker.let_go();
    pool.stop();
    BOOST_TEST(ran == 1);
}

BOOST_AUTO_TEST_CASE(an_exception_is_reported_by_type_and_ends_no_worker) {
    std::promise<std::string> reported;
    WorkerPool pool(1, 10, [&reported](std::string_view type) { reported.set_value(std::string(type)); });
    BOOST_REQUIRE(pool.submit([] { throw std::runtime_error("Example Name"); }));
    auto const type = reported.get_future().get();
    BOOST_TEST(type.find("runtime_error") != std::string::npos);
    BOOST_TEST(type.find("Example") == std::string::npos);
    std::promise<void> next;
    BOOST_REQUIRE(pool.submit([&next] { next.set_value(); }));
    next.get_future().wait();
}

BOOST_AUTO_TEST_SUITE_END()
