// casebridge consent: what the person has agreed to, and has taken back.
#include "daemon/cli/command.h"
#include "daemon/files.h"
#include "policies/yaml.h"

namespace casebridge::cli {
namespace {

constexpr std::size_t kMaximumConsentBytes = 256 * 1024;

ExitCode record(Invocation const& in) {
    std::filesystem::path const path = in.text("FILE");
    auto const file = read_file(path, kMaximumConsentBytes);
    if (!file) return in.fail(file.error());
    // Read here first: a complaint then names the file as it was typed.
    auto const yaml = parse_yaml(to_text(*file), path.string());
    if (!yaml) return in.fail(yaml.error());
    auto body = Json::object();
    body.set("yaml", to_text(*file)).set("file_name", path.filename().string());
    return in.act("/v1/consents", std::move(body), [&in](Json const& json, Style const& style) {
        auto const what = "consent " + shown(json, "id") + " for case " + shown(json, "case");
        if (in.dry_run()) return printable(what) + " is well-formed; nothing was recorded\n";
        return style.paint("recorded " + printable(what), Tone::good) + " (epoch " + shown(json, "epoch") + ")\n";
    });
}

std::string render_list(Json const& json, Style const& style) {
    if (items(json, "consents").empty()) return "no consents are recorded\n";
    Table table({"case", "consent", "purpose", "recipients", "state", "given", "expires", "by", "categories"});
    for (auto const& consent : items(json, "consents")) {
        Cell state{"live", Tone::good};
        if (!consent.text_or("withdrawn_at").empty())
            state = {"withdrawn " + local_time(consent.text_or("withdrawn_at")), Tone::bad};
        else if (shown(consent, "live") != "yes")
            state = {"not live", Tone::warning};
        table.row({shown(consent, "case"), shown(consent, "id"), shown(consent, "purpose"),
                   shown(consent, "recipients"), std::move(state), shown(consent, "given_on"),
                   shown(consent, "expires_on"), shown(consent, "giver"), shown(consent, "categories")});
    }
    return table.text(style);
}

ExitCode list(Invocation const& in) {
    return in.get("/v1/consents", {{"case", in.text("--case")}}, render_list);
}

ExitCode withdraw(Invocation const& in) {
    auto body = Json::object();
    body.set("case", in.text("CASE")).set("consent", in.text("CONSENT"));
    return in.act("/v1/consents/withdraw", std::move(body), [&in](Json const& json, Style const& style) {
        auto const what = "consent " + printable(shown(json, "consent"));
        if (in.dry_run()) return "would withdraw " + what + "; nothing was changed\n";
        return style.paint("withdrawn: " + what, Tone::good) + " (epoch " + shown(json, "epoch") +
               "); no message that needs it leaves from now on\n";
    });
}

}  // namespace

std::vector<Command> consent_commands() {
    using enum OptionSpec::Count;
    return {
        {"consent record",
         "Record a consent from its YAML file",
         "casebridge consent record consent-2026-0113.yaml --reason \"signed form received\"",
         {{"FILE", "", "The consent; policies/library/examples/consents shows the form", required},
          {"--dry-run", "", "Check everything, record nothing", optional}},
         record},
        {"consent list",
         "Recorded consents, live and withdrawn",
         "casebridge consent list --case TH-2026-0113",
         {{"--case", "CASE", "Only this case", optional}},
         list},
        {"consent withdraw",
         "Withdraw a consent; it takes effect before the next message leaves",
         "casebridge consent withdraw TH-2026-0113 consent-1 --reason \"asked by telephone, caller verified\"",
         {{"CASE", "", "The case number", required},
          {"CONSENT", "", "The consent's id", required},
          {"--dry-run", "", "Check that it is there, change nothing", optional}},
         withdraw},
    };
}

}  // namespace casebridge::cli
