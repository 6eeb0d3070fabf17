// What hostile or broken content in a national database can do: be stored as it is, or be refused. Nothing else.
#include "adapters/open_session.h"
#include "adapters/sql_case_source.h"
#include "tests/unit/adapters/adapter_fixtures.h"

#include <boost/test/unit_test.hpp>
#include <sys/resource.h>

BOOST_AUTO_TEST_SUITE(hostile_content)

namespace {

using namespace casebridge;
using namespace casebridge::test;

constexpr char const* map_text =
    "database: {kind: sqlite, path: national.db}\n"
    "cases:\n"
    "  table: person\n"
    "  id: no\n"
    "  fields:\n"
    "    shelter: home\n"
    "    case_comment: {column: note, unknown: withhold}\n"
    "    sex: {column: sex, codes: {M: male}}\n"
    "  facts:\n"
    "    withhold_from: {column: never, separator: ;}\n";

class NationalData {
public:
    NationalData() : writer_(file()) { writer_.run("CREATE TABLE person (no, home, note, sex, never, photo)"); }
    [[nodiscard]] std::filesystem::path file() const { return directory_.path() / "national.db"; }
    void insert(std::vector<Cell> const& row) { writer_.insert("person", row); }
    void run(std::string const& sql) { writer_.run(sql); }

    std::unique_ptr<CaseSource> open() const {
        auto map = load_map(map_text);
        BOOST_REQUIRE_MESSAGE(map, detail_of(map));
        std::get<SqliteSettings>(map->database).path = file();
        auto session = open_session(map->database, Secret());
        BOOST_REQUIRE_MESSAGE(session, detail_of(session));
        auto source = make_sql_case_source(*std::move(map), *std::move(session));
        BOOST_REQUIRE_MESSAGE(source, detail_of(source));
        return *std::move(source);
    }

private:
    TemporaryDirectory directory_;
    DatabaseWriter writer_;
};

std::string const nul("a\0b", 3);

}  // namespace

BOOST_AUTO_TEST_CASE(sql_markup_and_format_strings_are_stored_literally) {
    for (std::string const text : {"'; DROP TABLE person; --", "\" OR 1=1 --", "Robert'); DELETE FROM person; --",
                                   "%s%n%x", "<script>alert(1)</script>", "${jndi:ldap://x}", "../../etc/passwd",
                                   "{{7*7}}", "=cmd|' /C calc'!A0", "\\x00", "NULL", "ສົມພອນ", "ស្រីមុំ", "👩‍👧"}) {
        NationalData data;
        data.insert({{"no", "A-1"}, {"home", text}});
        auto const source = data.open();
        auto const sourced = source->load(CaseId("A-1"));
        BOOST_REQUIRE_MESSAGE(sourced, detail_of(sourced));
        BOOST_TEST(std::get<std::string>(*sourced->record.find("shelter")) == text);
        BOOST_TEST(code_of(source->check()) == "");
    }
}

BOOST_AUTO_TEST_CASE(control_and_bidirectional_characters_are_refused_and_not_repeated) {
    for (auto const& text : {nul, std::string("a\nERROR forged line"), std::string("a\r\nforged"),
                             std::string("a\x1b[31mred"), std::string("a\u202egpj.exe"), std::string("a\u2066b"),
                             std::string("a\u2028b"), std::string("a\x7f"), std::string("a\u0085b")}) {
        NationalData data;
        data.insert({{"no", "A-1"}, {"home", text}});
        auto const sourced = data.open()->load(CaseId("A-1"));
        BOOST_TEST(code_of(sourced) == "source.bad_value");
        BOOST_TEST(detail_of(sourced) == "column home, field shelter: case.bad_character");
    }
}

BOOST_AUTO_TEST_CASE(text_that_is_not_utf8_is_refused) {
    for (std::string const text : {"\xff\xfe", "a\xc0\x80", "\xed\xa0\x80", "caf\xe9", "\xf5\x80\x80\x80"}) {
        NationalData data;
        data.insert({{"no", "A-1"}, {"home", text}});
        auto const sourced = data.open()->load(CaseId("A-1"));
        BOOST_TEST(code_of(sourced) == "source.bad_value");
        BOOST_TEST(detail_of(sourced) == "column home, field shelter: text.not_utf8");
    }
}

BOOST_AUTO_TEST_CASE(text_arrives_in_normal_form_c) {
    NationalData data;
    data.insert({{"no", "A-1"}, {"home", "Nguye\u0302\u0303n"}});
    auto const sourced = data.open()->load(CaseId("A-1"));
    BOOST_REQUIRE_MESSAGE(sourced, detail_of(sourced));
    BOOST_TEST(std::get<std::string>(*sourced->record.find("shelter")) == "Nguy\u1ec5n");
}

BOOST_AUTO_TEST_CASE(a_hostile_code_is_refused_without_its_text) {
    NationalData data;
    data.insert({{"no", "A-1"}, {"sex", "M\nforged"}});
    data.insert({{"no", "A-2"}, {"sex", std::string("M\0", 2)}});
    auto const source = data.open();
    for (auto const* number : {"A-1", "A-2"}) {
        auto const sourced = source->load(CaseId(number));
        BOOST_TEST(code_of(sourced) == "source.bad_value");
        BOOST_TEST(!contains(detail_of(sourced), "\n"));
        BOOST_TEST(!contains(detail_of(sourced), "forged"));
    }
}

