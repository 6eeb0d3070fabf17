// casebridge procedure note, thread, attachment: what officers write to each other about one case.
#include "daemon/cli/command.h"
#include "daemon/cli/summary.h"
#include "daemon/cli/terminal.h"
#include "daemon/files.h"
#include "policies/thread_entry.h"

#include <iostream>

namespace casebridge::cli {
namespace {

bool is_true(Json const& json, std::string_view key) {
    auto const* const value = json.find(key);
    return value != nullptr && *value == Json(true);
}

std::string attachment_text(Json const& json) {
    auto const* const attachment = json.find("attachment");
    if (attachment == nullptr) return "-";
    auto text = shown(*attachment, "type") + ", " + shown(*attachment, "bytes") + " bytes";
    if (is_true(*attachment, "erased")) text += ", erased";
    return text;
}

std::string render_preview(Json const& json, Style const& style) {
    if (!is_true(json, "allowed")) {
        auto const* const denials = json.find("denials");
        return style.paint("Refused: nothing may be told.", Tone::bad) + "\n" +
               render_denials(denials == nullptr ? Json() : *denials, style);
    }
    Facts facts;
    facts.add("to", shown_address(json, "to"));
    facts.add("attachment", attachment_text(json));
    if (auto const* const attachment = json.find("attachment"); attachment != nullptr)
        facts.add("removed", shown(*attachment, "metadata_removed") + " bytes that the camera had added");
    facts.add("digest", shown(json, "digest"));
    return style.paint("What the partner gets", Tone::bold) + "\n" + facts.text(style) + "\n" +
           printable_lines(json.text_or("note")) + "\n";
}

std::string render_sent(Json const& json, Style const& style) {
    Facts facts;
    facts.add("queued", {"message " + shown(json, "message"), Tone::good});
    return facts.text(style) + "next: casebridge procedure thread " + printable(shown(json, "procedure")) +
           " --reason …\n";
}

constexpr std::string_view standard_input = "-";

/// The note: --text, or a file, or standard input.
std::variant<std::string, Failure> note_of(Invocation const& in) {
    if (in.has("--text") && in.has("--file")) return usage_failure("usage.contradiction", "--text and --file");
    if (!in.has("--file")) return in.text("--text");
    auto const name = in.text("--file");
    if (name == standard_input) {
        std::string text(std::istreambuf_iterator<char>(std::cin), {});
        return text;
    }
    auto const bytes = read_file(name, ThreadEntry::longest_note);
    if (!bytes) return to_failure(bytes.error());
    return to_text(*bytes);
}

ExitCode note(Invocation const& in) {
    auto const reason = in.reason();
    if (auto const* failure = std::get_if<Failure>(&reason)) return in.fail(*failure);
    auto const text = note_of(in);
    if (auto const* failure = std::get_if<Failure>(&text)) return in.fail(*failure);
    auto body = Json::object().set("note", std::get<std::string>(text)).set("reason", std::get<std::string>(reason));
    if (in.has("--case")) body.set("case", in.text("--case"));
    if (in.has("--attach")) {
        auto const bytes = read_file(in.text("--attach"), ThreadEntry::largest_attachment);
        if (!bytes) return in.fail(bytes.error());
        body.set("attachment", to_base64(*bytes));
    }
    auto const client = in.officer();
    if (!client) return in.fail(client.error());
    auto const path = "/v1/procedures/" + percent_encoded(in.text("PROCEDURE")) + "/notes";
    auto const previewed = client->post(path + "/preview", body);
    auto const* const preview = std::get_if<Json>(&previewed);
    if (preview == nullptr || in.dry_run()) {
        auto const exit = in.show(previewed, render_preview);
        return preview == nullptr || is_true(*preview, "allowed") ? exit : ExitCode::refused;
    }
    if (!is_true(*preview, "allowed")) {
        auto const* const denials = preview->find("denials");
        return in.fail(Failure{ExitCode::refused, "send.denied", "", denials == nullptr ? Json() : *denials});
    }
    (in.json() ? std::cerr : std::cout) << render_preview(*preview, in.json() ? Style{} : output_style()) << std::flush;
    if (auto const refused = confirm_sending(in)) return in.fail(*refused);
    return in.show(client->post(path, body.set("digest", preview->text_or("digest"))), render_sent);
}

std::string render_thread(Json const& json, Style const& style) {
    if (items(json, "notes").empty()) return "no notes\n";
    std::string text;
    for (auto const& entry : items(json, "notes")) {
        auto const who = std::string(is_true(entry, "us") ? "us" : "them");
        auto state = shown(entry, "state");
        if (auto const code = entry.text_or("code"); !code.empty()) state += " " + code;
        text += style.paint(local_time(entry.text_or("sent_at")) + "  " + who, Tone::bold) + "  " +
                style.paint(shown(entry, "message") + "  " + printable(state), Tone::dim) + "\n";
        text += entry.find("note") == nullptr ? style.paint("(erased)", Tone::dim) + "\n"
                                              : printable_lines(entry.text_or("note")) + "\n";
        if (entry.find("attachment") != nullptr) text += "attachment: " + attachment_text(entry) + "\n";
        text += "\n";
    }
    return text;
}

ExitCode thread(Invocation const& in) {
    return in.get_as_act("/v1/procedures/" + percent_encoded(in.text("PROCEDURE")) + "/notes", {}, render_thread);
}

ExitCode attachment(Invocation const& in) {
    auto const out = in.text("--out");
    auto const reason = in.reason();
    if (auto const* failure = std::get_if<Failure>(&reason)) return in.fail(*failure);
    auto const client = in.officer();
    if (!client) return in.fail(client.error());
    auto const answer = client->get_bytes("/v1/procedures/" + percent_encoded(in.text("PROCEDURE")) + "/attachment",
                                          {{"message", in.text("MESSAGE")}, {"reason", std::get<std::string>(reason)}});
    if (auto const* failure = std::get_if<Failure>(&answer)) return in.fail(*failure);
    auto const& bytes = std::get<Bytes>(answer);
    if (auto const written = write_file_atomically(out, bytes, 0600, Existing::keep); !written)
        return in.fail(written.error());
    return in.show(Json::object().set("file", out).set("bytes", static_cast<std::int64_t>(bytes.size())),
                   [](Json const& json, Style const&) {
                       return "written: " + printable(shown(json, "file")) + ", " + shown(json, "bytes") +
                              " bytes, readable by you alone; delete it when it has been looked at\n";
                   });
}

}  // namespace

std::vector<Command> thread_commands() {
    using enum OptionSpec::Count;
    OptionSpec const procedure{"PROCEDURE", "", "Its reference, 32 hexadecimal characters", required};
    return {
        {"procedure note",
         "Write to the partner's officers inside a procedure, with a photograph or a scanned form. Shows it first, and "
         "asks. An act.",
         "casebridge procedure note 000102030405060708090a0b0c0d0eff --text \"The bus leaves at nine.\" \\\n"
         "      --attach form.pdf --reason \"arranging the handover\"",
         {procedure,
          {"--text", "TEXT", "The note", optional},
          {"--file", "FILE", "The note, from a file (- for standard input)", optional},
          {"--attach", "FILE", "A JPEG, PNG or PDF; what a camera added is removed", optional},
          {"--case", "CASE", "The case of ours it is about, where the partner opened the procedure", optional},
          {"--dry-run", "", "Show what the partner would get, and send nothing", optional},
          {"--yes", "", "Do not ask", optional}},
         note},
        {"procedure thread",
         "The notes of both sides, oldest first. Reading them is an act and is logged.",
         "casebridge procedure thread 000102030405060708090a0b0c0d0eff --reason \"preparing the handover\"",
         {procedure},
         thread},
        {"procedure attachment",
         "Write a note's attachment into a new file. Nothing opens it; look at it where nothing can leave. An act.",
         "casebridge procedure attachment 000102030405060708090a0b0c0d0eff 019a2b3c-4d5e-7f60-8192-a3b4c5d6e7f8 \\\n"
         "      --out form.pdf --reason \"comparing the form\"",
         {procedure,
          {"MESSAGE", "", "The note it came with", required},
          {"--out", "FILE", "A file that is not there yet", required}},
         attachment},
    };
}

}  // namespace casebridge::cli
