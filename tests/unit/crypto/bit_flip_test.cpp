// No single changed byte gets through: XOR 0x01 at every offset, and every other value in everything before the
// ciphertext. Nor does one cost more than one use of the private key.
#include "tests/support/check_code.h"
#include "tests/support/der_edit.h"
#include "tests/support/ministry.h"

#include <set>

namespace casebridge::test {
BOOST_AUTO_TEST_SUITE(bit_flips)

namespace {

#ifdef CASEBRIDGE_SANITIZED
constexpr unsigned kStepP384 = 17;  // P-384 takes ten times as long, and sanitizers more
#else
constexpr unsigned kStepP384 = 1;
#endif

struct Attempts {
    explicit Attempts(Suite suite)
        : sender(Ministry::create("th-msdhs", suite)),
          receiver(Ministry::create("kh-mosvy", suite)),
          opener(receiver.opener()) {
        auto const inner =
            must(sign(as_bytes("a case summary"), ContentKind::message, Payload::attached, sender.signer(), noon()));
        auto const envelope = must(seal(inner, receiver.encryption.certificate));
        sealed.assign(envelope.bytes().begin(), envelope.bytes().end());
    }

    /// Everything before the octets of encryptedContent.
    [[nodiscard]] std::size_t header_size() const {
        auto root = DerNode::parse(sealed);
        return sealed.size() - root.at({1, 0, 3}).encode().size() - root.at({1, 0, 2, 2}).content.size();
    }

    void try_with(std::size_t offset, std::uint8_t value) {
        Bytes changed = sealed;
        changed[offset] = value;
        auto const before = opener.key_uses();
        auto gated = gate_outer(std::move(changed), 1 << 20);
        auto const code = gated ? code_of(opener.open(*gated, sender.pins(), noon())) : code_of(gated);
        auto const uses = opener.key_uses() - before;
        ++tried;
        codes.insert(code);
        if (code == "(accepted)") ++accepted;
        if (uses > 1 || (uses == 1) != (code == "envelope.decryption_failed")) ++wrong_key_use;
    }

    void expect_none_accepted() const {
        BOOST_TEST_MESSAGE(tried << " tried, " << accepted << " accepted, " << codes.size() << " different codes");
        BOOST_CHECK_EQUAL(accepted, 0);
        BOOST_CHECK_EQUAL(wrong_key_use, 0);
    }

    Ministry sender;
    Ministry receiver;
    Opener opener;
    Bytes sealed;
    std::set<std::string> codes;
    std::size_t tried = 0;
    std::size_t accepted = 0;
    std::size_t wrong_key_use = 0;
};

void flip_every_offset(Suite suite) {
    Attempts attempts(suite);
    for (std::size_t offset = 0; offset < attempts.sealed.size(); ++offset)
        attempts.try_with(offset, attempts.sealed[offset] ^ 0x01);
    BOOST_CHECK_EQUAL(attempts.tried, attempts.sealed.size());
    attempts.expect_none_accepted();
}

void try_every_header_value(Suite suite, unsigned step) {
    Attempts attempts(suite);
    auto const size = attempts.header_size();
    BOOST_CHECK_GT(size, 250U);
    for (std::size_t offset = 0; offset < size; ++offset)
        for (unsigned change = 1; change < 256; change += step)
            attempts.try_with(offset, static_cast<std::uint8_t>(attempts.sealed[offset] ^ change));
    attempts.expect_none_accepted();
}

}  // namespace

BOOST_AUTO_TEST_CASE(one_flipped_bit_at_any_offset_of_a_p256_message_is_refused) {
    flip_every_offset(Suite::p256_sha256);
}
BOOST_AUTO_TEST_CASE(one_flipped_bit_at_any_offset_of_a_p384_message_is_refused) {
    flip_every_offset(Suite::p384_sha384);
}
BOOST_AUTO_TEST_CASE(every_other_value_of_any_byte_in_the_headers_of_a_p256_message_is_refused) {
    try_every_header_value(Suite::p256_sha256, 1);
}
BOOST_AUTO_TEST_CASE(every_other_value_of_any_byte_in_the_headers_of_a_p384_message_is_refused) {
    try_every_header_value(Suite::p384_sha384, kStepP384);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
