// The built command against recorded answers: what it asks, and where what it prints goes.
#include "tests/support/markup_check.h"
#include "tests/unit/daemon/command_run.h"
#include "tests/unit/daemon/recorded_daemon.h"

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>

using namespace casebridge;
using namespace casebridge::test;

namespace printed_papers {
namespace {

std::string recorded(std::string const& name) {
    return text_of(CASEBRIDGE_SOURCE_DIR "/tests/vectors/papers/" + name);
}

/// The recorded meeting; the open procedures in two pages, those of any time in three.
HttpResponse answer(std::string const& call) {
    auto const asks = [&](std::string_view part) { return contains(call, part); };
    if (asks("PUT /v1/meetings/kh-mosvy")) return json_answer(recorded("meeting.json"));
    if (call == "GET /v1/meetings/kh-mosvy") return json_answer(recorded("meeting.json"));
    if (asks("GET /v1/procedures?") && asks("with=kh-mosvy") && asks("limit=1000")) {
        if (asks("after=5")) return json_answer(recorded("procedures-ended.json"));
        if (!asks("after=4")) return json_answer(recorded("procedures-1.json"));
        if (asks("open=true")) return json_answer(recorded("procedures-2.json"));
        auto page = json_of(recorded("procedures-2.json"));
        return json_answer(dump(page.set("next", "5")));
    }
    if (asks("GET /v1/cases/register?case=TH-2569-0007")) return json_answer(recorded("register.json"));
    if (asks("GET /v1/directory")) {
        return json_answer(
            R"({"offices":[{"node":"th-msdhs","office":"mae-sai","routes_to":"datip","name":"BCATIP office, Mae Sai",)"
            R"("kind":"border_cooperation","country":"TH","area":"Chiang Rai","crossings":["Mae Sai - Tachileik"],)"
            R"("telephone":["1300"],"languages":["th","my"],"hours":"","agreement":"th-mm","in_use":false}]})");
    }
    return problem(404, "peer.unknown");
}

struct Papers {
    RecordedDaemon daemon{answer};
    TemporaryDirectory directory;

    [[nodiscard]] Run run_here(std::string const& arguments) const {
        return run(arguments + " --socket " + daemon.socket().string());
    }
    [[nodiscard]] std::string file(std::string const& name) const { return (directory.path() / name).string(); }
};

unsigned mode_of(std::string const& path) {
    struct stat facts {};
    BOOST_REQUIRE_EQUAL(::stat(path.c_str(), &facts), 0);
    return facts.st_mode & 0777U;
}

}  // namespace
}  // namespace printed_papers

BOOST_FIXTURE_TEST_SUITE(printed_papers, Papers)

BOOST_AUTO_TEST_CASE(a_docket_is_the_page_that_was_read_and_its_file_is_its_owners_alone) {
    auto const path = file("docket.html");
    auto const printed = run_here("docket --with kh-mosvy --html --out " + path);
    BOOST_CHECK_EQUAL(printed.exit, 0);
    CHECK_CONTAINS(printed.out, "wrote " + path);
    BOOST_CHECK_EQUAL(text_of(path), recorded("docket-th-km.html"));  // English and both countries' languages
    BOOST_CHECK_EQUAL(mode_of(path), 0600U);
    std::vector<std::string> const expected{"GET /v1/meetings/kh-mosvy",
                                            "GET /v1/procedures?limit=1000&open=true&with=kh-mosvy",
                                            "GET /v1/procedures?after=4&limit=1000&open=true&with=kh-mosvy",
                                            "GET /v1/procedures?limit=1000&with=kh-mosvy",
                                            "GET /v1/procedures?after=4&limit=1000&with=kh-mosvy",
                                            "GET /v1/procedures?after=5&limit=1000&with=kh-mosvy"};
    auto const calls = daemon.calls();
    BOOST_CHECK_EQUAL_COLLECTIONS(calls.begin(), calls.end(), expected.begin(), expected.end());
}

BOOST_AUTO_TEST_CASE(other_forms_of_a_docket_go_to_standard_output) {
    auto const csv = run_here("docket --with kh-mosvy --csv");
    BOOST_CHECK_EQUAL(csv.exit, 0);
    BOOST_CHECK_EQUAL(csv.out, recorded("docket-th-km.csv"));
    BOOST_CHECK_EQUAL(run_here("--json docket --with kh-mosvy").out, recorded("docket.json"));
    auto const text = run_here("docket --with kh-mosvy");
    CHECK_CONTAINS(text.out, "8, overdue 3");
    CHECK_CONTAINS(text.out, "000102030405060708090a0b0c0d0e0f");
    BOOST_CHECK(!contains(text.out, "TH-2569"));
    CHECK_CONTAINS(run_here("docket --with kh-mosvy --own-numbers").out, "TH-2569-0007");
    auto const english = run_here("docket --with kh-mosvy --html --language en").out;
    BOOST_CHECK_EQUAL(wrong_markup(english), "");
    BOOST_CHECK(!contains(english, "lang=\"th\"") && !contains(english, "lang=\"km\""));
    CHECK_CONTAINS(run_here("docket --with kh-mosvy --html --language vi --language lo").out, "<span lang=\"lo\">");
    auto const since = json_of(run_here("--json docket --with kh-mosvy --since 2026-11-27").out);
    BOOST_CHECK_EQUAL(since.text_or("since"), "2026-11-27");
    BOOST_CHECK_EQUAL(since.text_or("held_on"), "2026-11-02");
    BOOST_CHECK(since.find("ended")->as_array()->empty());
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_docket_is_said_before_the_daemon_is_asked) {
    auto const refused = [&](std::string const& arguments, std::string const& code) {
        auto const wrong = run_here(arguments);
        BOOST_CHECK_EQUAL(wrong.exit, 2);
        CHECK_CONTAINS(wrong.err, code);
    };
    refused("docket", "usage.partner_missing");
    refused("docket --with kh-mosvy --html --csv", "usage.two_forms");
    refused("--json docket --with kh-mosvy --html", "usage.two_forms");
    refused("docket --with kh-mosvy --since 1/11/2026", "usage.bad_date");
    refused("docket held --with kh-mosvy --on 2569-02-30 --reason x", "usage.bad_date");
    refused("docket held --with kh-mosvy --on 2026-11-20", "usage.reason_missing");
    refused("case register TH-2569-0007", "usage.reason_missing");
    refused("directory --kind border_liason", "directory.unknown_kind");
    BOOST_CHECK(daemon.calls().empty());
    auto const unknown = run_here("docket --with la-mlsw");
    BOOST_CHECK_EQUAL(unknown.exit, 4);
    CHECK_CONTAINS(unknown.err, "[peer.unknown]");
    auto const language = run_here("docket --with kh-mosvy --html --language de");
    BOOST_CHECK_EQUAL(language.exit, 1);
    CHECK_CONTAINS(language.err, "[wording.unknown_language]");
}

