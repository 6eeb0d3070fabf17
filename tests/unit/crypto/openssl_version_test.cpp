#include "crypto/openssl_version.h"

#include "tests/support/check_code.h"

namespace casebridge::test {

BOOST_AUTO_TEST_SUITE(openssl_version)

BOOST_AUTO_TEST_CASE(versions_with_all_fixes_are_accepted) {
    for (auto const& version : {OpenSslVersion{3, 0, 22}, OpenSslVersion{3, 0, 23}, OpenSslVersion{3, 5, 0},
                                OpenSslVersion{3, 6, 3}, OpenSslVersion{4, 0, 0}})
        CHECK_ACCEPTED(check_openssl_version(version));
}

BOOST_AUTO_TEST_CASE(versions_without_them_and_unmaintained_branches_are_refused) {
    for (auto const& version : {OpenSslVersion{1, 1, 1}, OpenSslVersion{3, 0, 21}, OpenSslVersion{3, 1, 99},
                                OpenSslVersion{3, 2, 99}, OpenSslVersion{3, 3, 99}, OpenSslVersion{3, 4, 99}})
        CHECK_CODE(check_openssl_version(version), "openssl.too_old");
}

BOOST_AUTO_TEST_CASE(the_library_loaded_here_is_safe) {
    CHECK_ACCEPTED(require_safe_openssl());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
