// The connections to one peer: a libcurl multi handle of its own, driven by sockets. Private to daemon/: includes curl.
//
// Guarantees: nothing (connection, name, session) is shared with another peer's pool. All on the client's thread.
#pragma once

#include "daemon/peer_transfer.h"

#include <map>
#include <optional>

namespace casebridge {

class PeerPool {
public:
    using Time = std::chrono::steady_clock::time_point;
    /// `watch(socket, what)`: tells the loop which readiness of a socket to wait for (CURL_POLL_*).
    using Watch = std::function<void(curl_socket_t, int)>;

    PeerPool(PeerTarget target, std::shared_ptr<TlsClientIdentity const> identity, Watch watch, std::uint64_t number,
             std::size_t connections);
    /// Cancels what is under way with `peer.cancelled`.
    ~PeerPool();
    PeerPool(PeerPool const&) = delete;
    PeerPool& operator=(PeerPool const&) = delete;

    /// Whether connections made for this pool may serve the target: same node, address and pin.
    [[nodiscard]] bool serves(PeerTarget const& target) const;
    [[nodiscard]] NodeId const& node() const { return target_.node; }
    /// Tells pools of one node apart.
    [[nodiscard]] std::uint64_t number() const { return number_; }
    [[nodiscard]] bool is_idle() const { return transfers_.empty(); }
    /// When curl wants `advance` to be called even if no socket is ready.
    [[nodiscard]] std::optional<Time> deadline() const { return deadline_; }

    void start(PeerCall call, PeerCallDone done);
    /// `events`: CURL_CSELECT_*; or CURL_SOCKET_TIMEOUT and 0.
    void advance(curl_socket_t socket, int events);
    /// Says the outcome of what has ended. Callers' functions run in here and may call the client again.
    void finish_ended();

private:
    struct FreeMulti {
        void operator()(CURLM* handle) const noexcept { curl_multi_cleanup(handle); }
    };
    static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*);
    static int on_timer(CURLM*, long milliseconds, void* self);

    PeerTarget target_;
    std::shared_ptr<PeerTransfer::Credentials const> credentials_;  ///< owners: see PeerTransfer
    Watch watch_;
    std::uint64_t number_;
    std::optional<Time> deadline_;
    std::map<CURL*, std::unique_ptr<PeerTransfer>> transfers_;
    std::unique_ptr<CURLM, FreeMulti> multi_;
};

}  // namespace casebridge
