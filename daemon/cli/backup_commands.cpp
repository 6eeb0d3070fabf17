// casebridge backup, by the daemon; casebridge restore, where no daemon runs yet.
#include "daemon/backup.h"
#include "daemon/cli/command.h"
#include "daemon/config.h"

namespace casebridge::cli {
namespace {

std::string render_made(Json const& json, Style const& style) {
    Facts facts;
    facts.add("backup", {shown(json, "folder"), Tone::good});
    facts.add("audit log", shown(json, "leaves") + " leaves");
    facts.add("size", shown(json, "bytes") + " bytes");
    facts.add("older keys destroyed", shown(json, "keys_ended"));
    return facts.text(style) +
           "Copy casebridge.db to where backups are kept, and keys.db to another place, for a week at most: with an "
           "old "
           "keys.db and the store key, what was erased since can be read.\n";
}

ExitCode backup(Invocation const& in) {
    return in.act("/v1/backup", Json::object(), render_made);
}

std::string render_restored(Json const& json, Style const& style) {
    Facts facts;
    bool const dry_run = shown(json, "dry_run") == "yes";
    facts.add(dry_run ? "would be restored" : "restored", {shown(json, "state"), Tone::good});
    facts.add("audit log", shown(json, "leaves") + " leaves");
    facts.add("contents that open", shown(json, "contents"));
    facts.add("identity", shown(json, "identity_files") + " files");
    auto out = facts.text(style);
    if (!dry_run)
        out += "Start casebridged. Partners know what this store has forgotten: `casebridge recover --dry-run`.\n";
    return out;
}

ExitCode restore(Invocation const& in) {
    auto const config = load_config(in.config_path());
    if (!config) return in.fail(config.error());
    auto const key = load_store_key(*config);
    if (!key) return in.fail(key.error());
    RestoreOptions const options{in.dry_run(), in.has("--without-keys")};
    auto const restored = restore_backup(in.text("FOLDER"), key->key, config->state_directory, options);
    if (!restored) return in.fail(restored.error());
    return in.show(Json::object()
                       .set("dry_run", options.dry_run)
                       .set("state", config->state_directory.string())
                       .set("leaves", restored->leaves)
                       .set("contents", restored->contents)
                       .set("identity_files", restored->identity_files),
                   render_restored);
}

}  // namespace

std::vector<Command> backup_commands() {
    using enum OptionSpec::Count;
    return {
        {"backup",
         "Copy the store while the daemon runs, in two encrypted parts: casebridge.db, and keys.db for a week at most",
         "casebridge backup --reason \"nightly\"",
         {},
         backup},
        {"restore",
         "Make the state directory of the configuration from a backup. Overwrites nothing; the daemon must not run. "
         "Needs the store key, which is in no backup",
         "casebridge restore /media/backup/20261129T020000Z --dry-run",
         {{"FOLDER", "", "The folder with casebridge.db and keys.db", required},
          {"--without-keys", "", "Restore without keys.db: contents stay closed and the identity is not there",
           optional},
          {"--dry-run", "", "Only say whether it would work", optional}},
         restore},
    };
}

}  // namespace casebridge::cli
