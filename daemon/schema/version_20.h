// Keys of our own that others took the place of: when, and when they were destroyed. The keys are files.
#pragma once

#include <string_view>

namespace casebridge::schema {

inline constexpr std::string_view version_20 = R"sql(
CREATE TABLE retired_keys(
    name         TEXT PRIMARY KEY,  -- of its files, e.g. encryption.<SHA-256 of the certificate>
    retired_at   INTEGER NOT NULL,  -- from when partners were shown another
    destroyed_at INTEGER            -- decided and recorded; the files go after that
) WITHOUT ROWID;
)sql";

}  // namespace casebridge::schema
