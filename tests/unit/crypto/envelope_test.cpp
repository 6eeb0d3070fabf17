#include "crypto/envelope.h"

#include "crypto/oids.h"
#include "tests/support/check_code.h"
#include "tests/support/forged_cms.h"
#include "tests/support/ministry.h"

namespace casebridge::test {
namespace envelope {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

struct Two {
    Ministry thailand = Ministry::create("th-msdhs", Suite::p256_sha256);
    Ministry cambodia = Ministry::create("kh-mosvy", Suite::p256_sha256);
    Ministry laos = Ministry::create("la-mlsw", Suite::p384_sha384);

    [[nodiscard]] SignedBytes signed_by(Ministry const& who, Timestamp now = noon()) const {
        return must(sign(as_bytes("payload"), ContentKind::message, Payload::attached, who.signer(), now));
    }
    [[nodiscard]] PinLookup all() const {
        return [this](NodeId const& id) -> PinnedRoot const* {
            for (auto const* one : {&thailand, &cambodia, &laos})
                if (one->node == id) return &one->pin;
            return nullptr;
        };
    }
    [[nodiscard]] static GatedEnvelope gated(ByteView sealed) {
        return must(gate_outer(Bytes(sealed.begin(), sealed.end()), 1 << 22));
    }
};

Bytes copy_of(ByteView view) {
    return {view.begin(), view.end()};
}

}  // namespace
}  // namespace envelope

BOOST_FIXTURE_TEST_SUITE(envelope, Two)

BOOST_AUTO_TEST_CASE(a_sealed_message_is_opened_by_its_recipient_and_names_its_signer) {
    for (auto const* receiver : {&cambodia, &laos}) {
        for (auto const* sender : {&thailand, &laos}) {
            auto const inner = signed_by(*sender, noon() + std::chrono::milliseconds(999));
            auto const sealed = must(seal(inner, receiver->encryption.certificate));
            auto const opener = receiver->opener();
            auto const opened = must(opener.open(gated(sealed.bytes()), all(), noon()));
            BOOST_CHECK_EQUAL(to_text(opened.payload()), "payload");
            BOOST_CHECK_EQUAL(opened.signer_node().text(), sender->node.text());
            BOOST_CHECK(opened.inner_digest() == inner.digest());
            BOOST_CHECK(opened.inner_digest() == sealed.inner_digest());
            BOOST_CHECK_EQUAL(to_rfc3339(opened.signing_time()), "2026-11-23T12:00:00.000Z");
            BOOST_CHECK_EQUAL(opener.key_uses(), 1);
        }
    }
}

BOOST_AUTO_TEST_CASE(payloads_from_nothing_to_a_megabyte_survive) {
    for (std::size_t const size : {0UL, 1UL, 127UL, 128UL, 65536UL, 1UL << 20}) {
        auto const payload = random_bytes(size);
        auto const inner = must(sign(payload, ContentKind::message, Payload::attached, thailand.signer(), noon()));
        auto const sealed = must(seal(inner, cambodia.encryption.certificate));
        auto const opened = must(cambodia.opener().open(gated(sealed.bytes()), all(), noon()));
        BOOST_CHECK(std::ranges::equal(opened.payload(), payload));
    }
}

BOOST_AUTO_TEST_CASE(resealing_changes_the_envelope_and_not_the_inner_digest) {
    auto const inner = signed_by(thailand);
    auto const first = must(seal(inner, cambodia.encryption.certificate));
    auto const second = must(seal(inner, cambodia.encryption.certificate));
    BOOST_CHECK(first.inner_digest() == second.inner_digest());
    BOOST_CHECK(!std::ranges::equal(first.bytes(), second.bytes()));
}

