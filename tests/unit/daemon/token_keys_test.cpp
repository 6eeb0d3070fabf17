// Keys in a PKCS #11 token, a real one of SoftHSM, through an identity's whole life.
#include "daemon/token_keys.h"

#include "daemon/http_server.h"
#include "daemon/identity_authority.h"
#include "daemon/identity_revocation.h"
#include "daemon/peer_client.h"
#include "tests/unit/daemon/token_place.h"

#include <future>

#include <boost/test/unit_test.hpp>

using namespace casebridge;
using namespace casebridge::test;

BOOST_AUTO_TEST_SUITE(token_keys)

namespace {

/// What the identity's signer signs, sealed to `recipient`.
Bytes sealed_to(NodeIdentity const& identity, Certificate const& recipient, Timestamp now) {
    auto const inner = must(sign(as_bytes("{}"), ContentKind::message, Payload::attached, identity.signer, now));
    auto const sealed = must(seal(inner, recipient));
    return {sealed.bytes().begin(), sealed.bytes().end()};
}

std::string opened(NodeIdentity identity, Bytes sealed, Timestamp now) {
    auto const pin = must(PinnedRoot::pin(identity.node, identity.root, identity.root.fingerprint()));
    Opener const opener(std::move(identity.encryption_keys));
    auto const gated = must(gate_outer(std::move(sealed), 1 << 20));
    auto const result = opener.open(
        gated, [&](NodeId const&) { return &pin; }, now);
    return result ? to_text(result->payload()) : std::string(result.error().code);
}

/// "200", or the code of what went wrong.
std::string talk(NodeIdentity const& server_side, NodeIdentity const& client_side) {
    auto const server = must(HttpServer::listen_tls(
        "127.0.0.1", 0, {server_side.tls_key.duplicate(), server_side.tls_chain, {client_side.root}}, {},
        [](HttpRequest const&, HttpResponder const& respond) { respond({.status = 200, .body = to_bytes("{}")}); }));
    PeerClient client({client_side.tls_key.duplicate(), client_side.tls_chain});
    std::promise<PeerClient::Outcome> promise;
    client.call({.target = {server_side.node, "127.0.0.1", server->port(), server_side.root}, .path = "/"},
                [&promise](PeerClient::Outcome outcome) { promise.set_value(std::move(outcome)); });
    auto const outcome = promise.get_future().get();
    if (auto const* const answer = std::get_if<PeerClient::Answer>(&outcome))
        return std::to_string(answer->response.status);
    return std::string(std::get<PeerClient::Failure>(outcome).error.code);
}

std::vector<std::string> retired(fs::path const& path, std::string_view prefix) {
    auto names = must(retired_names(path));
    std::erase_if(names, [prefix](auto const& name) { return !name.starts_with(prefix); });
    return names;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_identity_made_in_a_token_signs_opens_and_talks_and_no_key_but_the_root_s_is_a_file) {
    InToken const made;
    for (auto const* name : {"tls", "signing", "encryption", "issuing"}) {
        BOOST_CHECK(!fs::exists(made.path / (std::string(name) + ".key.pem")));
        BOOST_CHECK(made.uri_of(name).made_here);
        BOOST_CHECK(!made.uri_of(name).serial.empty());
        BOOST_CHECK_EQUAL(made.uri_of(name).object, "th-msdhs-" + std::string(name));
    }
    BOOST_CHECK(fs::exists(made.path / "root.key.pem"));
    auto const identity = must(made.load());
    auto const sealed = sealed_to(identity, identity.encryption_chain.front(), made.now);
    BOOST_CHECK_EQUAL(opened(must(made.load()), sealed, made.now), "{}");
    BOOST_CHECK_EQUAL(talk(identity, identity), "200");
    CHECK_ACCEPTED(issue_own_list(made.path, {}, made.now, default_list_lifetime));
}

BOOST_AUTO_TEST_CASE(the_larger_curve_works_in_a_token_too) {
    Place const made;
    must(create_identity(made.path, made.node, Suite::p384_sha384, Secret::from_text(passphrase), made.now,
                         made.token()));
    auto const identity = must(made.load());
    auto const sealed = sealed_to(identity, identity.encryption_chain.front(), made.now);
    BOOST_CHECK_EQUAL(opened(must(made.load()), sealed, made.now), "{}");
    BOOST_CHECK_EQUAL(talk(identity, identity), "200");
}

BOOST_AUTO_TEST_CASE(a_key_made_here_cannot_be_taken_out_and_can_do_only_what_it_is_for) {
    InToken const made;
    auto const identity = must(made.load());
    BOOST_CHECK_THROW(static_cast<void>(identity.tls_key.to_pem()), std::runtime_error);
    CHECK_CODE(require_derives(identity.tls_key), "token.cannot_derive");
    CHECK_CODE(require_signs(identity.encryption_keys.front().key), "token.cannot_sign");
    CHECK_ACCEPTED(require_usable(identity.tls_key));
    CHECK_ACCEPTED(require_usable(must(PrivateKey::generate(Suite::p256_sha256))));
}

BOOST_AUTO_TEST_CASE(a_renewal_makes_new_keys_there_and_the_old_ones_end_only_when_the_token_says_so) {
    InToken const made;
    auto const before = must(made.load());
    auto const sealed = sealed_to(before, before.encryption_chain.front(), made.now);
    auto const old_uri = made.uri_of("encryption");
    must(made.renew());
    BOOST_CHECK_EQUAL(opened(must(made.load()), sealed, made.now), "{}");
    // What a running daemon still uses is there until it has taken the new ones up.
    CHECK_ACCEPTED(require_usable(before.tls_key));
    BOOST_CHECK_EQUAL(talk(before, must(made.load())), "200");
    auto const names = retired(made.path, "encryption.");
    BOOST_REQUIRE_EQUAL(names.size(), 1U);
    BOOST_REQUIRE_EQUAL(retired(made.path, "tls.").size(), 1U);
    BOOST_REQUIRE_EQUAL(retired(made.path, "signing.").size(), 1U);
    BOOST_CHECK(made.uri_of(names.front()) == old_uri);

    SoftToken::the().take_out();
    BOOST_CHECK_EQUAL(made.ended(names.front()), "token.not_there");
    SoftToken::the().put_back();
    BOOST_CHECK(made.in_token(old_uri));
    BOOST_CHECK_EQUAL(made.ended(names.front()), "destroyed");
    BOOST_CHECK(!made.in_token(old_uri));
    BOOST_CHECK_EQUAL(made.ended(names.front()), "destroyed");  // as after a crash
    must(destroy_retired(made.path, names.front()));
    BOOST_CHECK_EQUAL(opened(must(made.load()), sealed, made.now), "envelope.unknown_recipient");
    CHECK_CODE(require_usable(before.encryption_keys.front().key), "token.key_not_found");
}

BOOST_AUTO_TEST_CASE(keys_move_from_files_into_a_token_and_back) {
    Place const made;
    must(made.create({}));
    auto const in_files = must(made.load());
    auto const to_file = sealed_to(in_files, in_files.encryption_chain.front(), made.now);
    must(made.renew(made.token()));
    auto const in_token = must(made.load());
    auto const to_token = sealed_to(in_token, in_token.encryption_chain.front(), made.now);
    for (auto const* name : {"tls", "signing", "encryption"})
        BOOST_CHECK(!fs::exists(made.path / (std::string(name) + ".key.pem")));
    BOOST_CHECK_EQUAL(opened(must(made.load()), to_file, made.now), "{}");
    must(made.renew(KeySource::in_files()));
    for (auto const* name : {"tls", "signing", "encryption"})
        BOOST_CHECK(!fs::exists(made.path / (std::string(name) + ".key.uri")));
    BOOST_CHECK_EQUAL(opened(must(made.load()), to_file, made.now), "{}");
    BOOST_CHECK_EQUAL(opened(must(made.load()), to_token, made.now), "{}");
}

BOOST_AUTO_TEST_CASE(a_token_that_is_lost_is_left_behind_with_the_root_s_help) {
    InToken const made;
    auto const identity = must(made.load());
    auto const sealed = sealed_to(identity, identity.encryption_chain.front(), made.now);
    SoftToken::the().take_out();
    CHECK_CODE(made.renew(KeySource::in_files()), "token.not_there");  // the issuing authority's key was in it, too
    auto const request = must(request_authority(made.path, made.node, Suite::p256_sha256, KeySource::in_files()));
    auto const certificate = must(issue_authority_for(made.root_pair(), request, made.now));
    must(install_authority(made.path, made.node, Suite::p256_sha256, certificate, made.now, default_list_lifetime,
                           KeySource::in_files()));
    auto const afterwards = must(made.load());
    BOOST_CHECK_EQUAL(afterwards.keys_out_of_reach, 1);
    BOOST_CHECK_EQUAL(opened(must(made.load()), sealed, made.now), "envelope.unknown_recipient");
    BOOST_CHECK_EQUAL(made.ended(retired(made.path, "encryption.").front()), "token.not_there");
    SoftToken::the().put_back();  // found in a drawer
    BOOST_CHECK_EQUAL(opened(must(made.load()), sealed, made.now), "{}");
}

BOOST_AUTO_TEST_CASE(the_next_issuing_authority_is_made_where_the_one_before_is) {
    InToken const made;
    auto const old_uri = made.uri_of("issuing");
    auto const request = must(request_authority(made.path, made.node, Suite::p256_sha256));
    BOOST_CHECK(request.key_digest() == must(request_authority(made.path, made.node, Suite::p256_sha256)).key_digest());
    auto const certificate = must(issue_authority_for(made.root_pair(), request, made.now));
    must(install_authority(made.path, made.node, Suite::p256_sha256, certificate, made.now, default_list_lifetime));
    BOOST_CHECK(must(load_issuing_authority(made.path)).certificate == certificate);
    BOOST_CHECK(made.uri_of("issuing") != old_uri);
    BOOST_CHECK(!fs::exists(made.path / "issuing-next.key.uri"));
    CHECK_ACCEPTED(made.load());
    auto const names = retired(made.path, "issuing.");
    BOOST_REQUIRE_EQUAL(names.size(), 1U);
    BOOST_CHECK_EQUAL(made.ended(names.front()), "destroyed");
    BOOST_CHECK(!made.in_token(old_uri));
}

BOOST_AUTO_TEST_CASE(what_an_officer_has_made_is_certified_again_and_is_the_officer_s_to_destroy) {
    Place const made;
    must(made.create({}));
    auto const& token = SoftToken::the();
    auto const first = SoftToken::key("officer-1", made.pin_file), second = SoftToken::key("officer-2", made.pin_file);
    token.make_key("--label officer-1 --id a1 --usage-derive");
    token.make_key("--label officer-2 --id a2 --usage-derive");
    must(made.bind(Role::encryption, first));
    BOOST_CHECK(!made.uri_of("encryption").made_here);
    BOOST_CHECK(!made.uri_of("encryption").serial.empty());
    auto const certified_once = retired(made.path, "encryption.");  // the file's
    must(made.renew());
    auto again = retired(made.path, "encryption.");
    std::erase(again, certified_once.front());
    BOOST_REQUIRE_EQUAL(again.size(), 1U);
    BOOST_CHECK_EQUAL(made.ended(again.front()), "certified again");
    BOOST_CHECK(made.in_token(first));

    must(made.bind(Role::encryption, second));
    BOOST_CHECK_EQUAL(made.ended(again.front()), "certified again");  // under the certificate put aside last
    must(destroy_retired(made.path, again.front()));
    auto last = retired(made.path, "encryption.");
    std::erase(last, certified_once.front());
    BOOST_REQUIRE_EQUAL(last.size(), 1U);
    BOOST_CHECK_EQUAL(made.ended(last.front()), "token.officer_destroys");
    auto const what = end_in_token(made.path, last.front());
    BOOST_CHECK_NE(what.error().detail.find("--delete-object --type privkey --label 'officer-1'"), std::string::npos);
    BOOST_CHECK(made.in_token(first));
    token.delete_key("officer-1");
    BOOST_CHECK_EQUAL(made.ended(last.front()), "destroyed");
}

BOOST_AUTO_TEST_CASE(a_token_that_was_taken_out_is_found_again_with_one_log_in) {
    InToken const made;
    auto const identity = must(made.load());
    auto const sealed = sealed_to(identity, identity.encryption_chain.front(), made.now);
    auto const& token = SoftToken::the();
    token.take_out();
    CHECK_CODE(sign(as_bytes("{}"), ContentKind::message, Payload::attached, identity.signer, made.now),
               "token.not_there");
    BOOST_CHECK_EQUAL(talk(identity, identity), "token.not_there");
    CHECK_CODE(made.load(), "token.not_there");
    token.put_back();
    auto const before = token.logins();
    CHECK_ACCEPTED(sign(as_bytes("{}"), ContentKind::message, Payload::attached, identity.signer, made.now));
    BOOST_CHECK_EQUAL(talk(identity, identity), "200");
    BOOST_CHECK_EQUAL(opened(must(made.load()), sealed, made.now), "{}");
    BOOST_CHECK_EQUAL(token.logins(), before + 1);
}

BOOST_AUTO_TEST_CASE(opening_says_that_the_token_is_away_and_not_that_the_message_is_bad) {
    InToken const made;
    auto identity = must(made.load());
    auto const sealed = sealed_to(identity, identity.encryption_chain.front(), made.now);
    SoftToken::the().take_out();
    BOOST_CHECK_EQUAL(opened(std::move(identity), sealed, made.now), "token.not_there");
    SoftToken::the().put_back();
}

BOOST_AUTO_TEST_CASE(what_is_missing_is_said) {
    InToken const made;
    auto const right = made.uri_of("tls");
    auto const with = [&right](auto const& change) {
        auto uri = right;
        change(uri);
        return uri;
    };
    made.write("tls", with([](auto& uri) { uri.id = {1, 2, 3}; }));
    CHECK_CODE(made.load(), "token.key_not_found");
    made.write("tls", with([](auto& uri) { uri.token = "unplugged"; }));
    CHECK_CODE(made.load(), "token.not_there");
    made.write("tls", with([](auto& uri) { uri.serial = "0000"; }));
    CHECK_CODE(made.load(), "token.not_there");
    made.write("tls", with([](auto& uri) { uri.module_path = "/nonexistent.so"; }));
    CHECK_CODE(made.load(), "token.no_module");
    made.write("tls", right.token_alone());
    CHECK_CODE(made.load(), "token.bad_uri");
    made.write("tls", made.uri_of("signing"));
    CHECK_CODE(made.load(), "identity.key_mismatch");
    made.write("tls", right);
    CHECK_ACCEPTED(made.load());
    must(write_file_atomically(made.path / "tls.key.pem", as_bytes("x"), 0600));
    CHECK_CODE(made.load(), "identity.key_twice");
}

BOOST_AUTO_TEST_CASE(an_officer_s_key_is_tried_before_it_is_certified) {
    Place const made;
    must(made.create({}));
    auto const& token = SoftToken::the();
    token.make_key("--label signs-only --id b1 --usage-sign");
    token.make_key("--label twice --id b2 --usage-sign");
    token.make_key("--label twice --id b3 --usage-sign");
    CHECK_CODE(made.bind(Role::encryption, SoftToken::key("signs-only", made.pin_file)), "token.cannot_derive");
    CHECK_CODE(made.bind(Role::tls, SoftToken::key("twice", made.pin_file)), "token.ambiguous");
    CHECK_CODE(made.bind(Role::tls, SoftToken::key("nobody", made.pin_file)), "token.key_not_found");
    CHECK_ACCEPTED(made.load());  // nothing has changed
    BOOST_CHECK(!fs::exists(made.path / "tls.key.uri"));
    CHECK_ACCEPTED(made.bind(Role::tls, SoftToken::key("signs-only", made.pin_file)));
}

BOOST_AUTO_TEST_CASE(a_renewal_that_fails_leaves_no_key_in_the_token) {
    InToken const made;
    auto const before = SoftToken::the().listed();
    fs::remove(made.path / "issuing.pem");
    CHECK_CODE(made.renew(), "identity.missing");
    BOOST_CHECK_EQUAL(SoftToken::the().listed(), before);
    Place const other;
    must(write_file_atomically(other.root.path() / "identity", as_bytes("x"), 0600));
    CHECK_CODE(other.create(other.token()), "identity.exists");
    BOOST_CHECK_EQUAL(SoftToken::the().listed(), before);
}

BOOST_AUTO_TEST_SUITE_END()
