// Dates in which a day, or a day and month, nobody knew were written as zeros: 00/00/2540, 00/05/2540.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace casebridge {

/// The text with ones in place of the zeros, so that it can be read as a date, and what of that date means nothing.
struct FilledDate {
    std::string text;
    bool month_unknown = false;  ///< the day always is
};

/// `pattern`: of `d`, `dd`, `M`, `MM`, `yyyy` and literals. None if the text does not follow it, if its day is not
/// zero, or if only its month is: that is no date of any kind.
std::optional<FilledDate> fill_zero_parts(std::string_view pattern, std::string_view text);

}  // namespace casebridge
