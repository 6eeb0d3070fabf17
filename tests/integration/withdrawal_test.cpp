// A consent is withdrawn after something was told under it: Thailand told, Cambodia destroys and says so.
#include "asking.h"
#include "erased_content.h"

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

namespace {

struct Told : Asking {
    Told() : Asking("automatic"), message(told_message()) {}

    /// The one that `Asking` delivered.
    [[nodiscard]] std::string told_message() const {
        auto const rows = cambodia.inbox();
        BOOST_REQUIRE_EQUAL(rows.size(), 1U);
        return rows.front().text_or("message");
    }
    [[nodiscard]] OfficerAnswer read(DemoMinistry const& node, std::string const& id) const {
        return node.officer().get("/v1/inbox/" + id, {{"reason", std::string(canary_reason)}});
    }
    /// "withdrawal answered"
    [[nodiscard]] static std::string duty(DemoMinistry const& node) {
        auto const duties = node.duties();
        if (duties.empty()) return "none";
        return duties.front().text_or("type") + " " + duties.front().text_or("state");
    }
    void wait_for_duty(DemoMinistry const& node, std::string const& state) {
        eventually(state, [&] {
            if (duty(node) == state) return true;
            retry();
            return false;
        });
    }
    [[nodiscard]] std::string state_of(DemoMinistry const& node, std::string const& name) const {
        auto const report = node.officer().get("/v1/health").json();
        for (auto const& check : *report.find("checks")->as_array())
            if (check.text_or("name") == name) return check.text_or("state") + " " + check.text_or("code");
        return "(none)";
    }
    /// A message that was sealed and never arrived: Cambodia is away until it is read out of the outbox.
    struct Late {
        std::string id;
        Bytes bytes;
    };
    [[nodiscard]] Late queue_unseen() {
        cambodia.stop();
        auto const id = queue();
        wait_for(id, "queued peer.unreachable");
        auto bytes = TwoNodes::sealed(id);
        cambodia.start();
        return {id, std::move(bytes)};
    }
    [[nodiscard]] std::optional<Json> disclosure_row() const {
        auto const shown =
            thailand.officer()
                .get("/v1/cases/show", {{"case", std::string(canary_case)}, {"reason", std::string(canary_reason)}})
                .json();
        for (auto const& row : *shown.find("disclosures")->as_array())
            if (row.text_or("message") == message) return row;
        return std::nullopt;
    }

