// The grammar of one entry of `fields` in a field map.
#include "adapters/text.h"
#include "adapters/value_map.h"
#include "policies/fields.h"

#include <algorithm>

namespace casebridge {
namespace {

bool is_coded(FieldType type) {
    return type == FieldType::code || type == FieldType::codes || type == FieldType::boolean;
}

std::string offered(std::string_view word, std::vector<std::string_view> const& words) {
    std::string text = "expected ";
    if (words.size() <= 24) {
        text += "one of ";
        for (auto const each : words) text += std::string(each) + ", ";
        text += std::string(not_recorded);
    } else {
        text += "a code of the list";
    }
    if (auto const nearest = nearest_word(word, words); !nearest.empty()) {
        text += "; did you mean `" + std::string(nearest) + "`?";
    }
    return text;
}

bool allowed(ValueTarget const& target, std::string_view word) {
    return target.codes.empty() || std::find(target.codes.begin(), target.codes.end(), word) != target.codes.end();
}

/// Any value has a `codes` table with `not_recorded` in it; coded ones need a table or `as_stored`.
void read_codes(YamlReader& reader, ValueMap& map, YamlComplaints& complaints) {
    auto const* const node = reader.any("codes");
    bool const coded = is_coded(map.target.type);
    if (node == nullptr) {
        if (coded && !map.target.codes.empty()) {
            reader.complain("codes", "missing: expected a table of the database's codes and ours, or `as_stored`");
        }
        map.codes_as_stored = coded;
        return;
    }
    if (node->kind == YamlNode::Kind::scalar && node->scalar == "as_stored" && coded) {
        map.codes_as_stored = true;
        return;
    }
    if (node->kind != YamlNode::Kind::mapping || node->entries.empty()) {
        reader.complain("codes", coded ? "expected a table of the database's codes and ours, or `as_stored`"
                                       : "expected a table of words that mean not_recorded");
        return;
    }
    for (auto const& [key, line, value] : node->entries) {
        SourceLine const at{node->source.file, line};
        auto const word = normalise_text(key);
        bool const nothing = value.scalar == not_recorded;
        if (value.kind != YamlNode::Kind::scalar || (!coded && !nothing) ||
            (coded && !nothing && !allowed(map.target, value.scalar))) {
            complaints.add(at, map.target.name + ".codes",
                           coded ? offered(value.scalar, map.target.codes) : "expected not_recorded");
        } else if (!word || !map.codes.emplace(*word, nothing ? "" : value.scalar).second) {
            complaints.add(at, map.target.name + ".codes", "expected each code of the database once");
        }
    }
}

/// Words before a date that say it was guessed; what they say belongs to a field of its own.
void read_estimated_marks(YamlReader& reader, ValueMap& map) {
    for (auto const* mark : reader.optional_sequence("estimated_marks")) {
        auto const text = normalise_text(mark->scalar);
        if (map.target.name != field::birth_date || !text || text->empty()) {
            reader.complain("estimated_marks",
                            "expected words that may stand before a birth date, for birth_date only");
            return;
        }
        map.estimated_marks.push_back(*text);
    }
}

void read_dates(YamlReader& reader, ValueMap& map) {
    std::vector<std::string> formats;
    auto const* const node = reader.any("date");
    std::string const era = reader.optional_word("era", {"gregorian", "buddhist"}, "");
    std::string const language = reader.optional_text("language");
    bool const zeros = reader.optional_word("zeros", {"unknown", "refuse"}, "refuse") == "unknown";
    read_estimated_marks(reader, map);
    if (map.target.type != FieldType::date) {
        if (zeros) reader.complain("zeros", "this field is not a date");
        if (node != nullptr || !era.empty() || !language.empty()) {
            reader.complain(node != nullptr ? "date" : era.empty() ? "language" : "era", "this field is not a date");
        }
        return;
    }
    if (node != nullptr && node->kind == YamlNode::Kind::scalar) formats.push_back(node->scalar);
    if (node != nullptr) {
        for (auto const& element : node->elements) formats.push_back(element.scalar);
    }
    if (formats.empty())
        return reader.complain("date", "missing: expected a format, e.g. dd/MM/yyyy, or a list of them");
    if (era.empty()) return reader.complain("era", "missing: expected one of gregorian, buddhist");
    auto dates = DateReader::make(formats, era == "buddhist" ? Era::buddhist : Era::gregorian, language,
                                  zeros ? ZeroParts::unknown : ZeroParts::refused);
    if (!dates) return reader.complain("date", dates.error().detail);
    map.dates = *std::move(dates);
}

/// The constant in the target's type, by way of `read`: our own words, dates as YYYY-MM-DD.
void read_constant(YamlReader& reader, YamlNode const& node, ValueMap& map) {
    std::string text = node.scalar;
    map.codes_as_stored = true;
    if (node.kind == YamlNode::Kind::sequence && map.target.type == FieldType::codes) {
        map.separator = "\n";
        for (auto const& element : node.elements) text += (text.empty() ? "" : "\n") + element.scalar;
    } else if (node.kind != YamlNode::Kind::scalar) {
        return reader.complain("value", "expected one value");
    }
    if (map.target.type == FieldType::date) {
        auto dates = DateReader::make({"yyyy-MM-dd", "yyyy-MM", "yyyy"}, Era::gregorian, "");
        if (dates) map.dates = *std::move(dates);
    }
    auto value = map.read(SqlValue{text});
    if (!value || !*value) {
        return reader.complain("value", is_coded(map.target.type) ? offered(text, map.target.codes)
                                                                  : "expected a value of the field's type");
    }
    map.constant = **std::move(value);
}

void read_place(YamlReader& reader, ValueScope scope, ValueMap& map) {
    map.column = reader.text("column");
    map.table = reader.optional_text("table");
    map.case_column = reader.optional_text("case");
    map.separator = reader.optional_text("separator");
    if (!map.separator.empty() && map.target.type != FieldType::codes) {
        reader.complain("separator", "this field holds one value");
    }
    if (!map.table.empty() && (scope == ValueScope::row_field || map.target.type != FieldType::codes)) {
        reader.complain("table", "only a field with several codes can have a table of its own");
    }
}

void read_calling_code(YamlReader& reader, ValueMap& map) {
    map.calling_code = reader.optional_text("calling_code");
    bool const digits = map.calling_code.size() <= 3 && std::all_of(map.calling_code.begin(), map.calling_code.end(),
                                                                    [](char c) { return c >= '0' && c <= '9'; });
    if (!map.calling_code.empty() && (map.target.type != FieldType::phone || !digits)) {
        reader.complain("calling_code", "expected up to three digits, for a telephone number");
    }
}

}  // namespace

ValueMap read_value_map(YamlNode const& node, ValueTarget target, ValueScope scope, YamlComplaints& complaints) {
    ValueMap map;
    map.target = std::move(target);
    map.source = node.source;
    if (node.kind == YamlNode::Kind::scalar && !node.scalar.empty()) {
        map.column = node.scalar;
        bool const needs_more =
            map.target.type == FieldType::date || (is_coded(map.target.type) && !map.target.codes.empty());
        if (needs_more) {
            complaints.add(node.source, map.target.name,
                           map.target.type == FieldType::date ? "expected a mapping with column, date and era"
                                                              : "expected a mapping with column and codes");
        }
        map.codes_as_stored = true;
        return map;
    }
    if (node.kind != YamlNode::Kind::mapping) {
        complaints.add(node.source, map.target.name, "expected a column's name, or a mapping");
        return map;
    }
    YamlReader reader(node, complaints);
    if (auto const* const constant = reader.any("value"); constant != nullptr) {
        read_constant(reader, *constant, map);
        reader.refuse_unknown_keys();
        return map;
    }
    read_place(reader, scope, map);
    read_codes(reader, map, complaints);
    read_dates(reader, map);
    read_calling_code(reader, map);
    std::string const unknown = reader.optional_word("unknown", {"refuse", "withhold"}, "refuse");
    if (unknown == "withhold") map.on_bad = OnBadValue::withhold;
    if (unknown == "withhold" && scope == ValueScope::fact) {
        reader.complain("unknown", "nothing is withheld from a protection: expected refuse");
    }
    reader.refuse_unknown_keys();
    return map;
}

}  // namespace casebridge
