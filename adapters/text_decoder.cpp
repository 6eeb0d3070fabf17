#include "adapters/text_decoder.h"

#include <algorithm>
#include <array>
#include <utility>

#include <unicode/ucnv.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

namespace casebridge {
namespace {

/// `converter`: ICU's name. `unicode`: every character is meant; the others assign none to some bytes, for which ICU
/// gives control characters or private ones.
struct Encoding {
    std::string_view word;
    char const* converter;
    bool unicode;
};
constexpr std::array known_encodings = {
    Encoding{"utf-8", "UTF-8", true},
    Encoding{"utf-16le", "UTF-16LE", true},
    Encoding{"utf-16be", "UTF-16BE", true},
    Encoding{"tis-620", "windows-874-2000", false},
    Encoding{"windows-874", "windows-874-2000", false},
    Encoding{"windows-1252", "ibm-5348_P100-1997", false},
    Encoding{"windows-1258", "ibm-5354_P100-1998", false},
    Encoding{"gb18030", "gb18030", true},
    Encoding{"gbk", "windows-936-2000", false},
    Encoding{"big5", "windows-950-2000", false},
    Encoding{"shift-jis", "ibm-943_P15A-2003", false},
};

constexpr UChar32 byte_order_mark = 0xFEFF;

bool is_unassigned(UChar32 character) {
    bool const control = character >= 0x80 && character <= 0x9F;
    bool const private_use = character >= 0xE000 && character <= 0xF8FF;
    return control || private_use || character == 0xFFFD;
}

void append(std::string& utf8, UChar32 character) {
    std::array<char, 4> bytes{};
    int size = 0;
    U8_APPEND_UNSAFE(bytes.data(), size, character);
    utf8.append(bytes.data(), static_cast<std::size_t>(size));
}

/// Bytes of the character that begins with `lead`.
std::size_t length_of(std::uint8_t lead) {
    return U8_COUNT_TRAIL_BYTES(lead) + std::size_t{1};
}

/// How far `text` is UTF-8; stops before a character that its end cuts off.
std::size_t whole_characters(std::string_view text) {
    auto const* const bytes = reinterpret_cast<std::uint8_t const*>(text.data());
    auto const size = static_cast<std::int64_t>(text.size());
    std::int64_t at = 0;
    while (at < size) {
        if (U8_IS_SINGLE(bytes[at])) {
            ++at;
            continue;
        }
        auto next = at;
        UChar32 character = 0;
        U8_NEXT(bytes, next, size, character);
        if (character < 0) break;
        at = next;
    }
    return static_cast<std::size_t>(at);
}

bool may_be_half_a_character(std::string_view text) {
    auto const is_trail = [](char c) { return U8_IS_TRAIL(static_cast<std::uint8_t>(c)); };
    return text.size() < length_of(static_cast<std::uint8_t>(text.front())) &&
           std::ranges::all_of(text.substr(1), is_trail);
}

}  // namespace

struct TextDecoder::State {
    std::unique_ptr<UConverter, void (*)(UConverter*)> converter{nullptr, ucnv_close};
    bool unicode = true;
    bool is_utf8 = false;
    bool at_start = true;
    std::string half;  ///< of UTF-8: a character that the last piece ended in
    UChar lead = 0;    ///< first half of a character that the last piece ended in

    /// False at a character that was not meant.
    bool take(UChar const* units, std::int32_t count, std::string& utf8) {
        for (std::int32_t at = 0; at < count; ++at) {
            UChar32 character = units[at];
            if (lead != 0) {
                character = U16_GET_SUPPLEMENTARY(lead, units[at]);
                lead = 0;
            } else if (U16_IS_LEAD(units[at])) {
                lead = units[at];
                continue;
            }
            bool const first = std::exchange(at_start, false);
            if (first && unicode && character == byte_order_mark) continue;
            if (!unicode && is_unassigned(character)) return false;
            append(utf8, character);
        }
        return true;
    }
};

/// UTF-8 needs no conversion, only to be looked at.
TextDecoder::Outcome TextDecoder::check_utf8(std::string_view bytes, bool last, std::string& utf8) {
    auto& half = state_->half;
    while (!half.empty() && !bytes.empty() && half.size() < length_of(static_cast<std::uint8_t>(half.front()))) {
        half += bytes.front();
        bytes.remove_prefix(1);
    }
    for (auto const piece : {std::string_view(half), bytes}) {
        if (piece.empty()) continue;
        auto const good = whole_characters(piece);
        auto text = piece.substr(0, good);
        constexpr std::string_view mark = "\xEF\xBB\xBF";
        if (good > 0 && std::exchange(state_->at_start, false) && text.starts_with(mark))
            text.remove_prefix(mark.size());
        utf8 += text;
        auto const rest = piece.substr(good);
        if (rest.empty()) continue;
        bool const is_end = piece.data() == bytes.data() || bytes.empty();
        if (last || !is_end || !may_be_half_a_character(rest)) return Outcome::malformed;
        half = std::string(rest);
        return Outcome::good;
    }
    half.clear();
    return Outcome::good;
}

TextDecoder::TextDecoder(std::unique_ptr<State> state) : state_(std::move(state)) {}
TextDecoder::TextDecoder(TextDecoder&&) noexcept = default;
TextDecoder& TextDecoder::operator=(TextDecoder&&) noexcept = default;
TextDecoder::~TextDecoder() = default;

Result<TextDecoder> TextDecoder::make(std::string_view encoding) {
    auto const known = std::ranges::find(known_encodings, encoding, &Encoding::word);
    if (known == known_encodings.end()) return Error{ErrorKind::invalid, "text.unknown_encoding"};
    auto state = std::make_unique<State>();
    UErrorCode status = U_ZERO_ERROR;
    state->converter.reset(ucnv_open(known->converter, &status));
    if (U_SUCCESS(status)) {
        ucnv_setToUCallBack(state->converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
    }
    if (U_FAILURE(status)) return Error{ErrorKind::invalid, "text.unknown_encoding", u_errorName(status)};
    state->unicode = known->unicode;
    state->is_utf8 = known->word == "utf-8";
    return TextDecoder(std::move(state));
}

std::vector<std::string_view> TextDecoder::encodings() {
    std::vector<std::string_view> words;
    for (auto const& encoding : known_encodings) words.push_back(encoding.word);
    return words;
}

TextDecoder::Outcome TextDecoder::decode(std::string_view bytes, bool last, std::string& utf8) {
    if (state_->is_utf8) return check_utf8(bytes, last, utf8);
    char const* source = bytes.data();
    char const* const end = source + bytes.size();
    std::array<UChar, 4096> units;
    for (;;) {
        UErrorCode status = U_ZERO_ERROR;
        UChar* target = units.data();
        ucnv_toUnicode(state_->converter.get(), &target, units.data() + units.size(), &source, end, nullptr,
                       last ? 1 : 0, &status);
        if (!state_->take(units.data(), static_cast<std::int32_t>(target - units.data()), utf8)) {
            return Outcome::malformed;
        }
        if (status == U_BUFFER_OVERFLOW_ERROR) continue;
        return U_FAILURE(status) ? Outcome::malformed : Outcome::good;
    }
}

}  // namespace casebridge
