// The commands of `casebridge log` but `log` itself: checkpoints and proofs of the audit log.
#pragma once

#include "daemon/cli/command.h"

namespace casebridge::cli {

std::vector<Command> log_commands();

}  // namespace casebridge::cli
