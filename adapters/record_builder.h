// From rows to a case: what a field map says of fields, facts, entries and consents, whatever the rows come from.
#pragma once

#include "adapters/case_source.h"
#include "adapters/field_map.h"

#include <functional>

namespace casebridge {

/// The mapped values of a row, in the order a row holds them. Pointers into a FieldMap.
using MappedValues = std::vector<ValueMap const*>;

/// The rows that belong to one case: the question every kind of source answers in its own way.
class CaseRows {
public:
    virtual ~CaseRows() = default;

    struct Wanted {
        std::string const& table;
        std::string const& case_column;  ///< which holds the case number
        MappedValues values;             ///< those without a column are constants: their place in the row is ignored
        std::string order_column{};      ///< may be empty
    };
    /// `on_row` gets the values in their order, without the case number; an error of it ends the reading and is
    /// returned. Only rows of exactly this case number: 7 and 07, or a and A, are two cases. Errors: `source.*`.
    virtual Status each(Wanted const& wanted, CaseId const& id, std::function<Status(SqlRow const&)> const& on_row) = 0;
};

/// The whole case. Errors: `source.case_not_found`, `source.ambiguous_case`, `source.bad_value`, and those of `rows`.
Result<SourcedCase> build_case(FieldMap const& map, CaseId const& id, CaseRows& rows);

/// One field of the schema into the record; what does not map is refused or left out, as the map says.
Status set_field(ValueMap const& map, SqlValue const& stored, SourcedCase& sourced);

}  // namespace casebridge
