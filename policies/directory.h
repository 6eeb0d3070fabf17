// Directory: focal points, border offices, reception centres and hotlines of a party to an agreement, as targets of
// messages. Only offices: no person is named. An office either is one of the party's own (an address of messages) or
// says which of those a message for it goes to.
#pragma once

#include "policies/ids.h"
#include "policies/yaml.h"

#include <array>
#include <optional>
#include <vector>

namespace casebridge {

enum class DirectoryKind {
    focal_point,
    border_cooperation,  ///< of a pair of countries at one crossing, such as BCATIP offices
    border_liaison,      ///< BLO
    reception_centre,
    district,
    hotline,
    embassy,
};
inline constexpr std::size_t directory_kind_count = 7;
std::string_view to_text(DirectoryKind kind);
/// Errors: `directory.unknown_kind`; the detail offers the nearest word.
Result<DirectoryKind> parse_directory_kind(std::string_view text);

struct DirectoryOffice {
    OfficeId office;
    OfficeId routes_to;  ///< one of the party's offices: what a message for `office` is addressed to
    std::string name;
    DirectoryKind kind;
    std::string country;                                        ///< where it is: ISO 3166
    std::string area;                                           ///< empty: not said
    std::vector<std::string> crossings, telephones, languages;  ///< languages: ISO 639
    std::string hours;                                          ///< empty: not said
    SourceLine source;

    /// Whether a crossing or the area is called so, or has it in its name; ASCII letters of either case.
    [[nodiscard]] bool is_at(std::string_view place) const;
};

inline constexpr std::size_t maximum_directory_offices = 500;  ///< of one party

/// One party's list. `own`: its offices, which an entry is or routes to. What is wrong is complained about.
std::vector<DirectoryOffice> read_directory(YamlNode const& list, std::vector<OfficeId> const& own,
                                            YamlComplaints& complaints);

}  // namespace casebridge
