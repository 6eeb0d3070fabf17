#include "adapters/sqlite_session.h"

#include "tests/unit/adapters/adapter_fixtures.h"
#include "tests/unit/adapters/ordinary_user.h"

#include <boost/test/unit_test.hpp>
#include <sqlcipher/sqlite3.h>
#include <unistd.h>

BOOST_AUTO_TEST_SUITE(sqlite_session)

namespace {

using namespace casebridge;
using namespace casebridge::test;

std::string const raw_key(64, 'a');

/// A database with one table of three rows.
struct Database {
    TemporaryDirectory directory;
    std::filesystem::path file = directory.path() / "national.db";

    explicit Database(std::string const& key = "") {
        DatabaseWriter writer(file, key);
        fill(writer);
    }
    static void fill(DatabaseWriter& writer) {
        writer.run("CREATE TABLE person (id TEXT, age INTEGER, note)");
        writer.run("INSERT INTO person VALUES ('a', 1, 'x'), ('b', 2, NULL), ('c', 3, 2.5)");
    }
    [[nodiscard]] SqliteSettings settings(bool encrypted = false) const {
        SqliteSettings settings;
        settings.path = file;
        settings.busy_timeout = std::chrono::milliseconds(20);
        if (encrypted) settings.encryption = SqliteSettings::Encryption::sqlcipher;
        return settings;
    }
    [[nodiscard]] std::unique_ptr<SqlSession> open() const {
        auto session = open_sqlite_session(settings(), Secret());
        BOOST_REQUIRE_MESSAGE(session, detail_of(session));
        return *std::move(session);
    }
};

Status query(SqlSession& session, std::string const& sql, std::vector<SqlValue> const& parameters = {}) {
    return session.query(sql, parameters, [](SqlRow const&) { return true; });
}

std::size_t count_rows(SqlSession& session, std::string const& sql) {
    std::size_t rows = 0;
    auto const status = session.query(sql, {}, [&](SqlRow const&) { return ++rows > 0; });
    BOOST_TEST(code_of(status) == "");
    return rows;
}

}  // namespace

BOOST_AUTO_TEST_CASE(values_come_as_null_integer_or_text) {
    Database const database;
    std::vector<SqlRow> rows;
    auto const status =
        database.open()->query("SELECT p.id, p.age, p.note FROM person p WHERE p.age >= ? ORDER BY p.id",
                               {SqlValue{std::int64_t{1}}}, [&](SqlRow const& row) {
                                   rows.push_back(row);
                                   return true;
                               });
    BOOST_TEST(code_of(status) == "");
    BOOST_REQUIRE(rows.size() == 3);
    BOOST_TEST(std::get<std::string>(rows[0][0]) == "a");
    BOOST_TEST(std::get<std::int64_t>(rows[1][1]) == 2);
    BOOST_TEST(std::holds_alternative<std::monostate>(rows[1][2]));
    BOOST_TEST(std::get<std::string>(rows[2][2]) == "2.5");
}

BOOST_AUTO_TEST_CASE(a_row_function_that_returns_false_ends_the_query) {
    Database const database;
    int rows = 0;
    BOOST_TEST(code_of(database.open()->query("SELECT p.id FROM person p", {}, [&](SqlRow const&) {
                   ++rows;
                   return false;
               })) == "");
    BOOST_TEST(rows == 1);
}

BOOST_AUTO_TEST_CASE(columns_are_named_in_order_and_a_missing_table_has_none) {
    Database const database;
    auto const session = database.open();
    auto const columns = session->columns("person");
    BOOST_REQUIRE(columns);
    BOOST_REQUIRE(columns->size() == 3);
    BOOST_TEST((*columns)[1].name == "age");
    BOOST_TEST((*columns)[1].declared_type == "INTEGER");
    BOOST_TEST(session->columns("nobody")->empty());
    BOOST_TEST(session->columns("person\"; DROP TABLE person; --")->empty());
}

BOOST_AUTO_TEST_CASE(a_view_has_columns_too) {
    Database const database;
    { DatabaseWriter::append_to(database.file).run("CREATE VIEW adults AS SELECT id, upper(id) AS big FROM person"); }
    auto const session = database.open();
    BOOST_TEST(session->columns("adults")->size() == 2);
    BOOST_TEST(count_rows(*session, "SELECT v.big FROM adults v") == 3);
}

