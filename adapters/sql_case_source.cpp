#include "adapters/sql_case_source.h"

#include "adapters/consent_map.h"
#include "adapters/fact_map.h"
#include "adapters/text.h"
#include "policies/body_value.h"
#include "policies/fields.h"

#include <algorithm>
#include <set>

namespace casebridge {
namespace {

constexpr std::size_t maximum_child_rows = 1000;  // of one case in one table: more is a wrong map

std::string text_of(SqlValue const& value) {
    if (auto const* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    auto const* const text = std::get_if<std::string>(&value);
    return text == nullptr ? std::string() : *text;
}

/// The age band as a receiver would be told it; an estimated date counts as its year.
std::string_view band_of_birth(CaseRecord const& record, Date today) {
    auto const* const birth = record.find(field::birth_date);
    if (birth == nullptr) return "";
    auto const* const estimated = record.find(field::birth_date_estimated);
    auto const* const date = std::get_if<Date>(birth);
    bool const year_only = date != nullptr && estimated != nullptr && *estimated == FieldValue(true);
    return age_band(year_only ? FieldValue(PartialDate{date->year(), std::nullopt}) : *birth, today);
}

class SqlCaseSource final : public CaseSource {
public:
    SqlCaseSource(FieldMap map, std::unique_ptr<SqlSession> session)
        : map_(std::move(map)), session_(std::move(session)) {}

    Result<SourcedCase> load(CaseId const& id) override {
        if (!is_plain_case_number(id.text())) return not_found();
        SourcedCase sourced{CaseRecord(id), {}, {}};
        RETURN_IF_ERROR(session_->read_consistently([&] { return load_all(sourced); }));
        return sourced;
    }

    Result<Page> list(std::string const& after, std::size_t limit, Date today) override {
        Page page;
        if (limit == 0) return page;
        auto const fields = listing_fields();
        std::vector<SqlValue> parameters;
        std::string where;
        if (!after.empty()) {
            where = " WHERE " + column(map_.id_column) + " > ?";
            parameters.emplace_back(after);
        }
        std::string const sql =
            select(map_.id_column, fields, map_.table) + where + " ORDER BY " + column(map_.id_column);
        Listing listing{page, limit, today, {}, false};
        RETURN_IF_ERROR(session_->query(sql, parameters, [&](SqlRow const& row) { return listing.next(fields, row); }));
        listing.flush();
        return page;
    }

    Status check() override {
        auto const sql = "SELECT " + column(map_.id_column) + from(map_.table);
        return session_->query(sql, {}, [](SqlRow const&) { return false; });
    }

private:
    using Fields = std::vector<ValueMap const*>;

    /// A page being filled, one row behind: only the next row tells whether a case number is unique.
    struct Listing {
        Page& page;
        std::size_t limit;
        Date today;
        std::optional<CaseListing> pending;
        bool repeated;

        bool next(Fields const& fields, SqlRow const& row) {
            std::string const id = text_of(row.front());
            if (pending && pending->id.text() == id) {
                repeated = true;
                ++page.unreadable;
                return true;
            }
            flush();
            if (page.cases.size() == limit) {
                page.more = true;
                return false;
            }
            auto listed = read_listing(id, fields, row, today);
            if (listed) {
                pending = *std::move(listed);
            } else {
                ++page.unreadable;
            }
            return true;
        }

        void flush() {
            if (pending && !repeated) page.cases.push_back(*std::move(pending));
            if (pending && repeated) ++page.unreadable;
            pending.reset();
            repeated = false;
        }
    };

    static Error not_found() { return {ErrorKind::not_found, "source.case_not_found", "no case of that number"}; }

    // SECURITY: every column is written with its table's alias. Without it SQLite takes a quoted name that is no
    // column for a text: a column dropped after start would be read as its own name.
    [[nodiscard]] std::string column(std::string const& name) const { return "c." + session_->quote_identifier(name); }
    [[nodiscard]] std::string from(std::string const& table) const {
        return " FROM " + session_->quote_identifier(table) + " c";
    }
    [[nodiscard]] std::string select(std::string const& id, Fields const& fields, std::string const& table) const {
        std::string sql = "SELECT " + column(id);
        for (auto const* field : fields) sql += ", " + (field->column.empty() ? "NULL" : column(field->column));
        return sql + from(table);
    }

    /// The rows of `table` that belong to exactly this case; the first value of each is the case number.
    Status rows_of_case(std::string const& table, std::string const& case_column, Fields const& fields,
                        std::string const& order, CaseId const& id,
                        std::function<Status(SqlRow const&)> const& on_row) {
        std::string sql = select(case_column, fields, table) + " WHERE " + column(case_column) + " = ?";
        if (!order.empty()) sql += " ORDER BY " + column(order);
        Status outcome = Done{};
        std::size_t count = 0;
        RETURN_IF_ERROR(session_->query(sql, {SqlValue{id.text()}}, [&](SqlRow const& row) {
            if (text_of(row.front()) != id.text()) return true;  // 7 and 07, or a and A, are two cases
            if (++count > maximum_child_rows) {
                outcome =
                    Error{ErrorKind::invalid, "source.bad_value", "table " + table + ": too many rows for a case"};
            } else {
                outcome = on_row(row);
            }
            return static_cast<bool>(outcome);
        }));
        return outcome;
    }

    /// All that stands in the case's own row: fields, facts, and entries built from its columns.
    [[nodiscard]] Fields row_fields() const {
        Fields fields;
        auto const add = [&](std::vector<ValueMap> const& maps) {
            for (auto const& map : maps) {
                if (map.table.empty()) fields.push_back(&map);
            }
        };
        add(map_.fields);
        add(map_.facts);
        for (auto const& entry : map_.groups) {
            if (entry.table.empty()) add(entry.values);
        }
        return fields;
    }

    Status load_all(SourcedCase& sourced) {
        RETURN_IF_ERROR(load_case_row(sourced));
        RETURN_IF_ERROR(load_child_values(sourced));
        for (auto const& entry : map_.groups) {
            if (!entry.table.empty()) RETURN_IF_ERROR(load_entries(entry, sourced));
        }
        if (map_.consents) RETURN_IF_ERROR(load_consents(sourced));
        return Done{};
    }

    Status load_case_row(SourcedCase& sourced) {
        auto const fields = row_fields();
        std::optional<SqlRow> found;
        bool ambiguous = false;
        RETURN_IF_ERROR(
            rows_of_case(map_.table, map_.id_column, fields, "", sourced.record.id(), [&](SqlRow const& row) -> Status {
                ambiguous = found.has_value();
                if (!found) found = row;
                return Done{};
            }));
        if (!found) return not_found();
        if (ambiguous) {
            return Error{ErrorKind::conflict, "source.ambiguous_case",
                         "column " + map_.id_column + " holds this case number more than once"};
        }
        std::map<ValueMap const*, SqlValue const*> stored;
        for (std::size_t at = 0; at < fields.size(); ++at) stored[fields[at]] = &(*found)[at + 1];

        for (auto const& map : map_.fields) {
            if (map.table.empty()) RETURN_IF_ERROR(set_field(map, *stored.at(&map), sourced));
        }
        for (auto const& map : map_.facts) {
            if (!map.table.empty()) continue;
            ASSIGN_OR_RETURN(auto const value, map.read(*stored.at(&map)));
            RETURN_IF_ERROR(apply_fact(map, value, sourced.record.facts()));
        }
        for (auto const& entry : map_.groups) {
            if (!entry.table.empty()) continue;
            SqlRow values;
            for (auto const& map : entry.values) values.push_back(*stored.at(&map));
            RETURN_IF_ERROR(add_entry(entry, values, 0, sourced));
        }
        return Done{};
    }

    static void leave_out(ValueMap const& map, SourcedCase& sourced) {
        std::string name = map.target.name + " (column " + map.column + ")";
        auto& out = sourced.left_out;
        if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(std::move(name));
    }

    static Status set_field(ValueMap const& map, SqlValue const& stored, SourcedCase& sourced) {
        auto value = map.read(stored);
        Status outcome = Done{};
        if (!value) {
            outcome = value.error();
        } else if (*value) {
            auto const set = sourced.record.set(map.target.name, **std::move(value));
            if (!set) outcome = map.bad_value(set.error().code);
        }
        if (outcome || map.on_bad == OnBadValue::refuse) return outcome;
        leave_out(map, sourced);
        return Done{};
    }

    /// `first`: where the entry's values begin in `row`. An entry of constants alone is none.
    static Status add_entry(EntryMap const& entry, SqlRow const& row, std::size_t first, SourcedCase& sourced) {
        FieldValues values;
        bool recorded = false;
        for (std::size_t at = 0; at < entry.values.size(); ++at) {
            auto const& map = entry.values[at];
            auto value = map.read(row.at(first + at));
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
        auto const added = sourced.record.add_entry(entry.group, std::move(values));
        if (added) return Done{};
        std::string const where = entry.table.empty() ? "group " : "table " + entry.table + ", group ";
        return Error{ErrorKind::invalid, "source.bad_value",
                     where + std::string(to_text(entry.group)) + ": " + std::string(added.error().code)};
    }

    Status load_entries(EntryMap const& entry, SourcedCase& sourced) {
        Fields fields;
        for (auto const& map : entry.values) fields.push_back(&map);
        return rows_of_case(entry.table, entry.case_column, fields, entry.order_column, sourced.record.id(),
                            [&](SqlRow const& row) { return add_entry(entry, row, 1, sourced); });
    }

    /// Fields and facts with several values in a table of their own.
    Status load_child_values(SourcedCase& sourced) {
        for (auto const* maps : {&map_.fields, &map_.facts}) {
            for (auto const& map : *maps) {
                if (!map.table.empty()) RETURN_IF_ERROR(load_child_value(map, maps == &map_.facts, sourced));
            }
        }
        return Done{};
    }

    Status load_child_value(ValueMap const& map, bool fact, SourcedCase& sourced) {
        std::vector<std::string> words;
        auto const loaded =
            rows_of_case(map.table, map.case_column, {&map}, "", sourced.record.id(), [&](SqlRow const& row) -> Status {
                ASSIGN_OR_RETURN(auto const value, map.read(row.at(1)));
                if (!value) return Done{};
                for (auto const& word : std::get<std::vector<std::string>>(*value)) {
                    if (std::find(words.begin(), words.end(), word) == words.end()) {
                        words.push_back(word);
                    }
                }
                return Done{};
            });
        if (!loaded) {
            if (loaded.error().code != "source.bad_value" || map.on_bad == OnBadValue::refuse) return loaded;
            leave_out(map, sourced);
            return Done{};
        }
        if (words.empty()) return Done{};
        if (fact) return apply_fact(map, FieldValue{std::move(words)}, sourced.record.facts());
        auto const set = sourced.record.set(map.target.name, std::move(words));
        if (set) return Done{};
        if (map.on_bad == OnBadValue::refuse) return map.bad_value(set.error().code);
        leave_out(map, sourced);
        return Done{};
    }

    Status load_consents(SourcedCase& sourced) {
        Fields fields;
        for (auto const& map : map_.consents->values) fields.push_back(&map);
        std::set<std::string> ids;
        return rows_of_case(map_.consents->table, map_.consents->case_column, fields, "", sourced.record.id(),
                            [&](SqlRow const& row) -> Status {
                                ASSIGN_OR_RETURN(auto consent, read_consent(*map_.consents, sourced.record.id(),
                                                                            SqlRow(row.begin() + 1, row.end())));
                                if (!ids.insert(consent.id).second) {
                                    return Error{ErrorKind::invalid, "source.bad_value",
                                                 "table " + map_.consents->table + ": consents.id is not unique"};
                                }
                                sourced.consents.push_back(std::move(consent));
                                return Done{};
                            });
    }

    [[nodiscard]] Fields listing_fields() const {
        Fields fields;
        for (auto const& map : map_.fields) {
            for (auto const name : {field::citizenship, field::trafficking_status, field::birth_date,
                                    field::birth_date_estimated, field::age_group}) {
                if (map.table.empty() && map.target.name == name) fields.push_back(&map);
            }
        }
        return fields;
    }

    static std::optional<CaseListing> read_listing(std::string const& id, Fields const& fields, SqlRow const& row,
                                                   Date today) {
        if (!is_plain_case_number(id)) return std::nullopt;
        SourcedCase part{CaseRecord(CaseId(id)), {}, {}};
        for (std::size_t at = 0; at < fields.size(); ++at) {
            if (!set_field(*fields[at], row.at(at + 1), part)) return std::nullopt;
        }
        CaseListing listing{CaseId(id), "", "", ""};
        auto const code = [&](std::string_view name) {
            auto const* const value = part.record.find(name);
            return value == nullptr ? std::string() : std::get<std::string>(*value);
        };
        listing.trafficking_status = code(field::trafficking_status);
        listing.age_band = code(field::age_group);
        auto const band = band_of_birth(part.record, today);
        bool const told = !band.empty() && band != "unknown";
        if (told || listing.age_band.empty()) listing.age_band = band;
        if (auto const* const countries = part.record.find(field::citizenship); countries != nullptr) {
            for (auto const& country : std::get<std::vector<std::string>>(*countries)) {
                listing.citizenship += (listing.citizenship.empty() ? "" : " ") + country;
            }
        }
        return listing;
    }

    FieldMap map_;
    std::unique_ptr<SqlSession> session_;
};

}  // namespace

Result<std::unique_ptr<CaseSource>> make_sql_case_source(FieldMap map, std::unique_ptr<SqlSession> session) {
    RETURN_IF_ERROR(map.check_against(*session));
    return std::unique_ptr<CaseSource>(std::make_unique<SqlCaseSource>(std::move(map), std::move(session)));
}

}  // namespace casebridge
