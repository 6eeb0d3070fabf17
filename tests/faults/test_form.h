// How much of a long test runs: a short form in every build, the long one if CASEBRIDGE_LONG=1.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>

namespace casebridge::test {

inline std::uint32_t number_from(char const* variable, std::uint32_t otherwise) {
    auto const* const text = std::getenv(variable);
    return text == nullptr ? otherwise : static_cast<std::uint32_t>(std::stoul(text));
}

inline bool is_long_form() {
    return number_from("CASEBRIDGE_LONG", 0) == 1;
}

}  // namespace casebridge::test
