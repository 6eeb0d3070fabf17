#include "adapters/value_map.h"

#include "adapters/text.h"
#include "policies/vocabulary.h"

#include <algorithm>
#include <charconv>

namespace casebridge {
namespace {

using OptionalValue = Result<std::optional<FieldValue>>;

std::string stored_text(SqlValue const& stored) {
    if (auto const* number = std::get_if<std::int64_t>(&stored)) return std::to_string(*number);
    return std::get<std::string>(stored);
}

/// The pieces of `text` between separators, without padding; empty pieces are dropped.
std::vector<std::string> split(std::string const& text, std::string const& separator) {
    if (separator.empty()) return {text};
    std::vector<std::string> pieces;
    for (std::size_t start = 0; start <= text.size();) {
        std::size_t const end = std::min(text.find(separator, start), text.size());
        auto piece = normalise_text(std::string_view(text).substr(start, end - start));
        if (piece && !piece->empty()) pieces.push_back(*std::move(piece));
        start = end + separator.size();
    }
    return pieces;
}

/// Our word for the database's; empty for `not_recorded`.
Result<std::string> translate(ValueMap const& map, std::string const& word) {
    if (map.codes_as_stored) {
        auto const& known = map.target.codes;
        if (known.empty() || std::find(known.begin(), known.end(), word) != known.end()) return word;
    } else if (auto const found = map.codes.find(word); found != map.codes.end()) {
        return found->second;
    }
    return map.bad_value("source.untranslated_code (no translation in the field map)");
}

OptionalValue read_codes(ValueMap const& map, std::string const& text) {
    std::vector<std::string> words;
    for (auto const& piece : split(text, map.separator)) {
        ASSIGN_OR_RETURN(auto word, translate(map, piece));
        if (!word.empty() && std::find(words.begin(), words.end(), word) == words.end()) {
            words.push_back(std::move(word));
        }
    }
    if (words.empty()) return std::optional<FieldValue>();
    return std::optional<FieldValue>(std::move(words));
}

OptionalValue read_one_code(ValueMap const& map, std::string const& text) {
    ASSIGN_OR_RETURN(auto word, translate(map, text));
    if (word.empty()) return std::optional<FieldValue>();
    if (map.target.type == FieldType::boolean) return std::optional<FieldValue>(word == "yes");
    return std::optional<FieldValue>(std::move(word));
}

/// How long the mark and the spaces after it are; 0 without one.
std::size_t estimated_mark_length(ValueMap const& map, std::string_view text) {
    for (auto const& mark : map.estimated_marks) {
        if (!text.starts_with(mark)) continue;
        auto const date = text.find_first_not_of(' ', mark.size());
        return date == std::string_view::npos ? text.size() : date;
    }
    return 0;
}

OptionalValue read_date(ValueMap const& map, std::string const& text) {
    if (!map.dates) return map.bad_value("date.bad_format");
    auto const date = map.dates->read(std::string_view(text).substr(estimated_mark_length(map, text)));
    if (!date) return map.bad_value(std::string(date.error().code) + " (" + date.error().detail + ")");
    return std::optional<FieldValue>(std::visit([](auto const& any) { return FieldValue{any}; }, *date));
}

OptionalValue read_number(ValueMap const& map, std::string const& text) {
    auto const digits = ascii_digits(text);
    if (!digits) return map.bad_value(digits.error().code);
    std::int64_t number = 0;
    auto const* const end = digits->data() + digits->size();
    auto const [stopped, failure] = std::from_chars(digits->data(), end, number);
    if (failure != std::errc() || stopped != end) return map.bad_value("source.not_a_number");
    return std::optional<FieldValue>(number);
}

/// "081-234 5678" with calling code 66 is +66812345678; a number with + is left as it is but for spaces.
OptionalValue read_phone(ValueMap const& map, std::string const& text) {
    auto const digits = ascii_digits(text);
    if (!digits) return map.bad_value(digits.error().code);
    std::string number;
    for (char const character : *digits) {
        if (std::string_view(" -().").find(character) == std::string_view::npos) number += character;
    }
    if (!map.calling_code.empty() && !number.empty() && number.front() == '0') {
        number = "+" + map.calling_code + number.substr(1);
    }
    return std::optional<FieldValue>(std::move(number));
}

}  // namespace

ValueTarget target_of(FieldDefinition const& field) {
    ValueTarget target{std::string(field.id), field.type, {}, &field};
    if (field.type == FieldType::boolean) target.codes = {"yes", "no"};
    if (auto const* list = field.code_list.empty() ? nullptr : find_code_list(field.code_list); list != nullptr) {
        target.codes.assign(list->codes.begin(), list->codes.end());
    }
    return target;
}

Error ValueMap::bad_value(std::string_view reason) const {
    std::string const where = column.empty() ? "constant" : "column " + column;
    return {ErrorKind::invalid, "source.bad_value", where + ", field " + target.name + ": " + std::string(reason)};
}

bool ValueMap::says_estimated(SqlValue const& stored) const {
    if (estimated_marks.empty() || std::holds_alternative<std::monostate>(stored)) return false;
    auto const text = normalise_text(stored_text(stored));
    return text && estimated_mark_length(*this, *text) > 0;
}

Result<std::optional<FieldValue>> ValueMap::read(SqlValue const& stored) const {
    if (constant) return constant;
    if (std::holds_alternative<std::monostate>(stored)) return std::optional<FieldValue>();
    auto const text = normalise_text(stored_text(stored));
    if (!text) return bad_value(text.error().code);
    if (text->empty()) return std::optional<FieldValue>();
    if (auto const found = codes.find(*text); found != codes.end() && found->second.empty()) {
        return std::optional<FieldValue>();
    }
    switch (target.type) {
        case FieldType::text:
        case FieldType::long_text:
            return std::optional<FieldValue>(*text);
        case FieldType::phone:
            return read_phone(*this, *text);
        case FieldType::date:
            return read_date(*this, *text);
        case FieldType::number:
            return read_number(*this, *text);
        case FieldType::code:
        case FieldType::boolean:
            return read_one_code(*this, *text);
        case FieldType::codes:
            return read_codes(*this, *text);
    }
    return bad_value("source.unknown_type");
}

}  // namespace casebridge
