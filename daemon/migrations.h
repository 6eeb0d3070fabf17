// Migrations: the store's schema, version by version (`schema/version_N.h`). A version that was released never changes
// again.
//
// SQL of SQLite 3.15: no STRICT, so the CHECKs say what a column may hold. Times are milliseconds since 1970, UTC.
// `content` columns name a row of `contents`; no foreign keys, because erasing a content leaves the row that had it.
#pragma once

#include "daemon/database.h"

#include <span>

namespace casebridge {

struct Migration {
    int version;
    std::string_view sql;
    /// What SQL alone cannot compute, after it and in the same transaction.
    Status (*fill)(Database&) = nullptr;
};
/// In order, from 1, without gaps.
std::span<Migration const> migrations();

/// Brings the schema to the newest version, one transaction a version. Errors: `store.newer_schema` (written by a newer
/// casebridge; nothing is changed), `log.inconsistent` (what is filled in from it), as Database otherwise.
Status migrate(Database& database);
/// 0 for a new file.
Result<int> schema_version_of(Database& database);

}  // namespace casebridge
