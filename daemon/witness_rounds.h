// Witness rounds: beside the work, every partner is asked to cosign our newest head, the statements about its keys are
// followed, and what it has seen of the others' logs is compared with what we have.
//
// A round begins each `witnessing.interval_seconds`, after `witnessing.leaves` leaves, and when it is woken. Partners
// are attended at the same time; who does not answer holds nobody up.
#pragma once

#include "daemon/peer_contact.h"
#include "daemon/recovery.h"

#include <condition_variable>
#include <thread>

namespace casebridge {

struct WitnessRoundsParts {
    Self const& self;
    Config const& config;
    Engine& engine;
    PeerRegistry& peers;
    PeerContact& contact;
    PeerClient& client;
    LogStanding& standing;
    Witness& witness;
    Recovery& recovery;
    Telemetry& telemetry;
};

class WitnessRounds {
public:
    explicit WitnessRounds(WitnessRoundsParts parts);
    ~WitnessRounds();  ///< as stop() and finish()
    WitnessRounds(WitnessRounds const&) = delete;
    WitnessRounds& operator=(WitnessRounds const&) = delete;

    void start();
    /// A round now.
    void wake();
    /// This partner has signed with a key that we do not know: which statements led to it?
    void follow_keys_soon(NodeId const& node);
    /// Starts nothing more.
    void stop();
    /// Waits for what is under way, which ends with its calls: after the client was stopped, before the pool is.
    void finish();
    /// How many partners were attended since the start; each round counts each once.
    [[nodiscard]] std::uint64_t attended() const { return attended_; }

private:
    void run();
    [[nodiscard]] bool enough_leaves() const;
    void begin_round();
    enum class What { all, keys };
    void start_attending(NodeId const& node, What what);
    void attend(NodeId const& node, What what);
    [[nodiscard]] bool are_keys_due(NodeId const& node);
    void follow_keys(Peer const& peer);
    void ask_for_cosignature(Peer const& peer);
    void hear_about_others(Peer const& peer);
    void hear_about(Peer const& teller, Peer const& log);
    void hear_growth(Peer const& teller, Peer const& log, Checkpoint const& held);
    Result<HttpResponse> get(Peer const& peer, std::string const& path, std::size_t most_bytes);

    WitnessRoundsParts parts_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool awake_ = true;
    bool stopping_ = false;
    std::set<NodeId> attending_;
    std::map<NodeId, What> again_;                                         ///< what came up meanwhile
    std::map<NodeId, std::chrono::steady_clock::time_point> followed_at_;  ///< when its statements were fetched
    std::uint64_t size_at_round_ = 0;
    std::size_t rotation_ = 0;  ///< whom the next round asks about first
    std::atomic<std::uint64_t> attended_ = 0;
    std::thread thread_;
    WorkerPool pool_;
};

}  // namespace casebridge
