// Questions about a shared case, answered at once: Cambodia asks Thailand.
#include "asking.h"

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

namespace two_nodes_queries {
namespace {

struct Automatic : Asking {
    Automatic() : Asking("automatic") {}
};

}  // namespace
}  // namespace two_nodes_queries

BOOST_FIXTURE_TEST_SUITE(two_nodes_queries, Automatic)

BOOST_AUTO_TEST_CASE(the_answer_is_what_would_be_sent_and_is_recorded_on_both_sides) {
    auto const before = log_size();
    auto const asked = ask(question());
    BOOST_CHECK_EQUAL(asked.text_or("state"), "answered");
    auto const leaves_spent = log_size() - before;
    auto const shown = preview();
    BOOST_CHECK_EQUAL(dump(*asked.find("body")), dump(*shown.find("body")));
    BOOST_CHECK_EQUAL(leaves_spent, 1U);
    auto const answered = thailand.leaves("query.answer");
    BOOST_REQUIRE_EQUAL(answered.size(), 1U);
    BOOST_CHECK_EQUAL(answered.front().text_or("query"), asked.text_or("query"));
    BOOST_CHECK_EQUAL(answered.front().text_or("outcome"), "answered");
    BOOST_CHECK_EQUAL(thailand.disclosure(answered.front().text_or("disclosure")), "possibly_delivered");
    BOOST_CHECK_EQUAL(cambodia.leaves("query.ask").size(), 1U);
    BOOST_REQUIRE_EQUAL(cambodia.leaves("query.outcome").size(), 1U);
    BOOST_CHECK_EQUAL(cambodia.leaves("query.outcome").front().text_or("outcome"), "answered");
    BOOST_CHECK_EQUAL(thailand.counter("casebridge_queries_received_total{outcome=\"answered\"}"), 1);
}

BOOST_AUTO_TEST_CASE(a_question_about_the_status_gets_fields_of_that_category_alone) {
    auto const asked = ask(question("status"));
    BOOST_REQUIRE_EQUAL(asked.text_or("state"), "answered");
    auto const& body = *asked.find("body");
    auto const& fields = *body.find("fields")->as_object();
    BOOST_CHECK(!fields.empty());
    BOOST_CHECK(body.find("groups")->as_object()->empty());
    for (auto const& [id, value] : fields) BOOST_CHECK(find_field(id)->category == Category::status);
}

BOOST_AUTO_TEST_CASE(the_office_the_message_was_for_asks_and_an_unknown_reference_is_pointed_out) {
    auto const without_office = [](Json const& question) {
        auto json = Json::object();
        for (auto const& [key, value] : *question.as_object())
            if (key != "from") json.set(key, value);
        return json;
    };
    auto const asked = ask(without_office(question()));
    BOOST_CHECK_EQUAL(asked.text_or("state"), "answered");
    BOOST_CHECK(asked.find("told_before") == nullptr);
    BOOST_CHECK_EQUAL(thailand.leaves("query.answer").back().text_or("office"), "poipet-transit-centre");
    auto const unknown = ask(without_office(question("summary", unknown_subject)));
    BOOST_CHECK_EQUAL(unknown.text_or("state"), "no_information");
    BOOST_REQUIRE(unknown.find("told_before") != nullptr);
    BOOST_CHECK(*unknown.find("told_before") == Json(false));
}

BOOST_AUTO_TEST_CASE(reading_an_answer_again_is_an_act_and_asks_nobody) {
    auto const asked = ask(question());
    thailand.stop();
    BOOST_CHECK_EQUAL(dump(again(asked)), dump(asked));
    auto const read =
        cambodia.officer().get("/v1/queries/" + asked.text_or("query"), {{"reason", std::string(canary_reason)}});
    BOOST_CHECK_EQUAL(read.summary(), "200");
    BOOST_CHECK_EQUAL(dump(read.json()), dump(asked));
    BOOST_CHECK_EQUAL(cambodia.leaves("officer.read").size(), 2U);
    auto const listed = cambodia.officer().get("/v1/queries").json();
    auto const& rows = *listed.find("queries")->as_array();
    BOOST_REQUIRE_EQUAL(rows.size(), 1U);
    BOOST_CHECK(rows.front().find("body") == nullptr);
    BOOST_CHECK_EQUAL(cambodia.officer().get("/v1/queries/" + query().id.text(), {{"reason", "test"}}).summary(),
                      "404 query.not_found");
    BOOST_CHECK_EQUAL(cambodia.officer().get("/v1/queries/" + asked.text_or("query")).summary(),
                      "400 request.reason_missing");
}

