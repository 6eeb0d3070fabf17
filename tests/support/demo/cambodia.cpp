// The demonstration database of Cambodia: SQLCipher, transliterated Khmer columns, Khmer words, digits and months.
#include "tests/support/demo/database_writer.h"
#include "tests/support/demo/national_databases.h"

#include <array>
#include <map>

namespace casebridge::test {
namespace {

constexpr std::size_t people = 40;

constexpr char const* tables = R"sql(
CREATE TABLE sammnum_rueng (
  lekh_sammnum TEXT PRIMARY KEY, phet TEXT NOT NULL, thngai_kamnaet TEXT, sanhcheat TEXT, pheasa TEXT,
  chhmoh_khmer TEXT, trakaul_khmer TEXT, aksar TEXT, pheasa_chhmoh TEXT, chhmoh_latin TEXT, trakaul_latin TEXT,
  aksar_latin TEXT, sthanaphap TEXT, nak_samrach TEXT, kalaborichhet_samrach TEXT, mandol TEXT, khet TEXT,
  smakchet TEXT, thngai_vay_tamlai TEXT, lotthaphol TEXT, sthanaphap_kdey TEXT, thngai_banhchoun TEXT,
  protes_trolop TEXT, chrok_prumdaen TEXT, anaphyeabeal TEXT, sangsay TEXT, kruosar_sangsay TEXT, kamnot_het TEXT, kamnot_samkhan TEXT);
CREATE TABLE prophet_kenpraves (lekh_sammnum TEXT, prophet TEXT);
CREATE INDEX prophet_lekh ON prophet_kenpraves (lekh_sammnum);
)sql";

/// "១៣ មេសា ១៩៩៧"
std::string khmer(Date date) {
    constexpr std::array<std::string_view, 12> months = {"មករា",  "កុម្ភៈ", "មីនា",  "មេសា", "ឧសភា",  "មិថុនា",
                                                         "កក្កដា", "សីហា",  "កញ្ញា", "តុលា",  "វិច្ឆិកា", "ធ្នូ"};
    constexpr std::array<std::string_view, 10> digits = {"០", "១", "២", "៣", "៤", "៥", "៦", "៧", "៨", "៩"};
    auto const number = [&](unsigned value) {
        std::string text;
        for (char const digit : std::to_string(value)) text += digits.at(static_cast<std::size_t>(digit - '0'));
        return text;
    };
    return number(static_cast<unsigned>(date.day())) + " " +
           std::string(months.at(static_cast<unsigned>(date.month()) - 1)) + " " +
           number(static_cast<unsigned>(static_cast<int>(date.year())));
}

std::string nationality_word(std::string const& code) {
    static std::map<std::string, std::string> const words = {{"KH", "ខ្មែរ"}, {"LA", "ឡាវ"}, {"VN", "វៀតណាម"}};
    return words.at(code);
}

std::string exploitation_word(Exploitation exploitation) {
    switch (exploitation) {
        case Exploitation::sexual_exploitation:
            return "ផ្លូវភេទ";
        case Exploitation::forced_labour:
            return "ពលកម្មដោយបង្ខំ";
        case Exploitation::begging:
            return "សុំទាន";
    }
    return "";
}

void add_case(DatabaseWriter& writer, Dice& dice, Person const& person, Date today) {
    bool const foreign = person.kind.nationality != "KH";
    bool const child = person.kind.band != "18+";
    auto const ago = [&](int days, std::size_t spread) {
        return khmer(days_before(today, days + static_cast<int>(dice.roll(spread))));
    };
    std::vector<Cell> row = {{"lekh_sammnum", person.number},
                             {"phet", person.kind.sex == Sex::male ? "ប្រុស" : "ស្រី"},
                             {"thngai_kamnaet", khmer(person.born)},
                             {"sanhcheat", nationality_word(person.kind.nationality)},
                             {"pheasa", nationality_word(person.kind.nationality)},
                             {"chhmoh_khmer", person.legal.given},
                             {"trakaul_khmer", person.legal.family},
                             {"aksar", person.legal.script},
                             {"pheasa_chhmoh", person.legal.language},
                             {"chhmoh_latin", person.transliterated.given},
                             {"trakaul_latin", person.transliterated.family},
                             {"aksar_latin", person.transliterated.script},
                             {"sthanaphap", "ជនរងគ្រោះ"},
                             {"nak_samrach", dice.percent(50) ? "នគរបាល" : "មន្ត្រីសង្គមកិច្ច"},
                             {"kalaborichhet_samrach", ago(30, 200)},
                             {"mandol", "មជ្ឈមណ្ឌលគំរូ"},
                             {"khet", dice.percent(50) ? "បន្ទាយមានជ័យ" : "ភ្នំពេញ"},
                             {"kamnot_samkhan", child ? "មាន" : "គ្មាន"},
                             {"kamnot_het", "កំណត់ត្រាសម្មតិសម្រាប់ការបង្ហាញ"}};
    if (child) {
        row.emplace_back("anaphyeabeal", "ឪពុកម្តាយ");
        row.emplace_back("sangsay", dice.percent(10) ? "បាទ" : "ទេ");
    }
    if (!child && !foreign) row.emplace_back("kruosar_sangsay", "ទេ");
    if (foreign) {
        row.emplace_back("smakchet", "ស្ម័គ្រចិត្ត");
        row.emplace_back("thngai_vay_tamlai", ago(5, 20));
        row.emplace_back("lotthaphol", "សុវត្ថិភាព");
        row.emplace_back("sthanaphap_kdey", "គ្មាន");
        row.emplace_back("thngai_banhchoun", khmer(days_before(today, -20 - static_cast<int>(dice.roll(40)))));
        row.emplace_back("protes_trolop", nationality_word(person.kind.nationality));
        row.emplace_back("chrok_prumdaen", person.kind.nationality == "LA" ? "ត្រពាំងគ្រៀល" : "បាវិត");
    }
    writer.insert("sammnum_rueng", row);
    writer.insert("prophet_kenpraves",
                  {{"lekh_sammnum", person.number}, {"prophet", exploitation_word(person.kind.exploitation)}});
    if (dice.percent(15)) {
        writer.insert("prophet_kenpraves", {{"lekh_sammnum", person.number}, {"prophet", "ផ្សេងៗ"}});
    }
}

}  // namespace

DemoCases write_cambodia(std::filesystem::path const& file, std::string const& raw_key, std::uint64_t seed,
                         Date today) {
    DatabaseWriter writer(file, raw_key);
    Dice dice(seed + 2);
    writer.run(tables);
    writer.run("BEGIN");
    constexpr std::array<std::string_view, 5> nationalities = {"KH", "KH", "KH", "VN", "LA"};
    constexpr std::array<std::string_view, 4> bands = {"0-14", "15-17", "18+", "18+"};
    for (std::size_t at = 1; at <= people; ++at) {
        Kind kind{std::string(dice.pick(nationalities)), static_cast<Exploitation>(dice.roll(3)),
                  std::string(dice.pick(bands)), dice.percent(50) ? Sex::male : Sex::female};
        if (at == 1) kind = {"LA", Exploitation::forced_labour, "18+", Sex::female};
        add_case(writer, dice, make_person(dice, "KH-2017-" + padded(at, 4), kind, today), today);
    }
    writer.run("COMMIT");
    return {file.string(), people};
}

}  // namespace casebridge::test
