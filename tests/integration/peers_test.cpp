// Who may bring what: third parties, forwarded messages, removed peers.
#include "two_nodes.h"

using namespace casebridge;
using namespace casebridge::test;

namespace two_nodes_peers {
namespace {

std::string const lao_agreement_file = "th-msdhs--la-mlsw.yaml";
std::string const alarm_unknown = "casebridge_alarms_total{kind=\"unknown_peer\"}";

struct ThreeNodes : TwoNodes {
    ThreeNodes() { laos.start(); }
    DemoMinistry laos{directory.path(), "la-mlsw", {"anti-trafficking-division", "phonthong-reception-centre"}, clock};
};

}  // namespace
}  // namespace two_nodes_peers

BOOST_FIXTURE_TEST_SUITE(two_nodes_peers, ThreeNodes)

BOOST_AUTO_TEST_CASE(a_third_peer_cannot_bring_what_another_signed) {
    cambodia.add_peer(laos);
    auto const message = delivered_message();
    PeerClient client(laos.tls_identity());
    BOOST_CHECK_EQUAL(summary(post_message(client, cambodia.target(), sealed(message))), "403 message.wrong_carrier");
    BOOST_CHECK_EQUAL(cambodia.inbox().size(), 1U);
    BOOST_CHECK_EQUAL(cambodia.leaves("admission").size(), 1U);
}

BOOST_AUTO_TEST_CASE(a_third_peer_cannot_bring_a_message_that_never_arrived) {
    cambodia.add_peer(laos);
    cambodia.stop();
    auto const message = queue();
    wait_for(message, "queued peer.unreachable");
    auto const bytes = sealed(message);
    cambodia.start();
    PeerClient client(laos.tls_identity());
    BOOST_CHECK_EQUAL(summary(post_message(client, cambodia.target(), bytes)), "403 message.wrong_carrier");
    BOOST_CHECK(cambodia.inbox().empty());
    retry();
    wait_for(message, "delivered ");
}

BOOST_AUTO_TEST_CASE(a_receiver_cannot_pass_a_message_on_as_if_it_were_meant_for_another) {
    laos.add_peer(thailand);
    laos.add_peer(cambodia);
    auto const message = delivered_message();
    auto const now = clock.now();
    auto const original = opened(cambodia.identity(), sealed(message), thailand.pin(), now);
    auto const keys = thailand.identity();
    auto const inner = must(sign(original.payload(), ContentKind::message, Payload::attached, keys.signer, now));
    auto const resealed = must(seal(inner, laos.identity().encryption_chain.front()));
    Bytes const bytes(resealed.bytes().begin(), resealed.bytes().end());
    for (auto const* carrier : {&thailand, &cambodia}) {
        PeerClient client(carrier->tls_identity());
        BOOST_CHECK_EQUAL(summary(post_message(client, laos.target(), bytes)), "403 message.not_for_us");
    }
    BOOST_CHECK(laos.inbox().empty());
    BOOST_CHECK(laos.leaves("admission").empty());
}

BOOST_AUTO_TEST_CASE(a_node_that_is_no_peer_gets_no_connection) {
    PeerClient client(laos.tls_identity());
    auto const outcome = post_message(client, cambodia.target(), {1, 2, 3});
    BOOST_CHECK_EQUAL(summary(outcome), "peer.tls_refused");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_envelope_get_a_problem_and_have_no_effect) {
    PeerClient client(thailand.tls_identity());
    BOOST_CHECK_EQUAL(summary(post_message(client, cambodia.target(), {1, 2, 3})), "400 gate.outer_structure");
    BOOST_CHECK(cambodia.inbox().empty());
}

