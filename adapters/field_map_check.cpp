// A field map against the database it describes: what is named must be there.
#include "adapters/field_map.h"

#include <algorithm>

namespace casebridge {
namespace {

class NameCheck {
public:
    NameCheck(SqlSession& session, YamlComplaints& complaints) : session_(session), complaints_(complaints) {}

    Status table(std::string const& table, SourceLine const& at) {
        read_at_.emplace(table, at);
        ASSIGN_OR_RETURN(auto const* columns, columns_of(table));
        if (columns->empty()) complaints_.add(at, "table", "the database has no table or view `" + table + "`");
        return Done{};
    }

    /// Nothing is said about a table that is not there: that is one complaint, not one for each column.
    Status column(std::string const& table, std::string const& column, SourceLine const& at, std::string_view key) {
        ASSIGN_OR_RETURN(auto const* columns, columns_of(table));
        if (column.empty() || columns->empty()) return Done{};
        std::vector<std::string_view> names;
        for (auto const& each : *columns) names.emplace_back(each.name);
        if (std::find(names.begin(), names.end(), column) != names.end()) return Done{};
        std::string text = "table `" + table + "` has no column `" + column + "`";
        if (auto const nearest = nearest_word(column, names); !nearest.empty()) {
            text += "; did you mean `" + std::string(nearest) + "`?";
        }
        complaints_.add(at, key, text);
        return Done{};
    }

    Status values(std::vector<ValueMap> const& values, std::string const& row_table) {
        for (auto const& value : values) {
            bool const own = !value.table.empty();
            if (own) {
                RETURN_IF_ERROR(table(value.table, value.source));
                RETURN_IF_ERROR(column(value.table, value.case_column, value.source, "case"));
            }
            RETURN_IF_ERROR(column(own ? value.table : row_table, value.column, value.source, value.target.name));
        }
        return Done{};
    }

    /// To see a table's columns and to read it are two rights. The error says by its line which table it is about.
    Status readable(std::string const& table) {
        auto const sql = "SELECT 1 FROM " + session_.quote_identifier(table) + " c";
        auto const read = session_.query(session_.first_rows(sql, 1), {}, [](SqlRow const&) { return false; });
        if (read) return read;
        auto const& [kind, code, detail] = read.error();
        return Error{kind, code, to_text(read_at_.at(table)) + ": " + detail};
    }

private:
    Result<std::vector<SqlSession::Column> const*> columns_of(std::string const& table) {
        auto const known = tables_.find(table);
        if (known != tables_.end()) return &known->second;
        ASSIGN_OR_RETURN(auto columns, session_.columns(table));
        return &tables_.emplace(table, std::move(columns)).first->second;
    }

    SqlSession& session_;
    YamlComplaints& complaints_;
    std::map<std::string, std::vector<SqlSession::Column>> tables_;
    std::map<std::string, SourceLine> read_at_;  ///< where each table is named first
};

}  // namespace

Status FieldMap::check_against(SqlSession& session) const {
    YamlComplaints complaints;
    NameCheck check(session, complaints);
    RETURN_IF_ERROR(check.table(table, source));
    RETURN_IF_ERROR(check.column(table, id_column, source, "id"));
    if (changed) RETURN_IF_ERROR(check.column(table, changed->column, changed->source, "changed"));
    RETURN_IF_ERROR(check.values(fields, table));
    RETURN_IF_ERROR(check.values(facts, table));
    for (auto const& entry : groups) {
        std::string const& rows = entry.table.empty() ? table : entry.table;
        if (!entry.table.empty()) RETURN_IF_ERROR(check.table(rows, entry.source));
        RETURN_IF_ERROR(check.column(rows, entry.case_column, entry.source, "case"));
        RETURN_IF_ERROR(check.column(rows, entry.order_column, entry.source, "order"));
        RETURN_IF_ERROR(check.values(entry.values, rows));
    }
    if (consents) {
        RETURN_IF_ERROR(check.table(consents->table, consents->source));
        RETURN_IF_ERROR(check.column(consents->table, consents->case_column, consents->source, "case"));
        RETURN_IF_ERROR(check.values(consents->values, consents->table));
    }
    if (!complaints.empty()) return complaints.to_error("field_map.invalid");
    for (auto const& each : tables()) RETURN_IF_ERROR(check.readable(each));
    return Done{};
}

}  // namespace casebridge
