#include "daemon/peer_succession.h"

#include "crypto/succession.h"

#include <algorithm>

namespace casebridge {
namespace {

/// INVARIANT: before the duties are the successor's, so that each is found by the name it was sent to.
Status owe_queued_anew(Store& store, NodeId const& old, Timestamp now) {
    ASSIGN_OR_RETURN(auto const queued, store.duties().queued());
    for (auto const& duty : queued)
        if (duty.to.node == old) RETURN_IF_ERROR(DutyDesk::owe_anew(store, duty, now));
    return Done{};
}

Status require_no_evidence(Store& store, NodeId const& node) {
    ASSIGN_OR_RETURN(auto const accused, store.witness().accused());
    if (std::ranges::find(accused, node) == accused.end()) return Done{};
    return Error{ErrorKind::conflict, "succession.evidence_stands", node.text()};
}

Json facts_of(NodeId const& old, PeerRow const& row, Certificate const& root, Certificate const& statement) {
    return Json::object()
        .set("peer", old.text())
        .set("successor", row.node.text())
        .set("root", root.fingerprint().hex())
        .set("statement", statement.fingerprint().hex())
        .set("log_key", row.log_key)
        .set("witness_key", row.witness_key);
}

}  // namespace

Result<PeerSuccession::Moved> PeerSuccession::take(NodeId const& old, PeerRow row, Certificate const& statement,
                                                   Actor const& actor, bool dry_run) {
    ASSIGN_OR_RETURN(auto const root, Certificate::from_pem(row.root_pem));
    auto const snapshot = peers_.snapshot();
    auto const* const known = snapshot->find(old);
    if (known == nullptr) return Error{ErrorKind::not_found, "peer.unknown", old.text()};
    if (known->removed()) return Error{ErrorKind::conflict, "peer.removed", old.text()};
    auto const now = clock_.now();
    RETURN_IF_ERROR(verify_succession(known->pin, statement, {row.node, root}, now));
    RETURN_IF_ERROR(PeerContact::check_keys(row.node, row.log_key, row.witness_key));
    row.added_at = now;
    auto moved = engine_.call<Moved>([&](Store& store) -> Result<Moved> {
        ASSIGN_OR_RETURN(auto before, store.peers().find(old));
        if (!before || before->removed_at) return Error{ErrorKind::not_found, "peer.unknown", old.text()};
        ASSIGN_OR_RETURN(auto const same, store.peers().find(row.node));
        if (same) return Error{ErrorKind::conflict, "peer.exists", row.node.text()};
        RETURN_IF_ERROR(require_no_evidence(store, old));
        ASSIGN_OR_RETURN(auto const counted, store.successions().dealings_with(old));
        if (dry_run) return counted;
        RETURN_IF_ERROR(owe_queued_anew(store, old, now));
        before->removed_at = now;
        RETURN_IF_ERROR(store.peers().put(*before));
        RETURN_IF_ERROR(store.peers().put(row));
        RETURN_IF_ERROR(store.successions().add({old, row.node, statement.pem(), now}));
        RETURN_IF_ERROR(store.successions().hand_over(old, row.node));
        ASSIGN_OR_RETURN(auto const leaf, store.log().append("peer.succeeded", now, actor,
                                                             facts_of(old, row, root, statement), Json::object()));
        static_cast<void>(leaf);
        return counted;
    });
    if (!moved || dry_run) return moved;
    contact_.cancel(old);
    telemetry_.log(LogLevel::info, "peer.succeeded",
                   {{"peer", old}, {"successor", row.node}, {"officer", actor.officer}});
    RETURN_IF_ERROR(contact_.reload());
    return moved;
}

}  // namespace casebridge
