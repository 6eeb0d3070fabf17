#include "network_fixture.h"

#include "crypto/openssl.h"
#include "policies/json.h"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace casebridge::test {

namespace {

constexpr std::chrono::seconds patience{10};

Timestamp now() {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

/// Boost.Test's own macros are for one thread only; clients run on several.
void require(bool success, char const* what) {
    if (!success) throw std::runtime_error(what);
}

/// Connected, with time limits on reading and writing.
int connected(int family, sockaddr const* address, socklen_t size) {
    int const socket = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    require(socket >= 0, "socket");
    timeval const limit{.tv_sec = patience.count(), .tv_usec = 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    require(::connect(socket, address, size) == 0, "connect");
    return socket;
}

/// OpenSSL writes without MSG_NOSIGNAL. For one thread and one moment, so that the code under test gets no such help.
class PipeSignalsIgnored {
public:
    PipeSignalsIgnored() {
        sigemptyset(&pipe_);
        sigaddset(&pipe_, SIGPIPE);
        ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }
    ~PipeSignalsIgnored() {
        timespec const at_once{};
        while (::sigtimedwait(&pipe_, nullptr, &at_once) > 0) continue;
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    PipeSignalsIgnored(PipeSignalsIgnored const&) = delete;
    PipeSignalsIgnored& operator=(PipeSignalsIgnored const&) = delete;

private:
    sigset_t pipe_{}, before_{};
};

int connected_tcp(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connected(AF_INET, reinterpret_cast<sockaddr const*>(&address), sizeof(address));
}

}  // namespace

Ministry const& thailand() {
    static Ministry const ministry = Ministry::create("th-msdhs", Suite::p256_sha256, now());
    return ministry;
}
Ministry const& cambodia() {
    static Ministry const ministry = Ministry::create("kh-mosvy", Suite::p256_sha256, now());
    return ministry;
}
Ministry const& laos() {
    static Ministry const ministry = Ministry::create("la-mlsw", Suite::p256_sha256, now());
    return ministry;
}

TlsServerIdentity server_identity(Ministry const& own, std::vector<Certificate> const& peer_roots) {
    return {.key = own.tls.key.duplicate(), .chain = own.chain(own.tls), .peer_roots = peer_roots};
}

bool eventually(std::function<bool()> const& condition) {
    auto const end = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

void Latch::open() {
    std::lock_guard const lock(mutex_);
    open_ = true;
    changed_.notify_all();
}

bool Latch::wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [this] { return open_; });
}

struct RawClient::State {
    int socket = -1;
    openssl::Handle<SSL_CTX, SSL_CTX_free> context;
    openssl::Handle<SSL, SSL_free> tls;
    std::string failure;
    std::string left_over;
    bool timed_out = false;
    int tickets = 0;

    ~State() {
        tls.reset();
        ::close(socket);
    }
    void note_failure() {
        // The words OpenSSL puts before an alert's name differ between its versions; the alert itself does not.
        auto const reason = ERR_GET_REASON(ERR_peek_error());
        auto const* const text = ERR_reason_error_string(ERR_peek_error());
        if (reason > SSL_AD_REASON_OFFSET && reason <= SSL_AD_REASON_OFFSET + 255)
            failure = "alert " + std::to_string(reason - SSL_AD_REASON_OFFSET);
        else
            failure = text != nullptr ? text : "no reason";
        ERR_clear_error();
    }
    int read(char* into, std::size_t size) {
        if (!tls) {
            auto const count = ::recv(socket, into, size, 0);
            timed_out = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
            return static_cast<int>(count);
        }
        PipeSignalsIgnored const ignored;
        ERR_clear_error();
        int const count = SSL_read(tls.get(), into, static_cast<int>(size));
        if (count > 0) return count;
        timed_out = SSL_get_error(tls.get(), count) == SSL_ERROR_WANT_READ;
        if (SSL_get_error(tls.get(), count) == SSL_ERROR_SSL) note_failure();
        return count;
    }
};

RawClient::RawClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
RawClient::~RawClient() = default;
RawClient::RawClient(RawClient&&) noexcept = default;

RawClient RawClient::over_unix(std::filesystem::path const& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
    auto state = std::make_unique<State>();
    state->socket = connected(AF_UNIX, reinterpret_cast<sockaddr const*>(&address), sizeof(address));
    return RawClient(std::move(state));
}

RawClient RawClient::over_tcp(std::uint16_t port) {
    auto state = std::make_unique<State>();
    state->socket = connected_tcp(port);
    return RawClient(std::move(state));
}

RawClient RawClient::over_tls(std::uint16_t port, Tls const& options) {
    auto state = std::make_unique<State>();
    state->socket = connected_tcp(port);
    state->context.reset(SSL_CTX_new(TLS_client_method()));
    auto* const context = state->context.get();
    if (options.only_tls_1_2) SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    if (options.identity != nullptr) {
        auto const& own = *options.identity;
        auto const& leaf = options.role == Role::tls ? own.tls : own.signing;
        require(SSL_CTX_use_certificate(context, leaf.certificate.raw()) == 1, "SSL_CTX_use_certificate");
        require(SSL_CTX_add1_chain_cert(context, own.issuing.certificate.raw()) == 1, "SSL_CTX_add1_chain_cert");
        require(SSL_CTX_use_PrivateKey(context, leaf.key.raw()) == 1, "SSL_CTX_use_PrivateKey");
    }
    if (options.server != nullptr) {
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context), options.server->root.certificate.raw());
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    }
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_set_app_data(context, state.get());
    SSL_CTX_sess_set_new_cb(context, [](SSL* tls, SSL_SESSION*) {
        ++static_cast<State*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(tls)))->tickets;
        return 0;
    });
    state->tls.reset(SSL_new(context));
    SSL_set_fd(state->tls.get(), state->socket);
    PipeSignalsIgnored const ignored;
    ERR_clear_error();
    if (SSL_connect(state->tls.get()) != 1) state->note_failure();
    return RawClient(std::move(state));
}