BOOST_AUTO_TEST_CASE(unknown_withdrawn_and_gone_are_one_answer_and_one_leaf) {
    auto const of = [&](std::string const& reference) {
        auto const before = log_size();
        auto const asked = ask(question("summary", reference));
        BOOST_CHECK_EQUAL(log_size() - before, 1U);
        BOOST_CHECK(asked.find("body") == nullptr);
        return asked.text_or("state") + asked.text_or("code");
    };
    BOOST_CHECK_EQUAL(of(unknown_subject), "no_information");
    withdraw_consent();
    eventually("the withdrawal is over", [&] { return thailand.leaves("erasure.confirmed").size() == 1; });
    BOOST_CHECK_EQUAL(of(subject), "no_information");
    for (auto const& leaf : thailand.leaves("query.answer")) {
        BOOST_CHECK_EQUAL(leaf.text_or("outcome"), "no_information");
        BOOST_CHECK(leaf.find("disclosure") == nullptr);
    }
}

BOOST_AUTO_TEST_CASE(the_payload_of_every_no_is_the_same_but_for_its_question_and_time) {
    auto const unknown = read(post(sealed(query(unknown_subject))));
    withdraw_consent();
    auto const refused = read(post(sealed(query())));
    BOOST_CHECK(!unknown.told && !refused.told);
    auto const told_size = OutgoingAnswer::no_information(unknown.header).payload().size();
    BOOST_CHECK_EQUAL(told_size, OutgoingAnswer::no_information(refused.header).payload().size());
}

BOOST_AUTO_TEST_CASE(the_same_question_gets_the_same_bytes_and_has_no_second_effect) {
    auto const bytes = sealed(query());
    auto const first = post(bytes);
    BOOST_REQUIRE_EQUAL(summary(first), "200 application/cms");
    BOOST_CHECK(read(first).told);
    auto const size = log_size();
    BOOST_CHECK(body_of(post(bytes)) == body_of(first));
    thailand.stop();
    thailand.start();
    BOOST_CHECK(body_of(post(bytes)) == body_of(first));
    BOOST_CHECK_EQUAL(log_size(), size);
    // Unless what the answer rests on was withdrawn: then it is not told again, not even to who has it.
    withdraw_consent();
    auto const anew = post(bytes);
    BOOST_REQUIRE_EQUAL(summary(anew), "200 application/cms");
    BOOST_CHECK(!read(anew).told);
    BOOST_CHECK(body_of(post(bytes)) == body_of(anew));
}

BOOST_AUTO_TEST_CASE(other_content_under_a_used_id_is_an_alarm) {
    auto asked = query();
    static_cast<void>(post(sealed(asked)));
    asked.about = About::status;
    BOOST_CHECK_EQUAL(summary(post(sealed(asked))), "409 query.id_reused");
    BOOST_CHECK_EQUAL(thailand.counter("casebridge_alarms_total{kind=\"id_reused\"}"), 1);
}

BOOST_AUTO_TEST_CASE(a_question_that_may_not_be_asked_is_refused_with_its_code) {
    auto late = query();
    late.expires_at = clock.now() + 1h;
    auto const late_bytes = sealed(late);
    auto early = query();
    early.sent_at = clock.now() + 1h;
    BOOST_CHECK_EQUAL(summary(post(sealed(early))), "503 message.from_the_future");
    auto other = query();
    other.agreement = sha256(as_bytes("other"));
    BOOST_CHECK_EQUAL(summary(post(sealed(other))), "403 message.unknown_agreement");
    other = query();
    other.purpose = Purpose::claim_status;
    BOOST_CHECK_EQUAL(summary(post(sealed(other))), "403 message.purpose_not_covered");
    other = query();
    other.to.office = OfficeId("no-such-office");
    BOOST_CHECK_EQUAL(summary(post(sealed(other))), "403 message.unknown_office");
    other = query();
    other.to.node = must(NodeId::parse("vn-molisa"));
    BOOST_CHECK_EQUAL(summary(post(sealed(other))), "403 message.not_for_us");
    other = query();
    other.from.node = must(NodeId::parse("vn-molisa"));
    BOOST_CHECK_EQUAL(summary(post(sealed(other))), "403 message.wrong_signer");
    BOOST_CHECK_EQUAL(summary(post(sealed_payload("{}"))), "400 query.missing_member");
    BOOST_CHECK_EQUAL(summary(post(to_bytes("x"))), "400 gate.outer_structure");
    clock.turn(2h);
    BOOST_CHECK_EQUAL(summary(post(late_bytes)), "410 message.expired");
    BOOST_CHECK(thailand.leaves("query.answer").empty());
}

