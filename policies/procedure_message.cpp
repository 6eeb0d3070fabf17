#include "policies/procedure_message.h"

#include "policies/wire.h"

namespace casebridge {
namespace {

using wire::invalid;

constexpr auto scope = JsonReader::Scope::message;

Result<std::optional<StepConsent>> read_consent(Json const* json) {
    if (json == nullptr) return std::optional<StepConsent>();
    JsonReader reader(*json, scope);
    StepConsent consent{.id = reader.string("id", wire::longest_reference)};
    auto const epoch = reader.integer("epoch");
    RETURN_IF_ERROR(reader.finish());
    if (!wire::is_reference(consent.id)) return invalid("message.bad_reference", "consent.id");
    if (epoch < 0) return invalid("message.out_of_range", "consent.epoch");
    consent.epoch = static_cast<std::uint64_t>(epoch);
    return std::optional(std::move(consent));
}

}  // namespace

Json head_json(ProcedureMessage const& message, MessageType type, Json::Object more) {
    auto json = Json::object();
    json.set("version", wire::version).set("id", message.id.text()).set("type", to_text(type));
    json.set("from", wire::to_json(message.from)).set("to", wire::to_json(message.to));
    json.set("sent_at", to_rfc3339(message.sent_at));
    json.set("procedure", message.procedure.text()).set("purpose", to_text(message.purpose));
    json.set("subject", message.subject.text()).set("agreement", message.agreement.hex());
    if (message.consent)
        json.set("consent", Json::object().set("id", message.consent->id).set("epoch", message.consent->epoch));
    for (auto& [name, value] : more) json.set(std::move(name), std::move(value));
    return json.set("log_head", message.log_head);
}

Result<ReadProcedureMessage> read_procedure_message(Json const& json, MessageType type, std::string_view more) {
    if (wire::is_other_version(json)) return invalid("message.unknown_version");
    JsonReader reader(json, scope);
    reader.integer("version");
    auto const id_text = reader.string("id", wire::longest_reference);
    auto const type_text = reader.string("type", wire::longest_word);
    auto const* const from_json = reader.object("from");
    auto const* const to_json = reader.object("to");
    auto const sent_text = reader.string("sent_at", wire::longest_time);
    auto const procedure_text = reader.string("procedure", wire::longest_reference);
    auto const purpose_text = reader.string("purpose", wire::longest_word);
    auto const subject_text = reader.string("subject", wire::longest_reference);
    auto const agreement_text = reader.string("agreement", wire::digest_size);
    auto const* const consent_json = reader.optional_object("consent");
    auto more_text = more.empty() ? std::string() : reader.optional_string(more, wire::longest_reference);
    auto log_head = reader.string("log_head", wire::longest_log_head);
    auto const* const body = reader.object("body");
    auto const padding = reader.string("padding", wire::longest_padding);
    RETURN_IF_ERROR(reader.finish());
    if (type_text != to_text(type)) return invalid("message.unknown_type");
    if (!wire::is_padding(json, padding)) return invalid("message.bad_padding");
    if (!wire::is_log_head(log_head)) return invalid("message.bad_log_head");
    ASSIGN_OR_RETURN(auto id, MessageId::parse(id_text));
    ASSIGN_OR_RETURN(auto from, wire::read_address(*from_json, scope));
    ASSIGN_OR_RETURN(auto to, wire::read_address(*to_json, scope));
    ASSIGN_OR_RETURN(auto const sent_at, parse_rfc3339(sent_text));
    ASSIGN_OR_RETURN(auto procedure, SubjectReference::parse(procedure_text));
    ASSIGN_OR_RETURN(auto const purpose, parse_purpose(purpose_text));
    ASSIGN_OR_RETURN(auto subject, SubjectReference::parse(subject_text));
    ASSIGN_OR_RETURN(auto const agreement, Digest::from_hex(agreement_text));
    ASSIGN_OR_RETURN(auto consent, read_consent(consent_json));
    return ReadProcedureMessage{{.id = std::move(id),
                                 .from = std::move(from),
                                 .to = std::move(to),
                                 .sent_at = sent_at,
                                 .procedure = std::move(procedure),
                                 .purpose = purpose,
                                 .subject = std::move(subject),
                                 .agreement = agreement,
                                 .consent = std::move(consent),
                                 .log_head = std::move(log_head)},
                                body,
                                std::move(more_text)};
}

}  // namespace casebridge
