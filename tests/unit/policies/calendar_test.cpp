#include "policies/calendar.h"

#include "tests/support/yaml_edit.h"

#include <filesystem>
#include <set>

using namespace casebridge;
using namespace casebridge::test;

BOOST_AUTO_TEST_SUITE(calendar)

namespace {

std::string const valid = R"(country: TH
time_zone: Asia/Bangkok
weekend: [saturday, sunday]
years:
  - year: 2026
    source: a notice
    holidays:
      - date: 2026-12-31
        name: New Year's Eve
    working_weekends:
      - date: 2026-12-26
        name: instead of 31 December
)";

Result<Calendar> load(YamlFile const& file) {
    return Calendar::load(file);
}

Calendar thai() {
    return must(load(yaml_file(valid, "th.yaml")));
}

std::string works(Calendar const& calendar, std::string_view day) {
    auto const result = calendar.is_working_day(date(day));
    return result ? (*result ? "works" : "free") : std::string(result.error().code);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_day_is_a_working_day_by_weekend_holiday_and_exception) {
    auto const calendar = thai();
    BOOST_TEST(calendar.country() == "TH");
    BOOST_TEST(calendar.digest() == sha256(as_bytes(valid)).hex());
    BOOST_TEST(works(calendar, "2026-12-25") == "works");
    BOOST_TEST(works(calendar, "2026-12-26") == "works");  // a Saturday on which people work
    BOOST_TEST(works(calendar, "2026-12-27") == "free");
    BOOST_TEST(works(calendar, "2026-12-31") == "free");
}

BOOST_AUTO_TEST_CASE(a_year_nobody_has_looked_up_is_an_error_and_never_a_year_without_holidays) {
    auto const calendar = thai();
    BOOST_TEST(works(calendar, "2027-01-01") == "calendar.year_not_covered");
    BOOST_TEST(works(calendar, "2025-12-31") == "calendar.year_not_covered");
    BOOST_TEST(calendar.covers(std::chrono::year(2026)));
    BOOST_TEST(!calendar.covers(std::chrono::year(2027)));
    auto const result = next_working_day(date("2026-12-30"), {&calendar, &calendar});
    CHECK_CODE(result, "calendar.year_not_covered");
    BOOST_TEST(result.error().detail == "TH 2027");
}

BOOST_AUTO_TEST_CASE(the_next_working_day_is_one_on_which_both_countries_work) {
    auto const one = thai();
    auto const other = must(load(yaml_file(R"(country: JO
time_zone: Asia/Amman
weekend: [friday, saturday]
years:
  - year: 2026
    source: a test
    holidays: [{date: 2026-12-27, name: a holiday}]
)",
                                           "jo.yaml")));
    auto const next = must(next_working_day(date("2026-12-24"), {&one, &other}));
    BOOST_TEST(to_iso8601(next) == "2026-12-28");  // Friday, Saturday, Sunday fall out
}

BOOST_AUTO_TEST_CASE(every_mistake_in_a_calendar_is_named) {
    check_complaints(
        valid, "th.yaml", "calendar.invalid", load,
        {
            {"country: TH", "country: Siam",
             "th.yaml:1: country: expected a country as two capital letters (ISO 3166-1)"},
            {"Asia/Bangkok", "Asia/Atlantis", "th.yaml:2: time_zone: expected an IANA time zone, such as Asia/Bangkok"},
            {"Asia/Bangkok", "GMT+7", "th.yaml:2: time_zone: expected an IANA time zone, such as Asia/Bangkok"},
            {"[saturday, sunday]", "[saturday, sonday]",
             "th.yaml:3: weekend: expected one of sunday, monday, tuesday, wednesday, thursday, friday, saturday; did "
             "you mean `sunday`?"},
            {"[saturday, sunday]", "[sunday, monday, tuesday, wednesday, thursday, friday, saturday]",
             "th.yaml:3: weekend: expected a day on which people work"},
            {"year: 2026", "year: 2569", "th.yaml:5: year: expected a whole number from 2020 to 2100"},
            {"    source: a notice\n", "", "th.yaml:5: source: expected a text; it is missing under `years[0]`"},
            {"date: 2026-12-31", "date: 2569-12-31",
             "th.yaml:8: date: expected a day of the year it stands under (Gregorian, not Buddhist era)"},
            {"date: 2026-12-31", "date: 2026-02-29", "th.yaml:8: date: expected a date that exists, as YYYY-MM-DD"},
            {"date: 2026-12-26", "date: 2026-12-25",
             "th.yaml:11: date: expected a day of the weekend, on which people work instead of another"},
            {"        name: New Year's Eve\n",
             "        name: New Year's Eve\n      - {date: 2026-12-31, name: again}\n",
             "th.yaml:10: date: names a day twice"},
            {"        name: New Year's Eve\n", "",
             "th.yaml:8: name: expected a text; it is missing under `years[0].holidays[0]`"},
            {"years:", "lunar: yes\nyears:",
             "th.yaml:4: lunar: unknown key; expected one of country, time_zone, weekend, years"},
        });
    CHECK_CODE(load(yaml_file("- TH\n", "th.yaml")), "calendar.invalid");
}

