// The PIN of a token: where it comes from, and that a refused one is not tried again.
#include "tests/unit/daemon/token_place.h"

#include <cstdlib>

#include <boost/test/unit_test.hpp>

using namespace casebridge;
using namespace casebridge::test;

BOOST_AUTO_TEST_SUITE(token_pins)

BOOST_AUTO_TEST_CASE(a_refused_pin_is_tried_once_and_never_again_by_itself) {
    InToken const made;
    auto const& token = SoftToken::the();
    SoftToken::write_pin(made.pin_file, "000000");
    token.take_out();
    CHECK_CODE(made.load(), "token.not_there");
    token.put_back();
    auto const before = token.logins();
    CHECK_CODE(made.load(), "token.wrong_pin");
    CHECK_CODE(made.load(), "token.pin_refused_before");
    BOOST_CHECK(pin_was_refused(made.path));
    SoftToken::write_pin(made.pin_file, SoftToken::right_pin);
    CHECK_CODE(made.load(), "token.pin_refused_before");
    BOOST_CHECK_EQUAL(token.logins(), before + 1);
    fs::remove(made.path / "token.pin-refused");
    CHECK_ACCEPTED(made.load());
    BOOST_CHECK_EQUAL(token.logins(), before + 2);
}

BOOST_AUTO_TEST_CASE(the_pin_stands_in_no_error) {
    InToken const made;
    SoftToken::write_pin(made.pin_file, "no-such-pin");
    SoftToken::the().take_out();
    CHECK_CODE(made.load(), "token.not_there");
    SoftToken::the().put_back();
    for (auto const* code : {"token.wrong_pin", "token.pin_refused_before"}) {
        auto const loaded = made.load();
        CHECK_CODE(loaded, code);
        BOOST_CHECK_EQUAL(loaded.error().detail.find("no-such-pin"), std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_pin_file_is_its_owner_s_alone) {
    InToken const made;
    auto const answer = [&](auto const& change) {
        change();
        SoftToken::the().take_out();
        CHECK_CODE(made.load(), "token.not_there");
        SoftToken::the().put_back();
        return code_of(made.load());
    };
    using enum fs::perm_options;
    BOOST_CHECK_EQUAL(answer([&] { fs::permissions(made.pin_file, fs::perms::group_read, add); }),
                      "file.too_permissive");
    fs::permissions(made.pin_file, fs::perms::group_read, remove);
    BOOST_CHECK_EQUAL(answer([&] { SoftToken::write_pin(made.pin_file, ""); }), "token.no_pin");
    BOOST_CHECK_EQUAL(answer([&] { fs::remove(made.pin_file); }), "file.unreadable");
    BOOST_CHECK_EQUAL(answer([&] {
                          for (std::string const name : {"tls", "signing", "encryption", "issuing"}) {
                              auto uri = made.uri_of(name);
                              uri.pin_source.clear();
                              made.write(name, uri);
                          }
                      }),
                      "token.no_pin");
    made.root.write("token-pin", SoftToken::right_pin);
    fs::permissions(made.root.path() / "token-pin", fs::perms::owner_read);
    ::setenv("CREDENTIALS_DIRECTORY", made.root.path().c_str(), 1);
    CHECK_ACCEPTED(made.load());
    ::unsetenv("CREDENTIALS_DIRECTORY");
    BOOST_CHECK(!pin_was_refused(made.path));  // none of this was a wrong PIN
}

BOOST_AUTO_TEST_SUITE_END()
