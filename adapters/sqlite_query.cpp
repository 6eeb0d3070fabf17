#include "adapters/sqlite_query.h"

#include "adapters/sqlite_connection.h"
#include "adapters/text_room.h"

#include <utility>

#include <sqlite3.h>

namespace casebridge {
namespace {

constexpr std::size_t longest_name = 64 * 1024;
constexpr std::size_t most_compiled = 128;  // a field map needs about a dozen

Error query_failed(std::string detail) {
    return {ErrorKind::unavailable, "source.query_failed", std::move(detail)};
}

/// One SELECT and nothing after it.
Result<SqliteStatement> prepare_select(sqlite3* database, std::string const& sql) {
    sqlite3_stmt* raw = nullptr;
    char const* tail = nullptr;
    int const code = sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()) + 1, &raw, &tail);
    SqliteStatement statement(raw);
    if (code != SQLITE_OK) return sqlite_error(code, "preparing a query");
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
        if (code != SQLITE_OK) return sqlite_error(code, "binding a parameter");
    }
    return Done{};
}

Status read_value(sqlite3_stmt* statement, int column, std::size_t maximum_bytes, SqlValue& value) {
    int const type = sqlite3_column_type(statement, column);
    if (type == SQLITE_NULL) {
        value = std::monostate();
        return Done{};
    }
    if (type == SQLITE_INTEGER) {
        value = static_cast<std::int64_t>(sqlite3_column_int64(statement, column));
        return Done{};
    }
    auto const* const bytes = type == SQLITE_BLOB
                                  ? static_cast<char const*>(sqlite3_column_blob(statement, column))
                                  : reinterpret_cast<char const*>(sqlite3_column_text(statement, column));
    auto const size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
    if (size > maximum_bytes) {
        return Error{ErrorKind::invalid, "source.value_too_large",
                     std::string("column ") + sqlite3_column_name(statement, column) + ": over " +
                         std::to_string(maximum_bytes) + " bytes"};
    }
    if (bytes == nullptr && (size != 0 || type != SQLITE_BLOB)) {
        return sqlite_error(SQLITE_NOMEM, "reading a value");
    }
    text_room(value).assign(bytes == nullptr ? "" : bytes, size);
    return Done{};
}

Status read_rows(sqlite3_stmt* statement, std::vector<SqlValue> const& parameters, std::size_t maximum_value_bytes,
                 std::function<bool(SqlRow const&)> const& on_row) {
    RETURN_IF_ERROR(bind(statement, parameters));
    SqlRow row;
    for (;;) {
        int const code = sqlite3_step(statement);
        if (code == SQLITE_DONE) return Done{};
        if (code != SQLITE_ROW) return sqlite_error(code, "reading");
        // Known now: a changed schema shows in the step.
        row.resize(static_cast<std::size_t>(sqlite3_column_count(statement)));
        for (std::size_t column = 0; column < row.size(); ++column) {
            RETURN_IF_ERROR(read_value(statement, static_cast<int>(column), maximum_value_bytes, row[column]));
        }
        if (!on_row(row)) return Done{};
    }
}

}  // namespace

void SqliteFinalizer::operator()(sqlite3_stmt* statement) const noexcept {
    sqlite3_finalize(statement);
}

Status SqliteStatements::select(sqlite3* database, std::string const& sql, std::vector<SqlValue> const& parameters,
                                std::size_t maximum_value_bytes, std::function<bool(SqlRow const&)> const& on_row) {
    auto spare = compiled_.extract(sql);  // out of the map while in use: `on_row` may come back here
    auto statement = spare.empty() ? prepare_select(database, sql) : Result<SqliteStatement>(std::move(spare.mapped()));
    if (!statement) return statement.error();
    auto const outcome = read_rows(statement->get(), parameters, maximum_value_bytes, on_row);
    if (outcome) keep(sql, *std::move(statement));  // one that failed is not trusted to be read again
    return outcome;
}

Status SqliteStatements::execute(sqlite3* database, std::string const& sql) {
    auto spare = compiled_.extract(sql);
    SqliteStatement statement;
    int code = SQLITE_OK;
    if (spare.empty()) {
        sqlite3_stmt* raw = nullptr;
        code = sqlite3_prepare_v2(database, sql.c_str(), -1, &raw, nullptr);
        statement.reset(raw);
    } else {
        statement = std::move(spare.mapped());
    }
    if (code == SQLITE_OK) code = sqlite3_step(statement.get());
    if (code != SQLITE_DONE) return sqlite_error(code, "starting or ending a read");
    keep(sql, std::move(statement));
    return Done{};
}

void SqliteStatements::keep(std::string const& sql, SqliteStatement statement) {
    if (compiled_.size() >= most_compiled) return;
    sqlite3_reset(statement.get());
    sqlite3_clear_bindings(statement.get());
    compiled_.insert_or_assign(sql, std::move(statement));
}

Status run_select(sqlite3* database, std::string const& sql, std::vector<SqlValue> const& parameters,
                  std::size_t maximum_value_bytes, std::function<bool(SqlRow const&)> const& on_row) {
    return SqliteStatements().select(database, sql, parameters, maximum_value_bytes, on_row);
}

Result<std::vector<std::string>> table_names(sqlite3* database) {
    std::vector<std::string> names;
    std::string const sql =
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND substr(name, 1, 7) <> 'sqlite_' ORDER BY "
        "name";
    RETURN_IF_ERROR(run_select(database, sql, {}, longest_name, [&](SqlRow const& row) {
        if (auto const* const name = std::get_if<std::string>(&row.front())) names.push_back(*name);
        return true;
    }));
    return names;
}

Result<std::vector<SqlSession::Column>> table_columns(sqlite3* database, std::string const& table) {
    bool exists = false;
    RETURN_IF_ERROR(run_select(database, "SELECT type FROM sqlite_master WHERE type IN ('table', 'view') AND name = ?",
                               {table}, longest_name, [&](SqlRow const&) { return !(exists = true); }));
    std::vector<SqlSession::Column> found;
    if (!exists) return found;
    auto const statement = prepare_select(database, "SELECT * FROM " + quoted_identifier(table));
    if (!statement) return statement.error();
    sqlite3_stmt* const raw = statement->get();
    for (int at = 0; at < sqlite3_column_count(raw); ++at) {
        char const* const type = sqlite3_column_decltype(raw, at);
        found.push_back({sqlite3_column_name(raw, at), type == nullptr ? "" : type});
    }
    return found;
}

std::string quoted_identifier(std::string_view name) {
    std::string quoted = "\"";
    for (char const character : name) {
        quoted += character;
        if (character == '"') quoted += '"';
    }
    return quoted + '"';
}

}  // namespace casebridge
