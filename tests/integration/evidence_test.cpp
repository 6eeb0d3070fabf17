// A bundle that is exported by a real node is judged: as it is, after erasure, and with every one of its bytes altered.
#include "asking.h"
#include "daemon/identity_revocation.h"
#include "policies/evidence/verdict.h"
#include "two_nodes.h"

#include <cstdlib>
#include <fstream>
#include <random>

#include <unistd.h>

using namespace casebridge;
using namespace casebridge::test;

namespace two_nodes_evidence {
namespace {

std::filesystem::path identity_of(DemoMinistry const& node) {
    return node.directory() / "state" / "identity";
}

std::string findings(Verdict const& verdict) {
    std::string all;
    for (auto const& link : verdict.links)
        all += std::string(all.empty() ? "" : " ") + std::string(link.name) + ":" + std::string(to_text(link.finding));
    return all;
}

std::string link_code(Verdict const& verdict, std::string_view link) {
    for (auto const& each : verdict.links)
        if (each.name == link) return each.code;
    return "(no such link)";
}

/// CASEBRIDGE_EVERY_BYTE=1 tries every byte, which takes ten minutes; otherwise a seeded sample, densest where the
/// manifest does not reach.
std::size_t step_in(std::string_view name) {
    if (std::getenv("CASEBRIDGE_EVERY_BYTE") != nullptr) return 1;
    if (name == evidence::manifest) return 4;
    return name == evidence::export_proof || name == evidence::export_growth ? 2 : 64;
}

constexpr std::string_view whole_of_sender =
    "files:holds log:holds export:holds release:holds signature:holds agreement:holds policy:holds consent:holds "
    "receipt:holds receipt_logged:holds";
constexpr std::string_view whole_of_recipient =
    "files:holds log:holds export:holds admission:holds signature:holds agreement:holds policy:holds consent:holds "
    "receipt:holds receipt_logged:holds";

struct Exchange : Asking {
    Exchange() : Asking("automatic"), message(cambodia.inbox().at(0).text_or("message")) {
        wait_for(message, "delivered ");
    }
    [[nodiscard]] OfficerAnswer export_from(DemoMinistry const& node, bool open = false) const {
        return node.officer().post("/v1/evidence/" + message,
                                   Json::object().set("reason", canary_reason).set("open", open));
    }
    [[nodiscard]] EvidenceFiles bundle(DemoMinistry const& node, bool open = false) const {
        auto const answer = export_from(node, open);
        BOOST_REQUIRE_EQUAL(answer.summary(), "200");
        EvidenceFiles files;
        auto const json = answer.json();
        for (auto const& file : *json.find("files")->as_array())
            files.emplace(file.text_or("name"), must(from_base64(file.text_or("content"))));
        return files;
    }
    static EvidenceFiles bundle_in(std::filesystem::path const& folder) {
        EvidenceFiles files;
        for (auto const& entry : std::filesystem::directory_iterator(folder)) {
            std::ifstream file(entry.path(), std::ios::binary);
            files.emplace(entry.path().filename().string(), Bytes(std::istreambuf_iterator<char>(file), {}));
        }
        return files;
    }
    [[nodiscard]] std::filesystem::path written(DemoMinistry const& node, EvidenceFiles const& files) const {
        auto folder = directory.path() / ("bundle-" + node.id().text());
        std::filesystem::remove_all(folder);
        std::filesystem::create_directory(folder);
        for (auto const& [name, bytes] : files) std::ofstream(folder / name, std::ios::binary) << to_text(bytes);
        return folder;
    }
    /// What the page of shell says of the folder, and its exit code.
    [[nodiscard]] std::pair<int, std::string> by_hand(DemoMinistry const& node,
                                                      std::filesystem::path const& folder) const {
        auto const said = directory.path() / "said";
        auto const command = "root_th_msdhs=" + thailand.identity().root.fingerprint().hex() +
                             " root_kh_mosvy=" + cambodia.identity().root.fingerprint().hex() + " log_key='" +
                             node.identity().log_key->verifier().text() +
                             "' " CASEBRIDGE_SOURCE_DIR "/tests/packaging/verify_by_hand.sh " + folder.string() +
                             " > " + said.string() + " 2>&1";
        auto const code = std::system(command.c_str());
        std::ifstream file(said, std::ios::binary);
        return {code, std::string(std::istreambuf_iterator<char>(file), {})};
    }
    /// What an auditor was told once.
    [[nodiscard]] EvidenceTrust const& trust() const {
        if (known_by_auditor.roots.empty()) {
            for (auto const* node : {&thailand, &cambodia}) {
                auto const known = node->identity();
                must(known_by_auditor.add_root(node->id().text() + "=" + known.root.fingerprint_text()));
                must(known_by_auditor.add_log(known.log_key->verifier().text()));
            }
        }
        return known_by_auditor;
    }
    [[nodiscard]] Verdict judged(EvidenceFiles const& files) const { return judge(files, trust(), clock.now()); }
    [[nodiscard]] Finding finding(EvidenceFiles const& files) const { return judged(files).finding(); }

