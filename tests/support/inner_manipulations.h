// Changes to the inner form of a message, each with the code by which a receiver must refuse it.
#pragma once

#include "crypto/oids.h"
#include "tests/support/forged_cms.h"

#include <algorithm>

namespace casebridge::test::inner {

inline constexpr char kAttributeArc[] = "1.2.840.113549.1.9.";

/// Whether the signed attributes are put into DER order and signed again after the change.
enum class Then { leave, sign_again, sort_and_sign_again };

struct Manipulation {
    char const* name;
    char const* code;
    Then then;
    std::function<void(DerNode&)> edit;
};
using Manipulations = std::vector<Manipulation>;

Manipulations const& of_signed_data();
Manipulations const& of_signer();
Manipulations const& of_attributes();

/// `signed_data` with the change, signed again with the signer's key where the change says so.
Bytes manipulated(ByteView signed_data, Manipulation const& manipulation, EVP_PKEY* key, EVP_MD const* hash);

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
/// Another second, whichever it was.
inline void change_seconds(DerNode& time) {
    auto& tens = time.at({1, 0}).content[10];
    tens = tens == '5' ? '4' : '5';
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

}  // namespace casebridge::test::inner
