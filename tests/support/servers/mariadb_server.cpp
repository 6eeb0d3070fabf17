#include "tests/support/servers/mariadb_server.h"

#include "tests/support/eventually.h"
#include "tests/support/servers/server_certificates.h"

#include <csignal>
#include <stdexcept>

#include <sql.h>
#include <sqlext.h>

namespace casebridge::test {
namespace {

bool good(SQLRETURN code) {
    return code == SQL_SUCCESS || code == SQL_SUCCESS_WITH_INFO || code == SQL_NO_DATA;
}

std::string words_of(SQLSMALLINT kind, SQLHANDLE handle) {
    SQLCHAR state[6] = {};
    SQLCHAR text[512] = {};
    SQLINTEGER native = 0;
    SQLSMALLINT size = 0;
    SQLGetDiagRec(kind, handle, 1, state, &native, text, sizeof text, &size);
    return reinterpret_cast<char const*>(text);
}

SQLCHAR* chars(std::string const& text) {
    return reinterpret_cast<SQLCHAR*>(const_cast<char*>(text.c_str()));
}

}  // namespace

struct MariadbAdmin::Handles {
    SQLHENV environment = nullptr;
    SQLHDBC connection = nullptr;
    SQLHSTMT statement = nullptr;

    ~Handles() {
        if (statement != nullptr) SQLFreeHandle(SQL_HANDLE_STMT, statement);
        if (connection != nullptr) {
            SQLDisconnect(connection);
            SQLFreeHandle(SQL_HANDLE_DBC, connection);
        }
        SQLFreeHandle(SQL_HANDLE_ENV, environment);
    }
};

MariadbAdmin::MariadbAdmin(std::filesystem::path const& socket, std::string const& database)
    : handles_(std::make_shared<Handles>()) {
    auto& h = *handles_;
    SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &h.environment);
    SQLSetEnvAttr(h.environment, SQL_ATTR_ODBC_VERSION, reinterpret_cast<SQLPOINTER>(std::uintptr_t{SQL_OV_ODBC3}), 0);
    SQLAllocHandle(SQL_HANDLE_DBC, h.environment, &h.connection);
    std::string const parameters = "DRIVER={MariaDB Unicode};SOCKET={" + socket.string() + "};UID={admin};DATABASE={" +
                                   database + "};CHARSET={utf8mb4}";
    if (!good(SQLDriverConnect(h.connection, nullptr, chars(parameters), SQL_NTS, nullptr, 0, nullptr,
                               SQL_DRIVER_NOPROMPT))) {
        throw std::runtime_error("MariaDB: " + words_of(SQL_HANDLE_DBC, h.connection));
    }
    SQLAllocHandle(SQL_HANDLE_STMT, h.connection, &h.statement);
    run("SET sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')");
}

void MariadbAdmin::run(std::string const& sql) {
    auto const code = SQLExecDirect(handles_->statement, chars(sql), static_cast<SQLINTEGER>(sql.size()));
    auto const words = good(code) ? "" : words_of(SQL_HANDLE_STMT, handles_->statement);
    SQLFreeStmt(handles_->statement, SQL_CLOSE);
    if (!good(code)) throw std::runtime_error(sql.substr(0, 200) + ": " + words);
}

bool MariadbAdmin::try_run(std::string const& sql, std::vector<std::optional<std::string>> const& parameters) {
    std::vector<SQLLEN> lengths(parameters.size());
    for (std::size_t at = 0; at < parameters.size(); ++at) {
        auto const& value = parameters[at];
        lengths[at] = value ? static_cast<SQLLEN>(value->size()) : SQL_NULL_DATA;
        SQLBindParameter(handles_->statement, static_cast<SQLUSMALLINT>(at + 1), SQL_PARAM_INPUT, SQL_C_BINARY,
                         SQL_VARBINARY, value ? value->size() + 1 : 1, 0, value ? chars(*value) : nullptr, lengths[at],
                         &lengths[at]);
    }
    auto const code = SQLExecDirect(handles_->statement, chars(sql), static_cast<SQLINTEGER>(sql.size()));
    SQLFreeStmt(handles_->statement, SQL_CLOSE);
    SQLFreeStmt(handles_->statement, SQL_RESET_PARAMS);
    return good(code);
}

