// The command line as a person types it, from the table of commands. The only part that knows CLI11.
#pragma once

namespace casebridge::cli {

/// Parses, runs, and returns the process's exit code.
int run_command_line(int count, char const* const* arguments);

}  // namespace casebridge::cli
