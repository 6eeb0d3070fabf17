#include "adapters/zero_parts.h"

namespace casebridge {
namespace {

bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

std::string_view digits_at(std::string_view text, std::size_t at, std::size_t most) {
    std::size_t end = at;
    while (end < text.size() && end - at < most && is_digit(text[end])) ++end;
    return text.substr(at, end - at);
}

bool is_zero(std::string_view digits) {
    return digits.find_first_not_of('0') == std::string_view::npos;
}

}  // namespace

std::optional<FilledDate> fill_zero_parts(std::string_view pattern, std::string_view text) {
    FilledDate filled;
    std::size_t read = 0;
    bool day_unknown = false, quoted = false;
    for (std::size_t at = 0; at < pattern.size();) {
        char const letter = pattern[at];
        bool const part = !quoted && (letter == 'd' || letter == 'M' || letter == 'y');
        if (letter == '\'') {
            quoted = !quoted;
            ++at;
        } else if (!part) {
            if (read >= text.size() || text[read] != letter) return std::nullopt;
            filled.text += letter;
            ++read, ++at;
        } else {
            std::size_t const width = pattern.find_first_not_of(letter, at) == std::string_view::npos
                                          ? pattern.size() - at
                                          : pattern.find_first_not_of(letter, at) - at;
            auto const digits = digits_at(text, read, letter == 'y' ? 4 : 2);
            bool const wide_enough = width == 1 ? !digits.empty() : digits.size() == width;
            if (!wide_enough) return std::nullopt;
            bool const unknown = letter != 'y' && is_zero(digits) && (width > 1 || digits.size() == 1);
            if (letter == 'd') day_unknown = unknown;
            if (letter == 'M') filled.month_unknown = unknown;
            filled.text += unknown ? (width == 1 ? "1" : "01") : std::string(digits);
            read += digits.size();
            at += width;
        }
    }
    if (read != text.size() || !day_unknown) return std::nullopt;
    return filled;
}

}  // namespace casebridge