    std::string message;
    mutable EvidenceTrust known_by_auditor{};
};

}  // namespace
}  // namespace two_nodes_evidence

BOOST_FIXTURE_TEST_SUITE(two_nodes_evidence, Exchange)

BOOST_AUTO_TEST_CASE(both_sides_export_what_an_auditor_finds_whole) {
    auto const sent = judged(bundle(thailand));
    BOOST_CHECK_EQUAL(findings(sent), whole_of_sender);
    BOOST_CHECK_EQUAL(sent.account.text_or("from"), "th-msdhs");
    BOOST_CHECK_EQUAL(sent.account.text_or("to"), "kh-mosvy");
    BOOST_CHECK_EQUAL(sent.account.text_or("message"), message);
    BOOST_CHECK_EQUAL(sent.account.text_or("purpose"), "return_and_handover");
    auto const received = judged(bundle(cambodia));
    BOOST_CHECK_EQUAL(findings(received), whole_of_recipient);
    // Two logs that nobody compared with each other say the same.
    for (auto const* const fact : {"payload_digest", "signed_digest", "agreement"}) {
        BOOST_CHECK_EQUAL(sent.account.text_or(fact), received.account.text_or(fact));
        BOOST_CHECK_EQUAL(sent.account.text_or(fact).size(), 64U);
    }
}

BOOST_AUTO_TEST_CASE(nothing_in_a_bundle_names_the_person) {
    for (auto const* node : {&thailand, &cambodia}) {
        auto const files = bundle(*node);
        for (auto const& [name, bytes] : files)
            for (auto const& secret : {std::string(canary_case), std::string(canary_reason), subject, consent_id})
                BOOST_CHECK_MESSAGE(to_text(bytes).find(secret) == std::string::npos, name + " holds " + secret);
    }
}

BOOST_AUTO_TEST_CASE(the_commitment_is_opened_to_a_data_officer_who_asks) {
    auto files = bundle(thailand, true);
    BOOST_CHECK_EQUAL(findings(judged(files)), whole_of_sender);
    BOOST_CHECK(to_text(files.at("consent.opening")).find(canary_case) != std::string::npos);
    auto const consent = judged(files).account.find("consent")->text_or("cited_as");
    BOOST_CHECK(!consent.empty());
    BOOST_CHECK_EQUAL(judged(bundle(cambodia, true)).account.find("consent")->text_or("cited_as"), consent);
    auto const leaves = thailand.leaves("officer.export_evidence");
    BOOST_REQUIRE_EQUAL(leaves.size(), 1U);
}

BOOST_AUTO_TEST_CASE(what_has_not_arrived_is_said_to_be_missing) {
    cambodia.stop();
    message = queue();
    wait_for(message, "queued peer.unreachable");
    auto const verdict = judged(bundle(thailand));
    BOOST_CHECK_EQUAL(findings(verdict),
                      "files:holds log:holds export:holds release:holds signature:holds agreement:holds policy:holds "
                      "consent:holds receipt:missing");
    BOOST_CHECK(verdict.finding() == Finding::missing);
}