BOOST_AUTO_TEST_CASE(nothing_but_reading_is_possible) {
    Database const database;
    auto const session = database.open();
    for (auto const* sql : {"INSERT INTO person VALUES ('d', 4, NULL)",
                            "UPDATE person SET age = 9",
                            "DELETE FROM person",
                            "DROP TABLE person",
                            "CREATE TABLE other (x)",
                            "ATTACH DATABASE '/tmp/other.db' AS other",
                            "DETACH main",
                            "PRAGMA query_only = OFF",
                            "PRAGMA writable_schema = ON",
                            "PRAGMA key = 'x'",
                            "PRAGMA data_version = 1",
                            "PRAGMA schema_version",
                            "VACUUM",
                            "REINDEX",
                            "ANALYZE",
                            "SELECT load_extension('x')",
                            "SELECT randomblob(1000)",
                            "SELECT zeroblob(1000)",
                            "SELECT hex('x')",
                            "SELECT replace('a', 'a', 'b')",
                            "SELECT printf('%1000s', 'x')",
                            "SELECT sqlcipher_export('main')",
                            "SELECT fts3_tokenizer('simple')",
                            "SELECT group_concat(id) FROM person",
                            "BEGIN IMMEDIATE",
                            "SAVEPOINT s",
                            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
                            "SELECT 1; DELETE FROM person",
                            "",
                            "EXPLAIN DELETE FROM person"}) {
        BOOST_TEST(code_of(query(*session, sql)) == "source.query_failed", sql);
    }
    BOOST_TEST(count_rows(*session, "SELECT p.id FROM person p") == 3);
}

BOOST_AUTO_TEST_CASE(a_view_cannot_hide_a_function_that_is_not_allowed) {
    Database const database;
    { DatabaseWriter::append_to(database.file).run("CREATE VIEW trap AS SELECT hex(randomblob(9)) AS id FROM person"); }
    BOOST_TEST(code_of(query(*database.open(), "SELECT t.id FROM trap t")) == "source.query_failed");
}

BOOST_AUTO_TEST_CASE(a_column_that_is_gone_is_an_error_and_not_its_own_name) {
    Database const database;
    BOOST_TEST(code_of(query(*database.open(), "SELECT c.\"gone\" FROM \"person\" c")) == "source.query_failed");
}

BOOST_AUTO_TEST_CASE(the_number_of_parameters_must_fit) {
    Database const database;
    BOOST_TEST(code_of(query(*database.open(), "SELECT p.id FROM person p WHERE p.id = ?")) == "source.query_failed");
}

BOOST_AUTO_TEST_CASE(names_are_quoted_whatever_is_in_them) {
    Database const database;
    auto const session = database.open();
    BOOST_TEST(session->quote_identifier("plain") == "\"plain\"");
    BOOST_TEST(session->quote_identifier("a\"b") == "\"a\"\"b\"");
}

BOOST_AUTO_TEST_CASE(a_value_over_the_maximum_is_refused_with_its_column) {
    Database const database;
    { DatabaseWriter::append_to(database.file).run("UPDATE person SET note = hex(zeroblob(600000)) WHERE id = 'b'"); }
    auto const status = query(*database.open(), "SELECT p.note FROM person p");
    BOOST_TEST(code_of(status) == "source.value_too_large");
    BOOST_TEST(contains(detail_of(status), "note"));
}

BOOST_AUTO_TEST_CASE(a_query_that_takes_too_long_is_stopped) {
    Database const database;
    {
        auto writer = DatabaseWriter::append_to(database.file);
        for (int doubling = 0; doubling < 12; ++doubling) writer.run("INSERT INTO person SELECT * FROM person");
    }
    auto settings = database.settings();
    settings.query_time_limit = std::chrono::milliseconds(50);
    auto const session = open_sqlite_session(settings, Secret());
    BOOST_REQUIRE(session);
    auto const status =
        query(**session, "SELECT count(*) FROM person a, person b, person c WHERE a.age + b.age > c.age");
    BOOST_TEST(code_of(status) == "source.unavailable");
    BOOST_TEST(contains(detail_of(status), "time limit"));
}

BOOST_AUTO_TEST_CASE(a_locked_database_is_unavailable_and_then_readable_again) {
    Database const database;
    auto const session = database.open();
    {
        auto writer = DatabaseWriter::append_to(database.file);
        writer.run("BEGIN EXCLUSIVE");
        BOOST_TEST(code_of(query(*session, "SELECT p.id FROM person p")) == "source.unavailable");
        BOOST_TEST(code_of(open_sqlite_session(database.settings(), Secret())) == "source.unavailable");
        writer.run("ROLLBACK");
    }
    BOOST_TEST(count_rows(*session, "SELECT p.id FROM person p") == 3);
}

