#include "daemon/clock_guard.h"

#include "tests/support/hand_clock.h"
#include "tests/unit/daemon/store_fixture.h"

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

namespace {

Actor officer() {
    return {OfficerId("officer-1"), "operator", "compared with the station clock"};
}

struct GuardFixture : StoreFixture {
    GuardFixture() { resume(); }

    /// As a daemon that starts.
    void resume() {
        guard.emplace(clock, 5min, telemetry);
        BOOST_REQUIRE(guard->resume(*store));
    }
    [[nodiscard]] std::string state() const { return code_of(guard->require_trusted()); }
    void see(Timestamp time) { BOOST_REQUIRE(put_latest_stored_time(*store, time)); }
    [[nodiscard]] int alarms() const {
        auto const text = telemetry.metrics_text();
        std::string const name = "casebridge_alarms_total{kind=\"clock_jumped\"} ";
        auto const at = text.find(name);
        return at == std::string::npos ? 0 : std::stoi(text.substr(at + name.size()));
    }

    HandClock clock;
    Timestamp const start = clock.now();
    mutable Telemetry telemetry{LogLevel::error, "text", (directory.path() / "log").string()};
    std::unique_ptr<Store> store = open();
    std::optional<ClockGuard> guard;
};

std::string const trusted = "(accepted)";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(clock_guard, GuardFixture)

BOOST_AUTO_TEST_CASE(a_clock_that_runs_is_relied_on_for_years) {
    for (int year = 0; year < 3; ++year) {
        clock.turn(365 * 24h);
        BOOST_CHECK_EQUAL(state(), trusted);
        BOOST_CHECK(guard->now() == clock.now());
    }
}

BOOST_AUTO_TEST_CASE(a_clock_set_within_the_skew_is_followed) {
    clock.set_by(5min);
    BOOST_CHECK_EQUAL(state(), trusted);
    BOOST_CHECK(guard->now() == start + 5min);
    clock.set_by(-10min);
    BOOST_CHECK_EQUAL(state(), trusted);
    BOOST_CHECK(guard->now() == start - 5min);
}

BOOST_AUTO_TEST_CASE(a_clock_set_by_more_is_held_and_time_goes_on_as_if_nobody_had_set_it) {
    for (auto const by : {std::chrono::milliseconds(5min + 1ms), {-5min - 1ms}, {400 * 24h}, {-400 * 24h}}) {
        auto const before = guard->now();
        clock.set_by(by);
        BOOST_CHECK_EQUAL(state(), "clock.jumped");
        BOOST_CHECK(guard->jump() == by);
        clock.turn(1h);
        BOOST_CHECK(guard->now() == before + 1h);
        clock.set_by(-by);
        BOOST_CHECK_EQUAL(state(), trusted);
        BOOST_CHECK(guard->now() == before + 1h);
    }
    BOOST_CHECK_EQUAL(alarms(), 4);
}

/// Many small steps are one large one.
BOOST_AUTO_TEST_CASE(steps_within_the_skew_add_up) {
    clock.set_by(4min);
    BOOST_CHECK_EQUAL(state(), trusted);
    clock.turn(24h);
    clock.set_by(4min);
    BOOST_CHECK_EQUAL(state(), "clock.jumped");
}

BOOST_AUTO_TEST_CASE(an_alarm_is_counted_once_a_jump) {
    clock.set_by(24h);
    for (int i = 0; i < 10; ++i) BOOST_CHECK_EQUAL(state(), "clock.jumped");
    BOOST_CHECK_EQUAL(alarms(), 1);
}

BOOST_AUTO_TEST_CASE(a_restart_does_not_make_a_set_clock_a_right_one) {
    clock.set_by(30 * 24h);
    resume();
    BOOST_CHECK_EQUAL(state(), "clock.jumped");
    BOOST_CHECK(guard->now() == start);
    clock.set_by(-30 * 24h);
    BOOST_CHECK_EQUAL(state(), trusted);
}

BOOST_AUTO_TEST_CASE(after_another_boot_a_clock_ahead_counts_and_one_behind_the_store_is_held) {
    see(start);
    clock.set_by(24h);
    clock.boot_again();
    resume();
    BOOST_CHECK_EQUAL(state(), trusted);
    see(guard->now());
    clock.set_by(-24h);
    clock.boot_again();
    resume();
    BOOST_CHECK_EQUAL(state(), "clock.jumped");
    BOOST_CHECK(guard->now() == start + 24h);
    resume();
    BOOST_CHECK_EQUAL(state(), "clock.jumped");
}

BOOST_AUTO_TEST_CASE(after_another_boot_a_clock_further_ahead_than_a_holiday_is_held) {
    for (auto const& [by, expected] : {std::pair{std::chrono::milliseconds(14 * 24h), trusted},
                                       {14 * 24h + 1ms, std::string("clock.jumped")},
                                       {400 * 24h, std::string("clock.jumped")}}) {
        see(clock.now());
        auto const seen = clock.now();
        clock.set_by(by);
        clock.boot_again();
        resume();
        BOOST_CHECK_EQUAL(state(), expected);
        BOOST_CHECK(guard->now() == (expected == trusted ? seen + by : seen));
        if (expected == trusted) continue;
        resume();  // a restart alone changes nothing
        BOOST_CHECK_EQUAL(state(), expected);
        guard->adopt(must(guard->confirm(*store, clock.now(), officer())));
        BOOST_CHECK_EQUAL(state(), trusted);
        clock.boot_again();
        resume();
        BOOST_CHECK_EQUAL(state(), trusted);
    }
}

BOOST_AUTO_TEST_CASE(after_another_boot_a_clock_within_the_skew_of_the_store_counts) {
    see(start + 5min);
    clock.boot_again();
    resume();
    BOOST_CHECK_EQUAL(state(), trusted);
    see(start + 5min + 1ms);
    clock.boot_again();
    resume();
    BOOST_CHECK_EQUAL(state(), "clock.jumped");
}

BOOST_AUTO_TEST_CASE(an_officer_s_word_makes_it_right_also_after_a_restart_and_another_boot) {
    see(start);
    clock.set_by(-24h);
    auto const confirmed = must(guard->confirm(*store, clock.now() + 5min, officer()));
    BOOST_CHECK_EQUAL(state(), "clock.jumped");  // until the commit
    guard->adopt(confirmed);
    BOOST_CHECK_EQUAL(state(), trusted);
    BOOST_CHECK(guard->now() == start - 24h);
    resume();
    BOOST_CHECK_EQUAL(state(), trusted);
    clock.boot_again();
    resume();
    BOOST_CHECK_EQUAL(state(), trusted);
    auto const leaves = must(store->log().read(0, 10));
    BOOST_REQUIRE_EQUAL(leaves.size(), 1U);
    auto const leaf = must(parse_json(leaves.front().data));
    BOOST_CHECK_EQUAL(leaf.text_or("kind"), "clock.confirm");
    BOOST_CHECK_EQUAL(*leaf.find("facts")->find("seconds")->as_integer(), -24 * 3600);
}

BOOST_AUTO_TEST_CASE(a_clock_is_confirmed_only_when_held_and_only_at_the_time_it_says) {
    CHECK_CODE(guard->confirm(*store, clock.now(), officer()), "clock.not_held");
    clock.set_by(400 * 24h);
    CHECK_CODE(guard->confirm(*store, start, officer()), "clock.other_time");
    CHECK_CODE(guard->confirm(*store, clock.now() + 5min + 1ms, officer()), "clock.other_time");
    CHECK_CODE(guard->confirm(*store, clock.now() - 5min - 1ms, officer()), "clock.other_time");
    BOOST_CHECK_EQUAL(state(), "clock.jumped");
    BOOST_CHECK_EQUAL(store->log().head().size, 0U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(system_clock)

BOOST_AUTO_TEST_CASE(the_boot_is_the_same_word_from_the_kernel_and_from_systemd) {
    SystemClock const clock;
    auto const by_kernel = clock.boot();
    BOOST_CHECK_EQUAL(by_kernel.size(), 32U);
    ::setenv("CASEBRIDGE_BOOT_ID", by_kernel.c_str(), 1);
    BOOST_CHECK_EQUAL(clock.boot(), by_kernel);
    ::unsetenv("CASEBRIDGE_BOOT_ID");
    BOOST_CHECK(clock.since_boot() > 0ms);
}

BOOST_AUTO_TEST_SUITE_END()
