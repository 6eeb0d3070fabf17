// SqliteConnection: opening a SQLite or SQLCipher file and closing every door but reading. Used by SqliteSession.
#pragma once

#include "adapters/sqlite_session.h"

struct sqlite3;

namespace casebridge {

struct SqliteCloser {
    void operator()(sqlite3* database) const noexcept;
};
using SqliteConnection = std::unique_ptr<sqlite3, SqliteCloser>;

struct ReadOnlyDatabase {
    SqliteConnection connection;
    /// Opened without locks, because nobody may write beside a database in WAL mode and nobody is writing: what was
    /// read counts only if the file and its -wal are afterwards as they were.
    bool unlocked = false;
};

/// Errors as `open_sqlite_session`.
Result<ReadOnlyDatabase> open_read_only(SqliteSettings const& settings, Secret const& key);

/// Closes every door but reading on a connection that is set up: `open_read_only` has done it already.
/// `Writable::until_now`: the connection itself wrote what it will now only read.
enum class Writable { never, until_now };
Status allow_only_reading(sqlite3* database, std::size_t maximum_row_bytes, Writable writable);

/// Runs statements that return nothing we need.
Status run_pragmas(sqlite3* database, char const* sql);
/// The one value a statement returns, as text.
Result<std::string> pragma_text(sqlite3* database, char const* sql);

/// SQLite's result code as one of ours; `doing` says what failed, without values. The words SQLite has for this one
/// error are not passed on: they name what they are about.
Error sqlite_error(int code, std::string doing);

}  // namespace casebridge
