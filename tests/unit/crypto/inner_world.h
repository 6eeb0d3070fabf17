// A message whose inner form is taken apart, damaged, signed again and sealed correctly, and what the receiver says.
#pragma once

#include "tests/support/check_code.h"
#include "tests/support/inner_manipulations.h"
#include "tests/support/ministry.h"

namespace casebridge::test::inner {

struct World {
    Ministry sender;
    Ministry receiver;
    Bytes inner;
    Opener opener;

    explicit World(Suite suite)
        : sender(Ministry::create("th-msdhs", suite)),
          receiver(Ministry::create("kh-mosvy", suite)),
          inner(signed_by(sender)),
          opener(receiver.opener()) {}

    static Bytes signed_by(Ministry const& ministry) {
        auto const bytes =
            must(sign(as_bytes("a case summary"), ContentKind::message, Payload::attached, ministry.signer(), noon()));
        return {bytes.bytes().begin(), bytes.bytes().end()};
    }

    [[nodiscard]] std::string answer(ByteView signed_data, Timestamp now = noon()) const {
        auto const gated = must(gate_outer(seal_raw(signed_data, receiver.encryption.certificate), 1 << 20));
        return code_of(opener.open(gated, sender.pins(), now));
    }
};

inline World const& world(Suite suite) {
    static World const p256(Suite::p256_sha256);
    static World const p384(Suite::p384_sha384);
    return suite == Suite::p256_sha256 ? p256 : p384;
}

inline EVP_MD const* hash(Suite suite) {
    return suite == Suite::p256_sha256 ? EVP_sha256() : EVP_sha384();
}

inline void check(Manipulations const& manipulations) {
    for (auto const suite : {Suite::p256_sha256, Suite::p384_sha384}) {
        auto const& here = world(suite);
        for (auto const& manipulation : manipulations) {
            BOOST_TEST_CONTEXT(to_text(suite) << ": " << manipulation.name) {
                auto const inner = manipulated(here.inner, manipulation, here.sender.signing.key.raw(), hash(suite));
                auto const before = here.opener.key_uses();
                BOOST_CHECK_EQUAL(here.answer(inner), manipulation.code);
                BOOST_CHECK_EQUAL(here.opener.key_uses() - before, 1);
            }
        }
    }
}

inline void check_bytes(char const* name, char const* code, Bytes const& inner) {
    BOOST_TEST_CONTEXT(name) {
        auto const& here = world(Suite::p256_sha256);
        auto const before = here.opener.key_uses();
        BOOST_CHECK_EQUAL(here.answer(inner), code);
        BOOST_CHECK_EQUAL(here.opener.key_uses() - before, 1);
    }
}

}  // namespace casebridge::test::inner
