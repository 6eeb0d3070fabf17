// A disk that is nearly full: nothing new comes in or goes out, nothing is lost, and what is under way is settled.
#include "two_nodes.h"

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

namespace two_nodes_disk_reserve {
namespace {

constexpr std::uint64_t roomy = 10ULL << 30, scarce = 1ULL << 20;
std::string const alarm_reserve = "casebridge_alarms_total{kind=\"disk_reserve\"}";
std::string const refused = "casebridge_messages_received_total{outcome=\"refused\"}";

struct TwoDisks : TwoNodes {
    TwoDisks() {
        for (auto* each : {&thailand, &cambodia}) each->set_free_space(roomy);
    }
    /// Seen by the node from now on.
    void set(DemoMinistry& ministry, std::uint64_t free) {
        ministry.set_free_space(free);
        clock.turn(1s);
    }
};

}  // namespace
}  // namespace two_nodes_disk_reserve

BOOST_FIXTURE_TEST_SUITE(two_nodes_disk_reserve, TwoDisks)

BOOST_AUTO_TEST_CASE(a_receiver_without_room_says_507_and_the_message_waits_until_there_is_room) {
    set(cambodia, scarce);
    auto const message = queue();
    wait_for_attempts(message, 1);
    retry();
    wait_for_attempts(message, 2);
    BOOST_CHECK_EQUAL(thailand.outbox_state(message), "queued peer.answered_later");
    BOOST_CHECK(cambodia.inbox().empty());
    BOOST_CHECK(cambodia.leaves("admission").empty());
    BOOST_CHECK_EQUAL(cambodia.counter(alarm_reserve), 1);
    BOOST_CHECK_GE(cambodia.counter(refused), 2);
    PeerClient client(thailand.tls_identity());
    BOOST_CHECK_EQUAL(summary(post_message(client, cambodia.target(), sealed(message))), "507 store.full");

    set(cambodia, roomy);
    retry();
    wait_for(message, "delivered ");
    BOOST_CHECK_EQUAL(cambodia.inbox().size(), 1U);
    BOOST_CHECK_EQUAL(thailand.leaves("dead_letter").size(), 0U);
}

BOOST_AUTO_TEST_CASE(what_was_received_before_still_gets_its_receipt) {
    auto const message = delivered_message();
    auto const bytes = sealed(message);
    set(cambodia, scarce);
    PeerClient client(thailand.tls_identity());
    auto const again = post_message(client, cambodia.target(), bytes);
    BOOST_CHECK_EQUAL(summary(again), "200 application/cms");
    BOOST_CHECK_EQUAL(to_text(body_of(again)), thailand.officer().get("/v1/outbox/" + message + "/receipt").body);
}

BOOST_AUTO_TEST_CASE(a_sender_without_room_takes_nothing_new_and_settles_what_is_queued) {
    cambodia.stop();
    auto const message = queue();
    wait_for(message, "queued peer.unreachable");
    auto const digest = preview().text_or("digest");
    auto const leaves = thailand.leaves("release").size();
    set(thailand, scarce);
    auto const answer = send(digest);
    BOOST_CHECK_EQUAL(answer.summary(), "507 store.reserve_reached");
    BOOST_CHECK(answer.body.find("1 MiB are free, the reserve is 256 MiB") != std::string::npos);
    BOOST_CHECK_EQUAL(thailand.leaves("release").size(), leaves);

    cambodia.start();
    retry();
    wait_for(message, "delivered ");
    set(thailand, roomy);
    BOOST_CHECK_EQUAL(send(digest).summary(), "202");
}

BOOST_AUTO_TEST_CASE(without_room_an_officer_still_reads_withdraws_and_looks) {
    auto const message = delivered_message();
    for (auto* each : {&thailand, &cambodia}) set(*each, scarce);
    auto const read = cambodia.officer().get("/v1/inbox/" + message, {{"reason", std::string(canary_reason)}});
    BOOST_CHECK_EQUAL(read.summary(), "200");
    BOOST_CHECK_EQUAL(cambodia.leaves("officer.read").size(), 1U);
    withdraw_consent();
    BOOST_CHECK_EQUAL(thailand.officer().get("/v1/status").summary(), "200");
    BOOST_CHECK(thailand.metrics().find("\ncasebridge_disk_free_bytes 1048576\n") != std::string::npos);
    BOOST_CHECK(thailand.metrics().find("\ncasebridge_disk_reserve_reached 1\n") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