BOOST_AUTO_TEST_CASE(a_hostile_name_in_a_withhold_list_refuses_the_case) {
    NationalData data;
    data.insert({{"no", "A-1"}, {"never", "a person; \u202eother"}});
    auto const sourced = data.open()->load(CaseId("A-1"));
    BOOST_TEST(code_of(sourced) == "source.bad_value");
    BOOST_TEST(detail_of(sourced) == "column never, field facts.withhold_from: case.bad_character");
}

BOOST_AUTO_TEST_CASE(a_field_that_may_be_withheld_is_left_out_and_named) {
    NationalData data;
    data.insert({{"no", "A-1"}, {"home", "x"}, {"note", nul}});
    auto const sourced = data.open()->load(CaseId("A-1"));
    BOOST_REQUIRE_MESSAGE(sourced, detail_of(sourced));
    BOOST_TEST(sourced->record.find("case_comment") == nullptr);
    BOOST_TEST((sourced->left_out == std::vector<std::string>{"case_comment (column note)"}));
}

BOOST_AUTO_TEST_CASE(hostile_case_numbers_are_no_cases_and_are_counted_in_lists) {
    NationalData data;
    std::vector<std::string> const numbers = {nul, "A\nforged", "A\u202e", "\xff", std::string(10000, 'A'), " A", ""};
    for (auto const& number : numbers) data.insert({{"no", number}, {"home", "x"}});
    data.insert({{"no", "B-1'; --"}, {"home", "x"}});
    auto const source = data.open();
    for (auto const& number : numbers) {
        auto const sourced = source->load(CaseId(number));
        BOOST_TEST(code_of(sourced) == "source.case_not_found");
        BOOST_TEST(detail_of(sourced) == "no case of that number");
    }
    auto const page = source->list("", 100, std::chrono::year(2026) / 11 / 23);
    BOOST_REQUIRE(page);
    BOOST_TEST(page->unreadable == numbers.size());
    BOOST_REQUIRE(page->cases.size() == 1);
    BOOST_TEST(page->cases[0].id.text() == "B-1'; --");
    BOOST_TEST(code_of(source->load(page->cases[0].id)) == "");
}

BOOST_AUTO_TEST_CASE(a_text_longer_than_its_field_is_refused) {
    NationalData data;
    data.insert({{"no", "A-1"}, {"home", std::string(100000, 'x')}});
    auto const sourced = data.open()->load(CaseId("A-1"));
    BOOST_TEST(code_of(sourced) == "source.bad_value");
    BOOST_TEST(detail_of(sourced) == "column home, field shelter: case.too_long");
}

BOOST_AUTO_TEST_CASE(a_value_of_two_megabytes_is_refused_by_its_column) {
    NationalData data;
    data.insert({{"no", "A-1"}, {"home", std::string(2000000, 'x')}});
    auto const sourced = data.open()->load(CaseId("A-1"));
    BOOST_TEST(code_of(sourced) == "source.value_too_large");
    BOOST_TEST(contains(detail_of(sourced), "column home"));
}

BOOST_AUTO_TEST_CASE(a_large_column_that_is_not_mapped_does_not_matter) {
    NationalData data;
    data.run("INSERT INTO person (no, home, photo) VALUES ('A-1', 'x', zeroblob(8000000))");
    BOOST_TEST(code_of(data.open()->load(CaseId("A-1"))) == "");
}

BOOST_AUTO_TEST_CASE(a_string_of_one_gigabyte_is_refused_without_being_loaded) {
    NationalData data;
    data.run("PRAGMA journal_mode = OFF");
    data.run("PRAGMA cache_size = 100");
    data.run("INSERT INTO person (no, home) VALUES ('A-1', zeroblob(999999000))");
    auto const source = data.open();
    rusage before{};
    rusage after{};
    ::getrusage(RUSAGE_SELF, &before);
    auto const sourced = source->load(CaseId("A-1"));
    ::getrusage(RUSAGE_SELF, &after);
    BOOST_TEST(code_of(sourced) == "source.value_too_large");
    BOOST_TEST(after.ru_maxrss - before.ru_maxrss < 64 * 1024);  // KiB
}

BOOST_AUTO_TEST_CASE(values_of_another_type_than_declared_are_read_as_text_or_refused) {
    NationalData data;
    data.run(
        "INSERT INTO person (no, home, sex) VALUES ('A-1', 12345, 'M'), ('A-2', 1.5, 'M'), ('A-3', x'41', 'M'),"
        "('A-4', x'FF00', 'M'), ('A-5', 'x', 1), ('A-6', 'x', x'00'), (7, 'x', 'M')");
    auto const source = data.open();
    auto const home = [&](char const* number) {
        auto const sourced = source->load(CaseId(number));
        return sourced ? std::get<std::string>(*sourced->record.find("shelter")) : code_of(sourced);
    };
    BOOST_TEST(home("A-1") == "12345");
    BOOST_TEST(home("A-2") == "1.5");
    BOOST_TEST(home("A-3") == "A");
    BOOST_TEST(home("A-4") == "source.bad_value");
    BOOST_TEST(home("A-5") == "source.bad_value");
    BOOST_TEST(home("A-6") == "source.bad_value");
}

BOOST_AUTO_TEST_SUITE_END()
