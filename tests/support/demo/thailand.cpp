// The demonstration database of Thailand: tables and columns with Thai names, dates as text in the Buddhist era.
#include "tests/support/demo/database_writer.h"
#include "tests/support/demo/national_databases.h"

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>

namespace casebridge::test {
namespace {

constexpr char const* tables = R"sql(
CREATE TABLE "คดี" (
  "เลขคดี" TEXT PRIMARY KEY, "เพศ" TEXT NOT NULL, "วันเกิด" TEXT, "สัญชาติ" TEXT, "ภาษา" TEXT, "โทรศัพท์" TEXT,
  "รูปแบบการแสวงหาประโยชน์" TEXT, "ประเภทกิจการ" TEXT, "สถานภาพ" TEXT, "ผู้คัดแยก" TEXT, "หน่วยงานคัดแยก" TEXT,
  "วันที่คัดแยก" TEXT, "สถานคุ้มครอง" TEXT, "จังหวัดคุ้มครอง" TEXT, "วันที่แจ้งสิทธิ" TEXT, "การคุ้มครอง" TEXT,
  "ความสมัครใจกลับ" TEXT, "วันประเมินความปลอดภัย" TEXT, "ผลประเมินความปลอดภัย" TEXT, "สถานะคดีความ" TEXT,
  "วันที่จะส่งกลับ" TEXT, "ประเทศที่จะส่งกลับ" TEXT, "ด่านชายแดน" TEXT, "หน่วยงานรับ" TEXT, "เอกสารเดินทาง" TEXT,
  "ต้องการล่าม" TEXT, "ผู้ปกครอง" TEXT, "ผู้ปกครองต้องสงสัย" TEXT,
  "ญาติต้องสงสัย" TEXT, "บันทึกประโยชน์สูงสุด" TEXT, "ไม่เปิดเผยต่อ" TEXT,
  "สุขภาพ" TEXT, "ข้อเท็จจริง" TEXT);
CREATE TABLE "ชื่อ" ("เลขคดี" TEXT, "ลำดับ" INTEGER, "ประเภท" TEXT, "อักษร" TEXT, "ภาษา" TEXT, "คำนำหน้า" TEXT,
  "ชื่อตัว" TEXT, "ชื่อสกุล" TEXT);
CREATE INDEX "ชื่อ_เลขคดี" ON "ชื่อ" ("เลขคดี");
CREATE TABLE "ที่อยู่" ("เลขคดี" TEXT, "ประเภท" TEXT, "เมือง" TEXT, "จังหวัด" TEXT, "ประเทศ" TEXT);
CREATE INDEX "ที่อยู่_เลขคดี" ON "ที่อยู่" ("เลขคดี");
CREATE TABLE "เอกสาร" ("เลขคดี" TEXT, "ชนิด" TEXT, "เลขที่" TEXT, "ประเทศ" TEXT, "วันหมดอายุ" TEXT);
CREATE INDEX "เอกสาร_เลขคดี" ON "เอกสาร" ("เลขคดี");
)sql";

struct Country {
    std::string_view name, language, city, state, checkpoint;
};

Country const& country(std::string const& code) {
    static std::map<std::string, Country> const all = {
        {"TH", {"ไทย", "ไทย", "แม่สาย", "เชียงราย", ""}},
        {"MM", {"เมียนมา", "พม่า", "ท่าขี้เหล็ก", "ฉาน", "แม่สาย-ท่าขี้เหล็ก"}},
        {"LA", {"ลาว", "ลาว", "ท่าแขก", "คำม่วน", "นครพนม-ท่าแขก"}},
        {"KH", {"กัมพูชา", "เขมร", "ปอยเปต", "บันเตียเมียนเจย", "คลองลึก-ปอยเปต"}},
        {"ID", {"อินโดนีเซีย", "อินโดนีเซีย", "ตกาล", "ชวากลาง", "ดอนเมือง"}},
        {"VN", {"เวียดนาม", "เวียดนาม", "วินห์", "เหงะอาน", "สุวรรณภูมิ"}},
        {"MY", {"มาเลเซีย", "มลายู", "อลอร์สตาร์", "เกอดะฮ์", "สะเดา"}},
        {"UG", {"ยูกันดา", "อังกฤษ", "จินจา", "จินจา", "สุวรรณภูมิ"}},
    };
    return all.at(code);
}

std::string exploitation_word(Exploitation exploitation) {
    switch (exploitation) {
        case Exploitation::sexual_exploitation:
            return "แสวงหาประโยชน์ทางเพศ";
        case Exploitation::forced_labour:
            return "บังคับใช้แรงงาน";
        case Exploitation::begging:
            return "นำคนมาขอทาน";
    }
    return "";
}

std::string title(Person const& person) {
    bool const child = person.kind.band == "0-14";
    if (person.kind.sex == Sex::male) return child ? "เด็กชาย" : "นาย";
    return child ? "เด็กหญิง" : "นางสาว";
}

class ThaiDatabase {
public:
    ThaiDatabase(std::filesystem::path const& file, std::uint64_t seed, Date today)
        : writer_(file), dice_(seed), today_(today) {
        writer_.run(tables);
        writer_.run("BEGIN");
    }

