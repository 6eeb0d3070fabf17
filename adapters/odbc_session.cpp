#include "adapters/odbc_session.h"

#include "adapters/odbc_link.h"
#include "adapters/odbc_table_scan.h"
#include "adapters/server_session.h"

#include <algorithm>

namespace casebridge {
namespace {

constexpr std::size_t first_batch = 32;
constexpr std::size_t later_batch = 512;

class OdbcSession final : public ServerSession {
public:
    OdbcSession(OdbcSettings settings, Secret password)
        : settings_(settings), link_(std::move(settings), std::move(password)) {}

    Status connect() { return link_.connect(); }

    Result<std::vector<std::string>> tables() override {
        std::vector<std::string> found;
        RETURN_IF_ERROR(read_consistently([&]() -> Status {
            if (dialect().tables.empty()) {
                ASSIGN_OR_RETURN(found, link_.on_thread<std::vector<std::string>>(settings_.query_time_limit,
                                                                                  [](auto& c) { return c.tables(); }));
                return Done{};
            }
            return run(std::string(dialect().tables), {}, [&](SqlRow const& row) {
                found.push_back(std::get<std::string>(row.at(0)));
                return true;
            });
        }));
        return found;
    }

    Result<std::vector<Column>> columns(std::string const& table) override {
        std::vector<Column> found;
        RETURN_IF_ERROR(read_consistently([&]() -> Status {
            if (dialect().columns.empty()) {
                ASSIGN_OR_RETURN(found, link_.on_thread<std::vector<Column>>(
                                            settings_.query_time_limit, [table](auto& c) { return c.columns(table); }));
                return Done{};
            }
            return run(std::string(dialect().columns), {quote_identifier(table)}, [&](SqlRow const& row) {
                found.push_back({std::get<std::string>(row.at(0)), std::get<std::string>(row.at(1))});
                return true;
            });
        }));
        return found;
    }

    /// Rows come in batches, each with a time limit of its own. A driver that loads whole results is asked for a part
    /// at a time, all of one snapshot.
    Status scan(std::string const& sql, std::function<bool(SqlRow const&)> const& on_row) override {
        if (dialect().limit.empty()) return query(sql, {}, on_row);
        return read_consistently([&] { return scan_by_offset(part_reader(), sql, on_row); });
    }

    Status scan_table(TableScan const& table, std::function<bool(SqlRow const&)> const& on_row) override {
        if (dialect().limit.empty() || table.key.empty()) return SqlSession::scan_table(table, on_row);
        ASSIGN_OR_RETURN(auto const known, columns(table.table));
        auto const key = std::ranges::find(known, table.key, &Column::name);
        if (key == known.end() || !orders_as_it_compares(key->declared_type)) {
            return SqlSession::scan_table(table, on_row);
        }
        return read_consistently([&] { return scan_by_key(part_reader(), table, on_row); });
    }

    [[nodiscard]] std::string quote_identifier(std::string_view name) const override { return link_.quoted(name); }
    [[nodiscard]] std::string exact(std::string const& column) const override { return dialect().exact(column); }
    [[nodiscard]] std::string bounded(std::string const& column) const override {
        return dialect().bounded(column, settings_.maximum_value_bytes);
    }
    [[nodiscard]] std::string first_rows(std::string const& select, std::size_t rows) const override {
        if (dialect().limit.empty()) return select;
        return select + std::string(dialect().limit) + std::to_string(rows);
    }
    Result<std::vector<Excess>> privileges(std::vector<std::string> const& tables) override {
        return dialect().privileges(*this, tables, {});
    }

private:
    PartReader part_reader() {
        return {[this](auto const& sql, auto const& parameters, auto const& on_row) {
                    return run_once(sql, parameters, on_row, OdbcConnection::Keep::no);
                },
                [this](auto const& name) { return quote_identifier(name); }, dialect().limit};
    }

    [[nodiscard]] OdbcDialect const& dialect() const { return link_.dialect(); }

    Status start() {
        if (dialect().begin.empty()) {
            return link_.on_thread<Done>(settings_.query_time_limit, [](auto& c) { return c.begin(); });
        }
        return link_.execute("starting a read", dialect().begin);
    }

    /// A connection that was lost while nobody used it is made anew; nothing has been read that could be half.
    Status begin() override {
        if (link_.connected()) {
            auto started = start();
            if (started) started = probe();
            if (started || !link_.lost()) return started;
        }
        RETURN_IF_ERROR(link_.connect());
        return start();
    }

    /// Where the driver's own calls begin a transaction, they do not ask the server yet.
    Status probe() { return dialect().begin.empty() ? link_.ask_server() : Status(Done{}); }

    Status end() override {
        if (link_.lost()) return Done{};  // what was lost has been told already
        if (dialect().end.empty()) {
            return link_.on_thread<Done>(settings_.query_time_limit, [](auto& c) { return c.end(); });
        }
        return link_.execute("ending a read", dialect().end);
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
        auto const opened = link_.on_thread<Done>(settings_.query_time_limit, [sql, parameters, keep](auto& c) {
            return c.open_cursor(sql, parameters, keep);
        });
        if (!opened) return unless_incomparable(opened.error(), sql, parameters);
        bool wanted = true;
        auto const room = std::make_shared<std::vector<SqlRow>>();  // owners: this read and the driver's thread
        for (std::size_t rows = first_batch; wanted; rows = later_batch) {
            auto batch = link_.on_thread<OdbcConnection::Batch>(
                settings_.query_time_limit, [rows, room](auto& c) { return c.fetch(rows, std::move(*room)); });
            if (!batch) return unless_incomparable(batch.error(), sql, parameters);
            for (auto const& row : batch->rows) {
                if (wanted) wanted = on_row(row);
            }
            if (!batch->more) break;
            *room = std::move(batch->rows);
        }
        return link_.on_thread<Done>(settings_.query_time_limit, [](auto& c) -> Status {
            c.close_cursor();
            return Done{};
        });
    }

    /// PostgreSQL: a parameter that is no value of the column's type is equal to nothing. It fails without any row,
    /// too; what fails only with rows is the work of a view.
    Status unless_incomparable(Error const& error, std::string const& sql, std::vector<SqlValue> const& parameters) {
        if (parameters.empty() || !link_.connected()) return error;
        if (!link_.last_failure().sqlstate.starts_with("22")) return error;
        auto const without_rows = link_.on_thread<Done>(
            settings_.query_time_limit, [probe = "SELECT 1 FROM (" + sql + ") q LIMIT 0", parameters](auto& c) {
                return c.open_cursor(probe, parameters, OdbcConnection::Keep::no);
            });
        if (without_rows || !link_.connected()) return error;
        if (!link_.last_failure().sqlstate.starts_with("22")) return error;
        return Done{};
    }

    OdbcSettings settings_;
    OdbcLink link_;
};

}  // namespace

Result<std::unique_ptr<SqlSession>> open_odbc_session(OdbcSettings const& settings, Secret const& password) {
    auto session = std::make_unique<OdbcSession>(settings, password.duplicate());
    RETURN_IF_ERROR(session->connect());
    return std::unique_ptr<SqlSession>(std::move(session));
}

}  // namespace casebridge
