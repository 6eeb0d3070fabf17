#include "daemon/cli/command.h"

namespace casebridge::cli {

std::vector<CommandGroup> command_groups() {
    return {
        {"identity", "This node's certificates"},
        {"peer", "Partners: whose root is pinned, where they are"},
        {"meeting-key", "Keys handed over in person, for a second layer around what is exchanged"},
        {"agreement", "Written agreements between ministries"},
        {"policy", "What this ministry is willing to tell"},
        {"consent", "What people have agreed to"},
        {"case", "Cases of the national database: list, show, preview, send, update, register"},
        {"outbox", "Messages to partners"},
        {"inbox", "Messages from partners"},
        {"evidence", "What proves a message to an auditor"},
        {"adapter", "The field map of the national database: draft one, try it"},
        {"query", "Questions about shared cases: to partners, and of partners"},
        {"procedure", "What ministries do together: referrals, tracing, returns, reports; step by step"},
        {"onward", "Passing on what was told: permitting a partner to, and doing it with permission"},
        {"witness", "Who has cosigned our log, whose we have cosigned, evidence against one that was rewritten"},
        {"clock", "Whether the time can be relied on"},
        {"config", "The configuration file: help, example, check"},
    };
}

std::vector<Command> all_commands() {
    std::vector<Command> all;
    for (auto const& commands :
         {init_commands(),      identity_commands(),    token_commands(),      revocation_commands(),
          authority_commands(), root_commands(),        succession_commands(), rotation_commands(),
          peer_commands(),      meeting_key_commands(), agreement_commands(),  directory_commands(),
          policy_commands(),    consent_commands(),     case_commands(),       register_commands(),
          send_commands(),      update_commands(),      outbox_commands(),     inbox_commands(),
          query_commands(),     procedure_commands(),   thread_commands(),     onward_commands(),
          docket_commands(),    status_commands(),      log_commands(),        witness_commands(),
          recover_commands(),   backup_commands(),      evidence_commands(),   config_commands(),
          adapter_commands(),   doctor_commands(),      page_commands()})
        all.insert(all.end(), commands.begin(), commands.end());
    return all;
}

}  // namespace casebridge::cli
