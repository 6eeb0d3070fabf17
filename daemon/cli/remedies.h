// What to do about an error of a database or of a file, in one sentence: for `doctor`, which is read by whoever has to
// do it.
#pragma once

#include <string_view>

namespace casebridge::cli {

/// By the error's code. `received.x`, of the staging table, is mended as `source.x`, unless it has words of its own.
std::string_view remedy_for(std::string_view code);

}  // namespace casebridge::cli
