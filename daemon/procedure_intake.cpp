// ProcedureDesk: partners' steps.
#include "daemon/procedure_desk.h"
#include "daemon/procedure_erasure.h"

namespace casebridge {
namespace {

/// That one partner may open in a day (UTC): each leaves a row behind for ever.
constexpr std::int64_t most_opened_a_day = 1000;

std::string_view mismatch(ProcedureRow const& row, StepMessage const& step) {
    if (row.kind != step.body.kind) return "procedure.other_kind";
    if (row.side == step.body.side) return "procedure.wrong_sender_side";
    if (row.subject != step.subject) return "procedure.other_subject";
    return "";
}

}  // namespace

Result<std::variant<ProcedureRow, std::string>> ProcedureDesk::row_for(Store& store, StepMessage const& step,
                                                                       AgreementPurpose const* terms, Timestamp now) {
    using Found = std::variant<ProcedureRow, std::string>;
    auto& table = store.procedures();
    ASSIGN_OR_RETURN(auto known, table.find(step.from.node, step.procedure));
    if (known) {
        auto const code = mismatch(*known, step);
        if (!code.empty()) return Found(std::string(code));
        return Found(*std::move(known));
    }
    bool const opens = step.body.side == Side::initiator && step.body.step.type() == opening_step(step.body.kind);
    if (!opens || terms == nullptr) return Found(std::string("procedure.unknown"));
    ASSIGN_OR_RETURN(auto const today, table.opened_since(step.from.node, std::chrono::floor<std::chrono::days>(now)));
    if (today >= most_opened_a_day)
        return Error{ErrorKind::unavailable, "procedure.quota_exhausted", step.from.node.text()};
    ProcedureRow row{.reference = step.procedure,
                     .peer = step.from,
                     .own_office = step.to.office,
                     .kind = step.body.kind,
                     .side = Side::responder,
                     .subject = step.subject,
                     .agreement = step.agreement,
                     .expire_after = terms->expires_after,
                     .opened_at = now,
                     .updated_at = now};
    ASSIGN_OR_RETURN(row.number, table.insert(row));
    return Found(std::move(row));
}

Result<std::string> ProcedureDesk::take(Store& store, StepMessage const& step, AgreementPurpose const* terms,
                                        Timestamp now) {
    auto& table = store.procedures();
    if (step.consent) {
        // SECURITY: a withdrawal outranks what it was for, also what was under way when it was made.
        ASSIGN_OR_RETURN(bool const withdrawn, store.duties().is_withdrawn(step.from.node, step.consent->id));
        if (withdrawn) return std::string("message.consent_withdrawn");
    }
    ASSIGN_OR_RETURN(auto found, row_for(store, step, terms, now));
    if (auto const* const code = std::get_if<std::string>(&found)) return *code;
    auto& row = std::get<ProcedureRow>(found);
    ASSIGN_OR_RETURN(auto const highest, table.highest_lamport(row, step.body.side));
    if (step.body.lamport <= highest) return std::string("procedure.number_not_above");
    if (static_cast<std::size_t>(row.facts.steps) >= ProcedureLog::most_steps &&
        step.body.step.type() != StepType::withdraw)
        return std::string("procedure.too_many_steps");
    std::optional<ContentId> content;
    if (!row.erased_at) {
        ASSIGN_OR_RETURN(content, store.contents().put(as_bytes(dump(to_json(step.body)))));
    }
    if (step.consent) row.peer_consent = step.consent->id;
    row.peer.office = step.from.office;
    row.unread = true;
    ASSIGN_OR_RETURN(auto const outcome, table.add(row, step, StepState::received, content, now));
    if (outcome.effects.has(Effect::stop_use_and_erase)) RETURN_IF_ERROR(erase_received(store, row, now));
    return std::string();
}

}  // namespace casebridge