BOOST_AUTO_TEST_CASE(a_peer_beyond_its_quota_is_asked_to_wait_and_another_is_not) {
    cambodia.config().peer_quota = {.per_second = 1, .burst = 2};
    cambodia.stop();
    cambodia.start();
    cambodia.add_peer(laos);
    PeerClient greedy(thailand.tls_identity()), modest(laos.tls_identity());
    for (auto const* answer : {"400 gate.outer_structure", "400 gate.outer_structure", "429 peer.too_many_requests"})
        BOOST_CHECK_EQUAL(summary(post_message(greedy, cambodia.target(), {1, 2, 3})), answer);
    BOOST_CHECK_EQUAL(summary(post_message(modest, cambodia.target(), {1, 2, 3})), "400 gate.outer_structure");
}

BOOST_AUTO_TEST_CASE(a_removed_peer_is_cut_off_at_once_and_what_waits_for_it_is_refused) {
    PeerClient client(cambodia.tls_identity());
    BOOST_CHECK_EQUAL(summary(post_message(client, thailand.target(), {1, 2, 3})), "400 gate.outer_structure");
    auto const target = thailand.target();
    cambodia.stop();
    auto const message = queue();
    wait_for(message, "queued peer.unreachable");

    auto const removed = thailand.officer().remove("/v1/peers/kh-mosvy", {{"reason", std::string(canary_reason)}});
    BOOST_REQUIRE_EQUAL(removed.summary(), "200");
    BOOST_CHECK_EQUAL(summary(post_message(client, target, {1, 2, 3})), "peer.tls_refused");
    retry();
    wait_for(message, "refused peer.unknown");
    BOOST_CHECK_EQUAL(thailand.disclosure(message), "never_sent");
    auto const leaves = thailand.leaves("peer.remove");
    BOOST_REQUIRE_EQUAL(leaves.size(), 1U);
    BOOST_CHECK_EQUAL(leaves.front().text_or("peer"), "kh-mosvy");
    auto const preview_now = thailand.officer().post("/v1/cases/preview", request());
    BOOST_CHECK_EQUAL(preview_now.summary(), "404 peer.unknown");
}

BOOST_AUTO_TEST_CASE(a_peer_that_was_never_reached_has_no_key_to_seal_to) {
    auto const port = laos.port();
    laos.stop();
    auto const answer =
        thailand.officer().post("/v1/peers", Json::object()
                                                 .set("node", "la-mlsw")
                                                 .set("kind", "welfare")
                                                 .set("address", "127.0.0.1:" + std::to_string(port))
                                                 .set("root_pem", laos.pin().root().pem())
                                                 .set("fingerprint", laos.pin().root().fingerprint().hex())
                                                 .set("reason", canary_reason));
    BOOST_REQUIRE_EQUAL(answer.summary(), "201");
    auto const checked =
        thailand.officer().post("/v1/peers/la-mlsw/check", Json::object().set("reason", canary_reason));
    BOOST_REQUIRE_EQUAL(checked.summary(), "200");
    BOOST_CHECK(*checked.json().find("reachable") == Json(false));
    BOOST_CHECK_EQUAL(checked.json().text_or("code"), "peer.unreachable");
}

BOOST_AUTO_TEST_CASE(an_agreement_counts_as_signed_as_soon_as_its_other_party_is_pinned) {
    auto const text = example_agreement(lao_agreement_file, clock.now());
    for (auto* each : {&thailand, &laos}) {
        each->write("agreements/" + lao_agreement_file, text);
        each->sign_agreement(lao_agreement_file);
    }
    auto const signature = "agreements/" + lao_agreement_file + ".la-mlsw.p7s";
    thailand.write(signature, laos.read(signature));
    thailand.add_peer(laos);
    auto const list = thailand.officer().get("/v1/agreements").json();
    int signatures = 0;
    for (auto const& agreement : *list.find("agreements")->as_array())
        if (agreement.text_or("id") == "th-msdhs--la-mlsw")
            for (auto const& party : *agreement.find("parties")->as_array())
                signatures += *party.find("signed") == Json(true) ? 1 : 0;
    BOOST_CHECK_EQUAL(signatures, 2);
}

BOOST_AUTO_TEST_SUITE_END()
