// Steps of procedures: reading and folding them, against SHA-256 over the same bytes.
#pragma once

#include "tests/bench/figures.h"

namespace casebridge::bench {

/// `seconds`: for each figure.
Figures measure_procedures(double seconds);

}  // namespace casebridge::bench
