// Strict JSON: what comes from a peer or an API is parsed here or refused.
//
// Narrower than RFC 8259 on purpose: UTF-8 only, whole numbers of 64 bits only, no duplicate keys, nothing after the
// value, limits on size, depth and number of members. `dump` writes one canonical form: members in the order given,
// no white space, so that a body has one digest.
#pragma once

#include "crypto/result.h"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace casebridge {

class Json {
public:
    using Member = std::pair<std::string, Json>;
    using Array = std::vector<Json>;
    using Object = std::vector<Member>;

    Json() : value_(nullptr) {}
    Json(std::nullptr_t) : value_(nullptr) {}
    Json(bool value) : value_(value) {}
    Json(std::int64_t value) : value_(value) {}
    Json(int value) : value_(static_cast<std::int64_t>(value)) {}
    Json(std::uint64_t value);  ///< throws std::range_error above 2^63-1
    Json(std::string value) : value_(std::move(value)) {}
    Json(std::string_view value) : value_(std::string(value)) {}
    Json(char const* value) : value_(std::string(value)) {}
    Json(Array value) : value_(std::move(value)) {}
    Json(Object value) : value_(std::move(value)) {}
    static Json object() { return Json(Object{}); }
    static Json array() { return Json(Array{}); }

    [[nodiscard]] bool is_null() const { return std::holds_alternative<std::nullptr_t>(value_); }
    [[nodiscard]] bool const* as_bool() const { return std::get_if<bool>(&value_); }
    [[nodiscard]] std::int64_t const* as_integer() const { return std::get_if<std::int64_t>(&value_); }
    [[nodiscard]] std::string const* as_string() const { return std::get_if<std::string>(&value_); }
    [[nodiscard]] Array const* as_array() const { return std::get_if<Array>(&value_); }
    [[nodiscard]] Object const* as_object() const { return std::get_if<Object>(&value_); }

    /// The member of an object, or nullptr.
    [[nodiscard]] Json const* find(std::string_view key) const;
    /// Text of a string member, or `fallback` where it is missing or no string: for rendering answers, not for input.
    [[nodiscard]] std::string text_or(std::string_view key, std::string_view fallback = "") const;
    /// Adds or replaces a member; the value must be an object (throws otherwise). Returns *this to chain.
    Json& set(std::string key, Json value);
    /// Appends; the value must be an array (throws otherwise).
    Json& push(Json value);

    bool operator==(Json const&) const = default;

private:
    std::variant<std::nullptr_t, bool, std::int64_t, std::string, Array, Object> value_;
};

struct JsonLimits {
    std::size_t bytes = 1 << 20;
    std::size_t depth = 32;
    std::size_t members = 20'000;  ///< array elements and object members in all
};

/// Errors: `json.too_large`, `json.too_deep`, `json.too_many_members`, `json.duplicate_key`, `json.not_integer`,
/// `json.not_utf8`, `json.malformed`. The detail gives the byte offset, never the content.
Result<Json> parse_json(std::string_view text, JsonLimits const& limits = {});

/// Canonical text. Throws std::invalid_argument if a string is not UTF-8 (our own mistake).
std::string dump(Json const& value);
/// For people: two spaces, one member a line.
std::string dump_pretty(Json const& value);

/// Reads the members of an object one by one and refuses what is left over.
///
///   JsonReader reader(json, "message");
///   auto id = reader.string("id", 64);  …  RETURN_IF_ERROR(reader.finish());
///
/// The first failure is kept; later reads return empty values; `finish` reports it. Errors: `<scope>.missing_member`,
/// `<scope>.wrong_type`, `<scope>.unknown_member`, `<scope>.too_long` with scope one of the literals "message",
/// "receipt", "node", "request", "query", "procedure", "log", "evidence".
class JsonReader {
public:
    enum class Scope { message, receipt, node, request, query, procedure, log, evidence };
    JsonReader(Json const& json, Scope scope);

    std::string string(std::string_view key, std::size_t maximum_bytes);
    std::string optional_string(std::string_view key, std::size_t maximum_bytes);
    std::int64_t integer(std::string_view key);
    std::int64_t optional_integer(std::string_view key, std::int64_t fallback);
    bool boolean(std::string_view key);
    bool optional_boolean(std::string_view key, bool fallback);
    /// nullptr if missing or of the wrong type (recorded).
    Json const* object(std::string_view key);
    Json const* optional_object(std::string_view key);
    Json const* array(std::string_view key);
    Json const* optional_array(std::string_view key);
    /// Any value, or nullptr if missing (not recorded).
    Json const* any(std::string_view key);

    [[nodiscard]] Status finish();

private:
    Json const* take(std::string_view key, bool required);
    void fail(int which, std::string_view key);
    Json const& json_;
    Scope scope_;
    std::vector<std::string_view> seen_;
    std::vector<Error> failure_;
};

}  // namespace casebridge
