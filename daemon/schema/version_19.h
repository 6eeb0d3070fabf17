// Evidence: which leaves name a message, and signatures without what was signed. None of it names a person.
#pragma once

#include <string_view>

namespace casebridge::schema {

inline constexpr std::string_view version_19 = R"sql(
CREATE TABLE log_messages(  -- which leaves name a message in their facts
    message  TEXT NOT NULL,
    position INTEGER NOT NULL CHECK(position >= 0),
    PRIMARY KEY(message, position)
) WITHOUT ROWID;
CREATE TABLE kept_signatures(  -- of messages and receipts whose content may be gone
    message   TEXT NOT NULL,
    sender    TEXT NOT NULL,  -- of the message
    kind      TEXT NOT NULL CHECK(kind IN ('message', 'receipt')),
    signature BLOB NOT NULL CHECK(typeof(signature) = 'blob'),
    UNIQUE(message, sender, kind)
);
)sql";

}  // namespace casebridge::schema
