// casebridge case preview, send: what a partner would get and why; and sending exactly that.
#include "crypto/digest.h"
#include "daemon/cli/command.h"
#include "daemon/cli/summary.h"
#include "daemon/cli/terminal.h"
#include "policies/ids.h"
#include "policies/purpose.h"

#include <iostream>

namespace casebridge::cli {
namespace {

/// Body of both calls, from CASE, --to and --purpose.
std::variant<Json, Failure> request_of(Invocation const& in) {
    auto const to = in.text("--to");
    auto const slash = to.find('/');
    Failure const bad =
        usage_failure("usage.bad_recipient", "--to is node/office, e.g. kh-mosvy/poipet-transit-centre");
    if (slash == std::string::npos) return bad;
    auto const node = NodeId::parse(to.substr(0, slash));
    auto const office = parse_office(to.substr(slash + 1));
    if (!node || !office) return bad;
    auto const purpose = parse_purpose(in.text("--purpose"));
    if (!purpose) return unknown_purpose(in.text("--purpose"));
    auto const reason = in.reason();
    if (auto const* failure = std::get_if<Failure>(&reason)) return *failure;
    auto body = Json::object();
    body.set("case", in.text("CASE"))
        .set("node", node->text())
        .set("office", office->text())
        .set("purpose", to_text(*purpose))
        .set("reason", std::get<std::string>(reason));
    return body;
}

bool is_allowed(Json const& preview) {
    auto const* allowed = preview.find("allowed");
    return allowed != nullptr && *allowed == Json(true);
}

std::string render_preview(Json const& json, Style const& style) {
    auto const* denials = json.find("denials");
    if (!is_allowed(json))
        return style.paint("Refused: nothing may be told.", Tone::bad) + "\n" +
               render_denials(denials == nullptr ? Json() : *denials, style);
    auto const* body = json.find("body");
    Facts facts;
    facts.add("recipient", {shown_address(json, "to"), Tone::bold});
    facts.add("agreement", shown(json, "agreement"));
    facts.add("policy", shown(json, "policy"));
    facts.add("consent", shown(json, "consent"));
    facts.add("digest", {shown(json, "digest"), Tone::bold});
    return style.paint("Allowed.", Tone::good) + "\n\n" + render_decision(json, style) + "\n" +
           style.paint("What the partner gets", Tone::bold) + "\n" +
           render_body(body == nullptr ? Json() : *body, style) + "\n" + facts.text(style);
}

ExitCode preview(Invocation const& in) {
    auto const request = request_of(in);
    if (auto const* failure = std::get_if<Failure>(&request)) return in.fail(*failure);
    auto const client = in.officer();
    if (!client) return in.fail(client.error());
    auto const answer = client->post("/v1/cases/preview", std::get<Json>(request));
    auto const exit = in.show(answer, render_preview);
    if (exit != ExitCode::ok) return exit;
    return is_allowed(std::get<Json>(answer)) ? ExitCode::ok : ExitCode::refused;
}

/// Previews, shows it, and asks. The digest of what was shown, or why not.
std::variant<std::string, Failure> digest_from_preview(Invocation const& in, OfficerClient const& client,
                                                       Json const& request) {
    auto const answer = client.post("/v1/cases/preview", request);
    if (auto const* failure = std::get_if<Failure>(&answer)) return *failure;
    auto const& json = std::get<Json>(answer);
    if (!is_allowed(json)) {
        auto const* denials = json.find("denials");
        return Failure{ExitCode::refused, "send.denied", "", denials == nullptr ? Json() : *denials};
    }
    // With --json standard output holds the answer to the send and nothing else.
    (in.json() ? std::cerr : std::cout) << render_preview(json, in.json() ? Style{} : output_style()) << std::flush;
    if (in.has("--yes")) return json.text_or("digest");
    if (!can_ask()) return usage_failure("usage.not_confirmed", "there is nobody to ask; give --yes or --digest");
    if (!confirm("Send exactly this to " + printable(in.text("--to")) + "?"))
        return Failure{ExitCode::error, "send.not_confirmed", "nothing was sent"};
    return json.text_or("digest");
}

std::string render_sent(Json const& json, Style const& style) {
    Facts facts;
    facts.add("queued", {"message " + shown(json, "message"), Tone::good});
    facts.add("known to the partner as", shown(json, "subject"));
    facts.add("number in its stream", shown(json, "sequence"));
    return facts.text(style) + "next: casebridge outbox show " + printable(shown(json, "message")) + "\n";
}

ExitCode send(Invocation const& in) {
    if (in.has("--digest") == (in.has("--preview") || in.has("--yes")))
        return in.fail(usage_failure("usage.no_preview",
                                     "say what is to be sent: --digest of a preview, or --preview to see it first "
                                     "(with --yes: without being asked)"));
    if (in.has("--digest") && !Digest::from_hex(in.text("--digest")))
        return in.fail(
            usage_failure("usage.bad_digest", "--digest is the 64 hexadecimal characters a preview ends with"));
    auto request = request_of(in);
    if (auto const* failure = std::get_if<Failure>(&request)) return in.fail(*failure);
    auto const client = in.officer();
    if (!client) return in.fail(client.error());
    auto& body = std::get<Json>(request);
    auto digest = in.text("--digest");
    if (digest.empty()) {
        auto const previewed = digest_from_preview(in, *client, body);
        if (auto const* failure = std::get_if<Failure>(&previewed)) return in.fail(*failure);
        digest = std::get<std::string>(previewed);
    }
    body.set("digest", digest);
    return in.show(client->post("/v1/cases/send", body), render_sent);
}

std::vector<OptionSpec> with_recipient(std::vector<OptionSpec> more) {
    using enum OptionSpec::Count;
    std::vector<OptionSpec> options = {
        {"CASE", "", "The case number", required},
        {"--to", "NODE/OFFICE", "The partner and the office in it", required},
        {"--purpose", "PURPOSE", "e.g. return_and_handover, family_tracing, referral", required},
    };
    options.insert(options.end(), more.begin(), more.end());
    return options;
}

}  // namespace

std::vector<Command> send_commands() {
    using enum OptionSpec::Count;
    return {
        {"case preview", "What the partner would get, and which rule decided each field; nothing is sent. An act.",
         "casebridge case preview TH-2026-0113 --to kh-mosvy/poipet-transit-centre \\\n"
         "      --purpose return_and_handover --reason \"preparing the return\"",
         with_recipient({}), preview},
        {"case send", "Seal and queue what was previewed. Exit 3 if refused, 6 if the preview is outdated.",
         "casebridge case send TH-2026-0113 --to kh-mosvy/poipet-transit-centre --purpose return_and_handover \\\n"
         "      --digest 9f86d081… --reason \"return on 2026-12-01\"",
         with_recipient({{"--digest", "HEX", "The digest of a preview: exactly that is sent", optional},
                         {"--preview", "", "Preview now, ask, and send what was shown", optional},
                         {"--yes", "", "With --preview: do not ask", optional}}),
         send},
    };
}

}  // namespace casebridge::cli
