// ExportedDatabase: a NationalDatabase in a folder of CSV files.
#pragma once

#include "adapters/csv_session.h"
#include "policies/unicode.h"
#include "tests/unit/adapters/csv_folder.h"
#include "tests/unit/adapters/national_database.h"

#include <boost/test/unit_test.hpp>
#include <sqlcipher/sqlite3.h>

namespace casebridge::test {

/// SQL in, CSV files out: what an exporter does that runs after each change.
class ExportedDatabase final : public NationalDatabase {
public:
    ExportedDatabase() {
        BOOST_REQUIRE(sqlite3_open(":memory:", &raw_) == SQLITE_OK);
        files_.put("unrelated.csv", "x\n1\n");
    }
    ~ExportedDatabase() override { sqlite3_close(raw_); }
    ExportedDatabase(ExportedDatabase const&) = delete;
    ExportedDatabase& operator=(ExportedDatabase const&) = delete;

    void run(std::string const& sql) override {
        BOOST_REQUIRE_MESSAGE(sqlite3_exec(raw_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK, sql);
        for (auto const& entry : std::filesystem::directory_iterator(files_.folder)) {
            if (entry.path().stem() != "unrelated") std::filesystem::remove(entry.path());
        }
        for (auto const& table : select("SELECT name FROM sqlite_master WHERE type = 'table'", false)) {
            std::string const name = table.substr(1, table.size() - 3);  // "name" and a line feed
            std::string text;
            for (auto const& row : select("SELECT * FROM \"" + name + "\"", true)) text += row;
            files_.put(name + ".csv", text);
        }
    }
    /// A file of text holds neither a zero byte nor what is no character: the whole export would be refused.
    bool insert(std::string const& table, std::vector<Cell> const& row) override {
        std::string columns;
        std::string values;
        for (auto const& [name, value] : row) {
            if (value && (value->find('\0') != std::string::npos || !is_utf8(*value))) return false;
            columns += (columns.empty() ? "" : ", ") + name;
            values += (values.empty() ? "" : ", ") + (value ? literal(*value) : std::string("NULL"));
        }
        run("INSERT INTO " + table + " (" + columns + ") VALUES (" + values + ")");
        return true;
    }
    Result<std::unique_ptr<SqlSession>> open() override { return open_csv_session(files_.settings()); }
    Result<std::unique_ptr<SqlSession>> open_impatient() override {
        auto settings = files_.settings();
        settings.query_time_limit = std::chrono::milliseconds(50);
        return open_csv_session(settings);
    }
    [[nodiscard]] bool holds_huge_values() const override { return false; }
    [[nodiscard]] std::string bytes_type() const override { return "TEXT"; }
    [[nodiscard]] std::string slow_select() const override { return "SELECT 1"; }  // files have no views

private:
    static std::string literal(std::string const& text) {
        std::string quoted = "'";
        for (char const c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
        return quoted + "'";
    }
    static std::string field(char const* text) {
        if (text == nullptr) return "";
        std::string quoted = "\"";
        for (char const* at = text; *at != '\0'; ++at) quoted += *at == '"' ? std::string("\"\"") : std::string(1, *at);
        return quoted + '"';
    }
    std::vector<std::string> select(std::string const& sql, bool header) {
        sqlite3_stmt* statement = nullptr;
        BOOST_REQUIRE(sqlite3_prepare_v2(raw_, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK);
        int const width = sqlite3_column_count(statement);
        std::vector<std::string> lines(header ? 1 : 0);
        for (int at = 0; header && at < width; ++at) {
            lines[0] += (at == 0 ? "" : ",") + field(sqlite3_column_name(statement, at));
        }
        if (header) lines[0] += "\n";
        while (sqlite3_step(statement) == SQLITE_ROW) {
            std::string line;
            for (int at = 0; at < width; ++at) {
                auto const* const text = reinterpret_cast<char const*>(sqlite3_column_text(statement, at));
                line += (at == 0 ? "" : ",") + field(text);
            }
            lines.push_back(line + "\n");
        }
        sqlite3_finalize(statement);
        return lines;
    }

    CsvFolder files_;
    sqlite3* raw_ = nullptr;
};

}  // namespace casebridge::test
