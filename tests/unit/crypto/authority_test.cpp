#include "crypto/authority.h"

#include "crypto/openssl.h"
#include "tests/support/check_code.h"
#include "tests/support/ministry.h"

#include <set>

namespace casebridge::test {
BOOST_AUTO_TEST_SUITE(authority)

namespace {

std::string serial(Certificate const& certificate) {
    return to_hex(openssl::to_der<ASN1_INTEGER>(X509_get0_serialNumber(certificate.raw()), i2d_ASN1_INTEGER));
}

}  // namespace

BOOST_AUTO_TEST_CASE(certificates_live_as_long_as_their_kind_says) {
    auto const ministry = Ministry::create("th-msdhs", Suite::p256_sha256);
    auto const lives = [](KeyAndCertificate const& what, std::chrono::hours lifetime) {
        BOOST_CHECK(what.certificate.not_before() == noon() - kClockSkew);
        BOOST_CHECK(what.certificate.not_after() == noon() + lifetime);
    };
    lives(ministry.root, kRootLifetime);
    lives(ministry.issuing, kIssuingLifetime);
    lives(ministry.tls, kTlsLifetime);
    lives(ministry.signing, kSigningLifetime);
    lives(ministry.encryption, kEncryptionLifetime);
}

BOOST_AUTO_TEST_CASE(a_leaf_does_not_outlive_its_issuer) {
    auto const ministry = Ministry::create("th-msdhs", Suite::p256_sha256);
    auto const late = ministry.issuing.certificate.not_after() - std::chrono::hours(24);
    auto const leaf = must(issue_leaf(ministry.node, Role::tls, ministry.issuing, ministry.suite, late));
    BOOST_CHECK(leaf.certificate.not_after() == ministry.issuing.certificate.not_after());
}

BOOST_AUTO_TEST_CASE(serial_numbers_are_random_and_at_most_twenty_octets) {
    auto const ministry = Ministry::create("th-msdhs", Suite::p256_sha256);
    std::set<std::string> seen;
    for (int i = 0; i < 20; ++i) {
        auto const text =
            serial(must(issue_leaf(ministry.node, Role::tls, ministry.issuing, ministry.suite, noon())).certificate);
        BOOST_CHECK_EQUAL(text.size(), 44U);  // tag, length, 20 octets
        seen.insert(text);
    }
    BOOST_CHECK_EQUAL(seen.size(), 20U);
}

BOOST_AUTO_TEST_CASE(a_leaf_is_issued_for_a_key_made_elsewhere) {
    auto const ministry = Ministry::create("th-msdhs", Suite::p256_sha256);
    auto const key = must(PrivateKey::generate(Suite::p384_sha384));
    auto const leaf = must(issue_leaf_for(ministry.node, Role::signing, ministry.issuing, key, noon()));
    BOOST_CHECK(key.matches(leaf));
    CHECK_ACCEPTED(ministry.pin.verify({leaf, ministry.issuing.certificate}, Role::signing, noon()));
}

BOOST_AUTO_TEST_CASE(an_issuer_whose_key_is_not_its_certificates_issues_nothing) {
    auto const ministry = Ministry::create("th-msdhs", Suite::p256_sha256);
    KeyAndCertificate const mixed{copy(ministry.tls.key), ministry.issuing.certificate};
    CHECK_CODE(issue_leaf(ministry.node, Role::tls, mixed, ministry.suite, noon()), "authority.openssl");
}

BOOST_AUTO_TEST_CASE(a_renewed_issuing_authority_of_the_same_name_works_beside_the_old_one) {
    auto const ministry = Ministry::create("th-msdhs", Suite::p256_sha256);
    auto const renewed = must(create_issuing_authority(ministry.node, ministry.root, Suite::p384_sha384, noon()));
    auto const leaf = must(issue_leaf(ministry.node, Role::tls, renewed, Suite::p256_sha256, noon()));
    CHECK_ACCEPTED(ministry.pin.verify({leaf.certificate, renewed.certificate}, Role::tls, noon()));
    CHECK_ACCEPTED(ministry.pin.verify(ministry.chain(ministry.tls), Role::tls, noon()));
    CHECK_ACCEPTED(
        ministry.pin.verify({leaf.certificate, ministry.issuing.certificate, renewed.certificate}, Role::tls, noon()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
