#include "crypto/openssl.h"

#include <limits>
#include <optional>
#include <stdexcept>

#include <openssl/err.h>

namespace casebridge::openssl {

namespace {

thread_local std::optional<Error> raised;

}  // namespace

void raise(Error error) {
    raised = std::move(error);
}

ErrorScope::ErrorScope() noexcept {
    ERR_clear_error();
    raised.reset();
}

ErrorScope::~ErrorScope() {
    ERR_clear_error();
    raised.reset();
}

Error ErrorScope::error(ErrorKind kind, std::string_view code) const {
    if (raised) return *raised;
    // SECURITY: only OpenSSL's own constant texts; the free text attached to an error may quote input.
    std::string detail;
    for (int count = 0; count < 4; ++count) {
        unsigned long const number = ERR_get_error();
        if (number == 0) break;
        char const* reason = ERR_reason_error_string(number);
        if (!detail.empty()) detail += "; ";
        detail += reason != nullptr ? std::string(reason) : "error " + std::to_string(number);
    }
    return {kind, code, detail.empty() ? "OpenSSL gave no reason" : detail};
}

void require(bool success, char const* what) {
    if (success) return;
    ERR_clear_error();
    throw std::runtime_error(std::string("OpenSSL failed: ") + what);
}

Bio reading(ByteView data) {
    require(data.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()), "input size");
    // A null pointer is refused by OpenSSL even for no bytes.
    void const* start = data.empty() ? static_cast<void const*>("") : data.data();
    return Bio(require(BIO_new_mem_buf(start, static_cast<int>(data.size())), "BIO_new_mem_buf"));
}

Bio wiped_memory() {
    return Bio(require(BIO_new(BIO_s_secmem()), "BIO_new"));
}

ByteView written(Bio const& bio) {
    char* data = nullptr;
    long const size = BIO_get_mem_data(bio.get(), &data);
    if (size <= 0) return {};
    return {reinterpret_cast<std::uint8_t const*>(data), static_cast<std::size_t>(size)};
}

}  // namespace casebridge::openssl
