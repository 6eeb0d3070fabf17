#include "adapters/number_check.h"

namespace casebridge {
namespace {

Result<std::uint64_t> count(SqlSession& session, std::string const& sql) {
    std::uint64_t rows = 0;
    RETURN_IF_ERROR(session.query(sql, {}, [&](SqlRow const& row) {
        auto const* const number = std::get_if<std::int64_t>(&row.front());
        auto const* const text = std::get_if<std::string>(&row.front());  // a server's wider type
        if (number != nullptr) rows = static_cast<std::uint64_t>(*number);
        if (text != nullptr) rows = std::strtoull(text->c_str(), nullptr, 10);
        return false;
    }));
    return rows;
}

}  // namespace

Result<CheckedNumbers> check_numbers(FieldMap const& map, SqlSession& session) {
    auto const number = "c." + session.quote_identifier(map.id_column);
    auto const exact = session.exact(number);
    auto const from = " FROM " + session.quote_identifier(map.table) + " c WHERE ";
    CheckedNumbers checked;
    RETURN_IF_ERROR(session.read_consistently([&]() -> Status {
        ASSIGN_OR_RETURN(checked.empty,
                         count(session, "SELECT COUNT(*)" + from + number + " IS NULL OR LTRIM(" + exact + ") = ''"));
        ASSIGN_OR_RETURN(checked.repeated, count(session, "SELECT COUNT(*) FROM (SELECT COUNT(*) AS n" + from + number +
                                                              " IS NOT NULL AND LTRIM(" + exact + ") <> '' GROUP BY " +
                                                              exact + " HAVING COUNT(*) > 1) d"));
        return Done{};
    }));
    return checked;
}

}  // namespace casebridge
