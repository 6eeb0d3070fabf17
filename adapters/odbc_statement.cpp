#include "adapters/odbc_statement.h"

#include "adapters/odbc_text.h"
#include "adapters/text_room.h"

#include <algorithm>
#include <array>

#include <sql.h>
#include <sqlext.h>
#include <sqlucode.h>

namespace casebridge {
namespace {

constexpr std::size_t chunk_bytes = 64 * 1024;
constexpr std::size_t longest_bound = 4 * 1024;
constexpr std::size_t integer_bytes = sizeof(SQLBIGINT);

bool good(SQLRETURN code) {
    return code == SQL_SUCCESS || code == SQL_SUCCESS_WITH_INFO;
}

/// unixODBC never writes to a text it is given.
SQLWCHAR* wide(std::u16string const& text) {
    return const_cast<SQLWCHAR*>(reinterpret_cast<SQLWCHAR const*>(text.data()));
}

bool is_binary(SQLSMALLINT type) {
    return type == SQL_BINARY || type == SQL_VARBINARY || type == SQL_LONGVARBINARY;
}

bool is_text(SQLSMALLINT type) {
    return type == SQL_CHAR || type == SQL_VARCHAR || type == SQL_LONGVARCHAR || type == SQL_WCHAR ||
           type == SQL_WVARCHAR || type == SQL_WLONGVARCHAR;
}

bool is_long(SQLSMALLINT type) {
    return type == SQL_LONGVARCHAR || type == SQL_WLONGVARCHAR || type == SQL_LONGVARBINARY;
}

bool is_integer(SQLSMALLINT type) {
    return type == SQL_BIT || type == SQL_TINYINT || type == SQL_SMALLINT || type == SQL_INTEGER || type == SQL_BIGINT;
}

/// What is longer than any server's VARCHAR is a text of any length.
SQLSMALLINT wide_type(std::size_t units) {
    constexpr std::size_t longest_varchar = 4000;
    return units > longest_varchar ? SQL_WLONGVARCHAR : SQL_WVARCHAR;
}

std::string text_of(void const* units, std::size_t bytes) {
    return to_utf8({static_cast<char16_t const*>(units), bytes / sizeof(char16_t)});
}

}  // namespace

struct OdbcStatement::Column {
    std::string name;
    SQLSMALLINT read_as = 0;
    SQLSMALLINT in_pieces_as = 0;  ///< where it is not bound, or does not fit
    std::size_t room = 0;          ///< of the buffer, in bytes; 0: not bound
    std::vector<char16_t> buffer{};
    std::unique_ptr<SQLLEN> length{};  ///< stays where it is when the column moves

