#include "policies/message.h"

#include "policies/wire.h"

#include <array>
#include <limits>

namespace casebridge {

namespace {

constexpr std::size_t longest_stream = 2 * wire::longest_node + 32 + 2;
constexpr std::string_view no_onward_transfer = "none";
constexpr std::array<std::string_view, message_types> type_names = {
    "case_summary", "withdrawal", "erasure_receipt",   "procedure_step",
    "thread_entry", "retraction", "onward_permission", "onward_summary"};

using wire::invalid;

Json to_json(ConsentCitation const& consent) {
    return Json::object().set("id", consent.id).set("epoch", consent.epoch).set("form", consent.form.hex());
}

Json to_json(MessageHeader const& header) {
    auto json = Json::object();
    json.set("version", header.version).set("schema", header.schema).set("id", header.id.text());
    json.set("stream", header.stream).set("sequence", header.sequence).set("type", to_text(header.type));
    json.set("from", wire::to_json(header.from)).set("to", wire::to_json(header.to));
    json.set("sent_at", to_rfc3339(header.sent_at)).set("expires_at", to_rfc3339(header.expires_at));
    if (header.in_reply_to) json.set("in_reply_to", header.in_reply_to->text());
    if (!header.replaces.empty()) json.set("replaces", wire::to_json(header.replaces));
    if (!header.procedure.empty()) json.set("procedure", header.procedure);
    json.set("purpose", to_text(header.purpose)).set("subject", header.subject.text());
    json.set("agreement", Json::object().set("digest", header.agreement.hex()));
    json.set("policy", Json::object()
                           .set("id", header.policy_id)
                           .set("version", header.policy_version)
                           .set("digest", header.policy_digest.hex()));
    json.set("consent", to_json(header.consent));
    json.set("obligations", Json::object()
                                .set("retain_until", to_rfc3339(header.retain_until))
                                .set("onward_transfer", header.onward_transfer));
    if (header.onward) json.set("onward", to_json(*header.onward));
    json.set("log_head", header.log_head);
    return json;
}

/// The members as they came, before any of them has a meaning.
struct RawMessage {
    std::int64_t schema, sequence, policy_version, epoch;
    std::string id, stream, type, sent_at, expires_at, in_reply_to, procedure, purpose, subject, agreement, policy_id,
        policy_digest, consent_id, consent_form, retain_until, onward_transfer, log_head;
    bool is_reply;
    std::vector<MessageId> replaces;
    std::optional<OnwardOrigin> onward;
    Json from, to, body;
};

constexpr auto message_scope = JsonReader::Scope::message;

Status read_policy(Json const& json, RawMessage& raw) {
    JsonReader reader(json, message_scope);
    raw.policy_id = reader.string("id", wire::longest_reference);
    raw.policy_version = reader.integer("version");
    raw.policy_digest = reader.string("digest", wire::digest_size);
    return reader.finish();
}

Status read_consent(Json const& json, RawMessage& raw) {
    JsonReader reader(json, message_scope);
    raw.consent_id = reader.string("id", wire::longest_reference);
    raw.epoch = reader.integer("epoch");
    raw.consent_form = reader.string("form", wire::digest_size);
    return reader.finish();
}

Status read_agreement(Json const& json, RawMessage& raw) {
    JsonReader reader(json, message_scope);
    raw.agreement = reader.string("digest", wire::digest_size);
    return reader.finish();
}

Status read_obligations(Json const& json, RawMessage& raw) {
    JsonReader reader(json, message_scope);
    raw.retain_until = reader.string("retain_until", wire::longest_time);
    raw.onward_transfer = reader.string("onward_transfer", wire::longest_word);
    return reader.finish();
}

Result<RawMessage> read_members(Json const& json) {
    if (wire::is_other_version(json)) return invalid("message.unknown_version");
    JsonReader reader(json, message_scope);
    RawMessage raw{};
    reader.integer("version");
    raw.schema = reader.integer("schema");
    raw.id = reader.string("id", wire::longest_reference);
    raw.stream = reader.string("stream", longest_stream);
    raw.sequence = reader.integer("sequence");
    raw.type = reader.string("type", wire::longest_word);
    auto const* const from = reader.object("from");
    auto const* const to = reader.object("to");
    raw.sent_at = reader.string("sent_at", wire::longest_time);
    raw.expires_at = reader.string("expires_at", wire::longest_time);
    raw.is_reply = json.find("in_reply_to") != nullptr;
    raw.in_reply_to = reader.optional_string("in_reply_to", wire::longest_reference);
    auto const* const replaces = reader.optional_array("replaces");
    bool const has_procedure = json.find("procedure") != nullptr;
    raw.procedure = reader.optional_string("procedure", wire::longest_reference);
    raw.purpose = reader.string("purpose", wire::longest_word);
    raw.subject = reader.string("subject", wire::longest_reference);
    auto const* const agreement = reader.object("agreement");
    auto const* const policy = reader.object("policy");
    auto const* const consent = reader.object("consent");
    auto const* const obligations = reader.object("obligations");
    auto const* const onward = reader.optional_object("onward");
    raw.log_head = reader.string("log_head", wire::longest_log_head);
    auto const* const body = reader.object("body");
    auto const padding = reader.string("padding", wire::longest_padding);
    RETURN_IF_ERROR(reader.finish());
    if (!wire::is_padding(json, padding)) return invalid("message.bad_padding");
    if (has_procedure && !wire::is_reference(raw.procedure)) return invalid("message.bad_reference", "procedure");
    if (replaces != nullptr) {
        if (replaces->as_array()->empty()) return invalid("message.out_of_range", "replaces");
        ASSIGN_OR_RETURN(raw.replaces, wire::read_message_ids(*replaces, "replaces"));
    }
    if (onward != nullptr) {
        ASSIGN_OR_RETURN(raw.onward, read_onward_origin(*onward));
    }
    RETURN_IF_ERROR(read_agreement(*agreement, raw));
    RETURN_IF_ERROR(read_policy(*policy, raw));
    RETURN_IF_ERROR(read_consent(*consent, raw));
    RETURN_IF_ERROR(read_obligations(*obligations, raw));
    raw.from = *from;
    raw.to = *to;
    raw.body = *body;
    return raw;
}

Status check_numbers(RawMessage const& raw) {
    constexpr std::int64_t largest = std::numeric_limits<int>::max();
    if (raw.schema < 1 || raw.schema > largest) return invalid("message.out_of_range", "schema");
    if (raw.sequence < 1) return invalid("message.out_of_range", "sequence");
    if (raw.policy_version < 1 || raw.policy_version > largest)
        return invalid("message.out_of_range", "policy.version");
    if (raw.epoch < 0) return invalid("message.out_of_range", "consent.epoch");
    return Done{};
}

Status check_references(RawMessage const& raw) {
    if (!wire::is_reference(raw.policy_id)) return invalid("message.bad_reference", "policy.id");
    if (!wire::is_reference(raw.consent_id)) return invalid("message.bad_reference", "consent.id");
    if (raw.onward_transfer != no_onward_transfer) return invalid("message.onward_transfer");
    if (!wire::is_log_head(raw.log_head)) return invalid("message.bad_log_head");
    return Done{};
}

/// A stream of other nodes or of another subject would let a peer hold up messages that are not its own.
bool is_own_stream(MessageHeader const& header) {
    return header.stream == stream_name(header.from.node, header.to.node, header.subject);
}

Status check_times(MessageHeader const& header) {
    if (header.expires_at <= header.sent_at) return invalid("message.expires_before_sent");
    if (header.expires_at - header.sent_at > longest_message_life) return invalid("message.life_too_long");
    if (header.retain_until < header.sent_at) return invalid("message.retained_before_sent");
    return Done{};
}

Result<MessageType> parse_type(std::string_view text) {
    if (text == to_text(MessageType::case_summary)) return MessageType::case_summary;
    if (text == to_text(MessageType::onward_summary)) return MessageType::onward_summary;
    return invalid("message.unknown_type");
}

Result<std::optional<MessageId>> to_reply(RawMessage const& raw) {
    if (!raw.is_reply) return std::optional<MessageId>();
    ASSIGN_OR_RETURN(auto id, MessageId::parse(raw.in_reply_to));
    return std::optional<MessageId>(std::move(id));
}

Result<MessageHeader> to_header(RawMessage const& raw) {
    RETURN_IF_ERROR(check_numbers(raw));
    RETURN_IF_ERROR(check_references(raw));
    ASSIGN_OR_RETURN(auto id, MessageId::parse(raw.id));
    ASSIGN_OR_RETURN(auto type, parse_type(raw.type));
    bool const is_onward = type == MessageType::onward_summary;
    if (is_onward != raw.onward.has_value())
        return invalid(is_onward ? "message.missing_member" : "message.unknown_member", "onward");
    // Nobody replaces another's words, nor answers with them.
    if (is_onward && (!raw.replaces.empty() || raw.is_reply || !raw.procedure.empty()))
        return invalid("message.unknown_member", "onward");
    ASSIGN_OR_RETURN(auto from, wire::read_address(raw.from, message_scope));
    ASSIGN_OR_RETURN(auto to, wire::read_address(raw.to, message_scope));
    ASSIGN_OR_RETURN(auto sent_at, parse_rfc3339(raw.sent_at));
    ASSIGN_OR_RETURN(auto expires_at, parse_rfc3339(raw.expires_at));
    ASSIGN_OR_RETURN(auto in_reply_to, to_reply(raw));
    ASSIGN_OR_RETURN(auto purpose, parse_purpose(raw.purpose));
    ASSIGN_OR_RETURN(auto subject, SubjectReference::parse(raw.subject));
    ASSIGN_OR_RETURN(auto agreement, Digest::from_hex(raw.agreement));
    ASSIGN_OR_RETURN(auto policy_digest, Digest::from_hex(raw.policy_digest));
    ASSIGN_OR_RETURN(auto consent_form, Digest::from_hex(raw.consent_form));
    ASSIGN_OR_RETURN(auto retain_until, parse_rfc3339(raw.retain_until));
    MessageHeader header{.version = wire::version,
                         .schema = static_cast<int>(raw.schema),
                         .id = std::move(id),
                         .stream = raw.stream,
                         .sequence = static_cast<std::uint64_t>(raw.sequence),
                         .type = type,
                         .from = std::move(from),
                         .to = std::move(to),
                         .sent_at = sent_at,
                         .expires_at = expires_at,
                         .in_reply_to = std::move(in_reply_to),
                         .replaces = raw.replaces,
                         .procedure = raw.procedure,
                         .purpose = purpose,
                         .subject = std::move(subject),
                         .agreement = agreement,
                         .policy_id = raw.policy_id,
                         .policy_version = static_cast<int>(raw.policy_version),
                         .policy_digest = policy_digest,
                         .consent = {raw.consent_id, static_cast<std::uint64_t>(raw.epoch), consent_form},
                         .retain_until = retain_until,
                         .onward_transfer = raw.onward_transfer,
                         .onward = raw.onward,
                         .log_head = raw.log_head};
    if (!is_own_stream(header)) return invalid("message.bad_stream");
    RETURN_IF_ERROR(check_times(header));
    return header;
}

}  // namespace

std::string_view to_text(MessageType type) {
    return type_names.at(static_cast<std::size_t>(type));
}

std::string stream_name(NodeId const& from, NodeId const& to, SubjectReference const& subject) {
    return from.text() + '/' + to.text() + '/' + subject.text();
}

OutgoingMessage::OutgoingMessage(MessageHeader header, MinimisedCase const& body)
    : header_(std::move(header)), body_(body.body()), body_digest_(body.digest()) {}

OutgoingMessage::OutgoingMessage(MessageHeader header, PermittedCopy const& copy)
    : header_(std::move(header)), body_(copy.body()), body_digest_(casebridge::body_digest(copy.body())) {
    header_.type = MessageType::onward_summary;
    header_.onward = copy.origin();
}

std::string OutgoingMessage::payload() const {
    auto json = to_json(header_);
    json.set("body", body_);
    return wire::padded_to_class(std::move(json));
}

Result<ReceivedMessage> parse_message(std::string_view payload) {
    ASSIGN_OR_RETURN(auto const json, parse_json(payload));
    return read_message(json);
}

Result<ReceivedMessage> read_message(Json const& json) {
    ASSIGN_OR_RETURN(auto raw, read_members(json));
    ASSIGN_OR_RETURN(auto header, to_header(raw));
    return ReceivedMessage{std::move(header), std::move(raw.body)};
}

}  // namespace casebridge
