// What a start and a look at the queue need, found without walking through the history.
#pragma once

#include <string_view>

namespace casebridge::schema {

inline constexpr std::string_view version_3 = R"sql(
ALTER TABLE log_head ADD COLUMN subtrees BLOB;  -- 32 bytes each, largest first; none if written by version 2
ALTER TABLE outbox ADD COLUMN first INTEGER NOT NULL DEFAULT 0 CHECK(first IN (0, 1));  -- queued in its stream
UPDATE outbox SET first = 1 WHERE state = 'queued' AND sequence =
    (SELECT min(q.sequence) FROM outbox q WHERE q.stream = outbox.stream AND q.state = 'queued');
CREATE INDEX outbox_first ON outbox(node, next_at, number) WHERE first = 1;
)sql";

}  // namespace casebridge::schema
