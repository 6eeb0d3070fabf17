#include "tests/support/ministry.h"

#include "crypto/names.h"
#include "crypto/openssl.h"
#include "crypto/suite.h"
#include "tests/support/check_code.h"

namespace casebridge::test {
namespace {

void add_extension(X509* certificate, X509V3_CTX* context, int nid, std::string const& value) {
    if (value.empty()) return;
    openssl::Extension const extension(
        openssl::require(X509V3_EXT_conf_nid(nullptr, context, nid, value.c_str()), value.c_str()));
    openssl::require(X509_add_ext(certificate, extension.get(), -1) == 1, "X509_add_ext");
}

time_t seconds(Timestamp time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace

Timestamp noon() {
    return must(parse_rfc3339("2026-11-23T12:00:00Z"));
}

PrivateKey copy(PrivateKey const& key) {
    return must(PrivateKey::from_pem(key.to_pem()));
}

Ministry Ministry::create(std::string_view name, Suite suite, Timestamp now) {
    auto const node = must(NodeId::parse(name));
    auto root = must(create_root(node, suite, now));
    auto issuing = must(create_issuing_authority(node, root, suite, now));
    auto tls = must(issue_leaf(node, Role::tls, issuing, suite, now));
    auto signing = must(issue_leaf(node, Role::signing, issuing, suite, now));
    auto encryption = must(issue_leaf(node, Role::encryption, issuing, suite, now));
    auto pin = must(PinnedRoot::pin(node, root.certificate, root.certificate.fingerprint()));
    return {node,
            suite,
            std::move(root),
            std::move(issuing),
            std::move(tls),
            std::move(signing),
            std::move(encryption),
            std::move(pin)};
}

Signer Ministry::signer() const {
    return {copy(signing.key), chain(signing)};
}

Opener Ministry::opener() const {
    std::vector<KeyAndCertificate> keys;
    keys.push_back({copy(encryption.key), encryption.certificate});
    return Opener(std::move(keys));
}

PinLookup Ministry::pins() const {
    return [this](NodeId const& id) { return id == node ? &pin : nullptr; };
}

Bytes seal_raw(ByteView inner, Certificate const& recipient) {
    auto const suite = suite_of(X509_get0_pubkey(recipient.raw())).value();
    auto const input = openssl::reading(inner);
    openssl::Cms const cms(openssl::require(
        CMS_encrypt(nullptr, input.get(), EVP_aes_256_gcm(), CMS_BINARY | CMS_PARTIAL), "CMS_encrypt"));
    CMS_RecipientInfo* const info =
        openssl::require(CMS_add1_recipient_cert(cms.get(), recipient.raw(), CMS_KEY_PARAM), "recipient");
    openssl::require(EVP_PKEY_CTX_set_ecdh_kdf_md(CMS_RecipientInfo_get0_pkey_ctx(info), hash_of(suite)) > 0, "KDF");
    openssl::require(CMS_final(cms.get(), input.get(), nullptr, CMS_BINARY) == 1, "CMS_final");
    return openssl::to_der<CMS_ContentInfo>(cms.get(), i2d_CMS_ContentInfo);
}

std::string usage_text(Role role) {
    std::string text;
    for (char const* dotted : usages_of(role)) text += (text.empty() ? "" : ",") + std::string(dotted);
    return text;
}

Certificate forge(Forgery const& forgery, evp_pkey_st* key, Certificate const* issuer, evp_pkey_st* issuer_key) {
    openssl::X509Handle const made(openssl::require(X509_new(), "X509_new"));
    X509* const certificate = made.get();
    X509* const issuing = issuer != nullptr ? issuer->raw() : certificate;
    X509_set_version(certificate, X509_VERSION_3);
    Bytes const serial = random_bytes(8);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), 1U + serial[0] + 256U * serial[1] + 65536U * serial[2]);
    ASN1_TIME_set(X509_getm_notBefore(certificate), seconds(forgery.not_before));
    ASN1_TIME_set(X509_getm_notAfter(certificate), seconds(forgery.not_after));
    auto const* organisation = reinterpret_cast<unsigned char const*>(forgery.organisation.c_str());
    auto const* common_name = reinterpret_cast<unsigned char const*>(forgery.common_name.c_str());
    X509_NAME* const subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_NID(subject, NID_organizationName, MBSTRING_UTF8, organisation, -1, -1, 0);
    X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8, common_name, -1, -1, 0);
    X509_set_issuer_name(certificate, X509_get_subject_name(issuing));
    openssl::require(X509_set_pubkey(certificate, key) == 1, "X509_set_pubkey");
    X509V3_CTX context{};
    X509V3_set_ctx(&context, issuing, certificate, nullptr, nullptr, 0);
    add_extension(certificate, &context, NID_basic_constraints, forgery.constraints);
    add_extension(certificate, &context, NID_key_usage, forgery.usage);
    add_extension(certificate, &context, NID_subject_key_identifier, "hash");
    if (issuer != nullptr) add_extension(certificate, &context, NID_authority_key_identifier, "keyid:always");
    add_extension(certificate, &context, NID_ext_key_usage, forgery.extended_usage);
    add_extension(certificate, &context, NID_subject_alt_name, forgery.names);
    add_extension(certificate, &context, NID_name_constraints, forgery.name_constraints);
    EVP_MD const* const hash = forgery.hash != nullptr ? forgery.hash : EVP_sha256();
    openssl::require(X509_sign(certificate, issuer != nullptr ? issuer_key : key, hash) > 0, "X509_sign");
    return must(Certificate::from_der(openssl::to_der<X509>(certificate, i2d_X509)));
}

}  // namespace casebridge::test
