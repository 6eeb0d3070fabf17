// What Cambodia was told of a case is no longer so, or no longer allowed: it is told anew, or destroys it.
#include "asking.h"
#include "erased_content.h"

#include <algorithm>

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

namespace {

using Lines = std::vector<std::string>;

struct Updating : Asking {
    explicit Updating(std::string const& updates = "automatic", int retention_days = 0)
        : Asking("automatic", retention_days), message(cambodia.inbox().front().text_or("message")) {
        amend_policy("version: 1\n", "version: 1\nupdates: " + updates + "\n");
    }

    void amend_policy(std::string const& from, std::string const& to) const {
        auto text = thailand.read("policies/th-msdhs.yaml");
        auto const rule = from.starts_with("version") ? 0 : text.find("purpose: return_and_handover");
        auto const at = text.find(from, rule);
        BOOST_REQUIRE(rule != std::string::npos && at != std::string::npos);
        thailand.write("policies/th-msdhs.yaml", text.replace(at, from.size(), to));
        thailand.reload();
    }
    void hint() const { BOOST_REQUIRE_EQUAL(thailand.officer().post("/v1/cases/hint", Json::object()).status, 202); }
    void rename_person(std::string const& given) const {
        change_name(given);
        hint();
    }
    void delete_case() const {
        thailand.change_national_database("DELETE FROM \"คดี\"");
        hint();
    }
    /// "changed", "vanished" of each disclosure that waits for an officer.
    [[nodiscard]] Lines outdated() const {
        auto const json = thailand.officer().get("/v1/cases/changed").json();
        Lines lines;
        for (auto const& each : *json.find("disclosures")->as_array()) lines.push_back(each.text_or("state"));
        return lines;
    }
    [[nodiscard]] Json read(std::string const& id) const {
        auto const answer = cambodia.officer().get("/v1/inbox/" + id, {{"reason", std::string(canary_reason)}});
        BOOST_REQUIRE_EQUAL(answer.summary(), "200");
        return answer.json();
    }
    [[nodiscard]] std::optional<Json> disclosure_row(std::string const& id) const {
        auto const shown =
            thailand.officer()
                .get("/v1/cases/show", {{"case", std::string(canary_case)}, {"reason", std::string(canary_reason)}})
                .json();
        if (shown.find("disclosures") == nullptr) return std::nullopt;
        for (auto const& row : *shown.find("disclosures")->as_array())
            if (row.text_or("message") == id) return row;
        return std::nullopt;
    }
    /// Ids of the summaries Thailand made, newest first.
    [[nodiscard]] Lines summaries() const {
        auto const json = thailand.officer().get("/v1/outbox").json();
        Lines ids;
        for (auto const& row : *json.find("messages")->as_array())
            if (row.text_or("type") == "case_summary") ids.push_back(row.text_or("message"));
        return ids;
    }
    /// The id of the summary that comes to be made besides the `before` there are; delivered.
    [[nodiscard]] std::string next_delivered(std::size_t before = 1) {
        eventually("another summary", [&] { return summaries().size() > before; });
        auto const id = summaries().front();
        eventually("it arrives", [&] {
            if (thailand.outbox_state(id) == "delivered ") return true;
            retry();
            return false;
        });
        return id;
    }
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
    [[nodiscard]] std::int64_t rounds() const {
        return *thailand.officer().get("/v1/status").json().find("case_watch")->find("rounds")->as_integer();
    }
    /// What has been noticed by now has been settled after it.
    void two_more_rounds() const {
        auto const before = rounds();
        eventually("two more rounds of the watch", [&] {
            hint();
            return rounds() >= before + 2;
        });
    }
    void wait_until_settled() const {
        two_more_rounds();
        eventually("nothing is under review", [&] {
            hint();
            return outdated().empty();
        });
    }
    /// Everything but the answer to `case update`.
    [[nodiscard]] OfficerAnswer update(Json more) const {
        return thailand.officer().post("/v1/cases/update", more.set("case", canary_case).set("reason", canary_reason));
    }

