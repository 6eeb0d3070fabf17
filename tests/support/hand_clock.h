// HandClock: a clock that stands still until a test turns it. Starts now, because TLS looks at the real clock.
#pragma once

#include "daemon/clock.h"

#include <atomic>

namespace casebridge::test {

class HandClock final : public Clock {
public:
    [[nodiscard]] Timestamp now() const override { return Timestamp(std::chrono::milliseconds(milliseconds_.load())); }
    void turn(std::chrono::milliseconds by) { milliseconds_ += by.count(); }

private:
    std::atomic<std::int64_t> milliseconds_ = SystemClock().now().time_since_epoch().count();
};

}  // namespace casebridge::test
