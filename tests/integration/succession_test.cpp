// A ministry's node gives way to another, which goes on with its store, and a real partner takes that up.
#include "asking.h"
#include "heir.h"
#include "policies/evidence/verdict.h"
#include "tests/unit/daemon/raw_store.h"

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

namespace two_nodes_succession {
namespace {

namespace fs = std::filesystem;

/// Cambodia was told of a person; `heir` is a node of nobody's acquaintance with an identity and no store.
struct Succeeding : Asking {
    Succeeding() : Asking("automatic"), message(cambodia.inbox().front().text_or("message")) {}

    [[nodiscard]] Certificate word(DemoMinistry const& old, DemoMinistry const& next) const {
        return succession_word(old, next, clock.now());
    }
    [[nodiscard]] OfficerAnswer tell(DemoMinistry const& partner, DemoMinistry const& old, Certificate const& statement,
                                     Json more = Json::object(), std::string const& as = "") const {
        return tell_succession(partner, old, heir, statement, std::move(more), as);
    }
    [[nodiscard]] Json peer(DemoMinistry const& of, NodeId const& node) const {
        auto const peers = of.officer().get("/v1/peers").json();
        for (auto const& each : *peers.find("peers")->as_array())
            if (each.text_or("node") == node.text()) return each;
        return Json();
    }
    [[nodiscard]] static std::string duty(DemoMinistry const& node) {
        auto const duties = node.duties();
        if (duties.empty()) return "none";
        return duties.front().text_or("type") + " " + duties.front().text_or("state") + " " +
               duties.front().find("to")->text_or("node");
    }
    void wait_for_duty(DemoMinistry const& node, std::string const& state) {
        eventually(state, [&] {
            if (duty(node) == state) return true;
            for (auto* each : {&thailand, &cambodia, &heir})
                if (each->runs()) each->patrol();
            retry();
            return false;
        });
    }
    [[nodiscard]] bool is_readable(DemoMinistry const& node) const {
        auto const row = node.officer().get("/v1/inbox/" + message, {{"reason", std::string(canary_reason)}});
        BOOST_REQUIRE_EQUAL(row.summary(), "200");
        return row.json().find("body") != nullptr;
    }

    /// That the old node was told is proved by whoever told it, under the roots of that time.
    void check_evidence() const {
        auto const ask = [this](DemoMinistry const& node) {
            return node.officer().post("/v1/evidence/" + message, Json::object().set("reason", canary_reason));
        };
        BOOST_CHECK_EQUAL(ask(heir).summary(), "409 evidence.former_name");
        auto const answer = ask(thailand);
        BOOST_REQUIRE_EQUAL(answer.summary(), "200");
        EvidenceFiles files;
        auto const json = answer.json();
        for (auto const& file : *json.find("files")->as_array())
            files.emplace(file.text_or("name"), must(from_base64(file.text_or("content"))));
        EvidenceTrust trust;
        for (auto const* node : {&thailand, &cambodia})
            must(trust.add_root(node->id().text() + "=" + node->identity().root.fingerprint_text()));
        auto const verdict = judge(files, trust, clock.now());
        for (auto const& link : verdict.links)
            BOOST_CHECK_MESSAGE(link.finding != Finding::broken, link.name << ": " << link.code);
        auto const receipt = std::ranges::find(verdict.links, "receipt", &EvidenceLink::name);
        BOOST_REQUIRE(receipt != verdict.links.end());
        BOOST_CHECK_EQUAL(to_text(receipt->finding), "holds");
    }

    std::string message;
    DemoMinistry heir{directory.path(), "la-mlsw", {"anti-trafficking-department", "poipet-transit-centre"}, clock};
};

}  // namespace
}  // namespace two_nodes_succession

BOOST_FIXTURE_TEST_SUITE(two_nodes_succession, Succeeding)

