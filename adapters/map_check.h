// A field map tried on the rows of the database: how many values of each field map, and why others do not. Counts only.
#pragma once

#include "adapters/field_map.h"

namespace casebridge {

struct CheckedField {
    std::string field, table, column;
    std::uint64_t rows = 0, empty = 0, mapped = 0;
    std::map<std::string, std::uint64_t> refused;  ///< by reason: "date.malformed", "source.untranslated_code", …
    std::string stopped_by;  ///< code of what ended the reading of this table before its end; empty: it was read
    bool withheld = false;   ///< refused values are left out; otherwise they refuse the case

    /// Of untranslated codes: how many different ones, and, if asked for, those that many rows share.
    std::size_t untranslated = 0;
    std::vector<std::pair<std::string, std::uint64_t>> common_untranslated;

    [[nodiscard]] bool good() const { return refused.empty() && stopped_by.empty(); }
};

struct CheckPlan {
    std::uint64_t rows_per_table = 0;  ///< 0: all
    bool show_codes = false;
    std::function<void(std::string const& table, std::uint64_t rows)> on_progress = [](auto const&, auto) {};
};

/// Reads each table once, as a stream. A value or a row too large to be loaded ends the reading of its table, not of
/// the others. The map must fit the database (`FieldMap::check_against`). Errors: those of `SqlSession::scan`.
Result<std::vector<CheckedField>> check_map(FieldMap const& map, SqlSession& session, CheckPlan const& plan);

}  // namespace casebridge