std::vector<std::string> MariadbAdmin::values(std::string const& sql) {
    if (!good(SQLExecDirect(handles_->statement, chars(sql), static_cast<SQLINTEGER>(sql.size())))) {
        throw std::runtime_error(sql + ": " + words_of(SQL_HANDLE_STMT, handles_->statement));
    }
    std::vector<std::string> found;
    while (SQLFetch(handles_->statement) == SQL_SUCCESS) {
        char text[1024] = {};
        SQLLEN size = 0;
        SQLGetData(handles_->statement, 1, SQL_C_CHAR, text, sizeof text, &size);
        found.emplace_back(text);
    }
    SQLFreeStmt(handles_->statement, SQL_CLOSE);
    return found;
}

MariadbServer& MariadbServer::instance() {
    static MariadbServer server;
    return server;
}

MariadbServer::MariadbServer() : port_(free_port()) {
    auto const here = directory_.path().string();
    make_server_certificates(directory_, "localhost");
    directory_.run({"/usr/bin/mariadb-install-db", "--no-defaults", "--datadir=" + here + "/data",
                    "--auth-root-authentication-method=normal", "--skip-test-db"});
    std::ofstream(directory_.path() / "init.sql")
        << "CREATE USER admin@localhost;\nGRANT ALL ON *.* TO admin@localhost WITH GRANT OPTION;\n"
           "CREATE USER reader@'127.0.0.1' IDENTIFIED BY 'p''a\\\\s\"s w{o}rd;=';\n"
           "CREATE USER reader@localhost IDENTIFIED BY 'p''a\\\\s\"s w{o}rd;=';\n";
    process_ = std::make_unique<ServerProcess>(directory_,
                                               std::vector<std::string>{"/usr/sbin/mariadbd",
                                                                        "--no-defaults",
                                                                        "--datadir=" + here + "/data",
                                                                        "--socket=" + socket().string(),
                                                                        "--bind-address=127.0.0.1",
                                                                        "--port=" + std::to_string(port_),
                                                                        "--init-file=" + here + "/init.sql",
                                                                        "--pid-file=" + here + "/pid",
                                                                        "--ssl-cert=" + here + "/server.pem",
                                                                        "--ssl-key=" + here + "/server.key",
                                                                        "--ssl-ca=" + here + "/root.pem",
                                                                        "--innodb-flush-log-at-trx-commit=0",
                                                                        "--innodb-doublewrite=0",
                                                                        "--innodb-buffer-pool-size=32M",
                                                                        "--innodb-log-file-size=16M",
                                                                        "--skip-log-bin",
                                                                        "--performance-schema=off",
                                                                        "--skip-name-resolve",
                                                                        "--max-allowed-packet=64M",
                                                                        "--character-set-server=utf8mb4",
                                                                        "--collation-server=utf8mb4_general_ci"},
                                               SIGTERM);
    eventually("MariaDB answers", [&] {
        if (!process_->running()) throw std::runtime_error("MariaDB has ended");
        try {
            return !admin().values("SELECT 1").empty();
        } catch (std::runtime_error const&) {
            return false;
        }
    });
}

MariadbAdmin MariadbServer::admin(std::string const& database) const {
    return {socket(), database};
}

std::string MariadbServer::create_database() {
    std::string const name = "national_" + std::to_string(++databases_);
    auto connection = admin();
    connection.run("CREATE DATABASE " + name);
    connection.run("CREATE VIEW " + name + ".may_connect AS SELECT 1 AS one");
    connection.run("GRANT SELECT ON " + name + ".may_connect TO reader@'127.0.0.1'");
    return name;
}

OdbcSettings MariadbServer::settings(std::string const& database) const {
    OdbcSettings settings;
    settings.driver = "MariaDB Unicode";
    settings.user = user;
    settings.attributes = {{"SERVER", "127.0.0.1"},
                           {"PORT", std::to_string(port_)},
                           {"DATABASE", database},
                           {"SSLCA", (directory_.path() / "root.pem").string()}};
    return settings;
}

void MariadbServer::break_connections() const {
    auto connection = admin();
    for (auto const& id : connection.values("SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'reader'")) {
        connection.run("KILL CONNECTION " + id);
    }
    eventually("the connections are gone", [&] {
        return connection.values("SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'reader'").empty();
    });
}

void MariadbServer::freeze(bool frozen) const {
    if (frozen) {
        process_->freeze();
    } else {
        process_->thaw();
    }
}

}  // namespace casebridge::test
