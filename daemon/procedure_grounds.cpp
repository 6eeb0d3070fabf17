#include "daemon/procedure_grounds.h"

#include "policies/procedure/rules.h"

namespace casebridge {
namespace {

Error conflict(std::string_view code, std::string detail = {}) {
    return {ErrorKind::conflict, code, std::move(detail)};
}

/// Of our messages in one procedure: delivered in order, and nothing else waits for them.
std::string stream_of(NodeId const& from, ProcedureRow const& row) {
    return stream_name(from, row.peer.node, row.subject) + '/' + row.reference.text();
}

}  // namespace

Status check_procedure_agreement(Instruments const& instruments, Self const& self, ProcedureRow const& row,
                                 Timestamp now) {
    auto const* const found = instruments.find(row.agreement);
    auto const* const own = found == nullptr ? nullptr : found->agreement.party(self.node);
    auto const* const peer = found == nullptr ? nullptr : found->agreement.party(row.peer.node);
    bool const holds = own != nullptr && peer != nullptr && found->signed_by.contains(own->node) &&
                       found->signed_by.contains(peer->node) && found->agreement.in_force(now) &&
                       found->agreement.purpose(purpose_of(row.kind)) != nullptr;
    if (!holds) return conflict("procedure.agreement_not_in_force");
    bool const initiates = row.side == Side::initiator;
    return check_parties(row.kind, (initiates ? own : peer)->kind, (initiates ? peer : own)->kind);
}

Result<StepConsent> cite_consent(Engine& engine, Deliberation const& deliberation, ProcedureRow const& row) {
    auto const& consent = *deliberation.decision->consent();
    ASSIGN_OR_RETURN(auto id, engine.call<std::string>([&](Store& store) {
        return store.cases().pairwise_consent_id(*row.case_id, consent.id, row.peer.node);
    }));
    return StepConsent{std::move(id), consent.epoch};
}

Status check_unchanged(Store& store, Deliberation const& deliberation, ProcedureRow const& row,
                       InstrumentsHolder const& instruments) {
    ASSIGN_OR_RETURN(auto const epoch, store.cases().consent_epoch(*row.case_id));
    bool const same =
        epoch == deliberation.consent_epoch && instruments.get()->version() == deliberation.instruments->version();
    return same ? Status(Done{}) : conflict("procedure.changed_meanwhile", "consent or policy changed");
}

Result<ContentId> record_disclosure(Store& store, Deliberation const& deliberation, ProcedureRow const& row,
                                    MessageId const& message, Digest const& body, std::string_view category,
                                    Timestamp now) {
    auto const& decision = *deliberation.decision;
    ReleaseMemo const basis{*row.case_id, {}, decision.consent()->id, decision.agreement()->digest(), {}};
    ASSIGN_OR_RETURN(auto const memo, store.contents().put(basis.to_bytes()));
    RETURN_IF_ERROR(store.disclosures().insert({.message = message,
                                                .case_id = *row.case_id,
                                                .to = row.peer,
                                                .purpose = purpose_of(row.kind),
                                                .subject = row.subject,
                                                .agreement = row.agreement,
                                                .policy = decision.policy()->digest(),
                                                .body = body,
                                                .consent_id = decision.consent()->id,
                                                .consent_epoch = decision.consent()->epoch,
                                                .categories = dump(Json::object().set(std::string(category), 1)),
                                                .prepared_at = now,
                                                .settled_at = {},
                                                .in_procedure = true}));
    return memo;
}

Status queue_in_procedure(Store& store, Self const& self, ProcedureRow const& row, MessageId const& message,
                          MessageType type, SealedMessage const& sealed, ContentId memo, Timestamp now) {
    auto const stream = stream_of(self.node, row);
    ASSIGN_OR_RETURN(auto const sequence, store.outbox().next_sequence(stream));
    ASSIGN_OR_RETURN(auto const outer, store.contents().put(sealed.sealed.bytes()));
    ASSIGN_OR_RETURN(auto const inner, store.contents().put(sealed.inner.bytes()));
    return store.outbox().insert({.id = message,
                                  .to = row.peer,
                                  .stream = stream,
                                  .sequence = sequence,
                                  .purpose = purpose_of(row.kind),
                                  .subject = row.subject,
                                  .inner_digest = sealed.sealed.inner_digest(),
                                  .sealed = outer,
                                  .signed_ = inner,
                                  .request = memo,
                                  .created_at = now,
                                  .next_at = now,
                                  .expires_at = never,
                                  .last_code = {},
                                  .receipt = {},
                                  .type = type});
}

}  // namespace casebridge
