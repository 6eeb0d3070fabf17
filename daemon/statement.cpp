#include "daemon/database.h"
#include "daemon/sqlite_failure.h"

#include <limits>
#include <new>
#include <stdexcept>
#include <utility>

#include <sqlcipher/sqlite3.h>

namespace casebridge {
namespace {

void require_bound(int code) {
    if (code == SQLITE_OK) return;
    if (code == SQLITE_NOMEM) throw std::bad_alloc();
    throw std::logic_error(std::string("binding a parameter: ") + sqlite3_errstr(code));
}

}  // namespace

SpareStatements::~SpareStatements() {
    for (auto const& [sql, statement] : spare_) sqlite3_finalize(statement);
}

sqlite3_stmt* SpareStatements::take(std::string_view sql) {
    auto const found = spare_.find(sql);
    if (found == spare_.end()) return nullptr;
    return std::exchange(found->second, nullptr);
}

void SpareStatements::give_back(sqlite3_stmt* statement) noexcept {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    try {
        auto& spare = spare_[sqlite3_sql(statement)];
        if (spare == nullptr) {
            spare = statement;
            return;
        }
    } catch (std::bad_alloc const&) {  // then it is compiled again
    }
    sqlite3_finalize(statement);
}

void Statement::Release::operator()(sqlite3_stmt* statement) const noexcept {
    if (spare != nullptr) return spare->give_back(statement);
    sqlite3_finalize(statement);
}

Statement& Statement::bind(int index, std::string_view text) {
    if (!raw_) return *this;
    char const* const start = text.data() == nullptr ? "" : text.data();  // a null pointer would bind NULL
    require_bound(sqlite3_bind_text64(raw_.get(), index, start, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
    return *this;
}

Statement& Statement::bind(int index, std::int64_t value) {
    if (raw_) require_bound(sqlite3_bind_int64(raw_.get(), index, value));
    return *this;
}

Statement& Statement::bind_blob(int index, ByteView bytes) {
    if (!raw_) return *this;
    void const* const start = bytes.empty() ? "" : static_cast<void const*>(bytes.data());
    require_bound(sqlite3_bind_blob64(raw_.get(), index, start, bytes.size(), SQLITE_TRANSIENT));
    return *this;
}

Statement& Statement::bind_null(int index) {
    if (raw_) require_bound(sqlite3_bind_null(raw_.get(), index));
    return *this;
}

Result<bool> Statement::step() {
    if (!raw_) return sqlite_failure(nullptr, failure_);
    int const code = sqlite3_step(raw_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) {
        sqlite3_reset(raw_.get());  // it may be bound and run again
        return false;
    }
    auto failure = sqlite_failure(sqlite3_db_handle(raw_.get()), code);
    sqlite3_reset(raw_.get());
    return failure;
}

Status Statement::run() {
    ASSIGN_OR_RETURN(bool const row, step());
    if (row) throw std::logic_error("a statement that returns rows was run");
    return Done{};
}

std::string Statement::text(int column) const {
    auto const* const start = reinterpret_cast<char const*>(sqlite3_column_text(raw_.get(), column));
    if (start == nullptr) return {};
    return {start, static_cast<std::size_t>(sqlite3_column_bytes(raw_.get(), column))};
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(raw_.get(), column);
}

Bytes Statement::blob(int column) const {
    auto const* const start = static_cast<std::uint8_t const*>(sqlite3_column_blob(raw_.get(), column));
    if (start == nullptr) return {};
    return {start, start + sqlite3_column_bytes(raw_.get(), column)};
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(raw_.get(), column) == SQLITE_NULL;
}

}  // namespace casebridge
