// casebridge recover: an older store was restored, and partners bring it forward.
#include "daemon/cli/command.h"
#include "daemon/cli/progress.h"
#include "daemon/cli/terminal.h"

#include <charconv>
#include <thread>

namespace casebridge::cli {
namespace {

constexpr int kDefaultWait = 60;
constexpr std::chrono::milliseconds kGlance{500};

std::string render_plan(Json const& json, Style const& style) {
    Facts facts;
    bool const dry_run = shown(json, "dry_run") == "yes";
    facts.add(
        dry_run ? "would be brought forward" : "brought forward",
        {"to " + shown(json, "head") + " leaves, with what " + shown(json, "from") + " has mirrored", Tone::good});
    facts.add("both have", shown(json, "common") + " leaves, until " + local_time(json.text_or("since")));
    facts.add("of our own, behind them", shown(json, "moved") + " leaves");
    return facts.text(style);
}

std::string render_told(Json const& json, Style const& style) {
    Facts facts;
    auto const& waiting = items(json, "waiting");
    facts.add("still to be asked",
              waiting.empty() ? Cell{"nobody", Tone::good} : Cell{shown(json, "waiting"), Tone::warning});
    facts.add("consents withdrawn again", shown(json, "withdrawals"));
    facts.add("told before, in the register again", shown(json, "register"));
    bool const unknown = shown(json, "unknown") != "0";
    facts.add("about persons not known here", {shown(json, "unknown"), unknown ? Tone::warning : Tone::plain});
    facts.add("partners send once more", shown(json, "sent_again"));
    auto out = facts.text(style);
    if (!waiting.empty())
        out += style.paint(
                   "No case data leaves until they were asked. They are, as soon as they are reached; if one is "
                   "gone for good: casebridge recover --without NODE.",
                   Tone::warning) +
               "\n";
    auto const& withdrawals = items(json, "unknown_withdrawals");
    if (withdrawals.empty()) return out;
    Table table({"withdrawn", "partner", "their reference", "purpose"});
    for (auto const& each : withdrawals)
        table.row(
            {local_time(each.text_or("sent_at")), shown(each, "peer"), shown(each, "subject"), shown(each, "purpose")});
    return out + table.text(style) +
           style.paint(
               "This store has forgotten who they are, and no case data leaves until they are found: look into "
               "the papers, ask the partners, withdraw each again (casebridge consent withdraw), then: "
               "casebridge recover --withdrawn-again --reason \"…\".",
               Tone::warning) +
           "\n";
}

/// Until every partner was asked, or the time is over.
ExitCode wait_for_partners(Invocation const& in, OfficerClient const& client, int seconds) {
    using Clock = std::chrono::steady_clock;
    auto const end = Clock::now() + std::chrono::seconds(seconds);
    Progress progress(!in.json() && can_ask());
    std::uint64_t total = 0;
    for (;;) {
        auto const answer = client.get("/v1/recovery");
        auto const* const json = std::get_if<Json>(&answer);
        auto const left = json == nullptr ? 0 : items(*json, "waiting").size();
        total = std::max<std::uint64_t>(total, left);
        if (left == 0 || Clock::now() >= end) return in.show(answer, render_told);
        progress.at("partners", total - left, total);
        std::this_thread::sleep_for(kGlance);
    }
}

Result<int> seconds_of(Invocation const& in) {
    if (!in.has("--wait")) return kDefaultWait;
    auto const text = in.text("--wait");
    int seconds = 0;
    auto const read = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size() || seconds < 0 || seconds > 3600)
        return Error{ErrorKind::invalid, "usage.bad_number", "--wait: whole seconds from 0 to 3600"};
    return seconds;
}

ExitCode recover(Invocation const& in) {
    auto const seconds = seconds_of(in);
    if (!seconds) return in.fail(usage_failure(seconds.error().code, seconds.error().detail));
    if (in.has("--without"))
        return in.act("/v1/recovery/skip", Json::object().set("node", in.text("--without")), render_told);
    if (in.has("--show")) return in.get("/v1/recovery", {}, render_told);
    if (in.has("--withdrawn-again")) return in.act("/v1/recovery/attest", Json::object(), render_told);
    auto const begun = in.act("/v1/recovery", Json::object(), render_plan);
    if (begun != ExitCode::ok || in.dry_run()) return begun;
    auto const client = in.officer();
    if (!client) return in.fail(client.error());
    return wait_for_partners(in, *client, *seconds);
}

}  // namespace

std::vector<Command> recover_commands() {
    using enum OptionSpec::Count;
    return {
        {"recover",
         "Bring a store forward that was restored from an older state: partners give back what they know of it",
         "casebridge recover --dry-run && casebridge recover --reason \"restored the backup of 27 November\"",
         {{"--show", "", "Only say whom it still waits for, and what partners told", optional},
          {"--without", "NODE", "Do not wait for this partner: it is gone, or knows nothing", optional},
          {"--withdrawn-again", "", "Every withdrawal for a forgotten person has been recorded again", optional},
          {"--wait", "SECONDS", "How long to wait for partners' answers (default 60)", optional},
          {"--dry-run", "", "Only say how far", optional}},
         recover},
    };
}

}  // namespace casebridge::cli
