#include "crypto/signed_form.h"

#include "crypto/der_oids.h"
#include "crypto/der_reader.h"
#include "crypto/signed_attributes.h"

#include <algorithm>

#include <openssl/asn1.h>

namespace casebridge {
namespace {

constexpr std::array<std::uint8_t, 1> kVersion1{1};
constexpr std::array<std::uint8_t, 1> kVersion3{3};
constexpr std::size_t kLongestSerial = 20;

Error refused(std::string_view code) {
    return {ErrorKind::invalid, code};
}

/// SPEC RFC 5754 2: SHA-2 identifiers without parameters. Anything else, SHA-1 and MD5 among it, is refused.
Result<Suite> read_digest_algorithm(DerReader& reader) {
    constexpr std::string_view code = "gate.inner_digest_algorithm";
    ASSIGN_OR_RETURN(auto algorithm, reader.enter(der::sequence, code));
    ASSIGN_OR_RETURN(auto const oid, algorithm.expect(der::object_identifier, code));
    RETURN_IF_ERROR(algorithm.finish(code));
    if (std::ranges::equal(oid.content, der::id_sha256)) return Suite::p256_sha256;
    if (std::ranges::equal(oid.content, der::id_sha384)) return Suite::p384_sha384;
    return refused(code);
}

Result<Suite> read_digest_algorithms(DerReader& data) {
    ASSIGN_OR_RETURN(auto algorithms, data.enter(der::set));
    if (algorithms.at_end()) return refused("gate.inner_digest_algorithm_count");
    ASSIGN_OR_RETURN(auto const suite, read_digest_algorithm(algorithms));
    RETURN_IF_ERROR(algorithms.finish("gate.inner_digest_algorithm_count"));
    return suite;
}

/// SPEC RFC 5652 5.2: EncapsulatedContentInfo. `fields`: all of the SignedData, which `data` reads.
Status read_content(ByteView fields, DerReader& data, ContentKind kind, Payload payload, SignedForm& form) {
    ASSIGN_OR_RETURN(auto const whole, data.expect(der::sequence));
    auto const at = static_cast<std::size_t>(whole.whole.data() - fields.data());
    form.before_content = fields.first(at);
    form.after_content = fields.subspan(at + whole.whole.size());
    DerReader info(whole.content, kInnerCodes);
    ASSIGN_OR_RETURN(auto const type, info.expect(der::object_identifier, "gate.inner_content_kind"));
    if (!std::ranges::equal(type.content, der::content_kind(kind))) return refused("gate.inner_content_kind");
    form.content_type = type.whole;
    if (payload == Payload::detached) return info.finish("gate.inner_content_present");
    ASSIGN_OR_RETURN(auto wrapper, info.enter(der::context_0, "gate.inner_content_missing"));
    RETURN_IF_ERROR(info.finish());
    ASSIGN_OR_RETURN(auto const content, wrapper.expect(der::octet_string));
    RETURN_IF_ERROR(wrapper.finish());
    form.content = content.content;
    return Done{};
}

/// `fields`: all of the SignedData, which `data` reads.
Status read_certificates(ByteView fields, DerReader& data, SignedForm& form) {
    ASSIGN_OR_RETURN(auto const field, data.expect(der::context_0, "gate.inner_certificate_count"));
    auto const at = static_cast<std::size_t>(field.whole.data() - fields.data());
    form.before_certificates = fields.first(at);
    form.after_certificates = fields.subspan(at + field.whole.size());
    DerReader certificates(field.content, kInnerCodes);
    ByteView previous;
    while (!certificates.at_end()) {
        if (form.certificate_count == SignedForm::kMostCertificates) return refused("gate.inner_certificate_count");
        ASSIGN_OR_RETURN(auto const one, certificates.expect(der::sequence, "gate.inner_certificate_type"));
        if (!in_set_order(previous, one.whole)) return refused("gate.inner_set_order");
        previous = one.whole;
        form.certificates[form.certificate_count++] = one.whole;
    }
    if (form.certificate_count == 0) return refused("gate.inner_certificate_count");
    return data.refuse(der::context_1, "gate.inner_crls");
}

/// SPEC RFC 3279 2.2.3: Ecdsa-Sig-Value
Status check_signature(ByteView signature, Suite suite) {
    constexpr std::string_view code = "gate.inner_signature";
    constexpr DerCodes codes{code, code, code, code};
    std::size_t const longest = suite == Suite::p256_sha256 ? 33 : 49;
    DerReader reader(signature, codes);
    ASSIGN_OR_RETURN(auto numbers, reader.enter(der::sequence));
    RETURN_IF_ERROR(reader.finish());
    ASSIGN_OR_RETURN(auto const r, numbers.expect(der::integer));
    ASSIGN_OR_RETURN(auto const s, numbers.expect(der::integer));
    RETURN_IF_ERROR(numbers.finish());
    if (!is_positive_integer(r.content, longest) || !is_positive_integer(s.content, longest)) return refused(code);
    return Done{};
}

Status read_signer_identifier(DerReader& signer, SignedForm& form) {
    constexpr std::string_view code = "gate.inner_signer_identifier";
    ASSIGN_OR_RETURN(auto identifier, signer.enter(der::sequence, code));
    ASSIGN_OR_RETURN(auto const issuer, identifier.expect(der::sequence, code));
    ASSIGN_OR_RETURN(auto const serial, identifier.expect(der::integer, code));
    RETURN_IF_ERROR(identifier.finish(code));
    if (!is_positive_integer(serial.content, kLongestSerial)) return refused(code);
    form.signer_issuer = issuer.whole;
    form.signer_serial = serial.whole;
    return Done{};
}

/// SPEC RFC 5652 5.3: SignerInfo
Status read_signer(DerReader& signer, ContentKind kind, SignedForm& form) {
    RETURN_IF_ERROR(signer.exactly(der::integer, kVersion1, "gate.inner_signer_version"));
    RETURN_IF_ERROR(read_signer_identifier(signer, form));
    ASSIGN_OR_RETURN(auto const suite, read_digest_algorithm(signer));
    if (suite != form.suite) return refused("gate.inner_signer_digest");
    // SECURITY: without signed attributes, the attributes of one message verify as the content of another.
    ASSIGN_OR_RETURN(auto attributes, signer.enter(der::context_0, "gate.inner_no_signed_attributes"));
    RETURN_IF_ERROR(read_signed_attributes(attributes, kind, form));
    ByteView const algorithm =
        form.suite == Suite::p256_sha256 ? ByteView(der::ecdsa_with_sha256) : ByteView(der::ecdsa_with_sha384);
    RETURN_IF_ERROR(expect_algorithm(signer, algorithm, "gate.inner_signature_algorithm"));
    ASSIGN_OR_RETURN(auto const signature, signer.expect(der::octet_string, "gate.inner_signature"));
    RETURN_IF_ERROR(check_signature(signature.content, form.suite));
    RETURN_IF_ERROR(signer.refuse(der::context_1, "gate.inner_unsigned_attributes"));
    return signer.finish();
}

Status read_signers(DerReader& data, ContentKind kind, SignedForm& form) {
    ASSIGN_OR_RETURN(auto signers, data.enter(der::set));
    if (signers.at_end()) return refused("gate.inner_signer_count");
    ASSIGN_OR_RETURN(auto signer, signers.enter(der::sequence));
    RETURN_IF_ERROR(signers.finish("gate.inner_signer_count"));
    return read_signer(signer, kind, form);
}

// A SignedData has at most the size that the outer gate admits.
int size_of(ByteView bytes) {
    return static_cast<int>(bytes.size());
}

Bytes sequence_of(ByteView content) {
    Bytes whole(static_cast<std::size_t>(ASN1_object_size(1, size_of(content), V_ASN1_SEQUENCE)));
    unsigned char* end = whole.data();
    ASN1_put_object(&end, 1, size_of(content), V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
    std::ranges::copy(content, end);
    return whole;
}

/// A ContentInfo with a SignedData of these fields.
Bytes signed_data_of(std::span<ByteView const> fields) {
    ByteView const type = der::id_signed_data;
    int content = 0;
    for (auto const field : fields) content += size_of(field);
    int const data = ASN1_object_size(1, content, V_ASN1_SEQUENCE);
    int const info = ASN1_object_size(0, size_of(type), V_ASN1_OBJECT) + ASN1_object_size(1, data, 0);
    Bytes whole(static_cast<std::size_t>(ASN1_object_size(1, info, V_ASN1_SEQUENCE)));
    unsigned char* end = whole.data();
    auto const put = [&end](ByteView bytes) { end = std::ranges::copy(bytes, end).out; };
    ASN1_put_object(&end, 1, info, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
    ASN1_put_object(&end, 0, size_of(type), V_ASN1_OBJECT, V_ASN1_UNIVERSAL);
    put(type);
    ASN1_put_object(&end, 1, data, 0, V_ASN1_CONTEXT_SPECIFIC);
    ASN1_put_object(&end, 1, content, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
    for (auto const field : fields) put(field);
    return whole;
}

}  // namespace

Result<SignedForm> read_signed_form(ByteView signed_data, ContentKind kind, Payload payload) {
    DerReader reader(signed_data, kInnerCodes);
    ASSIGN_OR_RETURN(auto info, reader.enter(der::sequence));
    RETURN_IF_ERROR(reader.finish("gate.inner_trailing_bytes"));
    RETURN_IF_ERROR(info.exactly(der::object_identifier, der::id_signed_data, "gate.inner_content_type"));
    ASSIGN_OR_RETURN(auto wrapper, info.enter(der::context_0));
    RETURN_IF_ERROR(info.finish());
    ASSIGN_OR_RETURN(auto const fields, wrapper.expect(der::sequence));
    RETURN_IF_ERROR(wrapper.finish());
    DerReader data(fields.content, kInnerCodes);

    // SPEC RFC 5652 5.1: SignedData; version 3, because the content type is not id-data.
    SignedForm form;
    RETURN_IF_ERROR(data.exactly(der::integer, kVersion3, "gate.inner_version"));
    ASSIGN_OR_RETURN(form.suite, read_digest_algorithms(data));
    RETURN_IF_ERROR(read_content(fields.content, data, kind, payload, form));
    RETURN_IF_ERROR(read_certificates(fields.content, data, form));
    RETURN_IF_ERROR(read_signers(data, kind, form));
    RETURN_IF_ERROR(data.finish());
    return form;
}

Secret without_certificates(SignedForm const& form) {
    std::array const fields{form.before_certificates, form.after_certificates};
    return Secret(signed_data_of(fields));
}

Bytes without_content(SignedForm const& form) {
    auto const content_info = sequence_of(form.content_type);
    std::array const fields{form.before_content, ByteView(content_info), form.after_content};
    return signed_data_of(fields);
}

Status gate_inner(ByteView signed_data, ContentKind kind, Payload payload) {
    auto const form = read_signed_form(signed_data, kind, payload);
    if (!form) return form.error();
    return Done{};
}

}  // namespace casebridge
