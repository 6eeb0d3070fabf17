#include "adapters/postgres_session.h"

#include "adapters/sql_case_source.h"
#include "tests/unit/adapters/adapter_fixtures.h"
#include "tests/unit/adapters/case_source_conformance.h"
#include "tests/unit/adapters/postgres_database.h"

#include <boost/test/unit_test.hpp>
#include <sys/resource.h>

BOOST_AUTO_TEST_SUITE(postgres_session)

namespace {

using namespace casebridge;
using namespace casebridge::test;

std::unique_ptr<NationalDatabase> make() {
    return std::make_unique<PostgresDatabase>();
}

/// The one value `sql` returns, NULL as "NULL", or the error's code.
std::string value_of(SqlSession& session, std::string const& sql) {
    std::string value = "no row";
    auto const status = session.query(sql, {}, [&](SqlRow const& row) {
        if (auto const* number = std::get_if<std::int64_t>(&row[0])) value = "int " + std::to_string(*number);
        if (auto const* text = std::get_if<std::string>(&row[0])) value = *text;
        if (std::holds_alternative<std::monostate>(row[0])) value = "NULL";
        return true;
    });
    return status ? value : code_of(status);
}

}  // namespace

BOOST_AUTO_TEST_CASE(postgresql_gives_cases_as_every_national_database_must) {
    check_case_source_conformance(make);
}

BOOST_AUTO_TEST_CASE(postgresql_treats_hostile_content_as_every_national_database_must) {
    check_hostile_content(make);
}

BOOST_AUTO_TEST_CASE(postgresql_answers_as_every_session_must) {
    check_session_conformance(make);
}

