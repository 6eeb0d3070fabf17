// DatabaseWriter: makes the SQLite and SQLCipher files that play national databases in tests and demonstrations.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

struct sqlite3;

namespace casebridge::test {

/// Column and value; no value is NULL.
using Cell = std::pair<std::string, std::optional<std::string>>;

class DatabaseWriter {
public:
    /// A new file; one that is there is replaced. `raw_key`: 64 hexadecimal characters for SQLCipher (format 3, page
    /// size 1024), empty for plain SQLite. Throws std::runtime_error.
    explicit DatabaseWriter(std::filesystem::path const& path, std::string const& raw_key = "");
    /// With a passphrase instead of a raw key.
    static DatabaseWriter with_passphrase(std::filesystem::path const& path, std::string const& passphrase);

    /// A plain file that is there already.
    static DatabaseWriter append_to(std::filesystem::path const& path);

    void run(std::string const& sql);
    void insert(std::string const& table, std::vector<Cell> const& row);

private:
    DatabaseWriter() : database_(nullptr, nullptr) {}
    DatabaseWriter(std::filesystem::path const& path, std::string const& key, bool encrypted);
    void open(std::filesystem::path const& path);
    std::unique_ptr<sqlite3, int (*)(sqlite3*)> database_;
};

}  // namespace casebridge::test
