#include "adapters/sql_case_source.h"

#include "adapters/open_case_source.h"
#include "tests/unit/adapters/adapter_fixtures.h"
#include "tests/unit/adapters/case_source_conformance.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(sql_case_source)

namespace {

using namespace casebridge;
using namespace casebridge::test;

class SqliteDatabase final : public NationalDatabase {
public:
    explicit SqliteDatabase(std::string const& raw_key)
        : key_(raw_key), writer_(directory_.path() / "national.db", raw_key) {}

    void run(std::string const& sql) override { writer_.run(sql); }
    Result<std::unique_ptr<SqlSession>> open() override {
        SqliteSettings settings;
        settings.path = directory_.path() / "national.db";
        if (!key_.empty()) settings.encryption = SqliteSettings::Encryption::sqlcipher;
        return open_sqlite_session(settings, Secret::from_text(key_));
    }

private:
    TemporaryDirectory directory_;
    std::string key_;
    DatabaseWriter writer_;
};

constexpr char const* small_map =
    "database: {kind: sqlite, path: national.db}\n"
    "cases:\n"
    "  table: person\n"
    "  id: no\n"
    "  fields: {shelter: home}\n";

void write_small_database(TemporaryDirectory const& directory) {
    DatabaseWriter writer(directory.path() / "national.db");
    writer.run("CREATE TABLE person (no TEXT, home TEXT)");
    writer.run("INSERT INTO person VALUES ('A-1', 'x')");
}

}  // namespace

BOOST_AUTO_TEST_CASE(sqlite_behaves_as_every_national_database_must) {
    check_case_source_conformance([] { return std::make_unique<SqliteDatabase>(""); });
}

BOOST_AUTO_TEST_CASE(sqlcipher_behaves_as_every_national_database_must) {
    check_case_source_conformance([] { return std::make_unique<SqliteDatabase>(std::string(64, 'a')); });
}

BOOST_AUTO_TEST_CASE(a_case_source_opens_from_its_field_map_alone) {
    TemporaryDirectory const directory;
    write_small_database(directory);
    auto const source = open_case_source(directory.write("map.yaml", small_map), Secret());
    BOOST_REQUIRE_MESSAGE(source, detail_of(source));
    BOOST_TEST(code_of((*source)->load(CaseId("A-1"))) == "");
    BOOST_TEST(code_of((*source)->check()) == "");
}

BOOST_AUTO_TEST_CASE(a_map_that_does_not_fit_the_database_is_refused_at_start_with_every_name) {
    TemporaryDirectory const directory;
    write_small_database(directory);
    auto const map = directory.write("map.yaml",
                                     "database: {kind: sqlite, path: national.db}\n"
                                     "cases:\n"
                                     "  table: person\n"
                                     "  id: nr\n"
                                     "  fields:\n"
                                     "    shelter: hone\n"
                                     "groups:\n"
                                     "  names:\n"
                                     "    - {table: nmaes, case: no, fields: {given: x}}\n");
    auto const source = open_case_source(map, Secret());
    BOOST_TEST(code_of(source) == "field_map.invalid");
    auto const detail = detail_of(source);
    BOOST_TEST(contains(detail, "table `person` has no column `nr`"));
    BOOST_TEST(contains(detail, "map.yaml:6: shelter: table `person` has no column `hone`; did you mean `home`?"),
               detail);
    BOOST_TEST(contains(detail, "map.yaml:9: table: the database has no table or view `nmaes`"), detail);
}

BOOST_AUTO_TEST_CASE(a_missing_map_a_missing_database_and_a_needless_key_have_their_own_codes) {
    TemporaryDirectory const directory;
    BOOST_TEST(code_of(open_case_source(directory.path() / "none.yaml", Secret())) == "file.unreadable");
    auto const map = directory.write("map.yaml", small_map);
    BOOST_TEST(code_of(open_case_source(map, Secret())) == "source.unavailable");
    write_small_database(directory);
    BOOST_TEST(code_of(open_case_source(map, Secret::from_text("key"))) == "source.wrong_key");
}

