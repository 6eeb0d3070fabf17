// The key of an encrypted SQLite file. One of two files is linked: sqlite_key.cpp with SQLCipher, sqlite_key_none.cpp
// with libsqlite3, which knows no encryption.
#pragma once

#include "adapters/sqlite_session.h"

struct sqlite3;

namespace casebridge {

/// Sets key and file format on a connection just opened. Errors: `source.wrong_key`, `source.cipher_unsupported`.
Status apply_key(sqlite3* database, SqliteSettings const& settings, Secret const& key);

}  // namespace casebridge
