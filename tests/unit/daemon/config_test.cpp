#include "daemon/config.h"

#include "tests/support/check_code.h"
#include "tests/support/temporary_directory.h"

#include <unistd.h>

BOOST_AUTO_TEST_SUITE(config)

namespace {

using namespace casebridge;
using casebridge::test::must;
using casebridge::test::TemporaryDirectory;

constexpr std::string_view smallest = R"(node: th-msdhs
kind: welfare
name: Social Development
offices: [central-registry]
officers:
  - {user: root, officer: administrator, role: operator}
)";

Result<Config> load(std::string const& text) {
    TemporaryDirectory const directory;
    return load_config(directory.write("casebridge.yaml", text));
}

/// The complaints, one a line, without the directory.
std::string complaints(std::string const& text) {
    auto const config = load(text);
    if (config) return "(accepted)";
    BOOST_CHECK_EQUAL(config.error().code, "config.invalid");
    std::string lines = "\n" + config.error().detail;
    for (auto at = lines.find("\n/"); at != std::string::npos; at = lines.find("\n/", at + 1)) {
        lines.erase(at + 1, lines.find("casebridge.yaml", at) - at - 1);
    }
    return lines.substr(1);
}

std::string with(std::string_view line) {
    return std::string(smallest) + std::string(line);
}

std::string replaced(std::string_view old, std::string_view by) {
    std::string text(smallest);
    return text.replace(text.find(old), old.size(), by);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_smallest_file_gets_every_default) {
    TemporaryDirectory const directory;
    auto const config = must(load_config(directory.write("casebridge.yaml", smallest)));
    BOOST_CHECK_EQUAL(config.node.text(), "th-msdhs");
    BOOST_CHECK(config.kind == NodeKind::welfare);
    BOOST_REQUIRE_EQUAL(config.offices.size(), 1U);
    BOOST_CHECK_EQUAL(config.listen_host, "0.0.0.0");
    BOOST_CHECK_EQUAL(config.listen_port, 8443);
    BOOST_CHECK_EQUAL(config.state_directory, "/var/lib/casebridge");
    BOOST_CHECK_EQUAL(config.officer_socket, "/run/casebridge/officer.sock");
    BOOST_CHECK_EQUAL(config.agreements, directory.path() / "agreements");
    BOOST_CHECK_EQUAL(config.policies, directory.path() / "policies");
    BOOST_CHECK(config.field_map.empty() && config.source_key_file.empty() && config.store_key_file.empty());
    BOOST_REQUIRE(config.officers.contains(0));
    BOOST_CHECK_EQUAL(config.officers.at(0).id.text(), "administrator");
    BOOST_CHECK_EQUAL(config.officers.at(0).role, "operator");
    HttpLimits const limits;
    BOOST_CHECK_EQUAL(config.limits.body_bytes, limits.body_bytes);
    BOOST_CHECK_EQUAL(config.limits.header_bytes, limits.header_bytes);
    BOOST_CHECK_EQUAL(config.limits.connections, limits.connections);
    BOOST_CHECK_EQUAL(config.limits.connections_per_address, limits.connections_per_address);
    BOOST_CHECK(config.limits.handshake == limits.handshake && config.limits.head == limits.head);
    BOOST_CHECK(config.limits.idle == limits.idle);
    BOOST_CHECK_EQUAL(config.peer_quota.per_second, 200U);
    BOOST_CHECK_EQUAL(config.peer_quota.burst, 1000U);
    BOOST_CHECK(config.message_life == std::chrono::hours(168) && config.clock_skew == std::chrono::minutes(5));
    BOOST_CHECK_EQUAL(config.minimum_free_bytes, 256U << 20);
    BOOST_CHECK(config.retry_base == std::chrono::seconds(2) && config.retry_cap == std::chrono::seconds(900));
    BOOST_CHECK_EQUAL(config.log_level + ' ' + config.log_format, "info text");
}

