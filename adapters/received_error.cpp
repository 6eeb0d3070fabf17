#include "adapters/received_error.h"

#include <algorithm>
#include <array>

namespace casebridge {
namespace {

struct Renaming {
    std::string_view from, to;
};
constexpr std::array renamings = {
    Renaming{"source.unavailable", "received.unavailable"},
    Renaming{"source.login_refused", "received.login_refused"},
    Renaming{"source.tls_failed", "received.tls_failed"},
    Renaming{"source.driver_missing", "received.driver_missing"},
    Renaming{"source.not_permitted", "received.not_permitted"},
    Renaming{"source.wrong_key", "received.wrong_key"},
    Renaming{"source.not_a_database", "received.not_a_database"},
    Renaming{"source.cipher_unsupported", "received.cipher_unsupported"},
    Renaming{"source.value_too_large", "received.value_refused"},
    Renaming{"source.role_is_administrator", "received.role_is_administrator"},
    Renaming{"source.role_can_write", "received.role_can_write"},
    Renaming{"source.role_can_create", "received.role_can_create"},
    Renaming{"source.role_reads_more", "received.role_reads_more"},
    Renaming{"source.privileges_unknown", "received.privileges_unknown"},
};

struct Meaning {
    ErrorKind kind = ErrorKind::unavailable;
    std::string_view code{}, words{};
};
constexpr Meaning no_table{ErrorKind::unavailable, "received.no_table",
                           "there is no such table where the login looks; packaging/sql/ has it"};
constexpr Meaning no_column{ErrorKind::unavailable, "received.table_unfit", "a column is missing; packaging/sql/"};
constexpr Meaning refused{ErrorKind::invalid, "received.value_refused", "the table refuses the row"};
constexpr Meaning standby{ErrorKind::unavailable, "received.unavailable", "the server takes no writes, now"};
constexpr Meaning forbidden{ErrorKind::unavailable, "received.not_permitted",
                            "the login needs SELECT, INSERT and DELETE on the table; packaging/sql/ grants them"};

Meaning meaning_of(std::string_view state, int native) {
    struct Number {
        int native;
        Meaning meaning;
    };
    // MariaDB and MySQL: one SQLSTATE stands for many things.
    constexpr std::array numbers = {
        Number{1146, no_table}, Number{1054, no_column}, Number{1136, no_column}, Number{1062, refused},
        Number{1048, refused},  Number{1364, refused},   Number{1406, refused},   Number{1366, refused},
        Number{1265, refused},  Number{3819, refused},   Number{4025, refused},   Number{1644, refused},
        Number{1290, standby},  Number{1792, standby},   Number{1142, forbidden}, Number{1143, forbidden},
    };
    struct State {
        std::string_view begins;
        Meaning meaning;
    };
    constexpr std::array states = {
        State{"42P01", no_table},  State{"42S02", no_table}, State{"3F000", no_table},  State{"42703", no_column},
        State{"42S22", no_column}, State{"25006", standby},  State{"42501", forbidden}, State{"22", refused},
        State{"23", refused},      State{"P0001", refused},  State{"42804", no_column},
    };
    auto const* const number = std::ranges::find(numbers, native, &Number::native);
    if (native != 0 && number != numbers.end()) return number->meaning;
    auto const* const found = std::ranges::find_if(states, [&](State const& s) { return state.starts_with(s.begins); });
    return found == states.end() ? Meaning{} : found->meaning;
}

}  // namespace

Error received_error(Error const& error) {
    if (!error.code.starts_with("source.")) return error;
    auto const* const found = std::ranges::find(renamings, error.code, &Renaming::from);
    return {error.kind, found == renamings.end() ? "received.query_failed" : found->to, error.detail};
}

Error received_failure(Error const& error, std::string_view doing, std::string_view sqlstate, int native) {
    auto const meaning = sqlstate.empty() ? Meaning{} : meaning_of(sqlstate, native);
    if (meaning.code.empty()) return received_error(error);
    return {meaning.kind, meaning.code,
            std::string(doing) + ": SQLSTATE " + std::string(sqlstate) + " (" + std::string(meaning.words) + ")"};
}

bool is_of_one_row(Error const& error) {
    return error.code == "received.value_refused" || error.code == "received.other_content";
}

}  // namespace casebridge
