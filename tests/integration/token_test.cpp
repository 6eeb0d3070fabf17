// Keys in a PKCS #11 token (a real one of SoftHSM) between two real nodes: taken up while they run, the token taken out
// and put back, old keys destroyed there in time.
#include "daemon/files.h"
#include "daemon/identity_renewal.h"
#include "daemon/token_keys.h"
#include "tests/support/soft_token.h"
#include "two_nodes.h"

#include <algorithm>

namespace keys_in_a_token {
namespace {

using namespace casebridge;
using namespace casebridge::test;

struct NodesWithToken : TwoNodes {
    std::filesystem::path pin_file = directory.path() / "pin";

    ~NodesWithToken() { SoftToken::the().put_back(); }
    void teardown() {
        SoftToken::the().put_back();
        TwoNodes::teardown();
        BOOST_CHECK_EQUAL(log.text().find(SoftToken::right_pin), std::string::npos);
    }

    static std::filesystem::path identity_of(DemoMinistry const& node) {
        return node.directory() / "state" / "identity";
    }
    void renew(DemoMinistry const& node, KeySource const& source = {}) const {
        must(renew_leaves(identity_of(node), node.id(), Suite::p256_sha256, clock.now(), all_roles, source));
    }
    /// All three keys of a running node move into the token.
    void move_in(DemoMinistry& node) const {
        renew(node, KeySource::in_token(SoftToken::uri(pin_file)));
        look_until(node, "1 taken up, 0 destroyed");
    }
    static std::string key_events(DemoMinistry const& node) {
        return std::to_string(node.counter("casebridge_keys_total{event=\"taken_up\"}")) + " taken up, " +
               std::to_string(node.counter("casebridge_keys_total{event=\"destroyed\"}")) + " destroyed";
    }
    static void look_until(DemoMinistry& node, std::string const& events) {
        eventually(events, [&] {
            node.patrol();
            return key_events(node) == events;
        });
    }
    /// What a look does comes one after the other: a key is kept from when it was seen to be an old one.
    static void look_until_kept(DemoMinistry& node, std::string const& events, int keys) {
        look_until(node, events);
        eventually(std::to_string(keys) + " are kept", [&] { return node.counter("casebridge_retired_keys") == keys; });
    }
    /// Health is looked at once a second, however often it is asked.
    void wait_for_health(DemoMinistry const& node, std::string const& of_keys) {
        eventually("health: keys " + of_keys, [&] {
            clock.turn(std::chrono::seconds(1));
            auto const report = node.officer().get("/v1/health").json();
            return std::ranges::any_of(*report.find("checks")->as_array(), [&](auto const& check) {
                return check.text_or("name") == "keys" &&
                       check.text_or("state") + " " + check.text_or("code") == of_keys;
            });
        });
    }
    static bool in_token(DemoMinistry const& node, TokenUri const& uri) {
        return must(is_in_token(uri, pins_of(identity_of(node), uri)));
    }
    static std::vector<std::string> retired(DemoMinistry const& node, std::string_view prefix) {
        auto names = must(retired_names(identity_of(node)));
        std::erase_if(names, [prefix](auto const& name) { return !name.starts_with(prefix); });
        return names;
    }
};

}  // namespace
}  // namespace keys_in_a_token

BOOST_FIXTURE_TEST_SUITE(keys_in_a_token, NodesWithToken)

BOOST_AUTO_TEST_CASE(a_receiver_whose_keys_are_in_a_token_receives_and_what_comes_while_it_is_out_waits) {
    move_in(cambodia);
    thailand.check_peer(cambodia);
    auto const arrived = sealed(delivered_message());
    BOOST_CHECK_EQUAL(cambodia.inbox().size(), 1U);
    PeerClient client(thailand.tls_identity());
    auto const target = cambodia.target();
    BOOST_CHECK_EQUAL(summary(post_message(client, target, arrived)), "200 application/cms");
    wait_for_health(cambodia, "up ");

    SoftToken::the().take_out();
    wait_for_health(cambodia, "down token.not_there");
    // Over the connection that is open still.
    BOOST_CHECK_EQUAL(summary(post_message(client, target, arrived)), "503 daemon.keys_away");
    auto const waiting = queue();
    wait_for_attempts(waiting, 1);
    auto const said = thailand.outbox_state(waiting);
    BOOST_CHECK_MESSAGE(said == "queued peer.answered_later" || said == "queued peer.tls_refused", said);
    SoftToken::the().put_back();
    eventually("it is delivered", [&] {
        retry();
        return thailand.outbox_state(waiting) == "delivered ";
    });
    BOOST_CHECK_EQUAL(cambodia.inbox().size(), 2U);
    wait_for_health(cambodia, "up ");
}

BOOST_AUTO_TEST_CASE(a_sender_whose_token_is_out_says_so_and_goes_on_when_it_is_back) {
    move_in(thailand);
    static_cast<void>(delivered_message());
    cambodia.stop();
    auto const waiting = queue();
    wait_for_attempts(waiting, 1);
    auto const digest = preview().text_or("digest");
    SoftToken::the().take_out();
    cambodia.start();
    eventually("the token is missed", [&] {
        retry();
        return thailand.outbox_state(waiting) == "queued token.not_there";
    });
    BOOST_CHECK_EQUAL(send(digest).summary(), "503 token.not_there");
    SoftToken::the().put_back();
    eventually("it is delivered", [&] {
        retry();
        return thailand.outbox_state(waiting) == "delivered ";
    });
    BOOST_CHECK_EQUAL(cambodia.inbox().size(), 2U);
    static_cast<void>(delivered_message());
}