BOOST_AUTO_TEST_CASE(during_rotation_the_old_and_the_new_key_both_open) {
    auto const next = must(issue_leaf(cambodia.node, Role::encryption, cambodia.issuing, Suite::p384_sha384, noon()));
    std::vector<KeyAndCertificate> keys;
    keys.push_back({copy(cambodia.encryption.key), cambodia.encryption.certificate});
    keys.push_back({copy(next.key), next.certificate});
    Opener const opener(std::move(keys));
    auto const inner = signed_by(thailand);
    for (auto const& certificate : {cambodia.encryption.certificate, next.certificate})
        CHECK_ACCEPTED(opener.open(gated(must(seal(inner, certificate)).bytes()), all(), noon()));
    BOOST_CHECK_EQUAL(opener.key_uses(), 2);
}

BOOST_AUTO_TEST_CASE(a_message_for_another_is_refused_without_key_use) {
    auto const sealed = must(seal(signed_by(thailand), cambodia.encryption.certificate));
    auto const opener = laos.opener();
    CHECK_CODE(opener.open(gated(sealed.bytes()), all(), noon()), "envelope.unknown_recipient");
    BOOST_CHECK_EQUAL(opener.key_uses(), 0);
}

BOOST_AUTO_TEST_CASE(a_message_passed_on_by_its_recipient_still_names_the_original_signer) {
    // Cambodia opens a message and seals the very same SignedData for Laos. The cryptography holds; only the payload's
    // `to` tells Laos that it was not meant, which is why the caller compares it with its own node.
    auto const opened = must(cambodia.opener().open(
        gated(must(seal(signed_by(thailand), cambodia.encryption.certificate)).bytes()), all(), noon()));
    auto const passed_on = seal_raw(signed_by(thailand).bytes(), laos.encryption.certificate);
    auto const seen = must(laos.opener().open(gated(passed_on), all(), noon()));
    BOOST_CHECK_EQUAL(seen.signer_node().text(), "th-msdhs");
    BOOST_CHECK_EQUAL(seen.signer_node().text(), opened.signer_node().text());
}

BOOST_AUTO_TEST_CASE(a_payload_signed_again_by_its_recipient_names_the_recipient) {
    auto const stolen =
        must(sign(as_bytes("payload"), ContentKind::message, Payload::attached, cambodia.signer(), noon()));
    auto const opened =
        must(laos.opener().open(gated(must(seal(stolen, laos.encryption.certificate)).bytes()), all(), noon()));
    BOOST_CHECK_EQUAL(opened.signer_node().text(), "kh-mosvy");
}

BOOST_AUTO_TEST_CASE(a_signer_nobody_pinned_is_refused) {
    auto const sealed = must(seal(signed_by(thailand), cambodia.encryption.certificate));
    auto const nobody = [](NodeId const&) -> PinnedRoot const* { return nullptr; };
    auto const opener = cambodia.opener();
    CHECK_CODE(opener.open(gated(sealed.bytes()), nobody, noon()), "envelope.unknown_signer");
    BOOST_CHECK_EQUAL(opener.key_uses(), 1);
}

BOOST_AUTO_TEST_CASE(a_node_of_the_same_name_under_another_root_is_refused) {
    auto const impostor = Ministry::create("th-msdhs", Suite::p256_sha256);
    auto const sealed = must(seal(signed_by(impostor), cambodia.encryption.certificate));
    CHECK_CODE(cambodia.opener().open(gated(sealed.bytes()), all(), noon()), "trust.chain_invalid");
}

BOOST_AUTO_TEST_CASE(a_tls_or_encryption_certificate_does_not_sign_messages) {
    for (auto const* leaf : {&thailand.tls, &thailand.encryption}) {
        auto const inner = sign_raw(as_bytes("payload"), {kOidMessage}, leaf->certificate, leaf->key.raw(),
                                    {thailand.issuing.certificate});
        CHECK_CODE(cambodia.opener().open(gated(seal_raw(inner, cambodia.encryption.certificate)), all(), noon()),
                   "trust.wrong_role");
    }
}

