// The shape of a JSON text, before a parser without limits of its own is let loose on it.
#pragma once

#include "crypto/result.h"

namespace casebridge {

struct JsonShape {
    std::size_t depth = 32;
    std::size_t members = 1'000'000;  ///< array elements and object members in all
};

/// Counts brackets and commas outside strings; whether the text is JSON at all is for the parser to say.
/// Errors: `source.bad_answer`.
Status check_json_shape(std::string_view text, JsonShape const& limits = {});

}  // namespace casebridge
