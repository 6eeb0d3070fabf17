// Common given and family names, put together at random for synthetic people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace casebridge::test {

struct NamePair {
    std::string_view native, transliterated;
};

struct NameWords {
    std::string script, language;                                ///< of the legal name
    std::string transliterated_script, transliterated_language;  ///< of the other
    std::vector<NamePair> male, female;
    std::vector<NamePair> family;  ///< empty: a second given name instead
};

/// Throws std::out_of_range for a nationality without names.
NameWords const& name_words(std::string const& nationality);

}  // namespace casebridge::test
