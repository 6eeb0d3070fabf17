#include "policies/json.h"

#include <algorithm>
#include <array>

namespace casebridge {

namespace {

enum Failure { missing_member, wrong_type, unknown_member, too_long };

// Codes are literals, so that a search finds them. Rows by JsonReader::Scope, columns by Failure.
constexpr std::array<std::array<std::string_view, 4>, 8> codes = {{
    {"message.missing_member", "message.wrong_type", "message.unknown_member", "message.too_long"},
    {"receipt.missing_member", "receipt.wrong_type", "receipt.unknown_member", "receipt.too_long"},
    {"node.missing_member", "node.wrong_type", "node.unknown_member", "node.too_long"},
    {"request.missing_member", "request.wrong_type", "request.unknown_member", "request.too_long"},
    {"query.missing_member", "query.wrong_type", "query.unknown_member", "query.too_long"},
    {"procedure.missing_member", "procedure.wrong_type", "procedure.unknown_member", "procedure.too_long"},
    {"log.missing_member", "log.wrong_type", "log.unknown_member", "log.too_long"},
    {"evidence.missing_member", "evidence.wrong_type", "evidence.unknown_member", "evidence.too_long"},
}};

}  // namespace

JsonReader::JsonReader(Json const& json, Scope scope) : json_(json), scope_(scope) {
    if (json_.as_object() == nullptr) fail(wrong_type, "the value");
}

/// `key` is a word of ours, never one that came in.
void JsonReader::fail(int which, std::string_view key) {
    auto const code = codes.at(static_cast<std::size_t>(scope_)).at(static_cast<std::size_t>(which));
    failure_.push_back(Error{ErrorKind::invalid, code, std::string(key)});
}

Json const* JsonReader::take(std::string_view key, bool required) {
    seen_.push_back(key);
    auto const* const member = json_.find(key);
    if (member == nullptr && required) fail(missing_member, key);
    return member;
}

std::string JsonReader::string(std::string_view key, std::size_t maximum_bytes) {
    if (json_.find(key) == nullptr) {
        take(key, true);
        return {};
    }
    return optional_string(key, maximum_bytes);
}

std::string JsonReader::optional_string(std::string_view key, std::size_t maximum_bytes) {
    auto const* const member = take(key, false);
    if (member == nullptr) return {};
    auto const* const text = member->as_string();
    if (text == nullptr) {
        fail(wrong_type, key);
        return {};
    }
    if (text->size() > maximum_bytes) {
        fail(too_long, key);
        return {};
    }
    return *text;
}

std::int64_t JsonReader::integer(std::string_view key) {
    if (json_.find(key) == nullptr) {
        take(key, true);
        return 0;
    }
    return optional_integer(key, 0);
}

std::int64_t JsonReader::optional_integer(std::string_view key, std::int64_t fallback) {
    auto const* const member = take(key, false);
    if (member == nullptr) return fallback;
    auto const* const value = member->as_integer();
    if (value == nullptr) fail(wrong_type, key);
    return value != nullptr ? *value : fallback;
}

bool JsonReader::boolean(std::string_view key) {
    if (json_.find(key) == nullptr) {
        take(key, true);
        return false;
    }
    return optional_boolean(key, false);
}

bool JsonReader::optional_boolean(std::string_view key, bool fallback) {
    auto const* const member = take(key, false);
    if (member == nullptr) return fallback;
    auto const* const value = member->as_bool();
    if (value == nullptr) fail(wrong_type, key);
    return value != nullptr ? *value : fallback;
}

Json const* JsonReader::object(std::string_view key) {
    if (json_.find(key) == nullptr) return take(key, true);
    return optional_object(key);
}

Json const* JsonReader::optional_object(std::string_view key) {
    auto const* const member = take(key, false);
    if (member == nullptr || member->as_object() != nullptr) return member;
    fail(wrong_type, key);
    return nullptr;
}

Json const* JsonReader::array(std::string_view key) {
    if (json_.find(key) == nullptr) return take(key, true);
    return optional_array(key);
}

Json const* JsonReader::optional_array(std::string_view key) {
    auto const* const member = take(key, false);
    if (member == nullptr || member->as_array() != nullptr) return member;
    fail(wrong_type, key);
    return nullptr;
}

Json const* JsonReader::any(std::string_view key) {
    return take(key, false);
}

Status JsonReader::finish() {
    if (!failure_.empty()) return failure_.front();
    std::size_t position = 0;
    for (auto const& [key, value] : *json_.as_object()) {
        ++position;
        if (std::find(seen_.begin(), seen_.end(), key) == seen_.end()) {
            // The name came from outside: it is counted, not repeated.
            fail(unknown_member, "member " + std::to_string(position));
            return failure_.front();
        }
    }
    return Done{};
}

}  // namespace casebridge
