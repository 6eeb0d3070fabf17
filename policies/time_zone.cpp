#include "policies/time_zone.h"

#include <unicode/timezone.h>

namespace casebridge {

struct TimeZone::Zone {
    std::unique_ptr<icu::TimeZone const> icu;

    [[nodiscard]] std::chrono::milliseconds offset_at(Timestamp time) const {
        std::int32_t raw = 0, saving = 0;
        UErrorCode status = U_ZERO_ERROR;
        icu->getOffset(static_cast<UDate>(time.time_since_epoch().count()), false, raw, saving, status);
        if (U_FAILURE(status) != 0) throw std::runtime_error(u_errorName(status));
        return std::chrono::milliseconds(raw + saving);
    }
};

Result<TimeZone> TimeZone::find(std::string const& name) {
    std::unique_ptr<icu::TimeZone const> zone(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(name)));
    // ICU answers any name: an unknown one with a zone of that name, and odd offsets with one of its own making.
    if (zone == nullptr || *zone == icu::TimeZone::getUnknown() || name.find('/') == std::string::npos)
        return Error{ErrorKind::invalid, "calendar.unknown_time_zone"};
    return TimeZone(std::make_shared<Zone const>(Zone{std::move(zone)}));
}

Date TimeZone::day_at(Timestamp time) const {
    return Date{std::chrono::floor<std::chrono::days>(time + zone_->offset_at(time))};
}

Timestamp TimeZone::start_of(Date day) const {
    // No country is more than 15 hours from UTC. Between the two, days only grow, so that halving finds the change.
    constexpr std::chrono::hours furthest{15};
    auto low = Timestamp(std::chrono::sys_days(day)) - furthest;
    auto high = Timestamp(std::chrono::sys_days(day)) + furthest;
    while (low < high) {
        auto const middle = low + (high - low) / 2;
        if (day_at(middle) < day) {
            low = middle + std::chrono::milliseconds(1);
        } else {
            high = middle;
        }
    }
    return high;
}

}  // namespace casebridge
