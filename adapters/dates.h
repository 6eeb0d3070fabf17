// Dates as officers in the region write them: strictly by the formats a field map names, in the era it names.
#pragma once

#include "crypto/time.h"
#include "policies/case_record.h"

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace casebridge {

/// Buddhist era: 2540 is 1997.
enum class Era { gregorian, buddhist };

/// A whole date, or one of which only year, or year and month, were ever known.
using ReadDate = std::variant<Date, PartialDate>;

/// What a day, or a day and month, of zeros means: 00/00/2540.
enum class ZeroParts { refused, unknown };

/// Reads dates of one column. Guarantees: the whole text is consumed; a day that does not exist is refused, never
/// moved; years have four digits and lie in 1900 to 2100 (Gregorian); digits may be ASCII, Thai, Lao, Khmer or
/// Burmese, but of one script; month names are those of `language`.
class DateReader {
public:
    /// `formats`: patterns of `d`, `dd`, `M`, `MM`, `MMM`, `MMMM`, `yyyy` and literals, e.g. "dd/MM/yyyy",
    /// "d MMMM yyyy", "yyyy"; tried all: two that read one text as different days are an error of that text.
    /// `language`: ISO 639 two-letter, needed for month names only (en, km, lo, my, th, vi, zh).
    /// Errors: `date.bad_format` (the detail says what is expected).
    static Result<DateReader> make(std::vector<std::string> const& formats, Era era, std::string_view language,
                                   ZeroParts zero_parts = ZeroParts::refused);

    /// Errors: `date.malformed`, `date.wrong_era` (it would be a plausible date in the other era),
    /// `date.out_of_range`, `date.ambiguous`. Details never hold the text.
    [[nodiscard]] Result<ReadDate> read(std::string_view text) const;

    DateReader(DateReader&&) noexcept;
    DateReader& operator=(DateReader&&) noexcept;
    ~DateReader();

private:
    struct Format;
    DateReader();
    [[nodiscard]] Result<ReadDate> read_in(Era era, std::string_view text) const;
    std::vector<Format> formats_;
    Era era_ = Era::gregorian;
    ZeroParts zero_parts_ = ZeroParts::refused;
};

}  // namespace casebridge