BOOST_AUTO_TEST_CASE(what_the_old_node_was_told_is_destroyed_by_the_one_that_goes_on_with_it) {
    auto const statement = word(cambodia, heir);
    auto const old_tls = cambodia.tls_identity();
    cambodia.stop();
    take_over(cambodia, heir, statement, clock.now());
    BOOST_CHECK(is_readable(heir));
    BOOST_REQUIRE_EQUAL(heir.leaves("node.succeeded").size(), 1U);
    BOOST_CHECK_EQUAL(heir.leaves("node.succeeded").front().text_or("old"), "kh-mosvy");

    auto const dry = tell(thailand, cambodia, statement, Json::object().set("dry_run", true));
    BOOST_REQUIRE_EQUAL(dry.summary(), "200");
    BOOST_CHECK_EQUAL(*dry.json().find("told")->as_integer(), 1);
    BOOST_CHECK(peer(thailand, heir.id()).is_null());
    BOOST_REQUIRE_EQUAL(tell(thailand, cambodia, statement).summary(), "200");
    BOOST_CHECK_EQUAL(peer(thailand, cambodia.id()).text_or("successor"), heir.id().text());
    BOOST_CHECK_EQUAL(thailand.leaves("peer.succeeded").size(), 1U);
    thailand.check_peer(heir);

    auto const entries =
        thailand.officer()
            .get("/v1/cases/register", {{"case", std::string(canary_case)}, {"reason", std::string(canary_reason)}})
            .json();
    auto const entry = entries.find("disclosures")->as_array()->front();
    BOOST_CHECK_EQUAL(entry.find("to")->text_or("node"), heir.id().text());
    BOOST_CHECK_EQUAL(entry.text_or("told_as"), cambodia.id().text());
    BOOST_CHECK(entry.text_or("name").ends_with(" \u2192 Example"));
    // Nothing new goes there: the agreement names the old one.
    auto asked = request();
    auto const refused = thailand.officer().post("/v1/cases/preview", asked.set("node", heir.id().text()));
    BOOST_CHECK(refused.status != 200 || *refused.json().find("allowed") == Json(false));
    // And the old one is nobody's partner any more.
    PeerClient old_client({old_tls.key.duplicate(), old_tls.chain});
    BOOST_CHECK_EQUAL(summary(post_message(old_client, thailand.target(), {1, 2, 3})), "peer.tls_refused");

    withdraw_consent();
    wait_for_duty(thailand, "withdrawal answered la-mlsw");
    BOOST_CHECK(!is_readable(heir));
    check_evidence();
    BOOST_CHECK_EQUAL(heir.leaves("erasure").size(), 1U);
    BOOST_CHECK_EQUAL(thailand.leaves("erasure.confirmed").front().text_or("peer"), "la-mlsw");
    // The log went on, and the partner holds it to what the old one had signed.
    eventually("the heir's log is cosigned", [&] {
        heir.patrol();
        auto const shown = heir.officer().get("/v1/witness").json();
        auto const partner = shown.find("partners")->as_array()->front();
        return *partner.find("compared") == Json(true) && !partner.text_or("cosigned_at").empty();
    });
}

BOOST_AUTO_TEST_CASE(a_duty_that_was_under_way_reaches_the_partner_from_the_one_that_goes_on_with_it) {
    cambodia.stop();
    withdraw_consent();
    wait_for_duty(thailand, "withdrawal queued kh-mosvy");
    auto const statement = word(thailand, heir);
    thailand.stop();
    take_over(thailand, heir, statement, clock.now());
    cambodia.start();
    BOOST_REQUIRE_EQUAL(tell(cambodia, thailand, statement).summary(), "200");
    wait_for_duty(heir, "withdrawal answered kh-mosvy");
    BOOST_CHECK(!is_readable(cambodia));
    // It is held under the successor's name, and signed by the old one's.
    BOOST_CHECK_EQUAL(cambodia.inbox().front().find("from")->text_or("node"), "la-mlsw");
    BOOST_CHECK_EQUAL(cambodia.leaves("admission").front().text_or("peer"), "th-msdhs");
}

