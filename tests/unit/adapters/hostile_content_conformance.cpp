// What hostile or broken content in a national database can do: be stored as it is, or be refused. Nothing else.
#include "adapters/sql_case_source.h"
#include "policies/unicode.h"
#include "tests/unit/adapters/adapter_fixtures.h"
#include "tests/unit/adapters/case_source_conformance.h"

#include <algorithm>

#include <boost/test/unit_test.hpp>

namespace casebridge::test {
namespace {

constexpr char const* map_text =
    "database: {kind: sqlite, path: unused.db}\n"
    "cases:\n"
    "  table: person\n"
    "  id: no\n"
    "  fields:\n"
    "    shelter: home\n"
    "    case_comment: {column: note, unknown: withhold}\n"
    "    sex: {column: sex, codes: {M: male}}\n"
    "  facts:\n"
    "    withhold_from: {column: never, separator: ;}\n";

enum class Column { text, bytes };

/// The table `person`, emptied for each value that is tried.
class NationalData {
public:
    NationalData(NationalDatabase& database, Column column) : database_(database) {
        auto const type = column == Column::bytes ? database.bytes_type() : database.text_type();
        std::string columns;
        for (std::string const name : {"no", "home", "note", "sex", "never", "photo"}) {
            columns += (columns.empty() ? "" : ", ") + name + " " + type;
        }
        database_.run("CREATE TABLE person (" + columns + ")");
    }
    /// False where a text column of this database cannot hold such a value: then nothing can be hostile about it.
    bool insert(std::vector<Cell> const& row) {
        bool const held = database_.insert("person", row);
        auto const strange = [](Cell const& cell) {
            return cell.second && (cell.second->find('\0') != std::string::npos || !is_utf8(*cell.second));
        };
        BOOST_TEST((held || std::ranges::any_of(row, strange)));
        return held;
    }
    void clear() { database_.run("DELETE FROM person"); }
    [[nodiscard]] bool holds_huge_values() const { return database_.holds_huge_values(); }

