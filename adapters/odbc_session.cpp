#include "adapters/odbc_session.h"

#include "adapters/driver_thread.h"
#include "adapters/odbc_connection.h"
#include "adapters/odbc_connection_string.h"
#include "adapters/odbc_dialect.h"
#include "adapters/odbc_table_scan.h"
#include "adapters/server_session.h"

#include <algorithm>
#include <optional>

namespace casebridge {
namespace {

constexpr std::size_t first_batch = 32;
constexpr std::size_t later_batch = 256;
constexpr int maximum_stuck_threads = 4;
/// On top of what the driver was told: if it keeps its own limit, the connection stays.
constexpr std::chrono::seconds grace{1};

Error unavailable(std::string const& detail) {
    return {ErrorKind::unavailable, "source.unavailable", "ODBC: " + detail};
}

class OdbcSession final : public ServerSession {
public:
    OdbcSession(OdbcSettings settings, Secret password)
        : settings_(std::move(settings)), password_(std::move(password)) {}

    /// Ends on the driver's thread, too: a driver may wait for its server there.
    ~OdbcSession() override { drop_connection(); }
    OdbcSession(OdbcSession const&) = delete;
    OdbcSession& operator=(OdbcSession const&) = delete;

    Status connect() {
        drop_connection();
        if (DriverThread::stuck() >= maximum_stuck_threads)
            return unavailable("earlier calls of the driver still hang");
        ASSIGN_OR_RETURN(auto text, odbc_connection_string(settings_, password_));
        auto const string = std::make_shared<Secret>(std::move(text));  // owners: this call and the driver's thread
        thread_ = std::make_unique<DriverThread>();
        connection_ = std::make_shared<OdbcConnection>();
        auto const connected = on_thread<Done>(settings_.connect_time_limit, [settings = settings_, string](auto& c) {
            return c.connect(settings, *string);
        });
        if (!connected) {
            drop_connection();
            return connected;
        }
        dialect_ = &dialect_of(connection_->product());
        quote_ = connection_->identifier_quote();
        if (dialect_->text_is_utf8) connection_->read_text_as_utf8();
        auto const ready = set_up();
        if (!ready) drop_connection();
        return ready;
    }

    Result<std::vector<std::string>> tables() override {
        std::vector<std::string> found;
        RETURN_IF_ERROR(read_consistently([&]() -> Status {
            if (dialect_->tables.empty()) {
                ASSIGN_OR_RETURN(found, on_thread<std::vector<std::string>>(settings_.query_time_limit,
                                                                            [](auto& c) { return c.tables(); }));
                return Done{};
            }
            return run(std::string(dialect_->tables), {}, [&](SqlRow const& row) {
                found.push_back(std::get<std::string>(row.at(0)));
                return true;
            });
        }));
        return found;
    }

    Result<std::vector<Column>> columns(std::string const& table) override {
        std::vector<Column> found;
        RETURN_IF_ERROR(read_consistently([&]() -> Status {
            if (dialect_->columns.empty()) {
                ASSIGN_OR_RETURN(found, on_thread<std::vector<Column>>(settings_.query_time_limit,
                                                                       [table](auto& c) { return c.columns(table); }));
                return Done{};
            }
            return run(std::string(dialect_->columns), {quote_identifier(table)}, [&](SqlRow const& row) {
                found.push_back({std::get<std::string>(row.at(0)), std::get<std::string>(row.at(1))});
                return true;
            });
        }));
        return found;
    }

    /// Rows come in batches, each with a time limit of its own. A driver that loads whole results is asked for a part
    /// at a time, all of one snapshot.
    Status scan(std::string const& sql, std::function<bool(SqlRow const&)> const& on_row) override {
        if (dialect_->limit.empty()) return query(sql, {}, on_row);
        return read_consistently([&] { return scan_by_offset(part_reader(), sql, on_row); });
    }

