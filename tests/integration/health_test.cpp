// Health as officers and as partners see it.
#include "two_nodes.h"

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

namespace two_nodes_health {
namespace {

struct TwoHealths : TwoNodes {
    [[nodiscard]] Json health() const {
        auto const answer = cambodia.officer().get("/v1/health");
        BOOST_REQUIRE_EQUAL(answer.summary(), "200");
        return answer.json();
    }
    /// Of the checks that are not up.
    [[nodiscard]] std::string codes() const {
        std::string all;
        auto const report = health();
        for (auto const& check : *report.find("checks")->as_array())
            if (!check.text_or("code").empty()) all += check.text_or("name") + "=" + check.text_or("code") + " ";
        return all;
    }
    /// The answer's whole body: nothing but the word may stand in it.
    [[nodiscard]] std::string seen_by_thailand() {
        std::promise<PeerClient::Outcome> promise;
        PeerCall call{.target = target, .method = "GET", .path = "/exchange/v1/health"};
        client.call(std::move(call), [&](PeerClient::Outcome outcome) { promise.set_value(std::move(outcome)); });
        auto const outcome = promise.get_future().get();
        auto const* answer = std::get_if<PeerClient::Answer>(&outcome);
        return answer == nullptr ? summary(outcome) : to_text(answer->response.body);
    }

    // Before the clock is turned.
    PeerClient client{thailand.tls_identity()};
    PeerTarget const target = cambodia.target();
};

}  // namespace
}  // namespace two_nodes_health

BOOST_FIXTURE_TEST_SUITE(two_nodes_health, TwoHealths)

BOOST_AUTO_TEST_CASE(two_fresh_nodes_are_up_and_each_check_is_a_metric) {
    auto const report = health();
    BOOST_CHECK_EQUAL(report.text_or("state"), "up");
    BOOST_CHECK_EQUAL(codes(), "");
    auto const metrics = cambodia.metrics();
    for (auto const& check : *report.find("checks")->as_array())
        BOOST_CHECK(metrics.find("casebridge_health{check=\"" + check.text_or("name") + "\"} 0\n") !=
                    std::string::npos);
    BOOST_CHECK_EQUAL(seen_by_thailand(), "{\"status\":\"up\"}");
    auto const status = cambodia.officer().get("/v1/status").json();
    BOOST_CHECK_EQUAL(status.find("health")->text_or("state"), "up");
}

BOOST_AUTO_TEST_CASE(a_partner_sees_one_word_and_never_a_reason) {
    cambodia.set_free_space(1);
    clock.turn(1s);
    BOOST_CHECK_EQUAL(codes(), "disk=store.reserve_reached ");
    BOOST_CHECK_EQUAL(seen_by_thailand(), "{\"status\":\"degraded\"}");
    clock.turn(91 * 24h);
    BOOST_CHECK_EQUAL(seen_by_thailand(), "{\"status\":\"down\"}");
    BOOST_CHECK_EQUAL(codes(),
                      "disk=store.reserve_reached witnesses=log.not_witnessed "
                      "certificate_encryption=certificate.expired ");
}

BOOST_AUTO_TEST_CASE(a_message_that_waited_a_quarter_of_its_life_is_seen) {
    cambodia.stop();
    wait_for(queue(), "queued peer.unreachable");
    clock.turn(42h);
    auto const report = thailand.officer().get("/v1/health").json();
    BOOST_CHECK(dump(report).find("\"code\":\"outbox.old\"") != std::string::npos);
    BOOST_CHECK_EQUAL(report.text_or("state"), "degraded");
}

BOOST_AUTO_TEST_SUITE_END()
