// One SELECT on an open SQLite database: prepared, bound, stepped, its values as SqlSession has them.
//
// Used with SQLCipher's library in the daemon and with libsqlite3 in the reader; never both in one process.
#pragma once

#include "adapters/sql_session.h"

struct sqlite3;

namespace casebridge {

/// Errors: those of `SqlSession::query`.
Status run_select(sqlite3* database, std::string const& sql, std::vector<SqlValue> const& parameters,
                  std::size_t maximum_value_bytes, std::function<bool(SqlRow const&)> const& on_row);

/// Tables and views, in order of name. Errors: those of `SqlSession::tables`.
Result<std::vector<std::string>> table_names(sqlite3* database);

/// Empty if there is no table or view of that name. Errors: those of `SqlSession::columns`.
Result<std::vector<SqlSession::Column>> table_columns(sqlite3* database, std::string const& table);

std::string quoted_identifier(std::string_view name);

}  // namespace casebridge
