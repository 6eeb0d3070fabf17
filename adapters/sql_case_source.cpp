#include "adapters/sql_case_source.h"

#include "adapters/case_listing.h"
#include "adapters/record_builder.h"
#include "adapters/text.h"

#include <map>
#include <set>

namespace casebridge {
namespace {

constexpr std::size_t most_kept = 128;  // cases on their way: then it is simpler to read them again

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
        : map_(std::move(map)), session_(std::move(session)), tables_(tables_of(map_)) {}

    Result<SourcedCase> load(CaseId const& id) override {
        if (!is_plain_case_number(id.text())) return not_found();
        SourcedCase sourced{CaseRecord(id), {}, {}};
        RETURN_IF_ERROR(session_->read_consistently([&]() -> Status {
            ASSIGN_OR_RETURN(sourced, build_case(map_, id, *this));
            return Done{};
        }));
        return sourced;
    }

    Result<SourcedCase> load_and_keep(CaseId const& id) override {
        if (!is_plain_case_number(id.text())) return not_found();
        SourcedCase sourced{CaseRecord(id), {}, {}};
        std::optional<SqlSession::SnapshotVersion> version;
        RETURN_IF_ERROR(session_->read_consistently([&]() -> Status {
            ASSIGN_OR_RETURN(version, session_->snapshot_version(tables_));
            ASSIGN_OR_RETURN(sourced, build_case(map_, id, *this));
            return Done{};
        }));
        if (kept_of_ != version || kept_.size() >= most_kept) kept_.clear();
        kept_of_ = version;
        if (version) kept_.insert_or_assign(id, sourced);
        return sourced;
    }

    Result<SourcedCase> load_again(CaseId const& id) override {
        auto kept = kept_.extract(id);
        if (kept.empty()) return load(id);
        std::optional<SqlSession::SnapshotVersion> version;
        RETURN_IF_ERROR(session_->read_consistently([&]() -> Status {
            ASSIGN_OR_RETURN(version, session_->snapshot_version(tables_));
            return Done{};
        }));
        if (version && version == kept_of_) return std::move(kept.mapped());
        kept_.clear();
        return load(id);
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

    Status check() override {
        auto const sql = "SELECT " + column(map_.id_column) + from(map_.table);
        return session_->query(sql, {}, [](SqlRow const&) { return false; });
    }

private:
    static std::vector<std::string> tables_of(FieldMap const& map) {
        std::set<std::string> tables{map.table};
        for (auto const* maps : {&map.fields, &map.facts})
            for (auto const& each : *maps) tables.insert(each.table);
        for (auto const& entry : map.groups) tables.insert(entry.table);
        if (map.consents) tables.insert(map.consents->table);
        tables.erase("");  // a column of the case's own row
        return {tables.begin(), tables.end()};
    }

    static Error not_found() { return {ErrorKind::not_found, "source.case_not_found", "no case of that number"}; }

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
    std::vector<std::string> tables_;  ///< all that `load` reads
    std::map<CaseId, SourcedCase> kept_;
    std::optional<SqlSession::SnapshotVersion> kept_of_;  ///< the state of the database that `kept_` is of
};

}  // namespace

Result<std::unique_ptr<CaseSource>> make_sql_case_source(FieldMap map, std::unique_ptr<SqlSession> session) {
    RETURN_IF_ERROR(map.check_against(*session));
    return std::unique_ptr<CaseSource>(std::make_unique<SqlCaseSource>(std::move(map), std::move(session)));
}

}  // namespace casebridge
