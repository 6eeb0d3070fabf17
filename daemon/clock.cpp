#include "daemon/clock.h"

#include <cstdlib>
#include <fstream>

#include <time.h>

namespace casebridge {

Timestamp SystemClock::now() const {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::chrono::milliseconds SystemClock::since_boot() const {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::seconds(time.tv_sec) +
                                                         std::chrono::nanoseconds(time.tv_nsec));
}

std::string SystemClock::boot() const {
    std::string id;
    if (auto const* passed = std::getenv("CASEBRIDGE_BOOT_ID"))
        id = passed;
    else
        std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), id);
    std::erase(id, '-');  // systemd writes it without
    return id;
}

}  // namespace casebridge