BOOST_AUTO_TEST_CASE(a_question_is_no_message_and_a_message_no_question) {
    BOOST_CHECK_EQUAL(summary(post_message(client, thailand.target(), sealed(query()))), "400 message.missing_member");
    auto const message = delivered_message();
    PeerClient of_thailand(thailand.tls_identity());
    auto const outcome = post_message(of_thailand, cambodia.target(), TwoNodes::sealed(message), queries_path);
    BOOST_CHECK_EQUAL(summary(outcome), "400 query.wrong_type");
}

BOOST_AUTO_TEST_CASE(a_partner_and_its_offices_have_so_many_questions_a_day) {
    thailand.stop();
    thailand.config().query_quota_per_peer = 3;
    thailand.config().query_quota_per_office = 2;
    thailand.start();
    auto const bytes = sealed(query(unknown_subject));
    BOOST_CHECK_EQUAL(summary(post(bytes)), "200 application/cms");
    BOOST_CHECK_EQUAL(summary(post(bytes)), "200 application/cms");  // a repetition is no question more
    BOOST_CHECK_EQUAL(summary(post(sealed(query(unknown_subject)))), "200 application/cms");
    auto const beyond = post(sealed(query(unknown_subject)));
    BOOST_CHECK_EQUAL(summary(beyond), "429 query.quota_exhausted");
    auto of_another_office = query(unknown_subject);
    of_another_office.from.office = OfficeId("anti-trafficking-department");
    BOOST_CHECK_EQUAL(summary(post(sealed(of_another_office))), "200 application/cms");
    of_another_office.id = query().id;
    BOOST_CHECK_EQUAL(summary(post(sealed(of_another_office))), "429 query.quota_exhausted");
    BOOST_CHECK_EQUAL(thailand.leaves("query.answer").size(), 3U);
    clock.turn(24h);
    BOOST_CHECK_EQUAL(summary(post(sealed(query(unknown_subject)))), "200 application/cms");
}

/// A connection counts until its answer was due, so what is held back is bounded by the number of connections.
BOOST_AUTO_TEST_CASE(a_partner_that_hangs_up_and_asks_again_has_no_more_under_way_than_connections) {
    thailand.stop();
    thailand.config().limits.connections_per_address = 3;
    thailand.config().query_answer_slot = 3000ms;
    thailand.start();
    for (int i = 0; i < 3; ++i) {
        PeerClient impatient(cambodia.tls_identity());
        PeerCall call{.target = thailand.target(),
                      .method = "POST",
                      .path = queries_path,
                      .content_type = "application/cms",
                      .body = sealed(query(unknown_subject)),
                      .timeout = 300ms};
        std::promise<void> gone;
        impatient.call(std::move(call), [&gone](PeerClient::Outcome const&) { gone.set_value(); });
        gone.get_future().wait();
    }
    BOOST_CHECK_EQUAL(summary(post(sealed(query(unknown_subject)))), "peer.unreachable");
    eventually("the places are given back",
               [&] { return summary(post(sealed(query(unknown_subject)))) == "200 application/cms"; });
}

BOOST_AUTO_TEST_CASE(a_full_disk_takes_no_new_question_and_still_repeats_its_answers) {
    auto const known = sealed(query());
    auto const answered = post(known);
    auto const leaves = thailand.leaves("query.answer").size();
    thailand.set_free_space(1ULL << 20);
    clock.turn(1s);
    for (auto const& of : {subject, unknown_subject})
        BOOST_CHECK_EQUAL(summary(post(sealed(query(of)))), "507 store.full");
    BOOST_CHECK(body_of(post(known)) == body_of(answered));
    BOOST_CHECK_EQUAL(thailand.leaves("query.answer").size(), leaves);
    cambodia.set_free_space(1ULL << 20);
    clock.turn(1s);
    BOOST_CHECK_EQUAL(cambodia.officer().post("/v1/queries", question()).summary(), "507 store.reserve_reached");
    BOOST_CHECK(cambodia.leaves("query.ask").empty());
}

BOOST_AUTO_TEST_CASE(a_national_database_that_fails_fails_alike_for_known_and_unknown) {
    thailand.change_national_database("ALTER TABLE \"คดี\" RENAME TO \"elsewhere\"");
    auto const known = post(sealed(query()));
    auto const unknown = post(sealed(query(unknown_subject)));
    BOOST_CHECK_EQUAL(summary(known), summary(unknown));
    BOOST_CHECK_EQUAL(summary(known), "503 query.try_later");
    thailand.change_national_database("ALTER TABLE \"elsewhere\" RENAME TO \"คดี\"");
    BOOST_CHECK_EQUAL(ask(question()).text_or("state"), "answered");
}