    void add(std::string number, Kind const& kind, bool complete) {
        Person const person = make_person(dice_, std::move(number), kind, today_);
        std::vector<Cell> row = who(person);
        append(row, decisions(person, complete));
        append(row, return_plan(person, complete));
        append(row, protections(person, complete));
        writer_.insert("คดี", row);
        add_names(person);
        add_papers(person, complete);
    }

    void finish() { writer_.run("COMMIT"); }

private:
    static void append(std::vector<Cell>& row, std::vector<Cell> more) {
        row.insert(row.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    }

    std::string ago(int at_least, std::size_t spread) {
        return buddhist(days_before(today_, at_least + static_cast<int>(dice_.roll(spread))));
    }

    std::vector<Cell> who(Person const& person) {
        constexpr std::array<std::string_view, 5> trades = {"ประมง", "ก่อสร้าง", "เกษตร", "งานบ้าน", "โรงงาน"};
        bool const labour = person.kind.exploitation == Exploitation::forced_labour;
        std::string const phone = "000-000-" + padded(dice_.roll(10000), 4);  // no exchange begins with 000
        return {{"เลขคดี", person.number},
                {"เพศ", person.kind.sex == Sex::male ? "ช" : "ญ"},
                {"วันเกิด", buddhist(person.born)},
                {"สัญชาติ", std::string(country(person.kind.nationality).name)},
                {"ภาษา", std::string(country(person.kind.nationality).language)},
                {"โทรศัพท์", person.kind.band == "18+" ? std::optional(phone) : std::nullopt},
                {"รูปแบบการแสวงหาประโยชน์", exploitation_word(person.kind.exploitation)},
                {"ประเภทกิจการ", labour ? std::optional(std::string(dice_.pick(trades))) : std::nullopt}};
    }

    std::vector<Cell> decisions(Person const& person, bool complete) {
        constexpr std::array<std::string_view, 3> provinces = {"นนทบุรี", "ปทุมธานี", "เชียงราย"};
        bool const police = !complete && dice_.percent(40);
        std::string const notified = ago(20, 200);
        return {{"สถานภาพ", complete || dice_.percent(80) ? "เป็นผู้เสียหาย" : "อาจเป็นผู้เสียหาย"},
                {"ผู้คัดแยก", police ? "ตำรวจ" : "ทีมสหวิชาชีพ"},
                {"หน่วยงานคัดแยก", police ? "กองบังคับการปราบปรามการค้ามนุษย์ (ตัวอย่าง)" : "พมจ. (ตัวอย่าง)"},
                {"วันที่คัดแยก", ago(30, 300)},
                {"สถานคุ้มครอง", person.kind.sex == Sex::male ? "สถานคุ้มครองชาย (ตัวอย่าง)" : "สถานคุ้มครองหญิง (ตัวอย่าง)"},
                {"จังหวัดคุ้มครอง", std::string(dice_.pick(provinces))},
                {"วันที่แจ้งสิทธิ", notified},
                {"การคุ้มครอง", complete || dice_.percent(85) ? "รับ" : "ไม่รับ"}};
    }

    std::vector<Cell> return_plan(Person const& person, bool complete) {
        if (person.kind.nationality == "TH" || (!complete && dice_.percent(50))) return {};
        Country const& home = country(person.kind.nationality);
        auto const in_days = 14 + static_cast<int>(dice_.roll(60));
        std::vector<Cell> plan = {{"ความสมัครใจกลับ", "สมัครใจ"},
                                  {"วันประเมินความปลอดภัย", ago(5, 25)},
                                  {"ผลประเมินความปลอดภัย", complete ? "ปลอดภัย" : "ปลอดภัยโดยมีมาตรการ"},
                                  {"สถานะคดีความ", complete ? "สิ้นสุดแล้ว" : "อยู่ระหว่างสอบสวน"},
                                  {"วันที่จะส่งกลับ", buddhist(days_before(today_, -in_days))},
                                  {"ประเทศที่จะส่งกลับ", std::string(home.name)},
                                  {"ด่านชายแดน", std::string(home.checkpoint)},
                                  {"เอกสารเดินทาง", complete ? "หนังสือรับรองบุคคล" : "ยังไม่มี"},
                                  {"ต้องการล่าม", "ใช่"}};
        if (person.kind.nationality == "KH") plan.emplace_back("หน่วยงานรับ", "ศูนย์พักคอยปอยเปต");
        return plan;
    }

    std::vector<Cell> protections(Person const& person, bool complete) {
        bool const child = person.kind.band != "18+";
        std::vector<Cell> row = {
            {"บันทึกประโยชน์สูงสุด", child ? "มี" : "ไม่เกี่ยวข้อง"},
            {"สุขภาพ", complete ? std::optional("ต้องติดตามอาการบาดเจ็บที่มือ (ข้อมูลสมมุติ)") : std::nullopt},
            {"ข้อเท็จจริง", "บันทึกสมมุติสำหรับการสาธิต ไม่ใช่บุคคลจริง"}};
        if (complete) row.emplace_back("ญาติต้องสงสัย", "ไม่ใช่");
        if (!child) return row;
        bool const suspect = !complete && dice_.percent(10);
        row.emplace_back("ผู้ปกครอง", complete || dice_.percent(60) ? "บิดามารดา" : "ผู้แทนที่ได้รับแต่งตั้ง");
        row.emplace_back("ผู้ปกครองต้องสงสัย", suspect ? "ใช่" : "ไม่ใช่");
        if (suspect) row.emplace_back("ไม่เปิดเผยต่อ", "บิดา (สมมุติ); มารดา (สมมุติ)");
        return row;
    }

    void add_names(Person const& person) {
        constexpr std::array<std::string_view, 2> kinds = {"ตามเอกสาร", "ถอดอักษร"};
        std::size_t order = 0;
        for (auto const* name : {&person.legal, &person.transliterated}) {
            auto const family = name->family.empty() ? std::nullopt : std::optional(name->family);
            writer_.insert("ชื่อ", {{"เลขคดี", person.number},
                                  {"ลำดับ", std::to_string(order + 1)},
                                  {"ประเภท", std::string(kinds.at(order))},
                                  {"อักษร", name->script},
                                  {"ภาษา", name->language},
                                  {"คำนำหน้า", order == 0 ? std::optional(title(person)) : std::nullopt},
                                  {"ชื่อตัว", name->given},
                                  {"ชื่อสกุล", family}});
            ++order;
        }
    }

    void add_papers(Person const& person, bool complete) {
        Country const& home = country(person.kind.nationality);
        writer_.insert("ที่อยู่", {{"เลขคดี", person.number},
                               {"ประเภท", "ภูมิลำเนา"},
                               {"เมือง", std::string(home.city)},
                               {"จังหวัด", std::string(home.state)},
                               {"ประเทศ", std::string(home.name)}});
        if (!complete && dice_.percent(70)) return;
        writer_.insert("เอกสาร",
                       {{"เลขคดี", person.number},
                        {"ชนิด", "หนังสือเดินทาง"},
                        {"เลขที่", "X" + padded(dice_.roll(1000000), 7)},
                        {"ประเทศ", std::string(home.name)},
                        {"วันหมดอายุ", buddhist(days_before(today_, -400 - static_cast<int>(dice_.roll(900))))}});
    }

    DatabaseWriter writer_;
    Dice dice_;
    Date today_;
};

/// Takes the first person of `kind` out of `kinds`.
void take(std::vector<Kind>& kinds, Kind const& kind) {
    auto const found = std::find(kinds.begin(), kinds.end(), kind);
    if (found == kinds.end()) throw std::runtime_error("counts: a person the demonstration needs is not in the table");
    kinds.erase(found);
}

}  // namespace

DemoCases write_thailand(std::filesystem::path const& file, std::vector<Kind> kinds, std::uint64_t seed, Date today) {
    std::size_t const count = kinds.size();
    Kind const adult{"KH", Exploitation::forced_labour, "18+", Sex::male};
    Kind const child{"KH", Exploitation::begging, "0-14", Sex::female};
    take(kinds, adult);
    take(kinds, child);

    ThaiDatabase database(file, seed, today);
    database.add(std::string(adult_return_case), adult, true);
    database.add(std::string(child_case), child, true);
    Dice order(seed + 1);
    for (std::size_t left = kinds.size(); left > 0; --left) {
        std::swap(kinds[left - 1], kinds[order.roll(left)]);
        database.add("TH-2560-" + padded(count - left + 1, 4), kinds[left - 1], false);
    }
    database.finish();
    return {file.string(), count};
}

}  // namespace casebridge::test
