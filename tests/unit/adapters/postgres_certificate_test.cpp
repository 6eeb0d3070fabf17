// A PostgreSQL that knows its clients by their certificates (`hostssl … cert` in pg_hba.conf), and asks no password.
#include "tests/unit/adapters/adapter_fixtures.h"
#include "tests/unit/adapters/postgres_database.h"

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>

BOOST_AUTO_TEST_SUITE(postgres_certificate)

namespace {

using namespace casebridge;
using namespace casebridge::test;

struct CertifiedDatabase : PostgresDatabase {
    CertifiedDatabase() {
        run("CREATE TABLE nationalcase (no text, homeplace text)");
        run("INSERT INTO nationalcase VALUES ('A-1', 'x')");
    }
    [[nodiscard]] PostgresSettings with(PostgresServer::ClientFiles const& files) const {
        auto settings = PostgresDatabase::settings();
        settings.user = PostgresServer::certified_user;
        settings.client_certificate = files.certificate;
        settings.client_key = files.key;
        return settings;
    }
};

/// The code, or how many rows are there.
std::string outcome(PostgresSettings const& settings, Secret const& password = Secret()) {
    auto const session = open_postgres_session(settings, password);
    for (auto const* name : {"certified", "db.example", "127.0.0.1", "somebody", "nationalcase"})
        BOOST_TEST(!contains(detail_of(session), name), detail_of(session));
    if (!session) return std::string(session.error().code);
    int rows = 0;
    auto const status =
        (*session)->query("SELECT c.homeplace FROM nationalcase c", {}, [&](SqlRow const&) { return ++rows > 0; });
    return status ? std::to_string(rows) : std::string(status.error().code);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_certificate_is_the_whole_login) {
    CertifiedDatabase database;
    auto const files = database.server().client_certificate(PostgresServer::certified_user);
    BOOST_TEST(outcome(database.with(files)) == "1");
    // As the field map says it, with the files beside the map.
    auto const map =
        load_map("database:\n  kind: postgresql\n  host: db.example\n  host_address: 127.0.0.1\n  port: " +
                 std::to_string(database.server().port()) + "\n  database: " + database.settings().database +
                 "\n  user: certified\n  root_certificate: " + database.server().root_certificate().string() +
                 "\n  client_certificate: " + files.certificate.string() + "\n  client_key: " + files.key.string() +
                 "\ncases: {table: nationalcase, id: no, fields: {shelter: homeplace}}\n");
    BOOST_REQUIRE_MESSAGE(map, detail_of(map));
    BOOST_TEST(outcome(std::get<PostgresSettings>(map->database)) == "1");
}

BOOST_AUTO_TEST_CASE(without_the_right_certificate_no_password_helps) {
    CertifiedDatabase database;
    auto& server = database.server();
    BOOST_TEST(outcome(database.with({})) == "source.login_refused");
    BOOST_TEST(outcome(database.with({}), server.key()) == "source.login_refused");
    BOOST_TEST(outcome(database.with(server.client_certificate("somebody"))) == "source.login_refused");
    BOOST_TEST(outcome(database.with(server.client_certificate(PostgresServer::certified_user, false))) ==
               "source.tls_failed");
    auto const mine = server.client_certificate(PostgresServer::certified_user);
    auto const other = server.client_certificate(PostgresServer::certified_user);
    BOOST_TEST(outcome(database.with({mine.certificate, other.key})) == "source.tls_failed");
}

BOOST_AUTO_TEST_CASE(a_certificate_does_not_stand_in_the_way_of_a_login_by_password) {
    CertifiedDatabase database;
    auto settings = database.with(database.server().client_certificate("somebody"));
    settings.user = PostgresServer::user;
    BOOST_TEST(outcome(settings, database.server().key()) == "1");
}

BOOST_AUTO_TEST_CASE(a_key_that_others_can_read_is_not_used) {
    CertifiedDatabase database;
    auto const files = database.server().client_certificate(PostgresServer::certified_user);
    for (mode_t const mode : {0640, 0604, 0660, 0777}) {
        BOOST_REQUIRE(::chmod(files.key.c_str(), mode) == 0);
        BOOST_TEST(outcome(database.with(files)) == "file.too_permissive", mode);
    }
    BOOST_REQUIRE(::chmod(files.key.c_str(), 0600) == 0);
    BOOST_TEST(outcome(database.with(files)) == "1");
    if (::geteuid() == 0) {
        BOOST_REQUIRE(::chown(files.key.c_str(), 65534, 65534) == 0);  // somebody else can change it
        BOOST_TEST(outcome(database.with(files)) == "file.too_permissive");
    }
    std::filesystem::remove(files.key);
    BOOST_TEST(outcome(database.with(files)) == "file.unreadable");
}

BOOST_AUTO_TEST_SUITE_END()
