// Our own code lists, for what HTCDS 2.0 lacks.
#include "policies/vocabulary_lists.h"

namespace casebridge {

namespace {

// As recorded; gender is a field of its own.
constexpr std::string_view sexes[] = {"male", "female", "other", "unknown"};

// The bands of Form::age_band.
constexpr std::string_view age_groups[] = {"0-14", "15-17", "18-24", "25-34", "35-44", "45-59", "60+", "unknown"};

constexpr std::string_view name_kinds[] = {"legal", "alias", "transliterated"};

constexpr std::string_view document_kinds[] = {
    "national_identity_card", "passport",    "border_pass",     "birth_certificate",       "household_registration",
    "refugee_card",           "work_permit", "driving_licence", "certificate_of_identity", "other"};

constexpr std::string_view address_kinds[] = {"mailing", "home_community", "family", "return_destination", "former"};

// ISCED 2011 levels 0 to 8, in our words.
constexpr std::string_view education_levels[] = {"early_childhood",
                                                 "primary",
                                                 "lower_secondary",
                                                 "upper_secondary",
                                                 "post_secondary_non_tertiary",
                                                 "short_cycle_tertiary",
                                                 "bachelor",
                                                 "master",
                                                 "doctoral",
                                                 "none",
                                                 "unknown"};

constexpr std::string_view verification_results[] = {"match", "no_match", "need_more", "pending"};

constexpr std::string_view protection_choices[] = {"chosen", "declined"};

constexpr std::string_view voluntariness[] = {"voluntary", "involuntary"};

constexpr std::string_view safety_assessment_results[] = {"safe", "safe_with_measures", "not_safe", "not_concluded"};

constexpr std::string_view proceedings_states[] = {"none",   "investigation", "prosecution", "trial",
                                                   "appeal", "concluded",     "suspended",   "not_wished"};

constexpr std::string_view border_crossing_kinds[] = {"land", "river", "sea", "air"};

constexpr std::string_view travel_documents[] = {
    "passport",   "emergency_travel_document", "border_pass", "certificate_of_identity", "laissez_passer", "none_yet",
    "none_needed"};

constexpr std::string_view return_organisers[] = {
    "ministry", "embassy", "international_organisation", "non_governmental_organisation", "self", "other"};

constexpr std::string_view tracing_statuses[] = {"open", "tracing_in_progress", "verified", "reunified", "closed"};

constexpr std::string_view contact_wishes[] = {"wished", "not_wished", "not_yet_asked"};

constexpr std::string_view care_statuses[] = {"accompanied", "separated", "unaccompanied", "adult", "unknown"};

constexpr std::string_view guardian_capacities[] = {"guardian", "appointed_representative"};

constexpr std::string_view relations[] = {"mother", "father",   "sister", "brother", "grandmother", "grandfather",
                                          "aunt",   "uncle",    "spouse", "partner", "daughter",    "son",
                                          "cousin", "guardian", "friend", "other",   "unknown"};

constexpr std::string_view claim_statuses[] = {"none",    "filed", "under_examination", "granted",  "partly_granted",
                                               "refused", "paid",  "appealed",          "withdrawn"};

// Why a child cannot be asked for its assent.
constexpr std::string_view assent_reasons[] = {"too_young", "incapacitated",      "in_danger",
                                               "missing",   "no_common_language", "other"};

// Why protection was declined.
constexpr std::string_view refusal_reasons[] = {"wishes_to_return_home",
                                                "wishes_to_work",
                                                "family_responsibility",
                                                "distrust",
                                                "own_arrangements",
                                                "not_stated",
                                                "other"};

constexpr CodeList lists[] = {{"sexes", sexes},
                              {"age_groups", age_groups},
                              {"name_kinds", name_kinds},
                              {"document_kinds", document_kinds},
                              {"address_kinds", address_kinds},
                              {"education_levels", education_levels},
                              {"verification_results", verification_results},
                              {"protection_choices", protection_choices},
                              {"voluntariness", voluntariness},
                              {"safety_assessment_results", safety_assessment_results},
                              {"proceedings_states", proceedings_states},
                              {"border_crossing_kinds", border_crossing_kinds},
                              {"travel_documents", travel_documents},
                              {"return_organisers", return_organisers},
                              {"tracing_statuses", tracing_statuses},
                              {"contact_wishes", contact_wishes},
                              {"care_statuses", care_statuses},
                              {"guardian_capacities", guardian_capacities},
                              {"relations", relations},
                              {"claim_statuses", claim_statuses},
                              {"assent_reasons", assent_reasons},
                              {"refusal_reasons", refusal_reasons}};

}  // namespace

std::span<CodeList const> extension_lists() {
    return lists;
}

}  // namespace casebridge
