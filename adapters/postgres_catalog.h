// What is asked of PostgreSQL's own catalogue, natively and by ODBC.
#pragma once

#include <string_view>

namespace casebridge::postgres_catalog {

/// Tables and views that a plain name reaches and this login may read something of, in order of name.
inline constexpr std::string_view tables =
    "SELECT c.relname::pg_catalog.text FROM pg_catalog.pg_class c "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') "
    "AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND pg_catalog.pg_table_is_visible(c.oid) "
    "AND pg_catalog.has_any_column_privilege(c.oid, 'SELECT') "
    "ORDER BY c.relname::pg_catalog.text COLLATE pg_catalog.\"C\"";

/// Name and type of each column, in order; the parameter is the quoted name of the table.
inline constexpr std::string_view columns =
    "SELECT a.attname::pg_catalog.text, pg_catalog.format_type(a.atttypid, a.atttypmod) "
    "FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid "
    "WHERE c.oid = pg_catalog.to_regclass(?) AND c.relkind IN ('r', 'v', 'm', 'f', 'p') AND a.attnum > 0 "
    "AND NOT a.attisdropped ORDER BY a.attnum";

}  // namespace casebridge::postgres_catalog
