// A field map to start from: what an inspection suggests, with marks where a person must decide.
#pragma once

#include "adapters/inspection.h"

namespace casebridge {

/// YAML with comments. `database`: the lines of the `database:` block as the person wrote them. The draft does not load
/// before its line `draft: true` is removed and every FILL_IN replaced: nothing guessed goes into service by itself.
/// Holds no value of the database.
std::string draft_field_map(std::string const& database, std::vector<InspectedTable> const& tables);

/// The shapes of a column for people: "99/99/2999 (10; 98 %), empty 2 %".
std::string describe(InspectedTable const& table, InspectedColumn const& column);

}  // namespace casebridge
