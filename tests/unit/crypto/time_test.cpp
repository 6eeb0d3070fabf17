#include "crypto/time.h"

#include "tests/support/check_code.h"

namespace casebridge::test {

BOOST_AUTO_TEST_SUITE(time)

BOOST_AUTO_TEST_CASE(timestamps_are_written_with_milliseconds_and_read_back) {
    for (char const* text : {"2026-11-23T21:20:11.322Z", "1969-12-31T23:59:59.999Z", "2024-02-29T00:00:00.000Z",
                             "9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00.000Z"})
        BOOST_CHECK_EQUAL(to_rfc3339(must(parse_rfc3339(text))), text);
    BOOST_CHECK(must(parse_rfc3339("2026-11-23T21:20:11Z")) == must(parse_rfc3339("2026-11-23T21:20:11.000Z")));
    BOOST_CHECK(must(parse_rfc3339("1970-01-01T00:00:00Z")) == Timestamp{});
}

BOOST_AUTO_TEST_CASE(any_other_form_of_timestamp_is_refused) {
    for (char const* text : {"",
                             "2026-11-23",
                             "2026-11-23T21:20:11",
                             "2026-11-23t21:20:11Z",
                             "2026-11-23T21:20:11z",
                             "2026-11-23 21:20:11Z",
                             "2026-11-23T21:20:11+00:00",
                             "2026-11-23T21:20:11.32Z",
                             "2026-11-23T21:20:11.3222Z",
                             "2026-11-23T21:20:11,322Z",
                             "2026-11-23T24:00:00Z",
                             "2026-11-23T21:60:00Z",
                             "2026-11-23T21:20:60Z",
                             "2026-02-29T00:00:00Z",
                             "2026-13-01T00:00:00Z",
                             "2026-00-01T00:00:00Z",
                             "2026-11-23T-1:20:11Z",
                             "2026-11-23T21:20:11.-22Z",
                             " 2026-11-23T21:20:11Z",
                             "2026-11-23T21:20:1aZ",
                             "2026-11-23T2a:20:11Z",
                             "2026-11-23T21-20:11Z",
                             "2026-11-23T21:20-11Z",
                             "2026-11-23T21:2a:11Z",
                             "2026-11-23T21:20:11.3a2Z"})
        BOOST_TEST_CONTEXT(text) CHECK_CODE(parse_rfc3339(text), "time.bad_timestamp");
}

BOOST_AUTO_TEST_CASE(dates_are_written_and_read_as_iso_8601) {
    for (char const* text : {"2026-11-23", "2000-02-29", "0000-01-01", "9999-12-31"})
        BOOST_CHECK_EQUAL(to_iso8601(must(parse_date(text))), text);
}

BOOST_AUTO_TEST_CASE(any_other_form_of_date_is_refused) {
    for (char const* text : {"", "2026-11-3", "2026-11-031", "2026/11/23", "26-11-23", "2026-02-30", "1900-02-29",
                             "2026-11-00", "2026-13-01", "2026-11-2a", "202a-11-23", "2026-1a-23", "2026-11 23"})
        BOOST_TEST_CONTEXT(text) CHECK_CODE(parse_date(text), "time.bad_date");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
