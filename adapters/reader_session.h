// ReaderSession: a national database in a plain SQLite file, read by a process of its own (sqlite_reader.cpp) with the
// system's SQLite: also files with features newer than SQLCipher's library knows.
//
// Guarantees: those of SqliteSession; and the file is parsed by a process without network, keys or privileges, whose
// answers are decoded as strictly as a stranger's. One that ends, hangs or talks nonsense is ended, the call fails with
// `source.unavailable`, and the next call starts another.
// Not safe for use by several threads at once.
#pragma once

#include "adapters/sqlite_session.h"

namespace casebridge {

/// Errors: those of `open_sqlite_session`; `source.unavailable` also if the reader is not installed.
Result<std::unique_ptr<SqlSession>> open_reader_session(SqliteSettings const& settings);

}  // namespace casebridge
