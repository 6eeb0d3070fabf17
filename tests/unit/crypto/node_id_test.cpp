#include "crypto/node_id.h"

#include "tests/support/check_code.h"

namespace casebridge::test {

BOOST_AUTO_TEST_SUITE(node_id)

BOOST_AUTO_TEST_CASE(a_ministry_and_an_organisation_have_names) {
    auto const ministry = must(NodeId::parse("th-msdhs"));
    BOOST_CHECK_EQUAL(ministry.country(), "th");
    BOOST_CHECK_EQUAL(ministry.dns_name(), "th-msdhs.casebridge.internal");
    BOOST_CHECK_EQUAL(ministry.uri(), "casebridge://th-msdhs/");
    BOOST_CHECK_EQUAL(must(NodeId::parse("org-iom")).country(), "org");
    CHECK_ACCEPTED(NodeId::parse("la-m"));
    CHECK_ACCEPTED(NodeId::parse("vn-molisa-2"));
    CHECK_ACCEPTED(NodeId::parse("th-" + std::string(37, 'a')));
}

BOOST_AUTO_TEST_CASE(what_is_no_node_id_is_refused) {
    for (std::string const& text :
         {std::string(), std::string("th"), std::string("th-"), std::string("TH-msdhs"), std::string("th-Msdhs"),
          std::string("tha-msdhs"), std::string("t-msdhs"), std::string("1h-msdhs"), std::string("-msdhs"),
          std::string("th--msdhs"), std::string("th-msdhs-"), std::string("th_msdhs"), std::string("th.msdhs"),
          std::string("th-msdhs\n"), std::string("th-ms dhs"), std::string("thmsdhs"), std::string("th-msd\0s", 8),
          std::string("th-mé"), "th-" + std::string(38, 'a')})
        BOOST_TEST_CONTEXT(text) CHECK_CODE(NodeId::parse(text), "node_id.malformed");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