BOOST_AUTO_TEST_CASE(a_duty_to_the_old_node_is_owed_anew_to_its_successor) {
    cambodia.stop();
    withdraw_consent();
    wait_for_duty(thailand, "withdrawal queued kh-mosvy");
    cambodia.start();
    auto const statement = word(cambodia, heir);
    cambodia.stop();
    take_over(cambodia, heir, statement, clock.now());
    if (duty(thailand) == "withdrawal queued kh-mosvy") {
        auto const told = tell(thailand, cambodia, statement);
        BOOST_REQUIRE_EQUAL(told.summary(), "200");
        BOOST_CHECK_EQUAL(*told.json().find("owed")->as_integer(), 1);
    } else {
        BOOST_REQUIRE_EQUAL(tell(thailand, cambodia, statement).summary(), "200");
    }
    wait_for_duty(thailand, "withdrawal answered la-mlsw");
    BOOST_CHECK(!is_readable(heir));
}

BOOST_AUTO_TEST_CASE(what_the_old_root_has_not_said_changes_nothing) {
    auto const statement = word(cambodia, heir);
    auto const code = [&](DemoMinistry const& old, Certificate const& shown, std::string const& as = "") {
        return tell(thailand, old, shown, Json::object(), as).summary();
    };
    BOOST_CHECK_EQUAL(code(cambodia, word(heir, cambodia)), "403 succession.other_node");
    BOOST_CHECK_EQUAL(code(cambodia, statement, "vn-other"), "403 succession.other_node");
    BOOST_CHECK_EQUAL(code(cambodia, heir.identity().root), "403 succession.not_a_statement");
    BOOST_CHECK_EQUAL(code(heir, statement), "404 peer.unknown");
    auto const thief = must(create_root(cambodia.id(), Suite::p256_sha256, clock.now()));
    auto const forged = must(sign_succession(cambodia.id(), thief, {heir.id(), heir.identity().root}, clock.now(), 1h));
    BOOST_CHECK_EQUAL(code(cambodia, forged), "403 trust.chain_invalid");
    BOOST_CHECK(thailand.leaves("peer.succeeded").empty());
    BOOST_REQUIRE_EQUAL(tell(thailand, cambodia, statement).summary(), "200");
    BOOST_CHECK_EQUAL(code(cambodia, statement), "409 peer.removed");
    auto const old = cambodia.identity().root;
    auto again = Json::object().set("node", "kh-mosvy").set("kind", "welfare").set("name", "Example");
    again.set("address", "127.0.0.1:1").set("root_pem", old.pem()).set("fingerprint", old.fingerprint_text());
    BOOST_CHECK_EQUAL(thailand.officer().post("/v1/peers", again.set("reason", canary_reason)).summary(),
                      "409 peer.succeeded");
}

BOOST_AUTO_TEST_CASE(a_reference_that_nobody_was_told_is_no_obstacle) {
    thailand.stop();
    RawStore(state_of(thailand) / "casebridge.db", demo_store_key())
        .run(
            "INSERT OR IGNORE INTO subjects(case_id, peer, subject) SELECT case_id, 'la-mlsw', hex(randomblob(16)) "
            "FROM subjects WHERE peer = 'kh-mosvy'");
    thailand.start();
    auto const statement = word(cambodia, heir);
    cambodia.stop();
    take_over(cambodia, heir, statement, clock.now());
    BOOST_REQUIRE_EQUAL(tell(thailand, cambodia, statement).summary(), "200");
    withdraw_consent();
    wait_for_duty(thailand, "withdrawal answered la-mlsw");
}

BOOST_AUTO_TEST_CASE(a_successor_has_never_been_a_partner) {
    heir.start();
    thailand.add_peer(heir);
    BOOST_CHECK_EQUAL(tell(thailand, cambodia, word(cambodia, heir)).summary(), "409 peer.exists");
    BOOST_CHECK(thailand.leaves("peer.succeeded").empty());
}

