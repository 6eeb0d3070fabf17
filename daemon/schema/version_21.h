// Keys that partners handed over in person, for the layer around what goes to and fro. A used one keeps its row alone.
#pragma once

#include <string_view>

namespace casebridge::schema {

inline constexpr std::string_view version_21 = R"sql(
CREATE TABLE meeting_keys(
    node         TEXT NOT NULL,
    id           BLOB NOT NULL CHECK(typeof(id) = 'blob' AND length(id) = 16),
    valid_from   INTEGER NOT NULL,
    valid_until  INTEGER NOT NULL CHECK(valid_until > valid_from),  -- exclusive
    key          BLOB CHECK(key IS NULL OR length(key) = 32),  -- NULL: destroyed
    added_at     INTEGER NOT NULL,
    destroyed_at INTEGER,
    PRIMARY KEY(node, id)
) WITHOUT ROWID;
CREATE TABLE meeting_key_required(  -- nothing without the layer, either way
    node  TEXT PRIMARY KEY,
    since INTEGER NOT NULL
) WITHOUT ROWID;
)sql";

}  // namespace casebridge::schema
