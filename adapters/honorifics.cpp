#include "adapters/honorifics.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace casebridge {
namespace {

/// `attached`: written without a space, too, as Thai and Chinese do.
enum class Side { before, after };
struct Honorific {
    std::string_view language, title;
    Side side;
    bool attached;
};

constexpr Side before = Side::before;
constexpr Side after = Side::after;

// clang-format off
constexpr Honorific honorifics[] = {
    {"th", "นาย", before, true}, {"th", "นาง", before, true}, {"th", "นางสาว", before, true},
    {"th", "น.ส.", before, true}, {"th", "เด็กชาย", before, true}, {"th", "เด็กหญิง", before, true},
    {"th", "ด.ช.", before, true}, {"th", "ด.ญ.", before, true}, {"th", "คุณ", before, true},
    {"th", "พระ", before, false}, {"th", "สามเณร", before, true}, {"th", "ดร.", before, true},
    {"lo", "ທ້າວ", before, true}, {"lo", "ນາງ", before, true}, {"lo", "ນາງສາວ", before, true}, {"lo", "ທ່ານ", before, true},
    {"lo", "ນ.", before, true}, {"lo", "ທ.", before, true}, {"lo", "ເດັກຊາຍ", before, true}, {"lo", "ເດັກຍິງ", before, true},
    {"km", "លោក", before, true}, {"km", "លោកស្រី", before, true}, {"km", "អ្នកស្រី", before, true}, {"km", "កញ្ញា", before, true},
    {"km", "កុមារា", before, true}, {"km", "កុមារី", before, true}, {"km", "អ្នកនាង", before, true},
    {"my", "ဦး", before, false}, {"my", "ဒေါ်", before, true}, {"my", "မောင်", before, false}, {"my", "ကို", before, false},
    {"my", "မ", before, false}, {"my", "ဒေါက်တာ", before, true}, {"my", "U", before, false}, {"my", "Daw", before, false},
    {"my", "Ko", before, false}, {"my", "Ma", before, false}, {"my", "Maung", before, false},
    {"vi", "Ông", before, false}, {"vi", "Bà", before, false}, {"vi", "Anh", before, false}, {"vi", "Chị", before, false},
    {"vi", "Cô", before, false}, {"vi", "Em", before, false}, {"vi", "Cháu", before, false},
    {"zh", "先生", after, true}, {"zh", "女士", after, true}, {"zh", "小姐", after, true}, {"zh", "太太", after, true},
    {"ja", "さん", after, true}, {"ja", "様", after, true}, {"ja", "氏", after, true}, {"ja", "くん", after, true}, {"ja", "ちゃん", after, true},
    {"en", "Mr", before, false}, {"en", "Mr.", before, false}, {"en", "Mrs", before, false}, {"en", "Mrs.", before, false},
    {"en", "Ms", before, false}, {"en", "Ms.", before, false}, {"en", "Miss", before, false}, {"en", "Master", before, false},
    {"en", "Dr", before, false}, {"en", "Dr.", before, false},
};
// clang-format on

/// A letter that can begin a word: not a vowel sign or tone of the letter before it.
bool begins_a_word(std::string_view text) {
    auto const* const bytes = reinterpret_cast<std::uint8_t const*>(text.data());
    std::int32_t at = 0;
    UChar32 character = 0;
    U8_NEXT(bytes, at, static_cast<std::int32_t>(text.size()), character);
    if (character < 0) return false;
    auto const mask = U_GET_GC_MASK(character);
    // Thai and Lao vowels behind a consonant are letters to Unicode.
    bool const vowel = (character >= 0xE30 && character <= 0xE3A) || (character >= 0xEB0 && character <= 0xEBC);
    return (mask & U_GC_M_MASK) == 0 && !vowel;
}

std::string_view trimmed(std::string_view text) {
    auto const first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// What is left of the name without this title; empty if it does not have it.
std::string_view without(Honorific const& honorific, std::string_view name) {
    bool const leads = honorific.side == Side::before;
    if (leads ? !name.starts_with(honorific.title) : !name.ends_with(honorific.title)) return {};
    auto const rest =
        leads ? name.substr(honorific.title.size()) : name.substr(0, name.size() - honorific.title.size());
    bool const apart = !rest.empty() && (leads ? rest.front() : rest.back()) == ' ';
    if (!apart && !honorific.attached) return {};
    if (leads && !apart && !begins_a_word(rest)) return {};
    return trimmed(rest);
}

}  // namespace

std::optional<SplitName> split_honorific(std::string_view language, std::string_view name) {
    Honorific const* best = nullptr;
    for (auto const& honorific : honorifics) {
        if (honorific.language == language && honorific.title == name) return std::nullopt;
        bool const longer = best == nullptr || honorific.title.size() > best->title.size();
        if (honorific.language == language && longer && !without(honorific, name).empty()) best = &honorific;
    }
    if (best == nullptr) return std::nullopt;
    return SplitName{std::string(best->title), std::string(without(*best, name))};
}

}  // namespace casebridge
