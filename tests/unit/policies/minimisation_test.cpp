#include "policies/minimisation.h"

#include "policies/body_value.h"
#include "policies/fields.h"
#include "policies/query.h"
#include "tests/support/check_code.h"
#include "tests/support/release_situation.h"

using namespace casebridge;
using namespace casebridge::test;

BOOST_AUTO_TEST_SUITE(minimisation)

namespace {

Date const today = Date{std::chrono::year{2026} / 11 / 24};

MinimisedCase minimised(Situation const& situation) {
    auto const decided = situation.decide();
    BOOST_REQUIRE(decided.decision->allowed());
    return must(minimise(*decided.record, *decided.decision, today));
}

std::string told(MinimisedCase const& body, std::string_view id) {
    auto const* member = body.body().find("fields")->find(id);
    return member == nullptr ? "" : dump(*member);
}

AgreementPurpose terms(Ceiling ceiling) {
    return {.purpose = Purpose::referral, .ceiling = std::move(ceiling), .lines = {}, .source = {}};
}

Json body_with(std::string const& fields, std::string const& groups = "{}") {
    return must(parse_json(R"({"fields":)" + fields + R"(,"groups":)" + groups + "}"));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_body_holds_what_is_released_in_schema_order_and_nothing_else) {
    Situation situation;
    for (auto* ceiling :
         {&situation.agreements[0].purposes.at(situation.purpose), &situation.policies[0].rules[0].fields}) {
        *ceiling = {{"birth_date", Form::year},          {"names.full", Form::exact},
                    {"documents.number", Form::present}, {"return_voluntary", Form::exact},
                    {"citizenship", Form::exact},        {"safety_assessment_date", Form::year_month},
                    {"proceedings_state", Form::exact}};
    }
    auto const body = minimised(situation);
    BOOST_CHECK_EQUAL(dump(body.body()),
                      R"({"fields":{"birth_date":{"form":"year","value":"1990"},)"
                      R"("citizenship":{"form":"exact","value":["KH"]},)"
                      R"("return_voluntary":{"form":"exact","value":"voluntary"},)"
                      R"("safety_assessment_date":{"form":"year_month","value":"2026-10"},)"
                      R"("proceedings_state":{"form":"exact","value":"none"}},)"
                      R"("groups":{"names":[{"names.full":{"form":"exact","value":"Example Person"}}],)"
                      R"("documents":[{"documents.number":{"form":"present","value":true}}]}})");
    BOOST_CHECK(body.digest() == sha256(as_bytes(dump(body.body()))));
    std::map<std::string, int> const categories{{"identity", 3}, {"demographic", 1}, {"return", 3}};
    BOOST_CHECK(body.released_categories() == categories);
}

BOOST_AUTO_TEST_CASE(a_denial_and_a_decision_for_another_case_minimise_to_nothing) {
    Situation situation;
    auto const allowed = situation.decide();
    CHECK_CODE(minimise(CaseRecord(CaseId("case-2")), *allowed.decision, today), "minimise.mismatch");
    situation.consents.clear();
    auto const denied = situation.decide();
    CHECK_CODE(minimise(*denied.record, *denied.decision, today), "minimise.denied");
}

BOOST_AUTO_TEST_CASE(a_preview_and_a_send_have_the_same_bytes) {
    Situation const situation;
    BOOST_CHECK_EQUAL(dump(minimised(situation).body()), dump(minimised(situation).body()));
    BOOST_CHECK(minimised(situation).digest() == minimised(situation).digest());
}

BOOST_AUTO_TEST_CASE(an_answer_to_a_question_has_one_size_or_is_too_large) {
    Situation situation;
    AnswerHeader const header{MessageId::make(situation.now, "0123456789"), sha256(as_bytes("question")),
                              *NodeId::parse("th-msdhs"), *NodeId::parse("kh-mosvy"), situation.now};
    auto const body = minimised(situation);
    auto const answer = must(OutgoingAnswer::told(header, body, situation.now));
    BOOST_CHECK_EQUAL(answer.payload().size(), OutgoingAnswer::no_information(header).payload().size());
    auto const read = must(parse_query_answer(answer.payload()));
    BOOST_REQUIRE(read.told);
    BOOST_CHECK_EQUAL(dump(read.told->body), dump(body.body()));

    situation.entries.clear();
    for (int i = 0; i < 64; ++i)
        situation.entries.push_back({Group::names, {{"names.kind", "legal"}, {"names.full", std::string(512, 'a')}}});
    CHECK_CODE(OutgoingAnswer::told(header, minimised(situation), situation.now), "query.answer_too_large");
}

BOOST_AUTO_TEST_CASE(a_birth_date_becomes_the_band_of_today) {
    for (auto const& [born, band] : std::vector<std::pair<std::string, std::string>>{{"2026-11-24", "0-14"},
                                                                                     {"2011-11-25", "0-14"},
                                                                                     {"2011-11-24", "15-17"},
                                                                                     {"2008-11-25", "15-17"},
                                                                                     {"2008-11-24", "18-24"},
                                                                                     {"2001-11-24", "25-34"},
                                                                                     {"1991-11-24", "35-44"},
                                                                                     {"1981-11-24", "45-59"},
                                                                                     {"1966-11-24", "60+"},
                                                                                     {"2026-11-25", "unknown"}}) {
        BOOST_CHECK_EQUAL(age_band(date(born), today), band);
    }
    using std::chrono::year;
    BOOST_CHECK_EQUAL(age_band(PartialDate{year{2008}, std::nullopt}, today), "unknown");
    BOOST_CHECK_EQUAL(age_band(PartialDate{year{2008}, std::chrono::June}, today), "18-24");
    BOOST_CHECK_EQUAL(age_band(PartialDate{year{1995}, std::nullopt}, today), "25-34");
    BOOST_CHECK_EQUAL(age_band(std::string("1995"), today), "unknown");
}

BOOST_AUTO_TEST_CASE(an_estimated_birth_date_gives_a_band_only_if_its_whole_year_does) {
    Situation situation;
    situation.policies[0].rules[0].fields["birth_date"] = Form::age_band;
    BOOST_CHECK_EQUAL(told(minimised(situation), "birth_date"), R"({"form":"age_band","value":"35-44"})");
    situation.values.insert_or_assign(std::string(field::birth_date_estimated), true);
    BOOST_CHECK_EQUAL(told(minimised(situation), "birth_date"), R"({"form":"age_band","value":"35-44"})");
    situation.values.insert_or_assign(std::string(field::birth_date), date("1991-02-01"));
    BOOST_CHECK_EQUAL(told(minimised(situation), "birth_date"), R"({"form":"age_band","value":"unknown"})");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_told_in_a_form_is_not_told) {
    Situation situation;
    situation.agreements[0].purposes.at(situation.purpose)["birth_date"] = Form::year_month;
    situation.policies[0].rules[0].fields["birth_date"] = Form::year_month;
    BOOST_CHECK_EQUAL(told(minimised(situation), "birth_date"), R"({"form":"year_month","value":"1990-04"})");
    situation.values.insert_or_assign(std::string(field::birth_date),
                                      PartialDate{std::chrono::year{1990}, std::nullopt});
    BOOST_CHECK_EQUAL(told(minimised(situation), "birth_date"), "");
}

BOOST_AUTO_TEST_CASE(a_partial_date_as_recorded_stays_partial) {
    auto const& definition = *find_field(field::birth_date);
    PartialDate const month{std::chrono::year{1990}, std::chrono::April};
    BOOST_CHECK_EQUAL(dump(value_in_form(definition, month, Form::exact, today).value()), R"("1990-04")");
    PartialDate const year{std::chrono::year{1990}, std::nullopt};
    BOOST_CHECK_EQUAL(dump(value_in_form(definition, year, Form::exact, today).value()), R"("1990")");
}

BOOST_AUTO_TEST_CASE(what_one_side_sends_the_other_side_accepts) {
    Situation situation;
    auto const decided = situation.decide();
    auto const sent = must(minimise(*decided.record, *decided.decision, today));
    auto const received = must(parse_json(dump(sent.body())));
    CHECK_ACCEPTED(check_received_body(received, *decided.decision->agreement()->purpose(situation.purpose)));
}

BOOST_AUTO_TEST_CASE(a_received_body_beyond_the_agreement_is_refused) {
    auto const allowed = terms({{"sex", Form::exact},
                                {"birth_date", Form::year},
                                {"citizenship", Form::exact},
                                {"age", Form::exact},
                                {"email", Form::present},
                                {"escort_needed", Form::exact},
                                {"names.full", Form::exact}});
    auto const check = [&](std::string const& fields, std::string const& groups = "{}") {
        return check_received_body(body_with(fields, groups), allowed);
    };
    CHECK_ACCEPTED(check("{}"));
    CHECK_ACCEPTED(check(R"({"sex":{"form":"exact","value":"female"}})"));
    CHECK_ACCEPTED(check(R"({"sex":{"form":"present","value":true}})"));
    CHECK_ACCEPTED(check(R"({"birth_date":{"form":"age_band","value":"60+"}})"));
    CHECK_ACCEPTED(check("{}", R"({"names":[{"names.full":{"form":"exact","value":"A"}}]})"));

    CHECK_CODE(check(R"({"shoe_size":{"form":"exact","value":1}})"), "body.unknown_field");
    CHECK_CODE(check(R"({"names.full":{"form":"exact","value":"A"}})"), "body.unknown_field");
    CHECK_CODE(check("{}", R"({"names":[{"sex":{"form":"exact","value":"male"}}]})"), "body.unknown_field");
    CHECK_CODE(check("{}", R"({"friends":[{"x":1}]})"), "body.unknown_field");

    CHECK_CODE(check(R"({"gender":{"form":"exact","value":"Feminine"}})"), "body.form_not_allowed");
    CHECK_CODE(check(R"({"birth_date":{"form":"exact","value":"1990-01-01"}})"), "body.form_not_allowed");
    CHECK_CODE(check(R"({"birth_date":{"form":"present","value":true}})"), "body.form_not_allowed");
    CHECK_CODE(check(R"({"email":{"form":"exact","value":"a@b"}})"), "body.form_not_allowed");
    CHECK_CODE(check(R"({"sex":{"form":"withheld","value":true}})"), "body.form_not_allowed");

    CHECK_CODE(check(R"({"sex":{"form":"exact","value":"shy"}})"), "body.wrong_value");
    CHECK_CODE(check(R"({"sex":{"form":"exact","value":1}})"), "body.wrong_value");
    CHECK_CODE(check(R"({"sex":{"form":"present","value":false}})"), "body.wrong_value");
    CHECK_CODE(check(R"({"birth_date":{"form":"year","value":"90"}})"), "body.wrong_value");
    CHECK_CODE(check(R"({"birth_date":{"form":"year","value":"1990-01"}})"), "body.wrong_value");
    CHECK_CODE(check(R"({"birth_date":{"form":"age_band","value":"18"}})"), "body.wrong_value");
    CHECK_CODE(check(R"({"citizenship":{"form":"exact","value":"KH"}})"), "body.wrong_value");
    CHECK_CODE(check(R"({"citizenship":{"form":"exact","value":["XX"]}})"), "body.wrong_value");
    CHECK_CODE(check(R"({"citizenship":{"form":"exact","value":[1]}})"), "body.wrong_value");
    CHECK_CODE(check(R"({"age":{"form":"exact","value":"30"}})"), "body.wrong_value");
    CHECK_CODE(check(R"({"escort_needed":{"form":"exact","value":1}})"), "body.wrong_value");
    CHECK_CODE(check("{}", R"({"names":[{"names.full":{"form":"exact","value":"a\u202eb"}}]})"), "body.wrong_value");
}

BOOST_AUTO_TEST_CASE(a_received_body_of_another_shape_is_refused) {
    auto const allowed = terms(everything());
    auto const check = [&](std::string const& text) { return check_received_body(must(parse_json(text)), allowed); };
    for (std::string const text : {
             "[]",
             "{}",
             R"({"fields":{}})",
             R"({"fields":[],"groups":{}})",
             R"({"fields":{},"groups":[]})",
             R"({"fields":{},"groups":{},"more":1})",
             R"({"fields":{"sex":"male"},"groups":{}})",
             R"({"fields":{"sex":{"form":"exact"}},"groups":{}})",
             R"({"fields":{"sex":{"form":"exact","value":"male","x":1}},"groups":{}})",
             R"({"fields":{"sex":{"form":1,"value":"male"}},"groups":{}})",
             R"({"fields":{"sex":{"form":"loud","value":"male"}},"groups":{}})",
             R"({"fields":{},"groups":{"names":[]}})",
             R"({"fields":{},"groups":{"names":{}}})",
             R"({"fields":{},"groups":{"names":[{}]}})",
             R"({"fields":{},"groups":{"names":[1]}})",
         }) {
        BOOST_TEST_CONTEXT(text) {
            CHECK_CODE(check(text), "body.malformed");
        }
    }
    std::string many = R"({"fields":{},"groups":{"names":[)";
    for (int i = 0; i < 65; ++i)
        many += std::string(i == 0 ? "" : ",") + R"({"names.full":{"form":"exact","value":"A"}})";
    CHECK_CODE(check(many + "]}}"), "body.malformed");
}

BOOST_AUTO_TEST_SUITE_END()