BOOST_AUTO_TEST_CASE(without_keys_of_ones_own_it_rests_on_what_the_bundle_says_of_itself) {
    auto const files = bundle(thailand);
    BOOST_CHECK(judge(files, {}, clock.now()).finding() == Finding::unfounded);
    EvidenceTrust roots = trust();
    roots.logs.clear();
    BOOST_CHECK_EQUAL(findings(judge(files, roots, clock.now())),
                      "files:holds log:unfounded export:unfounded release:unfounded signature:holds "
                      "agreement:unfounded policy:unfounded consent:unfounded receipt:holds receipt_logged:unfounded");
}

BOOST_AUTO_TEST_CASE(another_root_or_log_key_than_the_auditors_is_no_evidence) {
    auto const files = bundle(thailand);
    EvidenceTrust wrong = trust();
    wrong.roots.at(cambodia.id()) = sha256(as_bytes("another"));
    auto const verdict = judge(files, wrong, clock.now());
    BOOST_CHECK(verdict.finding() == Finding::broken);
    BOOST_CHECK_EQUAL(link_code(verdict, "receipt"), "trust.fingerprint_mismatch");
    EvidenceTrust other = trust();
    std::erase_if(other.logs, [](auto const& key) { return key.name().find("th-msdhs") != std::string::npos; });
    auto const name = thailand.identity().log_key->verifier().name();
    other.logs.push_back(must(NoteVerifier::make(name, NoteKeyType::signature, Bytes(32, 7))));
    BOOST_CHECK_EQUAL(link_code(judge(files, other, clock.now()), "log"), "evidence.other_log_key");
    EvidenceTrust watched = trust();
    watched.witnesses.push_back(
        must(NoteVerifier::make("example.org/witness", NoteKeyType::cosignature, Bytes(32, 7))));
    BOOST_CHECK_EQUAL(link_code(judge(files, watched, clock.now()), "witnesses"), "evidence.not_witnessed");
}

BOOST_AUTO_TEST_CASE(witnesses_that_the_auditor_names_are_told_from_others) {
    auto files = bundle(thailand);
    auto& note = files.at("head.checkpoint");
    auto const parsed = must(SignedNote::parse(to_text(note)));
    auto const cosigner = [&](std::string const& name) {
        return must(NoteSigner::make(name, NoteKeyType::cosignature, must(PrivateKey::generate_ed25519())));
    };
    auto const partner = cosigner("casebridge.internal/kh-mosvy/witness"), stranger = cosigner("example.org/witness");
    for (auto const* const signer : {&partner, &stranger}) {
        auto const line = signer->sign(parsed.text(), 1795910400);
        note.insert(note.end(), line.begin(), line.end());
    }
    EvidenceTrust watched = trust();
    watched.witnesses.push_back(partner.verifier());
    auto const verdict = judge(files, watched, clock.now());
    auto const link = std::ranges::find(verdict.links, "witnesses", &EvidenceLink::name);
    BOOST_REQUIRE(link != verdict.links.end());
    BOOST_CHECK(link->finding == Finding::holds);
    BOOST_CHECK_EQUAL(link->words,
                      "the head was seen by casebridge.internal/kh-mosvy/witness at 2026-11-29T00:00:00.000Z");
    BOOST_CHECK_EQUAL(link_code(verdict, "files"), "evidence.differs");  // nobody adds them afterwards
}

