#include "crypto/meeting_layer.h"

#include "crypto/auth_enveloped.h"
#include "crypto/content_cipher.h"
#include "crypto/der_oids.h"
#include "crypto/openssl.h"

#include <algorithm>
#include <limits>

namespace casebridge {
namespace {

constexpr AuthEnvelopedCodes kCodes{
    .der = {"gate.meeting_truncated", "gate.meeting_indefinite_length", "gate.meeting_length_not_minimal",
            "gate.meeting_structure"},
    .trailing_bytes = "gate.meeting_trailing_bytes",
    .content_type = "gate.meeting_content_type",
    .not_authenticated = "gate.meeting_not_authenticated",
    .version = "gate.meeting_version",
    .originator_info = "gate.meeting_originator_info",
    .recipient_count = "gate.meeting_recipient_count",
    .recipient_type = "gate.meeting_recipient_type",
    .encrypted_content_type = "gate.meeting_encrypted_content_type",
    .cipher = "gate.meeting_cipher",
    .nonce = "gate.meeting_nonce",
    .tag_length = "gate.meeting_tag_length",
    .encrypted_content = "gate.meeting_encrypted_content",
    .authenticated_attributes = "gate.meeting_authenticated_attributes",
    .tag = "gate.meeting_tag",
    .unauthenticated_attributes = "gate.meeting_unauthenticated_attributes",
};
constexpr std::string_view kSealFailed = "meeting_layer.seal_failed";
constexpr std::string_view kNotOpened = "meeting_layer.not_opened";
constexpr std::array<std::uint8_t, 1> kVersion4{4};
constexpr std::size_t kWrappedKeySize = meeting_key_bytes + 8;  // SPEC RFC 3394 2.2.1

Error refused(std::string_view code) {
    return {ErrorKind::invalid, code};
}

struct KekRecipient {
    ByteView key_id, wrapped_key;
};

/// SPEC RFC 5652 6.2.3: KEKRecipientInfo
Status read_recipient(DerReader& info, KekRecipient& recipient) {
    RETURN_IF_ERROR(info.exactly(der::integer, kVersion4, "gate.meeting_recipient_version"));
    ASSIGN_OR_RETURN(auto name, info.enter(der::sequence, "gate.meeting_key_id"));
    ASSIGN_OR_RETURN(auto const id, name.expect(der::octet_string, "gate.meeting_key_id"));
    if (id.content.size() != meeting_key_id_bytes) return refused("gate.meeting_key_id");
    RETURN_IF_ERROR(name.finish("gate.meeting_key_id"));  // neither date nor other
    RETURN_IF_ERROR(expect_algorithm(info, der::id_aes256_wrap, "gate.meeting_key_wrap"));
    ASSIGN_OR_RETURN(auto const wrapped, info.expect(der::octet_string, "gate.meeting_encrypted_key"));
    if (wrapped.content.size() != kWrappedKeySize) return refused("gate.meeting_encrypted_key");
    recipient = {id.content, wrapped.content};
    return info.finish();
}

template <std::size_t size>
unsigned char* openssl_copy(std::array<std::uint8_t, size> const& bytes) {
    return static_cast<unsigned char*>(openssl::require(OPENSSL_memdup(bytes.data(), size), "OPENSSL_memdup"));
}

openssl::Cms encrypt(ByteView content, MeetingKeyId const& id, Secret const& key) {
    openssl::Bio const input = openssl::reading(content);
    openssl::Cms cms(CMS_encrypt(nullptr, input.get(), EVP_aes_256_gcm(), CMS_BINARY | CMS_PARTIAL));
    if (!cms) return nullptr;
    auto* const key_copy = static_cast<unsigned char*>(
        openssl::require(OPENSSL_memdup(key.reveal().data(), key.size()), "OPENSSL_memdup"));
    auto* const id_copy = openssl_copy(id);
    // Takes both copies over, and wipes the key's when it goes.
    if (CMS_add0_recipient_key(cms.get(), NID_id_aes256_wrap, key_copy, key.size(), id_copy, id.size(), nullptr,
                               nullptr, nullptr) == nullptr) {
        OPENSSL_clear_free(key_copy, key.size());
        OPENSSL_free(id_copy);
        return nullptr;
    }
    return CMS_final(cms.get(), input.get(), nullptr, CMS_BINARY) == 1 ? std::move(cms) : nullptr;
}

/// SPEC RFC 3394 2.2.2; empty if the key is not the one it was wrapped with.
Secret unwrapped(ByteView wrapped, Secret const& key) {
    openssl::CipherContext const context(openssl::require(EVP_CIPHER_CTX_new(), "EVP_CIPHER_CTX_new"));
    EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    openssl::require(EVP_DecryptInit_ex(context.get(), EVP_aes_256_wrap(), nullptr, key.reveal().data(), nullptr) == 1,
                     "AES-256-WRAP");
    Bytes output(wrapped.size());
    int written = 0;
    bool const right = EVP_DecryptUpdate(context.get(), output.data(), &written, wrapped.data(),
                                         static_cast<int>(wrapped.size())) == 1 &&
                       written == static_cast<int>(meeting_key_bytes);
    Secret whole(std::move(output));
    if (!right) return {};
    auto const content_key = whole.reveal().first(meeting_key_bytes);
    return Secret(Bytes(content_key.begin(), content_key.end()));
}

}  // namespace

bool has_meeting_layer(ByteView sealed) noexcept {
    auto const peek = [sealed]() -> Result<bool> {
        DerReader reader(sealed, kCodes.der);
        ASSIGN_OR_RETURN(auto info, reader.enter(der::sequence));
        RETURN_IF_ERROR(info.any());
        ASSIGN_OR_RETURN(auto wrapper, info.enter(der::context_0));
        ASSIGN_OR_RETURN(auto envelope, wrapper.enter(der::sequence));
        RETURN_IF_ERROR(envelope.any());
        ASSIGN_OR_RETURN(auto recipients, envelope.enter(der::set));
        return recipients.next_is(der::context_2);
    }();
    return peek && *peek;
}

Result<GatedMeetingLayer> gate_meeting(Bytes sealed, std::size_t maximum_size) {
    if (sealed.size() > maximum_size) return refused("gate.meeting_too_large");
    GatedMeetingLayer gated;
    gated.bytes_ = std::move(sealed);
    KekRecipient recipient;
    ASSIGN_OR_RETURN(auto const parts,
                     read_auth_enveloped(gated.bytes_, der::context_2, kCodes,
                                         [&recipient](DerReader& info) { return read_recipient(info, recipient); }));
    std::ranges::copy(recipient.key_id, gated.key_id_.begin());
    gated.wrapped_key_ = recipient.wrapped_key;
    gated.nonce_ = parts.nonce;
    gated.ciphertext_ = parts.ciphertext;
    gated.tag_ = parts.tag;
    return gated;
}

Result<Bytes> add_meeting_layer(ByteView sealed, MeetingKeyId const& id, Secret const& key) {
    openssl::ErrorScope const errors;
    if (key.size() != meeting_key_bytes) return Error{ErrorKind::internal, kSealFailed, "the key is not of 32 bytes"};
    auto const cms = encrypt(sealed, id, key);
    if (!cms) return errors.error(ErrorKind::internal, kSealFailed);
    auto bytes = openssl::to_der<CMS_ContentInfo>(cms.get(), i2d_CMS_ContentInfo);
    // INVARIANT: what we seal passes the gate of every peer.
    if (auto const gated = gate_meeting(bytes, std::numeric_limits<std::size_t>::max()); !gated)
        return Error{ErrorKind::internal, kSealFailed, std::string(gated.error().code)};
    return bytes;
}

Result<Bytes> remove_meeting_layer(GatedMeetingLayer const& gated, Secret const& key) {
    openssl::ErrorScope const errors;
    auto const content_key = unwrapped(gated.wrapped_key_, key);
    if (content_key.empty()) return Error{ErrorKind::unauthentic, kNotOpened};
    // SECURITY: the fields the gate read, and no second parser: OpenSSL's CMS code never sees what is not authentic.
    Bytes whole(gated.nonce_.begin(), gated.nonce_.end());
    whole.insert(whole.end(), gated.ciphertext_.begin(), gated.ciphertext_.end());
    whole.insert(whole.end(), gated.tag_.begin(), gated.tag_.end());
    auto content = decrypt_content(content_key, whole, {});
    if (!content) return Error{ErrorKind::unauthentic, kNotOpened};
    return content;
}

}  // namespace casebridge
