#include "adapters/odbc_session.h"

#include "adapters/driver_thread.h"
#include "adapters/odbc_connection_string.h"
#include "adapters/odbc_dialect.h"
#include "adapters/odbc_text.h"
#include "adapters/sql_case_source.h"
#include "tests/support/eventually.h"
#include "tests/unit/adapters/adapter_fixtures.h"
#include "tests/unit/adapters/case_source_conformance.h"
#include "tests/unit/adapters/odbc_databases.h"

#include <atomic>
#include <thread>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(odbc_session)

namespace {

using namespace casebridge;
using namespace casebridge::test;

std::unique_ptr<NationalDatabase> make_mariadb() {
    return std::make_unique<MariadbDatabase>();
}

std::unique_ptr<NationalDatabase> make_postgresql() {
    return std::make_unique<OdbcPostgresDatabase>();
}

/// The one value `sql` returns, or the error's code.
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

std::string text_of(Result<Secret> const& secret) {
    BOOST_REQUIRE_MESSAGE(secret, detail_of(secret));
    return to_text(secret->reveal());
}

}  // namespace

BOOST_AUTO_TEST_CASE(mariadb_gives_cases_as_every_national_database_must) {
    check_case_source_conformance(make_mariadb);
}

BOOST_AUTO_TEST_CASE(mariadb_treats_hostile_content_as_every_national_database_must) {
    check_hostile_content(make_mariadb);
}

BOOST_AUTO_TEST_CASE(mariadb_answers_as_every_session_must) {
    check_session_conformance(make_mariadb);
}

BOOST_AUTO_TEST_CASE(postgresql_gives_cases_as_every_national_database_must) {
    check_case_source_conformance(make_postgresql);
}

BOOST_AUTO_TEST_CASE(postgresql_treats_hostile_content_as_every_national_database_must) {
    check_hostile_content(make_postgresql);
}

BOOST_AUTO_TEST_CASE(postgresql_answers_as_every_session_must) {
    check_session_conformance(make_postgresql);
}

BOOST_AUTO_TEST_CASE(parts_of_a_connection_string_cannot_run_into_each_other) {
    OdbcSettings settings;
    settings.driver = "MariaDB Unicode";
    settings.user = "reader;PWD=x";
    settings.attributes = {{"SERVER", "db.example"}, {"DATABASE", "a;SERVER=evil"}, {"SSLCA", "/a b/}};SERVER=evil;{"}};
    BOOST_TEST(text_of(odbc_connection_string(settings, Secret::from_text("x};SERVER={evil"))) ==
               "DRIVER={MariaDB Unicode};SERVER=db.example;DATABASE={a;SERVER=evil};SSLCA={/a b/}}}};SERVER=evil;{};"
               "FORWARDONLY=1;CHARSET=utf8mb4;FORCETLS=1;SSLVERIFY=1;UID={reader;PWD=x};"
               "PWD={x}};SERVER={evil};");
    settings.encryption = OdbcSettings::Encryption::unchecked;
    settings.attributes = {{"forwardonly", "0"}};
    settings.user.clear();
    BOOST_TEST(text_of(odbc_connection_string(settings, Secret())) ==
               "DRIVER={MariaDB Unicode};forwardonly=0;CHARSET=utf8mb4;");
    settings.driver = "Some Other Driver";
    BOOST_TEST(code_of(odbc_connection_string(settings, Secret::from_text("x}"))) == "source.login_refused");
    BOOST_TEST(code_of(odbc_connection_string(settings, Secret::from_text(std::string("x\0y", 3)))) ==
               "source.login_refused");
    BOOST_TEST(code_of(odbc_connection_string(settings, Secret::from_text(std::string(20000, 'x')))) ==
               "source.login_refused");
    for (auto const* key : {"PWD", "pwd", "Password", "UID", "user", "DSN", "FILEDSN", "SAVEFILE", "DRIVER", "A;B",
                            "A=B", "", "A B", "TLSKEYPWD", "{x}", "PASWORD", "passwrd"}) {
        BOOST_TEST(!is_plain_attribute(key), key);
        settings.attributes = {{key, "x"}};
        BOOST_TEST(code_of(odbc_connection_string(settings, Secret())) == "source.login_refused", key);
    }
}

