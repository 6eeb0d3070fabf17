// The clock, passed in: tests turn it by hand.
#pragma once

#include "crypto/time.h"

namespace casebridge {

class Clock {
public:
    virtual ~Clock() = default;
    /// Wall clock, UTC: for validity, expiry and records. Timeouts use the monotonic clock where they are kept.
    [[nodiscard]] virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
public:
    [[nodiscard]] Timestamp now() const override {
        return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }
};

}  // namespace casebridge
