#include "policies/calendar.h"

#include "policies/vocabulary.h"
#include "policies/yaml_values.h"

#include <algorithm>

namespace casebridge {
namespace {

constexpr std::array<std::string_view, 7> weekday_names = {"sunday",   "monday", "tuesday", "wednesday",
                                                           "thursday", "friday", "saturday"};
constexpr int first_year = 2020, last_year = 2100;

std::size_t weekday_of(Date day) {
    return std::chrono::weekday(std::chrono::sys_days(day)).c_encoding();
}

}  // namespace

/// Reads one file into a Calendar, complaining as it goes.
class CalendarReader {
public:
    explicit CalendarReader(YamlFile const& file) : file_(file), reader_(file.root, complaints_) {}

    Result<Calendar> read() {
        auto const country = reader_.text("country");
        if (!country.empty() && !find_code_list("countries")->contains(country))
            reader_.complain("country", "expected a country as two capital letters (ISO 3166-1)");
        auto const name = reader_.text("time_zone");
        auto zone = TimeZone::find(name);
        if (!name.empty() && !zone) reader_.complain("time_zone", "expected an IANA time zone, such as Asia/Bangkok");
        if (!zone) zone = TimeZone::find("Etc/UTC");
        Calendar calendar(*std::move(zone));
        calendar.country_ = country;
        calendar.digest_ = sha256(file_.bytes).hex();
        read_weekend(calendar);
        for (auto const* node : reader_.mappings("years")) read_year(*node, calendar);
        reader_.refuse_unknown_keys();
        if (!complaints_.empty()) return complaints_.to_error("calendar.invalid");
        return calendar;
    }

private:
    using Day = Calendar::Day;

    void read_weekend(Calendar& calendar) {
        for (auto const* node : reader_.sequence("weekend")) {
            auto const found = std::ranges::find(weekday_names, node->scalar);
            if (found == weekday_names.end()) {
                complaints_.add(node->source, "weekend",
                                expected_one_of({weekday_names.begin(), weekday_names.end()}, node->scalar));
            } else {
                calendar.weekend_.at(static_cast<std::size_t>(found - weekday_names.begin())) = true;
            }
        }
        if (std::ranges::all_of(calendar.weekend_, [](bool free) { return free; }))
            reader_.complain("weekend", "expected a day on which people work");
    }

    void read_year(YamlNode const& node, Calendar& calendar) {
        YamlReader reader(node, complaints_);
        auto const year = std::chrono::year(static_cast<int>(reader.integer("year", first_year, last_year)));
        reader.text("source");
        auto const [entry, is_new] = calendar.years_.try_emplace(year);
        if (!is_new) reader.complain("year", "names a year twice");
        read_days(reader, "holidays", Day::holiday, year, calendar, entry->second);
        read_days(reader, "working_weekends", Day::working_weekend, year, calendar, entry->second);
        reader.refuse_unknown_keys();
    }

    void read_days(YamlReader& reader, std::string_view key, Day kind, std::chrono::year year, Calendar const& calendar,
                   std::map<Date, Day>& days) {
        auto const nodes = kind == Day::holiday ? reader.mappings(key) : reader.optional_mappings(key);
        for (auto const* node : nodes) {
            YamlReader day(*node, complaints_);
            auto const date = read_date(day, "date", complaints_);
            day.text("name");
            day.refuse_unknown_keys();
            if (!date) continue;
            if (date->year() != year) {
                day.complain("date", "expected a day of the year it stands under (Gregorian, not Buddhist era)");
            } else if (kind == Day::working_weekend && !calendar.weekend_.at(weekday_of(*date))) {
                day.complain("date", "expected a day of the weekend, on which people work instead of another");
            } else if (!days.emplace(*date, kind).second) {
                day.complain("date", "names a day twice");
            }
        }
    }

    YamlFile const& file_;
    YamlComplaints complaints_;
    YamlReader reader_;
};

Result<Calendar> Calendar::load(YamlFile const& file) {
    if (file.root.kind != YamlNode::Kind::mapping) {
        YamlComplaints complaints;
        complaints.add(file.root.source, "calendar", "expected the keys of a calendar");
        return complaints.to_error("calendar.invalid");
    }
    return CalendarReader(file).read();
}

Result<bool> Calendar::is_working_day(Date day) const {
    auto const year = years_.find(day.year());
    if (year == years_.end()) {
        return Error{ErrorKind::not_found, "calendar.year_not_covered",
                     country_ + " " + std::to_string(static_cast<int>(day.year()))};
    }
    auto const named = year->second.find(day);
    if (named != year->second.end()) return named->second == Day::working_weekend;
    return !weekend_.at(weekday_of(day));
}

Result<Date> next_working_day(Date day, std::array<Calendar const*, 2> const& calendars) {
    for (;;) {
        day = Date{std::chrono::sys_days(day) + std::chrono::days(1)};
        bool all_work = true;
        for (auto const* calendar : calendars) {
            ASSIGN_OR_RETURN(bool const works, calendar->is_working_day(day));
            all_work = all_work && works;
        }
        if (all_work) return day;
    }
}

}  // namespace casebridge
