// Another root, as people make it: offline, with the old one's word, and checked with the openssl command.
#include "tests/unit/daemon/command_run.h"

#include <cstdlib>

#include <boost/test/unit_test.hpp>

using namespace casebridge;
using namespace casebridge::test;

BOOST_AUTO_TEST_SUITE(cli_roots)

BOOST_AUTO_TEST_CASE(another_root_takes_the_place_of_the_first_by_its_word_and_openssl_agrees) {
    TemporaryDirectory const directory;
    BOOST_REQUIRE_EQUAL(run(init_arguments(directory)).exit, 0);
    auto const at = [&](std::string const& file) { return (directory.path() / file).string(); };
    auto const state = " --state " + at("state"), old = at("state/identity/root.pem");
    std::filesystem::copy_file(old, at("root.pem"));
    auto const passphrase = " --passphrase-file " + at("passphrase");
    auto const make = "identity make-root th-msdhs --out " + at("next.pem") + " --key-out " + at("next.key.pem");
    CHECK_CONTAINS(run(make).err, "[passphrase.no_terminal]");
    BOOST_REQUIRE_EQUAL(run(make + passphrase).exit, 0);
    CHECK_CONTAINS(run(make + passphrase).err, "[file.exists]");
    auto const sign = [&](std::string const& next, std::string const& out) {
        return "identity sign-root " + next + " --node th-msdhs --root " + at("root.pem") + " --root-key " +
               at("state/identity/root.key.pem") + passphrase + " --out " + at(out);
    };
    CHECK_CONTAINS(run(sign(at("root.pem"), "x.pem")).err, "[rollover.same_root]");
    BOOST_CHECK_EQUAL(run(sign(at("next.pem"), "x.pem") + " --overlap-days 7").exit, 2);
    BOOST_REQUIRE_EQUAL(run(sign(at("next.pem"), "word.pem") + " --overlap-days 100").exit, 0);
    auto const openssl = "openssl verify -x509_strict -CAfile " + at("root.pem") + " " + at("word.pem") + " >/dev/null";
    BOOST_CHECK_EQUAL(std::system(openssl.c_str()), 0);

    auto const install = [&](std::string const& word, std::string const& next) {
        return run("identity install-root " + at(word) + " --next " + at(next) + state);
    };
    CHECK_CONTAINS(install("word.pem", "root.pem").err, "[rollover.other_key]");
    CHECK_CONTAINS(install("next.pem", "next.pem").err, "[rollover.not_a_statement]");
    auto const before = json_of(run("identity show --json" + state).out).text_or("fingerprint");
    BOOST_REQUIRE_EQUAL(install("word.pem", "next.pem").exit, 0);
    auto const after = run("identity show --json" + state);
    BOOST_CHECK_EQUAL(after.exit, 0);  // certificates of before still lead to a root of its own
    BOOST_CHECK_NE(json_of(after.out).text_or("fingerprint"), before);
    CHECK_CONTAINS(install("word.pem", "next.pem").err, "[rollover.same_root]");
}

BOOST_AUTO_TEST_SUITE_END()
