#include "crypto/token_uri.h"

#include <boost/test/unit_test.hpp>

namespace casebridge::test {
BOOST_AUTO_TEST_SUITE(token_uri)

namespace {

std::string parsed(std::string const& text) {
    auto const uri = TokenUri::parse(text);
    return uri ? uri->text() : std::string(uri.error().code);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_uri_names_token_key_and_driver_and_never_holds_the_pin) {
    BOOST_CHECK_EQUAL(parsed("pkcs11:token=a?module-path=/m.so"), "pkcs11:token=a?module-path=/m.so");
    BOOST_CHECK_EQUAL(parsed("pkcs11:token=My%20card;object=b?module-path=/m.so&pin-source=file:/p"),
                      "pkcs11:token=My%20card;object=b;type=private?module-path=/m.so&pin-source=/p");
    BOOST_CHECK_EQUAL(parsed("pkcs11:serial=1;id=%01%aFx;type=private?x-made-by=casebridge&module-path=/m.so"),
                      "pkcs11:serial=1;id=%01%AF%78;type=private?module-path=/m.so&x-made-by=casebridge");
    for (auto const* bad :
         {"", "pkcs11:", "token=a;object=b?module-path=/m.so", "pkcs11:object=b?module-path=/m.so",
          "pkcs11:token=a;object=b", "pkcs11:token=a;object=b?module-path=m.so", "pkcs11:token=a%?module-path=/m.so",
          "pkcs11:token=a;object=b;type=public?module-path=/m.so", "pkcs11:token=a;object=b;x=y?module-path=/m.so",
          "pkcs11:token=a;object=?module-path=/m.so", "pkcs11:token=a;object=b?module-path=/m.so&x=/y",
          "pkcs11:token=a%00b?module-path=/m.so", "pkcs11:token=pin%2Dvalue?module-path=/m.so",
          "pkcs11:token=a;id=%0?module-path=/m.so", "pkcs11:token=a;token=b?module-path=/m.so",
          "pkcs11:token=a?module-path=/m.so&x-made-by=somebody",
          "pkcs11:token=a;object=b?module-path=/m.so&module-path=/n.so", "pkcs11:token=a b;object=b?module-path=/m.so"})
        BOOST_TEST_CONTEXT(bad) BOOST_CHECK_EQUAL(parsed(bad), "token.bad_uri");
    BOOST_CHECK_EQUAL(parsed("pkcs11:token=a;object=b?module-path=/m.so&pin-value=1"), "token.pin_in_uri");
    BOOST_CHECK_EQUAL(parsed("pkcs11:token=a;object=b;pin-value=1?module-path=/m.so"), "token.pin_in_uri");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
