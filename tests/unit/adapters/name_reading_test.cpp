#include "adapters/name_reading.h"

#include "adapters/honorifics.h"
#include "adapters/open_case_source.h"
#include "policies/fields.h"
#include "tests/unit/adapters/adapter_fixtures.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(name_reading)

namespace {

using namespace casebridge;
using namespace casebridge::test;

NameReading reading(std::string const& yaml) {
    auto const root = parse_yaml(yaml, "map.yaml");
    BOOST_REQUIRE(root);
    YamlComplaints complaints;
    auto read = read_name_reading(*root, complaints);
    BOOST_REQUIRE_MESSAGE(complaints.empty(), complaints.to_error("x").detail);
    return read;
}

std::string complaint(std::string const& yaml) {
    auto const root = parse_yaml(yaml, "map.yaml");
    YamlComplaints complaints;
    read_name_reading(*root, complaints);
    return complaints.empty() ? "" : complaints.to_error("x").detail;
}

/// "title|given|middle|family" of a full name, - where there is none.
std::string parts(std::string const& yaml, std::string const& full) {
    FieldValues values{{std::string(field::names::full), full}};
    reading(yaml).apply(values);
    std::string text;
    for (auto const name : {field::names::title, field::names::given, field::names::middle, field::names::family}) {
        auto const found = values.find(name);
        text += (text.empty() ? "" : "|") + (found == values.end() ? "-" : std::get<std::string>(found->second));
    }
    return text;
}

std::string latin(std::string const& language, std::string const& full) {
    FieldValues const values{{std::string(field::names::full), full}};
    auto const beside = reading("{language: " + language + ", transliterate: true}").transliterated(values);
    return beside ? std::get<std::string>(beside->at(std::string(field::names::full))) : "";
}

std::string script(std::string const& full) {
    FieldValues values{{std::string(field::names::full), full}};
    reading("{language: th, script: true}").apply(values);
    auto const found = values.find(field::names::script);
    return found == values.end() ? "" : std::get<std::string>(found->second);
}

}  // namespace

BOOST_AUTO_TEST_CASE(titles_are_split_off_where_the_language_has_them) {
    struct Titled {
        std::string language, name, title, rest;
    };
    for (auto const& [language, name, title, rest] :
         std::vector<Titled>{{"th", "นางสาวมาลี ใจดี", "นางสาว", "มาลี ใจดี"},
                             {"th", "นาย สมชาย ใจดี", "นาย", "สมชาย ใจดี"},
                             {"th", "น.ส. มาลี", "น.ส.", "มาลี"},
                             {"th", "ด.ช.สมชาย", "ด.ช.", "สมชาย"},
                             {"lo", "ທ້າວ ສົມພອນ", "ທ້າວ", "ສົມພອນ"},
                             {"km", "អ្នកស្រី ស្រីមុំ", "អ្នកស្រី", "ស្រីមុំ"},
                             {"my", "ဒေါ်အောင်", "ဒေါ်", "အောင်"},
                             {"my", "Daw Mya", "Daw", "Mya"},
                             {"vi", "Bà Nguyễn Thị Lan", "Bà", "Nguyễn Thị Lan"},
                             {"zh", "王小明先生", "先生", "王小明"},
                             {"ja", "田中 さくらさん", "さん", "田中 さくら"},
                             {"en", "Mrs. Mary Smith", "Mrs.", "Mary Smith"}}) {
        auto const split = split_honorific(language, name);
        BOOST_REQUIRE_MESSAGE(split, name);
        BOOST_TEST(split->title == title);
        BOOST_TEST(split->name == rest);
    }
}

BOOST_AUTO_TEST_CASE(a_name_that_only_begins_like_a_title_is_left_whole) {
    for (auto const& [language, name] :
         std::vector<std::pair<std::string, std::string>>{{"th", "นายิกา ใจดี"},  // a vowel of the same syllable follows
                                                          {"th", "นางสาว"},     // nothing but a title
                                                          {"th", "มาลี"},
                                                          {"vi", "Anhanh Tran"},
                                                          {"my", "Mary"},  // not "Ma" and "ry"
                                                          {"en", "Drake"},
                                                          {"lo", "นายสมชาย"}}) {  // the title of another language
        BOOST_TEST(!split_honorific(language, name), name);
    }
}

