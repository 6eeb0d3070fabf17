// Texts that a test writes and people read: the test fails if the file differs from what the code says now.
//
// CASEBRIDGE_WRITE_TEXTS=1 in the environment writes the file instead; then read the difference before it is committed.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <boost/test/unit_test.hpp>

namespace casebridge::test {

inline std::string read_source_file(std::string const& path) {
    std::ifstream file(std::string(CASEBRIDGE_SOURCE_DIR) + "/" + path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

inline void check_written(std::string const& path, std::string const& expected) {
    if (std::getenv("CASEBRIDGE_WRITE_TEXTS") != nullptr) {
        std::ofstream(std::string(CASEBRIDGE_SOURCE_DIR) + "/" + path, std::ios::binary) << expected;
        return;
    }
    auto const found = read_source_file(path);
    if (found == expected) return;
    auto const difference = std::mismatch(found.begin(), found.end(), expected.begin(), expected.end()).first;
    auto const line = 1 + std::count(found.begin(), difference, '\n');
    BOOST_ERROR(path << ":" << line << ": differs from what the code says (CASEBRIDGE_WRITE_TEXTS=1 writes it)");
}

}  // namespace casebridge::test
