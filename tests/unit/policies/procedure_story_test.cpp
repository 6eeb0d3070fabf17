// Procedures as people go through them, step by step.
#include "policies/procedure/log.h"
#include "tests/support/check_code.h"
#include "tests/support/procedure_steps.h"

using namespace casebridge;
using namespace casebridge::test;
using Kind = ProcedureKind;

BOOST_TEST_DONT_PRINT_LOG_VALUE(casebridge::Stage)
BOOST_TEST_DONT_PRINT_LOG_VALUE(casebridge::Side)

BOOST_AUTO_TEST_SUITE(procedure_story)

namespace {

constexpr auto I = Side::initiator;
constexpr auto R = Side::responder;

class Story {
public:
    explicit Story(Kind kind) : maker(kind), log(kind, expire_after) {}

    /// The code; empty if the step took effect.
    std::string_view step(Side side, StepType type, Json const& fields = Json::object()) {
        return add(maker.make(side, log.next_lamport(), type, fields));
    }
    std::string_view correct(Side side, StepEvent const& corrected, Json const& fields = Json::object()) {
        return add(maker.correct(side, log.next_lamport(), corrected, fields));
    }
    std::string_view add(StepEvent event) {
        last = event;
        log.add(std::move(event));
        return log.outcome(last->message)->code;
    }
    void pass(std::chrono::hours time) { maker.now += time; }
    [[nodiscard]] Stage stage() const { return log.standing().stage; }
    [[nodiscard]] Waiting const& waiting() const { return log.standing().waiting.value(); }
    [[nodiscard]] Set<Effect> effects() const { return log.outcome(last->message)->effects; }