BOOST_AUTO_TEST_CASE(a_renewal_while_it_runs_makes_new_keys_and_the_old_ones_are_destroyed_there_in_time) {
    move_in(cambodia);
    auto const old_tls = must(read_uri(identity_of(cambodia) / "tls.key.uri"));
    auto const old_encryption = must(read_uri(identity_of(cambodia) / "encryption.key.uri"));
    thailand.check_peer(cambodia);
    auto const sealed_before = sealed(delivered_message());
    renew(cambodia);
    look_until_kept(cambodia, "2 taken up, 0 destroyed", 4);
    static_cast<void>(delivered_message());  // sealed to the key of before
    BOOST_CHECK(in_token(cambodia, old_tls));

    clock.turn(kept_after_replacement);
    look_until(cambodia, "2 taken up, 2 destroyed");  // of TLS and signing
    BOOST_CHECK(!in_token(cambodia, old_tls));
    BOOST_CHECK(in_token(cambodia, old_encryption));

    clock.turn(kept_after_retirement);
    SoftToken::the().take_out();
    cambodia.patrol();
    eventually("it is told", [&] {
        cambodia.patrol();
        return log.text().find("keys.not_destroyed") != std::string::npos;
    });
    auto const of_encryption = [&] {
        return std::ranges::count_if(cambodia.leaves("keys.destroyed"), [](auto const& facts) {
            return facts.text_or("key") == "encryption" && facts.text_or("place") == "token";
        });
    };
    BOOST_CHECK_EQUAL(of_encryption(), 0);  // nothing is claimed that has not happened
    SoftToken::the().put_back();
    BOOST_CHECK(in_token(cambodia, old_encryption));
    eventually("it is destroyed", [&] {
        cambodia.patrol();
        return of_encryption() == 1;
    });
    BOOST_CHECK(!in_token(cambodia, old_encryption));
    PeerClient client(thailand.tls_identity());
    eventually("it is forgotten", [&] {
        return summary(post_message(client, cambodia.target(), sealed_before)) == "400 envelope.unknown_recipient";
    });
}

BOOST_AUTO_TEST_CASE(a_key_that_an_officer_has_made_is_left_to_the_officer_and_recorded_when_it_is_gone) {
    auto const& token = SoftToken::the();
    auto const key = SoftToken::key("of-the-officer", pin_file);
    token.make_key("--label of-the-officer --id c1 --usage-derive");
    Role const encryption[] = {Role::encryption};
    must(renew_leaves(identity_of(cambodia), cambodia.id(), Suite::p256_sha256, clock.now(), encryption,
                      KeySource::of_officer(key)));
    look_until(cambodia, "1 taken up, 0 destroyed");
    must(renew_leaves(identity_of(cambodia), cambodia.id(), Suite::p256_sha256, clock.now(), encryption,
                      KeySource::in_files()));
    look_until_kept(cambodia, "2 taken up, 0 destroyed", 2);
    clock.turn(kept_after_retirement);
    look_until(cambodia, "2 taken up, 1 destroyed");  // the file of before
    eventually("it is said", [&] {
        cambodia.patrol();
        return cambodia.leaves("keys.left_in_token").size() == 1;
    });
    cambodia.stop();
    cambodia.start();
    cambodia.patrol();
    BOOST_CHECK_EQUAL(cambodia.leaves("keys.left_in_token").size(), 1U);
    BOOST_CHECK(in_token(cambodia, key));
    token.delete_key("of-the-officer");
    eventually("it is recorded", [&] {
        cambodia.patrol();
        return cambodia.leaves("keys.destroyed").size() == 2;
    });
    eventually("nothing names it any more", [&] { return retired(cambodia, "encryption.").empty(); });
}

BOOST_AUTO_TEST_CASE(a_wrong_pin_stops_the_start_once_and_is_not_tried_again_until_a_person_says_so) {
    move_in(cambodia);
    cambodia.stop();
    auto const& token = SoftToken::the();
    token.take_out();
    auto const start = [&] {
        auto config = cambodia.config();
        auto const started = Node::start(std::move(config), demo_store_key(), clock, [](Error const&) {});
        return code_of(started);
    };
    BOOST_CHECK_EQUAL(start(), "token.not_there");
    token.put_back();
    SoftToken::write_pin(pin_file, "000000");
    auto const before = token.logins();
    BOOST_CHECK_EQUAL(start(), "token.wrong_pin");
    BOOST_CHECK_EQUAL(start(), "token.pin_refused_before");
    SoftToken::write_pin(pin_file, SoftToken::right_pin);
    BOOST_CHECK_EQUAL(start(), "token.pin_refused_before");
    BOOST_CHECK_EQUAL(token.logins(), before + 1);
    std::filesystem::remove(identity_of(cambodia) / "token.pin-refused");
    cambodia.start();
    thailand.check_peer(cambodia);
    static_cast<void>(delivered_message());
}

BOOST_AUTO_TEST_SUITE_END()
