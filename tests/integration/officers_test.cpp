// Who may ask what on the officer socket.
#include "two_nodes.h"

#include <unistd.h>

using namespace casebridge;
using namespace casebridge::test;

namespace two_nodes_officers {
namespace {

std::string const alarm_officer = "casebridge_alarms_total{kind=\"unknown_officer\"}";

void restart_with_role(DemoMinistry& ministry, std::string const& role) {
    ministry.stop();
    ministry.config().officers.clear();
    if (!role.empty()) ministry.config().officers.emplace(::getuid(), Officer{OfficerId("officer-2"), role});
    ministry.start();
}

}  // namespace
}  // namespace two_nodes_officers

BOOST_FIXTURE_TEST_SUITE(two_nodes_officers, TwoNodes)

BOOST_AUTO_TEST_CASE(a_user_who_is_no_officer_may_do_nothing) {
    restart_with_role(thailand, "");
    BOOST_CHECK_EQUAL(thailand.officer().get("/v1/status").summary(), "403 officer.unknown");
    BOOST_CHECK_EQUAL(thailand.officer().post("/v1/cases/preview", request()).summary(), "403 officer.unknown");
    BOOST_CHECK_EQUAL(thailand.officer().get("/v1/no/such/path").summary(), "403 officer.unknown");
    restart_with_role(thailand, "auditor");
    BOOST_CHECK_EQUAL(thailand.officer().get("/v1/status").summary(), "200");
    BOOST_CHECK_EQUAL(thailand.counter(alarm_officer), 0);
}

BOOST_AUTO_TEST_CASE(an_auditor_reads_the_record_and_sees_no_case) {
    auto const message = delivered_message();
    restart_with_role(thailand, "auditor");
    auto const officer = thailand.officer();
    for (auto const* path : {"/v1/status", "/v1/metrics", "/v1/outbox", "/v1/inbox", "/v1/queries", "/v1/log",
                             "/v1/agreements", "/v1/policies", "/v1/peers"})
        BOOST_CHECK_EQUAL(officer.get(path).summary(), "200");
    BOOST_CHECK_EQUAL(officer.post("/v1/cases/preview", request()).summary(), "403 officer.not_allowed");
    BOOST_CHECK_EQUAL(officer.post("/v1/cases/send", request()).summary(), "403 officer.not_allowed");
    BOOST_CHECK_EQUAL(officer.get("/v1/cases").summary(), "403 officer.not_allowed");
    BOOST_CHECK_EQUAL(officer.get("/v1/cases/show", {{"case", std::string(canary_case)}}).summary(),
                      "403 officer.not_allowed");
    BOOST_CHECK_EQUAL(officer.get("/v1/consents").summary(), "403 officer.not_allowed");
    BOOST_CHECK_EQUAL(officer.get("/v1/inbox/" + message).summary(), "403 officer.not_allowed");
    BOOST_CHECK_EQUAL(officer.get("/v1/outbox/" + message + "/sealed").summary(), "403 officer.not_allowed");
    std::string const query = "/v1/queries/" + message, waiting = "/v1/queries/waiting/" + message;
    for (auto const& path : {query, waiting, std::string("/v1/queries/waiting")})
        BOOST_CHECK_EQUAL(officer.get(path).summary(), "403 officer.not_allowed");
    for (auto const& path : {std::string("/v1/queries"), query + "/again", waiting + "/approve", waiting + "/refuse"})
        BOOST_CHECK_EQUAL(officer.post(path, Json::object()).summary(), "403 officer.not_allowed");
    BOOST_CHECK_EQUAL(officer.post("/v1/reload", Json::object()).summary(), "403 officer.not_allowed");
    BOOST_CHECK_EQUAL(officer.remove("/v1/peers/kh-mosvy").summary(), "403 officer.not_allowed");
}

BOOST_AUTO_TEST_CASE(an_operator_keeps_peers_and_sees_no_case) {
    restart_with_role(thailand, "operator");
    auto const officer = thailand.officer();
    BOOST_CHECK_EQUAL(officer.post("/v1/reload", Json::object()).summary(), "200");
    thailand.check_peer(cambodia);
    BOOST_CHECK_EQUAL(officer.post("/v1/cases/preview", request()).summary(), "403 officer.not_allowed");
    BOOST_CHECK_EQUAL(officer.post("/v1/consents", Json::object()).summary(), "403 officer.not_allowed");
    auto const sign = Json::object().set("file", agreement_file).set("reason", canary_reason);
    BOOST_CHECK_EQUAL(officer.post("/v1/agreements/sign", sign).summary(), "403 officer.not_allowed");
}