BOOST_AUTO_TEST_CASE(every_key_can_be_set) {
    TemporaryDirectory const directory;
    auto const config = must(load_config(directory.write("casebridge.yaml", with(R"(listen: "[::1]:9443"
state_directory: state
officer_socket: run/officer.sock
agreements: /srv/agreements
policies: ../policies
field_map: map.yaml
source_key_file: national.key
store_key_file: store.key
message_life_hours: 744
clock_skew_minutes: 1
minimum_free_space_mib: 1048576
certificate_warning_days: 90
limits: {body_kib: 16, header_kib: 2, connections: 8, connections_per_address: 4, handshake_seconds: 1,
         head_seconds: 2, minimum_bytes_per_second: 64, idle_seconds: 3,
         peer_requests_per_second: 7, peer_request_burst: 9}
retry: {base_seconds: 1, cap_seconds: 2}
log: {level: debug, format: json}
)"))));
    BOOST_CHECK_EQUAL(config.listen_host, "::1");
    BOOST_CHECK_EQUAL(config.listen_port, 9443);
    BOOST_CHECK_EQUAL(config.state_directory, directory.path() / "state");
    BOOST_CHECK_EQUAL(config.officer_socket, directory.path() / "run/officer.sock");
    BOOST_CHECK_EQUAL(config.agreements, "/srv/agreements");
    BOOST_CHECK_EQUAL(config.policies, directory.path().parent_path() / "policies");
    BOOST_CHECK_EQUAL(config.field_map, directory.path() / "map.yaml");
    BOOST_CHECK_EQUAL(config.source_key_file, directory.path() / "national.key");
    BOOST_CHECK_EQUAL(config.store_key_file, directory.path() / "store.key");
    BOOST_CHECK(config.message_life == std::chrono::hours(744) && config.clock_skew == std::chrono::minutes(1));
    BOOST_CHECK_EQUAL(config.minimum_free_bytes, std::uint64_t{1} << 40);
    BOOST_CHECK(config.certificate_warning == std::chrono::days(90));
    BOOST_CHECK_EQUAL(config.limits.body_bytes, 16U * 1024);
    BOOST_CHECK_EQUAL(config.limits.header_bytes, 2U * 1024);
    BOOST_CHECK_EQUAL(config.limits.connections, 8U);
    BOOST_CHECK_EQUAL(config.limits.connections_per_address, 4U);
    BOOST_CHECK(config.limits.handshake == std::chrono::seconds(1) && config.limits.head == std::chrono::seconds(2));
    BOOST_CHECK_EQUAL(config.limits.minimum_bytes_per_second, 64U);
    BOOST_CHECK(config.limits.idle == std::chrono::seconds(3));
    BOOST_CHECK_EQUAL(config.peer_quota.per_second, 7U);
    BOOST_CHECK_EQUAL(config.peer_quota.burst, 9U);
    BOOST_CHECK(config.retry_base == std::chrono::seconds(1) && config.retry_cap == std::chrono::seconds(2));
    BOOST_CHECK_EQUAL(config.log_level + ' ' + config.log_format, "debug json");
}

BOOST_AUTO_TEST_CASE(the_example_loads_and_is_the_one_that_is_shipped) {
    CHECK_ACCEPTED(load(config_example()));
    std::ifstream stream(std::string(CASEBRIDGE_SOURCE_DIR) + "/packaging/casebridge.yaml.example");
    std::string const shipped{std::istreambuf_iterator<char>(stream), {}};
    BOOST_CHECK_MESSAGE(shipped == config_example(), "packaging/casebridge.yaml.example must be:\n"
                                                         << config_example());
}

BOOST_AUTO_TEST_CASE(the_example_loads_with_every_default_written_out) {
    std::string text;
    std::istringstream lines(config_example());
    for (std::string line; std::getline(lines, line);) {
        bool const is_default = line.starts_with('#') && (!line.starts_with("# ") || line.starts_with("#  "));
        text += (is_default ? line.substr(1) : line) + '\n';
    }
    CHECK_ACCEPTED(load(text));
    BOOST_CHECK(text.find("\nlimits:\n  # Largest body of a request.\n  body_kib: 1024\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_help_names_every_key_with_type_default_and_meaning) {
    auto const help = config_help();
    for (auto const line :
         {"node: node id; required\n", "limits.body_kib: whole number from 16 to 1024; default 1024\n",
          "field_map: path; optional\n", "log.level: one of debug, info, warning, error; default info\n"}) {
        BOOST_CHECK_MESSAGE(help.find(line) != std::string::npos, line);
    }
}

BOOST_AUTO_TEST_CASE(a_wrong_value_is_named_with_its_line_and_what_was_expected) {
    struct Row {
        std::string text, expected;
    };
    std::string const at_end = "casebridge.yaml:7: ";
    for (auto const& [text, expected] : std::initializer_list<Row>{
             {with("message_live_hours: 5"), at_end + "message_live_hours: unknown key"},
             {with("message_live_hours: 5"), "did you mean `message_life_hours`?"},
             {with("limits: {body_kb: 5}"), at_end + "body_kb: unknown key"},
             {with("limits: {body_kb: 5}"), "did you mean `body_kib`?"},
             {with("limits: {body_kib: 2048}"), at_end + "body_kib: expected a whole number from 16 to 1024"},
             {with("limits: {body_kib: many}"), at_end + "body_kib: expected a whole number from 16 to 1024"},
             {with("limits: 5"), at_end + "limits: expected"},
             {with("limits: {connections: 8}"), at_end + "limits: expected connections_per_address not above"},
             {with("message_life_hours: 745"), at_end + "message_life_hours: expected a whole number from 1 to 744"},
             {with("minimum_free_space_mib: 15"),
              at_end + "minimum_free_space_mib: expected a whole number from 16 to 1048576"},
             {with("clock_skew_minutes: 0"), at_end + "clock_skew_minutes: expected a whole number from 1 to 15"},
             {with("retry: {base_seconds: 9, cap_seconds: 8}"), at_end + "retry: expected cap_seconds not below"},
             {with("log: {level: infos}"), at_end + "level: expected one of debug, info, warning, error; did you mean"},
             {with("log: {format: xml}"), at_end + "format: expected one of text, json"},
             {with("listen: 8443"), at_end + "listen: expected an IP address and a port"},
             {with("listen: \"ministry.example:8443\""), at_end + "listen: expected an IP address and a port"},
             {with("listen: \"0.0.0.0:0\""), at_end + "listen: expected an IP address and a port"},
             {with("listen: \"0.0.0.0:70000\""), at_end + "listen: expected an IP address and a port"},
             {with("listen: \"::1:8443\""), at_end + "listen: expected an IP address and a port"},
             {with("source_key_file: k"), at_end + "source_key_file: expected only together with field_map"},
             {replaced("node: th-msdhs", "node: Thailand"), "casebridge.yaml:1: node: expected"},
             {replaced("node: th-msdhs\n", ""), "casebridge.yaml:1: node: expected"},
             {replaced("welfare", "wellfare"), "casebridge.yaml:2: kind: expected one of"},
             {replaced("welfare", "wellfare"), "did you mean `welfare`?"},
             {replaced("name: Social Development", "name: [a]"), "casebridge.yaml:3: name: expected a text"},
             {replaced("Social Development", std::string(201, 'x')), "casebridge.yaml:3: name: expected at most"},
             {replaced("[central-registry]", "[Central]"), "casebridge.yaml:4: offices: expected 2 to 40 lower-case"},
             {replaced("[central-registry]", "[aa, aa]"), "casebridge.yaml:4: offices: expected each office once"},
             {replaced("[central-registry]", "[]"), "casebridge.yaml:4: offices: expected at least one office"},
             {replaced("[central-registry]", "central"), "casebridge.yaml:4: offices: expected"},
             {replaced("user: root", "user: no-such-user"), "casebridge.yaml:6: user: expected a user of this system"},
             {replaced("user: root", "usr: root"), "casebridge.yaml:6: usr: unknown key"},
             {replaced("role: operator", "role: operater"), "casebridge.yaml:6: role: expected one of"},
             {replaced("role: operator", "role: operater"), "did you mean `operator`?"},
             {replaced("officer: administrator", "officer: casebridged"), "casebridge.yaml:6: officer: expected"},
             {replaced("officer: administrator", "officer: \"A B\""), "casebridge.yaml:6: officer: expected"},
             {with("  - root"), at_end + "officers: expected a list of keys with values"},
             {with("  - {user: \"0\", officer: second, role: auditor}"), at_end + "user: expected each user once"},
         }) {
        auto const found = complaints(text);
        BOOST_CHECK_MESSAGE(found.find(expected) != std::string::npos,
                            "expected: " << expected << "\nfound: " << found);
    }
}

BOOST_AUTO_TEST_CASE(everything_wrong_with_a_file_is_said_at_once) {
    auto const found = complaints("node: x\nkind: y\nnonsense: 1\nlog: {level: z, colour: red}\n");
    for (auto const expected : {":1: node:", ":2: kind:", ":1: name:", ":1: offices:", ":1: officers:", ":3: nonsense:",
                                ":4: level:", ":4: colour:"}) {
        BOOST_CHECK_MESSAGE(found.find(expected) != std::string::npos, expected << " in\n" << found);
    }
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_configuration_is_refused) {
    CHECK_CODE(load_config("/nonexistent/casebridge.yaml"), "file.unreadable");
    CHECK_CODE(load("node: [\n"), "yaml.malformed");
    CHECK_CODE(load(with("node: th-other\n")), "yaml.duplicate_key");
    CHECK_CODE(load("- a\n- b\n"), "config.invalid");
}

BOOST_AUTO_TEST_CASE(without_a_staging_table_nothing_is_said_of_one) {
    BOOST_CHECK(!must(load(std::string(smallest))).received);
    BOOST_CHECK(!must(load(with("received: {}\n"))).received);
}

BOOST_AUTO_TEST_CASE(a_staging_table_has_a_database_a_name_and_a_key) {
    TemporaryDirectory const directory;
    auto const text = with("received:\n  database: {kind: sqlite, path: received.db}\n  key_file: received.key\n");
    auto const config = must(load_config(directory.write("casebridge.yaml", text)));
    BOOST_REQUIRE(config.received);
    BOOST_CHECK_EQUAL(config.received->table, "casebridge_received");
    BOOST_CHECK_EQUAL(std::get<SqliteSettings>(config.received->database).path, directory.path() / "received.db");
    BOOST_CHECK_EQUAL(config.received_key_file, directory.path() / "received.key");
}

BOOST_AUTO_TEST_CASE(a_wrong_staging_table_is_told_with_line_key_and_remedy) {
    for (auto const& [lines, expected] : {
             std::pair{"received: {table: t}\n", "casebridge.yaml:7: table: expected only together with database"},
             std::pair{"received: {key_file: k}\n",
                       "casebridge.yaml:7: key_file: expected only together with database"},
             std::pair{"received: yes\n", "casebridge.yaml:7: received: expected"},
             std::pair{"received: {database: here}\n", "casebridge.yaml:7: database: expected"},
             std::pair{"received:\n  database: {kind: sqlite, path: x}\n  tabel: t\n",
                       "casebridge.yaml:9: tabel: unknown key; expected one of database, key_file, table; did you mean "
                       "`table`?"},
             std::pair{"received:\n  database: {kind: sqlite, path: x}\n  table: staging.received\n",
                       "casebridge.yaml:9: table: expected a name of 1 to 63 bytes without a schema: `schemas`"},
             std::pair{"received:\n  database: {kind: sqlite}\n", "casebridge.yaml:8: path"},
             std::pair{"received:\n  database: {kind: mysql, path: x}\n", "casebridge.yaml:8: kind: expected one of"},
             std::pair{"received:\n  database:\n    kind: postgresql\n    host: db\n    database: d\n    user: u\n",
                       "root_certificate: missing"},
             std::pair{"received:\n  database: {kind: sqlite, path: /var/lib/casebridge/casebridge.db}\n",
                       "casebridge.yaml:7: received: expected a file outside of state_directory"},
         }) {
        auto const said = complaints(with(lines));
        BOOST_CHECK_MESSAGE(said.find(expected) != std::string::npos, lines << said);
    }
}

BOOST_AUTO_TEST_SUITE_END()
