// A consent is withdrawn on which many partners were told something: how long until all know, and until all have proved
// that they erased it; and whether one who is away makes the others wait.
#pragma once

#include "tests/bench/figures.h"

#include <filesystem>
#include <functional>

namespace casebridge::bench {

struct FanOutPlan {
    std::filesystem::path programs;   ///< where casebridge and casebridged are
    std::filesystem::path directory;  ///< must not exist
    int partners = 50;                ///< at least 2; each a real daemon of its own
    int rounds = 3;                   ///< of each kind; what is reported is their median
    double seal_and_open_per_second = 0;
    std::function<void(std::string const&)> progress;
};

/// Throws std::runtime_error unless each partner erased the one message it was told, and proved it.
Figures measure_fan_out(FanOutPlan const& plan);

}  // namespace casebridge::bench
