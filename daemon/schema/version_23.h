// Roots of partners that others took the place of, by their own word.
#pragma once

#include <string_view>

namespace casebridge::schema {

inline constexpr std::string_view version_23 = R"sql(
CREATE TABLE former_roots(
    node      TEXT NOT NULL,
    number    INTEGER NOT NULL,  -- 1, 2, …: the order in which they were pinned
    root      TEXT NOT NULL,     -- PEM
    statement TEXT NOT NULL,     -- what it has signed (crypto/root_rollover.h), PEM
    rolled_at INTEGER NOT NULL,  -- when the next one was pinned here
    until     INTEGER NOT NULL,  -- its chains are accepted so long
    ended_at  INTEGER,           -- recorded; TLS offers it no more
    PRIMARY KEY(node, number)
) WITHOUT ROWID;
)sql";

}  // namespace casebridge::schema
