#include "crypto/auth_enveloped.h"

#include "crypto/der_oids.h"

#include <algorithm>

namespace casebridge {
namespace {

constexpr std::array<std::uint8_t, 1> kVersion0{0};
constexpr std::array<std::uint8_t, 1> kTagLength{16};
constexpr std::size_t kNonceSize = 12;
constexpr std::size_t kTagSize = 16;

Error refused(std::string_view code) {
    return {ErrorKind::invalid, code};
}

Status read_recipient(DerReader& envelope, std::uint8_t recipient_tag, AuthEnvelopedCodes const& codes,
                      JudgeRecipient const& judge) {
    ASSIGN_OR_RETURN(auto recipients, envelope.enter(der::set));
    if (recipients.at_end()) return refused(codes.recipient_count);
    ASSIGN_OR_RETURN(auto const only, recipients.any());
    RETURN_IF_ERROR(recipients.finish(codes.recipient_count));
    // SECURITY: the other types (key transport, password …) have had memory errors before authentication.
    if (only.tag != recipient_tag) return refused(codes.recipient_type);
    DerReader info(only.content, codes.der);
    return judge(info);
}

/// SPEC RFC 5084 3.2: aes-256-GCM with a 12-byte nonce and a full tag; RFC 5652 6.1: primitive, definite content.
Status read_encrypted_content(DerReader& envelope, AuthEnvelopedCodes const& codes, AuthEnvelopedParts& parts) {
    ASSIGN_OR_RETURN(auto content, envelope.enter(der::sequence));
    RETURN_IF_ERROR(content.exactly(der::object_identifier, der::id_data, codes.encrypted_content_type));
    ASSIGN_OR_RETURN(auto cipher, content.enter(der::sequence));
    RETURN_IF_ERROR(cipher.exactly(der::object_identifier, der::id_aes256_gcm, codes.cipher));
    ASSIGN_OR_RETURN(auto parameters, cipher.enter(der::sequence, codes.cipher));
    RETURN_IF_ERROR(cipher.finish());
    ASSIGN_OR_RETURN(auto const nonce, parameters.expect(der::octet_string, codes.nonce));
    if (nonce.content.size() != kNonceSize) return refused(codes.nonce);
    // SECURITY: OpenSSL accepts tags down to 4 bytes; an absent length means 12 (RFC 5084 3.2).
    RETURN_IF_ERROR(parameters.exactly(der::integer, kTagLength, codes.tag_length));
    RETURN_IF_ERROR(parameters.finish());
    ASSIGN_OR_RETURN(auto const ciphertext, content.expect(der::context_primitive_0, codes.encrypted_content));
    if (ciphertext.content.empty()) return refused(codes.encrypted_content);
    parts.nonce = nonce.content;
    parts.ciphertext = ciphertext.content;
    return content.finish();
}

/// SPEC RFC 5083 2.1: AuthEnvelopedData
Result<AuthEnvelopedParts> read_envelope(DerReader& envelope, std::uint8_t recipient_tag,
                                         AuthEnvelopedCodes const& codes, JudgeRecipient const& judge) {
    AuthEnvelopedParts parts;
    RETURN_IF_ERROR(envelope.exactly(der::integer, kVersion0, codes.version));
    RETURN_IF_ERROR(envelope.refuse(der::context_0, codes.originator_info));
    RETURN_IF_ERROR(read_recipient(envelope, recipient_tag, codes, judge));
    RETURN_IF_ERROR(read_encrypted_content(envelope, codes, parts));
    RETURN_IF_ERROR(envelope.refuse(der::context_1, codes.authenticated_attributes));
    ASSIGN_OR_RETURN(auto const tag, envelope.expect(der::octet_string, codes.tag));
    if (tag.content.size() != kTagSize) return refused(codes.tag);
    parts.tag = tag.content;
    RETURN_IF_ERROR(envelope.refuse(der::context_2, codes.unauthenticated_attributes));
    RETURN_IF_ERROR(envelope.finish());
    return parts;
}

}  // namespace

Result<AuthEnvelopedParts> read_auth_enveloped(ByteView sealed, std::uint8_t recipient_tag,
                                               AuthEnvelopedCodes const& codes, JudgeRecipient const& judge) {
    DerReader reader(sealed, codes.der);
    ASSIGN_OR_RETURN(auto info, reader.enter(der::sequence));
    RETURN_IF_ERROR(reader.finish(codes.trailing_bytes));
    ASSIGN_OR_RETURN(auto const type, info.expect(der::object_identifier, codes.content_type));
    // SECURITY: without authentication OpenSSL decrypts stream modes to garbage and says so: a decryption oracle.
    if (std::ranges::equal(type.content, der::id_enveloped_data)) return refused(codes.not_authenticated);
    if (!std::ranges::equal(type.content, der::id_auth_enveloped_data)) return refused(codes.content_type);
    ASSIGN_OR_RETURN(auto wrapper, info.enter(der::context_0));
    RETURN_IF_ERROR(info.finish());
    ASSIGN_OR_RETURN(auto envelope, wrapper.enter(der::sequence));
    RETURN_IF_ERROR(wrapper.finish());
    return read_envelope(envelope, recipient_tag, codes, judge);
}

}  // namespace casebridge