BOOST_AUTO_TEST_CASE(an_act_without_a_reason_is_not_done) {
    auto const message = delivered_message();
    auto const officer = thailand.officer();
    auto const without = request().set("reason", "");
    BOOST_CHECK_EQUAL(officer.post("/v1/cases/preview", without).summary(), "400 request.reason_missing");
    BOOST_CHECK_EQUAL(officer.post("/v1/cases/send", without).summary(), "400 request.reason_missing");
    BOOST_CHECK_EQUAL(officer.get("/v1/cases/show", {{"case", std::string(canary_case)}}).summary(),
                      "400 request.reason_missing");
    BOOST_CHECK_EQUAL(officer.get("/v1/outbox/" + message + "/sealed").summary(), "400 request.reason_missing");
    BOOST_CHECK_EQUAL(officer.remove("/v1/peers/kh-mosvy").summary(), "400 request.reason_missing");
    BOOST_CHECK_EQUAL(cambodia.officer().get("/v1/inbox/" + message).summary(), "400 request.reason_missing");
    auto const too_long = request().set("reason", std::string(501, 'x'));
    BOOST_CHECK_EQUAL(officer.post("/v1/cases/preview", too_long).summary(), "400 request.reason_too_long");
    BOOST_CHECK(cambodia.inbox().front().find("read_at")->is_null());
}

BOOST_AUTO_TEST_CASE(a_request_that_is_wrong_gets_its_own_code) {
    auto const officer = thailand.officer();
    auto const preview_with = [&](std::string const& key, Json const& value) {
        return officer.post("/v1/cases/preview", request().set(key, value)).summary();
    };
    BOOST_CHECK_EQUAL(preview_with("case", ""), "400 request.missing");
    BOOST_CHECK_EQUAL(preview_with("node", "Nobody!"), "400 node_id.malformed");
    BOOST_CHECK_EQUAL(preview_with("node", "vn-molisa"), "404 peer.unknown");
    BOOST_CHECK_EQUAL(preview_with("office", "No Office"), "400 office.malformed");
    BOOST_CHECK_EQUAL(preview_with("purpose", "curiosity"), "400 purpose.unknown");
    BOOST_CHECK_EQUAL(preview_with("case", "TH-0000"), "404 source.case_not_found");
    BOOST_CHECK_EQUAL(officer.post("/v1/cases/send", request()).summary(), "400 request.missing");
    BOOST_CHECK_EQUAL(officer.post("/v1/cases/preview", Json::array()).summary(), "400 request.not_an_object");
    BOOST_CHECK_EQUAL(officer.get("/v1/cases/preview").summary(), "405 http.method_not_allowed");
    BOOST_CHECK_EQUAL(officer.get("/v1/case").summary(), "404 http.not_found");
    BOOST_CHECK_EQUAL(officer.get("/v1/outbox", {{"limit", "0"}}).summary(), "400 request.bad_number");
    BOOST_CHECK_EQUAL(officer.get("/v1/outbox/none").summary(), "400 message_id.malformed");
    BOOST_CHECK_EQUAL(officer.get("/v1/outbox/019a1b2c-3d4e-7a5b-8c6d-7e8f90a1b2c3").summary(), "404 outbox.not_found");
}

BOOST_AUTO_TEST_CASE(a_node_without_cases_says_so) {
    auto const answer = cambodia.officer().post("/v1/cases/preview", request().set("node", "th-msdhs"));
    BOOST_CHECK_EQUAL(answer.summary(), "503 sharing.no_case_source");
}

BOOST_AUTO_TEST_CASE(agreements_are_signed_by_name_and_never_by_path) {
    auto const signed_as = [&](std::string const& file) {
        auto const body = Json::object().set("file", file).set("reason", canary_reason);
        return thailand.officer().post("/v1/agreements/sign", body).summary();
    };
    BOOST_CHECK_EQUAL(signed_as("../policies/th-msdhs.yaml"), "400 agreement.bad_file_name");
    BOOST_CHECK_EQUAL(signed_as(".hidden.yaml"), "400 agreement.bad_file_name");
    BOOST_CHECK_EQUAL(signed_as("agreement.txt"), "400 agreement.bad_file_name");
}

BOOST_AUTO_TEST_CASE(a_wrong_file_leaves_the_instruments_in_force) {
    thailand.write("policies/broken.yaml", "id: broken\n");
    auto const answer = thailand.officer().post("/v1/reload", Json::object());
    BOOST_CHECK_EQUAL(answer.summary(), "400 instruments.invalid");
    BOOST_CHECK(answer.body.find("broken.yaml") != std::string::npos);
    BOOST_CHECK_EQUAL(thailand.outbox_state(delivered_message()), "delivered ");
}

BOOST_AUTO_TEST_SUITE_END()
