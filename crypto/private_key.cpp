#include "crypto/certificate.h"
#include "crypto/openssl.h"
#include "crypto/pem.h"
#include "crypto/suite.h"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>

namespace casebridge {
namespace {

constexpr std::string_view kLabel = "PRIVATE KEY";
constexpr std::string_view kEncryptedLabel = "ENCRYPTED PRIVATE KEY";
constexpr std::string_view kMalformed = "private_key.malformed";

// scrypt for a key that may lie on a stolen stick for years: 28 MiB, four times over. r = 7 and not the usual 8,
// because the `openssl` command must be able to read the key and OpenSSL stops just below the 32 MiB that N = 2^15, r =
// 8 takes.
constexpr std::uint64_t kScryptN = 1ULL << 15;
constexpr std::uint64_t kScryptR = 7;
constexpr std::uint64_t kScryptP = 4;
constexpr std::size_t kSaltSize = 16;

int length(ByteView data) {
    return static_cast<int>(data.size());
}

}  // namespace

void PrivateKey::Free::operator()(evp_pkey_st* key) const noexcept {
    EVP_PKEY_free(key);
}

Result<PrivateKey> PrivateKey::generate(Suite suite) {
    openssl::ErrorScope const errors;
    EVP_PKEY* key = EVP_EC_gen(curve_name_of(suite));
    if (key == nullptr) return errors.error(ErrorKind::internal, "private_key.generation_failed");
    return PrivateKey(key);
}

Result<PrivateKey> PrivateKey::generate_ed25519() {
    openssl::ErrorScope const errors;
    EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    if (key == nullptr) return errors.error(ErrorKind::internal, "private_key.generation_failed");
    return PrivateKey(key);
}

Result<PrivateKey> PrivateKey::from_pem(Secret const& pem) {
    openssl::ErrorScope const errors;
    auto const view = pem.reveal();
    std::string_view const text(reinterpret_cast<char const*>(view.data()), view.size());
    ASSIGN_OR_RETURN(auto blocks, pem_blocks(text, kLabel, kMalformed));
    if (blocks.size() != 1) return Error{ErrorKind::invalid, kMalformed};
    ASSIGN_OR_RETURN(auto decoded, decode_pem_block(blocks.front(), kMalformed));
    Secret const der(std::move(decoded));
    unsigned char const* position = der.reveal().data();
    openssl::Pkcs8 const info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &position, static_cast<long>(der.size())));
    if (!info || position != der.reveal().data() + der.size()) return errors.error(ErrorKind::invalid, kMalformed);
    EVP_PKEY* key = EVP_PKCS82PKEY(info.get());
    if (key == nullptr) return errors.error(ErrorKind::invalid, kMalformed);
    return PrivateKey(key);
}

Result<PrivateKey> PrivateKey::from_encrypted_pem(std::string_view pem, Secret const& passphrase) {
    openssl::ErrorScope const errors;
    ASSIGN_OR_RETURN(auto blocks, pem_blocks(pem, kEncryptedLabel, kMalformed));
    if (blocks.size() != 1) return Error{ErrorKind::invalid, kMalformed};
    ASSIGN_OR_RETURN(auto der, decode_pem_block(blocks.front(), kMalformed));
    unsigned char const* position = der.data();
    openssl::EncryptedPkcs8 const sealed(d2i_X509_SIG(nullptr, &position, static_cast<long>(der.size())));
    if (!sealed || position != der.data() + der.size()) return errors.error(ErrorKind::invalid, kMalformed);
    X509_ALGOR const* algorithm = nullptr;
    X509_SIG_get0(sealed.get(), &algorithm, nullptr);
    // Older password schemes (PBES1, PKCS #12) are refused, whatever OpenSSL would do with them.
    if (OBJ_obj2nid(algorithm->algorithm) != NID_pbes2) return errors.error(ErrorKind::invalid, kMalformed);
    auto const secret = passphrase.reveal();
    openssl::Pkcs8 const info(
        PKCS8_decrypt(sealed.get(), reinterpret_cast<char const*>(secret.data()), length(secret)));
    if (!info) return errors.error(ErrorKind::invalid, "private_key.wrong_passphrase");
    EVP_PKEY* key = EVP_PKCS82PKEY(info.get());
    if (key == nullptr) return errors.error(ErrorKind::invalid, kMalformed);
    return PrivateKey(key);
}

Secret PrivateKey::to_pem() const {
    openssl::Pkcs8 const info(openssl::require(EVP_PKEY2PKCS8(raw_.get()), "EVP_PKEY2PKCS8"));
    openssl::Bio const out = openssl::wiped_memory();
    openssl::require(PEM_write_bio_PKCS8_PRIV_KEY_INFO(out.get(), info.get()) == 1,
                     "PEM_write_bio_PKCS8_PRIV_KEY_INFO");
    auto const text = openssl::written(out);
    return Secret(Bytes(text.begin(), text.end()));
}

std::string PrivateKey::to_encrypted_pem(Secret const& passphrase) const {
    openssl::Pkcs8 const info(openssl::require(EVP_PKEY2PKCS8(raw_.get()), "EVP_PKEY2PKCS8"));
    Bytes salt = random_bytes(kSaltSize);
    X509_ALGOR* algorithm =
        openssl::require(PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), salt.data(), static_cast<int>(salt.size()), nullptr,
                                               kScryptN, kScryptR, kScryptP),
                         "scrypt");
    openssl::Algorithm owned(algorithm);
    auto const secret = passphrase.reveal();
    openssl::EncryptedPkcs8 const sealed(openssl::require(
        PKCS8_set0_pbe(reinterpret_cast<char const*>(secret.data()), length(secret), info.get(), algorithm),
        "PKCS8_set0_pbe"));
    static_cast<void>(owned.release());  // taken over by `sealed`
    return write_pem(openssl::to_der<X509_SIG>(sealed.get(), i2d_X509_SIG), kEncryptedLabel);
}

PrivateKey PrivateKey::duplicate() const {
    openssl::require(EVP_PKEY_up_ref(raw_.get()) == 1, "EVP_PKEY_up_ref");
    return PrivateKey(raw_.get());
}

bool PrivateKey::matches(Certificate const& certificate) const {
    openssl::ErrorScope const errors;
    EVP_PKEY const* other = X509_get0_pubkey(certificate.raw());
    return other != nullptr && EVP_PKEY_eq(raw_.get(), other) == 1;
}

}  // namespace casebridge
