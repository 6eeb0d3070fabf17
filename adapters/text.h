// Text from national databases, before anything else looks at it.
#pragma once

#include "crypto/result.h"

#include <string>
#include <string_view>

namespace casebridge {

/// Valid UTF-8 in Unicode normalisation form C, without the spaces (U+0020 only) that fixed-width columns add at
/// either end. Control and bidirectional characters are left in: `CaseRecord::set` refuses them by name.
/// Errors: `text.not_utf8`.
Result<std::string> normalise_text(std::string_view text);

/// Thai, Lao, Khmer and Burmese digits as ASCII digits; all else unchanged. Valid UTF-8 in, valid UTF-8 out.
/// Errors: `text.mixed_digits` (digits of two scripts in one value: nobody writes so by hand), `text.not_utf8`.
Result<std::string> ascii_digits(std::string_view text);

/// Whether `text` can be a case number as it stands: valid UTF-8, 1 to 200 bytes, no control, bidirectional or line
/// separating characters, no space at either end.
bool is_plain_case_number(std::string_view text);

}  // namespace casebridge
