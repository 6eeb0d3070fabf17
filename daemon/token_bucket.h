// TokenBucket: a rate with a burst, on the monotonic clock given to it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace casebridge {

/// What one party may ask.
struct RequestQuota {
    std::size_t per_second = 200;  ///< far above casework, far below what would starve the others
    std::size_t burst = 1000;
};

class TokenBucket {
public:
    using Instant = std::chrono::steady_clock::time_point;

    TokenBucket(RequestQuota quota, Instant now)
        : per_second_(static_cast<double>(quota.per_second)),
          burst_(static_cast<double>(quota.burst)),
          tokens_(burst_),
          filled_at_(now) {}

    /// Takes one token if there is one.
    [[nodiscard]] bool take(Instant now) {
        std::chrono::duration<double> const passed = now - filled_at_;
        tokens_ = std::min(burst_, tokens_ + std::max(0.0, passed.count()) * per_second_);
        filled_at_ = now;
        if (tokens_ < 1.0) return false;
        tokens_ -= 1.0;
        return true;
    }

private:
    double per_second_, burst_, tokens_;
    Instant filled_at_;
};

}  // namespace casebridge