BOOST_AUTO_TEST_CASE(a_hostile_password_is_a_password_and_nothing_else) {
    MariadbDatabase mariadb;
    OdbcPostgresDatabase postgresql;
    std::string const postgres_password(PostgresServer::password);
    for (std::string const password :
         {"x};SERVER={192.0.2.1};", "x}};UID={admin", "{x}", "}", "{", "x;UID=admin;PWD=", "%7d", "ពាក្យសម្ងាត់ 🔑"}) {
        mariadb.run("ALTER USER reader@'127.0.0.1' IDENTIFIED BY '" + password + "'");
        postgresql.run("ALTER ROLE reader PASSWORD '" + password + "'");
        for (auto const& settings : {mariadb.settings(), postgresql.odbc_settings()}) {
            auto const session = open_odbc_session(settings, Secret::from_text(password));
            BOOST_TEST(code_of(session) == "", settings.driver << ' ' << password << ' ' << detail_of(session));
        }
    }
    mariadb.run("ALTER USER reader@'127.0.0.1' IDENTIFIED BY 'p''a\\\\s\"s w{o}rd;='");
    postgresql.run("ALTER ROLE reader PASSWORD 'p''a\\s\"s w{o}rd;='");
}

BOOST_AUTO_TEST_CASE(a_wrong_password_is_refused_and_not_repeated) {
    MariadbDatabase mariadb;
    OdbcPostgresDatabase postgresql;
    for (auto const* password : {"wrong-password", ""}) {
        auto const refused = open_odbc_session(mariadb.settings(), Secret::from_text(password));
        BOOST_TEST(code_of(refused) == "source.login_refused");
        // Its driver gives one SQLSTATE for whatever goes wrong in connecting.
        auto const unclear = open_odbc_session(postgresql.odbc_settings(), Secret::from_text(password));
        BOOST_TEST(code_of(unclear) == "source.unavailable");
        for (auto const& detail : {detail_of(refused), detail_of(unclear)})
            BOOST_TEST(!contains(detail, "wrong-password"));
    }
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_not_encrypted_is_refused) {
    MariadbDatabase mariadb;
    auto settings = mariadb.settings();
    for (auto const& [key, value] : {std::pair{"FORCETLS", "0"}, std::pair{"SSLVERIFY", "0"}}) {
        settings.attributes.emplace_back(key, value);
    }
    std::erase_if(settings.attributes, [](auto const& each) { return each.first == "SSLCA"; });
    BOOST_TEST(code_of(open_odbc_session(settings, mariadb.server().key())) == "source.tls_failed");
    settings.encryption = OdbcSettings::Encryption::unchecked;
    BOOST_TEST(code_of(open_odbc_session(settings, mariadb.server().key())) == "");

    OdbcPostgresDatabase postgresql;
    auto plain = postgresql.odbc_settings();
    plain.attributes.emplace_back("SSLmode", "disable");
    BOOST_TEST(code_of(open_odbc_session(plain, postgresql.server().key())) == "source.tls_failed");
}

BOOST_AUTO_TEST_CASE(a_server_of_another_authority_is_refused) {
    MariadbDatabase mariadb;
    auto settings = mariadb.settings();
    settings.attributes.back() = {"SSLCA", mariadb.server().other_root_certificate().string()};
    BOOST_TEST(code_of(open_odbc_session(settings, mariadb.server().key())) == "source.tls_failed");
    OdbcPostgresDatabase postgresql;
    auto other = postgresql.odbc_settings();
    other.attributes.back() = {
        "pqopt", "hostaddr=127.0.0.1 sslrootcert=" + postgresql.server().other_root_certificate().string()};
    BOOST_TEST(code_of(open_odbc_session(other, postgresql.server().key())) == "source.unavailable");
}

BOOST_AUTO_TEST_CASE(a_driver_that_is_not_there_is_named) {
    OdbcSettings settings;
    settings.driver = "No Such Driver";
    auto const session = open_odbc_session(settings, Secret());
    BOOST_TEST(code_of(session) == "source.driver_missing");
    BOOST_TEST(contains(detail_of(session), "No Such Driver"), detail_of(session));
    settings.driver = "/nonexistent/libdriver.so";
    BOOST_TEST(code_of(open_odbc_session(settings, Secret())) == "source.driver_missing");
}

BOOST_AUTO_TEST_CASE(a_server_that_is_not_there_is_unavailable) {
    MariadbDatabase mariadb;
    auto settings = mariadb.settings();
    settings.attributes[1].second = std::to_string(free_port());
    BOOST_TEST(code_of(open_odbc_session(settings, mariadb.server().key())) == "source.unavailable");
}

