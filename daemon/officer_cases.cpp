// Officer API: cases. What is answered here is personal data, for the officer's eyes; each reading is
// an act and becomes a leaf before the answer leaves.
#include "daemon/officer_call.h"

namespace casebridge {

namespace {

Date today(OfficerCall& call) {
    return Date(std::chrono::floor<std::chrono::days>(call.parts().clock.now()));
}

Json value_json(FieldValue const& value) {
    struct ToJson {
        Json operator()(std::string const& text) const { return text; }
        Json operator()(std::vector<std::string> const& codes) const {
            auto list = Json::array();
            for (auto const& code : codes) list.push(code);
            return list;
        }
        Json operator()(Date const& date) const { return to_iso8601(date); }
        Json operator()(PartialDate const& date) const {
            auto text = std::to_string(static_cast<int>(date.year));
            if (date.month) {
                auto const month = static_cast<unsigned>(*date.month);
                text += (month < 10 ? "-0" : "-") + std::to_string(month);
            }
            return text;
        }
        Json operator()(std::int64_t number) const { return number; }
        Json operator()(bool flag) const { return flag; }
    };
    return std::visit(ToJson{}, value);
}

Json values_json(FieldValues const& values) {
    auto list = Json::array();
    for (auto const& [id, value] : values) {
        auto const* field = find_field(id);
        auto item = Json::object();
        item.set("field", id)
            .set("label", field == nullptr ? id : std::string(field->label))
            .set("value", value_json(value));
        list.push(std::move(item));
    }
    return list;
}

std::string source_text(SourceLine source) {
    if (source.file.empty()) return {};
    source.file = std::filesystem::path(source.file).filename().string();
    return to_text(source);
}

Json reason_json(Reason const& reason) {
    auto json = Json::object();
    json.set("rule", reason.rule)
        .set("code", reason.code)
        .set("source", source_text(reason.source))
        .set("text", reason.text);
    return json;
}

Result<ShareRequest> share_request(OfficerCall& call) {
    ASSIGN_OR_RETURN(auto case_id, call.required("case"));
    ASSIGN_OR_RETURN(auto recipient, recipient_of(call));
    return ShareRequest{CaseId{std::move(case_id)}, std::move(recipient.to), recipient.purpose,
                        call.text("legal_basis"), About::summary};
}

void list_cases(OfficerCall& call) {
    auto const limit = call.limit(50);
    if (!limit) return call.fail(limit);
    auto const page = call.parts().sharing.with_source<CaseSource::Page>(
        [&](CaseSource& source) { return source.list(call.text("after"), *limit, today(call)); });
    if (!page) return call.fail(page);
    auto list = Json::array();
    for (auto const& listing : page->cases) {
        auto json = Json::object();
        json.set("case", listing.id.text())
            .set("citizenship", listing.citizenship)
            .set("trafficking_status", listing.trafficking_status)
            .set("age_band", listing.age_band);
        list.push(std::move(json));
    }
    auto json = Json::object();
    json.set("cases", std::move(list))
        .set("unreadable", static_cast<std::int64_t>(page->unreadable))
        .set("more", page->more);
    call.answer(json);
}

Json disclosures_json(std::vector<DisclosureRow> const& rows) {
    auto list = Json::array();
    for (auto const& row : rows) {
        auto json = Json::object();
        json.set("message", row.message.text())
            .set("node", row.to.node.text())
            .set("office", row.to.office.text())
            .set("purpose", to_text(row.purpose))
            .set("agreement", row.agreement.hex())
            .set("consent", row.consent_id)
            .set("prepared_at", to_rfc3339(row.prepared_at))
            .set("state", row.state)
            .set("erased_at", optional_time(row.erased_at))
            .set("retain_until", optional_time(row.retain_until))
            .set("replaced_by", row.replaced_by)
            .set("withdrawn_by", row.withdrawal);
        if (auto categories = parse_json(row.categories)) json.set("categories", *std::move(categories));
        list.push(std::move(json));
    }
    return list;
}

/// Who was told something that is no longer so. Lists case numbers, as `list_cases` does.
void list_changed(OfficerCall& call) {
    auto const limit = call.limit(50);
    if (!limit) return call.fail(limit);
    auto const rows = call.parts().engine.call<std::vector<OutdatedDisclosure>>(
        [&](Store& store) { return store.watch().outdated(*limit, call.parts().clock.now()); });
    if (!rows) return call.fail(rows);
    auto list = Json::array();
    for (auto const& row : *rows) {
        auto json = Json::object();
        json.set("case", row.case_number)
            .set("message", row.message.text())
            .set("node", row.to.node.text())
            .set("office", row.to.office.text())
            .set("purpose", to_text(row.purpose))
            .set("told_at", to_rfc3339(row.prepared_at))
            .set("state", row.state == Sighting::State::present ? "changed" : to_text(row.state))
            .set("noticed_at", to_rfc3339(row.noticed_at));
        list.push(std::move(json));
    }
    auto const watch = call.parts().watch.status();
    auto json = Json::object();
    json.set("disclosures", std::move(list)).set("read_last_at", *watch.find("last_round_at"));
    call.answer(json.set("code", *watch.find("code")));
}

/// Only that something may have changed is taken from a hint; what is there is read from the national database.
void hint_case(OfficerCall& call) {
    auto const id = call.text("case");
    call.parts().watch.hint(id.empty() ? std::nullopt : std::optional(CaseId{id}));
    call.answer(Json::object(), 202);
}

void show_case(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const id_text = call.required("case");
    if (!id_text) return call.fail(id_text);
    CaseId const id{*id_text};
    auto const sourced =
        call.parts().sharing.with_source<SourcedCase>([&](CaseSource& source) { return source.load(id); });
    if (!sourced) return call.fail(sourced);
    if (auto const logged = append_case_act(call, "officer.read_case", *actor, id); !logged) return call.fail(logged);
    auto const disclosures = call.parts().engine.call<std::vector<DisclosureRow>>(
        [&](Store& store) { return store.disclosures().of_case(id); });
    if (!disclosures) return call.fail(disclosures);
    auto groups = Json::array();
    for (auto const& entry : sourced->record.entries()) {
        auto json = Json::object();
        json.set("group", to_text(entry.group)).set("fields", values_json(entry.values));
        groups.push(std::move(json));
    }
    auto json = Json::object();
    json.set("case", id.text())
        .set("fields", values_json(sourced->record.values()))
        .set("groups", std::move(groups))
        .set("disclosures", disclosures_json(*disclosures));
    call.answer(json);
}

Json decision_json(Deliberation const& deliberation) {
    auto const& decision = *deliberation.decision;
    auto fields = Json::array();
    for (auto const& field : decision.fields()) {
        auto json = reason_json(field.reason);
        json.set("field", field.field->id).set("label", field.field->label).set("form", to_text(field.form));
        if (field.entry) json.set("entry", static_cast<std::int64_t>(*field.entry));
        fields.push(std::move(json));
    }
    auto json = Json::object();
    json.set("allowed", decision.allowed())
        .set("denials", denials_json(decision.denials()))
        .set("fields", std::move(fields));
    if (!decision.allowed()) return json;
    json.set("agreement", decision.agreement()->id())
        .set("policy", decision.policy()->id().text())
        .set("consent", decision.consent()->id);
    return json;
}

void preview_case(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const request = share_request(call);
    if (!request) return call.fail(request);
    auto const deliberation = call.parts().sharing.deliberate(*request);
    if (!deliberation) return call.fail(deliberation);
    auto const json = preview_json(**deliberation);
    if (!json) return call.fail(json);
    if (auto const logged =
            call.parts().sharing.record_deliberation(**deliberation, *request, *actor, "officer.preview");
        !logged)
        return call.fail(logged);
    call.answer(*json);
}

void send_case(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const request = share_request(call);
    if (!request) return call.fail(request);
    auto const digest = Digest::from_hex(call.text("digest"));
    if (!digest) return call.fail({ErrorKind::invalid, "request.missing", "digest: of the preview"});
    call.parts().sharing.send(*request, *digest, *actor, [respond = call.responder()](Result<SendOutcome> outcome) {
        if (!outcome) return respond(problem(status_of(outcome.error()), outcome.error().code, outcome.error().detail));
        auto json = Json::object();
        if (auto const* denied = std::get_if<Denied>(&*outcome)) {
            json.set("title", "denied").set("status", 403).set("code", "send.denied");
            json.set("denials", denials_json(denied->reasons));
            return respond({.status = 403, .content_type = "application/problem+json", .body = to_bytes(dump(json))});
        }
        auto const& sent = std::get<Sent>(*outcome);
        json.set("message", sent.message.text()).set("subject", sent.subject.text()).set("sequence", sent.sequence);
        respond({.status = 202, .content_type = "application/json", .body = to_bytes(dump(json))});
    });
}

}  // namespace

Json denials_json(std::vector<Reason> const& reasons) {
    auto list = Json::array();
    for (auto const& reason : reasons) list.push(reason_json(reason));
    return list;
}

Status append_case_act(OfficerCall& call, std::string_view kind, Actor const& actor, CaseId const& id) {
    auto const appended = call.parts().engine.call<std::uint64_t>([&](Store& store) {
        auto detail = Json::object();
        detail.set("case", id.text());
        return store.log().append(kind, call.parts().clock.now(), actor, Json::object(), detail);
    });
    if (!appended) return appended.error();
    return Done{};
}

Result<Json> preview_json(Deliberation const& deliberation) {
    auto json = decision_json(deliberation);
    json.set("to", address_json(deliberation.decision->recipient()));
    if (!deliberation.decision->allowed()) return json;
    ASSIGN_OR_RETURN(auto const body, minimise(deliberation.sourced.record, *deliberation.decision,
                                               Date(std::chrono::floor<std::chrono::days>(deliberation.now))));
    return json.set("body", body.body()).set("digest", body.digest().hex());
}

std::vector<OfficerRoute> case_routes() {
    return {
        {"GET", "/v1/cases", Access::case_work, list_cases},
        {"GET", "/v1/cases/show", Access::case_work, show_case},
        {"GET", "/v1/cases/changed", Access::case_work, list_changed},
        {"POST", "/v1/cases/hint", Access::operation, hint_case},
        {"POST", "/v1/cases/preview", Access::case_work, preview_case},
        {"POST", "/v1/cases/send", Access::case_work, send_case},
    };
}

}  // namespace casebridge
