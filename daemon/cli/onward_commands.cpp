// casebridge onward: lets a partner tell a third office what it was told by us; tells a third office what a partner
// permits.
#include "daemon/cli/command.h"
#include "daemon/cli/summary.h"
#include "daemon/cli/terminal.h"
#include "policies/ids.h"

#include <iostream>

namespace casebridge::cli {
namespace {

/// Body of both calls, from MESSAGE and --to.
std::variant<Json, Failure> request_of(Invocation const& in) {
    auto const to = in.text("--to");
    auto const slash = to.find('/');
    auto const node = NodeId::parse(to.substr(0, slash));
    auto const office = slash == std::string::npos ? Result<OfficeId>(node ? Error{} : node.error())
                                                   : parse_office(to.substr(slash + 1));
    if (slash == std::string::npos || !node || !office)
        return usage_failure("usage.bad_recipient", "--to is node/office, e.g. la-mlsw/phonthong-reception-centre");
    auto const reason = in.reason();
    if (auto const* failure = std::get_if<Failure>(&reason)) return *failure;
    return Json::object()
        .set("message", in.text("MESSAGE"))
        .set("node", node->text())
        .set("office", office->text())
        .set("reason", std::get<std::string>(reason));
}

std::string render_permission(Json const& json, Style const& style) {
    bool const given = !json.text_or("permission").empty();
    Facts facts;
    facts.add("our message", shown(json, "message"));
    facts.add("who holds it", {shown(json, "holder"), Tone::bold});
    facts.add("may pass it on to", {shown_address(json, "recipient"), Tone::bold});
    facts.add("for", shown(json, "purpose"));
    facts.add("until", local_time(json.text_or("until")));
    facts.add("kept there until", local_time(json.text_or("retain_until")));
    if (given) facts.add("permission", shown(json, "permission"));
    return style.paint(given ? "Signed and queued." : "This would be signed:", given ? Tone::good : Tone::bold) + "\n" +
           facts.text(style);
}

std::string render_copy(Json const& json, Style const& style) {
    Facts facts;
    facts.add("told by", {shown(json, "originator"), Tone::bold});
    facts.add("passed on to", {shown_address(json, "recipient"), Tone::bold});
    facts.add("permitted until", local_time(json.text_or("until")));
    facts.add("kept there until", local_time(json.text_or("retain_until")));
    auto const* const body = json.find("body");
    return facts.text(style) + "\n" + style.paint("What they get", Tone::bold) + "\n" +
           render_body(body == nullptr ? Json() : *body, style);
}

std::string render_sent(Json const& json, Style const& style) {
    return style.paint("queued", Tone::good) + ": message " + shown(json, "message") + " to " +
           shown_address(json, "recipient") + "\n";
}

/// Shows what would be, asks, and does it.
ExitCode after_a_look(Invocation const& in, std::string const& path, Json body,
                      std::string (*render_first)(Json const&, Style const&),
                      std::string (*render_done)(Json const&, Style const&)) {
    auto const client = in.officer();
    if (!client) return in.fail(client.error());
    auto asking = body;
    auto const preview = client->post(path, asking.set("dry_run", true));
    if (auto const* failure = std::get_if<Failure>(&preview)) return in.fail(*failure);
    auto const& first = std::get<Json>(preview);
    if (in.dry_run()) return in.show(first, render_first);
    // With --json standard output holds the answer to the act and nothing else.
    (in.json() ? std::cerr : std::cout) << render_first(first, in.json() ? Style{} : output_style()) << std::flush;
    if (auto const refused = confirm_sending(in)) return in.fail(*refused);
    if (first.find("digest") != nullptr) body.set("digest", first.text_or("digest"));
    return in.show(client->post(path, body), render_done);
}

ExitCode permit(Invocation const& in) {
    auto request = request_of(in);
    if (auto const* failure = std::get_if<Failure>(&request)) return in.fail(*failure);
    auto body = std::get<Json>(std::move(request));
    body.set("until", in.text("--until"));
    return after_a_look(in, "/v1/onward/permissions", std::move(body), render_permission, render_permission);
}

ExitCode send(Invocation const& in) {
    auto request = request_of(in);
    if (auto const* failure = std::get_if<Failure>(&request)) return in.fail(*failure);
    return after_a_look(in, "/v1/onward/copies", std::get<Json>(std::move(request)), render_copy, render_sent);
}

Cell state_of(Json const& copy) {
    if (!copy.text_or("recalled_at").empty()) return {shown(copy, "state") + ", recalled", Tone::warning};
    auto const code = copy.text_or("code");
    return shown(copy, "state") + (code.empty() ? "" : " (" + printable(code) + ")");
}

std::string render_list(Json const& json, Style const& style) {
    Table permissions({"permitted by", "to", "message", "may be told", "purpose", "until"});
    for (auto const& each : items(json, "permissions")) {
        bool const ours = each.text_or("by") == "us";
        permissions.row({ours ? "us" : shown(each, "partner"),
                         ours ? shown(each, "partner") : "us",
                         shown(each, "message"),
                         {shown_address(each, "recipient"), Tone::bold},
                         shown(each, "purpose"),
                         local_time(each.text_or("until"))});
    }
    Table copies({"told by", "their message", "passed on to", "our message", "sent", "state"});
    for (auto const& each : items(json, "copies"))
        copies.row({shown(each, "originator"),
                    shown(each, "original"),
                    {shown_address(each, "recipient"), Tone::bold},
                    shown(each, "message"),
                    local_time(each.text_or("sent_at")),
                    state_of(each)});
    auto text = permissions.empty() ? "Nobody has permitted that anything be passed on.\n" : permissions.text(style);
    if (!copies.empty()) text += "\n" + style.paint("Passed on by us", Tone::bold) + "\n" + copies.text(style);
    return text;
}

ExitCode list(Invocation const& in) {
    return in.get("/v1/onward", {{"limit", in.text("--limit")}}, render_list);
}

}  // namespace

std::vector<Command> onward_commands() {
    using enum OptionSpec::Count;
    return {
        {"onward permit",
         "Let the partner that holds a message of ours pass it on to a third office. The agreement must say "
         "`onward_transfer: with_permission`, and a consent must name the third. An act.",
         "casebridge onward permit 01a2… --to la-mlsw/phonthong-reception-centre --until 2027-01-31 --reason \"her "
         "family lives there\"",
         {{"MESSAGE", "", "Our message, as `casebridge outbox` lists it", required},
          {"--to", "NODE/OFFICE", "The third", required},
          {"--until", "DATE", "The last day on which it may arrive there", required},
          {"--dry-run", "", "Show what would be signed, sign nothing", optional},
          {"--yes", "", "Do not ask", optional}},
         permit},
        {"onward send",
         "Pass on a partner's message to the third office that its signed permission names, word for word. An act.",
         "casebridge onward send 01a2… --to la-mlsw/phonthong-reception-centre --reason \"permitted by th-msdhs\"",
         {{"MESSAGE", "", "The partner's message, as `casebridge inbox list` lists it", required},
          {"--to", "NODE/OFFICE", "The third", required},
          {"--dry-run", "", "Show what they would get, send nothing", optional},
          {"--yes", "", "Do not ask", optional}},
         send},
        {"onward list",
         "Permissions given and received, and what was passed on with them",
         "casebridge onward list",
         {{"--limit", "N", "At most so many of each, 1 to 1000 (default 50)", optional}},
         list},
    };
}

}  // namespace casebridge::cli