    Status scan_table(TableScan const& table, std::function<bool(SqlRow const&)> const& on_row) override {
        if (dialect_->limit.empty() || table.key.empty()) return SqlSession::scan_table(table, on_row);
        ASSIGN_OR_RETURN(auto const known, columns(table.table));
        auto const key = std::ranges::find(known, table.key, &Column::name);
        if (key == known.end() || !orders_as_it_compares(key->declared_type)) {
            return SqlSession::scan_table(table, on_row);
        }
        return read_consistently([&] { return scan_by_key(part_reader(), table, on_row); });
    }

    [[nodiscard]] std::string quote_identifier(std::string_view name) const override {
        std::string quoted = quote_;
        for (char const character : name) {
            quoted += character;
            if (quote_[0] == character) quoted += character;
        }
        return quoted + quote_;
    }
    [[nodiscard]] std::string exact(std::string const& column) const override { return dialect_->exact(column); }
    [[nodiscard]] std::string bounded(std::string const& column) const override {
        return dialect_->bounded(column, settings_.maximum_value_bytes);
    }
    [[nodiscard]] std::string first_rows(std::string const& select, std::size_t rows) const override {
        if (dialect_->limit.empty()) return select;
        return select + std::string(dialect_->limit) + std::to_string(rows);
    }
    Result<std::vector<Excess>> privileges(std::vector<std::string> const& tables) override {
        return dialect_->privileges(*this, tables);
    }

private:
    PartReader part_reader() {
        return {[this](auto const& sql, auto const& parameters, auto const& on_row) {
                    return run_once(sql, parameters, on_row, OdbcConnection::Keep::no);
                },
                [this](auto const& name) { return quote_identifier(name); }, dialect_->limit};
    }

    /// SECURITY: `work` runs on the driver's thread and may outlive this call: it owns what it touches.
    template <typename T>
    Result<T> on_thread(std::chrono::milliseconds limit, std::function<Result<T>(OdbcConnection&)> work) {
        if (connection_ == nullptr) return unavailable("not connected");
        auto const answer = std::make_shared<std::optional<Result<T>>>();  // owners: this call and the driver's thread
        bool const back = thread_->run(limit + grace, [answer, work = std::move(work), connection = connection_] {
            answer->emplace(work(*connection));
        });
        if (!back) {
            drop_connection();
            return unavailable("no answer within the time limit");
        }
        return *std::move(*answer);
    }

    void drop_connection() {
        if (connection_ != nullptr && thread_ != nullptr) {
            auto last = std::make_shared<std::shared_ptr<OdbcConnection>>(std::move(connection_));
            static_cast<void>(thread_->run(grace, [last] { last->reset(); }));
        }
        connection_.reset();
        thread_.reset();
    }

    Status execute(std::string_view doing, std::string_view sql) {
        return on_thread<Done>(settings_.query_time_limit, [doing = std::string(doing), sql = std::string(sql)](
                                                               auto& c) { return c.execute(doing, sql); });
    }

    Status set_up() {
        for (auto const& statement : dialect_->set_up(settings_)) {
            RETURN_IF_ERROR(execute("setting up the connection (is `time_zone` one the server knows?)", statement));
        }
        if (settings_.encryption == OdbcSettings::Encryption::unchecked) return Done{};
        bool encrypted = false;
        if (!dialect_->encrypted.empty()) {
            auto const asked = run(std::string(dialect_->encrypted), {}, [&](SqlRow const& row) {
                auto const* const text = std::get_if<std::string>(&row.front());
                auto const* const number = std::get_if<std::int64_t>(&row.front());
                encrypted = (text != nullptr && !text->empty() && *text != "0") || (number != nullptr && *number != 0);
                return true;
            });
            if (!asked) return asked;
        }
        if (encrypted) return Done{};
        return Error{ErrorKind::unavailable, "source.tls_failed",
                     "ODBC: the connection is not encrypted, or this server cannot tell (TLS attributes of the driver; "
                     "`encryption: unchecked` where you vouch for it)"};
    }

    Status start() {
        if (dialect_->begin.empty()) {
            return on_thread<Done>(settings_.query_time_limit, [](auto& c) { return c.begin(); });
        }
        return execute("starting a read", dialect_->begin);
    }

