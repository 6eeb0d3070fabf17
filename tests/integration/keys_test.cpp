// The life of keys between two real nodes: renewed while messages wait, taken up by the running daemon, destroyed in
// time.
#include "daemon/files.h"
#include "daemon/identity_renewal.h"
#include "two_nodes.h"

#include <algorithm>

namespace life_of_keys {
namespace {

using namespace casebridge;
using namespace casebridge::test;

std::filesystem::path identity_of(DemoMinistry const& node) {
    return node.directory() / "state" / "identity";
}

/// TLS goes by the machine's clock, which the test's may be ahead of.
void renew(DemoMinistry const& node, Timestamp now) {
    must(renew_leaves(identity_of(node), node.id(), Suite::p256_sha256, now));
}

std::string key_events(DemoMinistry const& node) {
    return std::to_string(node.counter("casebridge_keys_total{event=\"taken_up\"}")) + " taken up, " +
           std::to_string(node.counter("casebridge_keys_total{event=\"destroyed\"}")) + " destroyed";
}

void look_until(DemoMinistry& node, std::string const& events) {
    eventually(events, [&] {
        node.patrol();
        return key_events(node) == events;
    });
}

/// Until one old key is kept: what a look does comes one after the other.
void look_until_retired(DemoMinistry& node) {
    look_until(node, "1 taken up, 0 destroyed");
    eventually("a key is kept", [&] { return node.counter("casebridge_retired_keys") == 1; });
}

/// Refused for what it says, and so it was opened; or not opened at all.
std::string posted_by(DemoMinistry const& sender, DemoMinistry const& receiver, Bytes sealed) {
    PeerClient client(sender.tls_identity());
    return summary(post_message(client, receiver.target(), std::move(sealed)));
}

}  // namespace
}  // namespace life_of_keys

BOOST_FIXTURE_TEST_SUITE(life_of_keys, casebridge::test::TwoNodes)

BOOST_AUTO_TEST_CASE(what_waited_while_both_renewed_all_keys_arrives_once_and_nobody_restarts) {
    cambodia.stop();
    auto const waiting = queue();
    wait_for_attempts(waiting, 1);
    auto const as_sealed = sealed(waiting);
    renew(thailand, clock.now());
    renew(cambodia, clock.now());
    look_until(thailand, "1 taken up, 0 destroyed");
    cambodia.start();
    eventually("it is delivered", [&] {
        retry();
        return thailand.outbox_state(waiting) == "delivered ";
    });
    BOOST_CHECK(sealed(waiting) == as_sealed);  // the old key opens it
    BOOST_CHECK_EQUAL(cambodia.inbox().size(), 1U);

    renew(cambodia, clock.now());
    BOOST_REQUIRE_EQUAL(key_events(cambodia), "0 taken up, 0 destroyed");  // by the restart, before
    cambodia.reload();
    BOOST_CHECK_EQUAL(key_events(cambodia), "1 taken up, 0 destroyed");
    static_cast<void>(delivered_message());  // Thailand does not know of the third key yet
    thailand.check_peer(cambodia);
    auto const after = delivered_message();
    BOOST_CHECK_EQUAL(cambodia.inbox().size(), 3U);
    auto const current = cambodia.identity();
    BOOST_CHECK_EQUAL(opened(current, sealed(after), thailand.pin(), clock.now()).signer_node().text(), "th-msdhs");
    auto const leaves = cambodia.leaves("keys.taken_up");
    BOOST_CHECK_EQUAL(leaves.size(), 3U);
    BOOST_CHECK(std::ranges::any_of(leaves, [&](auto const& facts) {
        return facts.text_or("encryption") == current.encryption_chain.front().fingerprint().hex();
    }));
}

BOOST_AUTO_TEST_CASE(an_old_key_opens_what_may_be_under_way_and_is_destroyed_after_that) {
    auto const yesterday = sealed(delivered_message());
    auto const retired = "encryption." + cambodia.identity().encryption_chain.front().fingerprint().hex();
    auto const key_file = identity_of(cambodia) / (retired + ".key.pem");
    renew(cambodia, clock.now());
    look_until_retired(cambodia);
    // A second name for the bytes shows that they are overwritten and not only unlinked.
    std::filesystem::create_hard_link(key_file, directory.path() / "kept");

    clock.turn(kept_after_retirement - std::chrono::minutes(1));
    cambodia.patrol();
    BOOST_CHECK_EQUAL(posted_by(thailand, cambodia, yesterday), "200 application/cms");  // the same receipt
    BOOST_CHECK_EQUAL(key_events(cambodia), "1 taken up, 0 destroyed");
    BOOST_CHECK(std::filesystem::exists(key_file));

    clock.turn(std::chrono::minutes(1));
    look_until(cambodia, "1 taken up, 1 destroyed");
    // The file goes before the key in memory does.
    eventually("it is forgotten",
               [&] { return posted_by(thailand, cambodia, yesterday) == "400 envelope.unknown_recipient"; });
    BOOST_CHECK_EQUAL(posted_by(thailand, cambodia, yesterday), "400 envelope.unknown_recipient");
    BOOST_CHECK(!std::filesystem::exists(key_file));
    auto const bytes = must(read_file(directory.path() / "kept", 1 << 16));
    BOOST_CHECK(!bytes.empty() && std::ranges::all_of(bytes, [](auto byte) { return byte == 0; }));
    auto const leaves = cambodia.leaves("keys.destroyed");
    BOOST_REQUIRE_EQUAL(leaves.size(), 1U);
    BOOST_CHECK_EQUAL(leaves.front().text_or("key") + "." + leaves.front().text_or("certificate"), retired);
    eventually("none is kept", [&] { return cambodia.counter("casebridge_retired_keys") == 0; });

    cambodia.stop();
    cambodia.start();
    BOOST_CHECK_EQUAL(posted_by(thailand, cambodia, yesterday), "400 envelope.unknown_recipient");
}

