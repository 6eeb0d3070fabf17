#include "daemon/cli/answer_reader.h"

namespace casebridge::cli {
namespace {

Json const empty_object = Json::object();
Json::Array const empty_array;

}  // namespace

Json const* AnswerReader::find(std::string_view key) const {
    auto const* const value = json_.as_object() == nullptr ? nullptr : json_.find(key);
    return value == nullptr || value->is_null() ? nullptr : value;
}

std::string AnswerReader::text(std::string_view key) {
    if (find(key) == nullptr) good_ = false;
    return optional_text(key);
}

std::string AnswerReader::optional_text(std::string_view key) {
    auto const* const value = find(key);
    if (value == nullptr) return {};
    if (auto const* text = value->as_string()) return *text;
    good_ = false;
    return {};
}

bool AnswerReader::flag(std::string_view key) {
    auto const value = optional_flag(key);
    if (!value) good_ = false;
    return value.value_or(false);
}

std::optional<bool> AnswerReader::optional_flag(std::string_view key) {
    auto const* const value = find(key);
    if (value == nullptr) return std::nullopt;
    if (value->as_bool() != nullptr) return *value->as_bool();
    good_ = false;
    return std::nullopt;
}

std::int64_t AnswerReader::integer(std::string_view key) {
    auto const* const value = find(key);
    if (value != nullptr && value->as_integer() != nullptr) return *value->as_integer();
    good_ = false;
    return 0;
}

Timestamp AnswerReader::time(std::string_view key) {
    auto const time = optional_time(key);
    if (!time) good_ = false;
    return time.value_or(Timestamp{});
}

std::optional<Timestamp> AnswerReader::optional_time(std::string_view key) {
    auto const text = optional_text(key);
    if (text.empty()) return std::nullopt;
    if (auto const time = parse_rfc3339(text)) return *time;
    good_ = false;
    return std::nullopt;
}

std::optional<Date> AnswerReader::optional_day(std::string_view key) {
    auto const text = optional_text(key);
    if (text.empty()) return std::nullopt;
    if (auto const day = parse_date(text)) return *day;
    good_ = false;
    return std::nullopt;
}

Json const* AnswerReader::optional_object(std::string_view key) {
    auto const* const value = find(key);
    if (value != nullptr && value->as_object() == nullptr) good_ = false;
    return value != nullptr && value->as_object() != nullptr ? value : nullptr;
}

Json const& AnswerReader::object(std::string_view key) {
    auto const* const value = optional_object(key);
    if (value == nullptr) good_ = false;
    return value == nullptr ? empty_object : *value;
}

Json::Array const& AnswerReader::array(std::string_view key) {
    auto const* const value = find(key);
    if (value != nullptr && value->as_array() != nullptr) return *value->as_array();
    good_ = false;
    return empty_array;
}

Json::Array const& AnswerReader::optional_array(std::string_view key) {
    auto const* const value = find(key);
    return value == nullptr || *value == Json() ? empty_array : array(key);
}

Status AnswerReader::finish() const {
    if (good_) return Done{};
    return Error{ErrorKind::internal, "daemon.bad_answer", "the daemon's answer has not the form that is expected"};
}

}  // namespace casebridge::cli
