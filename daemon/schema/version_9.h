// Which received summaries stand in the ministry's staging table, or have to. Whatever erases a content, the row that
// was made of it there has to go, too, or is never made.
#pragma once

#include <string_view>

namespace casebridge::schema {

inline constexpr std::string_view version_9 = R"sql(
ALTER TABLE inbox ADD COLUMN consent_epoch INTEGER NOT NULL DEFAULT 0;  -- 0: of what came before version 9

CREATE TABLE received_places(
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    place     TEXT NOT NULL UNIQUE,  -- which table of which database; never a secret
    listed_to INTEGER NOT NULL DEFAULT 0  -- inbox numbers up to it have been looked at
);
CREATE TABLE received_list(
    number  INTEGER PRIMARY KEY AUTOINCREMENT,
    place   INTEGER NOT NULL REFERENCES received_places(id),
    sender  TEXT NOT NULL,
    message TEXT NOT NULL,
    content INTEGER NOT NULL,  -- content
    state   TEXT NOT NULL CHECK(state IN ('listed', 'writing', 'written', 'refused', 'to_remove')),
    since   INTEGER,  -- in this state; none: its content was erased, and nobody has looked since
    code    TEXT NOT NULL DEFAULT '',  -- of a refusal
    UNIQUE(place, sender, message)
);
CREATE INDEX received_due ON received_list(place, state, number);
CREATE INDEX received_contents ON received_list(content);
CREATE TABLE received_waits(  -- an erasure receipt is not signed before these are removed
    duty   TEXT NOT NULL,
    number INTEGER NOT NULL REFERENCES received_list(number) ON DELETE CASCADE,
    PRIMARY KEY(duty, number)
) WITHOUT ROWID;
CREATE INDEX received_waited_for ON received_waits(number);
CREATE TRIGGER erased_contents_leave_the_staging_table AFTER DELETE ON content_keys BEGIN
    DELETE FROM received_list WHERE content = old.content AND state = 'listed';
    UPDATE received_list SET state = 'to_remove', since = NULL, code = '' WHERE content = old.content;
END;
)sql";

}  // namespace casebridge::schema
