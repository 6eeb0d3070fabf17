#include "tests/support/procedure_diagram.h"
#include "tests/support/written_text.h"

#include <boost/test/unit_test.hpp>

using namespace casebridge::test;

BOOST_AUTO_TEST_CASE(the_readme_of_the_procedures_shows_the_table) {
    std::string const path = "policies/procedure/README.md", mark = "<!-- table -->\n";
    auto const found = read_source_file(path);
    auto const at = found.find(mark);
    BOOST_REQUIRE(at != std::string::npos);
    check_written(path, found.substr(0, at + mark.size()) + procedure_diagrams());
}
