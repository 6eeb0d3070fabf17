#include "tests/support/servers/postgres_server.h"

#include "tests/support/eventually.h"
#include "tests/support/servers/server_certificates.h"

#include <algorithm>
#include <csignal>
#include <sstream>
#include <stdexcept>

#include <libpq-fe.h>

namespace casebridge::test {
namespace {

std::string programs() {
    std::vector<std::filesystem::path> versions;
    for (auto const& entry : std::filesystem::directory_iterator("/usr/lib/postgresql")) {
        if (std::filesystem::exists(entry.path() / "bin/postgres")) versions.push_back(entry.path());
    }
    if (versions.empty()) throw std::runtime_error("PostgreSQL's server is not installed (install-dependencies.sh)");
    return (std::ranges::max(versions) / "bin/").string();
}

constexpr char const* access_rules =
    "local all admin trust\n"
    "local all all scram-sha-256\n"
    "hostssl all certified 127.0.0.1/32 cert\n"
    "host all all 127.0.0.1/32 scram-sha-256\n";

std::string configuration(std::uint16_t port, std::filesystem::path const& directory) {
    std::ostringstream text;
    text << "listen_addresses = '127.0.0.1'\nport = " << port << "\nunix_socket_directories = '" << directory.string()
         << "'\nssl = on\nssl_cert_file = '" << (directory / "server.pem").string() << "'\nssl_key_file = '"
         << (directory / "server.key").string() << "'\nssl_ca_file = '" << (directory / "root.pem").string()
         << "'\nfsync = off\nsynchronous_commit = off\nfull_page_writes = off\nmax_connections = 40\n"
            "shared_buffers = 16MB\nautovacuum = off\nmax_wal_senders = 0\nwal_level = minimal\n"
            "password_encryption = scram-sha-256\n";
    return text.str();
}

PGconn* raw(std::shared_ptr<void> const& connection) {
    return static_cast<PGconn*>(connection.get());
}

using Answer = std::unique_ptr<PGresult, void (*)(PGresult*)>;

}  // namespace

PostgresAdmin::PostgresAdmin(std::filesystem::path const& socket, std::uint16_t port, std::string const& database) {
    std::string const parameters = "host='" + socket.string() + "' port=" + std::to_string(port) +
                                   " user=admin client_encoding=UTF8 dbname=" + database;
    connection_ = std::shared_ptr<void>(PQconnectdb(parameters.c_str()),
                                        [](void* connection) { PQfinish(static_cast<PGconn*>(connection)); });
    if (PQstatus(raw(connection_)) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(raw(connection_)));
    PQsetNoticeReceiver(
        raw(connection_), [](void*, PGresult const*) {}, nullptr);
}

void PostgresAdmin::run(std::string const& sql) {
    Answer const answer(PQexec(raw(connection_), sql.c_str()), PQclear);
    auto const status = PQresultStatus(answer.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        throw std::runtime_error(sql.substr(0, 200) + ": " + PQerrorMessage(raw(connection_)));
    }
}

bool PostgresAdmin::try_run(std::string const& sql, std::vector<std::optional<std::string>> const& parameters) {
    std::vector<char const*> values;
    std::vector<int> lengths;
    for (auto const& parameter : parameters) {
        values.push_back(parameter ? parameter->data() : nullptr);
        lengths.push_back(parameter ? static_cast<int>(parameter->size()) : 0);
    }
    std::vector<int> const binary(parameters.size(), 1);
    Answer const answer(PQexecParams(raw(connection_), sql.c_str(), static_cast<int>(values.size()), nullptr,
                                     values.data(), lengths.data(), binary.data(), 0),
                        PQclear);
    return PQresultStatus(answer.get()) == PGRES_COMMAND_OK;
}

std::string PostgresAdmin::value(std::string const& sql) {
    Answer const answer(PQexec(raw(connection_), sql.c_str()), PQclear);
    if (PQresultStatus(answer.get()) != PGRES_TUPLES_OK || PQntuples(answer.get()) != 1) {
        throw std::runtime_error(sql + ": " + PQerrorMessage(raw(connection_)));
    }
    return PQgetvalue(answer.get(), 0, 0);
}

PostgresServer& PostgresServer::instance() {
    static PostgresServer server;
    return server;
}

PostgresServer::PostgresServer() : port_(free_port()) {
    auto const bin = programs();
    auto const data = (directory_.path() / "data").string();
    directory_.run({bin + "initdb", "-D", data, "-U", "admin", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
                    "--no-sync", "--no-instructions"});
    make_server_certificates(directory_, "db.example");
    for (auto const& [name, text] : {std::pair{"pg_hba.conf", std::string(access_rules)},
                                     std::pair{"postgresql.conf", configuration(port_, directory_.path())}}) {
        std::ofstream(directory_.path() / "data" / name, std::ios::trunc) << text;
    }
    start();
    auto connection = admin();
    connection.run("CREATE ROLE reader LOGIN");
    connection.run(std::string("CREATE ROLE ") + certified_user + " LOGIN IN ROLE reader");
    connection.run("ALTER ROLE reader PASSWORD 'p''a\\s\"s w{o}rd;='");
}

void PostgresServer::stop() {
    process_.reset();
}

void PostgresServer::start() {
    auto const data = (directory_.path() / "data").string();
    process_ = std::make_unique<ServerProcess>(directory_,
                                               std::vector<std::string>{programs() + "postgres", "-D", data}, SIGINT);
    std::string const ping = "host='" + directory_.path().string() + "' port=" + std::to_string(port_);
    eventually("PostgreSQL answers", [&] {
        if (!process_->running()) throw std::runtime_error("PostgreSQL has ended");
        return PQping(ping.c_str()) == PQPING_OK;
    });
}

PostgresAdmin PostgresServer::admin(std::string const& database) const {
    return {directory_.path(), port_, database};
}

std::string PostgresServer::create_database() {
    std::string const name = "national_" + std::to_string(++databases_);
    admin().run("CREATE DATABASE " + name);
    admin(name).run("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reader");
    return name;
}

PostgresSettings PostgresServer::settings(std::string const& database) const {
    PostgresSettings settings;
    settings.host = "db.example";
    settings.host_address = "127.0.0.1";
    settings.port = port_;
    settings.database = database;
    settings.user = user;
    settings.root_certificate = root_certificate();
    return settings;
}

PostgresServer::ClientFiles PostgresServer::client_certificate(std::string const& name, bool trusted) {
    auto const file = "client_" + std::to_string(++clients_);
    make_client_certificate(directory_, file, name, trusted ? "root" : "other");
    return {directory_.path() / (file + ".pem"), directory_.path() / (file + ".key")};
}

void PostgresServer::set_tls(bool on) const {
    auto connection = admin();
    connection.run(std::string("ALTER SYSTEM SET ssl = ") + (on ? "on" : "off"));
    connection.run("SELECT pg_reload_conf()");
    eventually("the setting is read", [&] { return admin().value("SHOW ssl") == (on ? "on" : "off"); });
}

void PostgresServer::break_connections() const {
    admin().run("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'reader'");
}

void PostgresServer::freeze(bool frozen, std::string const& login) {
    if (frozen) {
        std::istringstream list(
            admin().value("SELECT coalesce(string_agg(pid::text, ' '), '') FROM pg_stat_activity "
                          "WHERE usename = '" +
                          login + "'"));
        for (pid_t pid = 0; list >> pid;) frozen_.push_back(pid);
        process_->freeze();
    }
    for (auto const pid : frozen_) ::kill(pid, frozen ? SIGSTOP : SIGCONT);
    if (frozen) return;
    frozen_.clear();
    process_->thaw();
}

}  // namespace casebridge::test