BOOST_AUTO_TEST_CASE(a_store_is_its_node_s_alone_without_the_word_of_its_root) {
    auto const statement = word(cambodia, heir);
    auto const install = [&](Certificate const& shown) {
        return code_of(install_succession(state_of(heir), state_of(cambodia), shown, clock.now(), true));
    };
    BOOST_CHECK_EQUAL(install(statement), "store.locked");
    cambodia.stop();
    BOOST_CHECK_EQUAL(install(word(heir, cambodia)), "succession.other_node");
    BOOST_CHECK_EQUAL(install(statement), "(accepted)");
    BOOST_CHECK(!fs::exists(state_of(heir) / "casebridge.db"));
    must(write_file_atomically(state_of(cambodia) / "casebridge.db-wal", as_bytes(std::string("left")), 0600));
    BOOST_CHECK_EQUAL(install(statement), "succession.not_closed");
    fs::remove(state_of(cambodia) / "casebridge.db-wal");
    auto const start = [&] {
        return code_of(Node::start(heir.config(), demo_store_key(), clock, [](Error const&) {}));
    };
    fs::copy_file(state_of(cambodia) / "casebridge.db", state_of(heir) / "casebridge.db");
    BOOST_CHECK_EQUAL(start(), "store.other_node");
    BOOST_CHECK_EQUAL(install(statement), "succession.store_there");
    fs::remove(state_of(heir) / "casebridge.db");
    for (auto const* each : {&cambodia, &heir})
        must(write_file_atomically(state_of(*each) / "store.key", as_bytes(each->id().text()), 0600));
    must(install_succession(state_of(heir), state_of(cambodia), statement, clock.now(), false));
    BOOST_CHECK_EQUAL(casebridge::to_text(must(read_file(state_of(heir) / "store.key", 100))), "kh-mosvy");
    BOOST_CHECK_EQUAL(install(statement), "succession.no_store");
    BOOST_CHECK_EQUAL(code_of(Node::start(cambodia.config(), demo_store_key(), clock, [](Error const&) {})),
                      "identity.succeeded");
    must(write_file_atomically(state_of(heir) / "identity" / "predecessor-statement.pem",
                               as_bytes(heir.identity().root.pem()), 0644));
    BOOST_CHECK_EQUAL(start(), "succession.not_a_statement");
}

BOOST_AUTO_TEST_CASE(an_older_store_that_goes_on_under_another_name_is_noticed_and_told_of_withdrawals_again) {
    cambodia.stop();
    auto const older = must(read_file(state_of(cambodia) / "casebridge.db", 1 << 26));
    cambodia.start();
    withdraw_consent();
    wait_for_duty(thailand, "withdrawal answered kh-mosvy");
    eventually("Thailand has cosigned that", [&] {
        cambodia.patrol();
        auto const shown = cambodia.officer().get("/v1/witness").json();
        auto const partner = shown.find("partners")->as_array()->front();
        auto const* const size = partner.find("cosigned_size");
        auto const now = *cambodia.officer().get("/v1/log").json().find("head")->find("size")->as_integer();
        return size != nullptr && size->as_integer() != nullptr && *size->as_integer() == now;
    });
    auto const statement = word(cambodia, heir);
    cambodia.stop();
    must(install_succession(state_of(heir), state_of(cambodia), statement, clock.now(), false));
    must(write_file_atomically(state_of(heir) / "casebridge.db", older, 0600));
    heir.start();
    BOOST_CHECK(is_readable(heir));  // as it was then
    BOOST_REQUIRE_EQUAL(tell(thailand, cambodia, statement).summary(), "200");
    eventually("it sees that partners know more", [&] {
        heir.patrol();
        return heir.officer().get("/v1/witness").json().text_or("frozen") == "log.forked";  // it has leaves of its own
    });
    auto const recovered = heir.officer().post("/v1/recovery", Json::object().set("reason", canary_reason));
    BOOST_CHECK_EQUAL(recovered.summary(), "200");
    eventually("the withdrawal has come again", [&] {
        for (auto* each : {&thailand, &heir}) each->patrol();
        retry();
        return !is_readable(heir);
    });
    wait_for_duty(thailand, "withdrawal answered la-mlsw");
}

BOOST_AUTO_TEST_SUITE_END()
