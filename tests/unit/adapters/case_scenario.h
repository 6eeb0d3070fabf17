// Scenario: a national database with cases, relatives, harms and consents, and the case source on it by a field map.
#pragma once

#include "tests/unit/adapters/adapter_fixtures.h"
#include "tests/unit/adapters/national_database.h"

#include <boost/test/unit_test.hpp>

namespace casebridge::test {

inline Date const today = std::chrono::year(2026) / 11 / 23;

inline constexpr char const* scenario_tables = R"sql(
CREATE TABLE cases (no VARCHAR(40), sex VARCHAR(10), born VARCHAR(40), nation VARCHAR(100), children VARCHAR(20),
  deceased INTEGER, phone VARCHAR(40), status VARCHAR(40), guardian VARCHAR(40), suspect VARCHAR(10),
  withhold VARCHAR(200), given_name VARCHAR(100), roman VARCHAR(100), touched INTEGER))sql";
inline constexpr char const* scenario_relatives =
    "CREATE TABLE kin (case_no VARCHAR(40), seq INTEGER, name VARCHAR(100), rel VARCHAR(20))";
inline constexpr char const* scenario_harms = "CREATE TABLE harm (case_no VARCHAR(40), kind VARCHAR(20))";
inline constexpr char const* scenario_consents = R"sql(
CREATE TABLE consent (cid VARCHAR(40), case_no VARCHAR(40), giver VARCHAR(20), goal VARCHAR(40), who VARCHAR(200),
  what VARCHAR(200), given VARCHAR(20), until VARCHAR(20), gone VARCHAR(20)))sql";

inline constexpr char const* scenario_map = R"yaml(
database: {kind: sqlite, path: unused.db}
cases:
  table: cases
  id: no
  changed: {column: touched, kind: sequence}
  fields:
    sex: {column: sex, codes: {M: male, F: female, "-": not_recorded}}
    gender: {column: sex, codes: {M: Masculine}, unknown: withhold}
    birth_date: {column: born, date: [dd/MM/yyyy, yyyy], era: buddhist}
    citizenship: {column: nation, separator: ";", codes: {Thai: TH, Khmer: KH}}
    number_of_children: children
    deceased: {column: deceased, codes: {1: yes, 0: no}}
    mobile_phone: {column: phone, calling_code: 66}
    trafficking_status: {column: status, codes: as_stored}
    trafficking_status_country: {value: TH}
    exploitation_types: {table: harm, case: case_no, column: kind, codes: {labour: ForcedLabour, sex: SexualExploitation}}
  facts:
    guardian: {column: guardian, codes: {parent: guardian, appointed: appointed_representative}}
    guardian_suspect: {column: suspect, codes: {y: yes, n: no, "?": unknown}}
    withhold_from: {column: withhold, separator: ";"}
groups:
  names:
    - fields: {kind: {value: legal}, given: given_name}
    - fields: {kind: {value: transliterated}, given: roman}
  relatives:
    - {table: kin, case: case_no, order: seq, fields: {name: name, relation: {column: rel, codes: {m: mother, f: father}}}}
consents:
  table: consent
  case: case_no
  fields:
    id: cid
    giver: {column: giver, codes: as_stored}
    purpose: {column: goal, codes: as_stored}
    recipients: {column: who, separator: ";"}
    categories: {column: what, separator: ";", codes: as_stored}
    form_id: {value: form-a}
    form_version: {value: "1"}
    form_sha256: {value: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}
    form_language: {value: km}
    given_on: {column: given, date: yyyy-MM-dd, era: gregorian}
    expires_on: {column: until, date: yyyy-MM-dd, era: gregorian}
    withdrawn_on: {column: gone, date: yyyy-MM-dd, era: gregorian}
)yaml";

/// One scenario's database with all tables, and the case source on it.
class Scenario {
public:
    explicit Scenario(NationalDatabase& database) : database_(database) {
        for (auto const* sql : {scenario_tables, scenario_relatives, scenario_harms, scenario_consents}) run(sql);
    }

    void run(std::string const& sql) { database_.run(sql); }
    void add(std::string const& number, std::string const& columns = "", std::string const& values = "") {
        run("INSERT INTO cases (no" + (columns.empty() ? "" : ", " + columns) + ") VALUES ('" + number + "'" +
            (values.empty() ? "" : ", " + values) + ")");
    }
    CaseSource& source() {
        if (!source_) {
            auto made = database_.open_source(scenario_map);
            BOOST_REQUIRE_MESSAGE(made, detail_of(made));
            source_ = *std::move(made);
        }
        return *source_;
    }
    Result<SourcedCase> load(std::string const& number) { return source().load(CaseId(number)); }
    /// The case, which must be there.
    SourcedCase good(std::string const& number) {
        auto loaded = load(number);
        BOOST_REQUIRE_MESSAGE(loaded, detail_of(loaded));
        return *std::move(loaded);
    }
    /// The code, and that the detail names `column` and not `value`.
    std::string refused(std::string const& number, std::string_view column, std::string_view value) {
        auto const loaded = load(number);
        BOOST_TEST(contains(detail_of(loaded), column), detail_of(loaded));
        BOOST_TEST((value.empty() || !contains(detail_of(loaded), value)), detail_of(loaded));
        return code_of(loaded);
    }

private:
    NationalDatabase& database_;
    std::unique_ptr<CaseSource> source_;
};

template <typename T>
T value(SourcedCase const& sourced, std::string_view field) {
    auto const* const found = sourced.record.find(field);
    BOOST_REQUIRE_MESSAGE(found != nullptr, field);
    return std::get<T>(*found);
}

}  // namespace casebridge::test
