#include "daemon/watchdog.h"

#include <mutex>

namespace casebridge {

namespace {

bool engine_answered(HealthReport const& report) {
    auto const* store = report.find("store");
    return store != nullptr && store->code != "store.no_answer" && store->code != "engine.stopped";
}

}  // namespace

struct Watchdog::Answer {
    std::mutex mutex;
    std::optional<HealthReport> report;

    std::optional<HealthReport> take() {
        std::lock_guard const lock(mutex);
        return std::exchange(report, std::nullopt);
    }
};

void Watchdog::tick() {
    if (owed_) {
        auto const report = owed_->take();
        if (!report) return tell_status("waiting for an answer from the store");
        owed_.reset();
        tell_status(report->summary());
        if (engine_answered(*report)) tell_("WATCHDOG=1");
    }
    owed_ = std::make_shared<Answer>();
    examine_([answer = owed_](HealthReport const& report) {
        std::lock_guard const lock(answer->mutex);
        answer->report = report;
    });
}

void Watchdog::tell_status(std::string const& status) {
    if (status == status_) return;
    status_ = status;
    tell_("STATUS=" + status);
}

}  // namespace casebridge
