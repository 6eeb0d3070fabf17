#include "tests/support/demo/names.h"

#include <map>

namespace casebridge::test {

// clang-format off
NameWords const& name_words(std::string const& nationality) {
    static std::map<std::string, NameWords> const all = {
        {"TH", {"Thai", "th", "Latn", "en",
            {{"สมชาย", "Somchai"}, {"วิชัย", "Wichai"}, {"ประเสริฐ", "Prasoet"}, {"กิตติ", "Kitti"}, {"อนันต์", "Anan"}, {"ธนา", "Thana"}},
            {{"สมศรี", "Somsi"}, {"มาลี", "Mali"}, {"กานดา", "Kanda"}, {"วันดี", "Wandi"}, {"พิมพ์", "Phim"}, {"สุดา", "Suda"}, {"อรุณี", "Aruni"}},
            {{"ใจดี", "Chaidi"}, {"ทองสุข", "Thongsuk"}, {"ศรีสว่าง", "Sisawang"}, {"บุญมา", "Bunma"}, {"แก้วใส", "Kaeosai"}, {"รุ่งเรือง", "Rungrueang"}, {"วงศ์ไทย", "Wongthai"}}}},
        {"MM", {"Mymr", "my", "Latn", "en",
            {{"အောင်", "Aung"}, {"ကျော်", "Kyaw"}, {"မင်း", "Min"}, {"ဇော်", "Zaw"}, {"ထွန်း", "Tun"}, {"စိုး", "Soe"}, {"ဝင်း", "Win"}, {"လှိုင်", "Hlaing"}},
            {{"အေး", "Aye"}, {"မြ", "Mya"}, {"သီတာ", "Thida"}, {"ခင်", "Khin"}, {"နု", "Nu"}, {"စန်း", "San"}, {"လှ", "Hla"}, {"ဖြူ", "Phyu"}},
            {}}},
        {"LA", {"Laoo", "lo", "Latn", "en",
            {{"ບຸນມີ", "Bounmy"}, {"ສົມພອນ", "Somphone"}, {"ຄຳ", "Kham"}, {"ວິໄລ", "Vilay"}, {"ທອງ", "Thong"}},
            {{"ນາງ", "Nang"}, {"ດາວ", "Dao"}, {"ຈັນ", "Chan"}, {"ແກ້ວ", "Keo"}, {"ມະນີ", "Mani"}, {"ສີດາ", "Sida"}},
            {{"ພົມມະຈັນ", "Phommachanh"}, {"ວົງສາ", "Vongsa"}, {"ສີສຸກ", "Sisouk"}, {"ແສງທອງ", "Sengthong"}, {"ຄຳພູ", "Khamphou"}}}},
        {"KH", {"Khmr", "km", "Latn", "en",
            {{"សុខ", "Sok"}, {"វិចិត្រ", "Vichet"}, {"ដារា", "Dara"}, {"ពិសិដ្ឋ", "Piseth"}, {"រតនា", "Rotana"}, {"បូរ៉ា", "Bora"}},
            {{"ស្រីមុំ", "Sreymom"}, {"ចន្ទា", "Chantha"}, {"សុភា", "Sophea"}, {"ធីតា", "Thida"}, {"បុប្ផា", "Bopha"}, {"កល្យាណ", "Kalyan"}},
            {{"ចាន់", "Chan"}, {"គឹម", "Kim"}, {"ហេង", "Heng"}, {"លី", "Ly"}, {"ម៉ៅ", "Mao"}, {"ប៊ុន", "Bun"}}}},
        {"ID", {"Latn", "id", "Thai", "th",
            {{"Agus", "อากุส"}, {"Budi", "บูดี"}, {"Dedi", "เดดี"}, {"Eko", "เอโก"}, {"Hadi", "ฮาดี"}, {"Joko", "โจโก"}},
            {{"Dewi", "เดวี"}, {"Putri", "ปุตรี"}, {"Sari", "ซารี"}},
            {}}},
        {"VN", {"Latn", "vi", "Thai", "th",
            {{"Minh", "มิญ"}, {"Hùng", "ฮุ่ง"}, {"Dũng", "สุง"}, {"Tuấn", "ต๊วน"}, {"Bình", "บิ่ญ"}, {"Quân", "กวน"}},
            {{"Lan", "ลาน"}, {"Hoa", "ฮวา"}, {"Mai", "มาย"}, {"Thảo", "ถาว"}},
            {{"Nguyễn", "เหงียน"}, {"Trần", "เจิ่น"}, {"Lê", "เล"}, {"Phạm", "ฝ่าม"}, {"Võ", "หวอ"}}}},
        {"MY", {"Latn", "ms", "Thai", "th",
            {{"Ahmad", "อาหมัด"}, {"Faizal", "ไฟซาล"}, {"Hafiz", "ฮาฟิซ"}},
            {{"Aminah", "อามีนะฮ์"}, {"Siti", "ซีตี"}, {"Nurul", "นูรูล"}},
            {{"Rahman", "เราะห์มาน"}, {"Ismail", "อิสมาอีล"}, {"Yusof", "ยูซุฟ"}}}},
        {"UG", {"Latn", "en", "Thai", "th",
            {{"Moses", "โมเสส"}, {"Isaac", "ไอแซก"}, {"Brian", "ไบรอัน"}},
            {{"Grace", "เกรซ"}, {"Joan", "โจน"}, {"Mercy", "เมอร์ซี"}},
            {{"Okello", "โอเคลโล"}, {"Namukasa", "นามูกาซา"}, {"Mugisha", "มูกิชา"}}}},
    };
    return all.at(nationality);
}
// clang-format on

}  // namespace casebridge::test
