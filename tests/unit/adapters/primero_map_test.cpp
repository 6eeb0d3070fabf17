// What a field map of the kind `primero` may say, and what a record's own consent fields forbid.
#include "adapters/primero_map.h"

#include "adapters/primero_consent.h"
#include "adapters/primero_rows.h"
#include "adapters/rest_json_shape.h"
#include "policies/fields.h"
#include "tests/unit/adapters/adapter_fixtures.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(primero_map)

namespace {

using namespace casebridge;
using namespace casebridge::test;

constexpr char const* database =
    "database: {kind: primero, url: \"https://primero.example.gov\", root_certificate: ca.pem, user: casebridge}\n";

std::string complaints(std::string const& cases, std::string const& where = database) {
    auto const map = load_map(where + cases);
    BOOST_TEST(code_of(map) == "field_map.invalid", cases);
    return detail_of(map);
}

std::string cases_with(std::string const& fields) {
    return "cases: {table: cases, id: case_id_display, fields: {" + fields + "}}\n";
}

/// The ticks of someone who agreed to everything.
Json agreed() {
    return *parse_json(R"({"consent_for_services": true, "disclosure_other_orgs": true, "consent_for_tracing": "true",
        "consent_reporting": true, "consent_info_sharing": ["authorities", "other_organizations", "unhcr", "family"],
        "unhcr_export_opt_in": true, "disclosure_deny_details": "", "withholding_info_reason": []})");
}

ProtectionFacts facts_of(Json const& record, std::string const& unhcr = "") {
    PrimeroSettings settings;
    settings.unhcr_node = unhcr;
    ProtectionFacts facts;
    restrict_by_record(record, settings, facts);
    return facts;
}

bool refuses(Json const& record, Purpose purpose) {
    return facts_of(record).refused_purposes.contains(purpose);
}

ValueMap map_to(std::string const& field, std::string const& yaml) {
    auto map = load_map(database + cases_with(field + ": " + yaml));
    BOOST_REQUIRE_MESSAGE(map, detail_of(map));
    prepare_primero_map(*map);
    return std::move(map->fields.front());
}

/// What `field` becomes, as text; "nothing" if nothing; the error's code if it is one.
std::string read(ValueMap const& map, std::string const& json) {
    auto const record = parse_json(json);
    BOOST_REQUIRE(record);
    auto const stored = primero_value(*record, map);
    if (!stored) return std::string(stored.error().code);
    auto const value = map.read(*stored);
    if (!value) return std::string(value.error().code);
    if (!*value) return "nothing";
    if (auto const* const text = std::get_if<std::string>(&**value)) return *text;
    if (auto const* const number = std::get_if<std::int64_t>(&**value)) return std::to_string(*number);
    if (auto const* const flag = std::get_if<bool>(&**value)) return *flag ? "yes" : "no";
    std::string all;
    for (auto const& word : std::get<std::vector<std::string>>(**value)) all += (all.empty() ? "" : "+") + word;
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_map_for_primero_loads_with_subforms_that_name_no_case_column) {
    auto const map = load_map(std::string(database) + cases_with("shelter: location_current") +
                              "groups:\n"
                              "  relatives:\n"
                              "    - {table: family_details_section, fields: {name: relation_name}}\n");
    BOOST_REQUIRE_MESSAGE(map, detail_of(map));
    auto const& settings = std::get<PrimeroSettings>(map->database);
    BOOST_TEST(settings.url == "https://primero.example.gov");
    BOOST_TEST(settings.root_certificate.string() == "/national/ca.pem");
    BOOST_TEST(settings.page_size == 100);
    auto const fields = primero_fields(*map);
    for (auto const* name : {"id", "case_id_display", "location_current", "family_details_section",
                             "disclosure_other_orgs", "consent_info_sharing"}) {
        BOOST_TEST((std::find(fields.begin(), fields.end(), name) != fields.end()), name);
    }
    BOOST_TEST((std::find(fields.begin(), fields.end(), "relation_name") == fields.end()));
    BOOST_TEST(!reads_transitions(*map));
}

BOOST_AUTO_TEST_CASE(a_map_that_says_all_that_can_be_said_loads) {
    auto const file = load_yaml(CASEBRIDGE_SOURCE_DIR "/tests/fuzz/corpus/yaml_kinds/field-map-primero.yaml");
    BOOST_REQUIRE(file);
    auto const map = FieldMap::load(*file, "/national");
    BOOST_REQUIRE_MESSAGE(map, detail_of(map));
    BOOST_TEST(reads_transitions(*map));
    auto const fields = primero_fields(*map);
    BOOST_TEST((std::find(fields.begin(), fields.end(), "transitions") == fields.end()));
    BOOST_TEST(std::get<PrimeroSettings>(map->database).lookups.size() == 2);
}

