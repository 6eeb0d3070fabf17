// casebridge identity rotate-log-key, rotate-witness-key: the running daemon gives up a note key for another.
#include "daemon/cli/command.h"

namespace casebridge::cli {
namespace {

std::string render_rotated(Json const& json, Style const& style) {
    bool const dry_run = shown(json, "dry_run") == "yes";
    Facts facts;
    facts.add(dry_run ? "would be given up" : "given up", shown(json, "old"));
    if (!dry_run) facts.add("in its place", {shown(json, "new"), Tone::good});
    facts.add("at", shown(json, "size") + " leaves, " + local_time(json.text_or("at")));
    if (dry_run) return facts.text(style);
    return facts.text(style) +
           "The old key is destroyed. Partners follow by themselves: the statement is signed by both keys. Give "
           "auditors, and partners that you add from now on, the new one.\n";
}

ExitCode rotate(Invocation const& in, std::string_view key) {
    return in.act("/v1/witness/rotate", Json::object().set("key", key), render_rotated);
}

ExitCode rotate_log_key(Invocation const& in) {
    return rotate(in, "log");
}

ExitCode rotate_witness_key(Invocation const& in) {
    return rotate(in, "witness");
}

}  // namespace

std::vector<Command> rotation_commands() {
    using enum OptionSpec::Count;
    OptionSpec const dry_run{"--dry-run", "", "Change nothing; only say what would happen", optional};
    return {
        {"identity rotate-log-key",
         "Another key for the log's checkpoints; the log goes on, partners follow by a statement that both keys sign. "
         "Asks the daemon.",
         "casebridge identity rotate-log-key --reason \"each year\"",
         {dry_run},
         rotate_log_key},
        {"identity rotate-witness-key",
         "Another key that cosigns partners' logs; partners follow likewise",
         "casebridge identity rotate-witness-key --reason \"each year\"",
         {dry_run},
         rotate_witness_key},
    };
}

}  // namespace casebridge::cli
