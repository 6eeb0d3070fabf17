#include "adapters/inspection.h"

#include "adapters/column_names.h"
#include "adapters/draft_map.h"
#include "adapters/map_check.h"
#include "adapters/open_session.h"
#include "tests/unit/adapters/adapter_fixtures.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(inspection)

namespace {

using namespace casebridge;
using namespace casebridge::test;

/// 24 people; one of them with values that nobody else has.
struct National {
    TemporaryDirectory directory;

    National() {
        DatabaseWriter writer(directory.path() / "national.db");
        writer.run(
            "CREATE TABLE \"คดี\" (\"เลขคดี\" TEXT, \"วันเกิด\" TEXT, \"เพศ\" TEXT, \"สัญชาติ\" TEXT, \"ชื่อตัว\" TEXT, x)");
        for (int row = 0; row < 24; ++row) {
            bool const rare = row == 23;
            writer.insert("คดี", {{"เลขคดี", std::to_string(1000000000000 + row)},
                                 {"วันเกิด", rare ? "31/02/2540" : "13/04/2540"},
                                 {"เพศ", row % 2 == 0 ? "ช" : "ญ"},
                                 {"สัญชาติ", rare       ? "CanaryLand"
                                           : row < 12 ? "ไทย"
                                                      : "ลาว"},
                                 {"ชื่อตัว", "มาลีCanary" + std::string(static_cast<std::size_t>(row), 'x')},
                                 {"x", rare ? std::optional<std::string>() : "1"}});
        }
        writer.run("CREATE TABLE empty_one (a, b)");
    }
    [[nodiscard]] std::unique_ptr<SqlSession> open() const {
        SqliteSettings settings;
        settings.path = directory.path() / "national.db";
        auto session = open_session(settings, Secret());
        BOOST_REQUIRE_MESSAGE(session, detail_of(session));
        return *std::move(session);
    }
    [[nodiscard]] std::vector<InspectedTable> inspect(InspectionPlan const& plan = {}) const {
        auto tables = casebridge::inspect(*open(), plan);
        BOOST_REQUIRE_MESSAGE(tables, detail_of(tables));
        return *std::move(tables);
    }
    [[nodiscard]] std::vector<CheckedField> check(std::string const& fields, CheckPlan const& plan = {}) const {
        auto const map =
            load_map("database: {kind: sqlite, path: x}\ncases:\n  table: คดี\n  id: เลขคดี\n  fields:\n" + fields);
        BOOST_REQUIRE_MESSAGE(map, detail_of(map));
        auto checked = check_map(*map, *open(), plan);
        BOOST_REQUIRE_MESSAGE(checked, detail_of(checked));
        return *std::move(checked);
    }
};

std::string reasons(CheckedField const& field) {
    std::string text;
    for (auto const& [reason, count] : field.refused) {
        text += (text.empty() ? "" : " ") + reason + "=" + std::to_string(count);
    }
    return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(shapes_tell_the_form_and_nothing_of_the_text) {
    for (auto const& [text, shape] :
         std::vector<std::pair<std::string, std::string>>{{"1234567890123", "9(13)"},
                                                          {"๑๒/๐๔/๒๕๔๐", "99/99/2999"},
                                                          {"13/04/1997", "99/99/1999"},
                                                          {"1997-04-13", "1999-99-99"},
                                                          {"2540", "2999"},
                                                          {"1234", "9999"},
                                                          {"081-234-2540", "999-999-9999"},
                                                          {"+66812345678", "+9(11)"},
                                                          {"AA1234567", "AA9(7)"},
                                                          {"TH-2540-0001", "AA-9999-9999"},
                                                          {"มาลี ใจดี", "Thai letters"},
                                                          {"ສົມພອນ", "Lao letters"},
                                                          {"ស្រីមុំ", "Khmer letters"},
                                                          {"မလေး", "Myanmar letters"},
                                                          {"Nguyễn", "Latin letters"},
                                                          {"มาลี Smith 5", "Latin and Thai letters, digits"},
                                                          {"Shelter 5", "Latin letters, digits"},
                                                          {"***", "signs"},
                                                          {"\xff\xfe", "not UTF-8"}}) {
        BOOST_TEST(shape_of(text) == shape, text);
    }
}

BOOST_AUTO_TEST_CASE(columns_are_guessed_in_the_regions_languages) {
    for (auto const& [column, field] :
         std::vector<std::pair<std::string, std::string>>{{"Case_No", "id"},
                                                          {"DATE OF BIRTH", "birth_date"},
                                                          {"victim_first_name", "names.given"},
                                                          {"วันเดือนปีเกิด", "birth_date"},
                                                          {"สัญชาติ", "citizenship"},
                                                          {"wan_koet", "birth_date"},
                                                          {"ນາມສະກຸນ", "names.family"},
                                                          {"ວັນເກີດ", "birth_date"},
                                                          {"ភេទ", "sex"},
                                                          {"សញ្ជាតិ", "citizenship"},
                                                          {"မှတ်ပုံတင်", "documents.number"},
                                                          {"အမည်", "names.full"},
                                                          {"Ngày_sinh", "birth_date"},
                                                          {"gioi_tinh", "sex"},
                                                          {"Họ và tên", "names.full"},
                                                          {"ผู้ปกครอง", "facts.guardian"},
                                                          {"วันหมดอายุ", "documents.expires_on"},
                                                          {"ເລກທີ_ສຳນວນ", "id"},
                                                          {"ເລກທີສໍານວນ", "id"},  // the same in two signs
                                                          {"ລະຫັດຜູ້ເຄາະຮ້າຍ", "id"},
                                                          {"ຊື່ ແລະ ນາມສະກຸນ", "names.full"},
                                                          {"ชื่อ-สกุล", "names.full"},
                                                          {"ชื่อ_นามสกุล", "names.full"},
                                                          {"chue_sakun", "names.full"},
                                                          {"ชื่อสกุล", "names.family"},  // in law, the surname alone
                                                          {"chuesakun", "names.family"},
                                                          {"surname_en", "names.family"},
                                                          {"Last Name", "names.family"},
                                                          {"ຊື່ສະກຸນ", "names.family"},
                                                          {"ឈ្មោះត្រកូល", "names.family"},
                                                          {"ວັນທີເກີດ", "birth_date"},
                                                          {"ສະຖານທີ່ເກີດ", "birth_place"},
                                                          {"ເພດ", "sex"},
                                                          {"ສັນຊາດ", "citizenship"},
                                                          {"ແຂວງ", "addresses.state"},
                                                          {"ເມືອງ", "addresses.city"},
                                                          {"ຫນັງສືຜ່ານແດນ", "documents.number"},
                                                          {"ບັດປະຈໍາຕົວ", "documents.number"},
                                                          {"ໜັງສືເດີນທາງ", "documents.number"},
                                                          {"ສະຖານະພາບ", "trafficking_status"},
                                                          {"ສະຖານະພາບການແຕ່ງງານ", "marital_status"},
                                                          {"ສະຖານະຄະດີ", "case_status"},
                                                          {"ວັນທີໝົດອາຍຸ", "documents.expires_on"},
                                                          {"ວັນທີຫມົດອາຍຸ", "documents.expires_on"},
                                                          {"ຈໍານວນລູກ", "number_of_children"},
                                                          {"ລະຫັດໄປສະນີ", "addresses.postal_code"},
                                                          {"លេខកូដជនរងគ្រោះ", "id"},
                                                          {"នាម និងគោត្តនាម", "names.full"},
                                                          {"ឆ្នាំ​កំណើត", "birth_date"},
                                                          {"ថ្ងៃខែឆ្នាំកំណើត", "birth_date"},
                                                          {"ស្រុកកំណើត", "birth_place"},
                                                          {"ប្រទេសកំណើត", "birth_country"},
                                                          {"ស្រុក", "addresses.city"},
                                                          {"ខណ្ឌ", "addresses.city"},
                                                          {"រាជធានី_ខេត្ត", "addresses.state"},
                                                          {"អត្តសញ្ញាណប័ណ្ណ", "documents.number"},
                                                          {"ស្ថានភាព", "trafficking_status"},
                                                          {"ស្ថានភាពអាពាហ៍ពិពាហ៍", "marital_status"},
                                                          {"ស្ថានភាពសំណុំរឿង", "case_status"},
                                                          {"កម្រិតវប្បធម៌", "education"},
                                                          {"ឈ្មោះម្ដាយ", "relatives.name"},
                                                          {"ឈ្មោះម្តាយ", "relatives.name"},
                                                          {"ថ្ងៃចេញប័ណ្ណ", "documents.issued_on"},
                                                          {"often", ""},
                                                          {"x", ""},
                                                          {"colour", ""}}) {
        BOOST_TEST(guess_field(column) == field, column);
    }
}

BOOST_AUTO_TEST_CASE(an_inspection_counts_and_guesses_and_shows_no_value) {
    National const national;
    auto const tables = national.inspect();
    BOOST_REQUIRE(tables.size() == 2);
    auto const& cases = tables[1];
    BOOST_TEST(cases.name == "คดี");
    BOOST_TEST(cases.rows == 24);
    BOOST_REQUIRE(cases.columns.size() == 6);
    BOOST_TEST(describe(cases, cases.columns[0]) == "เลขคดี TEXT: 9(13) 100 %, 24 distinct, empty 0 %");
    BOOST_TEST(describe(cases, cases.columns[1]) ==
               "วันเกิด TEXT: 99/99/2999 (Buddhist era?) 100 %, 2 distinct, empty 0 %");
    BOOST_TEST(describe(cases, cases.columns[5]) == "x: 9 96 %, 1 distinct, empty 4 %");
    BOOST_TEST(cases.columns[3].guess == "citizenship");
    for (auto const& column : cases.columns) {
        BOOST_TEST(!column.codes.has_value());
        BOOST_TEST(!contains(describe(cases, column), "Canary"));
    }
    BOOST_TEST(tables[0].rows == 0);
    BOOST_TEST(describe(tables[0], tables[0].columns[0]) == "a: 0 distinct, empty 0 %");
}

BOOST_AUTO_TEST_CASE(codes_are_shown_on_demand_and_only_where_many_rows_share_them) {
    National const national;
    InspectionPlan plan;
    plan.codes = {"คดี.สัญชาติ", "คดี.ชื่อตัว"};
    auto const tables = national.inspect(plan);
    auto const& nation = *tables[1].columns[3].codes;
    BOOST_REQUIRE(nation.common.size() == 2);
    BOOST_TEST(nation.common[0].first == "ไทย");
    BOOST_TEST(nation.common[0].second == 12);
    BOOST_TEST(nation.common[1].second == 11);
    BOOST_TEST(nation.rare == 1);
    BOOST_TEST(tables[1].columns[4].codes->common.empty());
    BOOST_TEST(tables[1].columns[4].codes->rare == 24);
    plan.codes = {"คดี.nothing"};
    BOOST_TEST(code_of(inspect(*national.open(), plan)) == "source.no_such_column");
}

BOOST_AUTO_TEST_CASE(a_column_of_many_values_has_no_codes_however_often_each_occurs) {
    ColumnProfile profile;
    for (int round = 0; round < 12; ++round) {
        for (int value = 0; value < 250; ++value) profile.add(SqlValue{std::to_string(value)});
    }
    BOOST_TEST(profile.codes().common.empty());
    BOOST_TEST(profile.codes().rare == 250);
    for (int value = 0; value < 5000; ++value) profile.add(SqlValue{"x" + std::to_string(value)});
    BOOST_TEST(profile.distinct() == ColumnProfile::maximum_distinct);
}

BOOST_AUTO_TEST_CASE(rows_over_the_limit_are_not_read) {
    National const national;
    InspectionPlan plan;
    plan.rows_per_table = 5;
    std::uint64_t last = 0;
    plan.on_progress = [&](std::string const&, std::uint64_t rows) { last = rows; };
    auto const tables = national.inspect(plan);
    BOOST_TEST(tables[1].rows == 5);
    BOOST_TEST(!tables[1].whole);
    BOOST_TEST(last == 5);
}

BOOST_AUTO_TEST_CASE(a_draft_loads_only_when_a_person_has_filled_it_in) {
    National const national;
    auto draft = draft_field_map("database:\n  kind: sqlite\n  path: national.db\n", national.inspect());
    BOOST_TEST(!contains(draft, "Canary"));
    auto const refused = load_map(draft);
    BOOST_TEST(code_of(refused) == "field_map.invalid");
    BOOST_TEST(contains(detail_of(refused), "draft: confirm every line"));
    BOOST_TEST(contains(detail_of(refused), "codes: expected a table of the database's codes and ours"));
    auto const replace = [&](std::string const& from, std::string const& to) {
        auto const at = draft.find(from);
        BOOST_REQUIRE_MESSAGE(at != std::string::npos, from << " in\n" << draft);
        draft.replace(at, from.size(), to);
    };
    replace("draft: true", "");
    replace("sex: {column: \"เพศ\", codes: FILL_IN}", "sex: {column: \"เพศ\", codes: {ช: male, ญ: female}}");
    replace("citizenship: {column: \"สัญชาติ\", codes: FILL_IN}",
            "citizenship: {column: \"สัญชาติ\", codes: {ไทย: TH, ลาว: LA}}");
    auto const map = load_map(draft);
    BOOST_REQUIRE_MESSAGE(map, detail_of(map) << draft);
    BOOST_TEST(map->id_column == "เลขคดี");
    BOOST_TEST(code_of(map->check_against(*national.open())) == "");
}

BOOST_AUTO_TEST_CASE(a_surname_alone_is_drafted_as_a_surname_and_asked_about) {
    auto const draft_of = [](std::string const& columns) {
        TemporaryDirectory const directory;
        {
            DatabaseWriter writer(directory.path() / "national.db");
            writer.run("CREATE TABLE คดี (\"เลขคดี\" TEXT, " + columns + ")");
        }
        SqliteSettings settings;
        settings.path = directory.path() / "national.db";
        auto const session = open_sqlite_session(settings, Secret());
        BOOST_REQUIRE_MESSAGE(session, detail_of(session));
        auto const tables = inspect(**session, {});
        BOOST_REQUIRE_MESSAGE(tables, detail_of(tables));
        return draft_field_map("database: {kind: sqlite, path: x}\n", *tables);
    };
    constexpr std::string_view question = "no column of given names was recognised";
    auto const alone = draft_of("\"ชื่อสกุล\" TEXT");
    BOOST_TEST(contains(alone, "family: \"ชื่อสกุล\""), alone);
    BOOST_TEST(!contains(alone, "full: \""), alone);
    BOOST_TEST(contains(alone, question), alone);
    auto const both = draft_of("\"ชื่อตัว\" TEXT, \"ชื่อสกุล\" TEXT");
    BOOST_TEST(contains(both, "given: \"ชื่อตัว\""), both);
    BOOST_TEST(contains(both, "family: \"ชื่อสกุล\""), both);
    BOOST_TEST(!contains(both, question), both);
    auto const whole = draft_of("\"ชื่อ-สกุล\" TEXT");
    BOOST_TEST(contains(whole, "full: \"ชื่อ-สกุล\""), whole);
    BOOST_TEST(!contains(whole, question), whole);
}

BOOST_AUTO_TEST_CASE(names_that_are_markup_stay_names_in_a_draft) {
    TemporaryDirectory const directory;
    {
        DatabaseWriter writer(directory.path() / "national.db");
        writer.run(
            "CREATE TABLE \"case\n  evil: \"\"x\" (\"case no\" TEXT, \"shelter\"\": \"\"}\n# \" TEXT, \"born\nx: y\" "
            "TEXT)");
    }
    SqliteSettings settings;
    settings.path = directory.path() / "national.db";
    auto const session = open_session(settings, Secret());
    BOOST_REQUIRE(session);
    auto const tables = inspect(**session, {});
    BOOST_REQUIRE(tables);
    auto const draft = draft_field_map("database: {kind: sqlite, path: national.db}\n", *tables);
    auto const root = parse_yaml(draft, "draft.yaml");
    BOOST_REQUIRE_MESSAGE(root, detail_of(root) << draft);
    BOOST_TEST(root->find("cases")->find("table")->scalar == "case\n  evil: \"x");
    BOOST_TEST(root->entries.size() == 3);
}

BOOST_AUTO_TEST_CASE(a_check_counts_what_maps_and_why_the_rest_does_not) {
    National const national;
    auto const checked = national.check(
        "    birth_date: {column: วันเกิด, date: dd/MM/yyyy, era: buddhist}\n"
        "    sex: {column: เพศ, codes: {ช: male}, unknown: withhold}\n"
        "    citizenship: {column: สัญชาติ, codes: {ไทย: TH}}\n"
        "    age: x\n"
        "    shelter: {value: somewhere}\n");
    BOOST_REQUIRE(checked.size() == 4);
    BOOST_TEST(checked[0].mapped == 23);
    BOOST_TEST(reasons(checked[0]) == "date.malformed=1");
    BOOST_TEST(checked[1].mapped == 12);
    BOOST_TEST(reasons(checked[1]) == "source.untranslated_code=12");
    BOOST_TEST(checked[1].untranslated == 1);
    BOOST_TEST(checked[1].withheld);
    BOOST_TEST(reasons(checked[2]) == "source.untranslated_code=12");
    BOOST_TEST(checked[2].untranslated == 2);
    BOOST_TEST(checked[2].common_untranslated.empty());  // not asked for
    BOOST_TEST(checked[3].empty == 1);
    BOOST_TEST(checked[3].good());
}

BOOST_AUTO_TEST_CASE(a_check_names_untranslated_codes_on_demand_and_only_those_many_rows_share) {
    National const national;
    CheckPlan plan;
    plan.show_codes = true;
    auto const checked = national.check("    citizenship: {column: สัญชาติ, codes: {ไทย: TH}}\n", plan);
    BOOST_REQUIRE(checked[0].common_untranslated.size() == 1);
    BOOST_TEST(checked[0].common_untranslated[0].first == "ลาว");  // 11 rows; CanaryLand has one
    plan.rows_per_table = 5;
    BOOST_TEST(national.check("    citizenship: {column: สัญชาติ, codes: {ไทย: TH}}\n", plan)[0].rows == 5);
}

BOOST_AUTO_TEST_CASE(a_table_of_codes_may_stand_in_a_file_beside_the_map) {
    TemporaryDirectory const directory;
    auto const load = [&](std::string const& codes) {
        auto const path = directory.write("map.yaml",
                                          "database: {kind: sqlite, path: x}\n"
                                          "cases:\n"
                                          "  table: t\n"
                                          "  id: no\n"
                                          "  fields:\n"
                                          "    citizenship: {column: nation, codes: " +
                                              codes + "}\n");
        auto const file = load_yaml(path);
        BOOST_REQUIRE(file);
        return FieldMap::load(*file, directory.path());
    };
    directory.write("codes.csv", "code,means\nไทย,TH\n\"a,b\",LA\n-,not_recorded\n");
    auto const map = load("{file: codes.csv}");
    BOOST_REQUIRE_MESSAGE(map, detail_of(map));
    BOOST_TEST((map->fields[0].codes == std::map<std::string, std::string>{{"ไทย", "TH"}, {"a,b", "LA"}, {"-", ""}}));
    directory.write("codes.yaml", "ไทย: TH\nลาว: LA\n");
    BOOST_REQUIRE(load("{file: codes.yaml}"));
    BOOST_TEST(load("{file: codes.yaml}")->fields[0].codes.size() == 2);
    BOOST_TEST(load("{file: TH}")->fields[0].codes.contains("file"));  // a code of that name

    struct Wrong {
        std::string text, complaint;
    };
    for (auto const& [text, complaint] : std::vector<Wrong>{
             {"code,means\nไทย,TH\nลาว,LO8\n", "codes.csv:3: citizenship.codes: expected a code of the list"},
             {"code,means\nไทย,TH\nไทย,LA\n", "codes.csv:3: cases.fields.citizenship.codes: expected each code"},
             {"ours,theirs\n", "codes.csv:1: cases.fields.citizenship.codes: expected the header `code,means`"},
             {"code,means,more\n", "codes.csv:1: cases.fields.citizenship.codes: expected two columns"},
             {"code,means\nไทย,\"TH\n", "codes.csv:3: cases.fields.citizenship.codes: 2:5: a quotation mark"},
             {"code,means\n", "expected a table of the database's codes and ours"},
             {std::string(300 << 10, 'x'), "codes.csv: over 256 KiB"},
             {"code,means\n\xff,TH\n", "codes.csv: not UTF-8"}}) {
        directory.write("codes.csv", text);
        auto const refused = load("{file: codes.csv}");
        BOOST_TEST(code_of(refused) == "field_map.invalid");
        BOOST_TEST(contains(detail_of(refused), complaint), detail_of(refused));
    }
    BOOST_TEST(contains(detail_of(load("{file: missing.csv}")), "map.yaml:6: "));
}

BOOST_AUTO_TEST_CASE(the_published_table_of_nationalities_loads) {
    std::string const folder = CASEBRIDGE_SOURCE_DIR "/packaging/demo/field-maps";
    auto const root = parse_yaml(
        "database: {kind: sqlite, path: x}\n"
        "cases: {table: t, id: no, fields: {citizenship: {column: n, codes: {file: codes/nationality.csv}}}}\n",
        "map.yaml");
    BOOST_REQUIRE(root);
    auto const map = FieldMap::load(YamlFile{{}, *root}, folder);
    BOOST_REQUIRE_MESSAGE(map, detail_of(map));
    auto const& codes = map->fields[0].codes;
    for (auto const* country : {"TH", "LA", "KH", "MM", "VN", "CN"}) {
        auto const words = std::ranges::count_if(codes, [&](auto const& code) { return code.second == country; });
        BOOST_TEST(words >= 6, country);
    }
}

BOOST_AUTO_TEST_SUITE_END()
