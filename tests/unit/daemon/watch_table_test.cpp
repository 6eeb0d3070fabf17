#include "daemon/case_handle.h"
#include "daemon/case_watch.h"
#include "daemon/migrations.h"
#include "tests/unit/daemon/store_fixture.h"

using namespace casebridge;
using namespace casebridge::test;

namespace {

DisclosureRow told(std::int64_t number, std::string_view case_id, std::string_view state = "delivered") {
    return {.message = message(number),
            .case_id = CaseId(std::string(case_id)),
            .to = {node("kh-mosvy"), OfficeId("poipet-transit-centre")},
            .purpose = Purpose::referral,
            .subject = subject(static_cast<std::uint8_t>(number)),
            .agreement = digest("agreement"),
            .policy = digest("policy"),
            .body = digest("body"),
            .consent_id = "consent",
            .consent_epoch = 1,
            .categories = "{}",
            .prepared_at = at(number),
            .state = std::string(state),
            .settled_at = {}};
}

Sighting present(std::string_view words) {
    return {Sighting::State::present, digest(words)};
}

/// A store in which message `number` told of a case that said `words`.
struct Watching : StoreFixture {
    std::unique_ptr<Store> store = open();
    void tell(std::int64_t number, std::string const& case_id, std::string_view words) {
        must(store->cases().subject(CaseId(case_id), node("kh-mosvy")));
        must(store->disclosures().insert(told(number, case_id)));
        must(store->watch().watch(CaseId(case_id), message(number), digest(words), at(number)));
    }
    bool see(std::string const& case_id, Sighting const& sighting, std::int64_t when) {
        return must(store->watch().record(CaseId(case_id), sighting, at(when)));
    }
    /// "message state" of each outdated disclosure.
    std::vector<std::string> outdated() {
        std::vector<std::string> lines;
        for (auto const& row : must(store->watch().outdated(10, at(50)))) {
            for (std::int64_t number = 1; number < 10; ++number) {
                if (message(number) == row.message) {
                    lines.push_back(std::to_string(number) + " " + std::string(to_text(row.state)) + " " +
                                    row.case_number);
                }
            }
        }
        return lines;
    }
};

using Lines = std::vector<std::string>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(watched_cases, Watching)

BOOST_AUTO_TEST_CASE(what_has_not_changed_is_not_outdated) {
    tell(1, "A-1", "old");
    BOOST_CHECK(!see("A-1", present("old"), 10));
    BOOST_CHECK(outdated().empty());
}

BOOST_AUTO_TEST_CASE(each_recipient_is_compared_with_what_it_was_told) {
    tell(1, "A-1", "old");
    tell(2, "A-1", "new");
    BOOST_TEST(outdated() == Lines{"1 present A-1"}, boost::test_tools::per_element());
    BOOST_CHECK(see("A-1", present("newer"), 10));
    BOOST_TEST(outdated().size() == 2U);
    BOOST_CHECK(see("A-1", present("old"), 11));  // as it was: the first is right again
    BOOST_TEST(outdated() == Lines{"2 present A-1"}, boost::test_tools::per_element());
    BOOST_CHECK(!see("A-1", present("old"), 12));
}

BOOST_AUTO_TEST_CASE(what_is_gone_or_does_not_map_is_outdated_until_it_is_back) {
    tell(1, "A-1", "words");
    BOOST_CHECK(see("A-1", {Sighting::State::vanished, {}}, 10));
    BOOST_CHECK(!see("A-1", {Sighting::State::vanished, {}}, 11));
    BOOST_TEST(outdated() == Lines{"1 vanished A-1"}, boost::test_tools::per_element());
    auto const counts = must(store->watch().counts(at(50)));
    BOOST_CHECK(counts.watched == 1 && counts.changed == 0 && counts.vanished == 1);
    BOOST_CHECK(see("A-1", {Sighting::State::unreadable, {}}, 12));
    BOOST_TEST(outdated() == Lines{"1 unreadable A-1"}, boost::test_tools::per_element());
    BOOST_CHECK(see("A-1", present("words"), 13));
    BOOST_CHECK(outdated().empty());
}

BOOST_AUTO_TEST_CASE(what_was_never_sent_is_not_outdated) {
    tell(1, "A-1", "old");
    must(store->disclosures().insert(told(2, "A-1", "prepared")));
    must(store->watch().watch(CaseId("A-1"), message(2), digest("old"), at(2)));
    must(store->disclosures().set_state(message(2), "never_sent", at(3)));
    BOOST_CHECK(see("A-1", present("new"), 10));
    BOOST_TEST(outdated() == Lines{"1 present A-1"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_case_nobody_was_told_of_is_not_watched) {
    tell(1, "A-1", "old");
    BOOST_CHECK(!see("A-2", present("x"), 10));
    auto const watched = must(store->watch().among({CaseId("A-2"), CaseId("A-1"), CaseId("a-1")}));
    BOOST_REQUIRE_EQUAL(watched.size(), 1U);
    BOOST_CHECK(watched.front() == CaseId("A-1"));
}

BOOST_AUTO_TEST_CASE(a_sweep_goes_through_all_in_steps) {
    for (std::int64_t number = 1; number <= 5; ++number) tell(number, "A-" + std::to_string(number), "x");
    std::vector<std::string> seen;
    std::int64_t after = 0;
    while (true) {
        auto const step = must(store->watch().after(after, 2));
        if (step.empty()) break;
        for (auto const& watched : step) seen.push_back(watched.id->text());
        after = step.back().number;
    }
    BOOST_TEST(seen == (Lines{"A-1", "A-2", "A-3", "A-4", "A-5"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_was_told_before_there_was_a_watch_counts_from_the_first_look) {
    store.reset();
    std::filesystem::remove(file);
    {
        auto database = open_database();
        for (auto const& migration : migrations())
            if (migration.version <= 5) must(database.execute(migration.sql));
        must(database.execute("INSERT INTO schema_version(version) VALUES(5)"));
        ContentTable contents(database);
        must(CaseTable(database, contents).subject(CaseId("A-1"), node("kh-mosvy")));
        auto const personal = must(contents.put(as_bytes(R"({"case":"A-1","consent":"consent"})")));
        auto insert = database.prepare(
            "INSERT INTO disclosures(message, case_handle, node, office, purpose, subject, agreement, policy, body, "
            "consent, consent_epoch, categories, prepared_at, state) VALUES(?1, ?2, 'kh-mosvy', 'poipet', 'referral', "
            "?3, "
            "?4, ?4, ?4, ?5, 1, '{}', 0, 'delivered')");
        insert.bind(1, message(1).text()).bind_blob(2, must(case_handle(database, CaseId("A-1"))).view());
        insert.bind(3, subject(1).text()).bind_blob(4, digest("x").view()).bind(5, personal);
        must(insert.run());
    }
    store = open();
    BOOST_TEST(must(store->watch().counts(at(50))).watched == 1);
    BOOST_CHECK(!see("A-1", present("old"), 10));  // nothing to compare with
    BOOST_CHECK(outdated().empty());
    BOOST_CHECK(see("A-1", present("new"), 11));
    BOOST_TEST(outdated() == Lines{"1 present A-1"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_changes_is_under_review_in_the_same_transaction_until_it_is_settled) {
    tell(1, "A-1", "old");
    tell(2, "A-2", "old");
    auto const cases = [&](Bytes const& after = {}) {
        Lines ids;
        for (auto const& each : must(store->watch().to_review(after, 10)))
            ids.push_back(each.id ? each.id->text() : "erased");
        return ids;
    };
    BOOST_CHECK(cases().empty());  // what was just told is what is so
    BOOST_CHECK(see("A-1", present("new"), 10));
    BOOST_TEST(cases() == Lines{"A-1"}, boost::test_tools::per_element());
    BOOST_CHECK(cases(must(store->watch().to_review({}, 10)).front().handle).empty());
    must(store->watch().up_to_date(CaseId("A-1"), message(1), digest("new")));
    BOOST_CHECK(cases().empty());
    BOOST_CHECK(outdated().empty());
    BOOST_CHECK(see("A-1", {Sighting::State::vanished, {}}, 11));
    BOOST_TEST(cases() == Lines{"A-1"}, boost::test_tools::per_element());
    must(store->disclosures().set_review(message(1), ReviewState::officer));
    BOOST_CHECK(cases().empty());
    BOOST_TEST(outdated() == Lines{"1 vanished A-1"}, boost::test_tools::per_element());
    BOOST_CHECK(see("A-1", present("new"), 12));  // it is back: looked at again
    BOOST_TEST(cases() == Lines{"A-1"}, boost::test_tools::per_element());
    BOOST_CHECK(outdated().empty());
}

BOOST_AUTO_TEST_CASE(what_is_withdrawn_replaced_erased_or_over_is_neither_outdated_nor_under_review) {
    for (std::int64_t number = 1; number <= 5; ++number) tell(number, "A-1", "old");
    must(store->disclosures().mark_withdrawn(message(1), message(9).text()));
    must(store->disclosures().mark_replaced(message(2), message(9)));
    must(store->disclosures().mark_erased(message(3), at(9)));
    store.reset();
    raw().run(
        "UPDATE disclosures SET retain_until = 50 + (SELECT min(prepared_at) FROM disclosures) - 1 WHERE message = '" +
        message(4).text() + "'");
    store = open();
    BOOST_CHECK(see("A-1", present("new"), 10));
    BOOST_TEST(outdated() == Lines{"5 present A-1"}, boost::test_tools::per_element());
    BOOST_CHECK_EQUAL(must(store->watch().counts(at(50))).changed, 1);
}

BOOST_AUTO_TEST_CASE(after_a_change_of_rules_all_that_stands_is_reviewed_in_steps) {
    for (std::int64_t number = 1; number <= 5; ++number) tell(number, "A-" + std::to_string(number), "x");
    must(store->disclosures().mark_withdrawn(message(2), message(9).text()));
    auto const first = must(store->watch().review_after(0, 3));
    BOOST_REQUIRE(first);
    BOOST_CHECK_EQUAL(must(store->watch().to_review({}, 10)).size(), 2U);
    auto const second = must(store->watch().review_after(*first, 3));
    BOOST_REQUIRE(second);
    BOOST_CHECK(!must(store->watch().review_after(*second, 3)));
    BOOST_CHECK_EQUAL(must(store->watch().to_review({}, 10)).size(), 4U);
    BOOST_CHECK(outdated().empty());  // nobody knows yet whether anything else may be told
}

BOOST_AUTO_TEST_CASE(what_went_missing_lately_is_counted) {
    for (std::int64_t number = 1; number <= 3; ++number) tell(number, "A-" + std::to_string(number), "x");
    BOOST_CHECK(see("A-1", {Sighting::State::vanished, {}}, 10));
    BOOST_CHECK(see("A-2", {Sighting::State::vanished, {}}, 20));
    auto const missing = must(store->watch().missing(at(15)));
    BOOST_CHECK_EQUAL(missing.lately, 1);
    BOOST_CHECK_EQUAL(missing.watched, 3);
}

BOOST_AUTO_TEST_CASE(the_store_tells_neither_number_nor_fingerprint) {
    tell(1, "CANARY-1", "words");
    must(store->watch().put_progress("CANARY-2"));
    must(store->watch().put_progress("CANARY-3"));
    BOOST_CHECK_EQUAL(must(store->watch().progress()).value_or(""), "CANARY-3");
    store.reset();
    auto database = open_database();
    auto row = database.prepare(
        "SELECT w.seen, d.seen, hex(w.case_handle), (SELECT value FROM settings WHERE key = 'case_watch') "
        "FROM watched_cases w, disclosures d");
    BOOST_REQUIRE(must(row.step()));
    auto const fingerprint = digest("words");
    for (int const column : {0, 1}) {
        BOOST_CHECK(row.blob(column).size() == 32);
        BOOST_CHECK(!std::ranges::equal(row.blob(column), fingerprint.view()));
    }
    BOOST_CHECK(row.blob(0) == row.blob(1));
    BOOST_CHECK(row.text(3).find("CANARY") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(progress_of_the_case_watch)

namespace {
constexpr std::chrono::minutes overlap{10};
Timestamp minute(int number) {
    return at(std::int64_t{number} * 60'000);
}
}  // namespace

BOOST_AUTO_TEST_CASE(progress_survives_being_written_and_read) {
    WatchProgress progress;
    progress.reach({"2026-11-25 10:00", "A-1"}, minute(1), overlap);
    progress.sweep_after = 7;
    progress.sweeping = true;
    progress.swept_at = minute(3);
    auto const read = must(WatchProgress::parse(progress.to_text()));
    BOOST_REQUIRE_EQUAL(read.marks.size(), 1U);
    BOOST_CHECK(read.marks[0].at == minute(1) && read.marks[0].mark.change == "2026-11-25 10:00");
    BOOST_CHECK(read.marks[0].mark.id == "A-1");
    BOOST_CHECK(read.sweep_after == 7 && read.sweeping && read.swept_at == minute(3));
    CHECK_CODE(WatchProgress::parse("{}"), "store.failed");
    CHECK_CODE(WatchProgress::parse("x"), "store.failed");
}

BOOST_AUTO_TEST_CASE(the_last_overlap_is_read_again) {
    WatchProgress progress;
    for (int each = 0; each <= 30; ++each) progress.reach({std::to_string(100 + each), ""}, minute(each), overlap);
    BOOST_CHECK_EQUAL(progress.start(minute(30), overlap).change, "120");
    BOOST_CHECK_EQUAL(progress.start(minute(35), overlap).change, "125");
    BOOST_CHECK_EQUAL(progress.start(minute(300), overlap).change, "130");  // nothing has changed for hours
    BOOST_CHECK(progress.marks.size() <= 12);
}

BOOST_AUTO_TEST_CASE(before_an_overlap_has_passed_reading_starts_where_watching_started) {
    WatchProgress progress;
    progress.reach({"100", ""}, minute(0), overlap);
    progress.reach({"101", ""}, minute(5), overlap);
    BOOST_CHECK_EQUAL(progress.start(minute(6), overlap).change, "100");
    BOOST_CHECK_EQUAL(WatchProgress().start(minute(6), overlap).change, "");
}

BOOST_AUTO_TEST_CASE(many_pages_in_one_round_leave_few_marks) {
    WatchProgress progress;
    progress.reach({"0", ""}, minute(0), overlap);
    for (int page = 1; page <= 5000; ++page) progress.reach({std::to_string(page), ""}, minute(1), overlap);
    BOOST_CHECK(progress.marks.size() <= 3);
    BOOST_CHECK_EQUAL(progress.marks.back().mark.change, "5000");
    BOOST_CHECK_EQUAL(progress.start(minute(2), overlap).change, "0");
}

BOOST_AUTO_TEST_SUITE_END()
