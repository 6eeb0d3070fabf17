// Revocation between two real nodes: the ministry revokes with its command's own code, partners fetch, refuse, cut.
#include "asking.h"
#include "daemon/files.h"
#include "daemon/identity_authority.h"
#include "daemon/identity_renewal.h"
#include "daemon/identity_revocation.h"
#include "tests/support/openssl_command.h"
#include "two_nodes.h"

namespace {

using namespace casebridge;
using namespace casebridge::test;
using std::chrono::minutes;

void check_contains(std::string const& text, std::string_view part) {
    BOOST_CHECK_MESSAGE(text.find(part) != std::string::npos, "`" << part << "` is not in: " << text);
}

std::filesystem::path identity_of(DemoMinistry const& node) {
    return node.directory() / "state" / "identity";
}

/// As `casebridge identity revoke` does, or `identity crl` where nothing is named.
RevocationList issue(DemoMinistry const& node, Timestamp now, std::string const& revoked = "",
                     std::chrono::hours lifetime = default_list_lifetime) {
    std::map<std::string, RevokedEntry> added;
    if (!revoked.empty())
        added[must(serial_named(identity_of(node), revoked))] = {now, RevocationReason::key_compromise};
    return must(issue_own_list(identity_of(node), added, now, lifetime));
}

/// What an officer of `node` sees of its partner's lists.
Json seen(DemoMinistry const& node, DemoMinistry const& partner) {
    auto const json = node.officer().get("/v1/peers").json();
    for (auto const& peer : *json.find("peers")->as_array())
        if (peer.text_or("node") == partner.id().text()) return *peer.find("revocation");
    return {};
}

std::int64_t revoked_by(DemoMinistry const& node, DemoMinistry const& partner) {
    auto const json = seen(node, partner);
    return json.as_object() == nullptr ? -1 : *json.find("revoked")->as_integer();
}

std::string health_code(DemoMinistry const& node, std::string const& check) {
    auto const json = node.officer().get("/v1/health").json();
    for (auto const& each : *json.find("checks")->as_array())
        if (each.text_or("name") == check) return each.text_or("code");
    return "(no check)";
}

/// Attempts as often as it takes: one may have been cancelled with the connections of a revoked certificate.
void deliver(TwoNodes& nodes, std::string const& message) {
    eventually(message + " is delivered", [&] {
        nodes.retry();
        return nodes.thailand.outbox_state(message) == "delivered ";
    });
}

PeerClient::Outcome get(PeerClient& client, PeerTarget const& target, std::string const& path) {
    std::promise<PeerClient::Outcome> promise;
    auto answered = promise.get_future();
    PeerCall call{.target = target, .path = path, .content_type = {}, .body = {}};
    client.call(std::move(call), [&promise](PeerClient::Outcome outcome) { promise.set_value(std::move(outcome)); });
    return answered.get();
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(revocation, casebridge::test::TwoNodes)

BOOST_AUTO_TEST_CASE(without_lists_all_is_as_it_was) {
    cambodia.check_peer(thailand);
    BOOST_CHECK_EQUAL(revoked_by(cambodia, thailand), -1);
    PeerClient client(cambodia.tls_identity());
    BOOST_CHECK_EQUAL(summary(get(client, thailand.target(), "/exchange/v1/crl")), "404 crl.none");
    clock.turn(std::chrono::hours(3));
    static_cast<void>(delivered_message());
    BOOST_CHECK_EQUAL(health_code(cambodia, "revocation"), "(no check)");
}

BOOST_AUTO_TEST_CASE(a_list_is_shown_at_once_and_openssl_takes_it) {
    auto const list = issue(thailand, clock.now(), "tls");
    PeerClient client(cambodia.tls_identity());
    auto const outcome = get(client, thailand.target(), "/exchange/v1/crl");
    BOOST_REQUIRE_EQUAL(summary(outcome), "200 ");
    auto const bundle = must(RevocationBundle::parse(casebridge::to_text(body_of(outcome))));
    BOOST_REQUIRE_EQUAL(bundle.lists.size(), 1U);
    BOOST_CHECK(bundle.lists.front().der() == list.der());

    auto const file = [&](std::string const& name) { return (identity_of(thailand) / name).string(); };
    CommandDirectory const command;
    BOOST_CHECK(command.openssl("crl -in " + file("crl.pem") + " -noout -verify -CAfile " + file("issuing.pem")));
    auto const time = std::chrono::floor<std::chrono::seconds>(clock.now()).time_since_epoch().count();
    auto const verify = "verify -crl_check -attime " + std::to_string(time) + " -CAfile " + file("root.pem") +
                        " -untrusted " + file("issuing.pem") + " -CRLfile " + file("crl.pem") + " ";
    BOOST_CHECK(command.openssl(verify + file("signing.pem")));
    BOOST_CHECK(!command.openssl(verify + file("tls.pem")));
    check_contains(casebridge::to_text(command.read("log")), "certificate revoked");
}

BOOST_AUTO_TEST_CASE(a_signing_certificate_that_is_revoked_signs_nothing_more_and_what_it_signed_stays_good) {
    issue(thailand, clock.now());
    cambodia.check_peer(thailand);
    BOOST_CHECK_EQUAL(revoked_by(cambodia, thailand), 0);
    auto const before = delivered_message();
    clock.turn(minutes(1));

    issue(thailand, clock.now(), "signing");
    auto const early = queue();
    wait_for(early, "delivered ");  // Cambodia has not looked yet
    clock.turn(minutes(16));
    cambodia.patrol();
    eventually("the revocation is known", [&] { return revoked_by(cambodia, thailand) == 1; });

    auto const late = queue();
    wait_for(late, "rejected trust.revoked");  // an officer sees it, and what comes after it in its stream may leave
    BOOST_CHECK_EQUAL(cambodia.inbox().size(), 2U);
    for (auto const& message : {before, early}) {
        auto const read = cambodia.officer().get("/v1/inbox/" + message, {{"reason", std::string(canary_reason)}});
        BOOST_CHECK_EQUAL(read.summary(), "200");
    }
    BOOST_CHECK_EQUAL(cambodia.leaves("peer.revocation").size(), 2U);

    // With new certificates it goes on. TLS goes by the machine's clock, which the test's is ahead of.
    thailand.stop();
    must(renew_leaves(identity_of(thailand), thailand.id(), Suite::p256_sha256, clock.now() - minutes(17)));
    thailand.start();
    auto const again = queue();
    wait_for(again, "delivered ");
}

BOOST_AUTO_TEST_CASE(a_withdrawal_that_was_signed_with_a_revoked_key_is_signed_anew_and_arrives) {
    issue(thailand, clock.now());
    cambodia.check_peer(thailand);
    auto const told = delivered_message();
    cambodia.stop();
    withdraw_consent();  // signed, and under way
    eventually("it was tried", [&] {
        retry();
        return !thailand.duties().empty() && thailand.duties().front().text_or("state") == "queued";
    });
    auto const first = thailand.duties().front().text_or("duty");
    clock.turn(minutes(1));
    issue(thailand, clock.now(), "signing");
    thailand.stop();
    must(renew_leaves(identity_of(thailand), thailand.id(), Suite::p256_sha256, clock.now() - minutes(2)));
    thailand.start();
    cambodia.start();
    cambodia.check_peer(thailand);
    BOOST_CHECK_EQUAL(revoked_by(cambodia, thailand), 1);
    eventually("it is obeyed", [&] {
        retry();
        auto const duties = thailand.duties();
        return duties.size() == 1 && duties.front().text_or("state") == "answered";
    });
    BOOST_CHECK_NE(thailand.duties().front().text_or("duty"), first);
    BOOST_CHECK_EQUAL(thailand.outbox_state(first), "rejected trust.revoked");
    for (auto const& row : cambodia.inbox())
        if (row.text_or("message") == told) BOOST_CHECK_NE(row.text_or("state"), "readable");
    BOOST_CHECK_EQUAL(cambodia.leaves("erasure").size(), 1U);
}

BOOST_AUTO_TEST_CASE(a_message_dated_before_the_revocation_is_refused_all_the_same) {
    issue(thailand, clock.now());
    cambodia.check_peer(thailand);
    clock.turn(minutes(30));
    auto const thief = thailand.identity();  // all its keys, from before the revocation
    issue(thailand, clock.now(), "signing");
    cambodia.check_peer(thailand);
    auto const inner =
        must(sign(as_bytes("{}"), ContentKind::message, Payload::attached, thief.signer, clock.now() - minutes(20)));
    auto const envelope = must(seal(inner, cambodia.identity().encryption_chain.front()));
    PeerClient client(thailand.tls_identity());
    auto const outcome =
        post_message(client, cambodia.target(), Bytes(envelope.bytes().begin(), envelope.bytes().end()));
    BOOST_CHECK_EQUAL(summary(outcome), "400 trust.revoked");
    // The agreement it had signed was seen before, and our log says so.
    BOOST_CHECK_EQUAL(cambodia.leaves("agreement.signature").size(), 2U);
    cambodia.stop();
    cambodia.start();
    auto const agreements = cambodia.officer().get("/v1/agreements").json();
    auto const parties = *agreements.find("agreements")->as_array()->front().find("parties");
    for (auto const& party : *parties.as_array()) BOOST_CHECK(*party.find("signed") == Json(true));
}

BOOST_AUTO_TEST_CASE(a_compromised_issuing_authority_is_replaced_and_revoked_by_the_root_and_partners_follow) {
    auto const directory_of = identity_of(thailand);
    auto const now = clock.now();
    issue(thailand, now);
    cambodia.check_peer(thailand);
    auto const stolen = must(load_issuing_authority(directory_of));
    static_cast<void>(delivered_message());

    KeyAndCertificate const root{must(PrivateKey::from_encrypted_pem(
                                     casebridge::to_text(must(read_file(directory_of / "root.key.pem", 1 << 16))),
                                     Secret::from_text("twelve characters"))),
                                 thailand.identity().root};
    auto const request = must(request_authority(directory_of, thailand.id(), Suite::p256_sha256));
    auto const certified = must(issue_authority_for(root, request, now));
    must(install_authority(directory_of, thailand.id(), Suite::p256_sha256, certified, now, default_list_lifetime));
    must(install_root_list(
        directory_of,
        must(issue_revocation_list(root, {{serial_of(stolen.certificate), {now, RevocationReason::key_compromise}}},
                                   now, std::chrono::hours(24 * 365), 0))));
    thailand.reload();
    deliver(*this, queue());  // by the new authority's leaves: Cambodia looks for its list by itself
    cambodia.check_peer(thailand);
    BOOST_CHECK_EQUAL(revoked_by(cambodia, thailand), 1);

    // The thief makes leaves of its own.
    auto const tls = must(issue_leaf(thailand.id(), Role::tls, stolen, Suite::p256_sha256, now));
    PeerClient thief({tls.key.duplicate(), {tls.certificate, stolen.certificate}});
    BOOST_CHECK_EQUAL(summary(get(thief, cambodia.target(), "/exchange/v1/node")), "peer.tls_refused");
    PeerClient client(thailand.tls_identity());
    BOOST_CHECK_EQUAL(summary(get(client, cambodia.target(), "/exchange/v1/node")), "200 ");
    BOOST_CHECK_EQUAL(health_code(thailand, "revocation"), "");
}

BOOST_AUTO_TEST_CASE(a_revoked_tls_certificate_loses_its_open_connections_and_gets_no_new_ones) {
    cambodia.stop();
    cambodia.config().limits.idle = std::chrono::hours(1);  // or they would end by themselves
    cambodia.start();
    issue(thailand, clock.now());
    cambodia.check_peer(thailand);
    PeerClient thief(thailand.tls_identity());
    BOOST_REQUIRE_EQUAL(summary(get(thief, cambodia.target(), "/exchange/v1/node")), "200 ");
    auto const connections = [&] { return cambodia.counter("casebridge_open_connections"); };
    BOOST_REQUIRE_GE(connections(), 1);

    issue(thailand, clock.now(), "tls");
    clock.turn(minutes(16));
    cambodia.patrol();
    eventually("the connections are cut", [&] { return connections() == 0; });
    BOOST_CHECK_EQUAL(summary(get(thief, cambodia.target(), "/exchange/v1/node")), "peer.tls_refused");

    cambodia.stop();
    cambodia.start();  // from its store, before anybody was asked again
    BOOST_CHECK_EQUAL(summary(get(thief, cambodia.target(), "/exchange/v1/node")), "peer.tls_refused");

    // Nor does Cambodia talk to whoever shows that certificate.
    thailand.stop();
    FakeReceiver const impostor(thailand, cambodia, {.status = 200, .content_type = "text/plain", .body = {}});
    auto const checked = cambodia.officer().post("/v1/peers/th-msdhs/check", Json::object()).json();
    BOOST_CHECK_EQUAL(checked.text_or("code"), "peer.tls_refused");
    check_contains(checked.text_or("detail"), "certificate revoked");
    BOOST_CHECK_EQUAL(impostor.requests(), 0);
}

BOOST_AUTO_TEST_CASE(a_partner_whose_list_was_not_seen_for_an_hour_gets_nothing_and_gives_nothing_until_it_is) {
    issue(cambodia, clock.now());
    thailand.check_peer(cambodia);
    static_cast<void>(delivered_message());
    cambodia.stop();
    clock.turn(minutes(61));
    BOOST_CHECK_EQUAL(health_code(thailand, "revocation"), "crl.partner_stale");
    {
        // Whoever answers in its place says that there was never a list.
        FakeReceiver const impostor(cambodia, thailand, {.status = 404, .content_type = "text/plain", .body = {}});
        auto const message = queue();  // it waits here, and nothing of it leaves
        wait_for_attempts(message, 1);
        BOOST_CHECK_EQUAL(thailand.outbox_state(message), "queued trust.no_current_crl");
    }
    cambodia.start();
    deliver(*this, queue());  // the look for the list is part of the attempt
    BOOST_CHECK_EQUAL(health_code(thailand, "revocation"), "");
}

BOOST_AUTO_TEST_CASE(two_that_were_apart_for_long_find_each_other_again) {
    issue(thailand, clock.now(), "", longest_list_lifetime);
    issue(cambodia, clock.now(), "", longest_list_lifetime);
    thailand.check_peer(cambodia);
    cambodia.check_peer(thailand);
    clock.turn(std::chrono::hours(5));
    PeerClient client(thailand.tls_identity());
    BOOST_CHECK_EQUAL(summary(get(client, cambodia.target(), "/exchange/v1/node")), "200 ");  // whatever it knows of us
    BOOST_CHECK_EQUAL(summary(post_message(client, cambodia.target(), to_bytes("anything"))),
                      "503 trust.no_current_crl");
    auto const message = queue();
    // Cambodia does not take it before it has looked for Thailand's list, and looks at once.
    deliver(*this, message);
    BOOST_CHECK(*seen(cambodia, thailand).find("current")->as_bool());
}

BOOST_AUTO_TEST_CASE(a_list_that_is_older_than_one_that_was_seen_is_an_alarm) {
    auto const file = identity_of(thailand) / "crl.pem";
    issue(thailand, clock.now());
    auto const old = casebridge::to_text(must(read_file(file, 1 << 20)));
    clock.turn(minutes(1));
    issue(thailand, clock.now(), "signing");
    cambodia.check_peer(thailand);
    BOOST_CHECK_EQUAL(revoked_by(cambodia, thailand), 1);
    must(write_file_atomically(file, as_bytes(old), 0644));
    auto const checked = cambodia.officer().post("/v1/peers/th-msdhs/check", Json::object()).json();
    BOOST_CHECK_EQUAL(checked.text_or("revocation_code"), "crl.number_went_back");
    BOOST_CHECK_EQUAL(cambodia.counter("casebridge_alarms_total{kind=\"crl_rolled_back\"}"), 1);
    BOOST_CHECK_EQUAL(revoked_by(cambodia, thailand), 1);
}

BOOST_AUTO_TEST_CASE(a_node_says_when_its_own_list_ends_or_holds_what_it_uses) {
    issue(thailand, clock.now());
    BOOST_CHECK_EQUAL(health_code(thailand, "revocation"), "");
    clock.turn(std::chrono::hours(17));
    BOOST_CHECK_EQUAL(health_code(thailand, "revocation"), "crl.expires_soon");
    clock.turn(std::chrono::hours(8));
    BOOST_CHECK_EQUAL(health_code(thailand, "revocation"), "crl.expired");
    issue(thailand, clock.now(), "encryption");
    clock.turn(std::chrono::seconds(2));
    BOOST_CHECK_EQUAL(health_code(thailand, "revocation"), "identity.revoked");
    must(write_file_atomically(identity_of(thailand) / "crl.pem", as_bytes("nothing"), 0644));
    clock.turn(std::chrono::seconds(2));
    BOOST_CHECK_EQUAL(health_code(thailand, "revocation"), "crl.malformed");
}

BOOST_AUTO_TEST_CASE(what_was_sealed_to_a_revoked_key_is_sealed_anew_before_it_leaves) {
    issue(cambodia, clock.now());
    thailand.check_peer(cambodia);
    cambodia.stop();
    auto const message = queue();
    wait_for_attempts(message, 1);
    issue(cambodia, clock.now(), "encryption");
    must(renew_leaves(identity_of(cambodia), cambodia.id(), Suite::p256_sha256, clock.now()));
    auto const before = sealed(message);
    cambodia.start();
    clock.turn(minutes(16));
    thailand.patrol();
    eventually("the revocation is known", [&] { return revoked_by(thailand, cambodia) == 1; });
    deliver(*this, message);
    BOOST_CHECK(sealed(message) != before);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(revocation_and_questions)

BOOST_AUTO_TEST_CASE(a_question_waits_for_the_lists_of_whom_it_is_for) {
    Asking asking("automatic");
    auto& asked_node = asking.thailand;
    issue(asked_node, asking.clock.now());
    asking.cambodia.check_peer(asked_node);
    asked_node.stop();
    asking.clock.turn(minutes(61));
    Json asked;
    {
        FakeReceiver const impostor(asked_node, asking.cambodia,
                                    {.status = 404, .content_type = "text/plain", .body = {}});
        asked = asking.ask(asking.question());
        BOOST_CHECK_EQUAL(asked.text_or("state") + " " + asked.text_or("code"), "open trust.no_current_crl");
        BOOST_CHECK_EQUAL(impostor.requests(), 1);  // for the lists, and nothing else
    }
    asked_node.start();
    BOOST_CHECK_EQUAL(asking.again(asked).text_or("state"), "answered");
}

BOOST_AUTO_TEST_SUITE_END()
