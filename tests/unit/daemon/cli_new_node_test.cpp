// `casebridge init` and `identity`, as a person runs them.
#include "crypto/certificate.h"
#include "crypto/log_proof.h"
#include "crypto/merkle.h"
#include "crypto/revocation.h"
#include "daemon/config.h"
#include "tests/unit/daemon/command_run.h"

#include <algorithm>
#include <fstream>

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using namespace casebridge;
using namespace casebridge::test;
namespace fs = std::filesystem;

}  // namespace

BOOST_AUTO_TEST_SUITE(new_node)

BOOST_AUTO_TEST_CASE(init_makes_all_a_node_needs_and_never_overwrites) {
    TemporaryDirectory const directory;
    auto const state = directory.path() / "state";
    auto const arguments = init_arguments(directory);

    auto const planned = run(arguments + " --dry-run");
    BOOST_CHECK_EQUAL(planned.exit, 0);
    CHECK_CONTAINS(planned.out, "nothing was made");
    BOOST_CHECK(!fs::exists(state));

    auto const made = run(arguments);
    BOOST_REQUIRE_EQUAL(made.exit, 0);
    CHECK_CONTAINS(made.out, "root.key.pem to an offline medium");
    CHECK_CONTAINS(made.out, "compare the fingerprint");
    BOOST_CHECK(!contains(made.out, "\x1b"));
    auto const key = text_of(state / "store.key");
    BOOST_CHECK_EQUAL(key.size(), 64U);
    BOOST_CHECK(must(from_hex(key)).size() == 32U);
    BOOST_CHECK((fs::status(state / "store.key").permissions() & fs::perms::all) ==
                (fs::perms::owner_read | fs::perms::owner_write));

    auto const again = run(arguments);
    BOOST_CHECK_EQUAL(again.exit, 6);
    CHECK_CONTAINS(again.err, "[identity.exists]");
    BOOST_CHECK_EQUAL(text_of(state / "store.key"), key);
}

BOOST_AUTO_TEST_CASE(the_configuration_that_init_writes_loads) {
    TemporaryDirectory const directory;
    auto const file = (directory.path() / "etc.yaml").string();
    BOOST_REQUIRE_EQUAL(run(init_arguments(directory) + " --config-out " + file +
                            " --office datip --office aranyaprathet --listen 127.0.0.1:9443")
                            .exit,
                        0);
    auto const config = must(load_config(file));
    BOOST_CHECK_EQUAL(config.node.text(), "th-msdhs");
    BOOST_CHECK(config.kind == NodeKind::welfare);
    BOOST_REQUIRE_EQUAL(config.offices.size(), 2U);
    BOOST_CHECK_EQUAL(config.offices[1].text(), "aranyaprathet");
    BOOST_CHECK_EQUAL(config.listen_host, "127.0.0.1");
    BOOST_CHECK_EQUAL(config.listen_port, 9443);
    BOOST_REQUIRE_EQUAL(config.officers.size(), 1U);
    BOOST_CHECK_EQUAL(config.officers.begin()->first, ::getuid());
    BOOST_CHECK_EQUAL(config.officers.begin()->second.role, "operator");
    BOOST_CHECK_EQUAL(config.name, "กระทรวง \"พม.\"");
    BOOST_CHECK_EQUAL(config.state_directory, directory.path() / "state");
    BOOST_CHECK_EQUAL(config.store_key_file, directory.path() / "state/store.key");
    auto const checked = run("config check --json " + file);
    BOOST_CHECK_EQUAL(checked.exit, 0);
    BOOST_CHECK_EQUAL(json_of(checked.out).text_or("node"), "th-msdhs");
    BOOST_CHECK_EQUAL(run("identity show --config " + file).exit, 0);
    BOOST_CHECK_EQUAL(run("status --config " + file).exit, 5);
}

