#include "tests/support/servers/staging_database.h"

#include "adapters/odbc_writing_session.h"
#include "adapters/postgres_writing_session.h"
#include "adapters/sqlite_writing_session.h"
#include "tests/support/eventually.h"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace casebridge::test {
namespace {

constexpr char const* scripts = CASEBRIDGE_SOURCE_DIR "/packaging/sql/";

/// As an administrator runs it, with the server's own client; it may be run again.
void run_script(std::string const& client, std::string const& script) {
    auto const command = client + " < " + scripts + script + " >/dev/null";
    for (int times = 0; times < 2; ++times)
        if (std::system(command.c_str()) != 0) throw std::runtime_error(command);
}

std::string text_of(std::string const& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::string text_of(SqlValue const& value) {
    if (auto const* const text = std::get_if<std::string>(&value)) return *text;
    if (auto const* const number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    return "(null)";
}

MariadbServer& mariadb() {
    return MariadbServer::instance();
}

MariadbAdmin scripted_mariadb() {
    run_script("mariadb --no-defaults --user=admin --socket='" + mariadb().socket().string() + "'",
               "received-mariadb.sql");
    return mariadb().admin("casebridge_staging");
}

}  // namespace

std::unique_ptr<WritingSession> StagingDatabase::session() const {
    auto const now = settings();
    if (auto const* const sqlite = std::get_if<SqliteSettings>(&now.database))
        return make_sqlite_writing_session(*sqlite, now.table, key());
    if (auto const* const postgres = std::get_if<PostgresSettings>(&now.database))
        return make_postgres_writing_session(*postgres, key());
    return make_odbc_writing_session(std::get<OdbcSettings>(now.database), key());
}

std::vector<std::string> StagingDatabase::values(std::string const& column) const {
    auto const reading = session()->reading();
    if (!reading) throw std::runtime_error(std::string(reading.error().code) + ": " + reading.error().detail);
    std::vector<std::string> found;
    auto const sql = "SELECT " + column + " FROM casebridge_received ORDER BY from_node, message_id";
    auto const read = (*reading)->query(sql, {}, [&](SqlRow const& row) {
        found.push_back(text_of(row.at(0)));
        return true;
    });
    if (!read) throw std::runtime_error(std::string(read.error().code) + ": " + read.error().detail);
    return found;
}

SqliteStaging::SqliteStaging(std::string raw_key)
    : raw_key_(std::move(raw_key)), admin_(directory_.path() / "received.db", raw_key_) {
    admin_.run(text_of(std::string(scripts) + "received-sqlite.sql"));
    std::filesystem::permissions(file(), std::filesystem::perms(0660));
}

ReceivedSettings SqliteStaging::settings() const {
    SqliteSettings settings;
    settings.path = file();
    settings.busy_timeout = std::chrono::milliseconds(200);
    if (!raw_key_.empty()) settings.encryption = SqliteSettings::Encryption::sqlcipher;
    return {settings, "casebridge_received"};
}

PostgresStaging::PostgresStaging()
    : name_(PostgresServer::instance().create_database()), admin_(PostgresServer::instance().admin(name_)) {
    auto& server = PostgresServer::instance();
    run_script("psql --quiet --set=ON_ERROR_STOP=1 --host='" + server.socket().string() +
                   "' --port=" + std::to_string(server.port()) + " --username=admin " + name_ + " 2>/dev/null",
               "received-postgresql.sql");
    run("ALTER ROLE casebridge_writer PASSWORD 'writer''s own'; ALTER ROLE casebridge_writer CONNECTION LIMIT 8; "
        "SET search_path = casebridge_staging");
}

PostgresStaging::~PostgresStaging() {
    break_connections();
    run("DROP OWNED BY casebridge_writer; DROP ROLE casebridge_writer");
}

PostgresSettings PostgresStaging::postgres_settings() const {
    auto settings = PostgresServer::instance().settings(name_);
    settings.user = "casebridge_writer";
    settings.query_time_limit = std::chrono::milliseconds(3000);
    return settings;
}

ReceivedSettings PostgresStaging::settings() const {
    return {postgres_settings(), "casebridge_received"};
}

bool PostgresStaging::break_connections() {
    run("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'casebridge_writer'");
    return true;
}

bool PostgresStaging::freeze(bool frozen) {
    PostgresServer::instance().freeze(frozen, "casebridge_writer");
    return true;
}

void PostgresStaging::start_server() {
    PostgresServer::instance().start();
    admin_ = PostgresServer::instance().admin(name_);
    run("SET search_path = casebridge_staging");
}

bool PostgresStaging::grant(std::string const& right, bool given) {
    run((given ? "GRANT " : "REVOKE ") + right + " ON casebridge_received " +
        (given ? "TO casebridge_writer" : "FROM casebridge_writer"));
    return true;
}

ReceivedSettings OdbcPostgresStaging::settings() const {
    auto const native = postgres_settings();
    OdbcSettings settings;
    settings.driver = "PostgreSQL Unicode";
    settings.user = native.user;
    settings.query_time_limit = std::chrono::seconds(3);
    settings.attributes = {
        {"SERVERNAME", native.host},
        {"PORT", std::to_string(native.port)},
        {"DATABASE", native.database},
        {"pqopt", "hostaddr=" + native.host_address + " sslrootcert=" + native.root_certificate.string()}};
    return {settings, "casebridge_received"};
}

MariadbStaging::MariadbStaging() : admin_(scripted_mariadb()) {
    run("ALTER USER casebridge_writer@'127.0.0.1' IDENTIFIED BY 'writer''s own' ACCOUNT UNLOCK");
    run("ALTER USER casebridge_writer@'127.0.0.1' WITH MAX_USER_CONNECTIONS 8");
}

MariadbStaging::~MariadbStaging() {
    run("DROP USER casebridge_writer@'127.0.0.1'");
    run("DROP DATABASE casebridge_staging");
}

ReceivedSettings MariadbStaging::settings() const {
    auto settings = mariadb().settings("casebridge_staging");
    settings.user = "casebridge_writer";
    settings.query_time_limit = std::chrono::seconds(3);
    return {settings, "casebridge_received"};
}

bool MariadbStaging::break_connections() {
    std::string const list = "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'casebridge_writer'";
    for (auto const& id : admin_.values(list)) run("KILL CONNECTION " + id);
    eventually("the connections are gone", [&] { return admin_.values(list).empty(); });
    return true;
}

bool MariadbStaging::freeze(bool frozen) {
    mariadb().freeze(frozen);
    return true;
}

bool MariadbStaging::grant(std::string const& right, bool given) {
    run((given ? "GRANT " : "REVOKE ") + right + " ON casebridge_received " + (given ? "TO" : "FROM") +
        " casebridge_writer@'127.0.0.1'");
    return true;
}

ReceivedSummary example_summary(int number) {
    auto const text = std::to_string(1000 + number);
    return {.key = {"th-msdhs", "0197d3e1-5f00-7abc-8def-00000000" + text},
            .from_office = "datip",
            .to_office = "poipet-transit-centre",
            .kind = "case_summary",
            .purpose = "return_and_handover",
            .subject = "0123456789abcdef0123456789abcdef",
            .agreement = std::string(64, 'a'),
            .consent = "c-1",
            .consent_epoch = "3",
            .received_at = "2026-11-23T21:20:11.322Z",
            .use_until = "2027-11-23T21:20:11.322Z",
            .summary = "{\"number\":" + text + "}"};
}

}  // namespace casebridge::test
