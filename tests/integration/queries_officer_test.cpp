// Questions that wait for an officer's yes.
#include "asking.h"

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

namespace two_nodes_queries_with_officer {
namespace {

struct WithOfficer : Asking {
    WithOfficer() : Asking("officer") {}

    [[nodiscard]] OfficerAnswer decide(Json const& asked, std::string const& word,
                                       std::string const& digest = "") const {
        return thailand.officer().post("/v1/queries/waiting/" + asked.text_or("query") + "/" + word,
                                       Json::object().set("digest", digest).set("reason", canary_reason));
    }
    [[nodiscard]] Json previewed(Json const& asked) const {
        auto const answer = thailand.officer().get("/v1/queries/waiting/" + asked.text_or("query"),
                                                   {{"reason", std::string(canary_reason)}});
        BOOST_REQUIRE_EQUAL(answer.summary(), "200");
        return answer.json();
    }
    void let_the_slot_pass() { clock.turn(officer_time + 1s); }
};

}  // namespace
}  // namespace two_nodes_queries_with_officer

BOOST_FIXTURE_TEST_SUITE(two_nodes_queries_with_officer, WithOfficer)

BOOST_AUTO_TEST_CASE(a_yes_to_what_was_previewed_is_told_when_the_slot_is_over) {
    auto const asked = ask(question());
    BOOST_CHECK_EQUAL(asked.text_or("state"), "pending");
    auto const listed = thailand.officer().get("/v1/queries/waiting").json();
    BOOST_REQUIRE_EQUAL(listed.find("queries")->as_array()->size(), 1U);
    auto const shown = previewed(asked);
    BOOST_CHECK_EQUAL(shown.text_or("case"), canary_case);
    BOOST_CHECK_EQUAL(decide(asked, "approve", shown.text_or("digest")).summary(), "200");
    auto const due = must(parse_rfc3339(asked.text_or("answer_due_at")));
    BOOST_CHECK(due >= clock.now() + officer_time - 1min && due <= clock.now() + officer_time);
    clock.turn(officer_time - 1min);
    BOOST_CHECK_EQUAL(again(asked).text_or("state"), "pending");
    clock.turn(1min + 1s);
    auto const answered = again(asked);
    BOOST_CHECK_EQUAL(answered.text_or("state"), "answered");
    BOOST_CHECK_EQUAL(dump(*answered.find("body")), dump(*shown.find("body")));
    BOOST_CHECK_EQUAL(thailand.leaves("query.answer").size(), 1U);
    BOOST_CHECK(thailand.officer().get("/v1/queries/waiting").json().find("queries")->as_array()->empty());
}

BOOST_AUTO_TEST_CASE(no_and_silence_are_no_information) {
    auto const refused = ask(question());
    BOOST_CHECK_EQUAL(decide(refused, "refuse").summary(), "200");
    auto const silent = ask(question());
    auto const unknown = ask(question("summary", unknown_subject));
    BOOST_CHECK(*previewed(unknown).find("known") == Json(false));
    for (auto const* each : {&refused, &silent, &unknown}) BOOST_CHECK_EQUAL(again(*each).text_or("state"), "pending");
    let_the_slot_pass();
    for (auto const* each : {&refused, &silent, &unknown})
        BOOST_CHECK_EQUAL(again(*each).text_or("state"), "no_information");
    BOOST_CHECK_EQUAL(thailand.leaves("query.answer").size(), 3U);
}

BOOST_AUTO_TEST_CASE(a_case_that_changed_since_the_yes_is_not_told) {
    auto const asked = ask(question());
    BOOST_CHECK_EQUAL(decide(asked, "approve", previewed(asked).text_or("digest")).summary(), "200");
    change_name("Otherwise");
    let_the_slot_pass();
    BOOST_CHECK_EQUAL(again(asked).text_or("state"), "no_information");
}

BOOST_AUTO_TEST_CASE(a_consent_withdrawn_since_the_yes_is_heeded) {
    auto const asked = ask(question());
    BOOST_CHECK_EQUAL(decide(asked, "approve", previewed(asked).text_or("digest")).summary(), "200");
    withdraw_consent();
    // The partner was told of this person before, so it is told of the withdrawal; what it still asks ends there.
    eventually("the withdrawal has arrived", [&] { return cambodia.leaves("erasure").size() == 1; });
    let_the_slot_pass();
    BOOST_CHECK_EQUAL(again(asked).text_or("state"), "refused");
    BOOST_CHECK_EQUAL(again(asked).text_or("code"), "consent.withdrawn");
    BOOST_CHECK(thailand.leaves("query.answer").empty());
}

BOOST_AUTO_TEST_CASE(a_yes_does_not_outlive_the_consent_it_was_given_under) {
    auto const asked = query();
    auto const bytes = sealed(asked);
    BOOST_CHECK_EQUAL(summary(post(bytes)).substr(0, 3), "202");
    auto const id = Json::object().set("query", asked.id.text());
    BOOST_CHECK_EQUAL(decide(id, "approve", previewed(id).text_or("digest")).summary(), "200");
    let_the_slot_pass();
    BOOST_CHECK(read(post(bytes)).told);
    withdraw_consent();
    auto other = example_consent(clock.now());
    other.replace(other.find(consent_id), consent_id.size(), "another-consent");
    auto const recorded = thailand.officer().post(
        "/v1/consents", Json::object().set("yaml", other).set("file_name", "c.yaml").set("reason", canary_reason));
    BOOST_REQUIRE_EQUAL(recorded.summary(), "201");
    BOOST_CHECK(!read(post(bytes)).told);
    BOOST_CHECK(thailand.officer().get("/v1/queries/waiting").json().find("queries")->as_array()->empty());
}

BOOST_AUTO_TEST_CASE(a_yes_that_comes_too_late_or_for_nothing_is_refused) {
    auto const asked = ask(question());
    auto const digest = previewed(asked).text_or("digest");
    BOOST_CHECK_EQUAL(decide(asked, "approve").summary(), "400 request.missing");
    BOOST_CHECK_EQUAL(decide(Json::object().set("query", query().id.text()), "refuse").summary(),
                      "404 query.not_waiting");
    let_the_slot_pass();
    BOOST_CHECK_EQUAL(decide(asked, "approve", digest).summary(), "404 query.not_waiting");
}

BOOST_AUTO_TEST_CASE(a_yes_survives_a_restart_and_the_last_word_counts) {
    auto const asked = ask(question());
    BOOST_CHECK_EQUAL(decide(asked, "refuse").summary(), "200");
    BOOST_CHECK_EQUAL(decide(asked, "approve", previewed(asked).text_or("digest")).summary(), "200");
    thailand.stop();
    thailand.start();
    let_the_slot_pass();
    BOOST_CHECK_EQUAL(again(asked).text_or("state"), "answered");
}

BOOST_AUTO_TEST_SUITE_END()
