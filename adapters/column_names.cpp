#include "adapters/column_names.h"

#include "adapters/text.h"

#include <unicode/unistr.h>

namespace casebridge {
namespace {

struct Name {
    std::string_view field, word;
};

// Words as they stand in column names: English, Thai (also in Latin letters), Lao, Khmer, Burmese, Vietnamese (also
// without marks). The longest word that a name contains decides; words of up to four bytes must be the whole name.
// clang-format off
constexpr Name names[] = {
    {"id", "caseno"}, {"id", "casenumber"}, {"id", "caseid"}, {"id", "fileno"}, {"id", "recordid"}, {"id", "เลขคดี"},
    {"id", "เลขที่คดี"}, {"id", "รหัสคดี"}, {"id", "เลขเคส"}, {"id", "lekkadi"}, {"id", "ເລກຄະດີ"}, {"id", "ເລກທີຄະດີ"}, {"id", "ລະຫັດຄະດີ"},
    {"id", "លេខសំណុំរឿង"}, {"id", "លេខករណី"}, {"id", "အမှုအမှတ်"}, {"id", "အမှုတွဲအမှတ်"}, {"id", "mãhồsơ"}, {"id", "sốhồsơ"}, {"id", "mahoso"}, {"id", "sohoso"},
    {"names.full", "fullname"}, {"names.full", "name"}, {"names.full", "victimname"}, {"names.full", "ชื่อสกุล"}, {"names.full", "ชื่อนามสกุล"}, {"names.full", "chuesakun"},
    {"names.full", "ຊື່ແລະນາມສະກຸນ"}, {"names.full", "គោត្តនាមនិងនាម"}, {"names.full", "ឈ្មោះពេញ"}, {"names.full", "ឈ្មោះ"}, {"names.full", "အမည်"}, {"names.full", "နာမည်"}, {"names.full", "họtên"}, {"names.full", "họvàtên"}, {"names.full", "hoten"}, {"names.full", "hovaten"},
    {"names.given", "firstname"}, {"names.given", "givenname"}, {"names.given", "forename"}, {"names.given", "ชื่อ"}, {"names.given", "ชื่อตัว"}, {"names.given", "chue"}, {"names.given", "ຊື່"}, {"names.given", "នាមខ្លួន"}, {"names.given", "tên"}, {"names.given", "ten"},
    {"names.family", "lastname"}, {"names.family", "surname"}, {"names.family", "familyname"}, {"names.family", "นามสกุล"}, {"names.family", "สกุล"}, {"names.family", "namsakun"}, {"names.family", "ນາມສະກຸນ"}, {"names.family", "គោត្តនាម"}, {"names.family", "នាមត្រកូល"}, {"names.family", "họ"}, {"names.family", "ho"},
    {"names.title", "title"}, {"names.title", "salutation"}, {"names.title", "คำนำหน้า"}, {"names.title", "คำนำหน้าชื่อ"}, {"names.title", "ຄຳນຳໜ້າ"}, {"names.title", "គោរមងារ"}, {"names.title", "danhxưng"},
    {"birth_date", "birthdate"}, {"birth_date", "dateofbirth"}, {"birth_date", "dob"}, {"birth_date", "born"}, {"birth_date", "วันเกิด"}, {"birth_date", "วันเดือนปีเกิด"}, {"birth_date", "wankoet"}, {"birth_date", "wankerd"}, {"birth_date", "ວັນເກີດ"}, {"birth_date", "ວັນເດືອນປີເກີດ"}, {"birth_date", "ថ្ងៃខែឆ្នាំកំណើត"}, {"birth_date", "ថ្ងៃកំណើត"}, {"birth_date", "မွေးသက္ကရာဇ်"}, {"birth_date", "မွေးနေ့"}, {"birth_date", "ngàysinh"}, {"birth_date", "ngaysinh"}, {"birth_date", "namsinh"}, {"birth_date", "nămsinh"},
    {"birth_place", "birthplace"}, {"birth_place", "placeofbirth"}, {"birth_place", "สถานที่เกิด"}, {"birth_place", "ບ່ອນເກີດ"}, {"birth_place", "ទីកន្លែងកំណើត"}, {"birth_place", "မွေးရပ်"}, {"birth_place", "nơisinh"}, {"birth_place", "noisinh"},
    {"age", "age"}, {"age", "อายุ"}, {"age", "ອາຍຸ"}, {"age", "អាយុ"}, {"age", "အသက်"}, {"age", "tuổi"}, {"age", "tuoi"},
    {"sex", "sex"}, {"sex", "gender"}, {"sex", "เพศ"}, {"sex", "phet"}, {"sex", "ເພດ"}, {"sex", "ភេទ"}, {"sex", "ကျားမ"}, {"sex", "လိင်"}, {"sex", "giớitính"}, {"sex", "gioitinh"},
    {"citizenship", "nationality"}, {"citizenship", "citizenship"}, {"citizenship", "สัญชาติ"}, {"citizenship", "sanchat"}, {"citizenship", "ສັນຊາດ"}, {"citizenship", "សញ្ជាតិ"}, {"citizenship", "နိုင်ငံသား"}, {"citizenship", "လူမျိုး"}, {"citizenship", "quốctịch"}, {"citizenship", "quoctich"},
    {"documents.number", "idcard"}, {"documents.number", "idnumber"}, {"documents.number", "nationalid"}, {"documents.number", "citizenid"}, {"documents.number", "passport"}, {"documents.number", "passportno"}, {"documents.number", "เลขบัตรประชาชน"}, {"documents.number", "เลขประจำตัวประชาชน"}, {"documents.number", "หนังสือเดินทาง"}, {"documents.number", "บัตรประชาชน"}, {"documents.number", "ບັດປະຈຳຕົວ"}, {"documents.number", "ໜັງສືຜ່ານແດນ"}, {"documents.number", "អត្តសញ្ញាណប័ណ្ណ"}, {"documents.number", "លិខិតឆ្លងដែន"}, {"documents.number", "မှတ်ပုံတင်"}, {"documents.number", "နိုင်ငံကူးလက်မှတ်"}, {"documents.number", "cmnd"}, {"documents.number", "cccd"}, {"documents.number", "hộchiếu"}, {"documents.number", "hochieu"}, {"documents.number", "căncước"},
    {"addresses.street", "address"}, {"addresses.street", "street"}, {"addresses.street", "ที่อยู่"}, {"addresses.street", "thiyu"}, {"addresses.street", "ທີ່ຢູ່"}, {"addresses.street", "អាសយដ្ឋាន"}, {"addresses.street", "လိပ်စာ"}, {"addresses.street", "địachỉ"}, {"addresses.street", "diachi"},
    {"addresses.city", "district"}, {"addresses.city", "city"}, {"addresses.city", "อำเภอ"}, {"addresses.city", "ເມືອງ"}, {"addresses.city", "ស្រុក"}, {"addresses.city", "မြို့နယ်"}, {"addresses.city", "quậnhuyện"}, {"addresses.city", "huyện"},
    {"addresses.state", "province"}, {"addresses.state", "จังหวัด"}, {"addresses.state", "ແຂວງ"}, {"addresses.state", "ខេត្ត"}, {"addresses.state", "ပြည်နယ်"}, {"addresses.state", "တိုင်းဒေသ"}, {"addresses.state", "tỉnh"}, {"addresses.state", "tinhthanh"},
    {"addresses.postal_code", "postcode"}, {"addresses.postal_code", "postalcode"}, {"addresses.postal_code", "zipcode"}, {"addresses.postal_code", "รหัสไปรษณีย์"},
    {"mobile_phone", "phone"}, {"mobile_phone", "telephone"}, {"mobile_phone", "mobile"}, {"mobile_phone", "phonenumber"}, {"mobile_phone", "โทรศัพท์"}, {"mobile_phone", "เบอร์โทร"}, {"mobile_phone", "thorasap"}, {"mobile_phone", "ໂທລະສັບ"}, {"mobile_phone", "ເບີໂທ"}, {"mobile_phone", "ទូរស័ព្ទ"}, {"mobile_phone", "លេខទូរស័ព្ទ"}, {"mobile_phone", "ဖုန်း"}, {"mobile_phone", "ဖုန်းနံပါတ်"}, {"mobile_phone", "điệnthoại"}, {"mobile_phone", "dienthoai"}, {"mobile_phone", "sđt"},
    {"email", "email"}, {"email", "อีเมล"}, {"email", "ອີເມວ"}, {"email", "អ៊ីមែល"}, {"email", "အီးမေးလ်"},
    {"shelter", "shelter"}, {"shelter", "สถานคุ้มครอง"}, {"shelter", "บ้านพัก"}, {"shelter", "ສູນພັກ"}, {"shelter", "ບ່ອນພັກ"}, {"shelter", "មជ្ឈមណ្ឌល"}, {"shelter", "ជម្រក"}, {"shelter", "ခိုလှုံရာ"}, {"shelter", "ဂေဟာ"}, {"shelter", "nhàtạmlánh"}, {"shelter", "nhatamlanh"},
    {"trafficking_status", "victimstatus"}, {"trafficking_status", "traffickingstatus"}, {"trafficking_status", "status"}, {"trafficking_status", "สถานภาพ"}, {"trafficking_status", "สถานะ"}, {"trafficking_status", "ສະຖານະ"}, {"trafficking_status", "ស្ថានភាព"}, {"trafficking_status", "အခြေအနေ"}, {"trafficking_status", "tìnhtrạng"}, {"trafficking_status", "trạngthái"}, {"trafficking_status", "trangthai"},
    {"facts.guardian_suspect", "guardiansuspect"}, {"facts.guardian_suspect", "guardiansuspected"}, {"facts.guardian_suspect", "ผู้ปกครองต้องสงสัย"},
    {"documents.expires_on", "expirydate"}, {"documents.expires_on", "expireson"}, {"documents.expires_on", "วันหมดอายุ"}, {"documents.expires_on", "ວັນໝົດອາຍຸ"}, {"documents.expires_on", "ថ្ងៃផុតកំណត់"}, {"documents.expires_on", "ngàyhếthạn"},
    {"proceedings_state", "proceedings"}, {"proceedings_state", "สถานะคดีความ"},
    {"facts.guardian", "guardian"}, {"facts.guardian", "ผู้ปกครอง"}, {"facts.guardian", "phupokkhrong"}, {"facts.guardian", "ຜູ້ປົກຄອງ"}, {"facts.guardian", "អាណាព្យាបាល"}, {"facts.guardian", "အုပ်ထိန်းသူ"}, {"facts.guardian", "ngườigiámhộ"}, {"facts.guardian", "giámhộ"}, {"facts.guardian", "giamho"},
    {"primary_language", "language"}, {"primary_language", "ภาษา"}, {"primary_language", "ພາສາ"}, {"primary_language", "ភាសា"}, {"primary_language", "ဘာသာစကား"}, {"primary_language", "ngônngữ"}, {"primary_language", "ngonngu"},
    {"marital_status", "maritalstatus"}, {"marital_status", "สถานภาพสมรส"}, {"marital_status", "ສະຖານະພາບຄອບຄົວ"}, {"marital_status", "ស្ថានភាពគ្រួសារ"}, {"marital_status", "အိမ်ထောင်ရေး"}, {"marital_status", "hônnhân"},
    {"number_of_children", "children"}, {"number_of_children", "จำนวนบุตร"}, {"number_of_children", "ຈຳນວນລູກ"}, {"number_of_children", "ចំនួនកូន"}, {"number_of_children", "သားသမီး"}, {"number_of_children", "sốcon"},
    {"education", "education"}, {"education", "การศึกษา"}, {"education", "ການສຶກສາ"}, {"education", "ការអប់រំ"}, {"education", "ပညာရေး"}, {"education", "họcvấn"},
    {"exploitation_types", "exploitation"}, {"exploitation_types", "การแสวงหาประโยชน์"}, {"exploitation_types", "ການຂູດຮີດ"}, {"exploitation_types", "ការកេងប្រវ័ញ្ច"}, {"exploitation_types", "ခေါင်းပုံဖြတ်"}, {"exploitation_types", "bóclột"},
    {"deceased", "deceased"}, {"deceased", "เสียชีวิต"}, {"deceased", "ເສຍຊີວິດ"}, {"deceased", "ស្លាប់"}, {"deceased", "သေဆုံး"}, {"deceased", "đãmất"},
    {"health_summary", "health"}, {"health_summary", "สุขภาพ"}, {"health_summary", "ສຸຂະພາບ"}, {"health_summary", "សុខភាព"}, {"health_summary", "ကျန်းမာရေး"}, {"health_summary", "sứckhỏe"},
    {"case_narrative", "narrative"}, {"case_narrative", "ข้อเท็จจริง"}, {"case_narrative", "ຂໍ້ເທັດຈິງ"}, {"case_narrative", "អង្គហេតុ"}, {"case_narrative", "ဖြစ်စဉ်"}, {"case_narrative", "diễnbiến"},
    {"border_crossing", "bordercrossing"}, {"border_crossing", "ด่านชายแดน"}, {"border_crossing", "ດ່ານຊາຍແດນ"}, {"border_crossing", "ច្រកព្រំដែន"}, {"border_crossing", "နယ်စပ်ဂိတ်"}, {"border_crossing", "cửakhẩu"},
    {"relatives.name", "mothername"}, {"relatives.name", "fathername"}, {"relatives.name", "ชื่อมารดา"}, {"relatives.name", "ชื่อบิดา"}, {"relatives.name", "ຊື່ແມ່"}, {"relatives.name", "ຊື່ພໍ່"}, {"relatives.name", "ឈ្មោះម្តាយ"}, {"relatives.name", "ឈ្មោះឪពុក"}, {"relatives.name", "မိခင်အမည်"}, {"relatives.name", "အဖအမည်"}, {"relatives.name", "tênmẹ"}, {"relatives.name", "tênbố"},
};
// clang-format on

constexpr std::size_t longest_whole_word = 4;

/// Small letters without what separates words.
std::string simplified(std::string_view name) {
    auto const normal = normalise_text(name);
    if (!normal) return "";
    auto all = icu::UnicodeString::fromUTF8(*normal);
    all.toLower();
    std::string text, simple;
    all.toUTF8String(text);
    for (char const c : text) {
        if (std::string_view(" -_./").find(c) == std::string_view::npos) simple += c;
    }
    return simple;
}

}  // namespace

std::string_view guess_field(std::string_view column) {
    auto const name = simplified(column);
    Name const* best = nullptr;
    for (auto const& each : names) {
        if (name == each.word) return each.field;
        bool const inside = each.word.size() > longest_whole_word && name.find(each.word) != std::string::npos;
        if (inside && (best == nullptr || each.word.size() > best->word.size())) best = &each;
    }
    return best == nullptr ? std::string_view() : best->field;
}

}  // namespace casebridge
