#include "daemon/telemetry.h"

#include "crypto/secret.h"
#include "daemon/log_line.h"
#include "tests/support/check_code.h"
#include "tests/support/temporary_directory.h"

#include <stdexcept>

BOOST_AUTO_TEST_SUITE(telemetry)

namespace {

using namespace casebridge;
using casebridge::test::TemporaryDirectory;

// What must not compile.
static_assert(!std::is_constructible_v<LogField, std::string_view, CaseId>);
static_assert(!std::is_constructible_v<LogField, std::string_view, Secret>);
static_assert(!std::is_constructible_v<LogField, std::string_view, Bytes>);
static_assert(std::is_constructible_v<LogField, std::string_view, NodeId>);

Timestamp const at = *parse_rfc3339("2026-11-23T21:20:11.322Z");

std::string text_line(std::string_view value) {
    return log_line(LogFormat::text, at, LogLevel::info, "test", {{"key", value}});
}
std::string json_line(std::string_view value) {
    return log_line(LogFormat::json, at, LogLevel::info, "test", {{"key", value}});
}

std::string content(std::filesystem::path const& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_text_line_has_time_level_event_and_values) {
    Error const error{ErrorKind::unavailable, "peer.timeout", "after 30 s"};
    BOOST_CHECK_EQUAL(log_line(LogFormat::text, at, LogLevel::warning, "delivery.failed",
                               {{"peer", *NodeId::parse("kh-mosvy")}, {"attempt", 3}, {"error", error}}),
                      "2026-11-23T21:20:11.322Z W delivery.failed peer=kh-mosvy attempt=3 "
                      "error=\"peer.timeout: after 30 s\"");
}

BOOST_AUTO_TEST_CASE(a_json_line_is_one_object) {
    BOOST_CHECK_EQUAL(
        log_line(LogFormat::json, at, LogLevel::error, "store.failed", {{"error", "disk \"full\""}}),
        R"({"at":"2026-11-23T21:20:11.322Z","level":"error","event":"store.failed","error":"disk \"full\""})");
}

BOOST_AUTO_TEST_CASE(a_value_cannot_forge_a_line_or_a_key) {
    BOOST_CHECK_EQUAL(text_line("a\n2026-11-23T21:20:11.322Z I forged"),
                      "2026-11-23T21:20:11.322Z I test key=\"a\\n2026-11-23T21:20:11.322Z I forged\"");
    BOOST_CHECK_EQUAL(text_line("a\" other=\"b"), "2026-11-23T21:20:11.322Z I test key=\"a\\\" other=\\\"b\"");
    BOOST_CHECK_EQUAL(text_line("a other=b"), "2026-11-23T21:20:11.322Z I test key=\"a other=b\"");
    BOOST_CHECK_EQUAL(text_line(R"(a\)"), R"(2026-11-23T21:20:11.322Z I test key="a\\")");
    BOOST_CHECK_EQUAL(text_line(""), "2026-11-23T21:20:11.322Z I test key=\"\"");
    BOOST_CHECK(json_line("a\n\",\"forged\":\"b").ends_with(R"("key":"a\u000a\",\"forged\":\"b"})"));
}

BOOST_AUTO_TEST_CASE(what_is_not_printable_ascii_is_escaped) {
    BOOST_CHECK(text_line("\x1b[31m\r\t\x7f").ends_with(R"(key="\u{001b}[31m\r\t\u{007f}")"));
    BOOST_CHECK(text_line("\u202e\u0e01\U0001f600").ends_with(R"(key="\u{202e}\u{0e01}\u{01f600}")"));
    BOOST_CHECK(text_line("\xff\xc3").ends_with(R"(key="\xff\xc3")"));
    BOOST_CHECK(json_line("\u0e01\U0001f600\xff").ends_with(R"("key":"\u0e01\ud83d\ude00\ufffd"})"));
    BOOST_CHECK(text_line(std::string_view("a\0b", 3)).ends_with(R"(key="a\u{0000}b")"));
}

BOOST_AUTO_TEST_CASE(a_long_value_is_cut) {
    auto const line = text_line(std::string(100'000, 'x'));
    BOOST_CHECK(line.ends_with("x..."));
    BOOST_CHECK_LT(line.size(), 400U);
}

BOOST_AUTO_TEST_CASE(events_below_the_level_are_left_out) {
    TemporaryDirectory const directory;
    auto const file = directory.path() / "log";
    Telemetry telemetry(LogLevel::warning, "text", file.string());
    telemetry.log(LogLevel::info, "quiet");
    telemetry.log(LogLevel::warning, "loud", {{"what", "{} %s %v"}});
    auto const text = content(file);
    BOOST_CHECK(text.find("quiet") == std::string::npos);
    BOOST_CHECK(text.ends_with(" W loud what=\"{} %s %v\"\n"));
    BOOST_CHECK_EQUAL(std::count(text.begin(), text.end(), '\n'), 1);
}

BOOST_AUTO_TEST_CASE(metrics_are_counted_under_their_label) {
    TemporaryDirectory const directory;
    Telemetry telemetry(LogLevel::error, "json", (directory.path() / "log").string());
    telemetry.count("casebridge_releases_total", "released");
    telemetry.count("casebridge_releases_total", "released", 2);
    telemetry.gauge("casebridge_outbox_queued", 7);
    telemetry.observe_seconds("casebridge_delivery_seconds", 0.2);
    auto const text = telemetry.metrics_text();
    for (auto const expected :
         {"# TYPE casebridge_releases_total counter\n", "casebridge_releases_total{outcome=\"released\"} 3\n",
          "casebridge_outbox_queued 7\n", "casebridge_delivery_seconds_bucket{le=\"0.3\"} 1\n",
          "casebridge_delivery_seconds_count 1\n"}) {
        BOOST_CHECK_MESSAGE(text.find(expected) != std::string::npos, expected << " in\n" << text);
    }
}

BOOST_AUTO_TEST_CASE(a_label_outside_the_alphabet_is_counted_as_other) {
    TemporaryDirectory const directory;
    Telemetry telemetry(LogLevel::error, "text", (directory.path() / "log").string());
    for (auto const* const label : {"Somchai", "a\"} 1\nforged 2", "", "a b"}) {
        telemetry.count("casebridge_alarms_total", label);
    }
    telemetry.count("casebridge_alarms_total", std::string(41, 'a'));
    auto const text = telemetry.metrics_text();
    BOOST_CHECK_MESSAGE(text.find("casebridge_alarms_total{kind=\"other\"} 5\n") != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(a_metric_that_is_not_in_the_table_is_our_mistake) {
    TemporaryDirectory const directory;
    Telemetry telemetry(LogLevel::error, "text", (directory.path() / "log").string());
    BOOST_CHECK_THROW(telemetry.count("casebridge_typo_total"), std::logic_error);
    BOOST_CHECK_THROW(telemetry.gauge("casebridge_releases_total", 1), std::logic_error);
    BOOST_CHECK_THROW(telemetry.observe_seconds("casebridge_outbox_queued", 1), std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()
