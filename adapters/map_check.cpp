#include "adapters/map_check.h"

#include "adapters/value_shape.h"

#include <algorithm>

namespace casebridge {
namespace {

/// One value map, filled row by row.
class FieldCheck {
public:
    FieldCheck(ValueMap const& map, std::string const& table) : map_(map) {
        result_.field = map.target.name;
        result_.table = table;
        result_.column = map.column;
        result_.withheld = map.on_bad == OnBadValue::withhold;
    }

    [[nodiscard]] ValueMap const& map() const { return map_; }

    void add(SqlValue const& stored) {
        ++result_.rows;
        auto const value = map_.read(stored);
        if (!value) return refuse(reason_of(value.error().detail), stored);
        if (!*value) {
            ++result_.empty;
            return;
        }
        auto const set = try_on_a_record(**value);
        if (!set) return refuse(std::string(set.error().code), stored);
        ++result_.mapped;
    }

    CheckedField finish(bool show_codes, std::string_view stopped_by) {
        result_.stopped_by = stopped_by;
        auto const codes = untranslated_.codes();
        result_.untranslated = untranslated_.distinct();
        if (show_codes) result_.common_untranslated = codes.common;
        return std::move(result_);
    }

private:
    void refuse(std::string const& reason, SqlValue const& stored) {
        ++result_.refused[reason];
        if (reason == "source.untranslated_code") untranslated_.add(stored);
    }

    /// The record has rules of its own: lengths, characters. Facts and parts of consents are no fields of it.
    [[nodiscard]] Status try_on_a_record(FieldValue const& value) const {
        if (map_.target.field == nullptr) return Done{};
        CaseRecord probe{CaseId("check")};
        if (map_.target.field->group == Group::none) return probe.set(map_.target.name, value);
        return probe.add_entry(map_.target.field->group, {{map_.target.name, value}});
    }

    /// Errors say "column c, field f: reason (more)"; only the reason is a word of ours.
    [[nodiscard]] std::string reason_of(std::string const& detail) const {
        std::string const before = "field " + map_.target.name + ": ";
        auto const at = detail.find(before);
        if (at == std::string::npos) return "source.bad_value";
        auto const reason = detail.substr(at + before.size());
        return reason.substr(0, reason.find(' '));
    }

    ValueMap const& map_;
    CheckedField result_;
    ColumnProfile untranslated_;
};

/// All values that are read from one table, so that it is read once.
using Tables = std::vector<std::pair<std::string, std::vector<FieldCheck>>>;

void add(Tables& tables, std::string const& table, ValueMap const& map) {
    if (map.column.empty()) return;  // a constant was checked when the map was loaded
    auto known = std::ranges::find(tables, table, &Tables::value_type::first);
    if (known == tables.end()) known = tables.emplace(tables.end(), table, std::vector<FieldCheck>());
    known->second.emplace_back(map, table);
}

Tables tables_of(FieldMap const& map) {
    Tables tables;
    for (auto const* values : {&map.fields, &map.facts}) {
        for (auto const& value : *values) add(tables, value.table.empty() ? map.table : value.table, value);
    }
    for (auto const& entry : map.groups) {
        for (auto const& value : entry.values) add(tables, entry.table.empty() ? map.table : entry.table, value);
    }
    if (map.consents) {
        for (auto const& value : map.consents->values) add(tables, map.consents->table, value);
    }
    return tables;
}

/// The column that says whose case a row is of; look-ups need an index on it anyway.
std::string case_column_of(FieldMap const& map, std::string const& table) {
    if (table == map.table) return map.id_column;
    for (auto const& value : map.fields) {
        if (value.table == table) return value.case_column;
    }
    for (auto const& entry : map.groups) {
        if (entry.table == table) return entry.case_column;
    }
    return map.consents && map.consents->table == table ? map.consents->case_column : "";
}

}  // namespace

Result<std::vector<CheckedField>> check_map(FieldMap const& map, SqlSession& session, CheckPlan const& plan) {
    std::vector<CheckedField> results;
    auto tables = tables_of(map);
    for (auto& [table, fields] : tables) {
        SqlSession::TableScan scan{table, {}, case_column_of(map, table)};
        for (auto const& field : fields) scan.columns.push_back(field.map().column);
        std::uint64_t rows = 0;
        auto const read = session.scan_table(scan, [&, &name = table, &all = fields](SqlRow const& row) {
            if (plan.rows_per_table != 0 && rows == plan.rows_per_table) return false;
            for (std::size_t at = 0; at < all.size() && at < row.size(); ++at) all[at].add(row[at]);
            plan.on_progress(name, ++rows);
            return true;
        });
        if (!read && read.error().code != "source.value_too_large") return read.error();
        std::string_view const stopped_by = read ? std::string_view() : read.error().code;
        for (auto& field : fields) results.push_back(field.finish(plan.show_codes, stopped_by));
    }
    return results;
}

}  // namespace casebridge
