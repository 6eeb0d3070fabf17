#include "adapters/odbc_states.h"

#include <algorithm>
#include <array>

namespace casebridge {

OdbcMeaning odbc_meaning(std::string_view sqlstate, int native) {
    struct Number {
        int native;
        OdbcMeaning meaning;
    };
    constexpr OdbcMeaning late{"source.unavailable",
                               "it took longer than the time limit; an index on the case number helps"};
    constexpr std::array numbers = {
        Number{1969, late},           Number{3024, late},           Number{1317, late},
        Number{1205, late},           Number{2006, odbc_gone},      Number{2026, odbc_gone},
        Number{2013, odbc_gone},      Number{2055, odbc_gone},      Number{1053, odbc_gone},
        Number{1927, odbc_gone},      Number{2002, odbc_gone},      Number{2003, odbc_gone},
        Number{1142, odbc_forbidden}, Number{1143, odbc_forbidden}, Number{1044, odbc_forbidden},
        Number{1356, odbc_forbidden}, Number{1370, odbc_forbidden},
    };
    if (sqlstate == "28000" || sqlstate == "28P01")
        return {"source.login_refused", "the server does not let this login in"};
    auto const* const known = std::ranges::find(numbers, native, &Number::native);
    if (known != numbers.end()) return known->meaning;
    if (sqlstate == "42501") return odbc_forbidden;
    if (sqlstate == "HYT00" || sqlstate == "HYT01" || sqlstate == "57014" || sqlstate == "S1T00" || sqlstate == "HY008")
        return late;
    if (sqlstate.starts_with("08") || sqlstate.starts_with("57P")) return odbc_gone;
    if (sqlstate.starts_with("53") || sqlstate.starts_with("40"))
        return {"source.unavailable", "the server could not, now"};
    if (sqlstate == "42S02" || sqlstate == "42P01") return {"source.query_failed", "there is no such table"};
    if (sqlstate == "42S22" || sqlstate == "42703") return {"source.query_failed", "there is no such column"};
    if (sqlstate == "3F000") return {"source.query_failed", "there is no such schema"};
    if (sqlstate == "42804" || sqlstate == "42883")
        return {"source.query_failed", "a column is of another type than was expected"};
    if (sqlstate == "42601") return {"source.query_failed", "the server does not understand the statement"};
    if (sqlstate == "22P02") return {"source.query_failed", "what a view makes a number or a date of is none"};
    if (sqlstate == "22023") return {"source.query_failed", "the server does not know the value of a setting"};
    if (sqlstate == "25006") return {"source.query_failed", "only reading is allowed"};
    return {"source.query_failed", ""};
}

}  // namespace casebridge
