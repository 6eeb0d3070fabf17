// An old root's word that another node goes on with its node's records.
#include "crypto/succession.h"

#include "crypto/openssl.h"
#include "crypto/root_rollover.h"
#include "tests/support/check_code.h"
#include "tests/support/ministry.h"
#include "tests/support/openssl_command.h"

namespace casebridge::test {
namespace succession {
namespace {

using std::chrono::hours;

constexpr hours lifetime{24 * 365};

struct Succeeding {
    Ministry old = Ministry::create("kh-mosvy", Suite::p256_sha256);
    Ministry heir = Ministry::create("kh-mosalvy", Suite::p384_sha384);
    Ministry stranger = Ministry::create("kh-other", Suite::p256_sha256);
    Successor successor{heir.node, heir.root.certificate};
    Certificate statement = must(sign_succession(old.node, old.root, successor, noon(), lifetime));

    [[nodiscard]] std::string verdict(Certificate const& shown, Timestamp now = noon()) const {
        return code_of(verify_succession(old.pin, shown, successor, now));
    }
};

}  // namespace
}  // namespace succession

BOOST_FIXTURE_TEST_SUITE(succession, Succeeding)

BOOST_AUTO_TEST_CASE(the_old_root_s_word_is_checked_by_openssl_and_by_us) {
    BOOST_CHECK_EQUAL(verdict(statement), "(accepted)");
    BOOST_CHECK(statement.not_after() == noon() + lifetime);
    CommandDirectory place;
    place.write("old.pem", old.root.certificate.pem());
    place.write("heir.pem", heir.root.certificate.pem());
    place.write("statement.pem", statement.pem());
    BOOST_CHECK(place.openssl("verify -x509_strict -no_check_time -CAfile old.pem statement.pem"));
    BOOST_CHECK(!place.openssl("verify -x509_strict -no_check_time -CAfile heir.pem statement.pem"));
}

BOOST_AUTO_TEST_CASE(what_is_no_statement_is_refused_with_its_code) {
    for (auto const* each : {&old.issuing, &old.tls, &old.root, &heir.root})
        BOOST_CHECK_EQUAL(verdict(each->certificate), "succession.not_a_statement");
    // Nor is the one kind of statement the other.
    auto const next = Ministry::create("kh-mosvy", Suite::p256_sha256);
    auto const rollover = must(sign_next_root(old.node, old.root, next.root.certificate, noon(), lifetime));
    BOOST_CHECK_EQUAL(verdict(rollover), "succession.not_a_statement");
    CHECK_CODE(verify_next_root(old.pin, statement, next.root.certificate, noon()), "rollover.not_a_statement");
}

BOOST_AUTO_TEST_CASE(it_names_one_successor_with_one_root) {
    auto const code = [&](PinnedRoot const& pin, Successor const& other) {
        return code_of(verify_succession(pin, statement, other, noon()));
    };
    BOOST_CHECK_EQUAL(code(old.pin, {stranger.node, heir.root.certificate}), "succession.other_node");
    BOOST_CHECK_EQUAL(code(old.pin, {heir.node, stranger.root.certificate}), "succession.other_key");
    BOOST_CHECK_EQUAL(code(stranger.pin, successor), "succession.other_node");  // its subject is another's
    auto const twin = Ministry::create("kh-mosvy", Suite::p256_sha256);
    BOOST_CHECK_EQUAL(code(twin.pin, successor), "trust.chain_invalid");
}

BOOST_AUTO_TEST_CASE(it_holds_for_its_time_and_until_it_is_taken_back) {
    BOOST_CHECK_EQUAL(verdict(statement, noon() + lifetime + hours(1)), "trust.expired");
    BOOST_CHECK_EQUAL(verdict(statement, noon() - hours(1)), "trust.not_yet_valid");
    for (auto const* revoked : {&statement, &old.root.certificate}) {
        auto list = must(issue_revocation_list(
            old.root, {{serial_of(*revoked), {noon(), RevocationReason::key_compromise}}}, noon(), hours(24), 0));
        auto const pin = old.pin.with(std::make_shared<KnownRevocations const>(
            std::vector<KnownRevocations::Known>{{std::move(list), noon(), noon(), noon() + hours(24)}}));
        CHECK_CODE(verify_succession(pin, statement, successor, noon()), "trust.revoked");
    }
}

BOOST_AUTO_TEST_CASE(nobody_succeeds_itself_and_a_root_belongs_to_its_node) {
    CHECK_CODE(sign_succession(old.node, old.root, {old.node, heir.root.certificate}, noon(), lifetime),
               "succession.same_node");
    CHECK_CODE(sign_succession(old.node, old.root, {heir.node, old.root.certificate}, noon(), lifetime),
               "succession.same_root");
    CHECK_CODE(sign_succession(old.node, old.root, {heir.node, stranger.root.certificate}, noon(), lifetime),
               "trust.not_a_root");
    // Somebody with the old root's key can sign such a thing all the same.
    auto const odd = must(issue_root_statement(
        old.node, old.root, stranger.root.certificate,
        {"2.25.223069636595864287820155263339359109831.2.4", "successor kh-mosalvy", lifetime}, noon()));
    CHECK_CODE(verify_succession(old.pin, odd, {heir.node, stranger.root.certificate}, noon()), "trust.not_a_root");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
