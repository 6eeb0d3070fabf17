#include "adapters/dates.h"

#include "adapters/text.h"
#include "adapters/zero_parts.h"

#include <algorithm>
#include <array>
#include <optional>

#include <unicode/calendar.h>
#include <unicode/numfmt.h>
#include <unicode/smpdtfmt.h>
#include <unicode/timezone.h>

namespace casebridge {
namespace {

constexpr int earliest_year = 1900;
constexpr int latest_year = 2100;
constexpr int buddhist_offset = 543;
constexpr std::array<std::string_view, 7> languages = {"en", "km", "lo", "my", "th", "vi", "zh"};

bool is_ascii_letter(char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

/// What a pattern asks for; more than one of a kind is refused.
struct Parts {
    int days = 0, months = 0, years = 0;
    bool month_name = false;
};

Error bad_format(std::string_view pattern, std::string_view expectation) {
    return {ErrorKind::invalid, "date.bad_format", "`" + std::string(pattern) + "`: " + std::string(expectation)};
}

/// Counts one run of a pattern letter; false if the run is none of those allowed.
bool count_run(std::string_view run, Parts& parts) {
    if (run == "d" || run == "dd") return ++parts.days == 1;
    if (run == "M" || run == "MM") return ++parts.months == 1;
    if (run == "MMM" || run == "MMMM") {
        parts.month_name = true;
        return ++parts.months == 1;
    }
    return run == "yyyy" && ++parts.years == 1;
}

Result<Parts> parse_pattern(std::string_view pattern) {
    Parts parts;
    bool quoted = false;
    for (std::size_t at = 0; at < pattern.size();) {
        char const letter = pattern[at];
        std::size_t end = at + 1;
        if (letter == '\'') {
            quoted = !quoted;
        } else if (letter >= '0' && letter <= '9') {
            return bad_format(pattern, "digits cannot be literals");
        } else if (!quoted && is_ascii_letter(letter)) {
            while (end < pattern.size() && pattern[end] == letter) ++end;
            if (!count_run(pattern.substr(at, end - at), parts)) {
                return bad_format(pattern, "expected once each of d, dd; M, MM, MMM, MMMM; yyyy; other letters quoted");
            }
        }
        at = end;
    }
    if (quoted) return bad_format(pattern, "a quotation mark is not closed");
    if (parts.years == 0) return bad_format(pattern, "expected a year of four digits (yyyy)");
    if (parts.days > 0 && parts.months == 0) return bad_format(pattern, "a day without a month");
    return parts;
}

std::string locale_name(std::string_view language, Era era) {
    std::string const base = language.empty() ? "en" : std::string(language);
    return base + "@calendar=" + (era == Era::buddhist ? "buddhist" : "gregorian") + ";numbers=latn";
}

std::string to_utf8(icu::UnicodeString const& text) {
    std::string out;
    text.toUTF8String(out);
    return out;
}

}  // namespace

/// One pattern, ready in both eras: the other one only to tell a wrong era from nonsense.
struct DateReader::Format {
    std::string pattern;
    Parts parts;
    std::unique_ptr<icu::SimpleDateFormat> gregorian, buddhist;

