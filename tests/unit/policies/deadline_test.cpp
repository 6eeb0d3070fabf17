#include "policies/deadline.h"

#include "tests/support/procedure_steps.h"
#include "tests/support/yaml_edit.h"

using namespace casebridge;
using namespace casebridge::test;

BOOST_TEST_DONT_PRINT_LOG_VALUE(casebridge::Side)
BOOST_TEST_DONT_PRINT_LOG_VALUE(casebridge::DeadlineKind)

BOOST_AUTO_TEST_SUITE(deadline)

namespace {

std::string const agreement = R"(id: th-kh
title: An agreement
schema: 1
in_force:
  from: 2026-01-01
impact_assessment: dpia
onward_transfer: none
parties:
  - {node: th-msdhs, kind: welfare, name: A, offices: [datip]}
  - {node: kh-mosvy, kind: welfare, name: B, offices: []}
purposes:
  referral:
    answer_within_hours: 72
    retention_days: 365
    answering: officer
    deadlines:
      working_days: false
    ceiling: {sex: exact}
)";

AgreementPurpose terms(std::string const& deadlines) {
    auto const text = replaced(agreement, "      working_days: false\n", deadlines);
    return *must(Agreement::load(yaml_file(text, "agreement.yaml"))).purpose(Purpose::referral);
}
AgreementPurpose plain() {
    auto const text = replaced(agreement, "    deadlines:\n      working_days: false\n", "");
    return *must(Agreement::load(yaml_file(text, "agreement.yaml"))).purpose(Purpose::referral);
}

Calendar calendar(std::string const& country, std::string const& zone, std::string const& holidays) {
    return must(Calendar::load(yaml_file("country: " + country + "\ntime_zone: " + zone +
                                             "\nweekend: [saturday, sunday]\nyears:\n"
                                             "  - {year: 2026, source: test, holidays: [" +
                                             holidays + "]}\n  - {year: 2027, source: test, holidays: []}\n" +
                                             "  - {year: 2028, source: test, holidays: []}\n",
                                         "calendar.yaml")));
}

Waiting waiting(std::string_view since, DeadlineKind kind = DeadlineKind::answer, Urgency urgency = Urgency::ordinary,
                std::optional<std::string_view> on = std::nullopt) {
    return {Side::responder, kind, must(parse_rfc3339(since)), urgency, on ? std::optional(date(*on)) : std::nullopt};
}

std::string due(Waiting const& wait, AgreementPurpose const& purpose, SideCalendars const& calendars = {}) {
    auto const result = due_at(wait, purpose, calendars);
    return result ? to_rfc3339(*result) : std::string(result.error().code);
}

}  // namespace

BOOST_AUTO_TEST_CASE(without_deadlines_everything_takes_the_agreements_answer_time) {
    for (auto const kind : {DeadlineKind::answer, DeadlineKind::supply, DeadlineKind::notice,
                            DeadlineKind::countersignature, DeadlineKind::receipt}) {
        BOOST_TEST(due(waiting("2026-11-25T10:00:00Z", kind), plain()) == "2026-11-28T10:00:00.000Z");
        BOOST_TEST(due(waiting("2026-11-25T10:00:00Z", kind, Urgency::immediate), plain()) ==
                   "2026-11-28T10:00:00.000Z");
    }
    BOOST_TEST((plain().expires_after == std::chrono::days(90)));
    BOOST_TEST(!plain().deadlines.has_value());
}

BOOST_AUTO_TEST_CASE(the_defaults_are_8_hours_3_days_and_7_days) {
    auto const purpose = terms("      working_days: false\n");
    auto const at = [&](Urgency urgency) {
        return due(waiting("2026-11-25T10:00:00Z", DeadlineKind::answer, urgency), purpose);
    };
    BOOST_TEST(at(Urgency::immediate) == "2026-11-25T18:00:00.000Z");
    BOOST_TEST(at(Urgency::urgent) == "2026-11-28T10:00:00.000Z");
    BOOST_TEST(at(Urgency::ordinary) == "2026-12-02T10:00:00.000Z");
    BOOST_TEST(due(waiting("2026-11-25T10:00:00Z", DeadlineKind::countersignature), purpose) ==
               "2026-11-26T10:00:00.000Z");
    auto const own = terms(
        "      immediate_hours: 4\n      urgent_days: 2\n      ordinary_days: 5\n"
        "      countersign_hours: 12\n      expires_after_days: 30\n");
    BOOST_TEST(due(waiting("2026-11-25T10:00:00Z", DeadlineKind::answer, Urgency::immediate), own) ==
               "2026-11-25T14:00:00.000Z");
    BOOST_TEST(due(waiting("2026-11-25T10:00:00Z"), own) == "2026-11-30T10:00:00.000Z");
    BOOST_TEST(due(waiting("2026-11-25T10:00:00Z", DeadlineKind::receipt), own) == "2026-11-25T22:00:00.000Z");
    BOOST_TEST((own.expires_after == std::chrono::days(30)));
}

