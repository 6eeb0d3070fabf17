// What forgetting old messages needs, found without walking through the history.
#pragma once

#include <string_view>

namespace casebridge::schema {

inline constexpr std::string_view version_2 = "CREATE INDEX inbox_expiry ON inbox(expires_at);";

}  // namespace casebridge::schema
