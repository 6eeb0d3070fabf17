// Procedures, their steps, and steps that an officer has decided on and that leave later.
#pragma once

#include <string_view>

namespace casebridge::schema {

inline constexpr std::string_view version_11 = R"sql(
CREATE TABLE procedures(
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    node         TEXT NOT NULL,
    office       TEXT NOT NULL,
    reference    TEXT NOT NULL,
    own_office   TEXT NOT NULL,
    kind         TEXT NOT NULL,
    side         TEXT NOT NULL CHECK(side IN ('initiator', 'responder')),  -- ours
    subject      TEXT NOT NULL,
    case_handle  BLOB,  -- of our case; none: not linked to one, or erased
    case_number  INTEGER,  -- content
    agreement    BLOB NOT NULL CHECK(length(agreement) = 32),
    expire_days  INTEGER NOT NULL CHECK(expire_days >= 1),
    own_consent  TEXT NOT NULL DEFAULT '',  -- as the pair names it
    peer_consent TEXT NOT NULL DEFAULT '',
    opened_at    INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    look_at      INTEGER,  -- when something is to be done about it; none: never again
    erased_at    INTEGER,
    unread       INTEGER NOT NULL DEFAULT 0 CHECK(unread IN (0, 1)),
    overdue_told INTEGER,  -- since when that was waited for which the partner was told is overdue
    -- What the steps come to.
    stage        TEXT NOT NULL,
    urgency      TEXT NOT NULL,
    awaited      TEXT CHECK(awaited IN ('initiator', 'responder')),
    deadline     TEXT,
    since        INTEGER,
    on_day       TEXT,
    offered_on   TEXT,
    agreed_on    TEXT,
    reports      INTEGER NOT NULL DEFAULT 0,
    reports_of   INTEGER NOT NULL DEFAULT 0,
    signed_by_initiator BLOB,
    signed_by_responder BLOB,
    steps        INTEGER NOT NULL DEFAULT 0,
    last_step    TEXT,
    last_side    TEXT,
    UNIQUE(node, reference)
);
CREATE INDEX procedures_opened ON procedures(node, opened_at) WHERE side = 'responder';
CREATE INDEX procedures_due ON procedures(look_at) WHERE look_at IS NOT NULL;
CREATE INDEX procedures_open ON procedures(node, number) WHERE awaited IS NOT NULL;
CREATE INDEX procedures_case ON procedures(case_handle) WHERE case_handle IS NOT NULL;
CREATE INDEX procedures_peer_consent ON procedures(node, peer_consent) WHERE peer_consent <> '';
CREATE TABLE procedure_steps(
    number    INTEGER PRIMARY KEY AUTOINCREMENT,
    procedure INTEGER NOT NULL REFERENCES procedures(number),
    message   TEXT NOT NULL,
    side      TEXT NOT NULL CHECK(side IN ('initiator', 'responder')),
    lamport   INTEGER NOT NULL CHECK(lamport >= 1),
    sent_at   INTEGER NOT NULL,
    step      TEXT NOT NULL,
    content   INTEGER,  -- content: the step's body; none: erased
    summary   TEXT,
    state     TEXT NOT NULL CHECK(state IN ('received', 'queued', 'delivered', 'uncertain', 'rejected', 'refused')),
    code      TEXT NOT NULL DEFAULT '',
    stored_at INTEGER NOT NULL,
    UNIQUE(procedure, side, message)
);
CREATE INDEX procedure_steps_message ON procedure_steps(message);
CREATE TABLE procedure_intents(
    procedure INTEGER PRIMARY KEY REFERENCES procedures(number),
    content   INTEGER NOT NULL,  -- content: step, fields, officer
    leaves_at INTEGER NOT NULL
);
ALTER TABLE inbox ADD COLUMN procedure TEXT NOT NULL DEFAULT '';  -- that a summary came for
CREATE INDEX inbox_procedure ON inbox(procedure, sender) WHERE procedure <> '';
)sql";

}  // namespace casebridge::schema
