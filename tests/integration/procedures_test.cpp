// Procedures between two real nodes: both say the same, whatever is late, lost, crossed or withdrawn.
#include "procedures.h"

#include "tests/unit/daemon/raw_store.h"

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

namespace {

/// Cambodia is asked who somebody is; it may have a case of that person.
struct Verifying : Together {
    Verifying() {
        consent_to("identity_verification", thailand, cambodia);
        procedure = start(thailand, "identity_verification", question());
        both_at(procedure, "asked");
        slot = must(parse_rfc3339(awaited(cambodia, procedure).text_or("due")));
    }
    void until(Timestamp time) {
        clock.turn(time - clock.now());
        for (auto* node : {&thailand, &cambodia}) node->patrol();
    }
    /// A person in Cambodia's own database, who has agreed to be verified.
    void know_the_person() {
        cambodia.stop();
        cambodia.add_national_database();
        cambodia.start();
        consent_to("identity_verification", cambodia, thailand);
    }
    Json decide_to_confirm() {
        return step(cambodia, procedure, "confirm", confirmation(), Json::object().set("case", canary_case));
    }
    Json last_step(DemoMinistry const& node) const {
        auto const json = shown(node, procedure);
        return json.find("history")->as_array()->back();
    }

    std::string procedure;
    Timestamp slot;
};

/// What a partner could send that its officers' commands do not let it.
struct Forging : Together {
    Forging() {
        procedure = start(thailand, "return_and_handover", proposal());
        both_at(procedure, "asked");
        auto const told = shown(thailand, procedure);
        subject = told.text_or("subject");
    }
    StepMessage forged(Json const& body) const {
        auto said = must(read_step_body(body));
        return {{.id = MessageId::make(clock.now(), to_text(random_bytes(10))),
                 .from = {cambodia.id(), OfficeId("poipet-transit-centre")},
                 .to = {thailand.id(), OfficeId("datip")},
                 .sent_at = clock.now(),
                 .procedure = must(SubjectReference::parse(procedure)),
                 .purpose = purpose_of(said.kind),
                 .subject = must(SubjectReference::parse(subject)),
                 .agreement = sha256(as_bytes(thailand.read("agreements/" + agreement_file))),
                 .log_head = "0 " + std::string(64, '0')},
                std::nullopt,
                said};
    }
    static Json body(std::string const& step, std::int64_t lamport, Json fields, std::string const& side = "responder",
                     std::string const& kind = "return_and_handover") {
        return fields_of({{"version", 1},
                          {"kind", kind},
                          {"side", side},
                          {"lamport", lamport},
                          {"step", step},
                          {"fields", std::move(fields)}});
    }
    Bytes seal_it(std::string const& payload) const {
        auto const inner = must(
            sign(as_bytes(payload), ContentKind::message, Payload::attached, cambodia.identity().signer, clock.now()));
        auto const envelope = must(seal(inner, thailand.identity().encryption_chain.front()));
        return Bytes(envelope.bytes().begin(), envelope.bytes().end());
    }
    /// The code of the signed receipt, or "accepted".
    std::string receipt_for(StepMessage const& message) {
        PeerClient client(cambodia.tls_identity(), 1);
        auto const outcome = post_message(client, thailand.target(), seal_it(to_payload(message)));
        auto const pin = thailand.pin();
        auto const verified =
            must(verify(body_of(outcome), ContentKind::receipt, Payload::attached, {}, pin, clock.now()));
        auto const receipt = must(parse_receipt(to_text(verified.payload)));
        return receipt.outcome == Outcome::accepted ? "accepted" : receipt.code;
    }

