#include "policies/release.h"

#include "policies/fields.h"
#include "tests/support/check_code.h"
#include "tests/support/release_situation.h"

using namespace casebridge;
using namespace casebridge::test;

BOOST_AUTO_TEST_SUITE(release_decision)

namespace {

using Codes = std::set<std::string>;

void check_denied(Situation const& situation, Codes const& codes) {
    auto const decided = situation.decide();
    BOOST_CHECK(!decided.decision->allowed());
    auto const got = decided.denial_codes();
    BOOST_CHECK_EQUAL_COLLECTIONS(got.begin(), got.end(), codes.begin(), codes.end());
    BOOST_CHECK(decided.decision->agreement() == nullptr);
    BOOST_CHECK(decided.decision->policy() == nullptr);
    BOOST_CHECK(decided.decision->consent() == nullptr);
    BOOST_CHECK(decided.decision->released().empty());
    for (auto const& each : decided.decision->fields()) BOOST_CHECK(each.form == Form::withheld);
}

ReleaseRequest request_of(Situation const& situation, CaseRecord const* record) {
    return {.record = record,
            .sender = situation.sender,
            .sender_kind = situation.sender_kind,
            .recipient = situation.recipient,
            .recipient_kind = situation.recipient_kind,
            .purpose = situation.purpose,
            .now = situation.now};
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_allowed_decision_names_what_it_rests_on) {
    auto const decided = Situation().decide();
    BOOST_REQUIRE(decided.decision->allowed());
    BOOST_CHECK(decided.decision->denials().empty());
    BOOST_CHECK(decided.decision->agreement() == &decided.agreements[0]->agreement);
    BOOST_CHECK(decided.decision->policy() == decided.policies[0].get());
    BOOST_CHECK(decided.decision->consent() == decided.consents[0].get());
    BOOST_CHECK_EQUAL(decided.decision->recipient().office.text(), "poipet-transit-centre");
    BOOST_CHECK(decided.decision->purpose() == Purpose::return_and_handover);
}

BOOST_AUTO_TEST_CASE(a_question_about_the_status_gets_the_fields_of_that_category_alone) {
    Situation situation;
    auto const summary = situation.decide();
    situation.about = About::status;
    auto const status = situation.decide();
    BOOST_REQUIRE(status.decision->allowed());
    int told = 0, not_asked = 0;
    for (std::size_t i = 0; i < status.decision->fields().size(); ++i) {
        auto const& before = summary.decision->fields()[i];
        auto const& after = status.decision->fields()[i];
        bool const asked = after.field->category == Category::status;
        BOOST_CHECK(after.form == (asked ? before.form : Form::withheld));
        if (asked && after.form != Form::withheld) ++told;
        if (asked || before.form == Form::withheld) continue;
        BOOST_CHECK_EQUAL(after.reason.code, "release.not_asked");
        BOOST_CHECK_EQUAL(after.reason.rule, "M1");
        ++not_asked;
    }
    BOOST_CHECK(told > 0);
    BOOST_CHECK(not_asked > 0);
}

BOOST_AUTO_TEST_CASE(a_question_about_a_status_that_is_not_recorded_is_denied) {
    Situation situation;
    situation.about = About::status;
    for (auto const& field : schema())
        if (field.category == Category::status) situation.values.erase(std::string(field.id));
    check_denied(situation, {"release.nothing_left"});
}

BOOST_AUTO_TEST_CASE(the_duties_of_a_return_hold_for_a_question_about_its_status) {
    Situation situation;
    situation.about = About::status;
    situation.values.erase(std::string(field::safety_assessment_date));
    check_denied(situation, {"release.return_needs_safety_assessment"});
}

BOOST_AUTO_TEST_CASE(what_a_question_is_about_is_one_of_two_words) {
    for (auto const about : {About::summary, About::status}) BOOST_CHECK(must(parse_about(to_text(about))) == about);
    CHECK_CODE(parse_about("everything"), "query.unknown_about");
}

BOOST_AUTO_TEST_CASE(every_field_has_a_decision_in_the_order_of_the_schema) {
    auto const decided = Situation().decide();
    std::size_t at = 0;
    for (auto const& definition : schema()) {
        BOOST_REQUIRE(at < decided.decision->fields().size());
        BOOST_CHECK_EQUAL(decided.decision->fields()[at].field->id, definition.id);
        while (at < decided.decision->fields().size() && decided.decision->fields()[at].field == &definition) ++at;
    }
    BOOST_CHECK_EQUAL(at, decided.decision->fields().size());
    BOOST_CHECK(decided.decision->form_of(field::names::full, 0) == Form::exact);
    BOOST_CHECK(decided.decision->form_of(field::names::full, 4) == Form::exact);
    BOOST_CHECK(decided.decision->form_of(field::names::full) == Form::withheld);
    BOOST_CHECK(decided.decision->form_of(field::names::full, 1) == Form::withheld);
    BOOST_CHECK(decided.decision->form_of("shoe_size") == Form::withheld);
}

BOOST_AUTO_TEST_CASE(a_reason_names_the_file_and_the_line_of_the_rule_that_limited) {
    Situation situation;
    situation.policies[0].rules[0].fields["birth_date"] = Form::age_band;
    situation.policies[0].rules[0].fields.erase("sex");
    situation.agreements[0].purposes.at(situation.purpose).erase("gender");
    auto const decided = situation.decide();
    auto const& rule = decided.policies[0]->rules()[0];
    auto const& birth_date = *decided.field(field::birth_date);
    BOOST_CHECK_EQUAL(birth_date.reason.rule, "policy");
    BOOST_CHECK_EQUAL(birth_date.reason.code, "release.coarsened_by_policy");
    BOOST_CHECK(birth_date.reason.source == rule.lines.at("birth_date"));
    auto const& sex = *decided.field(field::sex);
    BOOST_CHECK_EQUAL(sex.reason.code, "release.not_in_policy");
    BOOST_CHECK(sex.reason.source == rule.source);
    auto const& terms = *decided.agreements[0]->agreement.purpose(situation.purpose);
    BOOST_CHECK(decided.field(field::gender)->reason.source == terms.source);
    BOOST_CHECK(decided.field(field::citizenship)->reason.source == terms.lines.at("citizenship"));
    BOOST_CHECK_EQUAL(decided.field(field::citizenship)->reason.rule, "agreement");
    BOOST_CHECK_EQUAL(decided.field(field::health_summary)->reason.rule, "health");
    BOOST_CHECK(decided.field(field::health_summary)->reason.source == (SourceLine{"consent.yaml", 1}));
}

BOOST_AUTO_TEST_CASE(whatever_is_missing_from_the_request_denies_as_an_error) {
    Situation const situation;
    auto const record = situation.record();
    auto broken = std::vector<ReleaseRequest>(4, request_of(situation, &record));
    broken[0].record = nullptr;
    broken[1].agreements.push_back(nullptr);
    broken[2].consents.push_back(nullptr);
    broken[3].policies.push_back(nullptr);
    for (auto const& request : broken) {
        auto const decision = release(request);
        BOOST_CHECK(!decision.allowed());
        BOOST_REQUIRE_EQUAL(decision.denials().size(), 1u);
        BOOST_CHECK_EQUAL(decision.denials()[0].code, "release.error");
        BOOST_CHECK_EQUAL(decision.fields().size(), schema().size());
        for (auto const& each : decision.fields()) BOOST_CHECK(each.form == Form::withheld);
    }
}

BOOST_AUTO_TEST_CASE(nothing_given_is_denied_with_all_reasons) {
    Situation const situation;
    auto const record = situation.record();
    auto const decision = release(request_of(situation, &record));
    Codes codes;
    for (auto const& reason : decision.denials()) codes.emplace(reason.code);
    BOOST_CHECK(codes == (Codes{"release.no_agreement", "release.no_consent", "release.no_policy_rule"}));
}

BOOST_AUTO_TEST_CASE(a_node_sends_nothing_to_itself) {
    Situation situation;
    situation.recipient = {situation.sender, office("datip")};
    situation.consents[0].recipients = {{situation.sender, std::nullopt}};
    check_denied(situation, {"release.no_agreement"});
}

BOOST_AUTO_TEST_CASE(the_first_valid_agreement_by_id_is_used_and_never_a_union) {
    Situation situation;
    situation.agreements.push_back(situation.agreements[0]);
    situation.agreements[0].id = "zzz-wide";
    situation.agreements[1].id = "aaa-narrow";
    situation.agreements[1].purposes.at(situation.purpose).erase("sex");
    auto const decided = situation.decide();
    BOOST_CHECK_EQUAL(decided.decision->agreement()->id(), "aaa-narrow");
    BOOST_CHECK(decided.decision->form_of(field::sex) == Form::withheld);

    situation.agreements[1].signed_by.clear();
    BOOST_CHECK_EQUAL(situation.decide().decision->agreement()->id(), "zzz-wide");
}

BOOST_AUTO_TEST_CASE(each_agreement_that_cannot_carry_the_request_says_why) {
    Situation situation;
    situation.agreements.push_back(situation.agreements[0]);
    situation.agreements[0].id = "unsigned";
    situation.agreements[0].signed_by.erase("kh-mosvy");
    situation.agreements[1].id = "ended";
    situation.agreements[1].until = "2026-06-30";
    check_denied(situation, {"release.agreement_expired", "release.agreement_unsigned"});
    auto const decided = situation.decide();
    BOOST_CHECK_EQUAL(decided.decision->denials()[1].text, "agreement unsigned: not signed by kh-mosvy");
}

BOOST_AUTO_TEST_CASE(rules_of_several_policies_limit_together) {
    Situation situation;
    situation.policies.push_back(situation.policies[0]);
    situation.policies[1].id = "another-policy";
    situation.policies[1].rules[0].fields.erase("sex");
    auto const decided = situation.decide();
    BOOST_CHECK(decided.decision->form_of(field::sex) == Form::withheld);
    BOOST_CHECK_EQUAL(decided.decision->policy()->id().text(), "another-policy");
}

BOOST_AUTO_TEST_CASE(only_what_is_recorded_counts_as_released) {
    Situation situation;
    situation.values.erase(std::string(field::sex));
    auto const decided = situation.decide();
    auto const released = decided.decision->released();
    auto const names = [&](std::string_view id) {
        return std::ranges::any_of(released, [&](auto const& each) { return each.field == id; });
    };
    BOOST_CHECK(names(field::birth_date));
    BOOST_CHECK(names(field::names::full));
    BOOST_CHECK(!names(field::sex));
    BOOST_CHECK(!names(field::health_summary));
}

BOOST_AUTO_TEST_CASE(a_later_decision_covers_an_earlier_one_that_told_no_more) {
    Situation situation;
    auto const earlier = situation.decide().decision->released();
    BOOST_CHECK(situation.decide().decision->still_covers(earlier));

    auto telling = situation;
    telling.agreements[0].purposes.at(situation.purpose)["birth_date"] = Form::exact;
    telling.policies[0].rules[0].fields["birth_date"] = Form::exact;
    BOOST_CHECK(telling.decide().decision->still_covers(earlier));
    BOOST_CHECK(!situation.decide().decision->still_covers(telling.decide().decision->released()));

    auto coarser = situation;
    coarser.policies[0].rules[0].fields["birth_date"] = Form::age_band;
    BOOST_CHECK(!coarser.decide().decision->still_covers(earlier));

    auto withdrawn = situation;
    withdrawn.consents[0].withdrawn_at = situation.now;
    BOOST_CHECK(!withdrawn.decide().decision->still_covers(earlier));
    BOOST_CHECK(!withdrawn.decide().decision->still_covers({}));

    auto fewer = situation;
    fewer.entries.pop_back();
    BOOST_CHECK(!fewer.decide().decision->still_covers(earlier));
    BOOST_CHECK(!situation.decide().decision->still_covers({{"shoe_size", std::nullopt, Form::exact}}));
}

BOOST_AUTO_TEST_CASE(a_decision_knows_the_case_it_was_made_for) {
    Situation situation;
    auto const decided = situation.decide();
    BOOST_CHECK(decided.decision->made_for(*decided.record));
    BOOST_CHECK(!decided.decision->made_for(CaseRecord(CaseId("case-2"))));
    situation.entries.clear();
    BOOST_CHECK(!decided.decision->made_for(situation.record()));
}

BOOST_AUTO_TEST_CASE(an_adult_whose_age_alone_is_known_renews_what_another_consented_long_ago) {
    Situation situation;
    situation.values.erase(std::string(field::birth_date));
    situation.values.insert_or_assign(std::string(field::age), std::int64_t{19});
    situation.facts.guardian = Guardian{};
    situation.consents[0].giver = Consent::Giver::guardian;
    situation.consents[0].given_on = date("2024-10-01");
    check_denied(situation, {"release.renew_at_18"});
    situation.values.insert_or_assign(std::string(field::age), std::int64_t{40});
    BOOST_CHECK(situation.decide().decision->allowed());
}

BOOST_AUTO_TEST_CASE(a_guardian_is_no_authority_once_suspected_even_for_an_adult) {
    Situation situation;
    situation.facts.guardian = Guardian{Guardian::Capacity::guardian, true};
    BOOST_CHECK(situation.decide().decision->allowed());
    BOOST_CHECK(situation.decide().decision->form_of(field::care_status) == Form::withheld);
    situation.consents[0].giver = Consent::Giver::guardian;
    check_denied(situation, {"release.guardian_suspect"});
}

BOOST_AUTO_TEST_CASE(reasons_hold_no_personal_data) {
    Situation situation;
    situation.facts.withhold_from = {"Example Uncle", "person:Example Aunt"};
    auto const decided = situation.decide();
    for (auto const& reason : decided.decision->denials()) {
        BOOST_CHECK(reason.text.find("Example") == std::string::npos);
        BOOST_CHECK(reason.text.find("case-1") == std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()
