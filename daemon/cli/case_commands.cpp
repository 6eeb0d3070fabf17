// casebridge case list, show, changed, hint: the ministry's own cases, read from the national database.
#include "daemon/cli/command.h"

namespace casebridge::cli {
namespace {

std::string render_list(Json const& json, Style const& style) {
    Table table({"case", "citizenship", "status", "age"});
    for (auto const& each : items(json, "cases"))
        table.row({{shown(each, "case"), Tone::bold},
                   shown(each, "citizenship"),
                   shown(each, "trafficking_status"),
                   shown(each, "age_band")});
    auto out = table.empty() ? "no cases\n" : table.text(style);
    if (auto const unreadable = shown(json, "unreadable"); unreadable != "0" && unreadable != "-")
        out += style.paint(unreadable + " cases could not be read; the daemon's log says why", Tone::warning) + "\n";
    if (shown(json, "more") == "yes" && !items(json, "cases").empty())
        out += "more: casebridge case list --after '" + printable(shown(items(json, "cases").back(), "case")) + "'\n";
    return out;
}

ExitCode list(Invocation const& in) {
    return in.get("/v1/cases", {{"after", in.text("--after")}, {"limit", in.text("--limit")}}, render_list);
}

void add_values(Table& table, std::string const& prefix, Json::Array const& fields) {
    for (auto const& field : fields) table.row({prefix + shown(field, "label"), shown(field, "value")});
}

std::string state_of(Json const& disclosure) {
    auto const state = shown(disclosure, "state");
    if (!disclosure.text_or("erased_at").empty()) return state + ", destroyed there";
    if (!disclosure.text_or("withdrawn_by").empty()) return state + ", to be destroyed there";
    return disclosure.text_or("replaced_by").empty() ? state : state + ", replaced";
}

std::string render_disclosures(Json const& json, Style const& style) {
    if (items(json, "disclosures").empty()) return "Nothing about this case has been told to anyone.\n";
    Table table({"told to", "purpose", "state", "prepared", "message"});
    for (auto const& disclosure : items(json, "disclosures"))
        table.row({shown(disclosure, "node") + "/" + shown(disclosure, "office"), shown(disclosure, "purpose"),
                   state_of(disclosure), local_time(disclosure.text_or("prepared_at")), shown(disclosure, "message")});
    return style.paint("Disclosures", Tone::bold) + "\n" + table.text(style);
}

std::string render_case(Json const& json, Style const& style) {
    Table table({"field", "value"});
    add_values(table, "", items(json, "fields"));
    std::map<std::string, int> counts;
    for (auto const& group : items(json, "groups")) {
        auto const name = shown(group, "group");
        add_values(table, name + " " + std::to_string(++counts[name]) + ": ", items(group, "fields"));
    }
    return style.paint("Case " + printable(shown(json, "case")), Tone::bold) + "\n" + table.text(style) + "\n" +
           render_disclosures(json, style);
}

ExitCode show_case(Invocation const& in) {
    return in.get_as_act("/v1/cases/show", {{"case", in.text("CASE")}}, render_case);
}

std::string render_changed(Json const& json, Style const& style) {
    Table table({"case", "state", "told to", "purpose", "told", "noticed", "message"});
    for (auto const& each : items(json, "disclosures"))
        table.row({{shown(each, "case"), Tone::bold},
                   {shown(each, "state"), Tone::warning},
                   shown(each, "node") + "/" + shown(each, "office"),
                   shown(each, "purpose"),
                   local_time(each.text_or("told_at")),
                   local_time(each.text_or("noticed_at")),
                   shown(each, "message")});
    auto const read_last = json.text_or("read_last_at"), code = json.text_or("code");
    auto text = table.empty() ? "Nothing that was told has changed since, as far as is known.\n" : table.text(style);
    text += "The national database was read last: " + (read_last.empty() ? "not yet" : local_time(read_last)) + "\n";
    if (!code.empty())
        text += style.paint("The last reading failed [" + printable(code) + "]", Tone::bad) +
                "; `casebridge doctor` tries it.\n";
    return text;
}

ExitCode list_changed(Invocation const& in) {
    return in.get("/v1/cases/changed", {{"limit", in.text("--limit")}}, render_changed);
}

ExitCode hint(Invocation const& in) {
    auto const client = in.officer();
    if (!client) return in.fail(client.error());
    auto body = Json::object();
    if (in.has("CASE")) body.set("case", in.text("CASE"));
    return in.show(client->post("/v1/cases/hint", body),
                   [](Json const&, Style const&) { return std::string("The national database is read again.\n"); });
}

}  // namespace

std::vector<Command> case_commands() {
    using enum OptionSpec::Count;
    return {
        {"case list",
         "Cases of the national database",
         "casebridge case list --limit 20",
         {{"--after", "CASE", "Go on after this case number", optional},
          {"--limit", "N", "At most so many, 1 to 1000 (default 50)", optional}},
         list},
        {"case show",
         "One case as the national database has it, and who was told what. An act.",
         "casebridge case show TH-2026-0113 --reason \"preparing the return\"",
         {{"CASE", "", "The case number", required}},
         show_case},
        {"case changed",
         "What partners were told and what has changed, or gone, in the national database since",
         "casebridge case changed --limit 20",
         {{"--limit", "N", "At most so many, 1 to 1000 (default 50)", optional}},
         list_changed},
        {"case hint",
         "Have the national database read again soon, e.g. from a webhook's receiver",
         "casebridge case hint TH-2026-0113",
         {{"CASE", "", "The case that may have changed; left out: any", optional}},
         hint},
    };
}

}  // namespace casebridge::cli