    std::string procedure, subject;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(two_nodes_procedures, Together)

BOOST_AUTO_TEST_CASE(a_return_goes_from_proposal_to_receipt_and_both_say_the_same) {
    auto const procedure = start(thailand, "return_and_handover", proposal());
    both_at(procedure, "asked");
    // The summary went with it, in a stream of its own.
    eventually("the summary is there", [&] { return cambodia.inbox().size() == 2; });
    step(cambodia, procedure, "accept", acceptance());
    both_at(procedure, "accepted");
    step(thailand, procedure, "give_notice", notice());
    both_at(procedure, "noticed");
    step(cambodia, procedure, "agree_date", agreed());
    both_at(procedure, "date_agreed");
    step(thailand, procedure, "sign_handover", signature());
    both_at(procedure, "handing_over");
    step(cambodia, procedure, "sign_handover", signature());
    both_at(procedure, "handed_over");
    step(cambodia, procedure, "confirm_receipt", receipt_of_person());
    both_at(procedure, "received");
    eventually("delivered", [&] { return history(cambodia, procedure).back() == "confirm_receipt delivered "; });
    BOOST_CHECK_EQUAL(history(thailand, procedure).size(), 7U);
    BOOST_CHECK_EQUAL(history(thailand, procedure)[6], "confirm_receipt received ");
    // Every step of ours that says something of the person is in her register.
    auto const registered =
        thailand.officer()
            .get("/v1/cases/show", {{"case", std::string(canary_case)}, {"reason", std::string(canary_reason)}})
            .json();
    BOOST_CHECK_EQUAL(registered.find("disclosures")->as_array()->size(), 5U);  // three steps, two summaries
}

BOOST_AUTO_TEST_CASE(without_a_consent_nothing_is_opened_and_nothing_is_known_there) {
    auto const refused =
        try_start(thailand, "referral", fields_of({{"services", codes({"Health"})}, {"reason", "Other"}}));
    BOOST_CHECK_EQUAL(refused.summary(), "403 send.denied");
    BOOST_CHECK_EQUAL(refused.json().find("denials")->as_array()->front().text_or("code"), "release.no_consent");
    BOOST_CHECK(procedures(thailand).empty());
    BOOST_CHECK(cambodia.inbox().empty());
}

BOOST_AUTO_TEST_CASE(a_step_that_does_not_follow_is_refused_with_its_reason) {
    auto const procedure = start(thailand, "return_and_handover", proposal());
    both_at(procedure, "asked");
    auto const code = [&](DemoMinistry const& node, std::string const& type, Json fields) {
        return try_step(node, procedure, type, std::move(fields)).summary();
    };
    BOOST_CHECK_EQUAL(code(thailand, "give_notice", notice()), "409 procedure.not_your_turn");
    BOOST_CHECK_EQUAL(code(cambodia, "give_notice", notice()), "409 procedure.wrong_side");
    BOOST_CHECK_EQUAL(code(cambodia, "sign_handover", signature()), "409 procedure.illegal_step");
    BOOST_CHECK_EQUAL(code(cambodia, "confirm", confirmation()), "400 procedure.unknown_step");
    BOOST_CHECK_EQUAL(code(cambodia, "accept", Json::object()), "400 procedure.missing_member");
    BOOST_CHECK_EQUAL(code(cambodia, "accept", fields_of({{"receiving_office", "poipet-transit-centre"}, {"x", 1}})),
                      "400 procedure.unknown_member");
    BOOST_CHECK_EQUAL(code(cambodia, "jump", Json::object()), "400 procedure.unknown_step");
    BOOST_CHECK_EQUAL(history(cambodia, procedure).size(), 1U);
}

BOOST_AUTO_TEST_CASE(a_return_without_what_every_return_needs_is_not_proposed) {
    auto const code = [&](std::string const& name, Json const& value) {
        return try_start(thailand, "return_and_handover", proposal().set(name, value)).summary();
    };
    BOOST_CHECK_EQUAL(code("return_voluntary", "involuntary"), "400 procedure.return_not_voluntary");
    BOOST_CHECK_EQUAL(code("safety_assessment_result", "not_safe"), "400 procedure.return_not_safe");
    BOOST_CHECK_EQUAL(code("proposed_on", "2569-01-01"), "400 date.wrong_era");
    auto incomplete = fields_of({{"return_voluntary", "voluntary"}});
    BOOST_CHECK_EQUAL(try_start(thailand, "return_and_handover", incomplete).summary(),
                      "400 procedure.return_needs_safety_assessment");
}

BOOST_AUTO_TEST_CASE(officers_are_told_what_an_opening_lacks) {
    auto const code = [&](Json const& more) {
        auto body = more;
        body.set("reason", canary_reason);
        return thailand.officer().post("/v1/procedures/preview", body).summary();
    };
    auto const whole = fields_of({{"kind", "return_and_handover"},
                                  {"node", "kh-mosvy"},
                                  {"office", "poipet-transit-centre"},
                                  {"case", canary_case},
                                  {"fields", proposal()}});
    auto const with = [&](std::string const& key, Json value) {
        auto json = whole;
        return json.set(key, std::move(value));
    };
    BOOST_CHECK_EQUAL(code(whole), "200");
    BOOST_CHECK_EQUAL(code(with("kind", "holiday")), "400 procedure.unknown_kind");
    BOOST_CHECK_EQUAL(code(with("case", "")), "400 procedure.incomplete");
    BOOST_CHECK_EQUAL(code(with("case", "TH-0")), "404 source.case_not_found");
    BOOST_CHECK_EQUAL(code(with("node", "la-mlsw")), "404 peer.unknown");
    BOOST_CHECK_EQUAL(code(with("from", "embassy")), "400 procedure.not_our_office");
    BOOST_CHECK_EQUAL(code(with("with_summary", "yes")), "400 request.wrong_type");
    BOOST_CHECK_EQUAL(thailand.officer()
                          .get("/v1/procedures/" + std::string(32, '0'), {{"reason", std::string(canary_reason)}})
                          .summary(),
                      "404 procedure.not_found");
    BOOST_CHECK_EQUAL(thailand.officer().get("/v1/procedures/" + std::string(32, '0')).summary(),
                      "400 request.reason_missing");
}

BOOST_AUTO_TEST_CASE(what_was_previewed_is_sent_or_nothing) {
    auto body = fields_of({{"kind", "return_and_handover"},
                           {"node", "kh-mosvy"},
                           {"office", "poipet-transit-centre"},
                           {"case", canary_case},
                           {"fields", proposal()},
                           {"reason", canary_reason}});
    auto const preview = thailand.officer().post("/v1/procedures/preview", body).json();
    BOOST_CHECK(preview.find("summary")->find("body") != nullptr);
    body.set("digest", preview.text_or("digest"));
    change_name("Zanzibarina");
    BOOST_CHECK_EQUAL(thailand.officer().post("/v1/procedures", body).summary(), "409 procedure.preview_outdated");
    change_name(std::string(canary_given_name));
    BOOST_CHECK_EQUAL(thailand.officer().post("/v1/procedures", body).summary(), "200");
    BOOST_CHECK_EQUAL(thailand.officer().post("/v1/procedures", body.set("digest", "")).summary(),
                      "400 request.missing");
}

BOOST_AUTO_TEST_CASE(steps_wait_for_a_partner_that_is_away_also_over_a_restart_of_ours) {
    cambodia.stop();
    auto const procedure = start(thailand, "return_and_handover", proposal());
    BOOST_CHECK_EQUAL(stage(thailand, procedure), "asked");
    thailand.stop();
    clock.turn(12 * 24h);  // longer than a message lives
    thailand.start();
    cambodia.start();
    both_at(procedure, "asked");
    eventually("told that it is late", [&] {
        retry();
        return history(cambodia, procedure).size() == 2;
    });
    step(cambodia, procedure, "accept", acceptance());
    both_at(procedure, "accepted");
}

BOOST_AUTO_TEST_CASE(steps_that_cross_come_to_the_same_on_both_sides) {
    auto const procedure = start(thailand, "return_and_handover", proposal());
    both_at(procedure, "asked");
    // Thailand withdraws while Cambodia, which does not know it, accepts.
    cambodia.stop();
    step(thailand, procedure, "withdraw", withdrawal());
    thailand.stop();
    cambodia.start();
    step(cambodia, procedure, "accept", acceptance());
    BOOST_CHECK_EQUAL(stage(cambodia, procedure), "accepted");
    thailand.start();
    both_at(procedure, "withdrawn");
    eventually("both steps there", [&] {
        retry();
        return history(thailand, procedure).size() == 3 && history(cambodia, procedure).size() == 3;
    });
    BOOST_CHECK_EQUAL(history(thailand, procedure)[2], "accept received procedure.withdrawn");
    nothing_is_kept_for_it();
}

BOOST_AUTO_TEST_CASE(a_summary_that_comes_after_the_withdrawal_of_its_procedure_is_not_kept) {
    cambodia.stop();
    auto const procedure = start(thailand, "return_and_handover", proposal());
    step(thailand, procedure, "withdraw", withdrawal());
    cambodia.start();
    both_at(procedure, "withdrawn");
    nothing_is_kept_for_it();
}

BOOST_AUTO_TEST_CASE(a_step_refused_by_the_partner_does_not_count_here) {
    auto const procedure = start(thailand, "return_and_handover", proposal());
    both_at(procedure, "asked");
    cambodia.stop();
    step(cambodia.runs() ? cambodia : thailand, procedure, "withdraw", withdrawal());
    cambodia.start();
    both_at(procedure, "withdrawn");
    // The agreement is not known there any more: a new proposal is refused by a signed receipt.
    auto const text = cambodia.read("agreements/" + agreement_file);
    cambodia.write("agreements/" + agreement_file, text + "\n# amended\n");
    cambodia.reload();
    auto const second = start(thailand, "return_and_handover", proposal());
    eventually("rejected", [&] {
        retry();
        return history(thailand, second) == std::vector<std::string>{"propose rejected message.unknown_agreement"};
    });
    BOOST_CHECK_EQUAL(stage(thailand, second), "not_opened");
    cambodia.write("agreements/" + agreement_file, text);
    cambodia.reload();
    BOOST_CHECK_EQUAL(try_step(thailand, second, "propose", proposal()).summary(), "200");
    both_at(second, "asked");
}

BOOST_AUTO_TEST_CASE(a_withdrawn_consent_ends_and_erases_the_procedure_on_both_sides) {
    auto const procedure = start(thailand, "return_and_handover", proposal());
    both_at(procedure, "asked");
    step(cambodia, procedure, "accept", acceptance());
    both_at(procedure, "accepted");
    withdraw_consent();
    both_at(procedure, "withdrawn");
    for (auto const* node : {&thailand, &cambodia}) {
        auto const json = shown(*node, procedure);
        BOOST_CHECK(!json.text_or("erased_at").empty());
        BOOST_CHECK(json.find("case") == nullptr);
        for (auto const& each : *json.find("history")->as_array()) BOOST_CHECK(each.find("fields") == nullptr);
        BOOST_CHECK_EQUAL(json.find("may")->as_array()->size(), 0U);
    }
    BOOST_CHECK_EQUAL(try_step(cambodia, procedure, "decline", fields_of({{"reason", "other"}})).summary(),
                      "409 procedure.erased");
    BOOST_CHECK_EQUAL(thailand.duties().front().text_or("type"), "withdrawal");
}

BOOST_AUTO_TEST_CASE(what_a_step_said_is_on_no_page_of_either_store_after_a_withdrawal) {
    auto const procedure = start(thailand, "return_and_handover", proposal());
    both_at(procedure, "asked");
    auto const keys = [](DemoMinistry const& node) {
        RawStore raw(node.directory() / "state" / "casebridge.db", demo_store_key());
        auto const key = raw.run("SELECT hex(key) FROM content_keys k JOIN procedure_steps s ON s.content = k.content");
        BOOST_REQUIRE(!key.empty());
        return must(from_hex(key));
    };
    auto const here = keys(thailand), there = keys(cambodia);
    auto const pages = [](DemoMinistry const& node) {
        return decrypted_pages(node.directory() / "state" / "casebridge.db", demo_store_key());
    };
    eventually("it is there", [&] { return contains(pages(thailand), here) && contains(pages(cambodia), there); });
    withdraw_consent();
    both_at(procedure, "withdrawn");
    eventually("answered", [&] {
        retry();
        return thailand.duties().front().text_or("state") == "answered";
    });
    thailand.stop();
    cambodia.stop();
    BOOST_CHECK(!contains(pages(thailand), here));
    BOOST_CHECK(!contains(pages(cambodia), there));
}

BOOST_AUTO_TEST_CASE(a_consent_withdrawn_before_a_step_leaves_stops_the_step) {
    cambodia.stop();
    auto const procedure = start(thailand, "return_and_handover", proposal());
    withdraw_consent();
    cambodia.start();
    eventually("refused", [&] {
        retry();
        auto const steps = history(thailand, procedure);
        return steps.size() == 1 && steps.front().starts_with("propose refused ");
    });
    BOOST_CHECK(procedures(cambodia).empty());
    // An attempt that failed may have told it: then the withdrawal follows.
    for (auto const& message : cambodia.inbox()) BOOST_CHECK_EQUAL(message.text_or("type"), "withdrawal");
}

BOOST_AUTO_TEST_CASE(a_late_partner_gets_one_signed_notice_for_each_wait) {
    auto const procedure = start(thailand, "return_and_handover", proposal());
    both_at(procedure, "asked");
    auto const wait = awaited(thailand, procedure);
    auto const overdue = must(parse_rfc3339(wait.text_or("overdue")));
    clock.turn(overdue - clock.now() - 1min);
    step(thailand, procedure, "withdraw", withdrawal());  // wakes the clock; nothing is late yet
    both_at(procedure, "withdrawn");
    BOOST_CHECK_EQUAL(thailand.counter("casebridge_alarms_total{kind=\"procedure_overdue\"}"), 0);
    auto const second = start(thailand, "return_and_handover", proposal());
    both_at(second, "asked");
    auto const late = must(parse_rfc3339(awaited(thailand, second).text_or("overdue")));
    clock.turn(late - clock.now() + 1s);
    thailand.stop();  // a restart does not forget, and does not repeat
    thailand.start();
    eventually("notice", [&] {
        retry();
        return history(cambodia, second) == std::vector<std::string>{"propose received ", "overdue_notice received "};
    });
    thailand.stop();
    thailand.start();
    clock.turn(1h);
    step(cambodia, second, "accept", acceptance());
    both_at(second, "accepted");
    BOOST_CHECK_EQUAL(history(cambodia, second).size(), 3U);
    BOOST_CHECK(cambodia.counter("casebridge_alarms_total{kind=\"procedure_overdue\"}") >= 1);
}

BOOST_AUTO_TEST_CASE(a_clock_that_was_set_makes_nobody_late) {
    auto const procedure = start(thailand, "return_and_handover", proposal());
    both_at(procedure, "asked");
    clock.set_by(10 * 24h);
    std::this_thread::sleep_for(1500ms);
    BOOST_CHECK_EQUAL(history(thailand, procedure).size(), 1U);
    clock.set_by(-10 * 24h);
    step(cambodia, procedure, "accept", acceptance());
    both_at(procedure, "accepted");
}

BOOST_AUTO_TEST_CASE(what_was_said_is_erased_when_retention_is_over) {
    auto const procedure = start(thailand, "return_and_handover", proposal());
    both_at(procedure, "asked");
    step(cambodia, procedure, "decline", fields_of({{"reason", "no_capacity"}}));
    both_at(procedure, "declined");
    clock.turn(731 * 24h);
    for (auto* node : {&thailand, &cambodia}) {
        node->patrol();
        eventually("erased", [&] { return !procedures(*node).front().text_or("erased_at").empty(); });
        BOOST_CHECK_EQUAL(stage(*node, procedure), "declined");
        BOOST_CHECK_EQUAL(node->leaves("procedure.erase").size(), 1U);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(two_nodes_hidden_answers, Verifying)

BOOST_AUTO_TEST_CASE(nobody_knows_and_nobody_decides_and_the_answer_comes_when_it_is_due) {
    until(slot - 1min);
    step(thailand, start(thailand, "return_and_handover", proposal()), "withdraw", withdrawal());  // wakes both clocks
    BOOST_CHECK_EQUAL(stage(thailand, procedure), "asked");
    until(slot);
    both_at(procedure, "no_information");
    BOOST_CHECK_EQUAL(last_step(thailand).text_or("sent_at"), to_rfc3339(slot));
}

BOOST_AUTO_TEST_CASE(an_answer_decided_early_leaves_at_the_same_moment_and_can_be_replaced) {
    know_the_person();
    auto const no = step(cambodia, procedure, "not_confirm", fields_of({{"verified_on", day(0)}}),
                         Json::object().set("case", canary_case));
    BOOST_REQUIRE_EQUAL(no.text_or("leaves_at"), to_rfc3339(slot));
    BOOST_CHECK(no.find("message")->is_null());
    decide_to_confirm();
    BOOST_CHECK_EQUAL(shown(cambodia, procedure).find("decided")->text_or("step"), "confirm");
    clock.turn(1h);
    BOOST_CHECK_EQUAL(stage(thailand, procedure), "asked");
    until(slot);
    both_at(procedure, "confirmed");
    auto const told = last_step(thailand);
    BOOST_CHECK_EQUAL(told.text_or("sent_at"), to_rfc3339(slot));
    BOOST_CHECK_EQUAL(told.find("fields")->text_or("grade"), "by_register");
    // The id's time is the slot's, too: it begins with the milliseconds since 1970.
    auto const same_time = MessageId::make(slot, to_text(random_bytes(10))).text().substr(0, 13);
    BOOST_CHECK_EQUAL(told.text_or("message").substr(0, 13), same_time);
}

BOOST_AUTO_TEST_CASE(a_yes_that_became_a_no_is_the_same_no_information) {
    know_the_person();
    decide_to_confirm();
    auto const body = Json::object()
                          .set("case", canary_case)
                          .set("consent", "example-identity_verification")
                          .set("reason", canary_reason);
    BOOST_REQUIRE_EQUAL(cambodia.officer().post("/v1/consents/withdraw", body).summary(), "200");
    until(slot);
    both_at(procedure, "no_information");
    BOOST_CHECK_EQUAL(last_step(thailand).text_or("sent_at"), to_rfc3339(slot));
}

BOOST_AUTO_TEST_CASE(a_decision_outlives_a_restart) {
    know_the_person();
    decide_to_confirm();
    cambodia.stop();
    cambodia.start();
    until(slot);
    both_at(procedure, "confirmed");
}

BOOST_AUTO_TEST_CASE(the_responder_can_neither_decline_nor_withdraw) {
    BOOST_CHECK_EQUAL(try_step(cambodia, procedure, "decline", fields_of({{"reason", "other"}})).summary(),
                      "400 procedure.unknown_step");
    BOOST_CHECK_EQUAL(try_step(cambodia, procedure, "withdraw", withdrawal()).summary(), "409 procedure.wrong_side");
    BOOST_CHECK_EQUAL(try_step(cambodia, procedure, "confirm", confirmation()).summary(), "409 procedure.case_needed");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(two_nodes_forged_steps, Forging)

BOOST_AUTO_TEST_CASE(a_step_that_does_not_belong_is_refused_by_a_signed_receipt) {
    auto const accepting = body("accept", 2, acceptance());
    auto other = forged(accepting);
    other.procedure = must(SubjectReference::parse(std::string(32, '1')));
    BOOST_CHECK_EQUAL(receipt_for(other), "procedure.unknown");
    other = forged(accepting);
    other.subject = must(SubjectReference::parse(std::string(32, '1')));
    BOOST_CHECK_EQUAL(receipt_for(other), "procedure.other_subject");
    BOOST_CHECK_EQUAL(receipt_for(forged(body("withdraw", 2, withdrawal(), "initiator"))),
                      "procedure.wrong_sender_side");
    BOOST_CHECK_EQUAL(receipt_for(forged(body("withdraw", 2, withdrawal(), "responder", "referral"))),
                      "procedure.other_kind");
    other = forged(accepting);
    other.agreement = sha256(as_bytes("another"));
    BOOST_CHECK_EQUAL(receipt_for(other), "message.unknown_agreement");
    other = forged(accepting);
    other.to.office = OfficeId("nowhere");
    BOOST_CHECK_EQUAL(receipt_for(other), "message.unknown_office");
    BOOST_CHECK_EQUAL(stage(thailand, procedure), "asked");
    BOOST_CHECK_EQUAL(receipt_for(forged(accepting)), "accepted");
    BOOST_CHECK_EQUAL(stage(thailand, procedure), "accepted");
    BOOST_CHECK_EQUAL(receipt_for(forged(body("decline", 2, fields_of({{"reason", "other"}})))),
                      "procedure.number_not_above");
    // A number from the future waits for what comes before it, and changes nothing.
    BOOST_CHECK_EQUAL(receipt_for(forged(body("decline", 9, fields_of({{"reason", "other"}})))), "accepted");
    BOOST_CHECK_EQUAL(stage(thailand, procedure), "accepted");
    BOOST_CHECK_EQUAL(history(thailand, procedure).back(), "decline received procedure.waiting_for_earlier");
}

BOOST_AUTO_TEST_CASE(a_purpose_that_is_not_the_kinds_is_malformed) {
    auto payload = must(parse_json(to_payload(forged(body("accept", 2, acceptance())))));
    payload.set("purpose", "referral");
    PeerClient client(cambodia.tls_identity(), 1);
    auto text = dump(payload);
    // The same length as before is not needed: form is looked at first.
    BOOST_CHECK_EQUAL(summary(post_message(client, thailand.target(), seal_it(text))), "400 message.wrong_purpose");
}

BOOST_AUTO_TEST_CASE(law_enforcement_does_not_run_between_welfare_nodes) {
    auto const refused =
        try_start(thailand, "law_enforcement",
                  fields_of({{"request", "evidence"}, {"ground", "court_order"}, {"ground_dated", day(-1)}}));
    BOOST_CHECK_EQUAL(refused.status, 403);
}

BOOST_AUTO_TEST_SUITE_END()
