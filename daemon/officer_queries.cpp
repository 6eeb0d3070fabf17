// Officer API: questions to partners, and questions of partners that wait for an officer's yes.
#include "daemon/officer_call.h"

namespace casebridge {

namespace {

Json asked_json(AskedQueryRow const& row) {
    auto json = Json::object();
    json.set("query", row.id.text())
        .set("to", address_json(row.to))
        .set("purpose", to_text(row.purpose))
        .set("subject", row.subject.text())
        .set("about", to_text(row.about))
        .set("state", to_text(row.state))
        .set("code", row.code)
        .set("asked_at", to_rfc3339(row.asked_at))
        .set("answer_due_at", to_rfc3339(row.expires_at - QueryAsker::time_to_fetch))
        .set("expires_at", to_rfc3339(row.expires_at))
        .set("answered_at", optional_time(row.answered_at))
        .set("retain_until", optional_time(row.retain_until));
    return json;
}

Json asked_json(AskedQuery const& query) {
    auto json = asked_json(query.row);
    if (query.body) json.set("body", *query.body);
    return json;
}

Json waiting_json(ReceivedQueryRow const& row) {
    auto json = Json::object();
    json.set("query", row.id.text())
        .set("from", address_json(row.from))
        .set("office", row.office.text())
        .set("purpose", to_text(row.purpose))
        .set("subject", row.subject.text())
        .set("about", to_text(row.about))
        .set("received_at", to_rfc3339(row.received_at))
        .set("answer_at", optional_time(row.answer_at))
        .set("decision", row.approved   ? "yes"
                         : row.decision ? "no"
                                        : "none");
    return json;
}

/// `told_before` is given if false: no message of that partner has named the reference.
QueryAsker::DoneHandler answer_to(OfficerCall& call, bool told_before = true) {
    return [respond = call.responder(), told_before](Result<AskedQuery> const& asked) {
        if (!asked) return respond(problem(status_of(asked.error()), asked.error().code, asked.error().detail));
        auto json = asked_json(*asked);
        if (!told_before) json.set("told_before", false);
        respond({.status = 200, .content_type = "application/json", .body = to_bytes(dump(json))});
    };
}

struct Asking {
    AskRequest request;
    bool told_before;
};

Result<Asking> ask_request(OfficerCall& call) {
    ASSIGN_OR_RETURN(auto recipient, recipient_of(call));
    ASSIGN_OR_RETURN(auto const subject_text, call.required("subject"));
    ASSIGN_OR_RETURN(auto subject, SubjectReference::parse(subject_text));
    ASSIGN_OR_RETURN(auto const about_text, call.required("about"));
    ASSIGN_OR_RETURN(auto const about, parse_about(about_text));
    auto const from_text = call.text("from");
    auto const& node = recipient.to.node;
    ASSIGN_OR_RETURN(auto const told, call.parts().engine.call<std::optional<OfficeId>>(
                                          [&](Store& store) { return store.inbox().last_office(node, subject); }));
    auto from = !from_text.empty() ? OfficeId(from_text) : told ? *told : call.parts().self.offices.front();
    return Asking{{std::move(from), std::move(recipient.to), recipient.purpose, std::move(subject), about},
                  told.has_value()};
}

void ask(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const asking = ask_request(call);
    if (!asking) return call.fail(asking);
    call.parts().asker.ask(asking->request, *actor, answer_to(call, asking->told_before));
}

void ask_again(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const id = MessageId::parse(call.parameter());
    if (!id) return call.fail(id);
    call.parts().asker.again(*id, *actor, answer_to(call));
}

void show_asked(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const id = MessageId::parse(call.parameter());
    if (!id) return call.fail(id);
    answer_to(call)(call.parts().asker.read(*id, *actor));
}

void list_asked(OfficerCall& call) {
    auto const limit = call.limit(50);
    if (!limit) return call.fail(limit);
    auto const rows = call.parts().engine.call<std::vector<AskedQueryRow>>(
        [&](Store& store) { return store.queries_asked().list(*limit); });
    if (!rows) return call.fail(rows);
    auto list = Json::array();
    for (auto const& row : *rows) list.push(asked_json(row));
    call.answer(Json::object().set("queries", std::move(list)));
}

void list_waiting(OfficerCall& call) {
    auto const limit = call.limit(50);
    if (!limit) return call.fail(limit);
    auto const now = call.parts().clock.now();
    auto const rows = call.parts().engine.call<std::vector<ReceivedQueryRow>>(
        [&](Store& store) { return store.queries_received().waiting(now, *limit); });
    if (!rows) return call.fail(rows);
    auto list = Json::array();
    for (auto const& row : *rows) list.push(waiting_json(row));
    call.answer(Json::object().set("queries", std::move(list)));
}

void preview_waiting(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const id = MessageId::parse(call.parameter());
    if (!id) return call.fail(id);
    auto const preview = call.parts().desk.preview(*id, *actor);
    if (!preview) return call.fail(preview);
    auto json = waiting_json(preview->row);
    json.set("known", preview->request.has_value());
    if (!preview->deliberation) return call.answer(json.set("allowed", false));
    auto const shown = preview_json(*preview->deliberation);
    if (!shown) return call.fail(shown);
    json.set("case", preview->request->case_id.text());
    for (auto const& [key, value] : *shown->as_object()) json.set(key, value);
    call.answer(json);
}

void approve(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const id = MessageId::parse(call.parameter());
    if (!id) return call.fail(id);
    auto const digest = Digest::from_hex(call.text("digest"));
    if (!digest) return call.fail({ErrorKind::invalid, "request.missing", "digest: of the preview"});
    if (auto const done = call.parts().desk.approve(*id, *digest, *actor); !done) return call.fail(done);
    call.answer(Json::object().set("query", id->text()).set("decision", "yes"));
}

void refuse(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const id = MessageId::parse(call.parameter());
    if (!id) return call.fail(id);
    if (auto const done = call.parts().desk.refuse(*id, *actor); !done) return call.fail(done);
    call.answer(Json::object().set("query", id->text()).set("decision", "no"));
}

}  // namespace

std::vector<OfficerRoute> query_routes() {
    return {
        {"POST", "/v1/queries", Access::case_work, ask},
        {"GET", "/v1/queries", Access::reading, list_asked},
        {"GET", "/v1/queries/waiting", Access::case_work, list_waiting},
        {"GET", "/v1/queries/waiting/*", Access::case_work, preview_waiting},
        {"POST", "/v1/queries/waiting/*/approve", Access::case_work, approve},
        {"POST", "/v1/queries/waiting/*/refuse", Access::case_work, refuse},
        {"GET", "/v1/queries/*", Access::case_work, show_asked},
        {"POST", "/v1/queries/*/again", Access::case_work, ask_again},
    };
}

}  // namespace casebridge
