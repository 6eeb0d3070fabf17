// One message across the border: what was previewed is what arrives, once.
#include "two_nodes.h"

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

namespace two_nodes_exchange {
namespace {

std::string const alarm_reused = "casebridge_alarms_total{kind=\"id_reused\"}";
std::string const alarm_receipt = "casebridge_alarms_total{kind=\"wrong_receipt\"}";

Json read_summary(DemoMinistry const& ministry, std::string const& message) {
    auto const answer = ministry.officer().get("/v1/inbox/" + message, {{"reason", std::string(canary_reason)}});
    BOOST_REQUIRE_EQUAL(answer.summary(), "200");
    return answer.json();
}

/// Another message under the same id, as only the sender itself can make it.
Bytes altered(TwoNodes const& nodes, Bytes sealed) {
    auto const now = nodes.clock.now();
    auto const receiver = nodes.cambodia.identity();
    auto const original = opened(receiver, std::move(sealed), nodes.thailand.pin(), now);
    auto json = must(parse_json(to_text(original.payload())));
    auto const sent_at = must(parse_rfc3339(json.text_or("sent_at")));
    json.set("sent_at", to_rfc3339(sent_at - 1ms));
    auto const payload = dump(json);
    auto const sender = nodes.thailand.identity();
    auto const inner = must(sign(as_bytes(payload), ContentKind::message, Payload::attached, sender.signer, now));
    auto const again = must(seal(inner, receiver.encryption_chain.front()));
    return Bytes(again.bytes().begin(), again.bytes().end());
}

}  // namespace
}  // namespace two_nodes_exchange

BOOST_FIXTURE_TEST_SUITE(two_nodes_exchange, TwoNodes)

BOOST_AUTO_TEST_CASE(a_previewed_summary_arrives_byte_for_byte_as_previewed) {
    auto const previewed = preview();
    auto const body = dump(*previewed.find("body"));
    BOOST_CHECK_EQUAL(sha256(as_bytes(body)).hex(), previewed.text_or("digest"));
    BOOST_CHECK(body.find(canary_given_name) != std::string::npos);
    BOOST_CHECK(body.find(canary_health) == std::string::npos);

    auto const answer = send(previewed.text_or("digest"));
    BOOST_REQUIRE_EQUAL(answer.summary(), "202");
    auto const message = answer.json().text_or("message");
    wait_for(message, "delivered ");
    auto const received = read_summary(cambodia, message);
    BOOST_CHECK_EQUAL(dump(*received.find("body")), body);
    BOOST_CHECK_EQUAL(received.text_or("outcome"), "accepted");
    BOOST_CHECK_EQUAL(received.text_or("subject"), answer.json().text_or("subject"));
    BOOST_CHECK_EQUAL(received.text_or("to_office"), "poipet-transit-centre");
}

BOOST_AUTO_TEST_CASE(the_receipt_verifies_and_both_logs_say_what_happened) {
    auto const message = delivered_message();
    auto const row = thailand.outbox(message);
    auto const& receipt = *row.find("receipt");
    BOOST_CHECK(*receipt.find("verifies") == Json(true));
    BOOST_CHECK_EQUAL(receipt.text_or("outcome"), "accepted");

    auto const bytes = thailand.officer().get("/v1/outbox/" + message + "/receipt");
    BOOST_REQUIRE_EQUAL(bytes.summary(), "200");
    auto const verified =
        must(verify(to_bytes(bytes.body), ContentKind::receipt, Payload::attached, {}, cambodia.pin(), clock.now()));
    auto const parsed = must(parse_receipt(to_text(verified.payload)));
    BOOST_CHECK_EQUAL(parsed.message.text(), message);
    BOOST_CHECK_EQUAL(parsed.to.text(), "th-msdhs");

    BOOST_CHECK_EQUAL(thailand.disclosure(message), "delivered");
    auto const released = thailand.leaves("release");
    BOOST_REQUIRE_EQUAL(released.size(), 1U);
    BOOST_CHECK_EQUAL(released.front().text_or("message"), message);
    auto const receipts = thailand.leaves("receipt");
    BOOST_REQUIRE_EQUAL(receipts.size(), 1U);
    BOOST_CHECK_EQUAL(receipts.front().text_or("receipt"), sha256(as_bytes(bytes.body)).hex());
    auto const admitted = cambodia.leaves("admission");
    BOOST_REQUIRE_EQUAL(admitted.size(), 1U);
    BOOST_CHECK_EQUAL(admitted.front().text_or("message"), message);
    BOOST_CHECK_EQUAL(admitted.front().text_or("inner"), parsed.inner_digest.hex());
    BOOST_CHECK_EQUAL(*cambodia.inbox().front().find("log_index")->as_integer(),
                      static_cast<std::int64_t>(parsed.log_index));
}