BOOST_AUTO_TEST_CASE(types_of_mariadb_have_one_form) {
    MariadbDatabase database;
    database.run(
        "CREATE TABLE typed (b BOOLEAN, u BIGINT UNSIGNED, n DECIMAL(8,2), d DATE, t DATETIME, e ENUM('red', 'ដែង'), "
        "c CHAR(5), j JSON, f DOUBLE, y YEAR, x VARBINARY(9), z TIMESTAMP NULL, k VARCHAR(9) CHARACTER SET tis620)");
    database.run(
        "INSERT INTO typed VALUES (TRUE, 18446744073709551615, 2.50, '2026-02-28', '2026-02-28 23:30:00', 'ដែង', "
        "'ab', '{\"a\": 1}', 0.5, 2026, x'00ff', NULL, 'ไทย')");
    auto const opened = database.open();
    BOOST_REQUIRE_MESSAGE(opened, detail_of(opened));
    std::pair<char const*, std::string> const columns[] = {{"b", "int 1"},
                                                           {"u", "18446744073709551615"},
                                                           {"n", "2.50"},
                                                           {"d", "2026-02-28"},
                                                           {"t", "2026-02-28 23:30:00"},
                                                           {"e", "ដែង"},
                                                           {"c", "ab"},
                                                           {"j", "{\"a\": 1}"},
                                                           {"f", "0.5"},
                                                           {"y", "int 2026"},
                                                           {"x", std::string("\0\xff", 2)},
                                                           {"z", "NULL"},
                                                           {"k", "ไทย"}};
    for (auto const& [column, expected] : columns) {
        BOOST_TEST(value_of(**opened, std::string("SELECT t.") + column + " FROM typed t") == expected, column);
    }
}

BOOST_AUTO_TEST_CASE(a_timestamp_of_mariadb_is_told_in_the_zone_of_the_map) {
    MariadbDatabase database;
    database.run("SET time_zone = '+00:00'");
    database.run("CREATE TABLE happened (at TIMESTAMP, day DATE)");
    database.run("INSERT INTO happened VALUES ('2026-01-01 20:00:00', '2026-01-01')");
    auto settings = database.settings();
    for (auto const& [zone, expected] :
         {std::pair{"+07:00", "2026-01-02 03:00:00"}, std::pair{"+00:00", "2026-01-01 20:00:00"}}) {
        settings.time_zone = zone;
        auto const session = open_odbc_session(settings, database.server().key());
        BOOST_REQUIRE_MESSAGE(session, detail_of(session));
        BOOST_TEST(value_of(**session, "SELECT h.at FROM happened h") == expected);
        BOOST_TEST(value_of(**session, "SELECT h.day FROM happened h") == "2026-01-01");
    }
    settings.time_zone = "Atlantis/Capital";
    BOOST_TEST(code_of(open_odbc_session(settings, database.server().key())) == "source.query_failed");
}

