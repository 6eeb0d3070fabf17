// Every call by which a daemon changes storage or answers somebody, in six scripted exchanges: crash there, start
// again, and nothing is lost or done twice. See CRASH.md.
#include "tests/faults/crash_sweep.h"
#include "tests/support/check_code.h"
#include "tests/support/eventually.h"

namespace casebridge::test {
namespace {

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

void withdraw_what_was_told(CrashPair& pair, FaultyDaemon& victim, Fault const& fault) {
    pair.consent(1);
    auto const message = pair.send(1);
    pair.wait_settled(message);
    pair.check(message, "delivered");
    victim.arm(fault);
    pair.withdraw_consent(1);
    pair.wait_destroyed();
    pair.check_destroyed(message);
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

BOOST_AUTO_TEST_CASE(a_crash_at_any_call_of_a_withdrawal_of_what_was_told_destroys_it_once) {
    CrashPair pair(2);
    sweep(pair, {"erasure", withdraw_what_was_told}, both, crashes, 97);
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

BOOST_AUTO_TEST_CASE(
    storage_that_fails_at_any_call_of_a_withdrawal_of_what_was_told_stops_the_daemon_and_it_is_destroyed) {
    CrashPair pair(2);
    sweep(pair, {"erasure", withdraw_what_was_told}, both, errors, 97);
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
