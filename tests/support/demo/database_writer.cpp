#include "tests/support/demo/database_writer.h"

#include <stdexcept>

#include <sqlcipher/sqlite3.h>

namespace casebridge::test {
namespace {

void check(sqlite3* database, int code, std::string const& doing) {
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
    throw std::runtime_error(doing + ": " + (database == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database)));
}

std::string quoted(std::string const& name) {
    std::string text = "\"";
    for (char const character : name) text += character == '"' ? std::string("\"\"") : std::string(1, character);
    return text + '"';
}

}  // namespace

DatabaseWriter::DatabaseWriter(std::filesystem::path const& path, std::string const& raw_key)
    : DatabaseWriter(path, raw_key.empty() ? "" : "x'" + raw_key + "'", !raw_key.empty()) {}

DatabaseWriter DatabaseWriter::with_passphrase(std::filesystem::path const& path, std::string const& passphrase) {
    return {path, passphrase, true};
}

DatabaseWriter DatabaseWriter::append_to(std::filesystem::path const& path) {
    DatabaseWriter writer;
    writer.open(path);
    return writer;
}

DatabaseWriter::DatabaseWriter(std::filesystem::path const& path, std::string const& key, bool encrypted)
    : database_(nullptr, nullptr) {
    for (char const* const suffix : {"", "-journal", "-wal", "-shm"}) std::filesystem::remove(path.string() + suffix);
    open(path);
    if (encrypted) {
        int const code = sqlite3_key(database_.get(), key.data(), static_cast<int>(key.size()));
        check(database_.get(), code, "setting the key");
        run("PRAGMA cipher_compatibility = 3");  // a newer SQLCipher then writes what an older one reads
        run("PRAGMA cipher_page_size = 1024");
    }
    run("PRAGMA journal_mode = DELETE");
    run("PRAGMA synchronous = OFF");
}

void DatabaseWriter::open(std::filesystem::path const& path) {
    sqlite3* raw = nullptr;
    int const opened = sqlite3_open(path.c_str(), &raw);
    sqlite3_busy_timeout(raw, 10'000);  // a daemon may be reading
    database_ = {raw, sqlite3_close};
    check(raw, opened, "opening " + path.string());
}

void DatabaseWriter::run(std::string const& sql) {
    check(database_.get(), sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr), sql);
}

void DatabaseWriter::insert(std::string const& table, std::vector<Cell> const& row) {
    std::string names, places;
    for (auto const& [column, value] : row) {
        names += (names.empty() ? "" : ", ") + quoted(column);
        places += places.empty() ? "?" : ", ?";
    }
    std::string const sql = "INSERT INTO " + quoted(table) + " (" + names + ") VALUES (" + places + ")";
    sqlite3_stmt* raw = nullptr;
    check(database_.get(), sqlite3_prepare_v2(database_.get(), sql.c_str(), -1, &raw, nullptr), sql);
    std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> const statement(raw, sqlite3_finalize);
    int place = 0;
    for (auto const& [column, value] : row) {
        ++place;
        if (!value) continue;
        check(database_.get(),
              sqlite3_bind_text64(raw, place, value->data(), value->size(), SQLITE_STATIC, SQLITE_UTF8), sql);
    }
    check(database_.get(), sqlite3_step(raw), sql);
}

}  // namespace casebridge::test
