#include "adapters/sqlite_connection.h"

#include "adapters/sqlite_key.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <string>

#include <sqlite3.h>
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

/// The first page is read here: a wrong key and a file that is no database show now.
Status read_schema(sqlite3* database, SqliteSettings const& settings) {
    auto const version = pragma_text(database, "SELECT count(*) FROM sqlite_master");
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

/// In WAL mode, with everything checkpointed into the one file.
bool is_resting_wal_database(std::filesystem::path const& path) {
    constexpr std::size_t header_bytes = 20;
    std::array<char, header_bytes> header{};
    std::ifstream in(path, std::ios::binary);
    bool const wal = in.read(header.data(), header.size()) && header[18] == 2 && header[19] == 2;
    struct stat log {};
    return wal && (::stat((path.string() + "-wal").c_str(), &log) != 0 || log.st_size == 0);
}

/// Every byte that could mean something in a URI is escaped.
std::string as_immutable_uri(std::string const& path) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string uri = "file:";
    for (char const c : path) {
        bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/';
        if (plain) {
            uri += c;
        } else {
            auto const byte = static_cast<unsigned char>(c);
            uri += '%';
            uri += digits[byte >> 4U];
            uri += digits[byte & 15U];
        }
    }
    return uri + "?immutable=1";
}

/// Opens, sets the key and reads the schema; the connection is there also after an error.
Status open_file(std::string const& name, int flags, SqliteSettings const& settings, Secret const& key,
                 SqliteConnection& database) {
    sqlite3* raw = nullptr;
    int const all = SQLITE_OPEN_READONLY | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_PRIVATECACHE | flags;
    int const code = sqlite3_open_v2(name.c_str(), &raw, all, nullptr);
    database.reset(raw);
    if (code != SQLITE_OK) return sqlite_error(code, "opening " + settings.path.string());
    sqlite3_busy_timeout(raw, static_cast<int>(settings.busy_timeout.count()));
    if (settings.encryption == SqliteSettings::Encryption::sqlcipher) {
        RETURN_IF_ERROR(apply_key(raw, settings, key));
    }
    return read_schema(raw, settings);
}

Error unavailable(std::string detail) {
    return {ErrorKind::unavailable, "source.unavailable", std::move(detail)};
}

}  // namespace

void SqliteCloser::operator()(sqlite3* database) const noexcept {
    sqlite3_close_v2(database);
}

Error sqlite_error(int code, std::string doing) {
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
                               " (damaged, or with features newer than the installed library: have the "
                               "ministry check it; an encrypted file is read with SQLCipher's own release)");
        case SQLITE_INTERRUPT:
            return unavailable(detail + " (it took longer than the time limit; an index on the case number helps)");
        case SQLITE_TOOBIG:
            return {ErrorKind::invalid, "source.value_too_large", detail};
        case SQLITE_NOTADB:
            return {ErrorKind::invalid, "source.not_a_database", detail};
        case SQLITE_ERROR:
            return {ErrorKind::unavailable, "source.query_failed",
                    detail + " (there is no such table, column or function, or what a view computes has no result)"};
        default:
            return {ErrorKind::unavailable, "source.query_failed", detail};
    }
}

Status run_pragmas(sqlite3* database, char const* sql) {
    int const code = sqlite3_exec(database, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return sqlite_error(code, "setting up the connection");
    return Done{};
}

Result<std::string> pragma_text(sqlite3* database, char const* sql) {
    sqlite3_stmt* raw = nullptr;
    int code = sqlite3_prepare_v2(database, sql, -1, &raw, nullptr);
    std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> const statement(raw, sqlite3_finalize);
    if (code == SQLITE_OK) code = sqlite3_step(statement.get());
    if (code == SQLITE_DONE) return std::string();
    if (code != SQLITE_ROW) return sqlite_error(code, "opening the database");
    auto const* const text = reinterpret_cast<char const*>(sqlite3_column_text(statement.get(), 0));
    return std::string(text == nullptr ? "" : text);
}

Status allow_only_reading(sqlite3* database, std::size_t maximum_row_bytes, Writable writable) {
    set_where_supported(database);
    sqlite3_extended_result_codes(database, 0);
    RETURN_IF_ERROR(run_pragmas(database,
                                "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0;"
                                "PRAGMA cell_size_check = ON"));
    ASSIGN_OR_RETURN(std::string const query_only, pragma_text(database, "PRAGMA query_only"));
    if (query_only != "1" || (writable == Writable::never && sqlite3_db_readonly(database, "main") != 1)) {
        return Error{ErrorKind::internal, "source.unavailable", "the connection could not be made read-only"};
    }
    sqlite3_limit(database, SQLITE_LIMIT_LENGTH, static_cast<int>(maximum_row_bytes));
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

Result<ReadOnlyDatabase> open_read_only(SqliteSettings const& settings, Secret const& key) {
    bool const encrypted = settings.encryption == SqliteSettings::Encryption::sqlcipher;
    if (!encrypted && !key.empty()) {
        return Error{ErrorKind::invalid, "source.wrong_key", "a key is given for a database that is not encrypted"};
    }
    std::error_code failure;
    auto const path = std::filesystem::absolute(settings.path, failure);  // never a `file:` URI
    struct stat status {};
    if (failure || ::stat(path.c_str(), &status) != 0) return unavailable(settings.path.string() + ": no such file");
    if (!S_ISREG(status.st_mode)) return unavailable(settings.path.string() + ": not a file");

    ReadOnlyDatabase database;
    auto opened = open_file(path.string(), 0, settings, key, database.connection);
    if (!opened && !encrypted && sqlite3_errcode(database.connection.get()) == SQLITE_CANTOPEN &&
        is_resting_wal_database(path)) {
        database.unlocked = true;
        opened = open_file(as_immutable_uri(path.string()), SQLITE_OPEN_URI, settings, key, database.connection);
    }
    RETURN_IF_ERROR(opened);
    RETURN_IF_ERROR(allow_only_reading(database.connection.get(), settings.maximum_row_bytes, Writable::never));
    return database;
}

}  // namespace casebridge
