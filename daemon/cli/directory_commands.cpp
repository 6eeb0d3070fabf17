// casebridge directory: focal points, border offices, reception centres and hotlines of the agreements.
#include "daemon/cli/command.h"
#include "policies/directory.h"

namespace casebridge::cli {
namespace {

/// "Chiang Rai; Mae Sai - Tachileik"
std::string place(Json const& office) {
    auto text = office.text_or("country");
    if (auto const area = office.text_or("area"); !area.empty()) text += ", " + area;
    for (auto const& crossing : items(office, "crossings")) text += "; " + shown(&crossing);
    return text;
}

std::string render(Json const& json, Style const& style) {
    if (items(json, "offices").empty()) return "no office; an agreement's `directory` lists them\n";
    Table table({"write to", "kind", "name", "where", "telephone", "languages", "hours"});
    bool unused = false;
    for (auto const& office : items(json, "offices")) {
        bool const in_use = shown(office, "in_use") == "yes";
        unused = unused || !in_use;
        table.row({{shown(office, "node") + "/" + shown(office, "routes_to"), in_use ? Tone::bold : Tone::dim},
                   shown(office, "kind"),
                   shown(office, "name") + (in_use ? "" : " *"),
                   place(office),
                   shown(office, "telephone"),
                   shown(office, "languages"),
                   shown(office, "hours")});
    }
    return table.text(style) + (unused ? "* its agreement is not signed by all, or not in force\n" : "");
}

ExitCode list(Invocation const& in) {
    if (in.has("--kind"))
        if (auto const kind = parse_directory_kind(in.text("--kind")); !kind)
            return in.fail(usage_failure(kind.error().code, "--kind: " + kind.error().detail));
    return in.get("/v1/directory",
                  {{"with", in.text("--with")}, {"crossing", in.text("--crossing")}, {"kind", in.text("--kind")}},
                  render);
}

}  // namespace

std::vector<Command> directory_commands() {
    using enum OptionSpec::Count;
    return {
        {"directory",
         "Focal points, border offices, reception centres and hotlines of the agreements, and what to write to",
         "casebridge directory --with kh-mosvy --crossing Poipet",
         {{"--with", "NODE", "Both sides' offices under the agreements with this partner", optional},
          {"--crossing", "NAME", "Part of the name of a crossing or area", optional},
          {"--kind", "KIND",
           "focal_point, border_cooperation, border_liaison, reception_centre, district, hotline or embassy",
           optional}},
         list},
    };
}

}  // namespace casebridge::cli
