// HttpsServer: a small HTTPS server on loopback that tests make behave well or badly, down to single bytes.
#pragma once

#include "tests/support/temporary_directory.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

struct ssl_st;
struct ssl_ctx_st;

namespace casebridge::test {

/// A self-signed certificate with its key, both as PEM files: server and root in one.
class ServerCertificate {
public:
    /// `name`: e.g. "DNS:localhost". Throws if the openssl command fails.
    explicit ServerCertificate(std::string const& name = "DNS:localhost");
    [[nodiscard]] std::filesystem::path certificate() const { return directory_.path() / "cert.pem"; }
    [[nodiscard]] std::filesystem::path key() const { return directory_.path() / "key.pem"; }

private:
    TemporaryDirectory directory_;
};

struct HttpsRequest {
    std::string method, path;
    std::map<std::string, std::string> query;    ///< decoded
    std::map<std::string, std::string> headers;  ///< names in small letters
    std::string body;
};

/// One connection, in the thread that serves it.
class HttpsConnection {
public:
    explicit HttpsConnection(ssl_st* tls) : tls_(tls) {}
    /// Raw bytes; false if the other side has gone.
    bool write(std::string_view bytes);
    void respond(int status, std::string_view body = "", std::map<std::string, std::string> const& headers = {});
    /// Nothing more will be read from it.
    void close() { open_ = false; }
    [[nodiscard]] bool open() const { return open_; }
    /// Writes a byte now and then until the other side goes; false at once if it has gone.
    void drip(std::string_view bytes);

private:
    friend class HttpsServer;
    ssl_st* tls_;
    bool open_ = true;
};

class HttpsServer {
public:
    using Handler = std::function<void(HttpsRequest const&, HttpsConnection&)>;

    /// `newest_tls`: e.g. TLS1_1_VERSION; 0 for whatever OpenSSL has.
    HttpsServer(ServerCertificate const& certificate, Handler handler, int newest_tls = 0);
    ~HttpsServer();
    HttpsServer(HttpsServer const&) = delete;
    HttpsServer& operator=(HttpsServer const&) = delete;

    [[nodiscard]] std::string url() const { return "https://localhost:" + std::to_string(port_); }
    [[nodiscard]] std::size_t requests() const { return requests_; }

private:
    void accept_all();
    void serve(int socket);

    std::unique_ptr<ssl_ctx_st, void (*)(ssl_ctx_st*)> context_;
    Handler handler_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stopping_ = false;
    std::atomic<std::size_t> requests_ = 0;
    std::mutex mutex_;
    std::list<int> sockets_;
    std::list<std::thread> connections_;
    std::thread acceptor_;
};

}  // namespace casebridge::test