BOOST_AUTO_TEST_CASE(a_partner_that_is_not_there_is_asked_again) {
    thailand.stop();
    auto const asked = ask(question());
    BOOST_CHECK_EQUAL(asked.text_or("state"), "open");
    BOOST_CHECK_EQUAL(asked.text_or("code"), "peer.unreachable");
    thailand.start();
    auto const answered = again(asked);
    BOOST_CHECK_EQUAL(answered.text_or("state"), "answered");
    BOOST_CHECK_EQUAL(answered.text_or("query"), asked.text_or("query"));
}

BOOST_AUTO_TEST_CASE(an_answer_to_another_question_is_an_alarm_and_no_answer) {
    auto const other = post(sealed(query(unknown_subject)));
    thailand.stop();
    FakeReceiver const liar(thailand, cambodia, {.content_type = "application/cms", .body = body_of(other)});
    auto const asked = ask(question());
    BOOST_CHECK_EQUAL(asked.text_or("state"), "open");
    BOOST_CHECK_EQUAL(asked.text_or("code"), "query.wrong_question");
    BOOST_CHECK_EQUAL(cambodia.counter("casebridge_alarms_total{kind=\"wrong_answer\"}"), 1);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_asked_is_refused_with_its_code) {
    auto const code = [&](Json const& asked) { return cambodia.officer().post("/v1/queries", asked).summary(); };
    BOOST_CHECK_EQUAL(code(question().set("from", "no-such-office")), "400 query.unknown_office");
    BOOST_CHECK_EQUAL(code(question().set("node", "vn-molisa")), "404 peer.unknown");
    BOOST_CHECK_EQUAL(code(question().set("purpose", "claim_status")), "409 query.no_agreement");
    BOOST_CHECK_EQUAL(code(question().set("about", "everything")), "400 query.unknown_about");
    BOOST_CHECK_EQUAL(code(question().set("subject", "x")), "400 subject.malformed");
    BOOST_CHECK_EQUAL(code(question().set("reason", "")), "400 request.reason_missing");
    BOOST_CHECK(cambodia.leaves("query.ask").empty());
}

BOOST_AUTO_TEST_CASE(an_answer_leaves_no_earlier_than_its_slot) {
    thailand.stop();
    thailand.config().query_answer_slot = 700ms;
    thailand.start();
    for (auto const& of : {subject, unknown_subject}) {
        auto const bytes = sealed(query(of));
        auto const start = std::chrono::steady_clock::now();
        BOOST_CHECK_EQUAL(summary(post(bytes)), "200 application/cms");
        BOOST_CHECK(std::chrono::steady_clock::now() - start >= 700ms);
    }
}

BOOST_AUTO_TEST_CASE(a_question_finds_a_partner_that_has_rotated_its_key) {
    thailand.stop();
    rotate_keys(thailand);
    thailand.start();
    auto const asked = ask(question());
    BOOST_CHECK_EQUAL(asked.text_or("state"), "answered");
    BOOST_CHECK_EQUAL(thailand.leaves("query.answer").size(), 1U);
}

BOOST_AUTO_TEST_CASE(a_question_that_found_nobody_is_sealed_to_the_new_key_and_stays_the_same_question) {
    thailand.stop();
    auto const asked = ask(question());
    BOOST_CHECK_EQUAL(asked.text_or("state") + " " + asked.text_or("code"), "open peer.unreachable");
    rotate_keys(thailand);
    thailand.start();
    auto const answered = again(asked);
    BOOST_CHECK_EQUAL(answered.text_or("state"), "answered");
    BOOST_CHECK_EQUAL(answered.text_or("query"), asked.text_or("query"));
    BOOST_REQUIRE_EQUAL(thailand.leaves("query.answer").size(), 1U);
    BOOST_CHECK_EQUAL(thailand.leaves("query.answer").front().text_or("query"), asked.text_or("query"));
}

BOOST_AUTO_TEST_CASE(a_partner_that_refuses_every_key_is_asked_once_more_and_not_again) {
    thailand.stop();
    FakeReceiver const receiver(thailand, cambodia, problem(400, "envelope.unknown_recipient"));
    auto const asked = ask(question());
    // Its node document is the same refusal: there is no new key to be had.
    BOOST_CHECK_EQUAL(asked.text_or("state") + " " + asked.text_or("code"), "open peer.unexpected_answer");
    BOOST_CHECK_EQUAL(receiver.requests(), 2U);
    static_cast<void>(again(asked));
    BOOST_CHECK_EQUAL(receiver.requests(), 4U);
}

BOOST_AUTO_TEST_SUITE_END()
