#include "policies/agreement.h"

#include "tests/support/yaml_edit.h"

using namespace casebridge;
using namespace casebridge::test;

BOOST_AUTO_TEST_SUITE(agreement)

namespace {

std::string const valid = R"(id: th-kh
title: Thailand and Cambodia
schema: 1
instruments:
  - title: Memorandum
    date: "2003"
    status: revised
in_force:
  from: 2026-01-01
  until: 2026-12-31
impact_assessment: dpia-7
onward_transfer: none
parties:
  - node: th-msdhs
    kind: welfare
    name: Ministry A
    offices: [datip, aranyaprathet]
  - node: kh-mosvy
    kind: welfare
    name: Ministry B
    offices: []
purposes:
  referral:
    answer_within_hours: 72
    retention_days: 365
    answering: automatic
    ceiling:
      names.given: exact
      birth_date: year
  statistics:
    answer_within_hours: 24
    retention_days: 30
    answering: officer
)";

Result<Agreement> load(YamlFile const& file) {
    return Agreement::load(file);
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_agreement_says_what_its_file_says) {
    auto const file = yaml_file(valid, "agreement.yaml");
    auto const loaded = must(Agreement::load(file));
    BOOST_CHECK_EQUAL(loaded.id(), "th-kh");
    BOOST_CHECK_EQUAL(loaded.title(), "Thailand and Cambodia");
    BOOST_CHECK_EQUAL(loaded.schema(), 1);
    BOOST_CHECK_EQUAL(loaded.impact_assessment(), "dpia-7");
    BOOST_CHECK_EQUAL(loaded.onward_transfer(), "none");
    BOOST_CHECK(loaded.digest() == sha256(as_bytes(valid)));
    BOOST_REQUIRE_EQUAL(loaded.parties().size(), 2u);
    BOOST_CHECK_EQUAL(loaded.parties()[0].name, "Ministry A");
    BOOST_CHECK_EQUAL(loaded.party(node("th-msdhs"))->offices.size(), 2u);
    BOOST_CHECK(loaded.party(node("kh-mosvy"))->offices.empty());
    BOOST_CHECK(loaded.party(node("la-mlsw")) == nullptr);
    auto const* terms = loaded.purpose(Purpose::referral);
    BOOST_REQUIRE(terms != nullptr);
    BOOST_CHECK(terms->answer_within == std::chrono::hours(72));
    BOOST_CHECK(terms->retention == std::chrono::days(365));
    BOOST_CHECK(terms->answering == AgreementPurpose::Answering::automatic);
    BOOST_CHECK(terms->ceiling.at("birth_date") == Form::year);
    BOOST_CHECK(terms->lines.at("birth_date") == (SourceLine{"agreement.yaml", 29}));
    BOOST_CHECK(loaded.purpose(Purpose::matching) == nullptr);
    BOOST_CHECK_EQUAL(loaded.purposes().size(), 2u);
}

BOOST_AUTO_TEST_CASE(an_agreement_is_in_force_from_its_first_to_its_last_day) {
    auto const loaded = must(Agreement::load(yaml_file(valid, "agreement.yaml")));
    BOOST_CHECK(!loaded.in_force(at_noon("2025-12-31")));
    BOOST_CHECK(loaded.in_force(at_noon("2026-01-01")));
    BOOST_CHECK(loaded.in_force(at_noon("2026-12-31")));
    BOOST_CHECK(!loaded.in_force(at_noon("2027-01-01")));
}

BOOST_AUTO_TEST_CASE(a_template_never_loads_even_if_it_is_complete) {
    CHECK_CODE(Agreement::load(yaml_file("template: true\n" + valid, "agreement.yaml")), "agreement.is_template");
    CHECK_CODE(Agreement::load(yaml_file("template: true\n", "agreement.yaml")), "agreement.is_template");
    CHECK_ACCEPTED(Agreement::load(yaml_file("template: false\n" + valid, "agreement.yaml")));
}

BOOST_AUTO_TEST_CASE(one_other_byte_makes_another_agreement) {
    auto const one = must(Agreement::load(yaml_file(valid, "agreement.yaml")));
    auto const other = must(Agreement::load(yaml_file(valid + "\n", "agreement.yaml")));
    BOOST_CHECK(one.digest() != other.digest());
}

