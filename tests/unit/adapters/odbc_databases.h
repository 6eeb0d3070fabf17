// NationalDatabases read through ODBC: MariaDB, and PostgreSQL by its own driver.
#pragma once

#include "adapters/odbc_session.h"
#include "tests/support/servers/mariadb_server.h"
#include "tests/unit/adapters/postgres_database.h"

namespace casebridge::test {

class MariadbDatabase final : public NationalDatabase {
public:
    MariadbDatabase() : name_(server().create_database()), admin_(server().admin(name_)) {}

    static MariadbServer& server() { return MariadbServer::instance(); }
    /// The right to read is given table by table: what is taken from a whole database counts at the next login only.
    void run(std::string const& sql) override {
        admin_.run(sql);
        for (std::string const start : {"CREATE TABLE ", "CREATE VIEW "}) {
            auto const at = sql.find(start);
            if (at == std::string::npos) continue;
            auto const name = at + start.size();
            auto const end = sql[name] == '"' ? sql.find('"', name + 1) + 1 : sql.find_first_of(" (", name);
            admin_.run("GRANT SELECT ON " + sql.substr(name, end - name) + " TO reader@'127.0.0.1'");
        }
    }
    bool insert(std::string const& table, std::vector<Cell> const& row) override {
        std::string names;
        std::string places;
        std::vector<std::optional<std::string>> values;
        for (auto const& [column, value] : row) {
            values.push_back(value);
            names += (names.empty() ? "\"" : ", \"") + column + "\"";
            places += places.empty() ? "?" : ", ?";
        }
        return admin_.try_run("INSERT INTO " + table + " (" + names + ") VALUES (" + places + ")", values);
    }
    Result<std::unique_ptr<SqlSession>> open() override { return open_odbc_session(settings(), server().key()); }
    Result<std::unique_ptr<SqlSession>> open_impatient() override {
        auto limited = settings();
        limited.query_time_limit = limited.connect_time_limit = std::chrono::seconds(1);
        return open_odbc_session(limited, server().key());
    }
    [[nodiscard]] std::string bytes_type() const override { return "LONGBLOB"; }
    [[nodiscard]] std::string text_type() const override { return "LONGTEXT"; }
    [[nodiscard]] std::string slow_select() const override { return "SELECT id FROM person WHERE SLEEP(60) = 0"; }
    bool revoke(std::string const& table) override {
        admin_.run("REVOKE SELECT ON " + table + " FROM reader@'127.0.0.1'");
        return true;
    }
    bool break_connections() override {
        server().break_connections();
        return true;
    }
    bool freeze(bool frozen) override {
        server().freeze(frozen);
        return true;
    }
    [[nodiscard]] OdbcSettings settings() const { return server().settings(name_); }
    [[nodiscard]] MariadbAdmin& admin() { return admin_; }
    [[nodiscard]] std::string const& name() const { return name_; }

private:
    std::string name_;
    MariadbAdmin admin_;
};

class OdbcPostgresDatabase final : public PostgresDatabase {
public:
    Result<std::unique_ptr<SqlSession>> open() override { return open_odbc_session(odbc_settings(), server().key()); }
    Result<std::unique_ptr<SqlSession>> open_impatient() override {
        auto limited = odbc_settings();
        limited.query_time_limit = limited.connect_time_limit = std::chrono::seconds(1);
        return open_odbc_session(limited, server().key());
    }
    [[nodiscard]] OdbcSettings odbc_settings() const {
        OdbcSettings settings;
        settings.driver = "PostgreSQL Unicode";
        settings.user = PostgresServer::user;
        auto const native = PostgresDatabase::settings();
        settings.attributes = {
            {"SERVERNAME", native.host},
            {"PORT", std::to_string(native.port)},
            {"DATABASE", native.database},
            {"pqopt", "hostaddr=" + native.host_address + " sslrootcert=" + native.root_certificate.string()}};
        return settings;
    }
};

}  // namespace casebridge::test
