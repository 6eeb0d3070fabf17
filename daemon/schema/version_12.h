// When the last Case Management Meeting with each partner was held.
#pragma once

#include <string_view>

namespace casebridge::schema {

inline constexpr std::string_view version_12 = R"sql(
CREATE TABLE meetings(
    node        TEXT PRIMARY KEY,
    held_on     TEXT NOT NULL CHECK(length(held_on) = 10),  -- YYYY-MM-DD, where it was held
    recorded_at INTEGER NOT NULL
) WITHOUT ROWID;
)sql";

}  // namespace casebridge::schema
