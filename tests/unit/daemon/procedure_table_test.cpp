#include "tests/unit/daemon/store_fixture.h"

using namespace casebridge;
using namespace casebridge::test;

namespace the_procedure_table {
namespace {

Json declined() {
    return Json::object().set("reason", "no_capacity");
}
Json referred() {
    return Json::object().set("services", Json::array().push("Health")).set("reason", "Other");
}

struct Procedures : StoreFixture {
    std::unique_ptr<Store> store = open();
    ProcedureTable& table = store->procedures();

    ProcedureRow opened(std::uint8_t number, std::optional<CaseId> case_id = {}) {
        ProcedureRow row{.reference = subject(number),
                         .peer = {node("kh-mosvy"), OfficeId("poipet")},
                         .own_office = OfficeId("datip"),
                         .kind = ProcedureKind::referral,
                         .side = Side::initiator,
                         .subject = subject(200),
                         .case_id = std::move(case_id),
                         .agreement = digest("agreement"),
                         .opened_at = at(0),
                         .updated_at = at(0)};
        row.number = must(table.insert(row));
        return row;
    }
    StepMessage step(ProcedureRow const& row, Side side, std::uint64_t lamport, StepType type, Json const& fields) {
        return {{.id = message(static_cast<std::int64_t>(lamport) * 10 + (side == Side::initiator ? 1 : 2)),
                 .from = row.peer,
                 .to = row.peer,
                 .sent_at = at(static_cast<std::int64_t>(lamport)),
                 .procedure = row.reference,
                 .purpose = purpose_of(row.kind),
                 .subject = row.subject,
                 .agreement = row.agreement,
                 .log_head = "0"},
                std::nullopt,
                {row.kind, side, lamport, must(Step::read(row.kind, type, fields))}};
    }
    StepOutcome add(ProcedureRow& row, StepMessage const& message) {
        auto const state = message.body.side == row.side ? StepState::queued : StepState::received;
        auto const content = row.erased_at
                                 ? std::nullopt
                                 : std::optional(must(store->contents().put(as_bytes(dump(to_json(message.body))))));
        return must(table.add(row, message, state, content, at(1000)));
    }
    ProcedureRow again(ProcedureRow const& row) { return *must(table.find(row.peer.node, row.reference)); }
};

}  // namespace
}  // namespace the_procedure_table

BOOST_FIXTURE_TEST_SUITE(the_procedure_table, Procedures)

BOOST_AUTO_TEST_CASE(what_the_steps_come_to_stands_beside_them_and_survives) {
    auto row = opened(1, CaseId("TH-1"));
    add(row, step(row, Side::initiator, 1, StepType::refer, referred()));
    BOOST_CHECK(row.facts.stage == Stage::asked);
    store.reset();
    store = open();
    auto& reopened = store->procedures();
    auto const known = *must(reopened.find(row.peer.node, row.reference));
    BOOST_CHECK(known.facts.stage == Stage::asked && known.facts.waiting->side == Side::responder);
    BOOST_CHECK(known.facts.waiting->since == at(1) && known.facts.last_step == StepType::refer);
    BOOST_CHECK_EQUAL(known.case_id->text(), "TH-1");
    BOOST_CHECK_EQUAL(must(reopened.log(known)).events().size(), 1U);
    BOOST_CHECK_EQUAL(must(reopened.of_case(CaseId("TH-1"))).size(), 1U);
    BOOST_CHECK(must(reopened.of_case(CaseId("TH-2"))).empty());
}

BOOST_AUTO_TEST_CASE(a_reference_is_known_once_for_each_partner) {
    opened(1);
    ProcedureRow row{.reference = subject(1),
                     .peer = {node("kh-mosvy"), OfficeId("poipet")},
                     .own_office = OfficeId("datip"),
                     .kind = ProcedureKind::referral,
                     .side = Side::responder,
                     .subject = subject(2),
                     .agreement = digest("agreement"),
                     .opened_at = at(0),
                     .updated_at = at(0)};
    CHECK_CODE(table.insert(row), "store.constraint");
    row.peer.node = node("la-mlsw");
    BOOST_CHECK(table.insert(row));
}

BOOST_AUTO_TEST_CASE(a_step_that_was_refused_does_not_count_and_its_number_is_free_again) {
    auto row = opened(1);
    auto const referral = step(row, Side::initiator, 1, StepType::refer, referred());
    add(row, referral);
    BOOST_REQUIRE(table.settle(referral.id, StepState::rejected, "message.unknown_agreement", at(2000)));
    row = again(row);
    BOOST_CHECK(row.facts.stage == Stage::not_opened && !row.facts.waiting);
    BOOST_CHECK_EQUAL(must(table.next_lamport(row)), 1U);
    auto const steps = must(table.steps(row));
    BOOST_REQUIRE_EQUAL(steps.size(), 1U);
    BOOST_CHECK_EQUAL(steps.front().code, "message.unknown_agreement");
    BOOST_CHECK(table.settle(message(999), StepState::delivered, "", at(2000)));  // none of ours
}

BOOST_AUTO_TEST_CASE(what_may_have_arrived_counts) {
    auto row = opened(1);
    auto const referral = step(row, Side::initiator, 1, StepType::refer, referred());
    add(row, referral);
    BOOST_REQUIRE(table.settle(referral.id, StepState::uncertain, "release.consent_withdrawn", at(2000)));
    BOOST_CHECK(again(row).facts.stage == Stage::asked);
}

