#include "daemon/database.h"

#include "daemon/sqlite_failure.h"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <sqlcipher/sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

namespace casebridge {
namespace {

Error failed(std::string detail) {
    return {ErrorKind::internal, "store.failed", std::move(detail)};
}

/// Makes an empty file that survives a power cut: SQLite syncs the directory for its journals only.
Status create_file(std::filesystem::path const& path) {
    int const file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) return failed(path.string() + ": cannot be created");
    ::close(file);
    int const directory = ::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return failed(path.parent_path().string() + ": cannot be opened");
    int const synced = ::fsync(directory);
    ::close(directory);
    if (synced != 0) return failed(path.parent_path().string() + ": cannot be synced");
    return Done{};
}

/// An empty file is a missing one: it holds nothing that was ever committed, and any key would fit it.
Status check_file(std::filesystem::path const& path, Database::Mode mode) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
        if (errno != ENOENT) return failed(path.string() + ": cannot be read");
        if (mode == Database::Mode::create) return create_file(path);
        return Error{ErrorKind::not_found, "store.missing", path.string()};
    }
    if (!S_ISREG(status.st_mode)) return failed(path.string() + ": not a file");
    if ((status.st_mode & 077U) != 0) {
        return Error{ErrorKind::conflict, "store.too_permissive",
                     path.string() + ": others may read or write it; `chmod 600` it, and ask who has read it"};
    }
    if (status.st_size == 0 && mode == Database::Mode::open_existing)
        return Error{ErrorKind::not_found, "store.missing", path.string() + ": is empty"};
    return Done{};
}

struct Setting {
    char const* name;
    char const* value;
    char const* read_back;  ///< what asking for it must answer
};

// SECURITY: each is the default of some version and not of another; none is left to the default.
constexpr std::array settings_after_key = {
    Setting{"cipher_page_size", "4096", "4096"},
    Setting{"cipher_use_hmac", "ON", "1"},
};
constexpr int busy_timeout_ms = 10'000;
constexpr std::array settings_once_open = {
    Setting{"journal_mode", "WAL", "wal"},
    Setting{"synchronous", "FULL", "2"},
    Setting{"temp_store", "MEMORY", "2"},
    Setting{"secure_delete", "ON", "1"},
    Setting{"foreign_keys", "ON", "1"},
    Setting{"cell_size_check", "ON", "1"},
    Setting{"wal_autocheckpoint", "0", "0"},
    Setting{"locking_mode", "NORMAL", "normal"},
    Setting{"recursive_triggers", "ON", "1"},
    Setting{"writable_schema", "OFF", "0"},
    Setting{"ignore_check_constraints", "OFF", "0"},
    Setting{"read_uncommitted", "OFF", "0"},
    Setting{"journal_size_limit", "67108864", "67108864"},
    Setting{"max_page_count", "1073741823", "1073741823"},
};

class RawStatement {
public:
    RawStatement(sqlite3* database, char const* sql) {
        code_ = sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr);
    }
    RawStatement(RawStatement const&) = delete;
    RawStatement& operator=(RawStatement const&) = delete;
    ~RawStatement() { sqlite3_finalize(statement_); }

    /// SQLITE_OK and the last row's first column in `text`, or what went wrong.
    int all(std::string& text) {
        while (code_ == SQLITE_OK || code_ == SQLITE_ROW) {
            code_ = sqlite3_step(statement_);
            if (code_ != SQLITE_ROW) break;
            auto const* const value = reinterpret_cast<char const*>(sqlite3_column_text(statement_, 0));
            text = value == nullptr ? "" : value;
        }
        return code_ == SQLITE_DONE ? SQLITE_OK : code_;
    }

private:
    sqlite3_stmt* statement_ = nullptr;
    int code_;
};

Error opening_failure(int code) {
    if ((code & 0xff) == SQLITE_NOTADB)
        return {ErrorKind::invalid, "store.wrong_key", "the key does not open the file, or it is no store"};
    if ((code & 0xff) == SQLITE_FULL) return {ErrorKind::unavailable, "store.full", sqlite3_errstr(code)};
    return failed(std::string("opening: ") + sqlite3_errstr(code));
}

Result<std::string> ask(sqlite3* database, std::string const& sql) {
    std::string answer;
    int const code = RawStatement(database, sql.c_str()).all(answer);
    if (code != SQLITE_OK) return opening_failure(code);
    return answer;
}

