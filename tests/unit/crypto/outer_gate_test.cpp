// The outer form as a whole: encodings, tags, sizes, what other software makes, and the sweep over every element.
#include "tests/unit/crypto/outer_world.h"

namespace casebridge::test::outer {
BOOST_AUTO_TEST_SUITE(outer_gate)

namespace {

/// A message of the same content made otherwise by OpenSSL itself.
void check_genuine(char const* name, char const* code, EVP_CIPHER const* cipher,
                   std::function<void(CMS_ContentInfo*)> const& add_recipients) {
    BOOST_TEST_CONTEXT(name) {
        auto const& here = world(Suite::p256_sha256);
        auto const before = here.opener.key_uses();
        BOOST_CHECK_EQUAL(here.answer(encrypt_raw(here.inner.bytes(), cipher, add_recipients)), code);
        BOOST_CHECK_EQUAL(here.opener.key_uses() - before, 0);
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_untouched_message_is_opened_with_one_key_use) {
    for (auto const suite : {Suite::p256_sha256, Suite::p384_sha384}) {
        auto const& here = world(suite);
        auto const before = here.opener.key_uses();
        BOOST_CHECK_EQUAL(here.answer(DerNode::parse(here.sealed).encode()), "(accepted)");
        BOOST_CHECK_EQUAL(here.opener.key_uses() - before, 1);
    }
}

BOOST_AUTO_TEST_CASE(a_shortened_tag_is_refused_whether_or_not_its_length_is_declared) {
    check(of_tag());
}

BOOST_AUTO_TEST_CASE(an_encoding_that_is_not_der_is_refused) {
    check(of_encoding());
}

BOOST_AUTO_TEST_CASE(bytes_before_or_after_are_refused) {
    auto const& here = world(Suite::p256_sha256);
    auto const before = here.opener.key_uses();
    for (std::size_t size = 0; size < here.sealed.size(); ++size)
        BOOST_CHECK_EQUAL(
            here.answer(Bytes(here.sealed.begin(), here.sealed.begin() + static_cast<std::ptrdiff_t>(size))),
            size == 0 ? "gate.outer_structure" : "gate.outer_truncated");
    auto longer = here.sealed;
    longer.push_back(0);
    BOOST_CHECK_EQUAL(here.answer(longer), "gate.outer_trailing_bytes");
    longer.insert(longer.end(), here.sealed.begin(), here.sealed.end());
    BOOST_CHECK_EQUAL(here.answer(longer), "gate.outer_trailing_bytes");
    auto shifted = here.sealed;
    shifted.insert(shifted.begin(), 0);
    BOOST_CHECK_EQUAL(here.answer(shifted), "gate.outer_structure");
    BOOST_CHECK_EQUAL(here.opener.key_uses() - before, 0);
}

BOOST_AUTO_TEST_CASE(a_message_over_the_size_limit_is_refused_before_it_is_read) {
    auto const& here = world(Suite::p256_sha256);
    CHECK_CODE(gate_outer(here.sealed, here.sealed.size() - 1), "gate.outer_too_large");
    CHECK_ACCEPTED(gate_outer(here.sealed, here.sealed.size()));
}

BOOST_AUTO_TEST_CASE(other_messages_that_openssl_makes_are_refused) {
    auto const& certificate = world(Suite::p256_sha256).receiver.encryption.certificate;
    auto const& other = world(Suite::p256_sha256).sender.encryption.certificate;
    auto const* gcm = EVP_aes_256_gcm();
    auto const ours = [&](CMS_ContentInfo* cms) { add_recipient(cms, certificate, EVP_sha256()); };
    check_genuine("AES-256-CBC", "gate.outer_not_authenticated", EVP_aes_256_cbc(), ours);
    check_genuine("AES-128-GCM", "gate.outer_key_wrap", EVP_aes_128_gcm(), ours);
    check_genuine("the default KDF", "gate.outer_kdf", gcm,
                  [&](CMS_ContentInfo* cms) { add_recipient(cms, certificate, nullptr); });
    check_genuine("a recipient by key identifier", "gate.outer_recipient_key_id", gcm,
                  [&](CMS_ContentInfo* cms) { add_recipient(cms, certificate, EVP_sha256(), CMS_USE_KEYID); });
    check_genuine("two recipients", "gate.outer_recipient_count", gcm, [&](CMS_ContentInfo* cms) {
        add_recipient(cms, certificate, EVP_sha256());
        add_recipient(cms, other, EVP_sha256());
    });
    check_genuine("a shared key", "gate.outer_recipient_type", gcm, [](CMS_ContentInfo* cms) {
        Bytes id(8, 1);
        auto* key = static_cast<unsigned char*>(OPENSSL_zalloc(32));
        auto* name = static_cast<unsigned char*>(OPENSSL_memdup(id.data(), id.size()));
        openssl::require(
            CMS_add0_recipient_key(cms, NID_undef, key, 32, name, id.size(), nullptr, nullptr, nullptr) != nullptr,
            "KEK recipient");
    });
    check_genuine("RSA key transport", "gate.outer_recipient_type", gcm, [](CMS_ContentInfo* cms) {
        openssl::Key const rsa(openssl::require(EVP_RSA_gen(2048), "RSA"));
        Forgery forgery;
        forgery.usage = "critical,keyEncipherment";
        auto const transport = forge(forgery, rsa.get(), nullptr, nullptr);
        openssl::require(CMS_add1_recipient_cert(cms, transport.raw(), 0) != nullptr, "RSA recipient");
    });
    check_genuine("a password", "gate.outer_not_authenticated", EVP_aes_256_cbc(), [](CMS_ContentInfo* cms) {
        auto* password = reinterpret_cast<unsigned char*>(OPENSSL_strdup("secret"));
        openssl::require(CMS_add0_recipient_password(cms, -1, NID_undef, NID_undef, password, 6, nullptr) != nullptr,
                         "password recipient");
    });
}

BOOST_AUTO_TEST_CASE(a_password_recipient_grafted_onto_a_message_is_refused) {
    check({{"a password", "gate.outer_recipient_type", [](DerNode& root) { recipient(root).tag = 0xa3; }},
           {"a shared key", "gate.outer_recipient_type", [](DerNode& root) { recipient(root).tag = 0xa2; }},
           {"key transport", "gate.outer_recipient_type", [](DerNode& root) { recipient(root).tag = 0x30; }}});
}

BOOST_AUTO_TEST_CASE(no_element_can_be_removed_doubled_emptied_or_given_another_tag) {
    for (auto const suite : {Suite::p256_sha256, Suite::p384_sha384}) {
        auto const& here = world(suite);
        auto const before = here.opener.key_uses();
        std::size_t tried = 0;
        for (auto const damage : kAllDamage) {
            for (auto const& message : damaged(DerNode::parse(here.sealed), damage)) {
                auto const code = here.answer(message.encode());
                // Within the recipient's name every form is admitted, but it is nobody's name any more.
                BOOST_CHECK_MESSAGE(code.starts_with("gate.outer_") || code == "envelope.unknown_recipient", code);
                ++tried;
            }
        }
        BOOST_CHECK_GT(tried, 150U);
        BOOST_CHECK_EQUAL(here.opener.key_uses() - before, 0);
    }
}

BOOST_AUTO_TEST_CASE(a_message_of_one_suite_does_not_pass_as_the_other) {
    check({{"the other suite's KDF", "gate.outer_kdf", [](DerNode& root) {
                auto& kdf = recipient(root).at({2, 0}).content.back();
                kdf = kdf == 1 ? 2 : 1;
            }}});
    // The ephemeral key and the KDF of P-384, but named for the P-256 key.
    auto const& p256 = world(Suite::p256_sha256);
    auto const& p384 = world(Suite::p384_sha384);
    auto root = DerNode::parse(p384.sealed);
    auto named = DerNode::parse(p256.sealed);
    recipient_key(root).at({0}) = recipient_key(named).at({0});
    auto const before = p256.opener.key_uses();
    BOOST_CHECK_EQUAL(p256.answer(root.encode()), "envelope.suite_mismatch");
    BOOST_CHECK_EQUAL(p256.opener.key_uses() - before, 0);
}

BOOST_AUTO_TEST_CASE(a_ciphertext_signed_by_someone_else_is_no_message) {
    auto const& here = world(Suite::p256_sha256);
    auto const thief = Ministry::create("la-mlsw", Suite::p256_sha256);
    auto const resigned = must(sign(here.sealed, ContentKind::message, Payload::attached, thief.signer(), noon()));
    auto const before = here.opener.key_uses();
    BOOST_CHECK_EQUAL(here.answer(Bytes(resigned.bytes().begin(), resigned.bytes().end())), "gate.outer_content_type");
    BOOST_CHECK_EQUAL(here.opener.key_uses() - before, 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test::outer
