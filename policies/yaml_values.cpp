#include "policies/yaml_values.h"

#include <algorithm>

namespace casebridge {
namespace {

constexpr std::array kinds{NodeKind::welfare, NodeKind::police, NodeKind::justice, NodeKind::health,
                           NodeKind::organisation};

std::optional<Date> parse_date_at(std::string const& text, SourceLine const& at, std::string_view key,
                                  YamlComplaints& complaints) {
    auto date = parse_date(text);
    if (date) return *date;
    complaints.add(at, key, "expected a date that exists, as YYYY-MM-DD");
    return std::nullopt;
}

bool is_slug(std::string_view text) {
    auto const letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    return text.size() >= 3 && text.size() <= 64 && letter(text.front()) && letter(text.back()) &&
           std::ranges::all_of(text, [&](char c) { return letter(c) || c == '-'; });
}

std::vector<std::string_view> form_words(FieldDefinition const& field) {
    std::vector<std::string_view> words;
    for (auto const form : field.forms) words.push_back(to_text(form));
    return words;
}

}  // namespace

void refuse_unfilled(YamlNode const& root, YamlComplaints& complaints) {
    if (root.kind == YamlNode::Kind::scalar && root.scalar.find(to_be_filled_in) != std::string::npos) {
        complaints.add(root.source, root.path, "still to be filled in by the ministry");
    }
    for (auto const& element : root.elements) refuse_unfilled(element, complaints);
    for (auto const& entry : root.entries) refuse_unfilled(entry.value, complaints);
}

std::string expected_one_of(std::vector<std::string_view> const& words, std::string_view found) {
    std::string text = "expected one of ";
    for (auto const word : words) {
        if (word != words.front()) text += ", ";
        text += word;
    }
    if (auto const nearest = nearest_word(found, words); !nearest.empty()) {
        text += "; did you mean `" + std::string(nearest) + "`?";
    }
    return text;
}

std::vector<std::string_view> purpose_words() {
    std::vector<std::string_view> words;
    for (std::size_t i = 0; i < purpose_count; ++i) words.push_back(to_text(static_cast<Purpose>(i)));
    return words;
}

std::vector<std::string_view> node_kind_words() {
    std::vector<std::string_view> words;
    for (auto const kind : kinds) words.push_back(to_text(kind));
    return words;
}

std::vector<std::string_view> category_words() {
    std::vector<std::string_view> words;
    for (std::size_t i = 0; i < category_count; ++i) words.push_back(to_text(static_cast<Category>(i)));
    return words;
}

std::string read_slug(YamlReader& reader, std::string_view key, YamlComplaints& complaints) {
    auto text = reader.text(key);
    if (!text.empty() && !is_slug(text)) {
        complaints.add(reader.at(key), key, "expected 3 to 64 lower-case letters, digits and inner hyphens");
    }
    return text;
}

std::optional<Date> read_date(YamlReader& reader, std::string_view key, YamlComplaints& complaints) {
    auto const text = reader.text(key);
    if (text.empty()) return std::nullopt;  // already complained about
    return parse_date_at(text, reader.at(key), key, complaints);
}

std::optional<Date> read_optional_date(YamlReader& reader, std::string_view key, YamlComplaints& complaints) {
    auto const* node = reader.any(key);
    if (node == nullptr) return std::nullopt;
    return parse_date_at(node->scalar, node->source, key, complaints);
}

std::optional<Purpose> read_purpose(YamlReader& reader, std::string_view key, YamlComplaints& complaints) {
    auto const text = reader.text(key);
    if (text.empty()) return std::nullopt;
    auto purpose = parse_purpose(text);
    if (purpose) return *purpose;
    complaints.add(reader.at(key), key, expected_one_of(purpose_words(), text));
    return std::nullopt;
}

std::optional<NodeId> read_node(std::string_view text, SourceLine const& at, std::string_view key,
                                std::vector<NodeId> const* known, YamlComplaints& complaints) {
    auto node = NodeId::parse(text);
    if (!node) {
        complaints.add(at, key, "expected a node as <country>-<agency>, such as th-msdhs, or org-<name>");
        return std::nullopt;
    }
    if (known != nullptr && std::ranges::find(*known, *node) == known->end()) {
        std::vector<std::string_view> words;
        for (auto const& each : *known) words.push_back(each.text());
        complaints.add(at, key, expected_one_of(words, text));
        return std::nullopt;
    }
    return *std::move(node);
}

void read_ceiling(YamlNode const& mapping, Ceiling& ceiling, std::map<std::string, SourceLine, std::less<>>& lines,
                  YamlComplaints& complaints) {
    for (auto const& [key, line, value] : mapping.entries) {
        SourceLine const at{mapping.source.file, line};
        auto const* field = find_field(key);
        if (field == nullptr) {
            std::string text = "not a field of the case schema";
            if (auto const nearest = nearest_word(key, field_ids()); !nearest.empty()) {
                text += "; did you mean `" + std::string(nearest) + "`?";
            }
            complaints.add(at, key, text);
            continue;
        }
        auto const form = parse_form(value.scalar);
        if (value.kind != YamlNode::Kind::scalar || !form ||
            std::ranges::find(field->forms, *form) == field->forms.end()) {
            complaints.add(at, key, expected_one_of(form_words(*field), value.scalar));
            continue;
        }
        ceiling[key] = *form;
        lines[key] = at;
    }
}

Date day_of(Timestamp time) {
    return Date{std::chrono::floor<std::chrono::days>(time)};
}

}  // namespace casebridge
