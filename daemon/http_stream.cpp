#include "daemon/http_stream.h"

#include "daemon/tls_context.h"

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

namespace casebridge {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

/// What both kinds share: everything but the handshake and the TLS layer.
template <typename Socket>
class SocketStream : public HttpStream {
public:
    void cut() final {
        error_code ignored;
        lowest().close(ignored);
    }
    void drain(Completion done) final {
        lowest().async_read_some(asio::buffer(waste_), [this, done = std::move(done)](error_code failure, std::size_t) {
            if (failure) return done(failure, 0);
            drain(done);
        });
    }
    [[nodiscard]] HttpCaller const& caller() const final { return caller_; }

protected:
    [[nodiscard]] virtual Socket& lowest() = 0;
    void finish_sending(Completion const& done) {
        error_code failure;
        lowest().shutdown(Socket::shutdown_send, failure);
        done(failure, 0);
    }
    HttpCaller caller_;

private:
    std::array<char, 4096> waste_{};
};

class TlsStream final : public SocketStream<asio::ip::tcp::socket> {
public:
    TlsStream(asio::ip::tcp::socket socket, SSL_CTX* shared)
        : context_(own(shared)), tls_(std::move(socket), context_) {
        error_code ignored;
        lowest().set_option(asio::ip::tcp::no_delay(true), ignored);
    }

    void handshake(Completion done) override {
        tls_.async_handshake(asio::ssl::stream_base::server, [this, done = std::move(done)](error_code failure) {
            if (!failure) caller_.tls_chain = verified_chain(tls_.native_handle());
            // SECURITY: no chain, no caller; OpenSSL gives none on resumption, which is off.
            if (!failure && caller_.tls_chain.empty()) failure = asio::error::access_denied;
            done(failure, 0);
        });
    }
    void read_some(asio::mutable_buffer into, Completion done) override { tls_.async_read_some(into, std::move(done)); }
    void write(asio::const_buffer from, Completion done) override { asio::async_write(tls_, from, std::move(done)); }
    void close_writing(Completion done) override {
        // Ends in an error where the other side still sends; close_notify is out in either case.
        tls_.async_shutdown([this, done = std::move(done)](error_code) { finish_sending(done); });
    }

private:
    static SSL_CTX* own(SSL_CTX* shared) {
        SSL_CTX_up_ref(shared);
        return shared;
    }
    asio::ip::tcp::socket& lowest() override { return tls_.next_layer(); }

    asio::ssl::context context_;
    asio::ssl::stream<asio::ip::tcp::socket> tls_;
};

class UnixStream final : public SocketStream<asio::local::stream_protocol::socket> {
public:
    UnixStream(asio::local::stream_protocol::socket socket, std::uint32_t uid) : socket_(std::move(socket)) {
        caller_.unix_uid = uid;
    }

    void handshake(Completion done) override {
        asio::post(socket_.get_executor(), [done = std::move(done)] { done({}, 0); });
    }
    void read_some(asio::mutable_buffer into, Completion done) override {
        socket_.async_read_some(into, std::move(done));
    }
    void write(asio::const_buffer from, Completion done) override { asio::async_write(socket_, from, std::move(done)); }
    void close_writing(Completion done) override {
        asio::post(socket_.get_executor(), [this, done = std::move(done)] { finish_sending(done); });
    }

private:
    asio::local::stream_protocol::socket& lowest() override { return socket_; }

    asio::local::stream_protocol::socket socket_;
};

}  // namespace

std::unique_ptr<HttpStream> make_tls_stream(asio::ip::tcp::socket socket, SSL_CTX* context) {
    return std::make_unique<TlsStream>(std::move(socket), context);
}

std::unique_ptr<HttpStream> make_unix_stream(asio::local::stream_protocol::socket socket, std::uint32_t uid) {
    return std::make_unique<UnixStream>(std::move(socket), uid);
}

}  // namespace casebridge
