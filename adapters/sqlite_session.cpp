#include "adapters/sqlite_session.h"

#include "adapters/file_privileges.h"
#include "adapters/sqlite_connection.h"
#include "adapters/sqlite_file_watch.h"
#include "adapters/sqlite_query.h"

#include <stdexcept>
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
        ++connection_;
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
        return still_true(select(sql, parameters, on_row));
    }

    Status scan(std::string const& sql, std::function<bool(SqlRow const&)> const& on_row) override {
        RETURN_IF_ERROR(reconnect_if_replaced());
        return still_true(select(sql, {}, [&](SqlRow const& row) {
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

    /// None of a database that is read without locks: its version does not tell what others write.
    Result<std::optional<SnapshotVersion>> snapshot_version(std::vector<std::string> const& tables) override {
        if (!in_snapshot_) throw std::logic_error("a version is one of a snapshot");
        if (unlocked_) return std::optional<SnapshotVersion>();
        SnapshotVersion version{connection_, 0};
        RETURN_IF_ERROR(select("PRAGMA data_version", {}, [&](SqlRow const& row) {
            auto const* const number = std::get_if<std::int64_t>(&row.front());
            version.number = number == nullptr ? 0 : *number;
            return true;
        }));
        // Whether they are tables is a question about the same snapshot, so asked once for each.
        if (!judged_ || judged_->version != version || judged_->tables != tables) {
            ASSIGN_OR_RETURN(bool const stored, are_stored(tables));
            judged_ = Judgement{version, tables, stored};
        }
        return judged_->stored ? std::optional(version) : std::nullopt;
    }

    bool may_have_changed() override { return watch_.may_have_changed(); }

    [[nodiscard]] std::string quote_identifier(std::string_view name) const override { return quoted_identifier(name); }

    Result<std::vector<Excess>> privileges(std::vector<std::string> const&) override {
        return file_privileges({settings_.path}, "packaging/sql/sqlite.md");
    }

private:
    static int past_deadline(void* session) { return Clock::now() > static_cast<SqliteSession*>(session)->deadline_; }

    void restart_clock() { deadline_ = Clock::now() + settings_.query_time_limit; }

    Status select(std::string const& sql, std::vector<SqlValue> const& parameters,
                  std::function<bool(SqlRow const&)> const& on_row) {
        restart_clock();
        return statements_.select(database_.get(), sql, parameters, settings_.maximum_value_bytes, on_row);
    }

    Status execute(char const* sql) {
        restart_clock();
        return statements_.execute(database_.get(), sql);
    }

    /// Neither a view, which may tell the time, nor a virtual table, which may read anything: both have no root page.
    Result<bool> are_stored(std::vector<std::string> const& tables) {
        for (auto const& table : tables) {
            bool stored = false;
            RETURN_IF_ERROR(select("SELECT 1 FROM sqlite_master WHERE type = 'table' AND rootpage > 0 AND name = ?",
                                   {table}, [&](SqlRow const&) { return stored = true; }));
            if (!stored) return false;
        }
        return true;
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
        statements_.clear();
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
    SqliteStatements statements_;  ///< go before the connection
    Identity identity_{};
    SqliteFileWatch watch_{settings_.path};
    bool unlocked_ = false;
    std::int64_t connection_ = 0;  ///< which one this is
    struct Judgement {
        SnapshotVersion version;
        std::vector<std::string> tables;
        bool stored;
    };
    std::optional<Judgement> judged_;
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
