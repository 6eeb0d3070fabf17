// Notes of officers inside procedures, with their attachments; and which disclosures are steps or notes.
#pragma once

#include <string_view>

namespace casebridge::schema {

inline constexpr std::string_view version_14 = R"sql(
CREATE TABLE thread_entries(
    number          INTEGER PRIMARY KEY AUTOINCREMENT,
    procedure       INTEGER NOT NULL REFERENCES procedures(number),
    message         TEXT NOT NULL,
    side            TEXT NOT NULL CHECK(side IN ('initiator', 'responder')),
    sent_at         INTEGER NOT NULL,
    note            INTEGER,  -- content; none: erased
    attachment      INTEGER,  -- content; none: there is none, or erased
    attachment_type TEXT,
    attachment_size INTEGER NOT NULL DEFAULT 0,
    state           TEXT NOT NULL CHECK(state IN ('received', 'queued', 'delivered', 'uncertain', 'rejected', 'refused')),
    code            TEXT NOT NULL DEFAULT '',
    read_at         INTEGER,
    UNIQUE(procedure, side, message)
);
CREATE INDEX thread_entries_message ON thread_entries(message);
ALTER TABLE disclosures ADD COLUMN in_procedure INTEGER NOT NULL DEFAULT 0 CHECK(in_procedure IN (0, 1));
)sql";

}  // namespace casebridge::schema