BOOST_AUTO_TEST_CASE(the_chain_is_judged_now_and_not_at_the_signing_time) {
    auto const inner = signed_by(thailand);
    auto const judged = [&](Timestamp at) {
        return verify(inner.bytes(), ContentKind::message, Payload::attached, {}, thailand.pin, at);
    };
    CHECK_ACCEPTED(judged(noon()));
    CHECK_CODE(judged(noon() + kSigningLifetime + hours(1)), "trust.expired");
    CHECK_CODE(judged(noon() - hours(1)), "trust.not_yet_valid");
}

BOOST_AUTO_TEST_CASE(a_revoked_signer_is_refused_also_when_opening) {
    auto const sealed = must(seal(signed_by(thailand), cambodia.encryption.certificate));
    auto const with = [&](std::vector<Bytes> crls) {
        return cambodia.opener().open(gated(sealed.bytes()), all(), noon(), [&](NodeId const&) { return crls; });
    };
    CHECK_ACCEPTED(with({}));
    CHECK_ACCEPTED(with(crls_of(thailand, noon())));
    CHECK_CODE(with(crls_of(thailand, noon(), {thailand.signing.certificate})), "trust.revoked");
}

BOOST_AUTO_TEST_CASE(a_changed_ciphertext_or_tag_costs_one_key_use_and_yields_nothing) {
    auto const sealed = must(seal(signed_by(thailand), cambodia.encryption.certificate));
    auto const opener = cambodia.opener();
    for (std::size_t const from_end : {1UL, 16UL, 19UL, 400UL}) {
        auto bytes = copy_of(sealed.bytes());
        bytes[bytes.size() - from_end] ^= 0x80;
        auto const before = opener.key_uses();
        CHECK_CODE(opener.open(gated(bytes), all(), noon()), "envelope.decryption_failed");
        BOOST_CHECK_EQUAL(opener.key_uses() - before, 1);
    }
}

BOOST_AUTO_TEST_CASE(the_mirrored_ephemeral_point_opens_the_same_inner_message) {
    // ECDH uses the x coordinate alone, so (x, -y) is another envelope around the same SignedData. This is why a
    // message is recognised by its inner digest and never by the bytes of its envelope.
    auto const sealed = must(seal(signed_by(thailand), cambodia.encryption.certificate));
    auto root = DerNode::parse(sealed.bytes());
    auto& point = root.at({1, 0, 1, 0, 1, 0, 1}).content;
    openssl::EcGroup const group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
    openssl::EcPoint const mirrored(EC_POINT_new(group.get()));
    BOOST_REQUIRE_EQUAL(EC_POINT_oct2point(group.get(), mirrored.get(), &point[1], point.size() - 1, nullptr), 1);
    BOOST_REQUIRE_EQUAL(EC_POINT_invert(group.get(), mirrored.get(), nullptr), 1);
    EC_POINT_point2oct(group.get(), mirrored.get(), POINT_CONVERSION_UNCOMPRESSED, &point[1], point.size() - 1,
                       nullptr);
    auto const opened = must(cambodia.opener().open(gated(root.encode()), all(), noon()));
    BOOST_CHECK(opened.inner_digest() == sealed.inner_digest());
}

BOOST_AUTO_TEST_CASE(sealing_to_a_certificate_without_key_agreement_or_on_another_curve_is_refused) {
    auto const inner = signed_by(thailand);
    CHECK_CODE(seal(inner, cambodia.signing.certificate), "envelope.recipient_unusable");
    CHECK_CODE(seal(inner, cambodia.root.certificate), "envelope.recipient_unusable");
    openssl::Key const p521(EVP_EC_gen("P-521"));
    Forgery forgery;
    forgery.usage = "critical,keyAgreement";
    CHECK_CODE(seal(inner, forge(forgery, p521.get(), nullptr, nullptr)), "envelope.recipient_unusable");
    openssl::Key const p256(EVP_EC_gen("P-256"));
    forgery.usage = "";
    CHECK_CODE(seal(inner, forge(forgery, p256.get(), nullptr, nullptr)), "envelope.recipient_unusable");
}

