// casebridge procedure: what ministries do together, step by step: open one, see where it stands, take the next step.
#include "crypto/digest.h"
#include "daemon/cli/command.h"
#include "daemon/cli/step_fields.h"
#include "daemon/cli/summary.h"
#include "daemon/cli/terminal.h"
#include "policies/ids.h"
#include "policies/procedure/table.h"

#include <iostream>

namespace casebridge::cli {
namespace {

std::string spaced(std::string text) {
    for (auto& c : text)
        if (c == '_') c = ' ';
    return text;
}

bool is_true(Json const& json, std::string_view key) {
    auto const* const value = json.find(key);
    return value != nullptr && *value == Json(true);
}

Cell awaited_cell(Json const& procedure) {
    auto const* const awaited = procedure.find("awaited");
    if (awaited == nullptr) return {"nobody", Tone::dim};
    auto const who = is_true(*awaited, "us") ? std::string("us") : "them";
    auto const state = awaited->text_or("state");
    auto text = who + ": " + spaced(shown(*awaited, "for"));
    if (!awaited->text_or("error").empty()) return {text + ", no due date: " + shown(*awaited, "error"), Tone::warning};
    if (state == "overdue") return {text + ", overdue since " + local_time(awaited->text_or("due")), Tone::bad};
    if (state == "expired") return {text + ", expired", Tone::dim};
    return {text + " by " + local_time(awaited->text_or("due")),
            state == "reminder" && who == "us" ? Tone::warning : Tone::plain};
}

std::string render_list(Json const& json, Style const& style) {
    if (items(json, "procedures").empty()) return "no procedures\n";
    Table table({"procedure", "kind", "with", "stands at", "waits for", "new"});
    for (auto const& each : items(json, "procedures"))
        table.row({shown(each, "procedure"), spaced(shown(each, "kind")), shown_address(each, "with"),
                   spaced(shown(each, "stage")), awaited_cell(each), is_true(each, "unread") ? "new" : ""});
    auto text = table.text(style);
    if (json.find("next") != nullptr) text += "more: --after " + printable(shown(json, "next")) + "\n";
    return text;
}

std::string fields_text(Json const& fields) {
    std::string text;
    if (fields.as_object() == nullptr) return text;
    for (auto const& [name, value] : *fields.as_object()) {
        if (!text.empty()) text += "; ";
        if (value.as_bool() != nullptr)
            text += spaced(name) + ": " + (*value.as_bool() ? "yes" : "no");
        else if (value.as_object() != nullptr)
            text += spaced(name) + ": {" + fields_text(value) + "}";
        else
            text += spaced(name) + ": " + shown(&value);
    }
    return text;
}

std::string state_text(Json const& step) {
    auto text = shown(step, "state");
    if (auto const code = step.text_or("code"); !code.empty()) text += ", no effect: " + code;
    return text;
}

std::string render_shown(Json const& json, Style const& style) {
    Facts facts;
    facts.add("procedure", {shown(json, "procedure"), Tone::bold});
    facts.add("kind", spaced(shown(json, "kind")));
    facts.add("with", shown_address(json, "with"));
    facts.add("we are the", shown(json, "side"));
    facts.add("known to both as", shown(json, "subject"));
    facts.add("our case", shown(json, "case"));
    facts.add("stands at", {spaced(shown(json, "stage")), Tone::bold});
    facts.add("waits for", awaited_cell(json));
    facts.add("opened", local_time(json.text_or("opened_at")));
    if (auto const* const reports = json.find("reports"))
        facts.add("reports", shown(*reports, "done") + " of " + shown(*reports, "of"));
    if (auto const* const decided = json.find("decided"))
        facts.add("decided", spaced(shown(*decided, "step")) + ", leaves " + local_time(decided->text_or("leaves_at")));
    if (!json.text_or("erased_at").empty()) facts.add("erased", local_time(json.text_or("erased_at")));
    auto text = facts.text(style) + "\n";
    Table table({"no.", "by", "step", "sent", "state", "says"});
    for (auto const& step : items(json, "history")) {
        auto const* const fields = step.find("fields");
        table.row({shown(step, "number"), is_true(step, "us") ? "us" : "them", spaced(shown(step, "step")),
                   local_time(step.text_or("sent_at")), state_text(step),
                   fields == nullptr ? "-" : fields_text(*fields)});
    }
    text += table.text(style);
    if (!items(json, "may").empty()) text += "\nwe may: " + printable(shown(json.find("may"))) + "\n";
    return text;
}

std::string render_preview(Json const& json, Style const& style) {
    Facts facts;
    facts.add("to", shown_address(json, "to"));
    facts.add("step", {spaced(shown(json, "kind")) + ": " + spaced(shown(json, "step")), Tone::bold});
    auto const* const fields = json.find("fields");
    facts.add("says", fields == nullptr ? "-" : fields_text(*fields));
    if (!json.text_or("leaves_at").empty())
        facts.add("leaves", local_time(json.text_or("leaves_at")) + ", as every answer of this kind does");
    facts.add("digest", shown(json, "digest"));
    auto text = style.paint("What the partner gets", Tone::bold) + "\n" + facts.text(style);
    auto const* const summary = json.find("summary");
    if (!is_true(json, "allowed")) {
        auto const* const denials = summary == nullptr ? nullptr : summary->find("denials");
        return style.paint("Refused: nothing may be told.", Tone::bad) + "\n" +
               render_denials(denials == nullptr ? Json() : *denials, style);
    }
    if (summary == nullptr || summary->find("body") == nullptr) return text + "no case summary goes with it\n";
    return text + "\n" + style.paint("and this case summary", Tone::bold) + "\n" +
           render_body(*summary->find("body"), style);
}

std::string render_sent(Json const& json, Style const& style) {
    Facts facts;
    facts.add("procedure", {shown(json, "procedure"), Tone::bold});
    if (!json.text_or("leaves_at").empty())
        facts.add("decided",
                  {"leaves " + local_time(json.text_or("leaves_at")) + "; can be replaced until then", Tone::good});
    else
        facts.add("queued", {"message " + shown(json, "message"), Tone::good});
    if (json.find("summary") != nullptr) facts.add("with the summary", shown(json, "summary"));
    return facts.text(style) + "next: casebridge procedure show " + printable(shown(json, "procedure")) +
           " --reason …\n";
}

/// Previews, shows, asks and sends.
ExitCode take(Invocation const& in, std::string const& path, std::string const& preview_path, Json body) {
    auto const reason = in.reason();
    if (auto const* failure = std::get_if<Failure>(&reason)) return in.fail(*failure);
    body.set("reason", std::get<std::string>(reason));
    if (in.has("--summary") && in.has("--no-summary"))
        return in.fail(usage_failure("usage.contradiction", "--summary and --no-summary"));
    if (in.has("--summary") || in.has("--no-summary")) body.set("with_summary", in.has("--summary"));
    auto const client = in.officer();
    if (!client) return in.fail(client.error());
    auto const previewed = client->post(preview_path, body);
    auto const* const preview = std::get_if<Json>(&previewed);
    if (preview == nullptr || in.dry_run()) {
        auto const exit = in.show(previewed, render_preview);
        return preview == nullptr || is_true(*preview, "allowed") ? exit : ExitCode::refused;
    }
    if (!is_true(*preview, "allowed")) {
        auto const* const summary = preview->find("summary");
        auto const* const denials = summary == nullptr ? nullptr : summary->find("denials");
        return in.fail(Failure{ExitCode::refused, "send.denied", "", denials == nullptr ? Json() : *denials});
    }
    // With --json standard output holds the answer to the send and nothing else.
    (in.json() ? std::cerr : std::cout) << render_preview(*preview, in.json() ? Style{} : output_style()) << std::flush;
    if (auto const refused = confirm_sending(in)) return in.fail(*refused);
    body.set("digest", preview->text_or("digest"));
    return in.show(client->post(path, body), render_sent);
}

ExitCode start(Invocation const& in) {
    auto const kind = parse_procedure_kind(in.text("KIND"));
    if (!kind) return in.fail(usage_failure(kind.error().code, "see `casebridge procedure kinds`"));
    auto const to = in.text("--to");
    auto const slash = to.find('/');
    auto const node = NodeId::parse(to.substr(0, slash));
    auto const office = parse_office(slash == std::string::npos ? "" : to.substr(slash + 1));
    if (!node || !office)
        return in.fail(usage_failure("usage.bad_recipient", "--to is node/office, e.g. kh-mosvy/central-registry"));
    auto fields = read_step_fields(*kind, opening_step(*kind), in.values("--set"));
    if (auto const* failure = std::get_if<Failure>(&fields)) return in.fail(*failure);
    auto body = Json::object();
    body.set("kind", to_text(*kind)).set("case", in.text("CASE")).set("node", node->text());
    body.set("office", office->text()).set("fields", std::get<Json>(std::move(fields)));
    if (in.has("--from")) body.set("from", in.text("--from"));
    return take(in, "/v1/procedures", "/v1/procedures/preview", std::move(body));
}

/// The kind of a procedure that is known, for its steps' members. `correct` names the step it puts right.
ExitCode step(Invocation const& in) {
    auto const type = parse_step_type(in.text("STEP"));
    if (!type) return in.fail(usage_failure(type.error().code, "see `casebridge procedure show`: \"we may\""));
    auto const client = in.officer();
    if (!client) return in.fail(client.error());
    auto const reference = in.text("PROCEDURE");
    auto const reason = in.reason();
    if (auto const* failure = std::get_if<Failure>(&reason)) return in.fail(*failure);
    auto const answer =
        client->get("/v1/procedures/" + percent_encoded(reference), {{"reason", std::get<std::string>(reason)}});
    if (auto const* failure = std::get_if<Failure>(&answer)) return in.fail(*failure);
    auto const kind = parse_procedure_kind(std::get<Json>(answer).text_or("kind"));
    if (!kind) return in.fail(kind.error());
    auto contents_of = *type;
    if (*type == StepType::correct) {
        auto const corrected = parse_step_type(in.text("--step"));
        if (!corrected || !in.has("--corrects"))
            return in.fail(
                usage_failure("usage.missing_field", "a correction needs --corrects MESSAGE and --step STEP"));
        contents_of = *corrected;
    }
    auto read = read_step_fields(*kind, contents_of, in.values("--set"));
    if (auto const* failure = std::get_if<Failure>(&read)) return in.fail(*failure);
    auto fields = std::get<Json>(std::move(read));
    if (*type == StepType::correct)
        fields = Json::object()
                     .set("corrects", in.text("--corrects"))
                     .set("step", to_text(contents_of))
                     .set("fields", std::move(fields));
    auto body = Json::object().set("step", to_text(*type)).set("fields", std::move(fields));
    if (in.has("--case")) body.set("case", in.text("--case"));
    auto const path = "/v1/procedures/" + percent_encoded(reference);
    return take(in, path + "/steps", path + "/preview", std::move(body));
}

ExitCode list(Invocation const& in) {
    return in.get("/v1/procedures",
                  {{"limit", in.text("--limit")},
                   {"with", in.text("--with")},
                   {"open", in.has("--all") ? "" : "true"},
                   {"after", in.text("--after")}},
                  render_list);
}

ExitCode show(Invocation const& in) {
    return in.get_as_act("/v1/procedures/" + percent_encoded(in.text("PROCEDURE")), {}, render_shown);
}

Json kinds_json() {
    auto kinds = Json::array();
    for (std::size_t k = 0; k < procedure_kind_count; ++k) {
        auto const kind = static_cast<ProcedureKind>(k);
        auto steps = Json::array();
        for (std::size_t s = 0; s < step_type_count; ++s) {
            auto const type = static_cast<StepType>(s);
            auto const* const schema = find_step_schema(kind, type);
            if (schema == nullptr || type == StepType::correct) continue;
            auto fields = Json::array();
            for (auto const& field : *schema)
                fields.push(Json::object()
                                .set("field", field.name)
                                .set("required", field.required)
                                .set("expects", expectation(field)));
            auto by = std::string(has_step(kind, type, Side::initiator) ? "initiator" : "");
            if (has_step(kind, type, Side::responder)) by += by.empty() ? "responder" : ", responder";
            steps.push(Json::object().set("step", to_text(type)).set("by", by).set("fields", std::move(fields)));
        }
        kinds.push(Json::object()
                       .set("kind", to_text(kind))
                       .set("purpose", to_text(purpose_of(kind)))
                       .set("opens_with", to_text(opening_step(kind)))
                       .set("hides_refusal", hides_refusal(kind))
                       .set("steps", std::move(steps)));
    }
    return Json::object().set("kinds", std::move(kinds));
}

std::string render_kinds(Json const& json, Style const& style, std::string const& only) {
    std::string text;
    for (auto const& kind : items(json, "kinds")) {
        if (!only.empty() && kind.text_or("kind") != only) continue;
        text += style.paint(shown(kind, "kind"), Tone::bold) + "  opened with `" + shown(kind, "opens_with") +
                "`, purpose " + shown(kind, "purpose") + "\n";
        for (auto const& step : items(kind, "steps")) {
            text += "  " + shown(step, "step") + "  (" + shown(step, "by") + ")\n";
            if (only.empty()) continue;
            for (auto const& field : items(step, "fields"))
                text += "    " + shown(field, "field") + (is_true(field, "required") ? "" : " (optional)") + ": " +
                        shown(field, "expects") + "\n";
        }
    }
    return text;
}

ExitCode kinds(Invocation const& in) {
    auto const only = in.text("KIND");
    if (!only.empty() && !parse_procedure_kind(only))
        return in.fail(usage_failure("procedure.unknown_kind", "see `casebridge procedure kinds`"));
    return in.show(kinds_json(),
                   [&only](Json const& json, Style const& style) { return render_kinds(json, style, only); });
}

std::vector<OptionSpec> with_sending(std::vector<OptionSpec> options) {
    using enum OptionSpec::Count;
    std::vector<OptionSpec> const sending = {
        {"--set", "NAME=VALUE", "What the step says; what is left out is asked for", optional_many},
        {"--summary", "", "A case summary goes with it, where one can", optional},
        {"--no-summary", "", "None goes with it", optional},
        {"--dry-run", "", "Show what the partner would get, and send nothing", optional},
        {"--yes", "", "Do not ask", optional},
    };
    options.insert(options.end(), sending.begin(), sending.end());
    return options;
}

}  // namespace

std::vector<Command> procedure_commands() {
    using enum OptionSpec::Count;
    OptionSpec const procedure{"PROCEDURE", "", "Its reference, 32 hexadecimal characters", required};
    return {
        {"procedure kinds",
         "What can be done together, the steps of each, and what each step says",
         "casebridge procedure kinds referral",
         {{"KIND", "", "Only this one, with all members", optional}},
         kinds},
        {"procedure start", "Open a procedure about a case of ours: shows what the partner gets, and asks. An act.",
         "casebridge procedure start referral TH-2026-0113 --to kh-mosvy/central-registry \\\n"
         "      --set services=Health,Legal --set reason=MigrationOrChangeOfLocation --reason \"asked for by her\"",
         with_sending({{"KIND", "", "e.g. referral, family_tracing; see `procedure kinds`", required},
                       {"CASE", "", "The case number", required},
                       {"--to", "NODE/OFFICE", "The partner and the office in it", required},
                       {"--from", "OFFICE", "The office of ours that opens it (default: the first)", optional}}),
         start},
        {"procedure step",
         "Take the next step: answer, accept, decline, agree, report, withdraw. Shows it first, and asks. An act.",
         "casebridge procedure step 000102030405060708090a0b0c0d0eff accept \\\n"
         "      --set services=Health --set office=central-registry --reason \"there is room\"",
         with_sending({procedure,
                       {"STEP", "", "One of those `procedure show` says we may take", required},
                       {"--case", "CASE", "The case of ours it is about, where the partner opened it", optional},
                       {"--corrects", "MESSAGE", "Of a correction: the step it puts right", optional},
                       {"--step", "STEP", "Of a correction: which step that is", optional}}),
         step},
        {"procedure list",
         "Open procedures, oldest first: where each stands and who is awaited",
         "casebridge procedure list --with kh-mosvy",
         {{"--with", "NODE", "Only with this partner", optional},
          {"--all", "", "Also those that wait for nobody", optional},
          {"--after", "CURSOR", "Go on behind an earlier page", optional},
          {"--limit", "N", "At most so many, 1 to 1000 (default 100)", optional}},
         list},
        {"procedure show",
         "One procedure with all its steps, and what we may do next. Looking is an act and is logged.",
         "casebridge procedure show 000102030405060708090a0b0c0d0eff --reason \"preparing the answer\"",
         {procedure},
         show},
    };
}

}  // namespace casebridge::cli
