// MariadbServer: a real MariaDB with TLS under a certification authority of its own, for one test program.
#pragma once

#include "adapters/odbc_session.h"
#include "tests/support/servers/server_process.h"

#include <memory>
#include <optional>

namespace casebridge::test {

/// As the server's administrator, by its Unix socket. Throws std::runtime_error with the server's words.
class MariadbAdmin {
public:
    MariadbAdmin(std::filesystem::path const& socket, std::string const& database);
    void run(std::string const& sql);
    /// False if the server refuses (it cannot hold a value, for example).
    bool try_run(std::string const& sql, std::vector<std::optional<std::string>> const& parameters);
    [[nodiscard]] std::vector<std::string> values(std::string const& sql);

private:
    struct Handles;
    std::shared_ptr<Handles> handles_;  // shared only so that the header needs no ODBC
};

class MariadbServer {
public:
    static constexpr char const* user = "reader";
    static constexpr char const* password = "p'a\\s\"s w{o}rd;=";

    /// The one of this program, started at the first call; the login `reader` may connect by password.
    static MariadbServer& instance();

    MariadbServer();
    [[nodiscard]] MariadbAdmin admin(std::string const& database = "mysql") const;
    /// A new database that `reader` may use, and in which it may read nothing yet but a view without content.
    std::string create_database();
    /// For `reader`, over TCP with TLS verified.
    [[nodiscard]] OdbcSettings settings(std::string const& database) const;
    [[nodiscard]] static Secret key() { return Secret::from_text(password); }
    [[nodiscard]] std::filesystem::path socket() const { return directory_.path() / "sock"; }
    [[nodiscard]] std::filesystem::path other_root_certificate() const { return directory_.path() / "other.pem"; }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    void break_connections() const;
    void freeze(bool frozen) const;

private:
    ServerDirectory directory_;
    std::uint16_t port_;
    std::unique_ptr<ServerProcess> process_;
    int databases_ = 0;
};

}  // namespace casebridge::test
