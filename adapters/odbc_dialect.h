// OdbcDialect: what is done differently with a known server behind an ODBC driver.
#pragma once

#include "adapters/odbc_session.h"

#include <functional>

namespace casebridge {

struct OdbcDialect {
    std::string_view product;  ///< how SQL_DBMS_NAME begins; empty: any other server
    std::vector<std::string> (*set_up)(OdbcSettings const& settings);
    bool text_is_utf8 = false;    ///< after `set_up`, in the bytes the driver gets from the server
    std::string_view begin, end;  ///< empty: by the driver's own calls
    std::string_view encrypted;   ///< a query whose one value is empty or 0 if not; empty: nobody can tell
    std::string (*exact)(std::string const& column);
    std::string (*bounded)(std::string const& column, std::size_t maximum_bytes);
    Result<std::vector<Excess>> (*privileges)(SqlSession& session, std::vector<std::string> const& tables,
                                              std::vector<std::string> const& writable_tables);
    std::string_view limit;    ///< what goes before a number of rows, if the driver loads whole results; empty: nothing
    std::string_view tables;   ///< a query of their names, in order; empty: SQLTables
    std::string_view columns;  ///< a query of name and type with the quoted table as parameter; empty: SQLColumns
};

/// Always finds one.
OdbcDialect const& dialect_of(std::string_view product);

/// One SELECT and nothing that could begin another statement: no semicolon or comment outside of quotes. Some drivers
/// split and run what the server would refuse.
bool is_one_select(std::string_view sql);

}  // namespace casebridge
