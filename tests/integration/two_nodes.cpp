#include "two_nodes.h"

#include "daemon/identity_renewal.h"

namespace casebridge::test {
namespace {

void check_free_of_canaries(std::string const& where, std::string const& text) {
    for (auto const canary :
         {canary_given_name, canary_family_name, canary_health, canary_case, canary_reason, std::string_view("ปอยเปต")})
        BOOST_CHECK_MESSAGE(text.find(canary) == std::string::npos, "`" << canary << "` stands in " << where);
}

std::string audit_log(DemoMinistry const& ministry) {
    return ministry.officer().get("/v1/log", {{"limit", "1000"}}).body;
}

}  // namespace

TwoNodes::TwoNodes(Amend const& amend) {
    thailand.add_national_database();
    auto const agreement = example_agreement(agreement_file, clock.now());
    for (auto* each : {&thailand, &cambodia}) {
        each->config().query_answer_slot = std::chrono::milliseconds(100);
        each->write("agreements/" + agreement_file, amend ? amend(agreement) : agreement);
        each->start();
    }
    befriend(thailand, cambodia, agreement_file);
    // Each has looked at the other's record of its log, as any node has a moment after it met a partner.
    for (auto const* each : {&thailand, &cambodia})
        eventually("the logs are compared", [each] {
            auto const answer = each->officer().get("/v1/witness").json();
            return *answer.find("partners")->as_array()->front().find("compared") == Json(true);
        });
    auto const consent = Json::object().set("yaml", example_consent(clock.now())).set("reason", canary_reason);
    auto const recorded = thailand.officer().post("/v1/consents", consent);
    BOOST_REQUIRE_EQUAL(recorded.summary(), "201");
}

void TwoNodes::teardown() {
    for (auto const* each : {&thailand, &cambodia}) {
        BOOST_CHECK_EQUAL(each->fatal_errors(), 0);
        if (!each->runs()) continue;
        check_free_of_canaries("the metrics of " + each->id().text(), each->metrics());
        check_free_of_canaries("the audit log of " + each->id().text(), audit_log(*each));
    }
    auto const text = log.text();
    BOOST_CHECK(text.find("node.started") != std::string::npos);
    check_free_of_canaries("the log", text);
}

Json TwoNodes::request() {
    return Json::object()
        .set("case", canary_case)
        .set("node", "kh-mosvy")
        .set("office", "poipet-transit-centre")
        .set("purpose", "return_and_handover")
        .set("reason", canary_reason);
}

Json TwoNodes::preview() const {
    auto const answer = thailand.officer().post("/v1/cases/preview", request());
    BOOST_REQUIRE_EQUAL(answer.summary(), "200");
    auto json = answer.json();
    BOOST_REQUIRE_MESSAGE(*json.find("allowed") == Json(true), dump(*json.find("denials")));
    return json;
}

OfficerAnswer TwoNodes::send(std::string const& digest) const {
    return thailand.officer().post("/v1/cases/send", request().set("digest", digest));
}

std::string TwoNodes::queue() const {
    auto const answer = send(preview().text_or("digest"));
    BOOST_REQUIRE_EQUAL(answer.summary(), "202");
    return answer.json().text_or("message");
}

Bytes TwoNodes::sealed(std::string const& message) const {
    auto const answer =
        thailand.officer().get("/v1/outbox/" + message + "/sealed", {{"reason", std::string(canary_reason)}});
    BOOST_REQUIRE_EQUAL(answer.summary(), "200");
    return to_bytes(answer.body);
}

void TwoNodes::withdraw_consent() const {
    auto const body = Json::object().set("case", canary_case).set("consent", consent_id).set("reason", canary_reason);
    BOOST_REQUIRE_EQUAL(thailand.officer().post("/v1/consents/withdraw", body).summary(), "200");
}

void TwoNodes::change_name(std::string const& given) const {
    thailand.change_national_database("UPDATE \"ชื่อ\" SET \"ชื่อตัว\" = '" + given + "'");
}

void TwoNodes::coarsen_birth_date() const {
    auto text = thailand.read("policies/th-msdhs.yaml");
    auto const rule = text.find("purpose: return_and_handover");
    auto const form = text.find("birth_date: year\n", rule);
    BOOST_REQUIRE(rule != std::string::npos && form != std::string::npos);
    thailand.write("policies/th-msdhs.yaml", text.replace(form, 16, "birth_date: age_band"));
    thailand.reload();
}

void TwoNodes::rotate_keys(DemoMinistry const& node) const {
    auto const identity = node.directory() / "state" / "identity";
    must(renew_leaves(identity, node.id(), Suite::p256_sha256, clock.now()));
    int destroyed = 0;
    for (auto const& entry : std::filesystem::directory_iterator(identity)) {
        auto const name = entry.path().filename().string();
        if (!name.starts_with("encryption.") || name == "encryption.pem" || name == "encryption.key.pem") continue;
        destroyed += std::filesystem::remove(entry.path()) ? 1 : 0;
    }
    BOOST_REQUIRE_EQUAL(destroyed, 2);
}

void TwoNodes::check_rejected(std::string const& message) const {
    auto const receipt = *thailand.outbox(message).find("receipt");
    BOOST_CHECK_EQUAL(receipt.text_or("outcome"), "rejected");
    BOOST_CHECK_EQUAL(thailand.disclosure(message), "rejected");
    auto const kept = cambodia.inbox();
    BOOST_REQUIRE_EQUAL(kept.size(), 1U);
    BOOST_CHECK_EQUAL(kept.front().text_or("outcome"), "rejected");
    auto const read = cambodia.officer().get("/v1/inbox/" + message, {{"reason", std::string(canary_reason)}});
    BOOST_CHECK_EQUAL(read.summary(), "200");
    BOOST_CHECK(read.json().find("body") == nullptr);
}

void TwoNodes::wait_for(std::string const& message, std::string const& state) const {
    std::string last;
    auto const deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
        auto const now = thailand.outbox_state(message);
        if (now == state) return;
        if (now != last) BOOST_TEST_MESSAGE(message << ": " << now);
        last = now;
        BOOST_REQUIRE_MESSAGE(std::chrono::steady_clock::now() < deadline,
                              message << " is \"" << now << "\" and never \"" << state << "\"");
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

void TwoNodes::wait_for_attempts(std::string const& message, int attempts) const {
    eventually("attempt " + std::to_string(attempts), [&] {
        auto const row = thailand.outbox(message);
        BOOST_REQUIRE_EQUAL(row.text_or("state"), "queued");
        return *row.find("attempts")->as_integer() >= attempts && !row.text_or("last_code").empty();
    });
}

std::string TwoNodes::delivered_message() const {
    auto message = queue();
    wait_for(message, "delivered ");
    return message;
}

PeerClient::Outcome post_message(PeerClient& client, PeerTarget const& target, Bytes sealed, std::string const& path) {
    std::promise<PeerClient::Outcome> promise;
    auto answered = promise.get_future();
    PeerCall call{
        .target = target, .method = "POST", .path = path, .content_type = "application/cms", .body = std::move(sealed)};
    client.call(std::move(call), [&promise](PeerClient::Outcome outcome) { promise.set_value(std::move(outcome)); });
    return answered.get();
}

std::string summary(PeerClient::Outcome const& outcome) {
    if (auto const* failure = std::get_if<PeerClient::Failure>(&outcome)) return std::string(failure->error.code);
    auto const& response = std::get<PeerClient::Answer>(outcome).response;
    auto const problem = parse_json(to_text(response.body));
    return std::to_string(response.status) + ' ' +
           (problem && problem->as_object() != nullptr ? problem->text_or("code") : response.content_type);
}

Bytes body_of(PeerClient::Outcome const& outcome) {
    auto const* answer = std::get_if<PeerClient::Answer>(&outcome);
    return answer == nullptr ? Bytes{} : answer->response.body;
}

OpenedEnvelope opened(NodeIdentity const& identity, Bytes sealed, PinnedRoot const& sender, Timestamp now) {
    std::vector<KeyAndCertificate> keys;
    for (auto const& each : identity.encryption_keys) keys.push_back({each.key.duplicate(), each.certificate});
    auto const gated = must(gate_outer(std::move(sealed), 1 << 20));
    auto const pins = [&sender](NodeId const&) { return &sender; };
    return must(Opener(std::move(keys)).open(gated, pins, now));
}

FakeReceiver::FakeReceiver(DemoMinistry const& place, DemoMinistry const& peer, HttpResponse answer) {
    auto tls = place.tls_identity();
    TlsServerIdentity identity{std::move(tls.key), std::move(tls.chain), {peer.pin().root()}};
    server_ = must(HttpServer::listen_tls("127.0.0.1", place.port(), std::move(identity), {},
                                          [this, answer](HttpRequest const&, HttpResponder const& respond) {
                                              ++requests_;
                                              respond(answer);
                                          }));
}

}  // namespace casebridge::test
