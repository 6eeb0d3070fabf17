#include "daemon/log_patrol.h"

namespace casebridge {

namespace {
/// About a millisecond: what a commit may have to wait for.
constexpr std::size_t leaves_a_step = 256;
}  // namespace

LogPatrol::LogPatrol(Engine& engine, Telemetry& telemetry, std::function<void(Error const&)> on_damage)
    : engine_(engine), telemetry_(telemetry), on_damage_(std::move(on_damage)) {}

void LogPatrol::start() {
    step();
}

void LogPatrol::step() {
    // A copy until the commit: leaves that were taken back meanwhile have never been walked over.
    auto const check = std::make_shared<LogCheck>();  // owners: the two closures
    engine_.submit<bool>(
        [this, check](Store& store) {
            *check = check_;
            return check->step(store.log(), leaves_a_step);
        },
        [this, check](Result<bool> const& ended) {
            if (ended) check_ = std::move(*check);
            on_step(ended);
        });
}

void LogPatrol::on_step(Result<bool> const& ended) {
    if (!ended && ended.error().code == "log.inconsistent") {
        telemetry_.count("casebridge_alarms_total", "log_inconsistent");
        telemetry_.log(LogLevel::error, "log.inconsistent", {{"why", ended.error()}});
        return on_damage_(ended.error());
    }
    if (!ended) return;  // the engine has stopped, or says itself what is wrong with the store
    if (!*ended) return step();
    finished_ = true;
    telemetry_.log(LogLevel::info, "log.verified", {{"leaves", static_cast<std::int64_t>(check_.checked())}});
}

}  // namespace casebridge
