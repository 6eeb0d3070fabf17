#include "tests/unit/adapters/adapter_fixtures.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(server_settings)

namespace {

using namespace casebridge;
using namespace casebridge::test;

/// A whole map with these lines under `database:`.
Result<FieldMap> map_with(std::string const& lines) {
    return load_map("database:\n" + lines + "cases: {table: t, id: i, fields: {shelter: s}}\n");
}

template <typename Settings>
Settings settings_of(std::string const& lines) {
    auto const map = map_with(lines);
    BOOST_REQUIRE_MESSAGE(map, detail_of(map));
    return std::get<Settings>(map->database);
}

std::string complaint(std::string const& lines) {
    auto const map = map_with(lines);
    BOOST_TEST(code_of(map) == "field_map.invalid");
    return detail_of(map);
}

std::string const network = "  kind: postgresql\n  host: db.example\n  database: cases\n  user: reader\n";
std::string const odbc = "  kind: odbc\n  driver: MariaDB Unicode\n";

}  // namespace

BOOST_AUTO_TEST_CASE(every_key_of_postgresql_is_read) {
    auto const settings = settings_of<PostgresSettings>(
        network +
        "  host_address: 10.0.0.5\n  port: 5433\n  schemas: [casebridge, public]\n  tls: verify-full\n"
        "  root_certificate: root.pem\n  client_certificate: /etc/client.pem\n  client_key: client.key\n"
        "  password_file: pgpass\n  time_zone: Asia/Bangkok\n  application_name: th-msdhs\n  notify_channel: cases_2\n"
        "  connect_limit_seconds: 3\n  time_limit_seconds: 20\n");
    BOOST_TEST(settings.host == "db.example");
    BOOST_TEST(settings.host_address == "10.0.0.5");
    BOOST_TEST(settings.port == 5433);
    BOOST_TEST(settings.database == "cases");
    BOOST_TEST(settings.user == "reader");
    BOOST_TEST((settings.schemas == std::vector<std::string>{"casebridge", "public"}));
    BOOST_TEST(settings.root_certificate == "/national/root.pem");
    BOOST_TEST(settings.client_certificate == "/etc/client.pem");
    BOOST_TEST(settings.client_key == "/national/client.key");
    BOOST_TEST(settings.password_file == "/national/pgpass");
    BOOST_TEST(settings.time_zone == "Asia/Bangkok");
    BOOST_TEST(settings.notify_channel == "cases_2");
    BOOST_TEST(settings.application_name == "th-msdhs");
    BOOST_TEST((settings.connect_time_limit == std::chrono::seconds(3)));
    BOOST_TEST((settings.query_time_limit == std::chrono::seconds(20)));
}

BOOST_AUTO_TEST_CASE(a_unix_socket_needs_no_more_than_its_folder) {
    auto const settings = settings_of<PostgresSettings>(
        "  kind: postgresql\n  host: /run/postgresql\n  database: cases\n  user: reader\n");
    BOOST_TEST(settings.over_unix_socket());
    BOOST_TEST(settings.port == 5432);
    BOOST_TEST(settings.time_zone == "UTC");
    BOOST_TEST(settings.notify_channel.empty());
}

