#include "crypto/certificate.h"

#include "tests/support/check_code.h"
#include "tests/support/ministry.h"

namespace casebridge::test {

BOOST_AUTO_TEST_SUITE(certificate)

BOOST_AUTO_TEST_CASE(a_certificate_survives_der_and_pem) {
    auto const ministry = Ministry::create("th-msdhs", Suite::p256_sha256);
    auto const& leaf = ministry.signing.certificate;
    BOOST_CHECK(must(Certificate::from_der(leaf.der())) == leaf);
    BOOST_CHECK(must(Certificate::from_pem(leaf.pem())) == leaf);
    BOOST_CHECK(must(Certificate::from_pem("\n  " + leaf.pem() + "\n")) == leaf);
    BOOST_CHECK(!(leaf == ministry.tls.certificate));
    auto const chain = must(certificates_from_pem(to_pem(ministry.chain(ministry.signing))));
    BOOST_REQUIRE_EQUAL(chain.size(), 2U);
    BOOST_CHECK(chain[0] == leaf);
    BOOST_CHECK(chain[1] == ministry.issuing.certificate);
}

BOOST_AUTO_TEST_CASE(the_fingerprint_is_the_digest_of_the_der_in_pairs) {
    auto const ministry = Ministry::create("th-msdhs", Suite::p256_sha256);
    auto const& root = ministry.root.certificate;
    BOOST_CHECK(root.fingerprint() == sha256(root.der()));
    auto const text = root.fingerprint_text();
    BOOST_CHECK_EQUAL(text.size(), 32U * 3 - 1);
    std::string joined;
    for (char const c : text)
        if (c != ':') joined += c;
    BOOST_CHECK_EQUAL(to_hex(must(from_hex(joined))), root.fingerprint().hex());
    BOOST_CHECK(text.find_first_of("abcdef") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_not_exactly_one_certificate_is_refused) {
    auto const ministry = Ministry::create("th-msdhs", Suite::p256_sha256);
    auto const& leaf = ministry.signing.certificate;
    auto const pem = leaf.pem();
    for (std::string const& text : {std::string(), std::string("hello"), pem + pem, pem + "x", "x" + pem, pem.substr(1),
                                    pem.substr(0, pem.size() / 2), to_text(ministry.signing.key.to_pem().reveal()),
                                    std::string("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"),
                                    std::string("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n")})
        CHECK_CODE(Certificate::from_pem(text), "certificate.malformed");
    auto der = leaf.der();
    CHECK_CODE(Certificate::from_der(ByteView(der).first(der.size() - 1)), "certificate.malformed");
    CHECK_CODE(Certificate::from_der({}), "certificate.malformed");
    der.push_back(0);
    CHECK_CODE(Certificate::from_der(der), "certificate.malformed");
}

BOOST_AUTO_TEST_CASE(suites_and_roles_have_names) {
    for (auto const suite : {Suite::p256_sha256, Suite::p384_sha384})
        BOOST_CHECK(must(parse_suite(to_text(suite))) == suite);
    CHECK_CODE(parse_suite("p256"), "suite.unknown");
    BOOST_CHECK_EQUAL(to_text(Role::tls), "tls");
    BOOST_CHECK_EQUAL(to_text(Role::signing), "signing");
    BOOST_CHECK_EQUAL(to_text(Role::encryption), "encryption");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
