// What partners' authorities have revoked: their newest lists (daemon/README.md, "Revocation").
#pragma once

#include <string_view>

namespace casebridge::schema {

inline constexpr std::string_view version_18 = R"sql(
CREATE TABLE peer_revocations(
    node         TEXT NOT NULL,
    authority    TEXT NOT NULL,                     -- its key identifier, in hexadecimal
    number       INTEGER NOT NULL CHECK(number >= 0),
    list         BLOB NOT NULL,                     -- DER
    first_seen   INTEGER NOT NULL,                  -- this number
    confirmed_at INTEGER NOT NULL,                  -- when the partner was last found to have no newer one
    PRIMARY KEY(node, authority)
) WITHOUT ROWID;
)sql";

}  // namespace casebridge::schema
