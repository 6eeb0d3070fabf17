// Wire: a TLS connection to a daemon that says exactly the bytes it is told, from whichever loopback address.
#pragma once

#include "daemon/identity_directory.h"

#include <chrono>
#include <optional>

#include <openssl/ssl.h>

namespace casebridge::test {

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
