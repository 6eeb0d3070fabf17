// Cases out of Primero, over real HTTPS: what is found, what is not, and what is never believed.
#include "adapters/open_case_source.h"
#include "policies/fields.h"
#include "tests/support/primero_double.h"
#include "tests/unit/adapters/adapter_fixtures.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(primero_case_source)

namespace {

using namespace casebridge;
using namespace casebridge::test;

Date const today = std::chrono::year(2026) / 11 / 25;

constexpr char const* cases_yaml = R"yaml(
cases:
  table: cases
  id: case_id_display
  fields:
    sex: {column: sex, codes: as_stored}
    number_of_children: children
    shelter: location_current
    trafficking_status:
      {column: protection_concerns, codes: {trafficked_smuggled: PossibleVictimOfTrafficking, neglect: not_recorded}}
groups:
  names:
    - fields: {kind: {value: legal}, given: name_first}
  relatives:
    - {table: family_details_section, order: seq, fields: {name: relation_name, relation: {column: relation, codes: as_stored}}}
)yaml";

Json record(std::string const& key, std::string const& number, std::string const& more = "{}") {
    auto all = *parse_json(R"({"record_state": true, "module_id": "primeromodule-cp", "consent_for_services": true,
        "disclosure_other_orgs": true, "consent_info_sharing": ["authorities"], "unknown_field": {"deep": [1, {}]}})");
    all.set("id", key).set("case_id_display", number);
    auto const extra = parse_json(more);
    for (auto const& [name, value] : *extra->as_object()) all.set(name, value);
    return all;
}

/// A Primero and the source that reads it.
class Fixture {
public:
    PrimeroDouble primero;

