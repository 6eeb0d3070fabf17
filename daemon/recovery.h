// Recovery: an older store was restored, and partners hold more of our log than it does (daemon/LOG.md, Recovery).
//
//   frozen ─ recover ─▶ the lost leaves' hashes come back from a partner's mirror, up to a head that we had signed
//        ─▶ each partner is asked what it knows: our withdrawals first, then what we told it, and it sends again what
//           it had sent us ─▶ whole
//
// INVARIANT: until every partner was asked, or an officer has said that one is not, no case data leaves: one of them
// may know of a withdrawal that this store has forgotten. Nor does it as long as one of them told of a withdrawal for
// somebody whom this store does not know by the reference: an officer has to find out who that is.
#pragma once

#include "daemon/duty_desk.h"
#include "daemon/log_standing.h"
#include "daemon/sharing.h"

namespace casebridge {

struct RecoveryParts {
    Self const& self;
    Config const& config;
    Engine& engine;
    PeerRegistry& peers;
    PeerClient& client;
    LogDesk& log;
    LogStanding& standing;
    DutyDesk& duties;
    Sharing& sharing;
    Telemetry& telemetry;
    ClockGuard const& clock;
};

class Recovery {
public:
    explicit Recovery(RecoveryParts parts) : parts_(parts) {}
    /// What the store holds of one that is under way.
    Status load();

    struct Plan {
        NodeId from;                       ///< whose mirror
        std::uint64_t size = 0;            ///< of our log now
        std::uint64_t common = 0;          ///< so many leaves both have
        std::uint64_t head = 0;            ///< of the head we had signed
        std::uint64_t moved = 0;           ///< of ours, behind those that come back
        std::optional<Timestamp> since{};  ///< when the last common leaf was written
    };
    /// Brings the log forward; with `dry_run` only says how. Blocks for seconds: on a worker. Errors:
    /// `recover.not_needed`, `log.key_retired` (the identity is older, too), `recover.no_partner` (none that holds more
    /// was reached), `log.inconsistent` (its mirror does not give the head we signed), `peer.*`.
    Result<Plan> recover(Actor const& actor, bool dry_run);
    /// This partner is not to be asked: it is gone for good, or it is known that it knows nothing. Errors:
    /// `recover.not_waiting`.
    Status skip(NodeId const& node, Actor const& actor);
    /// Whoever goes on for a partner is asked in its place. Errors: those of the store.
    Status succeed(NodeId const& old, NodeId const& successor);
    /// An officer has recorded anew the withdrawals that named nobody this store knows. Errors: `recover.not_waiting`.
    Status attest(Actor const& actor);
    /// {peer, subject, consent, purpose, sent_at} of each.
    [[nodiscard]] Json unknown_withdrawals() const;
    /// Asks this partner, if it is still to be asked. Blocks: for the rounds.
    void ask(NodeId const& node);

    /// What became of what partners told.
    struct Told {
        std::int64_t withdrawals = 0;    ///< consents that are withdrawn again
        std::int64_t register_rows = 0;  ///< what we had told, in the register again
        std::int64_t unknown = 0;        ///< about persons whom this store does not know by the reference
        std::int64_t sent_again = 0;     ///< what partners send once more
    };
    [[nodiscard]] Told told() const;

private:
    struct Report;
    /// What is still open of a recovery; kept in the store.
    struct Open {
        std::optional<Timestamp> since{};  ///< what partners are asked about begins here
        std::set<NodeId> waiting{};
        Json unknown = Json::array();  ///< withdrawals for nobody this store knows
        std::uint64_t recoveries = 0;  ///< since the process started; not kept

        [[nodiscard]] bool is_over() const { return waiting.empty() && unknown.as_array()->empty(); }
        [[nodiscard]] Json to_json() const;
        static Result<Open> parse(std::string const& text);
    };
    [[nodiscard]] Open open() const;
    /// One transaction: `work` and what it makes of what is open. One at a time: partners are asked side by side.
    Status change(std::function<Status(Store&, Open&)> const& work);

    Result<HttpResponse> call(Peer const& peer, std::string const& method, std::string const& path, Bytes body);
    Result<std::vector<Digest>> mirrored(Peer const& peer, std::uint64_t first, std::uint64_t end);
    Result<std::vector<std::pair<Peer, Checkpoint>>> furthest();
    Result<std::pair<Plan, std::vector<Digest>>> plan(Peer const& peer, Checkpoint const& head, std::uint64_t size);
    struct Planned {
        Plan plan;
        std::vector<Digest> hashes;
        Checkpoint head;
    };
    Result<Planned> plan_with_any(std::uint64_t size);

    // recovery_told.cpp: what a partner says.
    Status take(Peer const& peer, Json const& answer);
    Result<std::vector<Consent>> national_consents(NodeId const& peer, Report const& report);
    Status withdraw_again(Store& store, NodeId const& peer, Report const& report, std::vector<Consent> const& national,
                          Told& told, Json& unknown);
    Status register_again(Store& store, NodeId const& peer, Report const& report, Told& told);

    RecoveryParts parts_;
    std::mutex changing_;
    mutable std::mutex mutex_;  ///< of the rest
    Open open_;
    Told told_;
};

}  // namespace casebridge
