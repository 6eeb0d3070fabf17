#include "daemon/files.h"

#include "tests/support/check_code.h"
#include "tests/support/temporary_directory.h"

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>
#include <unistd.h>

BOOST_AUTO_TEST_SUITE(files)

namespace {

using namespace casebridge;
using casebridge::test::must;
using casebridge::test::TemporaryDirectory;

unsigned mode_of(std::filesystem::path const& path) {
    struct stat status {};
    BOOST_REQUIRE_EQUAL(::stat(path.c_str(), &status), 0);
    return status.st_mode & 07777U;
}

std::size_t entries(std::filesystem::path const& directory) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory), {}));
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_was_written_is_read_back) {
    TemporaryDirectory const directory;
    auto const path = directory.path() / "file";
    CHECK_ACCEPTED(write_file_atomically(path, as_bytes(std::string_view("one\0two", 7)), 0600));
    BOOST_CHECK_EQUAL(to_text(must(read_file(path, 100))), std::string("one\0two", 7));
    CHECK_ACCEPTED(write_file_atomically(path, {}, 0600));
    BOOST_CHECK(must(read_file(path, 100)).empty());
}

BOOST_AUTO_TEST_CASE(the_limit_is_inclusive) {
    TemporaryDirectory const directory;
    auto const path = directory.write("file", "12345");
    BOOST_CHECK_EQUAL(must(read_file(path, 5)).size(), 5U);
    CHECK_CODE(read_file(path, 4), "file.too_large");
}

