#include "policies/unicode.h"

#include <cstdint>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace casebridge {

namespace {

constexpr UChar32 malformed = -1;

/// The character at `offset`, which moves past it; `malformed` if there is none.
UChar32 next(std::string_view text, std::size_t& offset) {
    auto const* const bytes = reinterpret_cast<std::uint8_t const*>(text.data());
    UChar32 character = 0;
    U8_NEXT(bytes, offset, text.size(), character);
    return character;
}

bool is_between(UChar32 character, UChar32 first, UChar32 last) {
    return character >= first && character <= last;
}

bool is_direction_control(UChar32 c) {
    return c == 0x061C || c == 0x200E || c == 0x200F || is_between(c, 0x202A, 0x202E) || is_between(c, 0x2066, 0x206F);
}

bool is_invisible_markup(UChar32 c) {
    return c == 0xFEFF || is_between(c, 0xFFF9, 0xFFFB) || is_between(c, 0xE0000, 0xE007F);
}

bool is_refused(UChar32 c, LineBreaks line_breaks) {
    if (c == '\n' || c == '\t') return line_breaks == LineBreaks::refused;
    bool const control = c < 0x20 || is_between(c, 0x7F, 0x9F);
    bool const separator = c == 0x2028 || c == 0x2029;
    return control || separator || is_direction_control(c) || is_invisible_markup(c) || U_IS_UNICODE_NONCHAR(c);
}

}  // namespace

bool is_utf8(std::string_view text) {
    for (std::size_t offset = 0; offset < text.size();) {
        if (static_cast<unsigned char>(text[offset]) < 0x80) {
            ++offset;
        } else if (next(text, offset) < 0) {
            return false;
        }
    }
    return true;
}

std::size_t find_refused_character(std::string_view text, LineBreaks line_breaks) {
    for (std::size_t offset = 0; offset < text.size();) {
        auto const start = offset;
        auto const character = next(text, offset);
        if (character == malformed || is_refused(character, line_breaks)) return start;
    }
    return std::string_view::npos;
}

}  // namespace casebridge