    std::string message;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(two_nodes_withdrawal, Told)

BOOST_AUTO_TEST_CASE(what_was_told_is_destroyed_there_and_the_receipt_says_so) {
    BOOST_REQUIRE(read(cambodia, message).json().find("body") != nullptr);
    withdraw_consent();
    wait_for_duty(thailand, "withdrawal answered");
    auto const row = read(cambodia, message);
    BOOST_CHECK_EQUAL(row.summary(), "200");
    BOOST_CHECK(row.json().find("body") == nullptr);
    BOOST_CHECK(!row.json().text_or("erased_at").empty());
    auto const answered = thailand.duties().front();
    auto const& erased = *answered.find("erased");
    BOOST_CHECK_EQUAL(*erased.find("messages")->as_integer(), 1);
    BOOST_CHECK_EQUAL(*erased.find("answers")->as_integer(), 0);
    BOOST_CHECK_EQUAL(erased.find("scope")->as_array()->front().as_string()->c_str(), "own_store");
    BOOST_CHECK(!disclosure_row()->text_or("erased_at").empty());
    BOOST_CHECK_EQUAL(cambodia.leaves("erasure").size(), 1U);
    BOOST_CHECK_EQUAL(thailand.leaves("erasure.confirmed").size(), 1U);
    wait_for_duty(cambodia, "erasure_receipt delivered");
    // Its own copy of what it sent is gone, too; that it sent it is not.
    BOOST_CHECK_EQUAL(thailand.outbox_state(message), "delivered ");
    auto const copy =
        thailand.officer().get("/v1/outbox/" + message + "/sealed", {{"reason", std::string(canary_reason)}});
    BOOST_CHECK_EQUAL(copy.summary().substr(copy.summary().find(' ') + 1), "content.erased");
}

BOOST_AUTO_TEST_CASE(neither_key_nor_bytes_are_left_on_any_page_of_either_store) {
    auto const there = store_of(cambodia), here = store_of(thailand);
    auto const received = content_of(there, "SELECT content FROM inbox");
    auto const sent = content_of(here, "SELECT signed FROM outbox");
    auto const planted = content_of(there, "SELECT detail FROM log_leaves WHERE position = 0");
    check_there(there, received);  // the search finds what is there
    check_there(here, sent);
    withdraw_consent();
    wait_for_duty(thailand, "withdrawal answered");
    wait_for_duty(cambodia, "erasure_receipt delivered");
    thailand.stop();
    cambodia.stop();
    check_gone(there, received);
    check_gone(here, sent);
    check_there(there, planted);  // and it still does: what nobody erased is found
}

BOOST_AUTO_TEST_CASE(an_answer_to_a_question_is_destroyed_as_well) {
    auto const asked = ask(question());
    BOOST_REQUIRE_EQUAL(asked.text_or("state"), "answered");
    withdraw_consent();
    wait_for_duty(thailand, "withdrawal answered");
    BOOST_CHECK_EQUAL(*thailand.duties().front().find("erased")->find("answers")->as_integer(), 1);
    auto const shown =
        cambodia.officer().get("/v1/queries/" + asked.text_or("query"), {{"reason", std::string(canary_reason)}});
    BOOST_CHECK_EQUAL(shown.summary(), "200");
    BOOST_CHECK(shown.json().find("body") == nullptr);
    BOOST_CHECK_EQUAL(shown.json().text_or("code"), "consent.withdrawn");
    BOOST_CHECK_EQUAL(ask(question()).text_or("state"), "no_information");
}

BOOST_AUTO_TEST_CASE(a_message_under_way_when_it_was_withdrawn_is_refused_though_it_comes_later) {
    auto const late = queue_unseen();
    withdraw_consent();
    wait_for_duty(thailand, "withdrawal answered");
    PeerClient thai(thailand.tls_identity());
    auto const answer = post_message(thai, cambodia.target(), late.bytes);
    BOOST_CHECK_EQUAL(summary(answer), "422 application/cms");
    auto const rows = cambodia.inbox();
    auto const found = std::ranges::find_if(rows, [&](Json const& row) { return row.text_or("message") == late.id; });
    BOOST_REQUIRE(found != rows.end());
    BOOST_CHECK_EQUAL(found->text_or("outcome"), "rejected");
    BOOST_CHECK_EQUAL(found->text_or("code"), "message.consent_withdrawn");
    BOOST_CHECK(read(cambodia, late.id).json().find("body") == nullptr);
    auto const copy =
        thailand.officer().get("/v1/outbox/" + late.id + "/sealed", {{"reason", std::string(canary_reason)}});
    BOOST_CHECK_EQUAL(copy.summary().substr(copy.summary().find(' ') + 1), "content.erased");
}

BOOST_AUTO_TEST_CASE(a_withdrawal_waits_for_whoever_is_away_and_says_so_after_three_days) {
    cambodia.stop();
    withdraw_consent();
    eventually("an attempt", [&] { return duty(thailand) == "withdrawal queued"; });
    BOOST_CHECK_EQUAL(state_of(thailand, "withdrawals"), "up ");
    clock.turn(73h);
    BOOST_CHECK_EQUAL(state_of(thailand, "withdrawals"), "degraded withdrawal.unanswered");
    clock.turn(24h * 40);  // longer than any message lives
    thailand.stop();
    thailand.start();
    cambodia.start();
    wait_for_duty(thailand, "withdrawal answered");
    BOOST_CHECK_EQUAL(state_of(thailand, "withdrawals"), "up ");
}

BOOST_AUTO_TEST_CASE(a_withdrawal_reaches_a_partner_that_was_removed_and_whose_agreement_has_ended) {
    auto const removed = thailand.officer().remove("/v1/peers/kh-mosvy", {{"reason", std::string(canary_reason)}});
    BOOST_REQUIRE_EQUAL(removed.summary(), "200");
    withdraw_consent();
    eventually("destroyed", [&] {
        retry();
        return !read(cambodia, message).json().text_or("erased_at").empty();
    });
    wait_for_duty(thailand, "withdrawal delivered");
}

BOOST_AUTO_TEST_CASE(a_withdrawal_finds_a_partner_that_has_rotated_its_key) {
    cambodia.stop();
    rotate_keys(cambodia);
    withdraw_consent();
    eventually("sealed to the old key", [&] { return duty(thailand) == "withdrawal queued"; });
    cambodia.start();
    wait_for_duty(thailand, "withdrawal answered");
}

BOOST_AUTO_TEST_CASE(a_withdrawal_finds_a_partner_that_was_removed_and_has_rotated_its_key) {
    cambodia.stop();
    rotate_keys(cambodia);
    auto const removed = thailand.officer().remove("/v1/peers/kh-mosvy", {{"reason", std::string(canary_reason)}});
    BOOST_REQUIRE_EQUAL(removed.summary(), "200");
    withdraw_consent();
    eventually("sealed to the old key", [&] { return duty(thailand) == "withdrawal queued"; });
    cambodia.start();
    eventually("destroyed", [&] {
        retry();
        return !read(cambodia, message).json().text_or("erased_at").empty();
    });
    wait_for_duty(thailand, "withdrawal delivered");
    // It is known by its new key and nothing else: for all but duties it stays removed.
    BOOST_CHECK_EQUAL(thailand.officer().post("/v1/cases/preview", request()).summary(), "404 peer.unknown");
}

BOOST_AUTO_TEST_CASE(a_duty_fetches_the_partners_certificate_before_it_is_sealed_and_is_put_off_if_there_is_none) {
    thailand.stop();
    RawStore(store_of(thailand), demo_store_key()).run("UPDATE peers SET encryption_chain_pem = ''");
    cambodia.stop();
    thailand.start();
    withdraw_consent();
    auto const said = [&] {
        std::size_t count = 0;
        auto const text = log.text();
        for (auto at = text.find("duty.waits"); at != std::string::npos; at = text.find("duty.waits", at + 1)) ++count;
        return count;
    };
    eventually("nobody gives it a certificate", [&] { return said() == 1; });
    for (int i = 0; i < 20; ++i) thailand.patrol();
    BOOST_CHECK_EQUAL(duty(thailand), "withdrawal owed");
    BOOST_CHECK_EQUAL(said(), 1U);  // nobody walks through them meanwhile
    clock.turn(61s);
    thailand.patrol();
    eventually("it was asked for once more", [&] { return said() == 2; });
    cambodia.start();
    clock.turn(61s);
    thailand.patrol();
    wait_for_duty(thailand, "withdrawal answered");
}

BOOST_AUTO_TEST_CASE(an_unreadable_duty_does_not_hold_up_the_others) {
    cambodia.stop();
    withdraw_consent();
    eventually("it is queued", [&] { return duty(thailand) == "withdrawal queued"; });
    thailand.stop();
    {
        RawStore raw(store_of(thailand), demo_store_key());
        raw.run("DELETE FROM outbox WHERE type = 'withdrawal'");
        raw.run("UPDATE duties SET number = 2, state = 'owed'");
        raw.run(
            "INSERT INTO duties SELECT 1, '019a1b2c-3d4e-7a5b-8c6d-7e8f90a1b2c3', from_office, node, office, type, "
            "purpose, subject, agreement, 999999, 'owed', '', NULL, owed_at, NULL, 1 FROM duties");
    }
    thailand.start();
    cambodia.start();
    wait_for_duty(thailand, "withdrawal answered");
    BOOST_CHECK_EQUAL(thailand.duties().back().text_or("state"), "owed");
    BOOST_CHECK(log.text().find("duty.unreadable") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(withdrawing_twice_owes_once_and_a_dry_run_owes_nothing) {
    auto const body = Json::object().set("case", canary_case).set("consent", consent_id).set("reason", canary_reason);
    auto dry = body;
    auto const would = thailand.officer().post("/v1/consents/withdraw", dry.set("dry_run", true)).json();
    BOOST_REQUIRE_EQUAL(would.find("told")->as_array()->size(), 1U);
    BOOST_CHECK(thailand.duties().empty());
    withdraw_consent();
    withdraw_consent();
    wait_for_duty(thailand, "withdrawal answered");
    BOOST_CHECK_EQUAL(thailand.duties().size(), 1U);
}

BOOST_AUTO_TEST_CASE(withdrawing_once_more_reaches_who_was_not_reached) {
    withdraw_consent();
    wait_for_duty(thailand, "withdrawal answered");
    thailand.stop();
    {  // as a casebridge left it that knew no duties
        RawStore raw(store_of(thailand), demo_store_key());
        raw.run("DELETE FROM duties");
        raw.run("UPDATE disclosures SET withdrawal = NULL, erased_at = NULL");
    }
    thailand.start();
    BOOST_CHECK(thailand.duties().empty());
    withdraw_consent();
    wait_for_duty(thailand, "withdrawal answered");
    BOOST_CHECK_EQUAL(thailand.duties().size(), 1U);
    BOOST_CHECK_EQUAL(*thailand.duties().front().find("erased")->find("messages")->as_integer(), 0);
}

BOOST_AUTO_TEST_CASE(a_partner_sends_so_many_duties_a_day_and_no_more) {
    cambodia.stop();
    {
        RawStore raw(store_of(cambodia), demo_store_key());
        auto const day = std::chrono::floor<std::chrono::days>(clock.now()).time_since_epoch().count();
        raw.run("INSERT INTO duty_counts VALUES(" + std::to_string(day) + ", 'th-msdhs', 1000)");
    }
    cambodia.start();
    withdraw_consent();
    eventually("it is put off", [&] {
        retry();
        if (duty(thailand) != "withdrawal queued") return false;
        return thailand.outbox_state(thailand.duties().front().text_or("duty")) == "queued peer.answered_later";
    });
    BOOST_CHECK(read(cambodia, message).json().find("body") != nullptr);
    clock.turn(25h);
    wait_for_duty(thailand, "withdrawal answered");
}

BOOST_AUTO_TEST_CASE(nobody_can_withdraw_what_another_told_nor_confirm_what_it_was_not_asked) {
    auto const keys = cambodia.identity();
    auto const post = [&](Duty const& duty) {
        auto const inner =
            must(sign(as_bytes(to_payload(duty)), ContentKind::message, Payload::attached, keys.signer, clock.now()));
        auto const sealed = must(seal(inner, thailand.identity().encryption_chain.front()));
        PeerClient khmer(cambodia.tls_identity());
        return summary(post_message(khmer, thailand.target(), Bytes(sealed.bytes().begin(), sealed.bytes().end())));
    };
    auto const now = clock.now();
    auto const id = [&] { return MessageId::make(now, to_text(random_bytes(10))); };
    Duty duty{.id = id(),
              .from = {cambodia.id(), OfficeId("poipet-transit-centre")},
              .to = {thailand.id(), OfficeId("datip")},
              .sent_at = now,
              .purpose = Purpose::return_and_handover,
              .subject = must(SubjectReference::parse(subject)),
              .agreement = sha256(as_bytes(thailand.read("agreements/" + agreement_file))),
              .log_head = "0 " + sha256({}).hex(),
              .content = Withdrawal{"somebody-else", 1, {must(MessageId::parse(message))}}};
    // Taken, since it may be the first word of a consent; nothing of Thailand's own is touched.
    BOOST_CHECK_EQUAL(post(duty), "200 application/cms");
    BOOST_CHECK_EQUAL(thailand.outbox_state(message), "delivered ");
    BOOST_CHECK(disclosure_row()->text_or("erased_at").empty());
    duty.id = id();
    duty.content = ErasureReceipt{id(), now, 1, 0, {ErasureScope::own_store}};
    BOOST_CHECK_EQUAL(post(duty), "422 application/cms");
    duty.id = id();
    duty.sent_at = now + 1h;
    BOOST_CHECK_EQUAL(post(duty), "503 message.from_the_future");
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

/// The return's terms say that nothing is kept longer than three days.
struct ShortRetention : Asking {
    ShortRetention() : Asking("automatic", 3) {}
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(two_nodes_retention, ShortRetention)

BOOST_AUTO_TEST_CASE(what_may_be_kept_no_longer_is_erased_by_itself_and_its_id_is_remembered) {
    auto const message = cambodia.inbox().front().text_or("message");
    auto const bytes = TwoNodes::sealed(message);
    auto const body = [&] {
        auto const answer = cambodia.officer().get("/v1/inbox/" + message, {{"reason", std::string(canary_reason)}});
        BOOST_REQUIRE_EQUAL(answer.summary(), "200");
        return answer.json().find("body") != nullptr;
    };
    clock.turn(3 * 24h - 1min);
    cambodia.patrol();
    BOOST_CHECK(body());
    clock.turn(2min);
    cambodia.patrol();
    BOOST_CHECK(!body());
    BOOST_CHECK(!cambodia.inbox().front().text_or("erased_at").empty());
    BOOST_CHECK_EQUAL(cambodia.leaves("inbox.erase").size(), 1U);
    PeerClient thai(thailand.tls_identity());
    BOOST_CHECK_EQUAL(summary(post_message(thai, cambodia.target(), bytes)), "200 application/cms");
    BOOST_CHECK_EQUAL(cambodia.leaves("admission").size(), 1U);
    BOOST_CHECK(!body());
}

BOOST_AUTO_TEST_CASE(nothing_is_erased_in_the_first_hour_after_a_boot) {
    auto const erased = [&] { return !cambodia.inbox().front().text_or("erased_at").empty(); };
    clock.turn(3 * 24h + 1min);
    cambodia.stop();
    clock.boot_again();
    cambodia.start();
    cambodia.patrol();
    BOOST_CHECK(!erased());
    clock.turn(59min);
    cambodia.patrol();
    BOOST_CHECK(!erased());
    clock.turn(2min);
    cambodia.patrol();
    BOOST_CHECK(erased());
}

BOOST_AUTO_TEST_CASE(an_answer_is_kept_no_longer_than_it_says) {
    auto const asked = ask(question());
    BOOST_REQUIRE_EQUAL(asked.text_or("state"), "answered");
    auto const shown = [&] {
        return cambodia.officer().get("/v1/queries/" + asked.text_or("query"),
                                      {{"reason", std::string(canary_reason)}});
    };
    BOOST_CHECK(shown().json().find("body") != nullptr);
    clock.turn(3 * 24h + 1min);
    cambodia.patrol();
    BOOST_CHECK_EQUAL(shown().summary(), "200");
    BOOST_CHECK(shown().json().find("body") == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
