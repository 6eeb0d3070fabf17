// What a login can do too much is told by name, on real servers; the logins that our own SQL makes can do nothing more.
#include "adapters/mariadb_privileges.h"
#include "adapters/postgres_privileges.h"
#include "tests/support/eventually.h"
#include "tests/unit/adapters/adapter_fixtures.h"
#include "tests/unit/adapters/odbc_databases.h"

#include <algorithm>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(privileges)

namespace {

using namespace casebridge;
using namespace casebridge::test;

constexpr char const* national_tables[] = {
    "CREATE TABLE national_case (case_number VARCHAR(40), sex VARCHAR(9), birth_date DATE, citizenship VARCHAR(9), "
    "secret VARCHAR(9))",
    "CREATE TABLE national_relative (case_number VARCHAR(40), name VARCHAR(99), relation VARCHAR(9))",
    "INSERT INTO national_case VALUES ('A-1', 'F', '1997-04-13', 'KH', 'secret')",
};

/// "code: detail" of each, one a line.
std::string told(Result<std::vector<Excess>> const& excess) {
    if (!excess) return code_of(excess) + ": " + detail_of(excess);
    std::string text;
    for (auto const& each : *excess) text += std::string(each.code) + ": " + each.detail + "\n";
    return text;
}

/// As an administrator runs it, with the server's own client.
void run_script(std::string const& client, std::string const& script) {
    auto const command = client + " < " CASEBRIDGE_SOURCE_DIR "/packaging/sql/" + script + " >/dev/null";
    BOOST_REQUIRE_MESSAGE(std::system(command.c_str()) == 0, command);
}

/// A PostgreSQL database in which the script has been run, and the session of the login it made.
struct ScriptedPostgres {
    PostgresDatabase database;

    explicit ScriptedPostgres(std::string const& option = "") {
        for (auto const* sql : national_tables) database.run(sql);
        auto const client = "psql --quiet --set=ON_ERROR_STOP=1 --host='" + database.server().socket().string() +
                            "' --port=" + std::to_string(database.server().port()) + " --username=admin " + option +
                            " " + database.settings().database;
        run_script(client, "postgresql.sql");
        run_script(client, "postgresql.sql");  // it may be run again
        database.run("ALTER ROLE casebridge_reader PASSWORD 'reader''s own'");
        // The tables of the other tests are granted to `reader`, not to this login.
    }
    ~ScriptedPostgres() { database.run("DROP OWNED BY casebridge_reader; DROP ROLE casebridge_reader"); }

    std::unique_ptr<SqlSession> open() {
        auto settings = database.settings();
        settings.user = "casebridge_reader";
        auto session = open_postgres_session(settings, Secret::from_text("reader's own"));
        BOOST_REQUIRE_MESSAGE(session, detail_of(session));
        return *std::move(session);
    }
};

struct ScriptedMariadb {
    MariadbDatabase database;

    ScriptedMariadb() {
        for (auto const* sql : national_tables) database.run(sql);
        auto const client = "mariadb --no-defaults --user=admin --socket='" + database.server().socket().string() +
                            "' " + database.name();
        run_script(client, "mariadb.sql");
        run_script(client, "mariadb.sql");
        database.run("ALTER USER casebridge_reader@'127.0.0.1' IDENTIFIED BY 'reader''s own' ACCOUNT UNLOCK");
    }
    ~ScriptedMariadb() { database.run("DROP USER casebridge_reader@'127.0.0.1'"); }

