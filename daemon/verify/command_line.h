// The arguments of casebridge-verify.
#pragma once

#include "policies/evidence/trust.h"

#include <filesystem>
#include <span>

namespace casebridge::verify {

struct CommandLine {
    std::filesystem::path folder;
    EvidenceTrust trust;
    bool json = false;
};

/// Options may stand anywhere. Errors: `usage.no_folder`, `usage.unknown_option`, `usage.value_missing`, those of
/// EvidenceTrust and of read_whole.
Result<CommandLine> parse_command_line(std::span<char const* const> arguments);

}  // namespace casebridge::verify
