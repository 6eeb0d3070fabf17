// Onward transfer: what originators have permitted us and we have permitted holders, and the copies we passed on. None
// of it names a person.
#pragma once

#include <string_view>

namespace casebridge::schema {

inline constexpr std::string_view version_15 = R"sql(
CREATE TABLE onward_permissions(
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    given      INTEGER NOT NULL CHECK(given IN (0, 1)),  -- 1: by us, to the peer; 0: by the peer, to us
    id         TEXT NOT NULL,  -- the message that carried it
    peer       TEXT NOT NULL,
    message    TEXT NOT NULL,  -- of the originator, about whose body it is
    node       TEXT NOT NULL,
    office     TEXT NOT NULL,
    purpose    TEXT NOT NULL,
    granted_at INTEGER NOT NULL,
    until      INTEGER NOT NULL,
    document   BLOB NOT NULL,  -- SignedData
    UNIQUE(given, peer, id)
);
CREATE INDEX onward_permissions_message ON onward_permissions(message, given);
CREATE TABLE onward_copies(
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    message    TEXT NOT NULL UNIQUE,  -- of ours
    originator TEXT NOT NULL,
    original   TEXT NOT NULL,  -- of the originator
    origin_subject TEXT NOT NULL,  -- as the originator and we know her
    subject    TEXT NOT NULL,  -- as the recipient and we do
    node       TEXT NOT NULL,
    office     TEXT NOT NULL,
    purpose    TEXT NOT NULL,
    agreement  BLOB NOT NULL CHECK(length(agreement) = 32),
    sent_at    INTEGER NOT NULL,
    recalled_at INTEGER  -- the original is gone: the copy does not leave, or is to be destroyed there
);
CREATE INDEX onward_copies_original ON onward_copies(originator, original);
ALTER TABLE inbox ADD COLUMN originator TEXT NOT NULL DEFAULT '';  -- of an onward_summary
)sql";

}  // namespace casebridge::schema
