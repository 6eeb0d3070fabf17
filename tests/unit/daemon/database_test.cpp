#include "daemon/database.h"

#include "tests/unit/daemon/failing_disk.h"
#include "tests/unit/daemon/store_fixture.h"

#include <cerrno>
#include <fstream>
#include <stdexcept>

#include <sys/stat.h>

using namespace casebridge;
using namespace casebridge::test;

namespace database {
namespace {

constexpr std::string_view canary = "Srey Mom, born 1997-04-13";

auto says(std::string_view words) {
    return [words](std::logic_error const& error) {
        return std::string_view(error.what()).find(words) != std::string_view::npos;
    };
}

mode_t permissions(std::filesystem::path const& file) {
    struct stat status {};
    BOOST_REQUIRE_EQUAL(::stat(file.c_str(), &status), 0);
    return status.st_mode & 0777U;
}

}  // namespace
}  // namespace database

BOOST_FIXTURE_TEST_SUITE(database, StoreFixture)

BOOST_AUTO_TEST_CASE(a_missing_file_is_not_made_unless_asked_for) {
    CHECK_CODE(Database::open(file, key, Database::Mode::open_existing), "store.missing");
    BOOST_CHECK(!std::filesystem::exists(file));
}

BOOST_AUTO_TEST_CASE(an_emptied_file_counts_as_missing) {
    open_database();
    std::filesystem::resize_file(file, 0);
    CHECK_CODE(Database::open(file, key, Database::Mode::open_existing), "store.missing");
}

BOOST_AUTO_TEST_CASE(another_key_does_not_open_the_file) {
    must(open_database().execute("CREATE TABLE t(a)"));
    CHECK_CODE(Database::open(file, Secret(Bytes(32, 0x5b)), Database::Mode::open_existing), "store.wrong_key");
    CHECK_CODE(Database::open(file, Secret(Bytes(31, 0x5a)), Database::Mode::open_existing), "store.wrong_key");
    CHECK_CODE(Database::open(file, Secret(), Database::Mode::open_existing), "store.wrong_key");
    CHECK_ACCEPTED(Database::open(file, key, Database::Mode::open_existing));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_store_is_refused) {
    directory.write("store.db", std::string(8192, 'x'));
    ::chmod(file.c_str(), 0600);
    CHECK_CODE(Database::open(file, key, Database::Mode::open_existing), "store.wrong_key");
}

BOOST_AUTO_TEST_CASE(a_file_that_others_may_read_is_refused) {
    open_database();
    for (mode_t const mode : {0640U, 0604U, 0660U, 0601U}) {
        ::chmod(file.c_str(), mode);
        CHECK_CODE(Database::open(file, key, Database::Mode::open_existing), "store.too_permissive");
    }
}

BOOST_AUTO_TEST_CASE(every_file_is_for_the_owner_alone) {
    auto const previous = ::umask(0);
    auto database = open_database();
    must(database.execute("CREATE TABLE t(a)"));
    ::umask(previous);
    for (auto const& entry : std::filesystem::directory_iterator(directory.path()))
        BOOST_CHECK_EQUAL(permissions(entry.path()), 0600U);
}

BOOST_AUTO_TEST_CASE(a_second_opener_finds_the_store_locked) {
    auto first = std::make_optional(open_database());
    CHECK_CODE(Database::open(file, key, Database::Mode::open_existing), "store.locked");
    first.reset();
    CHECK_ACCEPTED(Database::open(file, key, Database::Mode::open_existing));
}

BOOST_AUTO_TEST_CASE(the_file_has_the_settings_that_every_version_reads) {
    auto database = open_database();
    must(database.execute("CREATE TABLE t(a)"));
    auto other = raw();
    BOOST_CHECK_EQUAL(other.run("PRAGMA journal_mode"), "wal");
    BOOST_CHECK_EQUAL(other.run("PRAGMA page_size"), "4096");
    BOOST_CHECK_EQUAL(other.run("SELECT count(*) FROM t"), "0");
}

BOOST_AUTO_TEST_CASE(settings_and_other_databases_are_out_of_reach_once_open) {
    auto database = open_database();
    for (auto const* sql :
         {"PRAGMA synchronous = OFF", "PRAGMA key", "PRAGMA rekey = ''", "ATTACH DATABASE '/tmp/other.db' AS other",
          "DETACH DATABASE main", "CREATE TEMP TABLE t(a)", "CREATE VIRTUAL TABLE t USING fts3(a)",
          "SELECT load_extension('x.so')", "SELECT sqlcipher_export('main')"}) {
        BOOST_CHECK_EXCEPTION(static_cast<void>(database.execute(sql)), std::logic_error, says("not authorized"));
        BOOST_CHECK_EXCEPTION(static_cast<void>(database.prepare(sql)), std::logic_error, says("not authorized"));
    }
}

BOOST_AUTO_TEST_CASE(wrong_sql_is_a_mistake_of_ours_and_throws) {
    auto database = open_database();
    BOOST_CHECK_EXCEPTION(static_cast<void>(database.prepare("SELEC 1")), std::logic_error, says("syntax error"));
    BOOST_CHECK_EXCEPTION(static_cast<void>(database.execute("SELECT a FROM t")), std::logic_error,
                          says("no such table"));
    BOOST_CHECK_THROW(database.prepare("SELECT ?1").bind(2, 1), std::logic_error);
    BOOST_CHECK_THROW(static_cast<void>(database.execute("SELECT 1")), std::logic_error);
}

