// Thailand's cases in PostgreSQL, which says by itself when something has changed: it is seen long before the next
// look.
#include "adapters/reader_session.h"
#include "tests/integration/two_nodes.h"
#include "tests/support/servers/postgres_server.h"

#include <algorithm>

using namespace casebridge;
using namespace casebridge::test;

namespace notifications {
namespace {

/// One name of the demonstration is longer than PostgreSQL's 63 bytes.
std::string with_short_names(std::string text) {
    std::string const too_long = "รูปแบบการแสวงหาประโยชน์";
    for (auto at = text.find(too_long); at != std::string::npos; at = text.find(too_long, at)) {
        text.replace(at, too_long.size(), "รูปแบบ");
    }
    return text;
}

std::string quoted(std::string const& name) {
    return "\"" + with_short_names(name) + "\"";
}

/// Every table of a SQLite file, all columns as text, and a trigger that notifies on each.
void copy_into(PostgresAdmin& admin, std::filesystem::path const& file) {
    SqliteSettings settings;
    settings.path = file;
    auto source = open_reader_session(settings);
    BOOST_REQUIRE(source);
    admin.run(
        "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "PERFORM pg_notify('casebridge_changes', ''); RETURN NULL; END $$");
    auto const tables = (*source)->tables();
    BOOST_REQUIRE(tables);
    for (auto const& table : *tables) {
        auto const columns = (*source)->columns(table);
        BOOST_REQUIRE(columns);
        std::string definition, places;
        for (auto const& column : *columns) {
            definition += (definition.empty() ? "" : ", ") + quoted(column.name) + " text";
            places +=
                (places.empty() ? "$" : ", $") + std::to_string(1 + std::count(places.begin(), places.end(), '$'));
        }
        admin.run("CREATE TABLE " + quoted(table) + " (" + definition + ")");
        auto const copied = (*source)->scan("SELECT * FROM \"" + table + "\"", [&](SqlRow const& row) {
            std::vector<std::optional<std::string>> values;
            for (auto const& value : row) {
                auto const* const number = std::get_if<std::int64_t>(&value);
                auto const* const text = std::get_if<std::string>(&value);
                values.push_back(number != nullptr ? std::optional(std::to_string(*number))
                                 : text != nullptr ? std::optional(*text)
                                                   : std::nullopt);
            }
            return admin.try_run("INSERT INTO " + quoted(table) + " VALUES (" + places + ")", values);
        });
        BOOST_REQUIRE(copied);
        admin.run("CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON " + quoted(table) +
                  " FOR EACH STATEMENT EXECUTE FUNCTION tell()");
    }
}

/// Started before the nodes: a server started later would inherit the sockets they listen on.
struct Server {
    PostgresServer& server = PostgresServer::instance();
};

/// With cases in PostgreSQL, and an hour between two looks.
struct NotifyingNodes : Server, TwoNodes {
    std::string name = server.create_database();
    PostgresAdmin admin = server.admin(name);

    NotifyingNodes() {
        copy_into(admin, thailand.national_database());
        thailand.stop();
        auto const settings = server.settings(name);
        auto map = thailand.read("field-map.yaml");
        auto const rest = map.find("\ncases:");
        BOOST_REQUIRE(rest != std::string::npos);
        thailand.write("field-map.yaml",
                       "database: {kind: postgresql, host: db.example, host_address: 127.0.0.1, port: " +
                           std::to_string(server.port()) + ", database: " + name +
                           ", user: reader, root_certificate: " + server.root_certificate().string() +
                           ", notify_channel: casebridge_changes}\n" + with_short_names(map.substr(rest)));
        auto const key = directory.write("reader.password", PostgresServer::password);
        std::filesystem::permissions(key, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
        thailand.config().source_key_file = key;
        thailand.config().watch_interval = std::chrono::hours(1);
        thailand.start();
    }
    [[nodiscard]] std::vector<std::string> outdated() const {
        auto const answer = thailand.officer().get("/v1/cases/changed");
        BOOST_REQUIRE_EQUAL(answer.status, 200);
        auto const json = answer.json();
        std::vector<std::string> lines;
        for (auto const& each : *json.find("disclosures")->as_array()) lines.push_back(each.text_or("state"));
        return lines;
    }
};

}  // namespace
}  // namespace notifications

BOOST_FIXTURE_TEST_SUITE(notifications, NotifyingNodes)

BOOST_AUTO_TEST_CASE(a_change_is_seen_when_the_database_says_so_and_again_after_a_lost_connection) {
    BOOST_REQUIRE(!delivered_message().empty());
    BOOST_CHECK(outdated().empty());
    auto const named = [this](std::string const& given) { admin.run("UPDATE \"ชื่อ\" SET \"ชื่อตัว\" = '" + given + "'"); };
    auto const began = std::chrono::steady_clock::now();
    named("Anders");
    eventually("the change is seen", [&] { return outdated() == std::vector<std::string>{"changed"}; });
    std::chrono::duration<double> const took = std::chrono::steady_clock::now() - began;
    BOOST_TEST_MESSAGE("seen after " << took.count() << " s");
    server.break_connections();
    named(std::string(canary_given_name));
    eventually("its undoing is seen", [&] { return outdated().empty(); });
    named("Berit");
    eventually("the next change is seen", [&] { return outdated() == std::vector<std::string>{"changed"}; });
}

BOOST_AUTO_TEST_SUITE_END()
