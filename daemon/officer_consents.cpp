// Officer API: consents, and what is owed to partners once one is withdrawn.
#include "daemon/officer_call.h"
#include "policies/yaml.h"

#include <algorithm>

namespace casebridge {

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

namespace {

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
        RETURN_IF_ERROR(store.disclosures().review_case(consent->case_id));
        auto facts = consent_facts(*consent);
        facts.set("epoch", granted);
        auto detail = Json::object();
        detail.set("case", consent->case_id.text()).set("consent", consent->id);
        ASSIGN_OR_RETURN(auto const leaf, store.log().append("consent.record", now, *actor, facts, detail));
        static_cast<void>(leaf);
        return granted;
    });
    if (!epoch) return call.fail(epoch);
    call.parts().watch.hint(consent->case_id);
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
        RETURN_IF_ERROR(store.disclosures().review_case(case_id));
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
    if (!dry_run) call.parts().watch.hint(case_id);
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

std::vector<OfficerRoute> consent_routes() {
    return {
        {"GET", "/v1/consents", Access::case_work, list_consents},
        {"POST", "/v1/consents", Access::case_work, record_consent},
        {"POST", "/v1/consents/withdraw", Access::case_work, withdraw_consent},
        {"GET", "/v1/duties", Access::reading, list_duties},
    };
}

}  // namespace casebridge
