#include "tests/support/inner_manipulations.h"

namespace casebridge::test::inner {
namespace {

std::vector<Manipulation> const kSignedData{
    {"plain data", "gate.inner_content_type", Then::leave,
     [](DerNode& root) { root.at({0}) = oid("1.2.840.113549.1.7.1"); }},
    {"version 1", "gate.inner_version", Then::leave, [](DerNode& root) { data(root).at({0}) = integer(1); }},
    {"no digest algorithm", "gate.inner_digest_algorithm_count", Then::leave,
     [](DerNode& root) { data(root).at({1}).children.clear(); }},
    {"two digest algorithms", "gate.inner_digest_algorithm_count", Then::leave,
     [](DerNode& root) { data(root).at({1}).children.push_back(algorithm(kSha512)); }},
    {"SHA-1", "gate.inner_digest_algorithm", Then::leave,
     [](DerNode& root) {
         data(root).at({1, 0}) = algorithm(kSha1);
     }},
    {"MD5", "gate.inner_digest_algorithm", Then::leave,
     [](DerNode& root) {
         data(root).at({1, 0}) = algorithm(kMd5);
     }},
    {"SHA-512", "gate.inner_digest_algorithm", Then::leave,
     [](DerNode& root) {
         data(root).at({1, 0}) = algorithm(kSha512);
     }},
    {"a digest algorithm with NULL parameters", "gate.inner_digest_algorithm", Then::leave,
     [](DerNode& root) {
         data(root).at({1, 0}).children.push_back(DerNode::primitive(0x05, {}));
     }},
    {"a foreign content type", "gate.inner_content_kind", Then::leave,
     [](DerNode& root) {
         data(root).at({2, 0}) = oid("1.2.840.113549.1.7.1");
     }},
    {"a receipt as a message", "gate.inner_content_kind", Then::leave,
     [](DerNode& root) {
         data(root).at({2, 0}) = oid(kOidReceipt);
     }},
    {"an agreement signature as a message", "gate.inner_content_kind", Then::leave,
     [](DerNode& root) {
         data(root).at({2, 0}) = oid(kOidAgreement);
     }},
    {"no content", "gate.inner_content_missing", Then::leave, [](DerNode& root) { erase(data(root).at({2}), 1); }},
    {"content in pieces", "gate.inner_structure", Then::leave,
     [](DerNode& root) {
         auto& content = data(root).at({2, 1, 0});
         content = DerNode::constructed(0x24, {DerNode::primitive(0x04, content.content)});
     }},
    {"two contents", "gate.inner_structure", Then::leave,
     [](DerNode& root) {
         data(root).at({2, 1}).children.push_back(data(root).at({2, 1, 0}));
     }},
    {"something after the content", "gate.inner_structure", Then::leave,
     [](DerNode& root) { data(root).at({2}).children.push_back(integer(1)); }},
    {"something after the signers", "gate.inner_structure", Then::leave,
     [](DerNode& root) { data(root).children.push_back(integer(1)); }},
    {"something after SignedData", "gate.inner_structure", Then::leave,
     [](DerNode& root) { root.at({1}).children.push_back(integer(1)); }},
    {"something after the content of ContentInfo", "gate.inner_structure", Then::leave,
     [](DerNode& root) { root.children.push_back(integer(1)); }},
    {"no certificates element", "gate.inner_certificate_count", Then::leave,
     [](DerNode& root) { erase(data(root), 3); }},
    {"no certificate", "gate.inner_certificate_count", Then::leave,
     [](DerNode& root) { certificates(root).children.clear(); }},
    {"four certificates", "gate.inner_certificate_count", Then::leave,
     [](DerNode& root) {
         auto const leaf = certificates(root).children.front();
         for (std::uint8_t i = 0; i < 2; ++i) {
             certificates(root).children.push_back(leaf);
             certificates(root).children.back().at({2}).content.back() ^= static_cast<std::uint8_t>(i + 1);
         }
         sort(certificates(root));
     }},
    {"certificates out of order", "gate.inner_set_order", Then::leave,
     [](DerNode& root) { std::ranges::reverse(certificates(root).children); }},
    {"a certificate twice", "gate.inner_set_order", Then::leave,
     [](DerNode& root) { insert(certificates(root), 0, certificates(root).children.front()); }},
    {"an attribute certificate", "gate.inner_certificate_type", Then::leave,
     [](DerNode& root) { certificates(root).children.push_back(DerNode::constructed(0xa2, {})); }},
    {"a CRL", "gate.inner_crls", Then::leave,
     [](DerNode& root) { insert(data(root), 4, DerNode::constructed(0xa1, {})); }},
    {"only the issuing authority's certificate", "envelope.signer_certificate_missing", Then::leave,
     [](DerNode& root) {
         auto const serial = signer(root).at({1, 1}).content;
         std::erase_if(certificates(root).children, [&](DerNode& child) { return child.at({0, 1}).content == serial; });
     }},
    {"only the signer's certificate", "trust.chain_invalid", Then::leave,
     [](DerNode& root) {
         auto const serial = signer(root).at({1, 1}).content;
         std::erase_if(certificates(root).children, [&](DerNode& child) { return child.at({0, 1}).content != serial; });
     }},
    {"two certificates of the signer's name", "envelope.signer_certificate_missing", Then::leave,
     [](DerNode& root) {
         auto const serial = signer(root).at({1, 1}).content;
         auto& all = certificates(root).children;
         auto twin = *std::ranges::find_if(all, [&](DerNode& one) { return one.at({0, 1}).content == serial; });
         twin.at({2}).content.back() ^= 1;
         all.push_back(twin);
         sort(certificates(root));
     }},
    {"a certificate that is none", "certificate.malformed", Then::leave,
     [](DerNode& root) { certificates(root).children = {DerNode::constructed(0x30, {integer(1)})}; }},
};

}  // namespace

Manipulations const& of_signed_data() {
    return kSignedData;
}

Bytes manipulated(ByteView signed_data, Manipulation const& manipulation, EVP_PKEY* key, EVP_MD const* hash) {
    auto root = DerNode::parse(signed_data);
    manipulation.edit(root);
    if (manipulation.then == Then::sort_and_sign_again) sort(attributes(root));
    if (manipulation.then != Then::leave) resign(root, key, hash);
    return root.encode();
}

}  // namespace casebridge::test::inner
