// Opens a session to the national database a field map names, whatever its kind.
#pragma once

#include "adapters/database_settings.h"

namespace casebridge {

/// `key`: what the database asks for (a SQLCipher key or passphrase, a password); empty where it asks for nothing.
/// Errors: those of the kind's own `open_*_session`; `source.no_sql` for a kind that is no SQL database.
Result<std::unique_ptr<SqlSession>> open_session(DatabaseSettings const& settings, Secret const& key);

}  // namespace casebridge
