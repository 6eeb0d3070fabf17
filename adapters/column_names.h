// What columns are likely to be called in the region's databases: a guess, for a person to confirm.
#pragma once

#include <string>
#include <string_view>

namespace casebridge {

/// The field of the case schema a column of this name probably holds ("birth_date", "names.given", "facts.guardian"),
/// "id" for a case number, or empty. Capital letters, spaces, hyphens and underscores do not matter.
std::string_view guess_field(std::string_view column);

}  // namespace casebridge
