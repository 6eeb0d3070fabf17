// Command: one line of the table the command line is built from. Each noun's file exports its own.
#pragma once

#include "daemon/cli/invocation.h"

#include <string_view>
#include <vector>

namespace casebridge::cli {

struct OptionSpec {
    enum class Count { optional, required, many, optional_many };

    std::string_view name;   ///< "--to", or for an argument without dashes "CASE"
    std::string_view value;  ///< what it takes, for the help; empty: a flag (or an argument)
    std::string_view help;
    Count count = Count::optional;

    [[nodiscard]] bool is_argument() const { return !name.starts_with('-'); }
    [[nodiscard]] bool is_flag() const { return !is_argument() && value.empty(); }
    [[nodiscard]] bool is_required() const { return count == Count::required || count == Count::many; }
    [[nodiscard]] bool takes_many() const { return count == Count::many || count == Count::optional_many; }
};

struct Command {
    std::string_view path;  ///< "case preview"
    std::string_view summary;
    std::string_view example;  ///< complete command lines, one a line
    std::vector<OptionSpec> options;
    ExitCode (*run)(Invocation const&);
};

/// A word that only groups commands, with its help line.
struct CommandGroup {
    std::string_view word, summary;
};

std::vector<CommandGroup> command_groups();
/// All commands in the order of the help.
std::vector<Command> all_commands();

std::vector<Command> init_commands();
std::vector<Command> identity_commands();
std::vector<Command> revocation_commands();
std::vector<Command> token_commands();
std::vector<Command> authority_commands();
std::vector<Command> root_commands();
std::vector<Command> succession_commands();
std::vector<Command> rotation_commands();
std::vector<Command> peer_commands();
std::vector<Command> meeting_key_commands();
std::vector<Command> agreement_commands();
std::vector<Command> policy_commands();
std::vector<Command> consent_commands();
std::vector<Command> case_commands();
std::vector<Command> register_commands();
std::vector<Command> send_commands();
std::vector<Command> update_commands();
std::vector<Command> outbox_commands();
std::vector<Command> inbox_commands();
std::vector<Command> procedure_commands();
std::vector<Command> thread_commands();
std::vector<Command> log_commands();
std::vector<Command> witness_commands();
std::vector<Command> backup_commands();
std::vector<Command> recover_commands();
std::vector<Command> evidence_commands();
std::vector<Command> onward_commands();
std::vector<Command> query_commands();
std::vector<Command> docket_commands();
std::vector<Command> directory_commands();
std::vector<Command> status_commands();
std::vector<Command> config_commands();
std::vector<Command> adapter_commands();
std::vector<Command> doctor_commands();
std::vector<Command> page_commands();

}  // namespace casebridge::cli
