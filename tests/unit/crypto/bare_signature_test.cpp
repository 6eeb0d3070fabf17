// A signature whose content was taken out: it shows who signed, and nothing of what.
#include "crypto/envelope.h"
#include "tests/support/check_code.h"
#include "tests/support/ministry.h"

#include <algorithm>

namespace casebridge::test {
namespace bare_signatures {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

struct Bare {
    Ministry thailand = Ministry::create("th-msdhs", Suite::p256_sha256);
    Ministry laos = Ministry::create("la-mlsw", Suite::p384_sha384);

    [[nodiscard]] static SignedBytes message_of(Ministry const& who, Timestamp at = noon()) {
        return must(sign(as_bytes("payload"), ContentKind::message, Payload::attached, who.signer(), at));
    }
    [[nodiscard]] static Bytes bare_of(Ministry const& who) {
        return must(bare_signature(message_of(who).bytes(), ContentKind::message));
    }
};

}  // namespace
}  // namespace bare_signatures

BOOST_FIXTURE_TEST_SUITE(bare_signatures, Bare)

BOOST_AUTO_TEST_CASE(it_names_the_signer_and_the_digest_and_does_not_hold_the_content) {
    for (auto const* who : {&thailand, &laos}) {
        auto const message = message_of(*who);
        auto const bare = must(bare_signature(message.bytes(), ContentKind::message));
        BOOST_CHECK(to_text(message.bytes()).find("payload") != std::string::npos);
        BOOST_CHECK(to_text(bare).find("payload") == std::string::npos);
        auto const verified = must(verify_bare_signature(bare, ContentKind::message, who->pin, noon()));
        BOOST_CHECK(verified.signer == who->signing.certificate);
        BOOST_CHECK(verified.signing_time == noon());
        BOOST_CHECK_EQUAL(verified.content_digest.size(), who == &thailand ? 32U : 48U);
        BOOST_CHECK(must(claimed_content_digest(message.bytes(), ContentKind::message, Payload::attached)) ==
                    verified.content_digest);
        BOOST_CHECK(must(claimed_content_digest(bare, ContentKind::message, Payload::detached)) ==
                    verified.content_digest);
    }
    auto const digest = must(verify_bare_signature(bare_of(thailand), ContentKind::message, thailand.pin, noon()));
    BOOST_CHECK_EQUAL(to_hex(digest.content_digest), sha256(as_bytes("payload")).hex());
}

BOOST_AUTO_TEST_CASE(it_verifies_as_detached_over_the_content_and_over_no_other) {
    auto const bare = bare_of(thailand);
    auto const over = [&](std::string_view content) {
        return verify(bare, ContentKind::message, Payload::detached, as_bytes(content), thailand.pin, noon());
    };
    CHECK_ACCEPTED(over("payload"));
    CHECK_CODE(over("Payload"), "envelope.bad_signature");
}

BOOST_AUTO_TEST_CASE(whoever_opens_a_message_can_keep_it) {
    auto const message = message_of(laos);
    auto const sealed = must(seal(message, thailand.encryption.certificate));
    auto const gated = must(gate_outer(Bytes(sealed.bytes().begin(), sealed.bytes().end()), 1 << 20));
    auto const opened = must(thailand.opener().open(gated, laos.pins(), noon()));
    BOOST_CHECK(opened.bare_signature() == must(bare_signature(message.bytes(), ContentKind::message)));
}

BOOST_AUTO_TEST_CASE(it_outlives_its_certificate_but_is_not_signed_in_the_future_or_before) {
    auto const bare = bare_of(thailand);
    CHECK_ACCEPTED(verify_bare_signature(bare, ContentKind::message, thailand.pin, noon() + hours(24 * 365 * 3)));
    CHECK_ACCEPTED(verify_bare_signature(bare, ContentKind::message, thailand.pin, noon() - minutes(5)));
    CHECK_CODE(verify_bare_signature(bare, ContentKind::message, thailand.pin, noon() - minutes(6)),
               "envelope.signed_in_future");
    auto const early = must(bare_signature(message_of(thailand, noon() - hours(1)).bytes(), ContentKind::message));
    CHECK_CODE(verify_bare_signature(early, ContentKind::message, thailand.pin, noon()), "trust.not_yet_valid");
}

BOOST_AUTO_TEST_CASE(another_root_another_kind_and_a_whole_message_are_refused) {
    auto const bare = bare_of(thailand);
    CHECK_CODE(verify_bare_signature(bare, ContentKind::message, laos.pin, noon()), "trust.wrong_node");
    CHECK_CODE(verify_bare_signature(bare, ContentKind::receipt, thailand.pin, noon()), "gate.inner_content_kind");
    CHECK_CODE(verify_bare_signature(message_of(thailand).bytes(), ContentKind::message, thailand.pin, noon()),
               "gate.inner_content_present");
    CHECK_CODE(bare_signature(bare, ContentKind::message), "gate.inner_content_missing");
}

BOOST_AUTO_TEST_CASE(no_byte_of_it_can_be_altered_but_where_nothing_is_said) {
    auto const bare = bare_of(thailand);
    // Of a certificate that is not the signer's, what the root signed is judged with the chain: all of it counts here.
    for (std::size_t i = 0; i < bare.size(); ++i) {
        auto altered = bare;
        altered[i] ^= 0x01;
        auto const verified = verify_bare_signature(altered, ContentKind::message, thailand.pin, noon());
        BOOST_CHECK_MESSAGE(!verified, "altered at byte " << i);
    }
}

BOOST_AUTO_TEST_CASE(a_receipt_is_verified_at_the_time_it_was_signed) {
    auto const receipt = must(sign(as_bytes("ok"), ContentKind::receipt, Payload::attached, laos.signer(), noon()));
    auto const later = noon() + hours(24 * 365 * 3);
    CHECK_CODE(verify(receipt.bytes(), ContentKind::receipt, Payload::attached, {}, laos.pin, later), "trust.expired");
    auto const content =
        must(verify_as_signed(receipt.bytes(), ContentKind::receipt, Payload::attached, {}, laos.pin, later));
    BOOST_CHECK_EQUAL(to_text(content.payload), "ok");
    CHECK_CODE(
        verify_as_signed(receipt.bytes(), ContentKind::receipt, Payload::attached, {}, laos.pin, noon() - minutes(6)),
        "envelope.signed_in_future");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
