// SqliteConnection: opening a SQLite or SQLCipher file and closing every door but reading. Used by SqliteSession.
#pragma once

#include "adapters/sqlite_session.h"

struct sqlite3;

namespace casebridge {

struct SqliteCloser {
    void operator()(sqlite3* database) const noexcept;
};
using SqliteConnection = std::unique_ptr<sqlite3, SqliteCloser>;

/// Errors as `open_sqlite_session`.
Result<SqliteConnection> open_read_only(SqliteSettings const& settings, Secret const& key);

/// SQLite's result code as one of ours; `doing` says what failed, without values. `schema_only`: nothing has been
/// read yet, so that SQLite's own words can only hold names of the schema and may be added.
Error sqlite_error(sqlite3* database, int code, std::string doing, bool schema_only = false);

}  // namespace casebridge
