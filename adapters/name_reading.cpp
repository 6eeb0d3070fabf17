#include "adapters/name_reading.h"

#include "adapters/honorifics.h"
#include "adapters/text.h"
#include "policies/fields.h"

#include <algorithm>
#include <array>
#include <set>

#include <unicode/locid.h>
#include <unicode/translit.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

namespace casebridge {
namespace {

using Order = NameReading::Order;

/// `transliterator`: ICU's name for it; empty where ICU has none. `latin`: there is nothing to transliterate.
struct Language {
    std::string_view code;
    Order order;
    char const* transliterator;
    bool latin = false;
};
constexpr std::array languages = {
    Language{"en", Order::given_family, "", true},
    Language{"ja", Order::family_given, "Hiragana-Latin; Katakana-Latin"},
    Language{"km", Order::family_given, ""},
    Language{"lo", Order::given_family, ""},
    Language{"my", Order::one_name, "Myanmar-Latin"},
    Language{"th", Order::given_family, "Thai-Latin"},
    Language{"vi", Order::family_given, "", true},
    Language{"zh", Order::family_given, "Han-Latin/Names"},
};

// Chinese family names of two characters; all others have one.
constexpr std::array<std::string_view, 14> long_family_names = {"欧阳", "歐陽", "司马", "司馬", "诸葛", "諸葛", "上官",
                                                                "司徒", "东方", "東方", "皇甫", "尉迟", "公孙", "夏侯"};
constexpr std::array written_parts = {field::names::full, field::names::given, field::names::middle,
                                      field::names::family};

Language const* find_language(std::string_view code) {
    auto const* const known = std::ranges::find(languages, code, &Language::code);
    return known == languages.end() ? nullptr : known;
}

std::string const* text_in(FieldValues const& values, std::string_view name) {
    auto const found = values.find(name);
    return found == values.end() ? nullptr : std::get_if<std::string>(&found->second);
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    for (std::size_t at = text.find_first_not_of(' '); at != std::string_view::npos;) {
        auto const end = std::min(text.find(' ', at), text.size());
        words.emplace_back(text.substr(at, end - at));
        at = text.find_first_not_of(' ', end);
    }
    return words;
}

/// The scripts of the letters, without those that all scripts share.
std::set<UScriptCode> scripts_of(std::string const& text) {
    auto const all = icu::UnicodeString::fromUTF8(text);
    std::set<UScriptCode> scripts;
    for (std::int32_t at = 0; at < all.length(); at = all.moveIndex32(at, 1)) {
        UErrorCode status = U_ZERO_ERROR;
        auto const script = uscript_getScript(all.char32At(at), &status);
        if (U_SUCCESS(status) && script != USCRIPT_COMMON && script != USCRIPT_INHERITED) scripts.insert(script);
    }
    return scripts;
}

/// ISO 15924, or empty where the letters are of several scripts that do not belong together.
std::string script_of(std::string const& text) {
    auto const scripts = scripts_of(text);
    if (scripts.empty()) return "";
    if (scripts.size() == 1) return uscript_getShortName(*scripts.begin());
    bool const japanese = std::ranges::all_of(scripts, [](UScriptCode script) {
        return script == USCRIPT_HAN || script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA;
    });
    return japanese ? "Jpan" : "";
}

/// Chinese names are written without spaces.
std::vector<std::string> words_of_chinese(std::string const& name) {
    if (scripts_of(name) != std::set<UScriptCode>{USCRIPT_HAN}) return {};
    auto const all = icu::UnicodeString::fromUTF8(name);
    auto const count = all.countChar32();
    bool const longer = std::ranges::any_of(long_family_names, [&](auto each) { return name.starts_with(each); });
    std::int32_t const family = longer && count > 2 ? 2 : 1;
    if (count <= family || count > 4) return {};
    std::vector<std::string> words(2);
    auto const split = all.moveIndex32(0, family);
    all.tempSubString(0, split).toUTF8String(words[0]);
    all.tempSubString(split).toUTF8String(words[1]);
    return words;
}

void split_parts(NameReading const& reading, FieldValues& values) {
    auto const* const full = text_in(values, field::names::full);
    if (full == nullptr || values.contains(field::names::given) || values.contains(field::names::family)) return;
    auto words = words_of(*full);
    if (reading.language == "zh" && words.size() == 1) words = words_of_chinese(*full);
    std::string given, family;
    if (reading.order == Order::one_name) {
        given = *full;
    } else if (words.size() == 2) {
        bool const family_first = reading.order == Order::family_given;
        family = words[family_first ? 0 : 1];
        given = words[family_first ? 1 : 0];
    } else if (reading.language == "vi" && words.size() > 2 && reading.order == Order::family_given) {
        family = words.front();
        given = words.back();
        std::string middle;
        for (std::size_t at = 1; at + 1 < words.size(); ++at) middle += (middle.empty() ? "" : " ") + words[at];
        values.emplace(field::names::middle, middle);
    } else {
        return;  // which word is whose name nobody can tell from here
    }
    values.emplace(field::names::given, given);
    if (!family.empty()) values.emplace(field::names::family, family);
}

void split_title(NameReading const& reading, FieldValues& values) {
    for (auto const name : {field::names::full, field::names::given}) {
        auto const* const text = text_in(values, name);
        auto split = text == nullptr ? std::nullopt : split_honorific(reading.language, *text);
        if (!split) continue;
        values.emplace(field::names::title, split->title);  // a title from a column of its own stands
        values[std::string(name)] = std::move(split->name);
    }
}

std::string in_latin(icu::Transliterator const& transliterator, std::string const& text) {
    auto all = icu::UnicodeString::fromUTF8(text);
    transliterator.transliterate(all);
    all.toTitle(nullptr, icu::Locale::getRoot());
    std::string latin;
    all.toUTF8String(latin);
    auto const normal = normalise_text(latin);
    return normal && script_of(*normal) == "Latn" ? *normal : "";
}

}  // namespace

void NameReading::apply(FieldValues& values) const {
    if (honorifics) split_title(*this, values);
    if (parts) split_parts(*this, values);
    values.emplace(field::names::language, language);
    if (!script || values.contains(field::names::script)) return;
    std::string all;
    for (auto const name : written_parts) {
        if (auto const* const text = text_in(values, name); text != nullptr) all += *text;
    }
    if (auto found = script_of(all); !found.empty()) values.emplace(field::names::script, std::move(found));
}

std::optional<FieldValues> NameReading::transliterated(FieldValues const& values) const {
    auto const* const known = find_language(language);
    if (!transliterate || known == nullptr || *known->transliterator == '\0') return std::nullopt;
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::Transliterator> const transliterator(
        icu::Transliterator::createInstance(known->transliterator, UTRANS_FORWARD, status));
    if (U_FAILURE(status) || transliterator == nullptr) return std::nullopt;
    FieldValues beside;
    for (auto const name : written_parts) {
        auto const* const text = text_in(values, name);
        if (text == nullptr) continue;
        auto latin = in_latin(*transliterator, *text);
        // In Latin letters already, or (Japanese) with characters whose reading nobody can know.
        if (latin.empty() || latin == *text || script_of(*text) == "Latn") return std::nullopt;
        beside.emplace(name, std::move(latin));
    }
    if (beside.empty()) return std::nullopt;
    beside.emplace(field::names::kind, "transliterated");
    beside.emplace(field::names::script, "Latn");
    beside.emplace(field::names::language, language);
    return beside;
}

NameReading read_name_reading(YamlNode const& node, YamlComplaints& complaints) {
    YamlReader reader(node, complaints);
    NameReading reading;
    std::vector<std::string_view> codes;
    for (auto const& language : languages) codes.push_back(language.code);
    reading.language = reader.word("language", codes);
    auto const* const known = find_language(reading.language);
    if (known != nullptr) reading.order = known->order;
    auto const order = reader.optional_word("order", {"family_given", "given_family", "one_name"}, "");
    if (!order.empty()) {
        reading.order = order == "family_given"   ? Order::family_given
                        : order == "given_family" ? Order::given_family
                                                  : Order::one_name;
    }
    reading.honorifics = reader.optional_boolean("honorifics", false);
    reading.parts = reader.optional_boolean("parts", false);
    reading.script = reader.optional_boolean("script", false);
    reading.transliterate = reader.optional_boolean("transliterate", false);
    if (reading.transliterate && known != nullptr && *known->transliterator == '\0') {
        reader.complain("transliterate", known->latin
                                             ? "this language is written in Latin letters already"
                                             : "ICU has no transliteration for Lao and Khmer: it is not offered");
    }
    reader.refuse_unknown_keys();
    return reading;
}

}  // namespace casebridge
