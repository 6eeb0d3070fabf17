// The table of configuration keys: what loads a file, prints the help and writes the example. Private to daemon/.
#pragma once

#include "daemon/config.h"

#include <span>

namespace casebridge {

/// What reading one key works with.
struct ConfigReading {
    YamlReader& reader;
    YamlComplaints& complaints;
    std::filesystem::path const& directory;  ///< of the file
    Config& config;
};

struct ConfigKey {
    std::string_view name;
    std::string_view type;      ///< for people; empty: a whole number from `low` to `high`
    std::string_view fallback;  ///< as it would stand in the file; empty: none
    std::string_view example;   ///< where there is no default
    std::string_view meaning;   ///< one line
    bool required = false;
    void (*read)(ConfigReading&, ConfigKey const&) = nullptr;
    std::int64_t low = 0, high = 0;
};

/// Keys under one name of the file; the first section has none and holds the top-level keys.
struct ConfigSection {
    std::string_view name;
    std::span<ConfigKey const> keys;
};

std::span<ConfigSection const> config_sections();
std::string type_of(ConfigKey const& key);

}  // namespace casebridge
