// A byte stream under an HTTP connection: TLS over TCP, or a Unix socket. Private to daemon/: includes Asio.
//
// All on the server's thread; completions never run inside the call that started them. `cut` ends every operation
// under way with an error.
#pragma once

#include "daemon/http.h"

#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <openssl/ssl.h>

namespace casebridge {

class HttpStream {
public:
    using Completion = std::function<void(boost::system::error_code, std::size_t)>;

    virtual ~HttpStream() = default;
    /// TLS handshake; nothing on a Unix socket.
    virtual void handshake(Completion done) = 0;
    virtual void read_some(boost::asio::mutable_buffer into, Completion done) = 0;
    virtual void write(boost::asio::const_buffer from, Completion done) = 0;
    /// Says that nothing more will be written (close_notify, FIN).
    virtual void close_writing(Completion done) = 0;
    /// Reads and drops whatever still comes, below TLS, until the other side closes.
    virtual void drain(Completion done) = 0;
    virtual void cut() = 0;
    /// Complete after the handshake.
    [[nodiscard]] virtual HttpCaller const& caller() const = 0;
};

std::unique_ptr<HttpStream> make_tls_stream(boost::asio::ip::tcp::socket socket, SSL_CTX* context);
std::unique_ptr<HttpStream> make_unix_stream(boost::asio::local::stream_protocol::socket socket, std::uint32_t uid);

}  // namespace casebridge
