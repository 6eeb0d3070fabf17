#include "policies/body_value.h"

#include "policies/vocabulary.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace casebridge {
namespace {

constexpr std::string_view unknown_band = "unknown";
constexpr std::array<std::pair<int, std::string_view>, 7> bands{
    {{14, "0-14"}, {17, "15-17"}, {24, "18-24"}, {34, "25-34"}, {44, "35-44"}, {59, "45-59"}, {150, "60+"}}};

std::string_view band_of(int age) {
    if (age < 0) return unknown_band;
    for (auto const& [last, name] : bands) {
        if (age <= last) return name;
    }
    return unknown_band;
}

int years_between(Date birth, Date today) {
    int const years = static_cast<int>(today.year()) - static_cast<int>(birth.year());
    bool const before = today.month() < birth.month() || (today.month() == birth.month() && today.day() < birth.day());
    return before ? years - 1 : years;
}

std::string month_text(std::chrono::year year, std::chrono::month month) {
    return to_iso8601(Date{year, month, std::chrono::day{1}}).substr(0, 7);
}
std::string year_text(std::chrono::year year) {
    return to_iso8601(Date{year, std::chrono::January, std::chrono::day{1}}).substr(0, 4);
}

Json as_recorded(FieldValue const& value) {
    if (auto const* text = std::get_if<std::string>(&value)) return Json(*text);
    if (auto const* codes = std::get_if<std::vector<std::string>>(&value)) {
        auto array = Json::array();
        for (auto const& code : *codes) array.push(Json(code));
        return array;
    }
    if (auto const* date = std::get_if<Date>(&value)) return Json(to_iso8601(*date));
    if (auto const* partial = std::get_if<PartialDate>(&value)) {
        return Json(partial->month ? month_text(partial->year, *partial->month) : year_text(partial->year));
    }
    if (auto const* number = std::get_if<std::int64_t>(&value)) return Json(*number);
    return Json(std::get<bool>(value));
}

std::optional<Json> as_year_month(FieldValue const& value) {
    if (auto const* date = std::get_if<Date>(&value)) return Json(month_text(date->year(), date->month()));
    auto const* partial = std::get_if<PartialDate>(&value);
    if (partial == nullptr || !partial->month) return std::nullopt;
    return Json(month_text(partial->year, *partial->month));
}

std::optional<Json> as_year(FieldValue const& value) {
    if (auto const* date = std::get_if<Date>(&value)) return Json(year_text(date->year()));
    auto const* partial = std::get_if<PartialDate>(&value);
    return partial == nullptr ? std::nullopt : std::optional<Json>(year_text(partial->year));
}

// Received values.

std::optional<Date> date_of(std::string const& text) {
    auto date = parse_date(text);
    return date ? std::optional(*date) : std::nullopt;
}

/// "1997-04-30", "1997-04" or "1997", of days that exist.
std::optional<FieldValue> parse_any_date(std::string const& text) {
    if (auto const date = date_of(text)) return FieldValue(*date);
    if (text.size() == 7) {
        auto const first = date_of(text + "-01");
        return first ? std::optional<FieldValue>(PartialDate{first->year(), first->month()}) : std::nullopt;
    }
    if (text.size() != 4) return std::nullopt;
    auto const first = date_of(text + "-01-01");
    return first ? std::optional<FieldValue>(PartialDate{first->year(), std::nullopt}) : std::nullopt;
}

std::optional<FieldValue> parse_codes(Json const& value) {
    auto const* array = value.as_array();
    if (array == nullptr) return std::nullopt;
    std::vector<std::string> codes;
    for (auto const& each : *array) {
        if (each.as_string() == nullptr) return std::nullopt;
        codes.push_back(*each.as_string());
    }
    return FieldValue(std::move(codes));
}

std::optional<FieldValue> parse_exact(FieldDefinition const& field, Json const& value) {
    auto const* text = value.as_string();
    switch (field.type) {
        case FieldType::text:
        case FieldType::long_text:
        case FieldType::code:
        case FieldType::phone:
            return text == nullptr ? std::nullopt : std::optional<FieldValue>(*text);
        case FieldType::date:
            return text == nullptr ? std::nullopt : parse_any_date(*text);
        case FieldType::codes:
            return parse_codes(value);
        case FieldType::number:
            return value.as_integer() == nullptr ? std::nullopt : std::optional<FieldValue>(*value.as_integer());
        case FieldType::boolean:
            return value.as_bool() == nullptr ? std::nullopt : std::optional<FieldValue>(*value.as_bool());
    }
    return std::nullopt;
}

/// What the national database's own values must be, a partner's must be, too.
bool is_acceptable(FieldDefinition const& field, FieldValue value) {
    CaseRecord probe(CaseId("probe"));
    if (field.group == Group::none) return static_cast<bool>(probe.set(field.id, std::move(value)));
    FieldValues values;
    values.emplace(field.id, std::move(value));
    return static_cast<bool>(probe.add_entry(field.group, std::move(values)));
}

}  // namespace

std::string_view age_band(FieldValue const& birth_date, Date today) {
    using namespace std::chrono;
    auto const band_between = [&](Date earliest, Date latest) {
        auto const oldest = band_of(years_between(earliest, today));
        return oldest == band_of(years_between(latest, today)) ? oldest : unknown_band;
    };
    if (auto const* date = std::get_if<Date>(&birth_date)) return band_between(*date, *date);
    auto const* partial = std::get_if<PartialDate>(&birth_date);
    if (partial == nullptr) return unknown_band;
    if (partial->month) {
        return band_between(Date{partial->year, *partial->month, day{1}}, Date{partial->year / *partial->month / last});
    }
    return band_between(Date{partial->year, January, day{1}}, Date{partial->year, December, day{31}});
}

std::optional<Json> value_in_form(FieldDefinition const&, FieldValue const& value, Form form, Date today) {
    switch (form) {
        case Form::exact:
            return as_recorded(value);
        case Form::year_month:
            return as_year_month(value);
        case Form::year:
            return as_year(value);
        case Form::age_band:
            return Json(age_band(value, today));
        case Form::present:
            return Json(true);
        case Form::country:  // no field of schema version 1 offers these two
        case Form::region:
        case Form::withheld:
            break;
    }
    return std::nullopt;
}

bool is_value_in_form(FieldDefinition const& field, Json const& value, Form form) {
    auto const* text = value.as_string();
    switch (form) {
        case Form::exact: {
            auto parsed = parse_exact(field, value);
            return parsed && is_acceptable(field, *std::move(parsed));
        }
        case Form::year_month:
            return text != nullptr && text->size() == 7 && parse_any_date(*text).has_value();
        case Form::year:
            return text != nullptr && text->size() == 4 && parse_any_date(*text).has_value();
        case Form::age_band:
            return text != nullptr && (*text == unknown_band || std::ranges::any_of(bands, [&](auto const& band) {
                       return band.second == *text;
                   }));
        case Form::present:
            return value.as_bool() != nullptr && *value.as_bool();
        case Form::country:
        case Form::region:
        case Form::withheld:
            break;
    }
    return false;
}

}  // namespace casebridge
