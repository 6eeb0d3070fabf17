// The rows of one case, out of the JSON record that Primero answers with: a column is a JSON field, a table a subform.
#pragma once

#include "adapters/record_builder.h"
#include "policies/json.h"

namespace casebridge {

/// The name under which a field map can read referrals and transfers as if they were a subform.
inline constexpr std::string_view primero_transitions = "transitions";

/// What a column holds, as `map` will read it: null or absent is nothing recorded; a list of codes is joined for a
/// field with several codes, and is the one that means something for a field with one. Errors: `source.bad_value`.
Result<SqlValue> primero_value(Json const& record, ValueMap const& map);

/// Stands for a value that cannot be read: no map reads it, so that it is left out where the map says so.
inline SqlValue unmappable_value() {
    return SqlValue{std::string("\xff")};
}

/// Text or whole number as text; empty if it is neither.
std::string primero_text(Json const& record, std::string_view field);

/// Both must outlive it. `transitions`: the answer of that call, null if the map does not ask for it.
class PrimeroRows final : public CaseRows {
public:
    PrimeroRows(Json const& record, Json const& transitions, std::string const& case_table)
        : record_(record), transitions_(transitions), case_table_(case_table) {}

    Status each(Wanted const& wanted, CaseId const& id, std::function<Status(SqlRow const&)> const& on_row) override;

private:
    Json const& record_;
    Json const& transitions_;
    std::string const& case_table_;
};

}  // namespace casebridge
