// casebridge meeting-key: keys that two ministries hand over in person, for a second layer around what they exchange.
#include "daemon/cli/command.h"
#include "daemon/cli/terminal.h"
#include "daemon/clock.h"
#include "daemon/config.h"
#include "daemon/files.h"
#include "daemon/meeting_key_file.h"

#include <charconv>
#include <iostream>

namespace casebridge::cli {
namespace {

std::string route(Invocation const& in) {
    return "/v1/peers/" + percent_encoded(in.text("NODE")) + "/meeting-keys";
}

Result<NodeId> own_node(Invocation const& in) {
    if (in.has("--node")) return NodeId::parse(in.text("--node"));
    ASSIGN_OR_RETURN(auto const config, load_config(in.config_path()));
    return config.node;
}

/// `fallback` if the option was not given; 0 for what is no number, which is out of every range.
int number(Invocation const& in, std::string_view option, int fallback) {
    if (!in.has(option)) return fallback;
    auto const text = in.text(option);
    int value = 0;
    auto const read = std::from_chars(text.data(), text.data() + text.size(), value);
    return read.ec == std::errc() && read.ptr == text.data() + text.size() && value > 0 ? value : 0;
}

Result<MeetingKeyFile> new_keys(Invocation const& in) {
    ASSIGN_OR_RETURN(auto const own, own_node(in));
    ASSIGN_OR_RETURN(auto const partner, NodeId::parse(in.text("NODE")));
    auto first = Date(std::chrono::floor<std::chrono::days>(SystemClock().now()));
    if (in.has("--from")) {
        ASSIGN_OR_RETURN(first, parse_date(in.text("--from")));
    }
    return MeetingKeyFile::make(own, partner, first, static_cast<std::size_t>(number(in, "--keys", 365)),
                                number(in, "--days-each", 1));
}

ExitCode make(Invocation const& in) {
    auto const file = new_keys(in);
    if (!file) return in.fail(file.error());
    auto const text = file->text();
    auto const written = write_file_atomically(in.text("--out"), text.reveal(), 0600, Existing::keep);
    if (!written) return in.fail(written.error());
    auto const json = Json::object()
                          .set("file", in.text("--out"))
                          .set("pair", Json::array().push(file->pair[0].text()).push(file->pair[1].text()))
                          .set("keys", static_cast<std::int64_t>(file->keys.size()))
                          .set("from", to_rfc3339(file->keys.front().from))
                          .set("until", to_rfc3339(file->keys.back().until))
                          .set("check_number", file->check_number());
    return in.show(json, [&in](Json const& made, Style const& style) {
        Facts facts;
        facts.add("keys", {shown(made, "keys") + " in " + shown(made, "file"), Tone::good});
        facts.add("from", made.text_or("from").substr(0, 10));
        facts.add("until", made.text_or("until").substr(0, 10));
        facts.add("check number", {shown(made, "check_number"), Tone::bold});
        return facts.text(style) + "  next, on both sides: casebridge meeting-key add PARTNER " +
               printable(in.text("--out")) +
               "\n  Read the check number aloud to each other. Carry the file in your own hands, never by mail or "
               "chat.\n";
    });
}

ExitCode add(Invocation const& in) {
    auto const text = read_secret_file(in.text("FILE"), meeting_key_file_bytes);
    if (!text) return in.fail(text.error());
    auto const bytes = text->reveal();
    // Read here, too, so that the line at fault is named without a daemon.
    auto const file = MeetingKeyFile::parse({reinterpret_cast<char const*>(bytes.data()), bytes.size()});
    if (!file) return in.fail(file.error());
    auto const answer = in.post_as_act(route(in), Json::object().set("keys", to_text(bytes)));
    bool destroyed = false;
    if (std::holds_alternative<Json>(answer) && in.has("--destroy") && !in.dry_run()) {
        if (auto const gone = destroy_file(in.text("FILE")); !gone) return in.fail(gone.error());
        destroyed = true;
    }
    return in.show(answer, [&in, destroyed](Json const& json, Style const& style) {
        Facts facts;
        facts.add("partner", {shown(json, "node"), Tone::bold});
        facts.add("added", shown(json, "added") + " of " + shown(json, "keys") + " keys (" + shown(json, "known") +
                               " were there, " + shown(json, "over") + " are over)");
        facts.add("from", json.text_or("from").substr(0, 10));
        facts.add("until", json.text_or("until").substr(0, 10));
        facts.add("check number", {shown(json, "check_number"), Tone::bold});
        facts.add("file", destroyed ? Cell{"overwritten and removed", Tone::good}
                                    : Cell{"still there: destroy it when both sides have it", Tone::warning});
        return facts.text(style) + (in.dry_run()
                                        ? "nothing was changed\n"
                                        : "  Both sides have the same keys if both read the same check number.\n"
                                          "  next, when both have them: casebridge meeting-key require " +
                                              shown(json, "node") + "\n");
    });
}

std::string render_keys(Json const& json, Style const& style) {
    Facts facts;
    bool const current = !json.text_or("current").empty();
    facts.add("partner", {shown(json, "node"), Tone::bold});
    facts.add("required", shown(json, "required"));
    facts.add("key of today", current ? Cell{shown(json, "current"), Tone::good} : Cell{"none", Tone::warning});
    facts.add("held", shown(json, "held"));
    facts.add("destroyed", shown(json, "destroyed"));
    facts.add("until", json.text_or("until").empty() ? "-" : json.text_or("until").substr(0, 10));
    facts.add("days left", shown(json, "days_left"));
    return facts.text(style);
}

ExitCode list(Invocation const& in) {
    return in.get(route(in), {}, render_keys);
}

ExitCode remove(Invocation const& in) {
    auto const why = in.reason();
    if (auto const* failure = std::get_if<Failure>(&why)) return in.fail(*failure);
    auto const client = in.officer();
    if (!client) return in.fail(client.error());
    return in.show(client->remove(route(in), {{"reason", std::get<std::string>(why)}}),
                   [](Json const& json, Style const&) {
                       return "destroyed " + shown(json, "removed") + " keys shared with " + shown(json, "node") + "\n";
                   });
}

ExitCode require(Invocation const& in) {
    return in.act(route(in) + "/required", Json::object().set("required", !in.has("--off")), render_keys);
}

}  // namespace

std::vector<Command> meeting_key_commands() {
    using enum OptionSpec::Count;
    OptionSpec const node{"NODE", "", "The partner's node id", required};
    return {
        {"meeting-key make",
         "Make the keys that this ministry and a partner will share; one of the two does it",
         "casebridge meeting-key make kh-mosvy --from 2026-12-01 --keys 365 --out /media/stick/th-kh.keys",
         {node,
          {"--out", "FILE", "Where to write them (its owner's alone; never overwrites): best a medium you carry",
           required},
          {"--from", "DATE", "Their first day, UTC (default: today)", optional},
          {"--keys", "NUMBER", "How many (default: 365)", optional},
          {"--days-each", "NUMBER", "For how many days each is used (default: 1)", optional},
          {"--node", "NODE", "This ministry's node id (default: the configuration's)", optional}},
         make},
        {"meeting-key add",
         "Take the keys of a file; on both sides, then compare the check number aloud",
         "casebridge meeting-key add kh-mosvy /media/stick/th-kh.keys --destroy --reason \"13th meeting\"",
         {node,
          {"FILE", "", "As `meeting-key make` wrote it", required},
          {"--destroy", "", "Overwrite and remove the file once the daemon has the keys", optional},
          {"--dry-run", "", "Check everything, change nothing", optional}},
         add},
        {"meeting-key list",
         "The keys shared with a partner: whether there is one for today, and how long they last",
         "casebridge meeting-key list kh-mosvy",
         {node},
         list},
        {"meeting-key require",
         "From now on nothing goes to or comes from a partner without its keys",
         "casebridge meeting-key require kh-mosvy --reason \"both sides have them\"",
         {node, {"--off", "", "No longer", optional}},
         require},
        {"meeting-key remove",
         "Destroy all keys shared with a partner",
         "casebridge meeting-key remove kh-mosvy --reason \"the stick was lost\"",
         {node},
         remove},
    };
}

}  // namespace casebridge::cli
