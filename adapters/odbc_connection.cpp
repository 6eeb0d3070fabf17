#include "adapters/odbc_connection.h"

#include "adapters/odbc_states.h"
#include "adapters/odbc_text.h"

#include <algorithm>
#include <array>

#include <sql.h>
#include <sqlext.h>
#include <sqlucode.h>

namespace casebridge {
namespace {

static_assert(sizeof(SQLWCHAR) == 2, "unixODBC is built for UTF-16");

constexpr std::size_t chunk_bytes = 64 * 1024;
constexpr std::size_t batch_bytes = std::size_t{4} << 20;

bool good(SQLRETURN code) {
    return code == SQL_SUCCESS || code == SQL_SUCCESS_WITH_INFO;
}

/// unixODBC never writes to a text it is given.
SQLWCHAR* wide(std::u16string const& text) {
    return const_cast<SQLWCHAR*>(reinterpret_cast<SQLWCHAR const*>(text.data()));
}

SQLPOINTER number(std::uintptr_t value) {
    return reinterpret_cast<SQLPOINTER>(value);  // ODBC passes numbers in pointers
}

std::string text_of(SQLWCHAR const* text, std::size_t units) {
    return to_utf8({reinterpret_cast<char16_t const*>(text), units});
}

bool is_binary(SQLSMALLINT type) {
    return type == SQL_BINARY || type == SQL_VARBINARY || type == SQL_LONGVARBINARY;
}

bool is_text(SQLSMALLINT type) {
    return type == SQL_CHAR || type == SQL_VARCHAR || type == SQL_LONGVARCHAR || type == SQL_WCHAR ||
           type == SQL_WVARCHAR || type == SQL_WLONGVARCHAR;
}

/// What is longer than any server's VARCHAR is a text of any length.
SQLSMALLINT wide_type(std::size_t units) {
    constexpr std::size_t longest_varchar = 4000;
    return units > longest_varchar ? SQL_WLONGVARCHAR : SQL_WVARCHAR;
}

bool is_integer(SQLSMALLINT type) {
    return type == SQL_BIT || type == SQL_TINYINT || type == SQL_SMALLINT || type == SQL_INTEGER || type == SQL_BIGINT;
}

}  // namespace

struct OdbcConnection::Handles {
    SQLHENV environment = nullptr;
    SQLHDBC connection = nullptr;
    SQLHSTMT statement = nullptr;
    bool connected = false;
    std::vector<std::u16string> texts;  // bound parameters
    std::vector<SQLBIGINT> numbers;
    std::vector<SQLLEN> lengths;

    ~Handles() {
        if (statement != nullptr) SQLFreeHandle(SQL_HANDLE_STMT, statement);
        if (connected) SQLDisconnect(connection);
        if (connection != nullptr) SQLFreeHandle(SQL_HANDLE_DBC, connection);
        if (environment != nullptr) SQLFreeHandle(SQL_HANDLE_ENV, environment);
    }
};

OdbcConnection::OdbcConnection() : handles_(std::make_unique<Handles>()) {}
OdbcConnection::~OdbcConnection() = default;

Error OdbcConnection::failed(std::string_view doing, int handle_kind, void* handle, bool schema_only) {
    failure_ = {};
    std::array<SQLWCHAR, 6> state{};
    std::array<SQLWCHAR, 512> words{};
    SQLINTEGER native = 0;
    SQLSMALLINT units = 0;
    if (good(SQLGetDiagRecW(static_cast<SQLSMALLINT>(handle_kind), handle, 1, state.data(), &native, words.data(),
                            static_cast<SQLSMALLINT>(words.size()), &units))) {
        failure_.sqlstate = text_of(state.data(), 5);
        failure_.native = native;
        failure_.words =
            text_of(words.data(), std::min<std::size_t>(static_cast<std::size_t>(units), words.size() - 1));
    }
    auto meaning = odbc_meaning(failure_.sqlstate, failure_.native);
    SQLUINTEGER dead = SQL_CD_FALSE;
    SQLGetConnectAttr(handles_->connection, SQL_ATTR_CONNECTION_DEAD, &dead, sizeof dead, nullptr);
    if (handles_->connected && dead == SQL_CD_TRUE) meaning = odbc_gone;
    if (handles_->connected && meaning.code == "source.login_refused") meaning = odbc_forbidden;
    if (failure_.sqlstate.empty() || meaning.words == odbc_gone.words) lost_ = true;
    std::string detail = "ODBC, " + std::string(doing) + ": SQLSTATE " + failure_.sqlstate + ", number " +
                         std::to_string(failure_.native);
    if (!meaning.words.empty()) detail += " (" + std::string(meaning.words) + ")";
    if (schema_only) detail += ": " + failure_.words;
    auto const kind = meaning.code == "source.login_refused" ? ErrorKind::invalid : ErrorKind::unavailable;
    return {kind, meaning.code, detail};
}

Status OdbcConnection::connect(OdbcSettings const& settings, Secret const& connection_string) {
    auto& h = *handles_;
    maximum_value_bytes_ = settings.maximum_value_bytes;
    Error const no_memory{ErrorKind::unavailable, "source.unavailable", "ODBC: no handle"};
    if (!good(SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &h.environment))) return no_memory;
    SQLSetEnvAttr(h.environment, SQL_ATTR_ODBC_VERSION, number(SQL_OV_ODBC3), 0);
    if (!good(SQLAllocHandle(SQL_HANDLE_DBC, h.environment, &h.connection))) return no_memory;
    auto const seconds = static_cast<std::uintptr_t>(settings.connect_time_limit.count());
    SQLSetConnectAttr(h.connection, SQL_ATTR_LOGIN_TIMEOUT, number(seconds), SQL_IS_UINTEGER);
    auto const access = settings.access == OdbcSettings::Access::read_only ? SQL_MODE_READ_ONLY : SQL_MODE_READ_WRITE;
    SQLSetConnectAttr(h.connection, SQL_ATTR_ACCESS_MODE, number(access), SQL_IS_UINTEGER);

