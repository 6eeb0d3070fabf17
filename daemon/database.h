// Database: one SQLCipher connection, and prepared statements as values.
//
// Guarantees: raw 256-bit key, explicit cipher settings (one file for SQLCipher 3.4 and 4.x), WAL, synchronous=FULL,
// secure_delete, temporary data in memory, an authorizer that refuses ATTACH and PRAGMA once set up; every pragma is
// read back. One process at a time (a lock beside the file), one thread only. Any storage error after opening is
// `store.failed`: the caller must stop the process (never retry a failed sync). A full disk is `store.full`.
#pragma once

#include "crypto/bytes.h"
#include "crypto/secret.h"
#include "daemon/file_lock.h"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace casebridge {

/// Compiled statements that are not in use, by their SQL: compiling costs more than most of them do. One thread.
class SpareStatements {
public:
    SpareStatements() = default;
    ~SpareStatements();
    SpareStatements(SpareStatements const&) = delete;
    SpareStatements& operator=(SpareStatements const&) = delete;

    /// nullptr if there is none.
    sqlite3_stmt* take(std::string_view sql);
    /// Reset, and with no value left bound: they may be personal data.
    void give_back(sqlite3_stmt* statement) noexcept;

private:
    std::map<std::string, sqlite3_stmt*, std::less<>> spare_;
};

/// Never outlives its Database.
class Statement {
public:
    Statement(Statement&&) noexcept = default;
    Statement& operator=(Statement&&) noexcept = default;

    // Parameters from 1. Each returns *this.
    Statement& bind(int index, std::string_view text);
    Statement& bind(int index, std::int64_t value);
    Statement& bind_blob(int index, ByteView bytes);
    Statement& bind_null(int index);

    /// True: a row is there. Errors: `store.failed`, `store.full`, `store.constraint` (a unique row exists already).
    Result<bool> step();
    /// step() that must not give a row.
    Status run();

    // Columns from 0, of the current row.
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] Bytes blob(int column) const;
    [[nodiscard]] bool is_null(int column) const;

private:
    friend class Database;
    struct Release {
        SpareStatements* spare = nullptr;  ///< nullptr: is not to be used again
        void operator()(sqlite3_stmt* statement) const noexcept;
    };
    Statement(sqlite3_stmt* raw, int failure, SpareStatements* spare = nullptr)
        : raw_(raw, Release{spare}), failure_(failure) {}
    std::unique_ptr<sqlite3_stmt, Release> raw_;
    int failure_;  ///< of storage while compiling; reported by step()
};

class Database {
public:
    /// Creates the file (mode 0600) if `create`. Errors: `store.missing`, `store.wrong_key`, `store.unsafe_setting`,
    /// `store.failed`, `store.too_permissive` (the file is readable by others), `store.locked` (another process has
    /// it).
    /// `alongside`: a second connection of the process that holds the lock, to read by.
    enum class Mode { open_existing, create, alongside };
    static Result<Database> open(std::filesystem::path const& path, Secret const& key, Mode mode);

    /// SQL of our own, never built from input. Throws std::logic_error if it does not compile.
    [[nodiscard]] Statement prepare(std::string_view sql);
    /// One or more statements without parameters. Errors as Statement::run.
    Status execute(std::string_view sql);
    [[nodiscard]] std::int64_t last_insert_id() const;
    [[nodiscard]] int changes() const;
    /// Rows written or deleted since the database was opened; not those of a statement that failed.
    [[nodiscard]] std::int64_t total_changes() const;
    /// False after SQLite itself has rolled back, as it may when storage fails.
    [[nodiscard]] bool in_transaction() const;

    /// Pages in the write-ahead log since the last checkpoint. There is no automatic one: SQLite ignores its errors.
    [[nodiscard]] int wal_pages() const { return *wal_pages_; }
    /// Moves the write-ahead log into the file and empties it: deleted content stays in it until then. Does nothing if
    /// another connection is reading. Errors: `store.failed`, `store.full`.
    Status checkpoint();

    /// Copies all of it as it is now into `to`, which has the same key and is not in use; writers go on meanwhile.
    /// Errors: `store.failed`, `store.full`.
    Status copy_into(Database& to);

private:
    struct Close {
        void operator()(sqlite3* database) const noexcept;
    };
    Database(std::optional<FileLock> lock, sqlite3* raw);
    std::optional<FileLock> lock_;  // given back after the connection is closed
    std::unique_ptr<int> wal_pages_;
    std::unique_ptr<sqlite3, Close> raw_;
    std::unique_ptr<SpareStatements> spare_ = std::make_unique<SpareStatements>();  // goes before the connection
};

}  // namespace casebridge