    [[nodiscard]] icu::SimpleDateFormat const& in(Era era) const {
        return era == Era::buddhist ? *buddhist : *gregorian;
    }
    /// The date, whatever its year; none if the text does not follow the pattern to the letter.
    [[nodiscard]] std::optional<ReadDate> read(Era era, std::string const& text) const;
    /// The same where zeros stand for what nobody knew.
    [[nodiscard]] std::optional<ReadDate> read_with_zeros(Era era, std::string const& text) const;
};

namespace {

Result<std::unique_ptr<icu::SimpleDateFormat>> make_format(std::string const& pattern, Era era,
                                                           std::string_view language) {
    UErrorCode status = U_ZERO_ERROR;
    icu::Locale const locale(locale_name(language, era).c_str());
    auto format = std::make_unique<icu::SimpleDateFormat>(icu::UnicodeString::fromUTF8(pattern), locale, status);
    if (U_FAILURE(status)) return bad_format(pattern, u_errorName(status));
    format->setTimeZone(*icu::TimeZone::getGMT());
    format->setLenient(false);
    for (auto const attribute : {UDAT_PARSE_ALLOW_WHITESPACE, UDAT_PARSE_ALLOW_NUMERIC,
                                 UDAT_PARSE_PARTIAL_LITERAL_MATCH, UDAT_PARSE_MULTIPLE_PATTERNS_FOR_MATCH}) {
        format->setBooleanAttribute(attribute, false, status);
    }
    if (U_FAILURE(status)) return bad_format(pattern, u_errorName(status));
    return format;
}

}  // namespace

std::optional<ReadDate> DateReader::Format::read(Era era, std::string const& text) const {
    icu::SimpleDateFormat const& format = in(era);
    icu::UnicodeString const input = icu::UnicodeString::fromUTF8(text);
    icu::ParsePosition position(0);
    UDate const instant = format.parse(input, position);
    if (position.getErrorIndex() >= 0 || position.getIndex() != input.length()) return std::nullopt;

    // Written back it must be the same text: signs, missing zeros and other spellings ICU forgives end here.
    icu::UnicodeString again;
    format.format(instant, again);
    auto const normal = normalise_text(to_utf8(again));
    if (!normal || *normal != text) return std::nullopt;

    std::chrono::sys_time<std::chrono::milliseconds> const time{
        std::chrono::milliseconds{static_cast<std::int64_t>(instant)}};
    Date const date{std::chrono::floor<std::chrono::days>(time)};
    constexpr int last_of_four_digits = 9999;
    int const written_year = static_cast<int>(date.year()) + (era == Era::buddhist ? buddhist_offset : 0);
    if (written_year > last_of_four_digits) return std::nullopt;
    if (parts.days > 0) return date;
    if (parts.months > 0) return PartialDate{date.year(), date.month()};
    return PartialDate{date.year(), std::nullopt};
}

std::optional<ReadDate> DateReader::Format::read_with_zeros(Era era, std::string const& text) const {
    if (parts.days == 0 || parts.month_name) return std::nullopt;
    auto const filled = fill_zero_parts(pattern, text);
    if (!filled) return std::nullopt;
    auto const date = read(era, filled->text);
    if (!date) return std::nullopt;
    auto const& whole = std::get<Date>(*date);
    if (filled->month_unknown) return PartialDate{whole.year(), std::nullopt};
    return PartialDate{whole.year(), whole.month()};
}

DateReader::DateReader() = default;
DateReader::DateReader(DateReader&&) noexcept = default;
DateReader& DateReader::operator=(DateReader&&) noexcept = default;
DateReader::~DateReader() = default;

Result<DateReader> DateReader::make(std::vector<std::string> const& formats, Era era, std::string_view language,
                                    ZeroParts zero_parts) {
    if (formats.empty()) return bad_format("", "expected at least one format, e.g. dd/MM/yyyy");
    if (!language.empty() && std::find(languages.begin(), languages.end(), language) == languages.end()) {
        return bad_format(formats.front(), "language: expected one of en, km, lo, my, th, vi, zh");
    }
    DateReader reader;
    reader.era_ = era;
    reader.zero_parts_ = zero_parts;
    for (auto const& pattern : formats) {
        ASSIGN_OR_RETURN(Parts const parts, parse_pattern(pattern));
        if (parts.month_name && language.empty()) {
            return bad_format(pattern, "month names need `language`: one of en, km, lo, my, th, vi, zh");
        }
        Format format{pattern, parts, nullptr, nullptr};
        ASSIGN_OR_RETURN(format.gregorian, make_format(pattern, Era::gregorian, language));
        ASSIGN_OR_RETURN(format.buddhist, make_format(pattern, Era::buddhist, language));
        reader.formats_.push_back(std::move(format));
    }
    return reader;
}

Result<ReadDate> DateReader::read_in(Era era, std::string_view text) const {
    std::string const exact(text);
    std::optional<ReadDate> found;
    bool out_of_range = false;
    for (auto const& format : formats_) {
        auto date = format.read(era, exact);
        if (!date && zero_parts_ == ZeroParts::unknown) date = format.read_with_zeros(era, exact);
        if (!date) continue;
        int const year = std::visit(
            [](auto const& any) {
                if constexpr (requires { any.year(); }) {
                    return static_cast<int>(any.year());
                } else {
                    return static_cast<int>(any.year);
                }
            },
            *date);
        if (year < earliest_year || year > latest_year) {
            out_of_range = true;
        } else if (found && *found != *date) {
            return Error{ErrorKind::invalid, "date.ambiguous", "two of the formats read it as different days"};
        } else {
            found = date;
        }
    }
    if (found) return *found;
    if (out_of_range) return Error{ErrorKind::invalid, "date.out_of_range", "the year is not plausible"};
    return Error{ErrorKind::invalid, "date.malformed", "not a date in the format given"};
}

Result<ReadDate> DateReader::read(std::string_view text) const {
    auto const malformed = Error{ErrorKind::invalid, "date.malformed", "not a date in the format given"};
    constexpr std::size_t longest = 200;
    if (text.size() > longest) return malformed;
    auto const normal = normalise_text(text);
    if (!normal) return malformed;
    auto const digits = ascii_digits(*normal);
    if (!digits) return malformed;

    auto date = read_in(era_, *digits);
    if (date || date.error().code == "date.ambiguous") return date;
    Era const other = era_ == Era::buddhist ? Era::gregorian : Era::buddhist;
    if (auto const elsewhere = read_in(other, *digits); elsewhere) {
        return Error{ErrorKind::invalid, "date.wrong_era",
                     era_ == Era::buddhist ? "the year looks Gregorian in a Buddhist-era column"
                                           : "the year looks Buddhist in a Gregorian column"};
    }
    return date;
}

}  // namespace casebridge
