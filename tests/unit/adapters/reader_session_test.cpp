#include "adapters/reader_session.h"

#include "adapters/open_session.h"
#include "adapters/reader_channel.h"
#include "adapters/reader_frames.h"
#include "adapters/reader_process.h"
#include "tests/unit/adapters/adapter_fixtures.h"
#include "tests/unit/adapters/case_source_conformance.h"
#include "tests/unit/adapters/sqlite_database.h"

#include <csignal>

#include <boost/test/unit_test.hpp>
#include <sys/socket.h>
#include <unistd.h>

BOOST_AUTO_TEST_SUITE(reader_session)

namespace {

using namespace casebridge;
using namespace casebridge::test;

/// A file made by the system's own SQLite, which is newer than SQLCipher's library.
struct NewerFile {
    TemporaryDirectory directory;
    std::filesystem::path file = directory.path() / "national db?#%.db";

    explicit NewerFile(std::string const& sql) { run(sql); }
    void run(std::string const& sql) const {
        BOOST_REQUIRE(std::system(("sqlite3 '" + file.string() + "' \"" + sql + "\" >/dev/null").c_str()) == 0);
    }
    [[nodiscard]] SqliteSettings settings() const {
        SqliteSettings settings;
        settings.path = file;
        settings.busy_timeout = std::chrono::milliseconds(20);
        return settings;
    }
    [[nodiscard]] std::unique_ptr<SqlSession> open() const {
        auto session = open_reader_session(settings());
        BOOST_REQUIRE_MESSAGE(session, detail_of(session));
        return *std::move(session);
    }
};

Status query(SqlSession& session, std::string const& sql) {
    return session.query(sql, {}, [](SqlRow const&) { return true; });
}

/// The first values of all rows, or the error's code.
std::string first_values(SqlSession& session, std::string const& sql) {
    std::string text;
    auto const status = session.query(sql, {}, [&](SqlRow const& row) {
        auto const* const value = std::get_if<std::string>(&row.front());
        text += (text.empty() ? "" : " ") + (value == nullptr ? std::string("-") : *value);
        return true;
    });
    return status ? text : code_of(status);
}

/// The readers this process has started, by the system's list of processes.
std::vector<pid_t> readers() {
    std::vector<pid_t> found;
    for (auto const& entry : std::filesystem::directory_iterator("/proc")) {
        if (entry.path().filename().string().find_first_not_of("0123456789") != std::string::npos) continue;
        std::ifstream in(entry.path() / "stat");
        std::string text((std::istreambuf_iterator<char>(in)), {});
        auto const name_end = text.rfind(')');
        if (!contains(text, "(casebridge-sqli") || name_end == std::string::npos) continue;
        char state = 0;
        int parent = 0;
        if (std::sscanf(text.c_str() + name_end + 1, " %c %d", &state, &parent) == 2 && parent == ::getpid()) {
            found.push_back(std::stoi(entry.path().filename().string()));
        }
    }
    return found;
}

constexpr char const* people =
    "CREATE TABLE person (id TEXT, age INTEGER); INSERT INTO person VALUES ('a', 1), ('b', 2)";
constexpr char const* all_people = "SELECT p.id FROM person p ORDER BY p.id";

}  // namespace

BOOST_AUTO_TEST_CASE(plain_sqlite_behaves_as_every_national_database_must) {
    auto const make = [] { return std::make_unique<SqliteDatabase>("", SqliteDatabase::Reader::as_the_daemon); };
    check_case_source_conformance(make);
    check_hostile_content(make);
    check_session_conformance(make);
    BOOST_TEST(readers().empty());  // each session has ended its own
}

BOOST_AUTO_TEST_CASE(strict_tables_and_generated_columns_are_read) {
    NewerFile const newer(
        "CREATE TABLE person (id TEXT NOT NULL, born INTEGER, year TEXT GENERATED ALWAYS AS (born + 543) STORED) "
        "STRICT;"
        "INSERT INTO person (id, born) VALUES ('a', 1997)");
    auto const session = newer.open();
    BOOST_TEST(first_values(*session, all_people) == "a");
    BOOST_TEST(first_values(*session, "SELECT p.year FROM person p") == "2540");
    BOOST_TEST((*session->tables() == std::vector<std::string>{"person"}));
    BOOST_TEST(session->columns("person")->size() == 3);
    BOOST_TEST(session->columns("nobody")->empty());
}