    std::string message;  ///< delivered
};

Lines texts(Json const& object, std::string_view key) {
    Lines lines;
    for (auto const& each : *object.find(key)->as_array()) lines.push_back(*each.as_string());
    return lines;
}

bool tells(Json const& row, std::string_view text) {
    auto const* body = row.find("body");
    return body != nullptr && dump(*body).find(text) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(two_nodes_update, Updating)

BOOST_AUTO_TEST_CASE(a_change_goes_out_by_itself_and_takes_the_place_of_what_was_told) {
    BOOST_REQUIRE(tells(read(message), canary_given_name));
    rename_person("Anders");
    auto const id = next_delivered();
    auto const fresh = read(id);
    BOOST_CHECK(tells(fresh, "Anders"));
    BOOST_CHECK(!tells(fresh, canary_given_name));
    auto const& changes = *fresh.find("changes");
    BOOST_CHECK(texts(changes, "added").empty() && texts(changes, "removed").empty());
    BOOST_CHECK(!texts(changes, "changed").empty());
    auto const old = read(message);
    BOOST_CHECK(old.find("body") == nullptr);
    BOOST_CHECK(!old.text_or("erased_at").empty());
    BOOST_CHECK_EQUAL(old.text_or("superseded_by"), id);
    BOOST_CHECK_EQUAL(disclosure_row(message)->text_or("replaced_by"), id);
    BOOST_CHECK_EQUAL(cambodia.leaves("replacement").size(), 1U);
    wait_until_settled();
    BOOST_CHECK_EQUAL(summaries().size(), 2U);
    BOOST_CHECK(thailand.duties().empty());
    auto const copy =
        thailand.officer().get("/v1/outbox/" + message + "/sealed", {{"reason", std::string(canary_reason)}});
    BOOST_CHECK_EQUAL(copy.code(), "content.erased");
}

BOOST_AUTO_TEST_CASE(neither_key_nor_bytes_of_what_was_replaced_are_left) {
    auto const there = store_of(cambodia), here = store_of(thailand);
    auto const received = content_of(there, "SELECT content FROM inbox");
    auto const sent = content_of(here, "SELECT signed FROM outbox");
    auto const planted = content_of(there, "SELECT detail FROM log_leaves WHERE position = 0");
    check_there(there, received);
    check_there(here, sent);
    rename_person("Anders");
    static_cast<void>(next_delivered());
    auto const fresh = content_of(there, "SELECT content FROM inbox WHERE content IS NOT NULL");
    thailand.stop();
    cambodia.stop();
    check_gone(there, received);
    check_gone(here, sent);
    check_there(there, planted);
    check_there(there, fresh);
}

BOOST_AUTO_TEST_CASE(what_nobody_was_told_changes_nothing) {
    thailand.change_national_database("UPDATE \"คดี\" SET \"สุขภาพ\" = '" + std::string(canary_health) + " again'");
    hint();
    eventually("it is noticed", [&] { return log.text().find("case_watch.noticed") != std::string::npos; });
    wait_until_settled();
    BOOST_CHECK_EQUAL(summaries().size(), 1U);
    BOOST_CHECK(read(message).find("body") != nullptr);
}

BOOST_AUTO_TEST_CASE(what_the_policy_forbids_from_now_on_is_taken_back) {
    BOOST_REQUIRE(tells(read(message), "\"year\""));
    amend_policy("birth_date: year\n", "birth_date: age_band\n");
    auto const coarser = next_delivered();
    BOOST_TEST(texts(*read(coarser).find("changes"), "changed") == Lines{"birth_date"},
               boost::test_tools::per_element());
    BOOST_CHECK(read(message).find("body") == nullptr);
    amend_policy("      birth_date: age_band\n", "");
    auto const without = next_delivered(2);
    BOOST_TEST(texts(*read(without).find("changes"), "removed") == Lines{"birth_date"},
               boost::test_tools::per_element());
    BOOST_CHECK(read(coarser).find("body") == nullptr);
}

BOOST_AUTO_TEST_CASE(a_case_that_is_gone_is_retracted_and_the_receipt_says_what_was_destroyed) {
    auto const bytes = TwoNodes::sealed(message);
    delete_case();
    wait_for_duty(thailand, "retraction answered");
    auto const old = read(message);
    BOOST_CHECK(old.find("body") == nullptr);
    BOOST_CHECK(!old.text_or("superseded_by").empty());
    auto const answered = thailand.duties().front();
    auto const& erased = *answered.find("erased");
    BOOST_CHECK_EQUAL(*erased.find("messages")->as_integer(), 1);
    BOOST_CHECK_EQUAL(*erased.find("scope")->as_array()->front().as_string(), "own_store");
    BOOST_CHECK_EQUAL(thailand.leaves("retraction").size(), 1U);
    BOOST_CHECK_EQUAL(thailand.leaves("retraction").front().text_or("code"), "source.case_not_found");
    BOOST_CHECK_EQUAL(thailand.leaves("erasure.confirmed").size(), 1U);
    BOOST_CHECK(outdated().empty());
    hint();
    wait_until_settled();
    BOOST_CHECK_EQUAL(thailand.duties().size(), 1U);
}

BOOST_AUTO_TEST_CASE(a_denial_is_retracted_with_the_answers_to_questions) {
    auto const asked = ask(question());
    BOOST_REQUIRE_EQUAL(asked.text_or("state"), "answered");
    thailand.change_national_database("UPDATE \"คดี\" SET \"ไม่เปิดเผยต่อ\" = 'kh-mosvy'");
    hint();
    wait_for_duty(thailand, "retraction answered");
    BOOST_CHECK_EQUAL(thailand.leaves("retraction").front().text_or("code"), "release.withheld_from_recipient");
    BOOST_CHECK_EQUAL(*thailand.duties().front().find("erased")->find("answers")->as_integer(), 1);
    BOOST_CHECK(read(message).find("body") == nullptr);
    auto const shown =
        cambodia.officer().get("/v1/queries/" + asked.text_or("query"), {{"reason", std::string(canary_reason)}});
    BOOST_CHECK(shown.json().find("body") == nullptr);
    BOOST_CHECK_EQUAL(shown.json().text_or("code"), "message.retracted");
}

BOOST_AUTO_TEST_CASE(a_replacement_destroys_an_answer_to_a_question_as_well) {
    auto const asked = ask(question());
    BOOST_REQUIRE_EQUAL(asked.text_or("state"), "answered");
    rename_person("Anders");
    static_cast<void>(next_delivered());
    auto const shown =
        cambodia.officer().get("/v1/queries/" + asked.text_or("query"), {{"reason", std::string(canary_reason)}});
    BOOST_CHECK(shown.json().find("body") == nullptr);
    BOOST_CHECK_EQUAL(shown.json().text_or("code"), "message.replaced");
    wait_until_settled();
    BOOST_CHECK_EQUAL(summaries().size(), 2U);
}

BOOST_AUTO_TEST_CASE(what_was_noticed_before_a_stop_is_told_after_it) {
    clock.set_by(2h);  // while the clock is held nothing leaves, and is noticed all the same
    rename_person("Anders");
    eventually("it is noticed", [&] { return outdated() == Lines{"changed"}; });
    BOOST_CHECK_EQUAL(summaries().size(), 1U);
    thailand.stop();
    clock.set_by(-2h);
    thailand.start();
    BOOST_CHECK(tells(read(next_delivered()), "Anders"));
    BOOST_CHECK(read(message).find("body") == nullptr);
}

BOOST_AUTO_TEST_CASE(a_partner_that_is_away_is_told_when_it_is_back) {
    cambodia.stop();
    rename_person("Anders");
    eventually("it is queued", [&] { return summaries().size() == 2U; });
    thailand.stop();
    thailand.start();
    cambodia.start();
    auto const id = next_delivered();
    BOOST_CHECK(tells(read(id), "Anders"));
    BOOST_CHECK(read(message).find("body") == nullptr);
}

BOOST_AUTO_TEST_CASE(a_partner_that_is_away_longer_than_a_message_lives_is_told_all_the_same) {
    cambodia.stop();
    rename_person("Anders");
    eventually("it is queued", [&] { return summaries().size() == 2U; });
    auto const first = summaries().front();
    clock.turn(24h * 8);
    eventually("it has expired", [&] { return thailand.outbox_state(first) == "expired outbox.expired"; });
    hint();
    eventually("another is queued", [&] { return summaries().size() == 3U; });
    cambodia.start();
    auto const id = next_delivered(2);
    BOOST_CHECK(id != first);
    BOOST_CHECK(read(message).find("body") == nullptr);
    BOOST_CHECK_EQUAL(disclosure_row(message)->text_or("replaced_by"), id);
}

BOOST_AUTO_TEST_CASE(what_was_replaced_before_it_arrived_does_not_leave_and_is_rejected_if_it_does) {
    cambodia.stop();
    auto const late = queue();
    wait_for(late, "queued peer.unreachable");
    auto const bytes = TwoNodes::sealed(late);
    rename_person("Anders");
    eventually("its replacement is queued", [&] { return summaries().size() == 3U; });
    auto const fresh = summaries().front();
    eventually("it does not leave", [&] {
        if (thailand.outbox_state(late) == "refused delivery.superseded") return true;
        retry();
        return false;
    });
    cambodia.start();
    BOOST_CHECK_EQUAL(next_delivered(2), fresh);
    PeerClient thai(thailand.tls_identity());
    BOOST_CHECK_EQUAL(summary(post_message(thai, cambodia.target(), bytes)), "422 application/cms");
    auto const row = read(late);
    BOOST_CHECK_EQUAL(row.text_or("outcome"), "rejected");
    BOOST_CHECK_EQUAL(row.text_or("code"), "message.replaced");
    BOOST_CHECK(row.find("body") == nullptr);
    BOOST_CHECK(tells(read(fresh), "Anders"));
}

BOOST_AUTO_TEST_CASE(what_was_retracted_before_it_arrived_is_rejected_if_it_does) {
    cambodia.stop();
    auto const late = queue();
    wait_for(late, "queued peer.unreachable");
    auto const bytes = TwoNodes::sealed(late);
    delete_case();
    eventually("a retraction", [&] { return duty(thailand).starts_with("retraction"); });
    cambodia.start();
    wait_for_duty(thailand, "retraction answered");
    PeerClient thai(thailand.tls_identity());
    BOOST_CHECK_EQUAL(summary(post_message(thai, cambodia.target(), bytes)), "422 application/cms");
    BOOST_CHECK_EQUAL(read(late).text_or("code"), "message.retracted");
    BOOST_CHECK(read(late).find("body") == nullptr);
    BOOST_CHECK(read(message).find("body") == nullptr);
}

BOOST_AUTO_TEST_CASE(a_partner_that_was_removed_cannot_be_told_and_destroys_what_it_has) {
    auto const removed = thailand.officer().remove("/v1/peers/kh-mosvy", {{"reason", std::string(canary_reason)}});
    BOOST_REQUIRE_EQUAL(removed.summary(), "200");
    rename_person("Anders");
    eventually("destroyed", [&] {
        retry();
        return read(message).find("body") == nullptr;
    });
    BOOST_CHECK_EQUAL(thailand.leaves("retraction").front().text_or("code"), "peer.unknown");
    BOOST_CHECK_EQUAL(summaries().size(), 1U);
}

BOOST_AUTO_TEST_CASE(when_many_cases_are_missing_at_once_an_officer_is_asked_first) {
    thailand.stop();
    {
        RawStore raw(store_of(thailand), demo_store_key());
        auto const now = std::to_string(clock.now().time_since_epoch().count());
        for (int i = 0; i < 11; ++i)
            raw.run(
                "INSERT INTO watched_cases(case_handle, state, looked_at, changed_at) VALUES(randomblob(32), "
                "'vanished', " +
                now + ", " + now + ")");
    }
    thailand.start();
    delete_case();
    eventually("it waits", [&] { return thailand.counter("casebridge_alarms_total{kind=\"retractions_held\"}") > 0; });
    eventually("an officer is asked", [&] { return outdated() == Lines{"vanished"}; });
    hint();
    BOOST_CHECK(thailand.duties().empty());
    BOOST_CHECK(read(message).find("body") != nullptr);
    auto const json = update(Json::object().set("dry_run", true)).json();
    BOOST_REQUIRE_EQUAL(update(Json::object().set("digest", json.text_or("digest"))).summary(), "200");
    wait_for_duty(thailand, "retraction answered");
}

BOOST_AUTO_TEST_CASE(what_is_withdrawn_is_not_told_anew) {
    withdraw_consent();
    wait_for_duty(thailand, "withdrawal answered");
    rename_person("Anders");
    wait_until_settled();
    BOOST_CHECK_EQUAL(summaries().size(), 1U);
    BOOST_CHECK_EQUAL(thailand.duties().size(), 1U);
}

BOOST_AUTO_TEST_CASE(whatever_the_order_of_arrival_the_end_is_the_same) {
    auto const sent = opened(cambodia.identity(), TwoNodes::sealed(message), thailand.pin(), clock.now());
    auto const written = must(parse_json(to_text(sent.payload())));
    auto const keys = thailand.identity(), theirs = cambodia.identity();
    auto const& recipient = theirs.encryption_chain.front();
    auto const seal_text = [&](std::string const& payload) {
        auto const inner =
            must(sign(as_bytes(payload), ContentKind::message, Payload::attached, keys.signer, clock.now()));
        auto const envelope = must(seal(inner, recipient));
        return Bytes(envelope.bytes().begin(), envelope.bytes().end());
    };
    auto const new_id = [&] { return MessageId::make(clock.now(), to_text(random_bytes(10))); };
    struct Sealed {
        MessageId id;
        Bytes bytes;
    };
    /// The summary once more, under another id and in the place of others.
    auto const summary_for = [&](std::vector<MessageId> const& replaces) {
        auto const id = new_id();
        auto json = Json::object();
        for (auto const& [key, value] : *written.as_object()) {
            json.set(key, key == "id" ? Json(id.text()) : value);
            if (key != "expires_at" || replaces.empty()) continue;
            auto list = Json::array();
            for (auto const& each : replaces) list.push(each.text());
            json.set("replaces", std::move(list));
        }
        return Sealed{id, seal_text(dump(json))};
    };
    PeerClient thai(thailand.tls_identity());
    std::vector<std::size_t> order{0, 1, 2, 3};
    do {
        auto const first = summary_for({});
        auto const second = summary_for({first.id});
        auto const third = summary_for({first.id, second.id});
        Duty duty{.id = new_id(),
                  .from = {thailand.id(), OfficeId("datip")},
                  .to = {cambodia.id(), OfficeId("poipet-transit-centre")},
                  .sent_at = clock.now(),
                  .purpose = Purpose::return_and_handover,
                  .subject = must(SubjectReference::parse(subject)),
                  .agreement = sha256(as_bytes(thailand.read("agreements/" + agreement_file))),
                  .log_head = "0 " + sha256({}).hex(),
                  .content = Retraction{{third.id}}};
        std::vector<Sealed> const all{first, second, third, {duty.id, seal_text(to_payload(duty))}};
        for (auto const each : order) {
            auto const once = post_message(thai, cambodia.target(), all[each].bytes);
            BOOST_CHECK_MESSAGE(summary(once) == "200 application/cms" || summary(once) == "422 application/cms",
                                summary(once));
            BOOST_CHECK(body_of(post_message(thai, cambodia.target(), all[each].bytes)) == body_of(once));
        }
        for (auto const* each : {&first, &second, &third})
            BOOST_CHECK_MESSAGE(read(each->id.text()).find("body") == nullptr,
                                "is there in the order " << order[0] << order[1] << order[2] << order[3]);
    } while (std::next_permutation(order.begin(), order.end()));
    BOOST_CHECK(read(message).find("body") != nullptr);
}

BOOST_AUTO_TEST_CASE(nobody_replaces_what_another_told) {
    // Thailand names the id of a summary in Cambodia's inbox that Thailand did not send: there is none such; what it
    // names besides is not touched.
    rename_person("Anders");
    auto const id = next_delivered();
    cambodia.stop();
    {
        RawStore raw(store_of(cambodia), demo_store_key());
        raw.run("UPDATE inbox SET sender = 'la-mlsw' WHERE message = '" + id + "'");
    }
    cambodia.start();
    rename_person("Bertil");
    auto const next = next_delivered(2);
    BOOST_CHECK(tells(read(id), "Anders"));
    BOOST_CHECK(tells(read(next), "Bertil"));
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

struct AskingOfficer : Updating {
    AskingOfficer() : Updating("officer") {}
};

struct KeptThreeDays : Updating {
    KeptThreeDays() : Updating("automatic", 3) {}
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(two_nodes_update_by_officer, AskingOfficer)

BOOST_AUTO_TEST_CASE(nobody_is_told_before_an_officer_has_seen_what) {
    rename_person("Anders");
    eventually("the change waits", [&] { return outdated() == Lines{"changed"}; });
    auto const seen = update(Json::object().set("dry_run", true));
    BOOST_REQUIRE_EQUAL(seen.summary(), "200");
    auto const json = seen.json();
    BOOST_REQUIRE_EQUAL(json.find("updates")->as_array()->size(), 1U);
    auto const& one = json.find("updates")->as_array()->front();
    BOOST_CHECK_EQUAL(one.text_or("what"), "replacement");
    BOOST_CHECK(dump(*one.find("before")).find(canary_given_name) != std::string::npos);
    BOOST_CHECK(dump(*one.find("after")).find("Anders") != std::string::npos);
    BOOST_CHECK(!texts(*one.find("changes"), "changed").empty());
    BOOST_CHECK_EQUAL(thailand.leaves("officer.preview_update").size(), 1U);
    BOOST_CHECK_EQUAL(summaries().size(), 1U);

    BOOST_CHECK_EQUAL(update(Json::object()).summary(), "400 request.missing");
    change_name("Bertil");
    BOOST_CHECK_EQUAL(update(Json::object().set("digest", json.text_or("digest"))).summary(), "409 update.outdated");
    change_name("Anders");
    BOOST_CHECK_EQUAL(update(Json::object().set("digest", json.text_or("digest")).set("node", "la-mlsw")).summary(),
                      "409 update.outdated");
    BOOST_CHECK_EQUAL(summaries().size(), 1U);
    auto const done = update(Json::object().set("digest", json.text_or("digest")));
    BOOST_REQUIRE_EQUAL(done.summary(), "200");
    auto const told = done.json().find("updates")->as_array()->front();
    BOOST_CHECK_EQUAL(told.text_or("failed"), "");
    BOOST_CHECK_EQUAL(next_delivered(), told.text_or("message"));
    BOOST_CHECK(read(message).find("body") == nullptr);
    wait_until_settled();
    auto const again = update(Json::object().set("dry_run", true)).json();
    BOOST_CHECK_EQUAL(again.find("updates")->as_array()->front().text_or("what"), "up_to_date");
}

BOOST_AUTO_TEST_CASE(a_case_that_is_gone_is_retracted_by_the_officer) {
    delete_case();
    eventually("it waits", [&] { return outdated() == Lines{"vanished"}; });
    hint();
    auto const json = update(Json::object().set("dry_run", true)).json();
    auto const& one = json.find("updates")->as_array()->front();
    BOOST_CHECK_EQUAL(one.text_or("what"), "retraction");
    BOOST_CHECK_EQUAL(one.text_or("code"), "source.case_not_found");
    BOOST_CHECK(dump(*one.find("before")).find(canary_given_name) != std::string::npos);
    BOOST_CHECK(thailand.duties().empty());
    BOOST_REQUIRE_EQUAL(update(Json::object().set("digest", json.text_or("digest"))).summary(), "200");
    wait_for_duty(thailand, "retraction answered");
    BOOST_CHECK(read(message).find("body") == nullptr);
}

BOOST_AUTO_TEST_CASE(what_a_new_policy_forbids_waits_for_an_officer_too) {
    amend_policy("birth_date: year\n", "birth_date: age_band\n");
    eventually("it waits", [&] { return outdated() == Lines{"changed"}; });
    amend_policy("birth_date: age_band\n", "birth_date: year\n");
    eventually("it is as it was told", [&] { return outdated().empty(); });
    BOOST_CHECK_EQUAL(summaries().size(), 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(two_nodes_update_and_retention, KeptThreeDays)

BOOST_AUTO_TEST_CASE(what_may_be_kept_no_longer_is_not_told_anew) {
    clock.turn(3 * 24h + 1min);
    two_more_rounds();  // one that began before decides by the time it began
    rename_person("Anders");
    wait_until_settled();
    BOOST_CHECK_EQUAL(summaries().size(), 1U);
    BOOST_CHECK(update(Json::object().set("dry_run", true)).json().find("updates")->as_array()->empty());
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

/// The consent stands in the national database alone.
struct NationalConsent : TwoNodes {
    NationalConsent() {
        thailand.stop();
        thailand.change_national_database(
            "CREATE TABLE consents(case_number TEXT, id TEXT, giver TEXT, purpose TEXT, recipients TEXT, categories "
            "TEXT, form_id TEXT, form_version TEXT, form_sha256 TEXT, form_language TEXT, given_on TEXT, expires_on "
            "TEXT, withdrawn_on TEXT, epoch INTEGER)");
        thailand.change_national_database(
            "INSERT INTO consents VALUES('" + std::string(canary_case) +
            "', 'national-1', 'self', 'return_and_handover', 'kh-mosvy', 'identity;demographic;status;needs;return', "
            "'consent-en', '1', '4c69b5af53e5929c837cd35b4fd2f114935e4c1e6dfea7831bcf3892cc658a42', 'km', '" +
            day(-1) + "', '" + day(180) + "', NULL, 7)");
        thailand.write("field-map.yaml", thailand.read("field-map.yaml") + std::string(consents_map));
        thailand.start();
        message = delivered_message();
    }
    [[nodiscard]] std::string day(int later) const {
        return to_iso8601(Date(std::chrono::floor<std::chrono::days>(clock.now()) + std::chrono::days(later)));
    }
    static constexpr std::string_view consents_map = R"(
consents:
  table: consents
  case: case_number
  fields:
    id: id
    giver: {column: giver, codes: as_stored}
    purpose: {column: purpose, codes: as_stored}
    recipients: {column: recipients, separator: ";"}
    categories: {column: categories, separator: ";", codes: as_stored}
    form_id: form_id
    form_version: form_version
    form_sha256: form_sha256
    form_language: {column: form_language, codes: as_stored}
    given_on: {column: given_on, date: yyyy-MM-dd, era: gregorian}
    expires_on: {column: expires_on, date: yyyy-MM-dd, era: gregorian}
    withdrawn_on: {column: withdrawn_on, date: yyyy-MM-dd, era: gregorian}
    epoch: epoch
)";
    std::string message;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(two_nodes_national_withdrawal, NationalConsent)

BOOST_AUTO_TEST_CASE(a_consent_withdrawn_in_the_national_database_is_withdrawn_wherever_it_was_used) {
    auto const before = thailand.leaves("consent.withdraw").size();
    thailand.change_national_database("UPDATE consents SET withdrawn_on = '" + day(0) + "'");
    BOOST_REQUIRE_EQUAL(thailand.officer().post("/v1/cases/hint", Json::object()).status, 202);
    eventually("it is withdrawn there", [&] {
        retry();
        auto const duties = thailand.duties();
        return duties.size() == 1 && duties.front().text_or("type") == "withdrawal" &&
               duties.front().text_or("state") == "answered";
    });
    auto const rows = cambodia.inbox();
    auto const row = std::ranges::find_if(rows, [&](Json const& each) { return each.text_or("message") == message; });
    BOOST_REQUIRE(row != rows.end());
    BOOST_CHECK(!row->text_or("erased_at").empty());
    BOOST_CHECK_EQUAL(thailand.leaves("consent.withdraw").size(), before + 1);
    BOOST_CHECK_EQUAL(thailand.leaves("consent.withdraw").back().text_or("source"), "national");
    auto const& preview = thailand.officer().post("/v1/cases/preview", request()).json();
    BOOST_CHECK_EQUAL(preview.find("denials")->as_array()->front().text_or("code"), "release.consent_withdrawn");
    // Looked at again, also after a restart, it is not withdrawn again; and struck out there, it stays withdrawn here.
    thailand.change_national_database("UPDATE consents SET withdrawn_on = NULL");
    thailand.stop();
    thailand.start();
    eventually("it was looked at",
               [&] { return !thailand.officer().get("/v1/cases/changed").json().text_or("read_last_at").empty(); });
    BOOST_CHECK_EQUAL(thailand.duties().size(), 1U);
    BOOST_CHECK_EQUAL(thailand.officer()
                          .post("/v1/cases/preview", request())
                          .json()
                          .find("denials")
                          ->as_array()
                          ->front()
                          .text_or("code"),
                      "release.consent_withdrawn");
}

BOOST_AUTO_TEST_SUITE_END()
