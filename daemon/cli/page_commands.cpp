// casebridge man-page, completion: for packages, and for whoever installs by hand.
#include "daemon/cli/command.h"
#include "daemon/cli/pages.h"

namespace casebridge::cli {
namespace {

ExitCode print(Invocation const& in, std::string_view key, std::string const& text) {
    return in.show(Json::object().set(std::string(key), text), [&](Json const&, Style const&) { return text; });
}

ExitCode man_page(Invocation const& in) {
    auto const name = in.text("NAME");
    if (name == "casebridge") return print(in, "page", command_page());
    if (name == "casebridged") return print(in, "page", daemon_page());
    if (name == "casebridge-verify") return print(in, "page", verify_page());
    if (name == "casebridge.yaml") return print(in, "page", configuration_page());
    return in.fail(
        usage_failure("usage.no_such_page", "casebridge, casebridged, casebridge-verify or casebridge.yaml"));
}

ExitCode completion(Invocation const& in) {
    return print(in, "script", bash_completion());
}

}  // namespace

std::vector<Command> page_commands() {
    return {
        {"man-page",
         "A manual page, made from the same tables as the help",
         "casebridge man-page casebridge | man -l -",
         {{"NAME", "", "casebridge, casebridged, casebridge-verify or casebridge.yaml", OptionSpec::Count::required}},
         man_page},
        {"completion", "Completion for bash, to be sourced", "casebridge completion > casebridge.bash", {}, completion},
    };
}

}  // namespace casebridge::cli