BOOST_AUTO_TEST_CASE(parts_follow_the_order_of_the_language_or_of_the_map) {
    std::string const both = ", honorifics: true, parts: true}";
    BOOST_TEST(parts("{language: th" + both, "นางสาวมาลี ใจดี") == "นางสาว|มาลี|-|ใจดี");
    BOOST_TEST(parts("{language: lo" + both, "ທ້າວ ສົມພອນ ແກ້ວ") == "ທ້າວ|ສົມພອນ|-|ແກ້ວ");
    BOOST_TEST(parts("{language: km" + both, "សុខ ស្រីមុំ") == "-|ស្រីមុំ|-|សុខ");
    BOOST_TEST(parts("{language: vi" + both, "Nguyễn Thị Ngọc Lan") == "-|Lan|Thị Ngọc|Nguyễn");
    BOOST_TEST(parts("{language: my" + both, "Daw Mya Mya") == "Daw|Mya Mya|-|-");
    BOOST_TEST(parts("{language: zh" + both, "王小明") == "-|小明|-|王");
    BOOST_TEST(parts("{language: zh" + both, "欧阳小明") == "-|小明|-|欧阳");
    BOOST_TEST(parts("{language: zh" + both, "欧阳") == "-|阳|-|欧");
    BOOST_TEST(parts("{language: ja" + both, "田中 さくら") == "-|さくら|-|田中");
    BOOST_TEST(parts("{language: km, order: given_family, parts: true}", "ស្រីមុំ សុខ") == "-|ស្រីមុំ|-|សុខ");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_told_apart_is_not_split) {
    BOOST_TEST(parts("{language: th, parts: true}", "มาลี") == "-|-|-|-");
    BOOST_TEST(parts("{language: th, parts: true}", "มาลี ณ อยุธยา") == "-|-|-|-");
    BOOST_TEST(parts("{language: ja, parts: true}", "田中さくら") == "-|-|-|-");
    BOOST_TEST(parts("{language: zh, parts: true}", "王小明李") == "-|小明李|-|王");
    BOOST_TEST(parts("{language: zh, parts: true}", "王小明李四五") == "-|-|-|-");
    BOOST_TEST(parts("{language: th}", "นางสาวมาลี ใจดี") == "-|-|-|-");  // nothing was asked for
}

BOOST_AUTO_TEST_CASE(what_a_column_says_is_not_overwritten) {
    FieldValues values{{std::string(field::names::full), std::string("นางมาลี ใจดี")},
                       {std::string(field::names::title), std::string("ดร.")},
                       {std::string(field::names::given), std::string("มาลี")},
                       {std::string(field::names::script), std::string("Latn")}};
    reading("{language: th, honorifics: true, parts: true, script: true}").apply(values);
    BOOST_TEST(std::get<std::string>(values.at("names.title")) == "ดร.");
    BOOST_TEST(!values.contains(field::names::family));
    BOOST_TEST(std::get<std::string>(values.at("names.script")) == "Latn");
    BOOST_TEST(std::get<std::string>(values.at("names.full")) == "มาลี ใจดี");
}

BOOST_AUTO_TEST_CASE(the_script_is_that_of_all_letters_or_none) {
    BOOST_TEST(script("มาลี ใจดี") == "Thai");
    BOOST_TEST(script("ສົມພອນ") == "Laoo");
    BOOST_TEST(script("ស្រីមុំ") == "Khmr");
    BOOST_TEST(script("အောင်ဆန်း") == "Mymr");
    BOOST_TEST(script("Nguyễn") == "Latn");
    BOOST_TEST(script("王小明") == "Hani");
    BOOST_TEST(script("田中さくら") == "Jpan");
    BOOST_TEST(script("มาลี Smith") == "");
    BOOST_TEST(script("123") == "");
}

BOOST_AUTO_TEST_CASE(names_are_transliterated_where_icu_can_and_whole_or_not_at_all) {
    BOOST_TEST(latin("th", "มาลี") == "Mālī");
    BOOST_TEST(latin("zh", "王小明") == "Wáng Xiǎo Míng");
    BOOST_TEST(latin("ja", "さくら タナカ") == "Sakura Tanaka");
    BOOST_TEST(latin("my", "အောင်") != "");
    BOOST_TEST(latin("ja", "田中 さくら") == "");  // how it is read, nobody can know from the characters
    BOOST_TEST(latin("th", "Mali") == "");
    BOOST_TEST(latin("th", "มาลี ສົມພອນ") == "");
}

