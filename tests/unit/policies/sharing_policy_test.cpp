#include "policies/sharing_policy.h"

#include "policies/fields.h"
#include "tests/support/yaml_edit.h"

using namespace casebridge;
using namespace casebridge::test;

BOOST_AUTO_TEST_SUITE(sharing_policy)

namespace {

std::string const valid = R"(id: th-policy
version: 3
rules:
  - purpose: return_and_handover
    recipients: [kh-mosvy, la-mlsw]
    when:
      minimum_age: 18
      maximum_age: 60
      trafficking_status: [ActualVictimOfTrafficking]
      citizenship: [KH, LA]
    fields:
      names.given: exact
      birth_date: year
  - purpose: statistics
    recipients: any
    consent_required: false
)";

Result<SharingPolicy> load(YamlFile const& file) {
    return SharingPolicy::load(file);
}

CaseRecord adult(std::string const& born) {
    CaseRecord record(CaseId("case-1"));
    BOOST_REQUIRE(record.set(field::birth_date, date(born)));
    BOOST_REQUIRE(record.set(field::citizenship, std::vector<std::string>{"KH"}));
    BOOST_REQUIRE(record.set(field::trafficking_status, std::string("ActualVictimOfTrafficking")));
    return record;
}

}  // namespace

BOOST_AUTO_TEST_CASE(updates_are_for_an_officer_unless_the_file_says_automatic) {
    auto const policy = [](std::string const& updates) {
        return must(SharingPolicy::load(yaml_file(replaced(valid, "version: 3", "version: 3" + updates), "p.yaml")));
    };
    BOOST_CHECK(policy("").updates() == Updates::officer);
    BOOST_CHECK(policy("\nupdates: officer").updates() == Updates::officer);
    BOOST_CHECK(policy("\nupdates: automatic").updates() == Updates::automatic);
}

BOOST_AUTO_TEST_CASE(several_policies_update_by_themselves_only_if_all_that_speak_say_so) {
    auto const policy = [](std::string const& updates, std::string const& recipients) {
        auto text = replaced(valid, "version: 3", "version: 3\nupdates: " + updates);
        return must(SharingPolicy::load(yaml_file(replaced(text, "[kh-mosvy, la-mlsw]", recipients), "p.yaml")));
    };
    auto const return_to = [](std::vector<SharingPolicy> const& policies, std::string_view recipient) {
        return updates_for(policies, node(recipient), Purpose::return_and_handover);
    };
    auto const kh_auto = policy("automatic", "[kh-mosvy]"), kh_officer = policy("officer", "[kh-mosvy]");
    auto const la_officer = policy("officer", "[la-mlsw]");
    BOOST_CHECK(return_to({}, "kh-mosvy") == Updates::officer);
    BOOST_CHECK(return_to({kh_auto}, "kh-mosvy") == Updates::automatic);
    BOOST_CHECK(return_to({kh_auto, la_officer}, "kh-mosvy") == Updates::automatic);
    BOOST_CHECK(return_to({kh_auto, la_officer}, "la-mlsw") == Updates::officer);
    BOOST_CHECK(return_to({kh_auto, kh_officer}, "kh-mosvy") == Updates::officer);
    // Nobody speaks of it any more: then all have to say so.
    BOOST_CHECK(return_to({kh_auto}, "vn-molisa") == Updates::automatic);
    BOOST_CHECK(return_to({kh_auto, la_officer}, "vn-molisa") == Updates::officer);
}

BOOST_AUTO_TEST_CASE(a_policy_says_what_its_file_says) {
    auto const loaded = must(SharingPolicy::load(yaml_file(valid, "policy.yaml")));
    BOOST_CHECK_EQUAL(loaded.id().text(), "th-policy");
    BOOST_CHECK_EQUAL(loaded.version(), 3);
    BOOST_CHECK(loaded.digest() == sha256(as_bytes(valid)));
    BOOST_REQUIRE_EQUAL(loaded.rules().size(), 2u);
    auto const& rule = loaded.rules()[0];
    BOOST_CHECK(rule.addresses(node("kh-mosvy")));
    BOOST_CHECK(!rule.addresses(node("vn-molisa")));
    BOOST_CHECK(rule.fields.at("birth_date") == Form::year);
    BOOST_CHECK(rule.lines.at("birth_date") == (SourceLine{"policy.yaml", 13}));
    BOOST_CHECK(rule.consent_required);
    BOOST_CHECK(loaded.rules()[1].addresses(node("vn-molisa")));
    BOOST_CHECK(!loaded.rules()[1].consent_required);
}

