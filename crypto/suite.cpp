#include "crypto/suite.h"

#include <array>

#include <openssl/core_names.h>
#include <openssl/obj_mac.h>

namespace casebridge {

std::string_view to_text(Suite suite) {
    return suite == Suite::p256_sha256 ? "p256-sha256" : "p384-sha384";
}

Result<Suite> parse_suite(std::string_view text) {
    for (auto const suite : {Suite::p256_sha256, Suite::p384_sha384})
        if (text == to_text(suite)) return suite;
    return Error{ErrorKind::invalid, "suite.unknown"};
}

EVP_MD const* hash_of(Suite suite) noexcept {
    return suite == Suite::p256_sha256 ? EVP_sha256() : EVP_sha384();
}

int curve_of(Suite suite) noexcept {
    return suite == Suite::p256_sha256 ? NID_X9_62_prime256v1 : NID_secp384r1;
}

char const* curve_name_of(Suite suite) noexcept {
    return suite == Suite::p256_sha256 ? SN_X9_62_prime256v1 : SN_secp384r1;
}

std::optional<Suite> suite_of(EVP_PKEY const* key) {
    openssl::ErrorScope const errors;
    if (key == nullptr || EVP_PKEY_is_a(key, "EC") != 1) return std::nullopt;
    // SECURITY: explicit parameters that look like a named curve may carry another generator (CVE-2020-0601).
    int from_explicit = 0;
    if (EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &from_explicit) == 1 &&
        from_explicit != 0)
        return std::nullopt;
    std::array<char, 64> name{};
    std::size_t size = 0;
    if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1) return std::nullopt;
    for (auto const suite : {Suite::p256_sha256, Suite::p384_sha384})
        if (std::string_view(name.data(), size) == curve_name_of(suite)) return suite;
    return std::nullopt;
}

}  // namespace casebridge
