// Two real nodes give up their note keys for others, and follow each other's; one is given yesterday's identity.
#include "daemon/identity_directory.h"
#include "policies/evidence/verdict.h"
#include "witnesses.h"

using namespace casebridge;
using namespace casebridge::test;

namespace two_nodes_rotation {
namespace {

namespace fs = std::filesystem;

struct Rotating : Witnesses {
    static OfficerAnswer ask(DemoMinistry const& node, std::string const& key, bool dry_run = false) {
        return node.officer().post("/v1/witness/rotate",
                                   Json::object().set("key", key).set("reason", "each year").set("dry_run", dry_run));
    }
    static Json rotate(DemoMinistry const& node, std::string const& key) {
        auto const answer = ask(node, key);
        BOOST_REQUIRE_EQUAL(answer.summary(), "200");
        return answer.json();
    }
    static void wait_until_followed(DemoMinistry const& at, std::string const& member, std::string const& vkey) {
        eventually("the key is followed", [&] {
            BOOST_REQUIRE_EQUAL(at.officer().post("/v1/witness/round", Json::object()).summary(), "200");
            return partner(at).text_or(member) == vkey;
        });
    }
    [[nodiscard]] static fs::path identity_of(DemoMinistry const& node) {
        return node.directory() / "state" / "identity";
    }
    static void keep_identity(DemoMinistry const& node) {
        fs::copy(identity_of(node), node.directory() / "kept-identity", fs::copy_options::recursive);
    }
    static void swap_identities(DemoMinistry const& node) {
        fs::rename(identity_of(node), node.directory() / "other");
        fs::rename(node.directory() / "kept-identity", identity_of(node));
        fs::rename(node.directory() / "other", node.directory() / "kept-identity");
    }
    [[nodiscard]] EvidenceFiles bundle(std::string const& message) const {
        auto const answer =
            thailand.officer().post("/v1/evidence/" + message, Json::object().set("reason", canary_reason));
        BOOST_REQUIRE_EQUAL(answer.summary(), "200");
        auto const json = answer.json();
        EvidenceFiles files;
        for (auto const& file : *json.find("files")->as_array())
            files.emplace(file.text_or("name"), must(from_base64(file.text_or("content"))));
        return files;
    }
    /// What an auditor finds who knows this key of the log and nothing else.
    [[nodiscard]] std::string log_link(EvidenceFiles const& files, std::string const& vkey) const {
        EvidenceTrust trust;
        must(trust.add_log(vkey));
        for (auto const& link : judge(files, trust, clock.now()).links)
            if (link.name == "log") return std::string(to_text(link.finding)) + " " + std::string(link.code);
        return "none";
    }
};

}  // namespace
}  // namespace two_nodes_rotation

BOOST_FIXTURE_TEST_SUITE(two_nodes_rotation, Rotating)

BOOST_AUTO_TEST_CASE(partners_follow_both_keys_and_the_logs_go_on) {
    auto const before = delivered_message();
    wait_until_cosigned(thailand);
    auto const old_log = view(thailand).text_or("log_key"), old_witness = view(thailand).text_or("witness_key");
    auto const dry = ask(thailand, "log", true);
    BOOST_CHECK_EQUAL(dry.summary(), "200");
    BOOST_CHECK_EQUAL(dry.json().text_or("old"), old_log);
    BOOST_CHECK(thailand.leaves("keys.rotated").empty());

    auto const rotated = rotate(thailand, "log");
    BOOST_CHECK_EQUAL(rotated.text_or("old"), old_log);
    BOOST_CHECK_EQUAL(view(thailand).text_or("log_key"), rotated.text_or("new"));
    auto const witness = rotate(thailand, "witness").text_or("new");
    BOOST_CHECK_NE(witness, old_witness);
    wait_until_followed(cambodia, "log_key", rotated.text_or("new"));
    wait_until_followed(cambodia, "witness_key", witness);
    wait_until_cosigned(thailand);
    wait_until_cosigned(cambodia);  // with the new witness key
    BOOST_CHECK_EQUAL(thailand.leaves("keys.rotated").size(), 2U);
    BOOST_CHECK_EQUAL(thailand.leaves("keys.destroyed").size(), 2U);
    BOOST_CHECK_EQUAL(cambodia.leaves("peer.key_rotated").size(), 2U);
    BOOST_CHECK(*partner(cambodia).find("accused") == Json(false));
    // The leaf stands right behind the tree that the statement names.
    auto const size = std::to_string(*rotated.find("size")->as_integer());
    auto const leaf = thailand.officer().get("/v1/log/proof", {{"leaf", size}}).json();
    BOOST_CHECK_NE(leaf.text_or("data").find("\"kind\":\"keys.rotated\""), std::string::npos);
    BOOST_CHECK_NE(leaf.text_or("data").find(rotated.text_or("root")), std::string::npos);

    thailand.stop();
    thailand.start();
    BOOST_CHECK_EQUAL(view(thailand).text_or("log_key"), rotated.text_or("new"));
    change_name("Another");
    static_cast<void>(delivered_message());
    // Whoever has either key finds the log whole; a key of nowhere is none of them.
    auto const files = bundle(before);
    BOOST_CHECK_EQUAL(log_link(files, old_log), "holds ");
    BOOST_CHECK_EQUAL(log_link(files, rotated.text_or("new")), "holds ");
    auto const stranger =
        must(NoteSigner::make(log_origin(thailand.id()), NoteKeyType::signature, must(PrivateKey::generate_ed25519())));
    BOOST_CHECK_EQUAL(log_link(files, stranger.verifier().text()), "broken evidence.other_log_key");
    auto without = files;
    without.erase("log.rotations");
    BOOST_CHECK_EQUAL(log_link(without, old_log), "broken evidence.other_log_key");
}

