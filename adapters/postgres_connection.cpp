#include "adapters/postgres_connection.h"

#include "adapters/postgres_login.h"

#include <algorithm>
#include <array>

#include <libpq-fe.h>

namespace casebridge {
namespace {

/// On top of the server's own time limit: it then ends the statement first, and the connection stays.
constexpr std::chrono::milliseconds grace{1000};

/// What an administrator would want to read instead of a number.
std::string_view words_for(std::string_view sqlstate) {
    struct Words {
        std::string_view state, words;
    };
    constexpr std::array known = {
        Words{"42501", "the login may not read it; packaging/sql/postgresql.sql grants what is needed"},
        Words{"42P01", "there is no such table"},
        Words{"42703", "there is no such column"},
        Words{"3F000", "there is no such schema"},
        Words{"42804", "a column is of another type than was expected"},
        Words{"42883", "a column is of a type that cannot be compared so"},
        Words{"42601", "the server does not understand the statement"},
        Words{"22P02", "what a view makes a number or a date of is none"},
        Words{"22023", "the server does not know the value of a setting"},
        Words{"25006", "only reading is allowed"},
        Words{"57014", "it took longer than the time limit; an index on the case number helps"},
        Words{"55P03", "a lock was held for longer than the time limit"},
        Words{"57P01", "the server ended the connection"},
        Words{"53300", "the server has no connection left for this login"},
        Words{"25P03", "the transaction was idle for too long"},
        Words{"40001", "the server had to give up this read; try again"},
    };
    auto const* const found = std::ranges::find(known, sqlstate, &Words::state);
    return found == known.end() ? std::string_view() : found->words;
}

bool passes_by_itself(std::string_view sqlstate) {
    constexpr std::array<std::string_view, 5> classes = {"08", "40", "53", "57", "58"};
    auto const is_class = [&](std::string_view each) { return sqlstate.starts_with(each); };
    return std::ranges::any_of(classes, is_class) || sqlstate == "55P03" || sqlstate == "25P03" || sqlstate == "25P02";
}

std::string milliseconds(std::chrono::milliseconds duration) {
    return std::to_string(duration.count());
}

}  // namespace

std::string in_quotes(std::string_view name) {
    std::string quoted = "\"";
    for (char const character : name) {
        quoted += character;
        if (character == '"') quoted += '"';
    }
    return quoted + '"';
}

std::string with_numbered_parameters(std::string_view sql) {
    std::string out;
    char quote = 0;
    int number = 0;
    for (char const character : sql) {
        if (quote != 0) {
            if (character == quote) quote = 0;
        } else if (character == '"' || character == '\'') {
            quote = character;
        } else if (character == '?') {
            out += "$" + std::to_string(++number);
            continue;
        }
        out += character;
    }
    return out;
}

std::optional<std::string_view> PostgresRow::text(int column) const {
    if (PQgetisnull(result_, 0, column) != 0) return std::nullopt;
    return std::string_view(PQgetvalue(result_, 0, column), static_cast<std::size_t>(PQgetlength(result_, 0, column)));
}

PostgresType PostgresRow::type(int column) const {
    return PQftype(result_, column);
}

int PostgresRow::width() const {
    return PQnfields(result_);
}

void PostgresConnection::Closer::operator()(pg_conn* connection) const noexcept {
    PQfinish(connection);
}

void PostgresConnection::Clearer::operator()(pg_result* result) const noexcept {
    PQclear(result);
}

PostgresConnection::~PostgresConnection() = default;

Result<std::unique_ptr<PostgresConnection>> PostgresConnection::open(PostgresSettings const& settings,
                                                                     Secret const& password) {
    std::unique_ptr<PostgresConnection> made(new PostgresConnection(settings));
    ASSIGN_OR_RETURN(auto* const connected, postgres_login(settings, password));
    made->connection_.reset(connected);
    RETURN_IF_ERROR(made->configure());
    return made;
}

bool PostgresConnection::usable() const {
    return connection_ != nullptr && PQstatus(connection_.get()) == CONNECTION_OK;
}

bool PostgresConnection::stores_utf8() const {
    char const* const encoding = PQparameterStatus(connection_.get(), "server_encoding");
    return encoding != nullptr && std::string_view(encoding) == "UTF8";
}

/// By parameters of a function, so that no setting is ever part of a statement.
Status PostgresConnection::configure() {
    auto const limit = milliseconds(settings_.query_time_limit);
    std::vector<std::pair<std::string, std::string>> wanted = {
        {"default_transaction_read_only", "on"},
        {"statement_timeout", limit},
        {"lock_timeout", limit},
        {"idle_in_transaction_session_timeout", milliseconds(settings_.query_time_limit * 6)},
        {"DateStyle", "ISO, YMD"},
        {"IntervalStyle", "iso_8601"},
        {"bytea_output", "hex"},
        {"TimeZone", settings_.time_zone},
    };
    if (!settings_.schemas.empty()) {
        std::string path;
        for (auto const& schema : settings_.schemas) path += (path.empty() ? "" : ", ") + in_quotes(schema);
        wanted.emplace_back("search_path", path);
    }
    std::string sql = "SELECT ";
    std::vector<PostgresText> parameters;
    for (auto const& [name, value] : wanted) {
        if (!parameters.empty()) sql += ", ";
        sql += "pg_catalog.set_config($" + std::to_string(parameters.size() + 1) + ", $" +
               std::to_string(parameters.size() + 2) + ", false)";
        parameters.emplace_back(name);
        parameters.emplace_back(value);
    }
    auto outcome = run("setting up the connection (is `time_zone` one the server knows?)", sql, parameters);
    return outcome;
}

Status PostgresConnection::listen(std::string const& channel) {
    return run("listening for notifications", "LISTEN " + in_quotes(channel));
}

/// SECURITY: what a notification says can be anything, from anyone who may log in to the database: it is not read.
bool PostgresConnection::notified() {
    if (!usable()) return false;
    if (PQconsumeInput(connection_.get()) == 0) {
        static_cast<void>(lost("the connection was lost"));
        return false;
    }
    bool any = false;
    for (;;) {
        std::unique_ptr<PGnotify, void (*)(void*)> const one(PQnotifies(connection_.get()), PQfreemem);
        if (one == nullptr) return any;
        any = true;
    }
}

Error PostgresConnection::lost(std::string_view why) {
    sqlstate_.clear();
    connection_.reset();
    return {ErrorKind::unavailable, "source.unavailable", "PostgreSQL: " + std::string(why)};
}

Error PostgresConnection::failure(std::string_view doing, pg_result const* result) {
    char const* const state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    sqlstate_ = state == nullptr ? "" : state;
    // Without a SQLSTATE it is libpq that speaks, about the connection.
    if (sqlstate_.empty()) return lost("the connection was lost");
    // SECURITY: the server's own words may name anything, also what is stored; they are not passed on.
    std::string detail = std::string(doing) + ": SQLSTATE " + sqlstate_;
    if (auto const words = words_for(sqlstate_); !words.empty()) detail += " (" + std::string(words) + ")";
    if (sqlstate_ == "42501") return {ErrorKind::unavailable, "source.not_permitted", detail};
    if (passes_by_itself(sqlstate_)) return {ErrorKind::unavailable, "source.unavailable", detail};
    return {ErrorKind::unavailable, "source.query_failed", detail};
}

Status PostgresConnection::send_all() {
    for (;;) {
        int const left = PQflush(connection_.get());
        if (left == 0) return Done{};
        if (left < 0) return lost("the connection was lost");
        auto const waited =
            wait_for_socket(PQsocket(connection_.get()), Readiness::either, settings_.query_time_limit + grace);
        if (!waited) return lost("the server does not take what it is sent");
        if (PQconsumeInput(connection_.get()) == 0) return lost("the connection was lost");
    }
}

Status PostgresConnection::wait_for_answer() {
    while (PQisBusy(connection_.get()) != 0) {
        auto const limit = settings_.query_time_limit + grace;
        if (!wait_for_socket(PQsocket(connection_.get()), Readiness::readable, limit)) {
            return lost("no answer within the time limit");
        }
        if (PQconsumeInput(connection_.get()) == 0) return lost("the connection was lost");
    }
    return Done{};
}

Result<PostgresConnection::Answer> PostgresConnection::next_answer() {
    RETURN_IF_ERROR(wait_for_answer());
    return Answer(PQgetResult(connection_.get()));
}

/// The one result of a command and the end of it.
Result<PostgresConnection::Answer> PostgresConnection::only_answer(std::string_view doing) {
    RETURN_IF_ERROR(send_all());
    ASSIGN_OR_RETURN(auto answer, next_answer());
    for (;;) {
        ASSIGN_OR_RETURN(auto const end, next_answer());
        if (end == nullptr) break;
    }
    if (answer == nullptr) return lost("no result");
    if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK) return failure(doing, answer.get());
    return answer;
}