    Result<std::unique_ptr<CaseSource>> open(std::string const& cases = cases_yaml, std::string const& more = "",
                                             std::string const& password = PrimeroDouble::password) {
        return open_case_source(directory_.write("map.yaml", primero.database_yaml(more) + cases),
                                Secret::from_text(password));
    }
    CaseSource& source(std::string const& cases = cases_yaml, std::string const& more = "") {
        if (!source_) {
            auto opened = open(cases, more);
            BOOST_REQUIRE_MESSAGE(opened, detail_of(opened));
            source_ = *std::move(opened);
        }
        return *source_;
    }
    SourcedCase good(std::string const& number) {
        auto loaded = source().load(CaseId(number));
        BOOST_REQUIRE_MESSAGE(loaded, detail_of(loaded));
        return *std::move(loaded);
    }
    std::string load(std::string const& number) { return code_of(source().load(CaseId(number))); }
    void end_source() { source_.reset(); }

private:
    TemporaryDirectory directory_;
    std::unique_ptr<CaseSource> source_;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_record_becomes_a_case, Fixture) {
    primero.serve({record("k-1", "f15a1a9", R"({"sex": "female", "children": "2", "name_first": "Mali",
        "protection_concerns": ["neglect", "trafficked_smuggled"], "location_current": null,
        "family_details_section": [{"seq": 2, "relation_name": "B", "relation": "father"},
                                   {"seq": 1, "relation_name": "A", "relation": "mother"}]})")});
    auto const sourced = good("f15a1a9");
    BOOST_TEST(std::get<std::string>(*sourced.record.find(field::sex)) == "female");
    BOOST_TEST(std::get<std::int64_t>(*sourced.record.find(field::number_of_children)) == 2);
    BOOST_TEST(std::get<std::string>(*sourced.record.find(field::trafficking_status)) == "PossibleVictimOfTrafficking");
    BOOST_TEST(sourced.record.find(field::shelter) == nullptr);
    auto const& entries = sourced.record.entries();
    BOOST_REQUIRE(entries.size() == 3);
    BOOST_TEST(std::get<std::string>(entries[1].values.at("relatives.name")) == "A");
    BOOST_TEST(sourced.consents.empty());  // a tick is none
    auto const asked = primero.last_request().query.at("fields");
    BOOST_TEST(contains(asked, "family_details_section"), asked);
    BOOST_TEST(!contains(asked, "unknown_field"), asked);
}

BOOST_FIXTURE_TEST_CASE(only_reading_is_ever_asked_for_and_the_token_ends_with_the_source, Fixture) {
    primero.serve({record("k-1", "A-1")});
    BOOST_TEST(load("A-1") == "");
    BOOST_TEST(code_of(source().list("", 10, today)) == "");
    BOOST_TEST(code_of(source().check()) == "");
    BOOST_TEST(primero.live_tokens() == 1);
    end_source();
    BOOST_TEST(primero.live_tokens() == 0);
    for (auto const& line : primero.requests()) {
        bool const token = line == "POST /api/v2/tokens" || line == "DELETE /api/v2/tokens";
        BOOST_TEST((token || line.starts_with("GET ")), line);
    }
}

BOOST_FIXTURE_TEST_CASE(what_the_search_finds_by_likeness_is_not_the_case, Fixture) {
    primero.serve({record("k-1", "A-10", R"({"name": "A-1"})"), record("k-2", "a-1"), record("k-3", "BA-1")});
    BOOST_TEST(load("A-1") == "source.case_not_found");
    BOOST_TEST(load("A-10") == "");
}

BOOST_FIXTURE_TEST_CASE(the_same_record_on_two_pages_is_one_case_and_two_records_are_two, Fixture) {
    primero.serve({record("k-1", "A-1"), record("k-1", "A-1"), record("k-2", "B-1"), record("k-3", "B-1")});
    BOOST_TEST(load("A-1") == "");
    BOOST_TEST(load("B-1") == "source.ambiguous_case");
    auto const page = source().list("", 10, today);
    BOOST_REQUIRE(page);
    BOOST_TEST(page->cases.size() == 1);
    BOOST_TEST(page->unreadable == 2);
}

BOOST_FIXTURE_TEST_CASE(disabled_records_and_those_of_other_modules_are_no_cases, Fixture) {
    primero.serve({record("k-1", "A-1", R"({"record_state": false})"),
                   record("k-2", "A-2", R"({"module_id": "primeromodule-gbv"})"), record("k-3", "A-3")});
    source(cases_yaml, "  module: primeromodule-cp\n");
    BOOST_TEST(load("A-1") == "source.case_not_found");
    BOOST_TEST(load("A-2") == "source.case_not_found");
    BOOST_TEST(load("A-3") == "");
    BOOST_TEST(source().list("", 10, today)->cases.size() == 1);
}

BOOST_FIXTURE_TEST_CASE(an_overridden_consent_is_no_consent, Fixture) {
    primero.serve({record("k-1", "A-1", R"({"consent_for_services": false, "disclosure_other_orgs": null,
        "consent_overridden": true})")});
    auto const sourced = good("A-1");
    BOOST_TEST(sourced.consents.empty());
    BOOST_TEST(sourced.record.facts().refused_purposes.contains(Purpose::referral));
    BOOST_TEST(sourced.record.facts().refused_purposes.contains(Purpose::return_and_handover));
    BOOST_TEST(sourced.record.facts().refused_recipients.contains(NodeKind::organisation));
    BOOST_TEST(!sourced.record.facts().refused_recipients.contains(NodeKind::welfare));
}

BOOST_FIXTURE_TEST_CASE(a_form_of_ones_own_row_is_a_consent_once_it_has_a_date, Fixture) {
    std::string const consents =
        "consents:\n"
        "  fields:\n"
        "    id: consent_no\n"
        "    giver: {column: interview_subject, codes: {individual: self, caregiver: guardian}}\n"
        "    purpose: {value: referral}\n"
        "    recipients: {value: [kh-mosvy]}\n"
        "    categories: {column: consent_categories, codes: as_stored}\n"
        "    form_id: {value: form-a}\n"
        "    form_version: {value: \"1\"}\n"
        "    form_sha256: {value: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}\n"
        "    form_language: {value: km}\n"
        "    given_on: {column: consent_date, date: yyyy-MM-dd, era: gregorian}\n"
        "    expires_on: {column: consent_until, date: yyyy-MM-dd, era: gregorian}\n";
    std::string const whole = R"({"consent_no": "C-1", "interview_subject": "individual",
        "consent_categories": ["identity", "status"], "consent_date": "2026-01-01", "consent_until": "2027-01-01"})";
    primero.serve({record("k-1", "A-1", whole), record("k-2", "A-2"),
                   record("k-3", "A-3", R"({"consent_date": "2026-01-01"})"),
                   record("k-4", "A-4", R"({"consent_date": "soon"})")});
    source(cases_yaml + consents);
    auto const sourced = good("A-1");
    BOOST_REQUIRE(sourced.consents.size() == 1);
    BOOST_TEST((sourced.consents.front().categories == std::set<Category>{Category::identity, Category::status}));
    BOOST_TEST(good("A-2").consents.empty());
    BOOST_TEST(load("A-3") == "source.bad_value");
    BOOST_TEST(load("A-4") == "source.bad_value");
}