BOOST_AUTO_TEST_CASE(a_second_summary_of_the_same_case_follows_in_the_same_stream) {
    auto const first = delivered_message();
    auto const second = delivered_message();
    BOOST_CHECK_EQUAL(*thailand.outbox(first).find("sequence")->as_integer(), 1);
    BOOST_CHECK_EQUAL(*thailand.outbox(second).find("sequence")->as_integer(), 2);
    BOOST_CHECK_EQUAL(thailand.outbox(first).text_or("subject"), thailand.outbox(second).text_or("subject"));
    BOOST_CHECK_EQUAL(cambodia.inbox().size(), 2U);
}

BOOST_AUTO_TEST_CASE(reading_a_received_summary_is_an_act) {
    auto const message = delivered_message();
    auto const unread = cambodia.inbox().front();
    BOOST_CHECK(unread.find("read_at")->is_null());
    read_summary(cambodia, message);
    BOOST_CHECK_EQUAL(cambodia.inbox().front().text_or("read_at"), to_rfc3339(clock.now()));
    auto const read = cambodia.leaves("officer.read");
    BOOST_REQUIRE_EQUAL(read.size(), 1U);
    BOOST_CHECK_EQUAL(read.front().text_or("message"), message);
}

BOOST_AUTO_TEST_CASE(the_same_bytes_again_get_the_same_receipt_and_have_no_second_effect) {
    auto const message = delivered_message();
    PeerClient client(thailand.tls_identity());
    auto const again = post_message(client, cambodia.target(), sealed(message));
    BOOST_CHECK_EQUAL(summary(again), "200 application/cms");
    BOOST_CHECK_EQUAL(to_text(body_of(again)), thailand.officer().get("/v1/outbox/" + message + "/receipt").body);
    BOOST_CHECK_EQUAL(cambodia.inbox().size(), 1U);
    BOOST_CHECK_EQUAL(cambodia.leaves("admission").size(), 1U);
}

BOOST_AUTO_TEST_CASE(the_same_bytes_after_their_expiry_still_get_the_stored_receipt) {
    auto const message = delivered_message();
    auto const bytes = sealed(message);
    auto const receipt = thailand.officer().get("/v1/outbox/" + message + "/receipt").body;
    clock.turn(8 * 24h);
    PeerClient client(thailand.tls_identity());
    auto const again = post_message(client, cambodia.target(), bytes);
    BOOST_CHECK_EQUAL(summary(again), "200 application/cms");
    BOOST_CHECK_EQUAL(to_text(body_of(again)), receipt);
}

BOOST_AUTO_TEST_CASE(other_content_under_a_used_id_is_an_alarm_without_effect) {
    auto const message = delivered_message();
    PeerClient client(thailand.tls_identity());
    auto const forged = post_message(client, cambodia.target(), altered(*this, sealed(message)));
    BOOST_CHECK_EQUAL(summary(forged), "409 message.id_reused");
    BOOST_CHECK_EQUAL(cambodia.counter(alarm_reused), 1);
    BOOST_CHECK_EQUAL(cambodia.inbox().size(), 1U);
    BOOST_CHECK_EQUAL(cambodia.leaves("admission").size(), 1U);
}

