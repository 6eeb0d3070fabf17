// The built command without a daemon; with one, tests/integration.
#include "daemon/cli/command.h"
#include "daemon/config.h"
#include "tests/unit/daemon/command_run.h"

#include <boost/test/unit_test.hpp>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace {

using namespace casebridge;
using namespace casebridge::test;
namespace fs = std::filesystem;

using casebridge::cli::all_commands;
using casebridge::cli::command_groups;

std::string const kLibrary = CASEBRIDGE_SOURCE_DIR "/policies/library";

}  // namespace

BOOST_AUTO_TEST_SUITE(command_line)

BOOST_AUTO_TEST_CASE(every_command_has_help_with_an_example) {
    for (auto const& command : all_commands()) {
        auto const help = run(std::string(command.path) + " --help");
        BOOST_CHECK_EQUAL(help.exit, 0);
        CHECK_CONTAINS(help.out, "Example:\n  casebridge " + std::string(command.path));
        CHECK_CONTAINS(help.out, std::string(command.summary));
        for (auto const& option : command.options) CHECK_CONTAINS(help.out, std::string(option.name));
    }
    for (auto const& group : command_groups()) {
        auto const help = run(std::string(group.word) + " --help");
        BOOST_CHECK_EQUAL(help.exit, 0);
        CHECK_CONTAINS(help.out, "Example:");
    }
}

BOOST_AUTO_TEST_CASE(the_general_help_documents_exit_codes) {
    auto const help = run("--help");
    BOOST_CHECK_EQUAL(help.exit, 0);
    CHECK_CONTAINS(help.out, "Exit codes:");
    CHECK_CONTAINS(help.out, "5 daemon unreachable");
    CHECK_CONTAINS(help.out, "Example:");
    for (auto const& group : command_groups()) CHECK_CONTAINS(help.out, std::string(group.word));
    BOOST_CHECK_EQUAL(run("--version").out, "casebridge 0.1.0\n");
}

BOOST_AUTO_TEST_CASE(wrong_usage_exits_with_2_and_says_where_help_is) {
    for (auto const* arguments :
         {"", "frobnicate", "peer", "peer frobnicate", "case send", "case preview A --to kh-mosvy/x", "status --colour",
          "case show A B --reason x", "case show A --reason x --reason y", "init --node th-msdhs", "--socket",
          "consent record f --yes", "case list --dry-run"}) {
        auto const wrong = run(arguments);
        BOOST_CHECK_EQUAL(wrong.exit, 2);
        BOOST_CHECK(wrong.out.empty());
        CHECK_CONTAINS(wrong.err, "[usage]");
        CHECK_CONTAINS(wrong.err, "--help");
    }
    CHECK_CONTAINS(run("case send").err, "casebridge case send --help");
    CHECK_CONTAINS(run("statsu").err, "no command `casebridge statsu`; did you mean `status`?");
    CHECK_CONTAINS(run("peer lits --json").err, "no command `casebridge peer lits`; did you mean `list`?");
    for (auto const* number : {"ten", "-1", "5x", "\"\"", "1000000000000000000"})
        CHECK_CONTAINS(run(std::string("query list --limit ") + number).err, "--limit takes a whole number [usage]");
}

BOOST_AUTO_TEST_CASE(a_time_is_checked_before_the_daemon_is_asked) {
    auto const wrong = run("--socket /nowhere/s --reason x clock confirm --time tomorrow");
    BOOST_CHECK_EQUAL(wrong.exit, 2);
    CHECK_CONTAINS(wrong.err, "[usage.bad_time]");
}

BOOST_AUTO_TEST_CASE(arguments_that_are_no_utf8_are_refused) {
    auto const wrong = run("consent list --case $(printf '\\377')");
    BOOST_CHECK_EQUAL(wrong.exit, 2);
    CHECK_CONTAINS(wrong.err, "not UTF-8");
}

BOOST_AUTO_TEST_CASE(an_act_without_a_reason_exits_with_2_where_nobody_can_be_asked) {
    for (auto const* arguments : {"case show A", "case preview A --to kh-mosvy/office --purpose referral",
                                  "consent withdraw A c1", "case update A", "peer remove kh-mosvy", "inbox show x",
                                  "outbox export x --out y", "agreement sign x.yaml"}) {
        auto const asked = run(std::string("--socket /nowhere/officer.sock ") + arguments);
        BOOST_CHECK_EQUAL(asked.exit, 2);
        CHECK_CONTAINS(asked.err, "[usage.reason_missing]");
    }
}