    auto const units = to_utf16(connection_string);
    auto const bytes = units.reveal();
    auto* const text = reinterpret_cast<SQLWCHAR*>(const_cast<std::uint8_t*>(bytes.data()));
    auto const code = SQLDriverConnectW(h.connection, nullptr, text, static_cast<SQLSMALLINT>(bytes.size() / 2),
                                        nullptr, 0, nullptr, SQL_DRIVER_NOPROMPT);
    if (!good(code)) {
        auto const error = failed("connecting", SQL_HANDLE_DBC, h.connection, false);
        if (failure_.sqlstate == "IM002" || failure_.sqlstate == "IM003" || failure_.sqlstate == "01000") {
            return Error{ErrorKind::invalid, "source.driver_missing",
                         "ODBC: no driver " + settings.driver + " here (odbcinst -q -d lists those there are)"};
        }
        if (failure_.native == 2026) {
            return Error{ErrorKind::unavailable, "source.tls_failed",
                         "ODBC: the TLS handshake failed (the server's certificate, its name, or no TLS at all)"};
        }
        if (error.code == "source.login_refused") return error;
        return Error{ErrorKind::unavailable, "source.unavailable",
                     "ODBC: SQLSTATE " + failure_.sqlstate + ", number " + std::to_string(failure_.native) +
                         ": the server cannot be reached, or refuses (not every driver tells which)"};
    }
    h.connected = true;
    SQLSetConnectAttr(h.connection, SQL_ATTR_TXN_ISOLATION, number(SQL_TXN_REPEATABLE_READ), SQL_IS_UINTEGER);
    std::array<SQLWCHAR, 64> answer{};
    SQLSMALLINT size = 0;
    if (good(SQLGetInfoW(h.connection, SQL_DBMS_NAME, answer.data(), sizeof answer, &size))) {
        product_ = text_of(answer.data(), static_cast<std::size_t>(size) / 2);
    }
    if (good(SQLGetInfoW(h.connection, SQL_IDENTIFIER_QUOTE_CHAR, answer.data(), sizeof answer, &size))) {
        quote_ = text_of(answer.data(), static_cast<std::size_t>(size) / 2);
    }
    if (quote_.size() != 1 || quote_ == " ") {
        return Error{ErrorKind::invalid, "source.query_failed", "ODBC: the driver cannot quote names"};
    }
    if (!good(SQLAllocHandle(SQL_HANDLE_STMT, h.connection, &h.statement))) return no_memory;
    auto const limit = static_cast<std::uintptr_t>(settings.query_time_limit.count());
    SQLSetStmtAttr(h.statement, SQL_ATTR_QUERY_TIMEOUT, number(limit), SQL_IS_UINTEGER);
    SQLSetStmtAttr(h.statement, SQL_ATTR_CURSOR_TYPE, number(SQL_CURSOR_FORWARD_ONLY), SQL_IS_UINTEGER);
    SQLSetStmtAttr(h.statement, SQL_ATTR_CONCURRENCY, number(SQL_CONCUR_READ_ONLY), SQL_IS_UINTEGER);
    return Done{};
}

