// casebridge status, health, clock, staging, log, reload.
#include "crypto/time.h"
#include "daemon/cli/command.h"

namespace casebridge::cli {
namespace {

Json const& member(Json const& json, std::string_view key) {
    static Json const none = Json::object();
    auto const* found = json.find(key);
    return found == nullptr || found->as_object() == nullptr ? none : *found;
}

Tone tone_of(std::string const& state) {
    if (state == "up") return Tone::good;
    return state == "degraded" ? Tone::warning : Tone::bad;
}

std::string render_health(Json const& json, Style const& style) {
    Table table({"check", "state", "code", "what to do"});
    for (auto const& check : items(json, "checks")) {
        auto const state = shown(check, "state");
        auto const detail = check.text_or("detail");
        auto const remedy = check.text_or("remedy");
        table.row(
            {shown(check, "name"),
             {state, tone_of(state)},
             shown(check, "code"),
             remedy + (remedy.empty() || detail.empty() ? "" : " ") + (detail.empty() ? "" : "(" + detail + ")")});
    }
    auto const state = shown(json, "state");
    return style.paint(state, tone_of(state)) + ", " + local_time(json.text_or("at")) + "\n" + table.text(style);
}

/// "degraded: disk [store.reserve_reached]"
std::string short_health(Json const& health) {
    auto text = shown(health, "state");
    for (auto const& check : items(health, "checks"))
        if (!check.text_or("code").empty()) text += ", " + shown(check, "name") + " [" + shown(check, "code") + "]";
    return text;
}

/// A line for each staging table that is configured or still holds something.
void add_staging(Facts& facts, Json const& staging) {
    for (auto const& place : items(staging, "places")) {
        bool const configured = shown(place, "configured") == "yes";
        auto text = shown(place, "written") + " written, " + shown(place, "listed") + " to write, " +
                    shown(place, "to_remove") + " to remove, " + shown(place, "refused") + " refused";
        auto const code = staging.text_or("code");
        if (configured && !code.empty()) text += " [" + code + "]";
        if (!configured) text += ", no longer configured: " + place.text_or("place");
        bool const wanting = (configured && !code.empty()) || shown(place, "refused") != "0" ||
                             (!configured && shown(place, "to_remove") != "0");
        facts.add("staging table", {text, wanting ? Tone::warning : Tone::plain});
    }
}

std::string render_status(Json const& json, Style const& style) {
    auto const &outbox = member(json, "outbox"), &source = member(json, "case_source");
    Facts facts;
    facts.add("node", {shown(json, "node") + " (" + shown(json, "kind") + ")", Tone::bold});
    facts.add("version", shown(json, "version") + ", schema " + shown(json, "schema"));
    facts.add("time", local_time(json.text_or("time")));
    auto const& health = member(json, "health");
    facts.add("health", {short_health(health), tone_of(shown(health, "state"))});
    bool const readable = shown(source, "readable") == "yes";
    facts.add("national database", readable ? Cell{"readable", Tone::good}
                                            : Cell{"not readable [" + shown(source, "code") + "]", Tone::warning});
    auto const& watch = member(json, "case_watch");
    bool const outdated = shown(watch, "changed") != "0" || shown(watch, "vanished") != "0";
    auto told = shown(watch, "watched") + " shared, " + shown(watch, "changed") + " changed, " +
                shown(watch, "vanished") + " vanished since";
    if (!watch.text_or("code").empty()) told += " [" + watch.text_or("code") + "]";
    auto const& sweep = member(watch, "sweep");
    if (shown(sweep, "running") == "yes") {
        told += "; looking at all: " + shown(sweep, "done") + " of " + shown(sweep, "total") + ", " +
                shown(sweep, "per_second") + "/s, " + shown(sweep, "remaining_seconds") + " s left";
    }
    facts.add("cases", {told, outdated ? Tone::warning : Tone::plain});
    facts.add("partners", shown(json, "peers"));
    facts.add("agreements, policies", shown(json, "agreements") + ", " + shown(json, "policies"));
    bool const dead = shown(outbox, "dead") != "0";
    facts.add("outbox", {shown(outbox, "queued") + " queued, " + shown(outbox, "delivered") + " delivered, " +
                             shown(outbox, "dead") + " dead",
                         dead ? Tone::warning : Tone::plain});
    if (!outbox.text_or("oldest_queued").empty())
        facts.add("oldest queued", local_time(outbox.text_or("oldest_queued")));
    facts.add("inbox", shown(json, "inbox"));
    add_staging(facts, member(json, "staging"));
    facts.add("log", shown(member(json, "log"), "size") + " leaves, root " + shown(member(json, "log"), "root"));
    auto const log_key = member(json, "identity").text_or("log_key");
    facts.add("log key",
              log_key.empty() ? Cell{"none: casebridge identity add-log-key", Tone::warning} : Cell{log_key});
    auto const& witnesses = member(json, "witnesses");
    bool const may_send = shown(witnesses, "may_send") == "yes";
    auto cosigned = shown(witnesses, "cosigning") + " of " + shown(witnesses, "partners") +
                    " partners have cosigned it, last " + local_time(witnesses.text_or("cosigned_at"));
    if (!may_send) cosigned += "; no case data leaves [" + witnesses.text_or("code") + "]";
    facts.add("witnesses", {cosigned, may_send ? Tone::plain : Tone::bad});
    auto const& list = member(member(json, "identity"), "revocation_list");
    facts.add("revocation list", list.as_object() == nullptr ? Cell{"none: casebridge identity crl", Tone::dim}
                                                             : Cell{"until " + local_time(list.text_or("next_update")) +
                                                                    ", " + shown(list, "revoked") + " revoked"});
    auto const groups = member(json, "identity").text_or("tls_groups");
    facts.add("TLS groups",
              groups + (groups.find("MLKEM") == std::string::npos ? "  (no ML-KEM: OpenSSL before 3.5)" : ""));
    facts.add("root fingerprint", shown(member(json, "identity"), "root_fingerprint"));
    for (auto const* role : {"tls", "signing", "encryption"})
        facts.add(std::string(role) + " certificate",
                  "until " + local_time(member(member(json, "identity"), role).text_or("not_after")));
    return facts.text(style);
}

ExitCode status(Invocation const& in) {
    return in.get("/v1/status", {}, render_status);
}

ExitCode health(Invocation const& in) {
    auto const client = in.officer();
    if (!client) return in.fail(client.error());
    auto const answer = client->get("/v1/health");
    auto const said = in.show(answer, render_health);
    auto const* report = std::get_if<Json>(&answer);
    if (said != ExitCode::ok || report == nullptr) return said;
    return report->text_or("state") == "up" ? ExitCode::ok : ExitCode::error;
}

std::string render_log(Json const& json, Style const& style) {
    Table table({"leaf", "when", "what", "who", "facts"});
    for (auto const& leaf : items(json, "leaves")) {
        auto const data = parse_json(leaf.text_or("data"));
        if (!data || data->as_object() == nullptr) {
            table.row({shown(leaf, "index"), "-", "-", "-", shown(leaf, "data")});
            continue;
        }
        auto const& actor = member(*data, "actor");
        std::string facts;
        for (auto const& [key, value] : *member(*data, "facts").as_object())
            facts += (facts.empty() ? "" : ", ") + key + "=" + shown(&value);
        table.row({shown(leaf, "index"),
                   local_time(data->text_or("at")),
                   {shown(*data, "kind"), Tone::bold},
                   shown(actor, "officer") + " (" + shown(actor, "role") + ")",
                   facts});
    }
    auto const& head = member(json, "head");
    return table.text(style) + "head: " + shown(head, "size") + " leaves, root " + shown(head, "root") + "\n";
}

ExitCode log(Invocation const& in) {
    return in.get("/v1/log", {{"from", in.text("--from")}, {"limit", in.text("--limit")}}, render_log);
}

ExitCode confirm_clock(Invocation const& in) {
    if (!parse_rfc3339(in.text("--time")))
        return in.fail(usage_failure("usage.bad_time", "--time is UTC as 2026-11-25T09:30:00Z"));
    return in.act("/v1/clock/confirm", Json::object().set("time", in.text("--time")),
                  [](Json const& json, Style const&) {
                      return "relied on again, at " + local_time(json.text_or("time")) + "\n";
                  });
}

ExitCode staging_cleared(Invocation const& in) {
    return in.act("/v1/staging/cleared", Json::object().set("place", in.text("--place")),
                  [](Json const& json, Style const&) {
                      return "no longer counted there: " + shown(json, "rows") + " summaries\n";
                  });
}

ExitCode reload(Invocation const& in) {
    auto const client = in.officer();
    if (!client) return in.fail(client.error());
    return in.show(client->post("/v1/reload", Json::object()), [](Json const& json, Style const&) {
        return "reloaded; agreements and policies are now " + shown(json, "version").substr(0, 16) + "\n";
    });
}

}  // namespace

std::vector<Command> status_commands() {
    using enum OptionSpec::Count;
    return {
        {"status", "The daemon at a glance", "casebridge status --json", {}, status},
        {"health",
         "Whether store, keys, clock, certificates, outbox and disk do their work; exit 0 up, 1 degraded or down",
         "casebridge health --json",
         {},
         health},
        {"clock confirm",
         "Say that the machine's clock is right although it was set (clock.jumped), so that messages go on",
         "casebridge clock confirm --time 2026-11-25T09:30:00Z --reason \"set by hand after the battery failed\"",
         {{"--time", "TIME", "What time it is by another clock, UTC", required}},
         confirm_clock},
        {"staging cleared",
         "Say that nothing of ours is in a staging table that is no longer configured (dropped, or its rows deleted)",
         "casebridge staging cleared --place \"postgresql db:5432/national table casebridge_received\" "
         "--reason \"the table was dropped on 3 March\"",
         {{"--place", "PLACE", "Which table, as `casebridge status` names it", required}},
         staging_cleared},
        {"log",
         "The audit log's retained facts, without personal data",
         "casebridge log --from 100 --limit 20",
         {{"--from", "N", "First leaf (default 0)", optional},
          {"--limit", "N", "At most so many, 1 to 1000 (default 100)", optional}},
         log},
        {"reload",
         "Load agreements and policies anew; nothing changes if any file is wrong",
         "casebridge reload",
         {},
         reload},
    };
}

}  // namespace casebridge::cli
