#include "policies/step_message.h"

#include "policies/wire.h"

namespace casebridge {

std::string to_payload(StepMessage const& message) {
    Json::Object more;
    if (message.summary) more.emplace_back("summary", message.summary->text());
    auto json = head_json(message, MessageType::procedure_step, std::move(more));
    return wire::padded_to_class(std::move(json.set("body", to_json(message.body))));
}

Result<StepMessage> read_step_message(Json const& json) {
    ASSIGN_OR_RETURN(auto read, read_procedure_message(json, MessageType::procedure_step, "summary"));
    std::optional<MessageId> summary;
    if (json.find("summary") != nullptr) {
        ASSIGN_OR_RETURN(summary, MessageId::parse(read.more));
    }
    ASSIGN_OR_RETURN(auto body, read_step_body(*read.body));
    if (read.head.purpose != purpose_of(body.kind)) return wire::invalid("message.wrong_purpose");
    return StepMessage{std::move(read.head), std::move(summary), std::move(body)};
}

}  // namespace casebridge
