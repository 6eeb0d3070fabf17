#include "daemon/http_server.h"

#include "daemon/http_connection.h"
#include "daemon/http_listener.h"
#include "daemon/tls_context.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <future>
#include <set>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

namespace casebridge {

namespace asio = boost::asio;

namespace {

constexpr std::size_t most_peer_addresses = 4096;

using Revocations = std::vector<std::shared_ptr<KnownRevocations const>>;  ///< owners: the pins, and TLS contexts

struct OpenConnection {
    std::shared_ptr<HttpConnection> connection;  ///< owners: see HttpConnection
    std::string address;
};

bool is_unproven(OpenConnection const& open) {
    return open.connection->caller().tls_chain.empty();
}

class Server final : public HttpServer {
public:
    Server(HttpLimits limits, HttpHandler handler, HttpObserver answered)
        : gate_(std::make_shared<HttpGate>(context_)),
          setup_{limits, std::move(handler), answered ? std::move(answered) : [](int) {}, gate_} {}
    ~Server() override {
        stop(std::chrono::milliseconds(0));
        gate_->shut();
    }
    Server(Server const&) = delete;
    Server& operator=(Server const&) = delete;

    Status start_tls(std::string const& host, std::uint16_t port, TlsServerIdentity const& identity);
    Status start_unix(std::filesystem::path const& path, unsigned mode);

    [[nodiscard]] std::uint16_t port() const override { return port_; }
    [[nodiscard]] std::size_t open_connections() const override { return open_; }
    Status replace_identity(TlsServerIdentity identity) override;
    void stop(std::chrono::milliseconds grace) override;

private:
    /// From here on everything but `stop` and the getters is on the server's thread.
    void run();
    [[nodiscard]] bool has_room(std::string const& address) const;
    /// Makes room if a connection of unproven identity can give way for it.
    [[nodiscard]] bool make_room(std::string const& address);
    [[nodiscard]] std::shared_ptr<HttpConnection> least_promising() const;
    [[nodiscard]] std::shared_ptr<HttpConnection> oldest_unproven_of(std::string const& address) const;
    /// Whether one more proven connection of this caller may stay.
    [[nodiscard]] bool admits(HttpCaller const& caller, std::string const& address);
    void add(std::unique_ptr<HttpStream> stream, std::string const& address);
    void cut_untrusted(std::vector<Certificate> const& roots, Revocations const& revocations);
    template <typename Act>
    void for_each_connection(Act act);

    asio::io_context context_{1};
    std::shared_ptr<HttpGate> gate_;  ///< owners: see HttpConnectionSetup
    HttpConnectionSetup setup_;
    TlsContext tls_;
    std::unique_ptr<HttpListener> listener_;
    std::map<std::uint64_t, OpenConnection> connections_;  ///< by age: the oldest first
    std::map<std::string, std::size_t> by_address_;
    std::set<std::string> peer_addresses_;  ///< a peer has proved itself there
    std::uint64_t next_connection_ = 0;

