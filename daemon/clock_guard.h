// ClockGuard: the clock the daemon goes by, and whether the machine's clock can be relied on.
//
// A clock that is set, by mistake or by an attacker, makes valid what has ended and ends what is valid. So the wall
// clock is compared with the time since boot, which nobody can set; from boot to boot, with the newest time in the
// store.
//
//   trusted ─the two part by more than the skew─▶ held ─the clock is set back, or an officer confirms it─▶ trusted
//
// INVARIANT: `now()` never jumps with the machine's clock: while held it goes on as if nobody had set it, so that
// nothing is recorded, scheduled, expired or erased by a time that may be wrong. Whoever releases, sends, admits, or
// ends something first asks `require_trusted()`. TLS goes by the machine's clock all the same.
#pragma once

#include "daemon/actor.h"
#include "daemon/clock.h"
#include "daemon/store.h"
#include "daemon/telemetry.h"

#include <atomic>
#include <mutex>

namespace casebridge {

/// Thread-safe.
class ClockGuard final : public Clock {
public:
    /// Trusts `machine` as it is, until `resume` knows better.
    ClockGuard(Clock const& machine, std::chrono::minutes skew, Telemetry& telemetry);

    [[nodiscard]] Timestamp now() const override;
    [[nodiscard]] std::chrono::milliseconds since_boot() const override { return machine_.since_boot(); }
    [[nodiscard]] std::string boot() const override { return machine_.boot(); }

    /// Errors: `clock.jumped`
    [[nodiscard]] Status require_trusted() const;
    /// Whether what was kept long enough may be destroyed: not in the first hour of a boot, in which a clock that was
    /// set meanwhile is usually found out (by NTP, which makes it `clock.jumped`). Errors also: `clock.too_early`.
    [[nodiscard]] Status require_retention_time() const;
    /// How far the machine's clock is from where it should be; more than the skew: held.
    [[nodiscard]] std::chrono::milliseconds jump() const;

    /// Goes on as before a restart: a restart must not make a set clock a right one. After another boot the machine's
    /// clock counts, unless it is behind what the store holds, or so far ahead of it that an office closed for
    /// holidays does not explain it (a battery that died, or somebody's hand): then an officer is asked.
    Status resume(Store& store);
    static constexpr std::chrono::days longest_absence{14};
    /// An officer says that the machine's clock is right and that it is `time`. Takes effect with `adopt`, after the
    /// commit. Errors: `clock.not_held`, `clock.other_time` (the machine's clock is not at `time`, within the skew).
    struct Confirmed {
        std::chrono::milliseconds offset;
    };
    Result<Confirmed> confirm(Store& store, Timestamp time, Actor const& actor) const;
    void adopt(Confirmed const& confirmed);

private:
    [[nodiscard]] std::chrono::milliseconds offset_now() const;
    [[nodiscard]] bool is_held(std::chrono::milliseconds jump) const;
    std::chrono::milliseconds tell_change() const;
    Status remember(Store& store, std::chrono::milliseconds offset) const;

    Clock const& machine_;
    std::chrono::milliseconds const skew_;
    Telemetry& telemetry_;
    std::atomic<std::chrono::milliseconds> offset_;  ///< of the wall clock from the time since boot, as it should be
    mutable std::atomic<bool> held_ = false;         ///< as last seen, to say each change once
    mutable std::mutex telling_;                     ///< of a change of `held_`
};

/// The latest time the store has seen; none if it is new.
Result<std::optional<Timestamp>> latest_stored_time(Store& store);
Status put_latest_stored_time(Store& store, Timestamp time);

}  // namespace casebridge
