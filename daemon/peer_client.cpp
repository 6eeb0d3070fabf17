#include "daemon/peer_client.h"

#include "daemon/peer_pool.h"

#include <algorithm>
#include <csignal>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace casebridge {

namespace {

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {
        if (number_ < 0) throw std::runtime_error("no descriptor for the peer client");
    }
    ~Descriptor() { ::close(number_); }
    Descriptor(Descriptor const&) = delete;
    Descriptor& operator=(Descriptor const&) = delete;
    [[nodiscard]] int number() const { return number_; }

private:
    int number_;
};

void start_curl_once() {
    static CURLcode const started = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (started != CURLE_OK) throw std::runtime_error("curl_global_init");
}

std::uint32_t epoll_events(int what) {
    std::uint32_t events = 0;
    if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) events |= EPOLLIN;
    if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) events |= EPOLLOUT;
    return events;
}

int curl_events(std::uint32_t events) {
    int bits = 0;
    if ((events & (EPOLLIN | EPOLLHUP)) != 0) bits |= CURL_CSELECT_IN;
    if ((events & EPOLLOUT) != 0) bits |= CURL_CSELECT_OUT;
    if ((events & EPOLLERR) != 0) bits |= CURL_CSELECT_ERR;
    return bits;
}

}  // namespace

/// Several multi handles on one thread: curl_multi_poll waits for one only, so sockets are watched by epoll.
class PeerClient::Loop {
public:
    Loop(TlsClientIdentity identity, std::size_t connections)
        : identity_(std::make_shared<TlsClientIdentity const>(std::move(identity))),
          connections_(connections),
          epoll_(::epoll_create1(EPOLL_CLOEXEC)),
          wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
        epoll_event event{.events = EPOLLIN, .data = {.fd = wake_.number()}};
        if (::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, wake_.number(), &event) != 0) {
            throw std::runtime_error("epoll_ctl");
        }
        thread_ = std::thread([this] { run(); });
    }
    ~Loop() { stop(); }
    Loop(Loop const&) = delete;
    Loop& operator=(Loop const&) = delete;

    void stop() {
        if (!thread_.joinable()) return;
        submit([this] { stopping_ = true; });
        thread_.join();
        std::vector<std::function<void()>> late;
        {
            std::lock_guard const lock(mutex_);
            ended_ = true;
            late.swap(submitted_);
        }
        for (auto const& work : late) work();
    }

    void submit(std::function<void()> work) {
        {
            std::unique_lock lock(mutex_);
            if (ended_) {
                lock.unlock();
                return work();
            }
            submitted_.push_back(std::move(work));
        }
        std::uint64_t const one = 1;
        [[maybe_unused]] auto const written = ::write(wake_.number(), &one, sizeof(one));
    }

    // From here on everything is on the client's thread; when that has ended, on the caller's.
    void start(PeerCall call, PeerCallDone done) {
        if (stopping_) return done(Failure{{ErrorKind::unavailable, "peer.cancelled", call.target.node.text()}, false});
        auto& pool = pool_for(call.target);
        pool.start(std::move(call), std::move(done));
    }
    void replace_identity(TlsClientIdentity identity) {
        identity_ = std::make_shared<TlsClientIdentity const>(std::move(identity));
        for (auto& pool : pools_) retired_.push_back(std::move(pool));
        pools_.clear();
    }
    void forget(NodeId const& node) {
        auto const is_of = [&node](auto const& pool) { return pool->node() == node; };
        std::vector<std::unique_ptr<PeerPool>> gone;  // cancels its calls when it goes, after the lists are sound again
        for (auto* list : {&pools_, &retired_}) {
            auto const first = std::stable_partition(list->begin(), list->end(), std::not_fn(is_of));
            std::move(first, list->end(), std::back_inserter(gone));
            list->erase(first, list->end());
        }
    }

