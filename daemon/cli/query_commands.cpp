// casebridge query: questions to partners about a shared case, and partners' questions that wait for an officer's yes.
#include "crypto/digest.h"
#include "daemon/cli/command.h"
#include "daemon/cli/summary.h"
#include "policies/ids.h"
#include "policies/purpose.h"
#include "policies/release.h"

namespace casebridge::cli {
namespace {

Cell state_of(Json const& query) {
    auto const state = shown(query, "state");
    if (state == "answered") return {state, Tone::good};
    if (state == "no_information") return {"no information"};
    if (state == "refused") return {state + " " + shown(query, "code"), Tone::bad};
    if (state == "pending") return {"waits for an officer there", Tone::warning};
    return {query.text_or("code").empty() ? state : state + ", " + shown(query, "code"), Tone::warning};
}

std::string render_asked(Json const& json, Style const& style) {
    Facts facts;
    facts.add("query", {shown(json, "query"), Tone::bold});
    facts.add("to", shown_address(json, "to"));
    facts.add("purpose", shown(json, "purpose"));
    facts.add("known to both as", shown(json, "subject"));
    facts.add("about", shown(json, "about"));
    facts.add("state", state_of(json));
    facts.add("asked", local_time(json.text_or("asked_at")));
    if (json.text_or("state") == "pending") facts.add("answer due", local_time(json.text_or("answer_due_at")));
    facts.add("answered", local_time(json.text_or("answered_at")));
    facts.add("kept until", local_time(json.text_or("retain_until")));
    auto const* body = json.find("body");
    auto const state = shown(json, "state");
    auto text = facts.text(style);
    if (body != nullptr) text += "\n" + render_body(*body, style);
    if (state == "open" || state == "pending")
        text += "next: casebridge query again " + printable(shown(json, "query")) + " --reason …\n";
    if (auto const* told = json.find("told_before"); told != nullptr && *told == Json(false))
        text += style.paint("note", Tone::warning) +
                ": no message of this partner here names that reference; compare it with `inbox show`\n";
    return text;
}

/// A question that was refused, or could not be put, is no success.
ExitCode show_asked(Invocation const& in, std::string_view path, Json body) {
    auto const answer = in.post_as_act(path, std::move(body));
    auto const said = in.show(answer, render_asked);
    auto const* asked = std::get_if<Json>(&answer);
    if (said != ExitCode::ok || asked == nullptr) return said;
    auto const state = asked->text_or("state");
    return state == "refused" ? ExitCode::refused : state == "open" ? ExitCode::error : ExitCode::ok;
}

ExitCode ask(Invocation const& in) {
    auto const to = in.text("--to");
    auto const slash = to.find('/');
    auto const node = NodeId::parse(to.substr(0, slash));
    auto const office = parse_office(slash == std::string::npos ? "" : to.substr(slash + 1));
    if (!node || !office)
        return in.fail(usage_failure("usage.bad_recipient", "--to is node/office, e.g. th-msdhs/datip"));
    auto const purpose = parse_purpose(in.text("--purpose"));
    if (!purpose) return in.fail(unknown_purpose(in.text("--purpose")));
    auto const subject = SubjectReference::parse(in.text("SUBJECT"));
    if (!subject)
        return in.fail(usage_failure("usage.bad_subject",
                                     "SUBJECT is the reference of 32 hexadecimal characters that `inbox show` gives"));
    auto const about = parse_about(in.has("--about") ? in.text("--about") : "summary");
    if (!about) return in.fail(usage_failure(about.error().code, "--about is summary or status"));
    auto body = Json::object();
    body.set("node", node->text())
        .set("office", office->text())
        .set("purpose", to_text(*purpose))
        .set("subject", subject->text())
        .set("about", to_text(*about));
    if (in.has("--from")) body.set("from", in.text("--from"));
    return show_asked(in, "/v1/queries", std::move(body));
}

ExitCode again(Invocation const& in) {
    return show_asked(in, "/v1/queries/" + percent_encoded(in.text("QUERY")) + "/again", Json::object());
}

ExitCode show(Invocation const& in) {
    return in.get_as_act("/v1/queries/" + percent_encoded(in.text("QUERY")), {}, render_asked);
}

std::string render_list(Json const& json, Style const& style) {
    if (items(json, "queries").empty()) return "nothing was asked\n";
    Table table({"query", "to", "purpose", "about", "state", "asked"});
    for (auto const& query : items(json, "queries"))
        table.row({shown(query, "query"), shown_address(query, "to"), shown(query, "purpose"), shown(query, "about"),
                   state_of(query), local_time(query.text_or("asked_at"))});
    return table.text(style);
}

ExitCode list(Invocation const& in) {
    return in.get("/v1/queries", {{"limit", in.text("--limit")}}, render_list);
}

std::string render_waiting(Json const& json, Style const& style) {
    if (items(json, "queries").empty()) return "no partner's question waits\n";
    Table table({"query", "from", "for office", "purpose", "about", "received", "answered at", "decision"});
    for (auto const& query : items(json, "queries"))
        table.row({shown(query, "query"), shown_address(query, "from"), shown(query, "office"), shown(query, "purpose"),
                   shown(query, "about"), local_time(query.text_or("received_at")),
                   local_time(query.text_or("answer_at")), shown(query, "decision")});
    return table.text(style);
}

ExitCode waiting(Invocation const& in) {
    return in.get("/v1/queries/waiting", {{"limit", in.text("--limit")}}, render_waiting);
}

std::string render_preview(Json const& json, Style const& style) {
    Facts facts;
    facts.add("query", {shown(json, "query"), Tone::bold});
    facts.add("from", shown_address(json, "from"));
    facts.add("about", shown(json, "about") + " for " + shown(json, "purpose"));
    facts.add("case", shown(json, "case"));
    facts.add("answered at", local_time(json.text_or("answer_at")));
    auto text = facts.text(style) + "\n";
    if (auto const* known = json.find("known"); known == nullptr || !(*known == Json(true)))
        return text + "The reference is not one of ours: the answer will be `no information`.\n";
    if (auto const* denials = json.find("denials"); json.find("body") == nullptr)
        return text + style.paint("A yes would tell nothing.", Tone::bad) + "\n" +
               render_denials(denials == nullptr ? Json() : *denials, style);
    return text + style.paint("What a yes tells the partner", Tone::bold) + "\n" +
           render_body(*json.find("body"), style) + "\ndigest  " + printable(shown(json, "digest")) +
           "\nnext: casebridge query approve " + printable(shown(json, "query")) + " --digest " +
           printable(shown(json, "digest")) + " --reason …\n";
}

ExitCode preview(Invocation const& in) {
    return in.get_as_act("/v1/queries/waiting/" + percent_encoded(in.text("QUERY")), {}, render_preview);
}

std::string render_decision_taken(Json const& json, Style const&) {
    return "decided: " + shown(json, "decision") + "; the answer leaves when its time is over\n";
}

ExitCode approve(Invocation const& in) {
    if (!Digest::from_hex(in.text("--digest")))
        return in.fail(
            usage_failure("usage.bad_digest", "--digest is the 64 hexadecimal characters a preview ends with"));
    return in.act("/v1/queries/waiting/" + percent_encoded(in.text("QUERY")) + "/approve",
                  Json::object().set("digest", in.text("--digest")), render_decision_taken);
}

ExitCode refuse(Invocation const& in) {
    return in.act("/v1/queries/waiting/" + percent_encoded(in.text("QUERY")) + "/refuse", Json::object(),
                  render_decision_taken);
}

}  // namespace

std::vector<Command> query_commands() {
    using enum OptionSpec::Count;
    OptionSpec const limit{"--limit", "N", "At most so many, 1 to 1000 (default 50)", optional};
    OptionSpec const query{"QUERY", "", "The question's id", required};
    return {
        {"query ask",
         "Ask a partner about a case it has told of. An act.",
         "casebridge query ask 000102030405060708090a0b0c0d0eff --to th-msdhs/datip \\\n"
         "      --purpose return_and_handover --about status --reason \"is the date still right?\"",
         {{"SUBJECT", "", "The reference both know the person by (`inbox show`)", required},
          {"--to", "NODE/OFFICE", "The partner and the office in it", required},
          {"--from", "OFFICE",
           "The office of ours that asks (default: the one the partner's message about the case was for)", optional},
          {"--purpose", "PURPOSE", "e.g. return_and_handover, family_tracing, referral", required},
          {"--about", "WORD", "summary (default) or status", optional}},
         ask},
        {"query again",
         "Send the same question once more: after a failure, or when an officer there has had the time.",
         "casebridge query again 019a2b3c-4d5e-7f60-8192-a3b4c5d6e7f8 --reason \"the link was down\"",
         {query},
         again},
        {"query list", "Questions to partners, newest first", "casebridge query list", {limit}, list},
        {"query show",
         "A question and its answer. Reading it is an act and is logged.",
         "casebridge query show 019a2b3c-4d5e-7f60-8192-a3b4c5d6e7f8 --reason \"preparing the reception\"",
         {query},
         show},
        {"query waiting",
         "Partners' questions that wait for an officer's yes, the most urgent first",
         "casebridge query waiting",
         {limit},
         waiting},
        {"query preview",
         "What a yes to a waiting question would tell, and why. An act.",
         "casebridge query preview 019a2b3c-4d5e-7f60-8192-a3b4c5d6e7f8 --reason \"deciding on the question\"",
         {query},
         preview},
        {"query approve",
         "Say yes to exactly what was previewed. What has changed since then is not told.",
         "casebridge query approve 019a2b3c-4d5e-7f60-8192-a3b4c5d6e7f8 --digest 9f86d081… \\\n"
         "      --reason \"the reception depends on it\"",
         {query, {"--digest", "HEX", "The digest of the preview", required}},
         approve},
        {"query refuse",
         "Say no. The partner gets `no information`, as for a person nobody knows.",
         "casebridge query refuse 019a2b3c-4d5e-7f60-8192-a3b4c5d6e7f8 --reason \"the purpose is not served by it\"",
         {query},
         refuse},
    };
}

}  // namespace casebridge::cli
