// Changes to the outer form of a sealed message, each with the code by which a receiver must refuse it, before any use
// of its private key.
#pragma once

#include "crypto/oids.h"
#include "tests/support/forged_cms.h"

namespace casebridge::test::outer {

struct Manipulation {
    char const* name;
    char const* code;
    std::function<void(DerNode&)> edit;
};
using Manipulations = std::vector<Manipulation>;

Manipulations const& of_envelope();
Manipulations const& of_recipient();
/// Of the length of the authentication tag.
Manipulations const& of_tag();
/// Encodings that are BER, or nothing.
Manipulations const& of_encoding();

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

}  // namespace casebridge::test::outer
