#include "tests/support/release_situation.h"

#include "policies/fields.h"

#include <stdexcept>

namespace casebridge::test {
namespace {

template <typename T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(std::string(result.error().code) + "\n" + result.error().detail);
    return *std::move(result);
}

std::string list(std::vector<std::string> const& words) {
    std::string text = "[";
    for (auto const& word : words) text += (text.size() > 1 ? ", " : "") + word;
    return text + "]\n";
}

void write(std::string& text, Ceiling const& ceiling, std::string const& indent) {
    for (auto const& [field, form] : ceiling) text += indent + field + ": " + std::string(to_text(form)) + "\n";
}

FieldValues usual_values() {
    FieldValues values;
    values.emplace(field::birth_date, date("1990-04-03"));
    values.emplace(field::sex, std::string("female"));
    values.emplace(field::citizenship, std::vector<std::string>{"KH"});
    values.emplace(field::mobile_phone, std::string("+66812345678"));
    values.emplace(field::shelter, std::string("House 3"));
    values.emplace(field::current_location, std::string("House 3, Pathum Thani"));
    values.emplace(field::trafficking_status, std::string("ActualVictimOfTrafficking"));
    values.emplace(field::trafficking_status_decided_by, std::string("NonPoliceGovernmentalOrganization"));
    values.emplace(field::trafficking_status_country, std::string("TH"));
    values.emplace(field::trafficking_status_date, date("2026-02-01"));
    values.emplace(field::exploitation_types, std::vector<std::string>{"ForcedLabour"});
    values.emplace(field::return_voluntary, std::string("voluntary"));
    values.emplace(field::safety_assessment_date, date("2026-10-20"));
    values.emplace(field::proceedings_state, std::string("none"));
    values.emplace(field::care_status, std::string("adult"));
    values.emplace(field::guardian_name, std::string("Example Guardian"));
    values.emplace(field::urgent_medical_need, true);
    values.emplace(field::health_summary, std::string("Example of a health summary"));
    values.emplace(field::case_narrative, std::string("Example of a story"));
    values.emplace(field::claim_status, std::string("filed"));
    return values;
}

std::vector<GroupEntry> usual_entries() {
    auto const entry = [](Group group, std::vector<std::pair<std::string_view, std::string>> const& values) {
        GroupEntry result{group, {}};
        for (auto const& [id, text] : values) result.values.emplace(id, text);
        return result;
    };
    return {
        entry(Group::names, {{field::names::kind, "legal"}, {field::names::full, "Example Person"}}),
        entry(Group::documents, {{field::documents::kind, "passport"}, {field::documents::number, "N0000000"}}),
        entry(Group::addresses, {{field::addresses::city, "Example Village"}, {field::addresses::country, "KH"}}),
        entry(Group::relatives, {{field::relatives::name, "Example Mother"}, {field::relatives::relation, "mother"}}),
        entry(Group::names, {{field::names::kind, "alias"}, {field::names::given, "Example"}}),
    };
}

Consent usual_consent(Purpose purpose, Address const& recipient) {
    Consent consent{.id = "consent-1", .case_id = CaseId("case-1"), .purpose = purpose};
    consent.recipients.push_back({recipient.node, recipient.office});
    for (std::size_t i = 0; i < category_count; ++i) {
        auto const category = static_cast<Category>(i);
        if (category != Category::health && category != Category::narrative) consent.categories.insert(category);
    }
    consent.given_on = date("2026-10-01");
    consent.expires_on = date("2027-10-01");
    consent.epoch = 1;
    consent.source = {"consent.yaml", 1};
    return consent;
}

}  // namespace

YamlFile yaml_file(std::string const& text, std::string const& name) {
    return {to_bytes(text), must(parse_yaml(text, name))};
}

NodeId node(std::string_view text) {
    return must(NodeId::parse(text));
}
OfficeId office(std::string_view text) {
    return must(parse_office(text));
}
Date date(std::string_view text) {
    return must(parse_date(text));
}
Timestamp at_noon(std::string_view day) {
    return std::chrono::sys_days(date(day)) + std::chrono::hours(12);
}

Ceiling everything() {
    Ceiling ceiling;
    for (auto const& each : schema()) ceiling.emplace(each.id, Form::exact);
    ceiling[std::string(field::birth_date)] = Form::year;
    return ceiling;
}

std::string AgreementSketch::yaml() const {
    std::string text = "id: " + id + "\ntitle: Example\nschema: 1\nimpact_assessment: example\nonward_transfer: none\n";
    text += "in_force:\n  from: " + from + "\n" + (until.empty() ? "" : "  until: " + until + "\n") + "parties:\n";
    for (auto const& party : parties) {
        text += "  - node: " + party.node + "\n    kind: " + std::string(to_text(party.kind)) +
                "\n    name: Example ministry\n    offices: " + list(party.offices);
    }
    text += "purposes:\n";
    for (auto const& [purpose, ceiling] : purposes) {
        text += "  " + std::string(to_text(purpose)) +
                ":\n    answer_within_hours: 72\n    retention_days: 365\n    answering: officer\n";
        if (purpose == Purpose::statistics || purpose == Purpose::matching) continue;
        text += "    ceiling:\n";
        write(text, ceiling, "      ");
    }
    return text;
}

SignedAgreement AgreementSketch::load() const {
    SignedAgreement result{must(Agreement::load(yaml_file(yaml(), "agreement.yaml"))), {}};
    for (auto const& each : signed_by) result.signed_by.insert(node(each));
    return result;
}

