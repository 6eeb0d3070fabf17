// Runs a program and consumes what it prints.
#pragma once

#include "tests/bench/source_fixture.h"

namespace casebridge::bench {

struct Consumed {
    double seconds = 0;  ///< from the start of the program to its end
    std::uint64_t bytes = 0, lines = 0;
    std::string head;  ///< the first 64 KiB
};

/// Throws std::runtime_error if the program fails.
Consumed consume(Program const& program);
void run_to_end(Program const& program);

}  // namespace casebridge::bench
