// The staging table in a file: what only a file can do, and must not.
#include "tests/support/check_code.h"
#include "tests/support/servers/staging_database.h"

#include <fstream>
#include <iterator>

BOOST_AUTO_TEST_SUITE(a_staging_file)

namespace {

using namespace casebridge;
using namespace casebridge::test;

std::string bytes_of(std::filesystem::path const& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

ReceivedWriter writer_of(SqliteSettings const& settings, std::string const& key = "") {
    return ReceivedWriter::make({settings, "casebridge_received"}, Secret::from_text(key));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_file_that_is_not_there_is_not_made) {
    TemporaryDirectory const directory;
    SqliteSettings settings;
    settings.path = directory.path() / "received.db";
    CHECK_CODE(writer_of(settings).write(example_summary()), "received.unavailable");
    CHECK_CODE(writer_of(settings).check(), "received.unavailable");
    BOOST_CHECK(!std::filesystem::exists(settings.path));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_database_and_keys_that_do_not_fit_have_their_codes) {
    TemporaryDirectory const directory;
    SqliteSettings settings;
    settings.path = directory.write("received.db", std::string(4096, 'x'));
    CHECK_CODE(writer_of(settings).write(example_summary()), "received.not_a_database");
    CHECK_CODE(writer_of(settings, "key").write(example_summary()), "received.wrong_key");
    SqliteStaging const encrypted(std::string(64, '7'));
    auto const right = std::get<SqliteSettings>(encrypted.settings().database);
    CHECK_CODE(writer_of(right, std::string(64, '8')).write(example_summary()), "received.wrong_key");
    CHECK_CODE(writer_of(right).write(example_summary()), "received.wrong_key");
    BOOST_CHECK_EQUAL(encrypted.rows(), 0U);
}

BOOST_AUTO_TEST_CASE(what_was_removed_is_overwritten_in_the_file_and_its_write_ahead_log) {
    for (std::string const mode : {"DELETE", "WAL"}) {
        BOOST_TEST_CONTEXT(mode) {
            SqliteStaging database;
            database.run("PRAGMA journal_mode = " + mode);
            auto summary = example_summary();
            summary.summary = "{\"text\":\"canary-of-a-survivor\"}";
            auto writer = database.writer();
            CHECK_ACCEPTED(writer.write(summary));
            auto const there = [&] {
                return (bytes_of(database.file()) + bytes_of(database.file().string() + "-wal")).find("canary-of") !=
                       std::string::npos;
            };
            BOOST_CHECK(there());
            CHECK_ACCEPTED(writer.remove(summary.key));
            BOOST_CHECK(!there());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_trigger_that_wants_more_than_this_table_stops_the_row_and_one_that_does_not_is_run) {
    SqliteStaging database;
    database.run("CREATE TABLE elsewhere (x TEXT)");
    database.run(
        "CREATE TRIGGER spread AFTER INSERT ON casebridge_received BEGIN INSERT INTO elsewhere VALUES(new.summary); "
        "END");
    CHECK_CODE(database.writer().write(example_summary()), "received.not_permitted");
    CHECK_CODE(database.writer().check(), "received.not_permitted");
    database.run("DROP TRIGGER spread");
    CHECK_ACCEPTED(database.writer().write(example_summary()));
}

BOOST_AUTO_TEST_CASE(a_locked_file_is_tried_again_later) {
    SqliteStaging database;
    database.run("BEGIN EXCLUSIVE");
    auto writer = database.writer();
    CHECK_CODE(writer.write(example_summary()), "received.unavailable");
    database.run("COMMIT");
    CHECK_ACCEPTED(writer.write(example_summary()));
}

BOOST_AUTO_TEST_CASE(a_file_that_was_replaced_is_opened_again) {
    SqliteStaging database;
    SqliteStaging const other;
    auto writer = database.writer();
    CHECK_ACCEPTED(writer.write(example_summary(1)));
    std::filesystem::rename(other.file(), database.file());
    CHECK_ACCEPTED(writer.write(example_summary(2)));
    BOOST_TEST(database.values("message_id") == std::vector{example_summary(2).key.message_id});
}

BOOST_AUTO_TEST_CASE(a_file_with_more_in_it_or_open_to_all_is_told) {
    SqliteStaging database;
    database.run("CREATE TABLE cases (x TEXT)");
    std::filesystem::permissions(database.file(), std::filesystem::perms(0664));
    auto const excess = must(database.writer().privileges());
    BOOST_REQUIRE_EQUAL(excess.size(), 2U);
    BOOST_CHECK_EQUAL(excess[0].code, "received.file_holds_more");
    BOOST_CHECK_EQUAL(excess[0].detail, "who may write this file may write cases");
    BOOST_CHECK_EQUAL(excess[1].code, "received.file_open");
}

BOOST_AUTO_TEST_SUITE_END()
