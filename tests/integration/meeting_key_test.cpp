// Two nodes share keys that were handed over in person; a third shares others with one of them.
#include "asking.h"
#include "daemon/meeting_key_file.h"

using namespace casebridge;
using namespace casebridge::test;

namespace meeting_keys {
namespace {

Date today(Timestamp now) {
    return Date(std::chrono::floor<std::chrono::days>(now));
}

struct Keys : Asking {
    Keys() : Asking("automatic") {}

    /// Each for a day, from today on.
    [[nodiscard]] MeetingKeyFile make(NodeId const& one, NodeId const& other, std::size_t count = 60) const {
        return must(MeetingKeyFile::make(one, other, today(clock.now()), count, 1));
    }
    static OfficerAnswer add(DemoMinistry const& at, NodeId const& partner, MeetingKeyFile const& file) {
        auto const text = file.text();
        return at.officer().post("/v1/peers/" + partner.text() + "/meeting-keys",
                                 Json::object().set("keys", to_text(text.reveal())).set("reason", canary_reason));
    }
    static void require(DemoMinistry const& at, NodeId const& partner, bool required = true) {
        auto const answer = at.officer().post("/v1/peers/" + partner.text() + "/meeting-keys/required",
                                              Json::object().set("required", required).set("reason", canary_reason));
        BOOST_REQUIRE_EQUAL(answer.summary(), "200");
    }
    static Json list(DemoMinistry const& at, NodeId const& partner) {
        return at.officer().get("/v1/peers/" + partner.text() + "/meeting-keys").json();
    }
    static std::int64_t figure(Json const& json, std::string_view key) { return *json.find(key)->as_integer(); }

    /// On both sides, and required by both.
    void share(MeetingKeyFile const& file) const {
        BOOST_REQUIRE_EQUAL(add(thailand, cambodia.id(), file).summary(), "200");
        BOOST_REQUIRE_EQUAL(add(cambodia, thailand.id(), file).summary(), "200");
        require(thailand, cambodia.id());
        require(cambodia, thailand.id());
    }
    [[nodiscard]] static Bytes wrapped(Bytes const& sealed, MeetingKeys::Key const& key) {
        return must(add_meeting_layer(sealed, key.id, key.secret));
    }
    [[nodiscard]] std::string brought(Bytes bytes) const {
        PeerClient from_thailand(thailand.tls_identity());
        return summary(post_message(from_thailand, cambodia.target(), std::move(bytes)));
    }
    std::string health_of(DemoMinistry const& at) {
        clock.turn(std::chrono::seconds(2));  // a report is good for one
        auto const report = at.officer().get("/v1/health").json();
        for (auto const& check : *report.find("checks")->as_array())
            if (check.text_or("name") == "meeting_keys") return check.text_or("state") + " " + check.text_or("code");
        return "-";
    }
    /// Whoever was away is reached again, and what waits is due.
    void check_peer_and_wait(std::string const& message) {
        thailand.check_peer(cambodia);
        eventually("delivered", [&] {
            retry();
            return thailand.outbox_state(message) == "delivered ";
        });
    }
    [[nodiscard]] std::string post_message_of_question() { return summary(post(Asking::sealed(query()))); }
    static std::string audit(DemoMinistry const& at) { return at.officer().get("/v1/log", {{"limit", "1000"}}).body; }
    using TwoNodes::sealed;
    /// So many days later, and all that partners have to know of each other again.
    void turn_days(int days) {
        clock.turn(std::chrono::hours(24 * days));
        for (auto* each : {&thailand, &cambodia})
            if (each->runs()) each->patrol();
    }
};

}  // namespace
}  // namespace meeting_keys

BOOST_FIXTURE_TEST_SUITE(meeting_keys, Keys)

BOOST_AUTO_TEST_CASE(messages_questions_and_answers_go_in_the_layer_once_both_have_the_keys) {
    share(make(thailand.id(), cambodia.id()));
    auto const message = delivered_message();                         // Cambodia takes nothing without the layer
    BOOST_CHECK_EQUAL(ask(question()).text_or("state"), "answered");  // nor does Thailand
    // What is stored, receipted and recognised is inside: the same message without its layer is known, not new.
    require(cambodia, thailand.id(), false);
    BOOST_CHECK_EQUAL(brought(sealed(message)), "200 application/cms");
    BOOST_CHECK_EQUAL(cambodia.inbox().size(), 2U);
}

