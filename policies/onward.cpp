#include "policies/onward.h"

#include "policies/wire.h"

namespace casebridge {
namespace {

using wire::invalid;

constexpr auto scope = JsonReader::Scope::message;
constexpr std::size_t longest_permission = (OnwardOrigin::largest_permission + 2) / 3 * 4;

Status refused(std::string_view code) {
    return Error{ErrorKind::conflict, code, ""};
}

}  // namespace

Digest body_digest(Json const& body) {
    return sha256(as_bytes(dump(body)));
}

std::string to_payload(OnwardPermission const& permission) {
    return dump(Json::object()
                    .set("version", wire::version)
                    .set("originator", permission.originator.text())
                    .set("holder", permission.holder.text())
                    .set("message", permission.message.text())
                    .set("body", permission.body.hex())
                    .set("recipient", wire::to_json(permission.recipient))
                    .set("purpose", to_text(permission.purpose))
                    .set("granted_at", to_rfc3339(permission.granted_at))
                    .set("until", to_rfc3339(permission.until))
                    .set("retain_until", to_rfc3339(permission.retain_until)));
}

Result<OnwardPermission> parse_onward_permission(std::string_view payload) {
    ASSIGN_OR_RETURN(auto const json, parse_json(payload));
    if (wire::is_other_version(json)) return invalid("message.unknown_version");
    JsonReader reader(json, scope);
    reader.integer("version");
    auto const originator_text = reader.string("originator", wire::longest_node);
    auto const holder_text = reader.string("holder", wire::longest_node);
    auto const message_text = reader.string("message", wire::longest_reference);
    auto const body_text = reader.string("body", wire::digest_size);
    auto const* const recipient_json = reader.object("recipient");
    auto const purpose_text = reader.string("purpose", wire::longest_word);
    auto const granted_text = reader.string("granted_at", wire::longest_time);
    auto const until_text = reader.string("until", wire::longest_time);
    auto const retain_text = reader.string("retain_until", wire::longest_time);
    RETURN_IF_ERROR(reader.finish());
    ASSIGN_OR_RETURN(auto originator, NodeId::parse(originator_text));
    ASSIGN_OR_RETURN(auto holder, NodeId::parse(holder_text));
    ASSIGN_OR_RETURN(auto message, MessageId::parse(message_text));
    ASSIGN_OR_RETURN(auto const body, Digest::from_hex(body_text));
    ASSIGN_OR_RETURN(auto recipient, wire::read_address(*recipient_json, scope));
    ASSIGN_OR_RETURN(auto const purpose, parse_purpose(purpose_text));
    ASSIGN_OR_RETURN(auto const granted_at, parse_rfc3339(granted_text));
    ASSIGN_OR_RETURN(auto const until, parse_rfc3339(until_text));
    ASSIGN_OR_RETURN(auto const retain_until, parse_rfc3339(retain_text));
    return OnwardPermission{std::move(originator), std::move(holder), std::move(message), body,
                            std::move(recipient),  purpose,           granted_at,         until,
                            retain_until};
}

Status check_use(OnwardPermission const& permission, OnwardUse const& use) {
    if (permission.holder != use.holder) return refused("onward.wrong_holder");
    if (permission.recipient != use.recipient) return refused("onward.wrong_recipient");
    if (permission.purpose != use.purpose) return refused("onward.wrong_purpose");
    if (permission.body != use.body) return refused("onward.wrong_body");
    if (use.sent_at < permission.granted_at || use.expires_at > permission.until) return refused("onward.expired");
    if (use.retain_until > permission.retain_until) return refused("onward.retained_too_long");
    return Done{};
}

Json to_json(OnwardOrigin const& origin) {
    return Json::object().set("originator", origin.originator.text()).set("permission", to_base64(origin.permission));
}

Result<OnwardOrigin> read_onward_origin(Json const& json) {
    JsonReader reader(json, scope);
    auto const originator_text = reader.string("originator", wire::longest_node);
    auto const permission_text = reader.string("permission", longest_permission);
    RETURN_IF_ERROR(reader.finish());
    ASSIGN_OR_RETURN(auto originator, NodeId::parse(originator_text));
    ASSIGN_OR_RETURN(auto permission, from_base64(permission_text));
    return OnwardOrigin{std::move(originator), std::move(permission)};
}

Result<PermittedCopy> PermittedCopy::permit(OnwardPermission const& permission, OnwardOrigin origin, Json body,
                                            OnwardUse const& use) {
    if (body_digest(body) != use.body) return Error{ErrorKind::conflict, "onward.wrong_body", ""};
    RETURN_IF_ERROR(check_use(permission, use));
    return PermittedCopy(std::move(body), std::move(origin));
}

}  // namespace casebridge
