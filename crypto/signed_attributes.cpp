#include "crypto/signed_attributes.h"

#include "crypto/der_oids.h"

#include <algorithm>
#include <optional>

namespace casebridge {
namespace {

enum Attribute : unsigned { content_type = 1, message_digest = 2, signing_time = 4, signing_certificate = 8 };
constexpr unsigned kAllAttributes = content_type | message_digest | signing_time | signing_certificate;

Error refused(std::string_view code) {
    return {ErrorKind::invalid, code};
}

std::size_t hash_size(Suite suite) noexcept {
    return suite == Suite::p256_sha256 ? 32 : 48;
}

std::optional<Attribute> attribute_named(ByteView oid) noexcept {
    if (std::ranges::equal(oid, der::id_content_type)) return content_type;
    if (std::ranges::equal(oid, der::id_message_digest)) return message_digest;
    if (std::ranges::equal(oid, der::id_signing_time)) return signing_time;
    if (std::ranges::equal(oid, der::id_signing_certificate_v2)) return signing_certificate;
    return std::nullopt;
}

/// SPEC RFC 5652 11.3: UTCTime until 2049, GeneralizedTime from 2050; seconds present, Zulu, no fraction.
Status read_signing_time(DerReader& value, SignedForm& form) {
    Error const bad = refused("gate.inner_signing_time");
    ASSIGN_OR_RETURN(auto const time, value.any());
    std::string text = to_text(time.content.first(std::min<std::size_t>(time.content.size(), 15)));
    bool const utc = time.tag == der::utc_time && time.content.size() == 13;
    bool const generalized = time.tag == der::generalized_time && time.content.size() == 15;
    if (!utc && !generalized) return bad;
    if (utc) text.insert(0, text[0] >= '5' ? "19" : "20");
    if (generalized && text < "2050") return bad;
    auto const part = [&text](std::size_t from) { return text.substr(from, 2); };
    auto const parsed = parse_rfc3339(text.substr(0, 4) + '-' + part(4) + '-' + part(6) + 'T' + part(8) + ':' +
                                      part(10) + ':' + part(12) + text.substr(14));
    if (!parsed) return bad;
    form.signing_time = *parsed;
    return Done{};
}

/// SPEC RFC 5035 3, 4: one ESSCertIDv2 with issuer and serial number, no policies. DER leaves the default hash
/// algorithm (SHA-256) out, so each suite has exactly one form.
Status read_signing_certificate(DerReader& value, SignedForm& form) {
    constexpr std::string_view code = "gate.inner_signing_certificate";
    ASSIGN_OR_RETURN(auto attribute, value.enter(der::sequence, code));
    ASSIGN_OR_RETURN(auto identifiers, attribute.enter(der::sequence, code));
    RETURN_IF_ERROR(attribute.finish(code));
    ASSIGN_OR_RETURN(auto identifier, identifiers.enter(der::sequence, code));
    RETURN_IF_ERROR(identifiers.finish(code));
    if (form.suite == Suite::p384_sha384) RETURN_IF_ERROR(expect_algorithm(identifier, der::id_sha384, code));
    ASSIGN_OR_RETURN(auto const hash, identifier.expect(der::octet_string, code));
    if (hash.content.size() != hash_size(form.suite)) return refused(code);
    ASSIGN_OR_RETURN(auto issuer_serial, identifier.enter(der::sequence, code));
    RETURN_IF_ERROR(identifier.finish(code));
    ASSIGN_OR_RETURN(auto names, issuer_serial.enter(der::sequence, code));
    ASSIGN_OR_RETURN(auto directory_name, names.enter(der::context_4, code));
    RETURN_IF_ERROR(names.finish(code));
    ASSIGN_OR_RETURN(auto const issuer, directory_name.expect(der::sequence, code));
    RETURN_IF_ERROR(directory_name.finish(code));
    ASSIGN_OR_RETURN(auto const serial, issuer_serial.expect(der::integer, code));
    RETURN_IF_ERROR(issuer_serial.finish(code));
    form.certificate_hash = hash.content;
    form.hashed_issuer = issuer.whole;
    form.hashed_serial = serial.whole;
    return Done{};
}

Status read_value(Attribute attribute, DerReader& value, ContentKind kind, SignedForm& form) {
    switch (attribute) {
        case content_type:
            return value.exactly(der::object_identifier, der::content_kind(kind), "gate.inner_content_type_attribute");
        case message_digest: {
            ASSIGN_OR_RETURN(auto const digest, value.expect(der::octet_string, "gate.inner_message_digest"));
            if (digest.content.size() != hash_size(form.suite)) return refused("gate.inner_message_digest");
            form.content_digest = digest.content;
            return Done{};
        }
        case signing_time:
            return read_signing_time(value, form);
        case signing_certificate:
            break;
    }
    return read_signing_certificate(value, form);
}

}  // namespace

bool in_set_order(ByteView previous, ByteView next) noexcept {
    return std::ranges::lexicographical_compare(previous, next);
}

Status read_signed_attributes(DerReader& attributes, ContentKind kind, SignedForm& form) {
    unsigned seen = 0;
    ByteView previous;
    while (!attributes.at_end()) {
        ASSIGN_OR_RETURN(auto const whole, attributes.expect(der::sequence));
        DerReader attribute(whole.content, kInnerCodes);
        ASSIGN_OR_RETURN(auto const oid, attribute.expect(der::object_identifier));
        auto const known = attribute_named(oid.content);
        if (!known) return refused("gate.inner_attribute_unknown");
        if ((seen & *known) != 0) return refused("gate.inner_attribute_repeated");
        seen |= *known;
        if (!in_set_order(previous, whole.whole)) return refused("gate.inner_set_order");
        previous = whole.whole;
        ASSIGN_OR_RETURN(auto values, attribute.enter(der::set));
        RETURN_IF_ERROR(attribute.finish());
        if (values.at_end()) return refused("gate.inner_attribute_values");
        RETURN_IF_ERROR(read_value(*known, values, kind, form));
        RETURN_IF_ERROR(values.finish("gate.inner_attribute_values"));
    }
    if (seen != kAllAttributes) return refused("gate.inner_attribute_missing");
    return Done{};
}

}  // namespace casebridge