BOOST_AUTO_TEST_CASE(the_key_of_the_next_day_takes_over_also_for_what_waited) {
    auto const file = make(thailand.id(), cambodia.id());
    share(file);
    BOOST_CHECK_EQUAL(list(thailand, cambodia.id()).text_or("current"), to_hex(file.keys[0].id));
    cambodia.stop();
    auto const message = queue();
    wait_for(message, "queued peer.unreachable");
    turn_days(1);
    BOOST_CHECK_EQUAL(list(thailand, cambodia.id()).text_or("current"), to_hex(file.keys[1].id));
    cambodia.start();
    check_peer_and_wait(message);
    // What comes under yesterday's key was under way: it is opened still, and known.
    BOOST_CHECK_EQUAL(brought(wrapped(sealed(message), file.keys[0])), "200 application/cms");
}

BOOST_AUTO_TEST_CASE(keys_are_destroyed_a_day_after_their_last_and_do_not_come_back) {
    auto const file = make(thailand.id(), cambodia.id(), 40);
    share(file);
    auto const message = delivered_message();
    turn_days(3);
    eventually("the first two are destroyed", [&] { return figure(list(cambodia, thailand.id()), "destroyed") == 2; });
    BOOST_CHECK_EQUAL(figure(list(cambodia, thailand.id()), "held"), 38);
    BOOST_CHECK_EQUAL(brought(wrapped(sealed(message), file.keys[1])), "400 meeting_key.unknown");
    BOOST_CHECK_EQUAL(brought(wrapped(sealed(message), file.keys[2])), "200 application/cms");
    auto const again = add(cambodia, thailand.id(), file).json();
    BOOST_CHECK_EQUAL(figure(again, "added"), 0);
    BOOST_CHECK_EQUAL(figure(again, "known"), 38);
    BOOST_CHECK_EQUAL(figure(again, "over"), 2);
    std::vector<std::string> acts;
    for (auto const& leaf : cambodia.leaves("peer.meeting_keys")) acts.push_back(leaf.text_or("act"));
    BOOST_CHECK(std::ranges::count(acts, "destroy") == 1);
}

BOOST_AUTO_TEST_CASE(what_comes_without_the_layer_or_in_a_wrong_one_is_refused_and_has_no_effect) {
    auto const file = make(thailand.id(), cambodia.id());
    auto const foreign = make(cambodia.id(), must(NodeId::parse("la-mlsw")));
    share(file);
    DemoMinistry laos{directory.path(), "la-mlsw", {"anti-trafficking-division", "phonthong-reception-centre"}, clock};
    laos.start();
    cambodia.add_peer(laos);
    BOOST_REQUIRE_EQUAL(add(cambodia, laos.id(), foreign).summary(), "200");
    cambodia.stop();
    auto const message = queue();
    wait_for(message, "queued peer.unreachable");
    cambodia.start();
    auto const before = cambodia.inbox().size();
    auto const bytes = sealed(message);
    auto const& key = file.keys[0];
    BOOST_CHECK_EQUAL(brought(bytes), "400 meeting_key.required");
    BOOST_CHECK_EQUAL(brought(wrapped(bytes, foreign.keys[0])), "400 meeting_key.unknown");
    BOOST_CHECK_EQUAL(brought(must(add_meeting_layer(bytes, key.id, foreign.keys[0].secret))),
                      "400 meeting_layer.not_opened");
    BOOST_CHECK_EQUAL(brought(must(add_meeting_layer(bytes, foreign.keys[0].id, key.secret))),
                      "400 meeting_key.unknown");
    BOOST_CHECK_EQUAL(brought(wrapped(wrapped(bytes, key), key)), "400 gate.outer_recipient_type");
    auto longer = wrapped(bytes, key);
    longer.push_back(0);
    BOOST_CHECK_EQUAL(brought(longer), "400 gate.meeting_trailing_bytes");
    // The layer of Laos around what Thailand signed: opened by Laos's key, and still not Laos's to bring.
    PeerClient from_laos(laos.tls_identity());
    BOOST_CHECK_EQUAL(summary(post_message(from_laos, cambodia.target(), wrapped(bytes, foreign.keys[0]))),
                      "403 message.wrong_carrier");
    BOOST_CHECK_EQUAL(summary(post_message(from_laos, cambodia.target(), wrapped(bytes, key))),
                      "400 meeting_key.unknown");
    BOOST_CHECK_EQUAL(cambodia.inbox().size(), before);
    BOOST_CHECK_EQUAL(post_message_of_question(), "400 meeting_key.required");
    check_peer_and_wait(message);
    // Delivered, recorded on the wire, its layer stripped: not even recognised.
    BOOST_CHECK_EQUAL(brought(bytes), "400 meeting_key.required");
}

