#include "adapters/odbc_connection.h"

#include "adapters/odbc_states.h"
#include "adapters/odbc_text.h"

#include <algorithm>
#include <array>
#include <map>

#include <sql.h>
#include <sqlext.h>
#include <sqlucode.h>

namespace casebridge {
namespace {

static_assert(sizeof(SQLWCHAR) == 2, "unixODBC is built for UTF-16");

constexpr std::size_t most_kept = 64;  // a field map needs about a dozen
constexpr std::size_t batch_bytes = std::size_t{4} << 20;

/// PostgreSQL's driver: rows of a FETCH, read anew at each (SQL_ATTR_PGOPT_FETCH of its sources).
constexpr SQLINTEGER rows_of_a_fetch = 65541;
constexpr std::size_t fewest_rows = 64;  // as in the connection string
constexpr std::size_t most_rows = 1024;

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

}  // namespace

struct OdbcConnection::Handles {
    SQLHENV environment = nullptr;
    SQLHDBC connection = nullptr;
    bool connected = false;
    std::map<std::string, std::unique_ptr<OdbcStatement>> kept;  ///< prepared, by their text
    std::unique_ptr<OdbcStatement> passing;                      ///< for everything else

    ~Handles() {
        kept.clear();
        passing.reset();
        if (connected) SQLDisconnect(connection);
        if (connection != nullptr) SQLFreeHandle(SQL_HANDLE_DBC, connection);
        if (environment != nullptr) SQLFreeHandle(SQL_HANDLE_ENV, environment);
    }
};

OdbcConnection::OdbcConnection() : handles_(std::make_unique<Handles>()) {}
OdbcConnection::~OdbcConnection() = default;

void* OdbcConnection::statement() const {
    return handles_->passing->handle();
}

Error OdbcConnection::failed(std::string_view doing, int handle_kind, void* handle) {
    failure_ = {};
    std::array<SQLWCHAR, 6> state{};
    std::array<SQLWCHAR, 512> words{};  // some drivers want the room
    SQLINTEGER native = 0;
    SQLSMALLINT units = 0;
    if (good(SQLGetDiagRecW(static_cast<SQLSMALLINT>(handle_kind), handle, 1, state.data(), &native, words.data(),
                            static_cast<SQLSMALLINT>(words.size()), &units))) {
        failure_.sqlstate = text_of(state.data(), 5);
        failure_.native = native;
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
    auto const kind = meaning.code == "source.login_refused" ? ErrorKind::invalid : ErrorKind::unavailable;
    return {kind, meaning.code, detail};
}

Status OdbcConnection::connect(OdbcSettings const& settings, Secret const& connection_string) {
    auto& h = *handles_;
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
        auto const error = failed("connecting", SQL_HANDLE_DBC, h.connection);
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
    // PostgreSQL's driver keeps text as the server sends it, in UTF-8; what it makes of that is made for nothing.
    fetches_in_parts_ = limits_.short_text_is_utf8 = product_.starts_with("PostgreSQL");
    if (good(SQLGetInfoW(h.connection, SQL_IDENTIFIER_QUOTE_CHAR, answer.data(), sizeof answer, &size))) {
        quote_ = text_of(answer.data(), static_cast<std::size_t>(size) / 2);
    }
    if (quote_.size() != 1 || quote_ == " ") {
        return Error{ErrorKind::invalid, "source.query_failed", "ODBC: the driver cannot quote names"};
    }
    SQLUINTEGER extensions = 0;
    SQLGetInfoW(h.connection, SQL_GETDATA_EXTENSIONS, &extensions, sizeof extensions, nullptr);
    limits_.value_bytes = settings.maximum_value_bytes;
    limits_.binds_any_column = (extensions & SQL_GD_ANY_COLUMN) != 0;
    time_limit_ = settings.query_time_limit;
    if ((h.passing = new_statement()) == nullptr) return no_memory;
    return Done{};
}

Status OdbcConnection::execute(std::string_view doing, std::string const& sql) {
    close_cursor();
    auto const text = to_utf16(sql);
    auto const code = SQLExecDirectW(statement(), wide(text), static_cast<SQLINTEGER>(text.size()));
    if (!good(code) && code != SQL_NO_DATA) return failed(doing, SQL_HANDLE_STMT, statement());
    SQLFreeStmt(statement(), SQL_CLOSE);
    return Done{};
}

Status OdbcConnection::begin() {
    auto const code =
        SQLSetConnectAttr(handles_->connection, SQL_ATTR_AUTOCOMMIT, number(SQL_AUTOCOMMIT_OFF), SQL_IS_UINTEGER);
    if (!good(code)) return failed("starting a read", SQL_HANDLE_DBC, handles_->connection);
    return Done{};
}

Status OdbcConnection::end(Ending ending) {
    close_cursor();
    bool const commits = ending == Ending::commit;
    auto const ended = SQLEndTran(SQL_HANDLE_DBC, handles_->connection, commits ? SQL_COMMIT : SQL_ROLLBACK);
    if (!good(ended)) return failed("ending a transaction", SQL_HANDLE_DBC, handles_->connection);
    SQLSetConnectAttr(handles_->connection, SQL_ATTR_AUTOCOMMIT, number(SQL_AUTOCOMMIT_ON), SQL_IS_UINTEGER);
    return Done{};
}

Status OdbcConnection::change(std::string_view doing, std::string const& sql, std::vector<SqlValue> const& parameters) {
    close_cursor();
    return handles_->passing->change(doing, sql, parameters);
}

void OdbcConnection::read_text_as_utf8() {
    limits_.text_is_utf8 = true;
    if (auto made = new_statement()) handles_->passing = std::move(made);
}

std::unique_ptr<OdbcStatement> OdbcConnection::new_statement() {
    auto statement = std::make_unique<OdbcStatement>(
        limits_, [this](std::string_view doing, void* handle) { return failed(doing, SQL_HANDLE_STMT, handle); });
    return statement->allocate(handles_->connection, time_limit_) ? std::move(statement) : nullptr;
}

Status OdbcConnection::open_cursor(std::string const& sql, std::vector<SqlValue> const& parameters, Keep keep) {
    close_cursor();
    ask_for_rows(std::size_t{1} << 20);  // few: most questions are for one case
    auto& h = *handles_;
    auto known = h.kept.find(sql);
    if (keep == Keep::no || known == h.kept.end()) {
        if (h.kept.size() >= most_kept) h.kept.clear();
        open_ = h.passing.get();
        if (keep == Keep::yes) {
            auto made = new_statement();
            if (made == nullptr) return failed("preparing a query", SQL_HANDLE_DBC, h.connection);
            known = h.kept.emplace(sql, std::move(made)).first;
            open_ = known->second.get();
        }
        auto const prepared = open_->prepare(sql);
        if (!prepared) {
            forget(sql);
            return prepared;
        }
    } else {
        open_ = known->second.get();
    }
    auto const executed = open_->execute(parameters);
    if (!executed) forget(sql);  // a table may have changed under it
    return executed;
}

/// A statement that failed is not trusted to be run again.
void OdbcConnection::forget(std::string const& sql) {
    auto const known = handles_->kept.find(sql);
    if (known == handles_->kept.end() || known->second.get() != open_) return;
    open_ = nullptr;
    handles_->kept.erase(known);
}

Result<OdbcConnection::Batch> OdbcConnection::fetch(std::size_t rows, std::vector<SqlRow> room) {
    Batch batch{std::move(room), false};
    std::size_t count = 0;
    std::size_t bytes = 0;
    while (open_ != nullptr && count < rows && bytes < batch_bytes) {
        if (count == batch.rows.size()) batch.rows.emplace_back();
        auto const any = open_->fetch(batch.rows[count]);
        if (!any) {
            auto error = any.error();
            handles_->kept.clear();
            open_ = nullptr;
            return error;
        }
        if (!*any) break;
        for (auto const& value : batch.rows[count]) {
            if (auto const* const text = std::get_if<std::string>(&value)) bytes += text->size();
        }
        ++count;
        batch.more = count == rows || bytes >= batch_bytes;
    }
    batch.rows.resize(count);
    if (batch.more) ask_for_rows(bytes / count);
    return batch;
}

/// INVARIANT: what the driver holds of a cursor is bounded by the rows seen last, as far as the next are like them.
void OdbcConnection::ask_for_rows(std::size_t row_bytes) {
    if (!fetches_in_parts_) return;
    constexpr std::size_t part_bytes = std::size_t{256} << 10;
    auto const rows = std::clamp(part_bytes / std::max<std::size_t>(row_bytes, 1), fewest_rows, most_rows);
    if (rows == asked_rows_) return;
    // Where the driver does not know the attribute, it goes on as it was told in the connection string.
    SQLSetConnectAttr(handles_->connection, rows_of_a_fetch, number(rows), SQL_IS_INTEGER);
    asked_rows_ = rows;
}

void OdbcConnection::close_cursor() {
    if (open_ != nullptr) open_->close();
    open_ = nullptr;
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
    open_ = handles_->passing.get();
    RETURN_IF_ERROR(open_->describe());
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
    if (!good(SQLTablesW(statement(), catalogue.empty() ? nullptr : wide(catalogue),
                         static_cast<SQLSMALLINT>(catalogue.size()), nullptr, 0, nullptr, 0, wide(kinds),
                         static_cast<SQLSMALLINT>(kinds.size())))) {
        return failed("listing tables", SQL_HANDLE_STMT, statement());
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
    if (!good(SQLColumnsW(statement(), catalogue.empty() ? nullptr : wide(catalogue),
                          static_cast<SQLSMALLINT>(catalogue.size()), nullptr, 0, wide(name),
                          static_cast<SQLSMALLINT>(name.size()), nullptr, 0))) {
        return failed("listing columns", SQL_HANDLE_STMT, statement());
    }
    ASSIGN_OR_RETURN(auto const rows, catalogue_rows({2, 3, 5}));  // ODBC: TABLE_NAME, COLUMN_NAME, TYPE_NAME
    for (auto const& row : rows) {
        if (row[0] == table) found.push_back({row[1], row[2]});
    }
    return found;
}

}  // namespace casebridge
