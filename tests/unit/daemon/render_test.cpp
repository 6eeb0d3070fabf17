#include "daemon/cli/render.h"

#include "daemon/cli/failure.h"
#include "daemon/cli/officer_client.h"
#include "daemon/cli/starting_config.h"
#include "daemon/cli/summary.h"

#include <cstdlib>
#include <ctime>

#include <boost/test/unit_test.hpp>

namespace {

using namespace casebridge;
using namespace casebridge::cli;

Style const kPlain{};

/// Sets the time zone for one test.
class Zone {
public:
    explicit Zone(char const* name) {
        ::setenv("TZ", name, 1);
        ::tzset();
    }
    ~Zone() {
        ::unsetenv("TZ");
        ::tzset();
    }
    Zone(Zone const&) = delete;
    Zone& operator=(Zone const&) = delete;
};

Json json_of(std::string_view text) {
    auto json = parse_json(text);
    BOOST_REQUIRE(json);
    return *std::move(json);
}

std::vector<std::string> lines_of(std::string const& text) {
    std::vector<std::string> lines;
    for (std::size_t start = 0; start < text.size();) {
        auto const end = text.find('\n', start);
        lines.push_back(text.substr(start, end - start));
        start = end == std::string::npos ? text.size() : end + 1;
    }
    return lines;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(render)

BOOST_AUTO_TEST_CASE(width_counts_columns_and_not_bytes) {
    BOOST_CHECK_EQUAL(display_width(""), 0U);
    BOOST_CHECK_EQUAL(display_width("abc"), 3U);
    BOOST_CHECK_EQUAL(display_width("สมชาย"), 5U);
    BOOST_CHECK_EQUAL(display_width("ที่นี่"), 2U);    // four marks above
    BOOST_CHECK_EQUAL(display_width("ສົມຈິດ"), 4U);  // Lao, two vowels above
    BOOST_CHECK_EQUAL(display_width("王小明"), 6U);
    BOOST_CHECK_EQUAL(display_width("Nguyễn"), 6U);
    BOOST_CHECK_EQUAL(display_width("e\u0301"), 1U);
    BOOST_CHECK_EQUAL(display_width("a\u200bb"), 2U);            // zero-width space
    BOOST_CHECK_EQUAL(display_width("\u1797\u17d2\u1793"), 2U);  // Khmer: the subscript sign has no width of its own
}

BOOST_AUTO_TEST_CASE(columns_line_up_whatever_the_script) {
    Table table({"name", "x"});
    table.row({"สมชาย", "1"});
    table.row({"王小明", "2"});
    table.row({"ທ້າວ", "3"});
    table.row({"Somchai", "4"});
    std::size_t const expected = 7 + 2;
    for (auto const& line : lines_of(table.text(kPlain)))
        BOOST_CHECK_EQUAL(display_width(line.substr(0, line.size() - 1)), expected);
}

BOOST_AUTO_TEST_CASE(control_characters_are_shown_and_not_obeyed) {
    BOOST_CHECK_EQUAL(printable("a\x1b[31mred"), "a\\x1b[31mred");
    BOOST_CHECK_EQUAL(printable("a\r\n\tb"), "a\\r\\n\\tb");
    BOOST_CHECK_EQUAL(printable(std::string_view("a\0b", 3)), "a\\x00b");
    BOOST_CHECK_EQUAL(printable("\x7f"), "\\x7f");
    BOOST_CHECK_EQUAL(printable("\u009b31m"), "\\x9b31m");  // the one-character form of ESC [
    BOOST_CHECK_EQUAL(printable("\u202egnp.exe"), "\\u202egnp.exe");
    BOOST_CHECK_EQUAL(printable("\u2066x\u2069"), "\\u2066x\\u2069");
    BOOST_CHECK_EQUAL(printable("\u2028"), "\\u2028");
    BOOST_CHECK_EQUAL(printable("\U000e0041"), "\\U0e0041");
    BOOST_CHECK_EQUAL(printable("a\xff\xfe"), "a\\xff\\xfe");
    BOOST_CHECK_EQUAL(printable("\xe0\xb8"), "\\xe0\\xb8");
    BOOST_CHECK_EQUAL(printable("สมชาย ភូមិ\u200bស្រុក 王"), "สมชาย ភូមិ\u200bស្រុក 王");
}

BOOST_AUTO_TEST_CASE(lines_stay_lines_only_where_wanted) {
    BOOST_CHECK_EQUAL(printable_lines("a\nb\x1b\n"), "a\nb\\x1b\n");
    BOOST_CHECK_EQUAL(printable_lines(""), "");
}

BOOST_AUTO_TEST_CASE(a_value_cannot_start_a_row_of_its_own) {
    Table table({"name", "state"});
    table.row({"x\nkh-mosvy  delivered", "queued"});
    BOOST_CHECK_EQUAL(lines_of(table.text(kPlain)).size(), 2U);
    Facts facts;
    facts.add("name", "x\nstate  delivered");
    BOOST_CHECK_EQUAL(lines_of(facts.text(kPlain)).size(), 1U);
}

BOOST_AUTO_TEST_CASE(colour_only_where_it_is_wanted) {
    Table table({"a"});
    table.row({{"x", Tone::bad}});
    BOOST_CHECK(table.text(kPlain).find('\x1b') == std::string::npos);
    BOOST_CHECK(table.text({.colour = true, .width = 0}).find("\x1b[31mx\x1b[0m") != std::string::npos);
    BOOST_CHECK(!output_style().colour);  // a test's output is no terminal
    BOOST_CHECK_EQUAL(output_style().width, 0U);
}

BOOST_AUTO_TEST_CASE(the_last_column_is_wrapped_on_a_narrow_terminal) {
    Table table({"rule", "why"});
    table.row({"C5", "under 18 a guardian's consent and the child's assent are both needed"});
    auto const lines = lines_of(table.text({.colour = false, .width = 40}));
    BOOST_REQUIRE_EQUAL(lines.size(), 3U);
    for (auto const& line : lines) BOOST_CHECK_LE(display_width(line), 40U);
    BOOST_CHECK(lines[2].starts_with("      "));
    BOOST_CHECK_EQUAL(lines_of(table.text(kPlain)).size(), 2U);
}

BOOST_AUTO_TEST_CASE(a_row_of_another_length_is_our_own_mistake) {
    Table table({"a", "b"});
    BOOST_CHECK_THROW(table.row({"x"}), std::logic_error);
}

BOOST_AUTO_TEST_CASE(times_are_local_for_people) {
    Zone const zone("UTC-7");  // POSIX: seven hours east
    BOOST_CHECK_EQUAL(local_time("2026-11-23T21:20:11.322Z"), "2026-11-24 04:20");
    BOOST_CHECK_EQUAL(local_time(""), "-");
    BOOST_CHECK_EQUAL(local_time("soon"), "soon");
}

BOOST_AUTO_TEST_CASE(values_read_like_text) {
    auto const json = json_of(R"({"t":"x","e":"","n":7,"b":true,"l":["a","b"],"z":null,"o":[]})");
    BOOST_CHECK_EQUAL(shown(json, "t"), "x");
    BOOST_CHECK_EQUAL(shown(json, "e"), "-");
    BOOST_CHECK_EQUAL(shown(json, "n"), "7");
    BOOST_CHECK_EQUAL(shown(json, "b"), "yes");
    BOOST_CHECK_EQUAL(shown(json, "l"), "a, b");
    BOOST_CHECK_EQUAL(shown(json, "z"), "-");
    BOOST_CHECK_EQUAL(shown(json, "o"), "-");
    BOOST_CHECK_EQUAL(shown(json, "missing"), "-");
    BOOST_CHECK(items(json, "t").empty());
    BOOST_CHECK(items(Json(), "t").empty());
}

BOOST_AUTO_TEST_CASE(a_body_shows_fields_and_group_entries_and_hides_no_escape) {
    auto const body = json_of(R"({"fields":{"birth_date":{"form":"year","value":"1997"}},)"
                              R"("groups":{"names":[{"names.given":{"form":"exact","value":"\u001b[2Jส้ม"}}]}})");
    auto const text = render_body(body, kPlain);
    BOOST_CHECK(text.find("1997") != std::string::npos);
    BOOST_CHECK(text.find("names 1: ") != std::string::npos);
    BOOST_CHECK(text.find("\\x1b[2Jส้ม") != std::string::npos);
    BOOST_CHECK(text.find('\x1b') == std::string::npos);
    BOOST_CHECK_EQUAL(render_body(Json(), kPlain), "(nothing)\n");
}

BOOST_AUTO_TEST_CASE(a_decision_tells_form_rule_and_line_and_groups_what_is_withheld) {
    auto const decision = json_of(
        R"({"fields":[)"
        R"({"field":"birth_date","form":"year","rule":"policy","source":"th.yaml:12","text":"coarsened"},)"
        R"({"field":"names.given","entry":4,"form":"exact","rule":"agreement","source":"a.yaml:3","text":"released"},)"
        R"({"field":"names.given","entry":6,"form":"withheld","rule":"policy","source":"p:1","text":"no alias"},)"
        R"({"field":"names.title","entry":4,"form":"withheld","rule":"policy","source":"p:2","text":"never"},)"
        R"({"field":"names.title","entry":6,"form":"withheld","rule":"policy","source":"p:2","text":"never"},)"
        R"({"field":"health_notes","form":"withheld","rule":"health","source":"","text":"no consent names it"},)"
        R"({"field":"narrative","form":"withheld","rule":"health","source":"","text":"no consent names it"}]})");
    auto const text = render_decision(decision, kPlain);
    BOOST_CHECK(text.find("th.yaml:12") != std::string::npos);
    BOOST_CHECK(text.find("names.given #1  exact") != std::string::npos);
    BOOST_CHECK(text.find(" names.given #2\n") != std::string::npos);
    BOOST_CHECK(text.find(" names.title\n") != std::string::npos);
    BOOST_CHECK(text.find("health_notes, narrative") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(failures)

BOOST_AUTO_TEST_CASE(each_kind_of_answer_has_its_exit_code) {
    auto const problem = [](std::string_view code) { return Json::object().set("code", code).set("detail", "why"); };
    auto denied = problem("send.denied");
    denied.set("denials", Json::array().push(Json::object().set("rule", "C5")));
    auto const refused = to_failure(403, denied);
    BOOST_CHECK(refused.exit == ExitCode::refused);
    BOOST_CHECK_EQUAL(refused.denials.as_array()->size(), 1U);
    BOOST_CHECK(to_failure(403, problem("officer.unknown")).exit == ExitCode::error);
    BOOST_CHECK(to_failure(404, problem("case.not_found")).exit == ExitCode::not_found);
    BOOST_CHECK(to_failure(409, problem("send.preview_outdated")).exit == ExitCode::conflict);
    BOOST_CHECK(to_failure(400, problem("request.missing")).exit == ExitCode::error);
    BOOST_CHECK(to_failure(500, problem("daemon.exception")).exit == ExitCode::error);
    BOOST_CHECK_EQUAL(to_failure(502, Json()).code, "daemon.bad_answer");
    BOOST_CHECK(to_failure({ErrorKind::unavailable, "daemon.unreachable"}).exit == ExitCode::unreachable);
    BOOST_CHECK(to_failure({ErrorKind::unavailable, "daemon.no_permission"}).exit == ExitCode::unreachable);
    BOOST_CHECK(to_failure({ErrorKind::unavailable, "file.unwritable"}).exit == ExitCode::error);
}

BOOST_AUTO_TEST_CASE(common_codes_have_a_remedy) {
    for (auto const* code : {"daemon.unreachable", "officer.unknown", "peer.unknown", "trust.fingerprint_mismatch"})
        BOOST_CHECK(!remedy(code).empty());
    BOOST_CHECK(remedy("no.such_code").empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(small_parts)

BOOST_AUTO_TEST_CASE(a_query_value_cannot_become_syntax) {
    BOOST_CHECK_EQUAL(percent_encoded("a-Z.0_~"), "a-Z.0_~");
    BOOST_CHECK_EQUAL(percent_encoded("a&b=c #/?%"), "a%26b%3Dc%20%23%2F%3F%25");
    BOOST_CHECK_EQUAL(percent_encoded("ส"), "%E0%B8%AA");
}

BOOST_AUTO_TEST_CASE(a_value_replaces_what_the_example_says) {
    std::string const example = "# comment about node\nnode: aa-bb  # who we are\n# name: x\nlisten: 1\n";
    BOOST_CHECK_EQUAL(with_value(example, "node", "th-msdhs"),
                      "# comment about node\nnode: th-msdhs # who we are\n# name: x\nlisten: 1\n");
    BOOST_CHECK_EQUAL(with_value(example, "name", "\"y\""),
                      "# comment about node\nnode: aa-bb  # who we are\nname: \"y\"\nlisten: 1\n");
    BOOST_CHECK_EQUAL(with_value("a: 1\n", "b", "2"), "a: 1\nb: 2\n");
    BOOST_CHECK_EQUAL(with_value("a:\n  - 1\n  - 2\n\nb: 2\n", "a", "[]"), "a: []\n\nb: 2\n");
    BOOST_CHECK_EQUAL(yaml_quoted("a \"b\" \\ c: #"), "\"a \\\"b\\\" \\\\ c: #\"");
}

BOOST_AUTO_TEST_SUITE_END()