BOOST_AUTO_TEST_CASE(wrong_keys_of_postgresql_are_refused_by_name) {
    std::string const rooted = network + "  root_certificate: root.pem\n";
    for (auto const& [lines, expected] : {
             std::pair{network, "root_certificate: missing"},
             std::pair{rooted + "  password: secret\n", "password: a password does not belong into this file"},
             std::pair{rooted + "  pasword: secret\n",
                       "pasword: looks like `password`: a password does not belong into this file"},
             std::pair{rooted + "  passwrd: secret\n", "passwrd: looks like `password`"},
             std::pair{rooted + "  tls: require\n", "tls: expected"},
             std::pair{rooted + "  port: 0\n", "port: expected"},
             std::pair{rooted + "  sslmode: disable\n", "sslmode"},
             std::pair{rooted + "  client_key: x\n", "client_certificate: missing"},
             std::pair{rooted + "  client_certificate: x\n", "client_key: missing"},
             std::pair{rooted + "  time_zone: \"UTC'; DROP\"\n", "time_zone: expected a zone"},
             std::pair{rooted + "  notify_channel: \"a; DROP\"\n", "notify_channel: expected small letters"},
             std::pair{rooted + "  notify_channel: Cases\n", "notify_channel: expected small letters"},
             std::pair{rooted + "  notify_channel: 2cases\n", "notify_channel: expected small letters"},
             std::pair{rooted + "  notify_channel: " + std::string(64, 'a') + "\n",
                       "notify_channel: expected small letters"},
             std::pair{rooted + "  application_name: \"a\\nb\"\n", "application_name: expected at most"},
             std::pair{rooted + "  time_limit_seconds: 301\n", "time_limit_seconds: expected"},
             std::pair{std::string("  kind: postgresql\n  host: /run\n  database: c\n  user: r\n  tls: verify-full\n"),
                       "host: a Unix socket has no TLS"},
             std::pair{std::string("  kind: postgresql\n  host: /run\n  database: c\n  user: r\n  host_address: x\n"),
                       "host_address: expected only"},
             std::pair{std::string("  kind: postgresql\n"),
                       "database: expected a text; it is missing under `database`"},
         }) {
        auto const said = complaint(lines);
        BOOST_TEST(contains(said, expected), said);
        BOOST_TEST(!contains(said, "secret"), said);
    }
}

BOOST_AUTO_TEST_CASE(every_key_of_odbc_is_read) {
    auto const settings = settings_of<OdbcSettings>(
        odbc +
        "  user: reader\n  attributes: {SERVER: db.example, PORT: 3306, SSLCA: /etc/root.pem}\n"
        "  encryption: unchecked\n  time_zone: \"+07:00\"\n  connect_limit_seconds: 3\n  time_limit_seconds: 20\n");
    BOOST_TEST(settings.driver == "MariaDB Unicode");
    BOOST_TEST(settings.user == "reader");
    BOOST_REQUIRE(settings.attributes.size() == 3);
    BOOST_TEST(settings.attributes[1].first == "PORT");
    BOOST_TEST(settings.attributes[1].second == "3306");
    BOOST_TEST((settings.encryption == OdbcSettings::Encryption::unchecked));
    BOOST_TEST(settings.time_zone == "+07:00");
    BOOST_TEST((settings.connect_time_limit == std::chrono::seconds(3)));
    BOOST_TEST((settings.query_time_limit == std::chrono::seconds(20)));
    BOOST_TEST((settings_of<OdbcSettings>(odbc).encryption == OdbcSettings::Encryption::required));
}

BOOST_AUTO_TEST_CASE(wrong_keys_of_odbc_are_refused_by_name) {
    for (auto const& [lines, expected] : {
             std::pair{odbc + "  attributes: {PWD: secret}\n", "`PWD` does not belong here"},
             std::pair{odbc + "  attributes: {PASWORD: secret}\n", "`PASWORD` does not belong here"},
             std::pair{odbc + "  attributes: {uid: root}\n", "`uid` does not belong here"},
             std::pair{odbc + "  attributes: {DSN: other}\n", "`DSN` does not belong here"},
             std::pair{odbc + "  attributes: {\"A;PWD\": x}\n", "`A;PWD` does not belong here"},
             std::pair{odbc + "  attributes: {SERVER: [a, b]}\n", "`SERVER`: expected one value"},
             std::pair{odbc + "  attributes: {SERVER: \"a\\nb\"}\n", "attributes: expected at most 255"},
             std::pair{odbc + "  password: secret\n", "password: a password does not belong"},
             std::pair{odbc + "  encryption: off\n", "encryption: expected"},
             std::pair{odbc + "  dsn: x\n", "dsn"},
             std::pair{std::string("  kind: odbc\n"), "driver: expected a text; it is missing under `database`"},
         }) {
        auto const said = complaint(lines);
        BOOST_TEST(contains(said, expected), said);
        BOOST_TEST(!contains(said, "secret"), said);
    }
}

BOOST_AUTO_TEST_SUITE_END()
