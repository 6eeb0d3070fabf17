// A question is sealed anew each time it is asked. One whose signed form was never kept has to be asked anew.
#pragma once

#include <string_view>

namespace casebridge::schema {

inline constexpr std::string_view version_5 = R"sql(
CREATE TABLE queries_asked_5(
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    query        TEXT NOT NULL UNIQUE,
    node         TEXT NOT NULL,
    office       TEXT NOT NULL,
    purpose      TEXT NOT NULL,
    subject      TEXT NOT NULL,
    about        TEXT NOT NULL CHECK(about IN ('summary', 'status')),
    agreement    BLOB NOT NULL CHECK(length(agreement) = 32),
    inner_digest BLOB NOT NULL CHECK(typeof(inner_digest) = 'blob' AND length(inner_digest) = 32),
    signed       INTEGER NOT NULL,  -- content
    asked_at     INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    state        TEXT NOT NULL CHECK(state IN ('open', 'pending', 'refused', 'answered', 'no_information')),
    code         TEXT NOT NULL,
    body         INTEGER,  -- content
    answered_at  INTEGER,
    retain_until INTEGER
);
INSERT INTO queries_asked_5 SELECT * FROM queries_asked ORDER BY number;
UPDATE queries_asked_5 SET state = 'refused', code = 'query.ask_anew' WHERE state IN ('open', 'pending');
DROP TABLE queries_asked;
ALTER TABLE queries_asked_5 RENAME TO queries_asked;
CREATE INDEX queries_asked_expiry ON queries_asked(expires_at);
)sql";

}  // namespace casebridge::schema