BOOST_AUTO_TEST_CASE(one_that_lost_its_keys_is_refused_until_it_has_them_again) {
    auto const file = make(thailand.id(), cambodia.id());
    share(file);
    auto const path = "/v1/peers/" + thailand.id().text() + "/meeting-keys";
    auto const removed = cambodia.officer().remove(path, {{"reason", std::string(canary_reason)}});
    BOOST_REQUIRE_EQUAL(removed.summary(), "200");
    BOOST_CHECK_EQUAL(figure(removed.json(), "removed"), 60);
    auto const message = queue();
    wait_for(message, "queued meeting_key.unknown");
    // It cannot ask either, and says why; its health does, too.
    auto const asked = ask(question());
    BOOST_CHECK_EQUAL(asked.text_or("state"), "open");
    BOOST_CHECK_EQUAL(asked.text_or("code"), "meeting_key.none_current");
    BOOST_CHECK_EQUAL(health_of(cambodia), "degraded meeting_key.none_current");
    require(cambodia, thailand.id(), false);  // then it would send without, and Thailand takes nothing without
    BOOST_CHECK_EQUAL(again(asked).text_or("code"), "meeting_key.required");
    BOOST_REQUIRE_EQUAL(add(cambodia, thailand.id(), file).summary(), "200");
    BOOST_CHECK_EQUAL(again(asked).text_or("state"), "answered");
    check_peer_and_wait(message);
}

BOOST_AUTO_TEST_CASE(what_would_leave_without_a_required_key_stays) {
    require(thailand, cambodia.id());
    auto const message = queue();
    wait_for(message, "queued meeting_key.none_current");
    BOOST_CHECK_EQUAL(cambodia.inbox().size(), 1U);
    BOOST_CHECK_EQUAL(thailand.disclosure(message), "prepared");
    BOOST_CHECK_EQUAL(health_of(thailand), "degraded meeting_key.none_current");
    require(thailand, cambodia.id(), false);
    check_peer_and_wait(message);
}

BOOST_AUTO_TEST_CASE(keys_that_end_soon_are_told_of) {
    BOOST_CHECK_EQUAL(health_of(thailand), "-");
    BOOST_REQUIRE_EQUAL(add(thailand, cambodia.id(), make(thailand.id(), cambodia.id(), 5)).summary(), "200");
    BOOST_CHECK_EQUAL(health_of(thailand), "degraded meeting_key.ends_this_week");
    auto const peers = thailand.officer().get("/v1/peers").json();
    auto const* const shared = peers.find("peers")->as_array()->front().find("meeting_keys");
    BOOST_CHECK_EQUAL(figure(*shared, "days_left"), 4);
    BOOST_CHECK(*shared->find("required") == Json(false));
}

BOOST_AUTO_TEST_CASE(a_file_of_another_pair_or_that_was_edited_is_refused) {
    auto const foreign = make(cambodia.id(), must(NodeId::parse("la-mlsw")));
    BOOST_CHECK_EQUAL(add(cambodia, thailand.id(), foreign).summary(), "400 meeting_key.wrong_pair");
    BOOST_CHECK_EQUAL(add(cambodia, must(NodeId::parse("la-mlsw")), foreign).summary(), "404 peer.unknown");
    auto const answer = cambodia.officer().post("/v1/peers/th-msdhs/meeting-keys",
                                                Json::object().set("keys", "a secret\n").set("reason", canary_reason));
    BOOST_CHECK_EQUAL(answer.summary(), "400 meeting_key.bad_file");
    BOOST_CHECK(answer.body.find("a secret") == std::string::npos);
    auto const file = make(thailand.id(), cambodia.id());
    BOOST_CHECK_EQUAL(add(cambodia, thailand.id(), file).json().text_or("check_number"), file.check_number());
    auto other = make(thailand.id(), cambodia.id());
    other.keys[0].id = file.keys[0].id;
    BOOST_CHECK_EQUAL(add(cambodia, thailand.id(), other).summary(), "409 meeting_key.id_reused");
    BOOST_CHECK(audit(cambodia).find(to_hex(file.keys[0].secret.reveal())) == std::string::npos);
    BOOST_CHECK(log.text().find(to_hex(file.keys[0].secret.reveal())) == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
