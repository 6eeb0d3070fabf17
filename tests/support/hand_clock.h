// HandClock: a clock that stands still until a test turns it. Starts now, because TLS looks at the real clock.
#pragma once

#include "daemon/clock.h"

#include <atomic>

namespace casebridge::test {

class HandClock final : public Clock {
public:
    [[nodiscard]] Timestamp now() const override { return Timestamp(std::chrono::milliseconds(milliseconds_ + set_)); }
    [[nodiscard]] std::chrono::milliseconds since_boot() const override {
        return std::chrono::milliseconds(milliseconds_ - booted_at_);
    }
    [[nodiscard]] std::string boot() const override { return "boot" + std::to_string(boots_); }

    /// Time goes by.
    void turn(std::chrono::milliseconds by) { milliseconds_ += by.count(); }
    /// No time goes by: the wall clock is set.
    void set_by(std::chrono::milliseconds by) { set_ += by.count(); }
    /// The machine starts anew.
    void boot_again() {
        booted_at_ = milliseconds_.load();
        ++boots_;
    }

private:
    std::atomic<std::int64_t> milliseconds_ = SystemClock().now().time_since_epoch().count();
    std::atomic<std::int64_t> set_ = 0;
    std::atomic<std::int64_t> booted_at_ = 0;  ///< the first boot is long ago
    std::atomic<int> boots_ = 1;
};

}  // namespace casebridge::test
