// An adversary's tools: an identity that the daemon has pinned, messages made at will, and TLS connections that say
// exactly the bytes they are told, from whichever loopback address.
#pragma once

#include "daemon/clock.h"
#include "daemon/identity_directory.h"
#include "policies/json.h"
#include "tests/faults/real_daemon.h"

#include <optional>

#include <openssl/ssl.h>

namespace casebridge::test {

/// A node with keys and no daemon: what it does is what a test makes it do.
class Adversary {
public:
    /// Makes an identity, is pinned by `daemon`, and signs the example agreement with it.
    Adversary(RealDaemon& daemon, std::string const& node, std::string office);

    [[nodiscard]] NodeId const& node() const { return identity_.node; }
    [[nodiscard]] NodeIdentity const& identity() const { return identity_; }
    /// The issuing authority, which stays with its ministry and may be abused by it.
    [[nodiscard]] KeyAndCertificate issuing() const;

    /// A valid message of this node to the daemon, as JSON, with a fresh id.
    [[nodiscard]] Json message() const;
    /// Signed by this node and sealed to the daemon.
    [[nodiscard]] Bytes sealed(Json const& message) const;
    [[nodiscard]] Bytes sealed_bytes(std::string const& payload) const;
    [[nodiscard]] Bytes sealed_bytes(std::string const& payload, Signer const& signer) const;

private:
    RealDaemon& daemon_;
    std::string office_;
    NodeIdentity identity_;
    Digest agreement_;
};

/// One TCP connection to the daemon, perhaps with TLS on it. Every wait has an end.
class Wire {
public:
    explicit Wire(std::uint16_t port, std::string const& source = "127.0.0.1");
    ~Wire();
    Wire(Wire&& other) noexcept;
    Wire& operator=(Wire&&) = delete;

    /// `identity` null: no client certificate. False if the handshake fails on this side.
    bool handshake(NodeIdentity const* identity, int newest_version = TLS1_3_VERSION);
    bool handshake(std::vector<Certificate> const& chain, PrivateKey const& key, int newest_version = TLS1_3_VERSION);
    /// False if the connection is gone.
    bool send(std::string_view bytes);
    bool send_raw(std::string_view bytes);
    /// "200", "403 message.wrong_signer", "closed" (without an answer), "nothing" (after `patience`).
    std::string answer(std::chrono::milliseconds patience = std::chrono::seconds(20));
    /// Of the last answer.
    [[nodiscard]] std::string const& body() const { return body_; }
    /// Whether the daemon closes it within the time.
    bool is_closed_within(std::chrono::milliseconds patience);
    [[nodiscard]] int descriptor() const { return socket_; }

private:
    bool start_tls(SSL_CTX* context);
    long receive(char* into, std::size_t size, std::chrono::milliseconds patience);

    int socket_ = -1;
    SSL* tls_ = nullptr;
    std::string body_;
};

/// The head and body of a POST of a message.
std::string post(ByteView sealed, std::string const& more_headers = "");
/// One message on a connection of its own.
std::string deliver(std::uint16_t port, NodeIdentity const& identity, Bytes const& sealed,
                    std::string const& source = "127.0.0.1");

}  // namespace casebridge::test
