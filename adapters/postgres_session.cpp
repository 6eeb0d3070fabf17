#include "adapters/postgres_session.h"

#include "adapters/postgres_catalog.h"
#include "adapters/postgres_privileges.h"
#include "adapters/postgres_types.h"
#include "adapters/server_session.h"

#include <map>
#include <utility>

namespace casebridge {
namespace {

constexpr int first_batch = 32;  // most questions are for one case
constexpr int later_batch = 1000;
constexpr std::size_t remembered_plans = 256;
constexpr std::chrono::seconds reconnect_pause{5};

/// A SELECT as it is sent, and how its answer is read.
struct Plan {
    std::string sql;
    std::vector<PostgresType> parameters;
    std::vector<PostgresForm> forms;
    std::vector<std::string> names;
    bool may_not_take_parameters = false;  ///< a case number need not be a value of the column's type
};

Error query_failed(std::string detail) {
    return {ErrorKind::unavailable, "source.query_failed", std::move(detail)};
}

class PostgresSession final : public ServerSession {
public:
    PostgresSession(PostgresSettings settings, Secret password)
        : settings_(std::move(settings)), password_(std::move(password)) {}

    Status connect() {
        plans_.clear();
        connection_.reset();
        ASSIGN_OR_RETURN(connection_, PostgresConnection::open(settings_, password_));
        notified_ = !settings_.notify_channel.empty();  // of what came while there was no connection nobody told
        if (!notified_) return Done{};
        auto const listening = connection_->listen(settings_.notify_channel);
        if (connection_->usable()) return Done{};  // a server that refuses (a standby) is polled all the same
        return listening;
    }

    [[nodiscard]] bool hears_of_changes() const override { return !settings_.notify_channel.empty(); }

    /// A lost connection is made anew from time to time, so that a long pause between questions costs no hints.
    bool heard_of_change() override {
        if (!hears_of_changes()) return false;
        if (connection_ != nullptr && connection_->notified()) notified_ = true;
        if (connection_ == nullptr || !connection_->usable()) {
            auto const now = std::chrono::steady_clock::now();
            if (now >= next_attempt_) {
                next_attempt_ = now + reconnect_pause;
                static_cast<void>(connect());
            }
        }
        return std::exchange(notified_, false);
    }

    Result<std::vector<std::string>> tables() override {
        std::vector<std::string> found;
        RETURN_IF_ERROR(query(std::string(postgres_catalog::tables), {}, [&](SqlRow const& row) {
            found.push_back(std::get<std::string>(row.at(0)));
            return true;
        }));
        return found;
    }

    Result<std::vector<Column>> columns(std::string const& table) override {
        std::vector<Column> found;
        RETURN_IF_ERROR(
            query(std::string(postgres_catalog::columns), {quote_identifier(table)}, [&](SqlRow const& row) {
                found.push_back({std::get<std::string>(row[0]), std::get<std::string>(row[1])});
                return true;
            }));
        return found;
    }

    /// The cursor is read in batches, each with a time limit of its own.
    Status scan(std::string const& sql, std::function<bool(SqlRow const&)> const& on_row) override {
        return query(sql, {}, on_row);
    }

    [[nodiscard]] std::string quote_identifier(std::string_view name) const override { return in_quotes(name); }

    [[nodiscard]] std::string exact(std::string const& column) const override {
        return column + "::pg_catalog.text COLLATE pg_catalog.\"C\"";
    }

