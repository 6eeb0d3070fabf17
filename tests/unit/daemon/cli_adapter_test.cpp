// `casebridge adapter`, as a person runs it who connects a ministry's files.
#include "daemon/cli/progress.h"
#include "tests/support/demo/database_writer.h"
#include "tests/unit/daemon/command_run.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(adapter_commands)

namespace {

using namespace casebridge;
using namespace casebridge::test;
namespace fs = std::filesystem;

constexpr char const* database =
    "database:\n"
    "  kind: csv\n"
    "  folder: export\n"
    "  encoding: utf-8\n"
    "  settle_seconds: 0\n";

/// A folder with a file of 30 cases, and the connection's YAML.
struct Ministry {
    TemporaryDirectory directory;
    std::string root = directory.path().string();

    Ministry() {
        std::string cases = "case_no,date_of_birth,nationality,shelter\n";
        for (int row = 0; row < 30; ++row) {
            cases += std::to_string(row) + ",13/04/2540," +
                     (row == 0   ? "Canaria"
                      : row < 15 ? "ไทย"
                                 : "ลาว") +
                     ",CanaryHouse\n";
        }
        directory.write("export/cases.csv", cases);
        directory.write("database.yaml", database);
        directory.write("map.yaml", std::string(database) +
                                        "cases:\n  table: cases\n  id: case_no\n  fields:\n"
                                        "    shelter: shelter\n"
                                        "    birth_date: {column: date_of_birth, date: dd/MM/yyyy, era: buddhist}\n"
                                        "    citizenship: {column: nationality, codes: {ไทย: TH}}\n");
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(inspect_shows_shapes_and_writes_a_draft_that_is_never_overwritten) {
    Ministry const ministry;
    auto const command =
        "adapter inspect --database " + ministry.root + "/database.yaml --out " + ministry.root + "/draft.yaml";
    auto const inspected = run(command);
    BOOST_CHECK_EQUAL(inspected.exit, 0);
    CHECK_CONTAINS(inspected.out, "cases  30 rows");
    CHECK_CONTAINS(inspected.out,
                   "date_of_birth TEXT: 99/99/2999 (Buddhist era?) 100 %, 1 distinct, empty 0 %  -> birth_date");
    BOOST_CHECK(!contains(inspected.out + inspected.err, "Canar"));
    BOOST_CHECK(inspected.err.empty());
    auto const draft = text_of(ministry.root + "/draft.yaml");
    CHECK_CONTAINS(draft, "database:\n  kind: csv\n  folder: export\n");
    CHECK_CONTAINS(draft, "id: \"case_no\"");
    BOOST_CHECK(!contains(draft, "Canar"));
    BOOST_CHECK((fs::status(ministry.root + "/draft.yaml").permissions() & fs::perms::all) ==
                (fs::perms::owner_read | fs::perms::owner_write));
    auto const again = run(command);
    BOOST_CHECK_EQUAL(again.exit, 6);
    CHECK_CONTAINS(again.err, "[file.exists]");
    BOOST_CHECK_EQUAL(text_of(ministry.root + "/draft.yaml"), draft);
    auto const tried = run("adapter check --map " + ministry.root + "/draft.yaml");
    BOOST_CHECK_EQUAL(tried.exit, 1);
    CHECK_CONTAINS(tried.err, "draft: confirm every line of the draft, then remove this one");
}

BOOST_AUTO_TEST_CASE(inspect_shows_codes_that_many_rows_share_and_keeps_back_the_others) {
    Ministry const ministry;
    auto const shown =
        run("adapter inspect --json --codes cases.nationality --database " + ministry.root + "/database.yaml");
    BOOST_REQUIRE_EQUAL(shown.exit, 0);
    auto const json = json_of(shown.out);
    auto const& columns = *json.find("tables")->as_array()->front().find("columns")->as_array();
    auto const& nationality = columns.at(2);
    BOOST_CHECK_EQUAL(nationality.text_or("guess"), "citizenship");
    BOOST_REQUIRE_EQUAL(nationality.find("codes")->as_array()->size(), 2U);
    BOOST_CHECK_EQUAL(nationality.find("codes")->as_array()->front().text_or("value"), "ลาว");
    BOOST_CHECK_EQUAL(*nationality.find("codes_kept_back")->as_integer(), 1);
    BOOST_CHECK(columns.at(3).find("codes") == nullptr);
    auto const unknown = run("adapter inspect --codes cases.nothing --database " + ministry.root + "/database.yaml");
    BOOST_CHECK_EQUAL(unknown.exit, 1);
    CHECK_CONTAINS(unknown.err, "[source.no_such_column]");
}

BOOST_AUTO_TEST_CASE(inspect_of_nothing_says_so_and_drafts_nothing) {
    TemporaryDirectory directory;
    auto const root = directory.path().string();
    directory.write("database.yaml", database);
    fs::create_directory(root + "/export");
    auto const inspected = run("adapter inspect --database " + root + "/database.yaml --out " + root + "/draft.yaml");
    BOOST_CHECK_EQUAL(inspected.exit, 4);
    CHECK_CONTAINS(inspected.err, "[source.no_tables]");
    CHECK_CONTAINS(inspected.err, "Give the login the right to read the views");
    BOOST_CHECK(!fs::exists(root + "/draft.yaml"));
}

BOOST_AUTO_TEST_CASE(check_counts_to_a_value_that_is_too_large_and_says_that_it_did_not_go_on) {
    TemporaryDirectory directory;
    auto const root = directory.path().string();
    DatabaseWriter(directory.path() / "national.db")
        .run(
            "CREATE TABLE cases (no, shelter, note); "
            "INSERT INTO cases VALUES ('1', 'a', 'b'), ('2', 'a', printf('%.*c', 2000000, 'x')), ('3', 'a', 'b')");
    directory.write("map.yaml",
                    "database: {kind: sqlite, path: national.db}\ncases:\n  table: cases\n  id: no\n  fields:\n"
                    "    shelter: shelter\n    case_narrative: note\n");
    auto const command = "adapter check --map " + root + "/map.yaml";
    auto const checked = run(command);
    BOOST_CHECK_EQUAL(checked.exit, 1);
    CHECK_CONTAINS(checked.out, "not read to the end: cases: source.value_too_large");
    auto const json = json_of(run(command + " --json").out);
    BOOST_CHECK(!*json.find("ok")->as_bool());
    auto const& field = json.find("fields")->as_array()->front();
    BOOST_CHECK_EQUAL(field.text_or("stopped_by"), "source.value_too_large");
    BOOST_CHECK_EQUAL(*field.find("rows")->as_integer(), 1);
}

BOOST_AUTO_TEST_CASE(check_says_what_does_not_map_and_exits_with_1_then_0) {
    Ministry const ministry;
    auto const map = ministry.root + "/map.yaml";
    auto const checked = run("adapter check --map " + map);
    BOOST_CHECK_EQUAL(checked.exit, 1);
    CHECK_CONTAINS(checked.out, "refuses the case: source.untranslated_code 16 (2 different)");
    BOOST_CHECK(!contains(checked.out, "ลาว"));
    auto const codes = run("adapter check --codes --map " + map);
    CHECK_CONTAINS(codes.out, "citizenship: ลาว  (15 rows)");
    BOOST_CHECK(!contains(codes.out, "Canar"));
    auto const json = json_of(run("adapter check --json --limit 5 --map " + map).out);
    BOOST_CHECK_EQUAL(*json.find("fields")->as_array()->front().find("rows")->as_integer(), 5);
    BOOST_CHECK(!*json.find("ok")->as_bool());

    auto text = text_of(map);
    ministry.directory.write("map.yaml", text.replace(text.find("{ไทย: TH}"), std::string("{ไทย: TH}").size(),
                                                      "{ไทย: TH, ลาว: LA, Canaria: not_recorded}"));
    auto const good = run("adapter check --map " + map);
    BOOST_CHECK_EQUAL(good.exit, 0);
    BOOST_CHECK(!contains(good.out, "refuses"));
    CHECK_CONTAINS(good.out, "every row has a case number, and none stands more than once");

    auto const row = ",13/04/2540,ไทย,CanaryHouse\n";
    ministry.directory.write("export/cases.csv", text_of(ministry.root + "/export/cases.csv") + "1" + row + "2" + row +
                                                     "2" + row + "3" + row + row);
    auto const repeated = run("adapter check --limit 1 --map " + map);
    BOOST_CHECK_EQUAL(repeated.exit, 1);
    CHECK_CONTAINS(repeated.out, "rows without a case number: 1; case numbers that stand more than once: 3");
    auto const numbers = *json_of(run("adapter check --json --map " + map).out).find("case_numbers");
    BOOST_CHECK_EQUAL(*numbers.find("repeated")->as_integer(), 3);
    BOOST_CHECK(!*numbers.find("ok")->as_bool());
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_named_before_anything_is_read) {
    Ministry const ministry;
    BOOST_CHECK_EQUAL(run("adapter inspect").exit, 2);
    auto const number = run("adapter check --limit many --map " + ministry.root + "/map.yaml");
    BOOST_CHECK_EQUAL(number.exit, 2);
    CHECK_CONTAINS(number.err, "--limit takes a whole number");
    auto const missing = run("adapter inspect --database " + ministry.root + "/none.yaml");
    BOOST_CHECK_EQUAL(missing.exit, 4);
    CHECK_CONTAINS(missing.err, "[file.unreadable]");
    auto const nothing = ministry.directory.write("nothing.yaml", "cases: {table: x}\n").string();
    CHECK_CONTAINS(run("adapter inspect --database " + nothing).err, "[field_map.invalid]");
    auto const broken = ministry.directory.write("export/cases.csv", "a,a\n");
    auto const refused = run("adapter inspect --database " + ministry.root + "/database.yaml");
    BOOST_CHECK_EQUAL(refused.exit, 1);
    CHECK_CONTAINS(refused.err, "cases.csv:1:4: the name of column 2 in the header stands there twice");
    CHECK_CONTAINS(refused.err, "Have the export made again");
}

BOOST_AUTO_TEST_CASE(a_key_file_that_others_can_read_is_refused) {
    Ministry const ministry;
    auto const key = ministry.directory.write("key", "secret");
    fs::permissions(key, fs::perms::owner_read | fs::perms::others_read);
    auto const refused =
        run("adapter inspect --database " + ministry.root + "/database.yaml --key-file " + key.string());
    BOOST_CHECK_EQUAL(refused.exit, 1);
    CHECK_CONTAINS(refused.err, "[file.too_permissive]");
    BOOST_CHECK(!contains(refused.err, "secret"));
}

BOOST_AUTO_TEST_CASE(progress_tells_rate_and_time_left) {
    using std::chrono::seconds;
    BOOST_CHECK_EQUAL(cli::progress_text(1'200'000, 3'000'000, seconds(30)),
                      "1,200,000 of 3,000,000 rows, 40,000 a second, about 45 s left");
    BOOST_CHECK_EQUAL(cli::progress_text(1000, 0, seconds(1)), "1,000 rows, 1,000 a second");
    BOOST_CHECK_EQUAL(cli::progress_text(0, 10, seconds(0)), "0 of 10 rows");
    BOOST_CHECK_EQUAL(cli::progress_text(1000, 601'000, seconds(1)),
                      "1,000 of 601,000 rows, 1,000 a second, about 10 min left");
}

BOOST_AUTO_TEST_SUITE_END()
