#include "daemon/told_office.h"

#include "tests/unit/daemon/store_fixture.h"

using namespace casebridge;
using namespace casebridge::test;

BOOST_AUTO_TEST_SUITE(standing_of_disclosures)

namespace {

DisclosureRow row(std::int64_t number, std::string_view state = "delivered") {
    return {.message = message(number),
            .case_id = CaseId("A-1"),
            .to = {node("kh-mosvy"), OfficeId("poipet-transit-centre")},
            .purpose = Purpose::referral,
            .subject = subject(1),
            .agreement = digest("agreement " + std::to_string(number)),
            .policy = digest("policy"),
            .body = digest("body"),
            .consent_id = "consent",
            .consent_epoch = 1,
            .categories = "{}",
            .prepared_at = at(number),
            .state = std::string(state),
            .settled_at = {}};
}

DisclosureRow replaced(DisclosureRow row, std::int64_t by) {
    row.replaced_by = message(by).text();
    return row;
}

/// The numbers of the rows that stand, an entry for each office and purpose.
std::vector<std::string> standing(std::vector<DisclosureRow> const& rows, std::int64_t now = 100) {
    std::vector<std::string> all;
    for (auto const& each : standing_disclosures(rows, at(now))) {
        std::string numbers;
        for (auto const& id : each.messages())
            for (std::int64_t number = 1; number < 10; ++number)
                if (message(number) == id) numbers += std::to_string(number);
        all.push_back(numbers);
    }
    return all;
}

using Lines = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_CASE(what_may_arrive_or_have_arrived_stands) {
    BOOST_TEST(standing({row(1, "prepared"), row(2, "possibly_delivered"), row(3, "delivered"), row(4, "never_sent"),
                         row(5, "rejected")}) == Lines{"123"},
               boost::test_tools::per_element());
    BOOST_CHECK(!standing_disclosures({row(1, "prepared")}, at(9)).front().told());
    BOOST_CHECK(standing_disclosures({row(1, "prepared"), row(2)}, at(9)).front().told());
}

BOOST_AUTO_TEST_CASE(what_is_withdrawn_erased_or_over_does_not_stand) {
    auto withdrawn = row(1);
    withdrawn.withdrawal = message(9).text();
    auto erased = row(2);
    erased.erased_at = at(50);
    auto over = row(3);
    over.retain_until = at(100);
    auto kept = row(4);
    kept.retain_until = at(101);
    BOOST_TEST(standing({withdrawn, erased, over, kept}) == Lines{"4"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_replaced_stands_until_the_other_has_arrived) {
    BOOST_TEST(standing({replaced(row(1), 2), row(2, "prepared")}) == Lines{"12"}, boost::test_tools::per_element());
    BOOST_TEST(standing({replaced(row(1), 2), row(2, "possibly_delivered")}) == Lines{"12"},
               boost::test_tools::per_element());
    BOOST_TEST(standing({replaced(row(1), 2), row(2)}) == Lines{"2"}, boost::test_tools::per_element());
    // A chain: the last has not arrived, so that the second stands, and the first does not.
    BOOST_TEST(standing({replaced(row(1), 2), replaced(row(2), 3), row(3, "prepared")}) == Lines{"23"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(offices_and_purposes_are_kept_apart) {
    auto other_office = row(2);
    other_office.to.office = OfficeId("anti-trafficking-department");
    auto other_purpose = row(3);
    other_purpose.purpose = Purpose::family_tracing;
    BOOST_TEST(standing({row(1), other_office, other_purpose, row(4)}) == (Lines{"14", "2", "3"}),
               boost::test_tools::per_element());
    BOOST_CHECK(standing_disclosures({row(1), row(4)}, at(9)).front().agreement == digest("agreement 4"));
}

BOOST_AUTO_TEST_CASE(a_summary_among_answers_about_the_status_makes_it_a_summary) {
    auto status = row(1);
    status.about = About::status;
    BOOST_CHECK(standing_disclosures({status}, at(9)).front().about == About::status);
    BOOST_CHECK(standing_disclosures({status, row(2)}, at(9)).front().about == About::summary);
}

BOOST_AUTO_TEST_CASE(no_more_are_named_than_one_message_can_name) {
    std::vector<DisclosureRow> many;
    for (std::int64_t number = 1; number <= 250; ++number) many.push_back(row(number));
    auto const all = standing_disclosures(many, at(9));
    BOOST_REQUIRE_EQUAL(all.size(), 1U);
    BOOST_CHECK_EQUAL(all.front().rows.size(), 250U);
    BOOST_CHECK_EQUAL(all.front().messages().size(), 200U);
    BOOST_CHECK(all.front().messages().front() == message(1));
}

BOOST_AUTO_TEST_SUITE_END()
