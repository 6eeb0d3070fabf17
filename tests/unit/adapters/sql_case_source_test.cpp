#include "adapters/sql_case_source.h"

#include "adapters/open_case_source.h"
#include "tests/unit/adapters/adapter_fixtures.h"
#include "tests/unit/adapters/case_source_conformance.h"
#include "tests/unit/adapters/sqlite_database.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(sql_case_source)

namespace {

using namespace casebridge;
using namespace casebridge::test;

constexpr char const* small_map =
    "database: {kind: sqlite, path: national.db}\n"
    "cases:\n"
    "  table: person\n"
    "  id: no\n"
    "  fields: {shelter: home}\n";

void check_every_suite(MakeDatabase const& make) {
    check_case_source_conformance(make);
    check_session_conformance(make);
    check_hostile_content(make);
}

/// Counts what is asked of another session.
class CountingSession final : public SqlSession {
public:
    CountingSession(std::unique_ptr<SqlSession> session, int& queries)
        : session_(std::move(session)), queries_(queries) {}

    Result<std::vector<std::string>> tables() override { return session_->tables(); }
    Result<std::vector<Column>> columns(std::string const& table) override { return session_->columns(table); }
    Status scan(std::string const& sql, std::function<bool(SqlRow const&)> const& on_row) override {
        return session_->scan(sql, on_row);
    }
    Status query(std::string const& sql, std::vector<SqlValue> const& parameters,
                 std::function<bool(SqlRow const&)> const& on_row) override {
        ++queries_;
        return session_->query(sql, parameters, on_row);
    }
    Status read_consistently(std::function<Status()> const& body) override { return session_->read_consistently(body); }
    Result<std::optional<SnapshotVersion>> snapshot_version(std::vector<std::string> const& tables) override {
        return session_->snapshot_version(tables);
    }
    [[nodiscard]] std::string quote_identifier(std::string_view name) const override {
        return session_->quote_identifier(name);
    }

private:
    std::unique_ptr<SqlSession> session_;
    int& queries_;
};

void write_small_database(TemporaryDirectory const& directory) {
    DatabaseWriter writer(directory.path() / "national.db");
    writer.run("CREATE TABLE person (no TEXT, home TEXT)");
    writer.run("INSERT INTO person VALUES ('A-1', 'x')");
}

}  // namespace

BOOST_AUTO_TEST_CASE(sqlite_behaves_as_every_national_database_must) {
    check_every_suite([] { return std::make_unique<SqliteDatabase>(""); });
}

BOOST_AUTO_TEST_CASE(sqlcipher_behaves_as_every_national_database_must) {
    check_every_suite([] { return std::make_unique<SqliteDatabase>(std::string(64, 'a')); });
}

BOOST_AUTO_TEST_CASE(a_case_source_opens_from_its_field_map_alone) {
    TemporaryDirectory const directory;
    write_small_database(directory);
    auto const source = open_case_source(directory.write("map.yaml", small_map), Secret());
    BOOST_REQUIRE_MESSAGE(source, detail_of(source));
    BOOST_TEST(code_of((*source)->load(CaseId("A-1"))) == "");
    BOOST_TEST(code_of((*source)->check()) == "");
}

/// The small database, how often it is asked, and how often `load_again` asks after `load_and_keep`.
struct Kept {
    TemporaryDirectory directory;
    int queries = 0;
    std::unique_ptr<CaseSource> source;

    explicit Kept(std::string const& further_sql = "", std::string const& table = "person") {
        write_small_database(directory);
        if (!further_sql.empty()) run(further_sql);
        SqliteSettings settings;
        settings.path = directory.path() / "national.db";
        std::string map = small_map;
        map.replace(map.find("person"), 6, table);
        auto const file = load_yaml(directory.write("map.yaml", map));
        source =
            *make_sql_case_source(*FieldMap::load(*file, directory.path()),
                                  std::make_unique<CountingSession>(*open_sqlite_session(settings, Secret()), queries));
    }
    void run(std::string const& sql) { DatabaseWriter::append_to(directory.path() / "national.db").run(sql); }
    void keep() { BOOST_TEST(code_of(source->load_and_keep(CaseId("A-1"))) == ""); }
    int asked_again() {
        queries = 0;
        BOOST_TEST(code_of(source->load_again(CaseId("A-1"))) == "");
        return queries;
    }
};

BOOST_AUTO_TEST_CASE(a_case_is_not_read_again_if_nothing_was_written_and_then_only_once) {
    Kept kept;
    kept.keep();
    BOOST_TEST(kept.asked_again() == 0);
    BOOST_TEST(kept.asked_again() == 1);
}

BOOST_AUTO_TEST_CASE(a_case_is_read_again_after_any_write) {
    Kept kept;
    for (auto const* sql : {"UPDATE person SET home = 'y'", "INSERT INTO person VALUES ('A-2', 'z')",
                            "CREATE TABLE other (x)", "PRAGMA journal_mode = WAL", "UPDATE person SET home = 'w'"}) {
        kept.keep();
        kept.run(sql);
        BOOST_TEST_CONTEXT(sql) {
            BOOST_TEST(kept.asked_again() == 1);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_case_is_read_again_if_the_file_was_replaced_by_a_copy_of_itself) {
    Kept kept;
    kept.keep();
    auto const file = kept.directory.path() / "national.db";
    auto const copy = kept.directory.path() / "copy.db";
    std::filesystem::copy_file(file, copy);
    std::filesystem::rename(copy, file);
    BOOST_TEST(kept.asked_again() == 1);
}

BOOST_AUTO_TEST_CASE(a_case_of_a_view_is_read_again_since_a_view_may_tell_the_time) {
    Kept kept("CREATE VIEW today AS SELECT no, date('now') AS home FROM person", "today");
    kept.keep();
    BOOST_TEST(kept.asked_again() == 1);
}

BOOST_AUTO_TEST_CASE(a_table_that_became_a_view_is_read_again) {
    Kept kept;
    kept.keep();
    kept.run("ALTER TABLE person RENAME TO people");
    kept.run("CREATE VIEW person AS SELECT no, date('now') AS home FROM people");
    BOOST_TEST(kept.asked_again() == 1);
    kept.keep();
    BOOST_TEST(kept.asked_again() == 1);
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
