#include "policies/wording.h"

#include "policies/country.h"
#include "policies/procedure/words.h"
#include "policies/time_zone.h"
#include "policies/vocabulary.h"
#include "policies/wording_phrases.h"
#include "policies/yaml_values.h"
#include "tests/support/yaml_edit.h"

#include <filesystem>

using namespace casebridge;
using namespace casebridge::test;

BOOST_AUTO_TEST_SUITE(wording_of_papers)

namespace {

std::string const folder = CASEBRIDGE_SOURCE_DIR "/policies/library/wording/";
Date const day = std::chrono::year(2026) / 11 / 28;

std::string english() {
    return to_text(must(load_yaml(folder + "en.yaml")).bytes);
}

Result<Wording> load(YamlFile const& file) {
    return Wording::load(file);
}

/// Letters of a script that no other of the six languages is written in.
std::pair<char32_t, char32_t> block_of(std::string const& language) {
    if (language == "th") return {0x0E00, 0x0E7F};
    if (language == "lo") return {0x0E80, 0x0EFF};
    if (language == "my") return {0x1000, 0x109F};
    if (language == "km") return {0x1780, 0x17FF};
    return {0x20, 0x1EFF};  // Latin with the letters of Vietnamese
}

/// Code points of UTF-8 that is known to be well-formed.
std::vector<char32_t> characters(std::string_view text) {
    std::vector<char32_t> all;
    for (std::size_t i = 0; i < text.size();) {
        auto const lead = static_cast<unsigned char>(text[i]);
        std::size_t const length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        char32_t c = length == 1 ? lead : lead & (0xFFU >> (length + 1));
        for (std::size_t k = 1; k < length; ++k) c = c << 6U | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
        all.push_back(c);
        i += length;
    }
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(six_languages_are_built_in_and_are_the_files_of_the_library) {
    std::vector<std::string> files, languages;
    for (auto const& entry : std::filesystem::directory_iterator(folder)) {
        files.push_back(entry.path().stem());
        auto const wording = must(Wording::load(must(load_yaml(entry.path()))));
        BOOST_CHECK_EQUAL(wording.language(), files.back());
        BOOST_CHECK_EQUAL(must(Wording::built_in(files.back())).text("register.intro"), wording.text("register.intro"));
    }
    for (auto const language : Wording::built_in_languages()) languages.emplace_back(language);
    std::ranges::sort(files);
    BOOST_CHECK_EQUAL_COLLECTIONS(files.begin(), files.end(), languages.begin(), languages.end());
    CHECK_CODE(Wording::built_in("de"), "wording.unknown_language");
    CHECK_CODE(Wording::built_in(""), "wording.unknown_language");
}

BOOST_AUTO_TEST_CASE(every_language_has_a_word_for_every_code) {
    for (auto const language : Wording::built_in_languages()) {
        auto const wording = must(Wording::built_in(language));
        auto const check = [&](std::string_view group, std::string_view code) {
            bool const own = wording.word(group, code) != code || language == "en";
            BOOST_CHECK_MESSAGE(own, language << ": no word for " << group << " " << code);
        };
        for (auto const code : purpose_words()) check("purposes", code);
        for (auto const code : category_words()) check("categories", code);
        for (std::size_t i = 0; i < procedure_kind_count; ++i) check("kinds", to_text(static_cast<ProcedureKind>(i)));
        for (std::size_t i = 0; i < stage_count; ++i) check("stages", to_text(static_cast<Stage>(i)));
        for (std::size_t i = 0; i < deadline_kind_count; ++i) check("actions", to_text(static_cast<DeadlineKind>(i)));
        for (auto const* code : {"CN", "JP", "KH", "LA", "MM", "TH", "VN"})
            BOOST_CHECK_NE(wording.word("countries", code), code);
        BOOST_CHECK_EQUAL(wording.word("countries", "FR"), "FR");
        BOOST_CHECK_EQUAL(wording.word("stages", "new_stage"), "new_stage");
    }
}

BOOST_AUTO_TEST_CASE(each_language_is_written_in_its_own_script_alone) {
    for (auto const language : Wording::built_in_languages()) {
        auto const wording = must(Wording::built_in(language));
        auto const [low, high] = block_of(std::string(language));
        for (auto const& phrase : phrases) {
            auto const& text = wording.text(std::string(phrase.section) + "." + std::string(phrase.key));
            std::size_t own = 0;
            for (auto const c : characters(text)) {
                bool const common = c < 0x80;
                BOOST_CHECK_MESSAGE(common || (c >= low && c <= high),
                                    language << " " << phrase.key << ": a letter of another script in " << text);
                own += c >= low && c <= high && (high == 0x1EFF || !common) ? 1 : 0;
            }
            BOOST_CHECK_MESSAGE(own > 0, language << " " << phrase.key << ": not translated: " << text);
        }
    }
}

BOOST_AUTO_TEST_CASE(days_are_written_as_the_language_writes_them) {
    auto const text = [](char const* language) { return must(Wording::built_in(language)).day(day); };
    BOOST_CHECK_EQUAL(text("en"), "28 November 2026");
    BOOST_CHECK_EQUAL(text("th"), "28 พฤศจิกายน ค.ศ. 2026");
    BOOST_CHECK_EQUAL(text("km"), "ថ្ងៃទី 28 ខែវិច្ឆិកា ឆ្នាំ 2026");
    BOOST_CHECK_EQUAL(text("lo"), "28 ພະຈິກ 2026");
    BOOST_CHECK_EQUAL(text("my"), "2026 ခုနှစ် နိုဝင်ဘာလ 28 ရက်");
    BOOST_CHECK_EQUAL(text("vi"), "ngày 28 tháng 11 năm 2026");
}

BOOST_AUTO_TEST_CASE(only_thai_papers_have_the_buddhist_era_too) {
    for (auto const language : Wording::built_in_languages()) {
        auto const buddhist = must(Wording::built_in(language)).buddhist_day(day);
        BOOST_CHECK_EQUAL(buddhist.value_or("none"), language == "th" ? "28 พฤศจิกายน พ.ศ. 2569" : "none");
    }
}

BOOST_AUTO_TEST_CASE(what_is_filled_in_stays_what_it_is) {
    auto const wording = must(Wording::built_in("en"));
    BOOST_CHECK_EQUAL(wording.filled("register.consent_given", {{"date", "{id}"}, {"id", "{date}}{"}}),
                      "You agreed on {id}. (Number of the record: {date}}{)");
    BOOST_CHECK_THROW(static_cast<void>(wording.filled("register.consent_given", {{"id", "c-1"}})), std::logic_error);
    BOOST_CHECK_THROW(static_cast<void>(wording.text("register.no_such_phrase")), std::logic_error);
}

BOOST_AUTO_TEST_CASE(every_mistake_is_named_with_file_line_and_key) {
    std::string const date = "date: expected in braces, and nothing else in braces: day month year";
    check_complaints(
        english(), "en.yaml", "wording.invalid", load,
        {
            {"language: en", "language: english", "en.yaml:4: language: expected a language of ISO 639, such as km"},
            {"name: English", "name: \"{English}\"", "en.yaml:5: name: expected a text without braces"},
            {"January, ", "", "en.yaml:6: months: expected the names of the twelve months"},
            {"[January,", "[\"{day}\",", "en.yaml:6: months: expected the name of a month"},
            {"date: \"{day} {month} {year}\"", "date: \"{day}.{month}\"", "en.yaml:7: " + date},
            {"date: \"{day} {month} {year}\"", "date: \"{day} {month} {year\"", "en.yaml:7: " + date},
            {"date: \"{day} {month} {year}\"", "date: \"{day} {month} {year} {era}\"", "en.yaml:7: " + date},
            {"on {date} that", "that", "en.yaml:34: erased_on: expected in braces, and nothing else in braces: date"},
            {"  title: \"Who was told about you\"\n", "",
             "en.yaml:9: title: expected a text; it is missing under `register`"},
            {"title: \"Who was", "titel: \"Who was",
             "en.yaml:9: title: expected a text; it is missing under `register`"},
            {"nothing: \"Nothing", "nothing: \"\\u202eNothing",
             "en.yaml:13: nothing: expected one line of at most 2000 bytes without control characters"},
            {"  asked: \"asked\"", "  askd: \"asked\"",
             "en.yaml:139: askd: not one of the codes of stages; did you mean `asked`?"},
            {"  KH: \"Cambodia\"", "  Cambodia: \"Cambodia\"",
             "en.yaml:99: Cambodia: not one of the codes of countries"},
        });
    CHECK_CODE(Wording::load(yaml_file("- a\n", "en.yaml")), "wording.invalid");
    CHECK_CODE(Wording::load(yaml_file(english() + "more: x\n", "en.yaml")), "wording.invalid");
}

BOOST_AUTO_TEST_CASE(a_country_has_a_zone_and_the_language_of_its_papers) {
    for (auto const* code : {"CN", "JP", "KH", "LA", "MM", "TH", "VN"}) {
        auto const* const country = find_country(code);
        BOOST_REQUIRE(country != nullptr);
        CHECK_ACCEPTED(TimeZone::find(std::string(country->time_zone)));
        BOOST_CHECK(find_code_list("languages")->contains(country->language));
        // As its calendar has it.
        std::string name(code);
        for (auto& c : name) c = static_cast<char>(c - 'A' + 'a');
        BOOST_CHECK(find_country(name) == country);
        auto const calendar = must(load_yaml(CASEBRIDGE_SOURCE_DIR "/policies/library/calendars/" + name + ".yaml"));
        BOOST_CHECK_EQUAL(calendar.root.find("time_zone")->scalar, country->time_zone);
    }
    for (auto const* code : {"", "org", "XX", "T"}) BOOST_CHECK(find_country(code) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
