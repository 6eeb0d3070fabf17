// PostgresServer: a real PostgreSQL with TLS under a certification authority of its own, for one test program.
#pragma once

#include "adapters/postgres_session.h"
#include "tests/support/servers/server_process.h"

#include <memory>

namespace casebridge::test {

/// As the server's administrator. Throws std::runtime_error with the server's words.
class PostgresAdmin {
public:
    PostgresAdmin(std::filesystem::path const& socket, std::uint16_t port, std::string const& database);
    void run(std::string const& sql);
    /// With parameters; false if the server refuses (it cannot hold a value, for example).
    bool try_run(std::string const& sql, std::vector<std::optional<std::string>> const& parameters);
    [[nodiscard]] std::string value(std::string const& sql);

private:
    std::shared_ptr<void> connection_;  // libpq's; shared only so that the header needs no deleter
};

class PostgresServer {
public:
    static constexpr char const* user = "reader";
    static constexpr char const* password = "p'a\\s\"s w{o}rd;=";

    /// The one of this program, started at the first call; the role `reader` may connect by password over TLS.
    static PostgresServer& instance();

    PostgresServer();
    [[nodiscard]] PostgresAdmin admin(std::string const& database = "postgres") const;
    /// A new, empty database.
    std::string create_database();
    /// For `reader`, over TCP with TLS verified.
    [[nodiscard]] PostgresSettings settings(std::string const& database) const;
    [[nodiscard]] static Secret key() { return Secret::from_text(password); }
    [[nodiscard]] std::filesystem::path root_certificate() const { return directory_.path() / "root.pem"; }
    [[nodiscard]] std::filesystem::path other_root_certificate() const { return directory_.path() / "other.pem"; }
    [[nodiscard]] std::filesystem::path const& socket() const { return directory_.path(); }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// The login that is known by its certificate alone (`hostssl … cert`): it has no password.
    static constexpr char const* certified_user = "certified";
    /// A certificate for a client of this name under the authority the server trusts, or under one it does not.
    struct ClientFiles {
        std::filesystem::path certificate, key;
    };
    [[nodiscard]] ClientFiles client_certificate(std::string const& name, bool trusted = true);
    void set_tls(bool on) const;
    /// Ends every connection of `reader`.
    void break_connections() const;
    /// Ends the server, with all connections, or starts it again on the same port.
    void stop();
    void start();
    /// The processes that serve this login, and the one that accepts connections, stop and answer nothing, or go on.
    void freeze(bool frozen, std::string const& login = user);

private:
    ServerDirectory directory_;
    std::uint16_t port_;
    std::unique_ptr<ServerProcess> process_;
    int databases_ = 0, clients_ = 0;
    std::vector<pid_t> frozen_;
};

}  // namespace casebridge::test
