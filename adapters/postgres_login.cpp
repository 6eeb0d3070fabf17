#include "adapters/postgres_login.h"

#include <algorithm>

#include <fcntl.h>
#include <libpq-fe.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace casebridge {
namespace {

using Clock = std::chrono::steady_clock;
using Connection = std::unique_ptr<PGconn, void (*)(PGconn*)>;

/// libpq keeps quiet about a password file that is not there; without this it would look in the home directory.
constexpr char const* no_file = "/nonexistent/casebridge";

Error unavailable(std::string const& detail) {
    return {ErrorKind::unavailable, "source.unavailable", "PostgreSQL: " + detail};
}

Status require_readable(std::filesystem::path const& path, bool secret) {
    if (path.empty()) return Done{};
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || ::access(path.c_str(), R_OK) != 0) {
        return Error{ErrorKind::not_found, "file.unreadable", path.string() + ": not there, or not ours to read"};
    }
    bool const ours = status.st_uid == ::geteuid() || status.st_uid == 0;
    if (secret && ((status.st_mode & 077U) != 0 || !ours)) {
        return Error{ErrorKind::invalid, "file.too_permissive",
                     path.string() + ": others may read or write it; chmod 600, owned by the daemon's user"};
    }
    return Done{};
}

/// The connection parameters, in libpq's two lists; with the password's only copy of ours, wiped at the end.
class Parameters {
public:
    Parameters(PostgresSettings const& settings, Secret const& password) : settings_(settings) {
        bool const local = settings.over_unix_socket();
        add("host", settings.host);
        add("hostaddr", settings.host_address);
        add("port", std::to_string(settings.port));
        add("dbname", settings.database);
        add("user", settings.user);
        add("application_name", settings.application_name);
        add("client_encoding", "UTF8");
        add("sslmode", local ? "disable" : "verify-full");
        add("sslrootcert", settings.root_certificate.string());
        add("sslcert", settings.client_certificate.empty() ? no_file : settings.client_certificate.string());
        add("sslkey", settings.client_key.empty() ? no_file : settings.client_key.string());
        add("ssl_min_protocol_version", "TLSv1.2");
        add("gssencmode", "disable");  // it would be tried before TLS, and its peer is not ours to name
        add("passfile", settings.password_file.empty() ? no_file : settings.password_file.string());
        // Bytes the server does not acknowledge end the connection; a server that acknowledges and says nothing is
        // what our own deadlines are for.
        add("tcp_user_timeout", std::to_string((settings.query_time_limit + std::chrono::seconds(5)).count()));
        auto bytes = to_bytes("");
        bytes.reserve(password.size() + 1);
        bytes.assign(password.reveal().begin(), password.reveal().end());
        bytes.push_back(0);
        password_ = Secret(std::move(bytes));
    }
    [[nodiscard]] PGconn* start() const {
        std::vector<char const*> names;
        std::vector<char const*> values;
        for (auto const& [name, value] : list_) {
            names.push_back(name);
            values.push_back(value.c_str());
        }
        if (password_.size() > 1) {
            names.push_back("password");
            values.push_back(reinterpret_cast<char const*>(password_.reveal().data()));
        }
        names.push_back(nullptr);
        values.push_back(nullptr);
        return PQconnectStartParams(names.data(), values.data(), 0);
    }

private:
    void add(char const* name, std::string value) {
        if (!value.empty()) list_.emplace_back(name, std::move(value));
    }
    PostgresSettings const& settings_;
    std::vector<std::pair<char const*, std::string>> list_;
    Secret password_;
};