BOOST_AUTO_TEST_CASE(a_day_begins_where_the_clocks_say_also_when_they_are_changed) {
    auto const start = [](std::string const& zone, std::string_view day) {
        auto const found = must(TimeZone::find(zone));
        auto const begins = found.start_of(date(day));
        BOOST_TEST((found.day_at(begins) == date(day)));
        BOOST_TEST((found.day_at(begins - std::chrono::milliseconds(1)) < date(day)));
        return to_rfc3339(begins);
    };
    BOOST_TEST(start("Asia/Bangkok", "2026-11-25") == "2026-11-24T17:00:00.000Z");
    BOOST_TEST(start("Asia/Yangon", "2026-11-25") == "2026-11-24T17:30:00.000Z");
    BOOST_TEST(start("Europe/Berlin", "2027-03-28") == "2027-03-27T23:00:00.000Z");
    BOOST_TEST(start("Europe/Berlin", "2027-03-29") == "2027-03-28T22:00:00.000Z");  // a day of 23 hours before it
    BOOST_TEST(start("Europe/Berlin", "2027-10-31") == "2027-10-30T22:00:00.000Z");
    BOOST_TEST(start("Europe/Berlin", "2027-11-01") == "2027-10-31T23:00:00.000Z");  // 25 hours
    // Clocks that skipped midnight: the day began at one o'clock.
    BOOST_TEST(start("America/Sao_Paulo", "2018-11-04") == "2018-11-04T03:00:00.000Z");
    BOOST_TEST(start("Asia/Bangkok", "2028-02-29") == "2028-02-28T17:00:00.000Z");
    CHECK_CODE(TimeZone::find("Mars/Olympus"), "calendar.unknown_time_zone");
    CHECK_CODE(TimeZone::find(""), "calendar.unknown_time_zone");
}

BOOST_AUTO_TEST_CASE(the_calendars_of_the_library_load_and_cover_what_they_say) {
    std::map<std::string, std::set<int>> const covered{{"cn", {2026}}, {"jp", {2026, 2027}}, {"kh", {}},    {"la", {}},
                                                       {"mm", {}},     {"th", {}},           {"vn", {2026}}};
    std::set<std::string> found;
    auto const folder = std::filesystem::path(CASEBRIDGE_SOURCE_DIR) / "policies/library/calendars";
    for (auto const& entry : std::filesystem::directory_iterator(folder)) {
        auto const name = entry.path().stem().string();
        found.insert(name);
        auto const calendar = must(Calendar::load(must(load_yaml(entry.path()))));
        for (int year = 2025; year < 2029; ++year)
            BOOST_TEST(calendar.covers(std::chrono::year(year)) == covered.at(name).contains(year), name << year);
    }
    BOOST_TEST(found.size() == covered.size());
    auto const china = must(Calendar::load(must(load_yaml(folder / "cn.yaml"))));
    BOOST_TEST(works(china, "2026-02-14") == "works");
    BOOST_TEST(works(china, "2026-02-23") == "free");
    BOOST_TEST(works(china, "2026-02-24") == "works");
    auto const japan = must(Calendar::load(must(load_yaml(folder / "jp.yaml"))));
    BOOST_TEST(works(japan, "2026-09-22") == "free");
    BOOST_TEST(works(japan, "2027-03-22") == "free");
    BOOST_TEST(works(japan, "2027-12-28") == "works");
    BOOST_TEST(works(japan, "2027-12-29") == "free");
}

BOOST_AUTO_TEST_SUITE_END()
