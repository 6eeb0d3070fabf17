// A listening socket: accepts for ever, backs off when the process has no descriptors left. Private to daemon/.
#pragma once

#include "crypto/result.h"

#include <filesystem>
#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

namespace casebridge {

class HttpListener {
public:
    virtual ~HttpListener() = default;
    virtual void start() = 0;
    virtual void stop() = 0;
    [[nodiscard]] virtual std::uint16_t port() const = 0;
};

/// The address is what connections are counted by: an IPv4 address, or the /64 of an IPv6 address.
using TcpAccepted = std::function<void(boost::asio::ip::tcp::socket, std::string const& address)>;
/// `uid`: SO_PEERCRED.
using UnixAccepted = std::function<void(boost::asio::local::stream_protocol::socket, std::uint32_t uid)>;

/// `host` is an IP address. Errors: `http.cannot_listen`.
Result<std::unique_ptr<HttpListener>> make_tcp_listener(boost::asio::io_context& context, std::string const& host,
                                                        std::uint16_t port, TcpAccepted accepted);
/// Takes the place of a socket nobody listens on; removes its own socket when it stops.
/// Errors: `http.socket_in_use`, `http.cannot_listen`.
Result<std::unique_ptr<HttpListener>> make_unix_listener(boost::asio::io_context& context,
                                                         std::filesystem::path const& path, unsigned mode,
                                                         UnixAccepted accepted);

}  // namespace casebridge
