// A sweep: one scripted exchange, again and again, with another of its calls going wrong each time. See CRASH.md.
#pragma once

#include "tests/faults/crash_pair.h"

namespace casebridge::test {

enum class Side { sender, receiver };

/// What the officers of both sides do, once, with `victim` under `fault` while they do it; what must come of it is
/// checked.
struct Exchange {
    using Script = std::function<void(CrashPair&, FaultyDaemon& victim, Fault const&)>;
    std::string name;
    Script run;
};

inline std::vector<Side> const both{Side::sender, Side::receiver};
inline std::vector<FaultAction> const crashes{FaultAction::kill, FaultAction::kill_torn, FaultAction::power,
                                              FaultAction::power_some};
inline std::vector<FaultAction> const errors{FaultAction::eio, FaultAction::eio_once, FaultAction::enospc,
                                             FaultAction::short_write};

/// Short form: every `step`-th point, another one first with another $CASEBRIDGE_SEED. Long form: every point. In the
/// end both run, and what they say about every message agrees.
void sweep(CrashPair& pair, Exchange const& exchange, std::vector<Side> const& sides,
           std::vector<FaultAction> const& actions, std::uint32_t step);

}  // namespace casebridge::test