BOOST_AUTO_TEST_CASE(erasing_destroys_what_was_said_and_the_link_to_the_case_and_keeps_the_rest) {
    auto row = opened(1, CaseId("TH-1"));
    add(row, step(row, Side::initiator, 1, StepType::refer, referred()));
    auto const content = *must(table.steps(row)).front().content;
    BOOST_REQUIRE(table.put_intent(row, {StepType::withdraw, Json::object(), service_actor("x"), false, at(5)}));
    BOOST_REQUIRE(table.erase(row, true, at(3000)));
    BOOST_REQUIRE(table.erase(row, true, at(4000)));  // again: nothing changes
    row = again(row);
    BOOST_CHECK(row.erased_at == at(3000) && row.facts.stage == Stage::withdrawn && !row.case_id);
    BOOST_CHECK(!row.facts.waiting && !row.look_at);
    CHECK_CODE(store->contents().get(content), "content.erased");
    BOOST_CHECK(must(table.of_case(CaseId("TH-1"))).empty());
    BOOST_CHECK(!must(table.intent(row)));
    // A step that crossed is counted, without what it says.
    auto const late = add(row, step(row, Side::responder, 2, StepType::decline, declined()));
    BOOST_CHECK_EQUAL(late.code, "procedure.withdrawn");
    BOOST_CHECK_EQUAL(must(table.steps(row)).size(), 2U);
    BOOST_CHECK_EQUAL(must(table.next_lamport(row)), 3U);
}

BOOST_AUTO_TEST_CASE(an_erased_handover_is_completed_by_the_signature_that_crossed_the_withdrawal) {
    auto row = opened(1);
    row.kind = ProcedureKind::return_and_handover;
    row.facts.stage = Stage::handing_over;
    row.facts.signatures[0] = must(Digest::from_hex(std::string(64, 'a')));
    BOOST_REQUIRE(table.erase(row, true, at(1)));
    auto const signing = Json::object()
                             .set("record", std::string(64, 'a'))
                             .set("handed_over_at", "2026-11-23T00:00:00.000Z")
                             .set("border_crossing", "Poipet");
    auto const outcome = add(row, step(row, Side::responder, 2, StepType::sign_handover, signing));
    BOOST_CHECK_EQUAL(outcome.code, "");
    BOOST_CHECK(again(row).facts.stage == Stage::handed_over);
}

BOOST_AUTO_TEST_CASE(the_clock_finds_what_is_due_and_a_change_is_looked_at_again) {
    auto row = opened(1);
    BOOST_CHECK(must(table.due(at(5000), 10)).empty());
    BOOST_CHECK(!must(table.next_look()));
    add(row, step(row, Side::initiator, 1, StepType::refer, referred()));
    BOOST_REQUIRE_EQUAL(must(table.due(at(5000), 10)).size(), 1U);
    auto const seen = must(table.due(at(5000), 10)).front();
    BOOST_REQUIRE(table.schedule(seen, at(9000)));
    BOOST_CHECK(must(table.due(at(5000), 10)).empty());
    BOOST_CHECK(must(table.next_look()) == at(9000));
    auto const answer = step(row, Side::responder, 2, StepType::decline, declined());
    add(row, answer);
    BOOST_REQUIRE(table.schedule(seen, at(9000)));  // of what it was before
    BOOST_CHECK_EQUAL(must(table.due(at(5000), 10)).size(), 1U);
}

BOOST_AUTO_TEST_CASE(lists_go_on_where_they_ended_and_leave_out_what_waits_for_nobody) {
    for (std::uint8_t i = 1; i <= 5; ++i) {
        auto row = opened(i);
        if (i != 3) add(row, step(row, Side::initiator, 1, StepType::refer, referred()));
    }
    auto const page = must(table.list({.peer = node("kh-mosvy"), .open_only = true, .limit = 3}));
    BOOST_REQUIRE_EQUAL(page.size(), 3U);
    BOOST_CHECK(page.back().reference == subject(4));
    auto const rest = must(table.list({.open_only = true, .after = page.back().number, .limit = 3}));
    BOOST_REQUIRE_EQUAL(rest.size(), 1U);
    BOOST_CHECK(must(table.list({.peer = node("la-mlsw")})).empty());
    BOOST_CHECK_EQUAL(must(table.counts()).open, 4);
    BOOST_CHECK_EQUAL(must(table.opened_since(node("kh-mosvy"), at(0))), 0);  // those were ours
}

BOOST_AUTO_TEST_CASE(a_decision_is_replaced_by_a_later_one) {
    auto row = opened(1);
    BOOST_REQUIRE(table.put_intent(row, {StepType::decline, declined(), service_actor("one"), false, at(5)}));
    BOOST_REQUIRE(table.put_intent(row, {StepType::withdraw, Json::object(), service_actor("two"), true, at(6)}));
    auto const kept = *must(table.intent(row));
    BOOST_CHECK(kept.step == StepType::withdraw && kept.with_summary && kept.leaves_at == at(6));
    BOOST_CHECK_EQUAL(kept.actor.reason, "two");
    BOOST_REQUIRE(table.drop_intent(row));
    BOOST_CHECK(!must(table.intent(row)));
}

BOOST_AUTO_TEST_SUITE_END()
