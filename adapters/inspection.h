// What is in a national database nobody has described yet: tables, columns, and what their values look like.
#pragma once

#include "adapters/value_shape.h"

#include <optional>
#include <set>

namespace casebridge {

struct InspectedColumn {
    std::string name, declared_type;
    std::uint64_t empty = 0;
    std::size_t distinct = 0;
    std::vector<ColumnProfile::Shape> shapes;   ///< the commonest, and the others together
    std::string_view guess;                     ///< a field of the case schema, "id", or empty
    std::optional<ColumnProfile::Codes> codes;  ///< only for columns that were asked for
};

struct InspectedTable {
    std::string name;
    std::uint64_t rows = 0;  ///< looked at
    bool whole = true;       ///< or were there more
    std::string unreadable;  ///< the error's code, if it could not be read
    std::vector<InspectedColumn> columns;
};

struct InspectionPlan {
    std::uint64_t rows_per_table = 10'000;  ///< 0: all
    /// "table.column": their values are shown where many rows share them (ColumnProfile::codes).
    std::set<std::string> codes;
    std::function<void(std::string const& table, std::uint64_t rows)> on_progress = [](auto const&, auto) {};
};

/// Errors: those of `SqlSession::tables`; `source.no_such_column` (invalid: a column of `codes` is not there).
Result<std::vector<InspectedTable>> inspect(SqlSession& session, InspectionPlan const& plan);

}  // namespace casebridge
