#include "adapters/value_shape.h"

#include "adapters/text.h"
#include "crypto/digest.h"

#include <algorithm>
#include <set>

#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

namespace casebridge {
namespace {

constexpr std::size_t longest_code = 100;
constexpr std::size_t longest_pattern = 24;
constexpr std::size_t maximum_shapes = 50;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// "99", or "9(13)" for more than four.
std::string run_of(char sign, std::size_t length) {
    constexpr std::size_t written_out = 4;
    if (length <= written_out) return std::string(length, sign);
    return std::string(1, sign) + "(" + std::to_string(length) + ")";
}

/// Where a run of digits is a year, the first digit tells its era.
std::string run_of_digits(std::string_view digits, bool may_be_year) {
    if (digits.size() == 4 && may_be_year) {
        int const year = std::stoi(std::string(digits));
        if (year >= 2443 && year <= 2643) return "2999";
        if (year >= 1900 && year <= 2100) return "1999";
    }
    return run_of('9', digits.size());
}

/// Years stand alone, or with a day and a month: not in telephone or case numbers.
bool may_be_date(std::string_view text) {
    std::size_t groups = 0, run = 0, long_groups = 0;
    for (std::size_t at = 0; at <= text.size(); ++at) {
        if (at < text.size() && is_digit(text[at])) {
            ++run;
            continue;
        }
        if (at < text.size() && std::string_view("/-.").find(text[at]) == std::string_view::npos) return false;
        groups += run > 0 ? 1 : 0;
        long_groups += run > 2 ? 1 : 0;
        run = 0;
    }
    return groups <= 3 && long_groups <= 1;
}

/// For numbers, dates and short codes of ASCII: each character by its kind.
std::string pattern_of(std::string_view text) {
    std::string pattern;
    bool const date = may_be_date(text);
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at + 1;
        auto const kind = is_digit(text[at]) ? is_digit : is_letter(text[at]) ? is_letter : nullptr;
        while (kind != nullptr && end < text.size() && kind(text[end])) ++end;
        if (kind == is_digit) {
            pattern += run_of_digits(text.substr(at, end - at), date);
        } else {
            pattern += kind == is_letter ? run_of('A', end - at) : std::string(1, text[at]);
        }
        at = end;
    }
    return pattern;
}

bool has_a_pattern(std::string_view text) {
    bool const signs = std::ranges::all_of(
        text, [](char c) { return is_digit(c) || is_letter(c) || std::string_view("-/.:+() ").find(c) < 8; });
    bool const digits = std::ranges::any_of(text, is_digit);
    bool const word = std::ranges::count_if(text, is_letter) > 4;  // words with a number in them are text
    return signs && digits && !word && text.size() <= longest_pattern;
}

struct Kinds {
    std::set<std::string> scripts;
    bool digits = false;
};

Kinds kinds_of(icu::UnicodeString const& text) {
    Kinds kinds;
    for (std::int32_t at = 0; at < text.length(); at = text.moveIndex32(at, 1)) {
        UChar32 const character = text.char32At(at);
        UErrorCode status = U_ZERO_ERROR;
        auto const script = uscript_getScript(character, &status);
        if (u_isdigit(character)) kinds.digits = true;
        if (!u_isalpha(character) || script == USCRIPT_COMMON || script == USCRIPT_INHERITED) continue;
        kinds.scripts.insert(uscript_getName(script));
    }
    return kinds;
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

std::string shape_of(std::string_view text) {
    auto const normal = normalise_text(text);
    if (!normal) return "not UTF-8";
    auto const plain = ascii_digits(*normal);
    if (plain && std::ranges::all_of(*plain, is_digit)) return run_of_digits(*plain, true);
    if (plain && has_a_pattern(*plain)) return pattern_of(*plain);
    auto const kinds = kinds_of(icu::UnicodeString::fromUTF8(*normal));
    std::string shape;
    for (auto const& script : kinds.scripts) shape += (shape.empty() ? "" : " and ") + script;
    if (shape.empty()) return kinds.digits ? "digits and signs" : "signs";
    return shape + " letters" + (kinds.digits ? ", digits" : "");
}

void ColumnProfile::add(SqlValue const& value) {
    ++rows_;
    std::string text;
    if (auto const* const number = std::get_if<std::int64_t>(&value)) text = std::to_string(*number);
    if (auto const* const stored = std::get_if<std::string>(&value)) text = *stored;
    if (text.find_first_not_of(' ') == std::string::npos) {
        ++empty_;
        return;
    }
    auto key = text.size() <= longest_code ? text : "#" + sha256(as_bytes(text)).hex();
    if (auto const known = counts_.find(key); known != counts_.end()) {
        ++known->second;
    } else if (counts_.size() < maximum_distinct) {
        counts_.emplace(std::move(key), 1);
    }
    auto shape = shape_of(text);
    auto const length = characters(text);
    auto const known = shapes_.find(shape);
    if (known != shapes_.end()) {
        ++known->second.count;
        known->second.shortest = std::min(known->second.shortest, length);
        known->second.longest = std::max(known->second.longest, length);
    } else if (shapes_.size() < maximum_shapes) {
        shapes_.emplace(shape, Shape{shape, 1, length, length});
    } else {
        ++other_shapes_;
    }
}

std::vector<ColumnProfile::Shape> ColumnProfile::shapes(std::size_t most) const {
    std::vector<Shape> all;
    for (auto const& [text, shape] : shapes_) all.push_back(shape);
    std::ranges::stable_sort(all, std::ranges::greater{}, &Shape::count);
    Shape others{"other shapes", other_shapes_, 0, 0};
    for (std::size_t at = most; at < all.size(); ++at) others.count += all[at].count;
    if (all.size() > most) all.resize(most);
    if (others.count > 0) all.push_back(std::move(others));
    return all;
}

ColumnProfile::Codes ColumnProfile::codes() const {
    Codes codes;
    bool const list = counts_.size() < maximum_codes;
    for (auto const& [value, count] : counts_) {
        bool const shown = list && count >= least_often && value.size() <= longest_code && value.front() != '#';
        if (shown) {
            codes.common.emplace_back(value, count);
        } else {
            ++codes.rare;
        }
    }
    std::ranges::sort(codes.common, [](auto const& a, auto const& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    return codes;
}

}  // namespace casebridge
