#include "daemon/case_table.h"

#include "tests/unit/daemon/store_fixture.h"

using namespace casebridge;
using namespace casebridge::test;

namespace cases {
namespace {

CaseId const one("TH-2017-0001");
CaseId const other("TH-2017-0002");

Consent consent(std::string id, CaseId const& case_id = one) {
    return {.id = std::move(id),
            .case_id = case_id,
            .giver = Consent::Giver::guardian,
            .assent = Consent::Assent::cannot_be_asked,
            .assent_reason = "too_young",
            .best_interests_note = true,
            .purpose = Purpose::family_tracing,
            .recipients = {{node("kh-mosvy"), OfficeId("poipet-transit-centre")}, {node("la-mlsw"), std::nullopt}},
            .categories = {Category::identity, Category::health, Category::return_},
            .form = {.id = "consent-tracing", .version = "3", .sha256 = digest("form"), .language = "km"},
            .interpreter = "Chan Dara",
            .witness = "สมชาย",
            .place = "Pathum Thani",
            .given_on = Date(std::chrono::year(2026) / 2 / 28),
            .expires_on = Date(std::chrono::year(2028) / 2 / 29),
            .source = {"consents/0001.yaml", 7}};
}

}  // namespace
}  // namespace cases

BOOST_FIXTURE_TEST_SUITE(cases, StoreFixture)

BOOST_AUTO_TEST_CASE(a_pair_of_nodes_keeps_one_reference_for_a_case) {
    auto store = open();
    auto const first = must(store->cases().subject(one, node("kh-mosvy")));
    BOOST_CHECK(must(store->cases().subject(one, node("kh-mosvy"))) == first);
    store.reset();
    store = open();
    BOOST_CHECK(must(store->cases().subject(one, node("kh-mosvy"))) == first);
    BOOST_CHECK(must(store->cases().subject(one, node("la-mlsw"))) != first);
    BOOST_CHECK(must(store->cases().subject(other, node("kh-mosvy"))) != first);
}

BOOST_AUTO_TEST_CASE(a_reference_leads_back_to_its_case_for_its_peer_only) {
    auto const store = open();
    auto const reference = must(store->cases().subject(one, node("kh-mosvy")));
    BOOST_CHECK(must(store->cases().case_of(reference, node("kh-mosvy"))) == one);
    BOOST_CHECK(!must(store->cases().case_of(reference, node("la-mlsw"))));
    BOOST_CHECK(!must(store->cases().case_of(subject(1), node("kh-mosvy"))));
}

BOOST_AUTO_TEST_CASE(a_reference_leads_nowhere_once_the_case_number_is_erased) {
    auto const store = open();
    auto const reference = must(store->cases().subject(one, node("kh-mosvy")));
    raw().run("DELETE FROM content_keys");
    BOOST_CHECK(!must(store->cases().case_of(reference, node("kh-mosvy"))));
}

BOOST_AUTO_TEST_CASE(a_consent_has_another_id_for_every_peer) {
    auto const store = open();
    auto const first = must(store->cases().pairwise_consent_id(one, "c1", node("kh-mosvy")));
    BOOST_CHECK_EQUAL(first.size(), 32U);
    BOOST_CHECK_EQUAL(must(store->cases().pairwise_consent_id(one, "c1", node("kh-mosvy"))), first);
    BOOST_CHECK_NE(must(store->cases().pairwise_consent_id(one, "c1", node("la-mlsw"))), first);
    BOOST_CHECK_NE(must(store->cases().pairwise_consent_id(one, "c2", node("kh-mosvy"))), first);
    BOOST_CHECK_NE(must(store->cases().pairwise_consent_id(other, "c1", node("kh-mosvy"))), first);
}

BOOST_AUTO_TEST_CASE(a_recorded_consent_comes_back_complete) {
    BOOST_CHECK_EQUAL(must(open()->cases().record_consent(consent("c1"), at(0))), 1U);
    auto const read = must(open()->cases().consents(one));
    BOOST_REQUIRE_EQUAL(read.size(), 1U);
    auto const& got = read[0];
    auto const want = consent("c1");
    BOOST_CHECK_EQUAL(got.id, want.id);
    BOOST_CHECK(got.case_id == want.case_id);
    BOOST_CHECK(got.giver == want.giver);
    BOOST_CHECK(got.assent == want.assent);
    BOOST_CHECK_EQUAL(got.assent_reason, want.assent_reason);
    BOOST_CHECK_EQUAL(got.best_interests_note, want.best_interests_note);
    BOOST_CHECK(got.purpose == want.purpose);
    BOOST_REQUIRE_EQUAL(got.recipients.size(), 2U);
    BOOST_CHECK(got.recipients[0].node == want.recipients[0].node);
    BOOST_CHECK(got.recipients[0].office == want.recipients[0].office);
    BOOST_CHECK(got.recipients[1].node == want.recipients[1].node);
    BOOST_CHECK(!got.recipients[1].office);
    BOOST_CHECK(got.categories == want.categories);
    BOOST_CHECK_EQUAL(got.form.id + got.form.version + got.form.language, "consent-tracing3km");
    BOOST_CHECK(got.form.sha256 == want.form.sha256);
    BOOST_CHECK_EQUAL(got.interpreter + got.witness + got.place, want.interpreter + want.witness + want.place);
    BOOST_CHECK(got.given_on == want.given_on);
    BOOST_CHECK(got.expires_on == want.expires_on);
    BOOST_CHECK(!got.withdrawn_at);
    BOOST_CHECK_EQUAL(got.epoch, 1U);
    BOOST_CHECK(got.source == want.source);
}