BOOST_FIXTURE_TEST_CASE(referrals_and_transfers_are_read_where_the_map_asks_for_them, Fixture) {
    std::string const map =
        "cases:\n"
        "  table: cases\n"
        "  id: case_id_display\n"
        "  fields: {shelter: x}\n"
        "  facts:\n"
        "    withhold_from: {table: transitions, column: status, codes: {in_progress: not_recorded, rejected: "
        "la-mlsw}}\n";
    primero.serve({record("k-1", "A-1")});
    primero.set_transitions("k-1", *parse_json(R"([{"status": "inprogress", "consent_overridden": true},
        {"status": "rejected"}, {"status": "in_progress"}])"));
    source(map);
    BOOST_TEST(good("A-1").record.facts().withhold_from == std::vector<std::string>{"la-mlsw"},
               boost::test_tools::per_element());
    BOOST_TEST(primero.last_request().query.at("types") == "Referral,Transfer");
    primero.set_transitions("k-1", *parse_json(R"([{"status": "done"}])"));
    BOOST_TEST(load("A-1") == "source.bad_value");
}

BOOST_FIXTURE_TEST_CASE(a_code_without_a_translation_is_complained_about_when_the_source_opens, Fixture) {
    primero.set_lookups(*parse_json(R"([{"unique_id": "lookup-other", "values": [{"id": "x"}]},
        {"unique_id": "lookup-concerns", "values": [{"id": "neglect"}, {"id": "trafficked_smuggled"}]}])"));
    BOOST_TEST(code_of(open(cases_yaml, "  lookups: {protection_concerns: lookup-concerns}\n")) == "");
    primero.set_lookups(*parse_json(R"([{"unique_id": "lookup-concerns",
        "values": [{"id": "neglect"}, {"id": "separated"}, {"id": "abandoned"}]}])"));
    auto const refused = open(cases_yaml, "  lookups: {protection_concerns: lookup-concerns, sex: lookup-sex}\n");
    BOOST_TEST(code_of(refused) == "field_map.invalid");
    BOOST_TEST(contains(detail_of(refused), "2 codes of the server have no translation: abandoned, separated"),
               detail_of(refused));
    BOOST_TEST(contains(detail_of(refused), "no lookup `lookup-sex`"), detail_of(refused));
}

BOOST_FIXTURE_TEST_CASE(a_wrong_password_says_so_and_is_not_repeated, Fixture) {
    auto const source = open(cases_yaml, "", "wrong-pass");
    BOOST_REQUIRE(source);
    auto const checked = (*source)->check();
    BOOST_TEST(code_of(checked) == "source.wrong_key");
    BOOST_TEST(!contains(detail_of(checked), "wrong-pass"), detail_of(checked));
}

BOOST_FIXTURE_TEST_CASE(tokens_that_end_between_pages_are_renewed, Fixture) {
    Json::Array records;
    for (int i = 100; i < 150; ++i) records.push_back(record("k-" + std::to_string(i), "A-" + std::to_string(i)));
    primero.serve(records);
    source(cases_yaml, "  page_size: 20\n");
    BOOST_TEST(code_of(source().check()) == "");
    primero.next([this](auto const&, auto& connection) {
        primero.end_all_tokens();
        connection.respond(401, "{}");
    });
    auto const page = source().list("A-120", 5, today);
    BOOST_REQUIRE_MESSAGE(page, detail_of(page));
    BOOST_REQUIRE(page->cases.size() == 5);
    BOOST_TEST(page->cases.front().id.text() == "A-121");
    BOOST_TEST(page->more);
}

BOOST_FIXTURE_TEST_CASE(a_busy_server_is_waited_for_and_a_broken_one_tried_again, Fixture) {
    primero.serve({record("k-1", "A-1")});
    BOOST_TEST(code_of(source().check()) == "");
    primero.next_status(429, {{"Retry-After", "0"}});
    primero.next_status(500);
    primero.next([](auto const&, auto& connection) {
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"data\"");
        connection.close();
    });
    BOOST_TEST(load("A-1") == "");
}

