#include "tests/unit/policies/random_release.h"

#include "policies/fields.h"
#include "policies/vocabulary.h"

#include <algorithm>

namespace casebridge::test {
namespace {

constexpr std::array<std::string_view, 2> senders{"th-msdhs", "th-police"};
constexpr std::array<std::string_view, 3> recipients{"kh-mosvy", "la-mlsw", "kh-police"};

NodeKind kind_of(std::string_view node_name) {
    return node_name.ends_with("police") ? NodeKind::police : NodeKind::welfare;
}

bool in(auto const& list, std::string_view id) {
    return std::ranges::find(list, id) != list.end();
}

Purpose as_purpose(int number) {
    return static_cast<Purpose>(number);
}

constexpr int agreement_pool = 80;
constexpr int policy_pool = 16;  // of each purpose

}  // namespace

ReleaseRequest Trial::request() const {
    ReleaseRequest request{.record = &record,
                           .sender = node(sender),
                           .sender_kind = sender_kind,
                           .recipient = {node(recipient), office(office_name)},
                           .recipient_kind = recipient_kind,
                           .purpose = purpose,
                           .recipient_schema = recipient_schema,
                           .legal_basis = legal_basis,
                           .now = now};
    for (auto const* each : agreements) request.agreements.push_back(&each->loaded);
    for (auto const* each : policies) request.policies.push_back(&each->loaded);
    for (auto const& each : consents) request.consents.push_back(&each);
    return request;
}

RandomRelease::RandomRelease(std::uint64_t seed) : engine_(seed) {
    for (int i = 0; i < agreement_pool; ++i) {
        auto const sketch = draw_agreement(i);
        auto lowered = sketch;
        for (auto& [purpose, ceiling] : lowered.purposes) lower(ceiling);
        agreements_.push_back({{sketch, sketch.load()}, {lowered, lowered.load()}});
    }
    for (int p = 0; p < static_cast<int>(purpose_count); ++p) {
        for (int i = 0; i < policy_pool; ++i) {
            PolicySketch sketch{"policy-" + std::to_string(i), 1, {draw_rule(as_purpose(p))}};
            if (chance(25)) sketch.rules.push_back(draw_rule(as_purpose(p)));
            auto lowered = sketch, more = sketch;
            for (auto& rule : lowered.rules) lower(rule.fields);
            more.rules.push_back(draw_rule(as_purpose(p)));
            policies_[as_purpose(p)].push_back(
                {{sketch, sketch.load()}, {lowered, lowered.load()}, {more, more.load()}});
        }
    }
}

Ceiling RandomRelease::draw_ceiling() {
    Ceiling ceiling;
    for (auto const& each : schema()) {
        bool const needed = in(field::return_conditions, each.id) || in(field::status_attribution, each.id);
        if (!chance(needed ? 97 : 75)) continue;
        bool const exact = chance(needed ? 97 : 70);
        ceiling.emplace(
            each.id,
            exact ? Form::exact : each.forms[static_cast<std::size_t>(below(static_cast<int>(each.forms.size())))]);
    }
    if (ceiling.empty()) ceiling.emplace(field::sex, Form::exact);
    return ceiling;
}

/// One field in five a step down its chain, or out.
void RandomRelease::lower(Ceiling& ceiling) {
    for (auto& [id, form] : ceiling) {
        if (!chance(20)) continue;
        auto const forms = find_field(id)->forms;
        auto const at = std::ranges::find(forms, form);
        if (at + 1 < forms.end()) form = *(at + 1);
    }
}

AgreementSketch RandomRelease::draw_agreement(int number) {
    AgreementSketch sketch;
    sketch.id = "agreement-" + std::to_string(number);
    auto const pick = [&](auto const& list) {
        return std::string(list[static_cast<std::size_t>(below(static_cast<int>(list.size())))]);
    };
    auto const from = chance(80) ? std::string(senders[0]) : pick(senders);
    auto const to = pick(recipients);
    auto const offices = chance(4) ? std::vector<std::string>{} : std::vector<std::string>{"office-a", "office-b"};
    sketch.parties = {{from, kind_of(from), {"office-a"}}, {to, kind_of(to), offices}};
    if (chance(10)) sketch.parties.push_back({"vn-welfare", NodeKind::welfare, {"office-a"}});
    for (auto const& party : sketch.parties) {
        if (chance(97)) sketch.signed_by.insert(party.node);
    }
    if (chance(4)) sketch.from = "2027-01-01";
    if (chance(8)) sketch.until = chance(50) ? "2027-06-30" : "2027-01-01";
    if (chance(4)) sketch.from = "2026-01-01", sketch.until = "2026-06-30";
    bool const police =
        std::ranges::all_of(sketch.parties, [](auto const& each) { return each.kind == NodeKind::police; });
    for (int i = 0; i < 5; ++i) {
        auto const purpose = as_purpose(below(static_cast<int>(purpose_count)));
        bool const no_case = purpose == Purpose::statistics || purpose == Purpose::matching;
        if (no_case && chance(85)) continue;
        if (purpose != Purpose::law_enforcement || police) sketch.purposes.emplace(purpose, draw_ceiling());
    }
    if (sketch.purposes.empty()) sketch.purposes.emplace(Purpose::referral, draw_ceiling());
    return sketch;
}

RuleSketch RandomRelease::draw_rule(Purpose purpose) {
    RuleSketch rule{.purpose = purpose,
                    .recipients = {},
                    .fields = draw_ceiling(),
                    .minimum_age = {},
                    .maximum_age = {},
                    .citizenship = {},
                    .trafficking_status = {}};
    if (chance(30)) rule.recipients = {"kh-mosvy", "la-mlsw"};
    if (chance(10)) rule.minimum_age = 18;
    if (chance(5)) rule.maximum_age = 40;
    if (chance(8)) rule.citizenship = {"KH", "LA"};
    if (chance(8)) rule.trafficking_status = {"ActualVictimOfTrafficking"};
    return rule;
}

FieldValue RandomRelease::draw_value(FieldDefinition const& field) {
    auto const code = [&] {
        auto const& codes = find_code_list(field.code_list)->codes;
        return std::string(codes[static_cast<std::size_t>(below(static_cast<int>(codes.size())))]);
    };
    switch (field.type) {
        case FieldType::text:
        case FieldType::long_text:
            return std::string("t") + std::to_string(below(1000));
        case FieldType::phone:
            return std::string("+668") + std::to_string(1000000 + below(1000000));
        case FieldType::code:
            return code();
        case FieldType::codes:
            return std::vector<std::string>{code()};
        case FieldType::number:
            return std::int64_t{below(60)};
        case FieldType::boolean:
            return chance(50);
        case FieldType::date:
            break;
    }
    using std::chrono::month, std::chrono::day, std::chrono::year;
    if (chance(15)) return PartialDate{year{2000 + below(26)}, std::nullopt};
    return Date{year{2000 + below(26)}, month{1u + static_cast<unsigned>(below(12))},
                day{1u + static_cast<unsigned>(below(28))}};
}

void RandomRelease::draw_birth(Trial& trial) {
    using std::chrono::January, std::chrono::year, std::chrono::day;
    int const kind = below(100);
    auto const born = [&](int first, int span) { return year{first + below(span)}; };
    Status status = Done{};
    if (kind < 70)
        status = trial.record.set(field::birth_date, Date{born(1960, 45), January, day{5}});
    else if (kind < 88)
        status = trial.record.set(field::birth_date, Date{born(2009, 15), January, day{5}});
    else if (kind < 94)
        status = trial.record.set(field::birth_date, PartialDate{born(1990, 25), std::nullopt});
    if (!status) throw std::logic_error("a drawn birth date was refused");
}

void RandomRelease::draw_record(Trial& trial) {
    std::map<Group, FieldValues> entries;
    for (auto const& each : schema()) {
        if (each.id == field::birth_date || each.id == field::age || each.id == field::age_group) continue;
        bool const needed = in(field::return_conditions, each.id) || in(field::status_attribution, each.id);
        if (!chance(needed ? 95 : 60)) continue;
        auto value = draw_value(each);
        if (each.id == field::return_voluntary && chance(85)) value = std::string("voluntary");
        if (each.group != Group::none) {
            entries[each.group].emplace(each.id, std::move(value));
        } else if (!trial.record.set(each.id, std::move(value))) {
            throw std::logic_error("a drawn value was refused: " + std::string(each.id));
        }
    }
    for (auto const& [group, values] : entries) {
        for (int i = below(3); i >= 0; --i) {
            if (!trial.record.add_entry(group, values)) throw std::logic_error("a drawn entry was refused");
        }
    }
    draw_birth(trial);
}

void RandomRelease::draw_facts(Trial& trial) {
    auto& facts = trial.record.facts();
    auto const known = [&](Known usual) { return chance(88) ? usual : static_cast<Known>(below(3)); };
    bool const child = majority_at(trial.record, trial.today()) != Majority::adult;
    if (chance(child ? 96 : 10)) {
        facts.guardian = Guardian{
            chance(80) ? Guardian::Capacity::guardian : Guardian::Capacity::appointed_representative, chance(5)};
    }
    facts.best_interests_note = known(Known::yes);
    facts.family_suspect = known(Known::no);
    facts.victim_objects_to_notice = known(Known::no);
    if (chance(2)) facts.refused_purposes.insert(chance(50) ? trial.purpose : Purpose::referral);
    if (chance(2)) facts.refused_recipients.insert(chance(50) ? trial.recipient_kind : NodeKind::health);
    if (!chance(8)) return;
    std::array<std::string, 5> const entries{trial.recipient, trial.recipient + "/office-b", "my uncle",
                                             "person:my uncle", "vn-welfare"};
    facts.withhold_from.push_back(entries[static_cast<std::size_t>(below(5))]);
}

Consent RandomRelease::draw_consent(Trial const& trial, int number) {
    Consent consent{.id = "consent-" + std::to_string(number),
                    .case_id = CaseId(chance(99) ? "case-1" : "case-2"),
                    .purpose = chance(95) ? trial.purpose : as_purpose(below(static_cast<int>(purpose_count)))};
    auto const& guardian = trial.record.facts().guardian;
    bool const child = majority_at(trial.record, trial.today()) != Majority::adult;
    if (chance(95) ? child && guardian : chance(50)) {
        bool const is_guardian = !guardian || guardian->capacity == Guardian::Capacity::guardian;
        consent.giver = is_guardian == chance(97) ? Consent::Giver::guardian : Consent::Giver::appointed_representative;
    }
    if (child) consent.assent = static_cast<Consent::Assent>(chance(90) ? 0 : below(3));
    if (consent.assent == Consent::Assent::cannot_be_asked && chance(80)) consent.assent_reason = "too_young";
    consent.best_interests_note = chance(child ? 95 : 20);
    consent.recipients.push_back({node(chance(96) ? trial.recipient : std::string("vn-welfare")), std::nullopt});
    if (chance(40)) consent.recipients.back().office = office(chance(96) ? trial.office_name : std::string("office-b"));
    for (std::size_t i = 0; i < category_count; ++i) {
        auto const category = static_cast<Category>(i);
        bool const special = category == Category::health || category == Category::narrative;
        bool const needed = category == Category::return_ || category == Category::status;
        if (chance(special ? 40 : needed ? 97 : 85)) consent.categories.insert(category);
    }
    consent.given_on = date(chance(97) ? "2026-02-01" : "2026-12-01");
    consent.expires_on = date(chance(97) ? "2027-12-01" : "2026-05-01");
    if (chance(3)) consent.withdrawn_at = trial.now;
    consent.epoch = static_cast<std::uint64_t>(below(5));
    return consent;
}

void RandomRelease::draw_frame(Trial& trial) {
    auto const any_agreement = [&]() -> DrawnAgreement const& {
        return agreements_[static_cast<std::size_t>(below(agreement_pool))].drawn;
    };
    auto const& first = any_agreement();
    trial.agreements = {&first};
    if (chance(20)) trial.agreements.push_back(&any_agreement());
    trial.now = at_noon("2026-11-24");
    trial.sender = chance(98) ? first.sketch.parties[0].node : "th-msdhs";
    trial.recipient = chance(98) ? first.sketch.parties[1].node : "la-mlsw";
    trial.office_name = chance(97) ? "office-a" : "office-z";
    trial.sender_kind = chance(98) ? kind_of(trial.sender) : NodeKind::health;
    trial.recipient_kind = chance(98) ? kind_of(trial.recipient) : NodeKind::justice;
    auto const& purposes = first.sketch.purposes;
    trial.purpose = std::next(purposes.begin(), below(static_cast<int>(purposes.size())))->first;
    if (chance(4)) trial.purpose = as_purpose(below(static_cast<int>(purpose_count)));
    auto const& pool = policies_.at(trial.purpose);
    trial.policies = {&pool[static_cast<std::size_t>(below(policy_pool))].drawn};
    if (chance(15)) trial.policies.push_back(&pool[static_cast<std::size_t>(below(policy_pool))].drawn);
    if (chance(2)) trial.legal_basis = "vital_interest";
    if (chance(2)) trial.recipient_schema = 0;
}

Trial RandomRelease::draw() {
    Trial trial;
    draw_frame(trial);
    draw_record(trial);
    draw_facts(trial);
    for (int i = chance(20) ? 1 : 0; i >= 0; --i) trial.consents.push_back(draw_consent(trial, i));
    return trial;
}

void RandomRelease::restrict_facts(Trial& trial) {
    auto& facts = trial.record.facts();
    std::array<std::string, 4> const entries{trial.recipient, trial.recipient + "/" + trial.office_name, "somebody",
                                             "person:somebody"};
    switch (below(8)) {
        case 0:
            facts.withhold_from.push_back(entries[static_cast<std::size_t>(below(4))]);
            break;
        case 1:
            facts.family_suspect = chance(50) ? Known::yes : Known::unknown;
            break;
        case 2:
            facts.victim_objects_to_notice = chance(50) ? Known::yes : Known::unknown;
            break;
        case 3:
            facts.best_interests_note = Known::unknown;
            break;
        case 4:
            if (facts.guardian) facts.guardian->suspect = true;
            break;
        case 5:
            facts.refused_purposes.insert(chance(50) ? trial.purpose : Purpose::referral);
            break;
        case 6:
            facts.refused_recipients.insert(chance(50) ? trial.recipient_kind : NodeKind::health);
            break;
        default:
            facts.guardian.reset();
            facts.family_suspect = Known::yes;
            break;
    }
}

void RandomRelease::restrict_consents(Trial& trial) {
    auto const category = static_cast<Category>(below(static_cast<int>(category_count)));
    auto const what = below(4);
    for (auto& consent : trial.consents) {
        switch (what) {
            case 0:
                consent.categories.erase(category);
                break;
            case 1:
                consent.recipients = {{node("vn-welfare"), std::nullopt}};
                break;
            case 2:
                consent.expires_on = trial.today();
                break;
            default:
                break;
        }
    }
    if (what != 3) return;
    // A single withdrawal, of whichever consent, is enough: it is the last word.
    auto& withdrawn = trial.consents[static_cast<std::size_t>(below(static_cast<int>(trial.consents.size())))];
    withdrawn.withdrawn_at = trial.now;
    withdrawn.epoch = 100;
}

void RandomRelease::restrict_one(Trial& trial) {
    switch (below(7)) {
        case 0:
            for (auto& each : trial.agreements) {
                for (auto const& pair : agreements_) {
                    if (&pair.drawn == each) {
                        each = &pair.lowered;
                        break;
                    }
                }
            }
            return;
        case 1:
        case 2: {
            bool const more = chance(50);
            for (auto& each : trial.policies) {
                for (auto const& triple : policies_.at(trial.purpose)) {
                    if (&triple.drawn == each) {
                        each = more ? &triple.with_more_rules : &triple.lowered;
                        break;
                    }
                }
            }
            return;
        }
        case 3:
            return restrict_consents(trial);
        case 4:
            trial.recipient_schema = 0;
            return;
        case 5:
            trial.legal_basis = "legal_obligation";
            return;
        default:
            return restrict_facts(trial);
    }
}

}  // namespace casebridge::test
