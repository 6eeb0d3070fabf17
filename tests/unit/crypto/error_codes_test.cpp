// Every error code of this folder is explained in its README.
#include "tests/support/check_code.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

namespace casebridge::test {
BOOST_AUTO_TEST_SUITE(error_codes)

namespace {

std::string content(std::filesystem::path const& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_error_code_is_in_the_readme) {
    std::filesystem::path const folder = CASEBRIDGE_SOURCE_DIR "/crypto";
    auto const readme = content(folder / "README.md");
    std::regex const code("\"([a-z_]+\\.(?:[a-z0-9]+_)*[a-z0-9]+)\"");
    std::set<std::string> codes;
    for (auto const& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".cpp") continue;
        auto const source = content(entry.path());
        for (std::sregex_iterator match(source.begin(), source.end(), code), end; match != end; ++match)
            codes.insert((*match)[1]);
    }
    BOOST_CHECK_GT(codes.size(), 80U);
    for (auto const& one : codes)
        BOOST_TEST_CONTEXT(one) BOOST_CHECK(readme.find("`" + one + "`") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
