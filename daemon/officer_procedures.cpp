// Officer API: procedures with partners. What a step says may be about a person; looking at one is an act.
#include "daemon/officer_call.h"

#include <algorithm>
#include <charconv>

namespace casebridge {

namespace {

std::string_view state_of(Awaiting const& awaiting, Timestamp now) {
    if (now >= awaiting.expires) return "expired";
    if (now >= awaiting.overdue) return "overdue";
    return now >= awaiting.remind ? "reminder" : "waiting";
}

Json awaited_json(OfficerCall& call, ProcedureRow const& row) {
    auto const& waiting = *row.facts.waiting;
    auto json = Json::object();
    json.set("side", to_text(waiting.side)).set("us", waiting.side == row.side).set("for", to_text(waiting.deadline));
    json.set("since", to_rfc3339(waiting.since));
    if (waiting.on) json.set("on", to_iso8601(*waiting.on));
    auto const instruments = call.parts().instruments.get();
    auto const* const terms = ProcedureDesk::terms_of(*instruments, row);
    if (terms == nullptr) return json.set("error", "procedure.agreement_not_in_force");
    auto const calendars = call.parts().calendars.get();
    auto const due = due_at(waiting, *terms, call.parts().procedures.calendars_of(*calendars, row));
    if (!due) return json.set("error", due.error().code);
    Awaiting const awaiting{waiting.side,
                            waiting.deadline,
                            waiting.since,
                            remind_at(waiting, *due),
                            *due,
                            overdue_at(*due),
                            expires_at(waiting, row.expire_after)};
    return json.set("remind", to_rfc3339(awaiting.remind))
        .set("due", to_rfc3339(awaiting.due))
        .set("overdue", to_rfc3339(awaiting.overdue))
        .set("expires", to_rfc3339(awaiting.expires))
        .set("state", state_of(awaiting, call.parts().clock.now()));
}

Json row_json(OfficerCall& call, ProcedureRow const& row) {
    auto const& facts = row.facts;
    auto json = Json::object();
    json.set("procedure", row.reference.text())
        .set("kind", to_text(row.kind))
        .set("purpose", to_text(purpose_of(row.kind)))
        .set("with", address_json(row.peer))
        .set("office", row.own_office.text())
        .set("side", to_text(row.side))
        .set("subject", row.subject.text());
    if (row.case_id) json.set("case", row.case_id->text());
    json.set("stage", to_text(facts.stage)).set("urgency", to_text(facts.urgency));
    if (facts.waiting) json.set("awaited", awaited_json(call, row));
    json.set("opened_at", to_rfc3339(row.opened_at)).set("updated_at", to_rfc3339(row.updated_at));
    if (facts.offered_on) json.set("offered_on", to_iso8601(*facts.offered_on));
    if (facts.agreed_on) json.set("agreed_on", to_iso8601(*facts.agreed_on));
    if (facts.reports_of > 0)
        json.set("reports", Json::object().set("done", facts.reports).set("of", facts.reports_of));
    auto const us = static_cast<std::size_t>(row.side);
    if (row.kind == ProcedureKind::return_and_handover)
        json.set("signed", Json::object()
                               .set("us", facts.signatures.at(us).has_value())
                               .set("them", facts.signatures.at(1 - us).has_value()));
    json.set("steps", facts.steps);
    if (facts.last_step)
        json.set("last_step", to_text(*facts.last_step)).set("last_by_us", facts.last_side == row.side);
    json.set("unread", row.unread).set("erased_at", optional_time(row.erased_at));
    return json;
}

void list_procedures(OfficerCall& call) {
    auto const limit = call.limit(100);
    if (!limit) return call.fail(limit);
    ProcedureTable::Filter filter{.open_only = call.text("open") == "true", .limit = *limit};
    if (auto const with = call.text("with"); !with.empty()) {
        auto node = NodeId::parse(with);
        if (!node) return call.fail(node);
        filter.peer = *std::move(node);
    }
    auto const after = call.text("after");
    auto const [end, error] = std::from_chars(after.data(), after.data() + after.size(), filter.after);
    if (!after.empty() && (error != std::errc() || end != after.data() + after.size()))
        return call.fail({ErrorKind::invalid, "request.bad_number", "after"});
    auto const rows = call.parts().engine.call<std::vector<ProcedureRow>>(
        [&](Store& store) { return store.procedures().list(filter); });
    if (!rows) return call.fail(rows);
    auto list = Json::array();
    for (auto const& row : *rows) list.push(row_json(call, row));
    auto json = Json::object().set("procedures", std::move(list));
    if (rows->size() == *limit) json.set("next", std::to_string(rows->back().number));
    call.answer(json);
}

/// All that is known of one procedure.
struct Shown {
    ProcedureRow row;
    std::vector<StepRow> steps;
    std::vector<std::optional<StepBody>> bodies;
    std::optional<ProcedureLog> log;  ///< none: erased
    std::optional<StepIntent> intent;
};

Result<Shown> read_shown(Store& store, SubjectReference const& reference) {
    auto& table = store.procedures();
    ASSIGN_OR_RETURN(auto row, table.find(reference));
    if (!row) return Error{ErrorKind::not_found, "procedure.not_found", reference.text()};
    ASSIGN_OR_RETURN(auto steps, table.steps(*row));
    Shown shown{*std::move(row), std::move(steps), {}, {}, {}};
    for (auto const& step : shown.steps) {
        shown.bodies.emplace_back();
        if (!step.content) continue;
        ASSIGN_OR_RETURN(auto const text, store.contents().get(*step.content));
        ASSIGN_OR_RETURN(auto body, parse_step_body(to_text(text)));
        shown.bodies.back() = std::move(body);
    }
    if (shown.row.erased_at) return shown;
    ASSIGN_OR_RETURN(shown.log, table.log(shown.row));
    ASSIGN_OR_RETURN(shown.intent, table.intent(shown.row));
    return shown;
}

Json step_json(Shown const& shown, std::size_t index) {
    auto const& step = shown.steps[index];
    auto const* const outcome = shown.log ? shown.log->outcome(step.message) : nullptr;
    auto json = Json::object();
    json.set("message", step.message.text())
        .set("side", to_text(step.side))
        .set("us", step.side == shown.row.side)
        .set("number", step.lamport)
        .set("step", to_text(step.step))
        .set("sent_at", to_rfc3339(step.sent_at))
        .set("state", to_text(step.state))
        .set("code", outcome != nullptr ? std::string(outcome->code) : step.code);
    if (step.summary) json.set("summary", step.summary->text());
    if (shown.bodies[index]) json.set("fields", shown.bodies[index]->step.to_json());
    return json;
}

/// Looking is an act: the leaf is committed before the officer sees it.
void show_procedure(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const reference = SubjectReference::parse(call.parameter());
    if (!reference) return call.fail(reference);
    auto const shown = call.parts().engine.call<Shown>([&](Store& store) -> Result<Shown> {
        ASSIGN_OR_RETURN(auto found, read_shown(store, *reference));
        auto facts = Json::object();
        facts.set("procedure", reference->text()).set("peer", found.row.peer.node.text());
        ASSIGN_OR_RETURN(auto const leaf,
                         store.log().append("officer.read", call.parts().clock.now(), *actor, facts, Json::object()));
        static_cast<void>(leaf);
        RETURN_IF_ERROR(store.procedures().mark_read(found.row));
        return found;
    });
    if (!shown) return call.fail(shown);
    auto json = row_json(call, shown->row);
    auto history = Json::array();
    for (std::size_t i = 0; i < shown->steps.size(); ++i) history.push(step_json(*shown, i));
    json.set("history", std::move(history));
    auto may = Json::array();
    if (shown->log)
        for (auto const step : shown->log->legal_steps(shown->row.side, call.parts().clock.now()))
            may.push(to_text(step));
    json.set("may", std::move(may));
    if (shown->intent)
        json.set("decided", Json::object()
                                .set("step", to_text(shown->intent->step))
                                .set("leaves_at", to_rfc3339(shown->intent->leaves_at)));
    call.answer(json);
}

Status read_opening(OfficerCall& call, StepRequest& request) {
    ASSIGN_OR_RETURN(auto const kind_text, call.required("kind"));
    ASSIGN_OR_RETURN(request.kind, parse_procedure_kind(kind_text));
    ASSIGN_OR_RETURN(auto const node_text, call.required("node"));
    ASSIGN_OR_RETURN(auto node, NodeId::parse(node_text));
    ASSIGN_OR_RETURN(auto const office_text, call.required("office"));
    ASSIGN_OR_RETURN(auto office, parse_office(office_text));
    request.to = addressed(call, {std::move(node), std::move(office)});
    if (auto const from = call.text("from"); !from.empty()) {
        ASSIGN_OR_RETURN(request.from, parse_office(from));
        auto const& offices = call.parts().self.offices;
        if (std::ranges::find(offices, *request.from) == offices.end())
            return Error{ErrorKind::invalid, "procedure.not_our_office", from};
    }
    request.step = opening_step(*request.kind);
    return Done{};
}

Result<StepRequest> read_request(OfficerCall& call, bool opens) {
    StepRequest request{.step = StepType::ask};
    if (opens) {
        RETURN_IF_ERROR(read_opening(call, request));
    } else {
        ASSIGN_OR_RETURN(request.procedure, SubjectReference::parse(call.parameter()));
        ASSIGN_OR_RETURN(auto const step, call.required("step"));
        ASSIGN_OR_RETURN(request.step, parse_step_type(step));
    }
    if (auto const case_id = call.text("case"); !case_id.empty()) request.case_id = CaseId(case_id);
    if (auto const* const fields = call.member("fields")) request.fields = *fields;
    if (auto const* const summary = call.member("with_summary")) {
        if (summary->as_bool() == nullptr) return Error{ErrorKind::invalid, "request.wrong_type", "with_summary"};
        request.with_summary = *summary->as_bool();
    }
    return request;
}

Result<Json> shown_before(OfficerCall& call, StepRequest const& request) {
    ASSIGN_OR_RETURN(auto const preview, call.parts().procedures.preview(request));
    auto json = Json::object();
    json.set("to", address_json(preview.to)).set("subject", preview.subject.text());
    json.set("kind", to_text(preview.body.kind)).set("step", to_text(preview.body.step.type()));
    json.set("fields", preview.body.step.to_json()).set("leaves_at", optional_time(preview.leaves_at));
    json.set("allowed", true).set("with_summary", preview.with_summary);
    if (preview.deliberation) {
        ASSIGN_OR_RETURN(auto const decision, preview_json(*preview.deliberation));
        json.set("allowed", preview.deliberation->decision->allowed());
        if (preview.with_summary || !preview.deliberation->decision->allowed()) json.set("summary", decision);
    }
    return json.set("digest", preview.digest.hex());
}

void preview_step(OfficerCall& call, bool opens) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const request = read_request(call, opens);
    if (!request) return call.fail(request);
    auto const json = shown_before(call, *request);
    if (!json) return call.fail(json);
    auto const logged = call.parts().engine.call<std::uint64_t>([&](Store& store) {
        auto facts = Json::object();
        facts.set("step", to_text(request->step));
        auto detail = Json::object();
        if (request->case_id) detail.set("case", request->case_id->text());
        return store.log().append("procedure.preview", call.parts().clock.now(), *actor, facts, detail);
    });
    if (!logged) return call.fail(logged);
    call.answer(*json);
}

Json sent_json(SentStep const& sent) {
    auto json = Json::object().set("procedure", sent.procedure.text());
    json.set("message", sent.message ? Json(sent.message->text()) : Json());
    if (sent.summary) json.set("summary", sent.summary->text());
    return json.set("leaves_at", optional_time(sent.leaves_at));
}

void send_step(OfficerCall& call, bool opens) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const request = read_request(call, opens);
    if (!request) return call.fail(request);
    auto const digest = Digest::from_hex(call.text("digest"));
    if (!digest) return call.fail({ErrorKind::invalid, "request.missing", "digest: of the preview"});
    call.parts().procedures.send(
        *request, *digest, *actor,
        [respond = call.responder()](Result<StepSent> const& outcome) { answer_sent(respond, outcome); });
}

}  // namespace

