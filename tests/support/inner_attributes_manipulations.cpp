#include "tests/support/inner_manipulations.h"

namespace casebridge::test::inner {
namespace {

std::vector<Manipulation> const kAttributes{
    {"no attribute at all", "gate.inner_attribute_missing", Then::sign_again,
     [](DerNode& root) { attributes(root).children.clear(); }},
    {"no content type", "gate.inner_attribute_missing", Then::sign_again,
     [](DerNode& root) { remove_attribute(root, content_type(root)); }},
    {"no message digest", "gate.inner_attribute_missing", Then::sign_again,
     [](DerNode& root) { remove_attribute(root, message_digest(root)); }},
    {"no signing time", "gate.inner_attribute_missing", Then::sign_again,
     [](DerNode& root) { remove_attribute(root, signing_time(root)); }},
    {"no signing certificate", "gate.inner_attribute_missing", Then::sign_again,
     [](DerNode& root) { remove_attribute(root, certificate_attribute(root)); }},
    {"an unknown attribute", "gate.inner_attribute_unknown", Then::sort_and_sign_again,
     [](DerNode& root) { attributes(root).children.push_back(new_attribute("1.2.3.4")); }},
    {"an attribute twice", "gate.inner_attribute_repeated", Then::sort_and_sign_again,
     [](DerNode& root) {
         auto again = signing_time(root);
         change_seconds(again);
         attributes(root).children.push_back(again);
     }},
    {"attributes out of order", "gate.inner_set_order", Then::sign_again,
     [](DerNode& root) { std::ranges::reverse(attributes(root).children); }},
    {"an attribute without value", "gate.inner_attribute_values", Then::sort_and_sign_again,
     [](DerNode& root) { signing_time(root).at({1}).children.clear(); }},
    {"an attribute with two values", "gate.inner_attribute_values", Then::sort_and_sign_again,
     [](DerNode& root) {
         signing_time(root).at({1}).children.push_back(signing_time(root).at({1, 0}));
     }},
    {"something after an attribute's values", "gate.inner_structure", Then::sort_and_sign_again,
     [](DerNode& root) { signing_time(root).children.push_back(integer(1)); }},
    {"an attribute that is no SEQUENCE", "gate.inner_structure", Then::sign_again,
     [](DerNode& root) { attributes(root).children.front().tag = 0x31; }},
    {"the content type attribute names a receipt", "gate.inner_content_type_attribute", Then::sort_and_sign_again,
     [](DerNode& root) {
         content_type(root).at({1, 0}) = oid(kOidReceipt);
     }},
    {"a message digest of other length", "gate.inner_message_digest", Then::sort_and_sign_again,
     [](DerNode& root) {
         message_digest(root).at({1, 0}).content.pop_back();
     }},
    {"a message digest of another type", "gate.inner_message_digest", Then::sort_and_sign_again,
     [](DerNode& root) {
         message_digest(root).at({1, 0}).tag = 0x03;
     }},
    {"the digest of another message", "envelope.bad_signature", Then::sort_and_sign_again,
     [](DerNode& root) {
         message_digest(root).at({1, 0}).content.back() ^= 1;
     }},
    {"a signing time with an offset", "gate.inner_signing_time", Then::sort_and_sign_again,
     [](DerNode& root) {
         signing_time(root).at({1, 0}).content = to_bytes("261123120000+0700");
     }},
    {"a signing time without seconds", "gate.inner_signing_time", Then::sort_and_sign_again,
     [](DerNode& root) {
         signing_time(root).at({1, 0}).content = to_bytes("2611231200Z");
     }},
    {"a signing time that does not exist", "gate.inner_signing_time", Then::sort_and_sign_again,
     [](DerNode& root) {
         signing_time(root).at({1, 0}).content = to_bytes("260229120000Z");
     }},
    {"a signing time before 2050 as GeneralizedTime", "gate.inner_signing_time", Then::sort_and_sign_again,
     [](DerNode& root) {
         signing_time(root).at({1, 0}) = DerNode::primitive(0x18, to_bytes("20261123120000Z"));
     }},
    {"a signing time after 2050 without Z", "gate.inner_signing_time", Then::sort_and_sign_again,
     [](DerNode& root) {
         signing_time(root).at({1, 0}) = DerNode::primitive(0x18, to_bytes("205111231200000"));
     }},
    {"a signing time after 2050 with a fraction", "gate.inner_signing_time", Then::sort_and_sign_again,
     [](DerNode& root) {
         signing_time(root).at({1, 0}) = DerNode::primitive(0x18, to_bytes("20511123120000.5Z"));
     }},
    {"a signing time longer than what contains it", "gate.inner_truncated", Then::sign_again,
     [](DerNode& root) {
         signing_time(root).at({1, 0}).raw_header = {0x17, 0x7f};
     }},
    {"a signing time of another type", "gate.inner_signing_time", Then::sort_and_sign_again,
     [](DerNode& root) {
         signing_time(root).at({1, 0}) = integer(1);
     }},
    {"a signing certificate attribute that is no SEQUENCE", "gate.inner_signing_certificate", Then::sort_and_sign_again,
     [](DerNode& root) {
         certificate_attribute(root).at({1, 0}) = integer(1);
     }},
    {"a signing certificate without issuer and serial", "gate.inner_signing_certificate", Then::sort_and_sign_again,
     [](DerNode& root) { certificate_id(root).children.pop_back(); }},
    {"two signing certificates", "gate.inner_signing_certificate", Then::sort_and_sign_again,
     [](DerNode& root) {
         certificate_attribute(root).at({1, 0, 0}).children.push_back(certificate_id(root));
     }},
    {"a signing certificate with policies", "gate.inner_signing_certificate", Then::sort_and_sign_again,
     [](DerNode& root) {
         certificate_attribute(root).at({1, 0}).children.push_back(DerNode::constructed(0x30, {}));
     }},
    {"a certificate hash of other length", "gate.inner_signing_certificate", Then::sort_and_sign_again,
     [](DerNode& root) { certificate_hash(root).content.resize(20); }},
    {"a certificate hash with SHA-1", "gate.inner_signing_certificate", Then::sort_and_sign_again,
     [](DerNode& root) { insert(certificate_id(root), 0, algorithm(kSha1)); }},
    {"two issuer names of the signing certificate", "gate.inner_signing_certificate", Then::sort_and_sign_again,
     [](DerNode& root) {
         auto& names = certificate_id(root).children.back().at({0});
         names.children.push_back(names.children.front());
     }},
    {"something after the signing certificate's serial number", "gate.inner_signing_certificate",
     Then::sort_and_sign_again,
     [](DerNode& root) { certificate_id(root).children.back().children.push_back(integer(1)); }},
    {"the hash of another certificate", "envelope.wrong_signing_certificate", Then::sort_and_sign_again,
     [](DerNode& root) { certificate_hash(root).content.back() ^= 1; }},
    {"the serial number of another certificate", "envelope.wrong_signing_certificate", Then::sort_and_sign_again,
     [](DerNode& root) { certificate_id(root).children.back().at({1}).content.back() ^= 1; }},
    {"attributes changed and not signed again", "envelope.bad_signature", Then::leave,
     [](DerNode& root) { change_seconds(signing_time(root)); }},
};

}  // namespace

Manipulations const& of_attributes() {
    return kAttributes;
}

}  // namespace casebridge::test::inner