BOOST_AUTO_TEST_CASE(a_unique_row_that_exists_is_a_conflict_and_a_broken_check_a_mistake) {
    auto database = open_database();
    must(database.execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b UNIQUE CHECK(b > 0)); INSERT INTO t VALUES(1, 1)"));
    CHECK_CODE(database.execute("INSERT INTO t VALUES(1, 2)"), "store.constraint");
    CHECK_CODE(database.prepare("INSERT INTO t VALUES(2, ?1)").bind(1, 1).run(), "store.constraint");
    BOOST_CHECK_EXCEPTION(static_cast<void>(database.execute("INSERT INTO t VALUES(2, 0)")), std::logic_error,
                          says("CHECK"));
    CHECK_ACCEPTED(database.execute("INSERT INTO t VALUES(2, 2)"));
}

BOOST_AUTO_TEST_CASE(values_come_back_as_they_were_bound) {
    auto database = open_database();
    must(database.execute("CREATE TABLE t(a TEXT, b INTEGER, c BLOB, d TEXT, e BLOB)"));
    std::string const text("\0ក'; DROP TABLE t; --", 22);
    Bytes const bytes = {0, 1, 255};
    auto insert = database.prepare("INSERT INTO t VALUES(?1, ?2, ?3, ?4, ?5)");
    must(insert.bind(1, text).bind(2, INT64_MIN).bind_blob(3, bytes).bind_null(4).bind_blob(5, {}).run());
    must(insert.bind(2, INT64_MAX).bind(4, std::string_view()).run());  // again, with the other values kept
    auto rows = database.prepare("SELECT a, b, c, d, e FROM t ORDER BY b");
    BOOST_REQUIRE(must(rows.step()));
    BOOST_CHECK_EQUAL(rows.text(0), text);
    BOOST_CHECK_EQUAL(rows.integer(1), INT64_MIN);
    BOOST_CHECK(rows.blob(2) == bytes);
    BOOST_CHECK(rows.is_null(3));
    BOOST_CHECK(!rows.is_null(4));
    BOOST_CHECK(rows.blob(4).empty());
    BOOST_REQUIRE(must(rows.step()));
    BOOST_CHECK_EQUAL(rows.integer(1), INT64_MAX);
    BOOST_CHECK(!rows.is_null(3));
    BOOST_CHECK(!must(rows.step()));
}

BOOST_AUTO_TEST_CASE(no_plaintext_is_in_any_file) {
    auto database = open_database();
    must(database.execute("CREATE TABLE t(a)"));
    for (int i = 0; i < 50; ++i) must(database.prepare("INSERT INTO t VALUES(?1)").bind(1, canary).run());
    int files = 0;
    for (auto const& entry : std::filesystem::directory_iterator(directory.path())) {
        ++files;
        BOOST_CHECK_MESSAGE(!contains(file_bytes(entry.path()), as_bytes(canary)), entry.path());
        BOOST_CHECK_MESSAGE(!contains(file_bytes(entry.path()), as_bytes("CREATE TABLE")), entry.path());
        BOOST_CHECK_MESSAGE(!contains(file_bytes(entry.path()), as_bytes("SQLite format")), entry.path());
    }
    BOOST_CHECK_EQUAL(files, 4);  // the store, its lock, the write-ahead log and its index
    // The same look with the key finds it: the search itself works.
    BOOST_CHECK(contains(decrypted_pages(file, key), as_bytes(canary)));
}

BOOST_AUTO_TEST_CASE(a_checkpoint_empties_the_write_ahead_log) {
    auto database = open_database();
    must(database.execute("CREATE TABLE t(a); INSERT INTO t VALUES(1)"));
    BOOST_CHECK_GT(database.wal_pages(), 0);
    BOOST_CHECK_GT(std::filesystem::file_size(wal_of(file)), 0U);
    CHECK_ACCEPTED(database.checkpoint());
    BOOST_CHECK_EQUAL(database.wal_pages(), 0);
    BOOST_CHECK_EQUAL(std::filesystem::file_size(wal_of(file)), 0U);
}

BOOST_AUTO_TEST_CASE(a_reader_elsewhere_does_not_hold_up_a_checkpoint) {
    auto database = open_database();
    must(database.execute("CREATE TABLE t(a); INSERT INTO t VALUES(1)"));
    auto reader = raw();
    reader.run("BEGIN; SELECT count(*) FROM t");
    must(database.execute("INSERT INTO t VALUES(2)"));
    auto const begun = std::chrono::steady_clock::now();
    CHECK_ACCEPTED(database.checkpoint());
    BOOST_CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(2));
    BOOST_CHECK_GT(database.wal_pages(), 0);
}

BOOST_AUTO_TEST_CASE(a_flipped_bit_is_a_failure_and_not_a_value) {
    must(open_database().execute("CREATE TABLE t(a); INSERT INTO t VALUES('kept')"));
    auto bytes = file_bytes(file);
    bytes.at(4096 + 100) ^= 1U;
    std::ofstream(file, std::ios::binary) << to_text(bytes);
    auto database = open_database();
    CHECK_CODE(database.prepare("SELECT a FROM t").step(), "store.failed");
}

BOOST_AUTO_TEST_CASE(a_failing_disk_and_a_full_one_are_told_apart) {
    auto database = open_database();
    must(database.execute("CREATE TABLE t(a)"));
    {
        FailingDisk const full(FailingDisk::Call::write, ENOSPC);
        CHECK_CODE(database.execute("INSERT INTO t VALUES(1)"), "store.full");
    }
    {
        FailingDisk const broken(FailingDisk::Call::write, EIO);
        CHECK_CODE(database.execute("INSERT INTO t VALUES(1)"), "store.failed");
    }
    {
        FailingDisk const broken(FailingDisk::Call::sync, EIO);
        CHECK_CODE(database.execute("INSERT INTO t VALUES(1)"), "store.failed");
    }
    BOOST_CHECK(!database.in_transaction());
}

BOOST_AUTO_TEST_SUITE_END()
