#include "adapters/dates.h"

#include "tests/unit/adapters/adapter_fixtures.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(dates)

namespace {

using namespace casebridge;
using namespace casebridge::test;

DateReader reader(std::vector<std::string> const& formats, Era era, std::string_view language = "") {
    auto made = DateReader::make(formats, era, language);
    BOOST_REQUIRE_MESSAGE(made, detail_of(made));
    return *std::move(made);
}

/// As text, or the error's code.
std::string read(DateReader const& dates, std::string_view text) {
    auto const date = dates.read(text);
    if (!date) return std::string(date.error().code);
    if (auto const* whole = std::get_if<Date>(&*date)) return to_iso8601(*whole);
    auto const& partial = std::get<PartialDate>(*date);
    std::string out = std::to_string(static_cast<int>(partial.year));
    if (partial.month) out += "-" + std::to_string(static_cast<unsigned>(*partial.month));
    return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_buddhist_era_year_is_543_more) {
    auto const dates = reader({"dd/MM/yyyy"}, Era::buddhist);
    BOOST_TEST(read(dates, "13/04/2540") == "1997-04-13");
    BOOST_TEST(read(dates, "29/02/2539") == "1996-02-29");
    BOOST_TEST(read(dates, "01/01/2443") == "1900-01-01");
    BOOST_TEST(read(dates, "31/12/2643") == "2100-12-31");
}

BOOST_AUTO_TEST_CASE(a_year_of_the_other_era_is_reported_as_such) {
    BOOST_TEST(read(reader({"dd/MM/yyyy"}, Era::buddhist), "13/04/1997") == "date.wrong_era");
    BOOST_TEST(read(reader({"dd/MM/yyyy"}, Era::gregorian), "13/04/2540") == "date.wrong_era");
    BOOST_TEST(read(reader({"dd/MM/yyyy"}, Era::buddhist), "29/02/1996") == "date.wrong_era");
    BOOST_TEST(read(reader({"yyyy"}, Era::buddhist), "1997") == "date.wrong_era");
}

BOOST_AUTO_TEST_CASE(a_day_that_does_not_exist_is_refused_and_never_moved) {
    auto const dates = reader({"dd/MM/yyyy"}, Era::buddhist);
    for (auto const* text : {"29/02/2540", "31/04/2540", "00/04/2540", "32/01/2540", "13/13/2540", "13/00/2540"}) {
        BOOST_TEST(read(dates, text) == "date.malformed", text);
    }
}

BOOST_AUTO_TEST_CASE(the_whole_text_must_follow_the_format) {
    auto const dates = reader({"dd/MM/yyyy"}, Era::buddhist);
    for (auto const* text :
         {"",         "13/04/2540x", "13/04/2540 10:00", "x13/04/2540", "13-04-2540",  "13/4/2540",   "3/04/2540",
          "13/04/40", "13/04/02540", "-13/04/2540",      "13/04/-2540", "+13/04/2540", "13//2540",    "13 /04/2540",
          "13/04",    "1,3/04/2540", "13/เมษายน/2540",   "\xff\xfe",    "13/04/25400", "013/04/2540", "13/04/2540\n"}) {
        BOOST_TEST(read(dates, text) == "date.malformed", text);
    }
    BOOST_TEST(read(dates, std::string("13/04/2540\0", 11)) == "date.malformed");
    BOOST_TEST(read(dates, std::string(100000, '1')) == "date.malformed");
}

BOOST_AUTO_TEST_CASE(zeros_mean_unknown_where_the_map_says_so_and_nothing_elsewhere) {
    auto make = [](std::vector<std::string> const& formats, Era era) {
        auto made = DateReader::make(formats, era, "", ZeroParts::unknown);
        BOOST_REQUIRE_MESSAGE(made, detail_of(made));
        return *std::move(made);
    };
    auto const thai = make({"dd/MM/yyyy"}, Era::buddhist);
    BOOST_TEST(read(thai, "00/00/2540") == "1997");
    BOOST_TEST(read(thai, "๐๐/๐๕/๒๕๔๐") == "1997-5");
    BOOST_TEST(read(thai, "13/04/2540") == "1997-04-13");
    BOOST_TEST(read(thai, "13/00/2540") == "date.malformed");
    BOOST_TEST(read(thai, "00/13/2540") == "date.malformed");
    BOOST_TEST(read(thai, "00/00/0000") == "date.malformed");
    BOOST_TEST(read(thai, "00/00/2700") == "date.out_of_range");
    BOOST_TEST(read(thai, "00/00/1997") == "date.wrong_era");
    BOOST_TEST(read(thai, "0/0/2540") == "date.malformed");
    BOOST_TEST(read(thai, "00/00/2540x") == "date.malformed");
    BOOST_TEST(read(make({"yyyy-MM-dd"}, Era::gregorian), "1997-00-00") == "1997");
    BOOST_TEST(read(make({"d/M/yyyy"}, Era::gregorian), "0/5/1997") == "1997-5");
    BOOST_TEST(read(make({"dd' of 'MM' of 'yyyy"}, Era::gregorian), "00 of 05 of 1997") == "1997-5");
    BOOST_TEST(read(reader({"dd/MM/yyyy"}, Era::buddhist), "00/00/2540") == "date.malformed");
}

BOOST_AUTO_TEST_CASE(spaces_of_a_fixed_width_column_are_ignored) {
    BOOST_TEST(read(reader({"dd/MM/yyyy"}, Era::buddhist), "13/04/2540      ") == "1997-04-13");
}

BOOST_AUTO_TEST_CASE(an_implausible_year_is_out_of_range) {
    BOOST_TEST(read(reader({"yyyy-MM-dd"}, Era::gregorian), "0097-04-13") == "date.out_of_range");
    BOOST_TEST(read(reader({"yyyy-MM-dd"}, Era::gregorian), "1899-12-31") == "date.out_of_range");
    BOOST_TEST(read(reader({"yyyy-MM-dd"}, Era::gregorian), "2101-01-01") == "date.out_of_range");
    BOOST_TEST(read(reader({"yyyy-MM-dd"}, Era::buddhist), "2644-01-01") == "date.out_of_range");
}

BOOST_AUTO_TEST_CASE(digits_of_the_regions_scripts_are_read) {
    auto const dates = reader({"dd/MM/yyyy"}, Era::buddhist);
    BOOST_TEST(read(dates, "๑๓/๐๔/๒๕๔๐") == "1997-04-13");
    BOOST_TEST(read(dates, "໑໓/໐໔/໒໕໔໐") == "1997-04-13");
    BOOST_TEST(read(dates, "១៣/០៤/២៥៤០") == "1997-04-13");
    BOOST_TEST(read(dates, "၁၃/၀၄/၂၅၄၀") == "1997-04-13");
}

BOOST_AUTO_TEST_CASE(digits_of_two_scripts_in_one_date_are_refused) {
    BOOST_TEST(read(reader({"dd/MM/yyyy"}, Era::buddhist), "๑๓/04/2540") == "date.malformed");
    BOOST_TEST(read(reader({"dd/MM/yyyy"}, Era::buddhist), "१३/०४/२५४०") == "date.malformed");
}

BOOST_AUTO_TEST_CASE(month_names_are_those_of_the_language) {
    BOOST_TEST(read(reader({"d MMMM yyyy"}, Era::buddhist, "th"), "13 เมษายน 2540") == "1997-04-13");
    BOOST_TEST(read(reader({"d MMM yyyy"}, Era::buddhist, "th"), "๑๓ เม.ย. ๒๕๔๐") == "1997-04-13");
    BOOST_TEST(read(reader({"d MMMM yyyy"}, Era::gregorian, "km"), "១៣ មេសា ១៩៩៧") == "1997-04-13");
    BOOST_TEST(read(reader({"d MMMM yyyy"}, Era::gregorian, "lo"), "13 ເມສາ 1997") == "1997-04-13");
    BOOST_TEST(read(reader({"d MMMM yyyy"}, Era::gregorian, "my"), "၁၃ ဧပြီ ၁၉၉၇") == "1997-04-13");
    BOOST_TEST(read(reader({"d MMMM yyyy"}, Era::gregorian, "en"), "13 April 1997") == "1997-04-13");
    BOOST_TEST(read(reader({"d MMMM yyyy"}, Era::gregorian, "en"), "13 Apr 1997") == "date.malformed");
    BOOST_TEST(read(reader({"d MMMM yyyy"}, Era::gregorian, "km"), "13 April 1997") == "date.malformed");
}

BOOST_AUTO_TEST_CASE(a_date_may_be_a_year_or_a_month_only) {
    BOOST_TEST(read(reader({"MM/yyyy"}, Era::buddhist), "04/2540") == "1997-4");
    BOOST_TEST(read(reader({"yyyy"}, Era::buddhist), "2540") == "1997");
    BOOST_TEST(read(reader({"dd/MM/yyyy", "yyyy"}, Era::buddhist), "2540") == "1997");
    BOOST_TEST(read(reader({"yyyyMMdd"}, Era::gregorian), "19970413") == "1997-04-13");
}

BOOST_AUTO_TEST_CASE(a_text_that_two_formats_read_as_different_days_is_ambiguous) {
    auto const dates = reader({"dd/MM/yyyy", "MM/dd/yyyy"}, Era::gregorian);
    BOOST_TEST(read(dates, "03/04/1997") == "date.ambiguous");
    BOOST_TEST(read(dates, "13/04/1997") == "1997-04-13");
    BOOST_TEST(read(dates, "04/04/1997") == "1997-04-04");
}

BOOST_AUTO_TEST_CASE(a_format_that_cannot_be_strict_is_refused) {
    for (auto const* format : {"dd/MM/yy", "d/M/y", "yyyy-MM-dd HH:mm", "dd/MM/yyyyy", "dd/dd/yyyy", "MM/dd", "dd/yyyy",
                               "", "dd/MM/yyyy 'open", "dd1MM2yyyy", "EEEE d MMMM yyyy"}) {
        BOOST_TEST(code_of(DateReader::make({format}, Era::gregorian, "en")) == "date.bad_format", format);
    }
    BOOST_TEST(code_of(DateReader::make({}, Era::gregorian, "")) == "date.bad_format");
    BOOST_TEST(code_of(DateReader::make({"d MMMM yyyy"}, Era::gregorian, "")) == "date.bad_format");
    BOOST_TEST(code_of(DateReader::make({"dd/MM/yyyy"}, Era::gregorian, "xx")) == "date.bad_format");
}

BOOST_AUTO_TEST_CASE(no_error_repeats_the_text) {
    auto const dates = reader({"dd/MM/yyyy"}, Era::buddhist);
    for (auto const* text : {"13/04/1997", "secret-text", "01/01/1000"}) {
        BOOST_TEST(!contains(detail_of(dates.read(text)), text), text);
    }
}

BOOST_AUTO_TEST_CASE(every_day_of_two_centuries_reads_back_in_both_eras) {
    auto const buddhist = reader({"yyyy-MM-dd"}, Era::buddhist);
    auto const gregorian = reader({"yyyy-MM-dd"}, Era::gregorian);
    int wrong = 0;
    for (auto day = std::chrono::sys_days(Date{std::chrono::year(1900) / 1 / 1});
         day <= std::chrono::sys_days(Date{std::chrono::year(2100) / 12 / 31}); day += std::chrono::days(13)) {
        std::string const text = to_iso8601(Date(day));
        std::string const thai = std::to_string(std::stoi(text.substr(0, 4)) + 543) + text.substr(4);
        wrong += read(gregorian, text) != text || read(buddhist, thai) != text ? 1 : 0;
    }
    BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_SUITE_END()
