#include "adapters/field_map.h"

#include "adapters/code_tables.h"
#include "adapters/consent_map.h"
#include "adapters/fact_map.h"
#include "adapters/primero_map.h"
#include "policies/fields.h"

#include <algorithm>
#include <array>

namespace casebridge {
namespace {

constexpr std::array groups = {Group::names, Group::documents, Group::addresses, Group::relatives,
                               Group::exploitation_events};

std::string unknown_field(std::string_view name, std::vector<std::string_view> const& words) {
    std::string text = "not a field of the case schema";
    if (auto const nearest = nearest_word(name, words); !nearest.empty()) {
        text += "; did you mean `" + std::string(nearest) + "`?";
    }
    return text;
}

/// The mapping `fields` of a case (no prefix) or of a group's entry (prefix "names.").
std::vector<ValueMap> read_fields(YamlNode const& node, Group group, YamlComplaints& complaints) {
    std::string const prefix = group == Group::none ? "" : std::string(to_text(group)) + ".";
    std::vector<std::string_view> words;
    for (auto const& field : schema()) {
        if (field.group == group) words.push_back(field.id.substr(prefix.size()));
    }
    std::vector<ValueMap> values;
    for (auto const& [key, line, value] : node.entries) {
        FieldDefinition const* const field = find_field(prefix + key);
        if (field == nullptr || field->group != group) {
            complaints.add({node.source.file, line}, key, unknown_field(key, words));
            continue;
        }
        auto const scope = group == Group::none ? ValueScope::case_field : ValueScope::row_field;
        values.push_back(read_value_map(value, target_of(*field), scope, complaints));
    }
    return values;
}

ChangeColumn read_change_column(YamlNode const& node, YamlComplaints& complaints) {
    YamlReader reader(node, complaints);
    ChangeColumn changed;
    changed.source = node.source;
    changed.column = reader.text("column");
    bool const sequence = reader.word("kind", {"timestamp", "sequence"}) == "sequence";
    changed.kind = sequence ? ChangeColumn::Kind::sequence : ChangeColumn::Kind::timestamp;
    reader.refuse_unknown_keys();
    return changed;
}

void read_cases(YamlNode const& node, FieldMap& map, YamlComplaints& complaints) {
    YamlReader reader(node, complaints);
    map.source = node.source;
    map.table = reader.text("table");
    map.id_column = reader.text("id");
    if (auto const* const changed = reader.optional_mapping("changed"); changed != nullptr) {
        map.changed = read_change_column(*changed, complaints);
    }
    if (auto const* const fields = reader.mapping("fields"); fields != nullptr) {
        map.fields = read_fields(*fields, Group::none, complaints);
    }
    auto const estimated = std::ranges::find(map.fields, field::birth_date_estimated,
                                             [](ValueMap const& value) { return std::string_view(value.target.name); });
    bool const marked =
        std::ranges::any_of(map.fields, [](ValueMap const& value) { return !value.estimated_marks.empty(); });
    if (marked && estimated != map.fields.end()) {
        complaints.add(estimated->source, "birth_date_estimated", "expected either this field or `estimated_marks`");
    }
    if (auto const* const facts = reader.optional_mapping("facts"); facts != nullptr) {
        map.facts = read_facts(*facts, complaints);
    }
    reader.refuse_unknown_keys();
}

EntryMap read_entry(YamlNode const& node, Group group, YamlComplaints& complaints) {
    EntryMap entry;
    entry.group = group;
    entry.source = node.source;
    YamlReader reader(node, complaints);
    entry.table = reader.optional_text("table");
    entry.case_column = reader.optional_text("case");
    entry.order_column = reader.optional_text("order");
    if (entry.table.empty() && !entry.order_column.empty()) reader.complain("order", "only with a table");
    if (auto const* const fields = reader.mapping("fields"); fields != nullptr) {
        entry.values = read_fields(*fields, group, complaints);
        if (std::all_of(entry.values.begin(), entry.values.end(), [](auto const& v) { return v.column.empty(); })) {
            reader.complain("fields", "expected at least one field from a column");
        }
    }
    if (auto const* const reading = reader.optional_mapping("reading"); reading != nullptr) {
        if (group != Group::names) reader.complain("reading", "only names are read so");
        entry.reading = read_name_reading(*reading, complaints);
    }
    reader.refuse_unknown_keys();
    return entry;
}

void read_groups(YamlNode const& node, FieldMap& map, YamlComplaints& complaints) {
    YamlReader reader(node, complaints);
    for (Group const group : groups) {
        auto const* const entries = reader.any(to_text(group));
        if (entries == nullptr) continue;
        if (entries->kind != YamlNode::Kind::sequence) reader.complain(to_text(group), "expected a list of entries");
        for (auto const& entry : entries->elements) map.groups.push_back(read_entry(entry, group, complaints));
    }
    reader.refuse_unknown_keys();
}

/// A folder of files is read for what the map names, and indexed by the columns cases are looked up in.
void name_what_is_read(FieldMap& map) {
    auto* const csv = std::get_if<CsvSettings>(&map.database);
    if (csv == nullptr) return;
    auto const add = [&](std::string const& table, std::string const& column) {
        if (!table.empty()) csv->tables[table].insert(column);
    };
    add(map.table, map.id_column);
    for (auto const* values : {&map.fields, &map.facts}) {
        for (auto const& value : *values) add(value.table, value.case_column);
    }
    for (auto const& entry : map.groups) add(entry.table, entry.case_column);
    if (map.consents) add(map.consents->table, map.consents->case_column);
}

/// In tables, the rows of a case are those that hold its number; in a Primero record they stand in the case itself.
class ChildTables {
public:
    ChildTables(bool nested, YamlComplaints& complaints) : nested_(nested), complaints_(complaints) {}

