#include "tests/unit/policies/release_oracle.h"

#include "policies/fields.h"

#include <algorithm>

namespace casebridge::test {
namespace {

/// 0 for the most telling form; the number of forms for what the chain does not have.
long place(FieldDefinition const& field, Form form) {
    return std::ranges::find(field.forms, form) - field.forms.begin();
}

struct Case {
    Trial const& trial;
    Decision const& decision;

    [[nodiscard]] bool tells(std::string_view id) const {
        return std::ranges::any_of(
            decision.fields(), [&](auto const& each) { return each.field->id == id && each.form != Form::withheld; });
    }
    [[nodiscard]] bool tells_category(Category category) const {
        return std::ranges::any_of(decision.fields(), [&](auto const& each) {
            return each.field->category == category && each.form != Form::withheld;
        });
    }
    [[nodiscard]] bool within(Ceiling const& ceiling) const {
        return std::ranges::all_of(decision.fields(), [&](auto const& each) {
            if (each.form == Form::withheld) return true;
            auto const limit = ceiling.find(each.field->id);
            return limit != ceiling.end() && place(*each.field, each.form) >= place(*each.field, limit->second);
        });
    }
    [[nodiscard]] ProtectionFacts const& facts() const { return trial.record.facts(); }
    [[nodiscard]] bool adult_on(Date day) const { return majority_at(trial.record, day) == Majority::adult; }
};

bool agreement(Case const& c) {
    auto const today = to_iso8601(c.trial.today());
    return std::ranges::any_of(c.trial.agreements, [&](auto const* each) {
        auto const& a = each->sketch;
        auto const has = [&](std::string const& name, NodeKind kind) {
            return a.signed_by.contains(name) && std::ranges::any_of(a.parties, [&](auto const& party) {
                       return party.node == name && party.kind == kind;
                   });
        };
        auto const purpose = a.purposes.find(c.trial.purpose);
        return has(c.trial.sender, c.trial.sender_kind) && has(c.trial.recipient, c.trial.recipient_kind) &&
               a.from <= today && (a.until.empty() || today <= a.until) && purpose != a.purposes.end() &&
               c.within(purpose->second);
    });
}

bool office_kept_apart(Case const& c) {
    return std::ranges::any_of(c.trial.agreements, [&](auto const* each) {
        return std::ranges::any_of(each->sketch.parties, [&](auto const& party) {
            return party.node == c.trial.recipient && std::ranges::count(party.offices, c.trial.office_name) == 1;
        });
    });
}

bool consent(Case const& c) {
    return std::ranges::any_of(c.trial.consents, [&](Consent const& each) {
        bool const named = std::ranges::any_of(each.recipients, [&](auto const& recipient) {
            return recipient.node.text() == c.trial.recipient &&
                   (!recipient.office || recipient.office->text() == c.trial.office_name);
        });
        bool const live = !each.withdrawn_at && each.given_on <= c.trial.today() && c.trial.today() < each.expires_on;
        bool const categories = std::ranges::all_of(c.decision.fields(), [&](auto const& field) {
            return field.form == Form::withheld || each.categories.contains(field.field->category);
        });
        return each.case_id.text() == "case-1" && each.purpose == c.trial.purpose && named && live && categories;
    });
}

/// 1 holds, 0 does not, -1 cannot be told.
int holds(RuleSketch const& rule, CaseRecord const& record, Date today) {
    int least = 1;
    auto const add = [&](bool known, bool met) {
        if (known && !met) least = 0;
        if (!known && least == 1) least = -1;
    };
    auto const age = age_at(record, today);
    if (rule.minimum_age) add(age.has_value(), age && *age >= *rule.minimum_age);
    if (rule.maximum_age) add(age.has_value(), age && *age <= *rule.maximum_age);
    auto const* citizenship = record.find(field::citizenship);
    auto const* status = record.find(field::trafficking_status);
    if (!rule.citizenship.empty()) {
        add(citizenship != nullptr,
            citizenship != nullptr && std::ranges::count(rule.citizenship, std::get<1>(*citizenship).at(0)) > 0);
    }
    if (!rule.trafficking_status.empty()) {
        add(status != nullptr,
            status != nullptr && std::ranges::count(rule.trafficking_status, std::get<0>(*status)) > 0);
    }
    return least;
}

bool policy(Case const& c) {
    bool one_holds = false;
    for (auto const* each : c.trial.policies) {
        for (auto const& rule : each->sketch.rules) {
            bool const addressed =
                rule.recipients.empty() || std::ranges::count(rule.recipients, c.trial.recipient) > 0;
            auto const held = holds(rule, c.trial.record, c.trial.today());
            if (rule.purpose != c.trial.purpose || !addressed || held == 0) continue;
            if (!c.within(rule.fields)) return false;
            one_holds |= held == 1;
        }
    }
    return one_holds;
}

bool child(Case const& c) {
    auto const& guardian = c.facts().guardian;
    auto const* given = c.decision.consent();
    if (given->giver != Consent::Giver::self && (!guardian || guardian->suspect)) return false;
    if (c.adult_on(c.trial.today())) return c.adult_on(given->given_on);
    return given->giver != Consent::Giver::self && given->best_interests_note &&
           c.facts().best_interests_note == Known::yes &&
           (given->assent == Consent::Assent::given || !given->assent_reason.empty());
}

bool suspected_family(Case const& c) {
    bool const clear = c.facts().family_suspect == Known::no && !(c.facts().guardian && c.facts().guardian->suspect);
    return clear || (c.trial.purpose != Purpose::family_tracing && !c.tells_category(Category::family) &&
                     !c.tells_category(Category::third_party));
}

bool withhold_from(Case const& c) {
    for (auto const& entry : c.facts().withhold_from) {
        if (entry == c.trial.recipient || entry == c.trial.recipient + "/" + c.trial.office_name) return false;
        if (entry == "somebody" || entry == "my uncle") return false;
        if (!entry.starts_with("person:")) continue;
        if (c.trial.purpose == Purpose::family_tracing || c.tells_category(Category::family) ||
            c.tells_category(Category::third_party)) {
            return false;
        }
    }
    return true;
}

bool case_record(Case const& c) {
    auto const& facts = c.facts();
    return facts.refused_purposes.count(c.trial.purpose) + facts.refused_recipients.count(c.trial.recipient_kind) == 0;
}

bool law_enforcement(Case const& c) {
    auto const enforces = [](NodeKind kind) { return kind == NodeKind::police || kind == NodeKind::justice; };
    bool const from = enforces(c.trial.sender_kind), to = enforces(c.trial.recipient_kind);
    return (from || !to) && (c.trial.purpose != Purpose::law_enforcement || (from && to));
}

bool health_and_narrative(Case const& c) {
    auto const& named = c.decision.consent()->categories;
    bool const free_text = std::ranges::any_of(c.decision.fields(), [](auto const& each) {
        return each.form != Form::withheld && each.field->type == FieldType::long_text;
    });
    return (!c.tells_category(Category::health) || named.contains(Category::health)) &&
           ((!free_text && !c.tells_category(Category::narrative)) || named.contains(Category::narrative));
}

bool third_parties(Case const& c) {
    return !c.tells_category(Category::third_party) || c.trial.purpose == Purpose::family_tracing;
}

bool tracing(Case const& c) {
    if (c.trial.purpose != Purpose::family_tracing) return true;
    return std::ranges::none_of(
        std::array<std::string_view, 10>{"current_location", "current_country", "shelter", "addresses.street",
                                         "addresses.city", "addresses.state", "addresses.country", "mobile_phone",
                                         "home_phone", "email"},
        [&](auto id) { return c.tells(id); });
}

bool status(Case const& c) {
    return !c.tells("trafficking_status") ||
           std::ranges::all_of(std::array<std::string_view, 3>{"trafficking_status_decided_by",
                                                               "trafficking_status_country", "trafficking_status_date"},
                               [&](auto id) { return c.tells(id) && c.trial.record.find(id) != nullptr; });
}

bool prepared_return(Case const& c) {
    if (c.trial.purpose != Purpose::return_and_handover) return true;
    auto const* voluntary = c.trial.record.find("return_voluntary");
    return voluntary != nullptr && *voluntary == FieldValue(std::string("voluntary")) &&
           std::ranges::all_of(
               std::array<std::string_view, 3>{"return_voluntary", "safety_assessment_date", "proceedings_state"},
               [&](auto id) { return c.tells(id) && c.trial.record.find(id) != nullptr; });
}

bool others(Case const& c) {
    return c.trial.legal_basis.empty() && c.trial.recipient_schema >= 1 && c.trial.purpose != Purpose::statistics &&
           c.trial.purpose != Purpose::matching &&
           (c.trial.purpose != Purpose::identification_notice || c.facts().victim_objects_to_notice == Known::no);
}

struct Rule {
    char const* name;
    bool (*kept)(Case const&);
};
constexpr Rule rules[] = {
    {"agreement (P3, M1)", agreement},
    {"office (C6)", office_kept_apart},
    {"consent (C2)", consent},
    {"policy", policy},
    {"child (C5)", child},
    {"suspected family (C5)", suspected_family},
    {"withhold-from (C6)", withhold_from},
    {"case record (C2)", case_record},
    {"law enforcement (P2)", law_enforcement},
    {"health, narrative, free text (M2)", health_and_narrative},
    {"third parties", third_parties},
    {"tracing (M5)", tracing},
    {"status (A1)", status},
    {"return (A2)", prepared_return},
    {"others (C7, A1, M1)", others},
};

}  // namespace

std::vector<std::string> broken_rules(Trial const& trial, Decision const& decision) {
    std::vector<std::string> broken;
    if (!decision.allowed()) return broken;
    for (auto const& rule : rules) {
        if (!rule.kept({trial, decision})) broken.emplace_back(rule.name);
    }
    return broken;
}

bool releases_no_more(Decision const& decision, Decision const& limit) {
    if (!decision.allowed()) return true;
    if (!limit.allowed() || decision.fields().size() != limit.fields().size()) return false;
    for (std::size_t i = 0; i < decision.fields().size(); ++i) {
        auto const& one = decision.fields()[i];
        auto const& other = limit.fields()[i];
        if (one.field != other.field || one.entry != other.entry) return false;
        if (one.form != Form::withheld && place(*one.field, one.form) < place(*one.field, other.form)) return false;
        if (one.form != Form::withheld && other.form == Form::withheld) return false;
    }
    return true;
}

}  // namespace casebridge::test
