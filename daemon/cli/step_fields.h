// What a step says, from the command line: `--set name=value`, or asked for on a terminal.
#pragma once

#include "daemon/cli/failure.h"
#include "policies/procedure/schema.h"

#include <string>
#include <variant>
#include <vector>

namespace casebridge::cli {

/// "one of a, b, c", "YYYY-MM-DD", …
std::string expectation(StepField const& field);

/// The members of a step, from `name=value` pairs: codes separated by commas, yes or no, dates as YYYY-MM-DD; a digest
/// also as `@file`, of which the SHA-256 is taken. A required member that is missing is asked for, if there is somebody
/// to ask. Failures: `usage.bad_field` (which names the member, what was expected and the nearest word),
/// `file.unreadable`.
std::variant<Json, Failure> read_step_fields(ProcedureKind kind, StepType step, std::vector<std::string> const& given);

}  // namespace casebridge::cli
