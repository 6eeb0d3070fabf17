// SignedData itself: every change is refused with its own code, after exactly one use of the private key.
#include "tests/unit/crypto/inner_world.h"

namespace casebridge::test::inner {
BOOST_AUTO_TEST_SUITE(inner_signed_data)

BOOST_AUTO_TEST_CASE(every_change_to_signed_data_has_its_own_code) {
    check(of_signed_data());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test::inner
