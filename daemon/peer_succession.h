// Peer succession: another node goes on with a partner's records, by the word of that partner's root
// (crypto/succession.h), once an officer of ours says so.
//
//   old partner's statement, successor's root ─ verified under the pinned root ─ one transaction ─▶ the successor is
//   pinned, the old one is removed; what we hold of the old one, what we told it and what we owe it is the successor's;
//   duties that were under way are owed anew ─▶ sealed to the successor
//
// What was released or queued for the old one does not leave any more: no agreement names the successor yet.
// Not moved: signatures, leaves of the log and evidence, which stay under the name they were made by.
#pragma once

#include "daemon/duty_desk.h"
#include "daemon/peer_contact.h"
#include "daemon/witness.h"

namespace casebridge {

class PeerSuccession {
public:
    PeerSuccession(Engine& engine, PeerRegistry& peers, PeerContact& contact, Telemetry& telemetry, Clock const& clock)
        : engine_(engine), peers_(peers), contact_(contact), telemetry_(telemetry), clock_(clock) {}

    /// What becomes the successor's, but for what is queued.
    using Moved = SuccessionTable::Dealings;

    /// `row` is the successor as peer_contact.h adds one. With `dry_run` only says what would move. Blocks: for worker
    /// threads. Errors: those of verify_succession(); `peer.unknown`, `peer.removed` (the old one), `peer.exists` (the
    /// successor has been a partner already: two sets of records are not made one), `succession.evidence_stands`
    /// (against the old one, `casebridge witness settle` first), `peer.wrong_log_key`, `peer.wrong_witness_key`,
    /// `note.*`, `certificate.malformed`.
    Result<Moved> take(NodeId const& old, PeerRow row, Certificate const& statement, Actor const& actor, bool dry_run);

private:
    Engine& engine_;
    PeerRegistry& peers_;
    PeerContact& contact_;
    Telemetry& telemetry_;
    Clock const& clock_;
};

}  // namespace casebridge
