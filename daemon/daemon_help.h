// What `casebridged --help` and casebridged(8) say.
#pragma once

#include <string_view>

namespace casebridge {

inline constexpr std::string_view daemon_help =
    "casebridged - exchanges sealed case summaries with partner ministries\n"
    "\n"
    "  casebridged [--config FILE]           run in the foreground (systemd starts it so)\n"
    "  casebridged --check [--config FILE]   check the configuration, open the national database read-only, and stop\n"
    "  casebridged --version | --help\n"
    "\n"
    "Without --config: $CASEBRIDGE_CONFIG, else /etc/casebridge/casebridge.yaml.\n"
    "SIGHUP reads agreements and policies again; SIGTERM stops after what is under way.\n"
    "Exit codes: 0 stopped, or all is right, 1 could not start, 2 usage, 70 the store failed, 78 wrong configuration.\n"
    "Configuration keys: casebridge config help\n"
    "\n"
    "Example: casebridged --config /etc/casebridge/casebridge.yaml\n";

}  // namespace casebridge