BOOST_AUTO_TEST_CASE(only_https_to_a_plain_host_is_an_address) {
    for (auto const* url :
         {"http://primero.example.gov", "https://", "https://user@host", "https://host/path", "https://host:", "host",
          "https://host:123456", "https://HOST", "https://host?x", "ftp://host", "https://host:1/"}) {
        auto const text = complaints(cases_with("shelter: x"), std::string("database: {kind: primero, url: \"") + url +
                                                                   "\", root_certificate: ca.pem, user: casebridge}\n");
        BOOST_TEST(contains(text, "url: expected https://<host>"), url << ": " << text);
    }
}

BOOST_AUTO_TEST_CASE(a_page_over_a_thousand_and_a_misspelt_key_are_refused) {
    auto const text = complaints(cases_with("shelter: x"),
                                 "database: {kind: primero, url: \"https://h\", root_certificate: ca.pem, user: u, "
                                 "page_size: 1001, pagesize: 3, unhcr_node: UNHCR}\n");
    BOOST_TEST(contains(text, "page_size"), text);
    BOOST_TEST(contains(text, "pagesize"), text);
    BOOST_TEST(contains(text, "unhcr_node: expected the id of a node"), text);
}

BOOST_AUTO_TEST_CASE(a_case_column_is_for_tables_and_not_for_subforms) {
    auto const text =
        complaints(cases_with("shelter: x") + "groups: {relatives: [{table: kin, case: id, fields: {name: n}}]}\n");
    BOOST_TEST(contains(text, "case: a subform stands in its case"), text);
}

BOOST_AUTO_TEST_CASE(the_code_for_trafficking_and_smuggling_proves_no_victim) {
    for (auto const* codes : {"{trafficked_smuggled: ActualVictimOfTrafficking}",
                              "{trafficked_smuggled: PossibleVictimOfTrafficking, other: ActualVictimOfTrafficking}"}) {
        auto const text = complaints(
            cases_with(std::string("trafficking_status: {column: protection_concerns, codes: ") + codes + "}"));
        BOOST_TEST(contains(text, "never ActualVictimOfTrafficking"), text);
    }
    auto const elsewhere = complaints(
        cases_with("trafficking_status: {column: x, codes: {trafficked_smuggled: ActualVictimOfTrafficking}}"));
    BOOST_TEST(contains(elsewhere, "map.yaml:2: trafficking_status"), elsewhere);
    auto const map = map_to("trafficking_status",
                            "{column: protection_concerns, codes: {trafficked_smuggled: PossibleVictimOfTrafficking, "
                            "neglect: not_recorded}}");
    BOOST_TEST(read(map, R"({"protection_concerns": ["neglect", "trafficked_smuggled"]})") ==
               "PossibleVictimOfTrafficking");
    BOOST_TEST(read(map, R"({"protection_concerns": ["neglect"]})") == "nothing");
    BOOST_TEST(read(map, R"({"protection_concerns": ["neglect", "new_code"]})") == "source.bad_value");
}

BOOST_AUTO_TEST_CASE(nothing_rests_on_an_override_and_no_referral_is_a_consent) {
    auto const text = complaints(
        "cases: {table: child, id: case_id, fields: {shelter: x}, facts: {best_interests_note: {column: "
        "consent_overridden, codes: {\"true\": yes}}}}\n"
        "consents: {table: transitions, fields: {id: id}}\n");
    BOOST_TEST(contains(text, "table: expected `cases`"), text);
    BOOST_TEST(contains(text, "`consent_overridden` is evidence of nothing"), text);
    BOOST_TEST(contains(text, "a referral or transfer is no consent"), text);
}

BOOST_AUTO_TEST_CASE(values_come_in_any_of_jsons_kinds) {
    auto const children = map_to("number_of_children", "n");
    BOOST_TEST(read(children, R"({"n": 3})") == "3");
    BOOST_TEST(read(children, R"({"n": "3"})") == "3");
    BOOST_TEST(read(children, R"({"n": null})") == "nothing");
    BOOST_TEST(read(children, R"({})") == "nothing");
    BOOST_TEST(read(children, R"({"n": "three"})") == "source.bad_value");
    BOOST_TEST(read(children, R"({"n": {"three": 3}})") == "source.bad_value");
    BOOST_TEST(read(children, R"({"n": [3]})") == "3");
    BOOST_TEST(read(children, R"({"n": [3, 4]})") == "source.bad_value");
    BOOST_TEST(read(children, R"({"n": [[3]]})") == "source.bad_value");
    auto const deceased = map_to("deceased", "{column: d, codes: {\"true\": yes, \"false\": no}}");
    BOOST_TEST(read(deceased, R"({"d": true})") == "yes");
    BOOST_TEST(read(deceased, R"({"d": "false"})") == "no");
    auto const countries = map_to("citizenship", "{column: c, codes: {thailand: TH, laos: LA}}");
    BOOST_TEST(read(countries, R"({"c": ["thailand", "laos", "thailand"]})") == "TH+LA");
    BOOST_TEST(read(countries, R"({"c": "laos"})") == "LA");
    BOOST_TEST(read(countries, R"({"c": []})") == "nothing");
    BOOST_TEST(read(countries, "{\"c\": [\"laos\\u001fthailand\"]}") == "source.bad_value");
}

