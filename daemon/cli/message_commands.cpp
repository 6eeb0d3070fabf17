// casebridge outbox, inbox: messages sent and received.
#include "daemon/cli/command.h"
#include "daemon/cli/summary.h"
#include "daemon/cli/terminal.h"
#include "daemon/files.h"

#include <algorithm>
#include <iostream>

namespace casebridge::cli {
namespace {

Cell outbox_state(Json const& message) {
    auto const state = shown(message, "state");
    if (state == "delivered") return {state, Tone::good};
    if (state == "queued")
        return {shown(message, "attempts") == "0" ? state : state + ", " + shown(message, "attempts") + " attempts",
                Tone::warning};
    return {state, Tone::bad};
}

std::string what_it_is(Json const& message) {
    auto type = message.text_or("type");
    if (type == "case_summary") return "summary";
    if (type == "onward_summary") {
        auto const originator = message.text_or("originator");
        return originator.empty() ? "summary, passed on" : "summary of " + printable(originator);
    }
    std::ranges::replace(type, '_', ' ');
    return printable(type);
}

std::string render_outbox(Json const& json, Style const& style) {
    if (items(json, "messages").empty()) return "the outbox is empty\n";
    Table table({"message", "what", "to", "purpose", "state", "made", "next try", "last answer"});
    for (auto const& message : items(json, "messages"))
        table.row({shown(message, "message"), what_it_is(message), shown_address(message, "to"),
                   shown(message, "purpose"), outbox_state(message), local_time(message.text_or("created_at")),
                   shown(message, "state") == "queued" ? local_time(message.text_or("next_at")) : std::string("-"),
                   shown(message, "last_code")});
    auto const* counts = json.find("counts");
    if (counts == nullptr) return table.text(style);
    return table.text(style) + shown(*counts, "queued") + " queued, " + shown(*counts, "delivered") + " delivered, " +
           shown(*counts, "dead") + " dead\n";
}

ExitCode outbox_list(Invocation const& in) {
    return in.get("/v1/outbox", {{"limit", in.text("--limit")}}, render_outbox);
}

std::string render_sent_message(Json const& json, Style const& style) {
    Facts facts;
    facts.add("message", {shown(json, "message"), Tone::bold});
    facts.add("what", what_it_is(json));
    facts.add("to", shown_address(json, "to"));
    facts.add("purpose", shown(json, "purpose"));
    facts.add("known there as", shown(json, "subject"));
    facts.add("state", outbox_state(json));
    facts.add("possibly delivered", shown(json, "possibly_delivered"));
    facts.add("last answer", shown(json, "last_code"));
    facts.add("made", local_time(json.text_or("created_at")));
    facts.add("expires", json.text_or("expires_at").empty() ? "never" : local_time(json.text_or("expires_at")));
    if (auto const* receipt = json.find("receipt"); receipt != nullptr) {
        facts.add("receipt", {shown(*receipt, "verifies") == "yes" ? "signed, verifies" : "does not verify",
                              shown(*receipt, "verifies") == "yes" ? Tone::good : Tone::bad});
        facts.add("receipt says", shown(*receipt, "outcome") + " " + shown(*receipt, "code"));
        facts.add("receipt given", local_time(receipt->text_or("at")));
        facts.add("partner's log head", shown(*receipt, "log_head"));
    } else {
        facts.add("receipt", {"none yet", Tone::warning});
    }
    return facts.text(style);
}

ExitCode outbox_show(Invocation const& in) {
    return in.get("/v1/outbox/" + percent_encoded(in.text("MESSAGE")), {}, render_sent_message);
}

ExitCode outbox_export(Invocation const& in) {
    bool const receipt = in.has("--receipt");
    Query query;
    if (!receipt) {
        auto const why = in.reason();
        if (auto const* failure = std::get_if<Failure>(&why)) return in.fail(*failure);
        query.emplace_back("reason", std::get<std::string>(why));
    }
    auto const out = in.text("--out");
    if (out == "-" && output_is_terminal())
        return in.fail(usage_failure("usage.binary_output", "the envelope is binary (DER); name a file with --out"));
    auto const client = in.officer();
    if (!client) return in.fail(client.error());
    auto const path = "/v1/outbox/" + percent_encoded(in.text("MESSAGE")) + (receipt ? "/receipt" : "/sealed");
    auto const answer = client->get_bytes(path, query);
    if (auto const* failure = std::get_if<Failure>(&answer)) return in.fail(*failure);
    auto const& bytes = std::get<Bytes>(answer);
    if (out == "-") {
        std::cout.write(reinterpret_cast<char const*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        return std::cout.flush() ? ExitCode::ok : ExitCode::error;
    }
    if (auto const written = write_file_atomically(out, bytes, 0600); !written) return in.fail(written.error());
    auto json = Json::object();
    json.set("file", out).set("bytes", static_cast<std::int64_t>(bytes.size()));
    return in.show(json, [](Json const& written, Style const&) {
        return "wrote " + printable(shown(written, "file")) + " (" + shown(written, "bytes") + " bytes, DER)\n";
    });
}

std::string render_inbox(Json const& json, Style const& style) {
    if (items(json, "messages").empty()) return "the inbox is empty\n";
    Table table({"message", "what", "from", "for office", "purpose", "outcome", "received", "read", "kept until"});
    for (auto const& message : items(json, "messages")) {
        bool const accepted = shown(message, "outcome") == "accepted";
        auto const read = message.text_or("read_at");
        auto const erased = message.text_or("erased_at");
        table.row({shown(message, "message"), what_it_is(message), shown_address(message, "from"),
                   shown(message, "to_office"), shown(message, "purpose"),
                   accepted ? Cell{"accepted", Tone::good} : Cell{"rejected " + shown(message, "code"), Tone::bad},
                   local_time(message.text_or("received_at")),
                   read.empty() ? Cell{"new", Tone::bold} : Cell{local_time(read)},
                   erased.empty() ? Cell{local_time(message.text_or("retain_until"))}
                                  : Cell{"erased " + local_time(erased), Tone::warning}});
    }
    return table.text(style);
}

ExitCode inbox_list(Invocation const& in) {
    return in.get("/v1/inbox", {{"limit", in.text("--limit")}}, render_inbox);
}

std::string render_received_message(Json const& json, Style const& style) {
    Facts facts;
    facts.add("message", {shown(json, "message"), Tone::bold});
    facts.add("what", what_it_is(json));
    facts.add("from", shown_address(json, "from"));
    facts.add("for office", shown(json, "to_office"));
    facts.add("purpose", shown(json, "purpose"));
    facts.add("known to both as", shown(json, "subject"));
    facts.add("agreement", shown(json, "agreement"));
    facts.add("outcome", shown(json, "outcome") + (json.text_or("code").empty() ? "" : " " + shown(json, "code")));
    facts.add("sent", local_time(json.text_or("sent_at")));
    facts.add("received", local_time(json.text_or("received_at")));
    auto const erased = json.text_or("erased_at");
    if (erased.empty()) facts.add("kept until", local_time(json.text_or("retain_until")));
    if (!erased.empty()) facts.add("erased", {local_time(erased), Tone::warning});
    if (auto const by = json.text_or("superseded_by"); !by.empty()) facts.add("its place took", by);
    if (auto const* changes = json.find("changes"); changes != nullptr) {
        facts.add("told for the first time", shown(*changes, "added"));
        facts.add("told otherwise than before", shown(*changes, "changed"));
        facts.add("no longer told", shown(*changes, "removed"));
    }
    auto const* body = json.find("body");
    if (body != nullptr && json.text_or("type") == "withdrawal") {
        facts.add("withdraws consent", shown(*body, "consent"));
        facts.add("names messages", std::to_string(items(*body, "messages").size()));
        return facts.text(style);
    }
    if (body != nullptr && json.text_or("type") == "retraction") {
        facts.add("names messages", std::to_string(items(*body, "messages").size()));
        return facts.text(style);
    }
    if (body != nullptr && json.text_or("type") == "erasure_receipt") {
        facts.add("answers", shown(*body, "withdrawal"));
        facts.add("destroyed", erased_text(*body));
        return facts.text(style);
    }
    return facts.text(style) + (body == nullptr ? "" : "\n" + render_body(*body, style));
}

ExitCode inbox_show(Invocation const& in) {
    return in.get_as_act("/v1/inbox/" + percent_encoded(in.text("MESSAGE")), {}, render_received_message);
}

OptionSpec const kLimit{"--limit", "N", "At most so many, 1 to 1000 (default 50)", OptionSpec::Count::optional};
OptionSpec const kMessage{"MESSAGE", "", "The message's id", OptionSpec::Count::required};

}  // namespace

std::vector<Command> outbox_commands() {
    using enum OptionSpec::Count;
    return {
        {"outbox", "Messages to partners, newest first (as `outbox list`)", "casebridge outbox", {kLimit}, outbox_list},
        {"outbox list",
         "Messages to partners, newest first",
         "casebridge outbox list --limit 10",
         {kLimit},
         outbox_list},
        {"outbox show",
         "One message, its attempts and its receipt",
         "casebridge outbox show 019a2b3c-4d5e-7f60-8192-a3b4c5d6e7f8",
         {kMessage},
         outbox_show},
        {"outbox export",
         "The sealed envelope as sent, or the receipt, as a file to open with openssl. An act.",
         "casebridge outbox export 019a2b3c-4d5e-7f60-8192-a3b4c5d6e7f8 --out message.der --reason \"audit\"",
         {kMessage,
          {"--out", "FILE", "Where to write it (- for standard output)", required},
          {"--receipt", "", "The partner's signed receipt instead of the envelope", optional}},
         outbox_export},
    };
}

std::vector<Command> inbox_commands() {
    return {
        {"inbox list", "Messages from partners, newest first", "casebridge inbox list", {kLimit}, inbox_list},
        {"inbox show",
         "A received summary. Reading it is an act and is logged.",
         "casebridge inbox show 019a2b3c-4d5e-7f60-8192-a3b4c5d6e7f8 --reason \"receiving the person on 1 December\"",
         {kMessage},
         inbox_show},
    };
}

}  // namespace casebridge::cli
