// AnswerReader: reads the members of a daemon's answer into values. Members that are not known are left alone, because
// a newer daemon may say more; one that should be there and is not, or is no such value, makes the answer bad.
#pragma once

#include "policies/ids.h"
#include "policies/json.h"

#include <optional>

namespace casebridge::cli {

class AnswerReader {
public:
    explicit AnswerReader(Json const& json) : json_(json), good_(json.as_object() != nullptr) {}

    std::string text(std::string_view key);
    /// Empty if missing or null.
    std::string optional_text(std::string_view key);
    bool flag(std::string_view key);
    std::optional<bool> optional_flag(std::string_view key);
    std::int64_t integer(std::string_view key);
    Timestamp time(std::string_view key);
    std::optional<Timestamp> optional_time(std::string_view key);
    std::optional<Date> optional_day(std::string_view key);
    /// nullptr if missing or null; something else than an object is bad.
    Json const* optional_object(std::string_view key);
    Json const& object(std::string_view key);
    Json::Array const& array(std::string_view key);
    /// Empty if missing or null.
    Json::Array const& optional_array(std::string_view key);

    [[nodiscard]] bool good() const noexcept { return good_; }
    /// Errors: `daemon.bad_answer`.
    [[nodiscard]] Status finish() const;

private:
    Json const* find(std::string_view key) const;
    Json const& json_;
    bool good_;
};

}  // namespace casebridge::cli
