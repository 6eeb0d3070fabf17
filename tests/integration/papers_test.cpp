// What is printed for people, from real nodes: the register of disclosures, the directory, the days of meetings.
#include "two_nodes.h"

#include <unistd.h>

using namespace casebridge;
using namespace casebridge::test;

namespace {

struct Papers : TwoNodes {
    [[nodiscard]] OfficerAnswer subject_register(std::string_view case_number = canary_case) const {
        return thailand.officer().get("/v1/cases/register",
                                      {{"case", std::string(case_number)}, {"reason", std::string(canary_reason)}});
    }
    /// The only entry.
    [[nodiscard]] Json entry() const {
        auto const answer = subject_register();
        BOOST_REQUIRE_EQUAL(answer.summary(), "200");
        auto const json = answer.json();
        auto const& list = *json.find("disclosures")->as_array();
        BOOST_REQUIRE_EQUAL(list.size(), 1U);
        return list.front();
    }
    [[nodiscard]] OfficerAnswer put_meeting(std::string const& node, std::string const& day) const {
        return thailand.officer().put("/v1/meetings/" + node,
                                      Json::object().set("on", day).set("reason", canary_reason));
    }
    [[nodiscard]] std::vector<Json> offices(OfficerSession::Query const& query) const {
        auto const answer = thailand.officer().get("/v1/directory", query);
        BOOST_REQUIRE_EQUAL(answer.summary(), "200");
        return *answer.json().find("offices")->as_array();
    }
};

/// The transit centre at Poipet can also be found under another name.
struct Routed : TwoNodes {
    Routed()
        : TwoNodes([](std::string const& text) {
              return text +
                     "    - office: poipet-gate\n"
                     "      routes_to: poipet-transit-centre\n"
                     "      name: \"At the gate\"\n"
                     "      kind: border_cooperation\n"
                     "      country: KH\n";
          }) {}
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(what_is_meant_for_an_office_of_the_directory_is_addressed_to_the_one_it_leads_to, Routed) {
    auto const preview = thailand.officer().post("/v1/cases/preview", request().set("office", "poipet-gate")).json();
    BOOST_REQUIRE(*preview.find("allowed") == Json(true));
    BOOST_CHECK_EQUAL(preview.find("to")->text_or("office"), "poipet-transit-centre");
    auto const answer = thailand.officer().post(
        "/v1/cases/send", request().set("office", "poipet-gate").set("digest", preview.text_or("digest")));
    BOOST_REQUIRE_EQUAL(answer.summary(), "202");
    wait_for(answer.json().text_or("message"), "delivered ");
    BOOST_CHECK_EQUAL(cambodia.inbox().front().text_or("to_office"), "poipet-transit-centre");
    auto const unknown = thailand.officer().post("/v1/cases/preview", request().set("office", "nowhere")).json();
    BOOST_CHECK(*unknown.find("allowed") == Json(false));
}

BOOST_FIXTURE_TEST_SUITE(two_nodes_papers, Papers)

BOOST_AUTO_TEST_CASE(the_register_says_who_was_told_on_which_consent_and_when_it_was_destroyed_there) {
    auto const message = delivered_message();
    auto told = entry();
    BOOST_CHECK_EQUAL(told.text_or("message"), message);
    BOOST_CHECK_EQUAL(told.text_or("name"), "Ministry of Social Affairs, Veterans and Youth Rehabilitation, Cambodia");
    BOOST_CHECK_EQUAL(told.text_or("office_name"), "Transit centre at Poipet");
    BOOST_CHECK_EQUAL(told.text_or("purpose"), "return_and_handover");
    BOOST_CHECK_EQUAL(told.text_or("state"), "delivered");
    BOOST_CHECK_EQUAL(dump(*told.find("categories")), R"(["identity","demographic","status","needs","return"])");
    auto const* consent = told.find("consent");
    BOOST_CHECK_EQUAL(consent->text_or("id"), consent_id);
    BOOST_CHECK(!consent->text_or("given_on").empty());
    BOOST_CHECK_EQUAL(consent->text_or("language"), "km");
    BOOST_CHECK(consent->find("withdrawn_at")->is_null());
    BOOST_CHECK(told.find("withdrawal")->is_null() && told.find("erased_at")->is_null());

    withdraw_consent();
    eventually("destroyed", [&] {
        retry();
        return !entry().text_or("erased_at").empty();
    });
    told = entry();
    BOOST_CHECK_EQUAL(told.find("withdrawal")->text_or("state"), "answered");
    BOOST_CHECK(!told.find("consent")->text_or("withdrawn_at").empty());
}

BOOST_AUTO_TEST_CASE(each_reading_of_the_register_is_a_leaf_without_personal_data) {
    static_cast<void>(delivered_message());
    auto const before = thailand.leaves("officer.read_register").size();
    BOOST_CHECK_EQUAL(subject_register().summary(), "200");
    BOOST_CHECK_EQUAL(thailand.leaves("officer.read_register").size(), before + 1);
    BOOST_CHECK_EQUAL(thailand.officer().get("/v1/cases/register", {{"case", std::string(canary_case)}}).summary(),
                      "400 request.reason_missing");
    BOOST_CHECK_EQUAL(thailand.officer().get("/v1/cases/register", {{"reason", "x"}}).summary(), "400 request.missing");
    BOOST_CHECK_EQUAL(thailand.leaves("officer.read_register").size(), before + 1);
}

BOOST_AUTO_TEST_CASE(nobody_is_told_that_nothing_was_told_because_a_number_was_mistyped) {
    auto const before = subject_register();  // known, and nothing told
    BOOST_CHECK_EQUAL(before.summary(), "200");
    BOOST_CHECK(before.json().find("disclosures")->as_array()->empty());
    BOOST_CHECK_EQUAL(subject_register("TH-2560-9999").summary(), "404 source.case_not_found");
    BOOST_CHECK_EQUAL(thailand.leaves("officer.read_register").size(), 1U);
}

BOOST_AUTO_TEST_CASE(the_register_is_there_though_the_national_database_is_not) {
    static_cast<void>(delivered_message());
    std::filesystem::rename(thailand.national_database(), thailand.directory() / "away.db");
    BOOST_CHECK_EQUAL(entry().find("consent")->text_or("id"), consent_id);
}

BOOST_AUTO_TEST_CASE(an_auditor_sees_no_register_but_the_directory_and_the_meetings) {
    thailand.stop();
    thailand.config().officers.clear();
    thailand.config().officers.emplace(::getuid(), Officer{OfficerId("officer-2"), "auditor"});
    thailand.start();
    BOOST_CHECK_EQUAL(subject_register().summary(), "403 officer.not_allowed");
    BOOST_CHECK_EQUAL(put_meeting("kh-mosvy", "2026-01-01").summary(), "403 officer.not_allowed");
    BOOST_CHECK_EQUAL(thailand.officer().get("/v1/meetings/kh-mosvy").summary(), "200");
    BOOST_CHECK_EQUAL(thailand.officer().get("/v1/directory").summary(), "200");
}

BOOST_AUTO_TEST_CASE(the_day_of_a_meeting_is_kept_and_each_recording_is_a_leaf) {
    auto const meeting = [&] { return thailand.officer().get("/v1/meetings/kh-mosvy").json(); };
    BOOST_CHECK(meeting().find("held_on")->is_null());
    BOOST_CHECK_EQUAL(meeting().find("us")->text_or("node"), "th-msdhs");
    BOOST_CHECK(!meeting().find("with")->text_or("name").empty());
    auto const today = Date(std::chrono::floor<std::chrono::days>(clock.now()));
    auto const day_after = [&](int days) {
        return to_iso8601(Date(std::chrono::sys_days(today) + std::chrono::days(days)));
    };
    BOOST_CHECK_EQUAL(put_meeting("kh-mosvy", day_after(0)).summary(), "200");
    BOOST_CHECK_EQUAL(put_meeting("kh-mosvy", day_after(-30)).summary(), "200");
    BOOST_CHECK_EQUAL(meeting().text_or("held_on"), day_after(-30));
    BOOST_CHECK_EQUAL(put_meeting("kh-mosvy", day_after(2)).summary(), "400 meeting.in_the_future");
    BOOST_CHECK_EQUAL(put_meeting("kh-mosvy", "2026-02-30").summary(), "400 time.bad_date");
    BOOST_CHECK_EQUAL(put_meeting("kh-mosvy", "").summary(), "400 request.missing");
    BOOST_CHECK_EQUAL(put_meeting("la-mlsw", day_after(0)).summary(), "404 peer.unknown");
    BOOST_CHECK_EQUAL(put_meeting("Cambodia", day_after(0)).summary(), "400 node_id.malformed");
    BOOST_CHECK_EQUAL(thailand.officer().get("/v1/meetings/la-mlsw").summary(), "404 peer.unknown");
    BOOST_CHECK_EQUAL(thailand.officer().put("/v1/meetings/kh-mosvy", Json::object().set("on", day_after(0))).summary(),
                      "400 request.reason_missing");
    auto const leaves = thailand.leaves("meeting.held");
    BOOST_REQUIRE_EQUAL(leaves.size(), 2U);
    BOOST_CHECK_EQUAL(dump(leaves.back()), R"({"peer":"kh-mosvy","on":")" + day_after(-30) + R"("})");
    thailand.stop();
    thailand.start();
    BOOST_CHECK_EQUAL(meeting().text_or("held_on"), day_after(-30));
}

BOOST_AUTO_TEST_CASE(the_directory_lists_both_sides_offices_and_what_to_write_to) {
    auto const all = offices({});
    BOOST_CHECK_EQUAL(all.size(), 5U);
    BOOST_CHECK_EQUAL(offices({{"with", "kh-mosvy"}}).size(), 5U);
    BOOST_CHECK(offices({{"with", "la-mlsw"}}).empty());
    BOOST_CHECK_EQUAL(offices({{"crossing", "poipet"}}).size(), 2U);
    auto const hotlines = offices({{"kind", "hotline"}});
    BOOST_REQUIRE_EQUAL(hotlines.size(), 1U);
    BOOST_CHECK_EQUAL(hotlines.front().text_or("office"), "hotline-1300");
    BOOST_CHECK_EQUAL(hotlines.front().text_or("routes_to"), "datip");
    BOOST_CHECK(*hotlines.front().find("in_use")->as_bool());
    auto const officer = thailand.officer();
    BOOST_CHECK_EQUAL(officer.get("/v1/directory", {{"kind", "hotlin"}}).summary(), "400 directory.unknown_kind");
    BOOST_CHECK_EQUAL(officer.get("/v1/directory", {{"with", "Cambodia"}}).summary(), "400 node_id.malformed");
}

BOOST_AUTO_TEST_SUITE_END()