    std::unique_ptr<CaseSource> open() const {
        auto map = load_map(map_text);
        BOOST_REQUIRE_MESSAGE(map, detail_of(map));
        auto session = database_.open();
        BOOST_REQUIRE_MESSAGE(session, detail_of(session));
        auto source = make_sql_case_source(*std::move(map), *std::move(session));
        BOOST_REQUIRE_MESSAGE(source, detail_of(source));
        return *std::move(source);
    }

private:
    NationalDatabase& database_;
};

std::string const nul("a\0b", 3);

void sql_markup_and_format_strings_are_stored_literally(NationalData& data) {
    for (std::string const text : {"'; DROP TABLE person; --", "\" OR 1=1 --", "Robert'); DELETE FROM person; --",
                                   "%s%n%x", "<script>alert(1)</script>", "${jndi:ldap://x}", "../../etc/passwd",
                                   "{{7*7}}", "=cmd|' /C calc'!A0", "\\x00", "NULL", "ສົມພອນ", "ស្រីមុំ", "👩‍👧"}) {
        data.clear();
        if (!data.insert({{"no", "A-1"}, {"home", text}})) continue;
        auto const source = data.open();
        auto const sourced = source->load(CaseId("A-1"));
        BOOST_REQUIRE_MESSAGE(sourced, detail_of(sourced));
        BOOST_TEST(std::get<std::string>(*sourced->record.find("shelter")) == text);
        BOOST_TEST(code_of(source->check()) == "");
    }
}

void control_and_bidirectional_characters_are_refused_and_not_repeated(NationalData& data) {
    for (auto const& text : {nul, std::string("a\nERROR forged line"), std::string("a\r\nforged"),
                             std::string("a\x1b[31mred"), std::string("a\u202egpj.exe"), std::string("a\u2066b"),
                             std::string("a\u2028b"), std::string("a\x7f"), std::string("a\u0085b")}) {
        data.clear();
        if (!data.insert({{"no", "A-1"}, {"home", text}})) continue;
        auto const sourced = data.open()->load(CaseId("A-1"));
        BOOST_TEST(code_of(sourced) == "source.bad_value");
        BOOST_TEST(detail_of(sourced) == "column home, field shelter: case.bad_character");
    }
}

void text_that_is_not_utf8_is_refused(NationalData& data) {
    for (std::string const text : {"\xff\xfe", "a\xc0\x80", "\xed\xa0\x80", "caf\xe9", "\xf5\x80\x80\x80"}) {
        data.clear();
        if (!data.insert({{"no", "A-1"}, {"home", text}})) continue;
        auto const sourced = data.open()->load(CaseId("A-1"));
        BOOST_TEST(code_of(sourced) == "source.bad_value");
        BOOST_TEST(detail_of(sourced) == "column home, field shelter: text.not_utf8");
    }
}

void text_arrives_in_normal_form_c(NationalData& data) {
    data.insert({{"no", "A-1"}, {"home", "Nguye\u0302\u0303n"}});
    auto const sourced = data.open()->load(CaseId("A-1"));
    BOOST_REQUIRE_MESSAGE(sourced, detail_of(sourced));
    BOOST_TEST(std::get<std::string>(*sourced->record.find("shelter")) == "Nguy\u1ec5n");
}

void a_hostile_code_is_refused_without_its_text(NationalData& data) {
    for (auto const& text : {std::string("M\nforged"), std::string("M\0", 2), std::string("M "), std::string("m")}) {
        data.clear();
        if (!data.insert({{"no", "A-1"}, {"sex", text}})) continue;
        auto const sourced = data.open()->load(CaseId("A-1"));
        if (text == "M ") {  // padding of a fixed-width column
            BOOST_TEST(code_of(sourced) == "");
            continue;
        }
        BOOST_TEST(code_of(sourced) == "source.bad_value");
        BOOST_TEST(!contains(detail_of(sourced), "\n"));
        BOOST_TEST(!contains(detail_of(sourced), "forged"));
    }
}

void a_hostile_name_in_a_withhold_list_refuses_the_case(NationalData& data) {
    data.insert({{"no", "A-1"}, {"never", "a person; \u202eother"}});
    auto const sourced = data.open()->load(CaseId("A-1"));
    BOOST_TEST(code_of(sourced) == "source.bad_value");
    BOOST_TEST(detail_of(sourced) == "column never, field facts.withhold_from: case.bad_character");
}

void a_field_that_may_be_withheld_is_left_out_and_named(NationalData& data) {
    data.insert({{"no", "A-1"}, {"home", "x"}, {"note", "a\x1b[31mred"}});
    auto const sourced = data.open()->load(CaseId("A-1"));
    BOOST_REQUIRE_MESSAGE(sourced, detail_of(sourced));
    BOOST_TEST(sourced->record.find("case_comment") == nullptr);
    BOOST_TEST((sourced->left_out == std::vector<std::string>{"case_comment (column note)"}));
}

void hostile_case_numbers_are_no_cases_and_are_counted_in_lists(NationalData& data) {
    std::vector<std::string> const numbers = {nul, "A\nforged", "A\u202e", "\xff", std::string(10000, 'A'), " A", ""};
    std::size_t held = 0;
    for (auto const& number : numbers) held += data.insert({{"no", number}, {"home", "x"}}) ? 1 : 0;
    data.insert({{"no", "B-1'; --"}, {"home", "x"}});
    auto const source = data.open();
    for (auto const& number : numbers) {
        auto const sourced = source->load(CaseId(number));
        BOOST_TEST(code_of(sourced) == "source.case_not_found");
        BOOST_TEST(detail_of(sourced) == "no case of that number");
    }
    auto const page = source->list("", 100, std::chrono::year(2026) / 11 / 23);
    BOOST_REQUIRE(page);
    BOOST_TEST(page->unreadable == held);
    BOOST_REQUIRE(page->cases.size() == 1);
    BOOST_TEST(page->cases[0].id.text() == "B-1'; --");
    BOOST_TEST(code_of(source->load(page->cases[0].id)) == "");
}

void a_text_longer_than_its_field_is_refused(NationalData& data) {
    data.insert({{"no", "A-1"}, {"home", std::string(100000, 'x')}});
    auto const sourced = data.open()->load(CaseId("A-1"));
    BOOST_TEST(code_of(sourced) == "source.bad_value");
    BOOST_TEST(detail_of(sourced) == "column home, field shelter: case.too_long");
}

void a_value_of_two_megabytes_is_refused_by_its_column(NationalData& data) {
    if (!data.holds_huge_values()) return;
    data.insert({{"no", "A-1"}, {"home", std::string(2000000, 'x')}});
    auto const sourced = data.open()->load(CaseId("A-1"));
    BOOST_TEST(code_of(sourced) == "source.value_too_large");
    BOOST_TEST(contains(detail_of(sourced), "column home"));
}

void a_large_column_that_is_not_mapped_does_not_matter(NationalData& data) {
    if (!data.holds_huge_values()) return;
    data.insert({{"no", "A-1"}, {"home", "x"}, {"photo", std::string(8000000, 'x')}});
    BOOST_TEST(code_of(data.open()->load(CaseId("A-1"))) == "");
}

struct NamedScenario {
    char const* name;
    void (*run)(NationalData&);
};
#define SCENARIO(name) \
    NamedScenario {    \
#name, name    \
    }
constexpr NamedScenario scenarios[] = {
    SCENARIO(sql_markup_and_format_strings_are_stored_literally),
    SCENARIO(control_and_bidirectional_characters_are_refused_and_not_repeated),
    SCENARIO(text_that_is_not_utf8_is_refused),
    SCENARIO(text_arrives_in_normal_form_c),
    SCENARIO(a_hostile_code_is_refused_without_its_text),
    SCENARIO(a_hostile_name_in_a_withhold_list_refuses_the_case),
    SCENARIO(a_field_that_may_be_withheld_is_left_out_and_named),
    SCENARIO(hostile_case_numbers_are_no_cases_and_are_counted_in_lists),
    SCENARIO(a_text_longer_than_its_field_is_refused),
    SCENARIO(a_value_of_two_megabytes_is_refused_by_its_column),
    SCENARIO(a_large_column_that_is_not_mapped_does_not_matter),
};

}  // namespace

void check_hostile_content(MakeDatabase const& make) {
    for (auto const& [name, run] : scenarios) {
        for (auto const column : {Column::text, Column::bytes}) {
            BOOST_TEST_CONTEXT(name << (column == Column::text ? ", text" : ", bytes")) {
                auto const database = make();
                NationalData data(*database, column);
                run(data);
            }
        }
    }
}

}  // namespace casebridge::test
