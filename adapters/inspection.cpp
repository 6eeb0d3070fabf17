#include "adapters/inspection.h"

#include "adapters/column_names.h"

namespace casebridge {
namespace {

constexpr std::size_t shapes_shown = 4;

InspectedColumn summarise(SqlSession::Column const& column, ColumnProfile const& profile, bool with_codes) {
    InspectedColumn summary{column.name,        column.declared_type,         profile.empty(),
                            profile.distinct(), profile.shapes(shapes_shown), guess_field(column.name),
                            std::nullopt};
    if (with_codes) summary.codes = profile.codes();
    return summary;
}

InspectedTable inspect_table(SqlSession& session, std::string const& name, InspectionPlan const& plan) {
    InspectedTable table;
    table.name = name;
    auto const columns = session.columns(name);
    if (!columns || columns->empty()) {
        table.unreadable = columns ? "source.query_failed" : std::string(columns.error().code);
        return table;
    }
    std::vector<ColumnProfile> profiles(columns->size());
    SqlSession::TableScan scan{name, {}, ""};
    for (auto const& column : *columns) scan.columns.push_back(column.name);
    auto const read = session.scan_table(scan, [&](SqlRow const& row) {
        if (plan.rows_per_table != 0 && table.rows == plan.rows_per_table) {
            table.whole = false;
            return false;
        }
        for (std::size_t at = 0; at < row.size() && at < profiles.size(); ++at) profiles[at].add(row[at]);
        plan.on_progress(name, ++table.rows);
        return true;
    });
    if (!read) table.unreadable = read.error().code;
    for (std::size_t at = 0; at < profiles.size(); ++at) {
        auto const& column = (*columns)[at];
        table.columns.push_back(summarise(column, profiles[at], plan.codes.contains(name + "." + column.name)));
    }
    return table;
}

}  // namespace

Result<std::vector<InspectedTable>> inspect(SqlSession& session, InspectionPlan const& plan) {
    ASSIGN_OR_RETURN(auto const names, session.tables());
    std::vector<InspectedTable> tables;
    std::set<std::string> missing = plan.codes;
    for (auto const& name : names) {
        tables.push_back(inspect_table(session, name, plan));
        for (auto const& column : tables.back().columns) missing.erase(name + "." + column.name);
    }
    if (!missing.empty()) {
        return Error{ErrorKind::invalid, "source.no_such_column", *missing.begin() + ": expected table.column"};
    }
    return tables;
}

}  // namespace casebridge
