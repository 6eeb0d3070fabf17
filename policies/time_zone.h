// TimeZone: which day it is in a country, and when that day begins, from ICU's copy of the IANA database.
//
// Pure: the same instant gives the same day, as long as the process keeps its ICU.
#pragma once

#include "crypto/time.h"

#include <memory>
#include <string>

namespace casebridge {

class TimeZone {
public:
    /// An IANA name, e.g. "Asia/Phnom_Penh". Errors: `calendar.unknown_time_zone`.
    static Result<TimeZone> find(std::string const& name);

    [[nodiscard]] Date day_at(Timestamp time) const;
    /// The first instant of the day: midnight, or the end of a gap where the clocks skip midnight.
    [[nodiscard]] Timestamp start_of(Date day) const;

private:
    struct Zone;
    explicit TimeZone(std::shared_ptr<Zone const> zone) : zone_(std::move(zone)) {}
    std::shared_ptr<Zone const> zone_;  ///< shared by copies; never changes
};

}  // namespace casebridge
