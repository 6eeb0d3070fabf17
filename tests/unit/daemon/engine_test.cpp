#include "daemon/engine.h"

#include "tests/unit/daemon/failing_disk.h"
#include "tests/unit/daemon/store_fixture.h"

#include <atomic>
#include <cerrno>
#include <stdexcept>
#include <thread>

using namespace casebridge;
using namespace casebridge::test;

namespace the_engine {
namespace {

struct EngineFixture : StoreFixture {
    std::vector<std::string> fatal;  ///< codes; written on the engine thread, read after it was waited for
    std::promise<void> halted;
    std::unique_ptr<Engine> engine = std::make_unique<Engine>(open(), [this](Error const& error) {
        fatal.emplace_back(error.code);
        if (fatal.size() == 1) halted.set_value();
    });
    std::vector<std::string> outcomes;  ///< likewise

    /// Occupies the engine until the promise is kept, so that what is submitted meanwhile becomes one group.
    std::promise<void> hold() {
        std::promise<void> go;
        auto wait = go.get_future().share();
        std::promise<void> busy;
        auto began = busy.get_future();
        auto owned = std::make_shared<std::promise<void>>(std::move(busy));
        engine->submit<Done>(
            [wait, owned](Store&) -> Status {
                owned->set_value();
                wait.wait();
                return Done{};
            },
            [](Status const&) {});
        began.wait();
        return go;
    }

    /// Lets the group that waited go, and waits for the code that its last work, `last`, gets.
    std::string release(std::promise<void> go, std::function<Status(Store&)> last) {
        std::promise<std::string> code;
        engine->submit<Done>(std::move(last), [&](Status const& outcome) { code.set_value(code_of(outcome)); });
        go.set_value();
        return code.get_future().get();
    }

    void submit(std::function<Status(Store&)> work) {
        engine->submit<Done>(std::move(work), [this](Status const& outcome) { outcomes.push_back(code_of(outcome)); });
    }

    static std::function<Status(Store&)> write(std::string setting) {
        return [setting](Store& store) { return store.put_setting(setting, "x"); };
    }

    std::string settings() const {
        return raw().run("SELECT group_concat(key) FROM (SELECT key FROM settings ORDER BY key)");
    }

    bool halts() { return halted.get_future().wait_for(std::chrono::seconds(20)) == std::future_status::ready; }

    void finish() { engine.reset(); }
};

std::function<Status(Store&)> add_leaf() {
    return [](Store& store) -> Status {
        auto const added = store.log().append("release", at(0), service_actor("test"), Json::object(), Json::object());
        if (!added) return added.error();
        return Done{};
    };
}

using Codes = std::vector<std::string>;

}  // namespace
}  // namespace the_engine

BOOST_FIXTURE_TEST_SUITE(the_engine, EngineFixture)

BOOST_AUTO_TEST_CASE(a_call_gives_the_works_value_or_its_error) {
    BOOST_CHECK_EQUAL(must(engine->call<int>([](Store&) -> Result<int> { return 7; })), 7);
    CHECK_CODE(engine->call<int>([](Store&) -> Result<int> {
        return Error{ErrorKind::invalid, "test.refused"};
    }),
               "test.refused");
}

BOOST_AUTO_TEST_CASE(nobody_is_told_before_the_commit_and_the_group_is_committed_as_one) {
    auto go = hold();
    std::string inside, at_first_done;
    submit(write("a"));
    submit(write("b"));
    engine->submit<Done>(
        [&](Store& store) -> Status {
            inside = settings();
            return store.put_setting("c", "x");
        },
        [](Status const&) {});
    engine->submit<Done>(write("d"), [&](Status const&) { at_first_done = settings(); });
    go.set_value();
    finish();
    BOOST_CHECK_EQUAL(inside, "");
    BOOST_CHECK_EQUAL(at_first_done, "a,b,c,d");
    BOOST_CHECK(outcomes == Codes(2, "(accepted)"));
}

BOOST_AUTO_TEST_CASE(sixty_four_waiting_works_share_one_sync_and_the_next_has_its_own) {
    must(engine->call<Done>(write("first")));  // the first commit syncs the new log's header, too
    auto go = hold();
    long at_64 = 0, at_65 = 0;
    auto const before = syncs_so_far();
    for (int i = 1; i <= 65; ++i) {
        engine->submit<Done>(write(std::to_string(i)), [&, i](Status const&) {
            if (i == 64) at_64 = syncs_so_far();
            if (i == 65) at_65 = syncs_so_far();
        });
    }
    go.set_value();
    finish();
    BOOST_CHECK_EQUAL(at_64 - before, 1);
    BOOST_CHECK_EQUAL(at_65 - before, 2);
}

