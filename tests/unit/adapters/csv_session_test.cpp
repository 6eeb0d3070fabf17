#include "adapters/csv_session.h"

#include "adapters/number_check.h"
#include "adapters/open_case_source.h"
#include "crypto/digest.h"
#include "tests/support/eventually.h"
#include "tests/unit/adapters/case_source_conformance.h"
#include "tests/unit/adapters/csv_folder.h"
#include "tests/unit/adapters/exported_database.h"
#include "tests/unit/adapters/ordinary_user.h"
#include "tests/unit/adapters/slow_writer.h"

#include <csignal>

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

BOOST_AUTO_TEST_SUITE(csv_session)

namespace {

using namespace casebridge;
using namespace casebridge::test;

std::unique_ptr<SqlSession> open(CsvSettings const& settings) {
    auto session = open_csv_session(settings);
    BOOST_REQUIRE_MESSAGE(session, detail_of(session));
    return *std::move(session);
}

Status query(SqlSession& session, std::string const& sql) {
    return session.query(sql, {}, [](SqlRow const&) { return true; });
}

/// All rows of a query on one line: values joined by |, rows by /.
std::string rows(SqlSession& session, std::string const& sql) {
    std::string text;
    auto const status = session.query(sql, {}, [&](SqlRow const& row) {
        if (!text.empty()) text += "/";
        for (std::size_t at = 0; at < row.size(); ++at) {
            text += at == 0 ? "" : "|";
            if (auto const* value = std::get_if<std::string>(&row[at])) text += *value;
        }
        return true;
    });
    return status ? text : code_of(status);
}

/// Some seconds' worth of rows, not one of which is `old`, and a last line.
std::string large_export(std::string const& last_line) {
    std::string text = "no\n";
    for (int row = 0; row < 400'000; ++row) text += std::to_string(row) + "\n";
    return text + last_line;
}

constexpr char const* all_people = "SELECT p.no FROM person p ORDER BY p.no";

std::string checksum(std::string_view text, std::string const& name) {
    return sha256(as_bytes(text)).hex() + "  " + name + "\n";
}

/// What is on the disk of files in `folder` that have no name any more but are open in this process.
std::string nameless_bytes(std::filesystem::path const& folder) {
    std::string bytes;
    for (auto const& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code failure;
        auto const target = std::filesystem::read_symlink(entry.path(), failure).string();
        if (failure || !target.starts_with(folder.string()) || !target.ends_with("(deleted)")) continue;
        std::ifstream in(entry.path(), std::ios::binary);
        bytes.append(std::istreambuf_iterator<char>(in), {});
    }
    return bytes;
}

}  // namespace

BOOST_AUTO_TEST_CASE(csv_behaves_as_every_national_database_must) {
    auto const make = [] { return std::make_unique<ExportedDatabase>(); };
    check_case_source_conformance(make);
    check_hostile_content(make);
}

BOOST_AUTO_TEST_CASE(each_file_is_a_table_and_each_value_a_text) {
    CsvFolder files;
    files.put("person.csv", "\xEF\xBB\xBFno,age,note\n07,1,\n7,2.50,\"\"\n");
    files.put("kin.CSV", "no\n7\n");
    files.put("readme.txt", "not a table");
    auto const session = open(files.settings());
    BOOST_TEST((*session->tables() == std::vector<std::string>{"kin", "person"}));
    BOOST_REQUIRE(session->columns("person")->size() == 3);
    BOOST_TEST((*session->columns("person"))[0].name == "no");
    BOOST_TEST(session->columns("nobody")->empty());
    BOOST_TEST(rows(*session, "SELECT p.no, p.age FROM person p ORDER BY p.no") == "07|1/7|2.50");
    BOOST_TEST(rows(*session, "SELECT count(*) FROM person p WHERE p.note IS NULL") == "");  // a number, not a text
    BOOST_TEST(rows(*session, "SELECT p.no FROM person p WHERE p.note IS NULL") == "07");
}

BOOST_AUTO_TEST_CASE(nothing_but_reading_is_possible_once_it_is_loaded) {
    CsvFolder files;
    files.put("person.csv", "no\n7\n");
    auto const session = open(files.settings());
    for (auto const* sql : {"DELETE FROM person", "ATTACH 'x' AS y", "PRAGMA query_only = OFF", "CREATE TABLE t (x)",
                            "PRAGMA key", "SELECT randomblob(9)"}) {
        BOOST_TEST(code_of(query(*session, sql)) == "source.query_failed", sql);
    }
    BOOST_TEST(rows(*session, all_people) == "7");
}

BOOST_AUTO_TEST_CASE(only_the_tables_of_the_map_are_read) {
    CsvFolder files;
    files.put("person.csv", "no\n7\n");
    files.put("broken.csv", "no,no\n");
    auto settings = files.settings();
    BOOST_TEST(code_of(open_csv_session(settings)) == "source.bad_export");
    settings.tables = {{"person", {"no"}}};
    BOOST_TEST((*open(settings)->tables() == std::vector<std::string>{"person"}));
}

BOOST_AUTO_TEST_CASE(a_wrong_file_is_refused_with_its_name_line_and_column_and_without_its_text) {
    struct Wrong {
        std::string text, detail;
    };
    for (auto const& [text, detail] : std::vector<Wrong>{
             {"no,home\n7,Xyzzy\n8,\"Xyzzy\n", "person.csv:3:3: a quotation mark that is not closed"},
             {"no,home\n7\n", "person.csv:2:1: 1 fields where the header has 2"},
             {"no,NO\n7,8\n", "person.csv:1:6: the name of column 2 in the header stands there twice"},
             {"no, \n7,8\n", "person.csv:1:5: the name of column 2 in the header is empty"},
             {"no\nXyz\xE9zy\n", "person.csv:2:4: a byte that is no character in utf-8"},
             {"", "person.csv:1:1: the file is empty: expected a header with the names of the columns"},
             {"no\nXyz", "person.csv:2:4: the last line has no line end: the file may have been cut off"}}) {
        CsvFolder files;
        files.put("person.csv", text);
        auto const session = open_csv_session(files.settings());
        BOOST_TEST(code_of(session) == "source.bad_export");
        BOOST_TEST(detail_of(session) == detail);
    }
}

BOOST_AUTO_TEST_CASE(files_whose_names_differ_in_capital_letters_only_are_refused) {
    CsvFolder files;
    files.put("person.csv", "no\n7\n");
    files.put("Person.csv", "no\n8\n");
    BOOST_TEST(code_of(open_csv_session(files.settings())) == "source.bad_export");
}

BOOST_AUTO_TEST_CASE(thai_of_an_old_program_is_read_and_tones_of_vietnamese_are_put_onto_their_letters) {
    CsvFolder files;
    files.put("person.csv", "no,\xAA\xD7\xE8\xCD\n7,\xC1\xD2\xC5\xD5\n");
    auto settings = files.settings();
    settings.encoding = "tis-620";
    BOOST_TEST(rows(*open(settings), "SELECT p.\"ชื่อ\" FROM person p") == "มาลี");
    files.put("person.csv", "no,t\xEAn\n7,Nguy\xEA\xDEn\n");
    settings.encoding = "windows-1258";
    BOOST_TEST(rows(*open(settings), "SELECT p.\"tên\" FROM person p") == "Nguyễn");
}

BOOST_AUTO_TEST_CASE(a_new_export_is_noticed_at_the_next_query_but_not_inside_a_snapshot) {
    CsvFolder files;
    files.put("person.csv", "no\n7\n");
    auto const session = open(files.settings());
    auto const status = session->read_consistently([&]() -> Status {
        BOOST_TEST(rows(*session, all_people) == "7");
        files.put("person.csv", "no\n8\n");
        BOOST_TEST(rows(*session, all_people) == "7");
        return Done{};
    });
    BOOST_TEST(code_of(status) == "");
    BOOST_TEST(rows(*session, all_people) == "8");
}

BOOST_AUTO_TEST_CASE(a_file_another_process_is_writing_is_not_read_before_it_has_rested) {
    CsvFolder files;
    files.put("person.csv", "no\n7\n");
    auto settings = files.settings();
    settings.settle = std::chrono::seconds(5);
    BOOST_TEST(code_of(open_csv_session(settings)) == "source.unavailable");  // written to just now
    files.now += std::chrono::seconds(60);
    auto const session = open(settings);
    {
        // Whole lines so far: nothing in the file itself tells that more will come.
        SlowWriter writer(files.folder / "person.csv", "no\n8\n", "9\n");
        files.now = std::chrono::system_clock::now();
        BOOST_TEST(rows(*session, all_people) == "7");
        writer.finish();
        BOOST_TEST(rows(*session, all_people) == "7");
    }
    files.now = std::chrono::system_clock::now() + std::chrono::seconds(60);
    BOOST_TEST(rows(*session, all_people) == "8/9");
}

BOOST_AUTO_TEST_CASE(with_a_marker_a_writer_may_pause_for_as_long_as_the_grace_period) {
    CsvFolder files;
    auto settings = files.settings();
    settings.marker = "ready";
    files.put("person.csv", "no\n7\n");
    BOOST_TEST(code_of(open_csv_session(settings)) == "source.unavailable");
    files.put("ready", "");
    auto const session = open(settings);
    {
        SlowWriter writer(files.folder / "person.csv", "no\n8\n", "9\n");
        BOOST_TEST(rows(*session, all_people) == "7");
        files.now += settings.grace - std::chrono::seconds(1);
        BOOST_TEST(rows(*session, all_people) == "7");
        files.now += std::chrono::seconds(2);
        auto const late = query(*session, all_people);
        BOOST_TEST(code_of(late) == "source.unavailable");
        BOOST_TEST(detail_of(late) == "the export is not whole: person.csv was written after the marker ready");
        writer.finish();
    }
    files.put("ready", "");
    BOOST_TEST(rows(*session, all_people) == "8/9");
}

BOOST_AUTO_TEST_CASE(a_writer_killed_in_the_middle_leaves_the_last_export_in_service_and_then_nothing) {
    CsvFolder files;
    auto settings = files.settings();
    settings.marker = "ready";
    files.put("person.csv", "no\n7\n");
    files.put("ready", "");
    auto const session = open(settings);
    {
        SlowWriter writer(files.folder / "person.csv", "no\n8", "\n9\n");
        writer.kill();
    }
    BOOST_TEST(rows(*session, all_people) == "7");
    files.now += settings.grace + std::chrono::seconds(1);
    BOOST_TEST(rows(*session, all_people) == "source.unavailable");
    files.put("ready", "");  // somebody says it is finished, but it is not
    auto const status = query(*session, all_people);
    BOOST_TEST(code_of(status) == "source.bad_export");
    BOOST_TEST(detail_of(status) == "person.csv:2:2: the last line has no line end: the file may have been cut off");
}

BOOST_AUTO_TEST_CASE(checksums_catch_a_file_that_was_cut_off_between_two_lines) {
    CsvFolder files;
    auto settings = files.settings();
    settings.marker = "SHA256SUMS";
    std::string const text = "no\n7\n8\n";
    files.put("person.csv", text);
    files.put("SHA256SUMS", checksum(text, "person.csv"));
    auto const session = open(settings);
    BOOST_TEST(rows(*session, all_people) == "7/8");
    files.put("person.csv", "no\n7\n");
    files.put("SHA256SUMS", checksum(text, "person.csv"));
    auto const status = query(*session, all_people);
    BOOST_TEST(code_of(status) == "source.bad_export");
    BOOST_TEST(detail_of(status) == "person.csv: not the bytes whose checksum stands in SHA256SUMS");
    files.put("SHA256SUMS", checksum(text, "other.csv"));
    BOOST_TEST(detail_of(query(*session, all_people)) == "person.csv: not listed in SHA256SUMS");
    files.put("SHA256SUMS", "nonsense\n");
    BOOST_TEST(contains(detail_of(query(*session, all_people)), "SHA256SUMS:1: expected lines as sha256sum writes"));
}

BOOST_AUTO_TEST_CASE(a_file_the_checksums_promise_and_the_map_needs_must_be_there) {
    CsvFolder files;
    auto settings = files.settings();
    settings.marker = "SHA256SUMS";
    settings.tables = {{"person", {"no"}}, {"kin", {"no"}}};
    files.put("person.csv", "no\n7\n");
    files.put("SHA256SUMS", checksum("no\n7\n", "person.csv") + checksum("no\n", "kin.csv"));
    BOOST_TEST(detail_of(open_csv_session(settings)) == "kin.csv: listed in SHA256SUMS, but not there");
}

BOOST_AUTO_TEST_CASE(a_symbolic_link_that_is_replaced_changes_all_tables_at_once) {
    CsvFolder files;
    files.directory.write("first/person.csv", "no\n7\n");
    files.directory.write("first/kin.csv", "no\n7\n");
    files.directory.write("second/person.csv", "no\n8\n");
    files.directory.write("second/kin.csv", "no\n8\n");
    auto const link = files.directory.path() / "current";
    std::filesystem::create_symlink("first", link);
    auto settings = files.settings();
    settings.folder = link;
    auto const session = open(settings);
    auto const both = "SELECT p.no, k.no FROM person p, kin k";
    BOOST_TEST(rows(*session, both) == "7|7");
    std::filesystem::create_symlink("second", files.directory.path() / "new");
    std::filesystem::rename(files.directory.path() / "new", link);
    BOOST_TEST(rows(*session, both) == "8|8");
}

BOOST_AUTO_TEST_CASE(a_finished_export_that_is_wrong_stops_everything_until_it_is_repaired) {
    CsvFolder files;
    files.put("person.csv", "no\n7\n");
    files.put("kin.csv", "no\n7\n");
    auto const session = open(files.settings());
    files.put("kin.csv", "no\n7,8\n");
    for (int again = 0; again < 2; ++again) {
        auto const status = query(*session, all_people);
        BOOST_TEST(code_of(status) == "source.bad_export");
        BOOST_TEST(detail_of(status) == "kin.csv:2:1: 2 fields where the header has 1");
    }
    files.put("kin.csv", "no\n8\n");
    BOOST_TEST(rows(*session, all_people) == "7");
}

BOOST_AUTO_TEST_CASE(a_folder_that_vanished_serves_for_the_grace_period_and_a_missing_one_not_at_all) {
    CsvFolder files;
    files.put("person.csv", "no\n7\n");
    auto settings = files.settings();
    auto const session = open(settings);
    std::filesystem::rename(files.folder, files.directory.path() / "away");
    BOOST_TEST(rows(*session, all_people) == "7");
    BOOST_TEST(code_of(open_csv_session(settings)) == "source.unavailable");
    files.now += settings.grace + std::chrono::seconds(1);
    BOOST_TEST(rows(*session, all_people) == "source.unavailable");
}

BOOST_AUTO_TEST_CASE(a_pipe_is_no_file_and_a_scratch_folder_must_be_there) {
    CsvFolder files;
    BOOST_REQUIRE(::mkfifo((files.folder / "person.csv").c_str(), 0600) == 0);
    BOOST_TEST(code_of(open_csv_session(files.settings())) == "source.unavailable");
    std::filesystem::remove(files.folder / "person.csv");
    files.put("person.csv", "no\n7\n");
    auto settings = files.settings();
    settings.scratch = files.directory.path() / "nowhere";
    BOOST_TEST(code_of(open_csv_session(settings)) == "source.unavailable");
}

BOOST_AUTO_TEST_CASE(nothing_of_the_rows_is_readable_in_the_scratch_file_and_it_has_no_name) {
    CsvFolder files;
    std::string text = "no,home\n";
    for (int row = 0; row < 4000; ++row)
        text += std::to_string(row) + ",CanaryOfTheShelter" + std::string(200, 'x') + "\n";
    files.put("person.csv", text);
    auto settings = files.settings();
    settings.tables = {{"person", {"no", "home"}}};
    auto const session = open(settings);
    BOOST_TEST(rows(*session, "SELECT p.home FROM person p WHERE p.no = '3'").size() == 18 + 200);
    auto const bytes = nameless_bytes(files.scratch);
    BOOST_TEST(bytes.size() > text.size());  // it was found, and all of it
    for (auto const* word : {"Canary", "Shelter", "xxxxxxxx", "person", "SQLite format", "home"}) {
        BOOST_TEST(!contains(bytes, word), word);
    }
    BOOST_TEST(std::filesystem::is_empty(files.scratch));
}

BOOST_AUTO_TEST_CASE(many_rows_stay_within_sixty_four_mebibytes_of_memory) {
    CsvFolder files;
    {
        std::ofstream out(files.folder / "person.csv");
        out << "no,home\n";
        for (int row = 0; row < 300'000; ++row) out << row * 7919LL % 300'007 << "," << std::string(300, 'x') << "\n";
    }
    auto settings = files.settings();
    settings.tables = {{"person", {"no"}}};
    rusage before{};
    rusage after{};
    ::getrusage(RUSAGE_SELF, &before);
    auto const session = open(settings);
    std::size_t count = 0;
    BOOST_TEST(
        code_of(session->scan("SELECT p.no, p.home FROM person p", [&](SqlRow const&) { return ++count > 0; })) == "");
    ::getrusage(RUSAGE_SELF, &after);
    BOOST_TEST(count == 300'000);
#ifndef CASEBRIDGE_SANITIZED
    BOOST_TEST(after.ru_maxrss - before.ru_maxrss < 64 * 1024);  // KiB
#endif
}

BOOST_AUTO_TEST_CASE(a_large_export_is_loaded_beside_the_questions_and_nothing_older_answers_meanwhile) {
    CsvFolder files;
    files.put("person.csv", "no\nold\n");
    auto settings = files.settings();
    settings.load_patience = std::chrono::milliseconds(0);
    auto const session = open(settings);
    BOOST_TEST(rows(*session, all_people) == "old");
    files.put("person.csv", large_export("new\n"));
    auto const first = query(*session, all_people);
    BOOST_TEST(code_of(first) == "source.unavailable");
    BOOST_TEST(detail_of(first) == "a new export is being loaded; try again soon");
    BOOST_TEST(code_of(session->tables()) == "source.unavailable");
    BOOST_TEST(code_of(session->read_consistently([]() -> Status { return Done{}; })) == "source.unavailable");
    eventually("the new export answers", [&] {
        auto const answer = rows(*session, "SELECT p.no FROM person p WHERE p.no IN ('old', 'new')");
        BOOST_TEST_REQUIRE((answer == "new" || answer == "source.unavailable"), answer);
        return answer == "new";
    });
}

BOOST_AUTO_TEST_CASE(a_large_export_that_is_wrong_is_refused_when_it_is_known_and_nothing_older_answers) {
    CsvFolder files;
    files.put("person.csv", "no\nold\n");
    auto settings = files.settings();
    settings.load_patience = std::chrono::milliseconds(0);
    auto const session = open(settings);
    files.put("person.csv", large_export("too,many\n"));
    eventually("the new export is refused", [&] {
        auto const answer = rows(*session, all_people);
        BOOST_TEST_REQUIRE((answer == "source.bad_export" || answer == "source.unavailable"), answer);
        return answer == "source.bad_export";
    });
    BOOST_TEST(rows(*session, all_people) == "source.bad_export");
}

/// No file of this process grows beyond so much, as if the disk were full.
class FullDisk {
public:
    explicit FullDisk(rlim_t bytes) {
        BOOST_REQUIRE(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
        rlimit const limit{bytes, before_.rlim_max};
        handler_ = std::signal(SIGXFSZ, SIG_IGN);
        BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
    }
    ~FullDisk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }
    FullDisk(FullDisk const&) = delete;
    FullDisk& operator=(FullDisk const&) = delete;

private:
    rlimit before_{};
    void (*handler_)(int) = SIG_DFL;
};

BOOST_AUTO_TEST_CASE(an_export_for_which_there_is_no_room_is_not_loaded_again_at_every_question) {
    CsvFolder files;
    files.put("person.csv", "no\nold\n");
    auto settings = files.settings();
    settings.load_patience = std::chrono::seconds(60);
    auto const session = open(settings);
    files.put("person.csv", large_export("new\n"));
    constexpr char const* newest = "SELECT p.no FROM person p WHERE p.no IN ('old', 'new')";
    {
        FullDisk const full(64 * 1024);
        auto const refused = query(*session, newest);
        BOOST_TEST(code_of(refused) == "source.unavailable", detail_of(refused));
        BOOST_TEST(!contains(detail_of(refused), "being loaded"), detail_of(refused));
    }
    // There is room again, but nobody looks before the pause is over; nor does anything older answer.
    auto const began = std::chrono::steady_clock::now();
    for (int asked = 0; asked < 50; ++asked) BOOST_TEST(rows(*session, newest) == "source.unavailable");
    BOOST_TEST((std::chrono::steady_clock::now() - began < std::chrono::seconds(2)));
    files.now += std::chrono::seconds(9);
    BOOST_TEST(rows(*session, newest) == "source.unavailable");
    {
        FullDisk const full(64 * 1024);
        files.now += std::chrono::seconds(2);
        BOOST_TEST(rows(*session, newest) == "source.unavailable");  // tried, in vain
    }
    files.now += std::chrono::seconds(12);  // the second pause is twice as long
    BOOST_TEST(rows(*session, newest) == "source.unavailable");
    files.now += std::chrono::seconds(9);
    BOOST_TEST(rows(*session, newest) == "new");
}

BOOST_AUTO_TEST_CASE(another_export_is_tried_at_once_after_one_for_which_there_was_no_room) {
    CsvFolder files;
    files.put("person.csv", large_export("new\n"));
    auto settings = files.settings();
    settings.load_patience = std::chrono::seconds(60);
    {
        FullDisk const full(64 * 1024);
        BOOST_TEST(code_of(open_csv_session(settings)) == "source.unavailable");
    }
    auto const session = open(settings);
    files.put("person.csv", large_export("newer\n"));
    {
        FullDisk const full(64 * 1024);
        BOOST_TEST(rows(*session, all_people) == "source.unavailable");
    }
    files.put("person.csv", "no\nlast\n");
    BOOST_TEST(rows(*session, all_people) == "last");
}

BOOST_AUTO_TEST_CASE(an_export_that_is_replaced_while_it_is_loaded_is_never_answered_from) {
    CsvFolder files;
    files.put("person.csv", "no\nold\n");
    auto settings = files.settings();
    settings.load_patience = std::chrono::milliseconds(0);
    auto const session = open(settings);
    files.put("person.csv", large_export("middle\n"));
    BOOST_TEST(rows(*session, all_people) == "source.unavailable");
    files.put("person.csv", "no\nlast\n");
    eventually("the last export answers", [&] {
        auto const answer = rows(*session, all_people);
        BOOST_TEST_REQUIRE((answer == "last" || answer == "source.unavailable"), answer);
        return answer == "last";
    });
}

BOOST_AUTO_TEST_CASE(a_session_may_end_while_an_export_is_loaded) {
    CsvFolder files;
    files.put("person.csv", "no\nold\n");
    auto settings = files.settings();
    settings.load_patience = std::chrono::milliseconds(0);
    {
        auto const session = open(settings);
        files.put("person.csv", large_export("new\n"));
        BOOST_TEST(rows(*session, all_people) == "source.unavailable");
    }
    BOOST_TEST(std::filesystem::is_empty(files.scratch));
    BOOST_TEST(nameless_bytes(files.scratch).empty());
}

BOOST_AUTO_TEST_CASE(rows_of_one_case_stay_in_the_order_of_the_file) {
    CsvFolder files;
    std::string text = "case_no,seq\n";
    std::string expected;
    for (int row = 0; row < 5000; ++row) text += "b" + std::to_string(row % 7) + "," + std::to_string(row) + "\n";
    for (int row = 3; row < 5000; row += 7) expected += (expected.empty() ? "" : "/") + std::to_string(row);
    files.put("kin.csv", text);
    auto settings = files.settings();
    settings.tables = {{"kin", {"case_no"}}};
    BOOST_TEST(rows(*open(settings), "SELECT k.seq FROM kin k WHERE k.case_no = 'b3'") == expected);
}

BOOST_AUTO_TEST_CASE(an_export_that_its_reader_can_change_or_replace_is_told) {
    CsvFolder csv;
    csv.put("person.csv", "no\n1\n");
    csv.put("MARK", "");
    auto settings = csv.settings();
    settings.marker = "MARK";
    auto const session = open(settings);
    AsOrdinaryUser const ordinary({csv.directory.path(), csv.folder, csv.folder / "person.csv", csv.folder / "MARK"});
    auto const told = [&] {
        auto const excess = session->privileges({});
        std::string text;
        for (auto const& each : *excess) text += std::string(each.code) + ": " + each.detail + "\n";
        return text;
    };
    auto const folder = csv.folder.string();
    std::string const begin = "source.file_writable: this user can ";
    auto const files = begin + "change the file " + folder + "/MARK, " + folder + "/person.csv\n";
    auto const above = begin + "put another file into " + csv.directory.path().string();
    BOOST_TEST(told() == files + above + ", " + folder + "\n");
    std::filesystem::permissions(csv.folder / "MARK", std::filesystem::perms(0400));
    std::filesystem::permissions(csv.folder / "person.csv", std::filesystem::perms(0400));
    std::filesystem::permissions(csv.folder, std::filesystem::perms(0500));
    BOOST_TEST(told() == above + "\n");
    std::filesystem::permissions(csv.directory.path(), std::filesystem::perms(0500));
    BOOST_TEST(told() == "");
    std::filesystem::permissions(csv.directory.path(), std::filesystem::perms(0700));
    std::filesystem::permissions(csv.folder, std::filesystem::perms(0700));
}

BOOST_AUTO_TEST_CASE(case_numbers_of_files_that_are_empty_or_repeated_are_counted) {
    CsvFolder files;
    files.put("person.csv", "no,home\n7,x\n07,x\n,x\n\"\",x\n\"  \",x\n8,x\n8,x\n8,x\n");
    auto const map =
        load_map("database: {kind: sqlite, path: x}\ncases: {table: person, id: no, fields: {shelter: home}}\n");
    auto const numbers = check_numbers(*map, *open(files.settings()));
    BOOST_REQUIRE_MESSAGE(numbers, detail_of(numbers));
    BOOST_TEST(numbers->empty == 3U);
    BOOST_TEST(numbers->repeated == 1U);
    BOOST_TEST(!numbers->good());
}

BOOST_AUTO_TEST_CASE(a_case_source_opens_on_a_folder_from_its_field_map_alone) {
    CsvFolder files;
    files.put("person.csv", "no;home\r\n7;x\r\n");
    auto const map = files.directory.write("map.yaml",
                                           "database: {kind: csv, folder: export, encoding: utf-8, separator: ;, "
                                           "settle_seconds: 0, scratch: scratch}\n"
                                           "cases: {table: person, id: no, fields: {shelter: home}}\n");
    auto const source = open_case_source(map, Secret());
    BOOST_REQUIRE_MESSAGE(source, detail_of(source));
    BOOST_TEST(code_of((*source)->load(CaseId("7"))) == "");
    BOOST_TEST(code_of((*source)->load(CaseId("07"))) == "source.case_not_found");
    BOOST_TEST(code_of(open_case_source(map, Secret::from_text("key"))) == "source.wrong_key");
}

BOOST_AUTO_TEST_CASE(a_map_says_how_files_are_written_and_is_told_what_it_may_say) {
    auto const wrong = load_map(
        "database: {kind: csv, folder: x, encoding: utf8, separator: ab, quote: tab, marker: a/b, settle_seconds: -1}\n"
        "cases: {table: person, id: no, fields: {shelter: home}}\n");
    BOOST_TEST(code_of(wrong) == "field_map.invalid");
    for (auto const* part : {"encoding: expected one of utf-8, utf-16le", "did you mean `utf-8`?",
                             "separator: expected", "marker: expected a name", "settle_seconds: "}) {
        BOOST_TEST(contains(detail_of(wrong), part), detail_of(wrong));
    }
    auto const map = load_map(
        "database: {kind: csv, folder: x, encoding: tis-620, separator: tab}\n"
        "cases: {table: person, id: no, fields: {shelter: home}}\n");
    BOOST_REQUIRE_MESSAGE(map, detail_of(map));
    auto const& settings = std::get<CsvSettings>(map->database);
    BOOST_TEST(settings.folder == "/national/x");
    BOOST_TEST(settings.separator == '\t');
    BOOST_TEST((settings.tables == std::map<std::string, std::set<std::string>>{{"person", {"no"}}}));
}

BOOST_AUTO_TEST_SUITE_END()