BOOST_AUTO_TEST_CASE(signing_with_a_key_that_is_not_the_certificates_fails) {
    Signer const mixed{copy(thailand.tls.key), thailand.chain(thailand.signing)};
    CHECK_CODE(sign(as_bytes("x"), ContentKind::message, Payload::attached, mixed, noon()), "envelope.sign_failed");
    Signer const empty{copy(thailand.signing.key), {}};
    CHECK_CODE(sign(as_bytes("x"), ContentKind::message, Payload::attached, empty, noon()), "envelope.sign_failed");
}

BOOST_AUTO_TEST_CASE(a_receipt_is_verified_as_a_receipt_only) {
    auto const receipt = must(sign(as_bytes("ok"), ContentKind::receipt, Payload::attached, cambodia.signer(), noon()));
    auto const content =
        must(verify(receipt.bytes(), ContentKind::receipt, Payload::attached, {}, cambodia.pin, noon()));
    BOOST_CHECK_EQUAL(to_text(content.payload), "ok");
    BOOST_CHECK(content.digest == receipt.digest());
    BOOST_CHECK(content.signer == cambodia.signing.certificate);
    CHECK_CODE(verify(receipt.bytes(), ContentKind::message, Payload::attached, {}, cambodia.pin, noon()),
               "gate.inner_content_kind");
    CHECK_CODE(verify(receipt.bytes(), ContentKind::receipt, Payload::attached, {}, thailand.pin, noon()),
               "trust.wrong_node");
}

BOOST_AUTO_TEST_CASE(a_detached_signature_covers_exactly_its_content) {
    auto const agreement = to_bytes("parties: [th-msdhs, kh-mosvy]\n");
    auto const signature = must(sign(agreement, ContentKind::agreement, Payload::detached, thailand.signer(), noon()));
    auto const checked = [&](ByteView content) {
        return verify(signature.bytes(), ContentKind::agreement, Payload::detached, content, thailand.pin, noon());
    };
    BOOST_CHECK(must(checked(agreement)).payload == agreement);
    CHECK_CODE(checked(as_bytes("parties: [th-msdhs, kh-mosvy]")), "envelope.bad_signature");
    CHECK_CODE(checked({}), "envelope.bad_signature");
}

BOOST_AUTO_TEST_CASE(an_agreement_signature_outlives_its_certificate) {
    auto const agreement = to_bytes("text");
    auto const signature = must(sign(agreement, ContentKind::agreement, Payload::detached, thailand.signer(), noon()));
    auto const later = noon() + hours(24 * 365 * 3);
    CHECK_CODE(verify(signature.bytes(), ContentKind::agreement, Payload::detached, agreement, thailand.pin, later),
               "trust.expired");
    CHECK_ACCEPTED(verify_agreement_signature(signature.bytes(), agreement, thailand.pin, later));
    CHECK_CODE(verify_agreement_signature(signature.bytes(), as_bytes("other"), thailand.pin, later),
               "envelope.bad_signature");
    CHECK_CODE(verify_agreement_signature(signature.bytes(), agreement, cambodia.pin, later), "trust.wrong_node");
}

BOOST_AUTO_TEST_CASE(an_agreement_signed_in_the_future_or_outside_the_certificate_is_refused) {
    auto const signed_at = [&](Timestamp at) {
        auto const signature =
            must(sign(as_bytes("text"), ContentKind::agreement, Payload::detached, thailand.signer(), at));
        return verify_agreement_signature(signature.bytes(), as_bytes("text"), thailand.pin, noon());
    };
    CHECK_ACCEPTED(signed_at(noon() + minutes(5)));
    CHECK_CODE(signed_at(noon() + minutes(6)), "envelope.signed_in_future");
    CHECK_CODE(signed_at(noon() - hours(1)), "trust.not_yet_valid");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
