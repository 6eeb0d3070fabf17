#include "tests/support/https_server.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <optional>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace casebridge::test {
namespace {

std::string decoded(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '%' && at + 2 < text.size()) {
            out += static_cast<char>(std::stoi(std::string(text.substr(at + 1, 2)), nullptr, 16));
            at += 2;
        } else {
            out += text[at];
        }
    }
    return out;
}

void read_target(std::string_view target, HttpsRequest& request) {
    auto const mark = target.find('?');
    request.path = std::string(target.substr(0, mark));
    if (mark == std::string_view::npos) return;
    auto query = target.substr(mark + 1);
    while (!query.empty()) {
        auto const pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), pair.size() + 1));
        auto const equals = std::min(pair.find('='), pair.size());
        auto const value = equals == pair.size() ? std::string_view() : pair.substr(equals + 1);
        request.query[decoded(pair.substr(0, equals))] = decoded(value);
    }
}

HttpsRequest read_head(std::string_view head) {
    HttpsRequest request;
    auto const line = head.substr(0, head.find("\r\n"));
    auto const first = line.find(' '), last = line.rfind(' ');
    request.method = std::string(line.substr(0, first));
    read_target(line.substr(first + 1, last - first - 1), request);
    for (head.remove_prefix(line.size() + 2); !head.empty();) {
        auto const header = head.substr(0, head.find("\r\n"));
        head.remove_prefix(std::min(head.size(), header.size() + 2));
        auto const colon = header.find(':');
        if (colon == std::string_view::npos) break;
        std::string name(header.substr(0, colon));
        std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
        auto const start = header.find_first_not_of(' ', colon + 1);
        request.headers[name] = start == std::string_view::npos ? "" : std::string(header.substr(start));
    }
    return request;
}

/// The next request; none when the other side has gone.
std::optional<HttpsRequest> read_request(SSL* tls, std::string& pending) {
    std::size_t end = 0;
    std::array<char, 4096> buffer{};
    auto const more = [&] {
        int const count = SSL_read(tls, buffer.data(), buffer.size());
        if (count > 0) pending.append(buffer.data(), static_cast<std::size_t>(count));
        return count > 0;
    };
    while ((end = pending.find("\r\n\r\n")) == std::string::npos) {
        if (!more()) return std::nullopt;
    }
    auto request = read_head(std::string_view(pending).substr(0, end + 2));
    pending.erase(0, end + 4);
    auto const length = request.headers.find("content-length");
    std::size_t const size = length == request.headers.end() ? 0 : std::stoul(length->second);
    while (pending.size() < size) {
        if (!more()) return std::nullopt;
    }
    request.body = pending.substr(0, size);
    pending.erase(0, size);
    return request;
}

}  // namespace

ServerCertificate::ServerCertificate(std::string const& name) {
    std::string const command = "cd '" + directory_.path().string() +
                                "' && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "
                                "key.pem -out cert.pem -days 2 -subj /CN=test -addext subjectAltName=" +
                                name + " >log 2>&1";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("openssl req failed");
}

bool HttpsConnection::write(std::string_view bytes) {
    while (!bytes.empty()) {
        int const count = SSL_write(tls_, bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 16)));
        if (count <= 0) {
            open_ = false;
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

void HttpsConnection::respond(int status, std::string_view body, std::map<std::string, std::string> const& headers) {
    std::string head = "HTTP/1.1 " + std::to_string(status) + " Status\r\nContent-Type: application/json\r\n";
    for (auto const& [name, value] : headers) head += name + ": " + value + "\r\n";
    if (status != 204) head += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    write(head + "\r\n" + std::string(body));
}

void HttpsConnection::drip(std::string_view bytes) {
    for (char const byte : bytes) {
        pollfd gone{SSL_get_fd(tls_), POLLIN | POLLRDHUP, 0};
        if (!write(std::string_view(&byte, 1)) || ::poll(&gone, 1, 50) > 0) break;
    }
    open_ = false;
}

HttpsServer::HttpsServer(ServerCertificate const& certificate, Handler handler, int newest_tls)
    : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free), handler_(std::move(handler)) {
    ::signal(SIGPIPE, SIG_IGN);  // a client that has gone is no reason to end the test
    SSL_CTX* const context = context_.get();
    if (newest_tls != 0) {
        SSL_CTX_set_security_level(context, 0);
        SSL_CTX_set_min_proto_version(context, 0);
        SSL_CTX_set_max_proto_version(context, newest_tls);
    }
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bool const ready =
        SSL_CTX_use_certificate_file(context, certificate.certificate().c_str(), SSL_FILETYPE_PEM) == 1 &&
        SSL_CTX_use_PrivateKey_file(context, certificate.key().c_str(), SSL_FILETYPE_PEM) == 1 &&
        ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 && ::listen(listener_, 64) == 0 &&
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    if (!ready) throw std::runtime_error("the test server cannot listen");
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
}

HttpsServer::~HttpsServer() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    {
        std::lock_guard lock(mutex_);
        for (int const socket : sockets_) ::shutdown(socket, SHUT_RDWR);
    }
    for (auto& connection : connections_) connection.join();
    ::close(listener_);
}

void HttpsServer::accept_all() {
    while (!stopping_) {
        int const socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) continue;
        std::lock_guard lock(mutex_);
        sockets_.push_back(socket);
        connections_.emplace_back([this, socket] { serve(socket); });
    }
}

void HttpsServer::serve(int socket) {
    std::unique_ptr<SSL, void (*)(SSL*)> const tls(SSL_new(context_.get()), SSL_free);
    SSL_set_fd(tls.get(), socket);
    if (SSL_accept(tls.get()) == 1) {
        HttpsConnection connection(tls.get());
        std::string pending;
        while (connection.open() && !stopping_) {
            auto const request = read_request(tls.get(), pending);
            if (!request) break;
            ++requests_;
            handler_(*request, connection);
        }
        SSL_shutdown(tls.get());
    }
    std::lock_guard lock(mutex_);
    sockets_.remove(socket);
    ::close(socket);
}

}  // namespace casebridge::test
