#include "tests/faults/fake_clock.h"

#include <fstream>

#include <glob.h>

namespace casebridge::test {

std::string faketime_library() {
    glob_t found{};
    std::string path;
    if (::glob("/usr/lib/*/faketime/libfaketime.so.1", 0, nullptr, &found) == 0) path = found.gl_pathv[0];
    ::globfree(&found);
    return path;
}

std::vector<std::string> fixed_clock(std::string const& by) {
    return {"FAKETIME=" + by, "FAKETIME_DONT_FAKE_MONOTONIC=1"};
}

std::vector<std::string> stepping_clock(std::filesystem::path const& file) {
    return {"FAKETIME_TIMESTAMP_FILE=" + file.string(), "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1"};
}

void set_clock(std::filesystem::path const& file, std::string const& by) {
    auto const next = file.string() + ".new";
    std::ofstream(next) << by << '\n';
    std::filesystem::rename(next, file);
}

}  // namespace casebridge::test
