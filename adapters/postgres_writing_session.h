// A WritingSession to PostgreSQL, by libpq: TLS, deadlines and logins as postgres_session.h has them.
#pragma once

#include "adapters/postgres_session.h"
#include "adapters/writing_session.h"

namespace casebridge {

/// Connects at the first `begin`.
std::unique_ptr<WritingSession> make_postgres_writing_session(PostgresSettings settings, Secret password);

}  // namespace casebridge
