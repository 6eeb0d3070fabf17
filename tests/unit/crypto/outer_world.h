// A message whose outer form is taken apart and damaged, and what the receiver says.
#pragma once

#include "tests/support/check_code.h"
#include "tests/support/ministry.h"
#include "tests/support/outer_manipulations.h"

namespace casebridge::test::outer {

inline constexpr std::size_t kLimit = 1 << 20;

struct World {
    Ministry sender;
    Ministry receiver;
    SignedBytes inner;
    Bytes sealed;
    Opener opener;

    explicit World(Suite suite)
        : sender(Ministry::create("th-msdhs", suite)),
          receiver(Ministry::create("kh-mosvy", suite)),
          inner(
              must(sign(as_bytes("a case summary"), ContentKind::message, Payload::attached, sender.signer(), noon()))),
          sealed(bytes_of(must(seal(inner, receiver.encryption.certificate)))),
          opener(receiver.opener()) {}

    static Bytes bytes_of(SealedEnvelope const& envelope) { return {envelope.bytes().begin(), envelope.bytes().end()}; }

    /// What the receiver says to these bytes.
    [[nodiscard]] std::string answer(Bytes bytes) const {
        auto const gated = gate_outer(std::move(bytes), kLimit);
        if (!gated) return std::string(gated.error().code);
        return code_of(opener.open(*gated, sender.pins(), noon()));
    }
};

inline World const& world(Suite suite) {
    static World const p256(Suite::p256_sha256);
    static World const p384(Suite::p384_sha384);
    return suite == Suite::p256_sha256 ? p256 : p384;
}

inline void check(Manipulations const& manipulations) {
    for (auto const suite : {Suite::p256_sha256, Suite::p384_sha384}) {
        auto const& here = world(suite);
        auto const before = here.opener.key_uses();
        for (auto const& manipulation : manipulations) {
            BOOST_TEST_CONTEXT(to_text(suite) << ": " << manipulation.name) {
                auto root = DerNode::parse(here.sealed);
                manipulation.edit(root);
                BOOST_CHECK_EQUAL(here.answer(root.encode()), manipulation.code);
            }
        }
        BOOST_CHECK_EQUAL(here.opener.key_uses() - before, 0);
    }
}

}  // namespace casebridge::test::outer
