// casebridge witness: how the audit logs of partners stand to each other.
#include "daemon/cli/command.h"
#include "daemon/cli/terminal.h"
#include "daemon/files.h"
#include "daemon/fork_evidence.h"

namespace casebridge::cli {
namespace {

constexpr std::size_t kMaximumFileBytes = 1024 * 1024;

std::string head_of(Json const& json, std::string_view size, std::string_view at) {
    auto const leaves = shown(json, size);
    return leaves == "-" || leaves.empty() ? "-" : leaves + " leaves, " + local_time(json.text_or(at));
}

std::string render_show(Json const& json, Style const& style) {
    Facts facts;
    bool const may_send = shown(json, "may_send") == "yes";
    facts.add("log key", json.text_or("log_key").empty() ? "none" : json.text_or("log_key"));
    facts.add("witness key", json.text_or("witness_key").empty() ? "none" : json.text_or("witness_key"));
    facts.add("our log", shown(json, "size") + " leaves");
    facts.add("last cosigned", local_time(json.text_or("cosigned_at")));
    facts.add("case data may leave",
              may_send ? Cell{"yes", Tone::good} : Cell{"no [" + json.text_or("code") + "]", Tone::bad});
    if (!json.text_or("frozen").empty()) facts.add("frozen", {json.text_or("frozen_detail"), Tone::bad});
    Table table({"partner", "has cosigned of ours", "we have cosigned of its", "mirrored", "remark"});
    for (auto const& partner : items(json, "partners")) {
        bool const accused = shown(partner, "accused") == "yes";
        auto remark = accused ? std::string("evidence against its log") : partner.text_or("code");
        if (partner.text_or("witness_key").empty() || partner.text_or("log_key").empty())
            remark = "no keys of it: casebridge peer keys";
        table.row({{shown(partner, "node"), Tone::bold},
                   head_of(partner, "cosigned_size", "cosigned_at"),
                   head_of(partner, "witnessed_size", "witnessed_at"),
                   shown(partner, "mirrored"),
                   {remark, remark.empty() ? Tone::plain : Tone::warning}});
    }
    return facts.text(style) + "\n" + table.text(style);
}

ExitCode show(Invocation const& in) {
    return in.get("/v1/witness", {}, render_show);
}

std::string render_evidence(Json const& json, Style const& style) {
    if (items(json, "evidence").empty()) return "none\n";
    Table table({"number", "against", "kind", "found", "dealt with", "sha256"});
    for (auto const& each : items(json, "evidence"))
        table.row({shown(each, "number"),
                   {shown(each, "node"), Tone::bold},
                   shown(each, "kind"),
                   local_time(each.text_or("at")),
                   each.text_or("settled_at").empty() ? "no" : local_time(each.text_or("settled_at")),
                   shown(each, "sha256")});
    return table.text(style);
}

/// As others verify it, and nothing else: to be put into a file.
std::string render_document(Json const& json, Style const&) {
    return json.text_or("text") + "\n";
}

ExitCode evidence(Invocation const& in) {
    if (!in.has("NUMBER")) return in.get("/v1/witness/evidence", {{"limit", in.text("--limit")}}, render_evidence);
    return in.get("/v1/witness/evidence/" + percent_encoded(in.text("NUMBER")), {}, render_document);
}

Result<Json> verify_file(Invocation const& in) {
    ASSIGN_OR_RETURN(auto const key, NoteVerifier::parse(in.text("--key")));
    ASSIGN_OR_RETURN(auto const bytes, read_file(in.text("FILE"), kMaximumFileBytes));
    ASSIGN_OR_RETURN(auto const parsed, ForkEvidence::parse(to_text(bytes)));
    ASSIGN_OR_RETURN(auto const proven, verify_fork(parsed, key));
    return Json::object()
        .set("verified", parsed.kind())
        .set("origin", proven.smaller.origin)
        .set("size", proven.smaller.size)
        .set("root", proven.smaller.root.hex())
        .set("other_root", parsed.other_root ? Json(parsed.other_root->hex()) : Json())
        .set("larger_size", proven.larger.size)
        .set("larger_root", proven.larger.root.hex());
}

std::string render_verified(Json const& json, Style const& style) {
    Facts facts;
    auto const kind = json.text_or("verified");
    facts.add("proved", {kind == "branch"        ? "two keys followed one"
                         : kind == "retired_key" ? "a key was used after it was given up"
                                                 : "the log was rewritten",
                         Tone::bad});
    facts.add("log", shown(json, "origin"));
    facts.add("signed once", shown(json, "size") + " leaves, root " + shown(json, "root"));
    facts.add("signed also", shown(json, "larger_size") + " leaves, root " + shown(json, "larger_root"));
    if (kind == "fork")
        facts.add("which began with", shown(json, "size") + " leaves, root " + shown(json, "other_root"));
    return facts.text(style);
}

ExitCode verify(Invocation const& in) {
    auto const json = verify_file(in);
    if (!json) return in.fail(json.error());
    return in.show(*json, render_verified);
}

ExitCode settle(Invocation const& in) {
    auto body = Json::object();
    body.set("node", in.text("NODE"));
    return in.act("/v1/witness/settle", std::move(body), [](Json const& answer, Style const&) {
        return "settled; case data may go to " + printable(answer.text_or("node")) + " again\n";
    });
}

ExitCode round(Invocation const& in) {
    auto const client = in.officer();
    if (!client) return in.fail(client.error());
    return in.show(client->post("/v1/witness/round", Json::object()),
                   [](Json const&, Style const&) { return std::string("begun; casebridge witness show\n"); });
}

}  // namespace

std::vector<Command> witness_commands() {
    using enum OptionSpec::Count;
    return {
        {"witness show",
         "Who has cosigned our log, whose we have cosigned, and whether case data may leave",
         "casebridge witness show",
         {},
         show},
        {"witness round",
         "Ask every partner now, as it is done each minute anyway",
         "casebridge witness round",
         {},
         round},
        {"witness evidence",
         "Evidence that a partner's log was rewritten: the list, or one document to be kept and given away",
         "casebridge witness evidence 1 > fork.json",
         {{"NUMBER", "", "One of the list", optional}, {"--limit", "N", "At most so many (default 100)", optional}},
         evidence},
        {"witness verify",
         "Verify such a document, offline; exit 0 if it proves that the log was rewritten",
         "casebridge witness verify fork.json --key casebridge.internal/kh-mosvy/log+0123abcd+AY…",
         {{"FILE", "", "What `witness evidence NUMBER` printed", required},
          {"--key", "VKEY", "The log's verifier key, as its ministry gave it to you", required}},
         verify},
        {"witness settle",
         "What the evidence is about has been dealt with: case data may go to this partner again",
         "casebridge witness settle kh-mosvy --reason \"restored from a backup by mistake, new log key exchanged\"",
         {{"NODE", "", "The partner's node id", required}},
         settle},
    };
}

}  // namespace casebridge::cli
