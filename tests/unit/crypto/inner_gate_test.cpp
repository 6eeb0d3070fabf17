// The inner form as a whole: encodings, what other software signs, and the sweep over every element.
#include "crypto/signed_form.h"
#include "tests/unit/crypto/inner_world.h"

namespace casebridge::test::inner {

BOOST_AUTO_TEST_SUITE(inner_gate)

BOOST_AUTO_TEST_CASE(what_is_only_taken_apart_and_signed_again_is_accepted) {
    check({{"signed again", "(accepted)", Then::sort_and_sign_again, [](DerNode&) {}}});
}

BOOST_AUTO_TEST_CASE(an_inner_encoding_that_is_not_der_is_refused) {
    auto const& inner = world(Suite::p256_sha256).inner;
    auto root = DerNode::parse(inner);
    auto indefinite = root;
    indefinite.raw_header = {0x30, 0x80};
    indefinite.trailer = {0, 0};
    check_bytes("indefinite length", "gate.inner_indefinite_length", indefinite.encode());
    auto padded = root;
    auto const size = root.body().size();
    padded.raw_header = {0x30, 0x83, 0, static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size & 0xff)};
    check_bytes("a length with a leading zero", "gate.inner_length_not_minimal", padded.encode());
    check_bytes("truncated", "gate.inner_truncated", Bytes(inner.begin(), inner.end() - 1));
    auto longer = inner;
    longer.push_back(0);
    check_bytes("trailing bytes", "gate.inner_trailing_bytes", longer);
    check_bytes("no CMS at all", "gate.inner_structure", to_bytes("{\"version\":1}"));
}

BOOST_AUTO_TEST_CASE(only_the_certificates_are_left_out_for_the_verification) {
    for (auto const suite : {Suite::p256_sha256, Suite::p384_sha384}) {
        auto const& sender = world(suite).sender;
        // Around every length whose encoding has one octet more.
        for (std::size_t const size : {0U, 1U, 100U, 127U, 128U, 255U, 256U, 60'000U, 65'535U, 65'536U, 300'000U}) {
            auto const inner =
                must(sign(Bytes(size, 'x'), ContentKind::message, Payload::attached, sender.signer(), noon()));
            auto const form = must(read_signed_form(inner.bytes(), ContentKind::message, Payload::attached));
            auto expected = DerNode::parse(inner.bytes());
            auto& fields = data(expected).children;
            fields.erase(fields.begin() + 3);
            BOOST_TEST(std::ranges::equal(without_certificates(form).reveal(), expected.encode()));
        }
    }
}

BOOST_AUTO_TEST_CASE(other_signatures_that_openssl_makes_and_verifies_are_refused) {
    auto const& sender = world(Suite::p256_sha256).sender;
    auto const& leaf = sender.signing.certificate;
    EVP_PKEY* const key = sender.signing.key.raw();
    auto const made = [&](SigningChoice const& choice) {
        return sign_raw(as_bytes("text"), choice, leaf, key, {sender.issuing.certificate});
    };
    check_bytes("as we sign", "(accepted)", made({kOidMessage}));
    check_bytes("SHA-1", "gate.inner_digest_algorithm", made({kOidMessage, EVP_sha1()}));
    check_bytes("SHA-512", "gate.inner_digest_algorithm", made({kOidMessage, EVP_sha512()}));
    check_bytes("P-256 with SHA-384", "envelope.suite_mismatch", made({kOidMessage, EVP_sha384()}));
    check_bytes("plain data, version 1", "gate.inner_version", made({"1.2.840.113549.1.7.1"}));
    check_bytes("a foreign content type", "gate.inner_content_kind", made({"1.2.3.4.5"}));
    check_bytes("a receipt", "gate.inner_content_kind", made({kOidReceipt}));
    check_bytes("detached", "gate.inner_content_missing",
                made({kOidMessage, nullptr, CMS_CADES | CMS_NOSMIMECAP, true}));
    check_bytes("without signing certificate", "gate.inner_attribute_missing",
                made({kOidMessage, nullptr, CMS_NOSMIMECAP}));
    check_bytes("with S/MIME capabilities", "gate.inner_attribute_unknown", made({kOidMessage, nullptr, CMS_CADES}));
    check_bytes("without signed attributes", "gate.inner_no_signed_attributes",
                made({kOidMessage, nullptr, CMS_NOATTR}));
    check_bytes("signer by key identifier", "gate.inner_signer_version",
                made({kOidMessage, nullptr, CMS_CADES | CMS_NOSMIMECAP | CMS_USE_KEYID}));
}

