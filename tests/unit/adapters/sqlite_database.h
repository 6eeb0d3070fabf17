// SqliteDatabase: a NationalDatabase in a SQLite or SQLCipher file.
#pragma once

#include "adapters/open_session.h"
#include "adapters/sqlite_session.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/adapters/national_database.h"

namespace casebridge::test {

class SqliteDatabase final : public NationalDatabase {
public:
    /// Who reads the file: this process, or whoever the daemon would have read it (another process, if it is plain).
    enum class Reader { this_process, as_the_daemon };

    explicit SqliteDatabase(std::string const& raw_key, Reader reader = Reader::this_process)
        : key_(raw_key), reader_(reader), writer_(directory_.path() / "national.db", raw_key) {
        writer_.run("PRAGMA journal_mode = WAL");  // so that a reader does not lock the writer out
    }

    void run(std::string const& sql) override { writer_.run(sql); }
    bool insert(std::string const& table, std::vector<Cell> const& row) override {
        writer_.insert(table, row);
        return true;
    }
    Result<std::unique_ptr<SqlSession>> open() override { return open(settings()); }
    Result<std::unique_ptr<SqlSession>> open_impatient() override {
        auto limited = settings();
        limited.query_time_limit = std::chrono::milliseconds(50);
        return open(limited);
    }
    [[nodiscard]] std::string bytes_type() const override { return "BLOB"; }
    [[nodiscard]] std::string slow_select() const override {
        std::string product = "SELECT a.id FROM person a";
        for (int times = 0; times < 20; ++times) product += ", person b" + std::to_string(times);
        std::string sum = "a.age";
        for (int times = 0; times < 20; ++times) sum += " + b" + std::to_string(times) + ".age";
        return product + " WHERE " + sum + " > 100";
    }

private:
    [[nodiscard]] SqliteSettings settings() const {
        SqliteSettings settings;
        settings.path = directory_.path() / "national.db";
        if (!key_.empty()) settings.encryption = SqliteSettings::Encryption::sqlcipher;
        return settings;
    }
    [[nodiscard]] Result<std::unique_ptr<SqlSession>> open(SqliteSettings const& settings) const {
        auto const key = Secret::from_text(key_);
        return reader_ == Reader::this_process ? open_sqlite_session(settings, key) : open_session(settings, key);
    }

    TemporaryDirectory directory_;
    std::string key_;
    Reader reader_;
    DatabaseWriter writer_;
};

}  // namespace casebridge::test