BOOST_AUTO_TEST_CASE(case_numbers_that_mariadb_holds_for_equal_are_listed_each_once) {
    MariadbDatabase database;
    database.run("CREATE TABLE person (no VARCHAR(20), home VARCHAR(20), KEY (no))");
    database.run("INSERT INTO person VALUES ('b', 'x'), ('a', 'x'), ('A', 'x'), ('á', 'x'), ('B', 'x')");
    auto map =
        load_map("database: {kind: sqlite, path: x}\ncases:\n  table: person\n  id: no\n  fields: {shelter: home}\n");
    auto session = database.open();
    BOOST_REQUIRE_MESSAGE(session, detail_of(session));
    auto source = make_sql_case_source(*std::move(map), *std::move(session));
    BOOST_REQUIRE_MESSAGE(source, detail_of(source));
    std::vector<std::string> listed;
    std::string after;
    for (bool more = true; more;) {
        auto const page = (*source)->list(after, 1, std::chrono::year(2026) / 11 / 23);
        BOOST_REQUIRE_MESSAGE(page, detail_of(page));
        for (auto const& each : page->cases) listed.push_back(after = each.id.text());
        more = page->more;
        BOOST_REQUIRE(listed.size() <= 5);
    }
    BOOST_TEST(listed == (std::vector<std::string>{"A", "a", "á", "B", "b"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(mariadb_itself_keeps_the_session_from_writing) {
    MariadbDatabase database;
    database.run("CREATE TABLE person (id VARCHAR(20))");
    database.run("GRANT ALL ON person TO reader@'127.0.0.1'");
    database.run(
        "CREATE FUNCTION write_it() RETURNS INT MODIFIES SQL DATA BEGIN INSERT INTO person VALUES ('x'); RETURN 1; "
        "END");
    database.run("GRANT EXECUTE ON FUNCTION write_it TO reader@'127.0.0.1'");
    auto const session = database.open();
    BOOST_REQUIRE_MESSAGE(session, detail_of(session));
    BOOST_TEST(value_of(**session, "SELECT write_it()") == "source.query_failed");
    BOOST_TEST(value_of(**session, "SELECT 'x' INTO OUTFILE '/tmp/casebridge-never'") == "source.query_failed");
    BOOST_TEST(database.admin().values("SELECT count(*) FROM person").front() == "0");
}

BOOST_AUTO_TEST_CASE(only_one_select_passes) {
    for (auto const* sql : {"SELECT 1", "select a FROM \"x; --\" c", "SELECT `a;b` FROM t WHERE x = 'it''s; fine'"}) {
        BOOST_TEST(is_one_select(sql), sql);
    }
    for (auto const* sql :
         {"", "SELECT", "INSERT INTO t VALUES (1)", "SELECT 1;", "SELECT 1; DROP TABLE t", "SELECT 1 -- x",
          "SELECT 1 /* x */", "SELECT 1 # x", "SELECT 'a\\' FROM t", "SELECT \"a FROM t", " SELECT 1"}) {
        BOOST_TEST(!is_one_select(sql), sql);
    }
}

BOOST_AUTO_TEST_CASE(utf16_and_back_is_the_same_text) {
    for (std::string const text :
         {"", "a", "ไทย ລາວ ខ្មែរ မြန်မာ Việt 中文 👩‍👧", "\U0010FFFD"}) {
        BOOST_TEST(to_utf8(to_utf16(text)) == text);
    }
    BOOST_TEST(to_utf16(std::string_view("\xff")).empty());
    BOOST_TEST(to_utf8(std::u16string(1, char16_t{0xd800})) == "\xff");
    BOOST_TEST(to_utf16(Secret::from_text("\U0001F600")).size() == 4);
}

BOOST_AUTO_TEST_CASE(a_call_that_does_not_come_back_is_given_up_and_counted) {
    auto const may_end = std::make_shared<std::atomic<bool>>(false);
    {
        DriverThread thread;
        bool ran = false;
        BOOST_TEST(thread.run(patience, [&] { ran = true; }));
        BOOST_TEST(ran);
        BOOST_CHECK_THROW(thread.run(patience, [] { throw std::runtime_error("x"); }), std::runtime_error);
        BOOST_TEST(!thread.run(std::chrono::milliseconds(1), [may_end] { may_end->wait(false); }));
        BOOST_TEST(DriverThread::stuck() == 1);
        BOOST_TEST(!thread.run(patience, [] {}));
    }
    *may_end = true;
    may_end->notify_all();
    eventually("the thread comes back", [] { return DriverThread::stuck() == 0; });
}

BOOST_AUTO_TEST_CASE(a_call_without_a_limit_is_left_when_a_stop_is_asked_for) {
    auto const may_end = std::make_shared<std::atomic<bool>>(false);
    std::stop_source stop;
    {
        DriverThread thread;
        int ran = 0;
        BOOST_TEST(thread.run_until(stop.get_token(), std::chrono::milliseconds(0), [&] { ++ran; }));
        BOOST_TEST(ran == 1);
        std::jthread const stopper([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            stop.request_stop();
        });
        BOOST_TEST(
            !thread.run_until(stop.get_token(), std::chrono::milliseconds(1), [may_end] { may_end->wait(false); }));
        BOOST_TEST(stop.stop_requested());
        BOOST_TEST(DriverThread::stuck() == 1);
    }
    *may_end = true;
    may_end->notify_all();
    eventually("the thread comes back", [] { return DriverThread::stuck() == 0; });
    // What is short enough is still done after the request.
    DriverThread other;
    int ran = 0;
    BOOST_TEST(other.run_until(stop.get_token(), std::chrono::seconds(30), [&] { ++ran; }));
    BOOST_TEST(ran == 1);
}

BOOST_AUTO_TEST_SUITE_END()
