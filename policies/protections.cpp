#include "policies/protections.h"

#include "policies/fields.h"

#include <algorithm>

namespace casebridge {
namespace {

bool enforces_law(NodeKind kind) {
    return kind == NodeKind::police || kind == NodeKind::justice;
}

template <std::size_t size>
bool one_of(std::array<std::string_view, size> const& fields, FieldDefinition const& field) {
    return std::ranges::find(fields, field.id) != fields.end();
}

Reason because(std::string_view rule, std::string_view code, std::string text, SourceLine source = {}) {
    return {rule, code, std::move(source), std::move(text)};
}

using Given = Circumstances;
using Objection = std::optional<Reason>;

/// The person for whom another must speak: a child, or someone who may be one.
bool needs_representative(Given const& given) {
    return given.majority != Majority::adult;
}
bool given_by_another(Given const& given) {
    return given.grounds.consent != nullptr && given.grounds.consent->giver != Consent::Giver::self;
}
bool guardian_suspect(Given const& given) {
    return given.record.facts().guardian && given.record.facts().guardian->suspect;
}
/// Unknown is not cleared.
bool family_cleared(Given const& given) {
    return given.record.facts().family_suspect == Known::no && !guardian_suspect(given);
}

// C7: another legal basis than consent needs two officers, who do not exist yet.

Objection legal_basis_needs_two_officers(Given const& given) {
    if (given.request.legal_basis.empty()) return std::nullopt;
    return because("C7", "release.legal_basis_needs_two_officers",
                   "a legal basis other than consent needs the approval of two officers");
}

// C5: children, and people who may be children (WHO 2003; Primero).

Objection child_needs_guardian(Given const& given) {
    auto const* consent = given.grounds.consent;
    if (consent == nullptr || !needs_representative(given) || given_by_another(given)) return std::nullopt;
    return because("C5", "release.child_needs_guardian",
                   given.majority == Majority::minor
                       ? "under 18: a guardian or appointed representative must consent"
                       : "age unknown: a guardian or appointed representative must consent",
                   consent->source);
}

Objection child_needs_assent(Given const& given) {
    auto const* consent = given.grounds.consent;
    if (consent == nullptr || !needs_representative(given)) return std::nullopt;
    bool const asked = consent->assent == Consent::Assent::given;
    bool const excused = consent->assent == Consent::Assent::cannot_be_asked && !consent->assent_reason.empty();
    if (asked || excused) return std::nullopt;
    return because("C5", "release.child_assent_missing", "the child's assent, or why it cannot be asked, is missing",
                   consent->source);
}

/// The note must stand in the consent and be on file in the case.
Objection child_needs_best_interests(Given const& given) {
    auto const* consent = given.grounds.consent;
    if (consent == nullptr || !needs_representative(given)) return std::nullopt;
    if (consent->best_interests_note && given.record.facts().best_interests_note == Known::yes) return std::nullopt;
    return because("C5", "release.best_interests_missing", "the best-interests note is missing", consent->source);
}

/// Who consented for another must be the one the case names, and not suspected.
Objection representative_has_authority(Given const& given) {
    if (!given_by_another(given)) return std::nullopt;
    auto const& consent = *given.grounds.consent;
    auto const& guardian = given.record.facts().guardian;
    if (!guardian) {
        return because("C5", "release.guardian_unknown", "the case names nobody who may consent for the person",
                       consent.source);
    }
    if (guardian->suspect) {
        return because("C5", "release.guardian_suspect", "the guardian is suspected and has no authority",
                       consent.source);
    }
    auto const expected = guardian->capacity == Guardian::Capacity::guardian ? Consent::Giver::guardian
                                                                             : Consent::Giver::appointed_representative;
    if (consent.giver == expected) return std::nullopt;
    return because("C5", "release.guardian_differs", "the case names another capacity than the consent",
                   consent.source);
}

/// Whether the person was surely an adult on `then`. An age without a birth date was true on some day up to today, so
/// it is counted back; that matters where another spoke for the person.
bool was_adult(Given const& given, Date then) {
    if (majority_at(given.record, then) != Majority::adult) return false;
    if (!given_by_another(given) || age_at(given.record, then)) return true;
    auto const* value = given.record.find(field::age);
    auto const* age = value == nullptr ? nullptr : std::get_if<std::int64_t>(value);
    int const years = static_cast<int>(given.today.year()) - static_cast<int>(then.year()) + 1;
    return age != nullptr && *age - years >= 18;
}

/// What was consented while the person was, or may have been, a child ends at 18.
Objection renewed_at_18(Given const& given) {
    auto const* consent = given.grounds.consent;
    if (consent == nullptr || needs_representative(given)) return std::nullopt;
    if (was_adult(given, consent->given_on)) return std::nullopt;
    return because("C5", "release.renew_at_18", "the consent was given for a child who is now an adult",
                   consent->source);
}

Objection suspected_family_is_not_traced(Given const& given) {
    if (given.request.purpose != Purpose::family_tracing || family_cleared(given)) return std::nullopt;
    return because("C5", "release.family_not_cleared",
                   "family tracing needs a family and guardian known not to be suspected");
}

// C6: the list of those who must never receive (Primero disclosure_deny_details).

constexpr std::string_view person_prefix = "person:";

bool names_a_person(Given const& given) {
    return std::ranges::any_of(given.record.facts().withhold_from,
                               [](std::string const& entry) { return entry.starts_with(person_prefix); });
}

/// A node, `node/office` or `person:…`. What is none of these may mean anyone, so it means everyone.
Objection withheld_from(Given const& given) {
    auto const& recipient = given.request.recipient;
    for (std::string_view const entry : given.record.facts().withhold_from) {
        if (entry.starts_with(person_prefix)) continue;
        auto const slash = entry.find('/');
        auto const node = NodeId::parse(entry.substr(0, slash));
        bool const whole_node = slash == std::string_view::npos;
        if (!node || (!whole_node && !parse_office(entry.substr(slash + 1)))) {
            return because("C6", "release.withhold_unresolvable",
                           "the withhold-from list has an entry that is no node, office or `person:`");
        }
        if (*node != recipient.node) continue;
        if (whole_node || entry.substr(slash + 1) == recipient.office.text()) {
            return because("C6", "release.withheld_from_recipient", "the withhold-from list names this recipient");
        }
    }
    return std::nullopt;
}

Objection withheld_from_a_person(Given const& given) {
    if (given.request.purpose != Purpose::family_tracing || !names_a_person(given)) return std::nullopt;
    return because("C6", "release.withheld_from_person", "the withhold-from list names a person: no family tracing");
}

/// A node that cannot keep an office apart is denied whole.
Objection office_is_kept_apart(Given const& given) {
    if (given.grounds.agreement == nullptr) return std::nullopt;
    auto const* party = given.grounds.agreement->party(given.request.recipient.node);
    if (party == nullptr || party->offices.empty()) {
        return because("C6", "release.offices_not_kept_apart", "the agreement names no office of the recipient",
                       given.grounds.agreement->source());
    }
    if (std::ranges::find(party->offices, given.request.recipient.office) != party->offices.end()) return std::nullopt;
    return because("C6", "release.office_unknown", "the agreement does not name this office of the recipient",
                   given.grounds.agreement->source());
}

// C2: purposes are never implied by each other, nor by a yes of another kind (Primero's fields).

Objection case_record_agrees(Given const& given) {
    auto const& facts = given.record.facts();
    if (facts.refused_purposes.contains(given.request.purpose)) {
        return because("C2", "release.refused_in_case_record",
                       "the case record of the national system does not say yes to this purpose");
    }
    if (facts.refused_recipients.contains(given.request.recipient_kind)) {
        return because("C2", "release.refused_in_case_record",
                       "the case record of the national system does not say yes to recipients of this kind");
    }
    return std::nullopt;
}

// P2: welfare and law enforcement are separate channels (IOM; WHO).

Objection law_enforcement_channel(Given const& given) {
    if (given.request.purpose != Purpose::law_enforcement) return std::nullopt;
    if (enforces_law(given.request.sender_kind) && enforces_law(given.request.recipient_kind)) return std::nullopt;
    return because("P2", "release.not_a_law_enforcement_channel",
                   "law_enforcement exists only between police or justice nodes");
}

Objection welfare_tells_no_police(Given const& given) {
    if (enforces_law(given.request.sender_kind) || !enforces_law(given.request.recipient_kind)) return std::nullopt;
    return because("P2", "release.welfare_to_law_enforcement", "nothing passes from welfare to law enforcement");
}

// M1: an allow-list of fields per purpose; two purposes have no case fields at all.

Objection purpose_carries_cases(Given const& given) {
    if (given.request.purpose != Purpose::statistics && given.request.purpose != Purpose::matching) return std::nullopt;
    return because("M1", "release.no_case_purpose", "this purpose never carries a case");
}

// A1: a notice of identification is sent only if the victim does not object (ACTIP 14).

Objection notice_needs_no_objection(Given const& given) {
    if (given.request.purpose != Purpose::identification_notice) return std::nullopt;
    switch (given.record.facts().victim_objects_to_notice) {
        case Known::no:
            return std::nullopt;
        case Known::yes:
            return because("A1", "release.victim_objects", "the person objects to the notice");
        case Known::unknown:
            break;
    }
    return because("A1", "release.objection_not_asked", "nobody has asked whether the person objects to the notice");
}

constexpr CaseProtection case_table[] = {
    {"C7", legal_basis_needs_two_officers},
    {"M1", purpose_carries_cases},
    {"P2", law_enforcement_channel},
    {"P2", welfare_tells_no_police},
    {"C6", withheld_from},
    {"C6", withheld_from_a_person},
    {"C6", office_is_kept_apart},
    {"C2", case_record_agrees},
    {"C5", child_needs_guardian},
    {"C5", child_needs_assent},
    {"C5", child_needs_best_interests},
    {"C5", representative_has_authority},
    {"C5", renewed_at_18},
    {"C5", suspected_family_is_not_traced},
    {"A1", notice_needs_no_objection},
};

Objection health_is_named(Given const& given, FieldDefinition const& field) {
    if (field.category != Category::health || given.grounds.consent->categories.contains(Category::health)) {
        return std::nullopt;
    }
    return because("health", "release.health_not_named", "the consent does not name health",
                   given.grounds.consent->source);
}

Objection narrative_is_named(Given const& given, FieldDefinition const& field) {
    if (field.category != Category::narrative || given.grounds.consent->categories.contains(Category::narrative)) {
        return std::nullopt;
    }
    return because("narrative", "release.narrative_not_named", "the consent does not name the narrative",
                   given.grounds.consent->source);
}

/// Free text is off unless agreement, policy and a consent to the narrative turn it on, in whatever category it is.
Objection free_text_is_named(Given const& given, FieldDefinition const& field) {
    if (field.type != FieldType::long_text || given.grounds.consent->categories.contains(Category::narrative)) {
        return std::nullopt;
    }
    return because("M2", "release.free_text_not_named", "free text needs a consent that names the narrative",
                   given.grounds.consent->source);
}

/// Relatives and guardians are people in their own right.
Objection third_party_only_in_tracing(Given const& given, FieldDefinition const& field) {
    if (field.category != Category::third_party || given.request.purpose == Purpose::family_tracing)
        return std::nullopt;
    return because("third_party", "release.third_party_not_traced", "other people are told of only in family tracing");
}

/// Nothing goes to, or leads to, a family that is not known to be unsuspected.
Objection suspected_family(Given const& given, FieldDefinition const& field) {
    bool const of_family = field.category == Category::family || field.category == Category::third_party;
    if (!of_family || family_cleared(given)) return std::nullopt;
    return because("C5", "release.family_not_cleared", "the family or guardian is suspected, or nobody has said");
}

Objection person_withheld_from(Given const& given, FieldDefinition const& field) {
    bool const of_family = field.category == Category::family || field.category == Category::third_party;
    if (!of_family || !names_a_person(given)) return std::nullopt;
    return because("C6", "release.withheld_from_person", "the withhold-from list names a person");
}

/// Contact goes through the agencies.
Objection tracing_hides_the_victim(Given const& given, FieldDefinition const& field) {
    if (given.request.purpose != Purpose::family_tracing) return std::nullopt;
    if (!one_of(field::victim_location, field) && !one_of(field::victim_contact, field)) return std::nullopt;
    return because("M5", "release.location_in_tracing", "family tracing never tells where or how to find the person");
}

// clang-format off
constexpr FieldProtection field_table[] = {
    {"health", health_is_named},
    {"narrative", narrative_is_named},
    {"M2", free_text_is_named},
    {"third_party", third_party_only_in_tracing},
    {"C5", suspected_family},
    {"C6", person_withheld_from},
    {"M5", tracing_hides_the_victim},
};
// clang-format on

FieldDecision* decision_of(std::vector<FieldDecision>& fields, std::string_view id) {
    auto const found = std::ranges::find_if(fields, [&](FieldDecision const& each) { return each.field->id == id; });
    return found == fields.end() ? nullptr : &*found;
}

/// Recorded, and told: `present` tells that there is a value, not the value.
bool told(std::vector<FieldDecision>& fields, std::string_view id) {
    auto const* decision = decision_of(fields, id);
    return decision != nullptr && decision->recorded && decision->form != Form::withheld &&
           decision->form != Form::present;
}

/// A1: the status always travels with deciding body, country and date (ACTIP 14).
Objection status_is_attributed(Given const&, std::vector<FieldDecision>& fields) {
    auto* status = decision_of(fields, field::trafficking_status);
    if (status == nullptr || status->form == Form::withheld) return std::nullopt;
    if (std::ranges::all_of(field::status_attribution, [&](auto id) { return told(fields, id); })) return std::nullopt;
    status->form = Form::withheld;
    status->reason = because("A1", "release.status_without_attribution",
                             "the status travels only with deciding body, country and date");
    return std::nullopt;
}

/// A2: a return message carries voluntariness, safety assessment and proceedings (Palermo 8; ACTIP 15).
Objection return_is_prepared(Given const& given, std::vector<FieldDecision>& fields) {
    if (given.request.purpose != Purpose::return_and_handover) return std::nullopt;
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> needed{{
        {field::return_voluntary, "release.return_needs_voluntariness"},
        {field::safety_assessment_date, "release.return_needs_safety_assessment"},
        {field::proceedings_state, "release.return_needs_proceedings"},
    }};
    for (auto const& [id, code] : needed) {
        if (told(fields, id)) continue;
        bool const recorded = given.record.find(id) != nullptr;
        return because("A2", code, std::string(id) + (recorded ? " would be withheld" : " is not recorded"));
    }
    return std::nullopt;
}

Objection return_is_voluntary(Given const& given, std::vector<FieldDecision>&) {
    if (given.request.purpose != Purpose::return_and_handover) return std::nullopt;
    auto const* value = given.record.find(field::return_voluntary);
    auto const* text = value == nullptr ? nullptr : std::get_if<std::string>(value);
    if (text == nullptr || *text == "voluntary") return std::nullopt;  // missing: `return_is_prepared` denies
    return because("A2", "release.return_not_voluntary", "the return is not voluntary");
}

/// M1: the question limits, too. After the duties above, which are those of the whole case, whatever part is asked for.
Objection only_what_was_asked(Given const& given, std::vector<FieldDecision>& fields) {
    if (given.request.about == About::summary) return std::nullopt;
    for (auto& each : fields) {
        if (each.field->category == Category::status || each.form == Form::withheld) continue;
        each.form = Form::withheld;
        each.reason = because("M1", "release.not_asked", "only the status was asked for");
    }
    return std::nullopt;
}

/// A message that tells nothing still tells that there is a case.
Objection something_is_left(Given const&, std::vector<FieldDecision>& fields) {
    if (std::ranges::any_of(fields, [](auto const& each) { return each.recorded && each.form != Form::withheld; })) {
        return std::nullopt;
    }
    return because("M1", "release.nothing_left", "nothing that is recorded may be released");
}

constexpr OutcomeProtection outcome_table[] = {
    {"A1", status_is_attributed}, {"A2", return_is_prepared}, {"A2", return_is_voluntary},
    {"M1", only_what_was_asked},  {"M1", something_is_left},
};

}  // namespace

std::span<CaseProtection const> case_protections() {
    return case_table;
}
std::span<FieldProtection const> field_protections() {
    return field_table;
}
std::span<OutcomeProtection const> outcome_protections() {
    return outcome_table;
}

}  // namespace casebridge
