#include "adapters/record_builder.h"

#include "adapters/consent_map.h"
#include "adapters/fact_map.h"
#include "policies/fields.h"

#include <algorithm>
#include <set>

namespace casebridge {
namespace {

constexpr std::size_t maximum_child_rows = 1000;  // of one case in one table: more is a wrong map

MappedValues all_of(std::vector<ValueMap> const& maps) {
    MappedValues values;
    for (auto const& map : maps) values.push_back(&map);
    return values;
}

void leave_out(ValueMap const& map, SourcedCase& sourced) {
    std::string name = map.target.name + " (column " + map.column + ")";
    auto& out = sourced.left_out;
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(std::move(name));
}

/// `row`: the entry's values. An entry of constants alone is none.
Status add_entry(EntryMap const& entry, SqlRow const& row, SourcedCase& sourced) {
    FieldValues values;
    bool recorded = false;
    for (std::size_t at = 0; at < entry.values.size(); ++at) {
        auto const& map = entry.values[at];
        auto value = map.read(row.at(at));
        // Checked one by one on a record of its own, so that the error names the column.
        if (value && *value) {
            CaseRecord probe{sourced.record.id()};
            auto const set = probe.add_entry(entry.group, {{map.target.name, **value}});
            if (!set) value = map.bad_value(set.error().code);
        }
        if (!value) {
            if (map.on_bad == OnBadValue::refuse) return value.error();
            leave_out(map, sourced);
        } else if (*value) {
            recorded = recorded || !map.column.empty();
            values.emplace(map.target.name, **std::move(value));
        }
    }
    if (!recorded) return Done{};
    if (entry.reading) entry.reading->apply(values);
    auto const beside = entry.reading ? entry.reading->transliterated(values) : std::nullopt;
    auto added = sourced.record.add_entry(entry.group, std::move(values));
    if (added && beside) added = sourced.record.add_entry(entry.group, *beside);
    if (added) return Done{};
    std::string const where = entry.table.empty() ? "group " : "table " + entry.table + ", group ";
    return Error{ErrorKind::invalid, "source.bad_value",
                 where + std::string(to_text(entry.group)) + ": " + std::string(added.error().code)};
}

/// Whether the case's own row records when a consent was given: else there is none.
bool is_recorded(ConsentsMap const& map, SqlRow const& row) {
    for (std::size_t at = 0; at < map.values.size(); ++at) {
        if (map.values[at].target.name != "consents.given_on") continue;
        auto const value = map.values[at].read(row.at(at));
        return !value || *value;  // one that does not map is the reader's to refuse
    }
    return true;
}

class Building {
public:
    Building(FieldMap const& map, CaseId const& id, CaseRows& rows)
        : map_(map), rows_(rows), sourced_{CaseRecord(id), {}, {}} {}

    Result<SourcedCase> whole() && {
        RETURN_IF_ERROR(case_row());
        RETURN_IF_ERROR(child_values());
        for (auto const& entry : map_.groups) {
            if (!entry.table.empty()) RETURN_IF_ERROR(entries(entry));
        }
        if (map_.consents) RETURN_IF_ERROR(consents(*map_.consents));
        return std::move(sourced_);
    }

private:
    [[nodiscard]] CaseId const& id() const { return sourced_.record.id(); }

    Status each_child(CaseRows::Wanted const& wanted, std::function<Status(SqlRow const&)> const& on_row) {
        std::size_t count = 0;
        return rows_.each(wanted, id(), [&](SqlRow const& row) -> Status {
            if (++count <= maximum_child_rows) return on_row(row);
            return Error{ErrorKind::invalid, "source.bad_value",
                         "table " + wanted.table + ": too many rows for a case"};
        });
    }

    /// All that stands in the case's own row: fields, facts, and entries built from its columns.
    [[nodiscard]] MappedValues row_values() const {
        MappedValues values;
        auto const add = [&](std::vector<ValueMap> const& maps) {
            for (auto const& map : maps) {
                if (map.table.empty()) values.push_back(&map);
            }
        };
        add(map_.fields);
        add(map_.facts);
        for (auto const& entry : map_.groups) {
            if (entry.table.empty()) add(entry.values);
        }
        return values;
    }