BOOST_AUTO_TEST_CASE(a_resting_database_in_wal_mode_is_read_where_nothing_may_be_written_beside_it) {
    NewerFile const newer(std::string("PRAGMA journal_mode = WAL; ") + people);
    // No -shm can be made: what a folder without the right to write means, also for the superuser.
    std::filesystem::create_symlink("nowhere/at/all", newer.file.string() + "-shm");
    auto const session = newer.open();
    BOOST_TEST(first_values(*session, all_people) == "a b");
    // A writer that comes along is noticed, before a query and during it.
    std::filesystem::remove(newer.file.string() + "-shm");
    auto const during = session->read_consistently([&]() -> Status {
        newer.run("INSERT INTO person VALUES ('c', 3)");
        return query(*session, all_people);
    });
    BOOST_TEST(code_of(during) == "source.unavailable");
    BOOST_TEST(contains(detail_of(during), "written to while it was read"));
    BOOST_TEST(first_values(*session, all_people) == "a b c");
}

BOOST_AUTO_TEST_CASE(many_rows_come_in_order_and_can_be_stopped_anywhere) {
    NewerFile const newer(
        "CREATE TABLE person (id TEXT, note TEXT);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
        "INSERT INTO person SELECT printf('%05d', i), printf('%.100c', 'x') FROM n");
    auto const session = newer.open();
    std::string last;
    std::size_t count = 0;
    auto const in_order = [&](SqlRow const& row) {
        auto const& id = std::get<std::string>(row.front());
        BOOST_REQUIRE(last < id);
        last = id;
        return ++count > 0;
    };
    BOOST_TEST(code_of(session->scan("SELECT p.id, p.note FROM person p ORDER BY p.id", in_order)) == "");
    BOOST_TEST(count == 20000);
    for (std::size_t const stop : {std::size_t{1}, std::size_t{2500}, std::size_t{19999}, std::size_t{20000}}) {
        std::size_t seen = 0;
        BOOST_TEST(code_of(session->scan("SELECT p.id FROM person p", [&](SqlRow const&) { return ++seen < stop; })) ==
                   "");
        BOOST_TEST(seen == stop);
    }
    BOOST_TEST(first_values(*session, "SELECT p.id FROM person p WHERE p.id = '00007'") == "00007");
}

BOOST_AUTO_TEST_CASE(rows_under_way_are_never_the_answer_to_another_question) {
    NewerFile const newer(
        "CREATE TABLE person (id TEXT, note TEXT);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
        "INSERT INTO person SELECT printf('%05d', i), printf('%.100c', 'x') FROM n");
    auto const session = newer.open();
    constexpr std::string_view one = "SELECT p.id FROM person p WHERE p.id = '00007'";
    for (std::size_t const at : {std::size_t{1}, std::size_t{9000}, std::size_t{20000}}) {
        std::size_t seen = 0;
        BOOST_CHECK_THROW(static_cast<void>(session->scan("SELECT p.id, p.note FROM person p",
                                                          [&](SqlRow const&) {
                                                              if (++seen == at) throw std::runtime_error("enough");
                                                              return true;
                                                          })),
                          std::runtime_error);
        for (int times = 0; times < 2; ++times) {
            auto const answer = first_values(*session, std::string(one));
            BOOST_TEST((answer == "00007" || (times == 0 && answer == "source.unavailable")), answer);
        }
    }
    // A scan whose rows ask the session themselves, which they must not, fails and mixes nothing up.
    std::size_t seen = 0;
    auto const nested = session->scan("SELECT p.id, p.note FROM person p", [&](SqlRow const&) {
        if (++seen == 9000) BOOST_TEST(first_values(*session, std::string(one)) == "00007");
        return true;
    });
    BOOST_TEST(code_of(nested) == "source.unavailable");
    BOOST_TEST(first_values(*session, std::string(one)) == "00007");
}