BOOST_AUTO_TEST_CASE(conditions_hold_fail_or_cannot_be_evaluated) {
    auto const when = must(SharingPolicy::load(yaml_file(valid, "policy.yaml"))).rules()[0].when;
    auto const today = date("2026-11-24");
    BOOST_CHECK(when.hold(adult("1990-01-01"), today) == Known::yes);
    BOOST_CHECK(when.hold(adult("2010-01-01"), today) == Known::no);
    BOOST_CHECK(when.hold(adult("1950-01-01"), today) == Known::no);
    BOOST_CHECK(when.hold(CaseRecord(CaseId("empty")), today) == Known::unknown);
    auto other = adult("1990-01-01");
    BOOST_REQUIRE(other.set(field::citizenship, std::vector<std::string>{"MM"}));
    BOOST_CHECK(when.hold(other, today) == Known::no);
    BOOST_CHECK(PolicyConditions{}.hold(CaseRecord(CaseId("empty")), today) == Known::yes);
}

BOOST_AUTO_TEST_CASE(every_mistake_is_named_with_file_line_key_and_the_nearest_word) {
    check_complaints(
        valid, "policy.yaml", "policy.invalid", load,
        {
            {"id: th-policy", "id: x",
             "policy.yaml:1: id: expected 3 to 64 lower-case letters, digits and inner hyphens"},
            {"version: 3", "version: 0", "policy.yaml:2: version: expected a whole number from 1 to 1000000000"},
            {"purpose: return_and_handover", "purpose: repatriation",
             "policy.yaml:4: purpose: expected one of identity_verification, family_tracing, referral, "
             "return_and_handover, reintegration_follow_up, claim_status, identification_notice, law_enforcement, "
             "statistics, matching"},
            {"[kh-mosvy, la-mlsw]", "everybody", "policy.yaml:5: recipients: expected `any` or a list of nodes"},
            {"[kh-mosvy, la-mlsw]", "[]", "policy.yaml:5: recipients: expected `any` or a list of nodes"},
            {"[kh-mosvy, la-mlsw]", "[Cambodia]",
             "policy.yaml:5: recipients: expected a node as <country>-<agency>, such as th-msdhs, or org-<name>"},
            {"minimum_age: 18", "minimum_age: adult",
             "policy.yaml:7: minimum_age: expected a whole number from 0 to 130"},
            {"maximum_age: 60", "maximum_age: 17",
             "policy.yaml:8: maximum_age: expected an age not below `minimum_age`"},
            {"[ActualVictimOfTrafficking]", "[ActualVictimOfTraficking]",
             "policy.yaml:9: trafficking_status: not in the code list of this field; did you mean "
             "`ActualVictimOfTrafficking`?"},
            {"[KH, LA]", "[Cambodia]", "policy.yaml:10: citizenship: not in the code list of this field"},
            {"[KH, LA]", "[]", "policy.yaml:10: citizenship: expected a list of one or more codes"},
            {"birth_date: year", "birthdate: year",
             "policy.yaml:13: birthdate: not a field of the case schema; did you mean `birth_date`?"},
            {"birth_date: year", "birth_date: present",
             "policy.yaml:13: birth_date: expected one of exact, year_month, year, age_band, withheld"},
            {"    fields:\n      names.given", "    consent_required: false\n    fields:\n      names.given",
             "policy.yaml:11: consent_required: expected `true`: only `statistics` needs no consent"},
            {"consent_required: false", "fields: {sex: exact}",
             "policy.yaml:16: fields: this purpose carries no fields of a case"},
        });
}

BOOST_AUTO_TEST_CASE(unknown_keys_missing_recipients_and_empty_policies_are_refused) {
    for (auto const& [from, to] : std::vector<std::pair<std::string, std::string>>{
             {"version: 3\n", "version: 3\nowner: me\n"},
             {"    recipients: [kh-mosvy, la-mlsw]\n", ""},
             {"    recipients: any\n", ""},
             {"      minimum_age: 18\n", "      minimum_age: 18\n      mood: good\n"},
             {"    recipients: any\n", "    recipients: any\n    unless: x\n"}}) {
        CHECK_CODE(SharingPolicy::load(yaml_file(replaced(valid, from, to), "policy.yaml")), "policy.invalid");
    }
    CHECK_CODE(SharingPolicy::load(yaml_file("id: th-policy\nversion: 1\nrules: []\n", "policy.yaml")),
               "policy.invalid");
    CHECK_CODE(SharingPolicy::load(yaml_file("everything\n", "policy.yaml")), "policy.invalid");
}

BOOST_AUTO_TEST_CASE(a_recipient_nobody_knows_is_refused_with_the_nearest_known) {
    std::vector<NodeId> const known{node("kh-mosvy"), node("la-mlsv")};
    auto const result = SharingPolicy::load(yaml_file(valid, "policy.yaml"), &known);
    CHECK_CODE(result, "policy.invalid");
    BOOST_CHECK_EQUAL(result.error().detail,
                      "policy.yaml:5: recipients: expected one of kh-mosvy, la-mlsv; did you mean `la-mlsv`?");
}

BOOST_AUTO_TEST_SUITE_END()
