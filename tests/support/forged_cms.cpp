#include "tests/support/forged_cms.h"

namespace casebridge::test {
namespace {

using openssl::require;

}  // namespace

Bytes sign_raw(ByteView payload, SigningChoice const& choice, Certificate const& signer, EVP_PKEY* key,
               std::vector<Certificate> const& certificates) {
    auto const input = openssl::reading(payload);
    unsigned const flags = CMS_BINARY | CMS_PARTIAL;
    openssl::Cms const cms(require(
        CMS_sign(nullptr, nullptr, nullptr, nullptr, flags | (choice.detached ? CMS_DETACHED : 0U)), "CMS_sign"));
    openssl::Asn1Object const type(require(OBJ_txt2obj(choice.content_type, 1), "OBJ_txt2obj"));
    require(CMS_set1_eContentType(cms.get(), type.get()) == 1, "CMS_set1_eContentType");
    require(CMS_add1_signer(cms.get(), signer.raw(), key, choice.hash != nullptr ? choice.hash : EVP_sha256(),
                            flags | choice.flags),
            "CMS_add1_signer");
    for (auto const& certificate : certificates)
        require(CMS_add1_cert(cms.get(), certificate.raw()) == 1, "CMS_add1_cert");
    require(CMS_final(cms.get(), input.get(), nullptr, CMS_BINARY) == 1, "CMS_final");
    return openssl::to_der<CMS_ContentInfo>(cms.get(), i2d_CMS_ContentInfo);
}

Bytes encrypt_raw(ByteView content, EVP_CIPHER const* cipher, std::function<void(CMS_ContentInfo*)> add_recipients) {
    auto const input = openssl::reading(content);
    openssl::Cms const cms(require(CMS_encrypt(nullptr, input.get(), cipher, CMS_BINARY | CMS_PARTIAL), "CMS_encrypt"));
    add_recipients(cms.get());
    require(CMS_final(cms.get(), input.get(), nullptr, CMS_BINARY) == 1, "CMS_final");
    return openssl::to_der<CMS_ContentInfo>(cms.get(), i2d_CMS_ContentInfo);
}

void add_recipient(CMS_ContentInfo* cms, Certificate const& certificate, EVP_MD const* kdf_hash, unsigned flags) {
    CMS_RecipientInfo* const info =
        require(CMS_add1_recipient_cert(cms, certificate.raw(), flags | CMS_KEY_PARAM), "CMS_add1_recipient_cert");
    if (kdf_hash != nullptr)
        require(EVP_PKEY_CTX_set_ecdh_kdf_md(CMS_RecipientInfo_get0_pkey_ctx(info), kdf_hash) > 0, "KDF");
}

void resign(DerNode& signed_data, EVP_PKEY* key, EVP_MD const* hash) {
    auto& signer = signed_data.at({1, 0, 4, 0});
    DerNode attributes = signer.at({3});
    attributes.tag = 0x31;  // SPEC RFC 5652 5.4: signed as a SET OF, not as [0]
    Bytes const message = attributes.encode();
    openssl::Handle<EVP_MD_CTX, EVP_MD_CTX_free> const context(require(EVP_MD_CTX_new(), "EVP_MD_CTX_new"));
    require(EVP_DigestSignInit(context.get(), nullptr, hash, nullptr, key) == 1, "EVP_DigestSignInit");
    std::size_t size = 0;
    require(EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) == 1, "EVP_DigestSign");
    Bytes signature(size);
    require(EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) == 1,
            "EVP_DigestSign");
    signature.resize(size);
    signer.at({5}).content = signature;
}

}  // namespace casebridge::test
