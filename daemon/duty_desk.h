// DutyDesk: what is owed because something was told. Withdrawals to everybody who was told, retractions of what is no
// longer so or no longer allowed, and the receipt for what a partner's withdrawal or retraction made us destroy.
//
//   officer withdraws ─ one transaction ─▶ consent withdrawn, our copies erased, a duty owed to each recipient
//        ─▶ signed, sealed ─▶ outbox (never expires) ─▶ their receipt: delivered ─▶ their erasure receipt: answered
//   a case or a rule changes ─ one transaction ─▶ a retraction owed; from then on as above
//   partner's withdrawal ─ one transaction ─▶ keys and bytes destroyed, the rest of the row stays, erasure receipt owed
//
// INVARIANT: what is owed is committed with what it is owed for; a crash loses neither. Sealing comes after, and again
// after a start.
#pragma once

#include "daemon/clock_guard.h"
#include "daemon/crypto_service.h"
#include "daemon/engine.h"
#include "daemon/exchange.h"
#include "daemon/peer_contact.h"
#include "daemon/telemetry.h"

#include <map>
#include <mutex>
#include <set>

namespace casebridge {

/// All outlive the desk.
struct DutyDeskParts {
    Self const& self;
    Engine& engine;
    PeerRegistry& peers;
    PeerContact& contact;
    CryptoService& crypto;
    Telemetry& telemetry;
    ClockGuard const& clock;
};

class DutyDesk {
public:
    explicit DutyDesk(DutyDeskParts parts) : parts_(parts) {}

    /// A recipient of a withdrawal, and how many of its messages and answers rest on the consent.
    struct Told {
        Address to;
        std::int64_t messages = 0;
    };

    /// What one duty asks one node to destroy: about one reference, told for one purpose.
    struct ToDestroy {
        Address to;
        Purpose purpose;
        SubjectReference subject;
        Digest agreement;
        std::vector<MessageId> messages;
    };

    // In a transaction.

    /// Whom the register says was told something under this consent, or may have been.
    static Result<std::vector<Told>> told_under(Store& store, CaseId const& case_id, std::string const& consent);
    /// Owes each of them a withdrawal and erases our own copies of what was sent. Idempotent: a withdrawal that is owed
    /// already is not owed twice.
    Result<std::vector<Told>> owe_withdrawals(Store& store, CaseId const& case_id, std::string const& consent,
                                              std::uint64_t epoch, Timestamp now);
    /// Owes a retraction (one for each 200 messages) and erases our own copies of what was sent. How many are owed.
    Result<std::int64_t> owe_retraction(Store& store, ToDestroy const& told, Timestamp now);
    /// What we passed on of one message of a partner's, because it is to be destroyed or another took its place: a copy
    /// that never left does not leave any more, of the others a retraction is owed. How many are.
    Result<std::int64_t> recall_copies(Store& store, NodeId const& originator, MessageId const& original,
                                       Timestamp now);
    /// The same duty as another message, as partners know a message by its bytes: those it was sent in do not count.
    static Status owe_anew(Store& store, DutyRow const& duty, Timestamp now);
    /// The effect of a partner's duty that is new; an empty code if it was taken, else why it is rejected
    /// (`message.unknown_withdrawal`, `onward.*`).
    Result<std::string> take(Store& store, Duty const& duty, Timestamp now);

    /// Seals what is owed and queues it. On any thread; at once nothing if it is under way already.
    void dispatch();
    /// Called after each commit of a new outbox row.
    void on_queued(std::function<void()> wake) { wake_ = std::move(wake); }

private:
    struct Owed;
    Status owe(Store& store, ToDestroy const& told, MessageType type, Json const& content, Timestamp now);
    Result<std::string> take_withdrawal(Store& store, Duty const& duty, Withdrawal const& withdrawal, Timestamp now);
    Result<std::string> take_retraction(Store& store, Duty const& duty, Retraction const& retraction, Timestamp now);
    Result<std::string> take_permission(Store& store, Duty const& duty, OnwardGrant const& grant, Timestamp now);
    Result<std::string> destroy(Store& store, Duty const& duty, std::vector<InboxTable::Held> const& resting,
                                std::string_view code, Timestamp now);
    /// An office a partner invents is not signed for.
    [[nodiscard]] OfficeId const& own_office(OfficeId const& named) const;
    static Result<std::string> take_receipt(Store& store, Duty const& duty, ErasureReceipt const& receipt,
                                            Timestamp now);
    void next(std::int64_t after);
    void seal(std::shared_ptr<Owed const> owed);
    void queue(std::shared_ptr<Owed const> owed, SealedMessage const& sealed);
    void finish();
    /// Whom nothing can be sealed to just now: its duties wait for a while, and nobody walks through them meanwhile.
    [[nodiscard]] std::set<NodeId> unsealable();
    void put_off(NodeId const& peer);

    DutyDeskParts const parts_;
    std::function<void()> wake_ = [] {};
    std::mutex mutex_;
    bool under_way_ = false, once_more_ = false;
    std::map<NodeId, std::chrono::milliseconds> put_off_until_;  ///< by the time since boot
};

}  // namespace casebridge