BOOST_AUTO_TEST_CASE(what_was_destroyed_stays_provable_and_so_does_that_it_was) {
    withdraw_consent();
    eventually("answered", [&] {
        retry();
        return !thailand.duties().empty() && thailand.duties().front().text_or("state") == "answered";
    });
    BOOST_CHECK_EQUAL(findings(judged(bundle(thailand))), std::string(whole_of_sender) + " erasure:holds");
    BOOST_CHECK_EQUAL(findings(judged(bundle(cambodia))), std::string(whole_of_recipient) + " erasure:holds");
    for (auto const* node : {&thailand, &cambodia}) {
        auto const [code, said] = by_hand(*node, written(*node, bundle(*node)));
        BOOST_CHECK_MESSAGE(code == 0 && said.find("it was destroyed") != std::string::npos, said);
    }
}

BOOST_AUTO_TEST_CASE(certificates_that_have_expired_since_do_not_matter) {
    auto const files = bundle(thailand);
    auto const later = clock.now() + std::chrono::days(400);
    auto const verdict = judge(files, trust(), later);
    BOOST_CHECK_EQUAL(findings(verdict), whole_of_sender);
    BOOST_CHECK(verdict.links.at(4).words.find("expired since") != std::string::npos);
    BOOST_CHECK_EQUAL(link_code(judge(files, trust(), clock.now() - std::chrono::days(2)), "signature"),
                      "envelope.signed_in_future");
}

BOOST_AUTO_TEST_CASE(lists_of_revocation_are_in_the_bundle_and_judged_by_the_time_in_the_log) {
    BOOST_CHECK_EQUAL(judged(bundle(thailand)).account.text_or("revocation"), "not_shown");
    auto const issue = [&](DemoMinistry const& of, Timestamp revoked_at, std::string const& role) {
        std::map<std::string, RevokedEntry> added;
        if (!role.empty())
            added[must(serial_named(identity_of(of), role))] = {revoked_at, RevocationReason::key_compromise};
        return must(issue_own_list(identity_of(of), added, clock.now(), default_list_lifetime)).pem();
    };
    static_cast<void>(issue(thailand, clock.now(), ""));
    auto const alone = judged(bundle(thailand));
    BOOST_CHECK_EQUAL(findings(alone), std::string(whole_of_sender) + " revocation:holds");
    BOOST_CHECK_EQUAL(alone.account.text_or("revocation"), "not_shown");  // Cambodia has issued none
    static_cast<void>(issue(cambodia, clock.now(), ""));
    thailand.check_peer(cambodia);
    cambodia.check_peer(thailand);
    for (auto const* node : {&thailand, &cambodia}) {
        auto const verdict = judged(bundle(*node));
        BOOST_CHECK(verdict.finding() == Finding::holds);
        BOOST_CHECK_EQUAL(verdict.account.text_or("revocation"), "shown");
        auto const [code, said] = by_hand(*node, written(*node, bundle(*node)));
        BOOST_CHECK_MESSAGE(code == 0, said);
    }
    // Revoked since: what was signed before stays good.
    clock.turn(std::chrono::minutes(1));
    static_cast<void>(issue(thailand, clock.now(), "signing"));
    BOOST_CHECK_EQUAL(findings(judged(bundle(thailand))), std::string(whole_of_sender) + " revocation:holds");
}

BOOST_AUTO_TEST_CASE(what_was_revoked_before_it_was_in_the_log_is_worth_nothing_whatever_time_it_bears) {
    auto const before = bundle(thailand);
    std::map<std::string, RevokedEntry> const added{
        {must(serial_named(identity_of(thailand), "signing")),
         {clock.now() - std::chrono::days(2), RevocationReason::key_compromise}}};
    auto const list = must(issue_own_list(identity_of(thailand), added, clock.now(), default_list_lifetime));
    BOOST_CHECK_EQUAL(link_code(judged(bundle(thailand)), "revocation"), "trust.revoked");
    auto const [code, said] = by_hand(thailand, written(thailand, bundle(thailand)));
    BOOST_CHECK_NE(code, 0);
    BOOST_CHECK_MESSAGE(said.find("was revoked at") != std::string::npos, said);
    // The auditor has it from the ministry itself, and a bundle that holds none.
    BOOST_CHECK(judged(before).finding() == Finding::holds);
    EvidenceTrust told = trust();
    must(told.add_revocation_lists(list.pem()));
    BOOST_CHECK_EQUAL(link_code(judge(before, told, clock.now()), "revocation"), "trust.revoked");
}

