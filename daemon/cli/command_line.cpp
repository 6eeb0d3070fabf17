#include "daemon/cli/command_line.h"

#include "daemon/version.h"
#include "policies/unicode.h"
#include "policies/yaml.h"

#include <algorithm>
#include <iostream>
#include <list>
#include <map>

#include <CLI/CLI.hpp>

namespace casebridge::cli {
namespace {

constexpr char kDescription[] =
    "casebridge: the officer's and operator's command for a casebridge node.\n\n"
    "`init`, `identity`, `config`, `agreement check`, `policy check`, `adapter` and `log verify` work without the "
    "daemon; everything "
    "else asks the "
    "daemon\n"
    "over its officer socket. Acts are logged with your name and --reason.";

constexpr char kFooter[] =
    "Exit codes:\n"
    "  0 done    1 error (`health`: degraded or down)    2 usage    3 refused by agreement, consent, policy or a "
    "built-in protection\n"
    "  4 not found    5 daemon unreachable    6 conflict (exists already, or changed since)\n\n"
    "Environment:\n"
    "  CASEBRIDGE_SOCKET, CASEBRIDGE_CONFIG: as --socket and --config; NO_COLOR: no colours\n\n"
    "Example:\n"
    "  casebridge case preview TH-2026-0113 --to kh-mosvy/poipet-transit-centre \\\n"
    "      --purpose return_and_handover --reason \"preparing the return\"";

/// What CLI11 fills in while it parses: addresses must not move.
struct Slot {
    OptionSpec spec;
    std::vector<std::string> values;
    bool flag = false;
    CLI::Option* option = nullptr;
};

struct Entry {
    Command command;
    CLI::App* app = nullptr;
    std::list<Slot> slots;
};

std::string example_text(std::string_view example) {
    return "Also everywhere: --socket, --config, --reason, --json (see `casebridge --help`)\n\nExample:\n  " +
           std::string(example) + "\n";
}

void add_slot(CLI::App& app, Slot& slot) {
    std::string const name(slot.spec.name), help(slot.spec.help);
    if (slot.spec.is_flag()) {
        slot.option = app.add_flag(name, slot.flag, help);
        return;
    }
    slot.option = app.add_option(name, slot.values, help);
    slot.option->type_name(std::string(slot.spec.value))->required(slot.spec.is_required());
    // One value each time: `--office a --office b`, but `FILE...` for arguments.
    if (slot.spec.takes_many() && !slot.spec.is_argument()) slot.option->allow_extra_args(false);
    if (!slot.spec.takes_many()) slot.option->expected(1)->allow_extra_args(false);
}

void add_global_options(CLI::App& app, GlobalOptions& global) {
    std::string const group = "Everywhere";
    std::map<std::string_view, std::string*> const texts{
        {"--socket", &global.socket}, {"--config", &global.config}, {"--reason", &global.reason}};
    for (auto const& option : global_options()) {
        std::string const name(option.name), help(option.help);
        auto* const added = option.is_flag() ? app.add_flag(name, global.json, help)
                                             : app.add_option(name, *texts.at(option.name), help);
        added->group(group);
        if (!option.is_flag()) added->type_name(std::string(option.value));
    }
}

/// The application of a path, made with its groups if it is not there yet.
CLI::App& app_of(CLI::App& root, std::string_view path) {
    auto* app = &root;
    while (!path.empty()) {
        auto const end = std::min(path.find(' '), path.size());
        std::string const word(path.substr(0, end));
        auto const known = app->get_subcommands([&](CLI::App* each) { return each->get_name() == word; });
        auto* next = known.empty() ? nullptr : known.front();
        if (next == nullptr) {
            next = app->add_subcommand(word);
            next->fallthrough();  // so that global options may stand anywhere
            auto const groups = command_groups();
            auto const group = std::ranges::find(groups, word, &CommandGroup::word);
            if (app == &root && group != groups.end()) next->description(std::string(group->summary));
        }
        app = next;
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return *app;
}

void add_command(CLI::App& root, Entry& entry) {
    auto& app = app_of(root, entry.command.path);
    entry.app = &app;
    app.description(std::string(entry.command.summary));
    app.footer(example_text(entry.command.example));
    for (auto const& spec : entry.command.options) {
        entry.slots.push_back({.spec = spec, .values = {}, .flag = false, .option = nullptr});
        add_slot(app, entry.slots.back());
    }
}

/// A word that is no command itself needs another word behind it.
void finish_groups(CLI::App& root, std::list<Entry> const& entries) {
    for (auto const& entry : entries) {
        auto const space = entry.command.path.find(' ');
        if (space == std::string_view::npos) continue;
        auto const word = entry.command.path.substr(0, space);
        auto* const group = root.get_subcommand(std::string(word));
        bool const stands_alone =
            std::ranges::any_of(entries, [&](Entry const& each) { return each.command.path == word; });
        if (stands_alone || group->get_require_subcommand_min() > 0) continue;
        group->require_subcommand(1);
        group->footer(example_text(entry.command.example));
    }
}

/// The command that was named: of a group and a command below it, the one below.
Entry const* chosen(std::list<Entry> const& entries) {
    Entry const* best = nullptr;
    for (auto const& entry : entries) {
        if (!entry.app->parsed()) continue;
        if (best == nullptr || entry.command.path.size() > best->command.path.size()) best = &entry;
    }
    return best;
}

int usage_error(std::string what, CLI::App const& root) {
    auto const* app = &root;
    std::string path = "casebridge";
    while (!app->get_subcommands().empty()) {
        app = app->get_subcommands().front();
        path += " " + app->get_name();
    }
    auto const unknown = root.remaining(true);
    auto const below = app->get_subcommands([](CLI::App const*) { return true; });
    if (!unknown.empty() && !below.empty()) {
        std::vector<std::string_view> words;
        for (auto const* each : below) words.emplace_back(each->get_name());
        auto const nearest = nearest_word(unknown.front(), words);
        what = "there is no command `" + path + " " + unknown.front() + "`";
        if (!nearest.empty()) what += "; did you mean `" + std::string(nearest) + "`?";
    }
    std::cerr << "casebridge: " << printable_lines(what) << " [usage]\n  See `" << path << " --help`.\n";
    return static_cast<int>(ExitCode::usage);
}

/// What takes a number and got something else; empty: nothing.
std::string no_number(Entry const& entry) {
    for (auto const& slot : entry.slots) {
        if (slot.spec.value != "N" || slot.option->count() == 0) continue;
        auto const& text = slot.values.front();
        bool const digits = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
        if (!digits || text.empty() || text.size() > 18) return std::string(slot.spec.name) + " takes a whole number";
    }
    return {};
}

Invocation::Values values_of(Entry const& entry) {
    Invocation::Values values;
    for (auto const& slot : entry.slots)
        if (slot.option->count() > 0) values.emplace(slot.spec.name, slot.values);
    return values;
}

bool all_utf8(int count, char const* const* arguments) {
    return std::all_of(arguments, arguments + count, [](char const* text) { return is_utf8(text); });
}

}  // namespace

std::string_view command_line_description() {
    return kDescription;
}

std::string_view command_line_footer() {
    return kFooter;
}

std::vector<OptionSpec> global_options() {
    return {{"--socket", "PATH", "The daemon's officer socket"},
            {"--config", "FILE", "Configuration of the node"},
            {"--reason", "TEXT", "Why: recorded with every act"},
            {"--json", "", "JSON instead of text; times in UTC"}};
}

int run_command_line(int count, char const* const* arguments) {
    CLI::App root(kDescription, "casebridge");
    root.footer(kFooter);
    root.set_version_flag("--version", "casebridge " + std::string(program_version));
    root.require_subcommand(1);
    GlobalOptions global;
    add_global_options(root, global);
    std::list<Entry> entries;
    for (auto& command : all_commands()) {
        entries.push_back({.command = std::move(command), .app = nullptr, .slots = {}});
        add_command(root, entries.back());
    }
    finish_groups(root, entries);
    if (!all_utf8(count, arguments)) return usage_error("the arguments are not UTF-8", root);
    try {
        root.parse(count, arguments);
    } catch (CLI::Success const& wanted) {  // --help, --version
        return root.exit(wanted);
    } catch (CLI::ParseError const& error) {
        return usage_error(error.what(), root);
    }
    auto const* entry = chosen(entries);
    if (entry == nullptr) return usage_error("a command is needed", root);
    if (auto const complaint = no_number(*entry); !complaint.empty()) return usage_error(complaint, root);
    return static_cast<int>(entry->command.run(Invocation(global, values_of(*entry))));
}

}  // namespace casebridge::cli
