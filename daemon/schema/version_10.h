// Which withdrawal names a disclosure, how many duties a partner sent a day, and what erasing has to find at once.
#pragma once

#include <string_view>

namespace casebridge::schema {

inline constexpr std::string_view version_10 = R"sql(
ALTER TABLE disclosures ADD COLUMN withdrawal TEXT;  -- the duty that asks to destroy it
CREATE TABLE duty_counts(
    day    INTEGER NOT NULL,
    sender TEXT NOT NULL,
    count  INTEGER NOT NULL CHECK(count >= 1),
    PRIMARY KEY(day, sender)
) WITHOUT ROWID;
CREATE INDEX received_messages ON received_list(sender, message);
CREATE INDEX received_unseen ON received_list(number) WHERE state = 'to_remove' AND since IS NULL;
CREATE INDEX queries_asked_subject ON queries_asked(subject, node);
CREATE INDEX queries_asked_retained ON queries_asked(retain_until) WHERE body IS NOT NULL;
CREATE INDEX queries_received_subject ON queries_received(subject, sender);
)sql";

}  // namespace casebridge::schema
