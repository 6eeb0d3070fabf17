#include "adapters/sqlite_session.h"

#include "adapters/sqlite_connection.h"

#include <optional>
#include <tuple>
#include <utility>

#include <sqlcipher/sqlite3.h>
#include <sys/stat.h>

namespace casebridge {
namespace {

using Clock = std::chrono::steady_clock;
using Statement = std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)>;

Error query_failed(std::string detail) {
    return {ErrorKind::unavailable, "source.query_failed", std::move(detail)};
}

/// One SELECT and nothing after it.
Result<Statement> prepare_select(sqlite3* database, std::string const& sql) {
    sqlite3_stmt* raw = nullptr;
    char const* tail = nullptr;
    int const code = sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()) + 1, &raw, &tail);
    Statement statement(raw, sqlite3_finalize);
    if (code != SQLITE_OK) return sqlite_error(database, code, "preparing a query", true);
    if (raw == nullptr || tail != sql.data() + sql.size() || sqlite3_column_count(raw) == 0 ||
        sqlite3_stmt_readonly(raw) == 0) {
        return query_failed("not one SELECT statement");
    }
    return statement;
}

Status bind(sqlite3_stmt* statement, std::vector<SqlValue> const& parameters) {
    if (sqlite3_bind_parameter_count(statement) != static_cast<int>(parameters.size())) {
        return query_failed("number of parameters");
    }
    for (int at = 0; at < static_cast<int>(parameters.size()); ++at) {
        SqlValue const& value = parameters[static_cast<std::size_t>(at)];
        int code = SQLITE_OK;
        if (auto const* number = std::get_if<std::int64_t>(&value)) {
            code = sqlite3_bind_int64(statement, at + 1, *number);
        } else if (auto const* text = std::get_if<std::string>(&value)) {
            code = sqlite3_bind_text64(statement, at + 1, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
        } else {
            code = sqlite3_bind_null(statement, at + 1);
        }
        if (code != SQLITE_OK) return sqlite_error(nullptr, code, "binding a parameter");
    }
    return Done{};
}

Result<SqlValue> read_value(sqlite3_stmt* statement, int column, std::size_t maximum_bytes) {
    int const type = sqlite3_column_type(statement, column);
    if (type == SQLITE_NULL) return SqlValue{};
    if (type == SQLITE_INTEGER) return SqlValue{static_cast<std::int64_t>(sqlite3_column_int64(statement, column))};
    auto const* const bytes = type == SQLITE_BLOB
                                  ? static_cast<char const*>(sqlite3_column_blob(statement, column))
                                  : reinterpret_cast<char const*>(sqlite3_column_text(statement, column));
    auto const size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
    if (size > maximum_bytes) {
        return Error{ErrorKind::invalid, "source.value_too_large",
                     std::string("column ") + sqlite3_column_name(statement, column) + ": over " +
                         std::to_string(maximum_bytes) + " bytes"};
    }
    if (bytes == nullptr) {
        if (size == 0 && type == SQLITE_BLOB) return SqlValue{std::string()};
        return sqlite_error(nullptr, SQLITE_NOMEM, "reading a value");
    }
    return SqlValue{std::string(bytes, size)};
}

class SqliteSession final : public SqlSession {
public:
    SqliteSession(SqliteSettings settings, Secret key) : settings_(std::move(settings)), key_(std::move(key)) {}

    Status connect() {
        ASSIGN_OR_RETURN(database_, open_read_only(settings_, key_));
        identity_ = file_identity();
        sqlite3_progress_handler(database_.get(), 1000, &SqliteSession::past_deadline, this);
        return Done{};
    }

    Result<std::vector<Column>> columns(std::string const& table) override {
        RETURN_IF_ERROR(reconnect_if_replaced());
        bool exists = false;
        RETURN_IF_ERROR(run("SELECT type FROM sqlite_master WHERE type IN ('table', 'view') AND name = ?", {table},
                            [&](SqlRow const&) { return !(exists = true); }));
        std::vector<Column> found;
        if (!exists) return found;
        auto const statement = prepare_select(database_.get(), "SELECT * FROM " + quote_identifier(table));
        if (!statement) return statement.error();
        sqlite3_stmt* const raw = statement->get();
        for (int at = 0; at < sqlite3_column_count(raw); ++at) {
            char const* const type = sqlite3_column_decltype(raw, at);
            found.push_back({sqlite3_column_name(raw, at), type == nullptr ? "" : type});
        }
        return found;
    }

    Status query(std::string const& sql, std::vector<SqlValue> const& parameters,
                 std::function<bool(SqlRow const&)> const& on_row) override {
        RETURN_IF_ERROR(reconnect_if_replaced());
        return run(sql, parameters, on_row);
    }

    Status read_consistently(std::function<Status()> const& body) override {
        RETURN_IF_ERROR(reconnect_if_replaced());
        RETURN_IF_ERROR(execute("BEGIN"));
        in_snapshot_ = true;
        auto const ended = [this] {
            in_snapshot_ = false;
            return execute("ROLLBACK");
        };
        struct Rollback {  // also when `body` throws
            decltype(ended) const& end;
            bool done = false;
            ~Rollback() {
                if (!done) static_cast<void>(end());
            }
        } rollback{ended};
        auto outcome = body();
        rollback.done = true;
        auto const rolled_back = ended();
        if (!outcome) return outcome;
        return rolled_back;
    }

    /// By the file and its write-ahead log: a commit writes to one of them.
    bool may_have_changed() override {
        auto const now = std::pair(file_times(settings_.path), file_times(settings_.path.string() + "-wal"));
        return std::exchange(times_, now) != now;
    }

    [[nodiscard]] std::string quote_identifier(std::string_view name) const override {
        std::string quoted = "\"";
        for (char const character : name) {
            quoted += character;
            if (character == '"') quoted += '"';
        }
        return quoted + '"';
    }

private:
    static int past_deadline(void* session) { return Clock::now() > static_cast<SqliteSession*>(session)->deadline_; }

    Status run(std::string const& sql, std::vector<SqlValue> const& parameters,
               std::function<bool(SqlRow const&)> const& on_row) {
        deadline_ = Clock::now() + settings_.query_time_limit;
        auto const statement = prepare_select(database_.get(), sql);
        if (!statement) return statement.error();
        RETURN_IF_ERROR(bind(statement->get(), parameters));
        int const width = sqlite3_column_count(statement->get());
        for (;;) {
            int const code = sqlite3_step(statement->get());
            if (code == SQLITE_DONE) return Done{};
            if (code != SQLITE_ROW) return sqlite_error(database_.get(), code, "reading");
            SqlRow row;
            row.reserve(static_cast<std::size_t>(width));
            for (int column = 0; column < width; ++column) {
                ASSIGN_OR_RETURN(auto value, read_value(statement->get(), column, settings_.maximum_value_bytes));
                row.push_back(std::move(value));
            }
            if (!on_row(row)) return Done{};
        }
    }

    Status execute(char const* sql) {
        deadline_ = Clock::now() + settings_.query_time_limit;
        int const code = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
        if (code != SQLITE_OK) return sqlite_error(database_.get(), code, "starting or ending a read");
        return Done{};
    }

    using Identity = std::pair<dev_t, ino_t>;
    [[nodiscard]] Identity file_identity() const {
        struct stat status {};
        return ::stat(settings_.path.c_str(), &status) == 0 ? Identity{status.st_dev, status.st_ino} : Identity{};
    }

    /// Which file, its size, and when it was written.
    using FileTimes = std::tuple<dev_t, ino_t, off_t, std::int64_t, std::int64_t>;
    static FileTimes file_times(std::filesystem::path const& path) {
        struct stat status {};
        if (::stat(path.c_str(), &status) != 0) return {};
        return {status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
    }

    /// An open file outlives its name: without this a database that was replaced would be served from the old copy.
    Status reconnect_if_replaced() {
        if (in_snapshot_ || (database_ != nullptr && file_identity() == identity_)) return Done{};
        database_.reset();
        return connect();
    }

    SqliteSettings settings_;
    Secret key_;
    SqliteConnection database_;
    Identity identity_{};
    std::optional<std::pair<FileTimes, FileTimes>> times_;
    Clock::time_point deadline_;
    bool in_snapshot_ = false;
};

}  // namespace

Result<std::unique_ptr<SqlSession>> open_sqlite_session(SqliteSettings const& settings, Secret const& key) {
    auto session = std::make_unique<SqliteSession>(settings, key.duplicate());
    RETURN_IF_ERROR(session->connect());
    return std::unique_ptr<SqlSession>(std::move(session));
}

}  // namespace casebridge
