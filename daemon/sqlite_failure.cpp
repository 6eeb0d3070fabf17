#include "daemon/sqlite_failure.h"

#include <new>
#include <stdexcept>

#include <sqlcipher/sqlite3.h>

namespace casebridge {

Error sqlite_failure(sqlite3* database, int code) {
    int const extended = database == nullptr ? code : sqlite3_extended_errcode(database);
    std::string detail = std::string(sqlite3_errstr(extended)) + " (" + std::to_string(extended) + ")";
    switch (extended) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID:
            return {ErrorKind::conflict, "store.constraint", std::move(detail)};
        default:
            break;
    }
    switch (extended & 0xff) {
        case SQLITE_FULL:
            return {ErrorKind::unavailable, "store.full", std::move(detail)};
        case SQLITE_NOMEM:
            throw std::bad_alloc();
        case SQLITE_ERROR:
        case SQLITE_AUTH:
        case SQLITE_CONSTRAINT:
        case SQLITE_MISMATCH:
        case SQLITE_MISUSE:
        case SQLITE_RANGE:
        case SQLITE_TOOBIG:
            // Messages of these codes hold names of the schema, not values.
            throw std::logic_error("store: " + detail + (database == nullptr ? "" : sqlite3_errmsg(database)));
        default:
            return {ErrorKind::internal, "store.failed", std::move(detail)};
    }
}

}  // namespace casebridge
