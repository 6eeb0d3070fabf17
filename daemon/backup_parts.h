// The two parts of a backup (backup.h), as databases.
#pragma once

#include "daemon/database.h"
#include "daemon/files.h"

namespace casebridge {

/// Moves the keys of contents out of `copy`, a copy of a store, into `keys`, which is new, and the files of the
/// identity directory, too; marks both as parts of one backup. Errors: `store.*`, `file.*`.
Status move_keys(Database& copy, Database& keys, std::filesystem::path const& identity);

struct PartsJoined {
    std::uint64_t contents = 0, identity_files = 0;
};
/// The way back: the keys into `store`, the files into `identity`, which is made (0700; each file 0600 or 0644 as it
/// was). Errors: `backup.other_parts`, `store.*`, `file.*`.
Result<PartsJoined> join_keys(Database& store, Database& keys, std::filesystem::path const& identity);

/// `PRAGMA quick_check`. Errors: `backup.damaged`.
Status require_sound(Database& part);

Result<std::uint64_t> leaves_in(Database& store);

/// After closing: lock files and write-ahead logs, which are empty; what is left is synced.
Status remove_traces(std::filesystem::path const& folder);

}  // namespace casebridge