BOOST_AUTO_TEST_CASE(the_epoch_grows_with_every_change_and_for_each_case_alone) {
    auto const store = open();
    auto& table = store->cases();
    BOOST_CHECK_EQUAL(must(table.consent_epoch(one)), 0U);
    BOOST_CHECK_EQUAL(must(table.record_consent(consent("c1"), at(0))), 1U);
    BOOST_CHECK_EQUAL(must(table.record_consent(consent("c2"), at(1))), 2U);
    BOOST_CHECK_EQUAL(must(table.record_consent(consent("c1"), at(2))), 3U);
    BOOST_CHECK_EQUAL(must(table.withdraw_consent(one, "c2", at(3))), 4U);
    BOOST_CHECK_EQUAL(must(table.consent_epoch(one)), 4U);
    BOOST_CHECK_EQUAL(must(table.consent_epoch(other)), 0U);
    BOOST_CHECK_EQUAL(must(table.record_consent(consent("c1", other), at(4))), 1U);
    BOOST_CHECK_EQUAL(must(table.all_consents()).size(), 3U);
    BOOST_CHECK_EQUAL(must(table.consents(one)).size(), 2U);
}

BOOST_AUTO_TEST_CASE(recording_again_replaces_the_grant_and_erases_the_older_text) {
    auto const store = open();
    must(store->cases().record_consent(consent("c1"), at(0)));
    auto renewed = consent("c1");
    renewed.witness = "somebody else";
    must(store->cases().record_consent(renewed, at(1)));
    auto const read = must(store->cases().consents(one));
    BOOST_REQUIRE_EQUAL(read.size(), 1U);
    BOOST_CHECK_EQUAL(read[0].witness, "somebody else");
    BOOST_CHECK_EQUAL(read[0].epoch, 2U);
    BOOST_CHECK_EQUAL(raw().run("SELECT count(*) FROM contents"), "2");  // the case number and the newer text
}

BOOST_AUTO_TEST_CASE(a_withdrawal_outranks_a_later_grant_of_the_same_id) {
    auto const store = open();
    auto& table = store->cases();
    must(table.record_consent(consent("c1"), at(0)));
    BOOST_CHECK_EQUAL(must(table.withdraw_consent(one, "c1", at(5))), 2U);
    CHECK_CODE(table.record_consent(consent("c1"), at(6)), "consent.withdrawn");
    BOOST_CHECK_EQUAL(must(table.consent_epoch(one)), 2U);
    auto const read = must(table.consents(one)).at(0);
    BOOST_CHECK(read.withdrawn_at == at(5));
    BOOST_CHECK_EQUAL(read.epoch, 2U);
    BOOST_CHECK(!read.live(at(6)));
}

BOOST_AUTO_TEST_CASE(the_first_withdrawal_stands) {
    auto const store = open();
    must(store->cases().record_consent(consent("c1"), at(0)));
    BOOST_CHECK_EQUAL(must(store->cases().withdraw_consent(one, "c1", at(5))), 2U);
    BOOST_CHECK_EQUAL(must(store->cases().withdraw_consent(one, "c1", at(9))), 2U);
    BOOST_CHECK(must(store->cases().consents(one)).at(0).withdrawn_at == at(5));
}

BOOST_AUTO_TEST_CASE(what_was_never_recorded_cannot_be_withdrawn) {
    auto const store = open();
    CHECK_CODE(store->cases().withdraw_consent(one, "c1", at(0)), "consent.not_found");
    must(store->cases().record_consent(consent("c1"), at(0)));
    CHECK_CODE(store->cases().withdraw_consent(one, "c2", at(0)), "consent.not_found");
    CHECK_CODE(store->cases().withdraw_consent(other, "c1", at(0)), "consent.not_found");
}

BOOST_AUTO_TEST_CASE(the_database_itself_refuses_to_lower_an_epoch_or_to_undo_a_withdrawal) {
    {
        auto const store = open();
        must(store->cases().record_consent(consent("c1"), at(0)));
        must(store->cases().withdraw_consent(one, "c1", at(1)));
    }
    auto database = open_database();
    BOOST_CHECK_THROW(static_cast<void>(database.execute("UPDATE cases SET consent_epoch = 1")), std::logic_error);
    BOOST_CHECK_THROW(static_cast<void>(database.execute("UPDATE consents SET withdrawn_at = NULL")), std::logic_error);
}

BOOST_AUTO_TEST_CASE(no_case_number_or_personal_text_stands_in_a_column) {
    auto const store = open();
    must(store->cases().record_consent(consent("c1"), at(0)));
    must(store->cases().subject(one, node("kh-mosvy")));
    auto const pages = decrypted_pages(file, key);  // as seen by somebody with the store's key, but no content's
    BOOST_CHECK(contains(pages, as_bytes("kh-mosvy")));
    for (std::string_view const text : {"TH-2017-0001", "Chan Dara", "Pathum Thani", "too_young"})
        BOOST_CHECK(!contains(pages, as_bytes(text)));
}

BOOST_AUTO_TEST_CASE(an_erased_consent_is_no_consent) {
    auto const store = open();
    must(store->cases().record_consent(consent("c1"), at(0)));
    raw().run("DELETE FROM content_keys WHERE content = (SELECT content FROM consents)");
    BOOST_CHECK(must(store->cases().consents(one)).empty());
    BOOST_CHECK(must(store->cases().all_consents()).empty());
    BOOST_CHECK_EQUAL(must(store->cases().consent_epoch(one)), 1U);
}

BOOST_AUTO_TEST_SUITE_END()
