#include "policies/duty.h"

#include "policies/wire.h"

#include <algorithm>
#include <array>

namespace casebridge {

namespace {

using wire::invalid;

constexpr auto duty_scope = JsonReader::Scope::message;
constexpr std::array<std::string_view, 2> scope_names = {"own_store", "staging_table"};
static_assert(static_cast<std::size_t>(ErasureScope::staging_table) + 1 == scope_names.size());
static_assert(Withdrawal::most_messages == wire::most_named_messages);

Result<ErasureScope> parse_scope(Json const& json) {
    auto const* const text = json.as_string();
    if (text == nullptr) return invalid("message.wrong_type", "scope");
    auto const* const found = std::find(scope_names.begin(), scope_names.end(), *text);
    if (found == scope_names.end()) return invalid("message.unknown_scope");
    return static_cast<ErasureScope>(found - scope_names.begin());
}

Result<Duty> parse_duty(Json const& json, MessageType type) {
    if (wire::is_other_version(json)) return invalid("message.unknown_version");
    JsonReader reader(json, duty_scope);
    reader.integer("version");
    auto const id_text = reader.string("id", wire::longest_reference);
    reader.string("type", wire::longest_word);
    auto const* const from_json = reader.object("from");
    auto const* const to_json = reader.object("to");
    auto const sent_text = reader.string("sent_at", wire::longest_time);
    auto const purpose_text = reader.string("purpose", wire::longest_word);
    auto const subject_text = reader.string("subject", wire::longest_reference);
    auto const agreement_text = reader.string("agreement", wire::digest_size);
    auto const log_head = reader.string("log_head", wire::longest_log_head);
    auto const* const body = reader.object("body");
    auto const padding = reader.string("padding", wire::longest_padding);
    RETURN_IF_ERROR(reader.finish());
    if (!wire::is_padding(json, padding)) return invalid("message.bad_padding");
    if (!wire::is_log_head(log_head)) return invalid("message.bad_log_head");
    ASSIGN_OR_RETURN(auto id, MessageId::parse(id_text));
    ASSIGN_OR_RETURN(auto from, wire::read_address(*from_json, duty_scope));
    ASSIGN_OR_RETURN(auto to, wire::read_address(*to_json, duty_scope));
    ASSIGN_OR_RETURN(auto const sent_at, parse_rfc3339(sent_text));
    ASSIGN_OR_RETURN(auto const purpose, parse_purpose(purpose_text));
    ASSIGN_OR_RETURN(auto subject, SubjectReference::parse(subject_text));
    ASSIGN_OR_RETURN(auto const agreement, Digest::from_hex(agreement_text));
    Duty duty{.id = std::move(id),
              .from = std::move(from),
              .to = std::move(to),
              .sent_at = sent_at,
              .purpose = purpose,
              .subject = std::move(subject),
              .agreement = agreement,
              .log_head = log_head,
              .content = Withdrawal{}};
    ASSIGN_OR_RETURN(duty.content, parse_duty_content(type, *body));
    return duty;
}

}  // namespace

std::string_view to_text(ErasureScope scope) {
    return scope_names.at(static_cast<std::size_t>(scope));
}

MessageType Duty::type() const {
    if (std::holds_alternative<Withdrawal>(content)) return MessageType::withdrawal;
    if (std::holds_alternative<OnwardGrant>(content)) return MessageType::onward_permission;
    return std::holds_alternative<Retraction>(content) ? MessageType::retraction : MessageType::erasure_receipt;
}

std::string duty_stream_name(NodeId const& from, NodeId const& to, SubjectReference const& subject) {
    return stream_name(from, to, subject) + "/duty";
}

Json to_json(Withdrawal const& withdrawal) {
    return Json::object()
        .set("consent", withdrawal.consent)
        .set("epoch", withdrawal.epoch)
        .set("messages", wire::to_json(withdrawal.messages));
}

Json to_json(Retraction const& retraction) {
    return Json::object().set("messages", wire::to_json(retraction.messages));
}

Json to_json(ErasureReceipt const& receipt) {
    auto scope = Json::array();
    for (auto const each : receipt.scope) scope.push(to_text(each));
    auto json = Json::object()
                    .set("withdrawal", receipt.withdrawal.text())
                    .set("erased_at", to_rfc3339(receipt.erased_at))
                    .set("messages", receipt.messages)
                    .set("answers", receipt.answers)
                    .set("scope", std::move(scope));
    if (receipt.passed_on > 0) json.set("passed_on", receipt.passed_on);
    return json;
}

Json to_json(OnwardGrant const& grant) {
    return Json::object().set("permission", to_base64(grant.permission));
}

Result<Withdrawal> parse_withdrawal(Json const& json) {
    JsonReader reader(json, duty_scope);
    Withdrawal withdrawal{.consent = reader.string("consent", wire::longest_reference), .epoch = 0, .messages = {}};
    auto const epoch = reader.integer("epoch");
    auto const* const messages = reader.array("messages");
    RETURN_IF_ERROR(reader.finish());
    if (!wire::is_reference(withdrawal.consent)) return invalid("message.bad_reference", "consent");
    if (epoch < 1) return invalid("message.out_of_range", "epoch");
    withdrawal.epoch = static_cast<std::uint64_t>(epoch);
    ASSIGN_OR_RETURN(withdrawal.messages, wire::read_message_ids(*messages, "messages"));
    return withdrawal;
}

Result<Retraction> parse_retraction(Json const& json) {
    JsonReader reader(json, duty_scope);
    auto const* const messages = reader.array("messages");
    RETURN_IF_ERROR(reader.finish());
    ASSIGN_OR_RETURN(auto named, wire::read_message_ids(*messages, "messages"));
    if (named.empty()) return invalid("message.out_of_range", "messages");
    return Retraction{std::move(named)};
}

Result<ErasureReceipt> parse_erasure_receipt(Json const& json) {
    JsonReader reader(json, duty_scope);
    auto const withdrawal_text = reader.string("withdrawal", wire::longest_reference);
    auto const erased_text = reader.string("erased_at", wire::longest_time);
    auto const messages = reader.integer("messages");
    auto const answers = reader.integer("answers");
    auto const* const scope = reader.array("scope");
    auto const passed_on = reader.optional_integer("passed_on", 0);
    RETURN_IF_ERROR(reader.finish());
    if (passed_on < (json.find("passed_on") == nullptr ? 0 : 1)) return invalid("message.out_of_range", "passed_on");
    if (messages < 0 || answers < 0) return invalid("message.out_of_range", messages < 0 ? "messages" : "answers");
    ASSIGN_OR_RETURN(auto withdrawal, MessageId::parse(withdrawal_text));
    ASSIGN_OR_RETURN(auto const erased_at, parse_rfc3339(erased_text));
    ErasureReceipt receipt{std::move(withdrawal), erased_at, messages, answers, {}, passed_on};
    for (auto const& each : *scope->as_array()) {
        ASSIGN_OR_RETURN(auto const one, parse_scope(each));
        if (!receipt.scope.empty() && one <= receipt.scope.back()) return invalid("message.out_of_order", "scope");
        receipt.scope.push_back(one);
    }
    if (receipt.scope.empty()) return invalid("message.missing_member", "scope");
    return receipt;
}

Result<OnwardGrant> parse_onward_grant(Json const& json) {
    constexpr std::size_t longest = (OnwardOrigin::largest_permission + 2) / 3 * 4;
    JsonReader reader(json, duty_scope);
    auto const text = reader.string("permission", longest);
    RETURN_IF_ERROR(reader.finish());
    ASSIGN_OR_RETURN(auto permission, from_base64(text));
    return OnwardGrant{std::move(permission)};
}

Result<DutyContent> parse_duty_content(MessageType type, Json const& json) {
    if (type == MessageType::withdrawal) {
        ASSIGN_OR_RETURN(auto withdrawal, parse_withdrawal(json));
        return DutyContent(std::move(withdrawal));
    }
    if (type == MessageType::retraction) {
        ASSIGN_OR_RETURN(auto retraction, parse_retraction(json));
        return DutyContent(std::move(retraction));
    }
    if (type == MessageType::onward_permission) {
        ASSIGN_OR_RETURN(auto grant, parse_onward_grant(json));
        return DutyContent(std::move(grant));
    }
    ASSIGN_OR_RETURN(auto receipt, parse_erasure_receipt(json));
    return DutyContent(std::move(receipt));
}

std::vector<MessageId> named_messages(DutyContent const& content) {
    if (auto const* withdrawal = std::get_if<Withdrawal>(&content)) return withdrawal->messages;
    auto const* retraction = std::get_if<Retraction>(&content);
    return retraction == nullptr ? std::vector<MessageId>() : retraction->messages;
}

std::string to_payload(Duty const& duty) {
    auto json = Json::object();
    json.set("version", wire::version).set("id", duty.id.text()).set("type", to_text(duty.type()));
    json.set("from", wire::to_json(duty.from)).set("to", wire::to_json(duty.to));
    json.set("sent_at", to_rfc3339(duty.sent_at));
    json.set("purpose", to_text(duty.purpose)).set("subject", duty.subject.text());
    json.set("agreement", duty.agreement.hex()).set("log_head", duty.log_head);
    json.set("body", std::visit([](auto const& content) { return to_json(content); }, duty.content));
    return wire::padded_to_class(std::move(json));
}

Result<Incoming> parse_incoming(std::string_view payload) {
    ASSIGN_OR_RETURN(auto const json, parse_json(payload));
    auto const type = json.as_object() == nullptr ? std::string() : json.text_or("type");
    for (auto const duty : {MessageType::withdrawal, MessageType::erasure_receipt, MessageType::retraction,
                            MessageType::onward_permission}) {
        if (type != to_text(duty)) continue;
        ASSIGN_OR_RETURN(auto parsed, parse_duty(json, duty));
        return Incoming(std::move(parsed));
    }
    if (type == to_text(MessageType::procedure_step)) {
        ASSIGN_OR_RETURN(auto step, read_step_message(json));
        return Incoming(std::move(step));
    }
    if (type == to_text(MessageType::thread_entry)) {
        ASSIGN_OR_RETURN(auto entry, read_thread_entry(json));
        return Incoming(std::move(entry));
    }
    ASSIGN_OR_RETURN(auto message, read_message(json));
    return Incoming(std::move(message));
}

}  // namespace casebridge
