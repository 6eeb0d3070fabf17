// Log standing: how this node's own log stands with its partners, and what may therefore leave.
//
//   compared ── each partner's record of our log was looked at since this process started, before anything went to it
//   cosigned ── partners countersigned a head of ours; without a new one for `witnessing.stale_hours` no case data
//               leaves
//   frozen   ── a partner holds a later head than ours (`log.behind`: an older store was restored) or one that ours
//               does not fit (`log.forked`), or one under a key that followed ours (`log.key_retired`: an older
//               identity was restored): nothing is done any more that the log would record
//
// SPEC transparency-log 6.3, the restart rule: whoever is behind what it signed does not sign.
#pragma once

#include "daemon/config.h"
#include "daemon/leaf_upload.h"
#include "daemon/log_desk.h"
#include "daemon/witness.h"

namespace casebridge {

struct LogStandingParts {
    Self const& self;
    Config const& config;
    Engine& engine;
    PeerRegistry& peers;
    PeerClient& client;
    LogDesk& log;
    WorkerPool& pool;
    Telemetry& telemetry;
    ClockGuard const& clock;
};

/// Why the log is frozen; empty or none: it is not.
inline constexpr std::string_view frozen_setting = "log.frozen";

class LogStanding {
public:
    using OnDone = std::function<void(Status const&)>;

    explicit LogStanding(LogStandingParts parts);
    /// What the store holds; before anything else.
    Status load();
    /// Called when a partner cosigned with a key that we do not know, on any thread.
    void on_unknown_key(std::function<void(NodeId const&)> told) { unknown_key_ = std::move(told); }
    /// Called after a cosignature came in, or a partner's record was compared.
    void on_change(std::function<void()> told) { changed_ = std::move(told); }

    /// Before something leaves for `node`: its record of our log has been compared, and a fresh cosignature was asked
    /// for if there is none. `done` on any thread. Errors: `log.behind`, `log.forked`, `peer.*` (it was not reached).
    void prepare(NodeId const& node, OnDone done);
    /// Errors: `log.not_witnessed`, `log.behind`, `log.forked`, `log.key_retired`, `log.recovering`,
    /// `log.withdrawals_unknown`. Whoever lets case data leave asks it.
    [[nodiscard]] Status require_witnessed() const;
    /// Errors: `log.behind`, `log.forked`, `log.key_retired`
    [[nodiscard]] Status require_whole() const;
    /// A partner showed what it holds of our log (a signed note of ours). One under a key that we do not know makes us
    /// ask it which statement of ours led there. Errors: `log.behind`, `log.forked`, `log.key_retired`.
    void on_record(NodeId const& by, std::string const& note, OnDone done);

    /// The log was brought forward: everything is compared anew. After set_waiting().
    void recovered();
    /// Until all of `waiting` have told what they know, after a recovery, no case data leaves; nor as long as
    /// `unknown`: a withdrawal was told of that names nobody this store knows.
    void set_waiting(std::set<NodeId> waiting, bool unknown);

    /// For the rounds: one partner, beside the work. `done` is always called.
    void compare(NodeId const& node, OnDone done);
    /// Tells the partner the hashes of our newest leaves, and asks for a cosignature under the newest head. Errors:
    /// `log.no_key`, `witness.*`, `peer.*`.
    void submit(NodeId const& node, OnDone done);
    [[nodiscard]] bool is_compared(NodeId const& node) const;
    /// Whether this partner is to be asked to cosign a log of so many leaves now.
    [[nodiscard]] bool is_due(NodeId const& node, std::uint64_t size) const;

    /// Our newest cosigned head with every cosignature under it, as a note; empty if there is none.
    [[nodiscard]] std::string cosigned_head() const;

    struct PartnerView {
        bool compared = false;
        std::optional<Cosignature> cosignature;
        std::string code;  ///< of the last attempt; empty if it worked
    };
    struct View {
        std::string frozen;  ///< code; empty: whole
        std::string frozen_detail;
        std::optional<Timestamp> cosigned_at;  ///< the newest
        Timestamp since;                       ///< what the time without a cosignature is counted from
        std::map<NodeId, PartnerView> partners;
        std::set<NodeId> waiting;  ///< to be asked what they know, after a recovery
    };
    [[nodiscard]] View view() const;

private:
    void ask_for_rotations(NodeId const& by, OnDone done);
    Status judge_rotations(NodeId const& by, PeerClient::Outcome const& outcome);
    void on_latest(NodeId const& node, PeerClient::Outcome outcome);
    void compared(NodeId const& node, Status const& outcome);
    // log_offer.cpp
    struct Offer {
        NodeId node;
        std::uint64_t old_size;  ///< that the partner has cosigned
        bool again;              ///< once more, should that be another size
        OnDone done;
    };
    void begin(Offer offer);
    void tell_leaves(Offer offer, std::uint64_t from, std::uint64_t end);
    void ask(Offer offer, std::uint64_t size);
    void on_cosignature(Offer offer, LogDesk::GrowthProof const& proof, PeerClient::Outcome outcome);
    void fail(Offer const& offer, Error const& error);
    Status take_cosignature(Peer const& peer, LogDesk::GrowthProof const& proof, HttpResponse const& response);
    Status freeze(std::string_view code, NodeId const& by, std::string const& what);
    [[nodiscard]] bool is_known_to_fit(NodeId const& by, std::string const& note) const;
    static Error failure_of(HttpResponse const& response, std::string_view code);
    void note_failure(NodeId const& node, std::string_view code);
    [[nodiscard]] std::optional<Timestamp> newest_cosignature() const;

    LogStandingParts parts_;
    LeafUpload upload_;
    std::function<void()> changed_ = [] {};
    std::function<void(NodeId const&)> unknown_key_ = [](NodeId const&) {};
    mutable std::mutex mutex_;
    std::optional<Error> frozen_;
    Timestamp since_{};
    std::set<NodeId> waiting_for_;      ///< after a recovery
    bool unknown_withdrawals_ = false;  ///< likewise
    std::map<NodeId, PartnerView> partners_;
    std::map<NodeId, std::vector<OnDone>> waiting_;  ///< for a comparison that is under way
    std::map<NodeId, std::string> fitting_;          ///< the last record each showed that ours fitted
    std::string cosigned_head_;
};

}  // namespace casebridge
