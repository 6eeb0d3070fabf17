// The command line as a person types it, from the table of commands. The only part that knows CLI11.
#pragma once

#include "daemon/cli/command.h"

namespace casebridge::cli {

/// Parses, runs, and returns the process's exit code.
int run_command_line(int count, char const* const* arguments);

// What the help says before and after the commands, and the options every command has: for the manual, too.
std::string_view command_line_description();
std::string_view command_line_footer();
std::vector<OptionSpec> global_options();

}  // namespace casebridge::cli
