#include "adapters/text.h"

#include "policies/unicode.h"

#include <cstdint>
#include <optional>

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

namespace casebridge {
namespace {

constexpr std::size_t longest_case_number = 200;

/// Calls `on_character` for each code point; false if `text` is not valid UTF-8.
template <typename OnCharacter>
bool for_each_character(std::string_view text, OnCharacter&& on_character) {
    auto const* bytes = reinterpret_cast<std::uint8_t const*>(text.data());
    auto const size = static_cast<std::int64_t>(text.size());
    std::int64_t offset = 0;
    while (offset < size) {
        std::int64_t const start = offset;
        UChar32 character = 0;
        U8_NEXT(bytes, offset, size, character);
        if (character < 0) return false;
        on_character(character, text.substr(static_cast<std::size_t>(start), static_cast<std::size_t>(offset - start)));
    }
    return true;
}

/// Where the digits of a script that ministries of the region write begin.
std::optional<UChar32> digit_block(UChar32 character) {
    for (UChar32 const zero : {0x30, 0xE50, 0xED0, 0x17E0, 0x1040}) {
        if (character >= zero && character <= zero + 9) return zero;
    }
    return std::nullopt;
}

std::string_view without_padding(std::string_view text) {
    auto const first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

Result<std::string> normalise_text(std::string_view text) {
    auto const not_utf8 = Error{ErrorKind::invalid, "text.not_utf8", "expected UTF-8"};
    if (!is_utf8(text)) return not_utf8;
    std::string_view const stripped = without_padding(text);

    UErrorCode status = U_ZERO_ERROR;
    icu::Normalizer2 const* const nfc = icu::Normalizer2::getNFCInstance(status);
    if (U_FAILURE(status)) return Error{ErrorKind::internal, "text.no_normaliser", u_errorName(status)};
    std::string normal;
    icu::StringByteSink<std::string> sink(&normal);
    icu::StringPiece const piece(stripped.data(), static_cast<std::int32_t>(stripped.size()));
    nfc->normalizeUTF8(0, piece, sink, nullptr, status);
    if (U_FAILURE(status)) return not_utf8;
    return normal;
}

Result<std::string> ascii_digits(std::string_view text) {
    std::string out;
    std::optional<UChar32> block;
    bool mixed = false;
    bool const valid = for_each_character(text, [&](UChar32 character, std::string_view encoded) {
        auto const zero = digit_block(character);
        if (!zero) {
            out += encoded;
            return;
        }
        mixed = mixed || (block && *block != *zero);
        block = zero;
        out += static_cast<char>('0' + (character - *zero));
    });
    if (!valid) return Error{ErrorKind::invalid, "text.not_utf8", "expected UTF-8"};
    if (mixed) return Error{ErrorKind::invalid, "text.mixed_digits", "digits of two scripts in one value"};
    return out;
}

bool is_plain_case_number(std::string_view text) {
    if (text.empty() || text.size() > longest_case_number) return false;
    if (text.front() == ' ' || text.back() == ' ') return false;
    return find_refused_character(text, LineBreaks::refused) == std::string_view::npos;
}

}  // namespace casebridge
