#include "adapters/sqlite_writing_session.h"

#include "adapters/named_few.h"
#include "adapters/received_error.h"
#include "adapters/received_summary.h"
#include "adapters/sqlite_connection.h"
#include "adapters/sqlite_key.h"
#include "adapters/sqlite_query.h"

#include <cstring>

#include <sqlite3.h>
#include <sys/stat.h>

namespace casebridge {
namespace {

int only_this_table(void* table, int action, char const* first, char const*, char const*, char const*) {
    auto const& ours = *static_cast<std::string const*>(table);
    switch (action) {
        case SQLITE_SELECT:
        case SQLITE_TRANSACTION:
            return SQLITE_OK;
        case SQLITE_READ:
        case SQLITE_INSERT:
        case SQLITE_DELETE:
            return first != nullptr && sqlite3_stricmp(first, ours.c_str()) == 0 ? SQLITE_OK : SQLITE_DENY;
        default:
            return SQLITE_DENY;
    }
}

Error failed(sqlite3* database, int code, std::string_view doing) {
    auto const say = [&](char const* part) { return std::strstr(sqlite3_errmsg(database), part) != nullptr; };
    auto const error = [&](ErrorKind kind, std::string_view ours, char const* words) {
        return Error{kind, ours, std::string(doing) + ": " + sqlite3_errstr(code) + " (" + words + ")"};
    };
    switch (code & 0xff) {
        case SQLITE_CONSTRAINT:
        case SQLITE_MISMATCH:
            return error(ErrorKind::invalid, "received.value_refused", "the table refuses the row");
        case SQLITE_READONLY:
        case SQLITE_PERM:
            return error(ErrorKind::unavailable, "received.not_permitted", "this user may not write the file");
        case SQLITE_AUTH:
            return error(ErrorKind::unavailable, "received.not_permitted",
                         "a trigger, a default or a view wants more than this one table");
        case SQLITE_ERROR:
            if (say("no such table"))
                return error(ErrorKind::unavailable, "received.no_table", "packaging/sql/sqlite.md has the table");
            if (say("column")) return error(ErrorKind::unavailable, "received.table_unfit", "a column is missing");
            break;
        default:
            break;
    }
    return received_error(sqlite_error(code, std::string(doing)));
}

class SqliteWritingSession final : public WritingSession {
public:
    SqliteWritingSession(SqliteSettings settings, std::string table, Secret key)
        : settings_(std::move(settings)), table_(std::move(table)), key_(std::move(key)) {
        settings_.maximum_value_bytes = 2 * longest_received_summary;
    }

    Status begin() override {
        if (database_ == nullptr || !(identity() == identity_)) RETURN_IF_ERROR(open());
        return run("starting a transaction", "BEGIN IMMEDIATE", {});
    }

