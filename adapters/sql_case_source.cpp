#include "adapters/sql_case_source.h"

#include "adapters/case_listing.h"
#include "adapters/record_builder.h"
#include "adapters/text.h"

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
        // What the database's own order holds for equal is put in order by its exact value: no page skips a case.
        std::string const id = column(map_.id_column);
        std::string const exact = session_->exact(id);
        bool const tie = exact != id;
        std::string where;
        if (!after.empty()) {
            where = " WHERE " + id + (tie ? " >= ? AND (" + id + " > ? OR " + exact + " > ?)" : " > ?");
            parameters.assign(tie ? 3 : 1, SqlValue{after});
        }
        std::string const sql =
            select(map_.id_column, values, map_.table) + where + " ORDER BY " + id + (tie ? ", " + exact : "");
        ListingPage page(values, limit, today);
        RETURN_IF_ERROR(session_->query(sql, parameters, [&](SqlRow const& row) {
            return page.next(text_of(row.front()), without_case_number(row));
        }));
        return std::move(page).finish();
    }

    Status check() override {
        auto const sql = "SELECT " + column(map_.id_column) + from(map_.table);
        return session_->query(sql, {}, [](SqlRow const&) { return false; });
    }

    Result<std::vector<Excess>> privileges() override { return session_->privileges(map_.tables()); }

private:
    // SECURITY: every column is written with its table's alias. Without it SQLite takes a quoted name that is no
    // column for a text: a column dropped after start would be read as its own name.
    [[nodiscard]] std::string column(std::string const& name) const { return "c." + session_->quote_identifier(name); }
    [[nodiscard]] std::string asked_for(std::string const& name) const {
        std::string const plain = column(name);
        std::string const bounded = session_->bounded(plain);
        return bounded == plain ? plain : bounded + " AS " + session_->quote_identifier(name);
    }
    [[nodiscard]] std::string from(std::string const& table) const {
        return " FROM " + session_->quote_identifier(table) + " c";
    }
    /// The case number comes first.
    [[nodiscard]] std::string select(std::string const& id, MappedValues const& values,
                                     std::string const& table) const {
        std::string sql = "SELECT " + asked_for(id);
        for (auto const* value : values) sql += ", " + (value->column.empty() ? "NULL" : asked_for(value->column));
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
