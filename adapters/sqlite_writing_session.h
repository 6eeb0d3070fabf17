// A WritingSession to a SQLite or SQLCipher file, with the library this program is linked to (SQLCipher's).
//
// Neither file nor table is ever made. Deleted content is overwritten in the file (secure_delete), and moved out of a
// write-ahead log after each deletion. The connection may touch one table: an authorizer refuses all others, so that a
// trigger that wants more fails the INSERT that fires it. A file that was replaced is opened again.
#pragma once

#include "adapters/sqlite_session.h"
#include "adapters/writing_session.h"

namespace casebridge {

/// Opens the file at the first `begin`.
std::unique_ptr<WritingSession> make_sqlite_writing_session(SqliteSettings settings, std::string table, Secret key);

}  // namespace casebridge
