// Questions of partners, questions to partners, and how many of the former there were each day.
#pragma once

#include <string_view>

namespace casebridge::schema {

inline constexpr std::string_view version_4 = R"sql(
CREATE TABLE queries_received(
    number        INTEGER PRIMARY KEY AUTOINCREMENT,
    sender        TEXT NOT NULL,
    query         TEXT NOT NULL,
    sender_office TEXT NOT NULL,
    office        TEXT NOT NULL,
    purpose       TEXT NOT NULL,
    subject       TEXT NOT NULL,
    about         TEXT NOT NULL CHECK(about IN ('summary', 'status')),
    inner_digest  BLOB NOT NULL CHECK(typeof(inner_digest) = 'blob' AND length(inner_digest) = 32),
    received_at   INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    answer_at     INTEGER,  -- only then, if an officer may say yes until then
    approved      BLOB CHECK(approved IS NULL OR length(approved) = 32),  -- digest of the body the officer saw
    decision      INTEGER,  -- content: who decided, and why
    answer        INTEGER,  -- content: the sealed answer
    UNIQUE(sender, query)
);
CREATE INDEX queries_received_expiry ON queries_received(expires_at);
CREATE INDEX queries_waiting ON queries_received(answer_at) WHERE answer IS NULL;

CREATE TABLE query_counts(
    day    INTEGER NOT NULL,  -- since 1970, UTC
    sender TEXT NOT NULL,
    office TEXT NOT NULL,
    count  INTEGER NOT NULL CHECK(count >= 1),
    PRIMARY KEY(day, sender, office)
) WITHOUT ROWID;

CREATE TABLE queries_asked(
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    query        TEXT NOT NULL UNIQUE,
    node         TEXT NOT NULL,
    office       TEXT NOT NULL,
    purpose      TEXT NOT NULL,
    subject      TEXT NOT NULL,
    about        TEXT NOT NULL CHECK(about IN ('summary', 'status')),
    agreement    BLOB NOT NULL CHECK(length(agreement) = 32),
    inner_digest BLOB NOT NULL CHECK(typeof(inner_digest) = 'blob' AND length(inner_digest) = 32),
    sealed       INTEGER NOT NULL,  -- content
    asked_at     INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    state        TEXT NOT NULL CHECK(state IN ('open', 'pending', 'refused', 'answered', 'no_information')),
    code         TEXT NOT NULL,
    body         INTEGER,  -- content
    answered_at  INTEGER,
    retain_until INTEGER
);
CREATE INDEX queries_asked_expiry ON queries_asked(expires_at);
)sql";

}  // namespace casebridge::schema
