// What the national database said of a case when something was told of it, and when it was last looked at.
#pragma once

#include <string_view>

namespace casebridge::schema {

inline constexpr std::string_view version_6 = R"sql(
ALTER TABLE disclosures ADD COLUMN seen BLOB;  -- HMAC; none if nobody has looked since version 5 wrote it
CREATE TABLE watched_cases(
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    case_handle BLOB NOT NULL UNIQUE CHECK(typeof(case_handle) = 'blob' AND length(case_handle) = 32),
    state       TEXT NOT NULL CHECK(state IN ('unseen', 'present', 'unreadable', 'vanished')),
    seen        BLOB CHECK(seen IS NULL OR length(seen) = 32),  -- HMAC
    looked_at   INTEGER,
    changed_at  INTEGER
);
INSERT INTO watched_cases(case_handle, state) SELECT case_handle, 'unseen' FROM disclosures
    WHERE state IN ('prepared', 'possibly_delivered', 'delivered') GROUP BY case_handle ORDER BY min(prepared_at);
)sql";

}  // namespace casebridge::schema
