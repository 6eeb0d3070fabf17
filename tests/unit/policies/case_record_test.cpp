#include "policies/case_record.h"

#include "parsing.h"
#include "policies/fields.h"

#include <type_traits>

#include <boost/test/unit_test.hpp>

using namespace casebridge;
using namespace std::chrono_literals;
using namespace std::string_literals;
using std::chrono::day;
using std::chrono::month;
using std::chrono::year;
using test::refusal_of;

BOOST_AUTO_TEST_SUITE(case_record)

namespace {

CaseRecord record() {
    return CaseRecord(CaseId{"TH-2560-0001"});
}

std::string_view code_of_setting(std::string_view field, FieldValue value) {
    auto subject = record();
    return refusal_of(subject.set(field, std::move(value)));
}

CaseRecord born(FieldValue birth_date) {
    auto subject = record();
    BOOST_REQUIRE(subject.set(field::birth_date, std::move(birth_date)));
    return subject;
}

CaseRecord with(CaseRecord subject, std::string_view field, FieldValue value) {
    BOOST_REQUIRE(subject.set(field, std::move(value)));
    return subject;
}

constexpr Date today = 2026y / 11 / 23;

}  // namespace

BOOST_AUTO_TEST_CASE(values_of_every_type_are_kept) {
    auto subject = record();
    BOOST_TEST(refusal_of(subject.set(field::birth_place, "อรัญประเทศ"s)) == "");
    BOOST_TEST(refusal_of(subject.set(field::case_narrative, "one\n\ttwo"s)) == "");
    BOOST_TEST(refusal_of(subject.set(field::birth_date, 1997y / 4 / 13)) == "");
    BOOST_TEST(refusal_of(subject.set(field::sex, "female"s)) == "");
    BOOST_TEST(refusal_of(subject.set(field::citizenship, std::vector{"KH"s, "TH"s})) == "");
    BOOST_TEST(refusal_of(subject.set(field::age, std::int64_t{29})) == "");
    BOOST_TEST(refusal_of(subject.set(field::mobile_phone, "+66812345678"s)) == "");
    BOOST_TEST(refusal_of(subject.set(field::deceased, false)) == "");
    BOOST_TEST(subject.values().size() == 8U);
    BOOST_TEST((*subject.find(field::sex) == FieldValue("female"s)));
    BOOST_TEST((subject.find(field::email) == nullptr));
    BOOST_TEST(refusal_of(subject.set(field::sex, "male"s)) == "");
    BOOST_TEST((*subject.find(field::sex) == FieldValue("male"s)));
}

BOOST_AUTO_TEST_CASE(an_unknown_field_is_refused) {
    for (std::string_view const id : {"", "birthdate", "prs_Birthdate", "names.given", "names"}) {
        BOOST_TEST(code_of_setting(id, "x"s) == "case.unknown_field", id);
    }
}

BOOST_AUTO_TEST_CASE(a_value_of_another_type_is_refused) {
    BOOST_TEST(code_of_setting(field::birth_place, true) == "case.wrong_type");
    BOOST_TEST(code_of_setting(field::birth_place, std::vector{"x"s}) == "case.wrong_type");
    BOOST_TEST(code_of_setting(field::birth_date, "1997-04-13"s) == "case.wrong_type");
    BOOST_TEST(code_of_setting(field::age, "29"s) == "case.wrong_type");
    BOOST_TEST(code_of_setting(field::age, 1997y / 4 / 13) == "case.wrong_type");
    BOOST_TEST(code_of_setting(field::deceased, std::int64_t{1}) == "case.wrong_type");
    BOOST_TEST(code_of_setting(field::sex, std::vector{"male"s}) == "case.wrong_type");
    BOOST_TEST(code_of_setting(field::citizenship, "TH"s) == "case.wrong_type");
    BOOST_TEST(code_of_setting(field::sex, PartialDate{1997y, {}}) == "case.wrong_type");
}

BOOST_AUTO_TEST_CASE(an_empty_value_is_refused_because_it_is_no_value) {
    BOOST_TEST(code_of_setting(field::birth_place, ""s) == "case.wrong_type");
    BOOST_TEST(code_of_setting(field::citizenship, std::vector<std::string>{}) == "case.wrong_type");
    auto subject = record();
    BOOST_TEST(refusal_of(subject.add_entry(Group::names, {})) == "case.wrong_type");
}

BOOST_AUTO_TEST_CASE(a_code_that_is_not_on_the_list_is_refused) {
    BOOST_TEST(code_of_setting(field::sex, "Female"s) == "case.unknown_code");
    BOOST_TEST(code_of_setting(field::sex, ""s) == "case.unknown_code");
    BOOST_TEST(code_of_setting(field::citizenship, std::vector{"TH"s, "XX"s}) == "case.unknown_code");
    BOOST_TEST(code_of_setting(field::control_methods, std::vector{"RestrictsMovement"s}) == "");
}

