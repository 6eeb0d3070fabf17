#include "adapters/field_map.h"

#include "tests/unit/adapters/adapter_fixtures.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(field_map)

namespace {

using namespace casebridge;
using namespace casebridge::test;

/// A map with these lines under `fields` (each indented by four).
std::string with_fields(std::string const& fields) {
    return "database: {kind: sqlite, path: n.db}\ncases:\n  table: t\n  id: no\n  fields:\n" + fields;
}

/// The complaints about one line under `fields`, which is line 6 of the file.
std::string complaint(std::string const& line) {
    auto const map = load_map(with_fields("    " + line + "\n"));
    BOOST_TEST(code_of(map) == "field_map.invalid", line);
    BOOST_TEST(contains(detail_of(map), "map.yaml:6: "), detail_of(map));
    return detail_of(map);
}

std::string facts_complaint(std::string const& line) {
    auto const map = load_map(with_fields("    shelter: home\n  facts:\n    " + line + "\n"));
    BOOST_TEST(code_of(map) == "field_map.invalid", line);
    return detail_of(map);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_relative_database_path_is_relative_to_the_map) {
    auto const map = load_map(with_fields("    shelter: home\n"));
    BOOST_REQUIRE_MESSAGE(map, detail_of(map));
    BOOST_TEST(std::get<SqliteSettings>(map->database).path == "/national/n.db");
    BOOST_TEST(map->fields.size() == 1);
    BOOST_TEST(map->fields[0].column == "home");
}

BOOST_AUTO_TEST_CASE(sqlcipher_settings_are_explicit) {
    auto const map = load_map(
        "database: {kind: sqlcipher, path: /n.db, cipher_compatibility: 4, key_kind: passphrase}\n"
        "cases: {table: t, id: no, fields: {shelter: home}}\n");
    BOOST_REQUIRE_MESSAGE(map, detail_of(map));
    BOOST_TEST(std::get<SqliteSettings>(map->database).path == "/n.db");
    BOOST_TEST(std::get<SqliteSettings>(map->database).cipher_page_size == 4096);
    BOOST_TEST((std::get<SqliteSettings>(map->database).key_kind == SqliteSettings::KeyKind::passphrase));
    auto const older = load_map(
        "database: {kind: sqlcipher, path: n.db, cipher_compatibility: 3, cipher_page_size: 4096, key_kind: raw}\n"
        "cases: {table: t, id: no, fields: {shelter: home}}\n");
    BOOST_REQUIRE_MESSAGE(older, detail_of(older));
    BOOST_TEST(std::get<SqliteSettings>(older->database).cipher_page_size == 4096);
    auto const odd = load_map(
        "database: {kind: sqlcipher, path: n.db, cipher_compatibility: 5, cipher_page_size: 1000}\n"
        "cases: {table: t, id: no, fields: {shelter: home}}\n");
    BOOST_TEST(code_of(odd) == "field_map.invalid");
    for (auto const* key : {"cipher_compatibility", "cipher_page_size", "key_kind"}) {
        BOOST_TEST(contains(detail_of(odd), key), detail_of(odd));
    }
}

BOOST_AUTO_TEST_CASE(the_example_in_the_readme_loads) {
    std::ifstream in(std::string(CASEBRIDGE_SOURCE_DIR) + "/adapters/README.md");
    std::string const readme(std::istreambuf_iterator<char>(in), {});
    constexpr std::string_view fence = "```yaml\n";
    auto const start = readme.find(fence);
    BOOST_REQUIRE(start != std::string::npos);
    auto const begin = start + fence.size();
    auto const map = load_map(readme.substr(begin, readme.find("```", begin) - begin));
    BOOST_REQUIRE_MESSAGE(map, detail_of(map));
    BOOST_TEST(map->facts.size() == 6);
    BOOST_TEST(map->groups.size() == 2);
    BOOST_TEST(map->consents->values.size() == 17);
}

BOOST_AUTO_TEST_CASE(all_complaints_come_at_once) {
    auto const map = load_map(
        "database: {kind: sqlit, path: n.db}\n"
        "cases:\n"
        "  table: t\n"
        "  fields:\n"
        "    birth_dat: x\n"
        "    sex: {column: s, codes: {M: mael}}\n"
        "colour: red\n");
    BOOST_TEST(code_of(map) == "field_map.invalid");
    auto const detail = detail_of(map);
    BOOST_TEST(contains(detail, "map.yaml:1: kind"), detail);
    BOOST_TEST(contains(detail, "did you mean `sqlite`?"), detail);
    BOOST_TEST(contains(detail, "map.yaml:5: birth_dat: not a field of the case schema; did you mean `birth_date`?"),
               detail);
    BOOST_TEST(contains(detail, "map.yaml:6: sex.codes: expected one of male, female"), detail);
    BOOST_TEST(contains(detail, "did you mean `male`?"), detail);
    BOOST_TEST(contains(detail, "colour"), detail);
    BOOST_TEST(contains(detail, "id"), detail);
}

BOOST_AUTO_TEST_CASE(a_coded_field_needs_a_table_of_codes) {
    BOOST_TEST(contains(complaint("sex: column_name"), "expected a mapping with column and codes"));
    BOOST_TEST(contains(complaint("sex: {column: s}"), "codes"));
    BOOST_TEST(contains(complaint("sex: {column: s, codes: stored}"), "as_stored"));
    BOOST_TEST(contains(complaint("sex: {column: s, codes: {}}"), "codes"));
    BOOST_TEST(contains(complaint("sex: {column: s, codes: {M: [male]}}"), "sex.codes"));
    BOOST_TEST(contains(complaint("deceased: {column: d, codes: {1: true}}"), "expected one of yes, no"));
    BOOST_TEST(contains(complaint("citizenship: {column: c, codes: {Thai: THA}}"), "expected a code of the list"));
}

BOOST_AUTO_TEST_CASE(two_spellings_of_one_code_are_one_code) {
    // "é" in two normal forms
    BOOST_TEST(contains(complaint("sex: {column: s, codes: {\xC3\xA9: male, e\xCC\x81: female}}"), "once"));
}

BOOST_AUTO_TEST_CASE(a_date_needs_format_and_era) {
    BOOST_TEST(contains(complaint("birth_date: b"), "expected a mapping with column, date and era"));
    BOOST_TEST(contains(complaint("birth_date: {column: b, era: buddhist}"), "date"));
    BOOST_TEST(contains(complaint("birth_date: {column: b, date: dd/MM/yyyy}"), "era"));
    BOOST_TEST(contains(complaint("birth_date: {column: b, date: dd/MM/yy, era: buddhist}"), "yyyy"));
    BOOST_TEST(contains(complaint("birth_date: {column: b, date: d MMMM yyyy, era: buddhist}"), "language"));
    BOOST_TEST(
        contains(complaint("birth_date: {column: b, date: dd/MM/yyyy, era: budhist}"), "did you mean `buddhist`?"));
    BOOST_TEST(contains(complaint("shelter: {column: b, date: dd/MM/yyyy}"), "not a date"));
}

BOOST_AUTO_TEST_CASE(a_constant_is_checked_like_any_value) {
    BOOST_TEST(contains(complaint("sex: {value: mael}"), "did you mean `male`?"));
    BOOST_TEST(contains(complaint("trafficking_status_date: {value: 13/04/2540}"), "value"));
    BOOST_TEST(contains(complaint("number_of_children: {value: two}"), "value"));
    BOOST_TEST(contains(complaint("shelter: {value: x, column: y}"), "column"));
    BOOST_TEST(contains(complaint("shelter: {value: [a, b]}"), "expected one value"));
    auto const map = load_map(with_fields("    citizenship: {value: [TH, KH]}\n    birth_date: {value: 1997-04}\n"));
    BOOST_REQUIRE_MESSAGE(map, detail_of(map));
    BOOST_TEST((std::get<std::vector<std::string>>(*map->fields[0].constant) == std::vector<std::string>{"TH", "KH"}));
}

BOOST_AUTO_TEST_CASE(options_that_do_not_fit_the_field_are_refused) {
    BOOST_TEST(contains(complaint("shelter: {column: s, separator: ;}"), "separator"));
    BOOST_TEST(contains(complaint("shelter: {column: s, table: t, case: c}"), "table"));
    BOOST_TEST(contains(complaint("citizenship: {column: s, table: t, codes: as_stored}"), "case"));
    BOOST_TEST(contains(complaint("shelter: {column: s, calling_code: 66}"), "calling_code"));
    BOOST_TEST(contains(complaint("mobile_phone: {column: s, calling_code: +66}"), "calling_code"));
    BOOST_TEST(contains(complaint("shelter: {column: s, unknown: ignore}"), "refuse, withhold"));
    BOOST_TEST(contains(complaint("shelter: {colum: s}"), "column"));
    BOOST_TEST(contains(complaint("shelter: [s]"), "expected a column's name, or a mapping"));
    BOOST_TEST(contains(complaint("names.given: s"), "not a field of the case schema"));
}

BOOST_AUTO_TEST_CASE(a_guardian_needs_the_answer_to_suspicion) {
    BOOST_TEST(contains(facts_complaint("guardian: {column: g, codes: as_stored}"), "guardian_suspect"));
    BOOST_TEST(
        contains(facts_complaint("guardian_suspect: {column: g, codes: {y: yes}, unknown: withhold}"), "unknown"));
    BOOST_TEST(contains(facts_complaint("best_interest: x"), "best_interest"));
}

BOOST_AUTO_TEST_CASE(an_entry_of_constants_alone_is_refused) {
    auto const map = load_map(with_fields("    shelter: h\ngroups:\n  names:\n    - fields: {kind: {value: legal}}\n"));
    BOOST_TEST(code_of(map) == "field_map.invalid");
    BOOST_TEST(contains(detail_of(map), "expected at least one field from a column"), detail_of(map));
}

BOOST_AUTO_TEST_CASE(a_group_knows_its_own_fields_only) {
    auto const map = load_map(with_fields("    shelter: h\ngroups:\n  names:\n    - fields: {gven: x}\n  nmaes: []\n"));
    BOOST_TEST(code_of(map) == "field_map.invalid");
    BOOST_TEST(contains(detail_of(map), "gven: not a field of the case schema; did you mean `given`?"), detail_of(map));
    BOOST_TEST(contains(detail_of(map), "nmaes"), detail_of(map));
}

BOOST_AUTO_TEST_CASE(a_consents_table_must_map_all_a_consent_needs) {
    auto const map = load_map(with_fields("    shelter: h\nconsents:\n  table: c\n  case: no\n  fields: {id: x}\n"));
    BOOST_TEST(code_of(map) == "field_map.invalid");
    for (auto const* part : {"giver", "purpose", "recipients", "categories", "form_id", "form_version", "form_sha256",
                             "form_language", "given_on", "expires_on"}) {
        BOOST_TEST(contains(detail_of(map), std::string(part) + ": missing"), part);
    }
}

BOOST_AUTO_TEST_CASE(a_map_is_yaml_of_the_strict_kind) {
    BOOST_TEST(code_of(load_map("database: {kind: sqlite}\ndatabase: {kind: sqlite}\n")) == "yaml.duplicate_key");
    BOOST_TEST(code_of(load_map("database: &a {kind: sqlite}\ncases: *a\n")) == "yaml.alias");
    BOOST_TEST(code_of(load_map("{")) == "yaml.malformed");
    BOOST_TEST(code_of(load_map("[]")) == "field_map.invalid");
}

BOOST_AUTO_TEST_SUITE_END()
