// Officer API: cases and consents. What is answered here is personal data, for the officer's eyes; each reading is
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

Json consent_json(Consent const& consent, Timestamp now) {
    auto recipients = Json::array();
    for (auto const& recipient : consent.recipients)
        recipients.push(recipient.node.text() + (recipient.office ? "/" + recipient.office->text() : ""));
    auto categories = Json::array();
    for (auto const category : consent.categories) categories.push(to_text(category));
    auto json = Json::object();
    json.set("id", consent.id)
        .set("case", consent.case_id.text())
        .set("purpose", to_text(consent.purpose))
        .set("recipients", std::move(recipients))
        .set("categories", std::move(categories))
        .set("giver", to_text(consent.giver))
        .set("given_on", to_iso8601(consent.given_on))
        .set("expires_on", to_iso8601(consent.expires_on))
        .set("withdrawn_at", consent.withdrawn_at ? Json(to_rfc3339(*consent.withdrawn_at)) : Json(nullptr))
        .set("epoch", consent.epoch)
        .set("live", consent.live(now));
    return json;
}

/// "agreement.yaml:12": the name is enough, the directories are this ministry's configuration.
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

Json denials_json(std::vector<Reason> const& reasons) {
    auto list = Json::array();
    for (auto const& reason : reasons) list.push(reason_json(reason));
    return list;
}

Result<ShareRequest> share_request(OfficerCall& call) {
    ASSIGN_OR_RETURN(auto case_id, call.required("case"));
    ASSIGN_OR_RETURN(auto recipient, recipient_of(call));
    return ShareRequest{CaseId{std::move(case_id)}, std::move(recipient.to), recipient.purpose,
                        call.text("legal_basis"), About::summary};
}

Status append_act(OfficerCall& call, std::string_view kind, Actor const& actor, CaseId const& id) {
    auto const appended = call.parts().engine.call<std::uint64_t>([&](Store& store) {
        auto detail = Json::object();
        detail.set("case", id.text());
        return store.log().append(kind, call.parts().clock.now(), actor, Json::object(), detail);
    });
    if (!appended) return appended.error();
    return Done{};
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
            .set("erased_at", optional_time(row.erased_at));
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
        [&](Store& store) { return store.watch().outdated(*limit); });
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
    if (auto const logged = append_act(call, "officer.read_case", *actor, id); !logged) return call.fail(logged);
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

void list_consents(OfficerCall& call) {
    auto const id = call.text("case");
    auto const consents = call.parts().engine.call<std::vector<Consent>>(
        [&](Store& store) { return id.empty() ? store.cases().all_consents() : store.cases().consents(CaseId{id}); });
    if (!consents) return call.fail(consents);
    auto list = Json::array();
    for (auto const& consent : *consents) list.push(consent_json(consent, call.parts().clock.now()));
    call.answer(Json::object().set("consents", std::move(list)));
}

/// Whom a consent may name: peers and parties of agreements. A misspelt node would never match, and nobody would know.
std::vector<NodeId> known_nodes(OfficerCall& call) {
    std::vector<NodeId> nodes;
    auto const peers = call.parts().peers.snapshot();
    for (auto const& [node, peer] : peers->all()) nodes.push_back(node);
    auto const instruments = call.parts().instruments.get();
    for (auto const& loaded : instruments->agreements())
        for (auto const& party : loaded.signed_agreement.agreement.parties()) nodes.push_back(party.node);
    return nodes;
}

Json consent_facts(Consent const& consent) {
    auto facts = Json::object();
    facts.set("purpose", to_text(consent.purpose)).set("giver", to_text(consent.giver));
    auto nodes = Json::array();
    for (auto const& recipient : consent.recipients) nodes.push(recipient.node.text());
    facts.set("recipients", std::move(nodes));
    return facts;
}

void record_consent(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const yaml = call.required("yaml");
    if (!yaml) return call.fail(yaml);
    auto name = call.text("file_name");
    if (name.empty()) name = "consent";
    auto root = parse_yaml(*yaml, name);
    if (!root) return call.fail(root);
    auto const known = known_nodes(call);
    auto const consent = Consent::load(YamlFile{to_bytes(*yaml), *std::move(root)}, &known);
    if (!consent) return call.fail(consent);
    auto json = Json::object();
    json.set("id", consent->id).set("case", consent->case_id.text()).set("dry_run", call.flag("dry_run"));
    if (call.flag("dry_run")) return call.answer(json);
    auto const now = call.parts().clock.now();
    auto const epoch = call.parts().engine.call<std::uint64_t>([&](Store& store) -> Result<std::uint64_t> {
        ASSIGN_OR_RETURN(auto const granted, store.cases().record_consent(*consent, now));
        auto facts = consent_facts(*consent);
        facts.set("epoch", granted);
        auto detail = Json::object();
        detail.set("case", consent->case_id.text()).set("consent", consent->id);
        ASSIGN_OR_RETURN(auto const leaf, store.log().append("consent.record", now, *actor, facts, detail));
        static_cast<void>(leaf);
        return granted;
    });
    if (!epoch) return call.fail(epoch);
    call.answer(json.set("epoch", *epoch), 201);
}

