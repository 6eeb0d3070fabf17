// An old root's word that another takes its place, and what the pin accepts meanwhile.
#include "crypto/root_rollover.h"

#include "crypto/openssl.h"
#include "tests/support/check_code.h"
#include "tests/support/ministry.h"
#include "tests/support/openssl_command.h"

namespace casebridge::test {
namespace root_rollover {
namespace {

using std::chrono::hours;

constexpr hours overlap{24 * 90};

struct Rollover {
    Ministry before = Ministry::create("th-msdhs", Suite::p256_sha256);
    Ministry after = Ministry::create("th-msdhs", Suite::p384_sha384);
    Certificate statement = word(before, after);

    [[nodiscard]] static Certificate word(Ministry const& of, Ministry const& about, Timestamp now = noon()) {
        return must(sign_next_root(of.node, of.root, about.root.certificate, now, overlap));
    }
    [[nodiscard]] std::string verdict(Certificate const& shown, Timestamp now = noon()) const {
        return code_of(verify_next_root(before.pin, shown, after.root.certificate, now));
    }
    /// The next root's pin, as a partner has it that followed.
    [[nodiscard]] PinnedRoot followed() const {
        return after.pin.with_former({{before.root.certificate, statement.not_after()}});
    }
};

KnownRevocations::Known listed(KeyAndCertificate const& root, Certificate const& revoked) {
    auto list = must(issue_revocation_list(root, {{serial_of(revoked), {noon(), RevocationReason::key_compromise}}},
                                           noon(), hours(24), 0));
    return {std::move(list), noon(), noon(), noon() + hours(24)};
}

}  // namespace
}  // namespace root_rollover

BOOST_FIXTURE_TEST_SUITE(root_rollover, Rollover)

BOOST_AUTO_TEST_CASE(the_old_root_s_word_is_checked_by_openssl_and_by_us) {
    BOOST_CHECK_EQUAL(verdict(statement), "(accepted)");
    BOOST_CHECK(statement.not_after() == noon() + overlap);
    CommandDirectory place;
    place.write("old.pem", before.root.certificate.pem());
    place.write("other.pem", after.root.certificate.pem());
    place.write("statement.pem", statement.pem());
    BOOST_CHECK(place.openssl("verify -x509_strict -no_check_time -CAfile old.pem statement.pem"));
    BOOST_CHECK(!place.openssl("verify -x509_strict -no_check_time -CAfile other.pem statement.pem"));
}

BOOST_AUTO_TEST_CASE(what_is_no_statement_is_refused_with_its_code) {
    auto const next = after.root.certificate;
    auto const code = [&](PinnedRoot const& pin, Certificate const& shown, Certificate const& root) {
        return code_of(verify_next_root(pin, shown, root, noon()));
    };
    // SECURITY: a thief of the issuing key has a certificate of the root over that very key.
    for (auto const* each : {&before.issuing, &before.tls, &before.root, &after.root})
        BOOST_CHECK_EQUAL(code(before.pin, each->certificate, next), "rollover.not_a_statement");
    auto const third = Ministry::create("th-msdhs", Suite::p256_sha256);
    BOOST_CHECK_EQUAL(code(before.pin, statement, third.root.certificate), "rollover.other_key");
    BOOST_CHECK_EQUAL(code(third.pin, statement, next), "trust.chain_invalid");
    BOOST_CHECK_EQUAL(code(after.pin, statement, next), "rollover.same_root");
    auto const stranger = Ministry::create("kh-mosvy", Suite::p256_sha256);
    CHECK_CODE(sign_next_root(before.node, before.root, stranger.root.certificate, noon(), overlap),
               "trust.not_a_root");
    CHECK_CODE(sign_next_root(before.node, before.root, before.root.certificate, noon(), overlap),
               "rollover.same_root");
    BOOST_CHECK_EQUAL(verdict(statement, noon() + overlap + hours(1)), "trust.expired");
    BOOST_CHECK_EQUAL(verdict(statement, noon() - hours(1)), "trust.not_yet_valid");
}

BOOST_AUTO_TEST_CASE(only_the_one_usage_alone_and_critical_makes_a_statement) {
    Forgery forgery;
    forgery.common_name = "next root";
    forgery.names = "";
    auto const usage = "2.25.223069636595864287820155263339359109831.2.3";
    auto const forged = [&](std::string const& usages, std::string const& constraints) {
        forgery.extended_usage = usages;
        forgery.constraints = constraints;
        return verdict(forge(forgery, after.root.key.raw(), &before.root.certificate, before.root.key.raw()));
    };
    BOOST_CHECK_EQUAL(forged(std::string("critical,") + usage, "critical,CA:FALSE"), "(accepted)");
    BOOST_CHECK_EQUAL(forged(usage, "critical,CA:FALSE"), "rollover.not_a_statement");
    BOOST_CHECK_EQUAL(forged(std::string("critical,serverAuth,") + usage, "critical,CA:FALSE"),
                      "rollover.not_a_statement");
    BOOST_CHECK_EQUAL(forged("critical,serverAuth", "critical,CA:FALSE"), "rollover.not_a_statement");
}

BOOST_AUTO_TEST_CASE(a_statement_is_no_leaf_and_no_authority) {
    for (auto const role : {Role::tls, Role::signing, Role::encryption})
        CHECK_CODE(before.pin.verify({statement}, role, noon()), "trust.wrong_node");
    // Nor does it lead from the next root's leaves to the old one.
    CHECK_CODE(before.pin.verify({after.tls.certificate, after.issuing.certificate, statement}, Role::tls, noon()),
               "trust.chain_invalid");
}

BOOST_AUTO_TEST_CASE(a_word_that_was_taken_back_and_that_of_a_revoked_root_do_not_count) {
    for (auto const* revoked : {&statement, &before.root.certificate}) {
        auto const pin = before.pin.with(std::make_shared<KnownRevocations const>(
            std::vector<KnownRevocations::Known>{listed(before.root, *revoked)}));
        CHECK_CODE(verify_next_root(pin, statement, after.root.certificate, noon()), "trust.revoked");
    }
    // Another's list says nothing of it.
    auto const pin = before.pin.with(std::make_shared<KnownRevocations const>(
        std::vector<KnownRevocations::Known>{listed(before.issuing, statement)}));
    CHECK_ACCEPTED(verify_next_root(pin, statement, after.root.certificate, noon()));
}

BOOST_AUTO_TEST_CASE(both_chains_are_accepted_for_the_overlap_and_then_the_next_one_alone) {
    auto const pin = followed();
    auto const end = statement.not_after();
    for (auto const* ministry : {&before, &after})
        for (auto const now : {noon(), end}) CHECK_ACCEPTED(pin.verify(ministry->chain(ministry->tls), Role::tls, now));
    CHECK_CODE(pin.verify(before.chain(before.tls), Role::tls, end + std::chrono::milliseconds(1)),
               "trust.chain_invalid");
    CHECK_ACCEPTED(pin.verify(after.chain(after.tls), Role::tls, end + std::chrono::milliseconds(1)));
    // What was signed before that is judged by its time, also later.
    CHECK_ACCEPTED(pin.verify(before.chain(before.signing), Role::signing, noon()));
    CHECK_CODE(after.pin.verify(before.chain(before.tls), Role::tls, noon()), "trust.chain_invalid");
    CHECK_CODE(pin.verify(before.chain(before.tls), Role::signing, noon()), "trust.wrong_role");
}

BOOST_AUTO_TEST_CASE(lists_of_authorities_below_either_root_are_taken) {
    auto const pin = followed();
    for (auto const* ministry : {&before, &after}) {
        auto const list = must(issue_revocation_list(ministry->issuing, {}, noon(), hours(24), 0));
        CHECK_ACCEPTED(pin.accept(list, {ministry->issuing.certificate}, noon()));
        CHECK_ACCEPTED(pin.accept(must(issue_revocation_list(ministry->root, {}, noon(), hours(24), 0)), {}, noon()));
    }
    auto const list = must(issue_revocation_list(before.issuing, {}, noon(), hours(24), 0));
    CHECK_CODE(after.pin.accept(list, {before.issuing.certificate}, noon()), "trust.chain_invalid");
}

BOOST_AUTO_TEST_CASE(a_history_is_read_as_it_was_written_and_no_root_is_in_it_twice) {
    RootHistory history(before.root.certificate);
    CHECK_ACCEPTED(history.add({statement, after.root.certificate}));
    auto const read = must(RootHistory::parse(history.pem()));
    BOOST_CHECK_EQUAL(read.pem(), history.pem());
    BOOST_CHECK(read.newest() == after.root.certificate);
    BOOST_CHECK_EQUAL(read.after(before.root.certificate)->size(), 1U);
    BOOST_CHECK_EQUAL(read.after(after.root.certificate)->size(), 0U);
    BOOST_CHECK(!read.after(Ministry::create("th-msdhs", Suite::p256_sha256).root.certificate));
    auto const back = word(after, before);
    CHECK_CODE(history.add({back, before.root.certificate}), "rollover.loop");
    CHECK_CODE(RootHistory::parse(history.pem() + back.pem() + before.root.certificate.pem()), "rollover.loop");
    CHECK_CODE(RootHistory::parse(history.pem() + back.pem()), "rollover.malformed");
    CHECK_CODE(RootHistory::parse("no certificate"), "certificate.malformed");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