BOOST_AUTO_TEST_CASE(mistakes_in_deadlines_are_named) {
    auto const load = [](YamlFile const& file) { return Agreement::load(file); };
    auto const key = "      working_days: false\n";
    check_complaints(
        agreement, "agreement.yaml", "agreement.invalid", load,
        {
            {key, "      urgent_days: 0\n", "agreement.yaml:17: urgent_days: expected a whole number from 1 to 31"},
            {key, "      working_days: perhaps\n", "agreement.yaml:17: working_days: expected true or false"},
            {key, "      lunar_days: 3\n",
             "agreement.yaml:17: lunar_days: unknown key; expected one of countersign_hours, expires_after_days, "
             "immediate_hours, ordinary_days, urgent_days, working_days"},
            {key, "      ordinary_days: 20\n      expires_after_days: 30\n",
             "agreement.yaml:18: expires_after_days: expected at least twice the longest deadline of the purpose"},
        });
}

BOOST_AUTO_TEST_CASE(working_days_are_those_on_which_both_countries_work_and_end_where_the_awaited_side_is) {
    auto const purpose = terms("      working_days: true\n      ordinary_days: 3\n");
    auto const thailand = calendar("TH", "Asia/Bangkok", "{date: 2026-11-27, name: a}");
    auto const japan = calendar("JP", "Asia/Tokyo", "{date: 2026-11-30, name: b}");
    SideCalendars const both{&thailand, &japan};
    // Wednesday in Tokyo; Thursday counts, Friday is free in Thailand, Monday in Japan; Tuesday and Wednesday count.
    BOOST_TEST(due(waiting("2026-11-25T10:00:00Z"), purpose, both) == "2026-12-02T15:00:00.000Z");
    // 16:00 UTC is Thursday in Tokyo already.
    BOOST_TEST(due(waiting("2026-11-25T16:00:00Z"), purpose, both) == "2026-12-03T15:00:00.000Z");
    auto to_initiator = waiting("2026-11-25T16:00:00Z");
    to_initiator.side = Side::initiator;  // still Wednesday in Bangkok
    BOOST_TEST(due(to_initiator, purpose, both) == "2026-12-02T17:00:00.000Z");
    // Hours are hours: danger does not wait for Monday.
    BOOST_TEST(due(waiting("2026-11-28T20:00:00Z", DeadlineKind::answer, Urgency::immediate), purpose, both) ==
               "2026-11-29T04:00:00.000Z");
}

BOOST_AUTO_TEST_CASE(a_missing_calendar_or_year_is_an_error_where_working_days_are_asked_for) {
    auto const purpose = terms("      working_days: true\n");
    auto const thailand = calendar("TH", "Asia/Bangkok", "");
    BOOST_TEST(due(waiting("2026-11-25T10:00:00Z"), purpose) == "calendar.missing");
    BOOST_TEST(due(waiting("2026-11-25T10:00:00Z"), purpose, {&thailand, nullptr}) == "calendar.missing");
    BOOST_TEST(due(waiting("2028-12-29T10:00:00Z"), purpose, {&thailand, &thailand}) == "calendar.year_not_covered");
    BOOST_TEST(due(waiting("2028-12-29T10:00:00Z"), terms("      urgent_days: 3\n"), {&thailand, &thailand}) ==
               "2029-01-05T10:00:00.000Z");
    Standing standing(ProcedureKind::referral);
    standing.waiting = waiting("2026-11-25T10:00:00Z");
    CHECK_CODE(awaiting(standing, purpose, {}), "calendar.missing");
    CHECK_CODE(answer_slot(*standing.waiting, purpose, {}), "calendar.missing");
}

