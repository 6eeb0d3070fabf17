// A ministry's root gives way to another, and a real partner follows by the old one's word.
#include "daemon/files.h"
#include "daemon/identity_authority.h"
#include "daemon/identity_revocation.h"
#include "daemon/identity_roots.h"
#include "policies/evidence/verdict.h"
#include "two_nodes.h"

using namespace casebridge;
using namespace casebridge::test;

namespace two_nodes_roots {
namespace {

constexpr std::chrono::hours overlap{24 * 60};

std::filesystem::path identity_of(DemoMinistry const& node) {
    return node.directory() / "state" / "identity";
}

struct Rolling : TwoNodes {
    [[nodiscard]] KeyAndCertificate old_root() const {
        auto const pem = casebridge::to_text(must(read_file(identity_of(thailand) / "root.key.pem", 1 << 16)));
        return {must(PrivateKey::from_encrypted_pem(pem, Secret::from_text("twelve characters"))),
                thailand.identity().root};
    }
    [[nodiscard]] KeyAndCertificate new_root() const {
        return must(create_root(thailand.id(), Suite::p256_sha256, clock.now()));
    }
    [[nodiscard]] Certificate word(KeyAndCertificate const& of, KeyAndCertificate const& about) const {
        return must(sign_next_root(thailand.id(), of, about.certificate, clock.now(), overlap));
    }
    /// As `identity install-root`; the daemon runs on.
    void install(Certificate const& statement, KeyAndCertificate const& next) const {
        must(install_next_root(identity_of(thailand), thailand.id(), statement, next.certificate, clock.now()));
    }
    /// As `request-authority`, `sign-authority` and `install-authority`.
    void install_authority_under(KeyAndCertificate const& root) const {
        auto const request = must(request_authority(identity_of(thailand), thailand.id(), Suite::p256_sha256));
        auto const certified = must(issue_authority_for(root, request, clock.now()));
        must(install_authority(identity_of(thailand), thailand.id(), Suite::p256_sha256, certified, clock.now(),
                               default_list_lifetime));
    }
    void show(std::string const& history) const {
        must(write_file_atomically(identity_of(thailand) / "roots.pem", as_bytes(history), 0644));
    }
    [[nodiscard]] Json peer() const {
        return cambodia.officer().get("/v1/peers").json().find("peers")->as_array()->front();
    }
    [[nodiscard]] Json check() const {
        auto const answer = cambodia.officer().post("/v1/peers/th-msdhs/check", Json::object());
        BOOST_REQUIRE_EQUAL(answer.summary(), "200");
        return answer.json();
    }
    void deliver() {
        auto const message = queue();
        eventually("it is delivered", [&] {
            retry();
            return thailand.outbox_state(message) == "delivered ";
        });
    }
};

}  // namespace
}  // namespace two_nodes_roots

BOOST_FIXTURE_TEST_SUITE(two_nodes_roots, Rolling)

BOOST_AUTO_TEST_CASE(a_partner_follows_while_both_run_and_takes_chains_of_both_roots_until_the_end) {
    auto const old = old_root(), next = new_root();
    auto const pinned = peer().text_or("fingerprint");
    install(word(old, next), next);
    BOOST_CHECK_EQUAL(check().text_or("root_code"), "");
    auto const after = peer();
    BOOST_CHECK_EQUAL(after.text_or("fingerprint"), next.certificate.fingerprint_text());
    auto const former = after.find("former_roots")->as_array()->front();
    BOOST_CHECK_EQUAL(former.text_or("fingerprint"), pinned);
    BOOST_CHECK_EQUAL(former.text_or("until"), to_rfc3339(clock.now() + overlap).substr(0, 19) + ".000Z");
    BOOST_CHECK_EQUAL(cambodia.leaves("peer.root_rolled").size(), 1U);
    deliver();  // certificates of before, in both directions

    thailand.stop();
    auto const old_tls = thailand.tls_identity();
    install_authority_under(next);
    thailand.start();
    eventually("the listener takes both", [&] { return check().text_or("root_code").empty(); });
    change_name("Another");
    deliver();  // under the next root
    auto const parties =
        *cambodia.officer().get("/v1/agreements").json().find("agreements")->as_array()->front().find("parties");
    for (auto const& party : *parties.as_array()) BOOST_CHECK(*party.find("signed") == Json(true));
    PeerClient former_client({old_tls.key.duplicate(), old_tls.chain});
    BOOST_CHECK_EQUAL(summary(post_message(former_client, cambodia.target(), {1, 2, 3})), "400 gate.outer_structure");

    clock.turn(overlap + std::chrono::hours(1));
    cambodia.patrol();
    eventually("the overlap has ended", [&] { return cambodia.leaves("peer.root_ended").size() == 1; });
    eventually("the old chain is refused", [&] {
        PeerClient client({old_tls.key.duplicate(), old_tls.chain});
        return summary(post_message(client, cambodia.target(), {1, 2, 3})) == "peer.tls_refused";
    });
    change_name("A third");
    BOOST_CHECK_EQUAL(*peer().find("former_roots")->as_array()->front().find("ended_at") == Json(nullptr), false);
}

