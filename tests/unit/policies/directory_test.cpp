#include "policies/directory.h"

#include "policies/agreement.h"
#include "tests/support/yaml_edit.h"

using namespace casebridge;
using namespace casebridge::test;

BOOST_AUTO_TEST_SUITE(directory_of_an_agreement)

namespace {

std::string const valid = R"(id: th-mm
title: Thailand and Myanmar
schema: 1
in_force:
  from: 2026-01-01
impact_assessment: dpia-7
onward_transfer: none
parties:
  - node: th-msdhs
    kind: welfare
    name: Ministry A
    offices: [datip, border-team]
  - node: mm-dsw
    kind: welfare
    name: Ministry B
    offices: []
purposes:
  referral:
    answer_within_hours: 72
    retention_days: 365
    answering: officer
    ceiling:
      birth_date: year
directory:
  th-msdhs:
    - office: mae-sai
      routes_to: border-team
      name: "BCATIP office Mae Sai แม่สาย"
      kind: border_cooperation
      country: TH
      area: Chiang Rai
      crossings: ["Mae Sai - Tachileik"]
      telephone: ["+66 53 000 000", "1300"]
      languages: [th, my, shn]
      hours: "day and night"
    - office: datip
      name: Focal point
      kind: focal_point
      country: TH
)";

Result<Agreement> load(YamlFile const& file) {
    return Agreement::load(file);
}

std::string at(int line, std::string const& text) {
    return "agreement.yaml:" + std::to_string(line) + ": " + text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_office_says_where_it_is_and_where_its_messages_go) {
    auto const loaded = must(Agreement::load(yaml_file(valid, "agreement.yaml")));
    auto const& offices = loaded.party(node("th-msdhs"))->directory;
    BOOST_REQUIRE_EQUAL(offices.size(), 2U);
    auto const& mae_sai = offices[0];
    BOOST_CHECK_EQUAL(mae_sai.office.text(), "mae-sai");
    BOOST_CHECK_EQUAL(mae_sai.routes_to.text(), "border-team");
    BOOST_CHECK_EQUAL(mae_sai.name, "BCATIP office Mae Sai แม่สาย");
    BOOST_CHECK(mae_sai.kind == DirectoryKind::border_cooperation);
    BOOST_CHECK_EQUAL(mae_sai.country, "TH");
    BOOST_CHECK_EQUAL(mae_sai.area, "Chiang Rai");
    BOOST_CHECK_EQUAL(mae_sai.crossings.at(0), "Mae Sai - Tachileik");
    BOOST_CHECK_EQUAL(mae_sai.telephones.at(1), "1300");
    BOOST_CHECK_EQUAL(mae_sai.languages.size(), 3U);
    BOOST_CHECK_EQUAL(mae_sai.hours, "day and night");
    BOOST_CHECK(mae_sai.source == (SourceLine{"agreement.yaml", 26}));
    BOOST_CHECK_EQUAL(offices[1].routes_to.text(), "datip");
    BOOST_CHECK(offices[1].telephones.empty() && offices[1].hours.empty());
    BOOST_CHECK(loaded.party(node("mm-dsw"))->directory.empty());
}

BOOST_AUTO_TEST_CASE(an_agreement_without_a_directory_has_none) {
    auto const text = valid.substr(0, valid.find("directory:"));
    BOOST_CHECK(must(Agreement::load(yaml_file(text, "agreement.yaml"))).parties()[0].directory.empty());
}

BOOST_AUTO_TEST_CASE(a_place_is_found_by_part_of_its_name_in_either_case) {
    auto const loaded = must(Agreement::load(yaml_file(valid, "agreement.yaml")));
    auto const& mae_sai = loaded.parties()[0].directory[0];
    for (auto const* place : {"Tachileik", "mae sai", "CHIANG", ""}) BOOST_CHECK(mae_sai.is_at(place));
    for (auto const* place : {"Ranong", "Mae Sot", "Mae Sai - Tachileik 2"}) BOOST_CHECK(!mae_sai.is_at(place));
}