BOOST_AUTO_TEST_CASE(deadlines_keep_their_length_when_the_clocks_are_changed) {
    auto const berlin = calendar("DE", "Europe/Berlin", "");
    SideCalendars const both{&berlin, &berlin};
    auto const elapsed = terms("      urgent_days: 3\n");
    // Across 28 March 2027, when an hour is skipped, and 31 October 2027, when one comes twice.
    BOOST_TEST(due(waiting("2027-03-26T10:00:00Z", DeadlineKind::answer, Urgency::urgent), elapsed, both) ==
               "2027-03-29T10:00:00.000Z");
    auto const days = terms("      working_days: true\n      urgent_days: 1\n");
    auto const next_day = [&](std::string_view since) {
        return due(waiting(since, DeadlineKind::answer, Urgency::urgent), days, both);
    };
    BOOST_TEST(next_day("2027-03-25T10:00:00Z") == "2027-03-26T23:00:00.000Z");  // the end of Friday, winter time
    BOOST_TEST(next_day("2027-03-26T10:00:00Z") == "2027-03-29T22:00:00.000Z");  // the end of Monday, summer time
    BOOST_TEST(next_day("2027-10-29T10:00:00Z") == "2027-11-01T23:00:00.000Z");
    // In the hour that comes twice it is the same day both times.
    BOOST_TEST(next_day("2027-10-31T00:30:00Z") == next_day("2027-10-31T01:30:00Z"));
    auto const handover = waiting("2027-03-20T10:00:00Z", DeadlineKind::handover, Urgency::ordinary, "2027-03-28");
    BOOST_TEST(due(handover, elapsed, both) == "2027-03-28T22:00:00.000Z");
}

BOOST_AUTO_TEST_CASE(the_29th_of_february_is_a_day_like_any_other) {
    auto const thailand = calendar("TH", "Asia/Bangkok", "");
    SideCalendars const both{&thailand, &thailand};
    auto const days = terms("      working_days: true\n      urgent_days: 1\n");
    // Monday 28 February 2028; the day after is the 29th, a Tuesday.
    BOOST_TEST(due(waiting("2028-02-28T03:00:00Z", DeadlineKind::answer, Urgency::urgent), days, both) ==
               "2028-02-29T17:00:00.000Z");
    BOOST_TEST(due(waiting("2028-02-28T03:00:00Z"), terms("      ordinary_days: 2\n"), both) ==
               "2028-03-01T03:00:00.000Z");
    auto const report = waiting("2027-11-30T03:00:00Z", DeadlineKind::report, Urgency::ordinary, "2028-02-29");
    BOOST_TEST(due(report, days, both) == "2028-02-29T17:00:00.000Z");
}

BOOST_AUTO_TEST_CASE(handovers_and_reports_are_due_on_their_day) {
    auto const thailand = calendar("TH", "Asia/Bangkok", "{date: 2026-12-31, name: a}");
    SideCalendars const both{&thailand, &thailand};
    auto const working = terms("      working_days: true\n");
    auto const elapsed = terms("      urgent_days: 3\n");
    auto const at = [](DeadlineKind kind, std::string_view day) {
        return waiting("2026-11-25T10:00:00Z", kind, Urgency::ordinary, day);
    };
    // A Saturday: the handover is on the day agreed; the report may come on the next day both work.
    BOOST_TEST(due(at(DeadlineKind::handover, "2026-12-05"), working, both) == "2026-12-05T17:00:00.000Z");
    BOOST_TEST(due(at(DeadlineKind::report, "2026-12-05"), working, both) == "2026-12-07T17:00:00.000Z");
    BOOST_TEST(due(at(DeadlineKind::report, "2026-12-05"), elapsed, both) == "2026-12-05T17:00:00.000Z");
    BOOST_TEST(due(at(DeadlineKind::report, "2026-12-31"), working, both) == "2027-01-01T17:00:00.000Z");
    BOOST_TEST(due(at(DeadlineKind::report, "2026-12-05"), elapsed) == "2026-12-06T00:00:00.000Z");
    BOOST_TEST(due(at(DeadlineKind::visit_report, "2026-12-04"), working, both) == "2026-12-15T17:00:00.000Z");
    BOOST_TEST(due(at(DeadlineKind::visit_report, "2026-12-04"), elapsed, both) == "2026-12-11T17:00:00.000Z");
    BOOST_TEST(due(at(DeadlineKind::visit_report, "2026-12-04"), plain(), both) == "2026-12-07T17:00:00.000Z");
    // A day long past when it was agreed on: due at once, not before it was asked for.
    BOOST_TEST(due(at(DeadlineKind::handover, "2026-11-01"), elapsed, both) == "2026-11-25T10:00:00.000Z");
}

