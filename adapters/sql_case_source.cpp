#include "adapters/sql_case_source.h"

#include "adapters/case_listing.h"
#include "adapters/record_builder.h"
#include "adapters/text.h"

#include <charconv>

namespace casebridge {
namespace {

std::string text_of(SqlValue const& value) {
    if (auto const* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    auto const* const text = std::get_if<std::string>(&value);
    return text == nullptr ? std::string() : *text;
}

SqlRow without_case_number(SqlRow const& row) {
    return {row.begin() + 1, row.end()};
}

class SqlCaseSource final : public CaseSource, private CaseRows {
public:
    SqlCaseSource(FieldMap map, std::unique_ptr<SqlSession> session)
        : map_(std::move(map)), session_(std::move(session)) {}

    Result<SourcedCase> load(CaseId const& id) override {
        if (!is_plain_case_number(id.text())) {
            return Error{ErrorKind::not_found, "source.case_not_found", "no case of that number"};
        }
        SourcedCase sourced{CaseRecord(id), {}, {}};
        RETURN_IF_ERROR(session_->read_consistently([&]() -> Status {
            ASSIGN_OR_RETURN(sourced, build_case(map_, id, *this));
            return Done{};
        }));
        return sourced;
    }

    Result<Page> list(std::string const& after, std::size_t limit, Date today) override {
        if (limit == 0) return Page{};
        auto const values = listing_values(map_);
        std::vector<SqlValue> parameters;
        std::string where;
        if (!after.empty()) {
            where = " WHERE " + column(map_.id_column) + " > ?";
            parameters.emplace_back(after);
        }
        std::string const sql =
            select(map_.id_column, values, map_.table) + where + " ORDER BY " + column(map_.id_column);
        ListingPage page(values, limit, today);
        RETURN_IF_ERROR(session_->query(sql, parameters, [&](SqlRow const& row) {
            return page.next(text_of(row.front()), without_case_number(row));
        }));
        return std::move(page).finish();
    }

    Result<Changes> changes(ChangeMark const& after, std::size_t limit) override {
        if (!map_.changed) return no_changes();
        Changes changes{{}, after, false};
        std::size_t read = 0;
        std::vector<SqlValue> parameters;
        std::string where = " WHERE " + column(map_.changed->column) + " IS NOT NULL";
        if (!after.change.empty()) {
            auto const change = "(" + column(map_.changed->column) + " > ? OR (" + column(map_.changed->column) +
                                " = ? AND " + column(map_.id_column) + " > ?))";
            where = " WHERE " + change;
            parameters = {change_value(after), change_value(after), SqlValue{after.id}};
        }
        RETURN_IF_ERROR(
            session_->query(select_changes() + where + order_of_changes(""), parameters, [&](SqlRow const& row) {
                if (read++ == limit) return !(changes.more = true);
                changes.reached = {text_of(row.at(1)), text_of(row.at(0))};
                if (is_plain_case_number(changes.reached.id)) {
                    changes.cases.emplace_back(changes.reached.id);
                }
                return true;
            }));
        return changes;
    }

    Result<ChangeMark> newest_change() override {
        if (!map_.changed) return no_changes();
        ChangeMark newest;
        auto const sql =
            select_changes() + " WHERE " + column(map_.changed->column) + " IS NOT NULL" + order_of_changes(" DESC");
        RETURN_IF_ERROR(session_->query(sql, {}, [&](SqlRow const& row) {
            newest = {text_of(row.at(1)), text_of(row.at(0))};
            return false;
        }));
        return newest;
    }

    bool may_have_changed() override { return session_->may_have_changed(); }

    Status check() override {
        auto const sql = "SELECT " + column(map_.id_column) + from(map_.table);
        return session_->query(sql, {}, [](SqlRow const&) { return false; });
    }

private:
    static Error no_changes() {
        return {ErrorKind::invalid, "source.no_changes", "the field map names no `changed` column"};
    }
    [[nodiscard]] SqlValue change_value(ChangeMark const& mark) const {
        std::int64_t number = 0;
        auto const* const end = mark.change.data() + mark.change.size();
        bool const whole = map_.changed->kind == ChangeColumn::Kind::sequence &&
                           std::from_chars(mark.change.data(), end, number).ptr == end;
        return whole ? SqlValue{number} : SqlValue{mark.change};
    }
    [[nodiscard]] std::string select_changes() const {
        return "SELECT " + column(map_.id_column) + ", " + column(map_.changed->column) + from(map_.table);
    }
    [[nodiscard]] std::string order_of_changes(std::string const& direction) const {
        return " ORDER BY " + column(map_.changed->column) + direction + ", " + column(map_.id_column) + direction;
    }

    // SECURITY: every column is written with its table's alias. Without it SQLite takes a quoted name that is no
    // column for a text: a column dropped after start would be read as its own name.
    [[nodiscard]] std::string column(std::string const& name) const { return "c." + session_->quote_identifier(name); }
    [[nodiscard]] std::string from(std::string const& table) const {
        return " FROM " + session_->quote_identifier(table) + " c";
    }
    /// The case number comes first.
    [[nodiscard]] std::string select(std::string const& id, MappedValues const& values,
                                     std::string const& table) const {
        std::string sql = "SELECT " + column(id);
        for (auto const* value : values) sql += ", " + (value->column.empty() ? "NULL" : column(value->column));
        return sql + from(table);
    }

    Status each(Wanted const& wanted, CaseId const& id, std::function<Status(SqlRow const&)> const& on_row) override {
        std::string sql =
            select(wanted.case_column, wanted.values, wanted.table) + " WHERE " + column(wanted.case_column) + " = ?";
        if (!wanted.order_column.empty()) sql += " ORDER BY " + column(wanted.order_column);
        Status outcome = Done{};
        RETURN_IF_ERROR(session_->query(sql, {SqlValue{id.text()}}, [&](SqlRow const& row) {
            // The database's own comparison may forgive what tells two cases apart.
            if (text_of(row.front()) != id.text()) return true;
            outcome = on_row(without_case_number(row));
            return static_cast<bool>(outcome);
        }));
        return outcome;
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
