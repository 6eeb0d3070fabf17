// The program's version, as --version and `status` show it.
#pragma once

#include <string_view>

namespace casebridge {

inline constexpr std::string_view program_version = "0.1.0";

}  // namespace casebridge
