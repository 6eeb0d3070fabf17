// How the keys of partners' logs and witnesses followed each other, as the partners have proved it.
#pragma once

#include <string_view>

namespace casebridge::schema {

inline constexpr std::string_view version_22 = R"sql(
CREATE TABLE peer_rotations(
    node       TEXT PRIMARY KEY,
    statements TEXT NOT NULL  -- crypto/key_rotation.h
) WITHOUT ROWID;
)sql";

}  // namespace casebridge::schema
