#include "adapters/draft_map.h"

#include "adapters/value_map.h"

#include <algorithm>

namespace casebridge {
namespace {

std::string percent(std::uint64_t part, std::uint64_t whole) {
    if (whole == 0) return "0 %";
    auto const rounded = (part * 200 + whole) / (2 * whole);
    return (rounded == 0 && part > 0 ? "under 1" : std::to_string(rounded)) + " %";
}

/// A name as YAML takes it whatever is in it.
std::string yaml_text(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out = "\"";
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte == 0x7F) {
            out += "\\x";
            out += digits[byte >> 4U];
            out += digits[byte & 15U];
        } else {
            out += c;
        }
    }
    return out + '"';
}

/// Comments are one line, whatever a name holds.
std::string comment(std::string_view text) {
    std::string out(text);
    std::ranges::replace_if(
        out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
    return "# " + out + "\n";
}

/// The date format a shape suggests, and whether its year looks Buddhist; empty if none does.
std::pair<std::string, bool> date_format(std::string shape) {
    bool const buddhist = shape.find("2999") != std::string::npos;
    for (std::string const year : {"2999", "1999"}) {
        if (auto const at = shape.find(year); at != std::string::npos) shape.replace(at, year.size(), "Y");
    }
    struct Known {
        std::string_view shape, format;
    };
    for (auto const& [known, format] :
         {Known{"99/99/Y", "dd/MM/yyyy"}, Known{"9/9/Y", "d/M/yyyy"}, Known{"99-99-Y", "dd-MM-yyyy"},
          Known{"99.99.Y", "dd.MM.yyyy"}, Known{"Y-99-99", "yyyy-MM-dd"}, Known{"Y/99/99", "yyyy/MM/dd"},
          Known{"99/Y", "MM/yyyy"}, Known{"Y", "yyyy"}}) {
        if (shape == known) return {std::string(format), buddhist};
    }
    return {"", buddhist};
}

std::string date_value(InspectedColumn const& column) {
    std::string formats;
    bool buddhist = false;
    for (auto const& shape : column.shapes) {
        auto const [format, thai] = date_format(shape.text);
        if (format.empty() || formats.find(format) != std::string::npos) continue;
        formats += (formats.empty() ? "" : ", ") + format;
        buddhist = buddhist || thai;
    }
    if (formats.empty()) return ", date: FILL_IN, era: FILL_IN}  # e.g. dd/MM/yyyy; gregorian or buddhist";
    return ", date: [" + formats + "], era: " + (buddhist ? "buddhist" : "gregorian") + "}  # a guess: confirm it";
}

std::string code_words(std::string_view field) {
    auto const* const definition = find_field(field);
    if (definition == nullptr) return "";
    auto const words = target_of(*definition).codes;
    std::string text;
    constexpr std::size_t shown = 12;
    for (std::size_t at = 0; at < words.size() && at < shown; ++at)
        text += (at == 0 ? "" : " ") + std::string(words[at]);
    return text + (words.size() > shown ? " …" : "");
}

/// The right-hand side for a field from this column.
std::string value_for(std::string_view field, InspectedColumn const& column) {
    auto const* const definition = find_field(field);
    auto const name = yaml_text(column.name);
    if (definition == nullptr) return name;
    auto const type = definition->type;
    if (type == FieldType::date) return "{column: " + name + date_value(column);
    if (type == FieldType::phone) return "{column: " + name + ", calling_code: FILL_IN}  # e.g. 66; or leave it out";
    if (type == FieldType::code || type == FieldType::codes || type == FieldType::boolean) {
        return "{column: " + name +
               ", codes: FILL_IN}  # {theirs: ours, …} or {file: table.csv}; ours: " + code_words(field);
    }
    return name;
}

using Placed = std::pair<InspectedTable const*, InspectedColumn const*>;

/// The table that looks most like one of cases: most fields guessed, a case number counting most.
InspectedTable const* likely_cases(std::vector<InspectedTable> const& tables) {
    auto const score = [](InspectedTable const& table) {
        std::set<std::string_view> fields;
        for (auto const& column : table.columns) fields.insert(column.guess);
        fields.erase("");
        return fields.size() + (fields.contains("id") ? 2 : 0) + (fields.contains("birth_date") ? 1 : 0);
    };
    auto const best = std::ranges::max_element(tables, {}, score);
    return best == tables.end() || score(*best) == 0 ? nullptr : &*best;
}

std::string fields_of(InspectedTable const& cases) {
    std::string text;
    std::set<std::string_view> used;
    for (auto const& column : cases.columns) {
        auto const field = column.guess;
        auto const* const definition = find_field(field);
        bool const own = definition != nullptr && definition->group == Group::none;
        if (!own || !used.insert(field).second) continue;
        text += "    " + comment(describe(cases, column)) + "    " + std::string(field) + ": " +
                value_for(field, column) + "\n";
    }
    return text.empty() ? "    FILL_IN: FILL_IN\n" : text;
}

std::string group_of(InspectedTable const& cases, std::string_view group, std::string_view always) {
    std::string text;
    std::set<std::string_view> used;
    for (auto const& column : cases.columns) {
        if (!column.guess.starts_with(group) || !used.insert(column.guess).second) continue;
        auto const field = column.guess.substr(group.size());
        text += "        " + comment(describe(cases, column)) + "        " + std::string(field) + ": " +
                value_for(column.guess, column) + "\n";
    }
    if (text.empty()) return "";
    if (used.contains("names.family") && !used.contains("names.given") && !used.contains("names.full"))
        text += "        " +
                comment("no column of given names was recognised: if this one holds the whole name, write `full`");
    return "  " + std::string(group.substr(0, group.size() - 1)) + ":\n    - fields:\n        " + std::string(always) +
           "\n" + text;
}

std::string facts_of(InspectedTable const& cases) {
    auto const guardian = std::ranges::find(cases.columns, "facts.guardian", &InspectedColumn::guess);
    if (guardian == cases.columns.end()) return "";
    auto const suspect = std::ranges::find(cases.columns, "facts.guardian_suspect", &InspectedColumn::guess);
    std::string const from = suspect == cases.columns.end() ? "FILL_IN" : yaml_text(suspect->name);
    return "  facts:\n    " + comment(describe(cases, *guardian)) +
           "    guardian: {column: " + yaml_text(guardian->name) +
           ", codes: FILL_IN}  # ours: guardian appointed_representative\n"
           "    guardian_suspect: {column: " +
           from + ", codes: FILL_IN}  # ours: yes no unknown; required with a guardian\n";
}

std::string unused_columns(std::vector<InspectedTable> const& tables, InspectedTable const* cases) {
    std::string text;
    for (auto const& table : tables) {
        text += comment("table " + table.name + ": " + std::to_string(table.rows) + (table.whole ? "" : " or more") +
                        " rows" + (table.unreadable.empty() ? "" : ", not readable: " + table.unreadable));
        for (auto const& column : table.columns) {
            if (&table == cases && !column.guess.empty()) continue;
            text += comment("  " + describe(table, column) +
                            (column.guess.empty() ? "" : "; perhaps " + std::string(column.guess)));
        }
    }
    return text;
}

}  // namespace

