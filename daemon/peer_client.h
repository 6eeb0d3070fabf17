// PeerClient: every outgoing HTTPS call to peers (libcurl multi, its own thread, one connection pool per peer).
//
// TLS 1.3 only; the peer's name `<node>.casebridge.internal` is verified against *that peer's* pinned root and nothing
// else, and a handshake with a certificate that is known to be revoked fails; redirects, proxies, cookies, compression
// and every protocol but HTTPS are off; sizes and times are capped.
#pragma once

#include "crypto/revocation.h"
#include "daemon/http.h"

#include <memory>

namespace casebridge {

struct PeerTarget {
    NodeId node;
    std::string host;  ///< where to connect (CURLOPT_CONNECT_TO)
    std::uint16_t port = 0;
    Certificate root;                                       ///< the pin: with former ones, all that is trusted
    std::shared_ptr<KnownRevocations const> revocations{};  ///< owners: the pin and whoever has a target; may be null
    std::vector<Certificate> former_roots{};                ///< whose chains count still
};

struct TlsClientIdentity {
    PrivateKey key;
    std::vector<Certificate> chain;
};

struct PeerCall {
    PeerTarget target;
    std::string method = "GET";
    std::string path;
    std::string content_type;
    Bytes body;
    std::map<std::string, std::string, std::less<>> headers{};  ///< of ours: names and values without line feeds
    std::size_t maximum_answer_bytes = 64 * 1024;
    std::chrono::milliseconds timeout{30'000};
};

class PeerClient {
public:
    /// `connections`: at most so many at once to one peer; further calls wait for one of them.
    explicit PeerClient(TlsClientIdentity identity, std::size_t connections = 4);
    ~PeerClient();  ///< as stop()
    PeerClient(PeerClient const&) = delete;
    PeerClient& operator=(PeerClient const&) = delete;

    /// `sent`: whether any byte of the request body may have left (for "possibly delivered").
    struct Answer {
        HttpResponse response;
    };
    struct Failure {
        Error error;  ///< `peer.unreachable`, `peer.tls_refused`, `peer.timeout`, `peer.answer_too_large`,
                      ///< `peer.cancelled`
        bool possibly_sent = false;
    };
    using Outcome = std::variant<Answer, Failure>;
    /// `done` is called once, on the client's thread; after stop() at once, with `peer.cancelled`.
    void call(PeerCall call, std::function<void(Outcome)> done);

    /// Cancels what is under way with `peer.cancelled`; when it returns, every `done` has been called. Idempotent; not
    /// from two threads at once, nor from `done`.
    void stop();

    /// Used from the next call on; existing connections are closed when idle.
    void replace_identity(TlsClientIdentity identity);
    /// Closes the pool of a removed peer and cancels its calls.
    void forget(NodeId const& node);

private:
    class Loop;
    std::unique_ptr<Loop> loop_;
};

}  // namespace casebridge
