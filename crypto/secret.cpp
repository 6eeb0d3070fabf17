#include "crypto/secret.h"

#include "crypto/openssl.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

namespace casebridge {

Secret Secret::from_text(std::string_view text) {
    return Secret(to_bytes(text));
}

Secret Secret::random(std::size_t size) {
    Bytes bytes(size);
    openssl::require(RAND_priv_bytes_ex(nullptr, bytes.data(), size, 0) == 1, "RAND_priv_bytes");
    return Secret(std::move(bytes));
}

Secret::Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) {
    other.wipe();
}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        wipe();
        bytes_ = std::move(other.bytes_);
        other.wipe();
    }
    return *this;
}

Secret::~Secret() {
    wipe();
}

Secret Secret::duplicate() const {
    return Secret(Bytes(bytes_));
}

bool operator==(Secret const& left, Secret const& right) noexcept {
    return left.size() == right.size() && CRYPTO_memcmp(left.bytes_.data(), right.bytes_.data(), left.size()) == 0;
}

void Secret::wipe() noexcept {
    // SECURITY: OPENSSL_cleanse, because g++ removes a memset that nothing reads afterwards.
    OPENSSL_cleanse(bytes_.data(), bytes_.size());
    bytes_.clear();
}

Bytes random_bytes(std::size_t size) {
    Bytes bytes(size);
    openssl::require(RAND_bytes_ex(nullptr, bytes.data(), size, 0) == 1, "RAND_bytes");
    return bytes;
}

}  // namespace casebridge
