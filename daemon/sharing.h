// Sharing: asks the four yeses about one case and one recipient, and turns a yes into a queued, sealed message.
//
// The same deliberation serves the officer's preview, the send, and the recheck at every delivery attempt.
#pragma once

#include "adapters/case_source.h"
#include "daemon/actor.h"
#include "daemon/clock_guard.h"
#include "daemon/config.h"
#include "daemon/crypto_service.h"
#include "daemon/disk_reserve.h"
#include "daemon/engine.h"
#include "daemon/exchange.h"
#include "daemon/instruments.h"
#include "daemon/telemetry.h"

namespace casebridge {

struct ShareRequest {
    CaseId case_id;
    Address to;
    Purpose purpose;
    std::string legal_basis;
    About about = About::summary;
    /// Disclosures to the same recipient for the same purpose whose place this one takes.
    std::vector<MessageId> replaces{};
};

/// {"identity":2,…}: for leaves and the disclosure register.
Json categories_json(std::map<std::string, int> const& categories);

/// A decision with all it points into. Lives on the heap and stays where it is.
struct Deliberation {
    SourcedCase sourced;
    std::vector<Consent> consents;
    std::uint64_t consent_epoch = 0;
    std::shared_ptr<Instruments const> instruments;  // owners: this and the holder of the current snapshot
    std::shared_ptr<PeerSnapshot const> peers;       // owners: this and the registry
    Timestamp now;
    std::optional<Decision> decision;

    Deliberation(SourcedCase s, Timestamp at) : sourced(std::move(s)), now(at) {}
    Deliberation(Deliberation const&) = delete;
    Deliberation& operator=(Deliberation const&) = delete;
};

/// What the store remembers of a release, to ask again at delivery (the content of `OutboxRow::request`).
struct ReleaseMemo {
    CaseId case_id;
    std::string legal_basis;
    std::string consent_id;
    Digest agreement;
    std::vector<ReleasedForm> released;

    [[nodiscard]] Bytes to_bytes() const;
    static Result<ReleaseMemo> parse(ByteView bytes);
};

/// The current instruments, swapped as a whole on reload.
class InstrumentsHolder {
public:
    [[nodiscard]] std::shared_ptr<Instruments const> get() const;
    void set(std::shared_ptr<Instruments const> instruments);

private:
    mutable std::mutex mutex_;
    std::shared_ptr<Instruments const> instruments_ = std::make_shared<Instruments const>();
};

/// A step of a procedure that a summary goes with: both leave, or neither.
struct Companion {
    MessageId summary;  ///< id that the summary is to have
    SubjectReference procedure;
    std::function<Status(Store&)> also;  ///< in the same transaction
};

struct Sent {
    MessageId message;
    SubjectReference subject;
    std::uint64_t sequence = 0;
};
struct Denied {
    std::vector<Reason> reasons;
};
using SendOutcome = std::variant<Sent, Denied>;

class Sharing {
public:
    /// `source` may be null: a node that only receives.
    Sharing(Self const& self, Config const& config, CaseSource* source, Engine& engine, InstrumentsHolder& instruments,
            PeerRegistry& peers, CryptoService& crypto, DiskReserve& reserve, Telemetry& telemetry,
            ClockGuard const& clock);

    // These block on the national database and the engine: for worker threads only.

    /// How the case is read: see CaseSource. The decision is made anew in any case.
    enum class Reading { anew, and_keep, again };
    /// The consents that the store holds for a case, and their epoch.
    struct StoredConsents {
        std::vector<Consent> consents;
        std::uint64_t epoch = 0;
    };
    /// On the engine's thread.
    static Result<StoredConsents> stored_consents(Store& store, CaseId const& id);
    /// Errors: `source.*`, `sharing.no_case_source`, `peer.unknown`, `clock.jumped`, `store.*`. A denial is no
    /// error.
    Result<std::unique_ptr<Deliberation>> deliberate(ShareRequest const& request, Reading reading = Reading::anew);
    /// `stored`: read for this question, and not earlier.
    Result<std::unique_ptr<Deliberation>> deliberate(ShareRequest const& request, Reading reading,
                                                     StoredConsents stored);

    /// Releases exactly the body whose digest the officer saw. A denial is recorded as a leaf before it is reported.
    /// Errors also: `send.preview_outdated`, `send.changed_meanwhile` (consent or policy changed while sealing),
    /// `store.reserve_reached` (nothing was asked or recorded).
    void send(ShareRequest const& request, Digest const& previewed, Actor const& actor,
              std::function<void(Result<SendOutcome>)> done, std::optional<Companion> companion = {});

    /// Records a preview or a refusal as an act of `actor`.
    Status record_deliberation(Deliberation const& deliberation, ShareRequest const& request, Actor const& actor,
                               std::string_view kind);

    /// Runs `use` with the case source; calls are one at a time. Errors: `sharing.no_case_source`, then `use`'s.
    template <typename T>
    Result<T> with_source(std::function<Result<T>(CaseSource&)> use) {
        if (source_ == nullptr)
            return Error{ErrorKind::unavailable, "sharing.no_case_source", "this node has no `field_map` configured"};
        std::lock_guard lock(source_mutex_);
        return use(*source_);
    }

    /// Called after each commit of a new outbox row.
    void on_queued(std::function<void()> wake) { wake_ = std::move(wake); }
    /// Called after a step of a procedure was delivered or has died.
    void on_step_settled(std::function<void()> wake) { step_settled_ = std::move(wake); }
    void queued() const { wake_(); }
    void step_settled() const { step_settled_(); }

private:
    struct Pending;
    Result<std::shared_ptr<Pending>> reserve(ShareRequest const& request, Deliberation& deliberation,
                                             std::optional<Companion> companion);
    void commit(std::shared_ptr<Pending> pending, Actor const& actor, SealedMessage sealed,
                std::function<void(Result<SendOutcome>)> done);

    Self const& self_;
    Config const& config_;
    CaseSource* source_;
    std::mutex source_mutex_;
    Engine& engine_;
    InstrumentsHolder& instruments_;
    PeerRegistry& peers_;
    CryptoService& crypto_;
    DiskReserve& reserve_;
    Telemetry& telemetry_;
    ClockGuard const& clock_;
    std::function<void()> wake_ = [] {}, step_settled_ = [] {};
};

}  // namespace casebridge