BOOST_AUTO_TEST_CASE(a_receipt_for_another_message_settles_nothing) {
    auto const first = delivered_message();
    auto const receipt = to_bytes(thailand.officer().get("/v1/outbox/" + first + "/receipt").body);
    cambodia.stop();
    FakeReceiver const liar(cambodia, thailand, {.content_type = "application/cms", .body = receipt});
    auto const second = queue();
    wait_for_attempts(second, 1);
    BOOST_CHECK_EQUAL(thailand.outbox_state(second), "queued receipt.wrong_message");
    BOOST_CHECK(thailand.counter(alarm_receipt) >= 1);
    BOOST_CHECK_EQUAL(thailand.disclosure(second), "possibly_delivered");
}

BOOST_AUTO_TEST_CASE(a_case_that_changed_since_the_preview_is_not_sent) {
    auto const digest = preview().text_or("digest");
    change_name("Otherwise");
    BOOST_CHECK_EQUAL(send(digest).summary(), "409 send.preview_outdated");
    BOOST_CHECK_EQUAL(send(preview().text_or("digest")).summary(), "202");
}

BOOST_AUTO_TEST_CASE(a_policy_that_changed_since_the_preview_makes_another_preview) {
    auto const before = preview();
    coarsen_birth_date();
    auto const after = preview();
    BOOST_CHECK_NE(before.text_or("digest"), after.text_or("digest"));
    BOOST_CHECK_EQUAL(send(before.text_or("digest")).summary(), "409 send.preview_outdated");
    auto const answer = send(after.text_or("digest"));
    BOOST_REQUIRE_EQUAL(answer.summary(), "202");
    auto const message = answer.json().text_or("message");
    wait_for(message, "delivered ");
    BOOST_CHECK_EQUAL(dump(*read_summary(cambodia, message).find("body")), dump(*after.find("body")));
}

BOOST_AUTO_TEST_CASE(several_officers_at_once_lose_nothing_and_double_nothing) {
    constexpr std::size_t each = 4;
    auto const digest = preview().text_or("digest");
    auto const officers = [&] {
        std::vector<std::string> messages;
        for (std::size_t i = 0; i < each; ++i) {
            auto const answer = send(digest);
            messages.push_back(answer.status == 202 ? answer.json().text_or("message") : answer.summary());
            static_cast<void>(thailand.officer().post("/v1/reload", Json::object()));
        }
        return messages;
    };
    std::vector<std::future<std::vector<std::string>>> running;
    for (int i = 0; i < 3; ++i) running.push_back(std::async(std::launch::async, officers));
    std::set<std::string> messages;
    for (auto& one : running) {
        for (auto& message : one.get()) messages.insert(std::move(message));
    }
    BOOST_CHECK_EQUAL(messages.size(), 3 * each);
    std::set<std::int64_t> sequences;
    for (auto const& message : messages) {
        wait_for(message, "delivered ");
        sequences.insert(*thailand.outbox(message).find("sequence")->as_integer());
    }
    BOOST_CHECK_EQUAL(sequences.size(), 3 * each);
    BOOST_CHECK_EQUAL(cambodia.inbox().size(), 3 * each);
    BOOST_CHECK_EQUAL(cambodia.leaves("admission").size(), 3 * each);
    BOOST_CHECK_EQUAL(thailand.leaves("receipt").size(), 3 * each);
}

BOOST_AUTO_TEST_CASE(what_is_denied_is_recorded_before_it_is_reported) {
    auto const digest = preview().text_or("digest");
    withdraw_consent();
    auto const answer = send(digest);
    BOOST_CHECK_EQUAL(answer.summary(), "403 send.denied");
    auto const json = answer.json();
    BOOST_CHECK_EQUAL((*json.find("denials")->as_array()).front().text_or("code"), "release.consent_withdrawn");
    auto const refusals = thailand.leaves("refusal");
    BOOST_REQUIRE_EQUAL(refusals.size(), 1U);
    BOOST_CHECK_EQUAL(dump(*refusals.front().find("codes")), "[\"release.consent_withdrawn\"]");
    BOOST_CHECK(thailand.leaves("release").empty());
}

BOOST_AUTO_TEST_SUITE_END()
