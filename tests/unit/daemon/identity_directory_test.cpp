#include "daemon/identity_directory.h"

#include "daemon/files.h"
#include "daemon/identity_renewal.h"
#include "tests/support/check_code.h"
#include "tests/support/temporary_directory.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>

BOOST_AUTO_TEST_SUITE(identity_directory)

namespace {

using namespace casebridge;
using namespace std::chrono_literals;
using casebridge::test::must;
using casebridge::test::TemporaryDirectory;
namespace fs = std::filesystem;

constexpr Timestamp kNow = std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) + 12h;
constexpr std::size_t kMaximum = 64 * 1024;

NodeId node() {
    return must(NodeId::parse("th-msdhs"));
}
Secret passphrase() {
    return Secret::from_text("correct horse battery staple");
}

struct Made {
    TemporaryDirectory root;
    fs::path path = root.path() / "identity";
    explicit Made(Suite suite = Suite::p256_sha256) {
        BOOST_REQUIRE_EQUAL(test::code_of(create_identity(path, node(), suite, passphrase(), kNow)), "(accepted)");
    }
    [[nodiscard]] std::string text(std::string const& name) const {
        return to_text(must(read_file(path / name, kMaximum)));
    }
    [[nodiscard]] Result<NodeIdentity> load(Timestamp now = kNow) const { return load_identity(path, node(), now); }
    [[nodiscard]] Status renew(Timestamp now = kNow) const {
        return renew_leaves(path, node(), Suite::p256_sha256, now);
    }
    void chmod(std::string const& name, mode_t mode) const {
        BOOST_REQUIRE_EQUAL(::chmod((path / name).c_str(), mode), 0);
    }
    void copy(std::string const& from, std::string const& to) const {
        fs::copy_file(path / from, path / to, fs::copy_options::overwrite_existing);
    }
};

std::set<std::string> names_in(fs::path const& directory) {
    std::set<std::string> names;
    for (auto const& entry : fs::directory_iterator(directory)) names.insert(entry.path().filename().string());
    return names;
}

unsigned mode_of(fs::path const& path) {
    struct stat status {};
    BOOST_REQUIRE_EQUAL(::stat(path.c_str(), &status), 0);
    return status.st_mode & 07777U;
}

int shell(std::string const& command) {
    return std::system((command + " >/dev/null 2>&1").c_str());
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_init_makes_is_loaded_and_private) {
    Made const made;
    auto const identity = must(made.load());
    BOOST_CHECK_EQUAL(identity.node.text(), "th-msdhs");
    BOOST_CHECK_EQUAL(identity.tls_chain.size(), 2U);
    BOOST_CHECK_EQUAL(identity.signer.chain.size(), 2U);
    BOOST_CHECK_EQUAL(identity.encryption_chain.size(), 2U);
    BOOST_CHECK_EQUAL(identity.encryption_keys.size(), 1U);
    BOOST_CHECK(identity.tls_key.matches(identity.tls_chain.front()));
    BOOST_CHECK(identity.encryption_keys.front().certificate == identity.encryption_chain.front());

    BOOST_CHECK_EQUAL(mode_of(made.path), 0700U);
    std::set<std::string> const expected = {"root.pem",       "root.key.pem",       "issuing.pem", "issuing.key.pem",
                                            "tls.pem",        "tls.key.pem",        "signing.pem", "signing.key.pem",
                                            "encryption.pem", "encryption.key.pem", "log.key.pem", "witness.key.pem"};
    BOOST_CHECK(names_in(made.path) == expected);
    for (auto const& name : expected)
        BOOST_CHECK_EQUAL(mode_of(made.path / name), name.ends_with(".key.pem") ? 0600U : 0644U);
    BOOST_CHECK_EQUAL(names_in(made.root.path()).size(), 1U);
}

