// PostgresDatabase: a NationalDatabase on the test program's own PostgreSQL, read through libpq.
#pragma once

#include "tests/support/servers/postgres_server.h"
#include "tests/unit/adapters/national_database.h"

namespace casebridge::test {

class PostgresDatabase : public NationalDatabase {
public:
    PostgresDatabase() : name_(server().create_database()), admin_(server().admin(name_)) {}

    static PostgresServer& server() { return PostgresServer::instance(); }
    void run(std::string const& sql) override { admin_.run(sql); }
    bool insert(std::string const& table, std::vector<Cell> const& row) override {
        std::string names;
        std::string places;
        std::vector<std::optional<std::string>> values;
        for (auto const& [column, value] : row) {
            values.push_back(value);
            names += (names.empty() ? "\"" : ", \"") + column + "\"";
            places += (places.empty() ? "$" : ", $") + std::to_string(values.size());
        }
        return admin_.try_run("INSERT INTO " + table + " (" + names + ") VALUES (" + places + ")", values);
    }
    Result<std::unique_ptr<SqlSession>> open() override { return open_postgres_session(settings(), server().key()); }
    Result<std::unique_ptr<SqlSession>> open_impatient() override {
        auto limited = settings();
        limited.query_time_limit = std::chrono::milliseconds(200);
        limited.connect_time_limit = std::chrono::milliseconds(500);
        return open_postgres_session(limited, server().key());
    }
    [[nodiscard]] std::string bytes_type() const override { return "BYTEA"; }
    [[nodiscard]] std::string slow_select() const override {
        return "SELECT id FROM person WHERE pg_sleep(60) IS NOT NULL";
    }
    bool revoke(std::string const& table) override {
        run("REVOKE SELECT ON " + table + " FROM reader");
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
    [[nodiscard]] PostgresSettings settings() const { return server().settings(name_); }
    [[nodiscard]] PostgresAdmin& admin() { return admin_; }

private:
    std::string name_;
    PostgresAdmin admin_;
};

}  // namespace casebridge::test
