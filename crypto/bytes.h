// Bytes and their text encodings.
#pragma once

#include "crypto/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace casebridge {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<std::uint8_t const>;

Bytes to_bytes(std::string_view text);
ByteView as_bytes(std::string_view text) noexcept;
std::string to_text(ByteView bytes);

/// Lower-case hexadecimal, two characters a byte.
std::string to_hex(ByteView bytes);
/// Errors: `encoding.bad_hex` (odd length, other characters). Both cases are read.
Result<Bytes> from_hex(std::string_view text);

/// RFC 4648 section 4, with padding, no line breaks.
std::string to_base64(ByteView bytes);
/// Errors: `encoding.bad_base64`. Strict: exact padding, no white space, zero trailing bits.
Result<Bytes> from_base64(std::string_view text);

}  // namespace casebridge