/// With PQERRORS_SQLSTATE the server's refusal ends with its five characters.
std::string sqlstate_of(PGconn* connection) {
    std::string text = PQerrorMessage(connection);
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    if (text.size() < 6 || text[text.size() - 6] != ' ') return {};
    std::string state = text.substr(text.size() - 5);
    bool const plain = std::all_of(state.begin(), state.end(),
                                   [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
    return plain ? state : std::string();
}

/// By libpq's own words where they are the ones we know; the words themselves are not passed on.
std::string tls_trouble(PGconn* connection) {
    std::string_view const words = PQerrorMessage(connection);
    auto const say = [&](std::string_view part) { return words.find(part) != std::string_view::npos; };
    if (say("does not match host name")) return "the server's certificate is for another name than `host`";
    if (say("certificate verify failed")) return "the server's certificate was not issued under `root_certificate`";
    if (say("does not support SSL")) return "the server offers no TLS";
    if (say(" alert ")) return "the server refuses the certificate it is shown (client_certificate, its authority)";
    return "the TLS handshake failed (root_certificate, client_certificate, client_key, the server's own setting)";
}

Error refused(PostgresSettings const& settings, PGconn* connection, ConnStatusType stage) {
    auto const state = sqlstate_of(connection);
    auto const login = [&](std::string const& detail) {
        return Error{ErrorKind::invalid, "source.login_refused", "PostgreSQL: " + detail};
    };
    if (state == "28P01" || (state.empty() && PQconnectionUsedPassword(connection) != 0)) {
        return login("the password is not the right one for this login");
    }
    if (state == "28000") {
        return login(
            "SQLSTATE 28000: the server's pg_hba.conf has no line for this login from here, or its "
            "certificate or system user is another's");
    }
    if (state == "3D000") return login("there is no database of this name");
    if (state == "42501") {
        return {ErrorKind::unavailable, "source.not_permitted",
                "PostgreSQL: the login may not connect to this database; the script in packaging/sql/ grants it"};
    }
    if (!state.empty()) return unavailable("SQLSTATE " + state + " when connecting");
    if (PQconnectionNeedsPassword(connection) != 0) {
        return login("the server asks for a password, none is given (it belongs in " + settings.password_place + ")");
    }
    // In TLS 1.3 the server looks at the client's certificate when the client is through with the handshake.
    bool const of_tls = std::string_view(PQerrorMessage(connection)).find("SSL error") != std::string_view::npos;
    if (stage == CONNECTION_SSL_STARTUP || of_tls) {
        return {ErrorKind::unavailable, "source.tls_failed", "PostgreSQL: " + tls_trouble(connection)};
    }
    return unavailable("the server cannot be reached");
}

Status check_files(PostgresSettings const& settings) {
    RETURN_IF_ERROR(require_readable(settings.root_certificate, false));
    RETURN_IF_ERROR(require_readable(settings.client_certificate, false));
    RETURN_IF_ERROR(require_readable(settings.client_key, true));
    return require_readable(settings.password_file, true);
}

void say_nothing(void*, PGresult const*) {}  // libpq prints notices to stderr by itself

}  // namespace

bool wait_for_socket(int socket, Readiness readiness, std::chrono::milliseconds limit) {
    pollfd watched{socket, 0, 0};
    if (readiness != Readiness::writable) watched.events |= POLLIN;
    if (readiness != Readiness::readable) watched.events |= POLLOUT;
    auto const deadline = Clock::now() + limit;
    for (;;) {
        auto const left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        int const ready = ::poll(&watched, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
        if (ready > 0) return true;
        if (ready == 0 || errno != EINTR) return false;
    }
}

Result<pg_conn*> postgres_login(PostgresSettings const& settings, Secret const& password) {
    RETURN_IF_ERROR(check_files(settings));
    auto const bytes = password.reveal();
    if (std::ranges::find(bytes, 0) != bytes.end()) {
        return Error{ErrorKind::invalid, "source.login_refused", "PostgreSQL: the password holds a zero byte"};
    }
    Parameters const parameters(settings, password);
    Connection connection(parameters.start(), PQfinish);
    if (connection == nullptr) return unavailable("out of memory");
    PQsetErrorVerbosity(connection.get(), PQERRORS_SQLSTATE);
    PQsetNoticeReceiver(connection.get(), say_nothing, nullptr);
    auto const deadline = Clock::now() + settings.connect_time_limit;
    auto stage = PQstatus(connection.get());
    if (stage == CONNECTION_BAD) return refused(settings, connection.get(), stage);
    for (auto step = PGRES_POLLING_WRITING;;) {
        auto const left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        auto const readiness = step == PGRES_POLLING_READING ? Readiness::readable : Readiness::writable;
        if (!wait_for_socket(PQsocket(connection.get()), readiness, left)) {
            return unavailable("no answer within the connect time limit");
        }
        stage = PQstatus(connection.get());
        step = PQconnectPoll(connection.get());
        if (step == PGRES_POLLING_OK) break;
        if (step == PGRES_POLLING_FAILED) return refused(settings, connection.get(), stage);
    }
    if (PQsetnonblocking(connection.get(), 1) != 0) return unavailable("the connection was lost");
    return connection.release();
}

}  // namespace casebridge
