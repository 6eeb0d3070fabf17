// The audit log at several lengths: leaves appended, proofs made and verified, beside the hashing they cannot do
// without; and what a message costs in bytes.
#pragma once

#include "tests/bench/figures.h"

#include <cstdint>
#include <filesystem>

namespace casebridge::bench {

/// In a real store of `leaves` leaves on the disk of `directory`; all but the last are short, and written at once.
Figures measure_log(std::uint64_t leaves, std::filesystem::path const& directory);
/// Bytes of a message's leaves and what else of it is kept for ever.
Figures measure_log_bytes(std::filesystem::path const& directory);

}  // namespace casebridge::bench
