// Every call by which a daemon changes storage or answers somebody, in four scripted exchanges: crash there, start
// again, and nothing is lost or done twice. See CRASH.md.
#include "tests/faults/crash_pair.h"
#include "tests/faults/test_form.h"
#include "tests/support/check_code.h"
#include "tests/support/eventually.h"

#include <cstdlib>
#include <iostream>
#include <map>

namespace casebridge::test {
namespace {

enum class Side { sender, receiver };

/// What the officers of both sides do, once, with `victim` under `fault` while they do it; what must come of it is
/// checked.
struct Exchange {
    using Script = void (*)(CrashPair&, FaultyDaemon& victim, Fault const&);
    char const* name;
    Script run;
};

void plain_send(CrashPair& pair, FaultyDaemon& victim, Fault const& fault) {
    victim.arm(fault);
    auto const message = pair.send(0);
    pair.wait_settled(message);
    pair.check(message, "delivered");
}

void send_into_outage(CrashPair& pair, FaultyDaemon& victim, Fault const& fault) {
    pair.stop(pair.receiver());
    if (&victim == &pair.sender()) victim.arm(fault);
    auto const message = pair.send(0);
    pair.wait("the first attempt fails", [&] { return pair.sender().said("delivery.later message=" + message); });
    if (&victim == &pair.receiver())
        pair.start(victim, fault);
    else
        pair.start(pair.receiver());
    pair.wait_settled(message);
    pair.check(message, "delivered");
}

void withdraw_before_delivery(CrashPair& pair, FaultyDaemon& victim, Fault const& fault) {
    pair.consent(1);
    pair.stop(pair.receiver());
    victim.arm(fault);
    auto const message = pair.send(1);
    pair.withdraw_consent(1);
    pair.wait_settled(message);
    pair.start(pair.receiver());
    pair.check(message, "refused");
}

/// Killed with commits in its write-ahead log, the victim reads them again, and moves them, under the fault.
void recovery(CrashPair& pair, FaultyDaemon& victim, Fault const& fault) {
    auto const before = pair.send(0);
    pair.wait_settled(before);
    pair.check(before, "delivered");
    victim.kill_now();
    pair.start(victim, fault);
    auto const message = pair.send(0);
    pair.wait_settled(message);
    pair.check(message, "delivered");
    pair.check(before, "delivered");
}

void rejected(CrashPair& pair, FaultyDaemon& victim, Fault const& fault) {
    victim.arm(fault);
    auto const message = pair.send(0);
    pair.wait_settled(message);
    pair.check(message, "rejected");
}

/// Cambodia no longer has Thailand's signature under the agreement.
void lose_signature(CrashPair& pair) {
    auto const agreements = pair.receiver().home() / "agreements";
    BOOST_REQUIRE(std::filesystem::remove(agreements / "th-msdhs--kh-mosvy.yaml.th-msdhs.p7s"));
}

/// One script with one victim: the points of it are the victim's calls, 1, 2, 3 ...
struct Sweep {
    CrashPair& pair;
    Exchange exchange;
    Side side;

    [[nodiscard]] FaultyDaemon& victim() const { return side == Side::sender ? pair.sender() : pair.receiver(); }

    [[nodiscard]] std::string name() const {
        return std::string(exchange.name) + (side == Side::sender ? ":sender:" : ":receiver:");
    }

    /// Every `step`-th point from `first` on. Ends when the exchange was over twice before its call came.
    void run(FaultAction action, std::uint32_t first, std::uint32_t step) const {
        std::map<std::string, int> kinds;
        int points = 0, missed = 0;
        for (auto at = first; missed < 2; at += step) {
            auto const hit = run_point({action, at});
            missed = hit.empty() ? missed + 1 : 0;
            if (hit.empty()) continue;
            ++points;
            ++kinds[hit.substr(0, hit.find(' ', hit.find(' ') + 1))];
        }
        std::cout << name() << to_text(action) << ": " << points << " points";
        for (auto const& [kind, count] : kinds) std::cout << ", " << count << ' ' << kind;
        std::cout << std::endl;
        BOOST_CHECK_GT(points, 0);
    }

