// Excess: what the daemon's login to a national database could do beyond reading the mapped tables.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace casebridge {

/// One kind of right too many. Codes: `source.role_is_administrator`, `source.role_can_write`,
/// `source.role_can_create`, `source.role_reads_more`, `source.file_writable`.
struct Excess {
    std::string_view code;
    std::string detail;  ///< names of the schema only
    std::string remedy;  ///< what an administrator types or does, in one sentence
};

}  // namespace casebridge
