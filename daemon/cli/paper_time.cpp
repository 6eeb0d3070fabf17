#include "daemon/cli/paper_time.h"

#include "policies/country.h"

namespace casebridge::cli {
namespace {

std::string two_digits(std::int64_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
}

}  // namespace

PaperTime PaperTime::of_node(std::string_view node) {
    if (auto const* country = find_country(node.substr(0, node.find('-')))) {
        if (auto zone = TimeZone::find(std::string(country->time_zone)))
            return {std::string(country->time_zone), *std::move(zone)};
    }
    return {"UTC", std::nullopt};
}

Date PaperTime::day(Timestamp time) const {
    return zone_ ? zone_->day_at(time) : Date(std::chrono::floor<std::chrono::days>(time));
}

std::string PaperTime::clock_time(Timestamp time) const {
    auto const today = day(time);
    auto const start = zone_ ? zone_->start_of(today) : Timestamp(std::chrono::sys_days(today));
    auto const minutes = std::chrono::floor<std::chrono::minutes>(time - start).count();
    return two_digits(minutes / 60) + ":" + two_digits(minutes % 60);
}

std::string PaperTime::minute(Timestamp time) const {
    return to_iso8601(day(time)) + " " + clock_time(time) + " (" + name_ + ")";
}

std::string day_in_words(Wording const& wording, Date day) {
    auto text = wording.day(day);
    if (auto const buddhist = wording.buddhist_day(day)) text += " (" + *buddhist + ")";
    return text;
}

}  // namespace casebridge::cli