BOOST_AUTO_TEST_CASE(a_missing_file_is_unreadable_and_named) {
    TemporaryDirectory const directory;
    auto const missing = read_file(directory.path() / "missing", 10);
    CHECK_CODE(missing, "file.unreadable");
    BOOST_CHECK(missing.error().kind == ErrorKind::not_found);
    BOOST_CHECK(missing.error().detail.find("missing") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_directory_is_unreadable) {
    TemporaryDirectory const directory;
    CHECK_CODE(read_file(directory.path(), 10), "file.unreadable");
}

BOOST_AUTO_TEST_CASE(the_mode_is_exact_whatever_the_umask) {
    TemporaryDirectory const directory;
    auto const before = ::umask(0077);
    CHECK_ACCEPTED(write_file_atomically(directory.path() / "open", as_bytes("x"), 0644));
    ::umask(0);
    CHECK_ACCEPTED(write_file_atomically(directory.path() / "closed", as_bytes("x"), 0600));
    ::umask(before);
    BOOST_CHECK_EQUAL(mode_of(directory.path() / "open"), 0644U);
    BOOST_CHECK_EQUAL(mode_of(directory.path() / "closed"), 0600U);
}

BOOST_AUTO_TEST_CASE(replacing_leaves_no_other_file_behind) {
    TemporaryDirectory const directory;
    auto const path = directory.write("file", "old");
    CHECK_ACCEPTED(write_file_atomically(path, as_bytes("new"), 0600));
    BOOST_CHECK_EQUAL(to_text(must(read_file(path, 10))), "new");
    BOOST_CHECK_EQUAL(entries(directory.path()), 1U);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_to_be_kept_is_not_overwritten) {
    TemporaryDirectory const directory;
    auto const path = directory.write("file", "old");
    auto const kept = write_file_atomically(path, as_bytes("new"), 0600, Existing::keep);
    CHECK_CODE(kept, "file.exists");
    BOOST_CHECK(kept.error().kind == ErrorKind::conflict);
    BOOST_CHECK_EQUAL(to_text(must(read_file(path, 10))), "old");
    CHECK_ACCEPTED(write_file_atomically(directory.path() / "other", as_bytes("new"), 0600, Existing::keep));
    BOOST_CHECK_EQUAL(entries(directory.path()), 2U);
}

BOOST_AUTO_TEST_CASE(a_missing_directory_is_unwritable) {
    TemporaryDirectory const directory;
    CHECK_CODE(write_file_atomically(directory.path() / "no" / "file", as_bytes("x"), 0600), "file.unwritable");
    CHECK_CODE(sync_directory(directory.path() / "no"), "file.unwritable");
}

BOOST_AUTO_TEST_CASE(a_failed_rename_leaves_nothing_behind) {
    TemporaryDirectory const directory;
    std::filesystem::create_directory(directory.path() / "taken");
    CHECK_CODE(write_file_atomically(directory.path() / "taken", as_bytes("x"), 0600), "file.unwritable");
    BOOST_CHECK_EQUAL(entries(directory.path()), 1U);
}

BOOST_AUTO_TEST_CASE(a_secret_that_others_may_read_is_refused) {
    TemporaryDirectory const directory;
    auto const path = directory.path() / "key";
    for (unsigned const mode : {0640U, 0604U, 0620U, 0602U, 0601U}) {
        CHECK_ACCEPTED(write_file_atomically(path, as_bytes("secret"), mode));
        CHECK_CODE(read_secret_file(path, 100), "file.too_permissive");
    }
    CHECK_ACCEPTED(write_file_atomically(path, as_bytes("secret"), 0400));
    BOOST_CHECK(must(read_secret_file(path, 100)) == Secret::from_text("secret"));
    CHECK_CODE(read_secret_file(path, 5), "file.too_large");
    CHECK_CODE(read_secret_file(directory.path() / "missing", 5), "file.unreadable");
}

BOOST_AUTO_TEST_CASE(a_private_directory_is_made_with_its_parents) {
    TemporaryDirectory const directory;
    auto const path = directory.path() / "a" / "b" / "private";
    CHECK_ACCEPTED(make_private_directory(path));
    BOOST_CHECK_EQUAL(mode_of(path), 0700U);
    CHECK_ACCEPTED(require_private(path));
    CHECK_ACCEPTED(make_private_directory(path));
    BOOST_REQUIRE_EQUAL(::chmod(path.c_str(), 0750), 0);
    CHECK_CODE(require_private(path), "file.too_permissive");
    CHECK_CODE(require_private(directory.path() / "missing"), "file.unreadable");
    CHECK_CODE(make_private_directory(directory.write("file", "x") / "below"), "file.unwritable");
}

BOOST_AUTO_TEST_CASE(what_the_superuser_makes_in_a_directory_of_the_daemons_is_the_daemons) {
    constexpr uid_t daemon = 65534;
    TemporaryDirectory const directory;
    auto const file = directory.path() / "key.pem";
    auto const inner = directory.path() / "identity";
    bool const superuser = ::geteuid() == 0;
    if (superuser) BOOST_REQUIRE_EQUAL(::chown(directory.path().c_str(), daemon, daemon), 0);
    CHECK_ACCEPTED(write_file_atomically(file, as_bytes("x"), 0600));
    CHECK_ACCEPTED(make_private_directory(inner));
    for (auto const& made : {file, inner}) {
        struct stat status {};
        BOOST_REQUIRE_EQUAL(::stat(made.c_str(), &status), 0);
        BOOST_CHECK_EQUAL(status.st_uid, superuser ? daemon : ::geteuid());
    }
    BOOST_CHECK_EQUAL(mode_of(file), 0600U);
    BOOST_CHECK_EQUAL(mode_of(inner), 0700U);
}

BOOST_AUTO_TEST_CASE(a_destroyed_file_is_overwritten_under_every_name_it_has) {
    TemporaryDirectory const directory;
    auto const path = directory.path() / "keys", other = directory.path() / "other";
    must(write_file_atomically(path, as_bytes("secret"), 0600));
    std::filesystem::create_hard_link(path, other);
    CHECK_ACCEPTED(destroy_file(path));
    BOOST_CHECK(!std::filesystem::exists(path));
    BOOST_CHECK(must(read_file(other, 100)) == Bytes(6, 0));
    CHECK_ACCEPTED(destroy_file(path));  // a destruction that was cut off is finished
    std::filesystem::create_symlink(other, path);
    CHECK_CODE(destroy_file(path), "file.unwritable");
    BOOST_CHECK(std::filesystem::exists(other));
    CHECK_CODE(destroy_file("/dev/null"), "file.unwritable");
}

BOOST_AUTO_TEST_SUITE_END()