BOOST_AUTO_TEST_CASE(who_was_away_for_two_rotations_catches_up) {
    wait_until_cosigned(thailand);
    cambodia.stop();
    static_cast<void>(rotate(thailand, "log"));
    auto const newest = rotate(thailand, "log").text_or("new");
    cambodia.start();
    wait_until_followed(cambodia, "log_key", newest);
    wait_until_cosigned(thailand);
    BOOST_CHECK_EQUAL(cambodia.leaves("peer.key_rotated").size(), 1U);
    static_cast<void>(delivered_message());
}

BOOST_AUTO_TEST_CASE(a_rotation_that_was_cut_off_is_finished_at_the_next_start) {
    wait_until_cosigned(thailand);
    auto const old_pem = thailand.read("state/identity/log.key.pem");
    auto const newest = rotate(thailand, "log").text_or("new");
    thailand.stop();
    // As if the power had failed right after the commit.
    fs::rename(identity_of(thailand) / "log.key.pem", identity_of(thailand) / "log-next.key.pem");
    thailand.write("state/identity/log.key.pem", old_pem);
    fs::permissions(identity_of(thailand) / "log.key.pem", fs::perms::owner_read | fs::perms::owner_write);
    fs::remove(identity_of(thailand) / "rotations.txt");
    thailand.start();
    BOOST_CHECK_EQUAL(view(thailand).text_or("log_key"), newest);
    BOOST_CHECK(!fs::exists(identity_of(thailand) / "log-next.key.pem"));
    wait_until_followed(cambodia, "log_key", newest);
    wait_until_cosigned(thailand);
}

BOOST_AUTO_TEST_CASE(an_older_store_after_a_rotation_comes_forward) {
    wait_until_cosigned(thailand);
    keep_store(thailand);
    auto const newest = rotate(thailand, "log").text_or("new");
    wait_until_followed(cambodia, "log_key", newest);
    static_cast<void>(delivered_message());
    wait_until_cosigned(thailand);
    thailand.stop();
    put_store_back(thailand);
    thailand.start();
    wait_until_frozen(thailand, "log.behind");
    BOOST_CHECK_EQUAL(ask(thailand, "log").summary(), "409 log.behind");
    static_cast<void>(recover(thailand, false));
    wait_until_recovered(thailand);
    wait_until_cosigned(thailand);
    BOOST_CHECK_EQUAL(view(thailand).text_or("log_key"), newest);
    BOOST_CHECK(*partner(cambodia).find("accused") == Json(false));
}

BOOST_AUTO_TEST_CASE(an_older_identity_is_noticed_and_signs_nothing) {
    wait_until_cosigned(thailand);
    keep_store(thailand);
    keep_identity(thailand);
    auto const newest = rotate(thailand, "log").text_or("new");
    wait_until_followed(cambodia, "log_key", newest);
    wait_until_cosigned(thailand);
    thailand.stop();
    // With the store of today the node does not start: the store knows.
    swap_identities(thailand);
    BOOST_CHECK_EQUAL(code_of(Node::start(thailand.config(), demo_store_key(), clock, [](Error const&) {})),
                      "identity.retired_key");
    // With yesterday's store the partner knows.
    put_store_back(thailand);
    thailand.start();
    wait_until_frozen(thailand, "log.key_retired");
    clock.turn(std::chrono::minutes(1));  // the survey before is old
    BOOST_CHECK_EQUAL(health(thailand, "witnesses"), "down log.key_retired");
    BOOST_CHECK_EQUAL(thailand.officer().get("/v1/log/checkpoint").summary(), "409 log.key_retired");
    BOOST_CHECK_EQUAL(recover_code(thailand), "409 log.key_retired");
    BOOST_CHECK(*partner(cambodia).find("accused") == Json(false));
    // The newer one is found: the store is still old, and comes forward.
    thailand.stop();
    swap_identities(thailand);
    thailand.start();
    wait_until_frozen(thailand, "log.behind");
    static_cast<void>(recover(thailand, false));
    wait_until_recovered(thailand);
    wait_until_cosigned(thailand);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_rotated_is_refused_with_its_code) {
    BOOST_CHECK_EQUAL(ask(thailand, "root").summary(), "400 request.bad_key");
    BOOST_CHECK_EQUAL(thailand.officer().post("/v1/witness/rotate", Json::object().set("key", "log")).summary(),
                      "400 request.reason_missing");
    thailand.stop();
    fs::remove(identity_of(thailand) / "witness.key.pem");
    thailand.start();
    BOOST_CHECK_EQUAL(ask(thailand, "witness").summary(), "404 log.no_key");
}

BOOST_AUTO_TEST_SUITE_END()