BOOST_AUTO_TEST_CASE(whoever_agreed_to_everything_is_refused_nothing) {
    auto const facts = facts_of(agreed(), "org-unhcr");
    BOOST_TEST(facts.refused_purposes.empty());
    BOOST_TEST(facts.refused_recipients.empty());
    BOOST_TEST(facts.withhold_from.empty());
}

BOOST_AUTO_TEST_CASE(an_empty_record_agrees_to_nothing) {
    auto const facts = facts_of(Json::object(), "org-unhcr");
    BOOST_TEST(facts.refused_purposes.size() == purpose_count);
    BOOST_TEST(facts.refused_recipients.size() == 5);
    BOOST_TEST(facts.withhold_from == std::vector<std::string>{"org-unhcr"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_referral_needs_two_ticks_and_a_transfer_one) {
    for (auto const& no : {Json(false), Json(), Json("false"), Json("no"), Json(1), Json("")}) {
        auto services = agreed();
        services.set("consent_for_services", no);
        BOOST_TEST(refuses(services, Purpose::referral));
        BOOST_TEST(refuses(services, Purpose::reintegration_follow_up));
        BOOST_TEST(!refuses(services, Purpose::return_and_handover));
        auto others = agreed();
        others.set("disclosure_other_orgs", no);
        BOOST_TEST(refuses(others, Purpose::referral));
        BOOST_TEST(refuses(others, Purpose::return_and_handover));
        BOOST_TEST(refuses(others, Purpose::law_enforcement));
        auto tracing = agreed();
        tracing.set("consent_for_tracing", no);
        BOOST_TEST(refuses(tracing, Purpose::family_tracing));
        BOOST_TEST(!refuses(tracing, Purpose::referral));
    }
}

BOOST_AUTO_TEST_CASE(an_override_changes_nothing) {
    auto record = Json::object();
    record.set("consent_overridden", true).set("consent_individual_transfer", true);
    BOOST_TEST(facts_of(record).refused_purposes.size() == purpose_count);
}

BOOST_AUTO_TEST_CASE(sharing_is_with_those_who_were_chosen_and_with_nobody_else) {
    auto record = agreed();
    record.set("consent_info_sharing", *parse_json(R"(["other_organizations"])"));
    auto facts = facts_of(record, "org-unhcr");
    BOOST_TEST(facts.refused_recipients.contains(NodeKind::welfare));
    BOOST_TEST(!facts.refused_recipients.contains(NodeKind::organisation));
    BOOST_TEST(facts.withhold_from == std::vector<std::string>{"org-unhcr"}, boost::test_tools::per_element());
    record.set("consent_info_sharing", *parse_json(R"(["authorities", "unhcr"])"));
    facts = facts_of(record, "org-unhcr");
    BOOST_TEST(!facts.refused_recipients.contains(NodeKind::welfare));
    BOOST_TEST(facts.refused_recipients.contains(NodeKind::organisation));
    BOOST_TEST(facts.withhold_from.empty());
}

BOOST_AUTO_TEST_CASE(details_of_whom_to_withhold_from_become_the_list) {
    auto record = agreed();
    record.set("disclosure_deny_details", "kh-mosvy; person:Example Uncle\n la-mlsw/vientiane ");
    BOOST_TEST(facts_of(record).withhold_from ==
                   (std::vector<std::string>{"kh-mosvy", "person:Example Uncle", "la-mlsw/vientiane"}),
               boost::test_tools::per_element());
    record.set("disclosure_deny_details", "please not her uncle");
    BOOST_TEST(facts_of(record).withhold_from.size() == 1);  // nobody can tell who that is: everyone
}

BOOST_AUTO_TEST_CASE(a_reason_to_withhold_without_a_name_withholds_from_everyone) {
    for (auto const* field : {"withholding_info_reason", "withholding_info_other_reason"}) {
        auto record = agreed();
        record.set(field,
                   field == std::string("withholding_info_reason") ? *parse_json(R"(["fear"])") : Json("afraid"));
        BOOST_TEST(facts_of(record).withhold_from == std::vector<std::string>{"?"}, boost::test_tools::per_element());
        record.set("disclosure_deny_details", "kh-mosvy");
        BOOST_TEST(facts_of(record).withhold_from == std::vector<std::string>{"kh-mosvy"},
                   boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(json_too_deep_or_too_wide_is_refused_before_it_is_parsed) {
    auto const nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    BOOST_TEST(code_of(check_json_shape(nested(32))) == "");
    BOOST_TEST(code_of(check_json_shape(nested(33))) == "source.bad_answer");
    BOOST_TEST(code_of(check_json_shape(nested(100'000))) == "source.bad_answer");
    BOOST_TEST(code_of(check_json_shape("\"" + std::string(100, '[') + "\\\"" + std::string(100, '[') + "\"")) == "");
    BOOST_TEST(code_of(check_json_shape("[1,1,1]", {32, 3})) == "");
    BOOST_TEST(code_of(check_json_shape("[1,1,1,1]", {32, 3})) == "source.bad_answer");
}

BOOST_AUTO_TEST_SUITE_END()
