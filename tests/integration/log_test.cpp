// What a partner and an auditor can verify of a node's log, over the wire and offline.
#include "crypto/log_proof.h"
#include "daemon/identity_directory.h"
#include "tests/unit/daemon/raw_store.h"
#include "two_nodes.h"

#include <bit>

using namespace casebridge;
using namespace casebridge::test;

namespace two_nodes_log {
namespace {

struct TwoLogs : TwoNodes {
    [[nodiscard]] PeerClient::Outcome ask(PeerClient& client, std::string const& method = "GET") const {
        std::promise<PeerClient::Outcome> promise;
        PeerCall call{.target = cambodia.target(), .method = method, .path = "/exchange/v1/log/checkpoint"};
        client.call(std::move(call), [&](PeerClient::Outcome outcome) { promise.set_value(std::move(outcome)); });
        return promise.get_future().get();
    }
    /// As Thailand sees Cambodia's log.
    [[nodiscard]] Checkpoint seen() const {
        PeerClient client{thailand.tls_identity()};
        auto const outcome = ask(client);
        BOOST_REQUIRE_EQUAL(summary(outcome), "200 text/plain; charset=utf-8");
        return must(open_checkpoint(to_text(body_of(outcome)), key())).checkpoint;
    }
    [[nodiscard]] NoteVerifier key() const { return cambodia.identity().log_key->verifier(); }
    [[nodiscard]] Json log(std::string const& path) const {
        auto const answer = cambodia.officer().get("/v1/log/" + path);
        BOOST_REQUIRE_EQUAL(answer.summary(), "200");
        return answer.json();
    }
    [[nodiscard]] std::string code(std::string const& path) const {
        return cambodia.officer().get("/v1/log/" + path).summary();
    }
};

}  // namespace
}  // namespace two_nodes_log

BOOST_FIXTURE_TEST_SUITE(two_nodes_log, TwoLogs)

BOOST_AUTO_TEST_CASE(a_partner_that_keeps_a_checkpoint_can_be_shown_that_the_log_only_grew) {
    auto const before = seen();
    BOOST_CHECK_EQUAL(before.origin, "casebridge.internal/kh-mosvy/log");
    BOOST_CHECK_GT(before.size, 0U);
    static_cast<void>(delivered_message());
    auto const after = seen();
    BOOST_CHECK_GT(after.size, before.size);
    auto const proof = log("consistency?old=" + std::to_string(before.size) + "&new=" + std::to_string(after.size));
    BOOST_CHECK(must(verify_consistency_text(proof.text_or("text"), key(), before)).checkpoint == after);
    BOOST_CHECK_EQUAL(proof.text_or("vkey"), key().text());
    auto forged = before;
    forged.root = after.root;
    // SPEC RFC 9162 2.1.4.2: a proof from a full tree begins at the old root itself, so that the new one does not fit.
    CHECK_CODE(verify_consistency_text(proof.text_or("text"), key(), forged),
               std::has_single_bit(before.size) ? "merkle.wrong_root" : "merkle.wrong_old_root");
    BOOST_CHECK_EQUAL(cambodia.officer().get("/v1/status").json().find("identity")->text_or("log_key"), key().text());
}

BOOST_AUTO_TEST_CASE(every_leaf_is_proved_and_erasing_its_detail_changes_no_proof) {
    static_cast<void>(delivered_message());
    auto const head = must(open_checkpoint(log("checkpoint").text_or("text"), key())).checkpoint;
    std::vector<std::string> before;
    for (std::uint64_t leaf = 0; leaf < head.size; ++leaf) {
        auto const proof = log("proof?leaf=" + std::to_string(leaf) + "&size=" + std::to_string(head.size));
        auto const proven = must(verify_inclusion_text(proof.text_or("text"), key()));
        BOOST_CHECK_EQUAL(proven.index, leaf);
        BOOST_CHECK_EQUAL(to_text(proven.data), proof.text_or("data"));
        BOOST_CHECK(proven.head.checkpoint == head);
        before.push_back(proof.text_or("text"));
    }
    cambodia.stop();
    {
        auto const store = must(Store::open(cambodia.config().state_directory / "casebridge.db", demo_store_key(),
                                            Database::Mode::open_existing));
        for (std::uint64_t leaf = 0; leaf < head.size; ++leaf) must(store->log().erase_detail(leaf));
    }
    cambodia.start();
    for (std::uint64_t leaf = 0; leaf < head.size; ++leaf)
        BOOST_CHECK_EQUAL(
            log("proof?leaf=" + std::to_string(leaf) + "&size=" + std::to_string(head.size)).text_or("text"),
            before[leaf]);
}

BOOST_AUTO_TEST_CASE(what_the_log_does_not_have_is_refused_with_its_code) {
    BOOST_CHECK_EQUAL(code("checkpoint?size=100000"), "404 log.no_such_size");
    BOOST_CHECK_EQUAL(code("checkpoint?size=01"), "400 request.bad_number");
    BOOST_CHECK_EQUAL(code("proof?leaf=100000"), "404 log.no_such_leaf");
    BOOST_CHECK_EQUAL(code("proof?leaf=0&size=100000"), "404 log.no_such_size");
    BOOST_CHECK_EQUAL(code("proof"), "400 request.missing");
    BOOST_CHECK_EQUAL(code("proof?leaf=x"), "400 request.bad_number");
    BOOST_CHECK_EQUAL(code("consistency?old=2&new=1"), "400 log.sizes_reversed");
    BOOST_CHECK_EQUAL(code("consistency?old=100000"), "400 log.sizes_reversed");
    BOOST_CHECK_EQUAL(code("consistency?old=1&new=100000"), "404 log.no_such_size");
    BOOST_CHECK_EQUAL(code("consistency"), "400 request.missing");
    BOOST_CHECK_EQUAL(*log("checkpoint?size=0").find("size") == Json(0), true);
}

BOOST_AUTO_TEST_CASE(a_node_without_a_log_key_works_and_says_that_it_has_none) {
    cambodia.stop();
    std::filesystem::remove(cambodia.config().state_directory / "identity/log.key.pem");
    cambodia.start();
    PeerClient client{thailand.tls_identity()};
    BOOST_CHECK_EQUAL(summary(ask(client)), "404 log.no_key");
    BOOST_CHECK_EQUAL(code("checkpoint"), "404 log.no_key");
    BOOST_CHECK_EQUAL(code("proof?leaf=0"), "404 log.no_key");
    BOOST_CHECK_EQUAL(code("consistency?old=0"), "404 log.no_key");
    static_cast<void>(delivered_message());
}

BOOST_AUTO_TEST_CASE(the_checkpoint_is_read_only_and_for_partners_alone) {
    PeerClient partner{thailand.tls_identity()};
    BOOST_CHECK_EQUAL(summary(ask(partner, "POST")), "405 http.method_not_allowed");
    DemoMinistry stranger{directory.path(), "la-mlsw", {"main"}, clock};
    PeerClient unknown{stranger.tls_identity()};
    BOOST_CHECK_EQUAL(summary(ask(unknown)), "peer.tls_refused");
}

BOOST_AUTO_TEST_SUITE_END()
