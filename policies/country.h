// Country: in which time zone and language the papers of a country's offices are written. The countries the program is
// made for; each has one zone.
#pragma once

#include <string_view>

namespace casebridge {

struct Country {
    std::string_view code;       ///< ISO 3166, "TH"
    std::string_view time_zone;  ///< IANA
    std::string_view language;   ///< ISO 639
};

/// "TH", or "th" as a node's id has it; nullptr if the program does not know it.
Country const* find_country(std::string_view code);

}  // namespace casebridge