    Status commit() override {
        auto const done = run("ending a transaction", "COMMIT", {});
        // What was deleted stays in a write-ahead log until it is emptied; a reader may prevent that for now.
        if (done && std::exchange(deleted_, false))
            sqlite3_wal_checkpoint_v2(database_.get(), "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
        return done;
    }

    void rollback() override {
        deleted_ = false;
        if (database_ == nullptr || sqlite3_get_autocommit(database_.get()) != 0) return;
        if (!run("ending a transaction", "ROLLBACK", {})) database_.reset();
    }

    Status change(std::string_view doing, std::string const& sql, std::vector<SqlValue> const& parameters) override {
        deleted_ = deleted_ || sql.starts_with("DELETE");
        return run(doing, sql, parameters);
    }

    Result<std::vector<SqlRow>> select(std::string const& sql, std::vector<SqlValue> const& parameters) override {
        std::vector<SqlRow> rows;
        RETURN_IF_ERROR(run("reading", sql, parameters, [&](sqlite3_stmt* row) {
            auto& values = rows.emplace_back();
            for (int column = 0; column < sqlite3_column_count(row); ++column) {
                auto const* const text = reinterpret_cast<char const*>(sqlite3_column_text(row, column));
                auto const size = static_cast<std::size_t>(sqlite3_column_bytes(row, column));
                values.push_back(text == nullptr ? SqlValue() : SqlValue(std::string(text, size)));
            }
        }));
        return rows;
    }

    [[nodiscard]] std::string quote_identifier(std::string_view name) const override { return quoted_identifier(name); }

    Result<std::unique_ptr<SqlSession>> reading() const override {
        auto opened = open_sqlite_session(settings_, key_);
        if (!opened) return received_error(opened.error());
        return opened;
    }

    Result<std::vector<Excess>> privileges(std::string const& table) const override {
        ASSIGN_OR_RETURN(auto const session, reading());
        auto const tables = session->tables();
        if (!tables) return received_error(tables.error());
        NamedFew more;
        for (auto const& each : *tables) {
            if (each != table) more.add(each);
        }
        std::vector<Excess> excess;
        if (!more.empty()) {
            excess.push_back({"received.file_holds_more", "who may write this file may write " + more.text(),
                              "Give the staging table a file of its own (packaging/sql/sqlite.md)."});
        }
        struct stat status {};
        if (::stat(settings_.path.c_str(), &status) == 0 && (status.st_mode & 007U) != 0) {
            excess.push_back({"received.file_open", "every user of this machine can read or write the file",
                              "Take the rights of all others away: chmod o-rwx " + settings_.path.string() + "."});
        }
        return excess;
    }

private:
    struct Identity {
        dev_t device = 0;
        ino_t inode = 0;
        bool operator==(Identity const&) const = default;
    };
    [[nodiscard]] Identity identity() const {
        struct stat status {};
        if (::stat(settings_.path.c_str(), &status) != 0) return {};
        return {status.st_dev, status.st_ino};
    }

    Status open() {
        database_.reset();
        identity_ = identity();
        bool const encrypted = settings_.encryption == SqliteSettings::Encryption::sqlcipher;
        if (!encrypted && !key_.empty()) {
            return Error{ErrorKind::invalid, "received.wrong_key", "a key is given for a file that is not encrypted"};
        }
        std::error_code failure;
        auto const path = std::filesystem::absolute(settings_.path, failure);  // never a `file:` URI
        if (failure || identity_ == Identity{})
            return Error{ErrorKind::unavailable, "received.unavailable", settings_.path.string() + ": no such file"};
        sqlite3* raw = nullptr;
        int const flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_PRIVATECACHE;
        int const code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
        SqliteConnection database(raw);
        if (code != SQLITE_OK) return failed(raw, code, "opening " + settings_.path.string());
        sqlite3_busy_timeout(raw, static_cast<int>(settings_.busy_timeout.count()));
        if (encrypted) {
            if (auto const keyed = apply_key(raw, settings_, key_); !keyed) return received_error(keyed.error());
        }
        RETURN_IF_ERROR(set_up(raw));
        database_ = std::move(database);
        return Done{};
    }

    Status set_up(sqlite3* database) {
        // The first page is read here: a wrong key and a file that is no database show now.
        auto const schema = pragma_text(database, "SELECT count(*) FROM sqlite_master");
        if (!schema && settings_.encryption == SqliteSettings::Encryption::sqlcipher &&
            schema.error().code == "source.not_a_database") {
            return Error{
                ErrorKind::invalid, "received.wrong_key",
                "the key does not open the file, or cipher_compatibility, cipher_page_size or key_kind differ"};
        }
        if (!schema) return received_error(schema.error());
        auto const set = run_pragmas(database,
                                     "PRAGMA secure_delete = ON; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;"
                                     "PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON");
        if (!set) return received_error(set.error());
        auto const overwrites = pragma_text(database, "PRAGMA secure_delete");
        if (!overwrites || *overwrites != "1")
            return Error{ErrorKind::internal, "received.unavailable", "the library does not overwrite what is deleted"};
        if (sqlite3_db_readonly(database, "main") != 0) {
            return Error{ErrorKind::unavailable, "received.not_permitted",
                         settings_.path.string() + ": this user may not write the file"};
        }
        sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
        sqlite3_set_authorizer(database, only_this_table, &table_);
        return Done{};
    }

    Status run(std::string_view doing, std::string const& sql, std::vector<SqlValue> const& parameters,
               std::function<void(sqlite3_stmt*)> const& on_row = {}) {
        if (database_ == nullptr) return Error{ErrorKind::unavailable, "received.unavailable", "not open"};
        sqlite3_stmt* raw = nullptr;
        int code = sqlite3_prepare_v2(database_.get(), sql.c_str(), -1, &raw, nullptr);
        SqliteStatement const statement(raw);
        if (code != SQLITE_OK) return failed(database_.get(), code, doing);
        for (int at = 0; at < static_cast<int>(parameters.size()); ++at) {
            auto const* const text = std::get_if<std::string>(&parameters[static_cast<std::size_t>(at)]);
            code = text == nullptr
                       ? sqlite3_bind_null(raw, at + 1)
                       : sqlite3_bind_text64(raw, at + 1, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
            if (code != SQLITE_OK) return failed(database_.get(), code, doing);
        }
        while ((code = sqlite3_step(raw)) == SQLITE_ROW) {
            if (on_row) on_row(raw);
        }
        return code == SQLITE_DONE ? Status(Done{}) : Status(failed(database_.get(), code, doing));
    }

    SqliteSettings settings_;
    std::string table_;
    Secret key_;
    SqliteConnection database_;
    Identity identity_{};
    bool deleted_ = false;
};

}  // namespace

std::unique_ptr<WritingSession> make_sqlite_writing_session(SqliteSettings settings, std::string table, Secret key) {
    return std::make_unique<SqliteWritingSession>(std::move(settings), std::move(table), std::move(key));
}

}  // namespace casebridge