    StepMaker maker;
    ProcedureLog log;
    std::optional<StepEvent> last;
};

Json on(std::string_view name, std::string_view day) {
    return Json::object().set(std::string(name), day);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_verification_is_asked_needs_more_and_is_confirmed) {
    Story story(Kind::identity_verification);
    BOOST_TEST(story.step(I, StepType::ask) == "");
    BOOST_TEST(story.stage() == Stage::asked);
    BOOST_TEST(story.waiting().side == R);
    BOOST_TEST((story.waiting().since == story.maker.now));
    BOOST_TEST(story.effects().has(Effect::release_case));
    BOOST_TEST(story.step(I, StepType::supply) == "procedure.not_your_turn");
    story.pass(std::chrono::hours(50));
    BOOST_TEST(story.step(R, StepType::need_more) == "");
    BOOST_TEST(story.effects().has(Effect::hold_until_slot));
    BOOST_TEST(story.waiting().side == I);
    BOOST_TEST((story.waiting().deadline == DeadlineKind::supply));
    BOOST_TEST(story.step(R, StepType::confirm) == "procedure.not_your_turn");
    BOOST_TEST(story.step(I, StepType::supply) == "");
    BOOST_TEST(story.step(R, StepType::confirm) == "");
    BOOST_TEST(story.stage() == Stage::confirmed);
    BOOST_TEST(!story.log.standing().waiting.has_value());
    BOOST_TEST(story.step(R, StepType::confirm) == "procedure.closed");
    BOOST_TEST(story.step(R, StepType::not_confirm) == "");  // the verdict was wrong and is put right
    BOOST_TEST(story.stage() == Stage::not_confirmed);
    BOOST_TEST(story.step(I, StepType::ask) == "");  // asked again
    BOOST_TEST(story.stage() == Stage::asked);
}

BOOST_AUTO_TEST_CASE(a_question_that_expired_can_be_put_again_and_the_late_answer_before_that_counts_for_nothing) {
    Story story(Kind::family_tracing);
    story.step(I, StepType::ask);
    BOOST_TEST(story.step(I, StepType::ask) == "procedure.not_your_turn");
    story.pass(expire_after);
    BOOST_TEST(has_expired(story.log.standing(), story.maker.now, expire_after));
    BOOST_TEST(story.step(R, StepType::report_found) == "procedure.expired");
    BOOST_TEST(story.stage() == Stage::asked);
    BOOST_TEST(story.step(I, StepType::ask) == "");
    BOOST_TEST(!has_expired(story.log.standing(), story.maker.now, expire_after));
    story.pass(expire_after - std::chrono::hours(1));
    BOOST_TEST(story.step(R, StepType::report_found) == "");
    BOOST_TEST(story.stage() == Stage::found);
    BOOST_TEST(story.step(I, StepType::request_contact) == "");
    BOOST_TEST(story.step(R, StepType::arrange_contact) == "");
    BOOST_TEST(story.stage() == Stage::contact_arranged);
}

BOOST_AUTO_TEST_CASE(a_referral_is_declined_asked_again_accepted_and_closed) {
    Story story(Kind::referral);
    BOOST_TEST(story.step(R, StepType::accept) == "procedure.not_opened");
    BOOST_TEST(story.step(R, StepType::refer) == "procedure.wrong_side");
    story.step(I, StepType::refer, on("urgency", "urgent"));
    BOOST_TEST((story.waiting().urgency == Urgency::urgent));
    BOOST_TEST(story.step(R, StepType::decline) == "");
    BOOST_TEST(story.step(R, StepType::accept) == "procedure.closed");
    BOOST_TEST(story.step(I, StepType::refer, on("urgency", "ordinary")) == "");
    BOOST_TEST((story.waiting().urgency == Urgency::ordinary));
    BOOST_TEST(story.step(R, StepType::accept) == "");
    BOOST_TEST(story.step(I, StepType::overdue_notice) == "procedure.illegal_step");  // nobody is awaited
    BOOST_TEST(story.step(R, StepType::close) == "");
    BOOST_TEST(story.stage() == Stage::closed);
}

BOOST_AUTO_TEST_CASE(a_person_is_returned_handed_over_and_received) {
    Story story(Kind::return_and_handover);
    auto const agreed = Json::object().set("agreed_on", "2026-11-20");
    auto const record = Json::object().set("record", sha256(as_bytes("record")).hex());
    auto const other = Json::object().set("record", sha256(as_bytes("other")).hex());
    BOOST_TEST(story.step(I, StepType::propose) == "");
    BOOST_TEST(story.step(R, StepType::accept) == "");
    BOOST_TEST((story.waiting().deadline == DeadlineKind::notice));
    BOOST_TEST(story.step(R, StepType::agree_date, agreed) == "procedure.not_your_turn");
    BOOST_TEST(story.step(I, StepType::give_notice, on("planned_on", "2026-11-18")) == "");
    BOOST_TEST(story.step(R, StepType::agree_date, agreed) == "procedure.date_differs");
    BOOST_TEST(story.step(R, StepType::propose_date, on("proposed_on", "2026-11-20")) == "");
    BOOST_TEST(story.step(I, StepType::agree_date, on("agreed_on", "2026-11-18")) == "procedure.date_differs");
    BOOST_TEST(story.step(I, StepType::agree_date, agreed) == "");
    BOOST_TEST((story.waiting().deadline == DeadlineKind::handover));
    BOOST_TEST((story.waiting().on == *parse_date("2026-11-20")));
    BOOST_TEST(story.step(I, StepType::sign_handover, record) == "");
    BOOST_TEST(story.effects().has(Effect::require_countersignature));
    BOOST_TEST(story.stage() == Stage::handing_over);
    BOOST_TEST(story.step(R, StepType::confirm_receipt) == "procedure.illegal_step");
    BOOST_TEST(story.step(R, StepType::sign_handover, other) == "");
    BOOST_TEST(story.stage() == Stage::handing_over);  // two records are none
    BOOST_TEST(story.waiting().side == I);
    BOOST_TEST(story.step(R, StepType::sign_handover, record) == "");
    BOOST_TEST(story.stage() == Stage::handed_over);
    BOOST_TEST(story.step(I, StepType::withdraw) == "procedure.already_happened");
    story.pass(expire_after * 2);
    BOOST_TEST(story.step(R, StepType::confirm_receipt) == "");  // late, but it has happened
    BOOST_TEST(story.stage() == Stage::received);
    BOOST_TEST(story.step(R, StepType::withdraw) == "procedure.already_happened");
}

BOOST_AUTO_TEST_CASE(a_withdrawal_ends_everything_but_a_handover_that_both_signed) {
    auto const record = Json::object().set("record", sha256(as_bytes("record")).hex());
    Story story(Kind::return_and_handover);
    story.step(I, StepType::propose);
    story.step(R, StepType::accept);
    story.step(I, StepType::give_notice, on("planned_on", "2026-11-18"));
    story.step(R, StepType::agree_date, on("agreed_on", "2026-11-18"));
    story.step(I, StepType::sign_handover, record);
    auto const number = story.log.next_lamport();
    // The two cross on the way: neither side has seen the other's step.
    auto const withdrawal = story.maker.make(I, number, StepType::withdraw);
    auto const signature = story.maker.make(R, number, StepType::sign_handover, record);
    auto signed_first = story.log;
    story.add(withdrawal);
    BOOST_TEST(story.stage() == Stage::withdrawn);
    BOOST_TEST(story.effects().has(Effect::stop_use_and_erase));
    story.add(signature);
    BOOST_TEST(story.stage() == Stage::handed_over);
    signed_first.add(signature);
    BOOST_TEST(signed_first.standing().stage == Stage::handed_over);
    signed_first.add(withdrawal);
    BOOST_TEST((signed_first.standing() == story.log.standing()));
}

BOOST_AUTO_TEST_CASE(a_withdrawal_outranks_the_answer_it_crossed_and_one_that_came_before_it) {
    for (int corrections = 0; corrections < 3; ++corrections) {
        Story story(Kind::claim_status);
        story.step(I, StepType::ask);
        auto const question = *story.last;
        auto const answer = story.maker.make(R, 2, StepType::answer);
        for (int i = 0; i < corrections; ++i) story.correct(I, question);
        story.step(I, StepType::withdraw);
        story.add(answer);
        BOOST_TEST(story.stage() == Stage::withdrawn);
        BOOST_TEST(story.step(I, StepType::ask) == "procedure.withdrawn");
        BOOST_TEST(story.step(R, StepType::answer) == "procedure.withdrawn");
        BOOST_TEST(story.step(I, StepType::withdraw) == "procedure.withdrawn");
    }
}

BOOST_AUTO_TEST_CASE(follow_up_reports_come_on_the_dates_of_the_schedule_and_one_without_information_counts) {
    Story story(Kind::reintegration_follow_up);
    auto const schedule = Json::object().set("first_on", "2027-01-31").set("every_months", 1).set("reports", 3);
    BOOST_TEST(story.step(I, StepType::schedule, schedule) == "");
    BOOST_TEST((story.waiting().on == *parse_date("2027-01-31")));
    BOOST_TEST(story.effects().has(Effect::schedule_report));
    story.pass(std::chrono::days(90));
    BOOST_TEST(story.step(R, StepType::report) == "");
    BOOST_TEST((story.waiting().on == *parse_date("2027-02-28")));
    BOOST_TEST(story.step(R, StepType::no_information) == "");
    BOOST_TEST((story.waiting().on == *parse_date("2027-03-31")));
    BOOST_TEST(!story.effects().has(Effect::close));
    BOOST_TEST(story.step(R, StepType::report) == "");
    BOOST_TEST(story.stage() == Stage::completed);
    BOOST_TEST(story.effects().has(Effect::close));
    BOOST_TEST(!story.effects().has(Effect::schedule_report));
    BOOST_TEST(story.step(I, StepType::schedule, schedule) == "");
    BOOST_TEST(story.log.standing().reports == 0);
}

BOOST_AUTO_TEST_CASE(report_days_keep_to_the_month_also_in_leap_years) {
    ReportSchedule const schedule{*parse_date("2027-11-30"), 3, 4};
    BOOST_TEST(to_iso8601(schedule.day_of_report(0)) == "2027-11-30");
    BOOST_TEST(to_iso8601(schedule.day_of_report(1)) == "2028-02-29");
    BOOST_TEST(to_iso8601(schedule.day_of_report(2)) == "2028-05-30");
    ReportSchedule const yearly{*parse_date("2028-02-29"), 12, 2};
    BOOST_TEST(to_iso8601(yearly.day_of_report(1)) == "2029-02-28");
}

BOOST_AUTO_TEST_CASE(an_identification_is_noticed_acknowledged_and_added_to_never_overwritten) {
    Story story(Kind::identification_notice);
    story.step(I, StepType::notify);
    BOOST_TEST(story.step(R, StepType::notify) == "procedure.wrong_side");
    BOOST_TEST(story.step(R, StepType::acknowledge) == "");
    BOOST_TEST(story.step(R, StepType::add_status) == "");
    BOOST_TEST(story.step(I, StepType::add_status) == "procedure.wrong_side");
    BOOST_TEST(story.step(I, StepType::notify) == "");  // a newer decision of its own
}

BOOST_AUTO_TEST_CASE(a_case_worker_asks_to_visit_settles_the_day_and_reports) {
    Story story(Kind::case_worker_visit);
    story.step(I, StepType::request_visit);
    BOOST_TEST(story.step(R, StepType::propose_date, on("proposed_on", "2026-11-12")) == "");
    BOOST_TEST(story.step(I, StepType::agree_date, on("agreed_on", "2026-11-13")) == "procedure.date_differs");
    BOOST_TEST(story.step(I, StepType::agree_date, on("agreed_on", "2026-11-12")) == "");
    BOOST_TEST((story.waiting().deadline == DeadlineKind::visit_report));
    BOOST_TEST((story.waiting().on == *parse_date("2026-11-12")));
    BOOST_TEST(story.step(I, StepType::report) == "");
    BOOST_TEST(story.stage() == Stage::reported);
}

BOOST_AUTO_TEST_CASE(a_correction_changes_what_its_step_said_and_nothing_that_came_after_it) {
    Story story(Kind::return_and_handover);
    story.step(I, StepType::propose, on("urgency", "ordinary"));
    auto const proposal = *story.last;
    BOOST_TEST(story.correct(I, proposal, on("urgency", "immediate")) == "");
    BOOST_TEST((story.waiting().urgency == Urgency::immediate));
    BOOST_TEST((story.waiting().since == proposal.sent_at));
    story.step(R, StepType::accept);
    story.step(I, StepType::give_notice, on("planned_on", "2026-11-18"));
    story.step(R, StepType::agree_date, on("agreed_on", "2026-11-18"));
    auto const agreement = *story.last;
    BOOST_TEST(story.correct(R, agreement, on("agreed_on", "2026-11-19")) == "procedure.date_differs");
    BOOST_TEST(story.correct(I, agreement, on("agreed_on", "2026-11-18")) == "procedure.nothing_to_correct");
    story.step(R, StepType::propose_date, on("proposed_on", "2026-11-25"));
    story.step(I, StepType::agree_date, on("agreed_on", "2026-11-25"));
    // Agreed anew since then: the corrected step no longer says when.
    BOOST_TEST(story.correct(R, agreement, on("agreed_on", "2026-11-25")) == "");
    BOOST_TEST((story.log.standing().agreed_on == *parse_date("2026-11-25")));
    BOOST_TEST(story.stage() == Stage::date_agreed);
}

BOOST_AUTO_TEST_CASE(what_stands_after_a_gap_waits_and_a_withdrawal_does_not) {
    Story story(Kind::referral);
    story.step(I, StepType::refer);
    auto const need = story.maker.make(R, 2, StepType::need_more);
    auto const supply = story.maker.make(I, 3, StepType::supply);
    auto const accept = story.maker.make(R, 4, StepType::accept);
    BOOST_TEST(story.add(accept) == "procedure.waiting_for_earlier");
    BOOST_TEST(story.add(supply) == "procedure.waiting_for_earlier");
    BOOST_TEST(story.log.next_lamport() == 2U);
    auto const added = story.log.add(need);
    BOOST_TEST(added.changed.size() == 3U);
    BOOST_TEST(story.stage() == Stage::accepted);
    BOOST_TEST(story.log.next_lamport() == 5U);

    auto const far = story.maker.make(R, 1'000'000, StepType::close);
    BOOST_TEST(story.add(far) == "procedure.waiting_for_earlier");
    BOOST_TEST(story.log.next_lamport() == 5U);
    auto const withdrawal = story.maker.make(R, 999'999, StepType::withdraw);
    BOOST_TEST(story.add(withdrawal) == "");
    BOOST_TEST(story.stage() == Stage::withdrawn);
}

BOOST_AUTO_TEST_CASE(a_message_counts_once_and_a_number_once_a_side) {
    Story story(Kind::referral);
    story.step(I, StepType::refer);
    auto const accept = story.maker.make(R, 2, StepType::accept);
    auto const decline = story.maker.make(R, 2, StepType::decline);
    BOOST_TEST(story.add(decline) == "");
    BOOST_TEST(!story.log.add(decline).is_new);
    story.add(accept);  // the earlier message id of the two
    BOOST_TEST(story.stage() == Stage::accepted);
    BOOST_TEST(story.log.outcome(decline.message)->code == "procedure.number_reused");
    BOOST_TEST(story.log.events().size() == 3U);

    // Two steps under one id: the same one counts at both nodes, whichever came first.
    auto twin = decline;
    twin.message = accept.message;
    ProcedureLog one(Kind::referral, expire_after), two(Kind::referral, expire_after);
    for (auto const& event : {story.log.events().front(), accept, twin}) one.add(event);
    for (auto const& event : {twin, story.log.events().front(), accept}) two.add(event);
    BOOST_TEST((one.standing() == two.standing()));
    BOOST_TEST((one.events() == two.events()));
}

BOOST_AUTO_TEST_CASE(a_flood_of_steps_is_kept_out_but_not_the_withdrawal) {
    Story story(Kind::referral);
    story.step(I, StepType::refer);
    for (std::size_t i = 1; i < ProcedureLog::most_steps; ++i) story.step(I, StepType::overdue_notice);
    BOOST_TEST(story.step(R, StepType::accept) == "procedure.too_many_steps");
    BOOST_TEST(story.step(I, StepType::withdraw) == "");
    BOOST_TEST(story.stage() == Stage::withdrawn);
}

BOOST_AUTO_TEST_SUITE_END()
