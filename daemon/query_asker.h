// QueryAsker: an officer's question to a partner, kept until it is answered, and its answer.
#pragma once

#include "daemon/peer_client.h"
#include "daemon/peer_contact.h"
#include "daemon/sharing.h"
#include "daemon/witness.h"

#include <condition_variable>

namespace casebridge {

struct QueryAskerParts {
    Self const& self;
    Config const& config;
    Engine& engine;
    InstrumentsHolder& instruments;
    PeerRegistry& peers;
    PeerContact& contact;
    PeerClient& client;
    CryptoService& crypto;
    DiskReserve& reserve;
    WorkerPool& pool;
    Telemetry& telemetry;
    ClockGuard const& clock;
    Witness& witness;
};

struct AskRequest {
    OfficeId from;  ///< of ours: consents may name it
    Address to;
    Purpose purpose;
    SubjectReference subject;
    About about = About::summary;
};

/// A question, and the body of its answer if it tells something.
struct AskedQuery {
    AskedQueryRow row;
    std::optional<Json> body;
};

class QueryAsker {
public:
    explicit QueryAsker(QueryAskerParts parts) : parts_(parts) {}

    /// How long an answer can be fetched once it is due.
    static constexpr std::chrono::hours time_to_fetch{48};

    using DoneHandler = std::function<void(Result<AskedQuery>)>;

    // On worker threads; `done` may be called on any thread. What could not be answered now is no error: the row says
    // so, and `again` sends the same question once more.

    /// Errors: `query.unknown_office` (not one of ours), `peer.unknown`, `query.no_agreement` (none that both signed is
    /// in force and covers the purpose), `query.node_stops`, `clock.jumped`, `store.*`, and those of
    /// sealing.
    void ask(AskRequest const& request, Actor const& actor, DoneHandler done);
    /// The same question again, unless the answer is there already. Errors: `query.not_found`, `clock.jumped`.
    void again(MessageId const& id, Actor const& actor, DoneHandler done);
    /// Reading an answer is an act. Errors: `query.not_found`.
    Result<AskedQuery> read(MessageId const& id, Actor const& actor);

    /// Erases a few answers whose retention is over; in a transaction. Errors: `clock.*`, `store.*`.
    Status erase_expired(Store& store);
    /// Erases a few questions that expired long ago and need not be kept; in a transaction. Errors: `clock.jumped`,
    /// `store.*`.
    Status forget_expired(Store& store);

    /// Cancels what is under way and waits for it.
    void stop();

private:
    struct Call;
    using CallPtr = std::shared_ptr<Call>;  // owners: the closures of one call, one after another

    bool enter(NodeId const& node);
    void leave(NodeId const& node);
    void keep(CallPtr call, SealedMessage const& sealed, Actor const& actor);
    void seal_again(CallPtr call);
    void post(CallPtr call, ByteView sealed);
    void fetch_new_key(CallPtr call);
    void on_outcome(CallPtr call, PeerClient::Outcome outcome);
    void on_answer(CallPtr call, Result<OpenedEnvelope> opened);
    Result<ReceivedAnswer> checked(Call const& call, OpenedEnvelope const& opened) const;
    Result<AskedQuery> record(Store& store, AskedQueryRow row, std::optional<ReceivedAnswer::Told> const& told) const;
    void settle(CallPtr call, AskedState state, std::string code, std::optional<ReceivedAnswer::Told> told);
    Result<AskedQuery> load(Store& store, MessageId const& id) const;

    QueryAskerParts const parts_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopping_ = false;
    std::map<NodeId, int> under_way_;
};

}  // namespace casebridge
