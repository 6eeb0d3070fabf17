// A table read in parts, where a driver loads all of a result before its first row (MariaDB's): each part of few MiB,
// by what the rows before it were large.
#pragma once

#include "adapters/sql_session.h"

namespace casebridge {

/// How a part is asked for, within one snapshot.
struct PartReader {
    std::function<Status(std::string const& sql, std::vector<SqlValue> const& parameters,
                         std::function<bool(SqlRow const&)> const& on_row)>
        run;
    std::function<std::string(std::string const& name)> quote;
    std::string_view limit;  ///< what goes before a number of rows
};

/// Each part passes over all rows before it: for few rows, or where there is no key.
Status scan_by_offset(PartReader const& reader, std::string const& sql,
                      std::function<bool(SqlRow const&)> const& on_row);

/// Each part begins at the key of the last row of the part before it: the work grows with the rows and not with their
/// square. The key need not be unique, and may be NULL.
Status scan_by_key(PartReader const& reader, SqlSession::TableScan const& scan,
                   std::function<bool(SqlRow const&)> const& on_row);

/// Whether values of this type are put in the order in which they compare with a parameter; an enumeration's, for
/// example, are not.
bool orders_as_it_compares(std::string_view declared_type);

}  // namespace casebridge
