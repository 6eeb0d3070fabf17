// HttpServer: the one HTTP/1.1 server class (Boost.Beast), used twice: TLS 1.3 with mandatory client certificate for
// peers, and a Unix socket for officers. Runs its own thread.
//
// Limits hold before any handler runs: handshake 5 s, head 5 s and 8 KiB, body size and minimum rate, connections per
// address, per peer and in total, idle keep-alive time. Where there is no room, a connection that has not proved who it
// is gives way, those first that come from where no peer ever came from; a proven one never does. Refused with
// problem+json: Content-Encoding, Transfer-Encoding other than one chunked, HTTP/1.0, upgrade, `Expect` other than
// 100-continue.
#pragma once

#include "crypto/envelope.h"
#include "daemon/http.h"

#include <filesystem>
#include <memory>

namespace casebridge {

struct HttpLimits {
    std::size_t header_bytes = 8 * 1024;
    std::size_t body_bytes = 1024 * 1024;
    std::chrono::milliseconds handshake{5000};
    std::chrono::milliseconds head{5000};
    std::size_t minimum_bytes_per_second = 1024;  ///< of a body, after a grace of 5 s
    std::chrono::milliseconds idle{60'000};       ///< between requests of one connection
    std::size_t connections = 1024;
    std::size_t connections_per_address = 64;  ///< and per peer, from whatever addresses
    std::size_t handshakes = 128;              ///< of `connections`, without a proven identity yet
};

/// TLS material of this node. The pins decide which roots a client may chain to.
struct TlsServerIdentity {
    PrivateKey key;
    std::vector<Certificate> chain;       ///< leaf first
    std::vector<Certificate> peer_roots;  ///< roots a client certificate may lead to
    /// What clients may not be any more. Owners: the pins, and TLS contexts.
    std::vector<std::shared_ptr<KnownRevocations const>> revocations{};
};

/// Told the status of every answer on the server's thread, also of those given before any handler.
using HttpObserver = std::function<void(int status)>;

class HttpServer {
public:
    /// Port 0 picks a free one (`port()`). Errors: `http.cannot_listen`, `http.bad_identity`.
    static Result<std::unique_ptr<HttpServer>> listen_tls(std::string const& host, std::uint16_t port,
                                                          TlsServerIdentity identity, HttpLimits limits,
                                                          HttpHandler handler, HttpObserver answered = {});
    /// Replaces a stale socket file; the socket gets `mode` (octal, e.g. 0660).
    static Result<std::unique_ptr<HttpServer>> listen_unix(std::filesystem::path const& path, unsigned mode,
                                                           HttpLimits limits, HttpHandler handler,
                                                           HttpObserver answered = {});
    virtual ~HttpServer() = default;

    [[nodiscard]] virtual std::uint16_t port() const = 0;
    /// New connections use this from now on (peer added or removed, leaf rotated); open connections whose client chain
    /// leads to a root that is no longer listed, or holds a certificate that is now revoked, are closed.
    virtual Status replace_identity(TlsServerIdentity identity) = 0;
    /// Stops accepting, lets running requests finish for at most `grace`, then closes. Idempotent.
    virtual void stop(std::chrono::milliseconds grace) = 0;
    /// Connections open now (for metrics and tests).
    [[nodiscard]] virtual std::size_t open_connections() const = 0;
};

}  // namespace casebridge