BOOST_AUTO_TEST_CASE(the_day_of_a_meeting_is_sent_with_its_reason) {
    auto const held = run_here("docket held --with kh-mosvy --on 2026-11-02 --reason 'the 12th meeting'");
    BOOST_CHECK_EQUAL(held.exit, 0);
    BOOST_CHECK_EQUAL(held.out, "last meeting with kh-mosvy: 2026-11-02\n");
    BOOST_REQUIRE_EQUAL(daemon.calls().size(), 1U);
    BOOST_CHECK_EQUAL(daemon.calls().front(),
                      R"(PUT /v1/meetings/kh-mosvy {"on":"2026-11-02","reason":"the 12th meeting"})");
}

BOOST_AUTO_TEST_CASE(a_list_that_never_ends_is_given_up) {
    RecordedDaemon const endless([](std::string const& call) {
        if (call.starts_with("GET /v1/meetings")) return json_answer(recorded("meeting.json"));
        auto page = json_of(recorded("procedures-2.json"));
        return json_answer(dump(page.set("next", "7")));
    });
    auto const printed = run("docket --with kh-mosvy --socket " + endless.socket().string());
    BOOST_CHECK_EQUAL(printed.exit, 1);
    CHECK_CONTAINS(printed.err, "[daemon.bad_answer]");
    BOOST_CHECK_EQUAL(endless.calls().size(), 3U);
}

BOOST_AUTO_TEST_CASE(the_register_is_printed_in_the_language_of_the_newest_consent_or_as_asked) {
    std::string const command = "case register TH-2569-0007 --reason 'she asked'";
    auto const page = run_here(command + " --html");
    BOOST_CHECK_EQUAL(page.exit, 0);
    BOOST_CHECK_EQUAL(page.out, recorded("register-th.html"));
    BOOST_CHECK_EQUAL(daemon.calls().front(), "GET /v1/cases/register?case=TH-2569-0007&reason=she asked");
    BOOST_CHECK_EQUAL(run_here(command + " --language en").out, recorded("register-en.txt"));
    auto const path = file("register.html");
    BOOST_CHECK_EQUAL(run_here(command + " --html --language km --out " + path).exit, 0);
    BOOST_CHECK_EQUAL(text_of(path), recorded("register-km.html"));
    BOOST_CHECK_EQUAL(mode_of(path), 0600U);
    BOOST_CHECK_EQUAL(json_of(run_here("--json " + command).out).text_or("case"), "TH-2569-0007");
    auto const before = daemon.calls().size();
    auto const german = run_here(command + " --language de");
    BOOST_CHECK_EQUAL(german.exit, 1);
    CHECK_CONTAINS(german.err, "[wording.unknown_language]");
    BOOST_CHECK_EQUAL(daemon.calls().size(), before);  // nothing was read for nothing
}

BOOST_AUTO_TEST_CASE(a_ministrys_own_wording_takes_the_place_of_the_built_in_one) {
    auto text = text_of(CASEBRIDGE_SOURCE_DIR "/policies/library/wording/en.yaml");
    std::string const ours = "\"Who was told about you\"";
    text.replace(text.find(ours), ours.size(), "\"What we told\"");
    auto const path = directory.write("en.yaml", text).string();
    std::string const command = "case register TH-2569-0007 --reason x --language en --wording ";
    CHECK_CONTAINS(run_here(command + path).out, "What we told\n");
    auto const wrong = run_here(command + directory.write("wrong.yaml", "language: en\n").string());
    BOOST_CHECK_EQUAL(wrong.exit, 1);
    CHECK_CONTAINS(wrong.err, "wrong.yaml:1: months: ");
    CHECK_CONTAINS(wrong.err, "[wording.invalid]");
}

BOOST_AUTO_TEST_CASE(the_directory_says_what_to_write_to) {
    auto const listed = run_here("directory --with mm-dsw --crossing 'Mae Sai' --kind border_cooperation");
    BOOST_CHECK_EQUAL(listed.exit, 0);
    CHECK_CONTAINS(listed.out, "th-msdhs/datip");
    CHECK_CONTAINS(listed.out, "BCATIP office, Mae Sai *");
    CHECK_CONTAINS(listed.out, "not signed by all, or not in force");
    BOOST_CHECK_EQUAL(daemon.calls().front(), "GET /v1/directory?crossing=Mae Sai&kind=border_cooperation&with=mm-dsw");
}

BOOST_AUTO_TEST_SUITE_END()
