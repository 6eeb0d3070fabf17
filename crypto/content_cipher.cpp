#include "crypto/content_cipher.h"

#include "crypto/openssl.h"

#include <limits>

namespace casebridge {
namespace {

constexpr std::size_t kKeySize = 32;
constexpr std::size_t kNonceSize = 12;
constexpr std::size_t kTagSize = 16;

int length(std::size_t size) {
    openssl::require(size <= static_cast<std::size_t>(std::numeric_limits<int>::max()), "content size");
    return static_cast<int>(size);
}

openssl::CipherContext started(Secret const& key, ByteView nonce, bool encrypting) {
    openssl::require(key.size() == kKeySize, "content key size");
    // Fetched once: see sha256.
    static openssl::CipherAlgorithm const algorithm(
        openssl::require(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr), "EVP_CIPHER_fetch"));
    openssl::CipherContext context(openssl::require(EVP_CIPHER_CTX_new(), "EVP_CIPHER_CTX_new"));
    openssl::require(EVP_CipherInit_ex(context.get(), algorithm.get(), nullptr, key.reveal().data(), nonce.data(),
                                       encrypting ? 1 : 0) == 1,
                     "AES-256-GCM");
    return context;
}

/// A null output makes OpenSSL take `data` as associated data.
void update(openssl::CipherContext const& context, std::uint8_t* output, ByteView data) {
    int written = 0;
    if (data.empty()) return;
    openssl::require(EVP_CipherUpdate(context.get(), output, &written, data.data(), length(data.size())) == 1,
                     "AES-256-GCM");
}

}  // namespace

Bytes encrypt_content(Secret const& key, ByteView plaintext, ByteView associated_data) {
    Bytes sealed = random_bytes(kNonceSize);
    auto const context = started(key, sealed, true);
    sealed.resize(kNonceSize + plaintext.size() + kTagSize);
    std::uint8_t* const body = sealed.data() + kNonceSize;
    update(context, nullptr, associated_data);
    update(context, body, plaintext);
    int rest = 0;
    std::uint8_t* const tag = body + plaintext.size();
    openssl::require(EVP_CipherFinal_ex(context.get(), tag, &rest) == 1, "AES-256-GCM");
    openssl::require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTagSize, tag) == 1, "AES-256-GCM tag");
    return sealed;
}

Result<Bytes> decrypt_content(Secret const& key, ByteView ciphertext, ByteView associated_data) {
    openssl::ErrorScope const errors;
    Error const corrupt{ErrorKind::invalid, "content.corrupt"};
    if (ciphertext.size() < kNonceSize + kTagSize) return corrupt;
    auto const body = ciphertext.subspan(kNonceSize, ciphertext.size() - kNonceSize - kTagSize);
    Bytes tag(ciphertext.end() - kTagSize, ciphertext.end());
    auto const context = started(key, ciphertext.first(kNonceSize), false);
    Bytes output(body.size() + 1);  // never a null pointer, which would mean associated data
    update(context, nullptr, associated_data);
    update(context, output.data(), body);
    int rest = 0;
    bool const authentic = EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTagSize, tag.data()) == 1 &&
                           EVP_CipherFinal_ex(context.get(), output.data() + body.size(), &rest) == 1;
    if (!authentic) {
        Secret const wiped(std::move(output));
        return corrupt;
    }
    output.resize(body.size());
    return output;
}

}  // namespace casebridge
