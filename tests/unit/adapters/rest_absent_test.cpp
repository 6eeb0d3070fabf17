// A build without the REST client.
#include "tests/unit/adapters/adapter_fixtures.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(rest_absent)

BOOST_AUTO_TEST_CASE(a_map_that_needs_rest_is_refused_and_says_why) {
    using namespace casebridge::test;
    auto const map = load_map(
        "database: {kind: primero, url: \"https://h\", root_certificate: ca.pem, user: u}\n"
        "cases: {table: cases, id: case_id, fields: {shelter: x}}\n");
    BOOST_TEST(code_of(map) == "field_map.invalid");
    BOOST_TEST(contains(detail_of(map), "map.yaml:1: kind: this build has no REST client"), detail_of(map));
}

BOOST_AUTO_TEST_SUITE_END()
