// PostgresSession: a national database in PostgreSQL, by libpq, read-only.
//
// Guarantees: over TCP the connection is TLS and the server's certificate fits its name and `root_certificate`, or
// there is no connection. Everything runs in a REPEATABLE READ, READ ONLY transaction; a statement is one SELECT,
// written into the columns of an outer SELECT, so that nothing else parses. Rows come through a server-side cursor in
// small batches; no value over the maximum is sent by the server. Every wait has a deadline; after it, or when the
// connection is lost, the answer is `source.unavailable` and the next call connects anew. What the server says of an
// error stays here: details hold SQLSTATE and our own words, never a name or what is stored, never the password. Not
// covered: the resolution of a host's name waits as long as the system's resolver does (`host_address` avoids it). With
// `notify_channel` the connection LISTENs: what a notification says is never looked at, that it came is a hint. Not
// safe for use by several threads at once.
#pragma once

#include "adapters/sql_session.h"
#include "crypto/secret.h"

#include <chrono>
#include <filesystem>

namespace casebridge {

struct PostgresSettings {
    std::string host;          ///< the name in the server's certificate, or the folder of its Unix socket
    std::string host_address;  ///< where to connect instead of looking `host` up; may be empty
    std::uint16_t port = 5432;
    std::string database, user;
    std::vector<std::string> schemas;        ///< searched in order; empty: the role's own search path
    std::filesystem::path root_certificate;  ///< required over TCP
    std::filesystem::path client_certificate, client_key, password_file;  ///< may be empty
    std::string time_zone = "UTC";                                        ///< of timestamps with time zone
    std::string application_name = "casebridge";
    std::string notify_channel;  ///< LISTENed to; empty: none
    /// Where a missing password belongs, for the error that says so.
    std::string password_place = "the systemd credential `national-database` or in source_key_file";
    std::size_t maximum_value_bytes = std::size_t{1} << 20;
    std::chrono::milliseconds connect_time_limit{5000};
    std::chrono::milliseconds query_time_limit{10000};  ///< for each batch of rows

    [[nodiscard]] bool over_unix_socket() const { return host.starts_with('/'); }
};

/// `password`: empty where the server knows the daemon by other means (system user, certificate, password file).
/// Errors: `source.unavailable`, `source.login_refused`, `source.tls_failed`, `source.not_permitted`,
/// `file.too_permissive`, `file.unreadable` (of the files in the settings).
Result<std::unique_ptr<SqlSession>> open_postgres_session(PostgresSettings const& settings, Secret const& password);

}  // namespace casebridge
