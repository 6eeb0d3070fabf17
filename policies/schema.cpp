#include "policies/schema.h"

#include "policies/fields.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace casebridge {

namespace {

constexpr std::array category_names = {
    std::string_view("identity"), std::string_view("demographic"), std::string_view("exploitation"),
    std::string_view("status"),   std::string_view("needs"),       std::string_view("return"),
    std::string_view("family"),   std::string_view("third_party"), std::string_view("health"),
    std::string_view("legal"),    std::string_view("narrative"),
};
static_assert(category_names.size() == category_count);

constexpr std::array group_names = {
    std::string_view("none"),      std::string_view("names"),     std::string_view("documents"),
    std::string_view("addresses"), std::string_view("relatives"), std::string_view("exploitation_events"),
};

// The chains, most telling first. A place is plain text here; its country is a field of its own, so no chain offers
// `country` or `region`: a form that cannot be computed is not offered.
constexpr std::array birth_date_forms = {Form::exact, Form::year_month, Form::year, Form::age_band, Form::withheld};
constexpr std::array date_forms = {Form::exact, Form::year_month, Form::year, Form::withheld};
constexpr std::array text_forms = {Form::exact, Form::present, Form::withheld};
constexpr std::array code_forms = {Form::exact, Form::present, Form::withheld};
// Where "something is recorded" would itself tell too much (a location, a flag), or tell as much as the value.
constexpr std::array plain_forms = {Form::exact, Form::withheld};

// clang-format off
constexpr FieldDefinition fields[] = {
    {field::names::kind, "cbx_NameKind", "Kind of name", Category::identity, FieldType::code, Group::names, "name_kinds", code_forms, 64},
    {field::names::salutation, "prs_Salutation", "Salutation", Category::identity, FieldType::text, Group::names, "", text_forms, 64},
    {field::names::title, "prs_Title", "Title", Category::identity, FieldType::text, Group::names, "", text_forms, 64},
    {field::names::full, "cbx_FullName", "Full name as written", Category::identity, FieldType::text, Group::names, "", text_forms, 512},
    {field::names::given, "prs_FirstName", "Given name", Category::identity, FieldType::text, Group::names, "", text_forms, 256},
    {field::names::middle, "prs_MiddleName", "Middle name", Category::identity, FieldType::text, Group::names, "", text_forms, 256},
    {field::names::family, "prs_SecondName", "Family name", Category::identity, FieldType::text, Group::names, "", text_forms, 256},
    {field::names::script, "cbx_NameScript", "Script of the name", Category::identity, FieldType::code, Group::names, "scripts", code_forms, 64},
    {field::names::language, "cbx_NameLanguage", "Language of the name", Category::identity, FieldType::code, Group::names, "languages", code_forms, 64},
    {field::birth_date, "prs_Birthdate", "Date of birth", Category::identity, FieldType::date, Group::none, "", birth_date_forms, 10},
    {field::birth_date_estimated, "cbx_BirthDateEstimated", "Date of birth is estimated", Category::identity, FieldType::boolean, Group::none, "", plain_forms, 5},
    {field::birth_place, "cbx_BirthPlace", "Place of birth", Category::identity, FieldType::text, Group::none, "", text_forms, 256},
    {field::birth_country, "cbx_BirthCountry", "Country of birth", Category::identity, FieldType::code, Group::none, "countries", code_forms, 64},
    {field::home_phone, "prs_HomePhone", "Home telephone", Category::identity, FieldType::phone, Group::none, "", text_forms, 16},
    {field::mobile_phone, "prs_MobilePhone", "Mobile telephone", Category::identity, FieldType::phone, Group::none, "", text_forms, 16},
    {field::email, "prs_Email", "E-mail address", Category::identity, FieldType::text, Group::none, "", text_forms, 254},
    {field::documents::kind, "cbx_DocumentKind", "Kind of document", Category::identity, FieldType::code, Group::documents, "document_kinds", code_forms, 64},
    {field::documents::number, "prs_IdentityNumber", "Number of document", Category::identity, FieldType::text, Group::documents, "", text_forms, 64},
    {field::documents::issuing_country, "cbx_DocumentIssuingCountry", "Country of issue", Category::identity, FieldType::code, Group::documents, "countries", code_forms, 64},
    {field::documents::issued_on, "cbx_DocumentIssuedOn", "Date of issue", Category::identity, FieldType::date, Group::documents, "", date_forms, 10},
    {field::documents::expires_on, "cbx_DocumentExpiresOn", "Date of expiry", Category::identity, FieldType::date, Group::documents, "", date_forms, 10},
    {field::addresses::kind, "cbx_AddressKind", "Kind of address", Category::identity, FieldType::code, Group::addresses, "address_kinds", code_forms, 64},
    {field::addresses::street, "prs_MailingStreet", "Street", Category::identity, FieldType::text, Group::addresses, "", text_forms, 512},
    {field::addresses::city, "prs_MailingCity", "City, district or village", Category::identity, FieldType::text, Group::addresses, "", text_forms, 256},
    {field::addresses::state, "prs_MailingState", "Province or state", Category::identity, FieldType::text, Group::addresses, "", text_forms, 256},
    {field::addresses::postal_code, "prs_MailingPostalCode", "Postal code", Category::identity, FieldType::text, Group::addresses, "", text_forms, 32},
    {field::addresses::country, "prs_MailingCountry", "Country", Category::identity, FieldType::code, Group::addresses, "countries", code_forms, 64},
    {field::current_location, "cbx_CurrentLocation", "Where the person is now", Category::identity, FieldType::text, Group::none, "", plain_forms, 512},
    {field::current_country, "cbx_CurrentCountry", "Country where the person is now", Category::identity, FieldType::code, Group::none, "countries", code_forms, 64},
    {field::shelter, "cbx_Shelter", "Shelter", Category::identity, FieldType::text, Group::none, "", plain_forms, 256},
    {field::age, "cbx_Age", "Age as recorded", Category::demographic, FieldType::number, Group::none, "", plain_forms, 3},
    {field::age_group, "cbx_AgeGroup", "Age group", Category::demographic, FieldType::code, Group::none, "age_groups", code_forms, 64},
    {field::sex, "cbx_Sex", "Sex as recorded", Category::demographic, FieldType::code, Group::none, "sexes", code_forms, 64},
    {field::gender, "prs_Gender", "Gender", Category::demographic, FieldType::code, Group::none, "genders", code_forms, 64},
    {field::citizenship, "prs_Citizenship", "Citizenship", Category::demographic, FieldType::codes, Group::none, "countries", code_forms, 256},
    {field::marital_status, "prs_MaritalStatus", "Marital status", Category::demographic, FieldType::code, Group::none, "marital_statuses", code_forms, 64},
    {field::number_of_children, "prs_NumberOfChildren", "Number of children", Category::demographic, FieldType::number, Group::none, "", plain_forms, 3},
    {field::primary_language, "prs_PrimaryLanguage", "First language", Category::demographic, FieldType::code, Group::none, "languages", code_forms, 64},
    {field::secondary_language, "prs_SecondaryLanguage", "Second language", Category::demographic, FieldType::code, Group::none, "languages", code_forms, 64},
    {field::education, "prs_HighestLevelOfEducation", "Highest level of education", Category::demographic, FieldType::code, Group::none, "education_levels", code_forms, 64},
    {field::deceased, "prs_Deceased", "Deceased", Category::demographic, FieldType::boolean, Group::none, "", plain_forms, 5},
    {field::case_status, "cas_Status", "Status of the case", Category::status, FieldType::code, Group::none, "case_statuses", code_forms, 64},
    {field::trafficking_status, "vic_TraffickingStatus", "Trafficking status", Category::status, FieldType::code, Group::none, "trafficking_statuses", code_forms, 64},
    {field::trafficking_status_decided_by, "vic_TraffickingStatusDecisionMakingOrg", "Kind of body that decided the status", Category::status, FieldType::code, Group::none, "deciding_bodies", code_forms, 64},
    {field::trafficking_status_body_name, "cbx_TraffickingStatusBodyName", "Name of the body that decided the status", Category::status, FieldType::text, Group::none, "", text_forms, 256},
    {field::trafficking_status_country, "cbx_TraffickingStatusCountry", "Country where the status was decided", Category::status, FieldType::code, Group::none, "countries", code_forms, 64},
    {field::trafficking_status_date, "cbx_TraffickingStatusDate", "Date when the status was decided", Category::status, FieldType::date, Group::none, "", date_forms, 10},
    {field::verification_result, "cbx_VerificationResult", "Result of the identity verification", Category::status, FieldType::code, Group::none, "verification_results", code_forms, 64},
    {field::verification_date, "cbx_VerificationDate", "Date of the identity verification", Category::status, FieldType::date, Group::none, "", date_forms, 10},
    {field::protection_choice, "cbx_ProtectionChoice", "Choice of protection", Category::status, FieldType::code, Group::none, "protection_choices", code_forms, 64},
    {field::rights_notified_on, "cbx_RightsNotifiedOn", "Date when rights were explained", Category::status, FieldType::date, Group::none, "", date_forms, 10},
    {field::rights_notified_in, "cbx_RightsNotifiedIn", "Language in which rights were explained", Category::status, FieldType::code, Group::none, "languages", code_forms, 64},
    {field::exploitation_types, "vic_TypeOfExploitation", "Types of exploitation", Category::exploitation, FieldType::codes, Group::none, "exploitation_types", code_forms, 512},
    {field::forced_labour_industry, "vic_ForcedLabourIndustry", "Industry of forced labour", Category::exploitation, FieldType::code, Group::none, "industries", code_forms, 64},
    {field::sexual_exploitation_types, "vic_TypeOfSexExploitation", "Types of sexual exploitation", Category::exploitation, FieldType::codes, Group::none, "sexual_exploitation_types", code_forms, 256},
    {field::recruitment_methods, "vic_MethodOfRecruitment", "Methods of recruitment", Category::exploitation, FieldType::codes, Group::none, "recruitment_methods", code_forms, 512},
    {field::recruitment_location, "vic_LocationOfRecruitment", "Place of recruitment", Category::exploitation, FieldType::text, Group::none, "", text_forms, 512},
    {field::exploitation_location, "vic_LocationOfExploitation", "Place of exploitation", Category::exploitation, FieldType::text, Group::none, "", text_forms, 512},
    {field::control_methods, "vic_MethodsOfControl", "Methods of control", Category::exploitation, FieldType::codes, Group::none, "control_methods", code_forms, 512},
    {field::relationship_to_trafficker, "vic_RelationshipToTrafficker", "Relationship to the trafficker", Category::exploitation, FieldType::codes, Group::none, "trafficker_relationships", code_forms, 128},
    {field::age_when_trafficked, "vic_AgeWhenTrafficked", "Age when trafficked", Category::exploitation, FieldType::number, Group::none, "", plain_forms, 3},
    {field::exploitation_events::type, "hte_Type", "Kind of event", Category::exploitation, FieldType::code, Group::exploitation_events, "event_types", code_forms, 64},
    {field::exploitation_events::exploitation, "cbx_EventExploitation", "Type of exploitation", Category::exploitation, FieldType::code, Group::exploitation_events, "exploitation_types", code_forms, 64},
    {field::exploitation_events::country, "cbx_EventCountry", "Country", Category::exploitation, FieldType::code, Group::exploitation_events, "countries", code_forms, 64},
    {field::exploitation_events::place, "cbx_EventPlace", "Place", Category::exploitation, FieldType::text, Group::exploitation_events, "", text_forms, 256},
    {field::exploitation_events::from, "cbx_EventFrom", "From", Category::exploitation, FieldType::date, Group::exploitation_events, "", date_forms, 10},
    {field::exploitation_events::to, "cbx_EventTo", "To", Category::exploitation, FieldType::date, Group::exploitation_events, "", date_forms, 10},
    {field::services_needed, "cbx_ServicesNeeded", "Services needed", Category::needs, FieldType::codes, Group::none, "services", code_forms, 512},
    {field::support_planned_until, "spl_PlannedEndDate", "Support planned until", Category::needs, FieldType::date, Group::none, "", date_forms, 10},
    {field::interpreter_needed, "cbx_InterpreterNeeded", "Interpreter needed", Category::needs, FieldType::boolean, Group::none, "", plain_forms, 5},
    {field::case_owner, "cas_CaseOwner", "Case owner", Category::needs, FieldType::text, Group::none, "", text_forms, 256},
    {field::referring_organisation, "cas_ReferringOrganisation", "Referring organisation", Category::needs, FieldType::text, Group::none, "", text_forms, 256},
    {field::referring_case_worker, "cas_ReferringPrimaryCaseWorker", "Case worker at the referring organisation", Category::needs, FieldType::text, Group::none, "", text_forms, 256},
    {field::incoming_referral_date, "cas_IncomingReferralDate", "Date of incoming referral", Category::needs, FieldType::date, Group::none, "", date_forms, 10},
    {field::incoming_referral_reason, "cas_ReasonForIncomingReferral", "Reason for incoming referral", Category::needs, FieldType::code, Group::none, "referral_reasons", code_forms, 64},
    {field::referred_organisation, "cas_ReferredOrganisation", "Organisations referred to", Category::needs, FieldType::text, Group::none, "", text_forms, 512},
    {field::referred_case_worker, "cas_ReferredPrimaryCaseWorker", "Case worker at the organisation referred to", Category::needs, FieldType::text, Group::none, "", text_forms, 256},
    {field::outgoing_referral_date, "cas_OutgoingReferralDate", "Date of outgoing referral", Category::needs, FieldType::date, Group::none, "", date_forms, 10},
    {field::outgoing_referral_reason, "cas_ReasonForOutgoingReferral", "Reason for outgoing referral", Category::needs, FieldType::code, Group::none, "referral_reasons", code_forms, 64},
    {field::return_voluntary, "cbx_ReturnVoluntary", "Whether the return is voluntary", Category::return_, FieldType::code, Group::none, "voluntariness", code_forms, 64},
    {field::safety_assessment_date, "cbx_SafetyAssessmentDate", "Date of the safety assessment", Category::return_, FieldType::date, Group::none, "", date_forms, 10},
    {field::safety_assessment_result, "cbx_SafetyAssessmentResult", "Result of the safety assessment", Category::return_, FieldType::code, Group::none, "safety_assessment_results", code_forms, 64},
    {field::proceedings_state, "cbx_ProceedingsState", "State of legal proceedings", Category::return_, FieldType::code, Group::none, "proceedings_states", code_forms, 64},
    {field::proposed_return_date, "cbx_ProposedReturnDate", "Proposed date of return", Category::return_, FieldType::date, Group::none, "", date_forms, 10},
    {field::return_country, "cbx_ReturnCountry", "Country of return", Category::return_, FieldType::code, Group::none, "countries", code_forms, 64},
    {field::border_crossing, "cbx_BorderCrossing", "Border crossing", Category::return_, FieldType::text, Group::none, "", text_forms, 256},
    {field::border_crossing_kind, "cbx_BorderCrossingKind", "Kind of border crossing", Category::return_, FieldType::code, Group::none, "border_crossing_kinds", code_forms, 64},
    {field::receiving_office, "cbx_ReceivingOffice", "Receiving office", Category::return_, FieldType::text, Group::none, "", text_forms, 256},
    {field::travel_document, "cbx_TravelDocument", "Travel document", Category::return_, FieldType::code, Group::none, "travel_documents", code_forms, 64},
    {field::escort_needed, "cbx_EscortNeeded", "Escort needed", Category::return_, FieldType::boolean, Group::none, "", plain_forms, 5},
    {field::return_organised_by, "cbx_ReturnOrganisedBy", "Who organises the return", Category::return_, FieldType::code, Group::none, "return_organisers", code_forms, 64},
    {field::tracing_status, "cbx_TracingStatus", "Status of family tracing", Category::family, FieldType::code, Group::none, "tracing_statuses", code_forms, 64},
    {field::family_contact_wish, "cbx_FamilyContactWish", "Whether contact with family is wished", Category::family, FieldType::code, Group::none, "contact_wishes", code_forms, 64},
    {field::care_status, "cbx_CareStatus", "Whether accompanied by family", Category::family, FieldType::code, Group::none, "care_statuses", code_forms, 64},
    {field::guardian_capacity, "cbx_GuardianCapacity", "Capacity of the guardian", Category::family, FieldType::code, Group::none, "guardian_capacities", code_forms, 64},
    {field::guardian_suspect, "cbx_GuardianSuspect", "Guardian is suspected of involvement", Category::family, FieldType::boolean, Group::none, "", plain_forms, 5},
    {field::guardian_name, "cbx_GuardianName", "Name of the guardian", Category::third_party, FieldType::text, Group::none, "", text_forms, 512},
    {field::guardian_phone, "cbx_GuardianPhone", "Telephone of the guardian", Category::third_party, FieldType::phone, Group::none, "", text_forms, 16},
    {field::relatives::name, "cbx_RelativeName", "Name", Category::third_party, FieldType::text, Group::relatives, "", text_forms, 512},
    {field::relatives::relation, "cbx_RelativeRelation", "Relation", Category::third_party, FieldType::code, Group::relatives, "relations", code_forms, 64},
    {field::relatives::birth_year, "cbx_RelativeBirthYear", "Year of birth", Category::third_party, FieldType::number, Group::relatives, "", plain_forms, 4},
    {field::relatives::phone, "cbx_RelativePhone", "Telephone", Category::third_party, FieldType::phone, Group::relatives, "", text_forms, 16},
    {field::relatives::place, "cbx_RelativePlace", "Place", Category::third_party, FieldType::text, Group::relatives, "", text_forms, 512},
    {field::relatives::country, "cbx_RelativeCountry", "Country", Category::third_party, FieldType::code, Group::relatives, "countries", code_forms, 64},
    {field::health_summary, "cbx_HealthSummary", "Summary of health", Category::health, FieldType::long_text, Group::none, "", text_forms, 4096},
    {field::urgent_medical_need, "cbx_UrgentMedicalNeed", "Urgent medical need", Category::health, FieldType::boolean, Group::none, "", plain_forms, 5},
    {field::legal_proceedings, "cbx_LegalProceedings", "Legal proceedings", Category::legal, FieldType::text, Group::none, "", text_forms, 512},
    {field::claim_status, "cbx_ClaimStatus", "Status of the claim for compensation", Category::legal, FieldType::code, Group::none, "claim_statuses", code_forms, 64},
    {field::claim_date, "cbx_ClaimDate", "Date of the last step of the claim", Category::legal, FieldType::date, Group::none, "", date_forms, 10},
    {field::consent_recorded, "con_Consent", "Consent form on file (no consent by itself)", Category::legal, FieldType::boolean, Group::none, "", plain_forms, 5},
    {field::case_narrative, "cbx_CaseNarrative", "Account of the case", Category::narrative, FieldType::long_text, Group::none, "", text_forms, 16384},
    {field::case_comment, "cco_CaseComment", "Comment", Category::narrative, FieldType::long_text, Group::none, "", text_forms, 4096},
    {field::closure_reason, "cas_ReasonForCaseClosure", "Reason for closing the case", Category::narrative, FieldType::long_text, Group::none, "", text_forms, 4096},
    {field::incoming_referral_details, "cas_IncomingReferralDetails", "Details of the incoming referral", Category::narrative, FieldType::long_text, Group::none, "", text_forms, 8192},
    {field::outgoing_referral_details, "cas_OutgoingReferralDetails", "Details of the outgoing referral", Category::narrative, FieldType::long_text, Group::none, "", text_forms, 8192},
    {field::support_objectives, "spl_Objectives", "Objectives of the support plan", Category::narrative, FieldType::long_text, Group::none, "", text_forms, 4096},
};
// clang-format on

}  // namespace

std::string_view to_text(Category category) {
    return category_names.at(static_cast<std::size_t>(category));
}

Result<Category> parse_category(std::string_view text) {
    auto const found = std::find(category_names.begin(), category_names.end(), text);
    if (found == category_names.end()) return Error{ErrorKind::invalid, "category.unknown"};
    return static_cast<Category>(found - category_names.begin());
}

std::string_view to_text(Group group) {
    return group_names.at(static_cast<std::size_t>(group));
}

std::span<FieldDefinition const> schema() {
    return fields;
}

FieldDefinition const* find_field(std::string_view id) {
    static auto const by_id = [] {
        std::unordered_map<std::string_view, FieldDefinition const*> index;
        for (auto const& field : fields) index.emplace(field.id, &field);
        return index;
    }();
    auto const found = by_id.find(id);
    return found == by_id.end() ? nullptr : found->second;
}

std::vector<std::string_view> field_ids() {
    std::vector<std::string_view> ids;
    for (auto const& field : fields) ids.push_back(field.id);
    return ids;
}

}  // namespace casebridge
