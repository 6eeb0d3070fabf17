#include "tests/support/inner_manipulations.h"

namespace casebridge::test::inner {
namespace {

std::vector<Manipulation> const kSigner{
    {"no signer", "gate.inner_signer_count", Then::leave, [](DerNode& root) { signers(root).children.clear(); }},
    {"the signer twice", "gate.inner_signer_count", Then::leave,
     [](DerNode& root) { signers(root).children.push_back(signer(root)); }},
    {"fifty signers", "gate.inner_signer_count", Then::leave,
     [](DerNode& root) { signers(root).children.resize(50, signer(root)); }},
    {"signer version 3", "gate.inner_signer_version", Then::leave,
     [](DerNode& root) { signer(root).at({0}) = integer(3); }},
    {"a signer by key identifier", "gate.inner_signer_identifier", Then::leave,
     [](DerNode& root) { signer(root).at({1}) = DerNode::primitive(0x80, Bytes(20, 1)); }},
    {"a negative signer serial number", "gate.inner_signer_identifier", Then::leave,
     [](DerNode& root) {
         signer(root).at({1, 1}).content[0] |= 0x80;
     }},
    {"something after the signer's serial number", "gate.inner_signer_identifier", Then::leave,
     [](DerNode& root) { signer(root).at({1}).children.push_back(integer(1)); }},
    {"another certificate's serial number", "envelope.signer_certificate_missing", Then::leave,
     [](DerNode& root) {
         signer(root).at({1, 1}).content.back() ^= 1;
     }},
    {"the signer's digest is SHA-1", "gate.inner_digest_algorithm", Then::leave,
     [](DerNode& root) { signer(root).at({2}) = algorithm(kSha1); }},
    {"the signer's digest is the other suite's", "gate.inner_signer_digest", Then::leave,
     [](DerNode& root) {
         auto& last = signer(root).at({2, 0}).content.back();
         last = last == 1 ? 2 : 1;
     }},
    {"an ECDSA signature with SHA-1", "gate.inner_signature_algorithm", Then::leave,
     [](DerNode& root) { signer(root).at({4}) = algorithm("1.2.840.10045.4.1"); }},
    {"an ECDSA signature with SHA-512", "gate.inner_signature_algorithm", Then::leave,
     [](DerNode& root) { signer(root).at({4}) = algorithm("1.2.840.10045.4.3.4"); }},
    {"an RSA signature with MD5", "gate.inner_signature_algorithm", Then::leave,
     [](DerNode& root) { signer(root).at({4}) = algorithm("1.2.840.113549.1.1.4"); }},
    {"an RSA signature with SHA-1", "gate.inner_signature_algorithm", Then::leave,
     [](DerNode& root) { signer(root).at({4}) = algorithm("1.2.840.113549.1.1.5"); }},
    {"signature parameters", "gate.inner_signature_algorithm", Then::leave,
     [](DerNode& root) { signer(root).at({4}).children.push_back(DerNode::primitive(0x05, {})); }},
    {"no signature", "gate.inner_signature", Then::leave, [](DerNode& root) { erase(signer(root), 5); }},
    {"an empty signature", "gate.inner_signature", Then::leave,
     [](DerNode& root) { signer(root).at({5}).content.clear(); }},
    {"trailing bytes in the signature", "gate.inner_signature", Then::leave,
     [](DerNode& root) { signer(root).at({5}).content.push_back(0); }},
    {"a signature of three numbers", "gate.inner_signature", Then::leave,
     [](DerNode& root) {
         signer(root).at({5}).content = DerNode::constructed(0x30, {integer(1), integer(1), integer(1)}).encode();
     }},
    {"a signature of no number", "gate.inner_signature", Then::leave,
     [](DerNode& root) { signer(root).at({5}).content = DerNode::constructed(0x30, {}).encode(); }},
    {"a signature of one number", "gate.inner_signature", Then::leave,
     [](DerNode& root) { signer(root).at({5}).content = DerNode::constructed(0x30, {integer(1)}).encode(); }},
    {"a signature of zeros", "gate.inner_signature", Then::leave,
     [](DerNode& root) {
         signer(root).at({5}).content = DerNode::constructed(0x30, {integer(0), integer(0)}).encode();
     }},
    {"a signature with s of zero", "gate.inner_signature", Then::leave,
     [](DerNode& root) {
         signer(root).at({5}).content = DerNode::constructed(0x30, {integer(1), integer(0)}).encode();
     }},
    {"a signature of ones", "envelope.bad_signature", Then::leave,
     [](DerNode& root) {
         signer(root).at({5}).content = DerNode::constructed(0x30, {integer(1), integer(1)}).encode();
     }},
    {"one bit of the signature", "envelope.bad_signature", Then::leave,
     [](DerNode& root) { signer(root).at({5}).content.back() ^= 1; }},
    {"one bit of the content", "envelope.bad_signature", Then::leave,
     [](DerNode& root) {
         data(root).at({2, 1, 0}).content.back() ^= 1;
     }},
    {"unsigned attributes", "gate.inner_unsigned_attributes", Then::leave,
     [](DerNode& root) { signer(root).children.push_back(DerNode::constructed(0xa1, {new_attribute("1.2.3.4")})); }},
    {"something after the signature", "gate.inner_structure", Then::leave,
     [](DerNode& root) { signer(root).children.push_back(integer(1)); }},
    {"the signed attributes as the content", "gate.inner_no_signed_attributes", Then::leave,
     [](DerNode& root) {
         auto taken = attributes(root);
         taken.tag = 0x31;
         data(root).at({2, 1, 0}).content = taken.encode();
         erase(signer(root), 3);
     }},
};

}  // namespace

Manipulations const& of_signer() {
    return kSigner;
}

}  // namespace casebridge::test::inner
