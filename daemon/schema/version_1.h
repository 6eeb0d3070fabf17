// The tables of a store as it began.
#pragma once

#include <string_view>

namespace casebridge::schema {

inline constexpr std::string_view version_1 = R"sql(
CREATE TABLE schema_version(version INTEGER NOT NULL CHECK(typeof(version) = 'integer'));

CREATE TABLE settings(
    key   TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE content_keys(  -- AUTOINCREMENT: the id of an erased content is never given again
    content INTEGER PRIMARY KEY AUTOINCREMENT,
    key     BLOB NOT NULL CHECK(typeof(key) = 'blob' AND length(key) = 32)
);
CREATE TABLE contents(
    id     INTEGER PRIMARY KEY,
    sealed BLOB NOT NULL CHECK(typeof(sealed) = 'blob' AND length(sealed) >= 28)
);

CREATE TABLE log_leaves(
    position INTEGER PRIMARY KEY CHECK(position >= 0),
    data     TEXT NOT NULL CHECK(length(data) > 0),
    detail   INTEGER NOT NULL  -- content: salt and detail
);
CREATE TABLE log_hashes(  -- apart from the data: reading many of them touches few pages
    position INTEGER PRIMARY KEY CHECK(position >= 0),
    hash     BLOB NOT NULL CHECK(typeof(hash) = 'blob' AND length(hash) = 32)
);
CREATE TABLE log_head(
    only INTEGER PRIMARY KEY CHECK(only = 1),
    size INTEGER NOT NULL CHECK(size >= 0),
    root BLOB NOT NULL CHECK(typeof(root) = 'blob' AND length(root) = 32)
);

CREATE TABLE peers(
    node                 TEXT NOT NULL PRIMARY KEY,
    kind                 TEXT NOT NULL,
    name                 TEXT NOT NULL,
    host                 TEXT NOT NULL,
    port                 INTEGER NOT NULL CHECK(typeof(port) = 'integer' AND port BETWEEN 0 AND 65535),
    root_pem             TEXT NOT NULL,
    offices              TEXT NOT NULL,  -- JSON array
    schema               INTEGER NOT NULL CHECK(typeof(schema) = 'integer'),
    encryption_chain_pem TEXT NOT NULL,
    refreshed_at         INTEGER,
    added_at             INTEGER NOT NULL,
    removed_at           INTEGER
);

CREATE TABLE cases(
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    handle        BLOB NOT NULL UNIQUE CHECK(typeof(handle) = 'blob' AND length(handle) = 32),  -- HMAC of the number
    number        INTEGER NOT NULL,  -- content
    consent_epoch INTEGER NOT NULL DEFAULT 0 CHECK(consent_epoch >= 0)
);
CREATE TRIGGER consent_epochs_never_fall BEFORE UPDATE OF consent_epoch ON cases
WHEN new.consent_epoch < old.consent_epoch BEGIN SELECT RAISE(ABORT, 'a consent epoch would fall'); END;
CREATE TABLE subjects(
    case_id INTEGER NOT NULL REFERENCES cases(id),
    peer    TEXT NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY(case_id, peer),
    UNIQUE(peer, subject)
) WITHOUT ROWID;
CREATE TABLE consents(
    case_id      INTEGER NOT NULL REFERENCES cases(id),
    handle       BLOB NOT NULL CHECK(typeof(handle) = 'blob' AND length(handle) = 32),  -- HMAC of case and consent id
    epoch        INTEGER NOT NULL CHECK(epoch >= 1),
    content      INTEGER NOT NULL,
    recorded_at  INTEGER NOT NULL,
    withdrawn_at INTEGER,
    PRIMARY KEY(case_id, handle)
) WITHOUT ROWID;
CREATE TRIGGER withdrawals_stand BEFORE UPDATE ON consents WHEN old.withdrawn_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a withdrawn consent would change'); END;
CREATE TABLE pairwise_consents(
    case_id  INTEGER NOT NULL REFERENCES cases(id),
    handle   BLOB NOT NULL,
    peer     TEXT NOT NULL,
    pairwise TEXT NOT NULL,
    PRIMARY KEY(case_id, handle, peer),
    UNIQUE(peer, pairwise)
) WITHOUT ROWID;

CREATE TABLE streams(
    stream        TEXT NOT NULL PRIMARY KEY,
    last_sequence INTEGER NOT NULL CHECK(last_sequence >= 1)
) WITHOUT ROWID;
CREATE TABLE outbox(
    number             INTEGER PRIMARY KEY AUTOINCREMENT,
    message            TEXT NOT NULL UNIQUE,
    node               TEXT NOT NULL,
    office             TEXT NOT NULL,
    stream             TEXT NOT NULL,
    sequence           INTEGER NOT NULL CHECK(sequence >= 1),
    purpose            TEXT NOT NULL,
    subject            TEXT NOT NULL,
    inner_digest       BLOB NOT NULL CHECK(typeof(inner_digest) = 'blob' AND length(inner_digest) = 32),
    sealed             INTEGER NOT NULL,  -- content
    signed             INTEGER NOT NULL,  -- content
    request            INTEGER NOT NULL,  -- content
    state              TEXT NOT NULL CHECK(state IN ('queued', 'delivered', 'rejected', 'refused', 'expired')),
    attempts           INTEGER NOT NULL CHECK(attempts >= 0),
    possibly_delivered INTEGER NOT NULL CHECK(possibly_delivered IN (0, 1)),
    created_at         INTEGER NOT NULL,
    next_at            INTEGER NOT NULL,
    expires_at         INTEGER NOT NULL,
    last_code          TEXT NOT NULL,
    receipt            BLOB NOT NULL,
    UNIQUE(stream, sequence)
);
CREATE INDEX outbox_queued ON outbox(stream, sequence, node) WHERE state = 'queued';
CREATE INDEX outbox_states ON outbox(state, created_at);

CREATE TABLE disclosures(
    message       TEXT NOT NULL PRIMARY KEY,
    case_handle   BLOB NOT NULL CHECK(typeof(case_handle) = 'blob' AND length(case_handle) = 32),
    node          TEXT NOT NULL,
    office        TEXT NOT NULL,
    purpose       TEXT NOT NULL,
    subject       TEXT NOT NULL,
    agreement     BLOB NOT NULL CHECK(length(agreement) = 32),
    policy        BLOB NOT NULL CHECK(length(policy) = 32),
    body          BLOB NOT NULL CHECK(length(body) = 32),
    consent       INTEGER NOT NULL,  -- content: case number and consent id
    consent_epoch INTEGER NOT NULL CHECK(consent_epoch >= 0),
    categories    TEXT NOT NULL,
    prepared_at   INTEGER NOT NULL,
    state         TEXT NOT NULL
        CHECK(state IN ('prepared', 'possibly_delivered', 'delivered', 'never_sent', 'rejected')),
    settled_at    INTEGER
);
CREATE INDEX disclosures_of_case ON disclosures(case_handle, prepared_at);

CREATE TABLE inbox(
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    sender       TEXT NOT NULL,
    message      TEXT NOT NULL,
    from_office  TEXT NOT NULL,
    to_office    TEXT NOT NULL,
    inner_digest BLOB NOT NULL CHECK(typeof(inner_digest) = 'blob' AND length(inner_digest) = 32),
    type         TEXT NOT NULL,
    purpose      TEXT NOT NULL,
    subject      TEXT NOT NULL,
    agreement    BLOB NOT NULL CHECK(length(agreement) = 32),
    content      INTEGER,  -- content
    outcome      TEXT NOT NULL CHECK(outcome IN ('accepted', 'rejected')),
    code         TEXT NOT NULL,
    sent_at      INTEGER NOT NULL,
    received_at  INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    retain_until INTEGER NOT NULL,
    log_index    INTEGER NOT NULL CHECK(log_index >= 0),
    receipt      BLOB NOT NULL,
    read_at      INTEGER,
    UNIQUE(sender, message)
);
CREATE INDEX inbox_messages ON inbox(message);
)sql";

}  // namespace casebridge::schema
