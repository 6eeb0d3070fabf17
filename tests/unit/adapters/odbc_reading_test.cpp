// How rows come through ODBC drivers: buffers that stay, statements that stay prepared, tables in parts.
#include "adapters/odbc_table_scan.h"
#include "tests/unit/adapters/adapter_fixtures.h"
#include "tests/unit/adapters/odbc_databases.h"

#include <map>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(odbc_reading)

namespace {

using namespace casebridge;
using namespace casebridge::test;

std::unique_ptr<SqlSession> opened(NationalDatabase& database) {
    auto session = database.open();
    BOOST_REQUIRE_MESSAGE(session, detail_of(session));
    return *std::move(session);
}

/// The texts of the first column, or the error's code.
std::vector<std::string> texts(SqlSession& session, std::string const& sql, std::vector<SqlValue> const& parameters) {
    std::vector<std::string> found;
    auto const status = session.query(sql, parameters, [&](SqlRow const& row) {
        auto const* const text = std::get_if<std::string>(&row.front());
        found.push_back(text == nullptr ? "NULL" : *text);
        return true;
    });
    if (!status) found = {std::string(status.error().code)};
    return found;
}

/// How often a table's whole numbers come in a scan by `key`.
std::map<std::int64_t, int> scanned(SqlSession& session, std::string const& key) {
    std::map<std::int64_t, int> seen;
    auto const status = session.scan_table({"part", {"n"}, key}, [&](SqlRow const& row) {
        BOOST_TEST(row.size() == 1U);
        ++seen[std::get<std::int64_t>(row.front())];
        return true;
    });
    BOOST_TEST_REQUIRE(code_of(status) == "");
    return seen;
}

constexpr int many = 6000;  // several parts

/// Rows whose keys are NULL, each its own, or the same for hundreds, in another letter's case.
void fill(MariadbDatabase& database, std::string const& type, std::string const& expression) {
    database.run("CREATE TABLE part (n INT PRIMARY KEY, k " + type + ", KEY (k))");
    database.run("INSERT INTO part SELECT seq, " + expression + " FROM seq_1_to_" + std::to_string(many));
}

void check_each_once(SqlSession& session, std::string const& key) {
    auto const seen = scanned(session, key);
    BOOST_TEST(seen.size() == static_cast<std::size_t>(many), key);
    for (auto const& [number, times] : seen) BOOST_TEST(times == 1, key << ": " << number << " came " << times);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_table_read_in_parts_gives_each_row_once_whatever_its_key_is_like) {
    std::pair<char const*, char const*> const keys[] = {
        {"VARCHAR(20)", "CONCAT('TH-', seq)"},
        {"VARCHAR(20)", "IF(seq < 3000, NULL, CONCAT(IF(seq % 2, 'a', 'A'), seq DIV 700))"},
        {"VARCHAR(20)", "IF(seq % 2, 'same', 'SAME')"},
        {"VARCHAR(20)", "NULL"},
        {"INT", "seq DIV 900"},
        {"BIGINT UNSIGNED", "18446744073709551615 - (seq DIV 3)"},
        {"DECIMAL(30,2)", "seq DIV 2 + 12345678901234567890123456.25"},
        {"VARCHAR(20) CHARACTER SET tis620", "CONCAT('ก', seq DIV 1500)"},
        {"ENUM('z', 'm', 'a')", "1 + seq % 3"},  // its order is not that of its words
    };
    for (auto const& [type, expression] : keys) {
        BOOST_TEST_CONTEXT(type << ", " << expression) {
            MariadbDatabase database;
            fill(database, type, expression);
            check_each_once(*opened(database), "k");
        }
    }
}

BOOST_AUTO_TEST_CASE(a_table_without_a_key_that_serves_is_read_in_parts_all_the_same) {
    MariadbDatabase database;
    fill(database, "VARCHAR(20)", "seq");
    auto const session = opened(database);
    check_each_once(*session, "");
    check_each_once(*session, "no_such_column");
    int rows = 0;
    BOOST_TEST(code_of(session->scan_table({"part", {"n"}, "k"}, [&](SqlRow const&) { return ++rows < 1500; })) == "");
    BOOST_TEST(rows == 1500);
    BOOST_TEST(code_of(session->scan_table({"part", {"gone"}, "k"}, [](SqlRow const&) { return true; })) ==
               "source.query_failed");
    for (auto const* type : {"varchar(20)", "INT", "int unsigned", "DECIMAL(3,1)"}) {
        BOOST_TEST(orders_as_it_compares(type), type);
    }
    for (auto const* type : {"ENUM('a')", "SET('a')", "DOUBLE", "BIT(1)", "TEXT", "INTERVAL", "", "VARCHAR2"}) {
        BOOST_TEST(!orders_as_it_compares(type), type);
    }
}

BOOST_AUTO_TEST_CASE(text_that_fills_its_column_to_the_last_character_is_read_whole) {
    MariadbDatabase mariadb;
    OdbcPostgresDatabase postgresql;
    std::string elephants, letters, long_text;
    for (int count = 0; count < 20; ++count) elephants += "🐘";
    for (int count = 0; count < 20; ++count) letters += "ก";
    for (int count = 0; count < 60'000; ++count) long_text += count % 2 == 0 ? "ខ" : "🐘";
    std::vector<std::string> const values = {elephants, letters, "", "ascii", elephants};
    for (NationalDatabase* database : std::initializer_list<NationalDatabase*>{&mariadb, &postgresql}) {
        database->run("CREATE TABLE spoken (n VARCHAR(9), t VARCHAR(20), l " + database->text_type() + ")");
        for (std::size_t at = 0; at < values.size(); ++at) {
            BOOST_TEST(database->insert(
                "spoken", {{"n", std::to_string(at)}, {"t", values[at]}, {"l", at == 2 ? long_text : values[at]}}));
        }
        auto const session = opened(*database);
        BOOST_TEST(texts(*session, "SELECT s.t FROM spoken s ORDER BY s.n", {}) == values,
                   boost::test_tools::per_element());
        auto long_values = values;
        long_values[2] = long_text;
        BOOST_TEST(texts(*session, "SELECT s.l, s.t FROM spoken s ORDER BY s.n", {}) == long_values,
                   boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(text_longer_than_its_driver_says_is_read_whole) {
    OdbcPostgresDatabase database;  // its driver says 255 of a varchar without a length
    database.run("CREATE TABLE spoken (n VARCHAR(9), t VARCHAR)");
    std::string longer;
    for (int count = 0; count < 1000; ++count) longer += "🐘ខ";
    BOOST_TEST(database.insert("spoken", {{"n", "1"}, {"t", longer}}));
    auto const session = opened(database);
    BOOST_TEST(texts(*session, "SELECT s.t FROM spoken s", {}) == std::vector<std::string>{longer});
}

BOOST_AUTO_TEST_CASE(a_statement_that_stays_prepared_sees_a_column_that_has_grown) {
    MariadbDatabase mariadb;
    OdbcPostgresDatabase postgresql;
    std::string const longer(3000, 'x');
    for (NationalDatabase* database : std::initializer_list<NationalDatabase*>{&mariadb, &postgresql}) {
        database->run("CREATE TABLE spoken (n INT, t VARCHAR(5))");
        database->run("INSERT INTO spoken VALUES (1, 'short')");
        auto const session = opened(*database);
        auto const ask = [&] { return texts(*session, "SELECT s.t FROM spoken s WHERE s.n = ?", {SqlValue{1}}); };
        BOOST_TEST(ask() == std::vector<std::string>{"short"});
        bool const is_mariadb = database == &mariadb;
        database->run(is_mariadb ? "ALTER TABLE spoken MODIFY t VARCHAR(3000)"
                                 : "ALTER TABLE spoken ALTER t TYPE VARCHAR(3000)");
        database->run("UPDATE spoken SET t = '" + longer + "'");
        auto answer = ask();
        // A server may refuse the old statement once; what it gives is whole.
        if (answer == std::vector<std::string>{"source.query_failed"}) answer = ask();
        BOOST_TEST(answer == std::vector<std::string>{longer});
        database->run("DROP TABLE spoken");
        BOOST_TEST(ask() == std::vector<std::string>{"source.query_failed"});
        database->run("CREATE TABLE spoken (t VARCHAR(9), n INT)");
        if (is_mariadb) database->run("GRANT SELECT ON spoken TO reader@'127.0.0.1'");
        database->run("INSERT INTO spoken VALUES ('again', 1)");
        BOOST_TEST(ask() == std::vector<std::string>{"again"});
    }
}

BOOST_AUTO_TEST_CASE(more_statements_than_are_kept_and_the_same_in_turns) {
    MariadbDatabase database;
    database.run("CREATE TABLE person (n INT, t VARCHAR(9))");
    database.run("INSERT INTO person VALUES (1, 'one'), (2, 'two')");
    auto const session = opened(database);
    for (int round = 0; round < 3; ++round) {
        for (int other = 0; other < 100; ++other) {
            auto const sql = "SELECT p.t FROM person p WHERE p.n = ? AND p.n <> " + std::to_string(other + 10);
            BOOST_TEST(texts(*session, sql, {SqlValue{1 + other % 2}}) ==
                       std::vector<std::string>{other % 2 == 0 ? "one" : "two"});
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
