// OnwardDesk: lets a partner tell a third office what we told it, and tells a third office what a partner permitted
// (policies/onward.h).
//
//   originator's officer permits ─ four yeses for the holder, and a consent that names the third ─▶ signed ─▶ outbox
//   holder's officer passes on ─ permission, agreement and policy with the third ─▶ signed, sealed ─▶ outbox
//        ─ asked again at every attempt ─▶ the third's receipt
//   the original is withdrawn, retracted or replaced ─ one transaction ─▶ a copy that waits does not leave; what left
//   is
//        retracted there (DutyDesk::recall_copies)
//
// INVARIANT: nothing of a partner's is sealed to a key that its signed permission does not name.
#pragma once

#include "daemon/sharing.h"

namespace casebridge {

/// All outlive the desk.
struct OnwardDeskParts {
    Self const& self;
    Config const& config;
    Sharing& sharing;
    Engine& engine;
    InstrumentsHolder& instruments;
    PeerRegistry& peers;
    CryptoService& crypto;
    DiskReserve& reserve;
    Telemetry& telemetry;
    ClockGuard const& clock;
};

class OnwardDesk {
public:
    explicit OnwardDesk(OnwardDeskParts parts) : parts_(parts) {}

    // These block on the national database and the engine: for worker threads only.

    struct PermitRequest {
        MessageId message;  ///< a summary of ours, delivered
        Address recipient;
        Timestamp until;
    };
    /// What would be signed. Errors: `onward.unknown_message`, `onward.not_delivered`, `onward.not_standing`
    /// (withdrawn, replaced or erased), `onward.not_in_agreement`, `onward.wrong_recipient` (us, the holder, or a node
    /// of another kind than the holder's), `peer.unknown`, `onward.until_out_of_range`, `onward.consent_does_not_name`,
    /// the code of the denial where the holder would no longer be told, `source.*`, `clock.jumped`.
    Result<OnwardPermission> preview_permission(PermitRequest const& request);
    /// Signs it and queues it to the holder. Gives the id of the message that carries it.
    void permit(PermitRequest const& request, Actor const& actor, std::function<void(Result<MessageId>)> done);

    struct CopyRequest {
        MessageId original;  ///< a partner's summary in our inbox
        Address recipient;
    };
    struct Preview {
        NodeId originator;
        Timestamp until, retain_until;
        Json body;
        Digest digest;
    };
    /// What the recipient would see. Errors: `onward.unknown_message`, `onward.withdrawn`, `onward.not_permitted`,
    /// `onward.expired`, `onward.no_agreement`, `onward.beyond_agreement`, `onward.not_in_policy`,
    /// `onward.beyond_policy`, `onward.bad_permission`, `peer.unknown`, `clock.jumped`.
    Result<Preview> preview_copy(CopyRequest const& request);
    /// Errors also: `onward.preview_outdated`.
    void send(CopyRequest const& request, Digest const& previewed, Actor const& actor,
              std::function<void(Result<MessageId>)> done);

    /// Whether a copy in the outbox may leave now; in the transaction that lets it. Errors, of kind `conflict`:
    /// `onward.withdrawn` (also if the original is no longer held), `onward.no_agreement`, `onward.not_in_policy`,
    /// `onward.beyond_policy`. The agreement is the one the copy cites, so what it covers was asked before.
    static Status require_permitted(Store& store, MessageId const& copy, Instruments const& instruments,
                                    Self const& self, Timestamp now);
    /// The permission's words, its signature verified against the originator's pin. Errors:
    /// `onward.unknown_originator`, `onward.bad_permission`.
    static Result<OnwardPermission> verified(OnwardOrigin const& origin, PeerSnapshot const& peers, Timestamp now);
    /// Why an onward summary whose sender's signature holds is rejected; empty: it is not. Errors of `verified` and of
    /// check_use.
    static std::string_view admit_copy(ReceivedMessage const& message, PeerSnapshot const& peers, Timestamp now);

private:
    struct Permit;
    struct Copy;
    Result<std::shared_ptr<Permit>> draft_permit(PermitRequest const& request);
    Status record_permit(Store& store, Permit const& permit, Actor const& actor, SealedMessage const& sealed);
    Result<std::shared_ptr<Copy>> draft_copy(CopyRequest const& request);
    Status record_copy(Store& store, Copy const& copy, Actor const& actor, SealedMessage const& sealed);

    OnwardDeskParts const parts_;
};

}  // namespace casebridge
