// Content that only SQLite can hold: any type in any column, and a gigabyte made of nothing.
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

}  // namespace

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
