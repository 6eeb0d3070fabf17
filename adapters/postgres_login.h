// How a connection to PostgreSQL is made: parameters, TLS, what a refusal means. Used by PostgresConnection.
#pragma once

#include "adapters/postgres_session.h"

struct pg_conn;

namespace casebridge {

enum class Readiness { readable, writable, either };

/// False if nothing happened within `limit`.
bool wait_for_socket(int socket, Readiness readiness, std::chrono::milliseconds limit);

/// Logs in within the connect time limit; the caller owns the connection (PQfinish), which does not block.
/// Errors: as `open_postgres_session`.
Result<pg_conn*> postgres_login(PostgresSettings const& settings, Secret const& password);

}  // namespace casebridge