    /// A connection that was lost while nobody used it is made anew; nothing has been read that could be half.
    Status begin() override {
        if (connection_ != nullptr) {
            auto started = start();
            if (started) started = probe();
            if (started || (connection_ != nullptr && !connection_->lost())) return started;
        }
        RETURN_IF_ERROR(connect());
        return start();
    }

    /// Where the driver's own calls begin a transaction, they do not ask the server yet.
    Status probe() {
        if (!dialect_->begin.empty()) return Done{};
        if (dialect_->product.empty()) return Done{};
        return execute("starting a read", "SELECT 1");
    }

    Status end() override {
        if (connection_ == nullptr || connection_->lost()) return Done{};  // what was lost has been told already
        if (dialect_->end.empty()) {
            return on_thread<Done>(settings_.query_time_limit, [](auto& c) { return c.end(); });
        }
        return execute("ending a read", dialect_->end);
    }

    /// What has parameters is asked again and again.
    Status run(std::string const& sql, std::vector<SqlValue> const& parameters,
               std::function<bool(SqlRow const&)> const& on_row) override {
        return run_once(sql, parameters, on_row,
                        parameters.empty() ? OdbcConnection::Keep::no : OdbcConnection::Keep::yes);
    }

    Status run_once(std::string const& sql, std::vector<SqlValue> const& parameters,
                    std::function<bool(SqlRow const&)> const& on_row, OdbcConnection::Keep keep) {
        if (!is_one_select(sql)) {
            return Error{ErrorKind::unavailable, "source.query_failed", "not one SELECT statement"};
        }
        auto const opened = on_thread<Done>(settings_.query_time_limit, [sql, parameters, keep](auto& c) {
            return c.open_cursor(sql, parameters, keep);
        });
        if (!opened) return unless_incomparable(opened.error(), sql, parameters);
        bool wanted = true;
        for (std::size_t rows = first_batch; wanted; rows = later_batch) {
            auto batch =
                on_thread<OdbcConnection::Batch>(settings_.query_time_limit, [rows](auto& c) { return c.fetch(rows); });
            if (!batch) return unless_incomparable(batch.error(), sql, parameters);
            for (auto const& row : batch->rows) {
                if (wanted) wanted = on_row(row);
            }
            if (!batch->more) break;
        }
        return on_thread<Done>(settings_.query_time_limit, [](auto& c) -> Status {
            c.close_cursor();
            return Done{};
        });
    }

    /// PostgreSQL: a parameter that is no value of the column's type is equal to nothing. It fails without any row,
    /// too; what fails only with rows is the work of a view.
    Status unless_incomparable(Error const& error, std::string const& sql, std::vector<SqlValue> const& parameters) {
        if (parameters.empty() || connection_ == nullptr) return error;
        if (!connection_->last_failure().sqlstate.starts_with("22")) return error;
        auto const without_rows = on_thread<Done>(
            settings_.query_time_limit, [probe = "SELECT 1 FROM (" + sql + ") q LIMIT 0", parameters](auto& c) {
                return c.open_cursor(probe, parameters, OdbcConnection::Keep::no);
            });
        if (without_rows || connection_ == nullptr) return error;
        if (!connection_->last_failure().sqlstate.starts_with("22")) return error;
        return Done{};
    }

    OdbcSettings settings_;
    Secret password_;
    std::unique_ptr<DriverThread> thread_;
    std::shared_ptr<OdbcConnection> connection_;  // owners: this session, and the driver's thread during a call
    OdbcDialect const* dialect_ = nullptr;
    std::string quote_ = "\"";
};

}  // namespace

Result<std::unique_ptr<SqlSession>> open_odbc_session(OdbcSettings const& settings, Secret const& password) {
    auto session = std::make_unique<OdbcSession>(settings, password.duplicate());
    RETURN_IF_ERROR(session->connect());
    return std::unique_ptr<SqlSession>(std::move(session));
}

}  // namespace casebridge
