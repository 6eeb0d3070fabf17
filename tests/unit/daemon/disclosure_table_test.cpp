#include "tests/unit/daemon/store_fixture.h"

using namespace casebridge;
using namespace casebridge::test;

namespace the_disclosure_register {
namespace {

DisclosureRow row(std::int64_t number, std::string_view case_id = "TH-2017-0001") {
    return {.message = message(number),
            .case_id = CaseId(std::string(case_id)),
            .to = {node("kh-mosvy"), OfficeId("poipet-transit-centre")},
            .purpose = Purpose::referral,
            .subject = subject(static_cast<std::uint8_t>(number)),
            .agreement = digest("agreement"),
            .policy = digest("policy"),
            .body = digest("body" + std::to_string(number)),
            .consent_id = "consent of TH-2017-0001",
            .consent_epoch = 4,
            .categories = R"({"identity":2})",
            .prepared_at = at(number),
            .settled_at = {}};
}

}  // namespace
}  // namespace the_disclosure_register

BOOST_FIXTURE_TEST_SUITE(the_disclosure_register, StoreFixture)

BOOST_AUTO_TEST_CASE(a_case_has_its_disclosures_oldest_first) {
    auto const store = open();
    for (std::int64_t const number : {2, 1}) must(store->disclosures().insert(row(number)));
    must(store->disclosures().insert(row(3, "TH-2017-0002")));
    auto const rows = must(store->disclosures().of_case(CaseId("TH-2017-0001")));
    BOOST_REQUIRE_EQUAL(rows.size(), 2U);
    auto const& got = rows[0];
    auto const want = row(1);
    BOOST_CHECK(got.message == want.message);
    BOOST_CHECK(rows[1].message == message(2));
    BOOST_CHECK(got.case_id == want.case_id);
    BOOST_CHECK(got.to == want.to);
    BOOST_CHECK(got.purpose == want.purpose);
    BOOST_CHECK(got.subject == want.subject);
    BOOST_CHECK(got.agreement == want.agreement && got.policy == want.policy && got.body == want.body);
    BOOST_CHECK_EQUAL(got.consent_id, want.consent_id);
    BOOST_CHECK_EQUAL(got.consent_epoch, 4U);
    BOOST_CHECK_EQUAL(got.categories, want.categories);
    BOOST_CHECK(got.prepared_at == want.prepared_at);
    BOOST_CHECK_EQUAL(got.state, "prepared");
    BOOST_CHECK(!got.settled_at);
    BOOST_CHECK(must(store->disclosures().of_case(CaseId("TH-2017-0003"))).empty());
}

BOOST_AUTO_TEST_CASE(a_message_is_registered_once) {
    auto const store = open();
    must(store->disclosures().insert(row(1)));
    CHECK_CODE(store->disclosures().insert(row(1)), "store.constraint");
}

BOOST_AUTO_TEST_CASE(what_is_settled_stays_settled) {
    for (std::string_view const final_state : {"delivered", "never_sent", "rejected"}) {
        StoreFixture const fixture;
        auto const store = fixture.open();
        auto& register_ = store->disclosures();
        must(register_.insert(row(1)));
        auto const now = [&] { return must(register_.of_case(CaseId("TH-2017-0001"))).at(0); };
        CHECK_ACCEPTED(register_.set_state(message(1), "possibly_delivered", at(5)));
        BOOST_CHECK_EQUAL(now().state, "possibly_delivered");
        BOOST_CHECK(!now().settled_at);
        CHECK_ACCEPTED(register_.set_state(message(1), "prepared", at(6)));  // nothing reached the wire after all
        CHECK_ACCEPTED(register_.set_state(message(1), final_state, at(7)));
        CHECK_ACCEPTED(register_.set_state(message(1), final_state, at(8)));
        CHECK_CODE(register_.set_state(message(1), "possibly_delivered", at(9)), "disclosure.settled");
        BOOST_CHECK_EQUAL(now().state, final_state);
        BOOST_CHECK(now().settled_at == at(7));
    }
}

BOOST_AUTO_TEST_CASE(an_unknown_message_has_no_state) {
    CHECK_CODE(open()->disclosures().set_state(message(1), "delivered", at(0)), "disclosure.not_found");
}

BOOST_AUTO_TEST_CASE(the_register_outlives_the_erasure_of_what_names_the_person) {
    auto const store = open();
    must(store->disclosures().insert(row(1)));
    BOOST_CHECK(!contains(decrypted_pages(file, key), as_bytes("TH-2017-0001")));
    raw().run("DELETE FROM content_keys");
    auto const rows = must(store->disclosures().of_case(CaseId("TH-2017-0001")));
    BOOST_REQUIRE_EQUAL(rows.size(), 1U);
    BOOST_CHECK_EQUAL(rows[0].consent_id, "");
    BOOST_CHECK(rows[0].to == row(1).to);
}

BOOST_AUTO_TEST_CASE(what_is_replaced_does_not_leave_until_its_replacement_failed_to_arrive) {
    auto const store = open();
    auto first = row(1);
    first.about = About::status;
    first.retain_until = at(77);
    must(store->disclosures().insert(first));
    must(store->disclosures().insert(row(2)));
    BOOST_CHECK(!must(store->disclosures().is_superseded(message(1))));
    must(store->disclosures().mark_replaced(message(1), message(2)));
    BOOST_CHECK(must(store->disclosures().is_superseded(message(1))));
    BOOST_CHECK(!must(store->disclosures().is_superseded(message(2))));
    auto const rows = must(store->disclosures().of_case(CaseId("TH-2017-0001")));
    BOOST_CHECK_EQUAL(rows[0].replaced_by, message(2).text());
    BOOST_CHECK(rows[0].about == About::status && rows[1].about == About::summary);
    BOOST_CHECK(rows[0].retain_until == at(77) && !rows[1].retain_until);
    BOOST_CHECK(must(store->watch().to_review({}, 10)).empty());
    must(store->disclosures().release_replaced(message(2), ReviewState::due));
    BOOST_CHECK(!must(store->disclosures().is_superseded(message(1))));
    BOOST_CHECK_EQUAL(must(store->watch().to_review({}, 10)).size(), 1U);
    must(store->disclosures().mark_withdrawn(message(2), message(9).text()));
    BOOST_CHECK(must(store->disclosures().is_superseded(message(2))));
}

BOOST_AUTO_TEST_SUITE_END()
