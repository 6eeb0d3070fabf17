#include "policies/schema.h"

#include "parsing.h"
#include "policies/fields.h"
#include "policies/vocabulary.h"

#include <algorithm>
#include <set>

#include <boost/test/unit_test.hpp>

using namespace casebridge;
using test::refusal_of;

BOOST_TEST_DONT_PRINT_LOG_VALUE(casebridge::Category)
BOOST_TEST_DONT_PRINT_LOG_VALUE(casebridge::Group)
BOOST_TEST_DONT_PRINT_LOG_VALUE(casebridge::Form)

BOOST_AUTO_TEST_SUITE(schema_fields)

BOOST_AUTO_TEST_CASE(every_live_core_field_of_htcds_2_0_is_in_the_schema_once) {
    constexpr std::array<std::string_view, 38> core = {"prs_Salutation",
                                                       "prs_FirstName",
                                                       "prs_SecondName",
                                                       "prs_Title",
                                                       "prs_Email",
                                                       "prs_Birthdate",
                                                       "prs_Gender",
                                                       "prs_Citizenship",
                                                       "prs_HomePhone",
                                                       "prs_MobilePhone",
                                                       "prs_MailingCity",
                                                       "prs_MailingState",
                                                       "prs_MailingStreet",
                                                       "prs_MailingPostalCode",
                                                       "prs_MailingCountry",
                                                       "vic_TraffickingStatus",
                                                       "vic_TraffickingStatusDecisionMakingOrg",
                                                       "vic_MethodOfRecruitment",
                                                       "vic_LocationOfRecruitment",
                                                       "vic_LocationOfExploitation",
                                                       "vic_MethodsOfControl",
                                                       "vic_TypeOfExploitation",
                                                       "vic_ForcedLabourIndustry",
                                                       "vic_TypeOfSexExploitation",
                                                       "cas_Status",
                                                       "cas_ReasonForCaseClosure",
                                                       "cas_IncomingReferralDetails",
                                                       "cas_OutgoingReferralDetails",
                                                       "cas_CaseOwner",
                                                       "cas_ReferringOrganisation",
                                                       "cas_ReferredOrganisation",
                                                       "cas_ReferringPrimaryCaseWorker",
                                                       "cas_ReferredPrimaryCaseWorker",
                                                       "cas_IncomingReferralDate",
                                                       "cas_OutgoingReferralDate",
                                                       "cas_ReasonForIncomingReferral",
                                                       "cas_ReasonForOutgoingReferral",
                                                       "con_Consent"};
    for (auto const name : core) {
        auto const fields = schema();
        auto const is_it = [name](FieldDefinition const& field) { return field.htcds_name == name; };
        BOOST_TEST(std::count_if(fields.begin(), fields.end(), is_it) == 1, name);
    }
}

BOOST_AUTO_TEST_CASE(no_id_and_no_standard_name_occurs_twice) {
    std::set<std::string_view> ids, names;
    for (auto const& field : schema()) {
        BOOST_TEST(ids.insert(field.id).second, field.id);
        BOOST_TEST(names.insert(field.htcds_name).second, field.htcds_name);
        BOOST_TEST(!field.label.empty(), field.id);
    }
    BOOST_TEST(field_ids().size() == schema().size());
}

BOOST_AUTO_TEST_CASE(every_field_is_found_by_its_id_alone) {
    for (auto const& field : schema()) BOOST_TEST((find_field(field.id) == &field), field.id);
    for (std::string_view const id : {"", "Birth_date", "prs_Birthdate", "names", "names.", "given", "birth_date "}) {
        BOOST_TEST((find_field(id) == nullptr), id);
    }
}

BOOST_AUTO_TEST_CASE(the_id_of_a_group_field_begins_with_the_name_of_its_group) {
    for (auto const& field : schema()) {
        auto const dot = field.id.find('.');
        auto const prefix = dot == std::string_view::npos ? std::string_view("none") : field.id.substr(0, dot);
        BOOST_TEST(prefix == to_text(field.group), field.id);
    }
}

