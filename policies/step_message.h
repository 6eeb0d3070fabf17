// StepMessage: one step of a procedure (procedure/README.md) on its way from one node to the other.
//
// It carries codes, dates and references, never a case summary: a summary that goes with a step is a message of its
// own, and cites the same procedure. A step does not expire and is retried until it is answered: two nodes whose
// steps differ would disagree about where the procedure stands.
#pragma once

#include "policies/procedure/standing.h"
#include "policies/procedure_message.h"

namespace casebridge {

struct StepMessage : ProcedureMessage {
    std::optional<MessageId> summary{};  ///< the case summary that goes with the step
    StepBody body;

    [[nodiscard]] StepEvent event() const { return {id, body.side, body.lamport, sent_at, body.step}; }
    friend std::ostream& operator<<(std::ostream&, StepMessage const&) = delete;
};

/// What follows from `body` for the padded JSON, as message.h has it. Throws as OutgoingMessage::payload.
std::string to_payload(StepMessage const& message);

/// Form only. Errors: `json.*`, `message.*` as parse_message, `message.wrong_purpose` (not the kind's),
/// `subject.malformed`, and those of read_step_body.
Result<StepMessage> read_step_message(Json const& json);

}  // namespace casebridge
