#include "crypto/envelope.h"
#include "crypto/openssl.h"
#include "crypto/signed_form.h"
#include "crypto/suite.h"

#include <algorithm>

namespace casebridge {
namespace {

Error unauthentic(std::string_view code) {
    return {ErrorKind::unauthentic, code};
}

bool is_named(Certificate const& certificate, ByteView issuer, ByteView serial) {
    X509* const raw = certificate.raw();
    return std::ranges::equal(openssl::to_der<X509_NAME>(X509_get_issuer_name(raw), i2d_X509_NAME), issuer) &&
           std::ranges::equal(openssl::to_der<ASN1_INTEGER>(X509_get0_serialNumber(raw), i2d_ASN1_INTEGER), serial);
}

/// The enclosed certificates, the signer's first.
Result<std::vector<Certificate>> signer_chain(SignedForm const& form) {
    std::vector<Certificate> chain;
    bool found = false;
    for (std::size_t i = 0; i < form.certificate_count; ++i) {
        ASSIGN_OR_RETURN(auto certificate, Certificate::from_der(form.certificates[i]));
        bool const is_signer = is_named(certificate, form.signer_issuer, form.signer_serial);
        if (is_signer && found) return unauthentic("envelope.signer_certificate_missing");
        found = found || is_signer;
        chain.insert(is_signer ? chain.begin() : chain.end(), std::move(certificate));
    }
    if (!found) return unauthentic("envelope.signer_certificate_missing");
    return chain;
}

/// SPEC RFC 5035 5: the signature is bound to one certificate, by hash, issuer and serial number.
bool names_certificate(SignedForm const& form, Certificate const& signer) {
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> hash{};
    unsigned int size = 0;
    openssl::require(X509_digest(signer.raw(), hash_of(form.suite), hash.data(), &size) == 1, "X509_digest");
    return std::ranges::equal(ByteView(hash).first(size), form.certificate_hash) &&
           is_named(signer, form.hashed_issuer, form.hashed_serial);
}

/// Null if OpenSSL does not read the whole of it.
openssl::Cms parsed_without_certificates(SignedForm const& form) {
    auto const bare = without_certificates(form);
    auto const* position = bare.reveal().data();
    openssl::Cms cms(d2i_CMS_ContentInfo(nullptr, &position, static_cast<long>(bare.size())));
    return position == bare.reveal().data() + bare.size() ? std::move(cms) : nullptr;
}

/// The signature alone: whether the certificate may be believed is decided before.
Status check_signature(Payload attached, ByteView content, SignedForm const& form, Certificate const& signer) {
    openssl::ErrorScope const errors;
    auto const bad = [&errors] { return errors.error(ErrorKind::unauthentic, "envelope.bad_signature"); };
    auto const cms = parsed_without_certificates(form);
    if (!cms) return bad();
    openssl::CertificateStack const signers(openssl::require(sk_X509_new_null(), "sk_X509_new_null"));
    openssl::require(sk_X509_push(signers.get(), signer.raw()) > 0, "sk_X509_push");
    openssl::Bio const detached = attached == Payload::detached ? openssl::reading(content) : nullptr;
    openssl::Bio const output = openssl::wiped_memory();
    // CMS_NOINTERN: only the certificate we judged.
    if (CMS_verify(cms.get(), signers.get(), nullptr, detached.get(), output.get(),
                   CMS_BINARY | CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY) != 1)
        return bad();
    // INVARIANT: OpenSSL hashed the content that the gate read.
    if (!std::ranges::equal(openssl::written(output), attached == Payload::detached ? content : form.content))
        return bad();
    return Done{};
}

/// SPEC RFC 5652 5.4: with signed attributes, they are what is signed.
Status check_attributes_signature(SignedForm const& form, Certificate const& signer) {
    openssl::ErrorScope const errors;
    auto const bad = [&errors] { return errors.error(ErrorKind::unauthentic, "envelope.bad_signature"); };
    auto const cms = parsed_without_certificates(form);
    if (!cms) return bad();
    auto* const signers = CMS_get0_SignerInfos(cms.get());
    if (signers == nullptr || sk_CMS_SignerInfo_num(signers) != 1) return bad();
    CMS_SignerInfo* const info = sk_CMS_SignerInfo_value(signers, 0);
    CMS_SignerInfo_set1_signer_cert(info, signer.raw());
    if (CMS_SignerInfo_verify(info) != 1) return bad();
    return Done{};
}

using JudgeChain = std::function<Status(std::vector<Certificate> const& chain)>;

/// The enclosed certificates, the signer's first, if it may be believed.
Result<std::vector<Certificate>> trusted_chain(SignedForm const& form, JudgeChain const& judge) {
    ASSIGN_OR_RETURN(auto chain, signer_chain(form));
    auto const& signer = chain.front();
    RETURN_IF_ERROR(judge(chain));
    if (suite_of(X509_get0_pubkey(signer.raw())) != form.suite) return unauthentic("envelope.suite_mismatch");
    if (!names_certificate(form, signer)) return unauthentic("envelope.wrong_signing_certificate");
    return chain;
}

Result<VerifiedContent> verify_form(ByteView signed_data, Payload attached, ByteView content, SignedForm const& form,
                                    JudgeChain const& judge) {
    ASSIGN_OR_RETURN(auto chain, trusted_chain(form, judge));
    auto const signer = chain.front();
    RETURN_IF_ERROR(check_signature(attached, content, form, signer));
    auto const payload = attached == Payload::detached ? content : form.content;
    return VerifiedContent{Bytes(payload.begin(), payload.end()), signer, form.signing_time, sha256(signed_data),
                           std::move(chain)};
}

/// At the time it names, and by lists of any age: an agreement that was signed does not end because a partner cannot be
/// reached today.
JudgeChain as_signed(PinnedRoot const& pin, SignedForm const& form) {
    return [&pin, at = form.signing_time](std::vector<Certificate> const& chain) {
        return pin.verify_as_known(chain, Role::signing, at);
    };
}

/// Made once: building a group computes tables. From then on it is only read, by any thread.
EC_GROUP const* group_of(Suite suite) {
    auto const make = [](Suite of) {
        return openssl::EcGroup(openssl::require(EC_GROUP_new_by_curve_name(curve_of(of)), "curve"));
    };
    static openssl::EcGroup const p256 = make(Suite::p256_sha256), p384 = make(Suite::p384_sha384);
    return (suite == Suite::p256_sha256 ? p256 : p384).get();
}

/// Points off the curve reveal bits of a static key, so they are refused before the key is touched.
bool is_on_curve(ByteView point, Suite suite) {
    openssl::ErrorScope const errors;
    auto const* const group = group_of(suite);
    openssl::EcPoint const parsed(openssl::require(EC_POINT_new(group), "EC_POINT_new"));
    return EC_POINT_oct2point(group, parsed.get(), point.data(), point.size(), nullptr) == 1;
}

}  // namespace

Result<VerifiedContent> verify(ByteView signed_data, ContentKind kind, Payload attached, ByteView content,
                               PinnedRoot const& pin, Timestamp now, std::vector<Bytes> const& crls) {
    ASSIGN_OR_RETURN(auto const form, read_signed_form(signed_data, kind, attached));
    return verify_form(signed_data, attached, content, form,
                       [&](auto const& chain) { return pin.verify(chain, Role::signing, now, crls); });
}

Result<VerifiedContent> verify_as_signed(ByteView signed_data, ContentKind kind, Payload attached, ByteView content,
                                         PinnedRoot const& pin, Timestamp now) {
    ASSIGN_OR_RETURN(auto const form, read_signed_form(signed_data, kind, attached));
    if (form.signing_time > now + kClockSkew) return unauthentic("envelope.signed_in_future");
    return verify_form(signed_data, attached, content, form, as_signed(pin, form));
}

Result<VerifiedContent> verify_agreement_signature(ByteView signed_data, ByteView content, PinnedRoot const& pin,
                                                   Timestamp now) {
    return verify_as_signed(signed_data, ContentKind::agreement, Payload::detached, content, pin, now);
}

Result<BareSignature> verify_bare_signature(ByteView bare, ContentKind kind, PinnedRoot const& pin, Timestamp now) {
    ASSIGN_OR_RETURN(auto const form, read_signed_form(bare, kind, Payload::detached));
    if (form.signing_time > now + kClockSkew) return unauthentic("envelope.signed_in_future");
    ASSIGN_OR_RETURN(auto chain, trusted_chain(form, as_signed(pin, form)));
    auto const signer = chain.front();
    RETURN_IF_ERROR(check_attributes_signature(form, signer));
    return BareSignature{signer, form.signing_time, Bytes(form.content_digest.begin(), form.content_digest.end()),
                         std::move(chain)};
}

Result<Bytes> bare_signature(ByteView signed_data, ContentKind kind) {
    ASSIGN_OR_RETURN(auto const form, read_signed_form(signed_data, kind, Payload::attached));
    return without_content(form);
}

Result<Bytes> claimed_content_digest(ByteView signed_data, ContentKind kind, Payload attached) {
    ASSIGN_OR_RETURN(auto const form, read_signed_form(signed_data, kind, attached));
    return Bytes(form.content_digest.begin(), form.content_digest.end());
}

Result<Certificate> claimed_signer(ByteView signed_data, ContentKind kind) {
    ASSIGN_OR_RETURN(auto const form, read_signed_form(signed_data, kind, Payload::attached));
    ASSIGN_OR_RETURN(auto const chain, signer_chain(form));
    return chain.front();
}

Opener::Opener(std::vector<KeyAndCertificate> keys) {
    for (auto& key : keys) {
        auto const name = recipient_name(key.certificate);
        keys_.emplace(name, std::move(key));
    }
}

Result<Secret> Opener::decrypt(GatedEnvelope const& gated) const {
    openssl::ErrorScope const errors;
    auto const found = keys_.find(gated.recipient());
    if (found == keys_.end()) return unauthentic("envelope.unknown_recipient");
    auto const& [key, certificate] = found->second;
    if (suite_of(key.raw()) != gated.suite()) return unauthentic("envelope.suite_mismatch");
    if (!is_on_curve(gated.ephemeral_point(), gated.suite())) return unauthentic("envelope.bad_ephemeral_key");
    auto const failed = [&errors] { return errors.error(ErrorKind::unauthentic, "envelope.decryption_failed"); };
    unsigned char const* position = gated.bytes().data();
    openssl::Cms const cms(d2i_CMS_ContentInfo(nullptr, &position, static_cast<long>(gated.bytes().size())));
    if (!cms || position != gated.bytes().data() + gated.bytes().size()) return failed();
    // SECURITY: into memory and never streamed: OpenSSL hands out plaintext before it has checked the tag.
    openssl::Bio const output = openssl::wiped_memory();
    key_uses_.fetch_add(1);
    if (CMS_decrypt(cms.get(), key.raw(), certificate.raw(), nullptr, output.get(), CMS_BINARY) != 1) return failed();
    auto const plaintext = openssl::written(output);
    return Secret(Bytes(plaintext.begin(), plaintext.end()));
}

Result<OpenedEnvelope> Opener::open(GatedEnvelope const& gated, PinLookup const& pins, Timestamp now,
                                    CrlLookup const& crls) const {
    ASSIGN_OR_RETURN(auto const plaintext, decrypt(gated));
    auto const inner = plaintext.reveal();
    ASSIGN_OR_RETURN(auto const form, read_signed_form(inner, ContentKind::message, Payload::attached));
    ASSIGN_OR_RETURN(auto const chain, signer_chain(form));
    ASSIGN_OR_RETURN(auto node, claimed_node(chain.front()));
    PinnedRoot const* const pin = pins(node);
    if (pin == nullptr) return unauthentic("envelope.unknown_signer");
    auto const known_crls = crls ? crls(node) : std::vector<Bytes>{};
    auto const judge = [&](auto const& each) { return pin->verify(each, Role::signing, now, known_crls); };
    ASSIGN_OR_RETURN(auto content, verify_form(inner, Payload::attached, {}, form, judge));
    return OpenedEnvelope(std::move(content), std::move(node), without_content(form));
}

}  // namespace casebridge