BOOST_AUTO_TEST_CASE(a_list_that_had_ended_before_the_act_shows_nothing) {
    auto const files = bundle(thailand);
    auto const old = clock.now() - std::chrono::hours(30);
    EvidenceTrust told = trust();
    must(told.add_revocation_lists(must(issue_own_list(identity_of(thailand), {}, old, default_list_lifetime)).pem()));
    auto const verdict = judge(files, told, clock.now());
    BOOST_CHECK(verdict.finding() == Finding::unfounded);
    BOOST_CHECK_EQUAL(link_code(verdict, "revocation"), "evidence.list_too_old");
    CHECK_CODE(told.add_revocation_lists("no list"), "crl.malformed");
}

BOOST_AUTO_TEST_CASE(every_altered_removed_or_added_byte_is_found) {
    for (auto const* node : {&thailand, &cambodia}) {
        auto const whole = bundle(*node, true);
        BOOST_REQUIRE(finding(whole) == Finding::holds);
        std::mt19937 random(7);
        for (auto const& [name, bytes] : whole) {
            auto files = whole;
            auto& altered = files.at(name);
            for (std::size_t i = random() % step_in(name); i < bytes.size(); i += step_in(name)) {
                auto const original = altered[i];
                altered[i] = static_cast<std::uint8_t>(original ^ (1U << (random() % 8)));
                if (finding(files) != Finding::broken)
                    BOOST_ERROR(name + " altered at byte " + std::to_string(i) + " is not found");
                altered[i] = original;
            }
            altered.pop_back();
            BOOST_CHECK_MESSAGE(finding(files) == Finding::broken, name + " cut short is not found");
            altered.push_back(bytes.back());
            altered.push_back('\n');
            BOOST_CHECK_MESSAGE(finding(files) == Finding::broken, name + " with a line more is not found");
            files.erase(name);
            BOOST_CHECK_MESSAGE(finding(files) == Finding::broken, name + " removed is not found");
        }
        auto files = whole;
        files.emplace("notes.txt", to_bytes("harmless"));
        BOOST_CHECK_EQUAL(link_code(judged(files), "files"), "evidence.unlisted_file");
    }
}

BOOST_AUTO_TEST_CASE(files_of_another_bundle_do_not_fit) {
    auto const one = bundle(thailand), other = bundle(cambodia);
    for (auto const& [name, bytes] : other) {
        auto mixed = one;
        if (!mixed.contains(name) || mixed.at(name) == bytes) continue;
        mixed.at(name) = bytes;
        BOOST_CHECK_MESSAGE(finding(mixed) == Finding::broken, name);
    }
    auto const later = bundle(thailand);
    for (auto const* const name : {"manifest.json", "export.tlog-proof", "export.growth", "head.checkpoint"}) {
        auto mixed = one;
        mixed.at(name) = later.at(name);
        BOOST_CHECK_MESSAGE(finding(mixed) == Finding::broken, name);
    }
}

BOOST_AUTO_TEST_CASE(a_preview_writes_nothing_and_an_unknown_message_has_no_evidence) {
    auto const before = thailand.leaves("officer.export_evidence").size();
    auto const listed = thailand.officer().get("/v1/evidence/" + message);
    BOOST_REQUIRE_EQUAL(listed.summary(), "200");
    BOOST_CHECK_EQUAL(listed.json().text_or("side"), "sender");
    BOOST_CHECK_EQUAL(thailand.leaves("officer.export_evidence").size(), before);
    auto const unknown = thailand.officer().get("/v1/evidence/019a2b3c-4d5e-7f60-8192-a3b4c5d6e7f8");
    BOOST_CHECK_EQUAL(unknown.summary(), "404 evidence.not_found");
    auto const silent = thailand.officer().post("/v1/evidence/" + message, Json::object());
    BOOST_CHECK_EQUAL(silent.summary(), "400 request.reason_missing");
}

