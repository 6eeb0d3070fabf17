// SqliteSession: a national database in SQLite or SQLCipher, opened so that it can only be read.
//
// Guarantees: the file is opened read-only, `query_only` is on, and an authorizer refuses every action but SELECT,
// reading a column and calling one of a short list of built-in functions (so also ATTACH, PRAGMA, loading of
// extensions, and the same hidden in a view). Each query ends within a time limit; no value over the maximum reaches
// the caller. A file that was replaced (a nightly copy moved into place) is opened again. Error details name tables
// and columns, never what is in them.
// Not safe for use by several threads at once.
#pragma once

#include "adapters/sql_session.h"
#include "crypto/secret.h"

#include <chrono>
#include <filesystem>

namespace casebridge {

struct SqliteSettings {
    enum class Encryption { none, sqlcipher };
    enum class KeyKind { raw, passphrase };

    std::filesystem::path path;
    Encryption encryption = Encryption::none;
    KeyKind key_kind = KeyKind::raw;
    int cipher_compatibility = 3;  ///< 3 or 4: the SQLCipher release whose file format it is
    int cipher_page_size = 1024;   ///< SQLCipher 3 makes 1024, SQLCipher 4 makes 4096
    std::size_t maximum_value_bytes = std::size_t{1} << 20;
    std::size_t maximum_row_bytes = std::size_t{16} << 20;  ///< with the columns that are not asked for, e.g. a photo
    std::chrono::milliseconds busy_timeout{2000};
    std::chrono::milliseconds query_time_limit{10000};
};

/// With the library this program is linked to: SQLCipher's in the daemon, which knows no newer files than its own.
/// Errors: `source.unavailable` (missing, locked, damaged or unreadable file; the detail says which and the remedy),
/// `source.wrong_key`, `source.not_a_database`, `source.cipher_unsupported` (the installed SQLCipher is too old).
/// `key`: 32 bytes or their 64 hexadecimal characters (raw), or the passphrase; must be empty for plain SQLite.
Result<std::unique_ptr<SqlSession>> open_sqlite_session(SqliteSettings const& settings, Secret const& key);

}  // namespace casebridge