Status OdbcConnection::execute(std::string_view doing, std::string const& sql) {
    close_cursor();
    auto const text = to_utf16(sql);
    auto const code = SQLExecDirectW(handles_->statement, wide(text), static_cast<SQLINTEGER>(text.size()));
    if (!good(code) && code != SQL_NO_DATA) return failed(doing, SQL_HANDLE_STMT, handles_->statement, false);
    SQLFreeStmt(handles_->statement, SQL_CLOSE);
    return Done{};
}

Status OdbcConnection::begin() {
    auto const code =
        SQLSetConnectAttr(handles_->connection, SQL_ATTR_AUTOCOMMIT, number(SQL_AUTOCOMMIT_OFF), SQL_IS_UINTEGER);
    if (!good(code)) return failed("starting a read", SQL_HANDLE_DBC, handles_->connection, false);
    return Done{};
}

Status OdbcConnection::end(Ending ending) {
    close_cursor();
    bool const commits = ending == Ending::commit;
    auto const ended = SQLEndTran(SQL_HANDLE_DBC, handles_->connection, commits ? SQL_COMMIT : SQL_ROLLBACK);
    if (!good(ended)) return failed("ending a transaction", SQL_HANDLE_DBC, handles_->connection, false);
    SQLSetConnectAttr(handles_->connection, SQL_ATTR_AUTOCOMMIT, number(SQL_AUTOCOMMIT_ON), SQL_IS_UINTEGER);
    return Done{};
}

Status OdbcConnection::change(std::string_view doing, std::string const& sql, std::vector<SqlValue> const& parameters) {
    close_cursor();
    auto& h = *handles_;
    auto const text = to_utf16(sql);
    if (!good(SQLPrepareW(h.statement, wide(text), static_cast<SQLINTEGER>(text.size())))) {
        return failed(doing, SQL_HANDLE_STMT, h.statement, false);
    }
    RETURN_IF_ERROR(bind(parameters));
    auto const code = SQLExecute(h.statement);
    if (!good(code) && code != SQL_NO_DATA) return failed(doing, SQL_HANDLE_STMT, h.statement, false);
    close_cursor();
    return Done{};
}

Status OdbcConnection::bind(std::vector<SqlValue> const& parameters) {
    auto& h = *handles_;
    SQLSMALLINT wanted = 0;
    if (good(SQLNumParams(h.statement, &wanted)) && static_cast<std::size_t>(wanted) != parameters.size()) {
        return Error{ErrorKind::unavailable, "source.query_failed", "number of parameters"};
    }
    h.texts.assign(parameters.size(), {});
    h.numbers.assign(parameters.size(), 0);
    h.lengths.assign(parameters.size(), 0);
    for (std::size_t at = 0; at < parameters.size(); ++at) {
        auto const place = static_cast<SQLUSMALLINT>(at + 1);
        SQLRETURN code = SQL_ERROR;
        if (auto const* value = std::get_if<std::int64_t>(&parameters[at])) {
            h.numbers[at] = *value;
            code = SQLBindParameter(h.statement, place, SQL_PARAM_INPUT, SQL_C_SBIGINT, SQL_BIGINT, 0, 0,
                                    &h.numbers[at], 0, nullptr);
        } else {
            auto const* const text = std::get_if<std::string>(&parameters[at]);
            if (text != nullptr) h.texts[at] = to_utf16(*text);
            auto const bytes = static_cast<SQLLEN>(h.texts[at].size() * sizeof(SQLWCHAR));
            h.lengths[at] = text == nullptr ? SQL_NULL_DATA : bytes;
            code =
                SQLBindParameter(h.statement, place, SQL_PARAM_INPUT, SQL_C_WCHAR, wide_type(h.texts[at].size()),
                                 std::max<SQLULEN>(h.texts[at].size(), 1), 0, wide(h.texts[at]), bytes, &h.lengths[at]);
        }
        if (!good(code)) return failed("binding a parameter", SQL_HANDLE_STMT, h.statement, false);
    }
    return Done{};
}

