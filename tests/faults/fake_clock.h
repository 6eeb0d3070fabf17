// Another clock for a process that is started with it: libfaketime's, preloaded. Not under the sanitizers, which must
// be loaded first themselves. Timers run as ever: only the calendar is wrong.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace casebridge::test {

/// The preloaded library; empty if it is not installed.
std::string faketime_library();
/// More variables ("NAME=value") of a process whose clock is off by so much, e.g. "+400d".
std::vector<std::string> fixed_clock(std::string const& by);
/// Of one whose clock is off by what the file says at any moment.
std::vector<std::string> stepping_clock(std::filesystem::path const& file);
/// Says so, at once.
void set_clock(std::filesystem::path const& file, std::string const& by);

}  // namespace casebridge::test