BOOST_AUTO_TEST_CASE(a_failing_work_among_good_ones_is_undone_alone) {
    auto go = hold();
    submit(write("a"));
    submit(add_leaf());
    submit([](Store& store) -> Status {
        RETURN_IF_ERROR(add_leaf()(store));
        RETURN_IF_ERROR(store.put_setting("b", "x"));
        return Error{ErrorKind::conflict, "test.refused"};
    });
    submit(add_leaf());
    submit(write("c"));
    go.set_value();
    finish();
    BOOST_CHECK((outcomes == Codes{"(accepted)", "(accepted)", "test.refused", "(accepted)", "(accepted)"}));
    BOOST_CHECK_EQUAL(settings(), "a,c");
    BOOST_CHECK_EQUAL(open()->log().head().size, 2U);  // and the tree is that of the two: it opens
    BOOST_CHECK(fatal.empty());
}

BOOST_AUTO_TEST_CASE(a_work_that_fails_before_it_changes_anything_makes_no_other_run_again) {
    auto go = hold();
    int runs = 0;
    submit([&](Store& store) {
        ++runs;
        return store.put_setting("a", "x");
    });
    submit([](Store&) -> Status { return Error{ErrorKind::conflict, "test.refused"}; });
    submit(write("b"));
    go.set_value();
    finish();
    BOOST_CHECK((outcomes == Codes{"(accepted)", "test.refused", "(accepted)"}));
    BOOST_CHECK_EQUAL(runs, 1);
    BOOST_CHECK_EQUAL(settings(), "a,b");
}

BOOST_AUTO_TEST_CASE(a_work_that_fails_alone_after_it_changed_something_runs_once_and_is_undone) {
    int runs = 0;
    CHECK_CODE(engine->call<Done>([&](Store& store) -> Status {
        ++runs;
        RETURN_IF_ERROR(add_leaf()(store));
        return Error{ErrorKind::conflict, "test.refused"};
    }),
               "test.refused");
    CHECK_ACCEPTED(engine->call<Done>(add_leaf()));
    finish();
    BOOST_CHECK_EQUAL(runs, 1);
    BOOST_CHECK_EQUAL(open()->log().head().size, 1U);
}

BOOST_AUTO_TEST_CASE(an_exception_undoes_its_work_and_shows_its_type_but_not_its_words) {
    auto go = hold();
    submit(write("a"));
    Error seen{ErrorKind::invalid, ""};
    engine->submit<Done>(
        [](Store& store) -> Status {
            RETURN_IF_ERROR(store.put_setting("b", "x"));
            RETURN_IF_ERROR(add_leaf()(store));
            throw std::out_of_range("Srey Mom");
        },
        [&](Status const& outcome) { seen = outcome.error(); });
    submit([](Store&) -> Status { throw 7; });
    submit(write("c"));
    go.set_value();
    finish();
    BOOST_CHECK_EQUAL(seen.code, "engine.exception");
    BOOST_CHECK_EQUAL(seen.detail, "std::out_of_range");
    BOOST_CHECK((outcomes == Codes{"(accepted)", "engine.exception", "(accepted)"}));
    BOOST_CHECK_EQUAL(settings(), "a,c");
    BOOST_CHECK_EQUAL(open()->log().head().size, 0U);
    BOOST_CHECK(fatal.empty());
}

BOOST_AUTO_TEST_CASE(a_failed_sync_stops_everything_and_nobody_is_told_success) {
    must(engine->call<Done>(write("before")));
    auto go = hold();
    submit(write("a"));
    submit(write("b"));
    {
        FailingDisk const broken(FailingDisk::Call::sync, EIO);
        BOOST_CHECK_EQUAL(release(std::move(go), write("c")), "store.failed");
    }
    CHECK_CODE(engine->call<Done>(write("d")), "engine.stopped");
    finish();
    BOOST_CHECK((outcomes == Codes{"store.failed", "store.failed"}));
    BOOST_CHECK(fatal == Codes{"store.failed"});
    BOOST_CHECK_EQUAL(must(open()->setting("before")).value_or(""), "x");
}

BOOST_AUTO_TEST_CASE(a_failed_write_stops_everything) {
    must(engine->call<Done>(write("before")));
    auto go = hold();
    submit(write("a"));
    {
        FailingDisk const broken(FailingDisk::Call::write, EIO);
        BOOST_CHECK_EQUAL(release(std::move(go), write("b")), "store.failed");
    }
    CHECK_CODE(engine->call<Done>(write("c")), "engine.stopped");
    finish();
    BOOST_CHECK(outcomes == Codes{"store.failed"});
    BOOST_CHECK(fatal == Codes{"store.failed"});
    BOOST_CHECK_EQUAL(settings(), "before");
}

