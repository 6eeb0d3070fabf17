// Clocks that are wrong when a daemon starts, and clocks that are set while it runs, by libfaketime.
#include "daemon/identity_renewal.h"
#include "hostile_fixture.h"
#include "tests/support/eventually.h"

#include <thread>

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

#ifndef CASEBRIDGE_SANITIZED  // the sanitizers must be loaded first, and so must libfaketime

namespace hostile_clocks {
namespace {

constexpr auto day = 24h;

struct WrongClock : HostilePeer {
    /// A message of a time when the clock is off by so much.
    [[nodiscard]] Bytes message_at(Timestamp then) const {
        auto message = hostile.message();
        message.set("sent_at", to_rfc3339(then)).set("expires_at", to_rfc3339(then + 1h));
        message.set("obligations",
                    Json::object().set("retain_until", to_rfc3339(then + day)).set("onward_transfer", "none"));
        return hostile.sealed(message);
    }
    /// The very bytes of the receipt.
    [[nodiscard]] std::string receipt(Bytes const& sealed) const {
        Wire wire(daemon.port());
        BOOST_REQUIRE(wire.handshake(&hostile.identity()) && wire.send(post(sealed)));
        BOOST_REQUIRE_EQUAL(wire.answer(), "200");
        return wire.body();
    }
    [[nodiscard]] std::string clock_code() const {
        auto const report = daemon.officer().get("/v1/health").json();
        for (auto const& check : *report.find("checks")->as_array())
            if (check.text_or("name") == "clock") return check.text_or("code");
        return "(none)";
    }
    void start_anew_to_be_stepped() {
        daemon.stop();
        daemon.start_to_be_stepped();
    }
};

/// A peer that delivers for as long as it lives, and counts what it is told.
class Deliveries {
public:
    Deliveries(HostilePeer const& world, Adversary const& peer)
        : thread_([this, &world, &peer] {
              while (!over_) {
                  ++told_[world.deliver(peer, peer.sealed(peer.message()))];
                  ++count_;
              }
          }) {}
    ~Deliveries() { static_cast<void>(end()); }
    Deliveries(Deliveries const&) = delete;
    Deliveries& operator=(Deliveries const&) = delete;

    void wait_for_some() const {
        auto const now = count_.load();
        eventually("five more deliveries", [&] { return count_ >= now + 5; });
    }
    /// How many got which answer.
    std::map<std::string, int> const& end() {
        over_ = true;
        if (thread_.joinable()) thread_.join();
        return told_;
    }

private:
    std::atomic<bool> over_ = false;
    std::atomic<int> count_ = 0;
    std::map<std::string, int> told_;
    std::thread thread_;
};

}  // namespace
}  // namespace hostile_clocks

BOOST_FIXTURE_TEST_SUITE(hostile_clocks, WrongClock)

BOOST_AUTO_TEST_CASE(a_clock_that_steps_under_deliveries_takes_nothing_forgets_nothing_and_is_an_alarm) {
    start_anew_to_be_stepped();
    auto const known = hostile.sealed(hostile.message());
    auto const first = receipt(known);
    for (auto const* by : {"+400d", "-400d", "+10m", "+40d"}) {
        BOOST_TEST_CONTEXT(by) {
            Deliveries deliveries(*this, honest);
            deliveries.wait_for_some();
            daemon.step_clock(by);
            eventually("the jump is seen", [&] { return clock_code() == "clock.jumped"; });
            auto const held = effects();
            deliveries.wait_for_some();
            BOOST_CHECK_EQUAL(effects().inbox, held.inbox);
            BOOST_CHECK_EQUAL(effects().log, held.log);
            daemon.step_clock("+0");
            eventually("it is over", [&] { return clock_code().empty(); });
            deliveries.wait_for_some();
            BOOST_CHECK_GT(effects().inbox, held.inbox);
            for (auto const& [answer, count] : deliveries.end())
                BOOST_CHECK_MESSAGE(answer == "200" || answer == "503 clock.jumped" || answer == "closed",
                                    answer << ": " << count);
            auto const before = effects();
            BOOST_CHECK(receipt(known) == first);
            check_nothing_happened_since(before);
        }
    }
    BOOST_CHECK_EQUAL(daemon.metric("casebridge_alarms_total{kind=\"clock_jumped\"}"), 4);
}

