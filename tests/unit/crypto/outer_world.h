// A message whose outer form is taken apart and damaged, and what the receiver says.
#pragma once

#include "crypto/oids.h"
#include "tests/support/check_code.h"
#include "tests/support/forged_cms.h"
#include "tests/support/ministry.h"

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

struct Manipulation {
    char const* name;
    char const* code;
    std::function<void(DerNode&)> edit;
};

// Paths in ContentInfo { type, [0] { AuthEnvelopedData { 0 version, 1 recipients, 2 content, 3 mac } } }.
inline DerNode& envelope(DerNode& root) {
    return root.at({1, 0});
}
inline DerNode& recipients(DerNode& root) {
    return root.at({1, 0, 1});
}
inline DerNode& recipient(DerNode& root) {
    return root.at({1, 0, 1, 0});
}
inline DerNode& recipient_key(DerNode& root) {
    return root.at({1, 0, 1, 0, 3, 0});
}
inline DerNode& cipher(DerNode& root) {
    return root.at({1, 0, 2, 1});
}
inline DerNode& mac(DerNode& root) {
    return root.at({1, 0, 3});
}

inline void insert(DerNode& parent, std::size_t position, DerNode child) {
    parent.children.insert(parent.children.begin() + static_cast<std::ptrdiff_t>(position), std::move(child));
}

inline void erase(DerNode& parent, std::size_t position) {
    parent.children.erase(parent.children.begin() + static_cast<std::ptrdiff_t>(position));
}

inline DerNode attribute() {
    return DerNode::constructed(0x30, {oid("1.2.3.4"), DerNode::constructed(0x31, {integer(1)})});
}

/// AuthEnvelopedData turned into EnvelopedData with a cipher that authenticates nothing.
inline void to_stream_mode(DerNode& root, char const* mode) {
    root.at({0}) = oid("1.2.840.113549.1.7.3");
    envelope(root).at({0}) = integer(2);
    cipher(root) = DerNode::constructed(0x30, {oid(mode), DerNode::primitive(0x04, Bytes(16, 0x17))});
    erase(envelope(root), 3);
}

inline void tag_of(DerNode& root, std::size_t size, std::size_t claimed) {
    mac(root).content.resize(size);
    cipher(root).at({1, 1}) = integer(static_cast<std::uint8_t>(claimed));
}

inline void check(std::vector<Manipulation> const& manipulations) {
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
