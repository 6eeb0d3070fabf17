// Log patrol: after a start, walks over the whole audit log beside the daily work, and reports what does not fit.
//
// A start itself looks at the log's end only, so that it takes as long with a million messages as with one. Each step
// is a short work of the engine; the next is submitted when it is done.
#pragma once

#include "daemon/engine.h"
#include "daemon/telemetry.h"

#include <atomic>

namespace casebridge {

class LogPatrol {
public:
    /// `on_damage`: once, with `log.inconsistent`, on the engine's thread. All outlive the engine's last work.
    LogPatrol(Engine& engine, Telemetry& telemetry, std::function<void(Error const&)> on_damage);

    void start();
    /// Whether every leaf that was there at the start has been looked at.
    [[nodiscard]] bool finished() const noexcept { return finished_; }

private:
    void step();
    void on_step(Result<bool> const& ended);

    Engine& engine_;
    Telemetry& telemetry_;
    std::function<void(Error const&)> on_damage_;
    LogCheck check_;  // on the engine's thread only
    std::atomic<bool> finished_ = false;
};

}  // namespace casebridge
