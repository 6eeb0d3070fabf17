// casebridge evidence: what proves one message to an auditor, as a folder that casebridge-verify judges.
#include "daemon/cli/command.h"
#include "daemon/files.h"

#include <algorithm>

namespace casebridge::cli {
namespace {

namespace fs = std::filesystem;

std::string render_files(Json const& json, Style const& style) {
    Table table({"file", "bytes", "what"});
    for (auto const& file : items(json, "files"))
        table.row({shown(file, "name"), shown(file, "bytes"), shown(file, "what")});
    return table.text(style);
}

std::string render_preview(Json const& json, Style const& style) {
    return "would write, of message " + printable(shown(json, "message")) + " from " + printable(shown(json, "from")) +
           " to " + printable(shown(json, "to")) + ":\n" + render_files(json, style);
}

std::string render_written(Json const& json, Style const& style) {
    return render_files(json, style) + "wrote " + printable(shown(json, "folder")) +
           "\nTo judge it: casebridge-verify " + printable(shown(json, "folder")) + "\n";
}

/// SECURITY: a name that came over the socket never leads out of the folder.
bool is_plain_name(std::string const& name) {
    return !name.empty() && !name.starts_with('.') && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || c == '-' || c == '.' || (c >= '0' && c <= '9');
    });
}

Status write_files(Json const& json, fs::path const& folder) {
    RETURN_IF_ERROR(make_private_directory(folder));
    for (auto const& file : items(json, "files")) {
        auto const name = file.text_or("name");
        auto const content = from_base64(file.text_or("content"));
        if (!is_plain_name(name) || !content) return Error{ErrorKind::invalid, "daemon.bad_answer", "a file's name"};
        RETURN_IF_ERROR(write_file_atomically(folder / name, *content, 0600));
    }
    return Done{};
}

/// Whole or not at all: under another name first.
Status write_folder(Json const& json, fs::path const& folder) {
    auto const partial = fs::path(folder.string() + ".partial");
    std::error_code failed;
    auto written = write_files(json, partial);
    if (written) {
        fs::rename(partial, folder, failed);
        if (failed) written = Error{ErrorKind::unavailable, "file.unwritable", folder.string()};
    }
    if (!written) fs::remove_all(partial, failed);
    return written;
}

/// What is shown does not hold the files themselves.
Json without_contents(Json const& json, fs::path const& folder) {
    auto files = Json::array();
    for (auto const& file : items(json, "files"))
        files.push(Json::object()
                       .set("name", file.text_or("name"))
                       .set("what", file.text_or("what"))
                       .set("bytes", file.find("bytes") == nullptr ? Json() : *file.find("bytes"))
                       .set("sha256", file.text_or("sha256")));
    return Json::object()
        .set("folder", folder.string())
        .set("message", json.text_or("message"))
        .set("side", json.text_or("side"))
        .set("from", json.text_or("from"))
        .set("to", json.text_or("to"))
        .set("files", std::move(files));
}

ExitCode export_bundle(Invocation const& in) {
    auto const path = "/v1/evidence/" + percent_encoded(in.text("MESSAGE"));
    if (in.dry_run()) return in.get(path, {{"open", in.has("--open") ? "true" : ""}}, render_preview);
    fs::path folder(in.text("--out"));
    while (!folder.has_filename() && folder.has_parent_path()) folder = folder.parent_path();
    std::error_code failed;
    if (fs::exists(fs::symlink_status(folder, failed)) || fs::exists(fs::path(folder.string() + ".partial"), failed))
        return in.fail(Error{ErrorKind::conflict, "file.exists", folder.string()});
    auto const answer = in.post_as_act(path, Json::object().set("open", in.has("--open")));
    if (auto const* failure = std::get_if<Failure>(&answer)) return in.fail(*failure);
    auto const& bundle = std::get<Json>(answer);
    if (auto const written = write_folder(bundle, folder); !written) return in.fail(written.error());
    return in.show(without_contents(bundle, folder), render_written);
}

}  // namespace

std::vector<Command> evidence_commands() {
    using enum OptionSpec::Count;
    return {
        {"evidence export",
         "What proves one message to an auditor, as a folder without personal data, to be judged offline with "
         "casebridge-verify. An act.",
         "casebridge evidence export 019a2b3c-4d5e-7f60-8192-a3b4c5d6e7f8 --out evidence-019a2b3c --reason \"audit\"",
         {{"MESSAGE", "", "The message's id, sent or received", required},
          {"--out", "FOLDER", "Where to write it; it must not exist", required},
          {"--open", "", "Also open the leaf's commitment: names the case and the consent (data officers only)",
           optional},
          {"--dry-run", "", "Only list what would be written; nothing is logged", optional}},
         export_bundle},
    };
}

}  // namespace casebridge::cli
