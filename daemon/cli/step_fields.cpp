#include "daemon/cli/step_fields.h"

#include "crypto/digest.h"
#include "daemon/cli/terminal.h"
#include "daemon/files.h"
#include "policies/vocabulary.h"
#include "policies/yaml.h"

#include <algorithm>
#include <charconv>

namespace casebridge::cli {
namespace {

constexpr std::size_t largest_record = 64U << 20;

std::vector<std::string_view> words_of(StepField const& field) {
    auto const* const list = find_code_list(field.list);
    return list == nullptr ? std::vector<std::string_view>()
                           : std::vector<std::string_view>(list->codes.begin(), list->codes.end());
}

std::string joined(std::vector<std::string_view> const& words) {
    std::string text;
    for (auto const word : words) text.append(text.empty() ? "" : ", ").append(word);
    return text;
}

Failure bad_field(StepField const& field, std::string_view given) {
    auto detail = std::string(field.name) + ": expected " + expectation(field);
    if (auto const near = nearest_word(given, words_of(field)); !near.empty())
        detail += "; did you mean " + std::string(near) + "?";
    return usage_failure("usage.bad_field", std::move(detail));
}

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        auto const comma = std::min(text.find(','), text.size());
        auto part = text.substr(0, comma);
        while (part.starts_with(' ')) part.remove_prefix(1);
        while (part.ends_with(' ')) part.remove_suffix(1);
        if (!part.empty()) parts.emplace_back(part);
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return parts;
}

using Value = std::variant<Json, Failure>;

Value read_codes(StepField const& field, std::string_view text) {
    auto const words = words_of(field);
    auto list = Json::array();
    for (auto const& part : split(text)) {
        if (std::ranges::find(words, part) == words.end()) return bad_field(field, part);
        list.push(part);
    }
    return list;
}

Value read_digest(StepField const& field, std::string const& text) {
    if (!text.starts_with('@')) return Digest::from_hex(text) ? Value(Json(text)) : Value(bad_field(field, ""));
    auto const bytes = read_file(text.substr(1), largest_record);
    if (!bytes) return to_failure(bytes.error());
    return Json(sha256(*bytes).hex());
}

Value read_value(StepField const& field, std::string const& text) {
    switch (field.type) {
        case StepFieldType::codes:
            return read_codes(field, text);
        case StepFieldType::code: {
            auto const words = words_of(field);
            if (std::ranges::find(words, text) == words.end()) return bad_field(field, text);
            return Json(text);
        }
        case StepFieldType::boolean:
            if (text != "yes" && text != "no" && text != "true" && text != "false") return bad_field(field, "");
            return Json(text == "yes" || text == "true");
        case StepFieldType::number: {
            std::int64_t number = 0;
            auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
            if (error != std::errc() || end != text.data() + text.size()) return bad_field(field, "");
            return Json(number);
        }
        case StepFieldType::digest:
            return read_digest(field, text);
        default:
            return Json(text);
    }
}

Value ask_for(StepField const& field) {
    if (!can_ask())
        return usage_failure("usage.missing_field",
                             "--set " + std::string(field.name) + "=…: expected " + expectation(field));
    for (;;) {
        auto const given = ask(std::string(field.name) + " (" + expectation(field) + "): ");
        if (!given)
            return usage_failure("usage.missing_field",
                                 "--set " + std::string(field.name) + "=…: expected " + expectation(field));
        auto value = read_value(field, *given);
        if (std::holds_alternative<Json>(value)) return value;
        tell(std::get<Failure>(value).detail);
    }
}

}  // namespace

std::string expectation(StepField const& field) {
    switch (field.type) {
        case StepFieldType::code:
            return "one of " + joined(words_of(field));
        case StepFieldType::codes:
            return "up to " + std::to_string(field.high) + ", separated by commas, of " + joined(words_of(field));
        case StepFieldType::boolean:
            return "yes or no";
        case StepFieldType::number:
            return "a number from " + std::to_string(field.low) + " to " + std::to_string(field.high);
        case StepFieldType::date:
            return "YYYY-MM-DD, Gregorian";
        case StepFieldType::timestamp:
            return "a time such as 2026-12-01T03:00:00.000Z, UTC";
        case StepFieldType::office:
            return "an office of one of the two nodes";
        case StepFieldType::crossing:
            return "the name of a border crossing, at most " + std::to_string(field.high) + " bytes";
        case StepFieldType::digest:
            return "a SHA-256 in hexadecimal, or @FILE";
    }
    return {};
}

std::variant<Json, Failure> read_step_fields(ProcedureKind kind, StepType step, std::vector<std::string> const& given) {
    auto const* const schema = find_step_schema(kind, step);
    if (schema == nullptr)
        return usage_failure("procedure.unknown_step",
                             std::string(to_text(kind)) + " has no step " + std::string(to_text(step)));
    auto fields = Json::object();
    for (auto const& pair : given) {
        auto const equals = pair.find('=');
        auto const name = pair.substr(0, equals);
        auto const field = std::ranges::find(*schema, name, &StepField::name);
        if (field == schema->end()) {
            std::vector<std::string_view> names;
            for (auto const& each : *schema) names.push_back(each.name);
            return usage_failure("usage.bad_field", "expected --set with one of " + joined(names));
        }
        if (equals == std::string::npos) return bad_field(*field, "");
        auto value = read_value(*field, pair.substr(equals + 1));
        if (auto const* const failure = std::get_if<Failure>(&value)) return *failure;
        fields.set(name, std::get<Json>(std::move(value)));
    }
    for (auto const& field : *schema) {
        if (!field.required || fields.find(field.name) != nullptr) continue;
        auto value = ask_for(field);
        if (auto const* const failure = std::get_if<Failure>(&value)) return *failure;
        fields.set(std::string(field.name), std::get<Json>(std::move(value)));
    }
    return fields;
}

}  // namespace casebridge::cli
