#include "daemon/disk_reserve.h"

#include <cerrno>
#include <cstring>

#include <sys/statvfs.h>

namespace casebridge {

namespace {

constexpr std::chrono::seconds good_for{1};
constexpr std::uint64_t mebibyte = 1024 * 1024;

std::string in_mebibytes(std::uint64_t bytes) {
    return std::to_string(bytes / mebibyte) + " MiB";
}

}  // namespace

FreeSpace free_space_at(std::filesystem::path directory) {
    return [directory = std::move(directory)]() -> Result<std::uint64_t> {
        struct statvfs space {};
        int result = 0;
        do {
            result = ::statvfs(directory.c_str(), &space);
        } while (result != 0 && errno == EINTR);
        if (result != 0) return Error{ErrorKind::unavailable, "disk.unreadable", std::strerror(errno)};
        return std::uint64_t{space.f_bavail} * space.f_frsize;
    };
}

DiskReserve::DiskReserve(FreeSpace free_space, std::uint64_t reserve, Telemetry& telemetry, Clock const& clock)
    : free_space_(std::move(free_space)), reserve_(reserve), telemetry_(telemetry), clock_(clock) {}

Status DiskReserve::require_room() {
    auto const now = read();
    if (!now.reached) return Done{};
    return Error{ErrorKind::unavailable, "store.reserve_reached",
                 (now.free ? in_mebibytes(*now.free) + " are free" : std::string("nobody can tell what is free")) +
                     ", the reserve is " + in_mebibytes(now.reserve)};
}

DiskReserve::Reading DiskReserve::read() {
    std::lock_guard const lock(mutex_);
    auto const now = clock_.now();
    // A clock that was set back must not keep an old reading alive.
    bool const current = looked_at_ && now >= *looked_at_ && now - *looked_at_ < good_for;
    if (!current) {
        looked_at_ = now;
        look();
    }
    return {free_, reserve_, reached_};
}

void DiskReserve::look() {
    auto const free = free_space_();
    free_ = free ? std::optional(*free) : std::nullopt;
    telemetry_.gauge("casebridge_disk_free_bytes", static_cast<double>(free_.value_or(0)));
    // INVARIANT: what cannot be told counts as reached.
    auto const needed = reached_ ? reserve_ + reserve_ / 16 : reserve_;
    bool const reached = !free_ || *free_ < needed;
    if (reached != reached_) change(reached);
}

void DiskReserve::change(bool reached) {
    reached_ = reached;
    telemetry_.gauge("casebridge_disk_reserve_reached", reached ? 1 : 0);
    if (reached) telemetry_.count("casebridge_alarms_total", "disk_reserve");
    auto const free = free_ ? static_cast<std::int64_t>(*free_ / mebibyte) : std::int64_t{-1};
    telemetry_.log(reached ? LogLevel::error : LogLevel::warning, reached ? "disk.reserve_reached" : "disk.room_again",
                   {{"free_mib", free}, {"reserve_mib", static_cast<std::int64_t>(reserve_ / mebibyte)}});
}

}  // namespace casebridge
