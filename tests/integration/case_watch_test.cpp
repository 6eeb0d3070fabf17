// A case that was told of changes, and goes, in the national database: the officer sees it.
#include "tests/integration/two_nodes.h"

using namespace casebridge;
using namespace casebridge::test;

namespace case_watch {
namespace {

/// "state case" of each outdated disclosure of Thailand.
std::vector<std::string> outdated(TwoNodes const& nodes) {
    auto const answer = nodes.thailand.officer().get("/v1/cases/changed");
    BOOST_REQUIRE_EQUAL(answer.status, 200);
    auto const json = answer.json();
    std::vector<std::string> lines;
    for (auto const& each : *json.find("disclosures")->as_array()) {
        lines.push_back(each.text_or("state") + " " + each.text_or("case"));
    }
    return lines;
}

void hint(TwoNodes const& nodes, std::string const& case_number = "") {
    auto body = Json::object();
    if (!case_number.empty()) body.set("case", case_number);
    BOOST_REQUIRE_EQUAL(nodes.thailand.officer().post("/v1/cases/hint", body).status, 202);
}

std::string const changed = "changed " + std::string(canary_case);
std::string const vanished = "vanished " + std::string(canary_case);
using Lines = std::vector<std::string>;

}  // namespace
}  // namespace case_watch

BOOST_FIXTURE_TEST_SUITE(case_watch, TwoNodes)

BOOST_AUTO_TEST_CASE(a_change_after_the_sending_is_noticed_and_so_is_its_undoing) {
    BOOST_REQUIRE(!delivered_message().empty());
    hint(*this);
    BOOST_CHECK(outdated(*this).empty());
    change_name("Anders");
    hint(*this);
    eventually("the change is noticed", [&] { return outdated(*this) == Lines{changed}; });
    auto const watch = *thailand.officer().get("/v1/status").json().find("case_watch");
    BOOST_CHECK_EQUAL(*watch.find("watched")->as_integer(), 1);
    BOOST_CHECK_EQUAL(*watch.find("changed")->as_integer(), 1);
    change_name(std::string(canary_given_name));
    hint(*this);
    eventually("it is as it was told", [&] { return outdated(*this).empty(); });
}

BOOST_AUTO_TEST_CASE(a_hint_that_names_a_case_is_looked_at_and_one_that_names_nothing_does_no_harm) {
    BOOST_REQUIRE(!delivered_message().empty());
    change_name("Anders");
    hint(*this, "no such case");
    hint(*this, std::string(canary_case));
    eventually("the change is noticed", [&] { return outdated(*this) == Lines{changed}; });
}

BOOST_AUTO_TEST_CASE(a_deleted_case_is_noticed_also_after_a_restart) {
    BOOST_REQUIRE(!delivered_message().empty());
    thailand.stop();
    thailand.change_national_database("DELETE FROM \"คดี\"");
    thailand.start();
    eventually("the deletion is noticed", [&] { return outdated(*this) == Lines{vanished}; });
    thailand.stop();
    thailand.start();
    BOOST_TEST(outdated(*this) == Lines{vanished}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_national_database_that_cannot_be_read_is_said_and_forgets_nothing) {
    BOOST_REQUIRE(!delivered_message().empty());
    auto const hidden = thailand.national_database().string() + ".hidden";
    std::filesystem::rename(thailand.national_database(), hidden);
    hint(*this);
    eventually("the watch says why", [&] {
        return thailand.officer().get("/v1/status").json().find("case_watch")->text_or("code") == "source.unavailable";
    });
    BOOST_CHECK_EQUAL(thailand.officer().get("/v1/cases/changed").json().text_or("code"), "source.unavailable");
    eventually("health says so", [&] {
        retry();  // a survey is good for a second
        auto const report = thailand.officer().get("/v1/health").json();
        for (auto const& check : *report.find("checks")->as_array())
            if (check.text_or("name") == "source")
                return check.text_or("state") + " " + check.text_or("code") == "degraded source.unavailable";
        return false;
    });
    BOOST_CHECK(outdated(*this).empty());
    std::filesystem::rename(hidden, thailand.national_database());
    hint(*this);
    eventually("it is read again",
               [&] { return thailand.officer().get("/v1/status").json().find("case_watch")->text_or("code").empty(); });
    BOOST_CHECK(outdated(*this).empty());
}

BOOST_AUTO_TEST_SUITE_END()
