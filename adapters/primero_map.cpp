#include "adapters/primero_map.h"

#include "adapters/primero_consent.h"
#include "adapters/primero_rows.h"
#include "adapters/text.h"
#include "policies/fields.h"

#include <algorithm>
#include <set>

namespace casebridge {
namespace {

constexpr std::string_view case_table = "cases";
constexpr std::string_view overridden = "consent_overridden";
constexpr std::string_view trafficked_or_smuggled = "trafficked_smuggled";
constexpr std::string_view concerns = "protection_concerns";
constexpr std::string_view actual_victim = "ActualVictimOfTrafficking";
constexpr char const* list_separator = "\x1f";  // ASCII's own unit separator: no code has it
constexpr std::size_t maximum_named = 20;       // codes in one complaint

/// Calls `visit` for every value of the map, with the table its row is in.
template <typename Visit>
void for_each_value(FieldMap const& map, Visit const& visit) {
    for (auto const* values : {&map.fields, &map.facts}) {
        for (auto const& value : *values) visit(value, value.table.empty() ? map.table : value.table);
    }
    for (auto const& entry : map.groups) {
        for (auto const& value : entry.values) visit(value, entry.table.empty() ? map.table : entry.table);
    }
    if (!map.consents) return;
    for (auto const& value : map.consents->values) {
        visit(value, map.consents->table.empty() ? map.table : map.consents->table);
    }
}

void check_status(ValueMap const& value, YamlComplaints& complaints) {
    if (value.target.name != field::trafficking_status) return;
    auto const code = value.codes.find(std::string(trafficked_or_smuggled));
    bool const by_code = code != value.codes.end() && code->second == actual_victim;
    bool const by_column = value.column == concerns && std::any_of(value.codes.begin(), value.codes.end(),
                                                                   [](auto& c) { return c.second == actual_victim; });
    if (by_code || by_column) {
        complaints.add(value.source, value.target.name,
                       "trafficking and smuggling are one code in Primero: it can mean "
                       "PossibleVictimOfTrafficking, never ActualVictimOfTrafficking");
    }
}

using Codes = std::set<std::string>;

/// The ids of each lookup's values, by the lookup's unique_id.
Result<std::map<std::string, Codes>> read_lookups(PrimeroApi& api) {
    std::map<std::string, Codes> lists;
    RETURN_IF_ERROR(api.each("lookups", "/api/v2/lookups", {}, [&lists](Json const& lookup) {
        auto& codes = lists[primero_text(lookup, "unique_id")];
        auto const* const values = lookup.find("values");
        if (values != nullptr && values->as_array() != nullptr) {
            for (auto const& value : *values->as_array()) codes.insert(primero_text(value, "id"));
        }
        return true;
    }));
    return lists;
}

Result<Codes> read_locations(PrimeroApi& api) {
    Codes codes;
    RETURN_IF_ERROR(api.each("locations", "/api/v2/locations", {}, [&codes](Json const& location) {
        codes.insert(primero_text(location, "code"));
        return true;
    }));
    return codes;
}

void check_translations(ValueMap const& value, Codes const& codes, YamlComplaints& complaints) {
    bool const coded = !value.target.codes.empty();
    if (!coded || value.on_bad == OnBadValue::withhold) return;
    std::size_t missing = 0;
    std::string names;
    for (auto const& code : codes) {
        auto const normal = normalise_text(code);
        if (!normal || normal->empty()) continue;
        auto const& known = value.target.codes;
        bool const translated = value.codes_as_stored ? std::find(known.begin(), known.end(), *normal) != known.end()
                                                      : value.codes.contains(*normal);
        if (!translated && ++missing <= maximum_named) names += (names.empty() ? "" : ", ") + *normal;
    }
    if (missing == 0) return;
    complaints.add(value.source, value.target.name,
                   std::to_string(missing) + " codes of the server have no translation: " + names +
                       (missing > maximum_named ? ", …" : ""));
}

}  // namespace

void check_primero_map(FieldMap const& map, YamlComplaints& complaints) {
    if (!map.table.empty() && map.table != case_table) complaints.add(map.source, "table", "expected `cases`");
    if (map.changed && map.changed->kind != ChangeColumn::Kind::timestamp) {
        complaints.add(map.changed->source, "kind", "expected timestamp, of last_updated_at");
    }
    if (map.consents && map.consents->table == primero_transitions) {
        complaints.add(map.consents->source, "table", "a referral or transfer is no consent");
    }
    for_each_value(map, [&complaints](ValueMap const& value, std::string const&) {
        if (value.column == overridden) {
            complaints.add(value.source, value.target.name, "`consent_overridden` is evidence of nothing");
        }
        check_status(value, complaints);
    });
}

void prepare_primero_map(FieldMap& map) {
    auto const prepare = [](std::vector<ValueMap>& values) {
        for (auto& value : values) {
            if (value.target.type == FieldType::codes && value.separator.empty()) value.separator = list_separator;
        }
    };
    prepare(map.fields);
    prepare(map.facts);
    for (auto& entry : map.groups) prepare(entry.values);
    if (map.consents) prepare(map.consents->values);
}

std::vector<std::string> primero_fields(FieldMap const& map) {
    std::set<std::string> names = {"id", "module_id", "record_state", map.id_column};
    for (auto const name : primero_consent_fields()) names.emplace(name);
    for_each_value(map, [&](ValueMap const& value, std::string const& table) {
        std::string const& name = table == map.table ? value.column : table;
        if (!name.empty() && name != primero_transitions) names.insert(name);
    });
    return {names.begin(), names.end()};
}

bool reads_transitions(FieldMap const& map) {
    bool reads = false;
    for_each_value(map, [&](ValueMap const&, std::string const& table) { reads |= table == primero_transitions; });
    return reads;
}

Status check_primero_codes(FieldMap const& map, PrimeroSettings const& settings, PrimeroApi& api) {
    if (settings.lookups.empty()) return Done{};
    YamlComplaints complaints;
    api.begin();
    ASSIGN_OR_RETURN(auto lists, read_lookups(api));
    bool const wants_locations = std::any_of(settings.lookups.begin(), settings.lookups.end(),
                                             [](auto const& each) { return each.second == "locations"; });
    if (wants_locations) {
        ASSIGN_OR_RETURN(lists["locations"], read_locations(api));
    }
    for (auto const& [field, list] : settings.lookups) {
        auto const found = lists.find(list);
        if (found == lists.end()) {
            complaints.add(map.source, "lookups", "the server has no lookup `" + list + "`");
            continue;
        }
        for_each_value(map, [&, &name = field](ValueMap const& value, std::string const&) {
            if (value.column == name) check_translations(value, found->second, complaints);
        });
    }
    if (!complaints.empty()) return complaints.to_error("field_map.invalid");
    return Done{};
}

}  // namespace casebridge
