// `casebridge doctor` and databases that are servers, national and staging: from the configuration's files to the
// login's rights.
#include "tests/support/servers/postgres_server.h"
#include "tests/support/servers/staging_database.h"
#include "tests/unit/daemon/command_run.h"

#include <fstream>

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>

BOOST_AUTO_TEST_SUITE(doctor_of_a_database)

namespace {

using namespace casebridge;
using namespace casebridge::test;

/// The findings whose subject begins so: "state code", in order.
std::vector<std::string> findings(Json const& report, std::string const& subject = "national database") {
    std::vector<std::string> found;
    for (auto const& each : *report.find("findings")->as_array()) {
        if (each.text_or("what").starts_with(subject)) {
            found.push_back(each.text_or("state") + " " + each.text_or("code"));
        }
    }
    return found;
}

/// Whatever is not as it should be comes with what to do about it.
void check_remedies(Json const& report) {
    for (auto const& each : *report.find("findings")->as_array()) {
        auto const remedy = each.text_or("remedy");
        if (each.text_or("state") == "ok") continue;
        BOOST_CHECK_MESSAGE(remedy.size() > 20 && remedy.ends_with('.') && remedy.find('\n') == std::string::npos,
                            each.text_or("what") << ": " << each.text_or("code") << ": " << remedy);
    }
}

std::string field_map(PostgresSettings const& settings) {
    return "database:\n  kind: postgresql\n  host: " + settings.host + "\n  host_address: " + settings.host_address +
           "\n  port: " + std::to_string(settings.port) + "\n  database: " + settings.database +
           "\n  user: " + settings.user + "\n  root_certificate: " + settings.root_certificate.string() +
           "\ncases: {table: cases, id: no, fields: {shelter: home}}\n";
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_doctor_complains_of_a_login_that_can_do_more_than_read_and_of_a_key_others_can_read) {
    auto& server = PostgresServer::instance();
    auto const database = server.create_database();
    auto admin = server.admin(database);
    admin.run("CREATE TABLE cases (no text PRIMARY KEY, home text)");
    TemporaryDirectory const directory;
    auto const file = (directory.path() / "etc.yaml").string();
    BOOST_REQUIRE_EQUAL(run(init_arguments(directory) + " --office datip --config-out " + file).exit, 0);
    directory.write("map.yaml", field_map(server.settings(database)));
    auto const key = directory.write("national.key", std::string(PostgresServer::password) + "\n");
    std::ofstream(file, std::ios::app) << "\nfield_map: map.yaml\nsource_key_file: national.key\n";
    auto const doctor = [&] {
        auto const said = run("doctor --json --config " + file);
        BOOST_CHECK(!contains(said.out, PostgresServer::password) && !contains(said.err, PostgresServer::password));
        check_remedies(json_of(said.out));
        return findings(json_of(said.out));
    };
    using Expected = std::vector<std::string>;

    BOOST_REQUIRE_EQUAL(::chmod(key.c_str(), 0644), 0);
    BOOST_TEST(doctor() == Expected{"problem file.too_permissive"}, boost::test_tools::per_element());
    BOOST_REQUIRE_EQUAL(::chmod(key.c_str(), 0600), 0);
    BOOST_TEST(doctor() == (Expected{"ok ", "ok "}), boost::test_tools::per_element());

    admin.run("GRANT UPDATE ON cases TO reader");
    admin.run("CREATE TABLE other (x text)");
    BOOST_TEST(doctor() == (Expected{"ok ", "problem source.role_can_write", "problem source.role_reads_more"}),
               boost::test_tools::per_element());

    std::ofstream(key) << "not the password\n";
    BOOST_TEST(doctor() == Expected{"problem source.login_refused"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_daemons_check_says_whether_the_national_database_can_be_read) {
    auto& server = PostgresServer::instance();
    auto const database = server.create_database();
    auto admin = server.admin(database);
    admin.run("CREATE TABLE cases (no text PRIMARY KEY, home text)");
    TemporaryDirectory const directory;
    auto const file = (directory.path() / "etc.yaml").string();
    BOOST_REQUIRE_EQUAL(run(init_arguments(directory) + " --office datip --config-out " + file).exit, 0);
    auto const check = [&] { return run_daemon("--check --config " + file); };
    BOOST_CHECK_EQUAL(check().exit, 0);
    CHECK_CONTAINS(check().out, "national database: none, this node only receives");

    directory.write("map.yaml", field_map(server.settings(database)));
    auto const key = directory.write("national.key", std::string(PostgresServer::password) + "\n");
    BOOST_REQUIRE_EQUAL(::chmod(key.c_str(), 0600), 0);
    std::ofstream(file, std::ios::app) << "\nfield_map: map.yaml\nsource_key_file: national.key\n";
    auto const right = check();
    BOOST_CHECK_EQUAL(right.exit, 0);
    CHECK_CONTAINS(right.out, "the configuration is right");
    CHECK_CONTAINS(right.out, "national database: can be read as ");
    BOOST_CHECK(!std::filesystem::exists(directory.path() / "state/casebridge.db"));  // nothing was started

    admin.run("REVOKE SELECT ON cases FROM reader");
    auto const refused = check();
    BOOST_CHECK_EQUAL(refused.exit, 1);
    CHECK_CONTAINS(refused.out, "the configuration is right");
    CHECK_CONTAINS(refused.err, "the national database cannot be read");
    CHECK_CONTAINS(refused.err, "[source.not_permitted]");
    admin.run("GRANT SELECT ON cases TO reader");
    admin.run("ALTER TABLE cases RENAME COLUMN home TO shelter");
    CHECK_CONTAINS(check().err, "[field_map.invalid]");
    std::ofstream(key) << "not the password\n";
    auto const locked_out = check();
    BOOST_CHECK_EQUAL(locked_out.exit, 1);
    CHECK_CONTAINS(locked_out.err, "[source.login_refused]");
    BOOST_CHECK(!contains(locked_out.err, "not the password"));
}

BOOST_AUTO_TEST_CASE(a_certificate_instead_of_a_password_is_looked_at_by_doctor_and_check) {
    auto& server = PostgresServer::instance();
    auto const database = server.create_database();
    server.admin(database).run("CREATE TABLE cases (no text PRIMARY KEY, home text)");
    TemporaryDirectory const directory;
    auto const file = (directory.path() / "etc.yaml").string();
    BOOST_REQUIRE_EQUAL(run(init_arguments(directory) + " --office datip --config-out " + file).exit, 0);
    std::ofstream(file, std::ios::app) << "\nfield_map: map.yaml\n";
    auto settings = server.settings(database);
    settings.user = PostgresServer::certified_user;
    auto const write_map = [&](PostgresServer::ClientFiles const& files) {
        auto text = field_map(settings);
        text.insert(text.find("\ncases:"),
                    "\n  client_certificate: " + files.certificate.string() + "\n  client_key: " + files.key.string());
        directory.write("map.yaml", text);
    };
    auto const first = [&] {
        auto const report = json_of(run("doctor --json --config " + file).out);
        check_remedies(report);
        return findings(report).front();
    };
    auto const mine = server.client_certificate(PostgresServer::certified_user);
    write_map(mine);
    BOOST_CHECK_EQUAL(first(), "ok ");
    BOOST_CHECK_EQUAL(run_daemon("--check --config " + file).exit, 0);
    BOOST_REQUIRE_EQUAL(::chmod(mine.key.c_str(), 0640), 0);
    BOOST_CHECK_EQUAL(first(), "problem file.too_permissive");
    auto const refused = run_daemon("--check --config " + file);
    BOOST_CHECK_EQUAL(refused.exit, 1);
    CHECK_CONTAINS(refused.err, "[file.too_permissive]");
    write_map(server.client_certificate("somebody"));
    BOOST_CHECK_EQUAL(first(), "problem source.login_refused");  // not a note: no password is missing
    CHECK_CONTAINS(run_daemon("--check --config " + file).err, "[source.login_refused]");
}

BOOST_AUTO_TEST_CASE(the_doctor_tries_the_staging_table_and_complains_of_a_login_that_can_do_more) {
    PostgresStaging database;
    TemporaryDirectory const directory;
    auto const file = (directory.path() / "etc.yaml").string();
    BOOST_REQUIRE_EQUAL(run(init_arguments(directory) + " --office datip --config-out " + file).exit, 0);
    auto const settings = database.postgres_settings();
    std::ofstream(file, std::ios::app)
        << "\nreceived:\n  key_file: received.key\n  database:\n    kind: postgresql\n    host: " << settings.host
        << "\n    host_address: " << settings.host_address << "\n    port: " << settings.port
        << "\n    database: " << settings.database
        << "\n    user: casebridge_writer\n    root_certificate: " << settings.root_certificate.string() << '\n';
    auto const doctor = [&] {
        auto const report = json_of(run("doctor --json --config " + file).out);
        check_remedies(report);
        return findings(report, "staging table");
    };
    using Expected = std::vector<std::string>;

    BOOST_TEST(doctor() == Expected{"problem file.unreadable"}, boost::test_tools::per_element());
    auto const key = directory.write("received.key", "writer's own\n");
    BOOST_REQUIRE_EQUAL(::chmod(key.c_str(), 0644), 0);
    BOOST_TEST(doctor() == Expected{"problem file.too_permissive"}, boost::test_tools::per_element());
    BOOST_REQUIRE_EQUAL(::chmod(key.c_str(), 0600), 0);
    BOOST_TEST(doctor() == (Expected{"ok ", "ok "}), boost::test_tools::per_element());
    BOOST_CHECK_EQUAL(database.rows(), 0U);

    database.grant("UPDATE", true);
    database.run("CREATE TABLE casebridge_staging.other (x text); GRANT SELECT ON casebridge_staging.other TO PUBLIC");
    BOOST_TEST(doctor() == (Expected{"ok ", "problem received.role_can_write", "problem received.role_reads_more"}),
               boost::test_tools::per_element());
    database.run("ALTER TABLE casebridge_received DROP COLUMN consent");
    BOOST_TEST(doctor() == Expected{"problem received.table_unfit"}, boost::test_tools::per_element());
    database.run("DROP TABLE casebridge_received");
    BOOST_TEST(doctor() == Expected{"problem received.no_table"}, boost::test_tools::per_element());
    std::ofstream(key) << "not the password\n";
    BOOST_TEST(doctor() == Expected{"problem received.login_refused"}, boost::test_tools::per_element());
    std::ofstream(key) << "";
    BOOST_TEST(doctor() == Expected{"note "}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
