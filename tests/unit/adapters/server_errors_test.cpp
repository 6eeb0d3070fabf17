// What a server or its driver says of an error may name a table, a column, a login, a host, or quote what is stored.
// None of that is passed on: an officer, and whoever reads the log, sees the SQLSTATE and our own words.
#include "tests/unit/adapters/adapter_fixtures.h"
#include "tests/unit/adapters/odbc_databases.h"

#include <array>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(server_errors)

namespace {

using namespace casebridge;
using namespace casebridge::test;

/// Everything that a server could say back, in the databases of these tests.
constexpr std::array names = {"nationalcase", "homeplace",   "agetext", "riskyview", "fixed_word",
                              "Somchai",      "0812345678",  "reader",  "national_", "db.example",
                              "127.0.0.1",    "not_a_login", "no_such"};

template <typename T>
void names_nothing(Result<T> const& result, std::string_view expected, std::string_view doing) {
    BOOST_TEST(code_of(result) == expected, doing << ": " << detail_of(result));
    BOOST_TEST(!detail_of(result).empty(), doing);
    for (auto const* name : names) BOOST_TEST(!contains(detail_of(result), name), doing << ": " << detail_of(result));
    BOOST_TEST_MESSAGE(doing << ": " << detail_of(result));
}

Status query(SqlSession& session, std::string const& sql, std::vector<SqlValue> const& parameters = {}) {
    return session.query(sql, parameters, [](SqlRow const&) { return true; });
}

std::unique_ptr<SqlSession> opened(NationalDatabase& database) {
    auto session = database.open();
    BOOST_REQUIRE_MESSAGE(session, detail_of(session));
    return *std::move(session);
}

Result<FieldMap> map_of_the_table() {
    return load_map(
        "database: {kind: sqlite, path: x}\ncases:\n  table: nationalcase\n  id: no\n  fields: {shelter: homeplace}\n");
}

/// What differs: some servers tell nobody who has no right to a thing whether it is there.
struct Told {
    std::string_view absent, unreadable_map;
};
constexpr Told what_is_absent{"source.query_failed", "source.not_permitted"};
constexpr Told that_it_is_not_for_this_login{"source.not_permitted", "field_map.invalid"};

void check_queries(NationalDatabase& database, Told const& told) {
    database.run("CREATE TABLE nationalcase (no VARCHAR(20), homeplace VARCHAR(40), agetext VARCHAR(20))");
    database.run("INSERT INTO nationalcase VALUES ('A-1', 'Somchai 0812345678', 'Somchai')");
    auto const session = opened(database);
    auto const* const whole = "SELECT c.homeplace FROM nationalcase c WHERE c.no = ?";
    BOOST_TEST(code_of(query(*session, whole, {SqlValue{"A-1"}})) == "");
    names_nothing(query(*session, "SELECT c.homeplace FROM no_such_nationalcase c"), told.absent,
                  "a table that is not there");
    names_nothing(query(*session, "SELECT c.no_such_homeplace FROM nationalcase c"), "source.query_failed",
                  "a column that is not there");
    names_nothing(query(*session, "SELECT c.homeplace FROM nationalcase c WHERE"), "source.query_failed",
                  "half a statement");
    names_nothing(query(*session, "SELECT no_such_function(c.homeplace) FROM nationalcase c"), told.absent,
                  "a function that is not there");
    names_nothing(query(*session, "SELECT r.word FROM riskyview r"), "source.query_failed",
                  "a view whose function says what it read");
    database.run("ALTER TABLE nationalcase DROP COLUMN homeplace");
    names_nothing(query(*session, whole, {SqlValue{"A-1"}}), "source.query_failed", "a column that went away");
    database.run("ALTER TABLE nationalcase ADD COLUMN homeplace VARCHAR(40)");
    BOOST_REQUIRE(database.revoke("nationalcase"));
    names_nothing(query(*session, whole, {SqlValue{"A-1"}}), "source.not_permitted", "a table that may not be read");
    // The map is checked by the same login: its line says which table is meant.
    auto const checked = map_of_the_table()->check_against(*session);
    BOOST_TEST(code_of(checked) == told.unreadable_map, detail_of(checked));
    BOOST_TEST(detail_of(checked).starts_with("map.yaml:3: "), detail_of(checked));
    if (told.unreadable_map == "source.not_permitted") names_nothing(checked, told.unreadable_map, "its map");
}

/// As the administrator wrote it: a function that fails with what it was given.
void make_risky_view(PostgresDatabase& database) {
    database.run("CREATE TABLE fixed_word (word text)");
    database.run("INSERT INTO fixed_word VALUES ('Somchai 0812345678')");
    database.run(
        "CREATE FUNCTION tell(text) RETURNS text LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'cannot read %', $1; "
        "END$$");
    database.run("CREATE VIEW riskyview AS SELECT tell(word) AS word FROM fixed_word");
}

void make_risky_view(MariadbDatabase& database) {
    database.run("CREATE TABLE fixed_word (word VARCHAR(40))");
    database.run("INSERT INTO fixed_word VALUES ('Somchai 0812345678')");
    database.run(
        "CREATE FUNCTION tell(w VARCHAR(40)) RETURNS VARCHAR(40) DETERMINISTIC BEGIN SIGNAL SQLSTATE '45000' SET "
        "MESSAGE_TEXT = w; RETURN w; END");
    database.run("CREATE VIEW riskyview AS SELECT tell(word) AS word FROM fixed_word");
}

/// A value whose type does not fit, in a view and as a parameter.
void check_types(PostgresDatabase& database) {
    database.run("CREATE VIEW aged AS SELECT no, agetext::integer AS age FROM nationalcase");
    auto const session = opened(database);
    names_nothing(query(*session, "SELECT a.age FROM aged a"), "source.query_failed", "a text that is no number");
    names_nothing(query(*session, "SELECT a.age FROM aged a WHERE a.no = ?", {SqlValue{"A-1"}}), "source.query_failed",
                  "a text that is no number, with a parameter");
    names_nothing(query(*session, "SELECT c.no FROM nationalcase c WHERE c.agetext = 7"), "source.query_failed",
                  "a text compared with a number");
}

OdbcSettings with(OdbcSettings settings, std::string const& key, std::string const& value) {
    for (auto& [name, old] : settings.attributes) {
        if (name == key) old = value;
    }
    return settings;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_postgresql_says_of_a_query_stays_here) {
    PostgresDatabase database;
    make_risky_view(database);
    check_queries(database, what_is_absent);
    check_types(database);
}

BOOST_AUTO_TEST_CASE(what_postgresqls_driver_says_of_a_query_stays_here) {
    OdbcPostgresDatabase database;
    make_risky_view(database);
    check_queries(database, what_is_absent);
    check_types(database);
}

BOOST_AUTO_TEST_CASE(what_mariadb_says_of_a_query_stays_here) {
    MariadbDatabase database;
    make_risky_view(database);
    check_queries(database, that_it_is_not_for_this_login);
}

BOOST_AUTO_TEST_CASE(what_postgresql_says_of_a_login_stays_here) {
    PostgresDatabase database;
    auto const key = PostgresServer::key();
    auto const refused = [&](auto const& change, Secret const& password) {
        auto settings = database.settings();
        change(settings);
        return open_postgres_session(settings, password);
    };
    using Settings = PostgresSettings;
    names_nothing(refused([](Settings& s) { s.port = free_port(); }, key), "source.unavailable", "nobody listens");
    names_nothing(refused(
                      [](Settings& s) {
                          s.host = "no_such.db.example.invalid";
                          s.host_address.clear();
                      },
                      key),
                  "source.unavailable", "a host without an address");
    names_nothing(refused([](Settings& s) { s.host = "other.db.example"; }, key), "source.tls_failed", "another name");
    names_nothing(refused([](Settings& s) { s.user = "not_a_login"; }, key), "source.login_refused", "no such login");
    names_nothing(refused([](Settings&) {}, Secret::from_text("Somchai")), "source.login_refused", "wrong password");
    names_nothing(refused([](Settings& s) { s.database = "no_such_national_0"; }, key), "source.login_refused",
                  "no such database");
    names_nothing(refused([](Settings& s) { s.time_zone = "no_such/zone"; }, key), "source.query_failed",
                  "no such time zone");
}

BOOST_AUTO_TEST_CASE(what_drivers_say_of_a_login_stays_here) {
    MariadbDatabase mariadb;
    OdbcPostgresDatabase postgresql;
    auto const maria = mariadb.settings();
    auto const postgres = postgresql.odbc_settings();
    auto const port = std::to_string(free_port());
    auto const by = [](OdbcSettings settings, std::string const& user) {
        settings.user = user;
        return settings;
    };
    auto const key = MariadbServer::key();
    names_nothing(open_odbc_session(with(maria, "PORT", port), key), "source.unavailable", "MariaDB: nobody listens");
    names_nothing(open_odbc_session(with(maria, "SERVER", "no_such.db.example.invalid"), key), "source.unavailable",
                  "MariaDB: a host without an address");
    names_nothing(open_odbc_session(by(maria, "not_a_login"), key), "source.login_refused", "MariaDB: no such login");
    names_nothing(open_odbc_session(maria, Secret::from_text("Somchai")), "source.login_refused",
                  "MariaDB: wrong password");
    // Its driver gives one SQLSTATE for whatever goes wrong in connecting.
    names_nothing(open_odbc_session(with(postgres, "PORT", port), key), "source.unavailable",
                  "PostgreSQL: nobody listens");
    names_nothing(open_odbc_session(by(postgres, "not_a_login"), key), "source.unavailable",
                  "PostgreSQL: no such login");
    names_nothing(open_odbc_session(with(postgres, "DATABASE", "no_such_national_0"), key), "source.unavailable",
                  "PostgreSQL: no such database");
    auto zone = maria;
    zone.time_zone = "no_such/zone";
    names_nothing(open_odbc_session(zone, key), "source.query_failed", "MariaDB: no such time zone");
    zone = postgres;
    zone.time_zone = "no_such/zone";
    names_nothing(open_odbc_session(zone, key), "source.query_failed", "PostgreSQL: no such time zone");
}

BOOST_AUTO_TEST_SUITE_END()