Result<PostgresDescription> PostgresConnection::describe(std::string const& sql) {
    if (!usable()) return lost("not connected");
    if (PQsendPrepare(connection_.get(), "", sql.c_str(), 0, nullptr) == 0) return lost("the connection was lost");
    ASSIGN_OR_RETURN(auto const prepared, only_answer("preparing a query"));
    if (PQsendDescribePrepared(connection_.get(), "") == 0) return lost("the connection was lost");
    ASSIGN_OR_RETURN(auto const answer, only_answer("preparing a query"));
    PostgresDescription description;
    for (int at = 0; at < PQnparams(answer.get()); ++at) {
        description.parameters.push_back(PQparamtype(answer.get(), at));
    }
    for (int at = 0; at < PQnfields(answer.get()); ++at) {
        description.columns.push_back(PQftype(answer.get(), at));
        description.names.emplace_back(PQfname(answer.get(), at));
    }
    return description;
}

Status PostgresConnection::run(std::string_view doing, std::string const& sql,
                               std::vector<PostgresText> const& parameters,
                               std::function<Status(PostgresRow const&)> const& on_row) {
    if (!usable()) return lost("not connected");
    std::vector<char const*> values;
    for (auto const& parameter : parameters) values.push_back(parameter ? parameter->c_str() : nullptr);
    if (PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(),
                          nullptr, nullptr, 0) == 0 ||
        PQsetSingleRowMode(connection_.get()) == 0) {
        return lost("the connection was lost");
    }
    RETURN_IF_ERROR(send_all());
    Status outcome = Done{};
    for (;;) {
        ASSIGN_OR_RETURN(auto const answer, next_answer());
        if (answer == nullptr) return outcome;
        switch (PQresultStatus(answer.get())) {
            case PGRES_SINGLE_TUPLE:
                if (outcome && on_row) outcome = on_row(PostgresRow(answer.get()));
                break;
            case PGRES_COMMAND_OK:
            case PGRES_TUPLES_OK:
                break;
            default:
                outcome = failure(doing, answer.get());
                if (!usable()) return outcome;
        }
    }
}

}  // namespace casebridge
