// OdbcStatement: one SELECT of a connection: prepared once, run with parameters as often as wanted, read row by row
// into buffers that stay. Used by OdbcConnection.
//
// Columns of a known and short length are bound: a fetch fills them all without further calls. Long values, and values
// of a length nobody knows, are read in pieces by SQLGetData, up to the maximum and no further. Rows are fetched one at
// a time: the drivers hold those they have been sent anyway, and arrays of rows were measured to gain nothing from
// MariaDB's (README.md, "Servers").
#pragma once

#include "adapters/sql_session.h"

#include <chrono>

namespace casebridge {

class OdbcStatement {
public:
    /// What to make of a failure of this statement.
    using OnFailure = std::function<Error(std::string_view doing, void* handle)>;

    struct Limits {
        std::size_t value_bytes = 0;
        bool text_is_utf8 = false;        ///< text comes as UTF-8 in its stored bytes
        bool short_text_is_utf8 = false;  ///< the same, but only where all of it fits into a bound column
        bool binds_any_column = true;     ///< whether SQLGetData may read a column before the last bound one
    };

    OdbcStatement(Limits limits, OnFailure on_failure);
    ~OdbcStatement();
    OdbcStatement(OdbcStatement const&) = delete;
    OdbcStatement& operator=(OdbcStatement const&) = delete;

    /// On an open connection, read-only and forward only. False: no memory.
    [[nodiscard]] bool allocate(void* connection, std::chrono::seconds time_limit);
    [[nodiscard]] void* handle() const { return handle_; }

    /// Errors: those of `on_failure`; `source.query_failed` (no SELECT).
    Status prepare(std::string const& sql);
    Status execute(std::vector<SqlValue> const& parameters);
    /// Prepares and runs a statement without rows. Errors: those of `on_failure`.
    Status change(std::string_view doing, std::string const& sql, std::vector<SqlValue> const& parameters);
    /// What the columns are; after a call of the driver that gives rows.
    Status describe();
    /// Into `row`, whose texts keep their memory. False at the end. Errors: those of `on_failure`,
    /// `source.value_too_large`, `source.unavailable`.
    Result<bool> fetch(SqlRow& row);
    void close();

private:
    struct Column;
    struct Parameters;
    Result<Column> describe_column(std::size_t at) const;
    Status bind(std::vector<SqlValue> const& parameters);
    Status bind_columns();
    Status value_of(std::size_t at, SqlValue& value);
    Status value_of_bound(Column const& column, SqlValue& value) const;
    Status read_integer(std::size_t at, SqlValue& value);
    Status read_long(std::size_t at, SqlValue& value);
    [[nodiscard]] Error too_large(Column const& column) const;

    Limits limits_;
    OnFailure failed_;
    void* handle_ = nullptr;
    std::vector<Column> columns_;
    std::unique_ptr<Parameters> parameters_;
};

}  // namespace casebridge