    Result<SqlRow> the_one_row(MappedValues const& values) {
        std::optional<SqlRow> found;
        RETURN_IF_ERROR(rows_.each({map_.table, map_.id_column, values}, id(), [&](SqlRow const& row) -> Status {
            if (found) {
                return Error{ErrorKind::conflict, "source.ambiguous_case",
                             "column " + map_.id_column + " holds this case number more than once"};
            }
            found = row;
            return Done{};
        }));
        if (!found) return Error{ErrorKind::not_found, "source.case_not_found", "no case of that number"};
        return *std::move(found);
    }

    Status case_row() {
        auto const values = row_values();
        ASSIGN_OR_RETURN(auto const row, the_one_row(values));
        std::map<ValueMap const*, SqlValue const*> stored;
        for (std::size_t at = 0; at < values.size(); ++at) stored[values[at]] = &row.at(at);

        for (auto const& map : map_.fields) {
            if (map.table.empty()) RETURN_IF_ERROR(set_field(map, *stored.at(&map), sourced_));
        }
        for (auto const& map : map_.facts) {
            if (!map.table.empty()) continue;
            ASSIGN_OR_RETURN(auto const value, map.read(*stored.at(&map)));
            RETURN_IF_ERROR(apply_fact(map, value, sourced_.record.facts()));
        }
        for (auto const& entry : map_.groups) {
            if (!entry.table.empty()) continue;
            SqlRow own;
            for (auto const& map : entry.values) own.push_back(*stored.at(&map));
            RETURN_IF_ERROR(add_entry(entry, own, sourced_));
        }
        return Done{};
    }

    Status entries(EntryMap const& entry) {
        return each_child({entry.table, entry.case_column, all_of(entry.values), entry.order_column},
                          [&](SqlRow const& row) { return add_entry(entry, row, sourced_); });
    }

    /// Fields and facts with several values in a table of their own.
    Status child_values() {
        for (auto const* maps : {&map_.fields, &map_.facts}) {
            for (auto const& map : *maps) {
                if (!map.table.empty()) RETURN_IF_ERROR(child_value(map, maps == &map_.facts));
            }
        }
        return Done{};
    }

    Status child_value(ValueMap const& map, bool fact) {
        std::vector<std::string> words;
        auto const read = each_child({map.table, map.case_column, {&map}}, [&](SqlRow const& row) -> Status {
            ASSIGN_OR_RETURN(auto const value, map.read(row.front()));
            if (!value) return Done{};
            for (auto const& word : std::get<std::vector<std::string>>(*value)) {
                if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
            }
            return Done{};
        });
        if (!read) {
            if (read.error().code != "source.bad_value" || map.on_bad == OnBadValue::refuse) return read;
            leave_out(map, sourced_);
            return Done{};
        }
        if (words.empty()) return Done{};
        if (fact) return apply_fact(map, FieldValue{std::move(words)}, sourced_.record.facts());
        auto const set = sourced_.record.set(map.target.name, std::move(words));
        if (set) return Done{};
        if (map.on_bad == OnBadValue::refuse) return map.bad_value(set.error().code);
        leave_out(map, sourced_);
        return Done{};
    }

    Status consents(ConsentsMap const& map) {
        std::set<std::string> ids;
        return each_child({map.table, map.case_column, all_of(map.values)}, [&](SqlRow const& row) -> Status {
            if (map.table.empty() && !is_recorded(map, row)) return Done{};
            ASSIGN_OR_RETURN(auto consent, read_consent(map, id(), row));
            if (!ids.insert(consent.id).second) {
                return Error{ErrorKind::invalid, "source.bad_value",
                             "table " + map.table + ": consents.id is not unique"};
            }
            sourced_.consents.push_back(std::move(consent));
            return Done{};
        });
    }

    FieldMap const& map_;
    CaseRows& rows_;
    SourcedCase sourced_;
};

}  // namespace

Status set_field(ValueMap const& map, SqlValue const& stored, SourcedCase& sourced) {
    auto value = map.read(stored);
    Status outcome = Done{};
    if (!value) {
        outcome = value.error();
    } else if (*value) {
        auto set = sourced.record.set(map.target.name, **std::move(value));
        if (set && map.says_estimated(stored)) set = sourced.record.set(field::birth_date_estimated, true);
        if (!set) outcome = map.bad_value(set.error().code);
    }
    if (outcome || map.on_bad == OnBadValue::refuse) return outcome;
    leave_out(map, sourced);
    return Done{};
}

Result<SourcedCase> build_case(FieldMap const& map, CaseId const& id, CaseRows& rows) {
    return Building(map, id, rows).whole();
}

}  // namespace casebridge
