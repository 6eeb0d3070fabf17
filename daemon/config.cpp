#include "daemon/config.h"

#include "daemon/config_keys.h"

namespace casebridge {

namespace {

void check_together(Config const& config, YamlReader& root) {
    if (config.field_map.empty() && !config.source_key_file.empty()) {
        root.complain("source_key_file", "expected only together with field_map");
    }
    auto const* const file = config.received ? std::get_if<SqliteSettings>(&config.received->database) : nullptr;
    if (file != nullptr && file->path.lexically_normal().parent_path() == config.state_directory) {
        root.complain("received", "expected a file outside of state_directory, which is nobody else's to read");
    }
    if (config.retry_cap < config.retry_base) root.complain("retry", "expected cap_seconds not below base_seconds");
    if (config.limits.connections_per_address > config.limits.connections) {
        root.complain("limits", "expected connections_per_address not above connections");
    }
}

std::string commented(std::string_view text) {
    return "# " + std::string(text) + '\n';
}

}  // namespace

Result<Config> load_config(std::filesystem::path const& path) {
    ASSIGN_OR_RETURN(auto const file, load_yaml(path));
    YamlComplaints complaints;
    // Placeholders: a file that does not give both is complained about and never returned.
    Config config{.node = *NodeId::parse("org-unset"), .kind = NodeKind::organisation};
    auto const directory = std::filesystem::absolute(path).parent_path();
    auto const read_keys = [&](YamlReader& reader, ConfigSection const& section) {
        ConfigReading reading{reader, complaints, directory, config};
        for (auto const& key : section.keys) key.read(reading, key);
    };

    YamlReader root(file.root, complaints);
    YamlNode left_out;
    left_out.kind = YamlNode::Kind::mapping;
    for (auto const& section : config_sections()) {
        if (section.name.empty()) {
            read_keys(root, section);
            continue;
        }
        auto const* const found = root.optional_mapping(section.name);
        YamlReader inner(found != nullptr ? *found : left_out, complaints);
        read_keys(inner, section);
        inner.refuse_unknown_keys();
    }
    check_together(config, root);
    root.refuse_unknown_keys();
    if (!complaints.empty()) return complaints.to_error("config.invalid");
    return config;
}

std::string config_help() {
    std::string help;
    for (auto const& section : config_sections()) {
        for (auto const& key : section.keys) {
            if (!section.name.empty()) help.append(section.name).append(".");
            help.append(key.name).append(": ").append(type_of(key));
            help += key.fallback.empty() ? (key.required ? "; required" : "; optional")
                                         : "; default " + std::string(key.fallback);
            help.append("\n    ").append(key.meaning).append("\n");
        }
    }
    return help;
}

std::string config_example() {
    std::string text =
        commented("Configuration of casebridged: one node, one ministry.") +
        commented("Relative paths are relative to this file. Lines that are commented out show defaults,") +
        commented("or what may be left out. `casebridged --check` tells what is wrong with a file.");
    for (auto const& section : config_sections()) {
        if (!section.name.empty()) text += "\n#" + std::string(section.name) + ":\n";
        for (auto const& key : section.keys) {
            std::string const indent = section.name.empty() ? "" : "  ";
            text += section.name.empty() ? "\n" + commented(key.meaning) : "#  # " + std::string(key.meaning) + '\n';
            if (key.required) {
                text.append(key.name).append(":").append(key.example.starts_with('\n') ? "" : " ");
                text.append(key.example).append("\n");
            } else {
                auto const value = key.fallback.empty() ? key.example : key.fallback;
                text += "#" + indent + std::string(key.name) + ": " + std::string(value) + '\n';
            }
        }
    }
    return text;
}

}  // namespace casebridge
