// Migrations: the store's schema, version by version. A version that was released never changes again.
#pragma once

#include "daemon/database.h"

#include <span>

namespace casebridge {

struct Migration {
    int version;
    std::string_view sql;
};
/// In order, from 1, without gaps.
std::span<Migration const> migrations();

/// Brings the schema to the newest version, one transaction a version. Errors: `store.newer_schema` (written by a newer
/// casebridge; nothing is changed), as Database otherwise.
Status migrate(Database& database);
/// 0 for a new file.
Result<int> schema_version_of(Database& database);

}  // namespace casebridge
