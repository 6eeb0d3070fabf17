// Loader tests: a valid file, one change to it, and the complaint that must follow.
#pragma once

#include "tests/support/check_code.h"
#include "tests/support/release_situation.h"

#include <algorithm>
#include <string>

namespace casebridge::test {

inline std::string replaced(std::string text, std::string const& from, std::string const& to) {
    auto const at = text.find(from);
    BOOST_REQUIRE_MESSAGE(at != std::string::npos, "the text to replace is not there: " << from);
    return text.replace(at, from.size(), to);
}

struct Complaint {
    std::string from, to;
    std::string line;  ///< "agreement.yaml:3: key: expectation", whole
};

/// Each change alone makes `load` fail with `code`, and `line` is one of the complaints.
template <typename Load>
void check_complaints(std::string const& valid, std::string const& name, std::string_view code, Load const& load,
                      std::vector<Complaint> const& complaints) {
    CHECK_ACCEPTED(load(yaml_file(valid, name)));
    for (auto const& [from, to, line] : complaints) {
        auto const result = load(yaml_file(replaced(valid, from, to), name));
        BOOST_TEST_CONTEXT(from << " -> " << to) {
            BOOST_CHECK_EQUAL(code_of(result), code);
            if (result) continue;
            auto const found = ("\n" + result.error().detail + "\n").find("\n" + line + "\n") != std::string::npos;
            BOOST_CHECK_MESSAGE(found, "expected " << line << "\ngot " << result.error().detail);
        }
    }
}

}  // namespace casebridge::test