bool RawClient::send(std::string_view text) {
    if (state_->tls) {
        PipeSignalsIgnored const ignored;
        ERR_clear_error();
        return SSL_write(state_->tls.get(), text.data(), static_cast<int>(text.size())) > 0;
    }
    while (!text.empty()) {
        auto const sent = ::send(state_->socket, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

std::string RawClient::read_some() {
    if (!state_->left_over.empty()) return std::exchange(state_->left_over, {});
    std::array<char, 8192> buffer{};
    int const count = state_->read(buffer.data(), buffer.size());
    return {buffer.data(), static_cast<std::size_t>(std::max(count, 0))};
}

std::string RawClient::read_all() {
    std::string all;
    for (auto part = read_some(); !part.empty(); part = read_some()) all += part;
    return all;
}

std::string RawClient::read_answer() {
    static constexpr std::string_view length_name = "Content-Length: ";
    std::string answer;
    for (auto part = read_some(); !part.empty(); part = read_some()) {
        answer += part;
        auto const head_end = answer.find("\r\n\r\n");
        if (head_end == std::string::npos) continue;
        auto const length = answer.find(length_name);
        auto const size = length < head_end ? std::stoul(answer.substr(length + length_name.size())) : 0;
        auto const total = head_end + 4 + size;
        if (answer.size() < total) continue;
        state_->left_over = answer.substr(total);
        return answer.substr(0, total);
    }
    return answer;
}

bool RawClient::timed_out() const {
    return state_->timed_out;
}
std::string RawClient::tls_failure() const {
    return state_->failure;
}
int RawClient::tickets() const {
    return state_->tickets;
}

std::string outcome(std::string const& answer) {
    auto const body = answer.find("\r\n\r\n");
    if (!answer.starts_with("HTTP/1.1 ") || body == std::string::npos) return "no answer: " + answer;
    auto status = answer.substr(9, 3);
    if (answer.find("Content-Type: application/problem+json") > body) return status;
    auto const document = parse_json(std::string_view(answer).substr(body + 4));
    return status + ' ' + (document ? document->text_or("code") : "unreadable");
}

}  // namespace casebridge::test
