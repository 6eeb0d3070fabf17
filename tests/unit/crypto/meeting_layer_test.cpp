// The layer under a key that was handed over in person: its form is as strict as that of the envelope inside.
#include "crypto/meeting_layer.h"

#include "tests/unit/crypto/outer_world.h"

namespace casebridge::test::outer {
BOOST_AUTO_TEST_SUITE(meeting_layer)

namespace {

constexpr MeetingKeyId kId{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

Secret key_of(std::uint8_t fill) {
    return Secret(Bytes(meeting_key_bytes, fill));
}

Bytes layered(Suite suite = Suite::p256_sha256) {
    return must(add_meeting_layer(world(suite).sealed, kId, key_of(7)));
}

std::string answer(Bytes bytes, Secret const& key) {
    auto const gated = gate_meeting(std::move(bytes), kLimit);
    if (!gated) return std::string(gated.error().code);
    auto const inside = remove_meeting_layer(*gated, key);
    if (!inside) return std::string(inside.error().code);
    return world(Suite::p256_sha256).answer(*inside);
}

/// "gate.outer_tag" -> "gate.meeting_tag": what both layers share is judged alike.
std::string in_this_layer(std::string code) {
    constexpr std::string_view outer = "gate.outer_";
    BOOST_REQUIRE(code.starts_with(outer));
    return "gate.meeting_" + code.substr(outer.size());
}

void check_layer(Manipulations const& manipulations, bool shared) {
    auto const bytes = layered();
    for (auto const& manipulation : manipulations) {
        BOOST_TEST_CONTEXT(manipulation.name) {
            auto root = DerNode::parse(bytes);
            manipulation.edit(root);
            BOOST_CHECK_EQUAL(answer(root.encode(), key_of(7)),
                              shared ? in_this_layer(manipulation.code) : manipulation.code);
        }
    }
}

/// Another KEK recipient, as OpenSSL makes it.
void add_shared_key(CMS_ContentInfo* cms, std::size_t id_size, std::size_t key_size, ASN1_GENERALIZEDTIME* date) {
    auto* key = static_cast<unsigned char*>(OPENSSL_zalloc(key_size));
    auto* name = static_cast<unsigned char*>(OPENSSL_zalloc(id_size));
    openssl::require(
        CMS_add0_recipient_key(cms, NID_undef, key, key_size, name, id_size, date, nullptr, nullptr) != nullptr,
        "KEK recipient");
}

std::string genuine(EVP_CIPHER const* cipher, std::function<void(CMS_ContentInfo*)> const& add_recipients) {
    return code_of(gate_meeting(encrypt_raw(as_bytes("x"), cipher, add_recipients), kLimit));
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_was_put_into_the_layer_comes_out_of_it) {
    for (auto const suite : {Suite::p256_sha256, Suite::p384_sha384}) {
        auto const bytes = layered(suite);
        BOOST_CHECK(has_meeting_layer(bytes));
        BOOST_CHECK(!has_meeting_layer(world(suite).sealed));
        BOOST_CHECK_LE(bytes.size(), world(suite).sealed.size() + 200);
        auto const gated = must(gate_meeting(bytes, bytes.size()));
        BOOST_CHECK(gated.key_id() == kId);
        BOOST_CHECK(must(remove_meeting_layer(gated, key_of(7))) == world(suite).sealed);
    }
    BOOST_CHECK(layered() != layered());
}

BOOST_AUTO_TEST_CASE(another_key_opens_nothing) {
    BOOST_CHECK_EQUAL(answer(layered(), key_of(7)), "(accepted)");
    BOOST_CHECK_EQUAL(answer(layered(), key_of(8)), "meeting_layer.not_opened");
    CHECK_CODE(add_meeting_layer(world(Suite::p256_sha256).sealed, kId, Secret(Bytes(16, 7))),
               "meeting_layer.seal_failed");
}

BOOST_AUTO_TEST_CASE(every_change_to_the_form_has_its_own_code) {
    check_layer(of_envelope(), true);
    check_layer(of_tag(), true);
    check_layer(of_encoding(), true);
}

BOOST_AUTO_TEST_CASE(every_change_to_the_recipient_has_its_own_code) {
    check_layer(
        {{"version 3", "gate.meeting_recipient_version", [](DerNode& root) { recipient(root).at({0}) = integer(3); }},
         {"an id of 15 bytes", "gate.meeting_key_id",
          [](DerNode& root) {
              recipient(root).at({1, 0}).content.pop_back();
          }},
         {"an id of 17 bytes", "gate.meeting_key_id",
          [](DerNode& root) {
              recipient(root).at({1, 0}).content.push_back(1);
          }},
         {"no id", "gate.meeting_key_id", [](DerNode& root) { recipient(root).at({1}).children.clear(); }},
         {"no name", "gate.meeting_key_id", [](DerNode& root) { erase(recipient(root), 1); }},
         {"a date beside the id", "gate.meeting_key_id",
          [](DerNode& root) {
              recipient(root).at({1}).children.push_back(DerNode::primitive(0x18, to_bytes("20261201000000Z")));
          }},
         {"another attribute beside the id", "gate.meeting_key_id",
          [](DerNode& root) { recipient(root).at({1}).children.push_back(attribute()); }},
         {"AES-128 key wrap", "gate.meeting_key_wrap",
          [](DerNode& root) {
              recipient(root).at({2, 0}) = oid("2.16.840.1.101.3.4.1.5");
          }},
         {"key wrap with NULL parameters", "gate.meeting_key_wrap",
          [](DerNode& root) { recipient(root).at({2}).children.push_back(DerNode::primitive(0x05, {})); }},
         {"an encrypted key of 24 bytes", "gate.meeting_encrypted_key",
          [](DerNode& root) { recipient(root).at({3}).content.resize(24); }},
         {"no encrypted key", "gate.meeting_encrypted_key", [](DerNode& root) { erase(recipient(root), 3); }},
         {"something after the encrypted key", "gate.meeting_structure",
          [](DerNode& root) { recipient(root).children.push_back(integer(1)); }},
         {"another type of recipient", "gate.meeting_recipient_type",
          [](DerNode& root) { recipient(root).tag = 0xa1; }},
         {"the id of another key", "(accepted)",  // for who looks the key up by its id
          [](DerNode& root) {
              recipient(root).at({1, 0}).content[0] ^= 1;
          }},
         {"the wrapped key altered", "meeting_layer.not_opened",
          [](DerNode& root) { recipient(root).at({3}).content[20] ^= 1; }},
         {"the nonce altered", "meeting_layer.not_opened",
          [](DerNode& root) {
              cipher(root).at({1, 0}).content[0] ^= 1;
          }},
         {"the ciphertext altered", "meeting_layer.not_opened",
          [](DerNode& root) {
              root.at({1, 0, 2, 2}).content[100] ^= 1;
          }},
         {"the tag altered", "meeting_layer.not_opened", [](DerNode& root) { mac(root).content[15] ^= 1; }}},
        false);
}

BOOST_AUTO_TEST_CASE(no_element_can_be_removed_doubled_emptied_or_given_another_tag) {
    auto const bytes = layered();
    std::size_t tried = 0;
    for (auto const damage : kAllDamage) {
        for (auto const& message : damaged(DerNode::parse(bytes), damage)) {
            auto const code = answer(message.encode(), key_of(7));
            BOOST_CHECK_MESSAGE(code.starts_with("gate.meeting_"), code);
            ++tried;
        }
    }
    BOOST_CHECK_GT(tried, 80U);
}

BOOST_AUTO_TEST_CASE(bytes_before_or_after_are_refused) {
    auto const bytes = layered();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        Bytes const cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        CHECK_CODE(gate_meeting(cut, kLimit), size == 0 ? "gate.meeting_structure" : "gate.meeting_truncated");
        static_cast<void>(has_meeting_layer(cut));
    }
    auto longer = bytes;
    longer.push_back(0);
    CHECK_CODE(gate_meeting(longer, kLimit), "gate.meeting_trailing_bytes");
    CHECK_CODE(gate_meeting(bytes, bytes.size() - 1), "gate.meeting_too_large");
}

BOOST_AUTO_TEST_CASE(other_layers_that_openssl_makes_are_refused) {
    auto const& certificate = world(Suite::p256_sha256).receiver.encryption.certificate;
    auto const* gcm = EVP_aes_256_gcm();
    auto const ours = [](CMS_ContentInfo* cms) { add_shared_key(cms, 16, 32, nullptr); };
    BOOST_CHECK_EQUAL(genuine(gcm, ours), "(accepted)");
    BOOST_CHECK_EQUAL(genuine(EVP_aes_256_cbc(), ours), "gate.meeting_not_authenticated");
    BOOST_CHECK_EQUAL(genuine(EVP_aes_128_gcm(), ours), "gate.meeting_encrypted_key");
    BOOST_CHECK_EQUAL(genuine(gcm, [](CMS_ContentInfo* cms) { add_shared_key(cms, 16, 16, nullptr); }),
                      "gate.meeting_key_wrap");
    BOOST_CHECK_EQUAL(genuine(gcm, [](CMS_ContentInfo* cms) { add_shared_key(cms, 8, 32, nullptr); }),
                      "gate.meeting_key_id");
    BOOST_CHECK_EQUAL(
        genuine(gcm, [](CMS_ContentInfo* cms) { add_shared_key(cms, 16, 32, ASN1_GENERALIZEDTIME_set(nullptr, 0)); }),
        "gate.meeting_key_id");
    BOOST_CHECK_EQUAL(genuine(gcm,
                              [&](CMS_ContentInfo* cms) {
                                  ours(cms);
                                  add_recipient(cms, certificate, EVP_sha256());
                              }),
                      "gate.meeting_recipient_count");
    BOOST_CHECK_EQUAL(code_of(gate_meeting(world(Suite::p256_sha256).sealed, kLimit)), "gate.meeting_recipient_type");
}

BOOST_AUTO_TEST_CASE(the_layer_cannot_stand_in_another_layer) {
    auto const twice = must(add_meeting_layer(layered(), kId, key_of(7)));
    BOOST_CHECK_EQUAL(answer(twice, key_of(7)), "gate.outer_recipient_type");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test::outer
