// What a login to PostgreSQL can do beyond reading the mapped tables.
#pragma once

#include "adapters/sql_session.h"

namespace casebridge {

/// Counts what the login has, and what the roles have that it can become. `session` is to a PostgreSQL server, by
/// whatever driver. Errors: those of `SqlSession::query`.
Result<std::vector<Excess>> postgres_privileges(SqlSession& session, std::vector<std::string> const& tables,
                                                std::vector<std::string> const& writable_tables);

}  // namespace casebridge
