#include "daemon/http_listener.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace casebridge {

namespace asio = boost::asio;
using boost::system::error_code;
using Unix = asio::local::stream_protocol;
using Tcp = asio::ip::tcp;

namespace {

constexpr std::chrono::milliseconds accept_pause{100};

Error cannot_listen(std::string const& where, std::string const& why) {
    return {ErrorKind::unavailable, "http.cannot_listen", where + ": " + why};
}

template <typename Protocol>
class Listener : public HttpListener {
public:
    explicit Listener(asio::io_context& context) : acceptor_(context), pause_(context) {}
    void start() override { accept(); }
    void stop() override {
        error_code ignored;
        acceptor_.close(ignored);
        pause_.cancel();
    }
    [[nodiscard]] std::uint16_t port() const override { return 0; }

    typename Protocol::acceptor& acceptor() { return acceptor_; }

protected:
    virtual void accepted(typename Protocol::socket socket) = 0;

private:
    void accept() {
        acceptor_.async_accept([this](error_code failure, typename Protocol::socket socket) {
            if (!acceptor_.is_open() || failure == asio::error::operation_aborted) return;
            if (!failure) accepted(std::move(socket));
            if (!failure || failure == asio::error::connection_aborted) return accept();
            // Out of descriptors or memory: the connection stays in the backlog, so trying at once would only spin.
            pause_.expires_after(accept_pause);
            pause_.async_wait([this](error_code cancelled) {
                if (!cancelled) accept();
            });
        });
    }

    typename Protocol::acceptor acceptor_;
    asio::steady_timer pause_;
};

/// One household of addresses counts as one: whoever has an IPv6 address has 2^64 of them.
std::string counted_address(asio::ip::address const& address) {
    if (address.is_v4()) return address.to_string();
    auto const v6 = address.to_v6();
    auto bytes = v6.to_bytes();
    if (v6.is_v4_mapped()) {
        return asio::ip::address_v4({bytes[12], bytes[13], bytes[14], bytes[15]}).to_string();
    }
    std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
    return asio::ip::address_v6(bytes).to_string();
}

class TcpListener final : public Listener<Tcp> {
public:
    TcpListener(asio::io_context& context, TcpAccepted accepted) : Listener(context), accepted_(std::move(accepted)) {}

    Status bind(std::string const& host, std::uint16_t port) {
        error_code failure;
        auto const address = asio::ip::make_address(host, failure);
        if (failure) return cannot_listen(host, "not an IP address");
        Tcp::endpoint const endpoint(address, port);
        acceptor().open(endpoint.protocol(), failure);
        if (!failure) acceptor().set_option(Tcp::acceptor::reuse_address(true), failure);
        if (!failure) acceptor().bind(endpoint, failure);
        if (!failure) acceptor().listen(asio::socket_base::max_listen_connections, failure);
        if (!failure) port_ = acceptor().local_endpoint(failure).port();
        if (failure) return cannot_listen(host + " port " + std::to_string(port), failure.message());
        return Done{};
    }
    [[nodiscard]] std::uint16_t port() const override { return port_; }

private:
    void accepted(Tcp::socket socket) override {
        error_code failure;
        auto const peer = socket.remote_endpoint(failure);
        if (!failure) accepted_(std::move(socket), counted_address(peer.address()));
    }

    TcpAccepted accepted_;
    std::uint16_t port_ = 0;
};

/// Only a refused connection shows that a socket is dead; a full backlog must not block us.
bool somebody_listens(std::string const& name) {
    int const probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (probe < 0) return true;
    Unix::endpoint const endpoint(name);
    bool const dead =
        ::connect(probe, endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0 && errno == ECONNREFUSED;
    ::close(probe);
    return !dead;
}

class UnixListener final : public Listener<Unix> {
public:
    UnixListener(asio::io_context& context, std::filesystem::path path, UnixAccepted accepted)
        : Listener(context), path_(std::move(path)), accepted_(std::move(accepted)) {}

    Status bind(unsigned mode) {
        auto const name = path_.string();
        if (name.size() >= sizeof(sockaddr_un::sun_path)) return cannot_listen(name, "path is too long for a socket");
        RETURN_IF_ERROR(remove_stale());
        error_code failure;
        acceptor().open(Unix(), failure);
        if (!failure) acceptor().bind(Unix::endpoint(name), failure);
        if (failure) return cannot_listen(name, failure.message());
        // SECURITY: until it listens nobody can connect, so the umask of the moment does not matter.
        if (::chmod(name.c_str(), mode) != 0) return cannot_listen(name, std::strerror(errno));
        acceptor().listen(asio::socket_base::max_listen_connections, failure);
        if (failure) return cannot_listen(name, failure.message());
        struct stat own {};
        if (::lstat(name.c_str(), &own) == 0) inode_ = own.st_ino;
        return Done{};
    }
    void stop() override {
        Listener::stop();
        struct stat found {};
        if (inode_ != 0 && ::lstat(path_.c_str(), &found) == 0 && found.st_ino == inode_) ::unlink(path_.c_str());
        inode_ = 0;
    }

private:
    Status remove_stale() {
        struct stat found {};
        if (::lstat(path_.c_str(), &found) != 0) return Done{};
        if (!S_ISSOCK(found.st_mode)) return cannot_listen(path_.string(), "there is something else than a socket");
        if (somebody_listens(path_.string())) {
            return Error{ErrorKind::conflict, "http.socket_in_use", path_.string()};
        }
        ::unlink(path_.c_str());
        return Done{};
    }
    void accepted(Unix::socket socket) override {
        ucred peer{};
        socklen_t size = sizeof(peer);
        if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return;
        accepted_(std::move(socket), peer.uid);
    }

    std::filesystem::path path_;
    UnixAccepted accepted_;
    ino_t inode_ = 0;
};

}  // namespace

Result<std::unique_ptr<HttpListener>> make_tcp_listener(asio::io_context& context, std::string const& host,
                                                        std::uint16_t port, TcpAccepted accepted) {
    auto listener = std::make_unique<TcpListener>(context, std::move(accepted));
    RETURN_IF_ERROR(listener->bind(host, port));
    return std::unique_ptr<HttpListener>(std::move(listener));
}

Result<std::unique_ptr<HttpListener>> make_unix_listener(asio::io_context& context, std::filesystem::path const& path,
                                                         unsigned mode, UnixAccepted accepted) {
    auto listener = std::make_unique<UnixListener>(context, path, std::move(accepted));
    RETURN_IF_ERROR(listener->bind(mode));
    return std::unique_ptr<HttpListener>(std::move(listener));
}

}  // namespace casebridge
