// The docket over a long list of open procedures, beside what cannot be done without.
#pragma once

#include "tests/bench/figures.h"

#include <filesystem>

namespace casebridge::bench {

/// `count` procedures; `directory`: where the bytes of the bound are written.
Figures measure_docket(std::size_t count, std::filesystem::path const& directory);

}  // namespace casebridge::bench
