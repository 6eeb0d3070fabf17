// Code lists of the procedures' steps: our own, for what HTCDS 2.0 lacks. A reason, an outcome or a need is a word of a
// list and never free text, so that no step can carry a sentence about a person.
#include "policies/vocabulary_lists.h"

namespace casebridge {

namespace {

// Urgency (procedure/words.h).
constexpr std::string_view urgencies[] = {"ordinary", "urgent", "immediate"};

// What may be asked for, or supplied, when an answer needs more.
constexpr std::string_view needed_items[] = {"names",     "names_in_own_script", "birth_date",      "birth_place",
                                             "documents", "photograph",          "relatives",       "home_community",
                                             "guardian",  "travel_document",     "services_needed", "legal_ground",
                                             "other"};

constexpr std::string_view withdrawal_reasons[] = {"consent_withdrawn",  "person_changed_mind",
                                                   "no_longer_needed",   "opened_in_error",
                                                   "person_not_reached", "not_safe",
                                                   "agreement_ended",    "other"};

constexpr std::string_view verification_subjects[] = {"identity", "citizenship", "age", "residence"};

// How sure a confirmation is.
constexpr std::string_view verification_grades[] = {"by_document", "by_register", "by_relatives", "by_local_authority",
                                                    "by_several"};

constexpr std::string_view tracing_wishes[] = {"contact", "news_only"};
constexpr std::string_view family_wishes[] = {"contact", "not_yet_asked"};
constexpr std::string_view contact_means[] = {"call_at_agency", "video_at_agency", "letter_through_agency",
                                              "visit_at_agency"};
constexpr std::string_view tracing_outcomes[] = {"contact_not_wished", "contact_postponed", "news_passed_on", "other"};

constexpr std::string_view referral_decline_reasons[] = {
    "no_capacity", "service_not_offered", "outside_area", "not_our_mandate", "not_eligible",
    "not_safe",    "person_not_reached",  "other"};
constexpr std::string_view referral_outcomes[] = {
    "services_completed", "services_continue_elsewhere", "person_left", "person_declined", "not_started", "other"};

constexpr std::string_view return_preparations[] = {"travel_document",  "escort",        "interpreter",
                                                    "guardian_present", "place_of_stay", "reception_centre",
                                                    "court_permission", "more_time"};
constexpr std::string_view return_decline_reasons[] = {
    "not_a_national",    "identity_not_verified", "no_safe_place",        "no_capacity",
    "documents_missing", "proceedings_pending",   "assessment_not_ready", "other"};
constexpr std::string_view date_reasons[] = {"holiday", "no_escort",           "office_closed", "documents_missing",
                                             "weather", "reception_not_ready", "proceedings",   "other"};

constexpr std::string_view follow_up_topics[] = {"safety",     "housing", "family",     "schooling",
                                                 "livelihood", "legal",   "well_being", "documents"};
constexpr std::string_view follow_up_outcomes[] = {"reintegrated", "progressing",  "needs_support", "at_risk",
                                                   "moved",        "contact_lost", "other"};
constexpr std::string_view follow_up_closings[] = {"plan_completed", "reintegrated",     "contact_lost",
                                                   "moved",          "no_longer_needed", "other"};

constexpr std::string_view claim_kinds[] = {"compensation", "restitution", "back_wages"};

constexpr std::string_view victim_objections[] = {"none", "raised", "not_asked"};

constexpr std::string_view law_enforcement_requests[] = {"status_of_investigation",
                                                         "statement_of_victim",
                                                         "presence_at_trial",
                                                         "protection_of_witness",
                                                         "identification_of_suspects",
                                                         "evidence",
                                                         "joint_operation",
                                                         "missing_person"};
constexpr std::string_view law_enforcement_grounds[] = {"mutual_legal_assistance", "police_cooperation_agreement",
                                                        "court_order", "prosecutor_order", "consent_of_victim"};
constexpr std::string_view law_enforcement_outcomes[] = {"provided", "provided_in_part", "passed_to_central_authority",
                                                         "nothing_held"};
constexpr std::string_view law_enforcement_decline_reasons[] = {"ground_not_sufficient",  "central_authority_only",
                                                                "would_harm_proceedings", "not_competent",
                                                                "person_protected",       "other"};

constexpr std::string_view visit_purposes[] = {"consultation",       "needs_assessment", "best_interests",
                                               "return_preparation", "family_news",      "identity_verification"};
constexpr std::string_view visit_decline_reasons[] = {"person_does_not_wish", "not_possible_in_time", "not_safe",
                                                      "not_in_our_care",      "court_decision",       "other"};
constexpr std::string_view visit_outcomes[] = {"held", "person_declined", "person_absent", "not_held"};

constexpr CodeList lists[] = {{"urgencies", urgencies},
                              {"needed_items", needed_items},
                              {"withdrawal_reasons", withdrawal_reasons},
                              {"verification_subjects", verification_subjects},
                              {"verification_grades", verification_grades},
                              {"tracing_wishes", tracing_wishes},
                              {"family_wishes", family_wishes},
                              {"contact_means", contact_means},
                              {"tracing_outcomes", tracing_outcomes},
                              {"referral_decline_reasons", referral_decline_reasons},
                              {"referral_outcomes", referral_outcomes},
                              {"return_preparations", return_preparations},
                              {"return_decline_reasons", return_decline_reasons},
                              {"date_reasons", date_reasons},
                              {"follow_up_topics", follow_up_topics},
                              {"follow_up_outcomes", follow_up_outcomes},
                              {"follow_up_closings", follow_up_closings},
                              {"claim_kinds", claim_kinds},
                              {"victim_objections", victim_objections},
                              {"law_enforcement_requests", law_enforcement_requests},
                              {"law_enforcement_grounds", law_enforcement_grounds},
                              {"law_enforcement_outcomes", law_enforcement_outcomes},
                              {"law_enforcement_decline_reasons", law_enforcement_decline_reasons},
                              {"visit_purposes", visit_purposes},
                              {"visit_decline_reasons", visit_decline_reasons},
                              {"visit_outcomes", visit_outcomes}};

}  // namespace

std::span<CodeList const> procedure_lists() {
    return lists;
}

}  // namespace casebridge
