// `casebridge` with keys in a PKCS #11 token, as a person runs it; the token is SoftHSM's.
#include "daemon/token_keys.h"
#include "tests/support/soft_token.h"
#include "tests/unit/daemon/command_run.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(cli_token)

namespace {

using namespace casebridge;
using namespace casebridge::test;
namespace fs = std::filesystem;

struct NodeInToken {
    TemporaryDirectory directory;
    fs::path pin_file = directory.path() / "pin", identity = directory.path() / "state" / "identity";
    std::string state = " --state " + (directory.path() / "state").string();
    std::string config = " --config " + (directory.path() / "state" / "casebridge.yaml").string();

    NodeInToken() { BOOST_REQUIRE_EQUAL(run(init_arguments(directory) + " --office datip" + token()).exit, 0); }
    ~NodeInToken() { SoftToken::the().put_back(); }
    [[nodiscard]] std::string token() const { return " --token '" + SoftToken::uri(pin_file).text() + "'"; }
    /// "tls file", "tls token", a line each
    [[nodiscard]] std::string places() const {
        auto const shown = run("identity show --json" + state);
        BOOST_REQUIRE_EQUAL(shown.exit, 0);
        std::string lines;
        auto const json = json_of(shown.out);
        for (auto const& leaf : *json.find("certificates")->as_array()) {
            auto const key = leaf.text_or("key");
            BOOST_CHECK_EQUAL(key == "token", leaf.text_or("key_uri").starts_with("pkcs11:token=casebridge;"));
            lines += leaf.text_or("role") + " " + key + "\n";
        }
        return lines;
    }
    /// What doctor says of `what`: "ok", "problem token.not_there"
    [[nodiscard]] std::string finding(std::string const& what) const {
        auto const looked = run("doctor --json" + config);
        auto const json = json_of(looked.out);
        for (auto const& each : *json.find("findings")->as_array())
            if (each.text_or("what") == what)
                return each.text_or("state") + (each.text_or("code").empty() ? "" : " " + each.text_or("code"));
        return "nothing";
    }
};

constexpr char const* all_in_token = "root file\nissuing token\ntls token\nsigning token\nencryption token\n";

}  // namespace

BOOST_AUTO_TEST_CASE(init_makes_the_keys_in_the_token_and_show_says_where_each_is) {
    NodeInToken const node;
    BOOST_CHECK_EQUAL(node.places(), all_in_token);
    auto const shown = run("identity show" + node.state);
    CHECK_CONTAINS(shown.out, "token: th-msdhs-tls");
    BOOST_CHECK(!contains(shown.out + shown.err, SoftToken::right_pin));
    BOOST_CHECK_EQUAL(run("identity renew" + node.state).exit, 0);
    BOOST_CHECK_EQUAL(run("identity crl" + node.state).exit, 0);
    BOOST_CHECK_EQUAL(node.places(), all_in_token);
}

BOOST_AUTO_TEST_CASE(keys_go_to_files_and_into_the_token_again_and_an_officer_s_own_is_bound) {
    NodeInToken const node;
    BOOST_CHECK_EQUAL(run("identity renew --files" + node.state).exit, 0);
    BOOST_CHECK_EQUAL(node.places(), "root file\nissuing token\ntls file\nsigning file\nencryption file\n");
    BOOST_CHECK_EQUAL(run("identity renew" + node.token() + node.state).exit, 0);
    BOOST_CHECK_EQUAL(node.places(), all_in_token);
    SoftToken::the().make_key("--label bound --id d1 --usage-sign");
    auto const bound =
        run("identity use-token tls '" + SoftToken::key("bound", node.pin_file).text() + "'" + node.state);
    BOOST_CHECK_EQUAL(bound.exit, 0);
    CHECK_CONTAINS(bound.out, "you destroy it when it is over");
    BOOST_CHECK_EQUAL(must(read_uri(node.identity / "tls.key.uri")).object, "bound");
    auto const refused =
        run("identity use-token encryption '" + SoftToken::key("bound", node.pin_file).text() + "'" + node.state);
    BOOST_CHECK_EQUAL(refused.exit, 1);
    CHECK_CONTAINS(refused.err, "[token.cannot_derive]");
    CHECK_CONTAINS(refused.err, "--usage-derive");
}

BOOST_AUTO_TEST_CASE(a_pin_on_the_command_line_is_refused_and_not_repeated) {
    NodeInToken const node;
    auto const in_query = "identity renew --token '" + SoftToken::uri(node.pin_file).text() + "&pin-value=482913'";
    std::string const in_path =
        "identity use-token tls 'pkcs11:token=casebridge;object=x;pin-value=482913?module-path=/m'";
    for (auto const& command : {in_query, in_path}) {
        auto const refused = run(command + node.state);
        BOOST_CHECK_EQUAL(refused.exit, 1);
        CHECK_CONTAINS(refused.err, "[token.pin_in_uri]");
        BOOST_CHECK(!contains(refused.out + refused.err, SoftToken::right_pin));
    }
    CHECK_CONTAINS(run("identity renew --token '" + SoftToken::key("k", node.pin_file).text() + "'" + node.state).err,
                   "[token.bad_uri]");
    CHECK_CONTAINS(run("identity renew --files" + node.token() + node.state).err, "[usage.two_places]");
    CHECK_CONTAINS(run("identity use-token root 'pkcs11:token=a;object=b?module-path=/m'" + node.state).err,
                   "[usage.bad_role]");
}

BOOST_AUTO_TEST_CASE(doctor_says_what_is_wrong_with_the_token) {
    NodeInToken const node;
    BOOST_CHECK_EQUAL(node.finding("key in token: tls"), "ok");
    BOOST_CHECK_EQUAL(node.finding("identity"), "ok");
    SoftToken::the().take_out();
    BOOST_CHECK_EQUAL(node.finding("key in token: encryption"), "problem token.not_there");
    SoftToken::the().put_back();
    fs::permissions(node.pin_file, fs::perms::group_read, fs::perm_options::add);
    BOOST_CHECK_EQUAL(node.finding("key in token: encryption"), "problem file.too_permissive");
    fs::permissions(node.pin_file, fs::perms::group_read, fs::perm_options::remove);
    SoftToken::write_pin(node.pin_file, "000000");
    auto const before = SoftToken::the().logins();
    BOOST_CHECK_EQUAL(node.finding("key in token: encryption"), "problem token.wrong_pin");
    BOOST_CHECK_EQUAL(node.finding("token"), "problem token.pin_refused_before");
    BOOST_CHECK_EQUAL(run_daemon(node.config).exit, 78);  // EX_CONFIG: not to be started again by itself
    BOOST_CHECK_EQUAL(SoftToken::the().logins(), before + 1);
    SoftToken::write_pin(node.pin_file, SoftToken::right_pin);
    fs::remove(node.identity / "token.pin-refused");
    BOOST_CHECK_EQUAL(node.finding("identity"), "ok");
}

BOOST_AUTO_TEST_SUITE_END()
