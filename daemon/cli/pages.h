// Pages: manual pages and shell completion, made from the same tables as the help.
#pragma once

#include <string>

namespace casebridge::cli {

// Manual pages for man(7); the same text for the same version.
std::string command_page();        ///< casebridge(1)
std::string daemon_page();         ///< casebridged(8)
std::string verify_page();         ///< casebridge-verify(1)
std::string configuration_page();  ///< casebridge.yaml(5)

/// For bash: words, options and files, to be sourced.
std::string bash_completion();

}  // namespace casebridge::cli
