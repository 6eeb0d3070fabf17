#include "tests/unit/adapters/case_source_conformance.h"

#include "adapters/sql_case_source.h"
#include "policies/fields.h"
#include "tests/unit/adapters/case_scenario.h"

#include <boost/test/unit_test.hpp>

namespace casebridge::test {
namespace {

void a_full_row_becomes_a_record(Scenario& db) {
    db.add("A-1",
           "sex, born, nation, children, deceased, phone, status, guardian, suspect, withhold, given_name, roman",
           "'F', '13/04/2540', 'Thai; Khmer', '2', 0, '081-234 5678', 'ActualVictimOfTrafficking', 'parent', 'n', "
           "'kh-mosvy; A Person', 'มาลี', 'Mali'");
    db.run("INSERT INTO kin VALUES ('A-1', 2, 'second', 'f'), ('A-1', 1, 'first', 'm'), ('A-2', 1, 'other', 'm')");
    db.run("INSERT INTO harm VALUES ('A-1', 'labour'), ('A-1', 'sex'), ('A-1', 'labour'), ('A-2', 'sex')");
    auto const sourced = db.good("A-1");
    BOOST_TEST(value<std::string>(sourced, field::sex) == "female");
    BOOST_TEST((value<Date>(sourced, field::birth_date) == Date(std::chrono::year(1997) / 4 / 13)));
    BOOST_TEST((value<std::vector<std::string>>(sourced, field::citizenship) == std::vector<std::string>{"TH", "KH"}));
    BOOST_TEST(value<std::int64_t>(sourced, field::number_of_children) == 2);
    BOOST_TEST(!value<bool>(sourced, field::deceased));
    BOOST_TEST(value<std::string>(sourced, field::mobile_phone) == "+66812345678");
    BOOST_TEST(value<std::string>(sourced, field::trafficking_status_country) == "TH");
    BOOST_TEST((value<std::vector<std::string>>(sourced, field::exploitation_types) ==
                std::vector<std::string>{"ForcedLabour", "SexualExploitation"}));
    auto const& entries = sourced.record.entries();
    BOOST_REQUIRE(entries.size() == 4);
    BOOST_TEST(std::get<std::string>(entries[1].values.at("names.given")) == "Mali");
    BOOST_TEST(std::get<std::string>(entries[2].values.at("relatives.name")) == "first");
    BOOST_TEST(std::get<std::string>(entries[3].values.at("relatives.relation")) == "father");
    auto const& facts = sourced.record.facts();
    BOOST_REQUIRE(facts.guardian.has_value());
    BOOST_TEST(!facts.guardian->suspect);
    BOOST_TEST((facts.withhold_from == std::vector<std::string>{"kh-mosvy", "A Person"}));
    BOOST_TEST(sourced.left_out.size() == 1);  // gender has no word for F
}

void nothing_recorded_is_no_value(Scenario& db) {
    db.add("A-1");
    db.add("A-2", "sex, given_name, nation", "'-', '', '   '");
    for (auto const* number : {"A-1", "A-2"}) {
        auto const sourced = db.good(number);
        BOOST_TEST(sourced.record.find(field::sex) == nullptr);
        BOOST_TEST(sourced.record.find(field::citizenship) == nullptr);
        BOOST_TEST(sourced.record.entries().empty());
        BOOST_TEST(!sourced.record.facts().guardian.has_value());
        BOOST_TEST((sourced.record.facts().best_interests_note == Known::unknown));
        BOOST_TEST(sourced.consents.empty());
    }
}

void a_guardian_nobody_cleared_counts_as_suspected(Scenario& db) {
    db.add("A-1", "guardian", "'parent'");
    db.add("A-2", "guardian, suspect", "'parent', '?'");
    db.add("A-3", "guardian, suspect", "'appointed', 'n'");
    db.add("A-4", "suspect", "'y'");
    BOOST_TEST(db.good("A-1").record.facts().guardian->suspect);
    BOOST_TEST(db.good("A-2").record.facts().guardian->suspect);
    BOOST_TEST(!db.good("A-3").record.facts().guardian->suspect);
    BOOST_TEST((db.good("A-3").record.facts().guardian->capacity == Guardian::Capacity::appointed_representative));
    BOOST_TEST(db.good("A-4").record.facts().guardian->suspect);
}

void a_value_that_does_not_map_refuses_the_case_and_is_not_repeated(Scenario& db) {
    db.add("A-1", "sex", "'Xyzzy'");
    db.add("A-2", "born", "'13/04/1997'");
    db.add("A-3", "born", "'31/02/2540'");
    db.add("A-4", "nation", "'Thai;Atlantean'");
    db.add("A-5", "children", "'twenty'");
    db.add("A-6", "deceased", "7");
    db.add("A-7", "phone", "'call me'");
    db.add("A-8", "status", "'Unsure'");
    db.add("A-9", "guardian", "'stranger'");
    BOOST_TEST(db.refused("A-1", "column sex, field sex", "Xyzzy") == "source.bad_value");
    BOOST_TEST(db.refused("A-2", "date.wrong_era", "1997") == "source.bad_value");
    BOOST_TEST(db.refused("A-3", "column born, field birth_date: date.malformed", "31/02") == "source.bad_value");
    BOOST_TEST(db.refused("A-4", "column nation, field citizenship", "Atlantean") == "source.bad_value");
    BOOST_TEST(db.refused("A-5", "column children", "twenty") == "source.bad_value");
    BOOST_TEST(db.refused("A-6", "column deceased", "7") == "source.bad_value");
    BOOST_TEST(db.refused("A-7", "column phone", "call") == "source.bad_value");
    BOOST_TEST(db.refused("A-8", "column status", "Unsure") == "source.bad_value");
    BOOST_TEST(db.refused("A-9", "facts.guardian", "stranger") == "source.bad_value");
}

void a_bad_value_in_a_child_row_refuses_the_case(Scenario& db) {
    db.add("A-1");
    db.run("INSERT INTO kin VALUES ('A-1', 1, 'x', 'stepmother')");
    db.add("A-2");
    db.run("INSERT INTO harm VALUES ('A-2', 'other')");
    BOOST_TEST(db.refused("A-1", "column rel, field relatives.relation", "stepmother") == "source.bad_value");
    BOOST_TEST(db.refused("A-2", "column kind, field exploitation_types", "other") == "source.bad_value");
}

void too_many_child_rows_are_refused(Scenario& db) {
    db.add("A-1");
    for (int row = 0; row < 65; ++row) db.run("INSERT INTO kin VALUES ('A-1', " + std::to_string(row) + ", 'x', 'm')");
    BOOST_TEST(db.refused("A-1", "relatives: case.too_many_entries", "") == "source.bad_value");
}

void a_case_is_found_by_its_exact_number_only(Scenario& db) {
    db.add("7");
    db.add("a");
    BOOST_TEST(code_of(db.load("7")) == "");
    for (auto const* number : {"07", "7.0", " 7", "7 ", "A", "", "b", "%", "7' OR '1'='1", "7\n", "\xff"}) {
        BOOST_TEST(code_of(db.load(number)) == "source.case_not_found", number);
    }
    BOOST_TEST(code_of(db.load(std::string("7\0", 2))) == "source.case_not_found");
    BOOST_TEST(code_of(db.load(std::string(10000, '7'))) == "source.case_not_found");
    BOOST_TEST(code_of(db.load("'; DROP TABLE cases; --")) == "source.case_not_found");
    BOOST_TEST(code_of(db.load("7")) == "");
}

void a_case_number_that_stands_twice_is_ambiguous(Scenario& db) {
    db.add("A-1");
    db.add("A-1");
    BOOST_TEST(code_of(db.load("A-1")) == "source.ambiguous_case");
    auto const page = db.source().list("", 10, today);
    BOOST_REQUIRE(page);
    BOOST_TEST(page->cases.empty());
    BOOST_TEST(page->unreadable == 2);
}

void consents_are_read_with_the_case(Scenario& db) {
    db.add("A-1");
    db.run(
        "INSERT INTO consent VALUES ('C-1', 'A-1', 'self', 'referral', 'kh-mosvy/poipet; la-mlsw', 'identity;health', "
        "'2026-01-01', '2027-01-01', NULL)");
    db.run(
        "INSERT INTO consent VALUES ('C-2', 'A-1', 'guardian', 'family_tracing', 'kh-mosvy', 'family', '2026-01-01', "
        "'2027-01-01', '2026-02-01')");
    auto const sourced = db.good("A-1");
    BOOST_REQUIRE(sourced.consents.size() == 2);
    auto const& first = sourced.consents[0].id == "C-1" ? sourced.consents[0] : sourced.consents[1];
    auto const& second = sourced.consents[0].id == "C-1" ? sourced.consents[1] : sourced.consents[0];
    BOOST_TEST((first.case_id == CaseId("A-1")));
    BOOST_TEST((first.purpose == Purpose::referral));
    BOOST_TEST((first.recipients.size() == 2 && first.recipients[0].office->text() == "poipet"));
    BOOST_TEST((first.categories == std::set<Category>{Category::identity, Category::health}));
    Timestamp const now = std::chrono::sys_days(today);
    BOOST_TEST(first.live(now));
    BOOST_TEST(!second.live(now));
}

void a_consent_that_does_not_map_refuses_the_case(Scenario& db) {
    auto const add = [&](std::string const& number, std::string const& rest) {
        db.add(number);
        db.run("INSERT INTO consent VALUES ('C" + number + "', '" + number + "', " + rest + ")");
    };
    add("A-1", "'neighbour', 'referral', 'kh-mosvy', 'identity', '2026-01-01', '2027-01-01', NULL");
    add("A-2", "'self', 'everything', 'kh-mosvy', 'identity', '2026-01-01', '2027-01-01', NULL");
    add("A-3", "'self', 'referral', 'KH MOSVY', 'identity', '2026-01-01', '2027-01-01', NULL");
    add("A-4", "'self', 'referral', 'kh-mosvy', 'secrets', '2026-01-01', '2027-01-01', NULL");
    add("A-5", "'self', 'referral', 'kh-mosvy', 'identity', '2026-01-01', '2025-01-01', NULL");
    add("A-6", "'self', 'referral', 'kh-mosvy', 'identity', '2026-01-01', NULL, NULL");
    add("A-7", "'self', 'referral', 'kh-mosvy', 'identity', '2026-01-01', '2027-01-01', 'yes'");
    add("A-8", "'self', 'referral', 'kh-mosvy/No Office', 'identity', '2026-01-01', '2027-01-01', NULL");
    BOOST_TEST(db.refused("A-1", "consents.giver", "neighbour") == "source.bad_value");
    BOOST_TEST(db.refused("A-2", "consents.purpose", "everything") == "source.bad_value");
    BOOST_TEST(db.refused("A-3", "consents.recipients: node_id.malformed", "KH MOSVY") == "source.bad_value");
    BOOST_TEST(db.refused("A-4", "consents.categories", "secrets") == "source.bad_value");
    BOOST_TEST(db.refused("A-5", "consents.expires_on", "2025") == "source.bad_value");
    BOOST_TEST(db.refused("A-6", "consents.expires_on", "") == "source.bad_value");
    BOOST_TEST(db.refused("A-7", "consents.withdrawn_on", "yes") == "source.bad_value");
    BOOST_TEST(db.refused("A-8", "consents.recipients: office.malformed", "No Office") == "source.bad_value");
}

void two_consents_of_one_number_refuse_the_case(Scenario& db) {
    db.add("A-1");
    for (int row = 0; row < 2; ++row) {
        db.run(
            "INSERT INTO consent VALUES ('C-1', 'A-1', 'self', 'referral', 'kh-mosvy', 'identity', '2026-01-01', "
            "'2027-01-01', NULL)");
    }
    BOOST_TEST(db.refused("A-1", "consents.id is not unique", "C-1") == "source.bad_value");
}

void lists_come_in_pages_in_order(Scenario& db) {
    for (auto const* number : {"A-3", "A-1", "A-5", "A-2", "A-4"}) {
        db.add(number, "born, nation, status", "'13/04/2540', 'Khmer', 'ActualVictimOfTrafficking'");
    }
    auto const first = db.source().list("", 2, today);
    BOOST_REQUIRE(first);
    BOOST_TEST(first->more);
    BOOST_REQUIRE(first->cases.size() == 2);
    BOOST_TEST(first->cases[0].id.text() == "A-1");
    BOOST_TEST(first->cases[0].citizenship == "KH");
    BOOST_TEST(first->cases[0].trafficking_status == "ActualVictimOfTrafficking");
    BOOST_TEST(first->cases[0].age_band == "25-34");
    auto const second = db.source().list("A-2", 3, today);
    BOOST_REQUIRE(second);
    BOOST_TEST(!second->more);
    BOOST_REQUIRE(second->cases.size() == 3);
    BOOST_TEST(second->cases[2].id.text() == "A-5");
    auto const beyond = db.source().list("A-5", 3, today);
    BOOST_REQUIRE(beyond);
    BOOST_TEST((beyond->cases.empty() && !beyond->more));
}

void a_list_leaves_out_and_counts_rows_that_do_not_map(Scenario& db) {
    db.add("A-1");
    db.add("A-2", "nation", "'Atlantean'");
    db.run("INSERT INTO cases (sex) VALUES ('F')");
    db.add("");
    db.add("A-3", "sex", "'Xyzzy'");  // not a column of the list
    auto const page = db.source().list("", 10, today);
    BOOST_REQUIRE(page);
    BOOST_TEST(page->cases.size() == 2);
    BOOST_TEST(page->unreadable == 3);
}

void a_list_goes_on_beyond_any_number_of_rows_that_do_not_map(Scenario& db) {
    std::string values;
    for (int row = 100; row < 400; ++row)
        values += (row == 100 ? "('A-" : ", ('A-") + std::to_string(row) + "', 'Atlantean')";
    db.run("INSERT INTO cases (no, nation) VALUES " + values);
    db.add("B-1");
    db.add("B-2");
    auto const page = db.source().list("", 1, today);
    BOOST_REQUIRE(page);
    BOOST_TEST(page->unreadable == 300);
    BOOST_REQUIRE(page->cases.size() == 1);
    BOOST_TEST(page->cases[0].id.text() == "B-1");
    BOOST_TEST(page->more);
}

/// The numbers of the changes after `mark`, which moves on; " …" if there are more.
std::string changed_after(Scenario& db, ChangeMark& mark, std::size_t limit) {
    auto const changes = db.source().changes(mark, limit);
    BOOST_REQUIRE_MESSAGE(changes, detail_of(changes));
    mark = changes->reached;
    std::string text;
    for (auto const& id : changes->cases) text += (text.empty() ? "" : " ") + id.text();
    return text + (changes->more ? " …" : "");
}

void changes_come_in_their_order_and_none_is_passed_over(Scenario& db) {
    for (auto const* row : {"'A-3', 101", "'A-1', 102", "'A-5', 102", "'A-2', 102", "'A-4', 100"}) {
        db.run("INSERT INTO cases (no, touched) VALUES (" + std::string(row) + ")");
    }
    db.add("A-6");  // never touched
    ChangeMark mark;
    BOOST_TEST(changed_after(db, mark, 3) == "A-4 A-3 A-1 …");
    BOOST_TEST(changed_after(db, mark, 1) == "A-2 …");  // one of three that changed at the same time
    BOOST_TEST(changed_after(db, mark, 3) == "A-5");
    BOOST_TEST(changed_after(db, mark, 3) == "");
    auto const newest = db.source().newest_change();
    BOOST_REQUIRE(newest);
    BOOST_TEST((newest->change == mark.change && newest->id == mark.id));
    db.run("UPDATE cases SET touched = 103 WHERE no = 'A-4'");
    BOOST_TEST(changed_after(db, mark, 3) == "A-4");
}

void without_cases_the_newest_change_is_the_beginning(Scenario& db) {
    auto const newest = db.source().newest_change();
    BOOST_REQUIRE(newest);
    BOOST_TEST((newest->change.empty() && newest->id.empty()));
    ChangeMark mark;
    BOOST_TEST(changed_after(db, mark, 3) == "");
}

void what_was_written_may_have_changed(Scenario& db) {
    db.add("A-1");
    BOOST_TEST(db.source().may_have_changed());
    db.add("A-2");
    BOOST_TEST(db.source().may_have_changed());
}

void a_table_dropped_after_start_fails_the_query(Scenario& db) {
    db.add("A-1");
    BOOST_TEST(code_of(db.load("A-1")) == "");
    BOOST_TEST(code_of(db.source().check()) == "");
    db.run("DROP TABLE kin");
    BOOST_TEST(code_of(db.load("A-1")) == "source.query_failed");
    db.run("DROP TABLE cases");
    BOOST_TEST(code_of(db.source().list("", 10, today)) == "source.query_failed");
    BOOST_TEST(code_of(db.source().check()) == "source.query_failed");
}

void a_column_dropped_after_start_fails_the_query(Scenario& db) {
    db.add("A-1", "given_name", "'x'");
    BOOST_TEST(code_of(db.load("A-1")) == "");
    db.run("DROP TABLE cases");
    db.run("CREATE TABLE cases (no VARCHAR(40))");
    db.add("A-1");
    BOOST_TEST(code_of(db.load("A-1")) == "source.query_failed");
}

void what_was_written_after_a_case_was_read_is_in_it_when_it_is_read_again(Scenario& db) {
    db.add("A-1", "given_name", "'Old'");
    db.add("A-2");
    db.run(
        "INSERT INTO consent VALUES ('C-1', 'A-1', 'self', 'referral', 'kh-mosvy', 'identity', '2026-01-01', "
        "'2027-01-01', NULL)");
    CaseId const id("A-1");
    BOOST_TEST(code_of(db.source().load_again(id)) == "");  // nothing was kept
    BOOST_TEST(code_of(db.source().load_and_keep(id)) == "");
    auto const same = db.source().load_again(id);
    BOOST_REQUIRE_MESSAGE(same, detail_of(same));
    BOOST_TEST(!same->consents.at(0).withdrawn_at);
    BOOST_TEST(code_of(db.source().load_and_keep(id)) == "");
    db.run("UPDATE consent SET gone = '2026-11-01'");
    auto const withdrawn = db.source().load_again(id);
    BOOST_REQUIRE_MESSAGE(withdrawn, detail_of(withdrawn));
    BOOST_TEST(withdrawn->consents.at(0).withdrawn_at.has_value());
    BOOST_TEST(code_of(db.source().load_and_keep(id)) == "");
    db.run("DELETE FROM cases WHERE no = 'A-1'");
    BOOST_TEST(code_of(db.source().load_again(id)) == "source.case_not_found");
}

void a_case_that_was_kept_is_gone_with_its_table(Scenario& db) {
    db.add("A-1");
    BOOST_TEST(code_of(db.source().load_and_keep(CaseId("A-1"))) == "");
    db.run("DROP TABLE kin");
    BOOST_TEST(code_of(db.source().load_again(CaseId("A-1"))) == "source.query_failed");
}

struct NamedScenario {
    char const* name;
    void (*run)(Scenario&);
    bool needs_tables = false;
};
#define SCENARIO(name) \
    NamedScenario {    \
#name, name    \
    }
constexpr NamedScenario scenarios[] = {
    SCENARIO(a_full_row_becomes_a_record),
    SCENARIO(nothing_recorded_is_no_value),
    SCENARIO(a_guardian_nobody_cleared_counts_as_suspected),
    SCENARIO(a_value_that_does_not_map_refuses_the_case_and_is_not_repeated),
    SCENARIO(a_bad_value_in_a_child_row_refuses_the_case),
    SCENARIO(too_many_child_rows_are_refused),
    SCENARIO(a_case_is_found_by_its_exact_number_only),
    SCENARIO(a_case_number_that_stands_twice_is_ambiguous),
    SCENARIO(consents_are_read_with_the_case),
    SCENARIO(a_consent_that_does_not_map_refuses_the_case),
    SCENARIO(two_consents_of_one_number_refuse_the_case),
    SCENARIO(lists_come_in_pages_in_order),
    SCENARIO(a_list_leaves_out_and_counts_rows_that_do_not_map),
    SCENARIO(a_list_goes_on_beyond_any_number_of_rows_that_do_not_map),
    SCENARIO(changes_come_in_their_order_and_none_is_passed_over),
    SCENARIO(without_cases_the_newest_change_is_the_beginning),
    SCENARIO(what_was_written_may_have_changed),
    {"a_table_dropped_after_start_fails_the_query", a_table_dropped_after_start_fails_the_query, true},
    {"a_column_dropped_after_start_fails_the_query", a_column_dropped_after_start_fails_the_query, true},
    SCENARIO(what_was_written_after_a_case_was_read_is_in_it_when_it_is_read_again),
    {"a_case_that_was_kept_is_gone_with_its_table", a_case_that_was_kept_is_gone_with_its_table, true},
};

}  // namespace

Result<std::unique_ptr<CaseSource>> NationalDatabase::open_source(std::string const& map_yaml) {
    ASSIGN_OR_RETURN(auto map, load_map(map_yaml));
    ASSIGN_OR_RETURN(auto session, open());
    return make_sql_case_source(std::move(map), std::move(session));
}

void check_case_source_conformance(MakeDatabase const& make) {
    for (auto const& [name, run, needs_tables] : scenarios) {
        BOOST_TEST_CONTEXT(name) {
            auto const database = make();
            if (needs_tables && !database->has_tables()) continue;
            Scenario scenario(*database);
            run(scenario);
        }
    }
}

}  // namespace casebridge::test