std::string PolicySketch::yaml() const {
    std::string text = "id: " + id + "\nversion: " + std::to_string(version) + "\nrules:\n";
    for (auto const& rule : rules) {
        text += "  - purpose: " + std::string(to_text(rule.purpose)) + "\n    recipients: ";
        text += rule.recipients.empty() ? "any\n" : list(rule.recipients);
        std::string when;
        if (rule.minimum_age) when += "      minimum_age: " + std::to_string(*rule.minimum_age) + "\n";
        if (rule.maximum_age) when += "      maximum_age: " + std::to_string(*rule.maximum_age) + "\n";
        if (!rule.citizenship.empty()) when += "      citizenship: " + list(rule.citizenship);
        if (!rule.trafficking_status.empty()) when += "      trafficking_status: " + list(rule.trafficking_status);
        if (!when.empty()) text += "    when:\n" + when;
        if (rule.purpose == Purpose::statistics || rule.purpose == Purpose::matching) continue;
        text += "    fields:\n";
        write(text, rule.fields, "      ");
    }
    return text;
}

SharingPolicy PolicySketch::load() const {
    return must(SharingPolicy::load(yaml_file(yaml(), "policy.yaml")));
}

std::set<std::string> Decided::denial_codes() const {
    std::set<std::string> codes;
    for (auto const& reason : decision->denials()) codes.emplace(reason.code);
    return codes;
}

FieldDecision const* Decided::field(std::string_view id) const {
    for (auto const& each : decision->fields()) {
        if (each.field->id == id) return &each;
    }
    return nullptr;
}

Situation::Situation()
    : values(usual_values()),
      entries(usual_entries()),
      sender(node("th-msdhs")),
      recipient{node("kh-mosvy"), office("poipet-transit-centre")},
      now(at_noon("2026-11-24")) {
    facts.family_suspect = Known::no;
    facts.victim_objects_to_notice = Known::no;
    AgreementSketch agreement;
    agreement.parties = {{"th-msdhs", NodeKind::welfare, {"datip"}},
                         {"kh-mosvy", NodeKind::welfare, {"poipet-transit-centre", "phnom-penh-office"}}};
    agreement.signed_by = {"th-msdhs", "kh-mosvy"};
    for (std::size_t i = 0; i < purpose_count; ++i) {
        auto const each = static_cast<Purpose>(i);
        if (each != Purpose::law_enforcement) agreement.purposes.emplace(each, everything());
    }
    agreements.push_back(std::move(agreement));
    policies.push_back({"example-policy",
                        1,
                        {{.purpose = purpose,
                          .recipients = {},
                          .fields = everything(),
                          .minimum_age = {},
                          .maximum_age = {},
                          .citizenship = {},
                          .trafficking_status = {}}}});
    consents.push_back(usual_consent(purpose, recipient));
}

void Situation::set_purpose(Purpose to) {
    purpose = to;
    for (auto& consent : consents) consent.purpose = to;
    for (auto& policy : policies) {
        for (auto& rule : policy.rules) rule.purpose = to;
    }
}

void Situation::set_kinds(NodeKind of_sender, NodeKind of_recipient) {
    sender_kind = of_sender;
    recipient_kind = of_recipient;
    auto const enforces = [](NodeKind kind) { return kind == NodeKind::police || kind == NodeKind::justice; };
    for (auto& agreement : agreements) {
        agreement.parties.at(0).kind = of_sender;
        agreement.parties.at(1).kind = of_recipient;
        agreement.purposes.erase(Purpose::law_enforcement);
        if (enforces(of_sender) && enforces(of_recipient)) {
            agreement.purposes.emplace(Purpose::law_enforcement, everything());
        }
    }
}

void Situation::make_child() {
    values.insert_or_assign(std::string(field::birth_date), date("2012-04-03"));
    facts.guardian = Guardian{};
    facts.best_interests_note = Known::yes;
    for (auto& consent : consents) {
        consent.giver = Consent::Giver::guardian;
        consent.assent = Consent::Assent::given;
        consent.best_interests_note = true;
    }
}

CaseRecord Situation::record() const {
    CaseRecord result(CaseId("case-1"));
    for (auto const& [id, value] : values) must(result.set(id, value));
    for (auto const& entry : entries) must(result.add_entry(entry.group, entry.values));
    result.facts() = facts;
    return result;
}

Decided Situation::decide() const {
    Decided result;
    result.record = std::make_unique<CaseRecord>(record());
    for (auto const& each : agreements) result.agreements.push_back(std::make_unique<SignedAgreement>(each.load()));
    for (auto const& each : policies) result.policies.push_back(std::make_unique<SharingPolicy>(each.load()));
    for (auto const& each : consents) result.consents.push_back(std::make_unique<Consent>(each));
    ReleaseRequest request{.record = result.record.get(),
                           .sender = sender,
                           .sender_kind = sender_kind,
                           .recipient = recipient,
                           .recipient_kind = recipient_kind,
                           .purpose = purpose,
                           .recipient_schema = recipient_schema,
                           .legal_basis = legal_basis,
                           .about = about,
                           .now = now};
    for (auto const& each : result.agreements) request.agreements.push_back(each.get());
    for (auto const& each : result.policies) request.policies.push_back(each.get());
    for (auto const& each : result.consents) request.consents.push_back(each.get());
    result.decision = release(request);
    return result;
}

}  // namespace casebridge::test
