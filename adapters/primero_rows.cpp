#include "adapters/primero_rows.h"

#include "adapters/text.h"

#include <algorithm>

namespace casebridge {
namespace {

/// null, true, 7 or "text" as a database would hold it; nothing for a list or an object.
std::optional<SqlValue> scalar(Json const& json) {
    if (json.is_null()) return SqlValue{};
    if (auto const* const number = json.as_integer()) return SqlValue{*number};
    if (auto const* const text = json.as_string()) return SqlValue{*text};
    if (auto const* const flag = json.as_bool()) return SqlValue{std::string(*flag ? "true" : "false")};
    return std::nullopt;
}

std::string text_of(SqlValue const& value) {
    if (auto const* const number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    auto const* const text = std::get_if<std::string>(&value);
    return text == nullptr ? std::string() : *text;
}

/// The elements that are something, each once.
Result<std::vector<std::string>> words_of(Json::Array const& elements, ValueMap const& map) {
    std::vector<std::string> words;
    for (auto const& element : elements) {
        auto const value = scalar(element);
        if (!value) return map.bad_value("a list of lists or objects");
        auto word = text_of(*value);
        if (!word.empty() && std::find(words.begin(), words.end(), word) == words.end()) {
            words.push_back(std::move(word));
        }
    }
    return words;
}

Result<SqlValue> joined(std::vector<std::string> const& words, ValueMap const& map) {
    std::string text;
    for (auto const& word : words) {
        if (map.separator.empty() ? words.size() > 1 : word.find(map.separator) != std::string::npos) {
            return map.bad_value("a list whose elements cannot be told apart");
        }
        text += (text.empty() ? "" : map.separator) + word;
    }
    if (text.empty()) return SqlValue{};
    return SqlValue{std::move(text)};
}

/// A list where the schema has one value: what the map says means nothing does not count.
Result<SqlValue> single(std::vector<std::string> const& words, ValueMap const& map) {
    std::vector<std::string> telling;
    for (auto const& word : words) {
        auto const normal = normalise_text(word);
        if (!normal) return map.bad_value(normal.error().code);
        auto const known = map.codes.find(*normal);
        if (known == map.codes.end() || !known->second.empty()) telling.push_back(word);
    }
    if (telling.empty()) return SqlValue{};
    if (telling.size() > 1) return map.bad_value("a list of several values, and the field holds one");
    return SqlValue{std::move(telling.front())};
}

struct Subform {
    Json::Array const* rows = nullptr;  ///< none: no such subform in this record
    bool misshapen = false;
};

Subform subform(Json const& record, std::string_view name) {
    auto const* const found = record.find(name);
    if (found == nullptr || found->is_null()) return {};
    auto const* const rows = found->as_array();
    bool const objects = rows != nullptr && std::all_of(rows->begin(), rows->end(),
                                                        [](Json const& row) { return row.as_object() != nullptr; });
    return {rows, !objects};
}

/// Numbers by size, text by its bytes, nothing first.
bool earlier(Json const& left, Json const& right, std::string const& column) {
    auto const value = [&column](Json const& row) {
        auto const* const found = row.find(column);
        return found == nullptr ? SqlValue{} : scalar(*found).value_or(SqlValue{});
    };
    return value(left) < value(right);
}

}  // namespace

Result<SqlValue> primero_value(Json const& record, ValueMap const& map) {
    auto const* const found = map.column.empty() ? nullptr : record.find(map.column);
    if (found == nullptr) return SqlValue{};
    if (auto value = scalar(*found)) return *std::move(value);
    auto const* const elements = found->as_array();
    if (elements == nullptr) return map.bad_value("an object, and no value");
    ASSIGN_OR_RETURN(auto const words, words_of(*elements, map));
    return map.target.type == FieldType::codes ? joined(words, map) : single(words, map);
}

std::string primero_text(Json const& record, std::string_view field) {
    auto const* const found = record.find(field);
    if (found == nullptr) return {};
    return text_of(scalar(*found).value_or(SqlValue{}));
}

Status PrimeroRows::each(Wanted const& wanted, CaseId const&, std::function<Status(SqlRow const&)> const& on_row) {
    std::vector<Json const*> rows;
    if (wanted.table.empty() || wanted.table == case_table_) {
        rows.push_back(&record_);
    } else {
        bool const transitions = wanted.table == primero_transitions;
        auto const [found, misshapen] =
            transitions ? Subform{transitions_.as_array(), false} : subform(record_, wanted.table);
        if (misshapen) {
            return Error{ErrorKind::invalid, "source.bad_value", "table " + wanted.table + ": no list of rows"};
        }
        if (found != nullptr) {
            for (auto const& row : *found) rows.push_back(&row);
        }
    }
    if (!wanted.order_column.empty()) {
        std::stable_sort(rows.begin(), rows.end(), [&](Json const* left, Json const* right) {
            return earlier(*left, *right, wanted.order_column);
        });
    }
    for (auto const* const row : rows) {
        SqlRow values;
        for (auto const* const map : wanted.values) {
            auto value = primero_value(*row, *map);
            if (!value && map->on_bad == OnBadValue::refuse) return value.error();
            values.push_back(value ? *std::move(value) : unmappable_value());
        }
        RETURN_IF_ERROR(on_row(values));
    }
    return Done{};
}

}  // namespace casebridge
