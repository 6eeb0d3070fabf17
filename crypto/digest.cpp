#include "crypto/digest.h"

#include "crypto/openssl.h"

#include <algorithm>

namespace casebridge {

Result<Digest> Digest::from_hex(std::string_view text) {
    Error const bad{ErrorKind::invalid, "encoding.bad_digest"};
    // One spelling only: digests are compared as text in files and queries.
    if (std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'F'; })) return bad;
    auto const bytes = casebridge::from_hex(text);
    if (!bytes) return bad;
    return from_bytes(*bytes);
}

Result<Digest> Digest::from_bytes(ByteView bytes) {
    Digest digest;
    if (bytes.size() != digest.bytes.size()) return Error{ErrorKind::invalid, "encoding.bad_digest"};
    std::copy(bytes.begin(), bytes.end(), digest.bytes.begin());
    return digest;
}

Digest sha256(ByteView data) {
    // Fetched once: for what EVP_sha256() gives, OpenSSL 3 looks the algorithm up at each use.
    static openssl::MessageDigest const algorithm(
        openssl::require(EVP_MD_fetch(nullptr, "SHA256", nullptr), "EVP_MD_fetch"));
    Digest digest;
    unsigned int size = 0;
    openssl::require(
        EVP_Digest(data.data(), data.size(), digest.bytes.data(), &size, algorithm.get(), nullptr) == 1 && size == 32,
        "SHA-256");
    return digest;
}

struct DigestBuilder::State {
    openssl::Handle<EVP_MD_CTX, EVP_MD_CTX_free> context;
};

DigestBuilder::DigestBuilder() : state_(std::make_unique<State>()) {
    state_->context.reset(EVP_MD_CTX_new());
    openssl::require(state_->context != nullptr && EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) == 1,
                     "SHA-256");
}
DigestBuilder::DigestBuilder(DigestBuilder&&) noexcept = default;
DigestBuilder& DigestBuilder::operator=(DigestBuilder&&) noexcept = default;
DigestBuilder::~DigestBuilder() = default;

void DigestBuilder::add(ByteView data) {
    openssl::require(EVP_DigestUpdate(state_->context.get(), data.data(), data.size()) == 1, "SHA-256");
}

Digest DigestBuilder::finish() {
    Digest digest;
    unsigned int size = 0;
    openssl::require(EVP_DigestFinal_ex(state_->context.get(), digest.bytes.data(), &size) == 1 && size == 32,
                     "SHA-256");
    return digest;
}

}  // namespace casebridge
