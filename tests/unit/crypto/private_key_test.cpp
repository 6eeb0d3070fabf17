#include "tests/support/check_code.h"
#include "tests/support/ministry.h"
#include "tests/support/openssl_command.h"

namespace casebridge::test {
BOOST_AUTO_TEST_SUITE(private_key)

namespace {

Secret passphrase() {
    return Secret::from_text("correct horse battery staple");
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_key_survives_plain_and_encrypted_pem) {
    for (auto const suite : {Suite::p256_sha256, Suite::p384_sha384}) {
        auto const key = must(PrivateKey::generate(suite));
        auto const plain = key.to_pem();
        BOOST_CHECK(must(PrivateKey::from_pem(plain)).to_pem() == plain);
        auto const encrypted = key.to_encrypted_pem(passphrase());
        BOOST_CHECK(must(PrivateKey::from_encrypted_pem(encrypted, passphrase())).to_pem() == plain);
        BOOST_CHECK(key.to_encrypted_pem(passphrase()) != encrypted);
    }
}

BOOST_AUTO_TEST_CASE(a_wrong_passphrase_is_told_from_a_damaged_file) {
    auto const pem = must(PrivateKey::generate(Suite::p256_sha256)).to_encrypted_pem(passphrase());
    CHECK_CODE(PrivateKey::from_encrypted_pem(pem, Secret::from_text("wrong")), "private_key.wrong_passphrase");
    CHECK_CODE(PrivateKey::from_encrypted_pem(pem, Secret()), "private_key.wrong_passphrase");
    CHECK_CODE(PrivateKey::from_encrypted_pem(pem.substr(0, pem.size() / 2), passphrase()), "private_key.malformed");
    CHECK_CODE(PrivateKey::from_encrypted_pem(pem + pem, passphrase()), "private_key.malformed");
    CHECK_CODE(PrivateKey::from_encrypted_pem("", passphrase()), "private_key.malformed");
    auto const garbage = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    CHECK_CODE(PrivateKey::from_encrypted_pem(garbage, passphrase()), "private_key.malformed");
}

BOOST_AUTO_TEST_CASE(what_is_no_plain_key_is_refused) {
    auto const key = must(PrivateKey::generate(Suite::p256_sha256));
    auto const text = to_text(key.to_pem().reveal());
    for (std::string const& pem : {std::string(), std::string("x"), text + text, text + "x", text.substr(0, 40),
                                   key.to_encrypted_pem(passphrase()),
                                   std::string("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")})
        CHECK_CODE(PrivateKey::from_pem(Secret::from_text(pem)), "private_key.malformed");
}

BOOST_AUTO_TEST_CASE(a_key_matches_its_own_certificate_only) {
    auto const ministry = Ministry::create("th-msdhs", Suite::p256_sha256);
    BOOST_CHECK(ministry.signing.key.matches(ministry.signing.certificate));
    BOOST_CHECK(!ministry.signing.key.matches(ministry.tls.certificate));
}

BOOST_AUTO_TEST_CASE(the_openssl_command_reads_our_encrypted_keys_and_we_read_its) {
    CommandDirectory const directory;
    auto const key = must(PrivateKey::generate(Suite::p256_sha256));
    directory.write("ours.pem", key.to_encrypted_pem(Secret::from_text("geheim")));
    BOOST_REQUIRE(directory.openssl("pkey -in ours.pem -passin pass:geheim -out plain.pem"));
    BOOST_CHECK(must(PrivateKey::from_pem(Secret(directory.read("plain.pem")))).to_pem() == key.to_pem());
    BOOST_CHECK(!directory.openssl("pkey -in ours.pem -passin pass:wrong -noout"));
    BOOST_REQUIRE(directory.openssl("pkcs8 -topk8 -scrypt -in plain.pem -out theirs.pem -passout pass:geheim"));
    BOOST_CHECK(must(PrivateKey::from_encrypted_pem(to_text(directory.read("theirs.pem")), Secret::from_text("geheim")))
                    .to_pem() == key.to_pem());
    BOOST_REQUIRE(directory.openssl("pkcs8 -topk8 -v1 PBE-SHA1-3DES -in plain.pem -out old.pem -passout pass:geheim"));
    CHECK_CODE(PrivateKey::from_encrypted_pem(to_text(directory.read("old.pem")), Secret::from_text("geheim")),
               "private_key.malformed");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
