#include "crypto/der_gate.h"

#include "crypto/der_oids.h"
#include "crypto/der_reader.h"
#include "crypto/openssl.h"

namespace casebridge {
namespace {

constexpr DerCodes kCodes{"gate.outer_truncated", "gate.outer_indefinite_length", "gate.outer_length_not_minimal",
                          "gate.outer_structure"};

constexpr std::array<std::uint8_t, 1> kVersion0{0};
constexpr std::array<std::uint8_t, 1> kVersion3{3};
constexpr std::array<std::uint8_t, 1> kTagLength{16};
constexpr std::size_t kNonceSize = 12;
constexpr std::size_t kTagSize = 16;
constexpr std::size_t kWrappedKeySize = 40;  // SPEC RFC 3394 2.2.1: a 32-byte key grows by 8
constexpr std::size_t kLongestSerial = 20;   // SPEC RFC 5280 4.1.2.2
constexpr std::size_t kP256PointSize = 65;   // SPEC RFC 5480 2.2: 0x04 || x || y
constexpr std::size_t kP384PointSize = 97;

Error refused(std::string_view code) {
    return {ErrorKind::invalid, code};
}

struct Recipient {
    Suite suite;
    ByteView point;
    Digest name;
};

Digest name_digest(ByteView issuer, ByteView serial) {
    Bytes both(issuer.begin(), issuer.end());
    both.insert(both.end(), serial.begin(), serial.end());
    return sha256(both);
}

/// SPEC RFC 5753 3.1.1: the ephemeral key, [0] { [1] OriginatorPublicKey }. Its length tells the suite.
Result<Recipient> read_ephemeral_key(DerReader& recipient) {
    constexpr std::string_view code = "gate.outer_originator_key";
    ASSIGN_OR_RETURN(auto choice, recipient.enter(der::context_0, code));
    ASSIGN_OR_RETURN(auto key, choice.enter(der::context_1, code));
    RETURN_IF_ERROR(choice.finish());
    RETURN_IF_ERROR(expect_algorithm(key, der::id_ec_public_key, "gate.outer_ephemeral_algorithm"));
    ASSIGN_OR_RETURN(auto const bits, key.expect(der::bit_string, "gate.outer_ephemeral_point"));
    RETURN_IF_ERROR(key.finish());
    if (bits.content.size() < 2 || bits.content[0] != 0 || bits.content[1] != 4)
        return refused("gate.outer_ephemeral_point");
    auto const point = bits.content.subspan(1);
    if (point.size() == kP256PointSize) return Recipient{Suite::p256_sha256, point, {}};
    if (point.size() == kP384PointSize) return Recipient{Suite::p384_sha384, point, {}};
    return refused("gate.outer_ephemeral_point");
}

/// SPEC RFC 5652 6.2.2: RecipientEncryptedKeys, exactly one, named by issuer and serial number.
Result<Digest> read_encrypted_key(DerReader& recipient) {
    ASSIGN_OR_RETURN(auto keys, recipient.enter(der::sequence));
    ASSIGN_OR_RETURN(auto key, keys.enter(der::sequence, "gate.outer_recipient_count"));
    RETURN_IF_ERROR(keys.finish("gate.outer_recipient_count"));
    RETURN_IF_ERROR(key.refuse(der::context_0, "gate.outer_recipient_key_id"));
    ASSIGN_OR_RETURN(auto name, key.enter(der::sequence, "gate.outer_recipient_name"));
    ASSIGN_OR_RETURN(auto const issuer, name.expect(der::sequence, "gate.outer_recipient_name"));
    ASSIGN_OR_RETURN(auto const serial, name.expect(der::integer, "gate.outer_recipient_name"));
    RETURN_IF_ERROR(name.finish("gate.outer_recipient_name"));
    if (!is_positive_integer(serial.content, kLongestSerial)) return refused("gate.outer_recipient_name");
    ASSIGN_OR_RETURN(auto const wrapped, key.expect(der::octet_string, "gate.outer_encrypted_key"));
    if (wrapped.content.size() != kWrappedKeySize) return refused("gate.outer_encrypted_key");
    RETURN_IF_ERROR(key.finish());
    return name_digest(issuer.whole, serial.whole);
}

/// SPEC RFC 5652 6.2.2: KeyAgreeRecipientInfo
Result<Recipient> read_recipient(DerReader& info) {
    RETURN_IF_ERROR(info.exactly(der::integer, kVersion3, "gate.outer_recipient_version"));
    ASSIGN_OR_RETURN(auto recipient, read_ephemeral_key(info));
    RETURN_IF_ERROR(info.refuse(der::context_1, "gate.outer_ukm"));
    // SPEC RFC 5753 7.1.4: the KDF of the suite's hash; its parameter is the key wrap.
    ByteView const kdf =
        recipient.suite == Suite::p256_sha256 ? ByteView(der::std_dh_sha256_kdf) : ByteView(der::std_dh_sha384_kdf);
    ASSIGN_OR_RETURN(auto agreement, info.enter(der::sequence));
    RETURN_IF_ERROR(agreement.exactly(der::object_identifier, kdf, "gate.outer_kdf"));
    RETURN_IF_ERROR(expect_algorithm(agreement, der::id_aes256_wrap, "gate.outer_key_wrap"));
    RETURN_IF_ERROR(agreement.finish());
    ASSIGN_OR_RETURN(recipient.name, read_encrypted_key(info));
    RETURN_IF_ERROR(info.finish());
    return recipient;
}

Result<Recipient> read_recipients(DerReader& envelope) {
    ASSIGN_OR_RETURN(auto recipients, envelope.enter(der::set));
    if (recipients.at_end()) return refused("gate.outer_recipient_count");
    ASSIGN_OR_RETURN(auto const only, recipients.any());
    RETURN_IF_ERROR(recipients.finish("gate.outer_recipient_count"));
    // SECURITY: the other types (key transport, shared key, password) have had memory errors before authentication.
    if (only.tag != der::context_1) return refused("gate.outer_recipient_type");
    DerReader info(only.content, kCodes);
    return read_recipient(info);
}

/// SPEC RFC 5084 3.2: aes-256-GCM with a 12-byte nonce and a full tag; RFC 5652 6.1: primitive, definite content.
Status read_encrypted_content(DerReader& envelope) {
    ASSIGN_OR_RETURN(auto content, envelope.enter(der::sequence));
    RETURN_IF_ERROR(content.exactly(der::object_identifier, der::id_data, "gate.outer_encrypted_content_type"));
    ASSIGN_OR_RETURN(auto cipher, content.enter(der::sequence));
    RETURN_IF_ERROR(cipher.exactly(der::object_identifier, der::id_aes256_gcm, "gate.outer_cipher"));
    ASSIGN_OR_RETURN(auto parameters, cipher.enter(der::sequence, "gate.outer_cipher"));
    RETURN_IF_ERROR(cipher.finish());
    ASSIGN_OR_RETURN(auto const nonce, parameters.expect(der::octet_string, "gate.outer_nonce"));
    if (nonce.content.size() != kNonceSize) return refused("gate.outer_nonce");
    // SECURITY: OpenSSL accepts tags down to 4 bytes; an absent length means 12 (RFC 5084 3.2).
    RETURN_IF_ERROR(parameters.exactly(der::integer, kTagLength, "gate.outer_tag_length"));
    RETURN_IF_ERROR(parameters.finish());
    ASSIGN_OR_RETURN(auto const ciphertext, content.expect(der::context_primitive_0, "gate.outer_encrypted_content"));
    if (ciphertext.content.empty()) return refused("gate.outer_encrypted_content");
    return content.finish();
}

/// SPEC RFC 5083 2.1: AuthEnvelopedData
Result<Recipient> read_envelope(DerReader& envelope) {
    RETURN_IF_ERROR(envelope.exactly(der::integer, kVersion0, "gate.outer_version"));
    RETURN_IF_ERROR(envelope.refuse(der::context_0, "gate.outer_originator_info"));
    ASSIGN_OR_RETURN(auto const recipient, read_recipients(envelope));
    RETURN_IF_ERROR(read_encrypted_content(envelope));
    RETURN_IF_ERROR(envelope.refuse(der::context_1, "gate.outer_authenticated_attributes"));
    ASSIGN_OR_RETURN(auto const tag, envelope.expect(der::octet_string, "gate.outer_tag"));
    if (tag.content.size() != kTagSize) return refused("gate.outer_tag");
    RETURN_IF_ERROR(envelope.refuse(der::context_2, "gate.outer_unauthenticated_attributes"));
    RETURN_IF_ERROR(envelope.finish());
    return recipient;
}

Result<Recipient> read_outer(ByteView sealed) {
    DerReader reader(sealed, kCodes);
    ASSIGN_OR_RETURN(auto info, reader.enter(der::sequence));
    RETURN_IF_ERROR(reader.finish("gate.outer_trailing_bytes"));
    ASSIGN_OR_RETURN(auto const type, info.expect(der::object_identifier, "gate.outer_content_type"));
    // SECURITY: without authentication OpenSSL decrypts stream modes to garbage and says so: a decryption oracle.
    if (std::ranges::equal(type.content, der::id_enveloped_data)) return refused("gate.outer_not_authenticated");
    if (!std::ranges::equal(type.content, der::id_auth_enveloped_data)) return refused("gate.outer_content_type");
    ASSIGN_OR_RETURN(auto wrapper, info.enter(der::context_0));
    RETURN_IF_ERROR(info.finish());
    ASSIGN_OR_RETURN(auto envelope, wrapper.enter(der::sequence));
    RETURN_IF_ERROR(wrapper.finish());
    return read_envelope(envelope);
}

}  // namespace

Digest recipient_name(Certificate const& certificate) {
    return name_digest(openssl::to_der<X509_NAME>(X509_get_issuer_name(certificate.raw()), i2d_X509_NAME),
                       openssl::to_der<ASN1_INTEGER>(X509_get0_serialNumber(certificate.raw()), i2d_ASN1_INTEGER));
}

Result<GatedEnvelope> gate_outer(Bytes sealed, std::size_t maximum_size) {
    if (sealed.size() > maximum_size) return refused("gate.outer_too_large");
    ASSIGN_OR_RETURN(auto const recipient, read_outer(sealed));
    auto const point_offset = static_cast<std::size_t>(recipient.point.data() - sealed.data());
    return GatedEnvelope(std::move(sealed), recipient.suite, recipient.name, point_offset, recipient.point.size());
}

}  // namespace casebridge
