// Roots of the log's perfect subtrees, so that proofs about any size read a few rows; daemon/LOG.md, "In the store".
#pragma once

#include <string_view>

namespace casebridge::schema {

inline constexpr std::string_view version_16 = R"sql(
CREATE TABLE log_subtrees(
    level    INTEGER NOT NULL CHECK(level > 0 AND level % 4 = 0),  -- of 2^level leaves
    position INTEGER NOT NULL CHECK(position >= 0),                -- from leaf position * 2^level on
    hash     BLOB NOT NULL CHECK(length(hash) = 32),
    PRIMARY KEY(level, position)
) WITHOUT ROWID;
)sql";

}  // namespace casebridge::schema
