// One SELECT on an open SQLite database: prepared, bound, stepped, its values as SqlSession has them.
//
// Used with SQLCipher's library in the daemon and with libsqlite3 in the reader; never both in one process.
#pragma once

#include "adapters/sql_session.h"

#include <map>

struct sqlite3;
struct sqlite3_stmt;

namespace casebridge {

struct SqliteFinalizer {
    void operator()(sqlite3_stmt* statement) const noexcept;
};
using SqliteStatement = std::unique_ptr<sqlite3_stmt, SqliteFinalizer>;

/// Statements of one connection, compiled once each. Must go before the connection.
class SqliteStatements {
public:
    /// Runs one SELECT. Errors: those of `SqlSession::query`.
    Status select(sqlite3* database, std::string const& sql, std::vector<SqlValue> const& parameters,
                  std::size_t maximum_value_bytes, std::function<bool(SqlRow const&)> const& on_row);
    /// Runs what returns nothing: the beginning and the end of a read.
    Status execute(sqlite3* database, std::string const& sql);
    void clear() { compiled_.clear(); }

private:
    void keep(std::string const& sql, SqliteStatement statement);
    std::map<std::string, SqliteStatement> compiled_;  ///< those not in use, by their SQL
};

/// One SELECT, once. Errors: those of `SqlSession::query`.
Status run_select(sqlite3* database, std::string const& sql, std::vector<SqlValue> const& parameters,
                  std::size_t maximum_value_bytes, std::function<bool(SqlRow const&)> const& on_row);

/// Tables and views, in order of name. Errors: those of `SqlSession::tables`.
Result<std::vector<std::string>> table_names(sqlite3* database);

/// Empty if there is no table or view of that name. Errors: those of `SqlSession::columns`.
Result<std::vector<SqlSession::Column>> table_columns(sqlite3* database, std::string const& table);

std::string quoted_identifier(std::string_view name);

}  // namespace casebridge
