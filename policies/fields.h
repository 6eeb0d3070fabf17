// The ids of the case schema's fields as constants, so that nobody types them as literals.
//
// A group's fields are in a namespace of the group's name: `field::names::given` is "names.given".
#pragma once

#include <array>
#include <string_view>

namespace casebridge::field {

// Identity
inline constexpr std::string_view birth_date = "birth_date";
inline constexpr std::string_view birth_date_estimated = "birth_date_estimated";
inline constexpr std::string_view birth_place = "birth_place";
inline constexpr std::string_view birth_country = "birth_country";
inline constexpr std::string_view home_phone = "home_phone";
inline constexpr std::string_view mobile_phone = "mobile_phone";
inline constexpr std::string_view email = "email";
inline constexpr std::string_view current_location = "current_location";
inline constexpr std::string_view current_country = "current_country";
inline constexpr std::string_view shelter = "shelter";

// Demographic
inline constexpr std::string_view age = "age";
inline constexpr std::string_view age_group = "age_group";
inline constexpr std::string_view sex = "sex";
inline constexpr std::string_view gender = "gender";
inline constexpr std::string_view citizenship = "citizenship";
inline constexpr std::string_view marital_status = "marital_status";
inline constexpr std::string_view number_of_children = "number_of_children";
inline constexpr std::string_view primary_language = "primary_language";
inline constexpr std::string_view secondary_language = "secondary_language";
inline constexpr std::string_view education = "education";
inline constexpr std::string_view deceased = "deceased";

// Status
inline constexpr std::string_view case_status = "case_status";
inline constexpr std::string_view trafficking_status = "trafficking_status";
inline constexpr std::string_view trafficking_status_decided_by = "trafficking_status_decided_by";
inline constexpr std::string_view trafficking_status_body_name = "trafficking_status_body_name";
inline constexpr std::string_view trafficking_status_country = "trafficking_status_country";
inline constexpr std::string_view trafficking_status_date = "trafficking_status_date";
inline constexpr std::string_view verification_result = "verification_result";
inline constexpr std::string_view verification_date = "verification_date";
inline constexpr std::string_view protection_choice = "protection_choice";
inline constexpr std::string_view rights_notified_on = "rights_notified_on";
inline constexpr std::string_view rights_notified_in = "rights_notified_in";

// Exploitation
inline constexpr std::string_view exploitation_types = "exploitation_types";
inline constexpr std::string_view forced_labour_industry = "forced_labour_industry";
inline constexpr std::string_view sexual_exploitation_types = "sexual_exploitation_types";
inline constexpr std::string_view recruitment_methods = "recruitment_methods";
inline constexpr std::string_view recruitment_location = "recruitment_location";
inline constexpr std::string_view exploitation_location = "exploitation_location";
inline constexpr std::string_view control_methods = "control_methods";
inline constexpr std::string_view relationship_to_trafficker = "relationship_to_trafficker";
inline constexpr std::string_view age_when_trafficked = "age_when_trafficked";

// Needs and referral
inline constexpr std::string_view services_needed = "services_needed";
inline constexpr std::string_view support_planned_until = "support_planned_until";
inline constexpr std::string_view interpreter_needed = "interpreter_needed";
inline constexpr std::string_view case_owner = "case_owner";
inline constexpr std::string_view referring_organisation = "referring_organisation";
inline constexpr std::string_view referring_case_worker = "referring_case_worker";
inline constexpr std::string_view incoming_referral_date = "incoming_referral_date";
inline constexpr std::string_view incoming_referral_reason = "incoming_referral_reason";
inline constexpr std::string_view referred_organisation = "referred_organisation";
inline constexpr std::string_view referred_case_worker = "referred_case_worker";
inline constexpr std::string_view outgoing_referral_date = "outgoing_referral_date";
inline constexpr std::string_view outgoing_referral_reason = "outgoing_referral_reason";

// Return
inline constexpr std::string_view return_voluntary = "return_voluntary";
inline constexpr std::string_view safety_assessment_date = "safety_assessment_date";
inline constexpr std::string_view safety_assessment_result = "safety_assessment_result";
inline constexpr std::string_view proceedings_state = "proceedings_state";
inline constexpr std::string_view proposed_return_date = "proposed_return_date";
inline constexpr std::string_view return_country = "return_country";
inline constexpr std::string_view border_crossing = "border_crossing";
inline constexpr std::string_view border_crossing_kind = "border_crossing_kind";
inline constexpr std::string_view receiving_office = "receiving_office";
inline constexpr std::string_view travel_document = "travel_document";
inline constexpr std::string_view escort_needed = "escort_needed";
inline constexpr std::string_view return_organised_by = "return_organised_by";

// Family and other people
inline constexpr std::string_view tracing_status = "tracing_status";
inline constexpr std::string_view family_contact_wish = "family_contact_wish";
inline constexpr std::string_view care_status = "care_status";
inline constexpr std::string_view guardian_capacity = "guardian_capacity";
inline constexpr std::string_view guardian_suspect = "guardian_suspect";
inline constexpr std::string_view guardian_name = "guardian_name";
inline constexpr std::string_view guardian_phone = "guardian_phone";

// Health
inline constexpr std::string_view health_summary = "health_summary";
inline constexpr std::string_view urgent_medical_need = "urgent_medical_need";

// Legal
inline constexpr std::string_view legal_proceedings = "legal_proceedings";
inline constexpr std::string_view claim_status = "claim_status";
inline constexpr std::string_view claim_date = "claim_date";
inline constexpr std::string_view consent_recorded = "consent_recorded";

// Narrative
inline constexpr std::string_view case_narrative = "case_narrative";
inline constexpr std::string_view case_comment = "case_comment";
inline constexpr std::string_view closure_reason = "closure_reason";
inline constexpr std::string_view incoming_referral_details = "incoming_referral_details";
inline constexpr std::string_view outgoing_referral_details = "outgoing_referral_details";
inline constexpr std::string_view support_objectives = "support_objectives";

namespace names {
inline constexpr std::string_view kind = "names.kind";
inline constexpr std::string_view salutation = "names.salutation";
inline constexpr std::string_view title = "names.title";
inline constexpr std::string_view full = "names.full";
inline constexpr std::string_view given = "names.given";
inline constexpr std::string_view middle = "names.middle";
inline constexpr std::string_view family = "names.family";
inline constexpr std::string_view script = "names.script";
inline constexpr std::string_view language = "names.language";
}  // namespace names

namespace documents {
inline constexpr std::string_view kind = "documents.kind";
inline constexpr std::string_view number = "documents.number";
inline constexpr std::string_view issuing_country = "documents.issuing_country";
inline constexpr std::string_view issued_on = "documents.issued_on";
inline constexpr std::string_view expires_on = "documents.expires_on";
}  // namespace documents

namespace addresses {
inline constexpr std::string_view kind = "addresses.kind";
inline constexpr std::string_view street = "addresses.street";
inline constexpr std::string_view city = "addresses.city";
inline constexpr std::string_view state = "addresses.state";
inline constexpr std::string_view postal_code = "addresses.postal_code";
inline constexpr std::string_view country = "addresses.country";
}  // namespace addresses

namespace exploitation_events {
inline constexpr std::string_view type = "exploitation_events.type";
inline constexpr std::string_view exploitation = "exploitation_events.exploitation";
inline constexpr std::string_view country = "exploitation_events.country";
inline constexpr std::string_view place = "exploitation_events.place";
inline constexpr std::string_view from = "exploitation_events.from";
inline constexpr std::string_view to = "exploitation_events.to";
}  // namespace exploitation_events

namespace relatives {
inline constexpr std::string_view name = "relatives.name";
inline constexpr std::string_view relation = "relatives.relation";
inline constexpr std::string_view birth_year = "relatives.birth_year";
inline constexpr std::string_view phone = "relatives.phone";
inline constexpr std::string_view place = "relatives.place";
inline constexpr std::string_view country = "relatives.country";
}  // namespace relatives

/// Where the person is or may be found, or who houses them: what an answer to family tracing never carries (M5).
inline constexpr std::array victim_location = {
    current_location,       current_country,       shelter,          addresses::kind,
    addresses::street,      addresses::city,       addresses::state, addresses::postal_code,
    addresses::country,     receiving_office,      border_crossing,  return_country,
    referring_organisation, referred_organisation,
};
/// How the person can be reached directly; under family tracing contact goes through the agencies.
inline constexpr std::array victim_contact = {home_phone, mobile_phone, email};
/// What the trafficking status must travel with (A1).
inline constexpr std::array status_attribution = {trafficking_status_decided_by, trafficking_status_country,
                                                  trafficking_status_date};
/// Without these no return message leaves (A2).
inline constexpr std::array return_conditions = {return_voluntary, safety_assessment_date, proceedings_state};

}  // namespace casebridge::field
