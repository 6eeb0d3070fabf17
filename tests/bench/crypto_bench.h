// Seal and open against the sum of the operations they cannot do without, as `openssl speed` measures them.
#pragma once

#include "tests/bench/figures.h"

namespace casebridge::bench {

struct CryptoFigures {
    Figures figures;
    /// Messages that are sealed and then opened each second, with this many threads at it; P-256, 2 KiB.
    double seal_and_open_per_second = 0;
};

CryptoFigures measure_crypto(int threads, double seconds);

}  // namespace casebridge::bench