    /// What it hit; empty if the exchange was over before.
    [[nodiscard]] std::string run_point(Fault const& fault) const {
        pair.start(pair.sender());
        pair.start(pair.receiver());
        auto const before = victim().faults();
        try {
            exchange.run(pair, victim(), fault);
        } catch (std::exception const& failure) {
            BOOST_FAIL(name() << to_text(fault.action) << ':' << fault.at << ": " << failure.what());
        }
        return victim().faults() == before ? std::string() : victim().fired_at();
    }
};

std::vector<FaultAction> const crashes{FaultAction::kill, FaultAction::kill_torn, FaultAction::power,
                                       FaultAction::power_some};
std::vector<FaultAction> const errors{FaultAction::eio, FaultAction::eio_once, FaultAction::enospc,
                                      FaultAction::short_write};

/// "send:sender:power:17" in $CASEBRIDGE_POINT: only this point, of whichever sweep it belongs to.
bool run_only_point(Sweep const& sweep, std::vector<FaultAction> const& actions) {
    auto const* const wanted = std::getenv("CASEBRIDGE_POINT");
    if (wanted == nullptr) return false;
    std::string const point = wanted;
    for (auto const action : actions) {
        auto const prefix = sweep.name() + to_text(action) + ":";
        if (!point.starts_with(prefix)) continue;
        auto const at = static_cast<std::uint32_t>(std::stoul(point.substr(prefix.size())));
        std::cout << point << " hit " << sweep.run_point({action, at}) << std::endl;
    }
    return true;
}

/// Short form: every `step`-th point, another one first with another $CASEBRIDGE_SEED. Long form: every point.
void sweep(CrashPair& pair, Exchange const& exchange, std::vector<Side> const& sides,
           std::vector<FaultAction> const& actions, std::uint32_t step) {
    auto const seed = number_from("CASEBRIDGE_SEED", 1);
    std::cout << "CASEBRIDGE_SEED=" << seed << std::endl;
    for (auto const side : sides) {
        Sweep const one{pair, exchange, side};
        if (run_only_point(one, actions)) continue;
        std::uint32_t turn = seed;
        for (auto const action : actions)
            if (is_long_form())
                one.run(action, 1, 1);
            else
                one.run(action, 1 + 5 * turn++ % step, step);
    }
    std::cout << pair.report() << std::endl;
    pair.start(pair.sender());
    pair.start(pair.receiver());
    pair.check_all();
}

std::vector<Side> const both{Side::sender, Side::receiver};

}  // namespace

BOOST_AUTO_TEST_SUITE(crash)

BOOST_AUTO_TEST_CASE(a_crash_at_any_call_of_a_plain_send_loses_and_doubles_nothing) {
    CrashPair pair(1);
    sweep(pair, {"send", plain_send}, both, crashes, 23);
}

BOOST_AUTO_TEST_CASE(a_crash_at_any_call_of_a_send_into_an_outage_loses_and_doubles_nothing) {
    CrashPair pair(1);
    sweep(pair, {"outage", send_into_outage}, both, crashes, 41);
}

BOOST_AUTO_TEST_CASE(a_crash_at_any_call_of_a_withdrawal_before_delivery_sends_nothing_after_it) {
    CrashPair pair(2);
    sweep(pair, {"withdrawal", withdraw_before_delivery}, {Side::sender}, crashes, 41);
}

BOOST_AUTO_TEST_CASE(a_crash_at_any_call_of_a_start_after_a_crash_loses_and_doubles_nothing) {
    CrashPair pair(1);
    sweep(pair, {"recovery", recovery}, both, crashes, 41);
}

BOOST_AUTO_TEST_CASE(a_crash_at_any_call_of_a_rejected_send_rejects_it_once) {
    CrashPair pair(1);
    lose_signature(pair);
    sweep(pair, {"rejection", rejected}, both, crashes, 41);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(storage)

BOOST_AUTO_TEST_CASE(storage_that_fails_at_any_call_of_a_plain_send_stops_the_daemon_and_nothing_is_lost) {
    CrashPair pair(1);
    sweep(pair, {"send", plain_send}, both, errors, 23);
}

BOOST_AUTO_TEST_CASE(storage_that_fails_at_any_call_of_a_send_into_an_outage_stops_the_daemon_and_nothing_is_lost) {
    CrashPair pair(1);
    sweep(pair, {"outage", send_into_outage}, both, errors, 41);
}

BOOST_AUTO_TEST_CASE(storage_that_fails_at_any_call_of_a_withdrawal_stops_the_daemon_and_nothing_is_sent) {
    CrashPair pair(2);
    sweep(pair, {"withdrawal", withdraw_before_delivery}, {Side::sender}, errors, 41);
}

BOOST_AUTO_TEST_CASE(storage_that_fails_at_any_call_of_a_start_after_a_crash_stops_the_daemon_and_nothing_is_lost) {
    CrashPair pair(1);
    sweep(pair, {"recovery", recovery}, both, errors, 41);
}

BOOST_AUTO_TEST_CASE(storage_that_fails_at_any_call_of_a_rejected_send_stops_the_daemon_and_it_is_rejected_once) {
    CrashPair pair(1);
    lose_signature(pair);
    sweep(pair, {"rejection", rejected}, both, errors, 41);
}

/// The sender knows the message is due, but cannot write down that it tries.
BOOST_AUTO_TEST_CASE(a_sender_whose_disk_is_full_does_not_try_again_at_once) {
    CrashPair pair(1);
    pair.start(pair.sender());
    auto const message = pair.send(0);
    auto const attempts = [&] { return pair.sender().times_said("delivery.later message=" + message); };
    pair.wait("the first attempt fails", [&] { return attempts() > 0; });
    auto const before = attempts();
    auto const since = std::chrono::steady_clock::now();
    pair.sender().arm({FaultAction::enospc, 1});
    eventually("three more attempts", [&] { return attempts() >= before + 3; });
    BOOST_CHECK(std::chrono::steady_clock::now() - since >=
                std::chrono::seconds(2));  // two rests of retry.base_seconds
    BOOST_CHECK(pair.sender().runs());
    pair.sender().disarm();
    pair.start(pair.receiver());
    pair.wait_settled(message);
    pair.check(message, "delivered");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
