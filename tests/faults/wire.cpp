#include "tests/faults/wire.h"

#include "policies/json.h"
#include "tests/support/check_code.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace casebridge::test {

namespace {

using namespace std::chrono_literals;

SSL_CTX* client_context(int newest_version) {
    SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_max_proto_version(context, newest_version);
    return context;
}

}  // namespace

Wire::Wire(std::uint16_t port, std::string const& source) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    std::signal(SIGPIPE, SIG_IGN);
    auto const address = [](std::string const& text, std::uint16_t number) {
        sockaddr_in result{.sin_family = AF_INET, .sin_port = htons(number), .sin_addr = {}, .sin_zero = {}};
        ::inet_pton(AF_INET, text.c_str(), &result.sin_addr);
        return result;
    };
    auto const from = address(source, 0), to = address("127.0.0.1", port);
    timeval const limit{20, 0};
    int const on = 1;
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::bind(socket_, reinterpret_cast<sockaddr const*>(&from), sizeof from) != 0 ||
        ::connect(socket_, reinterpret_cast<sockaddr const*>(&to), sizeof to) != 0)
        throw std::runtime_error("cannot connect to the daemon from " + source);
}

Wire::~Wire() {
    SSL_free(tls_);
    if (socket_ >= 0) ::close(socket_);
}

Wire::Wire(Wire&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), tls_(std::exchange(other.tls_, nullptr)) {}

bool Wire::start_tls(SSL_CTX* context) {
    tls_ = SSL_new(context);
    SSL_CTX_free(context);
    return SSL_set_fd(tls_, socket_) == 1 && SSL_connect(tls_) == 1;
}

bool Wire::handshake(NodeIdentity const* identity, int newest_version) {
    if (identity == nullptr) return start_tls(client_context(newest_version));
    return handshake(identity->tls_chain, identity->tls_key, newest_version);
}

bool Wire::handshake(std::vector<Certificate> const& chain, PrivateKey const& key, int newest_version) {
    SSL_CTX* const context = client_context(newest_version);
    SSL_CTX_use_certificate(context, chain.front().raw());
    for (std::size_t index = 1; index < chain.size(); ++index) SSL_CTX_add1_chain_cert(context, chain[index].raw());
    SSL_CTX_use_PrivateKey(context, key.raw());
    return start_tls(context);
}

bool Wire::send(std::string_view bytes) {
    return SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size())) == static_cast<int>(bytes.size());
}

bool Wire::send_raw(std::string_view bytes) {
    return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

/// 0: closed; -1: nothing came.
long Wire::receive(char* into, std::size_t size, std::chrono::milliseconds patience) {
    bool const buffered = tls_ != nullptr && SSL_pending(tls_) > 0;
    pollfd descriptor{socket_, POLLIN, 0};
    if (!buffered && ::poll(&descriptor, 1, static_cast<int>(patience.count())) == 0) return -1;
    auto const got = tls_ != nullptr ? SSL_read(tls_, into, static_cast<int>(size)) : ::recv(socket_, into, size, 0);
    return std::max<long>(got, 0);
}

std::string Wire::answer(std::chrono::milliseconds patience) {
    std::string text;
    std::size_t wanted = std::string::npos, body = 0;
    while (text.size() < wanted) {
        std::array<char, 4096> part{};
        auto const got = receive(part.data(), part.size(), patience);
        if (got < 0) return "nothing";
        if (got == 0) return "closed";
        text.append(part.data(), static_cast<std::size_t>(got));
        body = text.find("\r\n\r\n");
        if (wanted != std::string::npos || body == std::string::npos) continue;
        std::string head = text.substr(0, body);
        std::transform(head.begin(), head.end(), head.begin(), [](unsigned char c) { return std::tolower(c); });
        auto const length = head.find("content-length:");
        wanted = body + 4 + (length == std::string::npos ? 0 : std::stoul(head.substr(length + 15)));
    }
    body_ = text.substr(body + 4);
    auto const problem = parse_json(body_);
    auto const code = problem && problem->as_object() != nullptr ? ' ' + problem->text_or("code") : "";
    return text.substr(9, 3) + (code == " " ? "" : code);
}

bool Wire::is_closed_within(std::chrono::milliseconds patience) {
    auto const end = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < end) {
        std::array<char, 4096> part{};
        auto const left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        if (receive(part.data(), part.size(), std::max(left, 1ms)) == 0) return true;
    }
    return false;
}

std::string post(ByteView sealed, std::string const& more_headers) {
    return "POST /exchange/v1/messages HTTP/1.1\r\nHost: th-msdhs.casebridge.internal\r\n"
           "Content-Type: application/cms\r\nContent-Length: " +
           std::to_string(sealed.size()) + "\r\n" + more_headers + "\r\n" + to_text(sealed);
}

std::string deliver(std::uint16_t port, NodeIdentity const& identity, Bytes const& sealed, std::string const& source) {
    Wire wire(port, source);
    if (!wire.handshake(&identity) || !wire.send(post(sealed))) return "closed";
    return wire.answer();
}

}  // namespace casebridge::test