BOOST_AUTO_TEST_CASE(nothing_but_reading_is_possible_in_the_reader_either) {
    NewerFile const newer(people);
    auto const session = newer.open();
    for (auto const* sql : {"DELETE FROM person", "ATTACH 'x' AS y", "PRAGMA query_only = OFF", "VACUUM INTO 'x'",
                            "SELECT load_extension('x')", "SELECT json_group_array(id) FROM person",
                            "SELECT 1; SELECT 2", "SELECT p.gone FROM person p", "SELECT writefile('x', 'y')"}) {
        BOOST_TEST(code_of(query(*session, sql)) == "source.query_failed", sql);
    }
    BOOST_TEST(first_values(*session, all_people) == "a b");
}

BOOST_AUTO_TEST_CASE(a_reader_that_was_killed_is_an_unavailable_source_and_the_next_call_has_another) {
    NewerFile const newer(people);
    auto const session = newer.open();
    auto const before = readers();
    BOOST_REQUIRE(before.size() == 1);
    ::kill(before[0], SIGKILL);
    auto const status = query(*session, all_people);
    BOOST_TEST(code_of(status) == "source.unavailable");
    BOOST_TEST(detail_of(status) == "the reader of SQLite files has ended");
    BOOST_TEST(first_values(*session, all_people) == "a b");
    BOOST_REQUIRE(readers().size() == 1);
    BOOST_TEST(readers()[0] != before[0]);
}

BOOST_AUTO_TEST_CASE(a_snapshot_ends_with_its_reader_and_is_not_continued_by_another) {
    NewerFile const newer(people);
    auto const session = newer.open();
    auto const status = session->read_consistently([&]() -> Status {
        BOOST_TEST(first_values(*session, all_people) == "a b");
        for (pid_t const reader : readers()) ::kill(reader, SIGKILL);
        BOOST_TEST(first_values(*session, all_people) == "source.unavailable");
        BOOST_TEST(first_values(*session, all_people) == "source.unavailable");
        return Done{};
    });
    BOOST_TEST(code_of(status) == "source.unavailable");
    BOOST_TEST(readers().empty());
    BOOST_TEST(first_values(*session, all_people) == "a b");
}

BOOST_AUTO_TEST_CASE(a_reader_that_hangs_is_ended_at_the_deadline) {
    NewerFile const newer(people);
    auto settings = newer.settings();
    settings.query_time_limit = std::chrono::milliseconds(50);
    auto const session = open_reader_session(settings);
    BOOST_REQUIRE_MESSAGE(session, detail_of(session));
    for (pid_t const reader : readers()) ::kill(reader, SIGSTOP);
    auto const status = query(**session, all_people);
    BOOST_TEST(code_of(status) == "source.unavailable");
    BOOST_TEST(detail_of(status) == "the reader of SQLite files does not answer");
    BOOST_TEST(readers().empty());
}

BOOST_AUTO_TEST_CASE(a_query_that_takes_too_long_is_stopped_by_the_reader_itself) {
    NewerFile const newer(
        "CREATE TABLE person (id TEXT, age INTEGER);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO person SELECT i, i "
        "FROM n");
    auto settings = newer.settings();
    settings.query_time_limit = std::chrono::milliseconds(50);
    auto const session = open_reader_session(settings);
    BOOST_REQUIRE(session);
    auto const status =
        query(**session, "SELECT count(*) FROM person a, person b, person c WHERE a.age + b.age > c.age");
    BOOST_TEST(code_of(status) == "source.unavailable");
    BOOST_TEST(contains(detail_of(status), "time limit"));
    BOOST_TEST(readers().size() == 1);
}

BOOST_AUTO_TEST_CASE(what_the_reader_refuses_has_the_code_it_always_had) {
    TemporaryDirectory const directory;
    SqliteSettings settings;
    settings.path = directory.path() / "missing.db";
    BOOST_TEST(code_of(open_reader_session(settings)) == "source.unavailable");
    settings.path = directory.write("text.db", std::string(5000, 'x'));
    BOOST_TEST(code_of(open_reader_session(settings)) == "source.not_a_database");
    BOOST_TEST(code_of(open_session(settings, Secret::from_text("key"))) == "source.wrong_key");
}

