#include "tests/unit/daemon/store_fixture.h"

using namespace casebridge;
using namespace casebridge::test;

namespace meetings {
namespace {

Date day(unsigned number) {
    return std::chrono::year(2026) / 11 / number;
}

}  // namespace
}  // namespace meetings

BOOST_FIXTURE_TEST_SUITE(meetings, StoreFixture)

BOOST_AUTO_TEST_CASE(the_last_meeting_with_a_partner_is_the_one_recorded_last) {
    auto const store = open();
    BOOST_CHECK(!must(store->meetings().find(node("kh-mosvy"))));
    must(store->meetings().put({node("kh-mosvy"), day(20), at(1)}));
    must(store->meetings().put({node("la-mlsw"), day(3), at(2)}));
    must(store->meetings().put({node("kh-mosvy"), day(2), at(3)}));  // the 20th was a mistake
    auto const meeting = must(store->meetings().find(node("kh-mosvy")));
    BOOST_REQUIRE(meeting);
    BOOST_CHECK(meeting->held_on == day(2));
    BOOST_CHECK(meeting->recorded_at == at(3));
    BOOST_CHECK(must(store->meetings().find(node("la-mlsw")))->held_on == day(3));
    BOOST_CHECK(!must(store->meetings().find(node("mm-dsw"))));
}

BOOST_AUTO_TEST_CASE(a_meeting_is_there_when_the_store_is_opened_again) {
    must(open()->meetings().put({node("kh-mosvy"), day(20), at(1)}));
    BOOST_CHECK(must(open()->meetings().find(node("kh-mosvy")))->held_on == day(20));
}

BOOST_AUTO_TEST_CASE(a_stored_day_that_is_none_is_a_damaged_store) {
    must(open()->meetings().put({node("kh-mosvy"), day(20), at(1)}));
    raw().run("UPDATE meetings SET held_on = '2026-02-30'");
    CHECK_CODE(open()->meetings().find(node("kh-mosvy")), "store.failed");
}

BOOST_AUTO_TEST_SUITE_END()