BOOST_AUTO_TEST_CASE(a_map_that_asks_for_what_is_not_there_is_told_so) {
    BOOST_TEST(contains(complaint("{language: lo, transliterate: true}"), "no transliteration for Lao and Khmer"));
    BOOST_TEST(contains(complaint("{language: km, transliterate: true}"), "no transliteration for Lao and Khmer"));
    BOOST_TEST(contains(complaint("{language: vi, transliterate: true}"), "in Latin letters already"));
    BOOST_TEST(contains(complaint("{language: xx}"), "language: expected one of en, ja, km, lo, my, th, vi, zh"));
    BOOST_TEST(contains(complaint("{language: th, order: backwards}"), "order: expected one of"));
    BOOST_TEST(contains(complaint("{language: th, scrpt: true}"), "scrpt"));
    auto const elsewhere = load_map(
        "database: {kind: sqlite, path: x}\n"
        "cases: {table: t, id: no, fields: {shelter: home}}\n"
        "groups: {relatives: [{fields: {name: n}, reading: {language: th}}]}\n");
    BOOST_TEST(contains(detail_of(elsewhere), "map.yaml:3: reading: only names are read so"), detail_of(elsewhere));
}

BOOST_AUTO_TEST_CASE(a_case_carries_the_name_as_written_and_its_transliteration_beside_it) {
    TemporaryDirectory const directory;
    {
        DatabaseWriter writer(directory.path() / "national.db");
        writer.run("CREATE TABLE person (no TEXT, chue TEXT, koet TEXT)");
        writer.run("INSERT INTO person VALUES ('7', 'นางสาวมาลี ใจดี', 'ประมาณ 00/00/2540'), ('8', NULL, '00/05/2540')");
    }
    auto const map = directory.write(
        "map.yaml",
        "database: {kind: sqlite, path: national.db}\n"
        "cases:\n"
        "  table: person\n"
        "  id: no\n"
        "  fields:\n"
        "    birth_date: {column: koet, date: dd/MM/yyyy, era: buddhist, zeros: unknown, estimated_marks: [ประมาณ]}\n"
        "groups:\n"
        "  names:\n"
        "    - fields: {kind: {value: legal}, full: chue}\n"
        "      reading: {language: th, honorifics: true, parts: true, script: true, transliterate: true}\n");
    auto const source = open_case_source(map, Secret());
    BOOST_REQUIRE_MESSAGE(source, detail_of(source));
    auto const sourced = (*source)->load(CaseId("7"));
    BOOST_REQUIRE_MESSAGE(sourced, detail_of(sourced));
    auto const& entries = sourced->record.entries();
    BOOST_REQUIRE(entries.size() == 2);
    BOOST_TEST(std::get<std::string>(entries[0].values.at("names.kind")) == "legal");
    BOOST_TEST(std::get<std::string>(entries[0].values.at("names.full")) == "มาลี ใจดี");
    BOOST_TEST(std::get<std::string>(entries[0].values.at("names.title")) == "นางสาว");
    BOOST_TEST(std::get<std::string>(entries[0].values.at("names.script")) == "Thai");
    BOOST_TEST(std::get<std::string>(entries[1].values.at("names.kind")) == "transliterated");
    BOOST_TEST(std::get<std::string>(entries[1].values.at("names.script")) == "Latn");
    BOOST_TEST(std::get<std::string>(entries[1].values.at("names.given")) == "Mālī");
    BOOST_TEST((*sourced->record.find(field::birth_date) == FieldValue(PartialDate{std::chrono::year(1997), {}})));
    BOOST_TEST((*sourced->record.find(field::birth_date_estimated) == FieldValue(true)));
    auto const other = (*source)->load(CaseId("8"));
    BOOST_REQUIRE_MESSAGE(other, detail_of(other));
    BOOST_TEST(other->record.entries().empty());
    BOOST_TEST(
        (*other->record.find(field::birth_date) == FieldValue(PartialDate{std::chrono::year(1997), std::chrono::May})));
    BOOST_TEST(other->record.find(field::birth_date_estimated) == nullptr);
}

BOOST_AUTO_TEST_CASE(marks_and_zeros_belong_to_dates_and_do_not_contradict_a_column) {
    auto const map = [](std::string const& fields) {
        return detail_of(
            load_map("database: {kind: sqlite, path: x}\ncases:\n  table: t\n  id: no\n  fields:\n" + fields));
    };
    BOOST_TEST(contains(map("    shelter: {column: a, zeros: unknown}\n"), "zeros: this field is not a date"));
    BOOST_TEST(contains(map("    verification_date: {column: a, date: yyyy, era: buddhist, estimated_marks: [x]}\n"),
                        "for birth_date only"));
    BOOST_TEST(contains(map("    birth_date: {column: a, date: yyyy, era: buddhist, estimated_marks: [x]}\n"
                            "    birth_date_estimated: {column: b, codes: {1: yes, 0: no}}\n"),
                        "birth_date_estimated: expected either this field or `estimated_marks`"));
}

BOOST_AUTO_TEST_SUITE_END()