BOOST_AUTO_TEST_CASE(a_map_without_a_change_column_tells_no_changes) {
    TemporaryDirectory const directory;
    write_small_database(directory);
    auto const source = open_case_source(directory.write("map.yaml", small_map), Secret());
    BOOST_REQUIRE(source);
    BOOST_TEST(code_of((*source)->changes({}, 10)) == "source.no_changes");
    BOOST_TEST(code_of((*source)->newest_change()) == "source.no_changes");
}

BOOST_AUTO_TEST_CASE(a_file_nobody_wrote_to_has_not_changed) {
    TemporaryDirectory const directory;
    write_small_database(directory);
    auto const source = open_case_source(directory.write("map.yaml", small_map), Secret());
    BOOST_REQUIRE(source);
    BOOST_TEST((*source)->may_have_changed());  // since nobody has asked
    BOOST_TEST(code_of((*source)->load(CaseId("A-1"))) == "");
    BOOST_TEST(!(*source)->may_have_changed());
    DatabaseWriter::append_to(directory.path() / "national.db").run("INSERT INTO person VALUES ('A-2', 'y')");
    BOOST_TEST((*source)->may_have_changed());
    BOOST_TEST(!(*source)->may_have_changed());
}

BOOST_AUTO_TEST_CASE(a_change_column_has_a_kind_and_stands_in_the_table) {
    TemporaryDirectory const directory;
    write_small_database(directory);
    auto const with = [&](std::string const& changed) {
        return detail_of(
            open_case_source(directory.write("map.yaml", small_map + ("  changed: " + changed + "\n")), Secret()));
    };
    BOOST_TEST(contains(with("{column: hone, kind: sequence}"), "has no column `hone`; did you mean `home`?"));
    BOOST_TEST(contains(with("{column: home, kind: date}"), "kind: expected one of timestamp, sequence"));
    BOOST_TEST(contains(with("{kind: sequence}"), "column: expected a text"));
}

BOOST_AUTO_TEST_CASE(names_with_quotes_are_names_and_not_sql) {
    TemporaryDirectory const directory;
    {
        DatabaseWriter writer(directory.path() / "national.db");
        writer.run("CREATE TABLE \"per\"\"son; --\" (no TEXT, \"ho\"\"me\" TEXT)");
        writer.run("INSERT INTO \"per\"\"son; --\" VALUES ('A-1', 'x')");
    }
    auto const map = directory.write("map.yaml",
                                     "database: {kind: sqlite, path: national.db}\n"
                                     "cases:\n"
                                     "  table: 'per\"son; --'\n"
                                     "  id: no\n"
                                     "  fields: {shelter: 'ho\"me'}\n");
    auto const source = open_case_source(map, Secret());
    BOOST_REQUIRE_MESSAGE(source, detail_of(source));
    auto const sourced = (*source)->load(CaseId("A-1"));
    BOOST_REQUIRE_MESSAGE(sourced, detail_of(sourced));
    BOOST_TEST(std::get<std::string>(*sourced->record.find("shelter")) == "x");
}

BOOST_AUTO_TEST_CASE(a_locked_database_is_unavailable_for_a_case) {
    TemporaryDirectory const directory;
    write_small_database(directory);
    auto const source = open_case_source(directory.write("map.yaml", small_map), Secret());
    BOOST_REQUIRE(source);
    auto writer = DatabaseWriter::append_to(directory.path() / "national.db");
    writer.run("BEGIN EXCLUSIVE");
    BOOST_TEST(code_of((*source)->load(CaseId("A-1"))) == "source.unavailable");
    BOOST_TEST(code_of((*source)->check()) == "source.unavailable");
}

BOOST_AUTO_TEST_SUITE_END()