    std::unique_ptr<SqlSession> open() {
        auto settings = database.settings();
        settings.user = "casebridge_reader";
        auto session = open_odbc_session(settings, Secret::from_text("reader's own"));
        BOOST_REQUIRE_MESSAGE(session, detail_of(session));
        return *std::move(session);
    }
};

std::string code_of_query(SqlSession& session, std::string const& sql) {
    return code_of(session.query(sql, {}, [](SqlRow const&) { return true; }));
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_trigger_of_the_script_tells_of_every_change_and_says_nothing_else) {
    ScriptedPostgres scripted("--set=notify=1");
    auto settings = scripted.database.settings();
    settings.user = "casebridge_reader";
    settings.notify_channel = "casebridge_changes";
    auto const session = open_postgres_session(settings, Secret::from_text("reader's own"));
    BOOST_REQUIRE_MESSAGE(session, detail_of(session));
    BOOST_TEST((*session)->heard_of_change());
    for (auto const* change :
         {"UPDATE national_case SET sex = 'M'", "DELETE FROM national_case WHERE case_number = 'none'",
          "INSERT INTO national_relative VALUES ('A-1', 'x', 'm')", "TRUNCATE national_case"}) {
        BOOST_TEST(!(*session)->heard_of_change());
        scripted.database.run(change);
        eventually("it is told", [&] { return (*session)->heard_of_change(); });
    }
    BOOST_TEST(told((*session)->privileges({"cases", "relatives"})) == "");
}

BOOST_AUTO_TEST_CASE(the_login_of_our_sql_for_postgresql_reads_the_views_and_nothing_else) {
    ScriptedPostgres scripted;
    auto const session = scripted.open();
    BOOST_TEST(told(session->privileges({"cases", "relatives"})) == "");
    BOOST_TEST(code_of_query(*session, "SELECT c.case_number FROM cases c") == "");
    BOOST_TEST(code_of_query(*session, "SELECT c.secret FROM cases c") == "source.query_failed");
    BOOST_TEST(code_of_query(*session, "SELECT c.secret FROM public.national_case c") == "source.not_permitted");
    BOOST_TEST(session->columns("cases")->size() == 4);
}

BOOST_AUTO_TEST_CASE(the_login_of_our_sql_for_mariadb_reads_the_views_and_nothing_else) {
    ScriptedMariadb scripted;
    auto const session = scripted.open();
    BOOST_TEST(told(session->privileges({"casebridge_cases", "casebridge_relatives"})) == "");
    BOOST_TEST(code_of_query(*session, "SELECT c.case_number FROM casebridge_cases c") == "");
    BOOST_TEST(code_of_query(*session, "SELECT c.secret FROM national_case c") == "source.not_permitted");
    BOOST_TEST(session->columns("casebridge_cases")->size() == 4);
}

BOOST_AUTO_TEST_CASE(each_right_too_many_in_postgresql_has_its_code) {
    ScriptedPostgres scripted;
    auto& database = scripted.database;
    auto const session = scripted.open();
    auto const now = [&] { return told(session->privileges({"cases", "relatives"})); };
    struct Step {
        char const* grant;
        char const* revoke;
        std::string expected;
    };
    for (auto const& [grant, revoke, expected] : {
             Step{"GRANT SELECT ON casebridge.cases TO casebridge_reader; CREATE TABLE casebridge.more (x text); "
                  "GRANT SELECT ON casebridge.more TO casebridge_reader",
                  "DROP TABLE casebridge.more", "source.role_reads_more: it can also read casebridge.more\n"},
             Step{"GRANT UPDATE (sex) ON casebridge.cases TO casebridge_reader",
                  "REVOKE UPDATE (sex) ON casebridge.cases FROM casebridge_reader",
                  "source.role_can_write: it can change casebridge.cases\n"},
             Step{"GRANT DELETE ON public.national_case TO PUBLIC", "REVOKE DELETE ON public.national_case FROM PUBLIC",
                  "source.role_can_write: it can change public.national_case\n"},
             Step{"CREATE ROLE writers; GRANT INSERT ON national_case TO writers; GRANT writers TO casebridge_reader",
                  "DROP OWNED BY writers; DROP ROLE writers",
                  "source.role_can_write: it can change public.national_case\n"},
             Step{"CREATE FUNCTION public.act() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
                  "DROP FUNCTION public.act()",
                  "source.role_can_write: it can act with another's rights by function public.act\n"},
             Step{"GRANT CREATE ON SCHEMA casebridge TO casebridge_reader",
                  "REVOKE CREATE ON SCHEMA casebridge FROM casebridge_reader",
                  "source.role_can_create: it can create in schema casebridge\n"},
             Step{"ALTER ROLE casebridge_reader CREATEROLE", "ALTER ROLE casebridge_reader NOCREATEROLE",
                  "source.role_is_administrator: it is or can become role casebridge_reader\n"},
             Step{"GRANT pg_read_server_files TO casebridge_reader",
                  "REVOKE pg_read_server_files FROM casebridge_reader",
                  "source.role_is_administrator: it is or can become role pg_read_server_files\n"},
             Step{"GRANT pg_read_all_stats TO casebridge_reader", "REVOKE pg_read_all_stats FROM casebridge_reader",
                  "source.role_is_administrator: it is or can become role pg_read_all_stats\n"},
             Step{"GRANT EXECUTE ON FUNCTION pg_read_file(text) TO casebridge_reader",
                  "REVOKE EXECUTE ON FUNCTION pg_read_file(text) FROM casebridge_reader",
                  "source.role_is_administrator: it can run function pg_read_file\n"},
             Step{"ALTER ROLE casebridge_reader SUPERUSER", "ALTER ROLE casebridge_reader NOSUPERUSER",
                  "source.role_is_administrator: it is or can become superuser\n"},
         }) {
        BOOST_TEST_CONTEXT(grant) {
            database.run(grant);
            BOOST_TEST(now() == expected);
            database.run(revoke);
            BOOST_TEST(now() == "");
        }
    }
    // A view of the map that is another's is read all the same.
    BOOST_TEST(told(session->privileges({"cases"})) ==
               "source.role_reads_more: it can also read casebridge.relatives\n");
}

BOOST_AUTO_TEST_CASE(each_right_too_many_in_mariadb_has_its_code) {
    ScriptedMariadb scripted;
    auto& database = scripted.database;
    auto const now = [&] {  // what is granted on all tables counts at the next login only
        return told(scripted.open()->privileges({"casebridge_cases", "casebridge_relatives"}));
    };
    std::string const to = " TO casebridge_reader@'127.0.0.1'";
    std::string const from = " FROM casebridge_reader@'127.0.0.1'";
    std::string const name = database.name();
    struct Step {
        std::string right, expected;
    };
    for (auto const& [right, expected] :
         {Step{"SELECT ON national_case", "source.role_reads_more: it has SELECT on " + name + ".national_case\n"},
          Step{"SELECT (sex) ON national_case",
               "source.role_reads_more: it has SELECT on " + name + ".national_case\n"},
          Step{"SELECT ON " + name + ".*", "source.role_reads_more: it has SELECT on " + name + ".*\n"},
          Step{"SELECT ON *.*", "source.role_reads_more: it has SELECT on *.*\n"},
          Step{"UPDATE ON casebridge_cases", "source.role_can_write: it has UPDATE on " + name + ".casebridge_cases\n"},
          Step{"INSERT ON *.*", "source.role_can_write: it has INSERT on *.*\n"},
          Step{"CREATE ON " + name + ".*", "source.role_can_create: it has CREATE on " + name + ".*\n"},
          Step{"FILE ON *.*", "source.role_is_administrator: it has FILE on *.*\n"}}) {
        BOOST_TEST_CONTEXT(right) {
            database.run("GRANT " + right + to);
            BOOST_TEST(now() == expected);
            database.run("REVOKE " + right + from);
            BOOST_TEST(now() == "");
        }
    }
    database.run("CREATE ROLE writers");
    database.run("GRANT writers" + to);
    BOOST_TEST(now() == "source.role_reads_more: it has role writers\n");
    database.run("DROP ROLE writers");
}

BOOST_AUTO_TEST_CASE(postgresql_tells_the_same_through_odbc) {
    OdbcPostgresDatabase database;
    database.run("CREATE TABLE person (id VARCHAR(9))");
    database.run("CREATE TABLE other (id VARCHAR(9))");
    database.run("GRANT INSERT ON person TO reader");
    auto const native = open_postgres_session(database.settings(), database.server().key());
    auto const odbc = open_odbc_session(database.odbc_settings(), database.server().key());
    BOOST_REQUIRE(native);
    BOOST_REQUIRE_MESSAGE(odbc, detail_of(odbc));
    auto const expected =
        "source.role_can_write: it can change public.person\nsource.role_reads_more: it can also read public.other\n";
    BOOST_TEST(told((*native)->privileges({"person"})) == expected);
    BOOST_TEST(told((*odbc)->privileges({"person"})) == expected);
}

BOOST_AUTO_TEST_SUITE_END()