    void check(FieldMap const& map) {
        for (auto const* values : {&map.fields, &map.facts}) {
            for (auto const& value : *values) check(value.table, value.case_column, value.source);
        }
        for (auto const& entry : map.groups) check(entry.table, entry.case_column, entry.source);
        if (!map.consents) return;
        check(map.consents->table, map.consents->case_column, map.consents->source);
        if (map.consents->table.empty() && !nested_) complaints_.add(map.consents->source, "table", "expected a text");
    }

private:
    void check(std::string const& table, std::string const& case_column, SourceLine const& at) {
        if (nested_) {
            if (!case_column.empty()) complaints_.add(at, "case", "a subform stands in its case: no `case`");
        } else if (table.empty() != case_column.empty()) {
            complaints_.add(at, table.empty() ? "table" : "case", "missing: `table` and `case` go together");
        }
    }

    bool nested_;
    YamlComplaints& complaints_;
};

}  // namespace

Result<FieldMap> FieldMap::load(YamlFile const& file, std::filesystem::path const& folder) {
    YamlComplaints complaints;
    FieldMap map;
    YamlNode root = file.root;
    read_code_tables(root, folder, complaints);
    YamlReader reader(root, complaints);
    if (auto const* const database = reader.mapping("database"); database != nullptr) {
        map.database = read_database_settings(*database, folder, complaints);
    }
    if (auto const* const cases = reader.mapping("cases"); cases != nullptr) read_cases(*cases, map, complaints);
    if (auto const* const some = reader.optional_mapping("groups"); some != nullptr) {
        read_groups(*some, map, complaints);
    }
    if (auto const* const consents = reader.optional_mapping("consents"); consents != nullptr) {
        map.consents = read_consents_map(*consents, complaints);
    }
    if (reader.any("draft") != nullptr)
        reader.complain("draft", "confirm every line of the draft, then remove this one");
    reader.refuse_unknown_keys();
    bool const primero = std::holds_alternative<PrimeroSettings>(map.database);
    ChildTables(primero, complaints).check(map);
    if (primero) check_primero_map(map, complaints);
    if (!complaints.empty()) return complaints.to_error("field_map.invalid");
    name_what_is_read(map);
    return map;
}

std::vector<std::string> FieldMap::tables() const {
    std::vector<std::string> names = {table};
    auto const add = [&](std::string const& name) {
        if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
    };
    for (auto const* values : {&fields, &facts}) {
        for (auto const& value : *values) add(value.table);
    }
    for (auto const& entry : groups) add(entry.table);
    if (consents) add(consents->table);
    return names;
}

}  // namespace casebridge