namespace {

/// The finding about `what`: "state code".
std::string finding(Json const& report, std::string_view what) {
    for (auto const& each : *report.find("findings")->as_array())
        if (each.text_or("what") == what) return each.text_or("state") + " " + each.text_or("code");
    return "(none)";
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_doctor_finds_what_is_wrong_with_a_node_and_says_what_to_type) {
    TemporaryDirectory const directory;
    auto const file = (directory.path() / "etc.yaml").string();
    auto const missing = run("doctor --json --config " + file);
    BOOST_CHECK_EQUAL(missing.exit, 1);
    BOOST_CHECK_EQUAL(finding(json_of(missing.out), "configuration"), "problem file.unreadable");
    CHECK_CONTAINS(missing.out, "casebridge init --help");

    BOOST_REQUIRE_EQUAL(run(init_arguments(directory) + " --office datip --config-out " + file).exit, 0);
    auto const doctor = [&] { return json_of(run("doctor --json --config " + file).out); };
    auto const fresh = doctor();
    BOOST_CHECK_EQUAL(finding(fresh, "configuration"), "ok ");
    BOOST_CHECK_EQUAL(finding(fresh, "identity"), "ok ");
    BOOST_CHECK_EQUAL(finding(fresh, "root key"), "note ");
    BOOST_CHECK_EQUAL(finding(fresh, "log key"), "ok ");
    BOOST_CHECK_EQUAL(finding(fresh, "store key"), "note ");
    BOOST_CHECK_EQUAL(finding(fresh, "national database"), "note ");
    BOOST_CHECK_EQUAL(finding(fresh, "daemon"), "problem daemon.unreachable");
    BOOST_CHECK_EQUAL(*fresh.find("problems")->as_integer(), 1);

    fs::remove(directory.path() / "state/identity/log.key.pem");
    BOOST_CHECK_EQUAL(finding(doctor(), "log key"), "note ");
    fs::remove(directory.path() / "state/identity/tls.key.pem");
    fs::permissions(directory.path() / "state/store.key", fs::perms::others_read, fs::perm_options::add);
    std::ofstream(file, std::ios::app) << "\nfield_map: no-such-map.yaml\n";
    auto const broken = doctor();
    BOOST_CHECK_EQUAL(finding(broken, "identity"), "problem identity.missing");
    BOOST_CHECK_EQUAL(finding(broken, "store key"), "problem store_key.too_permissive");
    BOOST_CHECK_EQUAL(finding(broken, "national database"), "problem file.unreadable");
    std::ofstream(file, std::ios::app) << "colour: blue\n";
    auto const wrong = run("doctor --config " + file);
    BOOST_CHECK_EQUAL(wrong.exit, 1);
    CHECK_CONTAINS(wrong.out, "config.invalid");
    CHECK_CONTAINS(wrong.out, "colour");
}

BOOST_AUTO_TEST_CASE(the_superusers_doctor_sees_what_the_daemons_own_user_cannot_read) {
    if (::geteuid() != 0) return;  // nobody else can give files away, nor needs this look
    constexpr uid_t nobody = 65534;
    TemporaryDirectory const directory;
    auto const file = (directory.path() / "etc.yaml").string();
    BOOST_REQUIRE_EQUAL(run(init_arguments(directory) + " --office datip --config-out " + file).exit, 0);
    directory.write("map.yaml",
                    "database: {kind: sqlite, path: national.db}\ncases: {table: t, id: i, fields: {shelter: s}}\n");
    auto const national = directory.write("national.db", "");
    std::ofstream(file, std::ios::app) << "\nfield_map: map.yaml\n";
    auto const give = [](fs::path const& path, uid_t user) {
        BOOST_REQUIRE_EQUAL(::chown(path.c_str(), user, user), 0);
    };
    give(directory.path(), nobody);
    for (auto const& entry : fs::recursive_directory_iterator(directory.path())) give(entry.path(), nobody);
    auto const complaints = [&] {
        std::string text;
        auto const report = json_of(run("doctor --json --config " + file).out);
        for (auto const& each : *report.find("findings")->as_array()) {
            if (each.text_or("what") != "files") continue;
            BOOST_CHECK_EQUAL(each.text_or("code"), "file.wrong_owner");
            text += each.text_or("detail") + "\n" + each.text_or("remedy") + "\n";
        }
        return text;
    };
    BOOST_CHECK_EQUAL(complaints(), "");

    auto const key = directory.path() / "state/identity/tls.key.pem";
    give(key, 0);
    auto const one = complaints();
    CHECK_CONTAINS(one, key.string() + ": belongs to root; the daemon runs as nobody and may not read it");
    CHECK_CONTAINS(one, "Run: chown nobody: '" + key.string() + "'");
    BOOST_CHECK_EQUAL(std::ranges::count(one, '\n'), 2);
    give(key, nobody);

    give(national, 0);
    fs::permissions(national, fs::perms::owner_read | fs::perms::owner_write);
    CHECK_CONTAINS(complaints(), national.string());
    give(national, nobody);
    give(directory.path() / "state/store.key", 0);
    CHECK_CONTAINS(complaints(), "state/store.key");
    give(directory.path() / "state/store.key", nobody);
    BOOST_CHECK_EQUAL(complaints(), "");
}

BOOST_AUTO_TEST_CASE(what_is_in_the_way_is_said_before_anything_is_made) {
    TemporaryDirectory const directory;
    auto const arguments = init_arguments(directory);
    auto const in_the_way = directory.write("state/store.key", "precious");
    auto const refused = run(arguments);
    BOOST_CHECK_EQUAL(refused.exit, 6);
    CHECK_CONTAINS(refused.err, "[file.exists]");
    BOOST_CHECK(!fs::exists(directory.path() / "state/identity"));
    BOOST_CHECK_EQUAL(text_of(in_the_way), "precious");
    BOOST_CHECK_EQUAL(run(arguments + " --no-store-key").exit, 0);
    BOOST_CHECK_EQUAL(text_of(in_the_way), "precious");
}

BOOST_AUTO_TEST_CASE(init_refuses_weak_or_exposed_passphrases_and_wrong_names) {
    TemporaryDirectory const directory;
    auto const arguments = init_arguments(directory);
    auto const passphrase = directory.path() / "passphrase";
    ::chmod(passphrase.c_str(), 0644);
    CHECK_CONTAINS(run(arguments).err, "[file.too_permissive]");
    ::chmod(passphrase.c_str(), 0600);
    std::ofstream(passphrase) << "short\n";
    auto const weak = run(arguments);
    BOOST_CHECK_EQUAL(weak.exit, 1);
    CHECK_CONTAINS(weak.err, "[identity.weak_passphrase]");
    auto const unasked =
        run("init --node th-msdhs --kind welfare --name x --state " + (directory.path() / "s").string());
    BOOST_CHECK_EQUAL(unasked.exit, 1);
    CHECK_CONTAINS(unasked.err, "[passphrase.no_terminal]");
    auto const node = run("init --node TH --kind welfare --name x --state s");
    BOOST_CHECK_EQUAL(node.exit, 2);
    CHECK_CONTAINS(node.err, "[node_id.malformed]");
    CHECK_CONTAINS(run("init --node th-msdhs --kind army --name x --state s").err, "[node_kind.unknown]");
    CHECK_CONTAINS(run("init --node th-msdhs --kind welfare --name x --state s --suite rsa").err, "[suite.unknown]");
    BOOST_CHECK(!fs::exists(directory.path() / "state/identity"));
}

BOOST_AUTO_TEST_CASE(a_passphrase_is_asked_for_twice_and_not_echoed) {
    TemporaryDirectory const directory;
    auto const state = (directory.path() / "state").string();
    std::vector<std::string> const arguments = {"init",   "--node", "th-msdhs", "--kind", "welfare",
                                                "--name", "x",      "--state",  state};
    auto const differing = run_on_terminal(arguments, "correct horse battery\ncorrect horse butter\n");
    BOOST_CHECK_EQUAL(differing.exit, 1);
    CHECK_CONTAINS(differing.out, "[passphrase.mismatch]");
    BOOST_CHECK(!fs::exists(state));
    auto const made = run_on_terminal(arguments, "correct horse battery\ncorrect horse battery\n");
    BOOST_CHECK_EQUAL(made.exit, 0);
    BOOST_CHECK(!contains(made.out, "horse"));
    CHECK_CONTAINS(made.out, "\x1b[32m");  // colour, on a terminal
    auto const key = text_of(fs::path(state) / "identity/root.key.pem");
    CHECK_ACCEPTED(PrivateKey::from_encrypted_pem(key, Secret::from_text("correct horse battery")));
}

BOOST_AUTO_TEST_CASE(a_fingerprint_is_compared_by_its_end_on_a_terminal) {
    TemporaryDirectory const directory;
    BOOST_REQUIRE_EQUAL(run(init_arguments(directory)).exit, 0);
    auto const state = (directory.path() / "state").string();
    auto const fingerprint = json_of(run("identity show --json --state " + state).out).text_or("fingerprint");
    std::vector<std::string> const arguments = {
        "--socket", "/nowhere/s", "--reason", "met in person", "peer",
        "add",      "th-msdhs",   "--kind",   "welfare",       "--name",
        "x",        "--address",  "h:1",      "--root",        state + "/identity/root.pem"};
    CHECK_CONTAINS(run_on_terminal(arguments, "00:00:00:00\n").out, "[trust.fingerprint_mismatch]");
    CHECK_CONTAINS(run_on_terminal(arguments, "\n").out, "[trust.fingerprint_mismatch]");
    auto const compared = run_on_terminal(arguments, fingerprint.substr(fingerprint.size() - 11) + "\n");
    BOOST_CHECK_EQUAL(compared.exit, 5);  // goes on to the daemon
}

BOOST_AUTO_TEST_CASE(identity_show_and_renew_tell_validity) {
    TemporaryDirectory const directory;
    BOOST_REQUIRE_EQUAL(run(init_arguments(directory)).exit, 0);
    auto const state = " --state " + (directory.path() / "state").string();
    auto const before = json_of(run("identity show --json" + state).out);
    BOOST_CHECK_EQUAL(before.text_or("node"), "th-msdhs");
    BOOST_CHECK_EQUAL(before.text_or("fingerprint").size(), 32U * 3U - 1U);
    BOOST_CHECK_EQUAL(before.find("certificates")->as_array()->size(), 5U);
    CHECK_CONTAINS(run("identity show" + state).out, "root.key.pem is still on this machine");
    auto const renewed = run("identity renew --json" + state);
    BOOST_CHECK_EQUAL(renewed.exit, 0);
    auto const after = json_of(renewed.out);
    BOOST_CHECK_EQUAL(after.text_or("fingerprint"), before.text_or("fingerprint"));
    BOOST_CHECK(*after.find("older_encryption_keys") == Json(1));
    auto const missing = run("identity show --state /nowhere");
    BOOST_CHECK_EQUAL(missing.exit, 4);
    CHECK_CONTAINS(missing.err, "[identity.missing]");
}

BOOST_AUTO_TEST_CASE(nothing_is_renewed_that_is_not_due) {
    TemporaryDirectory const directory;
    BOOST_REQUIRE_EQUAL(run(init_arguments(directory)).exit, 0);
    auto const tls = (directory.path() / "state/identity/tls.pem").string();
    auto const before = text_of(tls);
    auto const looked = run("identity renew --if-due --state " + (directory.path() / "state").string());
    BOOST_CHECK_EQUAL(looked.exit, 0);
    CHECK_CONTAINS(looked.out, "Nothing is due.");
    BOOST_CHECK_EQUAL(text_of(tls), before);
}

BOOST_AUTO_TEST_CASE(another_issuing_authority_comes_from_the_offline_root_which_can_end_the_old_one) {
    TemporaryDirectory const directory;
    BOOST_REQUIRE_EQUAL(run(init_arguments(directory)).exit, 0);
    auto const at = [&](std::string const& name) { return (directory.path() / name).string(); };
    auto const state = " --state " + at("state");
    std::filesystem::rename(at("state/identity/root.key.pem"), at("root.key.pem"));
    std::filesystem::copy_file(at("state/identity/issuing.pem"), at("old.pem"));
    auto const root = " --root " + at("state/identity/root.pem") + " --root-key " + at("root.key.pem");
    auto const with_passphrase = root + " --passphrase-file " + at("passphrase");

    auto const asked = run("identity request-authority --json --out " + at("a.csr") + state);
    BOOST_REQUIRE_EQUAL(asked.exit, 0);
    CHECK_CONTAINS(run("identity request-authority --out " + at("a.csr") + state).err, "[file.exists]");
    CHECK_CONTAINS(run("identity sign-authority " + at("a.csr") + root + " --out " + at("x.pem")).err,
                   "[passphrase.no_terminal]");
    CHECK_CONTAINS(run("identity sign-authority " + at("old.pem") + with_passphrase + " --out " + at("x.pem")).err,
                   "[authority.bad_request]");
    auto const certified =
        run("identity sign-authority --json " + at("a.csr") + with_passphrase + " --out " + at("new.pem"));
    BOOST_REQUIRE_EQUAL(certified.exit, 0);
    BOOST_CHECK_EQUAL(json_of(certified.out).text_or("key"), json_of(asked.out).text_or("key"));
    CHECK_CONTAINS(run("identity install-authority " + at("old.pem") + state).err, "[identity.key_mismatch]");
    BOOST_REQUIRE_EQUAL(run("identity install-authority " + at("new.pem") + state).exit, 0);
    CHECK_CONTAINS(run("identity install-authority " + at("new.pem") + state).err, "[identity.no_request]");

    auto const revoke = "identity revoke-authority " + at("old.pem") + with_passphrase + " --reason key-compromise";
    BOOST_REQUIRE_EQUAL(run(revoke + " --out " + at("crl.pem")).exit, 0);
    auto const again = run(revoke + " --json --former " + at("crl.pem") + " --out " + at("crl2.pem"));
    BOOST_CHECK(*json_of(again.out).find("revoked") == Json(1));
    BOOST_REQUIRE_EQUAL(run("identity install-revocations " + at("crl2.pem") + state).exit, 0);
    CHECK_CONTAINS(run("identity install-revocations " + at("crl.pem") + state).err, "[crl.number_went_back]");
    BOOST_CHECK_EQUAL(run("identity show" + state).exit, 0);
}

BOOST_AUTO_TEST_CASE(certificates_are_revoked_by_role_file_or_serial_number_and_for_ever) {
    TemporaryDirectory const directory;
    BOOST_REQUIRE_EQUAL(run(init_arguments(directory)).exit, 0);
    auto const identity = (directory.path() / "state/identity").string();
    auto const command = [&](std::string const& what) {
        return run("identity " + what + " --state " + (directory.path() / "state").string());
    };
    auto const first = command("crl --json");
    BOOST_REQUIRE_EQUAL(first.exit, 0);
    BOOST_CHECK(json_of(first.out).find("revoked")->as_array()->empty());
    auto const hours = [](Json const& json) {
        return (must(parse_rfc3339(json.text_or("next_update"))) - must(parse_rfc3339(json.text_or("this_update")))) /
               std::chrono::minutes(1);
    };
    BOOST_CHECK_EQUAL(hours(json_of(first.out)), 24 * 60 + 5);

    CHECK_CONTAINS(command("revoke tls").err, "[usage.reason_missing]");
    CHECK_CONTAINS(command("revoke tls --reason boredom").err, "expected one of unspecified, key-compromise");
    CHECK_CONTAINS(command("revoke nothing --reason superseded").err, "[crl.unknown_certificate]");
    CHECK_CONTAINS(command("crl --valid-for 169").err, "[usage.bad_lifetime]");
    BOOST_REQUIRE_EQUAL(command("revoke tls --reason key-compromise").exit, 0);
    BOOST_REQUIRE_EQUAL(command("revoke " + identity + "/signing.pem --reason superseded").exit, 0);
    BOOST_REQUIRE_EQUAL(command("revoke 0x0A:0b --reason unspecified").exit, 0);
    auto const again = json_of(command("revoke tls --reason unspecified --json").out);
    auto const serial = serial_of(must(certificates_from_pem(text_of(identity + "/tls.pem"))).front());
    BOOST_CHECK_EQUAL(again.text_or("serial"), serial);
    auto const renewed = json_of(command("crl --json --valid-for 168").out);
    BOOST_REQUIRE_EQUAL(renewed.find("revoked")->as_array()->size(), 3U);
    std::map<std::string, std::string> reasons;
    for (auto const& entry : *renewed.find("revoked")->as_array())
        reasons[entry.text_or("serial")] = entry.text_or("reason");
    BOOST_CHECK_EQUAL(reasons[serial], "key-compromise");
    BOOST_CHECK_EQUAL(reasons["0a0b"], "unspecified");
    BOOST_CHECK_GT(*renewed.find("number")->as_integer(), *json_of(first.out).find("number")->as_integer());

    // Of another ministry, and a list this authority has not signed.
    TemporaryDirectory const other;
    BOOST_REQUIRE_EQUAL(run(init_arguments(other)).exit, 0);
    auto const foreign = (other.path() / "state/identity").string();
    CHECK_CONTAINS(command("revoke " + foreign + "/tls.pem --reason superseded").err, "[crl.unknown_certificate]");
    auto text = text_of(identity + "/crl.pem");
    directory.write("state/identity/crl.pem", text.substr(0, text.size() / 2));
    auto const damaged = command("crl");
    BOOST_CHECK_EQUAL(damaged.exit, 1);
    CHECK_CONTAINS(damaged.err, "[crl.malformed]");
    CHECK_CONTAINS(damaged.err, "put it back from a backup");
    directory.write("state/identity/crl.pem", text);
    fs::remove(identity + "/issuing.key.pem");
    CHECK_CONTAINS(command("crl").err, "[identity.missing]");
}

BOOST_AUTO_TEST_CASE(the_log_key_is_made_shown_and_added_to_an_older_identity) {
    TemporaryDirectory const directory;
    auto const made = run(init_arguments(directory) + " --json");
    BOOST_REQUIRE_EQUAL(made.exit, 0);
    auto const state = " --state " + (directory.path() / "state").string();
    auto const key = json_of(made.out).text_or("log_key");
    CHECK_CONTAINS(key, "casebridge.internal/th-msdhs/log+");
    BOOST_CHECK_EQUAL(json_of(run("identity show --json" + state).out).text_or("log_key"), key);
    auto const again = run("identity add-log-key" + state);
    BOOST_CHECK_EQUAL(again.exit, 6);
    CHECK_CONTAINS(again.err, "[identity.exists]");
    fs::remove(directory.path() / "state/identity/log.key.pem");
    CHECK_CONTAINS(run("identity show" + state).out, "none: casebridge identity add-log-key");
    auto const added = run("identity add-log-key --json" + state);
    BOOST_CHECK_EQUAL(added.exit, 0);
    auto const other = json_of(added.out).text_or("log_key");
    CHECK_CONTAINS(other, "casebridge.internal/th-msdhs/log+");
    BOOST_CHECK_NE(other, key);
}

BOOST_AUTO_TEST_CASE(checkpoints_and_proofs_are_verified_offline) {
    TemporaryDirectory const directory;
    auto const signer = must(NoteSigner::make("casebridge.internal/th-msdhs/log", NoteKeyType::signature,
                                              must(PrivateKey::generate_ed25519())));
    auto const a = leaf_hash(as_bytes("{\"a\":1}")), b = leaf_hash(as_bytes("{\"b\":2}"));
    auto const note = [&](std::uint64_t size, Digest const& root) {
        return sign_checkpoint({signer.verifier().name(), size, root}, signer);
    };
    auto const one = directory.write("one", note(1, a)).string(),
               two = directory.write("two", note(2, node_hash(a, b))).string();
    auto const proof =
        directory.write("proof", InclusionText{to_bytes("{\"b\":2}"), 1, {a}, note(2, node_hash(a, b))}.text())
            .string();
    auto const growth = directory.write("growth", ConsistencyText{1, {b}, note(2, node_hash(a, b))}.text()).string();
    auto const key = " --key '" + signer.verifier().text() + "'";
    auto const verify = [&](std::string const& arguments) { return run("log verify " + arguments + key); };

    auto const head = json_of(verify(two + " --json").out);
    BOOST_CHECK_EQUAL(head.text_or("verified"), "checkpoint");
    BOOST_CHECK(*head.find("size") == Json(2));
    auto const leaf = json_of(verify(proof + " --json").out);
    BOOST_CHECK_EQUAL(leaf.text_or("data"), "{\"b\":2}");
    BOOST_CHECK(*leaf.find("leaf") == Json(1));
    CHECK_CONTAINS(verify(proof).out, "casebridge.internal/th-msdhs/log");
    auto const grown = verify(growth + " --older " + one);
    BOOST_CHECK_EQUAL(grown.exit, 0);
    CHECK_CONTAINS(grown.out, "1 leaves");

    auto const without = verify(growth);
    BOOST_CHECK_EQUAL(without.exit, 2);
    CHECK_CONTAINS(without.err, "[usage.older_missing]");
    auto const forked = directory.write("forked", note(1, b)).string();
    auto const rewritten = verify(growth + " --older " + forked);
    BOOST_CHECK_EQUAL(rewritten.exit, 1);
    CHECK_CONTAINS(rewritten.err, "[merkle.wrong_root]");  // the first element of the proof is the older root itself
    CHECK_CONTAINS(verify(growth + " --older " + two).err, "[log_proof.other_head]");
    CHECK_CONTAINS(verify("/nowhere").err, "[file.unreadable]");
    CHECK_CONTAINS(run("log verify " + two + " --key nonsense").err, "[note.bad_vkey]");
    auto const stranger = must(NoteSigner::make("casebridge.internal/th-msdhs/log", NoteKeyType::signature,
                                                must(PrivateKey::generate_ed25519())));
    auto const unknown = run("log verify " + two + " --key '" + stranger.verifier().text() + "'");
    BOOST_CHECK_EQUAL(unknown.exit, 1);
    CHECK_CONTAINS(unknown.err, "[note.no_known_key]");
}

BOOST_AUTO_TEST_CASE(meeting_keys_are_made_into_a_file_of_its_owner_and_never_shown) {
    TemporaryDirectory const directory;
    auto const file = directory.path() / "th-kh.keys";
    std::string const make =
        "meeting-key make kh-mosvy --node th-msdhs --from 2026-12-01 --keys 3 --out " + file.string();
    auto const made = run(make);
    BOOST_REQUIRE_EQUAL(made.exit, 0);
    CHECK_CONTAINS(made.out, "check number");
    CHECK_CONTAINS(made.out, "2026-12-04");
    BOOST_CHECK((fs::status(file).permissions() & fs::perms::all) == (fs::perms::owner_read | fs::perms::owner_write));
    auto const text = text_of(file);
    auto const key = text.substr(text.rfind(' ') + 1, 64);
    BOOST_CHECK_EQUAL(key.size(), 64U);
    BOOST_CHECK(!contains(made.out + made.err, key));
    CHECK_CONTAINS(run(make).err, "[file.exists]");
    BOOST_CHECK_EQUAL(text_of(file), text);
    fs::permissions(file, fs::perms::group_read, fs::perm_options::add);
    CHECK_CONTAINS(run("meeting-key add kh-mosvy " + file.string()).err, "[file.too_permissive]");
}

BOOST_AUTO_TEST_SUITE_END()