Status OdbcConnection::describe_columns() {
    columns_.clear();
    SQLSMALLINT count = 0;
    if (!good(SQLNumResultCols(handles_->statement, &count))) {
        return failed("preparing a query", SQL_HANDLE_STMT, handles_->statement, true);
    }
    if (count == 0) return Error{ErrorKind::unavailable, "source.query_failed", "not one SELECT statement"};
    for (SQLUSMALLINT at = 1; at <= static_cast<SQLUSMALLINT>(count); ++at) {
        std::array<SQLWCHAR, 256> name{};
        SQLSMALLINT units = 0;
        SQLSMALLINT type = 0;
        SQLULEN size = 0;
        SQLLEN is_unsigned = SQL_FALSE;
        if (!good(SQLDescribeColW(handles_->statement, at, name.data(), static_cast<SQLSMALLINT>(name.size()), &units,
                                  &type, &size, nullptr, nullptr))) {
            return failed("preparing a query", SQL_HANDLE_STMT, handles_->statement, true);
        }
        SQLColAttributeW(handles_->statement, at, SQL_DESC_UNSIGNED, nullptr, 0, nullptr, &is_unsigned);
        bool const beyond = type == SQL_BIGINT && is_unsigned == SQL_TRUE;  // may not fit: read as text
        bool const as_bytes = is_binary(type) || (text_is_utf8_ && is_text(type));
        int const read_as = as_bytes ? SQL_C_BINARY : is_integer(type) && !beyond ? SQL_C_SBIGINT : SQL_C_WCHAR;
        columns_.push_back({text_of(name.data(), static_cast<std::size_t>(units)), read_as});
    }
    return Done{};
}

Status OdbcConnection::open_cursor(std::string const& sql, std::vector<SqlValue> const& parameters) {
    close_cursor();
    auto& h = *handles_;
    auto const text = to_utf16(sql);
    if (!good(SQLPrepareW(h.statement, wide(text), static_cast<SQLINTEGER>(text.size())))) {
        return failed("preparing a query", SQL_HANDLE_STMT, h.statement, true);
    }
    RETURN_IF_ERROR(describe_columns());
    RETURN_IF_ERROR(bind(parameters));
    if (!good(SQLExecute(h.statement))) return failed("starting a query", SQL_HANDLE_STMT, h.statement, false);
    return Done{};
}

Result<SqlValue> OdbcConnection::read_integer(std::size_t column) {
    SQLBIGINT value = 0;
    SQLLEN length = 0;
    auto const place = static_cast<SQLUSMALLINT>(column + 1);
    if (!good(SQLGetData(handles_->statement, place, SQL_C_SBIGINT, &value, sizeof value, &length))) {
        return failed("reading", SQL_HANDLE_STMT, handles_->statement, false);
    }
    return length == SQL_NULL_DATA ? SqlValue{} : SqlValue{static_cast<std::int64_t>(value)};
}

/// In chunks, each ended by a zero unit where it is text; a value over the limit is given up at once.
Result<SqlValue> OdbcConnection::read(std::size_t column) {
    auto const& description = columns_[column];
    if (description.read_as == SQL_C_SBIGINT) return read_integer(column);
    bool const text = description.read_as == SQL_C_WCHAR;
    auto const place = static_cast<SQLUSMALLINT>(column + 1);
    std::vector<SQLWCHAR> chunk(chunk_bytes / sizeof(SQLWCHAR));
    std::u16string units;
    std::string bytes;
    for (;;) {
        SQLLEN length = 0;
        auto const code = SQLGetData(handles_->statement, place, static_cast<SQLSMALLINT>(description.read_as),
                                     chunk.data(), static_cast<SQLLEN>(chunk_bytes), &length);
        if (code == SQL_NO_DATA) break;
        if (!good(code)) return failed("reading", SQL_HANDLE_STMT, handles_->statement, false);
        if (length == SQL_NULL_DATA) return SqlValue{};
        std::size_t const room = text ? chunk_bytes - sizeof(SQLWCHAR) : chunk_bytes;
        bool const whole = length != SQL_NO_TOTAL && static_cast<std::size_t>(length) <= room;
        std::size_t const filled = whole ? static_cast<std::size_t>(length) : room;
        if (text) {
            units.append(reinterpret_cast<char16_t const*>(chunk.data()), filled / sizeof(SQLWCHAR));
        } else {
            bytes.append(reinterpret_cast<char const*>(chunk.data()), filled);
        }
        // One unit of UTF-16 is one to three bytes of UTF-8.
        if (units.size() > maximum_value_bytes_ || bytes.size() > maximum_value_bytes_) break;
        if (code == SQL_SUCCESS) break;
    }
    if (text && units.size() <= maximum_value_bytes_) bytes = to_utf8(units);
    if (units.size() > maximum_value_bytes_ || bytes.size() > maximum_value_bytes_) {
        return Error{ErrorKind::invalid, "source.value_too_large",
                     "column " + description.name + ": over " + std::to_string(maximum_value_bytes_) + " bytes"};
    }
    return SqlValue{std::move(bytes)};
}

