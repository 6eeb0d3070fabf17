// Inbox: a sealed message from a peer becomes, in one transaction, a row, a leaf and a signed receipt; or an error.
#pragma once

#include "daemon/crypto_service.h"
#include "daemon/disk_reserve.h"
#include "daemon/duty_desk.h"
#include "daemon/engine.h"
#include "daemon/exchange.h"
#include "daemon/instruments.h"
#include "daemon/onward_desk.h"
#include "daemon/received_export.h"
#include "daemon/sharing.h"
#include "daemon/thread_desk.h"
#include "policies/body_changes.h"

namespace casebridge {

class Inbox {
public:
    Inbox(Self const& self, Config const& config, Engine& engine, InstrumentsHolder& instruments, PeerRegistry& peers,
          CryptoService& crypto, DutyDesk& duties, ProcedureDesk& procedures, DiskReserve& reserve,
          Telemetry& telemetry, ClockGuard const& clock, ReceivedExport* staging);

    /// `carrier`: the peer at the other end of the TLS connection. The answer is 200 or 422 with a signed receipt, or a
    /// problem document; nothing but an answered 200 or 422 has had any effect.
    void receive(Bytes sealed, NodeId const& carrier, HttpResponder respond);

    /// Erases the content of a few messages whose retention is over, with one leaf; in a transaction. Their ids are
    /// remembered. Errors: `clock.jumped`, `store.*`.
    Status erase_expired(Store& store);
    /// Forgets a few messages whose retention is over and whose ids can be forgotten, with one leaf; in a transaction.
    /// Errors: `clock.jumped`, `store.*`.
    Status forget_expired(Store& store);

private:
    struct Arrival;
    void on_opened(Result<OpenedEnvelope> opened, NodeId const& carrier, HttpResponder const& respond);
    [[nodiscard]] Admission admit_summary(ReceivedMessage const& message, NodeId const& signer, NodeId const& carrier,
                                          AgreementLookup const& agreements, Timestamp now) const;
    void record(std::shared_ptr<Arrival const> arrival, HttpResponder respond);
    Result<InboxRow> admit_once(Store& store, Arrival const& arrival);
    Result<InboxRow> new_row(Store& store, Arrival const& arrival, Timestamp now);
    Result<InboxRow> new_summary_row(Store& store, Arrival const& arrival, Timestamp now);
    static Result<bool> was_withdrawn(Store& store, InboxRow const& row);
    static InboxRow row_in_procedure(Arrival const& arrival, ProcedureMessage const& message, MessageType type,
                                     Timestamp now);
    Result<InboxRow> new_duty_row(Store& store, Arrival const& arrival, Timestamp now);
    Result<BodyChanges> take_the_place(Store& store, ReceivedMessage const& message, Timestamp now);
    static Result<bool> may_be_forgotten(Store& store, Timestamp expires_at);
    Result<Bytes> sign_receipt(Store& store, InboxRow const& row, Timestamp now);
    void refuse(HttpResponder const& respond, NodeId const& carrier, Error const& error);

    Self const& self_;
    Config const& config_;
    Engine& engine_;
    InstrumentsHolder& instruments_;
    PeerRegistry& peers_;
    CryptoService& crypto_;
    DutyDesk& duties_;
    ProcedureDesk& procedures_;
    DiskReserve& reserve_;
    Telemetry& telemetry_;
    ClockGuard const& clock_;
    ReceivedExport* staging_;  ///< null: the ministry wants no staging table
};

}  // namespace casebridge
