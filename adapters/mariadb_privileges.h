// What a login to MariaDB or MySQL can do beyond reading the mapped tables.
#pragma once

#include "adapters/sql_session.h"

namespace casebridge {

/// Errors: those of `SqlSession::query`.
Result<std::vector<Excess>> mariadb_privileges(SqlSession& session, std::vector<std::string> const& tables);

}  // namespace casebridge
