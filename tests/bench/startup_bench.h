// How long a daemon takes to start with one stored message and with a long history.
#pragma once

#include "tests/bench/figures.h"

#include <filesystem>

namespace casebridge::bench {

/// `messages`: the length of the history; writing it is not measured.
Figures measure_startup(std::filesystem::path const& programs, std::filesystem::path const& directory, int messages);

}  // namespace casebridge::bench
