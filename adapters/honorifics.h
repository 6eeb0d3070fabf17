// Titles that stand before or after names in the region's languages.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace casebridge {

struct SplitName {
    std::string title, name;
};

/// The title and the rest; none if the name has no title of that language, or is nothing else.
std::optional<SplitName> split_honorific(std::string_view language, std::string_view name);

}  // namespace casebridge
