#include "policies/form.h"

#include "parsing.h"
#include "policies/schema.h"

#include <boost/test/unit_test.hpp>

using namespace casebridge;
using test::refusal_of;

BOOST_AUTO_TEST_SUITE(form)

namespace {

constexpr std::array all_forms = {Form::withheld, Form::exact,   Form::year_month, Form::year,
                                  Form::age_band, Form::country, Form::region,     Form::present};
constexpr std::array birth_chain = {Form::exact, Form::year_month, Form::year, Form::age_band, Form::withheld};

}  // namespace

BOOST_AUTO_TEST_CASE(every_form_reads_back_from_its_name) {
    for (auto const form : all_forms) {
        BOOST_REQUIRE(parse_form(to_text(form)));
        BOOST_TEST((*parse_form(to_text(form)) == form));
    }
}

BOOST_AUTO_TEST_CASE(an_unknown_form_is_refused) {
    for (std::string_view const text : {"", "Exact", "all", "exact "})
        BOOST_TEST(refusal_of(parse_form(text)) == "form.unknown");
}

BOOST_AUTO_TEST_CASE(the_less_telling_of_two_forms_stands_later_in_the_chain) {
    BOOST_TEST((less_telling(birth_chain, Form::exact, Form::year) == Form::year));
    BOOST_TEST((less_telling(birth_chain, Form::age_band, Form::year_month) == Form::age_band));
    BOOST_TEST((less_telling(birth_chain, Form::exact, Form::withheld) == Form::withheld));
}

BOOST_AUTO_TEST_CASE(a_form_outside_the_chain_counts_as_withheld) {
    BOOST_TEST((less_telling(birth_chain, Form::exact, Form::country) == Form::withheld));
    BOOST_TEST((less_telling(birth_chain, Form::present, Form::present) == Form::withheld));
    BOOST_TEST((less_telling({}, Form::exact, Form::exact) == Form::withheld));
    BOOST_TEST(tells_no_more(birth_chain, Form::country, Form::withheld));
    BOOST_TEST(!tells_no_more(birth_chain, Form::exact, Form::country));
}

BOOST_AUTO_TEST_CASE(forms_of_every_field_are_a_lattice_under_less_telling) {
    for (auto const& field : schema()) {
        for (auto const a : all_forms) {
            for (auto const b : all_forms) {
                auto const met = less_telling(field.forms, a, b);
                BOOST_REQUIRE((met == less_telling(field.forms, b, a)));
                BOOST_REQUIRE(tells_no_more(field.forms, met, a));
                BOOST_REQUIRE(tells_no_more(field.forms, met, b));
                BOOST_REQUIRE((less_telling(field.forms, met, met) == met));
                for (auto const c : all_forms) {
                    BOOST_REQUIRE((less_telling(field.forms, met, c) ==
                                   less_telling(field.forms, a, less_telling(field.forms, b, c))));
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(tells_no_more_agrees_with_less_telling_within_a_chain) {
    for (auto const a : birth_chain) {
        for (auto const b : birth_chain) {
            BOOST_TEST((tells_no_more(birth_chain, a, b) == (less_telling(birth_chain, a, b) == a)));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
