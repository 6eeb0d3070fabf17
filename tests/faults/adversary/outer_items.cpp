// The outer form: what is refused before any key is used; and flips anywhere.
#include "tests/faults/adversary/corpus.h"
#include "tests/faults/forged_message.h"
#include "tests/support/check_code.h"
#include "tests/support/ministry.h"
#include "tests/support/outer_manipulations.h"

namespace casebridge::test {
namespace {

Bytes genuine(Attacker const& attacker) {
    auto const message = valid_message(attacker.from, attacker.to, attacker.agreement);
    return seal_payload(payload_of(message), attacker.identity.signer, attacker.recipient);
}

void add(std::vector<Item>& items, std::string const& kind, Bytes const& good, outer::Manipulations const& all) {
    for (auto const& manipulation : all) {
        auto root = DerNode::parse(good);
        manipulation.edit(root);
        items.push_back(posted(kind, manipulation.name, root.encode(), {std::string("400 ") + manipulation.code}));
    }
}

/// What OpenSSL makes and reads and we do not.
void add_other_ciphers(std::vector<Item>& items, Attacker const& attacker) {
    auto const& ours = attacker.recipient;
    auto const to_us = [&](CMS_ContentInfo* cms) { add_recipient(cms, ours, EVP_sha256()); };
    auto const add_made = [&](char const* name, char const* code, EVP_CIPHER const* cipher, auto const& recipients) {
        items.push_back(posted("outer: other ciphers", name, encrypt_raw(as_bytes("text"), cipher, recipients),
                               {std::string("400 ") + code}));
    };
    add_made("AES-256-CBC", "gate.outer_not_authenticated", EVP_aes_256_cbc(), to_us);
    add_made("AES-128-GCM", "gate.outer_key_wrap", EVP_aes_128_gcm(), to_us);
    add_made("the default KDF", "gate.outer_kdf", EVP_aes_256_gcm(),
             [&](CMS_ContentInfo* cms) { add_recipient(cms, ours, nullptr); });
    add_made("a recipient by key identifier", "gate.outer_recipient_key_id", EVP_aes_256_gcm(),
             [&](CMS_ContentInfo* cms) { add_recipient(cms, ours, EVP_sha256(), CMS_USE_KEYID); });
    add_made("two recipients", "gate.outer_recipient_count", EVP_aes_256_gcm(), [&](CMS_ContentInfo* cms) {
        add_recipient(cms, ours, EVP_sha256());
        add_recipient(cms, attacker.identity.encryption_chain.front(), EVP_sha256());
    });
}

void add_bytes(std::vector<Item>& items, Attacker const& attacker, Bytes const& good) {
    auto const add_one = [&](char const* name, Bytes const& bytes, char const* code) {
        items.push_back(posted("outer: bytes", name, bytes, {std::string("400 ") + code}));
    };
    add_one("nothing", {}, "gate.outer_structure");
    add_one("three bytes", {1, 2, 3}, "gate.outer_structure");
    add_one("sequences in sequences", Bytes(100'000, 0x30), "gate.outer_*");
    add_one("a text", to_bytes("{\"version\":1}"), "gate.outer_structure");
    auto longer = good;
    longer.push_back(0);
    add_one("trailing bytes", longer, "gate.outer_trailing_bytes");
    add_one("to another recipient",
            seal_payload("{}", attacker.identity.signer, attacker.identity.encryption_chain.front()),
            "envelope.unknown_recipient");
    auto const resigned = must(sign(good, ContentKind::message, Payload::attached, attacker.identity.signer, noon()));
    add_one("a ciphertext that is signed", {resigned.bytes().begin(), resigned.bytes().end()},
            "gate.outer_content_type");
    for (std::size_t at = 0; at < good.size(); at += 1 + good.size() / 40)
        add_one("cut off", {good.begin(), good.begin() + static_cast<std::ptrdiff_t>(at)}, "gate.outer_*");
}

}  // namespace

std::vector<Item> outer_items(Attacker const& attacker) {
    auto const good = genuine(attacker);
    std::vector<Item> items;
    add(items, "outer: envelope", good, outer::of_envelope());
    add(items, "outer: recipient", good, outer::of_recipient());
    add(items, "outer: tag", good, outer::of_tag());
    add(items, "outer: encoding", good, outer::of_encoding());
    add_other_ciphers(items, attacker);
    add_bytes(items, attacker, good);
    for (auto const damage : kAllDamage)
        for (auto const& message : damaged(DerNode::parse(good), damage))
            items.push_back(posted("outer: damage", "one element", message.encode(),
                                   {"400 gate.outer_*", "400 envelope.unknown_recipient"}));
    for (std::size_t at = 0; at < good.size(); at += 1 + good.size() / 400) {
        auto flipped = good;
        flipped[at] ^= 1;
        items.push_back(
            posted("outer: flips", "byte " + std::to_string(at), flipped, {"400 gate.outer_*", "400 envelope.*"}));
    }
    return items;
}

}  // namespace casebridge::test
