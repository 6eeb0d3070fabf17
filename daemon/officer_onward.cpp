// Officer API: letting a partner pass on what we told it, and passing on what a partner permits. A preview of a copy is
// personal data, for the officer's eyes.
#include "daemon/officer_call.h"

namespace casebridge {

namespace {

struct Asked {
    MessageId message;
    Address recipient;
    Actor actor;
};

Result<Asked> asked_of(OfficerCall& call) {
    ASSIGN_OR_RETURN(auto actor, call.actor());
    ASSIGN_OR_RETURN(auto const message_text, call.required("message"));
    ASSIGN_OR_RETURN(auto message, MessageId::parse(message_text));
    ASSIGN_OR_RETURN(auto const node_text, call.required("node"));
    ASSIGN_OR_RETURN(auto node, NodeId::parse(node_text));
    ASSIGN_OR_RETURN(auto const office_text, call.required("office"));
    ASSIGN_OR_RETURN(auto office, parse_office(office_text));
    return Asked{std::move(message), addressed(call, {std::move(node), std::move(office)}), std::move(actor)};
}

/// A time, or a day: to its end.
Result<Timestamp> end_of(std::string const& text) {
    if (auto const day = parse_date(text)) return Timestamp(std::chrono::sys_days(*day) + std::chrono::days(1));
    return parse_rfc3339(text);
}

Json permission_json(OnwardPermission const& words) {
    return Json::object()
        .set("message", words.message.text())
        .set("holder", words.holder.text())
        .set("recipient", address_json(words.recipient))
        .set("purpose", to_text(words.purpose))
        .set("until", to_rfc3339(words.until))
        .set("retain_until", to_rfc3339(words.retain_until));
}

// Once something was sealed, on another thread.
void answer(HttpResponder const& respond, Error const& error) {
    respond(problem(status_of(error), error.code, error.detail));
}
void answer(HttpResponder const& respond, Json const& json) {
    respond({.status = 202, .content_type = "application/json", .body = to_bytes(dump(json))});
}

void permit(OfficerCall& call) {
    auto const asked = asked_of(call);
    if (!asked) return call.fail(asked);
    auto const until_text = call.required("until");
    if (!until_text) return call.fail(until_text);
    auto const until = end_of(*until_text);
    if (!until) return call.fail(until);
    OnwardDesk::PermitRequest const request{asked->message, asked->recipient, *until};
    auto const words = call.parts().onward.preview_permission(request);
    if (!words) return call.fail(words);
    auto json = permission_json(*words);
    if (call.flag("dry_run")) return call.answer(json.set("dry_run", true));
    call.parts().onward.permit(request, asked->actor,
                               [respond = call.responder(), json = std::move(json)](Result<MessageId> id) mutable {
                                   if (!id) return answer(respond, id.error());
                                   json.set("dry_run", false).set("permission", id->text());
                                   answer(respond, json);
                               });
}

/// Looking at what a copy would say is reading the original.
Status append_reading(OfficerCall& call, Asked const& asked) {
    auto const done = call.parts().engine.call<std::uint64_t>([&](Store& store) {
        auto facts = Json::object();
        facts.set("message", asked.message.text()).set("recipient", asked.recipient.node.text());
        return store.log().append("officer.preview_copy", call.parts().clock.now(), asked.actor, facts, Json::object());
    });
    if (!done) return done.error();
    return Done{};
}

void preview_copy(OfficerCall& call, Asked const& asked, OnwardDesk::CopyRequest const& request) {
    auto const preview = call.parts().onward.preview_copy(request);
    if (!preview) return call.fail(preview);
    if (auto const logged = append_reading(call, asked); !logged) return call.fail(logged);
    call.answer(Json::object()
                    .set("dry_run", true)
                    .set("originator", preview->originator.text())
                    .set("recipient", address_json(asked.recipient))
                    .set("until", to_rfc3339(preview->until))
                    .set("retain_until", to_rfc3339(preview->retain_until))
                    .set("body", preview->body)
                    .set("digest", preview->digest.hex()));
}

void pass_on(OfficerCall& call) {
    auto const asked = asked_of(call);
    if (!asked) return call.fail(asked);
    OnwardDesk::CopyRequest const request{asked->message, asked->recipient};
    if (call.flag("dry_run")) return preview_copy(call, *asked, request);
    auto const seen = Digest::from_hex(call.text("digest"));
    if (!seen) return call.fail({ErrorKind::invalid, "request.missing", "digest: of what was shown"});
    call.parts().onward.send(
        request, *seen, asked->actor, [respond = call.responder(), to = asked->recipient](Result<MessageId> id) {
            if (!id) return answer(respond, id.error());
            answer(respond,
                   Json::object().set("dry_run", false).set("message", id->text()).set("recipient", address_json(to)));
        });
}

void list(OfficerCall& call) {
    auto const limit = call.limit(50);
    if (!limit) return call.fail(limit);
    auto json = call.parts().engine.call<Json>([&](Store& store) -> Result<Json> {
        ASSIGN_OR_RETURN(auto const permissions, store.onward().permissions(*limit));
        ASSIGN_OR_RETURN(auto const copies, store.onward().copies(*limit));
        auto permitted = Json::array(), passed_on = Json::array();
        for (auto const& each : permissions)
            permitted.push(Json::object()
                               .set("permission", each.id.text())
                               .set("by", each.given ? "us" : "partner")
                               .set("partner", each.peer.text())
                               .set("message", each.message.text())
                               .set("recipient", address_json(each.recipient))
                               .set("purpose", to_text(each.purpose))
                               .set("granted_at", to_rfc3339(each.granted_at))
                               .set("until", to_rfc3339(each.until)));
        for (auto const& each : copies) {
            ASSIGN_OR_RETURN(auto const row, store.outbox().find(each.message));
            passed_on.push(Json::object()
                               .set("message", each.message.text())
                               .set("originator", each.originator.text())
                               .set("original", each.original.text())
                               .set("recipient", address_json(each.recipient))
                               .set("purpose", to_text(each.purpose))
                               .set("sent_at", to_rfc3339(each.sent_at))
                               .set("state", row ? to_text(row->state) : std::string_view())
                               .set("code", row ? row->last_code : std::string())
                               .set("recalled_at", optional_time(each.recalled_at)));
        }
        return Json::object().set("permissions", std::move(permitted)).set("copies", std::move(passed_on));
    });
    if (!json) return call.fail(json);
    call.answer(*json);
}

}  // namespace

std::vector<OfficerRoute> onward_routes() {
    return {
        {"GET", "/v1/onward", Access::reading, list},
        {"POST", "/v1/onward/permissions", Access::case_work, permit},
        {"POST", "/v1/onward/copies", Access::case_work, pass_on},
    };
}

}  // namespace casebridge
