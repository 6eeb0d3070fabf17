#include "adapters/sqlite_session.h"

#include "adapters/sqlite_connection.h"
#include "adapters/sqlite_privileges.h"
#include "adapters/sqlite_query.h"

#include <utility>

#include <sqlite3.h>
#include <sys/stat.h>

namespace casebridge {
namespace {

using Clock = std::chrono::steady_clock;

class SqliteSession final : public SqlSession {
public:
    SqliteSession(SqliteSettings settings, Secret key) : settings_(std::move(settings)), key_(std::move(key)) {}

    Status connect() {
        auto const before = file_identity();
        ASSIGN_OR_RETURN(auto opened, open_read_only(settings_, key_));
        database_ = std::move(opened.connection);
        unlocked_ = opened.unlocked;
        identity_ = before;
        sqlite3_progress_handler(database_.get(), 1000, &SqliteSession::past_deadline, this);
        return Done{};
    }

    Result<std::vector<std::string>> tables() override {
        RETURN_IF_ERROR(reconnect_if_replaced());
        restart_clock();
        return table_names(database_.get());
    }

    Result<std::vector<Column>> columns(std::string const& table) override {
        RETURN_IF_ERROR(reconnect_if_replaced());
        restart_clock();
        return table_columns(database_.get(), table);
    }

    Status query(std::string const& sql, std::vector<SqlValue> const& parameters,
                 std::function<bool(SqlRow const&)> const& on_row) override {
        RETURN_IF_ERROR(reconnect_if_replaced());
        restart_clock();
        return still_true(run_select(database_.get(), sql, parameters, settings_.maximum_value_bytes, on_row));
    }

    Status scan(std::string const& sql, std::function<bool(SqlRow const&)> const& on_row) override {
        RETURN_IF_ERROR(reconnect_if_replaced());
        restart_clock();
        return still_true(run_select(database_.get(), sql, {}, settings_.maximum_value_bytes, [&](SqlRow const& row) {
            bool const more = on_row(row);
            restart_clock();
            return more;
        }));
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
        auto outcome = still_true(body());
        rollback.done = true;
        auto const rolled_back = ended();
        if (!outcome) return outcome;
        return rolled_back;
    }

    [[nodiscard]] std::string quote_identifier(std::string_view name) const override { return quoted_identifier(name); }

    Result<std::vector<Excess>> privileges(std::vector<std::string> const&) override {
        return sqlite_privileges(settings_.path);
    }

private:
    static int past_deadline(void* session) { return Clock::now() > static_cast<SqliteSession*>(session)->deadline_; }

    void restart_clock() { deadline_ = Clock::now() + settings_.query_time_limit; }

    Status execute(char const* sql) {
        restart_clock();
        int const code = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
        if (code != SQLITE_OK) return sqlite_error(database_.get(), code, "starting or ending a read");
        return Done{};
    }

    struct Identity {
        dev_t device = 0;
        ino_t inode = 0;
        // Of a file that is read without locks: what a writer would change.
        off_t size = 0, log_size = 0;
        std::int64_t modified = 0;
        bool operator==(Identity const&) const = default;
    };
    [[nodiscard]] Identity file_identity() const {
        Identity identity;
        struct stat status {};
        if (::stat(settings_.path.c_str(), &status) != 0) return identity;
        identity.device = status.st_dev;
        identity.inode = status.st_ino;
        identity.size = status.st_size;
        identity.modified = status.st_mtim.tv_sec * std::int64_t{1'000'000'000} + status.st_mtim.tv_nsec;
        if (::stat((settings_.path.string() + "-wal").c_str(), &status) == 0) identity.log_size = status.st_size;
        return identity;
    }
    [[nodiscard]] bool is_the_same_file() const {
        auto const now = file_identity();
        if (unlocked_) return now == identity_;
        return now.device == identity_.device && now.inode == identity_.inode;
    }

    /// An open file outlives its name: without this a database that was replaced would be served from the old copy.
    Status reconnect_if_replaced() {
        if (in_snapshot_ || (database_ != nullptr && is_the_same_file())) return Done{};
        database_.reset();
        return connect();
    }

    /// What was read without locks is true only if nobody wrote meanwhile.
    Status still_true(Status outcome) {
        if (!outcome || !unlocked_ || is_the_same_file()) return outcome;
        return Error{ErrorKind::unavailable, "source.unavailable", "the database was written to while it was read"};
    }

    SqliteSettings settings_;
    Secret key_;
    SqliteConnection database_;
    Identity identity_{};
    bool unlocked_ = false;
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
