// Officer API: the register of disclosures of one case, for the person it is about. Printing it is an act.
#include "daemon/officer_call.h"

#include <algorithm>

namespace casebridge {
namespace {

struct RegisterFacts {
    std::vector<DisclosureRow> disclosures;
    std::vector<Consent> consents;
    std::map<std::string, DutyRow> withdrawals;                 ///< by message id
    std::map<MessageId, std::vector<PermissionRow>> passed_on;  ///< given for a disclosure
};

Result<RegisterFacts> stored_facts(OfficerCall& call, CaseId const& id) {
    return call.parts().engine.call<RegisterFacts>([&](Store& store) -> Result<RegisterFacts> {
        RegisterFacts facts;
        ASSIGN_OR_RETURN(facts.disclosures, store.disclosures().of_case(id));
        ASSIGN_OR_RETURN(facts.consents, store.cases().consents(id));
        for (auto const& row : facts.disclosures) {
            ASSIGN_OR_RETURN(auto given, store.onward().given_for(row.message));
            if (!given.empty()) facts.passed_on.emplace(row.message, std::move(given));
            if (row.withdrawal.empty() || facts.withdrawals.contains(row.withdrawal)) continue;
            ASSIGN_OR_RETURN(auto const duty, MessageId::parse(row.withdrawal));
            ASSIGN_OR_RETURN(auto found, store.duties().find(duty));
            if (found) facts.withdrawals.emplace(row.withdrawal, *std::move(found));
        }
        return facts;
    });
}

/// Whether all consents the disclosures rest on are known; erased ones never will be.
bool knows_all_consents(RegisterFacts const& facts) {
    return std::ranges::all_of(facts.disclosures, [&](DisclosureRow const& row) {
        return row.consent_id.empty() ||
               std::ranges::find(facts.consents, row.consent_id, &Consent::id) != facts.consents.end();
    });
}

/// Adds the consents that only the national database has. A case that neither the register nor a consent nor the
/// national database knows is a mistyped number: nobody is told that nothing was told about them. Errors: as
/// `CaseSource::load`, where nothing else is known of the case.
Status complete(OfficerCall& call, CaseId const& id, RegisterFacts& facts) {
    bool const known = !facts.disclosures.empty() || !facts.consents.empty();
    if (known && knows_all_consents(facts)) return Done{};
    auto const sourced =
        call.parts().sharing.with_source<SourcedCase>([&](CaseSource& source) { return source.load(id); });
    if (!sourced) return known ? Status(Done{}) : Status(sourced.error());
    for (auto const& consent : sourced->consents)
        if (std::ranges::find(facts.consents, consent.id, &Consent::id) == facts.consents.end())
            facts.consents.push_back(consent);
    return Done{};
}

struct NamedRecipient {
    std::string name, office;
};

/// Who was told: whoever goes on for that node now has its place in the row.
NodeId told_as(PeerSnapshot const& peers, DisclosureRow const& row) {
    std::optional<Timestamp> until;
    auto told = row.to.node;
    for (auto const& [node, peer] : peers.all()) {
        auto const ended = peer.row.removed_at;
        if (peer.row.successor != row.to.node || !ended || *ended < row.prepared_at || (until && *until < *ended))
            continue;
        until = ended;
        told = node;
    }
    return told;
}

/// What people call the recipient: as in the agreement it was told under, if that is still here. Of one that another
/// goes on for, both.
NamedRecipient recipient_named(OfficerCall& call, DisclosureRow const& row, NodeId const& told) {
    auto const instruments = call.parts().instruments.get();
    auto const peers = call.parts().peers.snapshot();
    auto const* const under = instruments->find(row.agreement);
    auto const* party = under == nullptr ? nullptr : under->agreement.party(told);
    NamedRecipient named;
    if (party != nullptr) {
        named.name = party->name;
        auto const office = std::ranges::find(party->directory, row.to.office, &DirectoryOffice::office);
        if (office != party->directory.end()) named.office = office->name;
    } else if (peers->find(told) != nullptr) {
        named.name = peers->find(told)->row.name;
    }
    if (told != row.to.node && peers->find(row.to.node) != nullptr)
        named.name += " \u2192 " + peers->find(row.to.node)->row.name;
    return named;
}

/// In the order of the schema, who she is first.
Json categories_json(std::string const& stored) {
    auto list = Json::array();
    auto const counts = parse_json(stored);
    if (!counts || counts->as_object() == nullptr) return list;
    for (std::size_t i = 0; i < category_count; ++i) {
        auto const word = to_text(static_cast<Category>(i));
        if (counts->find(word) != nullptr) list.push(word);
    }
    return list;
}

Json consent_facts_json(RegisterFacts const& facts, std::string const& id) {
    if (id.empty()) return nullptr;
    auto json = Json::object();
    json.set("id", id);
    auto const consent = std::ranges::find(facts.consents, id, &Consent::id);
    if (consent == facts.consents.end()) return json.set("given_on", nullptr).set("withdrawn_at", nullptr);
    return json.set("given_on", to_iso8601(consent->given_on))
        .set("withdrawn_at", optional_time(consent->withdrawn_at))
        .set("language", consent->form.language);
}

Json withdrawal_json(RegisterFacts const& facts, std::string const& duty) {
    auto const found = facts.withdrawals.find(duty);
    if (found == facts.withdrawals.end()) return nullptr;
    return Json::object().set("asked_at", to_rfc3339(found->second.owed_at)).set("state", to_text(found->second.state));
}

Json passed_on_json(OfficerCall& call, RegisterFacts const& facts, MessageId const& message) {
    auto list = Json::array();
    auto const found = facts.passed_on.find(message);
    if (found == facts.passed_on.end()) return list;
    auto const peers = call.parts().peers.snapshot();
    for (auto const& each : found->second) {
        auto const* const peer = peers->find(each.recipient.node);
        list.push(Json::object()
                      .set("to", address_json(each.recipient))
                      .set("name", peer == nullptr ? std::string() : peer->row.name)
                      .set("until", to_rfc3339(each.until)));
    }
    return list;
}

Json entry_json(OfficerCall& call, RegisterFacts const& facts, DisclosureRow const& row) {
    auto const told = told_as(*call.parts().peers.snapshot(), row);
    auto const named = recipient_named(call, row, told);
    auto json = Json::object();
    json.set("message", row.message.text())
        .set("to", address_json(row.to))
        .set("told_as", told.text())
        .set("name", named.name)
        .set("office_name", named.office)
        .set("purpose", to_text(row.purpose))
        .set("categories", categories_json(row.categories))
        .set("agreement", row.agreement.hex())
        .set("consent", consent_facts_json(facts, row.consent_id))
        .set("told_at", to_rfc3339(row.prepared_at))
        .set("state", row.state)
        .set("settled_at", optional_time(row.settled_at))
        .set("withdrawal", withdrawal_json(facts, row.withdrawal))
        .set("erased_at", optional_time(row.erased_at))
        .set("passed_on", passed_on_json(call, facts, row.message));
    return json;
}

void show_register(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const id_text = call.required("case");
    if (!id_text) return call.fail(id_text);
    CaseId const id{*id_text};
    auto facts = stored_facts(call, id);
    if (!facts) return call.fail(facts);
    if (auto const completed = complete(call, id, *facts); !completed) return call.fail(completed);
    if (auto const logged = append_case_act(call, "officer.read_register", *actor, id); !logged)
        return call.fail(logged);
    auto list = Json::array();
    for (auto const& row : facts->disclosures) list.push(entry_json(call, *facts, row));
    auto const& parts = call.parts();
    auto json = Json::object();
    json.set("case", id.text())
        .set("node", parts.self.node.text())
        .set("name", parts.config.name)
        .set("time", to_rfc3339(parts.clock.now()))
        .set("disclosures", std::move(list));
    call.answer(json);
}

}  // namespace

std::vector<OfficerRoute> register_routes() {
    return {{"GET", "/v1/cases/register", Access::case_work, show_register}};
}

}  // namespace casebridge