BOOST_AUTO_TEST_CASE(auditors_export_what_they_may_see_and_operators_nothing) {
    auto const as = [&](std::string const& role) {
        thailand.stop();
        thailand.config().officers.clear();
        thailand.config().officers.emplace(::getuid(), Officer{OfficerId("officer-2"), role});
        thailand.start();
    };
    as("auditor");
    BOOST_CHECK_EQUAL(findings(judged(bundle(thailand))), whole_of_sender);
    BOOST_CHECK_EQUAL(export_from(thailand, true).summary(), "403 evidence.opening_not_allowed");
    as("operator");
    BOOST_CHECK_EQUAL(export_from(thailand).summary(), "403 officer.not_allowed");
    BOOST_CHECK_EQUAL(thailand.officer().get("/v1/evidence/" + message).summary(), "403 officer.not_allowed");
}

BOOST_AUTO_TEST_CASE(the_openssl_command_and_a_page_of_shell_come_to_the_same_verdict) {
    for (auto const* node : {&thailand, &cambodia}) {
        auto const folder = written(*node, bundle(*node, true));
        auto const [code, said] = by_hand(*node, folder);
        BOOST_CHECK_MESSAGE(code == 0, said);
        BOOST_CHECK_EQUAL(std::ranges::count(said, '\n'), 8);
        std::mt19937 random(11);
        for (auto const& [name, bytes] : bundle_in(folder)) {
            auto altered = to_text(bytes);
            altered[random() % altered.size()] ^= 1;
            std::ofstream(folder / name, std::ios::binary) << altered;
            BOOST_CHECK_MESSAGE(by_hand(*node, folder).first != 0, name + " altered is not found by hand");
            std::ofstream(folder / name, std::ios::binary) << to_text(bytes);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_program_ends_with_what_its_verdict_is) {
    auto const folder = written(thailand, bundle(thailand));
    std::ofstream trusted(directory.path() / "trust");
    for (auto const* node : {&thailand, &cambodia})
        trusted << "root " << node->id().text() << '=' << node->identity().root.fingerprint_text() << "\nlog "
                << node->identity().log_key->verifier().text() << '\n';
    trusted.close();
    auto const ends = [&](std::string const& arguments) {
        auto const program = CASEBRIDGE_BINARY_DIR "/bin/casebridge-verify " + arguments + " > /dev/null 2>&1";
        return WEXITSTATUS(std::system(program.c_str()));
    };
    auto const trust_file = " --trust " + (directory.path() / "trust").string();
    auto const witness = must(NoteVerifier::make("example.org/w", NoteKeyType::cosignature, Bytes(32, 7))).text();
    BOOST_CHECK_EQUAL(ends(folder.string() + trust_file), 0);
    BOOST_CHECK_EQUAL(ends("--json --trust=" + (directory.path() / "trust").string() + " " + folder.string()), 0);
    BOOST_CHECK_EQUAL(ends(folder.string() + trust_file + " --witness " + witness), 3);
    BOOST_CHECK_EQUAL(ends(folder.string()), 4);
    BOOST_CHECK_EQUAL(ends(""), 2);
    BOOST_CHECK_EQUAL(ends(folder.string() + " --rot x"), 2);
    BOOST_CHECK_EQUAL(ends(folder.string() + " --root"), 2);
    BOOST_CHECK_EQUAL(ends(folder.string() + trust_file + " --crl /dev/null"), 2);
    std::filesystem::create_symlink("log.vkey", folder / "link");
    BOOST_CHECK_EQUAL(ends(folder.string() + trust_file), 1);
    std::filesystem::remove(folder / "link");
    std::filesystem::remove(folder / "receipt.p7s");
    BOOST_CHECK_EQUAL(ends(folder.string() + trust_file), 1);
}

BOOST_AUTO_TEST_SUITE_END()
