// What is to be told anew, and what has taken whose place; a duty that retracts. Which types of duties there are is for
// duty_table.cpp to say.
#pragma once

#include <string_view>

namespace casebridge::schema {

inline constexpr std::string_view version_13 = R"sql(
ALTER TABLE disclosures ADD COLUMN about TEXT NOT NULL DEFAULT 'summary' CHECK(about IN ('summary', 'status'));
ALTER TABLE disclosures ADD COLUMN retain_until INTEGER;  -- none: told before version 13
ALTER TABLE disclosures ADD COLUMN replaced_by TEXT;  -- the message that takes its place
ALTER TABLE disclosures ADD COLUMN review INTEGER NOT NULL DEFAULT 0 CHECK(review IN (0, 1, 2));
UPDATE disclosures SET review = 1 WHERE withdrawal IS NULL AND seen IS NOT NULL AND
    state IN ('prepared', 'possibly_delivered', 'delivered') AND case_handle IN (SELECT w.case_handle FROM
    watched_cases w WHERE w.state IN ('unreadable', 'vanished') OR (w.state = 'present' AND w.seen <> disclosures.seen));
CREATE INDEX disclosures_to_review ON disclosures(case_handle) WHERE review = 1;
CREATE INDEX disclosures_replaced ON disclosures(replaced_by) WHERE replaced_by IS NOT NULL;
ALTER TABLE inbox ADD COLUMN superseded_by TEXT;  -- the message or duty that took its place
ALTER TABLE inbox ADD COLUMN changes TEXT;  -- names of fields; while it has its content
CREATE TABLE superseded(  -- before they came, if they ever come
    number  INTEGER PRIMARY KEY AUTOINCREMENT,
    sender  TEXT NOT NULL,
    message TEXT NOT NULL,
    code    TEXT NOT NULL,
    at      INTEGER NOT NULL,
    UNIQUE(sender, message)
);
CREATE INDEX superseded_at ON superseded(at);

CREATE TABLE duties_13(
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    message     TEXT NOT NULL UNIQUE,
    from_office TEXT NOT NULL,
    node        TEXT NOT NULL,
    office      TEXT NOT NULL,
    type        TEXT NOT NULL,
    purpose     TEXT NOT NULL,
    subject     TEXT NOT NULL,
    agreement   BLOB NOT NULL CHECK(length(agreement) = 32),
    content     INTEGER NOT NULL,  -- content
    state       TEXT NOT NULL CHECK(state IN ('owed', 'queued', 'delivered', 'rejected', 'answered')),
    code        TEXT NOT NULL,
    answer      INTEGER,  -- content
    owed_at     INTEGER NOT NULL,
    settled_at  INTEGER,
    open        INTEGER NOT NULL DEFAULT 1 CHECK(open IN (0, 1))
);
INSERT INTO duties_13 SELECT number, message, from_office, node, office, type, purpose, subject, agreement, content,
    state, code, answer, owed_at, settled_at, open FROM duties ORDER BY number;
DROP TABLE duties;
ALTER TABLE duties_13 RENAME TO duties;
CREATE INDEX duties_owed ON duties(number) WHERE state = 'owed';
CREATE INDEX duties_open ON duties(owed_at) WHERE open = 1;
CREATE INDEX duties_retracted ON duties(owed_at) WHERE type = 'retraction';
)sql";

}  // namespace casebridge::schema
