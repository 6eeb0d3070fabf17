#include "adapters/sqlite_connection.h"

#include <algorithm>
#include <array>
#include <string>

#include <sqlcipher/sqlite3.h>
#include <sys/stat.h>

namespace casebridge {
namespace {

// What a view of the ministry's may need; nothing that reads files, loads code or makes large values from small ones.
constexpr std::array<std::string_view, 23> allowed_functions = {
    "abs",       "coalesce", "count",    "date",   "datetime",  "glob", "ifnull", "instr",
    "julianday", "length",   "like",     "lower",  "ltrim",     "max",  "min",    "nullif",
    "round",     "rtrim",    "strftime", "substr", "substring", "trim", "upper"};

int only_reading(void*, int action, char const* name_of_pragma, char const* name, char const*, char const*) {
    switch (action) {
        case SQLITE_SELECT:
        case SQLITE_READ:
            return SQLITE_OK;
        case SQLITE_TRANSACTION:  // BEGIN and ROLLBACK of a read; the session passes on SELECT statements alone
            return SQLITE_OK;
        case SQLITE_PRAGMA:  // whether another connection has written
            return name_of_pragma != nullptr && std::string_view(name_of_pragma) == "data_version" && name == nullptr
                       ? SQLITE_OK
                       : SQLITE_DENY;
        case SQLITE_FUNCTION: {
            std::string lower(name == nullptr ? "" : name);
            std::transform(lower.begin(), lower.end(), lower.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
            auto const* const end = allowed_functions.end();
            return std::find(allowed_functions.begin(), end, lower) == end ? SQLITE_DENY : SQLITE_OK;
        }
        default:
            return SQLITE_DENY;
    }
}

Status run(sqlite3* database, char const* sql) {
    int const code = sqlite3_exec(database, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return sqlite_error(database, code, "setting up the connection");
    return Done{};
}

/// The one value a statement returns, as text.
Result<std::string> single_text(sqlite3* database, char const* sql) {
    sqlite3_stmt* raw = nullptr;
    int code = sqlite3_prepare_v2(database, sql, -1, &raw, nullptr);
    std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> const statement(raw, sqlite3_finalize);
    if (code == SQLITE_OK) code = sqlite3_step(statement.get());
    if (code == SQLITE_DONE) return std::string();
    if (code != SQLITE_ROW) return sqlite_error(database, code, "opening the database");
    auto const* const text = reinterpret_cast<char const*>(sqlite3_column_text(statement.get(), 0));
    return std::string(text == nullptr ? "" : text);
}

/// The key in the form SQLCipher takes: x'…' for a raw key.
Result<Secret> cipher_key(SqliteSettings const& settings, Secret const& key) {
    if (key.empty()) return Error{ErrorKind::invalid, "source.wrong_key", "the database is encrypted, no key is given"};
    if (settings.key_kind == SqliteSettings::KeyKind::passphrase) return key.duplicate();
    Bytes literal = {'x', '\''};
    if (key.size() == 32) {
        constexpr std::string_view digits = "0123456789abcdef";
        literal.reserve(67);  // no second buffer that nobody wipes
        for (std::uint8_t const byte : key.reveal()) {
            literal.push_back(static_cast<std::uint8_t>(digits[byte >> 4U]));
            literal.push_back(static_cast<std::uint8_t>(digits[byte & 15U]));
        }
    } else if (auto const text = key.reveal(); text.size() == 64 && std::all_of(text.begin(), text.end(), [](auto c) {
                                                   return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
                                                          (c >= 'A' && c <= 'F');
                                               })) {
        literal.reserve(67);
        literal.insert(literal.end(), text.begin(), text.end());
    } else {
        return Error{ErrorKind::invalid, "source.wrong_key",
                     "a raw key has 32 bytes or 64 hexadecimal characters, not " + std::to_string(key.size()) +
                         " bytes (a passphrase needs `key_kind: passphrase`)"};
    }
    literal.push_back('\'');
    return Secret(std::move(literal));
}

Status apply_key(sqlite3* database, SqliteSettings const& settings, Secret const& key) {
    ASSIGN_OR_RETURN(Secret const literal, cipher_key(settings, key));
    auto const bytes = literal.reveal();
    int const code = sqlite3_key(database, bytes.data(), static_cast<int>(bytes.size()));
    if (code != SQLITE_OK) return sqlite_error(database, code, "setting the key");

    ASSIGN_OR_RETURN(std::string const version, single_text(database, "PRAGMA cipher_version"));
    int const major = version.empty() ? 0 : std::atoi(version.c_str());
    if (major < settings.cipher_compatibility) {
        return Error{ErrorKind::invalid, "source.cipher_unsupported",
                     "the database has the format of SQLCipher " + std::to_string(settings.cipher_compatibility) +
                         ", installed is " + (version.empty() ? "plain SQLite" : version)};
    }
    if (major > 3) {  // SQLCipher 3 knows its own format only, and not this pragma
        std::string const pragma = "PRAGMA cipher_compatibility = " + std::to_string(settings.cipher_compatibility);
        RETURN_IF_ERROR(run(database, pragma.c_str()));
    }
    // On every connection and by number: without it a file with another page size looks like a wrong key.
    std::string const pragma = "PRAGMA cipher_page_size = " + std::to_string(settings.cipher_page_size);
    return run(database, pragma.c_str());
}

/// The first page is read here: a wrong key and a file that is no database show now.
Status read_schema(sqlite3* database, SqliteSettings const& settings) {
    auto const version = single_text(database, "SELECT count(*) FROM sqlite_master");
    if (version) return Done{};
    bool const encrypted = settings.encryption == SqliteSettings::Encryption::sqlcipher;
    if (encrypted && version.error().code == "source.not_a_database") {
        return Error{ErrorKind::invalid, "source.wrong_key",
                     "the key does not open the file, or cipher_compatibility, cipher_page_size or key_kind differ"};
    }
    return version.error();
}

void set_where_supported([[maybe_unused]] sqlite3* database) {
    // SECURITY: defence in depth; older libraries know only some of these, so that their answers are not looked at.
#ifdef SQLITE_DBCONFIG_ENABLE_TRIGGER
    sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
#endif
#ifdef SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER
    sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0, nullptr);
#endif
#ifdef SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION
    sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
#endif
#ifdef SQLITE_DBCONFIG_DEFENSIVE
    sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
#endif
#ifdef SQLITE_DBCONFIG_TRUSTED_SCHEMA
    sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
#endif
#ifdef SQLITE_DBCONFIG_DQS_DML
    sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
#endif
}

Status lock_down(sqlite3* database, SqliteSettings const& settings) {
    set_where_supported(database);
    sqlite3_extended_result_codes(database, 0);
    RETURN_IF_ERROR(run(database,
                        "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0;"
                        "PRAGMA cell_size_check = ON"));
    ASSIGN_OR_RETURN(std::string const query_only, single_text(database, "PRAGMA query_only"));
    if (query_only != "1" || sqlite3_db_readonly(database, "main") != 1) {
        return Error{ErrorKind::internal, "source.unavailable", "the connection could not be made read-only"};
    }
    sqlite3_limit(database, SQLITE_LIMIT_LENGTH, static_cast<int>(settings.maximum_row_bytes));
    sqlite3_limit(database, SQLITE_LIMIT_SQL_LENGTH, 256 * 1024);
    sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(database, SQLITE_LIMIT_COMPOUND_SELECT, 16);
    sqlite3_limit(database, SQLITE_LIMIT_EXPR_DEPTH, 100);
    sqlite3_limit(database, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 256);
    if (sqlite3_set_authorizer(database, only_reading, nullptr) != SQLITE_OK) {
        return Error{ErrorKind::internal, "source.unavailable", "the connection could not be made read-only"};
    }
    return Done{};
}

Error unavailable(std::string detail) {
    return {ErrorKind::unavailable, "source.unavailable", std::move(detail)};
}

}  // namespace

void SqliteCloser::operator()(sqlite3* database) const noexcept {
    sqlite3_close_v2(database);
}

Error sqlite_error(sqlite3* database, int code, std::string doing, bool schema_only) {
    std::string detail = std::move(doing) + ": " + sqlite3_errstr(code);
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_IOERR:
        case SQLITE_NOMEM:
        case SQLITE_FULL:
        case SQLITE_PROTOCOL:
            return unavailable(detail);
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
            return unavailable(detail +
                               " (is the file there and readable? A database in WAL mode can only be read "
                               "where its -shm file can be written: give the service that right, or a copy)");
        case SQLITE_CORRUPT:
            return unavailable(detail +
                               " (damaged, or written by a newer SQLite than is installed: have the ministry "
                               "check it, or export a copy without STRICT tables and generated columns)");
        case SQLITE_INTERRUPT:
            return unavailable(detail + " (it took longer than the time limit; an index on the case number helps)");
        case SQLITE_TOOBIG:
            return {ErrorKind::invalid, "source.value_too_large", detail};
        case SQLITE_NOTADB:
            return {ErrorKind::invalid, "source.not_a_database", detail};
        default:
            if (schema_only && database != nullptr) detail += std::string(" (") + sqlite3_errmsg(database) + ")";
            return {ErrorKind::unavailable, "source.query_failed", detail};
    }
}

Result<SqliteConnection> open_read_only(SqliteSettings const& settings, Secret const& key) {
    bool const encrypted = settings.encryption == SqliteSettings::Encryption::sqlcipher;
    if (!encrypted && !key.empty()) {
        return Error{ErrorKind::invalid, "source.wrong_key", "a key is given for a database that is not encrypted"};
    }
    std::error_code failure;
    auto const path = std::filesystem::absolute(settings.path, failure);  // never a `file:` URI
    struct stat status {};
    if (failure || ::stat(path.c_str(), &status) != 0) return unavailable(settings.path.string() + ": no such file");
    if (!S_ISREG(status.st_mode)) return unavailable(settings.path.string() + ": not a file");

    sqlite3* raw = nullptr;
    int const flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_PRIVATECACHE;
    int const code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
    SqliteConnection database(raw);
    if (code != SQLITE_OK) return sqlite_error(raw, code, "opening " + settings.path.string());
    sqlite3_busy_timeout(raw, static_cast<int>(settings.busy_timeout.count()));
    if (encrypted) RETURN_IF_ERROR(apply_key(raw, settings, key));
    RETURN_IF_ERROR(read_schema(raw, settings));
    RETURN_IF_ERROR(lock_down(raw, settings));
    return database;
}

}  // namespace casebridge
