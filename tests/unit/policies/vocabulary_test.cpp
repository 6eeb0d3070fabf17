#include "policies/vocabulary.h"

#include <algorithm>
#include <set>

#include <boost/test/unit_test.hpp>

using namespace casebridge;

BOOST_AUTO_TEST_SUITE(vocabulary)

BOOST_AUTO_TEST_CASE(an_unknown_list_is_none) {
    BOOST_TEST((find_code_list("") == nullptr));
    BOOST_TEST((find_code_list("Genders") == nullptr));
}

BOOST_AUTO_TEST_CASE(no_list_name_and_no_code_of_a_list_occurs_twice) {
    auto const names = code_list_names();
    BOOST_TEST((std::set<std::string_view>(names.begin(), names.end()).size() == names.size()));
    for (auto const name : names) {
        auto const* const list = find_code_list(name);
        BOOST_REQUIRE(list != nullptr);
        BOOST_TEST((std::set<std::string_view>(list->codes.begin(), list->codes.end()).size() == list->codes.size()));
        BOOST_TEST(!list->codes.empty());
        for (auto const code : list->codes) {
            BOOST_TEST(!code.empty());
            BOOST_TEST(code.size() <= 64U);
            BOOST_TEST(list->contains(code));
        }
        BOOST_TEST(!list->contains(""));
        BOOST_TEST(!list->contains("no such code"));
    }
}

BOOST_AUTO_TEST_CASE(list_names_are_snake_case) {
    for (auto const name : code_list_names()) {
        auto const allowed = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
        BOOST_TEST(std::all_of(name.begin(), name.end(), allowed));
    }
}

BOOST_AUTO_TEST_CASE(htcds_lists_have_the_length_of_the_standard) {
    struct Expected {
        std::string_view name;
        std::size_t size;
    };
    for (auto const& expected : std::initializer_list<Expected>{{"genders", 6},
                                                                {"trafficking_statuses", 3},
                                                                {"deciding_bodies", 5},
                                                                {"recruitment_methods", 10},
                                                                {"control_methods", 16 + 1},
                                                                {"exploitation_types", 11},
                                                                {"industries", 21},
                                                                {"sexual_exploitation_types", 4},
                                                                {"case_statuses", 4},
                                                                {"referral_reasons", 3},
                                                                {"marital_statuses", 6},
                                                                {"trafficker_relationships", 3},
                                                                {"event_types", 3},
                                                                {"services", 9 + 4},
                                                                {"organisation_types", 9},
                                                                {"age_groups", 8},
                                                                {"sexes", 4},
                                                                {"countries", 249}}) {
        auto const* const list = find_code_list(expected.name);
        BOOST_REQUIRE_MESSAGE(list != nullptr, expected.name);
        BOOST_TEST(list->codes.size() == expected.size, expected.name);
    }
}

BOOST_AUTO_TEST_CASE(codes_are_matched_exactly) {
    auto const& countries = *find_code_list("countries");
    for (std::string_view const code : {"TH", "MM", "LA", "KH", "VN", "CN", "JP", "NO"})
        BOOST_TEST(countries.contains(code));
    for (std::string_view const code : {"th", "THA", "XX", "UK", "T"}) BOOST_TEST(!countries.contains(code));
}

BOOST_AUTO_TEST_CASE(languages_and_scripts_of_the_region_are_there) {
    for (std::string_view const code :
         {"th", "lo", "km", "my", "vi", "zh", "ja", "en", "shn", "mnw", "kac", "ksw", "hmn"}) {
        BOOST_TEST(find_code_list("languages")->contains(code));
    }
    BOOST_TEST(!find_code_list("languages")->contains("tha"));
    for (std::string_view const code : {"Latn", "Thai", "Laoo", "Khmr", "Mymr", "Hans", "Hant", "Jpan"}) {
        BOOST_TEST(find_code_list("scripts")->contains(code));
    }
}

BOOST_AUTO_TEST_CASE(restricted_movement_is_a_method_of_control_although_the_standard_forgot_its_code) {
    BOOST_TEST(find_code_list("control_methods")->contains("RestrictsMovement"));
}

BOOST_AUTO_TEST_SUITE_END()