BOOST_AUTO_TEST_CASE(a_repeated_code_is_refused) {
    BOOST_TEST(code_of_setting(field::citizenship, std::vector{"TH"s, "TH"s}) == "case.wrong_type");
}

BOOST_AUTO_TEST_CASE(length_is_counted_in_bytes_and_refused_above_the_limit) {
    BOOST_TEST(code_of_setting(field::birth_place, std::string(256, 'a')) == "");
    BOOST_TEST(code_of_setting(field::birth_place, std::string(257, 'a')) == "case.too_long");
    std::string thai;
    for (int i = 0; i < 86; ++i) thai += "ก";  // three bytes each
    BOOST_TEST(code_of_setting(field::birth_place, thai) == "case.too_long");
    BOOST_TEST(code_of_setting(field::case_narrative, std::string(16385, 'a')) == "case.too_long");
    BOOST_TEST(code_of_setting(field::sex, std::string(100'000, 'a')) == "case.too_long");
    BOOST_TEST(code_of_setting(field::citizenship, std::vector<std::string>(1000, "TH")) == "case.wrong_type");
    BOOST_TEST(code_of_setting(field::age, std::int64_t{1000}) == "case.too_long");
    BOOST_TEST(code_of_setting(field::age, std::int64_t{-1}) == "case.wrong_type");
}

BOOST_AUTO_TEST_CASE(every_dangerous_character_is_refused_in_text) {
    for (std::string_view const bad : {"\x01",
                                       "\x07",
                                       "\x08",
                                       "\x0B",
                                       "\x0C",
                                       "\r",
                                       "\x1B",
                                       "\x1F",
                                       "\x7F",  // C0, delete
                                       "\xC2\x80",
                                       "\xC2\x85",
                                       "\xC2\x9B",
                                       "\xC2\x9F",  // C1
                                       "\xE2\x80\x8E",
                                       "\xE2\x80\x8F",
                                       "\xD8\x9C",  // direction marks
                                       "\xE2\x80\xAA",
                                       "\xE2\x80\xAB",
                                       "\xE2\x80\xAC",
                                       "\xE2\x80\xAD",
                                       "\xE2\x80\xAE",  // embeddings, overrides
                                       "\xE2\x81\xA6",
                                       "\xE2\x81\xA7",
                                       "\xE2\x81\xA8",
                                       "\xE2\x81\xA9",  // isolates
                                       "\xE2\x80\xA8",
                                       "\xE2\x80\xA9",  // line, paragraph separator
                                       "\xEF\xBB\xBF",
                                       "\xEF\xBF\xB9",
                                       "\xF3\xA0\x80\x81",  // BOM, annotation, tag
                                       "\xEF\xBF\xBE",
                                       "\xEF\xBF\xBF",
                                       "\xEF\xB7\x90",
                                       "\xF4\x8F\xBF\xBF",  // noncharacters
                                       "\xFF",
                                       "\xC0\x80",
                                       "\xED\xA0\x80",
                                       "\xE0\xB8"}) {  // no UTF-8
        auto const text = "a" + std::string(bad) + "b";
        BOOST_TEST(code_of_setting(field::birth_place, text) == "case.bad_character");
        BOOST_TEST(code_of_setting(field::case_narrative, text) == "case.bad_character");
    }
    BOOST_TEST(code_of_setting(field::birth_place, "a\0b"s) == "case.bad_character");
    BOOST_TEST(code_of_setting(field::birth_place, "a\nb"s) == "case.bad_character");
    BOOST_TEST(code_of_setting(field::birth_place, "a\tb"s) == "case.bad_character");
}

BOOST_AUTO_TEST_CASE(names_in_the_scripts_of_the_region_are_kept) {
    for (std::string const name : {"สมหญิง ใจดี", "ສົມພອນ", "សុខ សុភា", "မမ\u200Bအေး", "Nguyễn Thị Hoa", "王小明", "𠮷野家",
                                   "O'Neil \"Bob\"; DROP TABLE cases;--", "<script>", "%s%n", "क्\u200Dष"}) {
        auto subject = record();
        BOOST_TEST(refusal_of(subject.add_entry(Group::names, {{std::string(field::names::full), name}})) == "", name);
        BOOST_TEST((subject.entries().front().values.begin()->second == FieldValue(name)));
    }
}

BOOST_AUTO_TEST_CASE(a_telephone_number_is_e_164) {
    for (std::string const good : {"+66812345678", "66812345678", "12", "+123456789012345"}) {
        BOOST_TEST(code_of_setting(field::mobile_phone, good) == "", good);
    }
    for (std::string const bad :
         {"0812345678", "+66 81 234", "1", "+", "+0123", "1234567890123456", "081-234", "call me"}) {
        BOOST_TEST(code_of_setting(field::mobile_phone, bad) == "case.wrong_type", bad);
    }
}

BOOST_AUTO_TEST_CASE(a_date_that_does_not_exist_or_is_of_another_calendar_is_refused) {
    BOOST_TEST(code_of_setting(field::birth_date, 2025y / 2 / 29) == "case.wrong_type");
    BOOST_TEST(code_of_setting(field::birth_date, 2024y / 2 / 29) == "");
    BOOST_TEST(code_of_setting(field::birth_date, 2540y / 4 / 13) == "case.wrong_type");
    BOOST_TEST(code_of_setting(field::birth_date, 1454y / 4 / 13) == "case.wrong_type");
    BOOST_TEST(code_of_setting(field::birth_date, PartialDate{1997y, month(13)}) == "case.wrong_type");
    BOOST_TEST(code_of_setting(field::birth_date, PartialDate{1997y, month(12)}) == "");
    BOOST_TEST(code_of_setting(field::birth_date, PartialDate{2540y, {}}) == "case.wrong_type");
}

BOOST_AUTO_TEST_CASE(a_refusal_names_the_field_and_never_the_value) {
    auto subject = record();
    for (auto const& status : {subject.set(field::sex, "Somchai"s), subject.set(field::birth_place, "Somchai\x01"s),
                               subject.set(field::mobile_phone, "Somchai"s),
                               subject.set(field::birth_place, "Somchai" + std::string(999, 'x'))}) {
        BOOST_REQUIRE(!status);
        BOOST_TEST(find_field(status.error().detail) != nullptr);
    }
    BOOST_TEST(subject.values().empty());
}

BOOST_AUTO_TEST_CASE(an_entry_has_fields_of_its_own_group_only) {
    auto subject = record();
    BOOST_TEST(refusal_of(subject.add_entry(Group::names, {{"documents.number", "x"s}})) == "case.unknown_field");
    BOOST_TEST(refusal_of(subject.add_entry(Group::names, {{"birth_date", 1997y / 4 / 13}})) == "case.unknown_field");
    BOOST_TEST(refusal_of(subject.add_entry(Group::none, {{"birth_date", 1997y / 4 / 13}})) == "case.unknown_field");
    BOOST_TEST(refusal_of(subject.add_entry(Group::names, {{"names.given", "x"s}, {"names.kind", "nickname"s}})) ==
               "case.unknown_code");
    BOOST_TEST(subject.entries().empty());
}

BOOST_AUTO_TEST_CASE(the_65th_entry_of_a_group_is_refused_and_other_groups_are_not) {
    auto subject = record();
    for (int i = 0; i < 64; ++i) BOOST_REQUIRE(subject.add_entry(Group::names, {{"names.given", "x"s}}));
    BOOST_TEST(refusal_of(subject.add_entry(Group::names, {{"names.given", "x"s}})) == "case.too_many_entries");
    BOOST_TEST(refusal_of(subject.add_entry(Group::documents, {{"documents.number", "x"s}})) == "");
    BOOST_TEST(subject.entries().size() == 65U);
}

BOOST_AUTO_TEST_CASE(facts_are_unknown_until_somebody_knows) {
    auto const subject = record();
    BOOST_TEST(!subject.facts().guardian);
    BOOST_TEST((subject.facts().best_interests_note == Known::unknown));
    BOOST_TEST((subject.facts().family_suspect == Known::unknown));
    BOOST_TEST((subject.facts().victim_objects_to_notice == Known::unknown));
}

BOOST_AUTO_TEST_CASE(age_changes_on_the_birthday) {
    auto const subject = born(2008y / 11 / 23);
    BOOST_TEST((age_at(subject, 2026y / 11 / 22) == 17));
    BOOST_TEST((age_at(subject, 2026y / 11 / 23) == 18));
    BOOST_TEST((majority_at(subject, 2026y / 11 / 22) == Majority::minor));
    BOOST_TEST((majority_at(subject, 2026y / 11 / 23) == Majority::adult));
}

BOOST_AUTO_TEST_CASE(who_was_born_on_a_leap_day_comes_of_age_on_the_first_of_march) {
    auto const subject = born(2008y / 2 / 29);
    BOOST_TEST((majority_at(subject, 2026y / 2 / 28) == Majority::minor));
    BOOST_TEST((majority_at(subject, 2026y / 3 / 1) == Majority::adult));
    BOOST_TEST((age_at(subject, 2028y / 2 / 28) == 19));
    BOOST_TEST((age_at(subject, 2028y / 2 / 29) == 20));
}

BOOST_AUTO_TEST_CASE(a_partial_birth_date_counts_from_its_last_day) {
    auto const may = born(PartialDate{2008y, month(11)});
    BOOST_TEST((majority_at(may, 2026y / 10 / 31) == Majority::minor));
    BOOST_TEST((majority_at(may, 2026y / 11 / 23) == Majority::unknown));
    BOOST_TEST((!age_at(may, 2026y / 11 / 23)));
    BOOST_TEST((majority_at(may, 2026y / 11 / 30) == Majority::adult));
    auto const in_year = born(PartialDate{2008y, {}});
    BOOST_TEST((majority_at(in_year, 2025y / 12 / 31) == Majority::minor));
    BOOST_TEST((age_at(in_year, 2025y / 12 / 31) == 17));
    BOOST_TEST((majority_at(in_year, 2026y / 1 / 1) == Majority::unknown));
    BOOST_TEST((majority_at(in_year, 2026y / 12 / 31) == Majority::adult));
    BOOST_TEST((age_at(born(PartialDate{1990y, {}}), today) == 35));
    BOOST_TEST((majority_at(born(PartialDate{2008y, month(2)}), 2026y / 2 / 28) == Majority::unknown));
}

BOOST_AUTO_TEST_CASE(an_estimated_birth_date_counts_as_its_year_alone) {
    auto const estimated = with(born(2008y / 1 / 1), field::birth_date_estimated, true);
    BOOST_TEST((majority_at(estimated, today) == Majority::unknown));
    BOOST_TEST((!age_at(estimated, today)));
    BOOST_TEST((majority_at(with(born(2008y / 1 / 1), field::birth_date_estimated, false), today) == Majority::adult));
}

BOOST_AUTO_TEST_CASE(without_any_fact_majority_is_unknown) {
    BOOST_TEST((majority_at(record(), today) == Majority::unknown));
    BOOST_TEST((!age_at(record(), today)));
    BOOST_TEST((majority_at(with(record(), field::age_group, "unknown"s), today) == Majority::unknown));
}

BOOST_AUTO_TEST_CASE(a_recorded_age_or_age_group_tells_majority_where_the_birth_date_does_not) {
    BOOST_TEST((majority_at(with(record(), field::age, std::int64_t{17}), today) == Majority::minor));
    BOOST_TEST((majority_at(with(record(), field::age, std::int64_t{18}), today) == Majority::adult));
    BOOST_TEST((!age_at(with(record(), field::age, std::int64_t{18}), today)));
    BOOST_TEST((majority_at(with(record(), field::age_group, "0-14"s), today) == Majority::minor));
    BOOST_TEST((majority_at(with(record(), field::age_group, "15-17"s), today) == Majority::minor));
    BOOST_TEST((majority_at(with(record(), field::age_group, "18-24"s), today) == Majority::adult));
    auto const either = born(PartialDate{2008y, {}});
    BOOST_TEST((majority_at(with(either, field::age, std::int64_t{18}), today) == Majority::adult));
    BOOST_TEST((majority_at(with(either, field::age, std::int64_t{17}), today) == Majority::minor));
}

BOOST_AUTO_TEST_CASE(where_facts_contradict_each_other_the_more_protective_answer_stands) {
    auto const adult = born(1990y / 1 / 1);
    BOOST_TEST((majority_at(with(adult, field::age, std::int64_t{15}), today) == Majority::minor));
    BOOST_TEST((majority_at(with(adult, field::age_group, "0-14"s), today) == Majority::minor));
    auto const minor = born(2015y / 1 / 1);
    BOOST_TEST((majority_at(with(minor, field::age, std::int64_t{30}), today) == Majority::minor));
    BOOST_TEST((majority_at(with(minor, field::age_group, "60+"s), today) == Majority::minor));
}

BOOST_AUTO_TEST_CASE(a_birth_in_the_future_or_an_age_nobody_reaches_makes_majority_unknown) {
    auto const unborn = born(2030y / 1 / 1);
    BOOST_TEST((!age_at(unborn, today)));
    BOOST_TEST((majority_at(unborn, today) == Majority::unknown));
    BOOST_TEST((majority_at(with(unborn, field::age, std::int64_t{30}), today) == Majority::unknown));
    auto const ancient = born(1850y / 1 / 1);
    BOOST_TEST((!age_at(ancient, today)));
    BOOST_TEST((majority_at(with(ancient, field::age_group, "60+"s), today) == Majority::unknown));
    BOOST_TEST((majority_at(with(record(), field::age, std::int64_t{200}), today) == Majority::unknown));
    BOOST_TEST((age_at(born(PartialDate{2026y, {}}), today) == 0));
}

BOOST_AUTO_TEST_SUITE_END()
