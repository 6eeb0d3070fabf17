// The signed attributes: every change is refused with its own code, after exactly one use of the private key.
#include "tests/unit/crypto/inner_world.h"

namespace casebridge::test::inner {
BOOST_AUTO_TEST_SUITE(inner_attributes)

BOOST_AUTO_TEST_CASE(every_change_to_the_signed_attributes_has_its_own_code) {
    check(of_attributes());
}

BOOST_AUTO_TEST_CASE(a_signing_time_of_the_last_century_is_read_as_such) {
    // Whether a time is plausible is for the caller to say; the form is right.
    check({{"1999", "(accepted)", Then::sort_and_sign_again, [](DerNode& root) {
                signing_time(root).at({1, 0}).content = to_bytes("991231235959Z");
            }}});
}

BOOST_AUTO_TEST_CASE(a_signing_time_after_2050_is_generalized_time) {
    check({{"2051", "(accepted)", Then::sort_and_sign_again, [](DerNode& root) {
                signing_time(root).at({1, 0}) = DerNode::primitive(0x18, to_bytes("20511123120000Z"));
            }}});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test::inner