BOOST_AUTO_TEST_CASE(a_full_disk_undoes_the_group_and_the_next_one_works_again) {
    must(engine->call<Done>(add_leaf()));
    auto go = hold();
    submit(write("a"));
    submit(add_leaf());
    {
        FailingDisk const full(FailingDisk::Call::write, ENOSPC);
        BOOST_CHECK_EQUAL(release(std::move(go), write("b")), "store.full");
    }
    CHECK_ACCEPTED(engine->call<Done>(write("c")));
    CHECK_ACCEPTED(engine->call<Done>(add_leaf()));
    finish();
    BOOST_CHECK((outcomes == Codes{"store.full", "store.full"}));
    BOOST_CHECK(fatal.empty());
    BOOST_CHECK_EQUAL(must(open()->setting("c")).value_or(""), "x");
    BOOST_CHECK(!must(open()->setting("a")));
    BOOST_CHECK_EQUAL(open()->log().head().size, 2U);
}

BOOST_AUTO_TEST_CASE(a_work_that_meets_a_failing_store_stops_everything) {
    auto go = hold();
    submit(write("a"));
    submit([](Store&) -> Status { return Error{ErrorKind::internal, "store.failed"}; });
    BOOST_CHECK_EQUAL(release(std::move(go), write("b")), "store.failed");
    CHECK_CODE(engine->call<Done>(write("c")), "engine.stopped");
    finish();
    BOOST_CHECK((outcomes == Codes{"store.failed", "store.failed"}));
    BOOST_CHECK(fatal == Codes{"store.failed"});
    BOOST_CHECK_EQUAL(settings(), "");
}

BOOST_AUTO_TEST_CASE(a_failed_checkpoint_stops_everything_after_the_truth_was_told) {
    auto const id = must(engine->call<ContentId>([](Store& store) { return store.contents().put(as_bytes("x")); }));
    std::optional<FailingDisk> broken;
    engine->submit<Done>([&](Store& store) { return store.contents().erase(id); },
                         [&](Status const& outcome) {
                             outcomes.push_back(code_of(outcome));
                             broken.emplace(FailingDisk::Call::write, EIO);  // between commit and checkpoint
                         });
    BOOST_REQUIRE(halts());
    CHECK_CODE(engine->call<Done>(write("c")), "engine.stopped");
    broken.reset();
    finish();
    BOOST_CHECK(outcomes == Codes{"(accepted)"});
    BOOST_CHECK(fatal == Codes{"store.failed"});
}

BOOST_AUTO_TEST_CASE(what_was_erased_leaves_the_write_ahead_log_at_once) {
    auto const id = must(engine->call<ContentId>([](Store& store) { return store.contents().put(as_bytes("x")); }));
    auto const content_key = must(from_hex(raw().run("SELECT hex(key) FROM content_keys")));
    BOOST_CHECK(contains(decrypted_pages(file, key), content_key));
    must(engine->call<Done>([id](Store& store) { return store.contents().erase(id); }));
    must(engine->call<Done>([](Store&) -> Status { return Done{}; }));  // its turn comes after the checkpoint
    BOOST_CHECK(!contains(decrypted_pages(file, key), content_key));
}

BOOST_AUTO_TEST_CASE(a_done_that_throws_is_fatal) {
    engine->submit<Done>(write("a"), [](Status const&) { throw std::runtime_error("unexpected"); });
    BOOST_REQUIRE(halts());
    CHECK_CODE(engine->call<Done>(write("b")), "engine.stopped");
    finish();
    BOOST_CHECK(fatal == Codes{"engine.exception"});
    BOOST_CHECK_EQUAL(settings(), "a");
}

BOOST_AUTO_TEST_CASE(the_end_waits_for_what_was_submitted) {
    auto go = hold();
    for (int i = 0; i < 200; ++i) submit(write("s" + std::to_string(i)));
    go.set_value();
    finish();
    BOOST_CHECK(outcomes == Codes(200, "(accepted)"));
    BOOST_CHECK_EQUAL(raw().run("SELECT count(*) FROM settings"), "200");
}

BOOST_AUTO_TEST_CASE(after_the_stop_everything_is_refused) {
    submit(write("a"));
    engine->stop();
    engine->stop();
    submit(write("b"));
    CHECK_CODE(engine->call<Done>(write("c")), "engine.stopped");
    BOOST_CHECK((outcomes == Codes{"(accepted)", "engine.stopped"}));
    finish();
    BOOST_CHECK_EQUAL(settings(), "a");
}

BOOST_AUTO_TEST_CASE(a_done_may_submit_and_stop) {
    engine->submit<Done>(write("a"), [this](Status const&) {
        submit(write("b"));
        engine->stop();
        submit(write("c"));
    });
    engine->stop();
    finish();
    BOOST_CHECK(settings() == "a" || settings() == "a,b");  // as the outer stop came before or after
}

BOOST_AUTO_TEST_CASE(works_from_many_threads_are_all_done_once) {
    std::atomic<int> done{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 50; ++i) {
                if (engine->call<Done>(write(std::to_string(t) + "." + std::to_string(i)))) ++done;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    finish();
    BOOST_CHECK_EQUAL(done, 200);
    BOOST_CHECK_EQUAL(raw().run("SELECT count(*) FROM settings"), "200");
}

BOOST_AUTO_TEST_SUITE_END()