void answer_sent(HttpResponder const& respond, Result<StepSent> const& outcome) {
    if (!outcome) return respond(problem(status_of(outcome.error()), outcome.error().code, outcome.error().detail));
    if (auto const* const denied = std::get_if<Denied>(&*outcome)) {
        auto json = Json::object();
        json.set("title", "denied").set("status", 403).set("code", "send.denied");
        json.set("denials", denials_json(denied->reasons));
        return respond({.status = 403, .content_type = "application/problem+json", .body = to_bytes(dump(json))});
    }
    auto const json = sent_json(std::get<SentStep>(*outcome));
    respond({.status = 200, .content_type = "application/json", .body = to_bytes(dump(json))});
}

std::vector<OfficerRoute> procedure_routes() {
    return {
        {"GET", "/v1/procedures", Access::reading, list_procedures},
        {"GET", "/v1/procedures/*", Access::case_work, show_procedure},
        {"POST", "/v1/procedures", Access::case_work, [](OfficerCall& call) { send_step(call, true); }},
        {"POST", "/v1/procedures/preview", Access::case_work, [](OfficerCall& call) { preview_step(call, true); }},
        {"POST", "/v1/procedures/*/steps", Access::case_work, [](OfficerCall& call) { send_step(call, false); }},
        {"POST", "/v1/procedures/*/preview", Access::case_work, [](OfficerCall& call) { preview_step(call, false); }},
    };
}

}  // namespace casebridge
