#include "crypto/envelope.h"

#include "crypto/oids.h"
#include "crypto/openssl.h"
#include "crypto/suite.h"

namespace casebridge {
namespace {

constexpr std::string_view kSignFailed = "envelope.sign_failed";
constexpr std::string_view kSealFailed = "envelope.seal_failed";

char const* content_oid(ContentKind kind) {
    switch (kind) {
        case ContentKind::message:
            return kOidMessage;
        case ContentKind::receipt:
            return kOidReceipt;
        case ContentKind::agreement:
            return kOidAgreement;
        case ContentKind::permission:
            break;
    }
    return kOidPermission;
}

bool add_signing_time(CMS_SignerInfo* signer, Timestamp now) {
    // Set beforehand, because OpenSSL would take the system's clock.
    auto const seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    openssl::Asn1Time const time(ASN1_TIME_set(nullptr, seconds));
    return time && CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_signingTime, time->type, time.get(), -1) == 1;
}

/// SignedData without its signature, which `CMS_final` makes.
openssl::Cms prepare(ContentKind kind, Payload attached, Signer const& signer, EVP_MD const* hash, Timestamp now) {
    unsigned const flags = CMS_BINARY | CMS_PARTIAL | (attached == Payload::detached ? CMS_DETACHED : 0U);
    openssl::Cms cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, flags));
    openssl::Asn1Object const type(OBJ_txt2obj(content_oid(kind), 1));
    if (!cms || !type || CMS_set1_eContentType(cms.get(), type.get()) != 1) return nullptr;
    CMS_SignerInfo* const info = CMS_add1_signer(cms.get(), signer.chain.front().raw(), signer.key.raw(), hash,
                                                 CMS_BINARY | CMS_PARTIAL | CMS_CADES | CMS_NOSMIMECAP);
    if (info == nullptr || !add_signing_time(info, now)) return nullptr;
    for (std::size_t i = 1; i < signer.chain.size(); ++i) {
        X509* const certificate = signer.chain[i].raw();
        if (X509_self_signed(certificate, 0) == 1) continue;
        if (CMS_add1_cert(cms.get(), certificate) != 1) return nullptr;
    }
    return cms;
}

openssl::Cms encrypt(ByteView inner, X509* recipient, Suite suite) {
    openssl::Bio const input = openssl::reading(inner);
    openssl::Cms cms(CMS_encrypt(nullptr, input.get(), EVP_aes_256_gcm(), CMS_BINARY | CMS_PARTIAL));
    if (!cms) return nullptr;
    CMS_RecipientInfo* const info = CMS_add1_recipient_cert(cms.get(), recipient, CMS_KEY_PARAM);
    if (info == nullptr) return nullptr;
    // OpenSSL's default KDF hash is SHA-1.
    EVP_PKEY_CTX* const context = CMS_RecipientInfo_get0_pkey_ctx(info);
    if (context == nullptr || EVP_PKEY_CTX_set_ecdh_kdf_md(context, hash_of(suite)) <= 0) return nullptr;
    if (CMS_final(cms.get(), input.get(), nullptr, CMS_BINARY) != 1) return nullptr;
    return cms;
}

/// The suite of an encryption certificate that may be used, none otherwise.
std::optional<Suite> usable_suite(X509* recipient) {
    bool const limited = (X509_get_extension_flags(recipient) & EXFLAG_KUSAGE) != 0;
    if (!limited || (X509_get_key_usage(recipient) & KU_KEY_AGREEMENT) == 0) return std::nullopt;
    return suite_of(X509_get0_pubkey(recipient));
}

}  // namespace

Result<SignedBytes> sign(ByteView payload, ContentKind kind, Payload attached, Signer const& signer, Timestamp now) {
    openssl::ErrorScope const errors;
    auto const suite = suite_of(signer.key.raw());
    if (!suite || signer.chain.empty() || !signer.key.matches(signer.chain.front()))
        return Error{ErrorKind::internal, kSignFailed, "the key is on no suite's curve, or not the certificate's"};
    openssl::Bio const content = openssl::reading(payload);
    auto const cms = prepare(kind, attached, signer, hash_of(*suite), now);
    if (!cms || CMS_final(cms.get(), content.get(), nullptr, CMS_BINARY) != 1)
        return errors.error(ErrorKind::internal, kSignFailed);
    SignedBytes result(openssl::to_der<CMS_ContentInfo>(cms.get(), i2d_CMS_ContentInfo));
    // INVARIANT: what we sign passes the gate of every peer.
    if (auto const gated = gate_inner(result.bytes(), kind, attached); !gated)
        return Error{ErrorKind::internal, kSignFailed, std::string(gated.error().code)};
    return result;
}

Result<SealedEnvelope> seal(SignedBytes const& inner, Certificate const& recipient) {
    openssl::ErrorScope const errors;
    auto const suite = usable_suite(recipient.raw());
    if (!suite) return Error{ErrorKind::invalid, "envelope.recipient_unusable"};
    auto const cms = encrypt(inner.bytes(), recipient.raw(), *suite);
    if (!cms) return errors.error(ErrorKind::internal, kSealFailed);
    Bytes bytes = openssl::to_der<CMS_ContentInfo>(cms.get(), i2d_CMS_ContentInfo);
    // INVARIANT: what we seal passes the gate of every peer.
    auto gated = gate_outer(std::move(bytes), std::numeric_limits<std::size_t>::max());
    if (!gated) return Error{ErrorKind::internal, kSealFailed, std::string(gated.error().code)};
    return SealedEnvelope(Bytes(gated->bytes().begin(), gated->bytes().end()), inner.digest());
}

}  // namespace casebridge