private:
    PeerPool& pool_for(PeerTarget const& target) {
        auto const of_node = std::find_if(pools_.begin(), pools_.end(),
                                          [&target](auto const& pool) { return pool->node() == target.node; });
        if (of_node != pools_.end() && (*of_node)->serves(target)) return **of_node;
        if (of_node != pools_.end()) {
            retired_.push_back(std::move(*of_node));
            pools_.erase(of_node);
        }
        auto const number = ++last_pool_;
        auto watch = [this, number](curl_socket_t socket, int what) { this->watch(socket, what, number); };
        pools_.push_back(std::make_unique<PeerPool>(target, identity_, std::move(watch), number, connections_));
        return *pools_.back();
    }

    void watch(curl_socket_t socket, int what, std::uint64_t pool) {
        if (what == CURL_POLL_REMOVE) {
            // The socket may be closed already; then epoll has forgotten it by itself.
            ::epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, socket, nullptr);
            pool_of_socket_.erase(socket);
            return;
        }
        pool_of_socket_[socket] = pool;
        epoll_event event{.events = epoll_events(what), .data = {.fd = socket}};
        if (::epoll_ctl(epoll_.number(), EPOLL_CTL_MOD, socket, &event) == 0) return;
        ::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, socket, &event);
    }

    void run() {
        // With CURLOPT_NOSIGNAL curl leaves SIGPIPE to us, and OpenSSL writes without MSG_NOSIGNAL.
        sigset_t pipe{};
        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
        while (!stopping_) {
            std::array<epoll_event, 32> ready{};
            int const count = ::epoll_wait(epoll_.number(), ready.data(), static_cast<int>(ready.size()), wait_time());
            for (int index = 0; index < count; ++index) on_ready(ready[static_cast<std::size_t>(index)]);
            run_submitted();
            for_each_pool([now = std::chrono::steady_clock::now()](PeerPool& pool) {
                if (pool.deadline() && *pool.deadline() <= now) pool.advance(CURL_SOCKET_TIMEOUT, 0);
                pool.finish_ended();
            });
            std::erase_if(retired_, [](auto const& pool) { return pool->is_idle(); });
        }
        pools_.clear();
        retired_.clear();
    }

    template <typename Act>
    void for_each_pool(Act act) {
        for (auto const& pool : pools_) act(*pool);
        for (auto const& pool : retired_) act(*pool);
    }

    /// Milliseconds until the next deadline, rounded up; -1: none.
    [[nodiscard]] int wait_time() {
        std::optional<PeerPool::Time> first;
        for_each_pool([&first](PeerPool const& pool) {
            if (pool.deadline() && (!first || *pool.deadline() < *first)) first = pool.deadline();
        });
        if (!first) return -1;
        auto const left = std::chrono::ceil<std::chrono::milliseconds>(*first - std::chrono::steady_clock::now());
        return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
    }

    void on_ready(epoll_event const& event) {
        if (event.data.fd == wake_.number()) {
            std::uint64_t count = 0;
            [[maybe_unused]] auto const drained = ::read(wake_.number(), &count, sizeof(count));
            return;
        }
        // An earlier event of the same round may have closed this socket.
        auto const owner = pool_of_socket_.find(event.data.fd);
        if (owner == pool_of_socket_.end()) return;
        for_each_pool([&event, number = owner->second](PeerPool& pool) {
            if (pool.number() == number) pool.advance(event.data.fd, curl_events(event.events));
        });
    }

    void run_submitted() {
        std::vector<std::function<void()>> works;
        {
            std::lock_guard const lock(mutex_);
            works.swap(submitted_);
        }
        for (auto const& work : works) work();
    }

    std::shared_ptr<TlsClientIdentity const> identity_;  ///< owners: this, the pools and their transfers
    std::size_t const connections_;
    Descriptor epoll_;
    Descriptor wake_;
    std::map<curl_socket_t, std::uint64_t> pool_of_socket_;
    std::uint64_t last_pool_ = 0;
    std::vector<std::unique_ptr<PeerPool>> pools_;    ///< at most one a node
    std::vector<std::unique_ptr<PeerPool>> retired_;  ///< take no new calls; go when idle
    bool stopping_ = false;
    bool ended_ = false;  ///< there is no thread any more
    std::mutex mutex_;
    std::vector<std::function<void()>> submitted_;
    std::thread thread_;
};

PeerClient::PeerClient(TlsClientIdentity identity, std::size_t connections) {
    start_curl_once();
    loop_ = std::make_unique<Loop>(std::move(identity), connections);
}

PeerClient::~PeerClient() = default;

void PeerClient::stop() {
    loop_->stop();
}

void PeerClient::call(PeerCall call, std::function<void(Outcome)> done) {
    loop_->submit([loop = loop_.get(), call = std::move(call), done = std::move(done)] { loop->start(call, done); });
}

void PeerClient::replace_identity(TlsClientIdentity identity) {
    auto const next = std::make_shared<TlsClientIdentity>(std::move(identity));  // owner: the work, which is copyable
    loop_->submit([loop = loop_.get(), next] { loop->replace_identity(std::move(*next)); });
}

void PeerClient::forget(NodeId const& node) {
    loop_->submit([loop = loop_.get(), node] { loop->forget(node); });
}

}  // namespace casebridge
