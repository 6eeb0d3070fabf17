#include "tests/support/outer_manipulations.h"

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

Manipulations cut_tags() {
    Manipulations manipulations;
    for (std::size_t size = 0; size < 16; ++size) {
        manipulations.push_back({"the tag cut, the length adapted", "gate.outer_tag_length",
                                 [size](DerNode& root) { tag_of(root, size, size); }});
        manipulations.push_back({"the tag cut, the length left at 16", "gate.outer_tag",
                                 [size](DerNode& root) { tag_of(root, size, 16); }});
    }
    return manipulations;
}

Manipulations other_encodings() {
    auto const length = [](DerNode& node) { return node.body().size(); };
    return {
        {"indefinite length at the top", "gate.outer_indefinite_length",
         [](DerNode& root) {
             root.raw_header = {0x30, 0x80};
             root.trailer = {0, 0};
         }},
        {"indefinite length of the envelope", "gate.outer_indefinite_length",
         [](DerNode& root) {
             envelope(root).raw_header = {0x30, 0x80};
             envelope(root).trailer = {0, 0};
         }},
        {"a length with a leading zero", "gate.outer_length_not_minimal",
         [length](DerNode& root) {
             auto const size = length(envelope(root));
             envelope(root).raw_header = {0x30, 0x83, 0, static_cast<std::uint8_t>(size >> 8),
                                          static_cast<std::uint8_t>(size & 0xff)};
         }},
        {"a short length in the long form", "gate.outer_length_not_minimal",
         [](DerNode& root) {
             mac(root).raw_header = {0x04, 0x81, 16};
         }},
        {"a length beyond the end", "gate.outer_truncated",
         [](DerNode& root) { root.raw_header = {0x30, 0x84, 0x7f, 0xff, 0xff, 0xff}; }},
        {"a length of nine octets", "gate.outer_truncated",
         [](DerNode& root) { root.raw_header = {0x30, 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0}; }},
        {"a tag of several octets", "gate.outer_structure",
         [](DerNode& root) {
             recipients(root).children.front().raw_header = {0xbf, 0x21, 0x00};
         }},
    };
}

}  // namespace

Manipulations const& of_envelope() {
    return kEnvelope;
}

Manipulations const& of_recipient() {
    return kRecipient;
}

Manipulations const& of_tag() {
    static Manipulations const all = cut_tags();
    return all;
}

Manipulations const& of_encoding() {
    static Manipulations const all = other_encodings();
    return all;
}

}  // namespace casebridge::test::outer