BOOST_AUTO_TEST_CASE(recipient_purpose_and_confirmation_are_checked_before_the_daemon_is_asked) {
    std::string const start = "--socket /nowhere/s --reason x case ";
    CHECK_CONTAINS(run(start + "preview A --to kh-mosvy --purpose referral").err, "[usage.bad_recipient]");
    CHECK_CONTAINS(run(start + "preview A --to KH/office --purpose referral").err, "[usage.bad_recipient]");
    auto const purpose = run(start + "preview A --to kh-mosvy/office --purpose referal");
    BOOST_CHECK_EQUAL(purpose.exit, 2);
    CHECK_CONTAINS(purpose.err, "[purpose.unknown]");
    CHECK_CONTAINS(run(start + "update A --to kh-mosvy/office").err, "[usage.bad_recipient]");
    auto const send = run(start + "send A --to kh-mosvy/office --purpose referral");
    BOOST_CHECK_EQUAL(send.exit, 2);
    CHECK_CONTAINS(send.err, "[usage.no_preview]");
    CHECK_CONTAINS(run(start + "send A --to kh-mosvy/office --purpose referral --digest 00").err, "[usage.bad_digest]");
    auto const both = run(start + "send A --to kh-mosvy/office --purpose referral --digest 00 --preview");
    CHECK_CONTAINS(both.err, "[usage.no_preview]");
}

BOOST_AUTO_TEST_CASE(without_a_daemon_every_command_that_needs_one_exits_with_5) {
    for (auto const* arguments :
         {"status", "peer list", "peer check kh-mosvy", "agreement list", "policy list", "consent list", "case list",
          "outbox", "outbox list", "outbox show x", "inbox list", "log", "reload", "case show A --reason x",
          "case send A --to kh-mosvy/office --purpose referral --preview --reason x",
          "case update A --dry-run --reason x", "outbox export x --out y --reason z",
          "peer remove kh-mosvy --reason x"}) {
        auto const unreachable = run(std::string(arguments) + " --socket /nowhere/officer.sock");
        BOOST_CHECK_EQUAL(unreachable.exit, 5);
        BOOST_CHECK(unreachable.out.empty());
        CHECK_CONTAINS(unreachable.err, "nobody answers at /nowhere/officer.sock");
        CHECK_CONTAINS(unreachable.err, "[daemon.unreachable]");
        CHECK_CONTAINS(unreachable.err, "Is casebridged running");
    }
}

BOOST_AUTO_TEST_CASE(a_socket_nobody_listens_on_is_unreachable_too) {
    TemporaryDirectory const directory;
    auto const path = (directory.path() / "stale.sock").string();
    int const stale = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    BOOST_REQUIRE_LT(path.size(), sizeof address.sun_path);
    path.copy(address.sun_path, path.size());
    BOOST_REQUIRE_EQUAL(::bind(stale, reinterpret_cast<sockaddr const*>(&address), sizeof address), 0);
    ::close(stale);
    BOOST_CHECK_EQUAL(run("status --socket " + path).exit, 5);
    auto const by_environment = run("status", "CASEBRIDGE_SOCKET=" + path);
    CHECK_CONTAINS(by_environment.err, path);
    BOOST_CHECK_EQUAL(run("status --socket /" + std::string(200, 'x')).exit, 5);
}

BOOST_AUTO_TEST_CASE(errors_are_json_if_asked_for) {
    auto const unreachable = run("--json status --socket /nowhere/officer.sock");
    BOOST_CHECK_EQUAL(unreachable.exit, 5);
    BOOST_CHECK(unreachable.out.empty());
    auto const json = json_of(unreachable.err);
    BOOST_REQUIRE(json.find("error") != nullptr);
    BOOST_CHECK_EQUAL(json.find("error")->text_or("code"), "daemon.unreachable");
    CHECK_CONTAINS(json.find("error")->text_or("detail"), "/nowhere/officer.sock");
}

BOOST_AUTO_TEST_CASE(a_configuration_that_was_named_must_be_there) {
    auto const missing = run("status --config /nowhere/casebridge.yaml");
    BOOST_CHECK_EQUAL(missing.exit, 4);
    CHECK_CONTAINS(missing.err, "[file.unreadable]");
}

