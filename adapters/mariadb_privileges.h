// What a login to MariaDB or MySQL can do beyond reading the mapped tables.
#pragma once

#include "adapters/sql_session.h"

namespace casebridge {

/// `writable_tables`: those that it may INSERT into and DELETE from; none for a source. Errors: those of
/// `SqlSession::query`.
Result<std::vector<Excess>> mariadb_privileges(SqlSession& session, std::vector<std::string> const& tables,
                                               std::vector<std::string> const& writable_tables);

}  // namespace casebridge