/// A consent that only the national database knows; none if it cannot be read. A copy of it in the store is what is
/// withdrawn, and from then on outranks the original.
std::optional<Consent> national_consent(OfficerCall& call, CaseId const& case_id, std::string const& id) {
    auto const stored =
        call.parts().engine.call<std::vector<Consent>>([&](Store& store) { return store.cases().consents(case_id); });
    // Nobody waits for the national database who need not.
    if (!stored || std::ranges::find(*stored, id, &Consent::id) != stored->end()) return std::nullopt;
    auto const sourced =
        call.parts().sharing.with_source<SourcedCase>([&](CaseSource& source) { return source.load(case_id); });
    if (!sourced) return std::nullopt;
    auto const found = std::ranges::find(sourced->consents, id, &Consent::id);
    return found == sourced->consents.end() ? std::nullopt : std::optional(*found);
}

void withdraw_consent(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const case_text = call.required("case");
    if (!case_text) return call.fail(case_text);
    auto const id = call.required("consent");
    if (!id) return call.fail(id);
    CaseId const case_id{*case_text};
    bool const dry_run = call.flag("dry_run");
    auto const now = call.parts().clock.now();
    struct Withdrawn {
        std::uint64_t epoch = 0;
        std::vector<DutyDesk::Told> told;
    };
    auto const national = national_consent(call, case_id, *id);
    auto const done = call.parts().engine.call<Withdrawn>([&](Store& store) -> Result<Withdrawn> {
        ASSIGN_OR_RETURN(auto consents, store.cases().consents(case_id));
        auto known = std::ranges::find(consents, *id, &Consent::id);
        if (known == consents.end()) {
            if (!national)
                return Error{ErrorKind::not_found, "consent.not_found", "no consent of that id for that case"};
            if (!dry_run) {
                ASSIGN_OR_RETURN(auto const epoch, store.cases().record_consent(*national, now));
                static_cast<void>(epoch);
            }
            consents.push_back(*national);
            known = std::prev(consents.end());
        }
        if (dry_run) {
            ASSIGN_OR_RETURN(auto told, DutyDesk::told_under(store, case_id, *id));
            return Withdrawn{known->epoch, std::move(told)};
        }
        // Once more: whoever was told and has no withdrawal that is under way or answered gets one.
        bool const again = known->withdrawn_at.has_value() && !national;
        ASSIGN_OR_RETURN(auto const withdrawn, store.cases().withdraw_consent(case_id, *id, now));
        ASSIGN_OR_RETURN(auto told, call.parts().duties.owe_withdrawals(store, case_id, *id, withdrawn, now));
        if (again && told.empty()) return Withdrawn{withdrawn, {}};
        auto facts = Json::object();
        facts.set("epoch", withdrawn).set("withdrawals", static_cast<std::int64_t>(told.size()));
        auto detail = Json::object();
        detail.set("case", case_id.text()).set("consent", *id);
        ASSIGN_OR_RETURN(auto const leaf, store.log().append("consent.withdraw", now, *actor, facts, detail));
        static_cast<void>(leaf);
        return Withdrawn{withdrawn, std::move(told)};
    });
    if (!done) return call.fail(done);
    call.parts().outbox.wake();
    call.parts().duties.dispatch();
    auto told = Json::array();
    for (auto const& each : done->told)
        told.push(Json::object().set("to", address_json(each.to)).set("messages", each.messages));
    auto json = Json::object();
    json.set("consent", *id).set("epoch", done->epoch).set("dry_run", dry_run).set("told", std::move(told));
    call.answer(json);
}

/// What we owe partners and what became of it: references and counts, no case numbers.
void list_duties(OfficerCall& call) {
    auto const limit = call.limit(50);
    if (!limit) return call.fail(limit);
    struct Listed {
        DutyRow row;
        std::optional<Json> answer;
    };
    auto const rows = call.parts().engine.call<std::vector<Listed>>([&](Store& store) -> Result<std::vector<Listed>> {
        ASSIGN_OR_RETURN(auto found, store.duties().list(*limit));
        std::vector<Listed> all;
        for (auto& row : found) {
            Listed listed{std::move(row), std::nullopt};
            if (listed.row.answer) {
                ASSIGN_OR_RETURN(auto const bytes, store.contents().get(*listed.row.answer));
                ASSIGN_OR_RETURN(listed.answer, parse_json(to_text(bytes)));
            }
            all.push_back(std::move(listed));
        }
        return all;
    });
    if (!rows) return call.fail(rows);
    auto list = Json::array();
    for (auto const& [row, answer] : *rows) {
        auto json = Json::object();
        json.set("duty", row.id.text())
            .set("type", to_text(row.type))
            .set("to", address_json(row.to))
            .set("purpose", to_text(row.purpose))
            .set("subject", row.subject.text())
            .set("state", to_text(row.state))
            .set("code", row.code)
            .set("owed_at", to_rfc3339(row.owed_at))
            .set("settled_at", optional_time(row.settled_at));
        if (answer) json.set("erased", *answer);
        list.push(std::move(json));
    }
    call.answer(Json::object().set("duties", std::move(list)));
}

}  // namespace

Result<Json> preview_json(Deliberation const& deliberation) {
    auto json = decision_json(deliberation);
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
        {"GET", "/v1/consents", Access::case_work, list_consents},
        {"POST", "/v1/consents", Access::case_work, record_consent},
        {"POST", "/v1/consents/withdraw", Access::case_work, withdraw_consent},
        {"GET", "/v1/duties", Access::reading, list_duties},
    };
}

}  // namespace casebridge
