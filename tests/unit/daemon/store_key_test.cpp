#include "daemon/config.h"
#include "tests/support/check_code.h"
#include "tests/support/temporary_directory.h"

#include <sys/stat.h>

namespace {

using namespace casebridge;
using casebridge::test::must;
using casebridge::test::TemporaryDirectory;

std::string const first_key(64, 'a');
std::string const second_key(64, 'b');

struct Keys {
    Keys() { ::unsetenv("CREDENTIALS_DIRECTORY"); }
    ~Keys() { ::unsetenv("CREDENTIALS_DIRECTORY"); }
    Keys(Keys const&) = delete;
    Keys& operator=(Keys const&) = delete;

    std::filesystem::path write(std::string const& name, std::string_view text, mode_t mode = 0600) const {
        auto const path = directory.write(name, text);
        BOOST_REQUIRE_EQUAL(::chmod(path.c_str(), mode), 0);
        return path;
    }
    void lend_credential(std::string_view text, mode_t mode = 0440) const {
        write("credentials/store-key", text, mode);
        ::setenv("CREDENTIALS_DIRECTORY", (directory.path() / "credentials").c_str(), 1);
    }
    static Result<StoreKey> load(std::filesystem::path const& file) {
        Config config{.node = *NodeId::parse("th-msdhs"), .kind = NodeKind::welfare};
        config.store_key_file = file;
        return load_store_key(config);
    }

    TemporaryDirectory directory;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(source_key)

namespace {

Result<Secret> load_source(std::filesystem::path const& file) {
    Config config{.node = *NodeId::parse("th-msdhs"), .kind = NodeKind::welfare};
    config.source_key_file = file;
    return load_source_key(config);
}

std::string text_of(Result<Secret> secret) {
    return to_text(must(std::move(secret)).reveal());
}

}  // namespace

BOOST_AUTO_TEST_CASE(without_file_and_credential_there_is_no_key) {
    Keys const keys;
    BOOST_CHECK(must(load_source("")).empty());
}

BOOST_AUTO_TEST_CASE(the_file_is_read_without_its_line_end) {
    Keys const keys;
    BOOST_CHECK_EQUAL(text_of(load_source(keys.write("national.key", "pass word \r\n"))), "pass word ");
}

BOOST_AUTO_TEST_CASE(a_file_that_others_may_read_or_write_is_refused) {
    Keys const keys;
    for (mode_t const mode : {0640U, 0604U, 0620U, 0602U, 0601U}) {
        CHECK_CODE(load_source(keys.write("national.key", "x", mode)), "file.too_permissive");
    }
    CHECK_CODE(load_source(keys.directory.path() / "none"), "file.unreadable");
    CHECK_CODE(load_source(keys.write("national.key", std::string(5000, 'x'))), "file.too_large");
}

BOOST_AUTO_TEST_CASE(a_credential_comes_before_the_file_and_is_not_passed_over) {
    Keys const keys;
    auto const file = keys.write("national.key", "file");
    ::setenv("CREDENTIALS_DIRECTORY", keys.directory.path().c_str(), 1);
    BOOST_CHECK_EQUAL(text_of(load_source(file)), "file");
    keys.write("national-database", "credential\n", 0440);
    BOOST_CHECK_EQUAL(text_of(load_source(file)), "credential");
    BOOST_CHECK_EQUAL(text_of(load_source("")), "credential");
    keys.write("national-database", "credential", 0444);
    CHECK_CODE(load_source(file), "file.too_permissive");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(store_key)

BOOST_AUTO_TEST_CASE(the_credential_comes_before_the_file) {
    Keys const keys;
    auto const file = keys.write("store.key", first_key);
    keys.lend_credential(second_key);
    auto const key = must(Keys::load(file));
    BOOST_CHECK(key.from_credential);
    BOOST_CHECK_EQUAL(to_hex(key.key.reveal()), second_key);
}

BOOST_AUTO_TEST_CASE(without_a_credential_the_file_serves_and_it_shows) {
    Keys const keys;
    auto const file = keys.write("store.key", first_key + '\n');
    ::setenv("CREDENTIALS_DIRECTORY", keys.directory.path().c_str(), 1);
    auto const key = must(Keys::load(file));
    BOOST_CHECK(!key.from_credential);
    BOOST_CHECK_EQUAL(to_hex(key.key.reveal()), first_key);
}

BOOST_AUTO_TEST_CASE(a_key_may_be_32_raw_bytes) {
    Keys const keys;
    std::string const raw("\x00\x01\n23456789012345678901234567890", 32);
    BOOST_CHECK_EQUAL(to_text(must(Keys::load(keys.write("raw", raw))).key.reveal()), raw);
}

BOOST_AUTO_TEST_CASE(no_key_is_an_error) {
    Keys const keys;
    CHECK_CODE(Keys::load({}), "store_key.missing");
    CHECK_CODE(Keys::load(keys.directory.path() / "absent"), "store_key.missing");
}

BOOST_AUTO_TEST_CASE(a_key_of_another_form_is_refused) {
    Keys const keys;
    for (std::string const& text : {std::string(), std::string(63, 'a'), std::string(66, 'a'), std::string(64, 'g'),
                                    std::string(33, 'a'), first_key + "\n\n", std::string(5000, 'a')}) {
        CHECK_CODE(Keys::load(keys.write("key", text)), "store_key.malformed");
    }
}

BOOST_AUTO_TEST_CASE(a_wrong_credential_is_not_passed_over_for_the_file) {
    Keys const keys;
    auto const file = keys.write("store.key", first_key);
    keys.lend_credential("nonsense");
    CHECK_CODE(Keys::load(file), "store_key.malformed");
}

BOOST_AUTO_TEST_CASE(a_key_that_others_may_read_is_refused) {
    Keys const keys;
    for (mode_t const mode : {0604U, 0640U, 0602U}) {
        CHECK_CODE(Keys::load(keys.write("key", first_key, mode)), "store_key.too_permissive");
    }
    keys.lend_credential(first_key, 0444);
    CHECK_CODE(Keys::load({}), "store_key.too_permissive");
}

BOOST_AUTO_TEST_SUITE_END()
