// Two real nodes witness each other's logs; one of them is given yesterday's store.
#include "daemon/identity_directory.h"
#include "daemon/log_endpoint.h"
#include "witnesses.h"

using namespace casebridge;
using namespace casebridge::test;

namespace {

/// Lao PDR witnesses Thailand's log, too.
struct ThreeWitnesses : Witnesses {
    ThreeWitnesses() {
        laos.start();
        thailand.add_peer(laos);
        laos.add_peer(thailand);
        eventually("all cosign", [&] {
            BOOST_REQUIRE_EQUAL(thailand.officer().post("/v1/witness/round", Json::object()).summary(), "200");
            auto const json = view(thailand);
            return std::ranges::all_of(*json.find("partners")->as_array(), [&](Json const& each) {
                return *each.find("cosigned_size") == *json.find("size");
            });
        });
    }
    /// All that Thailand's log holds now.
    void wait_until_laos_holds_all() const {
        auto const size = *view(thailand).find("size")->as_integer();
        eventually("Lao PDR has cosigned it", [&] {
            BOOST_REQUIRE_EQUAL(thailand.officer().post("/v1/witness/round", Json::object()).summary(), "200");
            auto const json = partner(laos);
            return *json.find("witnessed_size")->as_integer() >= size;
        });
    }
    DemoMinistry laos{directory.path(), "la-mlsw", {"anti-trafficking-division"}, clock};
};

PeerClient::Outcome get(PeerClient& client, PeerTarget const& target, std::string const& path) {
    std::promise<PeerClient::Outcome> promise;
    client.call({.target = target, .path = path},
                [&](PeerClient::Outcome outcome) { promise.set_value(std::move(outcome)); });
    return promise.get_future().get();
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(witnesses, Witnesses)

BOOST_AUTO_TEST_CASE(partners_cosign_and_mirror_each_others_logs) {
    static_cast<void>(delivered_message());
    for (auto const* node : {&thailand, &cambodia}) wait_until_cosigned(*node);
    for (auto const* node : {&thailand, &cambodia})
        BOOST_CHECK(*partner(*node).find("mirrored") == *partner(*node).find("witnessed_size"));
    BOOST_CHECK(*view(thailand).find("may_send") == Json(true));
    BOOST_CHECK_EQUAL(partner(thailand).text_or("code"), "");
    auto const status = thailand.officer().get("/v1/status").json();
    BOOST_CHECK(*status.find("witnesses")->find("cosigning") == Json(1));
    BOOST_CHECK_EQUAL(thailand.counter("casebridge_alarms_total{kind=\"log_fork\"}"), 0);
}

BOOST_AUTO_TEST_CASE(the_record_of_a_witness_is_signed_by_both_and_the_tiles_give_its_root) {
    static_cast<void>(delivered_message());
    wait_until_cosigned(cambodia);
    PeerClient client(cambodia.tls_identity());
    auto const origin = sha256(as_bytes(log_origin(cambodia.id()))).hex();
    auto const answer = get(client, thailand.target(), "/exchange/v1/log/" + origin + "/checkpoint");
    BOOST_REQUIRE_EQUAL(summary(answer), "200 text/plain; charset=utf-8");
    std::vector<NoteVerifier> const witness_keys{thailand.identity().witness_key->verifier()};
    auto const record =
        must(open_checkpoint(to_text(body_of(answer)), cambodia.identity().log_key->verifier(), witness_keys));
    BOOST_CHECK_EQUAL(record.cosignatures.size(), 1U);
    auto const size = record.checkpoint.size;
    PeerClient other(thailand.tls_identity());
    auto const tile = get(other, cambodia.target(), "/exchange/v1/log/tile/0/000.p/" + std::to_string(size));
    BOOST_REQUIRE_EQUAL(summary(tile), "200 application/octet-stream");
    MerkleFrontier tree;
    auto const hashes = body_of(tile);
    BOOST_REQUIRE_EQUAL(hashes.size(), size * 32);
    for (std::size_t i = 0; i < size; ++i) tree.append(must(Digest::from_bytes(ByteView(hashes).subspan(i * 32, 32))));
    BOOST_CHECK(tree.root() == record.checkpoint.root);
    for (auto const& [path, expected] :
         {std::pair("tile/0/001", "404 log.no_such_size"), std::pair("tile/0/1", "404 http.not_found"),
          std::pair("mirror", "400 request.bad_number"), std::pair("nothing", "404 http.not_found"),
          std::pair("0123/checkpoint", "404 log.unknown"), std::pair("0123/consistency", "400 request.bad_number"),
          std::pair("0123/consistency?old=1", "404 log.unknown"),
          std::pair("add-checkpoint", "405 http.method_not_allowed"),
          std::pair("add-leaves?first=0", "405 http.method_not_allowed")})
        BOOST_CHECK_EQUAL(summary(get(other, cambodia.target(), std::string("/exchange/v1/log/") + path)), expected);
}

BOOST_AUTO_TEST_CASE(without_a_cosignature_for_four_hours_no_case_data_leaves_but_withdrawals_do) {
    auto const told = delivered_message();
    auto const known = cambodia.identity();
    // Thailand loses its witness: it knows another key than Cambodia signs with.
    auto const stranger = must(
        NoteSigner::make(witness_name(cambodia.id()), NoteKeyType::cosignature, must(PrivateKey::generate_ed25519())));
    wait_until_cosigned(thailand);
    set_keys(thailand, cambodia, "", stranger.verifier().text());
    clock.turn(std::chrono::hours(4) + std::chrono::minutes(1));
    auto const message = queue();
    wait_for(message, "queued log.not_witnessed");
    BOOST_CHECK(*view(thailand).find("may_send") == Json(false));
    BOOST_CHECK_EQUAL(view(thailand).text_or("code"), "log.not_witnessed");
    BOOST_CHECK_EQUAL(health(thailand, "witnesses"), "degraded log.not_witnessed");

    withdraw_consent();
    eventually("the withdrawal arrives", [&] {
        retry();
        return cambodia.leaves("erasure").size() == 1;
    });
    BOOST_CHECK_EQUAL(thailand.outbox_state(told), "delivered ");
}

BOOST_AUTO_TEST_CASE(what_waited_for_a_cosignature_leaves_with_it) {
    static_cast<void>(delivered_message());
    auto const right = cambodia.identity().witness_key->verifier().text();
    auto const stranger = must(
        NoteSigner::make(witness_name(cambodia.id()), NoteKeyType::cosignature, must(PrivateKey::generate_ed25519())));
    set_keys(thailand, cambodia, "", stranger.verifier().text());
    clock.turn(std::chrono::hours(4) + std::chrono::minutes(1));
    auto const message = queue();
    wait_for(message, "queued log.not_witnessed");
    set_keys(thailand, cambodia, "", right);
    eventually("the message is delivered", [&] {
        retry();
        return thailand.outbox_state(message) == "delivered ";
    });
}

BOOST_AUTO_TEST_CASE(a_head_that_travels_leaves_out_the_cosignatures_that_do_not_fit) {
    auto const own =
        must(NoteSigner::make("example.com/log", NoteKeyType::signature, must(PrivateKey::generate_ed25519())));
    Checkpoint const head{"example.com/log", 7, sha256({})};
    auto note = sign_checkpoint(head, own);
    auto const alone = note.size();
    for (int i = 0; i < 30; ++i)
        note += must(NoteSigner::make("example.com/witness" + std::to_string(i), NoteKeyType::cosignature,
                                      must(PrivateKey::generate_ed25519())))
                    .sign(head.text(), 1);
    auto const carried = fitting_note(note, most_note_bytes);
    BOOST_CHECK_LE(carried.size(), most_note_bytes);
    BOOST_CHECK_GT(carried.size(), alone);
    BOOST_CHECK(must(open_checkpoint(carried, own.verifier())).checkpoint == head);
    BOOST_CHECK_EQUAL(fitting_note(note, alone - 1), "");
    BOOST_CHECK_EQUAL(fitting_note("no note", most_note_bytes), "");
}

BOOST_AUTO_TEST_CASE(a_partner_with_the_smallest_heads_gets_messages) {
    cambodia.stop();
    cambodia.config().limits.header_bytes = 2 * 1024;
    cambodia.start();
    wait_until_cosigned(thailand);
    static_cast<void>(delivered_message());
    wait_until_cosigned(cambodia);
    change_name("Another");
    static_cast<void>(delivered_message());
}

BOOST_AUTO_TEST_CASE(a_partner_that_is_busy_has_not_been_compared_with) {
    thailand.stop();
    cambodia.stop();
    thailand.start();
    {
        FakeReceiver const busy(cambodia, thailand, problem(503, "daemon.busy"));
        auto const message = queue();
        wait_for(message, "queued peer.answered_later");
        BOOST_CHECK(*partner(thailand).find("compared") == Json(false));
        BOOST_CHECK_EQUAL(thailand.disclosure(message), "prepared");
    }
    cambodia.start();
    eventually("it is compared", [&] {
        retry();
        return *partner(thailand).find("compared") == Json(true);
    });
}

BOOST_AUTO_TEST_CASE(keys_of_others_are_refused) {
    auto const own = thailand.identity();
    auto const log_key = own.log_key->verifier().text(), witness = own.witness_key->verifier().text();
    set_keys(thailand, cambodia, log_key, "", "400 peer.wrong_log_key");
    set_keys(thailand, cambodia, "", witness, "400 peer.wrong_witness_key");
    set_keys(thailand, cambodia, "no key", "", "400 note.bad_vkey");
    set_keys(thailand, cambodia, "", "", "400 request.missing");
}

BOOST_AUTO_TEST_CASE(yesterdays_store_is_noticed_at_start_and_nothing_is_done_with_it) {
    wait_until_cosigned(thailand);
    keep_store(thailand);
    static_cast<void>(delivered_message());
    withdraw_consent();
    wait_until_erasure_is_confirmed();
    wait_until_cosigned(thailand);
    auto const before = *view(thailand).find("size");

    put_store_back(thailand);
    thailand.start();
    wait_until_frozen(thailand, "log.behind");
    clock.turn(std::chrono::minutes(1));  // the survey before is old
    BOOST_CHECK_EQUAL(health(thailand, "witnesses"), "down log.behind");
    BOOST_CHECK(*view(thailand).find("size") != before);
    BOOST_CHECK_EQUAL(
        thailand.officer().post("/v1/messages/send", request().set("reason", "try").set("preview", "")).status >= 400,
        true);
    BOOST_CHECK_EQUAL(thailand.officer().get("/v1/log/checkpoint").summary(), "409 log.behind");
    BOOST_CHECK_EQUAL(thailand.counter("casebridge_alarms_total{kind=\"log_frozen\"}"), 1);
    // What was sent to it is not admitted: its receipt would take the place of another leaf.
    PeerClient client(cambodia.tls_identity());
    auto const path = "/exchange/v1/messages";
    BOOST_CHECK_EQUAL(summary(post_message(client, thailand.target(), {1, 2, 3}, path)), "503 log.behind");

    thailand.stop();
    cambodia.stop();
    thailand.start();  // the partner is away, and it is known all the same
    BOOST_CHECK_EQUAL(view(thailand).text_or("frozen"), "log.behind");
}

BOOST_AUTO_TEST_CASE(partners_bring_yesterdays_store_forward_and_the_withdrawal_with_it) {
    auto const first = delivered_message();
    keep_store(thailand);
    change_name("Another");
    auto const lost = delivered_message();  // what the old store will not know
    withdraw_consent();
    wait_until_erasure_is_confirmed();
    wait_until_cosigned(thailand);
    auto const before = *view(thailand).find("size")->as_integer();

    thailand.stop();
    put_store_back(thailand);
    thailand.start();
    wait_until_frozen(thailand, "log.behind");
    auto const planned = recover(thailand, true);
    auto const head = *planned.find("head")->as_integer();
    BOOST_CHECK_LE(head, before);
    BOOST_CHECK_GT(head, *planned.find("size")->as_integer());
    BOOST_CHECK_EQUAL(view(thailand).text_or("frozen"), "log.behind");
    static_cast<void>(recover(thailand, false));
    wait_until_recovered(thailand);
    BOOST_CHECK_EQUAL(view(thailand).text_or("frozen"), "");

    // The withdrawal is back, and what had been told.
    auto const told = thailand.officer().get("/v1/recovery").json();
    BOOST_CHECK(*told.find("withdrawals") == Json(1));
    BOOST_CHECK(*told.find("register") == Json(1));
    BOOST_CHECK(*told.find("unknown") == Json(0));
    BOOST_CHECK_EQUAL(thailand.disclosure(lost), "delivered");
    auto const refused = thailand.officer().post("/v1/cases/preview", request().set("reason", "try")).json();
    BOOST_CHECK_EQUAL(refused.find("denials")->as_array()->front().text_or("code"), "release.consent_withdrawn");
    // The log goes on where it was, and the partner cosigns it.
    wait_until_cosigned(thailand);
    BOOST_CHECK_GT(*view(thailand).find("size")->as_integer(), head);
    BOOST_CHECK(*partner(cambodia).find("accused") == Json(false));
    BOOST_CHECK_EQUAL(thailand.leaves("log.recover").size(), 1U);
    BOOST_CHECK_EQUAL(thailand.officer().get("/v1/log/proof?leaf=" + std::to_string(head - 1)).summary(),
                      "404 log.leaf_lost");
    thailand.stop();
    thailand.start();  // the whole log is hashed again
    wait_until_cosigned(thailand);
    BOOST_CHECK_EQUAL(thailand.fatal_errors(), 0);
    static_cast<void>(first);
}

BOOST_AUTO_TEST_CASE(what_a_partner_had_sent_comes_once_more_and_stays_erased_if_it_was_withdrawn) {
    wait_until_cosigned(cambodia);
    keep_store(cambodia);
    auto const message = delivered_message();
    withdraw_consent();
    wait_until_erasure_is_confirmed();
    wait_until_cosigned(cambodia);

    cambodia.stop();
    put_store_back(cambodia);
    cambodia.start();
    wait_until_frozen(cambodia, "log.behind");
    static_cast<void>(recover(cambodia, false));
    wait_until_recovered(cambodia);
    eventually("the withdrawal has come once more", [&] {
        retry();
        clock.turn(std::chrono::seconds(6));
        return cambodia.leaves("admission").size() >= 1;
    });
    for (auto const& row : cambodia.inbox())
        if (row.text_or("message") == message) BOOST_CHECK_NE(row.text_or("state"), "readable");
    BOOST_CHECK_EQUAL(cambodia.officer().get("/v1/inbox/" + message, {{"reason", "look"}}).status == 200, false);
}

BOOST_AUTO_TEST_CASE(a_message_that_was_receipted_and_lost_is_there_again) {
    wait_until_cosigned(cambodia);
    keep_store(cambodia);
    auto const message = delivered_message();
    wait_until_cosigned(cambodia);
    cambodia.stop();
    put_store_back(cambodia);
    cambodia.start();
    wait_until_frozen(cambodia, "log.behind");
    BOOST_CHECK(cambodia.inbox().empty());
    static_cast<void>(recover(cambodia, false));
    wait_until_recovered(cambodia);
    eventually("the message is there again", [&] {
        clock.turn(std::chrono::seconds(6));
        return cambodia.inbox().size() == 1;
    });
    eventually("it is delivered again", [&] {
        retry();
        return thailand.outbox_state(message) == "delivered ";
    });
    BOOST_CHECK_EQUAL(thailand.disclosure(message), "delivered");
    BOOST_CHECK_EQUAL(thailand.leaves("replay").size(), 1U);
}

BOOST_AUTO_TEST_CASE(a_partner_cannot_have_everything_sent_again_all_the_time) {
    static_cast<void>(delivered_message());
    PeerClient client(cambodia.tls_identity());
    auto const ask = [&](std::string const& body) {
        return summary(post_message(client, thailand.target(), to_bytes(body), "/exchange/v1/replay"));
    };
    std::string const all = R"({"since":"2020-01-01T00:00:00.000Z","after":0})";
    BOOST_CHECK_EQUAL(ask(all), "200 ");
    BOOST_CHECK_EQUAL(ask(all), "429 replay.too_often");
    BOOST_CHECK_EQUAL(ask(R"({"since":"2020-01-01T00:00:00.000Z","after":1})"), "200 ");
    BOOST_CHECK_EQUAL(ask("{}"), "400 log.missing_member");
    BOOST_CHECK_EQUAL(ask("no JSON"), "400 json.malformed");
    BOOST_CHECK_EQUAL(ask(R"({"since":"yesterday","after":0})"), "400 time.bad_timestamp");
    BOOST_CHECK_EQUAL(thailand.leaves("replay").size(), 1U);
}

BOOST_AUTO_TEST_CASE(without_a_partner_nothing_is_brought_forward_and_nothing_is_done) {
    wait_until_cosigned(thailand);
    keep_store(thailand);
    static_cast<void>(delivered_message());
    wait_until_cosigned(thailand);
    thailand.stop();
    put_store_back(thailand);
    cambodia.stop();
    thailand.start();
    // Nobody can tell it yet; but nothing leaves before the partner was asked.
    auto const message = queue();
    wait_for(message, "queued peer.unreachable");
    BOOST_CHECK_EQUAL(recover_code(thailand), "409 recover.not_needed");
    cambodia.start();
    wait_until_frozen(thailand, "log.behind");
    cambodia.stop();
    BOOST_CHECK_EQUAL(recover_code(thailand), "503 recover.no_partner");
    cambodia.start();
    // What it did meanwhile moves behind what comes back.
    BOOST_CHECK_GT(*recover(thailand, false).find("moved")->as_integer(), 0);
    wait_until_recovered(thailand);
    wait_until_cosigned(thailand);
    BOOST_CHECK(*partner(cambodia).find("accused") == Json(false));
}

BOOST_AUTO_TEST_CASE(a_message_tells_a_node_that_its_store_is_old_before_it_admits_anything) {
    wait_until_cosigned(cambodia);
    keep_store(cambodia);
    static_cast<void>(delivered_message());
    wait_until_cosigned(cambodia);
    auto const received = cambodia.inbox().size();
    put_store_back(cambodia);
    cambodia.config().witness_interval = std::chrono::hours(1);
    cambodia.start();
    auto const message = queue();
    wait_until_frozen(cambodia, "log.behind");
    eventually("the sender is told", [&] { return thailand.outbox_state(message) == "queued peer.answered_later"; });
    BOOST_CHECK_LT(cambodia.inbox().size(), received);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(three_witnesses, ThreeWitnesses)

BOOST_AUTO_TEST_CASE(one_partner_is_enough_to_come_forward_and_the_other_is_waited_for) {
    keep_store(thailand);
    static_cast<void>(delivered_message());
    withdraw_consent();
    wait_until_erasure_is_confirmed();
    wait_until_laos_holds_all();

    cambodia.stop();
    thailand.stop();
    put_store_back(thailand);
    thailand.start();
    wait_until_frozen(thailand, "log.behind");
    BOOST_CHECK_EQUAL(recover(thailand, false).text_or("from"), "la-mlsw");
    eventually("Lao PDR was asked", [&] { return view(thailand).find("waiting")->as_array()->size() == 1; });
    BOOST_CHECK_EQUAL(view(thailand).text_or("code"), "log.recovering");
    // Lao PDR knows nothing of the withdrawal: what may be told of it is not, as long as Cambodia was not asked.
    auto const message = queue();
    wait_for(message, "queued peer.unreachable");
    thailand.stop();
    thailand.start();
    BOOST_CHECK_EQUAL(view(thailand).text_or("code"), "log.recovering");

    cambodia.start();
    wait_until_recovered(thailand);
    wait_for_attempts(message, 1);
    // The store has forgotten whom the withdrawal was for: it is for an officer.
    BOOST_CHECK_EQUAL(view(thailand).text_or("code"), "log.withdrawals_unknown");
    auto const told = thailand.officer().get("/v1/recovery").json();
    BOOST_CHECK_EQUAL(told.find("unknown_withdrawals")->as_array()->front().text_or("peer"), "kh-mosvy");
    eventually("the message waits for that", [&] {
        retry();
        return thailand.outbox_state(message) == "queued log.withdrawals_unknown";
    });
    // Another recovery does not let anybody forget that.
    keep_store(thailand);
    withdraw_consent();
    wait_until_laos_holds_all();
    thailand.stop();
    put_store_back(thailand);
    thailand.start();
    wait_until_frozen(thailand, "log.behind");
    clock.turn(std::chrono::minutes(1));
    static_cast<void>(recover(thailand, false));
    wait_until_recovered(thailand);
    auto const again = thailand.officer().get("/v1/recovery").json();
    BOOST_CHECK_EQUAL(again.find("unknown_withdrawals")->as_array()->size(), 1U);
    BOOST_CHECK_EQUAL(view(thailand).text_or("code"), "log.withdrawals_unknown");
    withdraw_consent();
    BOOST_CHECK_EQUAL(thailand.officer().post("/v1/recovery/attest", Json::object().set("reason", "done")).summary(),
                      "200");
    BOOST_CHECK_EQUAL(thailand.officer().post("/v1/recovery/attest", Json::object().set("reason", "done")).summary(),
                      "404 recover.not_waiting");
    eventually("the message is refused", [&] {
        retry();
        return thailand.outbox_state(message).starts_with("refused ");
    });
    BOOST_CHECK_EQUAL(thailand.disclosure(message), "never_sent");
    BOOST_CHECK(*view(thailand).find("may_send") == Json(true));
}

BOOST_AUTO_TEST_CASE(a_partner_that_has_lost_what_it_mirrored_does_not_stand_in_the_way_of_another) {
    keep_store(thailand);
    static_cast<void>(delivered_message());
    wait_until_laos_holds_all();
    wait_until_cosigned(thailand);  // by Cambodia, which is asked first
    cambodia.stop();
    must(must(Database::open(cambodia.config().state_directory / "casebridge.db", demo_store_key(),
                             Database::Mode::open_existing))
             .execute("DELETE FROM mirror_tiles; DELETE FROM mirrors"));
    thailand.stop();
    put_store_back(thailand);
    cambodia.start();
    thailand.start();
    wait_until_frozen(thailand, "log.behind");
    BOOST_CHECK_EQUAL(recover(thailand, false).text_or("from"), "la-mlsw");
}

BOOST_AUTO_TEST_CASE(an_officer_may_say_that_a_partner_is_not_waited_for) {
    keep_store(thailand);
    static_cast<void>(delivered_message());
    wait_until_laos_holds_all();
    cambodia.stop();
    thailand.stop();
    put_store_back(thailand);
    thailand.start();
    wait_until_frozen(thailand, "log.behind");
    static_cast<void>(recover(thailand, false));
    eventually("Lao PDR was asked", [&] { return view(thailand).find("waiting")->as_array()->size() == 1; });
    auto const skip = [&](std::string const& node) {
        return thailand.officer()
            .post("/v1/recovery/skip", Json::object().set("node", node).set("reason", "closed for good"))
            .summary();
    };
    BOOST_CHECK_EQUAL(skip("la-mlsw"), "404 recover.not_waiting");
    BOOST_CHECK_EQUAL(skip("kh-mosvy"), "200");
    BOOST_CHECK(*view(thailand).find("may_send") == Json(true));
}

BOOST_AUTO_TEST_SUITE_END()