BOOST_AUTO_TEST_CASE(queries_in_one_snapshot_see_one_state) {
    Database const database;
    { DatabaseWriter::append_to(database.file).run("PRAGMA journal_mode = WAL"); }
    auto const session = database.open();
    auto const status = session->read_consistently([&]() -> Status {
        BOOST_TEST(count_rows(*session, "SELECT p.id FROM person p") == 3);
        DatabaseWriter::append_to(database.file).run("INSERT INTO person VALUES ('d', 4, NULL)");
        BOOST_TEST(count_rows(*session, "SELECT p.id FROM person p") == 3);
        return Done{};
    });
    BOOST_TEST(code_of(status) == "");
    BOOST_TEST(count_rows(*session, "SELECT p.id FROM person p") == 4);
}

BOOST_AUTO_TEST_CASE(an_error_inside_a_snapshot_is_the_snapshots_error) {
    Database const database;
    auto const session = database.open();
    auto const status = session->read_consistently([]() -> Status {
        return Error{ErrorKind::invalid, "source.bad_value", "column x"};
    });
    BOOST_TEST(code_of(status) == "source.bad_value");
    BOOST_TEST(count_rows(*session, "SELECT p.id FROM person p") == 3);
}

BOOST_AUTO_TEST_CASE(a_missing_file_a_folder_and_a_pipe_are_unavailable) {
    TemporaryDirectory const directory;
    SqliteSettings settings;
    settings.path = directory.path() / "missing.db";
    BOOST_TEST(code_of(open_sqlite_session(settings, Secret())) == "source.unavailable");
    BOOST_TEST(!std::filesystem::exists(settings.path));
    settings.path = directory.path();
    BOOST_TEST(code_of(open_sqlite_session(settings, Secret())) == "source.unavailable");
    settings.path = "/dev/null";
    BOOST_TEST(code_of(open_sqlite_session(settings, Secret())) == "source.unavailable");
    settings.path = "file:" + (directory.path() / "x.db").string() + "?mode=rwc";
    BOOST_TEST(code_of(open_sqlite_session(settings, Secret())) == "source.unavailable");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_database_is_named_so) {
    TemporaryDirectory const directory;
    SqliteSettings settings;
    settings.path = directory.write("text.db", std::string(5000, 'x'));
    BOOST_TEST(code_of(open_sqlite_session(settings, Secret())) == "source.not_a_database");
}

BOOST_AUTO_TEST_CASE(a_file_that_vanished_is_unavailable) {
    Database const database;
    auto const session = database.open();
    std::filesystem::remove(database.file);
    BOOST_TEST(code_of(query(*session, "SELECT p.id FROM person p")) == "source.unavailable");
}

BOOST_AUTO_TEST_CASE(a_file_that_was_replaced_is_read_anew) {
    Database const database;
    auto const session = database.open();
    {
        DatabaseWriter writer(database.directory.path() / "new.db");
        Database::fill(writer);
        writer.run("DELETE FROM person WHERE id = 'a'");
    }
    std::filesystem::rename(database.directory.path() / "new.db", database.file);
    BOOST_TEST(count_rows(*session, "SELECT p.id FROM person p") == 2);
}

BOOST_AUTO_TEST_CASE(an_encrypted_database_opens_with_its_raw_key_in_either_spelling) {
    Database const database(raw_key);
    for (auto const& key : {raw_key, to_text(*from_hex(raw_key))}) {
        auto const session = open_sqlite_session(database.settings(true), Secret::from_text(key));
        BOOST_REQUIRE_MESSAGE(session, detail_of(session));
        BOOST_TEST(count_rows(**session, "SELECT p.id FROM person p") == 3);
    }
}

BOOST_AUTO_TEST_CASE(an_encrypted_database_opens_with_its_passphrase) {
    Database const database;
    {
        auto writer = DatabaseWriter::with_passphrase(database.file, "correct horse");
        Database::fill(writer);
    }
    auto settings = database.settings(true);
    settings.key_kind = SqliteSettings::KeyKind::passphrase;
    auto const session = open_sqlite_session(settings, Secret::from_text("correct horse"));
    BOOST_REQUIRE_MESSAGE(session, detail_of(session));
    BOOST_TEST(count_rows(**session, "SELECT p.id FROM person p") == 3);
    BOOST_TEST(code_of(open_sqlite_session(settings, Secret::from_text("wrong horse"))) == "source.wrong_key");
}