    std::uint16_t port_ = 0;
    std::atomic<std::size_t> open_ = 0;
    std::mutex stop_mutex_;
    std::mutex empty_mutex_;
    std::condition_variable empty_;
    std::thread thread_;
};

Status Server::start_tls(std::string const& host, std::uint16_t port, TlsServerIdentity const& identity) {
    ASSIGN_OR_RETURN(tls_, make_server_context(identity));
    auto const accept = [this](asio::ip::tcp::socket socket, std::string const& address) {
        if (make_room(address)) add(make_tls_stream(std::move(socket), tls_.get()), address);
    };
    ASSIGN_OR_RETURN(listener_, make_tcp_listener(context_, host, port, accept));
    port_ = listener_->port();
    run();
    return Done{};
}

Status Server::start_unix(std::filesystem::path const& path, unsigned mode) {
    auto const accept = [this](asio::local::stream_protocol::socket socket, std::uint32_t uid) {
        auto const address = "uid " + std::to_string(uid);
        if (has_room(address)) add(make_unix_stream(std::move(socket), uid), address);
    };
    ASSIGN_OR_RETURN(listener_, make_unix_listener(context_, path, mode, accept));
    run();
    return Done{};
}

void Server::run() {
    listener_->start();
    thread_ = std::thread([this] {
        auto const guard = asio::make_work_guard(context_);
        context_.run();
    });
}

bool Server::has_room(std::string const& address) const {
    auto const here = by_address_.find(address);
    std::size_t const count = here == by_address_.end() ? 0 : here->second;
    return connections_.size() < setup_.limits.connections && count < setup_.limits.connections_per_address;
}

/// Who gives way: first of the addresses no peer was ever seen at, then of the address with most handshakes under way,
/// then the oldest. A stranger would need the peer's own address to take the place of its handshake.
std::shared_ptr<HttpConnection> Server::least_promising() const {
    std::map<std::string_view, std::size_t> handshakes;
    for (auto const& [number, open] : connections_)
        if (is_unproven(open)) ++handshakes[open.address];
    std::shared_ptr<HttpConnection> found;  // owners: see HttpConnection
    std::pair<bool, std::size_t> worst;
    for (auto const& [number, open] : connections_) {
        if (!is_unproven(open)) continue;
        std::pair const rank{!peer_addresses_.contains(open.address), handshakes[open.address]};
        if (found && rank <= worst) continue;
        found = open.connection;
        worst = rank;
    }
    return found;
}

std::shared_ptr<HttpConnection> Server::oldest_unproven_of(std::string const& address) const {
    for (auto const& [number, open] : connections_)
        if (is_unproven(open) && open.address == address) return open.connection;
    return nullptr;
}

bool Server::make_room(std::string const& address) {
    auto const unproven = std::count_if(connections_.begin(), connections_.end(),
                                        [](auto const& entry) { return is_unproven(entry.second); });
    auto const here = by_address_.find(address);
    bool const address_full = here != by_address_.end() && here->second >= setup_.limits.connections_per_address;
    bool const full = static_cast<std::size_t>(unproven) >= setup_.limits.handshakes ||
                      connections_.size() >= setup_.limits.connections;
    auto const gives_way = address_full ? oldest_unproven_of(address) : full ? least_promising() : nullptr;
    if (gives_way) gives_way->cut();
    return has_room(address);
}

bool Server::admits(HttpCaller const& caller, std::string const& address) {
    if (caller.tls_chain.empty()) return true;
    if (peer_addresses_.size() >= most_peer_addresses) peer_addresses_.clear();
    peer_addresses_.insert(address);
    auto const& root = caller.tls_chain.back();
    std::size_t same = 0;  // the one that asks is among them
    for (auto const& [number, open] : connections_)
        if (!is_unproven(open) && open.connection->caller().tls_chain.back() == root) ++same;
    return same <= setup_.limits.connections_per_address;
}

void Server::add(std::unique_ptr<HttpStream> stream, std::string const& address) {
    auto const number = next_connection_++;
    HttpConnectionEvents events;
    events.proven = [this, address](HttpCaller const& caller) { return admits(caller, address); };
    events.closed = [this, number, address] {
        if (--by_address_[address] == 0) by_address_.erase(address);
        connections_.erase(number);
        std::lock_guard const lock(empty_mutex_);
        open_ = connections_.size();
        empty_.notify_all();
    };
    auto const connection = make_http_connection(context_, std::move(stream), setup_, std::move(events));
    connections_.emplace(number, OpenConnection{connection, address});
    ++by_address_[address];
    open_ = connections_.size();
    connection->start();
}

template <typename Act>
void Server::for_each_connection(Act act) {
    auto const now_open = connections_;  // acting on a connection may take it out of the list
    for (auto const& [number, open] : now_open) act(*open.connection);
}

void Server::cut_untrusted(std::vector<Certificate> const& roots, Revocations const& revocations) {
    for_each_connection([&](HttpConnection& connection) {
        auto const& chain = connection.caller().tls_chain;
        // A handshake under way was begun under the old trust store.
        bool const pinned = !chain.empty() && std::find(roots.begin(), roots.end(), chain.back()) != roots.end();
        bool const revoked =
            std::ranges::any_of(revocations, [&chain](auto const& known) { return known->revokes(chain); });
        if (!pinned || revoked) connection.cut();
    });
}

Status Server::replace_identity(TlsServerIdentity identity) {
    if (port_ == 0) return Error{ErrorKind::invalid, "http.bad_identity", "this server has no TLS"};
    ASSIGN_OR_RETURN(auto context, make_server_context(identity));
    auto const next = std::make_shared<TlsContext>(std::move(context));  // owner: the work below, which must be copied
    gate_->post([this, next, roots = std::move(identity.peer_roots), revocations = std::move(identity.revocations)] {
        tls_ = std::move(*next);
        cut_untrusted(roots, revocations);
    });
    return Done{};
}

void Server::stop(std::chrono::milliseconds grace) {
    std::lock_guard const stopping(stop_mutex_);
    if (!thread_.joinable()) return;
    std::promise<void> told;
    asio::post(context_, [this, &told] {
        listener_->stop();
        for_each_connection([](HttpConnection& connection) { connection.finish(); });
        told.set_value();
    });
    told.get_future().wait();
    {
        std::unique_lock lock(empty_mutex_);
        empty_.wait_for(lock, grace, [this] { return open_ == 0; });
    }
    asio::post(context_, [this] {
        for_each_connection([](HttpConnection& connection) { connection.cut(); });
        // What was cut still completes, with errors, before the loop comes to this.
        asio::post(context_, [this] { context_.stop(); });
    });
    thread_.join();
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::listen_tls(std::string const& host, std::uint16_t port,
                                                           TlsServerIdentity identity, HttpLimits limits,
                                                           HttpHandler handler, HttpObserver answered) {
    auto server = std::make_unique<Server>(limits, std::move(handler), std::move(answered));
    RETURN_IF_ERROR(server->start_tls(host, port, identity));
    return std::unique_ptr<HttpServer>(std::move(server));
}

Result<std::unique_ptr<HttpServer>> HttpServer::listen_unix(std::filesystem::path const& path, unsigned mode,
                                                            HttpLimits limits, HttpHandler handler,
                                                            HttpObserver answered) {
    auto server = std::make_unique<Server>(limits, std::move(handler), std::move(answered));
    RETURN_IF_ERROR(server->start_unix(path, mode));
    return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace casebridge