std::string describe(InspectedTable const& table, InspectedColumn const& column) {
    std::string text = column.name + (column.declared_type.empty() ? "" : " " + column.declared_type) + ": ";
    for (auto const& shape : column.shapes) {
        bool const buddhist = shape.text.find("2999") != std::string::npos;
        auto const lengths = shape.shortest == shape.longest
                                 ? std::to_string(shape.longest)
                                 : std::to_string(shape.shortest) + ".." + std::to_string(shape.longest);
        bool const words = shape.text.find("letters") != std::string::npos;
        text += shape.text + (words ? " " + lengths : "") + (buddhist ? " (Buddhist era?)" : "") + " " +
                percent(shape.count, table.rows) + ", ";
    }
    bool const many = column.distinct >= ColumnProfile::maximum_distinct;
    return text + (many ? "2000 or more" : std::to_string(column.distinct)) + " distinct, empty " +
           percent(column.empty, table.rows);
}

std::string draft_field_map(std::string const& database, std::vector<InspectedTable> const& tables) {
    auto const* const cases = likely_cases(tables);
    std::string text =
        "# A draft by `casebridge adapter inspect`: guesses from the names and shapes of columns, to be confirmed by\n"
        "# somebody who knows the database. It does not load before every FILL_IN is replaced or its line removed.\n"
        "# adapters/README.md has every key; `casebridge adapter check` tries the map on the database.\n"
        "# Relative paths are relative to this file.\n";
    text += "draft: true  # remove this line when every line below is confirmed\n\n" + database +
            (database.ends_with('\n') ? "\n" : "\n\n") + "cases:\n";
    if (cases == nullptr) {
        text += "  table: FILL_IN\n  id: FILL_IN\n  fields:\n    FILL_IN: FILL_IN\n\n";
        return text + unused_columns(tables, cases);
    }
    auto const id = std::ranges::find(cases->columns, "id", &InspectedColumn::guess);
    text += "  table: " + yaml_text(cases->name) + "\n";
    text += id == cases->columns.end() ? "  id: FILL_IN  # the column of the case number\n"
                                       : "  " + comment(describe(*cases, *id)) + "  id: " + yaml_text(id->name) + "\n";
    text += "  fields:\n" + fields_of(*cases) + facts_of(*cases);
    auto const groups =
        group_of(*cases, "names.", "kind: {value: legal}") +
        group_of(*cases, "documents.", "kind: {value: FILL_IN}  # national_identity_card, passport, …") +
        group_of(*cases, "addresses.", "kind: {value: FILL_IN}  # mailing, home_community, family, …") +
        group_of(*cases, "relatives.", "relation: {value: FILL_IN}  # mother, father, …");
    if (!groups.empty()) text += "\ngroups:\n" + groups;
    return text + "\n" + comment("What is not used above:") + unused_columns(tables, cases);
}

}  // namespace casebridge
