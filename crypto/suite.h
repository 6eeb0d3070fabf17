// What each suite means to OpenSSL. Include from .cpp files only.
#pragma once

#include "crypto/certificate.h"
#include "crypto/openssl.h"

#include <optional>

namespace casebridge {

EVP_MD const* hash_of(Suite suite) noexcept;
int curve_of(Suite suite) noexcept;
char const* curve_name_of(Suite suite) noexcept;

/// The suite of a key on one of the suites' named curves; none for any other key, also for explicit curve parameters.
std::optional<Suite> suite_of(EVP_PKEY const* key);

}  // namespace casebridge