Result<OdbcConnection::Batch> OdbcConnection::fetch(std::size_t rows) {
    Batch batch;
    std::size_t bytes = 0;
    while (batch.rows.size() < rows && bytes < batch_bytes) {
        auto const code = SQLFetch(handles_->statement);
        if (code == SQL_NO_DATA) return batch;
        if (!good(code)) return failed("reading", SQL_HANDLE_STMT, handles_->statement, false);
        SqlRow row;
        row.reserve(columns_.size());
        for (std::size_t column = 0; column < columns_.size(); ++column) {
            ASSIGN_OR_RETURN(auto value, read(column));
            if (auto const* const text = std::get_if<std::string>(&value)) bytes += text->size();
            row.push_back(std::move(value));
        }
        batch.rows.push_back(std::move(row));
    }
    batch.more = true;
    return batch;
}

void OdbcConnection::close_cursor() {
    SQLFreeStmt(handles_->statement, SQL_CLOSE);
    SQLFreeStmt(handles_->statement, SQL_RESET_PARAMS);
}

/// SQLColumns takes patterns: the names that come back are compared with the one that was meant.
std::u16string OdbcConnection::current_catalogue() const {
    std::array<SQLWCHAR, 256> name{};
    SQLINTEGER bytes = 0;
    bool const known =
        good(SQLGetConnectAttrW(handles_->connection, SQL_ATTR_CURRENT_CATALOG, name.data(), sizeof name, &bytes));
    auto const units = known && bytes > 0 ? static_cast<std::size_t>(bytes) / sizeof(SQLWCHAR) : 0;
    return {name.begin(), name.begin() + static_cast<std::ptrdiff_t>(std::min(units, name.size()))};
}

Result<std::vector<std::vector<std::string>>> OdbcConnection::catalogue_rows(std::vector<std::size_t> const& places) {
    RETURN_IF_ERROR(describe_columns());
    std::vector<std::vector<std::string>> rows;
    for (;;) {
        ASSIGN_OR_RETURN(auto const batch, fetch(256));
        for (auto const& row : batch.rows) {
            auto& texts = rows.emplace_back();
            for (auto const place : places) {
                auto const* const value = place < row.size() ? std::get_if<std::string>(&row[place]) : nullptr;
                texts.push_back(value == nullptr ? std::string() : *value);
            }
        }
        if (!batch.more) break;
    }
    close_cursor();
    return rows;
}

Result<std::vector<std::string>> OdbcConnection::tables() {
    close_cursor();
    auto const catalogue = current_catalogue();
    std::u16string const kinds = u"TABLE,VIEW";
    if (!good(SQLTablesW(handles_->statement, catalogue.empty() ? nullptr : wide(catalogue),
                         static_cast<SQLSMALLINT>(catalogue.size()), nullptr, 0, nullptr, 0, wide(kinds),
                         static_cast<SQLSMALLINT>(kinds.size())))) {
        return failed("listing tables", SQL_HANDLE_STMT, handles_->statement, false);
    }
    ASSIGN_OR_RETURN(auto const rows, catalogue_rows({2}));  // ODBC: TABLE_NAME
    std::vector<std::string> names;
    for (auto const& row : rows) names.push_back(row.front());
    std::ranges::sort(names);
    return names;
}

Result<std::vector<SqlSession::Column>> OdbcConnection::columns(std::string const& table) {
    close_cursor();
    std::vector<SqlSession::Column> found;
    auto const name = to_utf16(table);
    if (name.empty()) return found;
    auto const catalogue = current_catalogue();
    if (!good(SQLColumnsW(handles_->statement, catalogue.empty() ? nullptr : wide(catalogue),
                          static_cast<SQLSMALLINT>(catalogue.size()), nullptr, 0, wide(name),
                          static_cast<SQLSMALLINT>(name.size()), nullptr, 0))) {
        return failed("listing columns", SQL_HANDLE_STMT, handles_->statement, false);
    }
    ASSIGN_OR_RETURN(auto const rows, catalogue_rows({2, 3, 5}));  // ODBC: TABLE_NAME, COLUMN_NAME, TYPE_NAME
    for (auto const& row : rows) {
        if (row[0] == table) found.push_back({row[1], row[2]});
    }
    return found;
}

}  // namespace casebridge
