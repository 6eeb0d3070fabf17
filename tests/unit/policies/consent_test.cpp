#include "policies/consent.h"

#include "tests/support/yaml_edit.h"

using namespace casebridge;
using namespace casebridge::test;

BOOST_AUTO_TEST_SUITE(consent)

namespace {

std::string const digest_text(64, 'a');
std::string const valid = R"(id: c-1
case: TH-2026-1
purpose: return_and_handover
giver: guardian
assent: cannot_be_asked
assent_reason: too_young
best_interests_note: true
recipients:
  - kh-mosvy/poipet-transit-centre
  - la-mlsw
categories:
  - identity
  - return
form:
  id: consent-en
  version: "2"
  sha256: )" + digest_text +
                          R"(
  language: km
interpreter: A
witness: B
place: C
given_on: 2026-01-10
expires_on: 2027-01-10
)";

Result<Consent> load(YamlFile const& file) {
    return Consent::load(file);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_consent_says_what_its_file_says) {
    auto const loaded = must(Consent::load(yaml_file(valid, "consent.yaml")));
    BOOST_CHECK_EQUAL(loaded.id, "c-1");
    BOOST_CHECK_EQUAL(loaded.case_id.text(), "TH-2026-1");
    BOOST_CHECK(loaded.purpose == Purpose::return_and_handover);
    BOOST_CHECK(loaded.giver == Consent::Giver::guardian);
    BOOST_CHECK(loaded.assent == Consent::Assent::cannot_be_asked);
    BOOST_CHECK_EQUAL(loaded.assent_reason, "too_young");
    BOOST_CHECK(loaded.best_interests_note);
    BOOST_CHECK_EQUAL(loaded.recipients.size(), 2u);
    BOOST_CHECK(loaded.categories == (std::set<Category>{Category::identity, Category::return_}));
    BOOST_CHECK_EQUAL(loaded.form.sha256.hex(), digest_text);
    BOOST_CHECK_EQUAL(loaded.form.version, "2");
    BOOST_CHECK_EQUAL(loaded.form.language, "km");
    BOOST_CHECK(loaded.given_on == date("2026-01-10"));
    BOOST_CHECK(!loaded.withdrawn_at);
    BOOST_CHECK_EQUAL(loaded.epoch, 0u);
}

BOOST_AUTO_TEST_CASE(a_consent_covers_the_offices_it_names_and_no_other) {
    auto const loaded = must(Consent::load(yaml_file(valid, "consent.yaml")));
    BOOST_CHECK(loaded.covers(node("kh-mosvy"), office("poipet-transit-centre")));
    BOOST_CHECK(!loaded.covers(node("kh-mosvy"), office("phnom-penh-office")));
    BOOST_CHECK(loaded.covers(node("la-mlsw"), office("any-office")));
    BOOST_CHECK(!loaded.covers(node("th-msdhs"), office("poipet-transit-centre")));
}

BOOST_AUTO_TEST_CASE(a_consent_lives_from_its_day_to_the_day_before_it_expires) {
    auto loaded = must(Consent::load(yaml_file(valid, "consent.yaml")));
    BOOST_CHECK(!loaded.live(at_noon("2026-01-09")));
    BOOST_CHECK(loaded.live(at_noon("2026-01-10")));
    BOOST_CHECK(loaded.live(at_noon("2027-01-09")));
    BOOST_CHECK(!loaded.live(at_noon("2027-01-10")));
    loaded.withdrawn_at = at_noon("2027-01-01");
    BOOST_CHECK(!loaded.live(at_noon("2026-06-01")));
}

BOOST_AUTO_TEST_CASE(every_mistake_is_named_with_file_line_key_and_the_nearest_word) {
    check_complaints(
        valid, "consent.yaml", "consent.invalid", load,
        {
            {"case: TH-2026-1", "case: \"\"", "consent.yaml:2: case: expected a text"},
            {"purpose: return_and_handover", "purpose: return_and_handovr",
             "consent.yaml:3: purpose: expected one of identity_verification, family_tracing, referral, "
             "return_and_handover, reintegration_follow_up, claim_status, identification_notice, law_enforcement, "
             "statistics, matching; did you mean `return_and_handover`?"},
            {"giver: guardian", "giver: gardian",
             "consent.yaml:4: giver: expected one of self, guardian, appointed_representative; did you mean "
             "`guardian`?"},
            {"giver: guardian", "giver: self",
             "consent.yaml:4: giver: expected a guardian or appointed representative where the child cannot be asked"},
            {"assent: cannot_be_asked", "assent: given",
             "consent.yaml:6: assent_reason: expected only with `assent: cannot_be_asked`"},
            {"assent_reason: too_young", "assent_reason: to_young",
             "consent.yaml:6: assent_reason: expected one of too_young, incapacitated, in_danger, missing, "
             "no_common_language, other; did you mean `too_young`?"},
            {"best_interests_note: true", "best_interests_note: maybe",
             "consent.yaml:7: best_interests_note: expected true or false"},
            {"  - la-mlsw\n", "  - Lao PDR\n",
             "consent.yaml:10: recipients: expected a node as <country>-<agency>, such as th-msdhs, or org-<name>"},
            {"poipet-transit-centre", "Poipet",
             "consent.yaml:9: recipients: expected a node, or <node>/<office> with the office in lower-case letters, "
             "digits and hyphens"},
            {"  - identity\n", "  - identiy\n",
             "consent.yaml:12: categories: expected one of identity, demographic, exploitation, status, needs, return, "
             "family, third_party, health, legal, narrative; did you mean `identity`?"},
            {digest_text, "abc", "consent.yaml:17: sha256: expected 64 lower-case hexadecimal characters"},
            {"language: km", "language: Khmer", "consent.yaml:18: language: expected an ISO 639 code, such as `km`"},
            {"given_on: 2026-01-10", "given_on: 2026-13-10",
             "consent.yaml:22: given_on: expected a date that exists, as YYYY-MM-DD"},
            {"expires_on: 2027-01-10", "expires_on: 2026-01-10",
             "consent.yaml:23: expires_on: expected a date after `given_on`"},
        });
}

BOOST_AUTO_TEST_CASE(a_consent_without_recipients_categories_or_form_is_refused) {
    for (std::string const key : {"recipients:\n  - kh-mosvy/poipet-transit-centre\n  - la-mlsw\n",
                                  "categories:\n  - identity\n  - return\n", "place: C\n", "expires_on: 2027-01-10\n",
                                  "case: TH-2026-1\n", "  language: km\n", "assent_reason: too_young\n"}) {
        CHECK_CODE(Consent::load(yaml_file(replaced(valid, key, ""), "consent.yaml")), "consent.invalid");
    }
    CHECK_CODE(Consent::load(yaml_file(replaced(valid, "place: C", "consent: yes\nplace: C"), "consent.yaml")),
               "consent.invalid");
    CHECK_CODE(Consent::load(yaml_file("true\n", "consent.yaml")), "consent.invalid");
}

BOOST_AUTO_TEST_CASE(a_recipient_nobody_knows_is_refused_with_the_nearest_known) {
    std::vector<NodeId> const known{node("kh-mosvi"), node("la-mlsw")};
    auto const result = Consent::load(yaml_file(valid, "consent.yaml"), &known);
    CHECK_CODE(result, "consent.invalid");
    BOOST_CHECK_EQUAL(result.error().detail,
                      "consent.yaml:9: recipients: expected one of kh-mosvi, la-mlsw; did you mean `kh-mosvi`?");
}

BOOST_AUTO_TEST_SUITE_END()