BOOST_AUTO_TEST_CASE(a_step_that_an_officer_confirms_counts_from_then_on) {
    start_anew_to_be_stepped();
    daemon.step_clock("+10m");
    eventually("the jump is seen", [&] { return clock_code() == "clock.jumped"; });
    BOOST_CHECK_EQUAL(daemon.confirm_clock(SystemClock().now()).summary(), "409 clock.other_time");
    BOOST_CHECK_EQUAL(daemon.confirm_clock(SystemClock().now() + 10min).summary(), "200");
    BOOST_CHECK_EQUAL(deliver(hostile, message_at(SystemClock().now() + 10min)), "200");
    daemon.step_clock("+0");
    eventually("the jump back is seen", [&] { return clock_code() == "clock.jumped"; });
    BOOST_CHECK_EQUAL(deliver(hostile, message_at(SystemClock().now())), "503 clock.jumped");
}

BOOST_AUTO_TEST_CASE(a_message_replayed_after_its_id_is_forgotten_has_expired) {
    auto const sealed = hostile.sealed(hostile.message());
    BOOST_CHECK_EQUAL(deliver(hostile, sealed), "200");
    daemon.stop();
    daemon.start("+32d");  // past its expiry and its retention, and thirty days more
    auto const then = [] { return SystemClock().now() + 32 * day; };
    BOOST_CHECK_EQUAL(deliver(hostile, message_at(then())), "503 clock.jumped");
    BOOST_CHECK_EQUAL(daemon.inbox_size(), 1U);
    BOOST_REQUIRE_EQUAL(daemon.confirm_clock(then()).summary(), "200");
    // Any new arrival takes what is over with it.
    BOOST_CHECK_EQUAL(deliver(hostile, message_at(then())), "200");
    BOOST_CHECK_EQUAL(daemon.inbox_size(), 1U);
    auto before = effects();
    BOOST_CHECK_EQUAL(deliver(hostile, sealed), "410 message.expired");
    check_nothing_happened_since(before);
    daemon.stop();
    daemon.start();  // the clock had run ahead and is right again: by it the message has not expired
    BOOST_REQUIRE_EQUAL(daemon.confirm_clock(SystemClock().now()).summary(), "200");
    before = effects();
    BOOST_CHECK_EQUAL(deliver(hostile, sealed), "410 message.expired");
    check_nothing_happened_since(before);
}

BOOST_AUTO_TEST_CASE(a_daemon_whose_clock_is_four_hundred_days_off_does_not_start_and_keeps_its_inbox) {
    BOOST_CHECK_EQUAL(deliver(hostile, hostile.sealed(hostile.message())), "200");
    auto const before = effects();
    daemon.stop();
    for (auto const* clock : {"+400d", "-400d"}) {
        BOOST_CHECK_EQUAL(daemon.start_and_fail(clock), 1);
        auto const said = daemon.daemon_log();
        BOOST_CHECK_MESSAGE(said.find("[trust.") != std::string::npos, said);
    }
    daemon.start();
    check_nothing_happened_since(before);
}

/// With the certificates of both renewed, as they have to be by then; the key it was sealed to has gone with its own.
BOOST_AUTO_TEST_CASE(a_message_replayed_after_four_hundred_days_has_no_effect) {
    auto const sealed = hostile.sealed(hostile.message());
    BOOST_CHECK_EQUAL(deliver(hostile, sealed), "200");
    daemon.stop();
    auto const then = [] { return SystemClock().now() + 400 * day; };
    auto const renewed = [&](std::filesystem::path const& directory, NodeId const& node) {
        must(renew_leaves(directory, node, Suite::p256_sha256, then()));
        return must(load_identity(directory, node, then()));
    };
    static_cast<void>(renewed(daemon.directory() / "state/identity", must(NodeId::parse("th-msdhs"))));
    auto const identity = renewed(daemon.directory() / "kh-mosvy/identity", hostile.node());
    daemon.start("+400d");
    BOOST_REQUIRE_EQUAL(daemon.confirm_clock(then()).summary(), "200");
    auto const before = effects();
    for (int i = 0; i < 100; ++i)
        BOOST_CHECK_EQUAL(test::deliver(daemon.port(), identity, sealed), "400 envelope.unknown_recipient");
    check_nothing_happened_since(before);
}

BOOST_AUTO_TEST_SUITE_END()

#endif
