// DiskReserve: the room that new messages may not take, so that what is under way can still be settled, read, withdrawn
// and erased when the disk is nearly full.
//
// Below the reserve nothing new is taken; a little more than the reserve (a sixteenth) must be free before it is again,
// because the write-ahead log alone makes the free space go up and down. The filesystem is asked at most once a second.
// Each change is one line of the log; the crossing is an alarm. Does not keep others from filling the disk: then the
// store itself says `store.full`.
#pragma once

#include "daemon/clock.h"
#include "daemon/telemetry.h"

#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>

namespace casebridge {

/// How many bytes this process may still write at a place. Errors: `disk.unreadable`.
using FreeSpace = std::function<Result<std::uint64_t>()>;
/// Of the filesystem that holds `directory`, as an unprivileged process sees it.
FreeSpace free_space_at(std::filesystem::path directory);

/// Thread-safe.
class DiskReserve {
public:
    DiskReserve(FreeSpace free_space, std::uint64_t reserve, Telemetry& telemetry, Clock const& clock);

    /// Whether something new may be stored. Errors: `store.reserve_reached`, also while nobody can tell what is free.
    Status require_room();

    struct Reading {
        std::optional<std::uint64_t> free;  ///< none: the filesystem does not say
        std::uint64_t reserve = 0;
        bool reached = false;
    };
    /// Not older than a second.
    Reading read();

private:
    void look();
    void change(bool reached);

    FreeSpace const free_space_;
    std::uint64_t const reserve_;
    Telemetry& telemetry_;
    Clock const& clock_;
    std::mutex mutex_;  // guards what follows
    std::optional<Timestamp> looked_at_;
    std::optional<std::uint64_t> free_;
    bool reached_ = false;
};

}  // namespace casebridge
