// The clock, passed in: tests turn it by hand.
#pragma once

#include "crypto/time.h"

#include <string>

namespace casebridge {

class Clock {
public:
    virtual ~Clock() = default;
    /// Wall clock, UTC: for validity, expiry and records. Timeouts use the monotonic clock where they are kept.
    [[nodiscard]] virtual Timestamp now() const = 0;
    /// Runs on while the machine sleeps, and nobody can set it.
    [[nodiscard]] virtual std::chrono::milliseconds since_boot() const = 0;
    /// Which start of the machine `since_boot` counts from; empty if nobody can tell.
    [[nodiscard]] virtual std::string boot() const = 0;
};

class SystemClock final : public Clock {
public:
    [[nodiscard]] Timestamp now() const override;
    [[nodiscard]] std::chrono::milliseconds since_boot() const override;
    /// What the service manager passes in $CASEBRIDGE_BOOT_ID (in its sandbox the kernel's word is out of reach), or
    /// what the kernel says.
    [[nodiscard]] std::string boot() const override;
};

}  // namespace casebridge
