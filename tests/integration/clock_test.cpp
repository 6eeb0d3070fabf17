// A clock that is set while exchanges are under way: nothing leaves, nothing is taken, and nothing ends or is erased
// early; once it is taken back, or an officer has confirmed it, all goes on.
#include "asking.h"

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

namespace two_nodes_clock {
namespace {

struct SetClock : Asking {
    SetClock() : Asking("automatic") {}

    [[nodiscard]] std::string health_code() const {
        auto const report = thailand.officer().get("/v1/health").json();
        for (auto const& check : *report.find("checks")->as_array())
            if (check.text_or("name") == "clock") return check.text_or("code");
        return "(none)";
    }
    [[nodiscard]] std::string confirm(Timestamp time) const {
        auto const body = Json::object().set("time", to_rfc3339(time)).set("reason", "compared");
        return thailand.officer().post("/v1/clock/confirm", body).summary();
    }
    [[nodiscard]] Bytes sealed_message() const { return TwoNodes::sealed(subject_message); }

    std::string subject_message = *thailand.leaves("release").front().find("message")->as_string();
};

}  // namespace
}  // namespace two_nodes_clock

BOOST_FIXTURE_TEST_SUITE(two_nodes_clock, SetClock)

BOOST_AUTO_TEST_CASE(a_queued_message_outlives_a_clock_that_is_set_and_taken_back) {
    for (auto const by : {400 * 24h, -400 * 24h}) {
        cambodia.stop();
        auto const message = queue();
        wait_for(message, "queued peer.unreachable");
        cambodia.start();
        clock.set_by(by);
        retry();
        BOOST_CHECK_EQUAL(health_code(), "clock.jumped");
        thailand.reload();  // wakes the outbox
        BOOST_CHECK_EQUAL(thailand.outbox_state(message), "queued peer.unreachable");
        clock.set_by(-by);
        thailand.reload();
        wait_for(message, "delivered ");
        retry();
        BOOST_CHECK_EQUAL(health_code(), "");
    }
    BOOST_CHECK(thailand.leaves("dead_letter").empty());
}

BOOST_AUTO_TEST_CASE(an_officer_sends_and_asks_nothing_while_the_clock_is_in_doubt) {
    auto const digest = preview().text_or("digest");
    clock.set_by(11min);
    BOOST_CHECK_EQUAL(thailand.officer().post("/v1/cases/preview", request()).summary(), "503 clock.jumped");
    BOOST_CHECK_EQUAL(send(digest).summary(), "503 clock.jumped");
    BOOST_CHECK_EQUAL(cambodia.officer().post("/v1/queries", question()).summary(), "503 clock.jumped");
    BOOST_CHECK_EQUAL(thailand.leaves("release").size(), 1U);
    BOOST_CHECK(cambodia.leaves("query.ask").empty());
    BOOST_CHECK_EQUAL(thailand.counter("casebridge_alarms_total{kind=\"clock_jumped\"}"), 1);
    clock.set_by(-11min);
    BOOST_CHECK_EQUAL(send(digest).summary(), "202");
    BOOST_CHECK_EQUAL(ask(question()).text_or("state"), "answered");
}

BOOST_AUTO_TEST_CASE(a_consent_is_withdrawn_even_while_the_clock_is_in_doubt) {
    clock.set_by(400 * 24h);
    withdraw_consent();
    clock.set_by(-400 * 24h);
    thailand.patrol();  // what waited for the clock goes on its way
    eventually("the withdrawal has arrived", [&] { return cambodia.leaves("erasure").size() == 1; });
    BOOST_CHECK_EQUAL(ask(question()).text_or("state"), "no_information");
}

BOOST_AUTO_TEST_CASE(messages_and_questions_of_partners_are_to_be_tried_later_and_nothing_is_forgotten) {
    auto const known = sealed_message();
    PeerClient of_thailand(thailand.tls_identity());
    auto const target = cambodia.target(), answering = thailand.target();
    auto const receipt = body_of(post_message(of_thailand, target, known));
    auto const asked = sealed(query());
    auto const leaves = log_size();
    for (auto const by : {4000 * 24h, -4000 * 24h}) {
        clock.set_by(by);
        BOOST_CHECK_EQUAL(summary(post_message(of_thailand, target, known)), "503 clock.jumped");
        BOOST_CHECK_EQUAL(summary(post_message(client, answering, asked, queries_path)), "503 clock.jumped");
        cambodia.patrol();
        clock.set_by(-by);
        cambodia.patrol();
        BOOST_CHECK(body_of(post_message(of_thailand, target, known)) == receipt);
    }
    BOOST_CHECK_EQUAL(cambodia.inbox().size(), 1U);
    BOOST_CHECK_EQUAL(log_size(), leaves);
    BOOST_CHECK_EQUAL(summary(post(asked)), "200 application/cms");
}

BOOST_AUTO_TEST_CASE(what_an_officer_confirms_ends_what_has_ended) {
    cambodia.stop();
    auto const message = queue();
    wait_for(message, "queued peer.unreachable");
    clock.set_by(8 * 24h);
    thailand.stop();
    thailand.start();  // a restart confirms nothing
    BOOST_CHECK_EQUAL(health_code(), "clock.jumped");
    BOOST_CHECK_EQUAL(confirm(clock.now() - 8 * 24h), "409 clock.other_time");
    BOOST_CHECK_EQUAL(thailand.outbox_state(message), "queued peer.unreachable");
    BOOST_CHECK_EQUAL(confirm(clock.now()), "200");
    BOOST_CHECK_EQUAL(confirm(clock.now()), "409 clock.not_held");
    BOOST_CHECK_EQUAL(health_code(), "");
    wait_for(message, "expired outbox.expired");
    BOOST_CHECK_EQUAL(thailand.leaves("clock.confirm").size(), 1U);
}

BOOST_AUTO_TEST_CASE(a_patrol_erases_what_is_over_though_nobody_sends) {
    clock.turn(24h * 400);
    BOOST_CHECK_EQUAL(cambodia.inbox().size(), 1U);
    cambodia.patrol();
    BOOST_CHECK(cambodia.inbox().empty());
    BOOST_CHECK_EQUAL(cambodia.leaves("inbox.forget").size(), 1U);
    cambodia.patrol();
    BOOST_CHECK_EQUAL(cambodia.leaves("inbox.forget").size(), 1U);
}

BOOST_AUTO_TEST_SUITE_END()
