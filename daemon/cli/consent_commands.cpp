// casebridge consent: what the person has agreed to, and has taken back.
#include "daemon/cli/command.h"
#include "daemon/cli/summary.h"
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
        auto text = in.dry_run() ? "would withdraw " + what + "; nothing was changed\n"
                                 : style.paint("withdrawn: " + what, Tone::good) + " (epoch " + shown(json, "epoch") +
                                       "); no message that needs it leaves from now on\n";
        for (auto const& told : items(json, "told"))
            text += (in.dry_run() ? "  would tell " : "  tells ") + printable(shown_address(told, "to")) +
                    " to destroy what it was told: " + shown(told, "messages") + " messages or answers\n";
        if (items(json, "told").empty()) text += "  nobody was told anything that rests on it\n";
        return in.dry_run() ? text : text + "next: casebridge consent withdrawals\n";
    });
}

std::string render_withdrawals(Json const& json, Style const& style) {
    Table table({"duty", "what", "to", "purpose", "known there as", "owed since", "state", "they say"});
    for (auto const& duty : items(json, "duties")) {
        auto const state = shown(duty, "state");
        bool const withdrawal = duty.text_or("type") != "erasure_receipt";
        bool const done = state == "answered" || (state == "delivered" && !withdrawal);
        auto const* erased = duty.find("erased");
        table.row({shown(duty, "duty"),
                   withdrawal ? shown(duty, "type") : "erasure receipt",
                   shown_address(duty, "to"),
                   shown(duty, "purpose"),
                   shown(duty, "subject"),
                   local_time(duty.text_or("owed_at")),
                   {state == "delivered" && withdrawal ? "waits for their erasure receipt" : state,
                    done                  ? Tone::good
                    : state == "rejected" ? Tone::bad
                                          : Tone::warning},
                   erased == nullptr ? shown(duty, "code") : erased_text(*erased)});
    }
    return table.empty() ? "nothing was withdrawn or retracted that somebody had been told\n" : table.text(style);
}

ExitCode withdrawals(Invocation const& in) {
    return in.get("/v1/duties", {{"limit", in.text("--limit")}}, render_withdrawals);
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
         "Withdraw a consent, before the next message leaves; whoever was told is told to destroy it",
         "casebridge consent withdraw TH-2026-0113 consent-1 --reason \"asked by telephone, caller verified\"",
         {{"CASE", "", "The case number", required},
          {"CONSENT", "", "The consent's id", required},
          {"--dry-run", "", "Say who would be told, change nothing", optional}},
         withdraw},
        {"consent withdrawals",
         "Withdrawals and retractions sent to partners and received from them, and what was destroyed where",
         "casebridge consent withdrawals",
         {{"--limit", "N", "At most so many, 1 to 1000 (default 50)", optional}},
         withdrawals},
    };
}

}  // namespace casebridge::cli
