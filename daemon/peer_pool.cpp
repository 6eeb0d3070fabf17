#include "daemon/peer_pool.h"

#include <stdexcept>

namespace casebridge {

namespace {

Error const cancelled{ErrorKind::unavailable, "peer.cancelled", ""};

std::shared_ptr<PeerTransfer::Credentials const> make_credentials(PeerTarget const& target,
                                                                  std::shared_ptr<TlsClientIdentity const> identity) {
    return std::make_shared<PeerTransfer::Credentials const>(PeerTransfer::Credentials{
        std::move(identity), target.root.pem() + to_pem(target.former_roots), target.revocations});
}

bool revoke_the_same(std::shared_ptr<KnownRevocations const> const& one,
                     std::shared_ptr<KnownRevocations const> const& other) {
    static KnownRevocations const nothing({});
    return (one ? *one : nothing).revokes_as_much_as(other ? *other : nothing);
}

}  // namespace

PeerPool::PeerPool(PeerTarget target, std::shared_ptr<TlsClientIdentity const> identity, Watch watch,
                   std::uint64_t number, std::size_t connections)
    : target_(std::move(target)),
      credentials_(make_credentials(target_, std::move(identity))),
      watch_(std::move(watch)),
      number_(number),
      multi_(curl_multi_init()) {
    if (!multi_) throw std::runtime_error("curl_multi_init");
    auto const most_connections = static_cast<long>(connections);
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, &on_socket);
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, &on_timer);
    curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_.get(), CURLMOPT_PIPELINING, long{CURLPIPE_NOTHING});
    curl_multi_setopt(multi_.get(), CURLMOPT_MAX_HOST_CONNECTIONS, most_connections);
    curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, most_connections);
}

PeerPool::~PeerPool() {
    auto const left = std::exchange(transfers_, {});
    for (auto const& [handle, transfer] : left) {
        curl_multi_remove_handle(multi_.get(), handle);
        transfer->fail(cancelled);
    }
}

bool PeerPool::serves(PeerTarget const& target) const {
    return target.node == target_.node && target.host == target_.host && target.port == target_.port &&
           target.root == target_.root && target.former_roots == target_.former_roots &&
           revoke_the_same(target.revocations, target_.revocations);
}

void PeerPool::start(PeerCall call, PeerCallDone done) {
    auto transfer = std::make_unique<PeerTransfer>(std::move(call), std::move(done), credentials_);
    if (auto error = transfer->prepare()) return transfer->fail(*std::move(error));
    auto* const handle = transfer->handle();
    if (curl_multi_add_handle(multi_.get(), handle) != CURLM_OK) {
        return transfer->fail({ErrorKind::internal, "peer.failed", "curl refused the call"});
    }
    transfers_.emplace(handle, std::move(transfer));
}

void PeerPool::advance(curl_socket_t socket, int events) {
    if (socket == CURL_SOCKET_TIMEOUT) deadline_.reset();
    int running = 0;
    curl_multi_socket_action(multi_.get(), socket, events, &running);
}

void PeerPool::finish_ended() {
    int left = 0;
    while (auto const* message = curl_multi_info_read(multi_.get(), &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        // Copied: removing the handle frees the message.
        auto* const handle = message->easy_handle;
        auto const result = message->data.result;
        curl_multi_remove_handle(multi_.get(), handle);
        auto const ended = transfers_.extract(handle);
        if (!ended.empty()) ended.mapped()->finish(result);
    }
}

int PeerPool::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
    static_cast<PeerPool*>(self)->watch_(socket, what);
    return 0;
}

int PeerPool::on_timer(CURLM*, long milliseconds, void* self) {
    auto& deadline = static_cast<PeerPool*>(self)->deadline_;
    deadline.reset();
    if (milliseconds >= 0) deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
    return 0;
}

}  // namespace casebridge