BOOST_AUTO_TEST_CASE(every_mistake_is_named_with_file_line_key_and_the_nearest_word) {
    check_complaints(
        valid, "agreement.yaml", "agreement.invalid", load,
        {
            {"id: th-kh", "id: TH KH",
             "agreement.yaml:1: id: expected 3 to 64 lower-case letters, digits and inner hyphens"},
            {"title: Thailand", "titel: Thailand",
             "agreement.yaml:1: title: expected a text; it is missing at the top of the file"},
            {"schema: 1", "schema: 2", "agreement.yaml:3: schema: expected a whole number from 1 to 1"},
            {"date: \"2003\"", "when: \"2003\"",
             "agreement.yaml:5: date: expected a text; it is missing under `instruments[0]`"},
            {"from: 2026-01-01", "from: 2026-02-30",
             "agreement.yaml:9: from: expected a date that exists, as YYYY-MM-DD"},
            {"from: 2026-01-01", "from: 1/1/2026",
             "agreement.yaml:9: from: expected a date that exists, as YYYY-MM-DD"},
            {"until: 2026-12-31", "until: 2025-12-31", "agreement.yaml:10: until: expected a date not before `from`"},
            {"onward_transfer: none", "onward_transfer: any",
             "agreement.yaml:12: onward_transfer: expected one of none, with_permission"},
            {"node: th-msdhs", "node: MSDHS",
             "agreement.yaml:14: node: expected a node as <country>-<agency>, such as th-msdhs, or org-<name>"},
            {"kind: welfare", "kind: wellfare",
             "agreement.yaml:15: kind: expected one of welfare, police, justice, health, organisation; did you mean "
             "`welfare`?"},
            {"[datip, aranyaprathet]", "[datip, Bangkok Office]",
             "agreement.yaml:17: offices: expected an office as lower-case letters, digits, hyphens"},
            {"[datip, aranyaprathet]", "[datip, datip]", "agreement.yaml:17: offices: names an office twice"},
            {"node: kh-mosvy", "node: th-msdhs", "agreement.yaml:18: node: names a party twice"},
            {"  referral:", "  refferal:",
             "agreement.yaml:23: refferal: expected one of identity_verification, family_tracing, referral, "
             "return_and_handover, reintegration_follow_up, claim_status, identification_notice, law_enforcement, "
             "statistics, matching; did you mean `referral`?"},
            {"answer_within_hours: 72", "answer_within_hours: 0",
             "agreement.yaml:24: answer_within_hours: expected a whole number from 1 to 8784"},
            {"answer_within_hours: 72\n    retention_days: 365\n    answering: automatic",
             "answer_within_hours: 745\n    retention_days: 365\n    answering: officer",
             "agreement.yaml:24: answer_within_hours: expected at most 744 (31 days) where an officer answers"},
            {"retention_days: 365", "retention_days: ever",
             "agreement.yaml:25: retention_days: expected a whole number from 1 to 36525"},
            {"answering: automatic", "answering: automatically",
             "agreement.yaml:26: answering: expected one of automatic, officer; did you mean `automatic`?"},
            {"birth_date: year", "birth_dat: year",
             "agreement.yaml:29: birth_dat: not a field of the case schema; did you mean `birth_date`?"},
            {"birth_date: year", "shoe_size: exact", "agreement.yaml:29: shoe_size: not a field of the case schema"},
            {"birth_date: year", "birth_date: yaer",
             "agreement.yaml:29: birth_date: expected one of exact, year_month, year, age_band, withheld; did you mean "
             "`year`?"},
            {"names.given: exact", "names.given: age_band",
             "agreement.yaml:28: names.given: expected one of exact, present, withheld"},
            {"  statistics:\n", "  statistics:\n    ceiling: {sex: exact}\n",
             "agreement.yaml:31: ceiling: this purpose carries no fields of a case"},
            {"  referral:", "  law_enforcement:",
             "agreement.yaml:23: law_enforcement: expected only parties of kind police or justice"},
            {"title: Thailand and Cambodia", "title: TO BE FILLED IN",
             "agreement.yaml:2: title: still to be filled in by the ministry"},
        });
}

BOOST_AUTO_TEST_CASE(an_unknown_key_is_refused_wherever_it_stands) {
    for (auto const& [from, to] : std::vector<std::pair<std::string, std::string>>{
             {"schema: 1\n", "schema: 1\nsecret_annex: 1\n"},
             {"  until: 2026-12-31\n", "  until: 2026-12-31\n  extended: true\n"},
             {"    name: Ministry A\n", "    name: Ministry A\n    fax: 1\n"},
             {"    retention_days: 365\n", "    retention_days: 365\n    forward: 1\n"}}) {
        CHECK_CODE(Agreement::load(yaml_file(replaced(valid, from, to), "agreement.yaml")), "agreement.invalid");
    }
}

BOOST_AUTO_TEST_CASE(all_mistakes_are_named_at_once) {
    auto text = replaced(valid, "birth_date: year", "birth_dat: year");
    text = replaced(text, "schema: 1", "schema: one");
    auto const result = Agreement::load(yaml_file(text, "agreement.yaml"));
    CHECK_CODE(result, "agreement.invalid");
    BOOST_CHECK_EQUAL(std::ranges::count(result.error().detail, '\n'), 1);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_mapping_or_has_one_party_is_refused) {
    CHECK_CODE(Agreement::load(yaml_file("- a\n- b\n", "agreement.yaml")), "agreement.invalid");
    auto const one_party =
        replaced(valid, "  - node: kh-mosvy\n    kind: welfare\n    name: Ministry B\n    offices: []\n", "");
    CHECK_CODE(Agreement::load(yaml_file(one_party, "agreement.yaml")), "agreement.invalid");
}

BOOST_AUTO_TEST_CASE(law_enforcement_loads_between_police_and_justice) {
    auto text = replaced(replaced(valid, "kind: welfare", "kind: police"), "kind: welfare", "kind: justice");
    CHECK_ACCEPTED(Agreement::load(yaml_file(replaced(text, "  referral:", "  law_enforcement:"), "agreement.yaml")));
}

BOOST_AUTO_TEST_SUITE_END()