template <std::size_t count>
Status apply(sqlite3* database, std::array<Setting, count> const& settings) {
    for (auto const& setting : settings) {
        std::string const pragma = std::string("PRAGMA ") + setting.name;
        RETURN_IF_ERROR(ask(database, pragma + " = " + setting.value));
        ASSIGN_OR_RETURN(std::string const now, ask(database, pragma));
        if (now != setting.read_back) {
            return Error{ErrorKind::internal, "store.unsafe_setting",
                         std::string(setting.name) + " is " + now + ", must be " + setting.read_back};
        }
    }
    return Done{};
}

[[maybe_unused]] Status configure(sqlite3* database, int option, int wanted, char const* name) {
    int now = -1;
    if (sqlite3_db_config(database, option, wanted, &now) != SQLITE_OK || now != wanted)
        return Error{ErrorKind::internal, "store.unsafe_setting", std::string(name) + " could not be set"};
    return Done{};
}

/// Those that the SQLite we were compiled for knows; 3.15 knows the first two only.
Status harden([[maybe_unused]] sqlite3* database) {
#ifdef SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER
    RETURN_IF_ERROR(configure(database, SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0, "fts3_tokenizer"));
#endif
#ifdef SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION
    RETURN_IF_ERROR(configure(database, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, "load_extension"));
#endif
#ifdef SQLITE_DBCONFIG_DEFENSIVE
    RETURN_IF_ERROR(configure(database, SQLITE_DBCONFIG_DEFENSIVE, 1, "defensive"));
#endif
#ifdef SQLITE_DBCONFIG_TRUSTED_SCHEMA
    RETURN_IF_ERROR(configure(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, "trusted_schema"));
#endif
#ifdef SQLITE_DBCONFIG_DQS_DML
    RETURN_IF_ERROR(configure(database, SQLITE_DBCONFIG_DQS_DML, 0, "double-quoted strings"));
    RETURN_IF_ERROR(configure(database, SQLITE_DBCONFIG_DQS_DDL, 0, "double-quoted strings"));
#endif
    return Done{};
}

/// x'…': SQLCipher takes the 32 bytes as they are, with no derivation from a passphrase.
Secret raw_key_literal(Secret const& key) {
    constexpr std::string_view digits = "0123456789abcdef";
    Bytes literal;
    literal.reserve(3 + 2 * key.size());  // never grows: no second buffer that nobody wipes
    literal.push_back('x');
    literal.push_back('\'');
    for (std::uint8_t const byte : key.reveal()) {
        literal.push_back(static_cast<std::uint8_t>(digits[byte >> 4U]));
        literal.push_back(static_cast<std::uint8_t>(digits[byte & 15U]));
    }
    literal.push_back('\'');
    return Secret(std::move(literal));
}

Status apply_key(sqlite3* database, Secret const& key) {
    if (key.size() != 32)
        return Error{ErrorKind::invalid, "store.wrong_key",
                     "a store key has 32 bytes, not " + std::to_string(key.size())};
    auto const literal = raw_key_literal(key);
    // By function, not by PRAGMA key: no statement text with the key stays in SQLite's memory.
    int const code = sqlite3_key(database, literal.reveal().data(), static_cast<int>(literal.size()));
    if (code != SQLITE_OK) return opening_failure(code);
    ASSIGN_OR_RETURN(std::string const version, ask(database, "PRAGMA cipher_version"));
    if (version.empty()) {
        return Error{ErrorKind::internal, "store.unsafe_setting",
                     "the SQLite that is installed does not encrypt (no cipher_version)"};
    }
    // The file keeps version 3's format, which every version reads and writes; 3 itself does not know this pragma.
    if (version[0] != '3' || version[1] != '.') RETURN_IF_ERROR(ask(database, "PRAGMA cipher_compatibility = 3"));
    return apply(database, settings_after_key);
}

int only_our_tables(void*, int action, char const* first, char const* second, char const*, char const*) {
    switch (action) {
        case SQLITE_PRAGMA:  // newer libraries look over a table by it when a migration adds a checked column
            return first != nullptr && std::string_view(first) == "quick_check" ? SQLITE_OK : SQLITE_DENY;
        case SQLITE_ATTACH:
        case SQLITE_DETACH:
        case SQLITE_CREATE_VTABLE:
        case SQLITE_DROP_VTABLE:
        case SQLITE_CREATE_TEMP_INDEX:
        case SQLITE_CREATE_TEMP_TABLE:
        case SQLITE_CREATE_TEMP_TRIGGER:
        case SQLITE_CREATE_TEMP_VIEW:
            return SQLITE_DENY;
        case SQLITE_FUNCTION: {
            std::string_view const name = second == nullptr ? "" : second;
            return name == "load_extension" || name == "sqlcipher_export" || name == "fts3_tokenizer" ? SQLITE_DENY
                                                                                                      : SQLITE_OK;
        }
        default:
            return SQLITE_OK;
    }
}

