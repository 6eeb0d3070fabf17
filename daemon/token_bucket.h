// TokenBucket: a rate with a burst, on the monotonic clock given to it.
#pragma once

#include <algorithm>
#include <chrono>

namespace casebridge {

class TokenBucket {
public:
    using Instant = std::chrono::steady_clock::time_point;

    TokenBucket(double per_second, double burst, Instant now)
        : per_second_(per_second), burst_(burst), tokens_(burst), filled_at_(now) {}

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