BOOST_AUTO_TEST_CASE(reminders_alarms_and_expiry_follow_from_the_same_wait_at_every_hour) {
    auto const purpose = terms("      urgent_days: 3\n");
    Standing standing(ProcedureKind::referral);
    BOOST_TEST(!must(awaiting(standing, purpose, {})).has_value());
    standing.waiting = waiting("2026-11-25T10:00:00Z");
    auto const found = must(awaiting(standing, purpose, {})).value();
    BOOST_TEST(found.side == Side::responder);
    BOOST_TEST(to_rfc3339(found.since) == "2026-11-25T10:00:00.000Z");
    BOOST_TEST(to_rfc3339(found.remind) == "2026-11-30T16:00:00.000Z");
    BOOST_TEST(to_rfc3339(found.due) == "2026-12-02T10:00:00.000Z");
    BOOST_TEST(to_rfc3339(found.overdue) == "2026-12-02T11:00:00.000Z");
    BOOST_TEST(to_rfc3339(found.expires) == "2027-02-23T10:00:00.000Z");
    auto const long_wait = waiting("2026-11-25T10:00:00Z", DeadlineKind::report, Urgency::ordinary, "2027-05-25");
    auto const report_due = must(due_at(long_wait, purpose, {}));
    BOOST_TEST(to_rfc3339(remind_at(long_wait, report_due)) == "2027-05-23T00:00:00.000Z");
    // A virtual clock, an hour at a time: each is reached once and in this order, whatever the clock did before.
    std::string order;
    for (auto now = found.since; now <= found.expires; now += std::chrono::hours(1)) {
        if (now == found.remind) order += "remind ";
        if (now == found.due) order += "due ";
        if (now == found.overdue) order += "overdue ";
        if (has_expired(standing, now, purpose.expires_after)) order += "expired";
    }
    BOOST_TEST(order == "remind due overdue expired");
}

BOOST_AUTO_TEST_CASE(an_answer_in_its_slot_is_never_late) {
    auto const purpose = plain();
    StepMaker maker(ProcedureKind::identity_verification);
    ProcedureLog log(ProcedureKind::identity_verification, purpose.expires_after);
    auto const asked = maker.make(Side::initiator, 1, StepType::ask);
    log.add(asked);
    auto const slot = must(answer_slot(*log.standing().waiting, purpose, {}));
    BOOST_TEST((slot == asked.sent_at + std::chrono::hours(72)));
    BOOST_TEST((slot == answer_slot(asked.sent_at, purpose)));
    BOOST_TEST((answer_slot(asked.sent_at, terms("      urgent_days: 1\n")) == asked.sent_at + std::chrono::days(7)));

    for (auto const& [delay, late] : {std::pair{std::chrono::minutes(0), false},
                                      {std::chrono::minutes(60), false},
                                      {std::chrono::minutes(61), true}}) {
        auto after = log;
        maker.now = slot + delay;
        auto const answer = maker.make(Side::responder, 2, StepType::no_information);
        after.add(answer);
        auto const& outcome = *after.outcome(answer.message);
        BOOST_TEST(outcome.code == "");
        BOOST_TEST(must(came_late(outcome, answer.sent_at, purpose, {})) == late);
        BOOST_TEST(!must(came_late(*after.outcome(asked.message), asked.sent_at, purpose, {})));
    }
}

BOOST_AUTO_TEST_CASE(a_deadline_never_lies_after_the_expiry) {
    auto const purpose = terms("      working_days: true\n      ordinary_days: 7\n      expires_after_days: 14\n");
    std::string holidays;
    for (int day = 1; day <= 30; ++day)
        holidays += std::string(day == 1 ? "" : ", ") + "{date: 2026-11-" + (day < 10 ? "0" : "") +
                    std::to_string(day) + ", name: a}";
    auto const closed = calendar("TH", "Asia/Bangkok", holidays);
    auto const wait = waiting("2026-11-01T03:00:00Z");
    BOOST_TEST(due(wait, purpose, {&closed, &closed}) == "2026-11-15T03:00:00.000Z");
    BOOST_TEST((must(due_at(wait, purpose, {&closed, &closed})) == expires_at(wait, purpose.expires_after)));
}

BOOST_AUTO_TEST_SUITE_END()
