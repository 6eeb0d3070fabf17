// The demonstration database of Laos: Lao words, Lao digits, ISO-ordered dates, and consents in a table of their own.
#include "tests/support/demo/database_writer.h"
#include "tests/support/demo/national_databases.h"

#include <array>

namespace casebridge::test {
namespace {

constexpr std::size_t people = 20;

constexpr char const* tables = R"sql(
CREATE TABLE korani (
  lek_thi TEXT PRIMARY KEY, phet TEXT NOT NULL, van_deuan_pi_keut TEXT, sanxat TEXT, su TEXT, nam_sakoun TEXT,
  su_latin TEXT, nam_sakoun_latin TEXT, paphet_kan_khut_hit TEXT, sathana TEXT, phu_tatsin TEXT, van_tatsin TEXT,
  khaen TEXT, samak_chai TEXT, van_pameun TEXT, sathana_khadi TEXT, phu_pok_khong TEXT, song_sai TEXT,
  ban_theuk_phon_pa_nyot TEXT);
CREATE TABLE kan_yinyom (
  lek_yinyom TEXT PRIMARY KEY, lek_korani TEXT, phu_hai TEXT, dek_hen_di TEXT, mi_ban_theuk INTEGER,
  chut_pasong TEXT, phu_hap TEXT, mu_kho_mun TEXT, baep_fom TEXT, sabap_thi TEXT, sha256 TEXT, phasa TEXT,
  phu_pae TEXT, phayan TEXT, sathan_thi TEXT, van_hai TEXT, van_mot_ayu TEXT, van_thon TEXT);
CREATE INDEX yinyom_korani ON kan_yinyom (lek_korani);
)sql";

/// "໒໐໑໗-໐໔-໑໓"
std::string lao(Date date) {
    constexpr std::array<std::string_view, 10> digits = {"໐", "໑", "໒", "໓", "໔", "໕", "໖", "໗", "໘", "໙"};
    std::string text;
    for (char const character : to_iso8601(date)) {
        text += character == '-' ? std::string_view("-") : digits.at(static_cast<std::size_t>(character - '0'));
    }
    return text;
}

std::string exploitation_words(Exploitation exploitation, bool several) {
    std::string const first = exploitation == Exploitation::sexual_exploitation ? "ທາງເພດ"
                              : exploitation == Exploitation::forced_labour     ? "ບັງຄັບແຮງງານ"
                                                                                : "ຂໍທານ";
    return several ? first + ", ຖືກຂັງ" : first;
}

void add_consent(DatabaseWriter& writer, Person const& person, std::string const& number, std::string const& purpose,
                 Date today, bool withdrawn) {
    bool const child = person.kind.band != "18+";
    auto const optional = [](bool is, std::string value) {
        return is ? std::optional(std::move(value)) : std::nullopt;
    };
    writer.insert("kan_yinyom", {{"lek_yinyom", number},
                                 {"lek_korani", person.number},
                                 {"phu_hai", child ? "ຜູ້ປົກຄອງ" : "ຕົນເອງ"},
                                 {"dek_hen_di", optional(child, "ເຫັນດີ")},
                                 {"mi_ban_theuk", child ? "1" : "0"},
                                 {"chut_pasong", purpose},
                                 {"phu_hap", "th-msdhs/nakhon-phanom-shelter; vn-molisa"},
                                 {"mu_kho_mun", "ຕົວຕົນ; ປະຊາກອນ; ສະຖານະ; ການສົ່ງກັບ"},
                                 {"baep_fom", "consent-la-example"},
                                 {"sabap_thi", "1"},
                                 {"sha256", std::string(64, 'a')},
                                 {"phasa", "ລາວ"},
                                 {"phu_pae", std::nullopt},
                                 {"phayan", "ພະຍານສົມມຸດ"},
                                 {"sathan_thi", "ວຽງຈັນ"},
                                 {"van_hai", lao(days_before(today, 30))},
                                 {"van_mot_ayu", lao(days_before(today, -300))},
                                 {"van_thon", optional(withdrawn, lao(days_before(today, 3)))}});
}

void add_case(DatabaseWriter& writer, Dice& dice, Person const& person, Date today) {
    bool const child = person.kind.band != "18+";
    writer.insert("korani", {{"lek_thi", person.number},
                             {"phet", person.kind.sex == Sex::male ? "ຊາຍ" : "ຍິງ"},
                             {"van_deuan_pi_keut", lao(person.born)},
                             {"sanxat", person.kind.nationality == "LA" ? "ລາວ" : "ຫວຽດນາມ"},
                             {"su", person.legal.given},
                             {"nam_sakoun", person.legal.family},
                             {"su_latin", person.transliterated.given},
                             {"nam_sakoun_latin", person.transliterated.family},
                             {"paphet_kan_khut_hit", exploitation_words(person.kind.exploitation, dice.percent(20))},
                             {"sathana", dice.percent(80) ? "ຜູ້ຖືກເຄາະຮ້າຍ" : "ອາດເປັນຜູ້ຖືກເຄາະຮ້າຍ"},
                             {"phu_tatsin", dice.percent(50) ? "ຕຳຫຼວດ" : "ກະຊວງ"},
                             {"van_tatsin", lao(days_before(today, 40 + static_cast<int>(dice.roll(100))))},
                             {"khaen", dice.percent(50) ? "ຄຳມ່ວນ" : "ສະຫວັນນະເຂດ"},
                             {"samak_chai", "ສະໝັກໃຈ"},
                             {"van_pameun", lao(days_before(today, 5 + static_cast<int>(dice.roll(20))))},
                             {"sathana_khadi", "ບໍ່ມີ"},
                             {"phu_pok_khong", child ? "ພໍ່ແມ່" : "ບໍ່ມີ"},
                             {"song_sai", child ? std::optional("ບໍ່") : std::nullopt},
                             {"ban_theuk_phon_pa_nyot", child ? "ມີ" : "ບໍ່ມີ"}});
}

}  // namespace

DemoCases write_laos(std::filesystem::path const& file, std::uint64_t seed, Date today) {
    DatabaseWriter writer(file);
    Dice dice(seed + 3);
    writer.run(tables);
    writer.run("BEGIN");
    constexpr std::array<std::string_view, 4> bands = {"0-14", "15-17", "18+", "18+"};
    for (std::size_t at = 1; at <= people; ++at) {
        Kind kind{dice.percent(80) ? "LA" : "VN", static_cast<Exploitation>(dice.roll(3)),
                  std::string(dice.pick(bands)), dice.percent(30) ? Sex::male : Sex::female};
        if (at == 1) kind = {"LA", Exploitation::forced_labour, "18+", Sex::female};
        Person const person = make_person(dice, "LA-" + padded(at, 4), kind, today);
        add_case(writer, dice, person, today);
        if (at == 1) {
            add_consent(writer, person, "YY-0001", "ຊອກຫາຄອບຄົວ", today, false);
            add_consent(writer, person, "YY-0002", "ສົ່ງຕໍ່", today, true);
        } else if (at % 3 == 0) {
            add_consent(writer, person, "YY-" + padded(at, 4), "ສົ່ງຕໍ່", today, false);
        }
    }
    writer.run("COMMIT");
    return {file.string(), people};
}

}  // namespace casebridge::test