BOOST_AUTO_TEST_CASE(what_the_pinned_root_has_not_said_changes_nothing) {
    auto const old = old_root(), next = new_root(), third = new_root();
    auto const pinned = peer().text_or("fingerprint");
    auto const shown = [&](Certificate const& oldest, std::vector<RootHistory::Step> const& steps) {
        RootHistory history(oldest);
        for (auto const& each : steps) must(history.add(each));
        show(history.pem());
        return check().text_or("root_code");
    };
    BOOST_CHECK_EQUAL(shown(old.certificate, {{word(third, next), next.certificate}}), "trust.chain_invalid");
    BOOST_CHECK_EQUAL(shown(old.certificate, {{word(old, third), next.certificate}}), "rollover.other_key");
    BOOST_CHECK_EQUAL(shown(third.certificate, {{word(third, next), next.certificate}}), "rollover.not_from_pinned");
    auto const issuing = must(load_issuing_authority(identity_of(thailand))).certificate;
    BOOST_CHECK_EQUAL(shown(old.certificate, {{issuing, next.certificate}}), "rollover.not_a_statement");
    // The second of two steps is a lie: neither is made.
    BOOST_CHECK_EQUAL(
        shown(old.certificate, {{word(old, next), next.certificate}, {word(old, third), third.certificate}}),
        "trust.chain_invalid");
    show("nothing");
    BOOST_CHECK_EQUAL(check().text_or("root_code"), "peer.unexpected_answer");
    BOOST_CHECK_EQUAL(peer().text_or("fingerprint"), pinned);
    BOOST_CHECK(cambodia.leaves("peer.root_rolled").empty());
    BOOST_CHECK_EQUAL(cambodia.counter("casebridge_alarms_total{kind=\"rollover_refused\"}"), 5);
    std::filesystem::remove(identity_of(thailand) / "roots.pem");
    deliver();
}

BOOST_AUTO_TEST_CASE(an_old_root_comes_back_by_no_word) {
    auto const old = old_root(), next = new_root();
    install(word(old, next), next);
    BOOST_CHECK_EQUAL(check().text_or("root_code"), "");
    // Whoever has the old key shows what was shown before, or makes a way back.
    RootHistory back(next.certificate);
    must(back.add({word(next, old), old.certificate}));
    show(back.pem());
    BOOST_CHECK_EQUAL(check().text_or("root_code"), "rollover.loop");
    RootHistory const alone(old.certificate);
    show(alone.pem());
    BOOST_CHECK_EQUAL(check().text_or("root_code"), "rollover.not_from_pinned");
    BOOST_CHECK_EQUAL(peer().text_or("fingerprint"), next.certificate.fingerprint_text());
}

BOOST_AUTO_TEST_CASE(what_an_older_root_vouches_for_is_judged_by_whoever_knows_that_one) {
    auto const message = delivered_message();
    auto const old = old_root(), next = new_root();
    install(word(old, next), next);
    BOOST_CHECK_EQUAL(check().text_or("root_code"), "");
    thailand.stop();
    thailand.start();
    for (auto const* node : {&thailand, &cambodia}) {
        auto const answer =
            node->officer().post("/v1/evidence/" + message, Json::object().set("reason", canary_reason));
        BOOST_REQUIRE_EQUAL(answer.summary(), "200");
        EvidenceFiles files;
        auto const json = answer.json();
        for (auto const& file : *json.find("files")->as_array())
            files.emplace(file.text_or("name"), must(from_base64(file.text_or("content"))));
        auto const signature = [&](Certificate const& known) {
            EvidenceTrust trust;
            must(trust.add_root("th-msdhs=" + known.fingerprint_text()));
            for (auto const& link : judge(files, trust, clock.now()).links)
                if (link.name == "signature") return std::string(to_text(link.finding)) + " " + std::string(link.code);
            return std::string("none");
        };
        BOOST_CHECK_EQUAL(signature(old.certificate), "holds ");
        BOOST_CHECK_EQUAL(signature(next.certificate), "unfounded ");
        BOOST_CHECK_EQUAL(signature(new_root().certificate), "broken trust.fingerprint_mismatch");
    }
}

BOOST_AUTO_TEST_CASE(two_roots_are_followed_at_once) {
    auto const old = old_root(), next = new_root(), third = new_root();
    install(word(old, next), next);
    install(word(next, third), third);
    BOOST_CHECK_EQUAL(check().text_or("root_code"), "");
    BOOST_CHECK_EQUAL(peer().text_or("fingerprint"), third.certificate.fingerprint_text());
    BOOST_CHECK_EQUAL(peer().find("former_roots")->as_array()->size(), 2U);
    cambodia.stop();
    cambodia.start();
    deliver();
    CHECK_CODE(install_next_root(identity_of(thailand), thailand.id(), word(old, next), next.certificate, clock.now()),
               "trust.chain_invalid");
    CHECK_CODE(
        install_next_root(identity_of(thailand), thailand.id(), word(third, next), next.certificate, clock.now()),
        "rollover.loop");
}

BOOST_AUTO_TEST_SUITE_END()