BOOST_AUTO_TEST_CASE(every_type_of_column_has_one_form) {
    PostgresDatabase database;
    database.run("CREATE TYPE colour AS ENUM ('red', 'ដែង')");
    database.run("CREATE DOMAIN short_text AS varchar(9)");
    auto const opened = database.open();
    BOOST_REQUIRE_MESSAGE(opened, detail_of(opened));
    std::pair<char const*, char const*> const types[] = {
        {"7::int2", "int 7"},
        {"-7::int4", "int -7"},
        {"(-9223372036854775808)::int8", "int -9223372036854775808"},
        {"4294967295::oid", "int 4294967295"},
        {"true", "int 1"},
        {"false", "int 0"},
        {"2.50::numeric", "2.50"},
        {"0.1::float8", "0.1"},
        {"'ab   '::char(5)", "ab"},
        {"'ab '::varchar", "ab "},
        {"'x'::\"char\"", "x"},
        {"'ដែង'::colour", "ដែង"},
        {"'dom'::short_text", "dom"},
        {"'2026-02-28'::date", "2026-02-28"},
        {"'0044-03-15 BC'::date", "0044-03-15 BC"},
        {"'infinity'::date", "infinity"},
        {"'2026-02-28 23:30:00'::timestamp", "2026-02-28 23:30:00"},
        {"'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
        {"'{\"a\": 1}'::json", "{\"a\": 1}"},
        {"'{\"a\":1}'::jsonb", "{\"a\": 1}"},
        {"'\\x00ff'::bytea", nullptr},
        {"ARRAY['a', 'b c', NULL]", "a;b c"},
        {"ARRAY[1, 2]", "1;2"},
        {"ARRAY['a;b', 'c']", "{a;b,c}"},
        {"ARRAY[]::text[]", ""},
        {"NULL", "NULL"},
        {"NULL::int4", "NULL"},
        {"NULL::text[]", "NULL"},
        {"'1 day'::interval", "P1D"},
        {"'10.0.0.1'::inet", "10.0.0.1/32"},
    };
    for (auto const& [expression, expected] : types) {
        auto const value = value_of(**opened, std::string("SELECT ") + expression);
        BOOST_TEST(value == (expected == nullptr ? std::string("\0\xff", 2) : expected), expression);
    }
}

BOOST_AUTO_TEST_CASE(a_time_with_zone_is_told_in_the_zone_of_the_map_and_a_date_never_moves) {
    PostgresDatabase database;
    database.run("CREATE TABLE happened (at timestamptz, day date)");
    database.run("INSERT INTO happened VALUES ('2026-01-01 20:00:00+00', '2026-01-01')");
    database.run("ALTER DATABASE " + database.settings().database + " SET timezone = 'America/Los_Angeles'");
    auto settings = database.settings();
    for (auto const& [zone, expected] :
         {std::pair{"Asia/Bangkok", "2026-01-02 03:00:00+07"}, std::pair{"UTC", "2026-01-01 20:00:00+00"}}) {
        settings.time_zone = zone;
        auto const session = open_postgres_session(settings, database.server().key());
        BOOST_REQUIRE_MESSAGE(session, detail_of(session));
        BOOST_TEST(value_of(**session, "SELECT h.at FROM happened h") == expected);
        BOOST_TEST(value_of(**session, "SELECT h.day FROM happened h") == "2026-01-01");
    }
    settings.time_zone = "Atlantis/Capital";
    auto const session = open_postgres_session(settings, database.server().key());
    BOOST_TEST(code_of(session) == "source.query_failed");
    BOOST_TEST(contains(detail_of(session), "time_zone"), detail_of(session));
}

BOOST_AUTO_TEST_CASE(a_case_number_of_any_type_is_found_exactly_and_by_the_index) {
    for (auto const& [type, number, others] :
         {std::tuple{"integer", "7", std::vector{"07", "+7", " 7", "7.0", "A", "2147483648", "-7"}},
          std::tuple{"uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
                     std::vector{"A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a0eebc999c0b4ef8bb6d6bb9bd380a11", "x"}},
          std::tuple{"char(9)", "A-7", std::vector{"a-7", "A-7x", "A-7 "}},
          std::tuple{"numeric", "7", std::vector{"7.0", "NaN", "A", "7e0"}},
          std::tuple{"text", "A-7", std::vector{"a-7", "A-7\\", "\\x412d37"}}}) {
        PostgresDatabase database;
        database.run(std::string("CREATE TABLE person (no ") + type + " PRIMARY KEY, home text)");
        database.run("CREATE TABLE kin (case_no text, name text)");
        database.run(std::string("INSERT INTO person VALUES ('") + number + "', 'x')");
        auto map = load_map(
            "database: {kind: sqlite, path: x}\ncases:\n  table: person\n  id: no\n  fields: {shelter: home}\n"
            "groups:\n  relatives:\n    - {table: kin, case: case_no, fields: {name: name}}\n");
        BOOST_REQUIRE_MESSAGE(map, detail_of(map));
        auto session = database.open();
        BOOST_REQUIRE_MESSAGE(session, detail_of(session));
        auto source = make_sql_case_source(*std::move(map), *std::move(session));
        BOOST_REQUIRE_MESSAGE(source, detail_of(source));
        BOOST_TEST(code_of((*source)->load(CaseId(number))) == "", type);
        for (auto const* other : others) {
            BOOST_TEST(code_of((*source)->load(CaseId(other))) == "source.case_not_found", type << ' ' << other);
        }
        auto const page = (*source)->list("", 10, std::chrono::year(2026) / 11 / 23);
        BOOST_REQUIRE_MESSAGE(page, detail_of(page));
        BOOST_TEST(page->cases.size() == 1);
        auto const after = (*source)->list(number, 10, std::chrono::year(2026) / 11 / 23);
        BOOST_REQUIRE_MESSAGE(after, detail_of(after));
        BOOST_TEST(after->cases.empty());
    }
}

BOOST_AUTO_TEST_CASE(a_child_table_may_number_cases_in_another_type) {
    PostgresDatabase database;
    database.run("CREATE TYPE office AS ENUM ('north')");
    database.run("CREATE TABLE person (no text, home text)");
    database.run("CREATE TABLE kin (case_no office, name text)");
    database.run("CREATE TABLE alias (case_no integer, name text)");
    database.run("INSERT INTO person VALUES ('A-1', 'x')");
    auto map = load_map(
        "database: {kind: sqlite, path: x}\ncases:\n  table: person\n  id: no\n  fields: {shelter: home}\n"
        "groups:\n  relatives:\n    - {table: kin, case: case_no, fields: {name: name}}\n"
        "  names:\n    - {table: alias, case: case_no, fields: {kind: {value: alias}, given: name}}\n");
    auto session = database.open();
    BOOST_REQUIRE_MESSAGE(session, detail_of(session));
    auto source = make_sql_case_source(*std::move(map), *std::move(session));
    BOOST_REQUIRE_MESSAGE(source, detail_of(source));
    auto const sourced = (*source)->load(CaseId("A-1"));
    BOOST_TEST(code_of(sourced) == "", detail_of(sourced));
}

BOOST_AUTO_TEST_CASE(a_view_whose_own_work_fails_is_no_missing_case) {
    PostgresDatabase database;
    database.run("CREATE TABLE raw (no text, n text)");
    database.run("INSERT INTO raw VALUES ('A-1', 'secret-word')");
    database.run("CREATE VIEW person AS SELECT no, n::integer AS home FROM raw");
    auto const session = database.open();
    BOOST_REQUIRE(session);
    auto const status = (*session)->query("SELECT p.home FROM person p WHERE p.no = ?", {SqlValue{"A-1"}},
                                          [](SqlRow const&) { return true; });
    BOOST_TEST(code_of(status) == "source.query_failed");
    BOOST_TEST(!contains(detail_of(status), "secret-word"), detail_of(status));
}

BOOST_AUTO_TEST_CASE(a_value_of_a_hundred_megabytes_is_refused_without_being_loaded) {
    PostgresDatabase database;
    database.run("CREATE TABLE person (no text, home text, photo bytea)");
    database.run("INSERT INTO person VALUES ('A-1', repeat('x', 100000000), NULL), ('A-2', 'x', NULL)");
    database.run("UPDATE person SET photo = convert_to(home, 'UTF8')");
    auto const session = database.open();
    BOOST_REQUIRE(session);
    rusage before{};
    rusage after{};
    ::getrusage(RUSAGE_SELF, &before);
    for (auto const* column : {"home", "photo"}) {
        BOOST_TEST(value_of(**session, std::string("SELECT p.") + column + " FROM person p WHERE p.no = 'A-1'") ==
                   "source.value_too_large");
        BOOST_TEST(value_of(**session, std::string("SELECT p.") + column + " FROM person p WHERE p.no = 'A-2'") == "x");
    }
    ::getrusage(RUSAGE_SELF, &after);
    BOOST_TEST(after.ru_maxrss - before.ru_maxrss < 32 * 1024);  // KiB
}

BOOST_AUTO_TEST_CASE(a_server_is_believed_only_with_its_name_and_its_authority) {
    PostgresDatabase database;
    auto settings = database.settings();
    auto const refusal = [&] {
        auto const session = open_postgres_session(settings, database.server().key());
        return code_of(session) + ": " + detail_of(session);
    };
    settings.host = "other.example";
    BOOST_TEST(refusal() == "source.tls_failed: PostgreSQL: the server's certificate is for another name than `host`");
    settings = database.settings();
    settings.root_certificate = database.server().other_root_certificate();
    BOOST_TEST(refusal() ==
               "source.tls_failed: PostgreSQL: the server's certificate was not issued under `root_certificate`");
    settings.root_certificate = "/nonexistent/root.pem";
    BOOST_TEST(contains(refusal(), "file.unreadable: /nonexistent/root.pem"));
    settings = database.settings();
    database.server().set_tls(false);
    auto const plain = refusal();
    database.server().set_tls(true);
    BOOST_TEST(plain == "source.tls_failed: PostgreSQL: the server offers no TLS");
    BOOST_TEST(code_of(open_postgres_session(settings, database.server().key())) == "");
}

BOOST_AUTO_TEST_CASE(a_login_that_is_refused_says_why_and_not_with_what) {
    PostgresDatabase database;
    auto const code = [](PostgresSettings const& settings, std::string const& password) {
        auto const session = open_postgres_session(settings, Secret::from_text(password));
        BOOST_TEST((password.empty() || !contains(detail_of(session), password)), detail_of(session));
        return code_of(session);
    };
    auto settings = database.settings();
    BOOST_TEST(code(settings, "wrong-password") == "source.login_refused");
    BOOST_TEST(code(settings, "") == "source.login_refused");
    BOOST_TEST(code(settings, std::string("p\0x", 3)) == "source.login_refused");
    settings.user = "nobody_at_all";
    BOOST_TEST(code(settings, "wrong-password") == "source.login_refused");
    settings = database.settings();
    settings.database = "no_such_database";
    BOOST_TEST(code(settings, PostgresServer::password) == "source.login_refused");
    settings = database.settings();
    settings.port = free_port();
    BOOST_TEST(code(settings, PostgresServer::password) == "source.unavailable");
    database.run("REVOKE CONNECT ON DATABASE " + database.settings().database + " FROM PUBLIC");
    BOOST_TEST(code(database.settings(), PostgresServer::password) == "source.not_permitted");
    database.run("ALTER ROLE reader CONNECTION LIMIT 0");
    database.run("GRANT CONNECT ON DATABASE " + database.settings().database + " TO reader");
    BOOST_TEST(code(database.settings(), PostgresServer::password) == "source.unavailable");
    database.run("ALTER ROLE reader CONNECTION LIMIT -1");
}

BOOST_AUTO_TEST_CASE(a_password_file_or_a_unix_socket_serve_too) {
    PostgresDatabase database;
    auto settings = database.settings();
    settings.host = database.server().socket();
    settings.host_address.clear();
    settings.root_certificate.clear();
    BOOST_TEST(code_of(open_postgres_session(settings, database.server().key())) == "");
    TemporaryDirectory const directory;
    settings.password_file = directory.write("pgpass", "*:*:*:reader:p'a\\\\s\"s w{o}rd;=\n");
    std::filesystem::permissions(settings.password_file, std::filesystem::perms(0644));
    BOOST_TEST(code_of(open_postgres_session(settings, Secret())) == "file.too_permissive");
    std::filesystem::permissions(settings.password_file, std::filesystem::perms(0600));
    auto const session = open_postgres_session(settings, Secret());
    BOOST_TEST(code_of(session) == "", detail_of(session));
}

BOOST_AUTO_TEST_CASE(tables_are_found_in_the_schemas_of_the_map) {
    PostgresDatabase database;
    database.run("CREATE SCHEMA \"views; --\" AUTHORIZATION admin");
    database.run("CREATE TABLE \"views; --\".person (id text)");
    database.run("GRANT USAGE ON SCHEMA \"views; --\" TO reader");
    auto settings = database.settings();
    BOOST_TEST((*database.open())->columns("person")->empty());
    settings.schemas = {"views; --"};
    auto const session = open_postgres_session(settings, database.server().key());
    BOOST_REQUIRE_MESSAGE(session, detail_of(session));
    BOOST_TEST((*session)->columns("person")->size() == 1);
}

BOOST_AUTO_TEST_CASE(the_server_itself_keeps_the_session_from_writing) {
    PostgresDatabase database;
    database.run("CREATE TABLE person (id text)");
    database.run("GRANT ALL ON person TO reader");
    database.run("CREATE SEQUENCE numbers");
    database.run("GRANT ALL ON SEQUENCE numbers TO reader");
    database.run(
        "CREATE FUNCTION write() RETURNS text LANGUAGE sql AS $$INSERT INTO person VALUES ('x') RETURNING id$$");
    auto const session = database.open();
    BOOST_REQUIRE(session);
    for (auto const* sql :
         {"SELECT write()", "SELECT nextval('numbers')", "SELECT p.id FROM person p FOR UPDATE",
          "WITH w AS (INSERT INTO person VALUES ('x') RETURNING id) SELECT id FROM w",
          "INSERT INTO person VALUES ('x') RETURNING id", "SELECT set_config('transaction_read_only', 'off', false)"}) {
        BOOST_TEST(value_of(**session, sql) == "source.query_failed", sql);
    }
    BOOST_TEST(database.admin().value("SELECT count(*) FROM person") == "0");
}

BOOST_AUTO_TEST_SUITE_END()
