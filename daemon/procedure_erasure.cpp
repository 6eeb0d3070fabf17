#include "daemon/procedure_erasure.h"

namespace casebridge {
namespace {

/// What is still under way is erased when it is settled, or is owed.
Status erase_sent_copy(Store& store, MessageId const& message) {
    ASSIGN_OR_RETURN(auto const sent, store.outbox().find(message));
    if (!sent || sent->state == OutboxState::queued) return Done{};
    return OutboxTable::erase_contents(*sent, store.contents());
}

}  // namespace

Status erase_received(Store& store, ProcedureRow const& row, Timestamp now) {
    ASSIGN_OR_RETURN(auto const held, store.inbox().of_procedure(row.peer.node, row.reference));
    for (auto const& each : held) {
        RETURN_IF_ERROR(store.contents().erase(each.content));
        RETURN_IF_ERROR(store.inbox().mark_erased(each.number, now));
    }
    ASSIGN_OR_RETURN(auto const notes, store.threads().entries(row));
    for (auto const& note : notes)
        if (note.side == row.side) RETURN_IF_ERROR(erase_sent_copy(store, note.message));
    return store.threads().erase(row);
}

Status erase_procedure(Store& store, ProcedureRow& row, bool withdrawn, Timestamp now) {
    ASSIGN_OR_RETURN(auto const steps, store.procedures().steps(row));
    for (auto const& step : steps)
        if (step.side == row.side) RETURN_IF_ERROR(erase_sent_copy(store, step.message));
    RETURN_IF_ERROR(erase_received(store, row, now));
    return store.procedures().erase(row, withdrawn, now);
}

}  // namespace casebridge
