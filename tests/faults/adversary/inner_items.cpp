// The inner form: sealed as it should be, signed as it should not.
#include "daemon/clock.h"
#include "tests/faults/adversary/corpus.h"
#include "tests/faults/forged_message.h"
#include "tests/support/check_code.h"
#include "tests/support/inner_manipulations.h"
#include "tests/support/ministry.h"

namespace casebridge::test {
namespace {

Bytes genuine(Attacker const& attacker) {
    auto const payload = payload_of(valid_message(attacker.from, attacker.to, attacker.agreement));
    auto const inner = must(sign(as_bytes(payload), ContentKind::message, Payload::attached, attacker.identity.signer,
                                 SystemClock().now()));
    return {inner.bytes().begin(), inner.bytes().end()};
}

struct Sealing {
    Attacker const& attacker;
    std::vector<Item>& items;

    void add(std::string const& kind, std::string const& name, ByteView inner, std::vector<std::string> expected) {
        items.push_back(posted(kind, name, seal_raw(inner, attacker.recipient), std::move(expected)));
    }
    void add(std::string const& kind, Bytes const& good, inner::Manipulations const& all) {
        for (auto const& manipulation : all) {
            auto const bytes = inner::manipulated(good, manipulation, attacker.identity.signer.key.raw(), EVP_sha256());
            add(kind, manipulation.name, bytes, {std::string("400 ") + manipulation.code});
        }
    }
};

void add_other_signatures(Sealing& sealing) {
    auto const& signer = sealing.attacker.identity.signer;
    auto const payload =
        payload_of(valid_message(sealing.attacker.from, sealing.attacker.to, sealing.attacker.agreement));
    auto const add = [&](char const* name, char const* code, SigningChoice const& choice) {
        auto const inner = sign_raw(as_bytes(payload), choice, signer.chain.front(), signer.key.raw(),
                                    {signer.chain.begin() + 1, signer.chain.end()});
        sealing.add("inner: other signatures", name, inner, {std::string("400 ") + code});
    };
    add("SHA-1", "gate.inner_digest_algorithm", {kOidMessage, EVP_sha1()});
    add("SHA-512", "gate.inner_digest_algorithm", {kOidMessage, EVP_sha512()});
    add("P-256 with SHA-384", "envelope.suite_mismatch", {kOidMessage, EVP_sha384()});
    add("plain data", "gate.inner_version", {"1.2.840.113549.1.7.1"});
    add("a foreign content type", "gate.inner_content_kind", {"1.2.3.4.5"});
    add("a receipt", "gate.inner_content_kind", {kOidReceipt});
    add("detached", "gate.inner_content_missing", {kOidMessage, nullptr, CMS_CADES | CMS_NOSMIMECAP, true});
    add("no signing certificate", "gate.inner_attribute_missing", {kOidMessage, nullptr, CMS_NOSMIMECAP});
    add("S/MIME capabilities", "gate.inner_attribute_unknown", {kOidMessage, nullptr, CMS_CADES});
    add("no signed attributes", "gate.inner_no_signed_attributes", {kOidMessage, nullptr, CMS_NOATTR});
    add("a signer by key identifier", "gate.inner_signer_version",
        {kOidMessage, nullptr, CMS_CADES | CMS_NOSMIMECAP | CMS_USE_KEYID});
}

/// Those whose word counts for nothing here, or not in that name.
void add_foreign_signers(Sealing& sealing) {
    auto const& attacker = sealing.attacker;
    auto const now = SystemClock().now();
    auto const payload = payload_of(valid_message(attacker.from, attacker.to, attacker.agreement));
    auto const add = [&](char const* name, Signer const& signer, char const* expected) {
        auto const inner = must(sign(as_bytes(payload), ContentKind::message, Payload::attached, signer, now));
        sealing.add("inner: foreign signers", name, inner.bytes(), {expected});
    };
    add("a ministry nobody pinned", Ministry::create("vn-molisa", Suite::p256_sha256, now).signer(),
        "400 envelope.unknown_signer");
    add("another root of the same name", Ministry::create(attacker.from.node.text(), Suite::p256_sha256, now).signer(),
        "400 trust.chain_invalid");
    auto const leaf = [&](NodeId const& node, Role role, Timestamp at) {
        auto made = must(issue_leaf(node, role, attacker.issuing, Suite::p256_sha256, at));
        return Signer{std::move(made.key), {made.certificate, attacker.issuing.certificate}};
    };
    add("a leaf in the victim's name", leaf(attacker.to.node, Role::signing, now), "400 envelope.unknown_signer");
    add("a TLS leaf", leaf(attacker.from.node, Role::tls, now), "400 trust.wrong_role");
    add("an expired leaf", leaf(attacker.from.node, Role::signing, now - std::chrono::hours(24 * 3000)),
        "400 trust.expired");
}

}  // namespace

std::vector<Item> inner_items(Attacker const& attacker) {
    auto const good = genuine(attacker);
    std::vector<Item> items;
    Sealing sealing{attacker, items};
    sealing.add("inner: signed data", good, inner::of_signed_data());
    sealing.add("inner: signer", good, inner::of_signer());
    sealing.add("inner: attributes", good, inner::of_attributes());
    add_other_signatures(sealing);
    add_foreign_signers(sealing);
    sealing.add("inner: bytes", "no CMS", to_bytes("{\"version\":1}"), {"400 gate.inner_structure"});
    sealing.add("inner: bytes", "cut off", ByteView(good).first(good.size() - 1), {"400 gate.inner_truncated"});
    auto longer = good;
    longer.push_back(0);
    sealing.add("inner: bytes", "trailing bytes", longer, {"400 gate.inner_trailing_bytes"});
    for (auto const damage : kAllDamage)
        for (auto const& message : damaged(DerNode::parse(good), damage))
            sealing.add("inner: damage", "one element", message.encode(),
                        {"400 gate.inner_*", "400 envelope.*", "400 trust.*", "400 certificate.malformed"});
    return items;
}

}  // namespace casebridge::test
