#include "adapters/postgres_types.h"

#include "adapters/text_room.h"
#include "crypto/bytes.h"
#include "policies/unicode.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace casebridge {
namespace {

// Object ids of built-in types; they are part of PostgreSQL's protocol and do not change.
constexpr PostgresType boolean = 16, bytea = 17, character = 18, name = 19, int8 = 20, int2 = 21, int4 = 23, text = 25,
                       object_id = 26, json = 114, xml = 142, float4 = 700, float8 = 701, unknown = 705, money = 790,
                       bpchar = 1042, varchar = 1043, date = 1082, time_of_day = 1083, timestamp = 1114,
                       timestamptz = 1184, timetz = 1266, numeric = 1700, uuid = 2950, jsonb = 3802;

struct KnownType {
    PostgresType type;
    PostgresForm form;
};
constexpr std::array known_types = {
    KnownType{boolean, PostgresForm::boolean},
    KnownType{bytea, PostgresForm::bytes},
    KnownType{int2, PostgresForm::integer},
    KnownType{int4, PostgresForm::integer},
    KnownType{int8, PostgresForm::integer},
    KnownType{object_id, PostgresForm::integer},
    KnownType{float4, PostgresForm::fixed_text},
    KnownType{float8, PostgresForm::fixed_text},
    KnownType{money, PostgresForm::fixed_text},
    KnownType{date, PostgresForm::fixed_text},
    KnownType{time_of_day, PostgresForm::fixed_text},
    KnownType{timetz, PostgresForm::fixed_text},
    KnownType{timestamp, PostgresForm::fixed_text},
    KnownType{timestamptz, PostgresForm::fixed_text},
    KnownType{uuid, PostgresForm::fixed_text},
    KnownType{character, PostgresForm::fixed_text},
    KnownType{name, PostgresForm::text},
    KnownType{text, PostgresForm::text},
    KnownType{bpchar, PostgresForm::text},
    KnownType{varchar, PostgresForm::text},
    KnownType{unknown, PostgresForm::text},
    KnownType{numeric, PostgresForm::text},
    KnownType{json, PostgresForm::text},
    KnownType{jsonb, PostgresForm::text},
    KnownType{xml, PostgresForm::text},
};

/// `value` where it is at most `maximum` bytes; otherwise a beginning of it that is too long for the reader.
std::string cut(std::string const& value, std::size_t maximum, std::string_view beginning) {
    return "CASE WHEN pg_catalog.octet_length(" + value + ") <= " + std::to_string(maximum) + " THEN " + value +
           " ELSE pg_catalog." + std::string(beginning) + " END";
}

std::string cut_text(std::string const& value, std::size_t maximum) {
    return cut(value, maximum, "left(" + value + ", " + std::to_string(maximum + 1) + ")");
}

Error unexpected() {
    return {ErrorKind::unavailable, "source.query_failed", "reading: the type of a column has changed"};
}

/// A whole number as people and the server write it: no sign but minus, no leading zeros, within the type.
bool is_integer(std::string_view digits, PostgresType type) {
    std::int64_t number = 0;
    auto const [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (failure != std::errc() || end != digits.data() + digits.size() || digits != std::to_string(number))
        return false;
    if (type == int2) return number == static_cast<std::int16_t>(number);
    if (type == int4) return number == static_cast<std::int32_t>(number);
    return type == int8 || (number >= 0 && number <= std::numeric_limits<std::uint32_t>::max());
}

bool is_uuid(std::string_view digits) {
    constexpr std::string_view shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    return std::ranges::equal(digits, shape, [](char is, char wanted) {
        bool const hexadecimal = (is >= '0' && is <= '9') || (is >= 'a' && is <= 'f');
        return wanted == '-' ? is == '-' : hexadecimal;
    });
}

}  // namespace

std::optional<PostgresForm> form_of(PostgresType type) {
    auto const* const found = std::ranges::find(known_types, type, &KnownType::type);
    if (found == known_types.end()) return std::nullopt;
    return found->form;
}

std::string projection(PostgresForm form, std::string const& column, std::size_t maximum_bytes) {
    switch (form) {
        case PostgresForm::integer:
        case PostgresForm::fixed_text:
            return column + "::pg_catalog.text";
        case PostgresForm::boolean:
            return column + "::pg_catalog.int4::pg_catalog.text";
        case PostgresForm::bytes:
            return cut(column, maximum_bytes, "substr(" + column + ", 1, " + std::to_string(maximum_bytes + 1) + ")");
        case PostgresForm::array: {
            // An element that holds the separator shows as the array's own notation, which no code table has.
            std::string const joined = "pg_catalog.array_to_string(" + column + ", ";
            return cut_text("(CASE WHEN pg_catalog.strpos(" + joined + "''), ';') > 0 THEN " + column +
                                "::pg_catalog.text ELSE " + joined + "';') END)",
                            maximum_bytes);
        }
        case PostgresForm::text:
            break;
    }
    return cut_text(column + "::pg_catalog.text", maximum_bytes);
}

Status read_value(PostgresForm form, std::optional<std::string_view> stored, std::string const& column,
                  std::size_t maximum_bytes, SqlValue& value) {
    if (!stored) {
        value = std::monostate();
        return Done{};
    }
    if (form == PostgresForm::integer || form == PostgresForm::boolean) {
        std::int64_t number = 0;
        auto const [end, failure] = std::from_chars(stored->data(), stored->data() + stored->size(), number);
        if (failure != std::errc() || end != stored->data() + stored->size()) return unexpected();
        value = number;
        return Done{};
    }
    auto& text = text_room(value);
    if (form == PostgresForm::bytes) {
        if (!stored->starts_with("\\x")) return unexpected();
        auto const bytes = from_hex(stored->substr(2));
        if (!bytes) return unexpected();
        text = to_text(*bytes);
    } else {
        text = *stored;
    }
    if (text.size() <= maximum_bytes) return Done{};
    return Error{ErrorKind::invalid, "source.value_too_large",
                 "column " + column + ": over " + std::to_string(maximum_bytes) + " bytes"};
}

std::optional<PostgresText> parameter_text(SqlValue const& value, PostgresType type) {
    if (std::holds_alternative<std::monostate>(value)) return PostgresText{};
    auto const* const number = std::get_if<std::int64_t>(&value);
    std::string words = number != nullptr ? std::to_string(*number) : std::get<std::string>(value);
    if (type == bytea) return PostgresText{"\\x" + to_hex(as_bytes(words))};
    if (words.find('\0') != std::string::npos || !is_utf8(words)) return std::nullopt;
    bool const integral = type == int2 || type == int4 || type == int8 || type == object_id;
    if (integral && !is_integer(words, type)) return std::nullopt;
    if (type == uuid && !is_uuid(words)) return std::nullopt;
    return PostgresText{std::move(words)};
}

bool takes_any_text(PostgresType type) {
    constexpr std::array types = {bytea, int2, int4, int8, object_id, uuid, text, varchar, bpchar, name};
    return std::ranges::find(types, type) != types.end();
}

}  // namespace casebridge
