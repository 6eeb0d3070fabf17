// OdbcSession: a national database behind any ODBC driver, by unixODBC, read-only.
//
// Guarantees: one SELECT a statement, with bound parameters, in read-only access mode; where the server is known
// (MariaDB, MySQL, PostgreSQL) in a read-only transaction, too. Rows come through a forward-only cursor in small
// batches. Text is read as UTF-16, whatever the driver's narrow encoding. The driver's calls run on a thread of their
// own: one that does not come back within its limit is given up, with its connection, and the next call connects anew.
// Error details hold SQLSTATE, the server's number and our own words, never what is stored, never the password. Not
// guaranteed: what a driver loads before it hands over a value; README.md says what is known of which driver. Not safe
// for use by several threads at once.
#pragma once

#include "adapters/sql_session.h"
#include "crypto/secret.h"

#include <chrono>

namespace casebridge {

struct OdbcSettings {
    enum class Encryption { required, unchecked };
    enum class Access { read_only, read_write };  ///< `read_write`: for OdbcWritingSession alone

    std::string driver;  ///< its name in odbcinst.ini, or the path of its library
    std::string user;
    std::vector<std::pair<std::string, std::string>> attributes;  ///< of the connection string; never a password
    Encryption encryption = Encryption::required;  ///< `unchecked`: a Unix socket, a driver that cannot tell
    Access access = Access::read_only;
    std::string time_zone;  ///< of the session, where the server knows such; may be empty
    std::size_t maximum_value_bytes = std::size_t{1} << 20;
    std::chrono::seconds connect_time_limit{5};
    std::chrono::seconds query_time_limit{10};  ///< for each batch of rows
};

/// Errors: `source.unavailable`, `source.login_refused`, `source.tls_failed` (the connection is not encrypted, or
/// nobody can tell), `source.driver_missing`, `source.not_permitted`.
Result<std::unique_ptr<SqlSession>> open_odbc_session(OdbcSettings const& settings, Secret const& password);

}  // namespace casebridge