int count_wal_pages(void* pages, sqlite3*, char const*, int now) {
    *static_cast<int*>(pages) = now;
    return SQLITE_OK;
}

}  // namespace

void Database::Close::operator()(sqlite3* database) const noexcept {
    sqlite3_close_v2(database);
}

Database::Database(std::optional<FileLock> lock, sqlite3* raw)
    : lock_(std::move(lock)), wal_pages_(std::make_unique<int>(0)), raw_(raw) {}

Result<Database> Database::open(std::filesystem::path const& given, Secret const& key, Mode mode) {
    std::error_code failure;
    auto const path = std::filesystem::absolute(given, failure);  // never ":memory:" or a `file:` URI
    if (failure) return failed(given.string() + ": cannot be read");
    RETURN_IF_ERROR(check_file(path, mode));
    std::optional<FileLock> lock;
    if (mode != Mode::alongside) {
        auto lock_path = path;
        lock_path += ".lock";
        ASSIGN_OR_RETURN(lock, FileLock::acquire(lock_path));
    }

    sqlite3* raw = nullptr;
    int const flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
    Database database(std::move(lock), raw);
    if (code != SQLITE_OK) return opening_failure(code);
    sqlite3_busy_timeout(raw, busy_timeout_ms);
    RETURN_IF_ERROR(apply_key(raw, key));
    RETURN_IF_ERROR(ask(raw, "SELECT count(*) FROM sqlite_master"));  // the first page is read: a wrong key shows now
    RETURN_IF_ERROR(apply(raw, settings_once_open));
    RETURN_IF_ERROR(harden(raw));
    sqlite3_limit(raw, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_wal_hook(raw, count_wal_pages, database.wal_pages_.get());
    code = sqlite3_set_authorizer(raw, only_our_tables, nullptr);
    if (code != SQLITE_OK) return opening_failure(code);
    return database;
}

Statement Database::prepare(std::string_view sql) {
    sqlite3_stmt* raw = spare_->take(sql);
    if (raw != nullptr) return Statement(raw, SQLITE_OK, spare_.get());
    int const code = sqlite3_prepare_v2(raw_.get(), sql.data(), static_cast<int>(sql.size()), &raw, nullptr);
    if (code != SQLITE_OK) {
        static_cast<void>(sqlite_failure(raw_.get(), code));  // throws if the SQL is wrong
        return Statement(nullptr, code);
    }
    return Statement(raw, SQLITE_OK, spare_.get());
}

Status Database::execute(std::string_view sql) {
    char const* next = sql.data();
    char const* const end = next + sql.size();
    while (next < end) {
        sqlite3_stmt* raw = nullptr;
        int const code = sqlite3_prepare_v2(raw_.get(), next, static_cast<int>(end - next), &raw, &next);
        if (code != SQLITE_OK) return sqlite_failure(raw_.get(), code);
        if (raw == nullptr) continue;  // white space or a comment
        RETURN_IF_ERROR(Statement(raw, SQLITE_OK).run());
    }
    return Done{};
}

std::int64_t Database::last_insert_id() const {
    return sqlite3_last_insert_rowid(raw_.get());
}

int Database::changes() const {
    return sqlite3_changes(raw_.get());
}

std::int64_t Database::total_changes() const {
    return sqlite3_total_changes(raw_.get());
}

bool Database::in_transaction() const {
    return sqlite3_get_autocommit(raw_.get()) == 0;
}

Status Database::checkpoint() {
    sqlite3_busy_timeout(raw_.get(), 0);  // a reader (somebody's backup) must not hold up the daemon
    int const code = sqlite3_wal_checkpoint_v2(raw_.get(), "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    sqlite3_busy_timeout(raw_.get(), busy_timeout_ms);
    if ((code & 0xff) == SQLITE_BUSY) return Done{};
    if (code != SQLITE_OK) return sqlite_failure(raw_.get(), code);
    *wal_pages_ = 0;
    return Done{};
}

Status Database::copy_into(Database& to) {
    auto* const backup = sqlite3_backup_init(to.raw_.get(), "main", raw_.get(), "main");
    if (backup == nullptr) return sqlite_failure(to.raw_.get(), sqlite3_errcode(to.raw_.get()));
    int const stepped = sqlite3_backup_step(backup, -1);  // one read transaction: writers append to the log meanwhile
    int const finished = sqlite3_backup_finish(backup);
    if (finished != SQLITE_OK) return sqlite_failure(to.raw_.get(), finished);
    if (stepped != SQLITE_DONE) return sqlite_failure(to.raw_.get(), stepped);
    return Done{};
}

}  // namespace casebridge