BOOST_AUTO_TEST_CASE(a_renewal_that_the_daemon_could_not_take_up_destroys_nothing) {
    auto const good = casebridge::to_text(must(read_file(identity_of(cambodia) / "signing.pem", 1 << 16)));
    renew(cambodia, clock.now());
    must(write_file_atomically(identity_of(cambodia) / "signing.pem", as_bytes("nothing"), 0644));
    for (int i = 0; i < 3; ++i) cambodia.patrol();
    BOOST_CHECK_EQUAL(cambodia.officer().post("/v1/reload", Json::object().set("reason", "test")).summary(),
                      "400 certificate.malformed");
    static_cast<void>(delivered_message());  // with the keys of before
    BOOST_CHECK_EQUAL(key_events(cambodia), "0 taken up, 0 destroyed");
    renew(cambodia, clock.now());
    look_until(cambodia, "1 taken up, 0 destroyed");
    static_cast<void>(delivered_message());
}

BOOST_AUTO_TEST_CASE(a_destruction_that_was_cut_off_is_finished_at_the_next_start) {
    auto const retired = "encryption." + cambodia.identity().encryption_chain.front().fingerprint().hex();
    renew(cambodia, clock.now());
    look_until_retired(cambodia);
    auto const key = casebridge::to_text(must(read_file(identity_of(cambodia) / (retired + ".key.pem"), 1 << 16)));
    auto const certificate = casebridge::to_text(must(read_file(identity_of(cambodia) / (retired + ".pem"), 1 << 16)));
    clock.turn(kept_after_retirement);
    look_until(cambodia, "1 taken up, 1 destroyed");
    cambodia.stop();
    // As if the process had ended after the leaf was committed: overwritten, and not yet removed.
    must(write_file_atomically(identity_of(cambodia) / (retired + ".key.pem"), Bytes(key.size(), 0), 0600));
    must(write_file_atomically(identity_of(cambodia) / (retired + ".pem"), as_bytes(certificate), 0644));
    cambodia.start();
    BOOST_CHECK(!std::filesystem::exists(identity_of(cambodia) / (retired + ".key.pem")));
    BOOST_CHECK_EQUAL(cambodia.leaves("keys.destroyed").size(), 1U);
}

BOOST_AUTO_TEST_CASE(a_partner_s_document_is_fetched_again_before_its_old_key_goes) {
    static_cast<void>(delivered_message());
    renew(cambodia, clock.now());
    look_until(cambodia, "1 taken up, 0 destroyed");
    clock.turn(longest_document_age / 2);
    thailand.patrol();
    eventually("the document is fetched", [&] {
        auto const json = thailand.officer().get("/v1/peers").json();
        return json.find("peers")->as_array()->front().text_or("refreshed_at") == to_rfc3339(clock.now());
    });
    auto current = cambodia.identity();
    current.encryption_keys.erase(current.encryption_keys.begin() + 1, current.encryption_keys.end());
    auto const message = delivered_message();
    BOOST_CHECK_EQUAL(opened(current, sealed(message), thailand.pin(), clock.now()).signer_node().text(), "th-msdhs");
}

BOOST_AUTO_TEST_CASE(ends_are_a_metric_and_one_line_a_day) {
    auto const lines = [&] {
        std::size_t count = 0;
        auto const text = log.text();
        for (auto at = text.find("certificate.ends"); at != std::string::npos;
             at = text.find("certificate.ends", at + 1))
            ++count;
        return count;
    };
    auto const looked = [&] {
        cambodia.patrol();
        eventually("the days are told", [&] {
            return cambodia.metrics().find("casebridge_certificate_days_left{certificate=\"root\"}") !=
                   std::string::npos;
        });
    };
    looked();
    BOOST_CHECK_EQUAL(cambodia.counter("casebridge_certificate_days_left{certificate=\"tls\"}"), 364);
    BOOST_CHECK_EQUAL(lines(), 0U);
    clock.turn(std::chrono::days(64));
    eventually("a line", [&] {
        cambodia.patrol();
        return lines() == 1U;
    });
    cambodia.stop();
    cambodia.start();
    clock.turn(std::chrono::days(1));
    eventually("a line of the next day", [&] {
        cambodia.patrol();
        return lines() == 2U;
    });
}

BOOST_AUTO_TEST_SUITE_END()
