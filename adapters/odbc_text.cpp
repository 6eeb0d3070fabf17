#include "adapters/odbc_text.h"

#include <unicode/utf16.h>
#include <unicode/utf8.h>

namespace casebridge {
namespace {

/// Calls `on_unit` for each unit of UTF-16; false if `bytes` are no UTF-8.
template <typename OnUnit>
bool for_each_unit(ByteView bytes, OnUnit&& on_unit) {
    auto const size = static_cast<std::int64_t>(bytes.size());
    for (std::int64_t at = 0; at < size;) {
        UChar32 character = 0;
        U8_NEXT(bytes.data(), at, size, character);
        if (character < 0) return false;
        if (U_IS_BMP(character)) {
            on_unit(static_cast<char16_t>(character));
        } else {
            on_unit(U16_LEAD(character));
            on_unit(U16_TRAIL(character));
        }
    }
    return true;
}

}  // namespace

std::u16string to_utf16(std::string_view text) {
    std::u16string out;
    out.reserve(text.size());
    if (!for_each_unit(as_bytes(text), [&](char16_t unit) { out += unit; })) out.clear();
    return out;
}

void to_utf8(std::u16string_view text, std::string& out) {
    constexpr std::size_t most_bytes = 3;  // of one unit; a pair is four
    out.resize(most_bytes * text.size());
    std::size_t length = 0;
    for (std::size_t at = 0; at < text.size();) {
        UChar32 character = 0;
        U16_NEXT(text.data(), at, text.size(), character);
        if (U_IS_SURROGATE(character)) {
            out[length++] = '\xff';
        } else {
            U8_APPEND_UNSAFE(out.data(), length, character);
        }
    }
    out.resize(length);
}

std::string to_utf8(std::u16string_view text) {
    std::string out;
    to_utf8(text, out);
    return out;
}

Secret to_utf16(Secret const& text) {
    Bytes out;
    out.reserve(2 * text.size());
    bool const valid = for_each_unit(text.reveal(), [&](char16_t unit) {
        auto const* const bytes = reinterpret_cast<std::uint8_t const*>(&unit);
        out.insert(out.end(), bytes, bytes + sizeof unit);
    });
    Secret units(std::move(out));
    return valid ? std::move(units) : Secret();
}

}  // namespace casebridge
