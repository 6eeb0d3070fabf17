// casebridge case update: brings partners up to date about a case; what each of them would see, before and after.
#include "daemon/cli/command.h"
#include "daemon/cli/summary.h"
#include "daemon/cli/terminal.h"
#include "policies/ids.h"

#include <iostream>

namespace casebridge::cli {
namespace {

Cell what_becomes(Json const& update) {
    auto const what = update.text_or("what");
    if (what == "up_to_date") return {"is up to date", Tone::good};
    if (what == "replacement") return {"is told anew", Tone::warning};
    if (what == "retraction") return {"destroys what it was told: " + shown(update, "code"), Tone::bad};
    return {"cannot be decided: " + shown(update, "code"), Tone::bad};
}

std::string render_one(Json const& update, Style const& style) {
    Facts facts;
    facts.add("partner", {shown_address(update, "to"), Tone::bold});
    facts.add("purpose", shown(update, "purpose"));
    facts.add("told in", shown(update, "messages") + " messages or answers");
    facts.add("from now on it", what_becomes(update));
    if (auto const* changes = update.find("changes"); changes != nullptr) {
        facts.add("told for the first time", shown(*changes, "added"));
        facts.add("told otherwise", shown(*changes, "changed"));
        facts.add("no longer told", shown(*changes, "removed"));
    }
    auto text = facts.text(style);
    auto const* before = update.find("before");
    auto const* after = update.find("after");
    if (before != nullptr) text += "\n" + style.paint("Before", Tone::bold) + "\n" + render_body(*before, style);
    if (before == nullptr) text += "\nWhat it was told before was not kept here.\n";
    if (after != nullptr) text += "\n" + style.paint("After", Tone::bold) + "\n" + render_body(*after, style);
    return text + "\n";
}

std::string render_preview(Json const& json, Style const& style) {
    if (items(json, "updates").empty()) return "No partner holds anything that was told of this case.\n";
    std::string text;
    for (auto const& update : items(json, "updates")) text += render_one(update, style);
    return text;
}

std::string render_done(Json const& json, Style const& style) {
    Table table({"partner", "purpose", "", "message", "failed"});
    for (auto const& update : items(json, "updates"))
        table.row({{shown_address(update, "to"), Tone::bold},
                   shown(update, "purpose"),
                   what_becomes(update),
                   shown(update, "message"),
                   {update.text_or("failed").empty() ? "-" : shown(update, "failed"), Tone::bad}});
    return table.empty() ? "No partner holds anything that was told of this case.\n" : table.text(style);
}

bool changes_anything(Json const& preview) {
    for (auto const& update : items(preview, "updates")) {
        auto const what = update.text_or("what");
        if (what == "replacement" || what == "retraction") return true;
    }
    return false;
}

ExitCode update(Invocation const& in) {
    if (in.has("--to") && !NodeId::parse(in.text("--to")))
        return in.fail(usage_failure("usage.bad_recipient", "--to is a node, e.g. kh-mosvy"));
    auto const reason = in.reason();
    if (auto const* failure = std::get_if<Failure>(&reason)) return in.fail(*failure);
    auto const client = in.officer();
    if (!client) return in.fail(client.error());
    auto body = Json::object();
    body.set("case", in.text("CASE")).set("reason", std::get<std::string>(reason));
    if (in.has("--to")) body.set("node", in.text("--to"));
    auto asking = body;
    auto const preview = client->post("/v1/cases/update", asking.set("dry_run", true));
    if (auto const* failure = std::get_if<Failure>(&preview)) return in.fail(*failure);
    auto const& shown_first = std::get<Json>(preview);
    if (in.dry_run() || !changes_anything(shown_first)) return in.show(shown_first, render_preview);
    // With --json standard output holds the answer to the update and nothing else.
    (in.json() ? std::cerr : std::cout) << render_preview(shown_first, in.json() ? Style{} : output_style())
                                        << std::flush;
    if (!in.has("--yes")) {
        if (!can_ask()) return in.fail(usage_failure("usage.not_confirmed", "there is nobody to ask; give --yes"));
        if (!confirm("Tell them exactly this?"))
            return in.fail(Failure{ExitCode::error, "update.not_confirmed", "nobody was told", Json()});
    }
    body.set("digest", shown_first.text_or("digest"));
    return in.show(client->post("/v1/cases/update", body), render_done);
}

}  // namespace

std::vector<Command> update_commands() {
    using enum OptionSpec::Count;
    return {
        {"case update",
         "Tell partners what has changed since they were told: what each would see, before and after; then it is sent, "
         "and they destroy the old. An act.",
         "casebridge case update TH-2026-0113 --reason \"the name was corrected\"",
         {{"CASE", "", "The case number", required},
          {"--to", "NODE", "Only this partner", optional},
          {"--dry-run", "", "Show it, tell nobody", optional},
          {"--yes", "", "Do not ask", optional}},
         update},
    };
}

}  // namespace casebridge::cli