BOOST_AUTO_TEST_CASE(a_peer_is_not_pinned_without_its_fingerprint) {
    TemporaryDirectory const directory;
    BOOST_REQUIRE_EQUAL(run(init_arguments(directory)).exit, 0);
    auto const root = (directory.path() / "state/identity/root.pem").string();
    std::string const add =
        "peer add kh-mosvy --kind welfare --name x --address h:1 --reason r --socket /nowhere/s --root ";
    auto const unasked = run(add + root);
    BOOST_CHECK_EQUAL(unasked.exit, 2);
    CHECK_CONTAINS(unasked.err, "[usage.fingerprint_missing]");
    auto const wrong = run(add + root + " --fingerprint 00:11");
    BOOST_CHECK_EQUAL(wrong.exit, 1);
    CHECK_CONTAINS(wrong.err, "[trust.fingerprint_mismatch]");
    CHECK_CONTAINS(wrong.err, "Do not go on");
    BOOST_CHECK_EQUAL(run(add + "/nowhere/root.pem --fingerprint 00").exit, 4);
    auto const no_pem = run(add + (directory.path() / "passphrase").string() + " --fingerprint 00");
    BOOST_CHECK_EQUAL(no_pem.exit, 1);
    CHECK_CONTAINS(no_pem.err, "[certificate.malformed]");
    auto const identity = json_of(run("identity show --json --state " + (directory.path() / "state").string()).out);
    auto const right = run(add + root + " --fingerprint " + identity.text_or("fingerprint"));
    BOOST_CHECK_EQUAL(right.exit, 5);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(files_of_the_ministry)

BOOST_AUTO_TEST_CASE(a_template_is_no_agreement) {
    for (auto const& entry : fs::directory_iterator(kLibrary + "/agreements")) {
        auto const checked = run("agreement check " + entry.path().string());
        BOOST_CHECK_EQUAL(checked.exit, 1);
        CHECK_CONTAINS(checked.err, "[agreement.is_template]");
    }
}

BOOST_AUTO_TEST_CASE(a_filled_in_agreement_is_shown_with_its_digest) {
    for (auto const& entry : fs::directory_iterator(kLibrary + "/examples/agreements")) {
        auto const checked = run("agreement check --json " + entry.path().string());
        BOOST_CHECK_EQUAL(checked.exit, 0);
        auto const bytes = text_of(entry.path());
        BOOST_CHECK_EQUAL(json_of(checked.out).text_or("digest"), sha256(as_bytes(bytes)).hex());
    }
    BOOST_CHECK_EQUAL(run("agreement check /nowhere.yaml").exit, 4);
}

BOOST_AUTO_TEST_CASE(the_library_of_policies_loads) {
    auto const checked = run("policy check " + kLibrary + "/policies " + kLibrary + "/examples/policies");
    BOOST_CHECK_EQUAL(checked.exit, 0);
    CHECK_CONTAINS(checked.out, "return_and_handover.yaml");
    BOOST_CHECK(!contains(checked.out, "policy.invalid"));
}

BOOST_AUTO_TEST_CASE(all_that_is_wrong_with_a_policy_is_said) {
    TemporaryDirectory const directory;
    auto const wrong = directory.write("wrong.yaml", "id: test-policy\nversion: none\nrule: []\n");
    auto const checked = run("policy check " + wrong.string());
    BOOST_CHECK_EQUAL(checked.exit, 1);
    CHECK_CONTAINS(checked.out, "policy.invalid");
    CHECK_CONTAINS(checked.out, "wrong.yaml:2: version");
    CHECK_CONTAINS(checked.out, "wrong.yaml:3: rule");
    auto const json = json_of(run("policy check --json " + wrong.string()).out);
    BOOST_CHECK(*json.find("policies")->as_array()->front().find("ok") == Json(false));
    BOOST_CHECK_EQUAL(run("policy check /nowhere.yaml").exit, 1);
    fs::create_directory(directory.path() / "empty");
    BOOST_CHECK_EQUAL(run("policy check " + (directory.path() / "empty").string()).exit, 4);
}

BOOST_AUTO_TEST_CASE(the_configuration_explains_itself) {
    BOOST_CHECK_EQUAL(run("config help").out, config_help());
    BOOST_CHECK_EQUAL(run("config example").out, config_example());
    BOOST_CHECK_EQUAL(run("config check /nowhere.yaml").exit, 4);
}

BOOST_AUTO_TEST_SUITE_END()
