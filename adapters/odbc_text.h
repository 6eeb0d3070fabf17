// UTF-8 and the UTF-16 of ODBC's wide calls.
#pragma once

#include "crypto/secret.h"

#include <string>
#include <string_view>

namespace casebridge {

/// Empty for what is no UTF-8.
std::u16string to_utf16(std::string_view text);

/// Unpaired surrogates, which no text has, become a byte that no UTF-8 has, so that the reader refuses the value.
std::string to_utf8(std::u16string_view text);
/// The same into a text that keeps its memory.
void to_utf8(std::u16string_view text, std::string& out);

/// For a connection string: UTF-16 units in the machine's order, in a buffer that is wiped. Empty for what is no UTF-8.
Secret to_utf16(Secret const& text);

}  // namespace casebridge
