// Withdrawals and their receipts. What is erased before its id may be forgotten leaves its row.
#pragma once

#include <string_view>

namespace casebridge::schema {

inline constexpr std::string_view version_8 = R"sql(
ALTER TABLE outbox ADD COLUMN type TEXT NOT NULL DEFAULT 'case_summary';
ALTER TABLE inbox ADD COLUMN consent TEXT NOT NULL DEFAULT '';  -- the id the pair knows it by; none before version 8
ALTER TABLE inbox ADD COLUMN erased_at INTEGER;
CREATE INDEX inbox_retained ON inbox(retain_until) WHERE content IS NOT NULL;
ALTER TABLE disclosures ADD COLUMN erased_at INTEGER;  -- when the recipient says it destroyed it
CREATE TABLE duties(
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    message     TEXT NOT NULL UNIQUE,
    from_office TEXT NOT NULL,
    node        TEXT NOT NULL,
    office      TEXT NOT NULL,
    type        TEXT NOT NULL CHECK(type IN ('withdrawal', 'erasure_receipt')),
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
CREATE INDEX duties_owed ON duties(number) WHERE state = 'owed';
CREATE INDEX duties_open ON duties(owed_at) WHERE open = 1;
CREATE TABLE consents_withdrawn(
    sender      TEXT NOT NULL,
    consent     TEXT NOT NULL,
    epoch       INTEGER NOT NULL CHECK(epoch >= 1),
    duty        TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY(sender, consent)
) WITHOUT ROWID;
)sql";

}  // namespace casebridge::schema