BOOST_AUTO_TEST_CASE(a_wrong_missing_or_misshapen_key_is_a_wrong_key) {
    Database const database(raw_key);
    auto const settings = database.settings(true);
    for (auto const& key :
         {std::string(64, 'b'), std::string(), std::string("short"), std::string(64, 'g'), std::string(63, 'a')}) {
        auto const session = open_sqlite_session(settings, Secret::from_text(key));
        BOOST_TEST(code_of(session) == "source.wrong_key");
        BOOST_TEST((key.empty() || !contains(detail_of(session), key)));
    }
}

BOOST_AUTO_TEST_CASE(another_page_size_looks_like_a_wrong_key_and_the_detail_says_so) {
    Database const database(raw_key);
    auto settings = database.settings(true);
    settings.cipher_page_size = 4096;
    auto const session = open_sqlite_session(settings, Secret::from_text(raw_key));
    BOOST_TEST(code_of(session) == "source.wrong_key");
    BOOST_TEST(contains(detail_of(session), "cipher_page_size"));
}

BOOST_AUTO_TEST_CASE(an_encrypted_database_without_encryption_in_the_map_is_no_database) {
    Database const database(raw_key);
    BOOST_TEST(code_of(open_sqlite_session(database.settings(), Secret())) == "source.not_a_database");
}

BOOST_AUTO_TEST_CASE(a_key_for_a_plain_database_is_refused) {
    Database const database;
    BOOST_TEST(code_of(open_sqlite_session(database.settings(), Secret::from_text(raw_key))) == "source.wrong_key");
}

BOOST_AUTO_TEST_CASE(a_newer_cipher_format_needs_a_newer_library) {
    Database const database(raw_key);
    auto settings = database.settings(true);
    settings.cipher_compatibility = 9;
    BOOST_TEST(code_of(open_sqlite_session(settings, Secret::from_text(raw_key))) == "source.cipher_unsupported");
}

BOOST_AUTO_TEST_CASE(a_database_of_which_no_byte_can_be_written_is_readable) {
    Database const database;
    std::filesystem::permissions(database.file, std::filesystem::perms::owner_read);
    BOOST_TEST(count_rows(*database.open(), "SELECT p.id FROM person p") == 3);
}

BOOST_AUTO_TEST_CASE(reading_leaves_every_byte_of_the_file_as_it_was) {
    Database const database;
    auto const bytes = [&] {
        std::ifstream in(database.file, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(in), {});
    };
    auto const before = bytes();
    auto const session = database.open();
    count_rows(*session, "SELECT p.id FROM person p ORDER BY p.age DESC");
    BOOST_TEST((bytes() == before));
    BOOST_TEST(std::distance(std::filesystem::directory_iterator(database.directory.path()), {}) == 1);
}

BOOST_AUTO_TEST_CASE(a_file_or_folder_that_can_be_written_is_told_and_root_is_not_asked) {
    Database const database;
    auto const session = database.open();
    auto const codes = [&] {
        auto const excess = session->privileges({});
        if (!excess) return code_of(excess);
        std::string text;
        for (auto const& each : *excess) text += std::string(each.code) + ": " + each.detail + "\n";
        return text;
    };
    AsOrdinaryUser const ordinary({database.directory.path(), database.file});
    std::string const file = "source.file_writable: this user can change the file " + database.file.string() + "\n";
    std::string const folder =
        "source.file_writable: this user can put another file into " + database.directory.path().string() + "\n";
    BOOST_TEST(codes() == file + folder);
    std::filesystem::permissions(database.file, std::filesystem::perms(0400));
    BOOST_TEST(codes() == folder);
    std::filesystem::permissions(database.directory.path(), std::filesystem::perms(0500));
    BOOST_TEST(codes() == "");
    std::filesystem::permissions(database.directory.path(), std::filesystem::perms(0700));
    if (ordinary.was_root()) {
        BOOST_REQUIRE(::seteuid(0) == 0);
        BOOST_TEST(codes() == "source.privileges_unknown");
    }
}

BOOST_AUTO_TEST_SUITE_END()
