// The database of `received:`: the keys of a field map's, the words for a password, and which place it is.
#include "adapters/received_settings.h"

#include "tests/support/check_code.h"

BOOST_AUTO_TEST_SUITE(settings_of_the_staging_table)

namespace {

using namespace casebridge;
using namespace casebridge::test;

std::string complaint(std::string const& lines) {
    YamlComplaints complaints;
    static_cast<void>(
        read_received_database(must(parse_yaml(lines, "casebridge.yaml")), "/etc/casebridge", complaints));
    return complaints.empty() ? "" : complaints.to_error("config.invalid").detail;
}

std::string place(std::string const& lines, std::string const& table = "casebridge_received") {
    YamlComplaints complaints;
    ReceivedSettings const settings{
        read_received_database(must(parse_yaml(lines, "casebridge.yaml")), "/etc/casebridge", complaints), table};
    BOOST_REQUIRE(complaints.empty());
    return settings.place();
}

std::string const server =
    "kind: postgresql\nhost: db.example\ndatabase: national\nuser: casebridge_writer\nroot_certificate: ca.pem\n";
std::string const driver = "kind: odbc\ndriver: MariaDB Unicode\nuser: casebridge_writer\n";

}  // namespace

BOOST_AUTO_TEST_CASE(each_wrong_key_is_named_with_its_line_and_what_to_do) {
    for (auto const& [lines, expected] : {
             std::pair{std::string("kind: oracle\n"),
                       "casebridge.yaml:1: kind: expected one of postgresql, odbc, sqlite"},
             std::pair{std::string("kind: csv\n"), "casebridge.yaml:1: kind: expected one of"},
             std::pair{std::string("path: x\n"), "casebridge.yaml:1: kind"},
             std::pair{std::string("kind: sqlite\n"), "casebridge.yaml:1: path"},
             std::pair{std::string("kind: sqlite\npath: x\nkey: y\n"),
                       "casebridge.yaml:3: key: a key does not belong into this file"},
             std::pair{std::string("kind: sqlcipher\npath: x\nkey_kind: raw\n"), "cipher_compatibility"},
             std::pair{server + "password: secret\n",
                       "casebridge.yaml:6: password: a password does not belong into this file: give it as the systemd "
                       "credential `received-database` or in `key_file` of `received`"},
             std::pair{server + "tls: prefer\n", "casebridge.yaml:6: tls: expected"},
             std::pair{driver + "attributes: {PWD: x}\n", "credential `received-database` or in `key_file`"},
         }) {
        BOOST_TEST_CONTEXT(lines) {
            BOOST_CHECK_MESSAGE(complaint(lines).find(expected) != std::string::npos, complaint(lines));
        }
    }
    BOOST_CHECK_EQUAL(complaint(server), "");
}

BOOST_AUTO_TEST_CASE(a_place_is_a_table_of_a_database_and_not_who_writes_to_it_or_how) {
    BOOST_CHECK_EQUAL(place("kind: sqlite\npath: ../srv/received.db\n"),
                      "file /etc/srv/received.db table casebridge_received");
    BOOST_CHECK_EQUAL(place(server), "postgresql db.example:5432/national table casebridge_received");
    BOOST_CHECK_EQUAL(place(server + "schemas: [staging]\nhost_address: 10.0.0.1\ntime_limit_seconds: 3\n", "t"),
                      "postgresql db.example:5432/national schema staging table t");
    BOOST_CHECK_EQUAL(place(driver + "attributes: {SERVER: db, SSLCA: /ca.pem, DATABASE: staging}\n"),
                      "odbc database=staging server=db table casebridge_received");
    BOOST_CHECK_EQUAL(place(driver + "attributes: {DATABASE: staging, SSLCA: /other.pem, SERVER: db}\n"),
                      "odbc database=staging server=db table casebridge_received");
    BOOST_CHECK_EQUAL(place(driver + "attributes: {Locator: x}\n"), "odbc locator=x table casebridge_received");
}

BOOST_AUTO_TEST_SUITE_END()