BOOST_AUTO_TEST_CASE(the_openssl_command_verifies_every_chain) {
    for (auto const suite : {Suite::p256_sha256, Suite::p384_sha384}) {
        Made const made(suite);
        auto const in = "cd '" + made.path.string() + "' && ";
        for (auto const* leaf : {"tls.pem", "signing.pem", "encryption.pem"}) {
            auto const verify =
                in + "openssl verify -attime " +
                std::to_string(std::chrono::floor<std::chrono::seconds>(kNow).time_since_epoch().count());
            BOOST_CHECK_EQUAL(shell(verify + " -x509_strict -CAfile root.pem -untrusted issuing.pem " + leaf), 0);
            BOOST_CHECK_NE(shell(verify + " -CAfile root.pem " + leaf), 0);
        }
        BOOST_CHECK(must(identity_suite(made.path)) == suite);
        BOOST_CHECK_EQUAL(must(identity_node(made.path)).text(), "th-msdhs");
    }
}

BOOST_AUTO_TEST_CASE(the_root_key_opens_with_the_passphrase_only) {
    Made const made;
    auto const pem = made.text("root.key.pem");
    BOOST_CHECK(pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    auto const key = must(PrivateKey::from_encrypted_pem(pem, passphrase()));
    BOOST_CHECK(key.matches(must(Certificate::from_pem(made.text("root.pem")))));
    CHECK_CODE(PrivateKey::from_encrypted_pem(pem, Secret::from_text("wrong horse battery")),
               "private_key.wrong_passphrase");
}

BOOST_AUTO_TEST_CASE(nothing_is_ever_overwritten) {
    Made const made;
    auto const before = made.text("root.pem");
    CHECK_CODE(create_identity(made.path, node(), Suite::p256_sha256, passphrase(), kNow), "identity.exists");
    BOOST_CHECK_EQUAL(made.text("root.pem"), before);

    TemporaryDirectory const other;
    other.write("identity/unrelated", "x");
    CHECK_CODE(create_identity(other.path() / "identity", node(), Suite::p256_sha256, passphrase(), kNow),
               "identity.exists");
    auto const file = other.write("file", "x");
    CHECK_CODE(create_identity(file, node(), Suite::p256_sha256, passphrase(), kNow), "identity.exists");
}

BOOST_AUTO_TEST_CASE(an_empty_directory_is_taken) {
    TemporaryDirectory const root;
    fs::create_directory(root.path() / "identity");
    CHECK_ACCEPTED(create_identity(root.path() / "identity", node(), Suite::p256_sha256, passphrase(), kNow));
}

BOOST_AUTO_TEST_CASE(a_short_passphrase_makes_nothing) {
    TemporaryDirectory const root;
    auto const make = [&](std::string_view text) {
        return create_identity(root.path() / "identity", node(), Suite::p256_sha256, Secret::from_text(text), kNow);
    };
    CHECK_CODE(make(""), "identity.weak_passphrase");
    CHECK_CODE(make("eleven char"), "identity.weak_passphrase");
    CHECK_CODE(make("สวัสดีครับ"), "identity.weak_passphrase");  // 30 bytes, ten characters
    BOOST_CHECK(names_in(root.path()).empty());
    CHECK_ACCEPTED(make("twelve chars"));
}

BOOST_AUTO_TEST_CASE(a_place_that_cannot_be_written_is_reported) {
    TemporaryDirectory const root;
    auto const file = root.write("file", "x");
    CHECK_CODE(create_identity(file / "identity", node(), Suite::p256_sha256, passphrase(), kNow), "file.unwritable");
}

BOOST_AUTO_TEST_CASE(each_missing_file_is_named) {
    CHECK_CODE(load_identity("/nowhere/identity", node(), kNow), "identity.missing");
    for (auto const* name : {"root.pem", "tls.pem", "tls.key.pem", "signing.pem", "signing.key.pem", "encryption.pem",
                             "encryption.key.pem"}) {
        Made const made;
        fs::remove(made.path / name);
        auto const loaded = made.load();
        CHECK_CODE(loaded, "identity.missing");
        BOOST_CHECK(loaded.error().kind == ErrorKind::not_found);
        BOOST_CHECK(loaded.error().detail.find(name) != std::string::npos);
        BOOST_CHECK(loaded.error().detail.find("casebridge init") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(the_keys_of_root_and_issuing_authority_may_be_offline) {
    Made const made;
    fs::remove(made.path / "root.key.pem");
    CHECK_ACCEPTED(made.load());
    CHECK_ACCEPTED(made.renew());
    fs::remove(made.path / "issuing.key.pem");
    CHECK_ACCEPTED(made.load());
    CHECK_CODE(made.renew(), "identity.missing");
}

BOOST_AUTO_TEST_CASE(a_key_or_directory_others_may_read_is_refused) {
    Made const made;
    for (auto const* name :
         {"root.key.pem", "issuing.key.pem", "tls.key.pem", "signing.key.pem", "encryption.key.pem"}) {
        made.chmod(name, 0640);
        CHECK_CODE(made.load(), "identity.too_permissive");
        made.chmod(name, 0600);
    }
    BOOST_REQUIRE_EQUAL(::chmod(made.path.c_str(), 0750), 0);
    CHECK_CODE(made.load(), "identity.too_permissive");
    CHECK_CODE(made.renew(), "identity.too_permissive");
    BOOST_REQUIRE_EQUAL(::chmod(made.path.c_str(), 0700), 0);
    CHECK_ACCEPTED(made.load());
}

BOOST_AUTO_TEST_CASE(a_key_of_another_certificate_is_refused) {
    for (auto const* role : {"tls", "signing", "encryption"}) {
        Made const made;
        made.copy("issuing.key.pem", std::string(role) + ".key.pem");
        CHECK_CODE(made.load(), "identity.key_mismatch");
    }
    Made const made;
    made.copy("tls.key.pem", "issuing.key.pem");
    CHECK_CODE(made.renew(), "identity.key_mismatch");
}

BOOST_AUTO_TEST_CASE(a_leaf_in_the_place_of_another_role_is_refused) {
    Made const made;
    made.copy("signing.pem", "tls.pem");
    made.copy("signing.key.pem", "tls.key.pem");
    CHECK_CODE(made.load(), "trust.wrong_role");
}

BOOST_AUTO_TEST_CASE(time_and_node_must_fit) {
    Made const made;
    CHECK_CODE(made.load(kNow - std::chrono::days(2)), "trust.not_yet_valid");
    CHECK_CODE(made.load(kNow + std::chrono::days(200)), "trust.expired");
    CHECK_CODE(load_identity(made.path, must(NodeId::parse("kh-mosvy")), kNow), "trust.not_a_root");
}

BOOST_AUTO_TEST_CASE(the_root_of_another_identity_is_refused) {
    Made const made, other;
    fs::copy_file(other.path / "root.pem", made.path / "root.pem", fs::copy_options::overwrite_existing);
    CHECK_CODE(made.load(), "trust.chain_invalid");
    CHECK_CODE(made.renew(), "trust.chain_invalid");
}

BOOST_AUTO_TEST_CASE(malformed_files_are_refused) {
    Made const made;
    auto const spoil = [&](std::string const& name, unsigned mode) {
        BOOST_REQUIRE(write_file_atomically(made.path / name, as_bytes("no PEM"), mode));
    };
    made.copy("tls.pem", "good.pem");
    spoil("tls.pem", 0644);
    CHECK_CODE(made.load(), "certificate.malformed");
    made.copy("good.pem", "tls.pem");
    spoil("tls.key.pem", 0600);
    CHECK_CODE(made.load(), "private_key.malformed");
}

BOOST_AUTO_TEST_CASE(renewal_keeps_the_root_and_the_old_encryption_key) {
    Made const made;
    auto const before = must(made.load());
    CHECK_ACCEPTED(made.renew(kNow + std::chrono::days(30)));
    auto const after = must(made.load(kNow + std::chrono::days(30)));
    BOOST_CHECK(after.root == before.root);
    BOOST_CHECK(after.tls_chain.front() != before.tls_chain.front());
    BOOST_CHECK(after.signer.chain.front() != before.signer.chain.front());
    BOOST_CHECK(after.tls_chain.back() == before.tls_chain.back());
    BOOST_REQUIRE_EQUAL(after.encryption_keys.size(), 2U);
    BOOST_CHECK(after.encryption_keys[0].certificate == after.encryption_chain.front());
    BOOST_CHECK(after.encryption_keys[1].certificate == before.encryption_chain.front());
    BOOST_CHECK(after.encryption_keys[1].key.matches(before.encryption_chain.front()));
    auto const kept = "encryption." + before.encryption_chain.front().fingerprint().hex();
    BOOST_CHECK_EQUAL(mode_of(made.path / (kept + ".key.pem")), 0600U);
}

BOOST_AUTO_TEST_CASE(a_message_sealed_before_the_renewal_still_opens) {
    Made const made;
    auto before = must(made.load());
    auto const pin = must(PinnedRoot::pin(node(), before.root, before.root.fingerprint()));
    auto const inner = must(sign(as_bytes("{}"), ContentKind::message, Payload::attached, before.signer, kNow));
    auto const sealed = must(seal(inner, before.encryption_chain.front()));
    CHECK_ACCEPTED(made.renew());
    Opener const opener(must(made.load()).encryption_keys);
    Bytes const bytes(sealed.bytes().begin(), sealed.bytes().end());
    auto const opened = must(opener.open(
        must(gate_outer(bytes, kMaximum)), [&](NodeId const&) { return &pin; }, kNow));
    BOOST_CHECK_EQUAL(to_text(opened.payload()), "{}");
}

BOOST_AUTO_TEST_CASE(an_old_encryption_key_outlives_its_certificate_by_what_may_be_under_way) {
    Made const made;
    auto const first = must(made.load()).encryption_chain.front();
    auto const retired = "encryption." + first.fingerprint().hex();
    CHECK_ACCEPTED(made.renew(kNow + std::chrono::days(85)));
    auto const late = first.not_after() + std::chrono::days(20);
    BOOST_CHECK_EQUAL(must(made.load(late)).encryption_keys.size(), 2U);
    CHECK_ACCEPTED(made.renew(first.not_after() + kept_after_retirement));
    BOOST_CHECK(names_in(made.path).contains(retired + ".key.pem"));
    CHECK_ACCEPTED(made.renew(first.not_after() + kept_after_retirement + 1s));
    BOOST_CHECK(!names_in(made.path).contains(retired + ".pem"));
    BOOST_CHECK(!names_in(made.path).contains(retired + ".key.pem"));
}

BOOST_AUTO_TEST_CASE(the_bytes_of_a_replaced_key_are_overwritten_unless_it_is_kept) {
    Made const made;
    auto const zeros = [](std::string const& text) { return text.find_first_not_of('\0') == std::string::npos; };
    // Second names, to look at what becomes of the bytes.
    fs::create_hard_link(made.path / "encryption.key.pem", made.root.path() / "encryption");
    auto const bytes = made.text("tls.key.pem");
    CHECK_ACCEPTED(made.renew());
    BOOST_CHECK(!zeros(to_text(must(read_file(made.root.path() / "encryption", kMaximum)))));
    BOOST_CHECK_NE(made.text("tls.key.pem"), bytes);
    auto const names = names_in(made.path);
    BOOST_CHECK(std::ranges::none_of(names, [](auto const& name) { return name.ends_with(".old"); }));
    auto const retired = must(retired_names(made.path));
    BOOST_REQUIRE_EQUAL(retired.size(), 1U);
    CHECK_ACCEPTED(destroy_retired(made.path, retired.front()));
    BOOST_CHECK(zeros(to_text(must(read_file(made.root.path() / "encryption", kMaximum)))));
    CHECK_ACCEPTED(destroy_retired(made.path, retired.front()));  // a second time nothing is there
}

BOOST_AUTO_TEST_CASE(a_half_destroyed_key_does_not_keep_the_daemon_from_starting) {
    Made const made;
    CHECK_ACCEPTED(made.renew());
    auto const retired = must(retired_names(made.path)).front();
    must(write_file_atomically(made.path / (retired + ".key.pem"), Bytes(200, 0), 0600));
    BOOST_CHECK_EQUAL(must(made.load()).encryption_keys.size(), 1U);
}

BOOST_AUTO_TEST_CASE(leaves_are_due_in_the_last_third_of_their_life) {
    Made const made;
    auto const due = [&](std::chrono::days later) {
        std::string names;
        for (auto const role : must(roles_due(made.path, kNow + later))) names += std::string(to_text(role)) + " ";
        return names;
    };
    using std::chrono::days;
    BOOST_CHECK_EQUAL(due(days(59)), "");
    BOOST_CHECK_EQUAL(due(days(60)), "encryption ");
    BOOST_CHECK_EQUAL(due(days(244)), "tls signing encryption ");
    Role const only[] = {Role::encryption};
    auto const tls = must(made.load()).tls_chain.front();
    CHECK_ACCEPTED(renew_leaves(made.path, node(), Suite::p256_sha256, kNow + days(60), only));
    BOOST_CHECK(must(made.load(kNow + days(60))).tls_chain.front() == tls);
    BOOST_CHECK_EQUAL(due(days(60)), "");
    // A leaf that ends with its authority is not renewed over and over.
    CHECK_ACCEPTED(made.renew(kNow + days(1090)));
    BOOST_CHECK_EQUAL(due(days(1092)), "");
}

BOOST_AUTO_TEST_CASE(a_renewal_that_was_cut_off_is_repaired_by_the_next) {
    Made const made;
    auto const old = must(made.load()).encryption_chain.front();
    auto const keep = "encryption." + old.fingerprint().hex();
    // As if the process had ended after the new key was written and before its certificate was.
    made.copy("encryption.pem", keep + ".pem");
    made.copy("encryption.key.pem", keep + ".key.pem");
    made.copy("signing.key.pem", "encryption.key.pem");
    CHECK_CODE(made.load(), "identity.key_mismatch");
    CHECK_ACCEPTED(made.renew());
    auto const repaired = must(made.load());
    BOOST_REQUIRE_EQUAL(repaired.encryption_keys.size(), 2U);
    BOOST_CHECK(repaired.encryption_keys[1].certificate == old);
}

BOOST_AUTO_TEST_CASE(an_unreadable_suite_is_reported) {
    CHECK_CODE(identity_suite("/nowhere"), "identity.missing");
    CHECK_CODE(identity_node("/nowhere"), "identity.missing");
}

BOOST_AUTO_TEST_CASE(the_log_has_a_key_of_its_own_that_renewal_leaves_alone) {
    Made const made;
    auto const before = must(made.load());
    BOOST_REQUIRE(before.log_key);
    BOOST_CHECK_EQUAL(before.log_key->verifier().name(), "casebridge.internal/th-msdhs/log");
    BOOST_CHECK(before.log_key->verifier().type() == NoteKeyType::signature);
    BOOST_CHECK_EQUAL(shell("openssl pkey -noout -in '" + (made.path / "log.key.pem").string() + "'"), 0);
    CHECK_ACCEPTED(made.renew());
    BOOST_CHECK_EQUAL(must(made.load()).log_key->verifier().text(), before.log_key->verifier().text());
}

BOOST_AUTO_TEST_CASE(an_older_directory_is_loaded_without_a_log_key_and_gets_one) {
    Made const made;
    CHECK_CODE(add_log_keys(made.path), "identity.exists");
    auto const kept = made.text("log.key.pem");
    fs::remove(made.path / "log.key.pem");
    BOOST_CHECK(!must(made.load()).log_key);
    CHECK_ACCEPTED(add_log_keys(made.path));
    BOOST_CHECK_EQUAL(mode_of(made.path / "log.key.pem"), 0600U);
    BOOST_CHECK(must(made.load()).log_key.has_value());
    BOOST_CHECK_NE(made.text("log.key.pem"), kept);
    CHECK_CODE(add_log_keys(made.root.path() / "nowhere"), "identity.missing");
    made.chmod("", 0750);
    CHECK_CODE(add_log_keys(made.path), "identity.too_permissive");
}

BOOST_AUTO_TEST_CASE(a_log_key_that_is_open_to_others_or_none_is_refused) {
    Made const made;
    made.chmod("log.key.pem", 0640);
    CHECK_CODE(made.load(), "identity.too_permissive");
    made.copy("tls.key.pem", "log.key.pem");
    made.chmod("log.key.pem", 0600);
    CHECK_CODE(made.load(), "note.bad_private_key");
    std::ofstream(made.path / "log.key.pem") << "nothing";
    CHECK_CODE(made.load(), "private_key.malformed");
}

BOOST_AUTO_TEST_SUITE_END()