    Result<std::vector<Excess>> privileges(std::vector<std::string> const& tables) override {
        return postgres_privileges(*this, tables, {});
    }

private:
    /// A connection that was lost while nobody used it is made anew; nothing has been read that could be half.
    Status begin() override {
        auto const start = [&] {
            return connection_->run("starting a read", "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        };
        if (connection_ != nullptr && connection_->usable()) {
            auto started = start();
            if (started) return Done{};
            if (!connection_->sqlstate().empty() && connection_->sqlstate() != "57P01" &&
                connection_->sqlstate() != "25P03") {
                return started;
            }
        }
        RETURN_IF_ERROR(connect());
        return start();
    }

    Status end() override {
        cursors_ = 0;
        if (connection_->notified()) notified_ = true;  // else they would pile up
        if (!connection_->usable()) return Done{};      // what was lost has been told already
        return connection_->run("ending a read", "ROLLBACK");
    }

    Status run(std::string const& sql, std::vector<SqlValue> const& parameters,
               std::function<bool(SqlRow const&)> const& on_row) override {
        auto outcome = run_planned(sql, parameters, on_row);
        if (!outcome) plans_.erase(sql);  // a table may have changed under it
        return outcome;
    }

    Status run_planned(std::string const& sql, std::vector<SqlValue> const& parameters,
                       std::function<bool(SqlRow const&)> const& on_row) {
        ASSIGN_OR_RETURN(auto const* const plan, plan_for(sql));
        if (plan->parameters.size() != parameters.size()) return query_failed("number of parameters");
        std::vector<PostgresText> values;
        for (std::size_t at = 0; at < parameters.size(); ++at) {
            auto value = parameter_text(parameters[at], plan->parameters[at]);
            if (!value) return Done{};
            values.push_back(*std::move(value));
        }
        if (plan->may_not_take_parameters) {
            RETURN_IF_ERROR(connection_->run("starting a query", "SAVEPOINT before_query"));
        }
        std::string const cursor = "case_" + std::to_string(++cursors_);
        auto const declared =
            connection_->run("starting a query", "DECLARE " + cursor + " NO SCROLL CURSOR FOR " + plan->sql, values);
        if (!declared) {
            // Class 22 before any row: the parameter is no value of the column's type, so that no row is equal to it.
            if (!plan->may_not_take_parameters || !connection_->sqlstate().starts_with("22")) return declared;
            return connection_->run("starting a query", "ROLLBACK TO SAVEPOINT before_query");
        }
        RETURN_IF_ERROR(fetch_all(*plan, cursor, on_row));
        return connection_->run("ending a query", "CLOSE " + cursor);
    }

    Status fetch_all(Plan const& plan, std::string const& cursor, std::function<bool(SqlRow const&)> const& on_row) {
        bool wanted = true;
        int rows = 0;
        int batch = first_batch;
        SqlRow values(plan.forms.size());
        auto const take = [&](PostgresRow const& row) -> Status {
            ++rows;
            if (!wanted) return Done{};
            for (std::size_t at = 0; at < values.size(); ++at) {
                RETURN_IF_ERROR(read_value(plan.forms[at], row.text(static_cast<int>(at)), plan.names[at],
                                           settings_.maximum_value_bytes, values[at]));
            }
            wanted = on_row(values);
            return Done{};
        };
        do {
            rows = 0;
            std::string const fetch = "FETCH FORWARD " + std::to_string(batch) + " FROM " + cursor;
            RETURN_IF_ERROR(connection_->run("reading", fetch, {}, take));
            if (rows < batch) break;
            batch = later_batch;
        } while (wanted);
        return Done{};
    }

    /// SECURITY: the statement is parsed alone first, and then stands in the FROM of another: what is not one SELECT
    /// does not parse there, and what it returns is cut by the server.
    Result<Plan const*> plan_for(std::string const& sql) {
        if (auto const known = plans_.find(sql); known != plans_.end()) return &known->second;
        if (plans_.size() >= remembered_plans) plans_.clear();
        std::string const inner = with_numbered_parameters(sql);
        ASSIGN_OR_RETURN(auto description, connection_->describe(inner));
        if (description.columns.empty()) return query_failed("not one SELECT statement");
        Plan plan;
        std::string list;
        std::string names;
        for (std::size_t at = 0; at < description.columns.size(); ++at) {
            ASSIGN_OR_RETURN(auto const form, resolve(description.columns[at]));
            std::string const name = "c" + std::to_string(at);
            plan.forms.push_back(form);
            list += (at == 0 ? "" : ", ") + projection(form, "q." + name, settings_.maximum_value_bytes);
            names += (at == 0 ? "" : ", ") + name;
        }
        plan.sql = "SELECT " + list + " FROM (" + inner + "\n) q(" + names + ")";
        plan.names = std::move(description.names);
        plan.parameters = std::move(description.parameters);
        for (auto const type : plan.parameters) {
            plan.may_not_take_parameters |= !takes_any_text(type) || !connection_->stores_utf8();
        }
        return &plans_.emplace(sql, std::move(plan)).first->second;
    }

    Result<PostgresForm> resolve(PostgresType type) {
        if (auto const known = form_of(type)) return *known;
        bool array = false;
        RETURN_IF_ERROR(connection_->run("looking a type up",
                                         "SELECT typcategory = 'A' FROM pg_catalog.pg_type WHERE oid = $1",
                                         {std::to_string(type)}, [&](PostgresRow const& row) -> Status {
                                             array = row.text(0) == "t";
                                             return Done{};
                                         }));
        return array ? PostgresForm::array : PostgresForm::text;
    }

    PostgresSettings settings_;
    Secret password_;
    std::unique_ptr<PostgresConnection> connection_;
    std::map<std::string, Plan> plans_;
    std::uint64_t cursors_ = 0;
    bool notified_ = false;  ///< something was said that nobody has asked for yet
    std::chrono::steady_clock::time_point next_attempt_{};
};

}  // namespace

Result<std::unique_ptr<SqlSession>> open_postgres_session(PostgresSettings const& settings, Secret const& password) {
    auto session = std::make_unique<PostgresSession>(settings, password.duplicate());
    RETURN_IF_ERROR(session->connect());
    return std::unique_ptr<SqlSession>(std::move(session));
}

}  // namespace casebridge
