// A message on its way: everything that may happen between the commit and the receipt.
#include "two_nodes.h"

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

namespace two_nodes_delivery {
namespace {

std::string const alarm_dead = "casebridge_alarms_total{kind=\"dead_letter\"}";

HttpResponse busy() {
    return problem(503, "daemon.busy");
}

void check_dead(TwoNodes const& nodes, std::string const& message, std::string const& code,
                std::string const& disclosure) {
    auto const leaves = nodes.thailand.leaves("dead_letter");
    BOOST_REQUIRE_EQUAL(leaves.size(), 1U);
    BOOST_CHECK_EQUAL(leaves.front().text_or("message"), message);
    BOOST_CHECK_EQUAL(leaves.front().text_or("code"), code);
    BOOST_CHECK_EQUAL(nodes.thailand.disclosure(message), disclosure);
    BOOST_CHECK_EQUAL(nodes.thailand.counter(alarm_dead), 1);
}

/// Queues a message that finds nobody.
std::string queue_while_down(TwoNodes& nodes) {
    nodes.cambodia.stop();
    auto message = nodes.queue();
    nodes.wait_for(message, "queued peer.unreachable");
    return message;
}

}  // namespace
}  // namespace two_nodes_delivery

BOOST_FIXTURE_TEST_SUITE(two_nodes_delivery, TwoNodes)

BOOST_AUTO_TEST_CASE(a_message_waits_for_a_receiver_that_is_down_and_is_delivered_once) {
    auto const message = queue_while_down(*this);
    BOOST_CHECK_EQUAL(thailand.disclosure(message), "prepared");
    retry();
    wait_for_attempts(message, 2);
    cambodia.start();
    retry();
    wait_for(message, "delivered ");
    BOOST_CHECK_EQUAL(cambodia.inbox().size(), 1U);
    BOOST_CHECK_EQUAL(thailand.disclosure(message), "delivered");
    BOOST_CHECK_EQUAL(thailand.leaves("receipt").size(), 1U);
}

BOOST_AUTO_TEST_CASE(a_message_outlives_its_own_node_being_stopped) {
    auto const message = queue_while_down(*this);
    thailand.stop();
    cambodia.start();
    retry();
    thailand.start();
    wait_for(message, "delivered ");
    BOOST_CHECK_EQUAL(cambodia.inbox().size(), 1U);
}

BOOST_AUTO_TEST_CASE(a_consent_withdrawn_before_any_byte_left_means_never_sent) {
    auto const message = queue_while_down(*this);
    withdraw_consent();
    cambodia.start();
    retry();
    wait_for(message, "refused release.consent_withdrawn");
    check_dead(*this, message, "release.consent_withdrawn", "never_sent");
    BOOST_CHECK(cambodia.inbox().empty());
}

BOOST_AUTO_TEST_CASE(a_consent_withdrawn_after_an_attempt_means_possibly_delivered) {
    cambodia.stop();
    FakeReceiver const receiver(cambodia, thailand, busy());
    auto const message = queue();
    wait_for_attempts(message, 1);
    BOOST_CHECK_EQUAL(thailand.outbox_state(message), "queued peer.answered_later");
    BOOST_CHECK_EQUAL(thailand.disclosure(message), "possibly_delivered");
    withdraw_consent();
    retry();
    wait_for(message, "refused release.consent_withdrawn");
    check_dead(*this, message, "release.consent_withdrawn", "possibly_delivered");
}

BOOST_AUTO_TEST_CASE(an_agreement_taken_away_refuses_what_is_queued) {
    auto const message = queue_while_down(*this);
    std::filesystem::remove(thailand.directory() / "agreements" / agreement_file);
    thailand.reload();
    cambodia.start();
    retry();
    wait_for(message, "refused release.no_agreement");
    check_dead(*this, message, "release.no_agreement", "never_sent");
    BOOST_CHECK(cambodia.inbox().empty());
}

BOOST_AUTO_TEST_CASE(a_policy_that_allows_less_refuses_what_is_queued) {
    auto const message = queue_while_down(*this);
    coarsen_birth_date();
    cambodia.start();
    retry();
    wait_for(message, "refused delivery.no_longer_covered");
    check_dead(*this, message, "delivery.no_longer_covered", "never_sent");
}

