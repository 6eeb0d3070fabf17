// Calendar: the working days of one country, from a list that people keep: `library/calendars/<country>.yaml`.
//
// A year counts only if the list covers it: holidays are decreed year by year, and a year nobody has looked up yet is
// an error, never a year without holidays.
#pragma once

#include "policies/time_zone.h"
#include "policies/yaml.h"

#include <array>
#include <map>

namespace casebridge {

class Calendar {
public:
    /// Errors: `calendar.invalid` (all complaints in the detail).
    static Result<Calendar> load(YamlFile const& file);

    [[nodiscard]] std::string const& country() const noexcept { return country_; }  ///< ISO 3166-1 alpha-2
    [[nodiscard]] TimeZone const& time_zone() const noexcept { return zone_; }
    [[nodiscard]] bool covers(std::chrono::year year) const { return years_.contains(year); }
    /// Errors: `calendar.year_not_covered` (the detail names country and year).
    [[nodiscard]] Result<bool> is_working_day(Date day) const;
    /// Of the bytes of the file: two nodes that show different due dates compare it.
    [[nodiscard]] std::string const& digest() const noexcept { return digest_; }

private:
    explicit Calendar(TimeZone zone) : zone_(std::move(zone)) {}
    friend class CalendarReader;
    enum class Day : std::uint8_t { holiday, working_weekend };

    TimeZone zone_;
    std::string country_, digest_;
    std::array<bool, 7> weekend_{};  ///< from Sunday
    std::map<std::chrono::year, std::map<Date, Day>> years_;
};

/// The next day after `day` on which all `calendars` work. Errors: `calendar.year_not_covered`.
Result<Date> next_working_day(Date day, std::array<Calendar const*, 2> const& calendars);

}  // namespace casebridge
