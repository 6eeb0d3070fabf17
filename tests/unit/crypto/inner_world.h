// A message whose inner form is taken apart, damaged, signed again and sealed correctly, and what the receiver says.
#pragma once

#include "crypto/oids.h"
#include "tests/support/check_code.h"
#include "tests/support/forged_cms.h"
#include "tests/support/ministry.h"

#include <algorithm>

namespace casebridge::test::inner {

inline constexpr char kAttributeArc[] = "1.2.840.113549.1.9.";

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

/// Whether the signed attributes are put into DER order and signed again after the change.
enum class Then { leave, sign_again, sort_and_sign_again };

struct Manipulation {
    char const* name;
    char const* code;
    Then then;
    std::function<void(DerNode&)> edit;
};

// Paths in ContentInfo { type, [0] { SignedData { 0 version, 1 digests, 2 content, 3 certificates, 4 signers } } }.
inline DerNode& data(DerNode& root) {
    return root.at({1, 0});
}
inline DerNode& certificates(DerNode& root) {
    return root.at({1, 0, 3});
}
inline DerNode& signers(DerNode& root) {
    return root.at({1, 0, 4});
}
inline DerNode& signer(DerNode& root) {
    return root.at({1, 0, 4, 0});
}
inline DerNode& attributes(DerNode& root) {
    return root.at({1, 0, 4, 0, 3});
}

inline DerNode& attribute(DerNode& root, std::string const& dotted) {
    auto const wanted = oid(dotted.c_str()).content;
    for (auto& child : attributes(root).children)
        if (child.at({0}).content == wanted) return child;
    throw std::runtime_error("no such attribute");
}
inline DerNode& content_type(DerNode& root) {
    return attribute(root, std::string(kAttributeArc) + "3");
}
inline DerNode& message_digest(DerNode& root) {
    return attribute(root, std::string(kAttributeArc) + "4");
}
inline DerNode& signing_time(DerNode& root) {
    return attribute(root, std::string(kAttributeArc) + "5");
}
inline DerNode& certificate_attribute(DerNode& root) {
    return attribute(root, std::string(kAttributeArc) + "16.2.47");
}
/// ESSCertIDv2; for P-384 its hash algorithm stands before the hash.
inline DerNode& certificate_id(DerNode& root) {
    return certificate_attribute(root).at({1, 0, 0, 0});
}
inline DerNode& certificate_hash(DerNode& root) {
    auto& id = certificate_id(root);
    return id.children[id.children.size() - 2];
}

inline void sort(DerNode& set) {
    std::ranges::sort(set.children, {}, [](DerNode const& child) { return child.encode(); });
}

inline void erase(DerNode& parent, std::size_t position) {
    parent.children.erase(parent.children.begin() + static_cast<std::ptrdiff_t>(position));
}

inline void remove_attribute(DerNode& root, DerNode& which) {
    auto const gone = which.encode();
    std::erase_if(attributes(root).children, [&](DerNode const& child) { return child.encode() == gone; });
}

inline void insert(DerNode& parent, std::size_t position, DerNode child) {
    parent.children.insert(parent.children.begin() + static_cast<std::ptrdiff_t>(position), std::move(child));
}

inline DerNode new_attribute(char const* dotted) {
    return DerNode::constructed(0x30, {oid(dotted), DerNode::constructed(0x31, {integer(1)})});
}

inline DerNode algorithm(char const* dotted) {
    return DerNode::constructed(0x30, {oid(dotted)});
}

inline constexpr char kSha1[] = "1.3.14.3.2.26";
inline constexpr char kSha512[] = "2.16.840.1.101.3.4.2.3";
inline constexpr char kMd5[] = "1.2.840.113549.2.5";

inline void check(std::vector<Manipulation> const& manipulations) {
    for (auto const suite : {Suite::p256_sha256, Suite::p384_sha384}) {
        auto const& here = world(suite);
        for (auto const& manipulation : manipulations) {
            BOOST_TEST_CONTEXT(to_text(suite) << ": " << manipulation.name) {
                auto root = DerNode::parse(here.inner);
                manipulation.edit(root);
                if (manipulation.then == Then::sort_and_sign_again) sort(attributes(root));
                if (manipulation.then != Then::leave) resign(root, here.sender.signing.key.raw(), hash(suite));
                auto const before = here.opener.key_uses();
                BOOST_CHECK_EQUAL(here.answer(root.encode()), manipulation.code);
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
