// Witnessing: what we have cosigned of partners' logs, what they have cosigned of ours, the hashes of their leaves, and
// the evidence against a log that was rewritten. None of it is personal data.
#pragma once

#include <string_view>

namespace casebridge::schema {

inline constexpr std::string_view version_17 = R"sql(
-- As each partner told them, out of band.
CREATE TABLE peer_keys(
    node        TEXT PRIMARY KEY,
    log_key     TEXT NOT NULL,  -- vkey of its log; empty: not told
    witness_key TEXT NOT NULL   -- vkey it cosigns with; empty: not told
) WITHOUT ROWID;

-- The newest head of each partner's log that we have cosigned.
CREATE TABLE witnessed_heads(
    node TEXT PRIMARY KEY,
    size INTEGER NOT NULL CHECK(size >= 0),
    root BLOB NOT NULL CHECK(length(root) = 32),
    note TEXT NOT NULL,  -- signed by the log
    at   INTEGER NOT NULL
) WITHOUT ROWID;

-- Heads of partners' logs that somebody else has shown, until they could be compared.
CREATE TABLE shown_heads(
    node TEXT PRIMARY KEY,
    size INTEGER NOT NULL CHECK(size >= 0),
    root BLOB NOT NULL CHECK(length(root) = 32),
    note TEXT NOT NULL,
    by   TEXT NOT NULL,
    at   INTEGER NOT NULL
) WITHOUT ROWID;

-- The newest head of our own log that each partner has cosigned.
CREATE TABLE cosignatures(
    node TEXT PRIMARY KEY,
    size INTEGER NOT NULL CHECK(size >= 0),
    root BLOB NOT NULL CHECK(length(root) = 32),
    line TEXT NOT NULL,  -- as it stands in a note
    at   INTEGER NOT NULL
) WITHOUT ROWID;

-- C2SP tlog-tiles: up to 256 hashes of perfect subtrees of 256^level leaves.
CREATE TABLE mirror_tiles(
    node   TEXT NOT NULL,
    level  INTEGER NOT NULL CHECK(level >= 0),
    tile   INTEGER NOT NULL CHECK(tile >= 0),
    hashes BLOB NOT NULL CHECK(length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
    PRIMARY KEY(node, level, tile)
) WITHOUT ROWID;
-- So many leaves gave a root that their log had signed.
CREATE TABLE mirrors(
    node     TEXT PRIMARY KEY,
    verified INTEGER NOT NULL CHECK(verified >= 0)
) WITHOUT ROWID;

CREATE TABLE log_evidence(
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    node       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    document   TEXT NOT NULL,
    digest     BLOB NOT NULL UNIQUE CHECK(length(digest) = 32),
    at         INTEGER NOT NULL,
    settled_at INTEGER  -- an officer has dealt with it
);
CREATE INDEX log_evidence_node ON log_evidence(node, settled_at);

-- Leaves of our own log whose hashes alone came back, after an older store had been restored.
CREATE TABLE log_lost(
    first INTEGER PRIMARY KEY CHECK(first >= 0),
    next  INTEGER NOT NULL CHECK(next > first),
    at    INTEGER NOT NULL
);
)sql";

}  // namespace casebridge::schema
