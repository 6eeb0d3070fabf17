// What a failure of an ODBC driver means to a case source.
#pragma once

#include <string_view>

namespace casebridge {

struct OdbcMeaning {
    std::string_view code;   ///< of ours: "source.unavailable"
    std::string_view words;  ///< may be empty
};

inline constexpr OdbcMeaning odbc_gone{"source.unavailable", "the connection was lost"};
inline constexpr OdbcMeaning odbc_forbidden{"source.not_permitted",
                                            "the login may not read it; packaging/sql/ grants what is needed"};

/// By SQLSTATE, and by the number of the server where one SQLSTATE stands for many things (MariaDB, MySQL).
OdbcMeaning odbc_meaning(std::string_view sqlstate, int native);

}  // namespace casebridge