BOOST_AUTO_TEST_CASE(an_rsa_signature_is_refused_whatever_its_hash) {
    auto const& sender = world(Suite::p256_sha256).sender;
    openssl::Key const rsa(openssl::require(EVP_RSA_gen(3072), "RSA"));
    Forgery forgery;
    forgery.extended_usage = usage_text(Role::signing);
    auto const leaf = forge(forgery, rsa.get(), &sender.issuing.certificate, sender.issuing.key.raw());
    auto const made = [&](EVP_MD const* md) {
        return sign_raw(as_bytes("text"), {kOidMessage, md}, leaf, rsa.get(), {sender.issuing.certificate});
    };
    check_bytes("MD5", "gate.inner_digest_algorithm", made(EVP_md5()));
    check_bytes("SHA-1", "gate.inner_digest_algorithm", made(EVP_sha1()));
    check_bytes("SHA-256", "gate.inner_signature_algorithm", made(EVP_sha256()));
}

BOOST_AUTO_TEST_CASE(two_trusted_signers_are_refused) {
    auto const& sender = world(Suite::p256_sha256).sender;
    auto const second = must(issue_leaf(sender.node, Role::signing, sender.issuing, sender.suite, noon()));
    auto root = DerNode::parse(world(Suite::p256_sha256).inner);
    auto other = DerNode::parse(sign_raw(as_bytes("a case summary"), {kOidMessage}, second.certificate,
                                         second.key.raw(), {sender.issuing.certificate}));
    signers(root).children.push_back(signer(other));
    for (auto const& certificate : certificates(other).children) certificates(root).children.push_back(certificate);
    sort(signers(root));
    sort(certificates(root));
    auto& all = certificates(root).children;
    all.erase(
        std::unique(all.begin(), all.end(), [](auto const& a, auto const& b) { return a.encode() == b.encode(); }),
        all.end());
    check_bytes("two signers", "gate.inner_signer_count", root.encode());
}

BOOST_AUTO_TEST_CASE(the_enclosed_root_makes_no_difference) {
    auto const& sender = world(Suite::p256_sha256).sender;
    check_bytes("leaf, issuing authority and root", "(accepted)",
                sign_raw(as_bytes("text"), {kOidMessage}, sender.signing.certificate, sender.signing.key.raw(),
                         {sender.issuing.certificate, sender.root.certificate}));
}

BOOST_AUTO_TEST_CASE(no_element_can_be_removed_doubled_emptied_or_given_another_tag) {
    auto const& here = world(Suite::p256_sha256);
    std::size_t tried = 0;
    for (auto const damage : kAllDamage) {
        for (auto& message : damaged(DerNode::parse(here.inner), damage)) {
            try {
                // A damaged signature stays as it is; everything else is signed again.
                auto original = DerNode::parse(here.inner);
                if (signer(message).at({5}).content == signer(original).at({5}).content)
                    resign(message, here.sender.signing.key.raw(), EVP_sha256());
            } catch (std::out_of_range const&) {  // nothing left to sign
            }
            auto const before = here.opener.key_uses();
            auto const code = here.answer(message.encode());
            BOOST_CHECK_MESSAGE(code.starts_with("gate.inner_") || code.starts_with("envelope.") ||
                                    code.starts_with("trust.") || code == "certificate.malformed",
                                code);
            BOOST_CHECK_EQUAL(here.opener.key_uses() - before, 1);
            ++tried;
        }
    }
    BOOST_CHECK_GT(tried, 500U);
}

BOOST_AUTO_TEST_CASE(a_signer_certificate_of_another_node_s_name_is_refused) {
    auto const& sender = world(Suite::p256_sha256).sender;
    Forgery forgery;
    forgery.extended_usage = usage_text(Role::signing);
    EVP_PKEY* const key = sender.signing.key.raw();
    auto const made = [&](char const* names) {
        forgery.names = names;
        auto const leaf = forge(forgery, key, &sender.issuing.certificate, sender.issuing.key.raw());
        return sign_raw(as_bytes("text"), {kOidMessage}, leaf, key, {sender.issuing.certificate});
    };
    check_bytes("only a URI", "trust.wrong_node", made("URI:casebridge://th-msdhs/"));
    check_bytes("a node nobody pinned", "envelope.unknown_signer",
                made("DNS:la-mlsw.casebridge.internal,URI:casebridge://la-mlsw/"));
    check_bytes("the node itself", "(accepted)", made("DNS:th-msdhs.casebridge.internal,URI:casebridge://th-msdhs/"));
}

BOOST_AUTO_TEST_CASE(an_agreement_signature_must_be_detached) {
    auto const& sender = world(Suite::p256_sha256).sender;
    auto const attached =
        must(sign(as_bytes("text"), ContentKind::agreement, Payload::attached, sender.signer(), noon()));
    CHECK_CODE(gate_inner(attached.bytes(), ContentKind::agreement, Payload::detached), "gate.inner_content_present");
    CHECK_ACCEPTED(gate_inner(attached.bytes(), ContentKind::agreement, Payload::attached));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test::inner
