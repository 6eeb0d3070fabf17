// What every message inside a procedure says before its content: steps (step_message.h) and notes (thread_entry.h).
#pragma once

#include "policies/message.h"

namespace casebridge {

/// The consent of the sender's own case that a message of a procedure rests on.
struct StepConsent {
    std::string id;  ///< pairwise
    std::uint64_t epoch = 0;
    bool operator==(StepConsent const&) const = default;
};

struct ProcedureMessage {
    MessageId id;
    Address from, to;
    Timestamp sent_at;
    SubjectReference procedure;  ///< 128 random bits, made by the initiator
    Purpose purpose;
    SubjectReference subject;  ///< as the initiator named the person to the responder
    Digest agreement;          ///< that the procedure was opened under
    std::optional<StepConsent> consent{};
    std::string log_head{};
};

/// `version` to `consent`, and `log_head`, in the order of the wire; `more` comes before `log_head`.
Json head_json(ProcedureMessage const& message, MessageType type, Json::Object more);

/// Reads them, and `body` and `padding`, and refuses what else is there but `more` (one optional text).
/// Errors: `json.*`, `message.*` as parse_message, and those of the values.
struct ReadProcedureMessage {
    ProcedureMessage head;
    Json const* body;  ///< part of the JSON read
    std::string more;
};
Result<ReadProcedureMessage> read_procedure_message(Json const& json, MessageType type, std::string_view more = "");

}  // namespace casebridge