BOOST_AUTO_TEST_CASE(the_reader_has_no_environment_no_new_privileges_and_a_filter) {
    NewerFile const newer(people);
    auto const session = newer.open();
    BOOST_REQUIRE(readers().size() == 1);
    auto const process = "/proc/" + std::to_string(readers()[0]);
    std::ifstream in(process + "/status");
    std::string const status((std::istreambuf_iterator<char>(in)), {});
    BOOST_TEST(contains(status, "NoNewPrivs:\t1"), status);
    BOOST_TEST(contains(status, "Seccomp:\t2"), status);
    std::ifstream limits_file(process + "/limits");
    std::string const limits((std::istreambuf_iterator<char>(limits_file)), {});
    BOOST_TEST(contains(limits, "Max core file size        0"), limits);
    BOOST_TEST(contains(limits, "Max open files            16"), limits);
    if (::access((process + "/environ").c_str(), R_OK) != 0) return;  // only the superuser sees it
    std::ifstream environment(process + "/environ");
    BOOST_TEST(std::string((std::istreambuf_iterator<char>(environment)), {}).empty());
}

BOOST_AUTO_TEST_CASE(frames_that_do_not_decode_are_refused) {
    using namespace casebridge::reader;
    std::vector<SqlRow> const sent = {{SqlValue{}, SqlValue{std::int64_t{-5}}, SqlValue{"x"}},
                                      {SqlValue{"longer than the one before"}, SqlValue{}, SqlValue{"y"}},
                                      {}};
    RowBlock block;
    for (auto const& row : sent) block.add(row);
    auto const rows = encode(Reply{Rows{true, block}});
    auto const decoded = decode_reply(rows);
    BOOST_REQUIRE(decoded);
    std::vector<SqlRow> received;
    BOOST_TEST(std::get<Rows>(*decoded).rows.for_each([&](SqlRow const& row) {
        received.push_back(row);
        return true;
    }));
    BOOST_TEST((received == sent));
    for (std::size_t size = 0; size < rows.size(); ++size) {
        BOOST_TEST(code_of(decode_reply(std::string_view(rows).substr(0, size))) == "reader.bad_frame");
    }
    BOOST_TEST(code_of(decode_reply(rows + "x")) == "reader.bad_frame");
    BOOST_TEST(code_of(decode_reply(std::string("\x04\x02\0\0\0\0", 6))) ==
               "reader.bad_frame");  // neither last nor not
    BOOST_TEST(code_of(decode_reply(std::string("\x02\xff\xff\xff\xff", 5))) == "reader.bad_frame");
    BOOST_TEST(code_of(decode_reply("\x09")) == "reader.bad_frame");
    BOOST_TEST(code_of(decode_request("\x09")) == "reader.bad_frame");
    Error const forged{ErrorKind::invalid, "source.query_failed", "a\nforged line"};
    BOOST_TEST(code_of(decode_reply(encode(Reply{Failed{forged}}))) == "reader.bad_frame");
    Error const unknown{ErrorKind::invalid, "policy.allowed", ""};
    BOOST_TEST(code_of(decode_reply(encode(Reply{Failed{unknown}}))) == "reader.bad_frame");
}

BOOST_AUTO_TEST_CASE(a_frame_that_is_too_large_cut_off_or_late_is_refused) {
    int sockets[2];
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
    reader::Channel channel{FileHandle(sockets[0])};
    FileHandle other(sockets[1]);
    auto const soon = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
    BOOST_TEST(code_of(channel.receive(100, soon)) == "reader.timeout");
    BOOST_REQUIRE(::write(other.get(), "\0\0\0\x65", 4) == 4);
    BOOST_TEST(code_of(channel.receive(100, std::nullopt)) == "reader.bad_frame");
    BOOST_REQUIRE(::write(other.get(), "\0\0\0\0", 4) == 4);
    BOOST_TEST(code_of(channel.receive(100, std::nullopt)) == "reader.bad_frame");
    BOOST_REQUIRE(::write(other.get(),
                          "\0\0\0\x05"
                          "abc",
                          7) == 7);
    other = FileHandle();
    BOOST_TEST(code_of(channel.receive(100, std::nullopt)) == "reader.closed");
    BOOST_TEST(code_of(channel.send("x", std::nullopt)) == "reader.closed");
}

BOOST_AUTO_TEST_SUITE_END()