BOOST_AUTO_TEST_CASE(another_agreement_does_not_carry_a_message_that_cites_the_old_one) {
    auto const message = queue_while_down(*this);
    auto const file = "agreements/" + agreement_file;
    for (auto* each : {&thailand, &cambodia}) {
        auto const text = each->read(file);
        each->write(file, text + "# a remark more\n");
    }
    cambodia.start();
    for (auto* each : {&thailand, &cambodia}) each->sign_agreement(agreement_file);
    auto const signature = file + ".kh-mosvy.p7s";
    thailand.write(signature, cambodia.read(signature));
    thailand.reload();
    retry();
    wait_for(message, "refused delivery.agreement_changed");
}

BOOST_AUTO_TEST_CASE(an_agreement_the_receiver_no_longer_holds_is_rejected_by_a_signed_receipt) {
    auto const message = queue_while_down(*this);
    std::filesystem::remove(cambodia.directory() / "agreements" / agreement_file);
    cambodia.start();
    retry();
    wait_for(message, "rejected message.unknown_agreement");
    check_rejected(message);
}

BOOST_AUTO_TEST_CASE(a_national_database_that_is_away_delays_and_does_not_refuse) {
    auto const message = queue_while_down(*this);
    auto const hidden = thailand.directory() / "away.db";
    std::filesystem::rename(thailand.national_database(), hidden);
    cambodia.start();
    retry();
    wait_for(message, "queued source.unavailable");
    BOOST_CHECK(*thailand.outbox(message).find("possibly_delivered") == Json(false));
    std::filesystem::rename(hidden, thailand.national_database());
    retry();
    wait_for(message, "delivered ");
}

BOOST_AUTO_TEST_CASE(a_case_that_is_gone_refuses_what_is_queued) {
    auto const message = queue_while_down(*this);
    thailand.change_national_database("DELETE FROM \"คดี\"");
    cambodia.start();
    retry();
    wait_for(message, "refused source.case_not_found");
}

BOOST_AUTO_TEST_CASE(what_was_read_for_a_later_message_carries_none_after_the_case_has_changed) {
    auto const message = queue_while_down(*this);
    auto const later = queue();  // waits behind the other, so what was read for it has not served yet
    thailand.change_national_database("DELETE FROM \"คดี\"");
    cambodia.start();
    retry();
    wait_for(message, "refused source.case_not_found");
    wait_for(later, "refused source.case_not_found");
}

BOOST_AUTO_TEST_CASE(a_message_nobody_took_expires_into_a_dead_letter) {
    auto const message = queue_while_down(*this);
    clock.turn(7 * 24h - 2s);
    wait_for_attempts(message, 2);
    clock.turn(2s);
    wait_for(message, "expired outbox.expired");
    check_dead(*this, message, "outbox.expired", "never_sent");
    cambodia.start();
    BOOST_CHECK(cambodia.inbox().empty());
}

BOOST_AUTO_TEST_CASE(a_receiver_whose_clock_is_behind_is_tried_again) {
    cambodia.stop();
    FakeReceiver const receiver(cambodia, thailand, problem(503, "message.from_the_future"));
    auto const message = queue();
    wait_for_attempts(message, 1);
    retry();
    wait_for_attempts(message, 2);
    eventually("a second request", [&receiver] { return receiver.requests() >= 2; });
}

BOOST_AUTO_TEST_CASE(a_message_sealed_to_a_destroyed_key_is_resealed_and_stays_the_same_message) {
    auto const message = queue_while_down(*this);
    auto const before = sealed(message);
    auto const old_identity = cambodia.identity();
    rotate_keys(cambodia);
    cambodia.start();
    retry();
    wait_for(message, "delivered ");
    auto const after = sealed(message);
    BOOST_CHECK(before != after);
    auto const first = opened(old_identity, before, thailand.pin(), clock.now());
    auto const second = opened(cambodia.identity(), after, thailand.pin(), clock.now());
    BOOST_CHECK(first.inner_digest() == second.inner_digest());
    BOOST_CHECK_EQUAL(cambodia.leaves("admission").front().text_or("inner"), first.inner_digest().hex());
    BOOST_CHECK_EQUAL(cambodia.inbox().size(), 1U);
}

BOOST_AUTO_TEST_CASE(a_peer_that_refuses_every_key_is_not_asked_without_a_pause) {
    cambodia.stop();
    auto const answer = problem(400, "envelope.unknown_recipient");
    FakeReceiver const receiver(cambodia, thailand, answer);
    auto const message = queue();
    wait_for_attempts(message, 1);
    BOOST_CHECK_EQUAL(thailand.outbox_state(message), "queued peer.unexpected_answer");
    BOOST_CHECK(receiver.requests() <= 4);
}

BOOST_AUTO_TEST_SUITE_END()