    [[nodiscard]] bool same_as(Column const& other) const {
        return name == other.name && read_as == other.read_as && room == other.room;
    }
};

struct OdbcStatement::Parameters {
    std::vector<std::u16string> texts;
    std::vector<SQLBIGINT> numbers;
    std::vector<SQLLEN> lengths;
};

OdbcStatement::OdbcStatement(Limits limits, OnFailure on_failure)
    : limits_(limits), failed_(std::move(on_failure)), parameters_(std::make_unique<Parameters>()) {}

OdbcStatement::~OdbcStatement() {
    if (handle_ != nullptr) SQLFreeHandle(SQL_HANDLE_STMT, handle_);
}

bool OdbcStatement::allocate(void* connection, std::chrono::seconds time_limit) {
    if (!good(SQLAllocHandle(SQL_HANDLE_STMT, connection, &handle_))) return false;
    auto const number = [](std::uintptr_t value) {
        return reinterpret_cast<SQLPOINTER>(value);  // ODBC passes numbers in pointers
    };
    auto const limit = static_cast<std::uintptr_t>(time_limit.count());
    SQLSetStmtAttr(handle_, SQL_ATTR_QUERY_TIMEOUT, number(limit), SQL_IS_UINTEGER);
    SQLSetStmtAttr(handle_, SQL_ATTR_CURSOR_TYPE, number(SQL_CURSOR_FORWARD_ONLY), SQL_IS_UINTEGER);
    SQLSetStmtAttr(handle_, SQL_ATTR_CONCURRENCY, number(SQL_CONCUR_READ_ONLY), SQL_IS_UINTEGER);
    return true;
}

Status OdbcStatement::prepare(std::string const& sql) {
    auto const text = to_utf16(sql);
    if (!good(SQLPrepareW(handle_, wide(text), static_cast<SQLINTEGER>(text.size())))) {
        return failed_("preparing a query", handle_);
    }
    return describe();
}

Status OdbcStatement::bind(std::vector<SqlValue> const& parameters) {
    auto& p = *parameters_;
    SQLSMALLINT wanted = 0;
    if (good(SQLNumParams(handle_, &wanted)) && static_cast<std::size_t>(wanted) != parameters.size()) {
        return Error{ErrorKind::unavailable, "source.query_failed", "number of parameters"};
    }
    p.texts.assign(parameters.size(), {});
    p.numbers.assign(parameters.size(), 0);
    p.lengths.assign(parameters.size(), 0);
    for (std::size_t at = 0; at < parameters.size(); ++at) {
        auto const place = static_cast<SQLUSMALLINT>(at + 1);
        SQLRETURN code = SQL_ERROR;
        if (auto const* value = std::get_if<std::int64_t>(&parameters[at])) {
            p.numbers[at] = *value;
            code = SQLBindParameter(handle_, place, SQL_PARAM_INPUT, SQL_C_SBIGINT, SQL_BIGINT, 0, 0, &p.numbers[at], 0,
                                    nullptr);
        } else {
            auto const* const text = std::get_if<std::string>(&parameters[at]);
            if (text != nullptr) p.texts[at] = to_utf16(*text);
            auto const bytes = static_cast<SQLLEN>(p.texts[at].size() * sizeof(SQLWCHAR));
            p.lengths[at] = text == nullptr ? SQL_NULL_DATA : bytes;
            code =
                SQLBindParameter(handle_, place, SQL_PARAM_INPUT, SQL_C_WCHAR, wide_type(p.texts[at].size()),
                                 std::max<SQLULEN>(p.texts[at].size(), 1), 0, wide(p.texts[at]), bytes, &p.lengths[at]);
        }
        if (!good(code)) return failed_("binding a parameter", handle_);
    }
    return Done{};
}

Status OdbcStatement::execute(std::vector<SqlValue> const& parameters) {
    RETURN_IF_ERROR(bind(parameters));
    if (!good(SQLExecute(handle_))) return failed_("starting a query", handle_);
    return describe();  // a table may have changed since it was prepared
}

Status OdbcStatement::change(std::string_view doing, std::string const& sql, std::vector<SqlValue> const& parameters) {
    auto const text = to_utf16(sql);
    if (!good(SQLPrepareW(handle_, wide(text), static_cast<SQLINTEGER>(text.size())))) {
        return failed_(doing, handle_);
    }
    RETURN_IF_ERROR(bind(parameters));
    auto const code = SQLExecute(handle_);
    auto const done = good(code) || code == SQL_NO_DATA ? Status(Done{}) : Status(failed_(doing, handle_));
    close();
    return done;
}

Result<OdbcStatement::Column> OdbcStatement::describe_column(std::size_t at) const {
    auto const place = static_cast<SQLUSMALLINT>(at + 1);
    std::array<SQLWCHAR, 256> name{};
    SQLSMALLINT units = 0;
    SQLSMALLINT type = 0;
    SQLULEN size = 0;
    if (!good(SQLDescribeColW(handle_, place, name.data(), static_cast<SQLSMALLINT>(name.size()), &units, &type, &size,
                              nullptr, nullptr))) {
        return failed_("preparing a query", handle_);
    }
    SQLLEN is_unsigned = SQL_FALSE;
    SQLColAttributeW(handle_, place, SQL_DESC_UNSIGNED, nullptr, 0, nullptr, &is_unsigned);
    bool const beyond = type == SQL_BIGINT && is_unsigned == SQL_TRUE;  // may not fit: read as text
    bool const short_text = limits_.short_text_is_utf8 && is_text(type) && !is_long(type);
    bool const as_bytes = is_binary(type) || (limits_.text_is_utf8 && is_text(type)) || short_text;
    Column column;
    auto const shown =
        std::min<std::size_t>(static_cast<std::size_t>(std::max<SQLSMALLINT>(units, 0)), name.size() - 1);
    column.name = text_of(name.data(), shown * sizeof(SQLWCHAR));
    column.read_as = as_bytes ? SQL_C_BINARY : is_integer(type) && !beyond ? SQL_C_SBIGINT : SQL_C_WCHAR;
    column.in_pieces_as = short_text && !limits_.text_is_utf8 ? SQL_C_WCHAR : column.read_as;
    if (column.read_as == SQL_C_SBIGINT) column.room = integer_bytes;
    if (is_long(type) || column.room != 0 || (!is_text(type) && !is_binary(type))) return column;
    SQLLEN octets = 0;
    SQLColAttributeW(handle_, place, SQL_DESC_OCTET_LENGTH, nullptr, 0, nullptr, &octets);
    // A character is two units of UTF-16 or four bytes of UTF-8 at most, and a driver may end the text with another.
    constexpr std::size_t most_units = 2;
    constexpr std::size_t most_bytes = 4;
    auto const needed = short_text ? most_bytes * (size + 1)
                        : as_bytes ? static_cast<std::size_t>(std::max<SQLLEN>(octets, 0))
                                   : (most_units * size + 1) * sizeof(char16_t);
    if (needed != 0 && needed <= longest_bound) column.room = needed + needed % sizeof(char16_t);
    return column;
}

Status OdbcStatement::describe() {
    SQLSMALLINT count = 0;
    if (!good(SQLNumResultCols(handle_, &count))) return failed_("preparing a query", handle_);
    if (count == 0) return Error{ErrorKind::unavailable, "source.query_failed", "not one SELECT statement"};
    std::vector<Column> columns;
    bool may_bind = true;
    for (std::size_t at = 0; at < static_cast<std::size_t>(count); ++at) {
        ASSIGN_OR_RETURN(auto column, describe_column(at));
        may_bind = may_bind && (column.room != 0 || limits_.binds_any_column);
        if (!may_bind) column.room = 0;
        columns.push_back(std::move(column));
    }
    if (std::ranges::equal(columns, columns_, [](auto const& a, auto const& b) { return a.same_as(b); })) {
        return Done{};
    }
    columns_ = std::move(columns);
    return bind_columns();
}

Status OdbcStatement::bind_columns() {
    SQLFreeStmt(handle_, SQL_UNBIND);
    for (std::size_t at = 0; at < columns_.size(); ++at) {
        auto& column = columns_[at];
        if (column.room == 0) continue;
        column.buffer.assign(column.room / sizeof(char16_t), 0);
        column.length = std::make_unique<SQLLEN>(0);
        if (!good(SQLBindCol(handle_, static_cast<SQLUSMALLINT>(at + 1), column.read_as, column.buffer.data(),
                             static_cast<SQLLEN>(column.room), column.length.get()))) {
            return failed_("binding a column", handle_);
        }
    }
    return Done{};
}

Error OdbcStatement::too_large(Column const& column) const {
    return {ErrorKind::invalid, "source.value_too_large",
            "column " + column.name + ": over " + std::to_string(limits_.value_bytes) + " bytes"};
}

Status OdbcStatement::read_integer(std::size_t at, SqlValue& value) {
    SQLBIGINT number = 0;
    SQLLEN length = 0;
    auto const place = static_cast<SQLUSMALLINT>(at + 1);
    if (!good(SQLGetData(handle_, place, SQL_C_SBIGINT, &number, sizeof number, &length))) {
        return failed_("reading", handle_);
    }
    value = length == SQL_NULL_DATA ? SqlValue{} : SqlValue{static_cast<std::int64_t>(number)};
    return Done{};
}

/// In chunks, each ended by a zero unit where it is text; a value over the limit is given up at once.
Status OdbcStatement::read_long(std::size_t at, SqlValue& value) {
    auto const& column = columns_[at];
    bool const text = column.in_pieces_as == SQL_C_WCHAR;
    auto const place = static_cast<SQLUSMALLINT>(at + 1);
    alignas(char16_t) std::array<char, chunk_bytes> chunk;
    std::u16string units;
    std::string bytes;
    bool any = false;
    for (;;) {
        SQLLEN length = 0;
        auto const code = SQLGetData(handle_, place, column.in_pieces_as, chunk.data(), chunk.size(), &length);
        if (code == SQL_NO_DATA && any) break;
        if (code == SQL_NO_DATA) {
            return Error{ErrorKind::unavailable, "source.unavailable", "ODBC: a value is longer than the driver said"};
        }
        any = true;
        if (!good(code)) return failed_("reading", handle_);
        if (length == SQL_NULL_DATA) {
            value = std::monostate();
            return Done{};
        }
        std::size_t const room = text ? chunk_bytes - sizeof(SQLWCHAR) : chunk_bytes;
        bool const whole = length != SQL_NO_TOTAL && static_cast<std::size_t>(length) <= room;
        std::size_t const filled = whole ? static_cast<std::size_t>(length) : room;
        if (text) {
            units.append(reinterpret_cast<char16_t const*>(chunk.data()), filled / sizeof(SQLWCHAR));
        } else {
            bytes.append(chunk.data(), filled);
        }
        // One unit of UTF-16 is one to three bytes of UTF-8.
        if (units.size() > limits_.value_bytes || bytes.size() > limits_.value_bytes) break;
        if (code == SQL_SUCCESS) break;
    }
    if (text && units.size() <= limits_.value_bytes) bytes = to_utf8(units);
    if (units.size() > limits_.value_bytes || bytes.size() > limits_.value_bytes) return too_large(column);
    value = std::move(bytes);
    return Done{};
}

Status OdbcStatement::value_of_bound(Column const& column, SqlValue& value) const {
    auto const length = static_cast<std::size_t>(*column.length);
    auto& text = text_room(value);
    if (column.read_as == SQL_C_WCHAR) {
        to_utf8({column.buffer.data(), length / sizeof(char16_t)}, text);
    } else {
        text.assign(reinterpret_cast<char const*>(column.buffer.data()), length);
    }
    return text.size() > limits_.value_bytes ? Status(too_large(column)) : Status(Done{});
}

Status OdbcStatement::value_of(std::size_t at, SqlValue& value) {
    auto const& column = columns_[at];
    bool const number = column.read_as == SQL_C_SBIGINT;
    if (column.room == 0) return number ? read_integer(at, value) : read_long(at, value);
    auto const length = *column.length;
    if (length == SQL_NULL_DATA) {
        value = std::monostate();
        return Done{};
    }
    if (number) {
        value = *reinterpret_cast<std::int64_t const*>(column.buffer.data());
        return Done{};
    }
    auto const room = column.room - (column.read_as == SQL_C_WCHAR ? sizeof(char16_t) : 0);
    if (length >= 0 && static_cast<std::size_t>(length) <= room) return value_of_bound(column, value);
    return read_long(at, value);  // from its start, where the driver can
}

Result<bool> OdbcStatement::fetch(SqlRow& row) {
    auto const code = SQLFetch(handle_);
    if (code == SQL_NO_DATA) return false;
    if (!good(code)) return failed_("reading", handle_);
    row.resize(columns_.size());
    for (std::size_t at = 0; at < columns_.size(); ++at) RETURN_IF_ERROR(value_of(at, row[at]));
    return true;
}

void OdbcStatement::close() {
    SQLFreeStmt(handle_, SQL_CLOSE);
    SQLFreeStmt(handle_, SQL_RESET_PARAMS);
}

}  // namespace casebridge
