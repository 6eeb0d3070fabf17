#include "crypto/der_gate.h"

#include "crypto/auth_enveloped.h"
#include "crypto/der_oids.h"
#include "crypto/der_reader.h"
#include "crypto/openssl.h"

namespace casebridge {
namespace {

constexpr AuthEnvelopedCodes kCodes{
    .der = {"gate.outer_truncated", "gate.outer_indefinite_length", "gate.outer_length_not_minimal",
            "gate.outer_structure"},
    .trailing_bytes = "gate.outer_trailing_bytes",
    .content_type = "gate.outer_content_type",
    .not_authenticated = "gate.outer_not_authenticated",
    .version = "gate.outer_version",
    .originator_info = "gate.outer_originator_info",
    .recipient_count = "gate.outer_recipient_count",
    .recipient_type = "gate.outer_recipient_type",
    .encrypted_content_type = "gate.outer_encrypted_content_type",
    .cipher = "gate.outer_cipher",
    .nonce = "gate.outer_nonce",
    .tag_length = "gate.outer_tag_length",
    .encrypted_content = "gate.outer_encrypted_content",
    .authenticated_attributes = "gate.outer_authenticated_attributes",
    .tag = "gate.outer_tag",
    .unauthenticated_attributes = "gate.outer_unauthenticated_attributes",
};

constexpr std::array<std::uint8_t, 1> kVersion3{3};
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
Status read_recipient(DerReader& info, Recipient& recipient) {
    RETURN_IF_ERROR(info.exactly(der::integer, kVersion3, "gate.outer_recipient_version"));
    ASSIGN_OR_RETURN(recipient, read_ephemeral_key(info));
    RETURN_IF_ERROR(info.refuse(der::context_1, "gate.outer_ukm"));
    // SPEC RFC 5753 7.1.4: the KDF of the suite's hash; its parameter is the key wrap.
    ByteView const kdf =
        recipient.suite == Suite::p256_sha256 ? ByteView(der::std_dh_sha256_kdf) : ByteView(der::std_dh_sha384_kdf);
    ASSIGN_OR_RETURN(auto agreement, info.enter(der::sequence));
    RETURN_IF_ERROR(agreement.exactly(der::object_identifier, kdf, "gate.outer_kdf"));
    RETURN_IF_ERROR(expect_algorithm(agreement, der::id_aes256_wrap, "gate.outer_key_wrap"));
    RETURN_IF_ERROR(agreement.finish());
    ASSIGN_OR_RETURN(recipient.name, read_encrypted_key(info));
    return info.finish();
}

}  // namespace

Digest recipient_name(Certificate const& certificate) {
    return name_digest(openssl::to_der<X509_NAME>(X509_get_issuer_name(certificate.raw()), i2d_X509_NAME),
                       openssl::to_der<ASN1_INTEGER>(X509_get0_serialNumber(certificate.raw()), i2d_ASN1_INTEGER));
}

Result<GatedEnvelope> gate_outer(Bytes sealed, std::size_t maximum_size) {
    if (sealed.size() > maximum_size) return refused("gate.outer_too_large");
    Recipient recipient{};
    auto const parts = read_auth_enveloped(sealed, der::context_1, kCodes,
                                           [&recipient](DerReader& info) { return read_recipient(info, recipient); });
    if (!parts) return parts.error();
    auto const point_offset = static_cast<std::size_t>(recipient.point.data() - sealed.data());
    return GatedEnvelope(std::move(sealed), recipient.suite, recipient.name, point_offset, recipient.point.size());
}

}  // namespace casebridge
