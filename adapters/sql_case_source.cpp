#include "adapters/sql_case_source.h"

#include "adapters/case_listing.h"
#include "adapters/record_builder.h"
#include "adapters/text.h"

#include <charconv>
#include <map>

namespace casebridge {
namespace {

constexpr std::size_t spare_rows = 64;
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
        : map_(std::move(map)), session_(std::move(session)), tables_(map_.tables()) {}

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
        ListingPage page(values, limit, today);
        std::optional<std::string> position;
        if (!after.empty()) position = after;
        // Where the session asks for so many rows at a time, rows that do not map may use them up before a page is
        // full.
        std::size_t const chunk = limit + spare_rows;
        bool wanted = true;
        for (std::size_t rows = chunk; rows == chunk && wanted;) {
            rows = 0;
            std::vector<SqlValue> parameters;
            if (position) parameters.assign(is_tied() ? 3 : 1, SqlValue{*position});
            auto const sql = session_->first_rows(listing_sql(values, position.has_value()), chunk);
            RETURN_IF_ERROR(session_->query(sql, parameters, [&](SqlRow const& row) {
                ++rows;
                position = text_of(row.front());
                return wanted = page.next(*position, without_case_number(row));
            }));
        }
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
        auto const sql = session_->first_rows(select_changes() + where + order_of_changes(""), limit + 1);
        RETURN_IF_ERROR(session_->query(sql, parameters, [&](SqlRow const& row) {
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
        RETURN_IF_ERROR(session_->query(session_->first_rows(sql, 1), {}, [&](SqlRow const& row) {
            newest = {text_of(row.at(1)), text_of(row.at(0))};
            return false;
        }));
        return newest;
    }

    bool may_have_changed() override { return session_->may_have_changed(); }
    [[nodiscard]] bool hears_of_changes() const override { return session_->hears_of_changes(); }
    bool heard_of_change() override { return session_->heard_of_change(); }

    Status check() override {
        auto const sql = "SELECT " + column(map_.id_column) + from(map_.table);
        return session_->query(session_->first_rows(sql, 1), {}, [](SqlRow const&) { return false; });
    }

    Result<std::vector<Excess>> privileges() override { return session_->privileges(tables_); }

private:
    static Error not_found() { return {ErrorKind::not_found, "source.case_not_found", "no case of that number"}; }

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

    /// Whether the database's own order may hold two case numbers for equal.
    [[nodiscard]] bool is_tied() const { return session_->exact(column(map_.id_column)) != column(map_.id_column); }

    /// What is equal in the database's own order is put in order by its exact value: no page skips a case.
    [[nodiscard]] std::string listing_sql(MappedValues const& values, bool from_position) const {
        std::string const id = column(map_.id_column);
        std::string const exact = session_->exact(id);
        std::string sql = select(map_.id_column, values, map_.table);
        if (from_position) {
            sql += " WHERE " + id + (is_tied() ? " >= ? AND (" + id + " > ? OR " + exact + " > ?)" : " > ?");
        }
        return sql + " ORDER BY " + id + (is_tied() ? ", " + exact : "");
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
