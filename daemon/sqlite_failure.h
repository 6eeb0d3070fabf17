// What a SQLite result code means to us. For database.cpp and statement.cpp.
#pragma once

#include "crypto/result.h"

struct sqlite3;

namespace casebridge {

/// `store.full`, `store.constraint` (a unique row exists already) or `store.failed`; the detail holds no values.
/// Throws std::logic_error for what only a mistake of ours can cause (bad SQL, a broken CHECK).
Error sqlite_failure(sqlite3* database, int code);

}  // namespace casebridge
