// AuthEnvelopedData: every change is refused with its own code and without any use of the private key.
#include "tests/unit/crypto/outer_world.h"

namespace casebridge::test::outer {
namespace {

std::vector<Manipulation> const kEnvelope{
    {"the type is SignedData", "gate.outer_content_type",
     [](DerNode& root) { root.at({0}) = oid("1.2.840.113549.1.7.2"); }},
    {"EnvelopedData in OFB mode", "gate.outer_not_authenticated",
     [](DerNode& root) { to_stream_mode(root, "2.16.840.1.101.3.4.1.43"); }},
    {"EnvelopedData in CFB mode", "gate.outer_not_authenticated",
     [](DerNode& root) { to_stream_mode(root, "2.16.840.1.101.3.4.1.44"); }},
    {"version 1", "gate.outer_version", [](DerNode& root) { envelope(root).at({0}) = integer(1); }},
    {"version 0 in two octets", "gate.outer_version",
     [](DerNode& root) {
         envelope(root).at({0}).content = {0, 0};
     }},
    {"no version", "gate.outer_version", [](DerNode& root) { erase(envelope(root), 0); }},
    {"originatorInfo", "gate.outer_originator_info",
     [](DerNode& root) { insert(envelope(root), 1, DerNode::constructed(0xa0, {})); }},
    {"no recipient", "gate.outer_recipient_count", [](DerNode& root) { recipients(root).children.clear(); }},
    {"the recipient twice", "gate.outer_recipient_count",
     [](DerNode& root) { recipients(root).children.push_back(recipient(root)); }},
    {"recipients as a SEQUENCE", "gate.outer_structure", [](DerNode& root) { recipients(root).tag = 0x30; }},
    {"the content type is our message", "gate.outer_encrypted_content_type",
     [](DerNode& root) {
         root.at({1, 0, 2, 0}) = oid(kOidMessage);
     }},
    {"AES-128-GCM", "gate.outer_cipher", [](DerNode& root) { cipher(root).at({0}) = oid("2.16.840.1.101.3.4.1.6"); }},
    {"AES-256-CCM", "gate.outer_cipher", [](DerNode& root) { cipher(root).at({0}) = oid("2.16.840.1.101.3.4.1.47"); }},
    {"no cipher parameters", "gate.outer_cipher", [](DerNode& root) { erase(cipher(root), 1); }},
    {"an 8-byte nonce", "gate.outer_nonce",
     [](DerNode& root) {
         cipher(root).at({1, 0}).content.resize(8);
     }},
    {"a 16-byte nonce", "gate.outer_nonce",
     [](DerNode& root) {
         cipher(root).at({1, 0}).content.resize(16);
     }},
    {"no nonce", "gate.outer_nonce", [](DerNode& root) { erase(cipher(root).at({1}), 0); }},
    {"the tag length left to its default of 12", "gate.outer_tag_length",
     [](DerNode& root) { erase(cipher(root).at({1}), 1); }},
    {"a tag length of 16 in two octets", "gate.outer_tag_length",
     [](DerNode& root) {
         cipher(root).at({1, 1}).content = {0, 16};
     }},
    {"something after the tag length", "gate.outer_structure",
     [](DerNode& root) { cipher(root).at({1}).children.push_back(integer(1)); }},
    {"something after the cipher parameters", "gate.outer_structure",
     [](DerNode& root) { cipher(root).children.push_back(integer(1)); }},
    {"no encrypted content", "gate.outer_encrypted_content",
     [](DerNode& root) {
         erase(root.at({1, 0, 2}), 2);
     }},
    {"empty encrypted content", "gate.outer_encrypted_content",
     [](DerNode& root) {
         root.at({1, 0, 2, 2}).content.clear();
     }},
    {"encrypted content in pieces", "gate.outer_encrypted_content",
     [](DerNode& root) {
         auto& content = root.at({1, 0, 2, 2});
         content = DerNode::constructed(0xa0, {DerNode::primitive(0x04, content.content)});
     }},
    {"something after the encrypted content", "gate.outer_structure",
     [](DerNode& root) {
         root.at({1, 0, 2}).children.push_back(integer(1));
     }},
    {"authenticated attributes", "gate.outer_authenticated_attributes",
     [](DerNode& root) { insert(envelope(root), 3, DerNode::constructed(0xa1, {attribute()})); }},
    {"no tag", "gate.outer_tag", [](DerNode& root) { erase(envelope(root), 3); }},
    {"a tag of 17 bytes", "gate.outer_tag", [](DerNode& root) { mac(root).content.push_back(0); }},
    {"a tag in pieces", "gate.outer_tag",
     [](DerNode& root) { mac(root) = DerNode::constructed(0x24, {DerNode::primitive(0x04, mac(root).content)}); }},
    {"unauthenticated attributes", "gate.outer_unauthenticated_attributes",
     [](DerNode& root) { envelope(root).children.push_back(DerNode::constructed(0xa2, {attribute()})); }},
    {"something after the tag", "gate.outer_structure",
     [](DerNode& root) { envelope(root).children.push_back(integer(1)); }},
    {"something after the envelope", "gate.outer_structure",
     [](DerNode& root) { root.at({1}).children.push_back(integer(1)); }},
    {"something after the content", "gate.outer_structure", [](DerNode& root) { root.children.push_back(integer(1)); }},
    {"nothing in it", "gate.outer_content_type", [](DerNode& root) { root.children.clear(); }},
    {"no content", "gate.outer_structure", [](DerNode& root) { erase(root, 1); }},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(outer_envelope)

BOOST_AUTO_TEST_CASE(every_change_to_the_envelope_has_its_own_code_and_costs_no_key_use) {
    check(kEnvelope);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test::outer