BOOST_FIXTURE_TEST_CASE(answers_that_cannot_be_are_refused_with_their_codes, Fixture) {
    primero.serve({record("../../tokens", "A-1"), record("k-2", "A-2"), record("k-3", "A-3")});
    BOOST_TEST(load("A-1") == "source.bad_answer");
    primero.next_status(403);
    BOOST_TEST(load("A-2") == "source.not_allowed");
    primero.next_status(302, {{"Location", "https://localhost:1/"}});
    BOOST_TEST(load("A-2") == "source.redirected");
    primero.next([](auto const&, auto& connection) { connection.respond(200, R"({"data": 7})"); });
    BOOST_TEST(load("A-2") == "source.bad_answer");
    primero.next([](auto const&, auto& connection) { connection.respond(200, std::string(9 << 20, ' ')); });
    BOOST_TEST(load("A-2") == "source.value_too_large");
}

BOOST_FIXTURE_TEST_CASE(a_record_that_changed_its_number_meanwhile_is_not_the_case, Fixture) {
    int asked = 0;
    primero.serve([&asked] { return Json::Array{record("k-1", ++asked == 1 ? "A-1" : "A-2", R"({"name": "A-1"})")}; });
    BOOST_TEST(load("A-1") == "source.case_not_found");
}

BOOST_FIXTURE_TEST_CASE(a_case_that_was_found_is_found_without_the_index_and_others_are_not_called_missing, Fixture) {
    primero.serve({record("k-1", "A-1"), record("k-2", "A-2")});
    BOOST_TEST(load("A-1") == "");
    primero.lose_index(true);
    BOOST_TEST(load("A-1") == "");
    BOOST_TEST(load("A-2") == "source.unavailable");
    BOOST_TEST(load("A-3") == "source.unavailable");
    BOOST_TEST(!contains(detail_of(source().load(CaseId("A-3"))), "A-3"));
    primero.lose_index(false);
    BOOST_TEST(load("A-2") == "");
    BOOST_TEST(load("A-3") == "source.case_not_found");
}

BOOST_FIXTURE_TEST_CASE(a_case_that_was_found_and_is_gone_or_has_another_number_is_looked_for_again, Fixture) {
    primero.serve({record("k-1", "A-1"), record("k-2", "A-2"), record("k-3", "A-3")});
    for (auto const* number : {"A-1", "A-2", "A-3"}) BOOST_TEST(load(number) == "");
    primero.serve({record("k-1", "B-1"), record("k-9", "A-2"), record("k-3", "A-3", R"({"record_state": false})")});
    BOOST_TEST(load("A-1") == "source.case_not_found");
    BOOST_TEST(load("A-2") == "");
    BOOST_TEST(load("A-3") == "source.case_not_found");
    BOOST_TEST(load("B-1") == "");
    primero.serve(Json::Array());
    BOOST_TEST(load("A-2") == "source.unavailable");
}

BOOST_FIXTURE_TEST_CASE(the_record_of_a_known_key_is_asked_for_once_and_not_searched, Fixture) {
    primero.serve({record("k-1", "A-1")});
    BOOST_TEST(load("A-1") == "");
    auto const before = primero.requests().size();
    BOOST_TEST(load("A-1") == "");
    BOOST_TEST(primero.requests().size() == before + 1);
    BOOST_TEST(primero.requests().back() == "GET /api/v2/cases/k-1");
    primero.next_status(500);
    BOOST_TEST(load("A-1") == "");  // tried again, by the same key
    primero.next_status(403);
    BOOST_TEST(load("A-1") == "source.not_allowed");
}

BOOST_FIXTURE_TEST_CASE(a_subform_that_is_no_list_refuses_the_case, Fixture) {
    primero.serve({record("k-1", "A-1", R"({"family_details_section": {"relation_name": "Example Uncle"}})"),
                   record("k-2", "A-2", R"({"family_details_section": ["Example Uncle"]})"),
                   record("k-3", "A-3", R"({"family_details_section": []})")});
    BOOST_TEST(load("A-1") == "source.bad_value");
    BOOST_TEST(load("A-2") == "source.bad_value");
    BOOST_TEST(load("A-3") == "");
    BOOST_TEST(!contains(detail_of(source().load(CaseId("A-1"))), "Uncle"));
}

BOOST_AUTO_TEST_SUITE_END()
