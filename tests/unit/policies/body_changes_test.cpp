#include "policies/body_changes.h"

#include "tests/support/check_code.h"

using namespace casebridge;
using casebridge::test::must;

BOOST_AUTO_TEST_SUITE(changes_of_bodies)

namespace {

Json body(std::string const& fields, std::string const& groups = "{}") {
    return must(parse_json("{\"fields\":" + fields + ",\"groups\":" + groups + "}"));
}

std::string const year = R"({"form":"year","value":"1990"})";
std::string const band = R"({"form":"age_band","value":"30-39"})";

using Ids = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_CASE(the_same_body_changes_nothing) {
    auto const told = body("{\"birth_date\":" + year + "}");
    BOOST_CHECK(body_changes({told}, told).empty());
    BOOST_CHECK(body_changes({told, told}, told).empty());
    BOOST_CHECK(body_changes({}, body("{}")).empty());
}

BOOST_AUTO_TEST_CASE(a_field_is_added_changed_or_removed) {
    auto const before = body("{\"birth_date\":" + year + R"(,"sex":{"form":"exact","value":"male"}})");
    auto const after = body("{\"birth_date\":" + band + R"(,"citizenship":{"form":"exact","value":["KH"]}})");
    auto const changes = body_changes({before}, after);
    BOOST_TEST(changes.added == Ids{"citizenship"}, boost::test_tools::per_element());
    BOOST_TEST(changes.changed == Ids{"birth_date"}, boost::test_tools::per_element());
    BOOST_TEST(changes.removed == Ids{"sex"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_one_of_several_told_and_is_told_no_more_is_removed) {
    auto const one = body("{\"birth_date\":" + year + "}");
    auto const other = body(R"({"sex":{"form":"exact","value":"male"}})");
    auto const changes = body_changes({one, other}, one);
    BOOST_CHECK(changes.added.empty() && changes.changed.empty());
    BOOST_TEST(changes.removed == Ids{"sex"}, boost::test_tools::per_element());
    auto const older = body("{\"birth_date\":" + band + "}");
    BOOST_TEST(body_changes({older, one}, one).changed == Ids{"birth_date"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_entries_of_a_group_count_together) {
    std::string const given = R"({"names.given":{"form":"exact","value":"A"}})";
    std::string const other = R"({"names.given":{"form":"exact","value":"B"}})";
    auto const one = body("{}", R"({"names":[)" + given + "]}");
    auto const two = body("{}", R"({"names":[)" + given + "," + other + "]}");
    auto const swapped = body("{}", R"({"names":[)" + other + "," + given + "]}");
    BOOST_TEST(body_changes({one}, two).changed == Ids{"names.given"}, boost::test_tools::per_element());
    BOOST_TEST(body_changes({two}, swapped).changed == Ids{"names.given"}, boost::test_tools::per_element());
    BOOST_TEST(body_changes({two}, body("{}")).removed == Ids{"names.given"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(names_of_fields_are_told_and_no_value) {
    auto const text = dump(to_json(body_changes({body("{\"birth_date\":" + year + "}")}, body("{}"))));
    BOOST_CHECK_EQUAL(text, R"({"added":[],"changed":[],"removed":["birth_date"]})");
}

BOOST_AUTO_TEST_CASE(what_is_no_body_tells_nothing) {
    for (auto const* text : {"[]", "7", R"({"fields":[],"groups":7})", R"({"groups":{"names":{}}})"})
        BOOST_CHECK(body_changes({must(parse_json(text))}, body("{}")).empty());
}

BOOST_AUTO_TEST_SUITE_END()
