// casebridge config: help, example, check. No daemon needed.
#include "daemon/cli/command.h"
#include "daemon/config.h"

#include <iostream>

namespace casebridge::cli {
namespace {

ExitCode print(Invocation const& in, std::string_view key, std::string const& text) {
    return in.show(Json::object().set(std::string(key), text), [&](Json const&, Style const&) { return text; });
}

ExitCode help(Invocation const& in) {
    return print(in, "help", config_help());
}

ExitCode example(Invocation const& in) {
    return print(in, "example", config_example());
}

ExitCode check(Invocation const& in) {
    auto const path = in.has("FILE") ? std::filesystem::path(in.text("FILE")) : in.config_path();
    auto const config = load_config(path);
    if (!config) return in.fail(config.error());
    auto json = Json::object();
    json.set("file", path.string())
        .set("node", config->node.text())
        .set("kind", to_text(config->kind))
        .set("state_directory", config->state_directory.string())
        .set("officer_socket", config->officer_socket.string())
        .set("officers", static_cast<std::int64_t>(config->officers.size()));
    return in.show(json, [](Json const& good, Style const& style) {
        Facts facts;
        facts.add("configuration", {shown(good, "file") + ": loads", Tone::good});
        facts.add("node", shown(good, "node") + " (" + shown(good, "kind") + ")");
        facts.add("state", shown(good, "state_directory"));
        facts.add("officer socket", shown(good, "officer_socket"));
        facts.add("officers", shown(good, "officers"));
        return facts.text(style);
    });
}

}  // namespace

std::vector<Command> config_commands() {
    using enum OptionSpec::Count;
    return {
        {"config help", "Every key of the configuration: type, default, meaning", "casebridge config help", {}, help},
        {"config example",
         "A commented configuration to start from",
         "casebridge config example > casebridge.yaml",
         {},
         example},
        {"config check",
         "Read a configuration and say everything that is wrong with it",
         "casebridge config check /etc/casebridge/casebridge.yaml",
         {{"FILE", "", "The configuration (default: as the daemon's)", optional}},
         check},
    };
}

}  // namespace casebridge::cli