BOOST_AUTO_TEST_CASE(kinds_are_a_closed_list) {
    for (std::size_t i = 0; i < directory_kind_count; ++i) {
        auto const kind = static_cast<DirectoryKind>(i);
        BOOST_CHECK(must(parse_directory_kind(to_text(kind))) == kind);
    }
    CHECK_CODE(parse_directory_kind("border_cooperatio"), "directory.unknown_kind");
    CHECK_CODE(parse_directory_kind(""), "directory.unknown_kind");
}

BOOST_AUTO_TEST_CASE(every_mistake_is_named_with_file_line_key_and_the_nearest_word) {
    std::string const kinds =
        "expected one of focal_point, border_cooperation, border_liaison, reception_centre, district, hotline, embassy";
    std::string const telephone =
        at(33, "telephone: expected a telephone number: 3 to 15 digits, with + in front, blanks, hyphens");
    check_complaints(
        valid, "agreement.yaml", "agreement.invalid", load,
        {
            {"  th-msdhs:\n", "  th-mdhs:\n",
             at(25, "directory: expected one of th-msdhs, mm-dsw; did you mean `th-msdhs`?")},
            {"  th-msdhs:\n", "  Thailand:\n",
             at(25, "directory: expected a node as <country>-<agency>, such as th-msdhs, or org-<name>")},
            {"  th-msdhs:\n", "  mm-dsw:\n", at(27, "routes_to: the party names no office to route to")},
            {"office: mae-sai", "office: Mae Sai",
             at(26, "office: expected an office as lower-case letters, digits, hyphens")},
            {"routes_to: border-team", "routes_to: borderteam",
             at(27, "routes_to: expected one of datip, border-team; did you mean `border-team`?")},
            {"      routes_to: border-team\n", "",
             at(26, "office: expected one of the party's offices, or `routes_to` with one of them")},
            {"office: datip", "office: datip\n      routes_to: border-team",
             at(37, "routes_to: not for one of the party's offices: messages for it go to it")},
            {"office: datip", "office: mae-sai\n      routes_to: datip", at(36, "office: names an office twice")},
            {"kind: border_cooperation", "kind: border_liason",
             at(29, "kind: " + kinds + "; did you mean `border_liaison`?")},
            {"country: TH", "country: Thailand", at(30, "country: expected a country of ISO 3166, such as KH")},
            {"country: TH", "country: th", at(30, "country: expected a country of ISO 3166, such as KH")},
            {"\"1300\"", "\"call 1300\"", telephone},
            {"\"1300\"", "\"12\"", telephone},
            {"\"1300\"", "\"+66+53000000\"", telephone},
            {"languages: [th, my, shn]", "languages: [th, burmese]",
             at(34, "languages: expected a language of ISO 639, such as km")},
            {"area: Chiang Rai", "area: \"Chiang\\u202eRai\"",
             at(31, "area: expected one line of at most 300 bytes without control characters")},
            {"name: Focal point", "name: \"" + std::string(301, 'x') + "\"",
             at(37, "name: expected one line of at most 300 bytes without control characters")},
            {"      name: Focal point\n", "",
             at(36, "name: expected a text; it is missing under `directory.th-msdhs[1]`")},
            {"crossings: [\"Mae Sai - Tachileik\"]", "crossings: [\"\"]",
             at(32, "crossings: expected a name of at most 300 bytes")},
            {"hours: \"day and night\"", "contact: \"somebody\"",
             at(35,
                "contact: unknown key; expected one of area, country, crossings, hours, kind, languages, name, office, "
                "routes_to, telephone")},
        });
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_no_list_or_too_long_is_refused) {
    auto const head = valid.substr(0, valid.find("directory:"));
    CHECK_CODE(Agreement::load(yaml_file(head + "directory: []\n", "a")), "agreement.invalid");
    CHECK_CODE(Agreement::load(yaml_file(head + "directory:\n  th-msdhs: datip\n", "a")), "agreement.invalid");
    std::string many = head + "directory:\n  th-msdhs:\n";
    for (std::size_t i = 0; i <= maximum_directory_offices; ++i)
        many += "    - {office: o" + std::to_string(i) + ", routes_to: datip, name: x, kind: hotline, country: TH}\n";
    CHECK_CODE(Agreement::load(yaml_file(many, "a")), "agreement.invalid");
}

BOOST_AUTO_TEST_SUITE_END()
