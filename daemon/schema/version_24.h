// Nodes that others go on for: partners, and this one.
#pragma once

#include <string_view>

namespace casebridge::schema {

inline constexpr std::string_view version_24 = R"sql(
CREATE TABLE successions(  -- of partners: what was held with the one is held with the other
    node      TEXT PRIMARY KEY,
    successor TEXT NOT NULL,  -- the last one, if that was succeeded in its turn
    statement TEXT NOT NULL,  -- of the old root (crypto/succession.h), PEM
    at        INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX successions_successor ON successions(successor);
CREATE TABLE former_names(  -- under which this store was kept before
    number    INTEGER PRIMARY KEY,
    node      TEXT NOT NULL,
    root      TEXT NOT NULL,     -- PEM
    statement TEXT NOT NULL,     -- PEM
    log_key   TEXT NOT NULL,     -- vkey of its log's last key; empty: it had none
    rotations TEXT NOT NULL,     -- how that followed others (crypto/key_rotation.h)
    leaves    INTEGER NOT NULL,  -- of the log at that moment; what follows is by another name
    ended_at  INTEGER NOT NULL
);
)sql";

}  // namespace casebridge::schema