BOOST_AUTO_TEST_CASE(coded_fields_have_an_existing_list_and_others_none) {
    for (auto const& field : schema()) {
        bool const coded = field.type == FieldType::code || field.type == FieldType::codes;
        BOOST_TEST((find_code_list(field.code_list) != nullptr) == coded, field.id);
        BOOST_TEST(field.code_list.empty() == !coded, field.id);
    }
}

BOOST_AUTO_TEST_CASE(every_code_fits_its_field) {
    for (auto const& field : schema()) {
        if (field.code_list.empty()) continue;
        for (auto const code : find_code_list(field.code_list)->codes) BOOST_TEST(code.size() <= field.maximum_bytes);
    }
}

BOOST_AUTO_TEST_CASE(every_chain_goes_from_exact_to_withheld_without_repeating) {
    for (auto const& field : schema()) {
        BOOST_REQUIRE(field.forms.size() >= 2);
        BOOST_TEST((field.forms.front() == Form::exact), field.id);
        BOOST_TEST((field.forms.back() == Form::withheld), field.id);
        BOOST_TEST((std::set<Form>(field.forms.begin(), field.forms.end()).size() == field.forms.size()), field.id);
        BOOST_TEST(field.maximum_bytes > 0U, field.id);
    }
}

BOOST_AUTO_TEST_CASE(only_forms_that_can_be_computed_from_the_type_are_offered) {
    for (auto const& field : schema()) {
        for (auto const form : field.forms) {
            bool const of_dates = form == Form::year_month || form == Form::year;
            BOOST_TEST((!of_dates || field.type == FieldType::date), field.id);
            BOOST_TEST((form != Form::age_band || field.id == field::birth_date), field.id);
            BOOST_TEST((form != Form::country && form != Form::region), field.id);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_location_never_has_the_form_present) {
    for (auto const id : {field::current_location, field::shelter}) {
        auto const forms = find_field(id)->forms;
        BOOST_TEST(std::count(forms.begin(), forms.end(), Form::present) == 0, id);
    }
}

BOOST_AUTO_TEST_CASE(long_free_text_is_narrative_or_health) {
    for (auto const& field : schema()) {
        if (field.type != FieldType::long_text) continue;
        BOOST_TEST((field.category == Category::narrative || field.category == Category::health), field.id);
    }
}

BOOST_AUTO_TEST_CASE(everything_about_relatives_and_the_guardians_person_is_third_party) {
    for (auto const& field : schema()) {
        bool const other_person =
            field.group == Group::relatives || field.id == field::guardian_name || field.id == field::guardian_phone;
        BOOST_TEST((field.category == Category::third_party) == other_person, field.id);
    }
}

BOOST_AUTO_TEST_CASE(the_fields_that_protections_name_exist) {
    for (auto const id : field::victim_location) BOOST_TEST((find_field(id) != nullptr), id);
    for (auto const id : field::victim_contact) BOOST_TEST((find_field(id) != nullptr), id);
    for (auto const id : field::status_attribution) BOOST_TEST((find_field(id) != nullptr), id);
    for (auto const id : field::return_conditions) BOOST_TEST((find_field(id) != nullptr), id);
    for (auto const& field : schema()) {
        if (field.group != Group::addresses) continue;
        auto const& all = field::victim_location;
        BOOST_TEST(std::count(all.begin(), all.end(), field.id) == 1, field.id);
    }
}

BOOST_AUTO_TEST_CASE(every_category_reads_back_from_its_name) {
    for (std::size_t i = 0; i < category_count; ++i) {
        auto const category = static_cast<Category>(i);
        BOOST_REQUIRE(parse_category(to_text(category)));
        BOOST_TEST((*parse_category(to_text(category)) == category));
    }
    BOOST_TEST(to_text(Category::return_) == "return");
    for (std::string_view const text : {"", "return_", "Identity"}) {
        BOOST_TEST(refusal_of(parse_category(text)) == "category.unknown");
    }
}

BOOST_AUTO_TEST_SUITE_END()
