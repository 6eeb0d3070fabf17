// AuthEnvelopedData: every change is refused with its own code and without any use of the private key.
#include "tests/unit/crypto/outer_world.h"

namespace casebridge::test::outer {
BOOST_AUTO_TEST_SUITE(outer_envelope)

BOOST_AUTO_TEST_CASE(every_change_to_the_envelope_has_its_own_code_and_costs_no_key_use) {
    check(of_envelope());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test::outer
