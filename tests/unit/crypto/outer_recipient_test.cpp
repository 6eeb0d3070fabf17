// The recipient: every change is refused with its own code and without any use of the private key.
#include "tests/unit/crypto/outer_world.h"

namespace casebridge::test::outer {
namespace {

std::vector<Manipulation> const kRecipient{
    {"a type of recipient that is not key agreement", "gate.outer_recipient_type",
     [](DerNode& root) { recipient(root).tag = 0xa4; }},
    {"recipient version 2", "gate.outer_recipient_version",
     [](DerNode& root) { recipient(root).at({0}) = integer(2); }},
    {"a static originator by key identifier", "gate.outer_originator_key",
     [](DerNode& root) {
         recipient(root).at({1, 0}) = DerNode::primitive(0x80, Bytes(20, 1));
     }},
    {"a static originator by issuer and serial", "gate.outer_originator_key",
     [](DerNode& root) {
         recipient(root).at({1, 0}) = recipient_key(root).at({0});
     }},
    {"two originator keys", "gate.outer_structure",
     [](DerNode& root) {
         recipient(root).at({1}).children.push_back(recipient(root).at({1, 0}));
     }},
    {"an X25519 ephemeral key", "gate.outer_ephemeral_algorithm",
     [](DerNode& root) {
         recipient(root).at({1, 0, 0, 0}) = oid("1.3.101.110");
     }},
    {"ephemeral key with curve parameters", "gate.outer_ephemeral_algorithm",
     [](DerNode& root) {
         recipient(root).at({1, 0, 0}).children.push_back(oid("1.2.840.10045.3.1.7"));
     }},
    {"a compressed point", "gate.outer_ephemeral_point",
     [](DerNode& root) {
         auto& point = recipient(root).at({1, 0, 1}).content;
         point.resize(1 + 1 + (point.size() - 2) / 2);
         point[1] = 2;
     }},
    {"a hybrid point", "gate.outer_ephemeral_point",
     [](DerNode& root) {
         recipient(root).at({1, 0, 1}).content[1] = 6;
     }},
    {"a point one byte short", "gate.outer_ephemeral_point",
     [](DerNode& root) {
         recipient(root).at({1, 0, 1}).content.pop_back();
     }},
    {"the point at infinity", "gate.outer_ephemeral_point",
     [](DerNode& root) {
         recipient(root).at({1, 0, 1}).content = {0, 0};
     }},
    {"unused bits in the point", "gate.outer_ephemeral_point",
     [](DerNode& root) {
         recipient(root).at({1, 0, 1}).content[0] = 1;
     }},
    {"an empty point", "gate.outer_ephemeral_point",
     [](DerNode& root) {
         recipient(root).at({1, 0, 1}).content.clear();
     }},
    {"something after the point", "gate.outer_structure",
     [](DerNode& root) {
         recipient(root).at({1, 0}).children.push_back(integer(1));
     }},
    {"user keying material", "gate.outer_ukm",
     [](DerNode& root) {
         insert(recipient(root), 2, DerNode::constructed(0xa1, {DerNode::primitive(0x04, Bytes(8, 1))}));
     }},
    {"the KDF with SHA-1", "gate.outer_kdf",
     [](DerNode& root) {
         recipient(root).at({2, 0}) = oid("1.3.133.16.840.63.0.2");
     }},
    {"the KDF with SHA-512", "gate.outer_kdf",
     [](DerNode& root) {
         recipient(root).at({2, 0}) = oid("1.3.132.1.11.3");
     }},
    {"cofactor agreement", "gate.outer_kdf",
     [](DerNode& root) {
         recipient(root).at({2, 0}) = oid("1.3.132.1.14.1");
     }},
    {"AES-128 key wrap", "gate.outer_key_wrap",
     [](DerNode& root) {
         recipient(root).at({2, 1, 0}) = oid("2.16.840.1.101.3.4.1.5");
     }},
    {"key wrap with NULL parameters", "gate.outer_key_wrap",
     [](DerNode& root) {
         recipient(root).at({2, 1}).children.push_back(DerNode::primitive(0x05, {}));
     }},
    {"something after the key wrap", "gate.outer_structure",
     [](DerNode& root) { recipient(root).at({2}).children.push_back(integer(1)); }},
    {"no encrypted key", "gate.outer_recipient_count", [](DerNode& root) { recipient(root).at({3}).children.clear(); }},
    {"two encrypted keys", "gate.outer_recipient_count",
     [](DerNode& root) { recipient(root).at({3}).children.push_back(recipient_key(root)); }},
    {"a recipient by key identifier", "gate.outer_recipient_key_id",
     [](DerNode& root) {
         recipient_key(root).at({0}) = DerNode::constructed(0xa0, {DerNode::primitive(0x04, Bytes(20, 1))});
     }},
    {"a recipient without serial number", "gate.outer_recipient_name",
     [](DerNode& root) { erase(recipient_key(root).at({0}), 1); }},
    {"a negative serial number", "gate.outer_recipient_name",
     [](DerNode& root) {
         recipient_key(root).at({0, 1}).content[0] |= 0x80;
     }},
    {"a serial number with a leading zero", "gate.outer_recipient_name",
     [](DerNode& root) {
         auto& serial = recipient_key(root).at({0, 1}).content;
         serial.pop_back();
         serial.insert(serial.begin(), 0);
     }},
    {"something after the serial number", "gate.outer_recipient_name",
     [](DerNode& root) { recipient_key(root).at({0}).children.push_back(integer(1)); }},
    {"an encrypted key of 24 bytes", "gate.outer_encrypted_key",
     [](DerNode& root) { recipient_key(root).at({1}).content.resize(24); }},
    {"something after the encrypted key", "gate.outer_structure",
     [](DerNode& root) { recipient_key(root).children.push_back(integer(1)); }},
    {"something after the recipient", "gate.outer_structure",
     [](DerNode& root) { recipient(root).children.push_back(integer(1)); }},
    {"another recipient's serial number", "envelope.unknown_recipient",
     [](DerNode& root) {
         recipient_key(root).at({0, 1}).content.back() ^= 1;
     }},
    {"a point that is not on the curve", "envelope.bad_ephemeral_key",
     [](DerNode& root) {
         recipient(root).at({1, 0, 1}).content.back() ^= 1;
     }},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(outer_recipient)

BOOST_AUTO_TEST_CASE(every_change_to_the_recipient_has_its_own_code_and_costs_no_key_use) {
    check(kRecipient);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test::outer
