// casebridge log checkpoint, proof, consistency: what proves the log to others. `log verify` works without the daemon.
#include "crypto/log_proof.h"
#include "daemon/cli/command.h"
#include "daemon/files.h"

namespace casebridge::cli {
namespace {

constexpr std::size_t kMaximumFileBytes = 256 * 1024;

/// As others verify it, and nothing else: to be put into a file.
std::string render_text(Json const& json, Style const&) {
    return json.text_or("text");
}

ExitCode checkpoint(Invocation const& in) {
    return in.get("/v1/log/checkpoint", {{"size", in.text("--size")}}, render_text);
}

ExitCode proof(Invocation const& in) {
    return in.get("/v1/log/proof", {{"leaf", in.text("LEAF")}, {"size", in.text("--size")}}, render_text);
}

ExitCode consistency(Invocation const& in) {
    return in.get("/v1/log/consistency", {{"old", in.text("OLD")}, {"new", in.text("NEW")}}, render_text);
}

Result<std::string> text_of(std::string const& path) {
    ASSIGN_OR_RETURN(auto const bytes, read_file(path, kMaximumFileBytes));
    return to_text(bytes);
}

Json verified(std::string_view what, Checkpoint const& head) {
    return Json::object()
        .set("verified", what)
        .set("origin", head.origin)
        .set("size", head.size)
        .set("root", head.root.hex());
}

/// What the file is, its first line says.
Result<Json> verify_text(std::string const& text, NoteVerifier const& key, std::optional<Checkpoint> const& older) {
    if (text.starts_with("c2sp.org/tlog-proof@")) {
        ASSIGN_OR_RETURN(auto const proven, verify_inclusion_text(text, key));
        return verified("inclusion", proven.head.checkpoint)
            .set("leaf", proven.index)
            .set("data", to_text(proven.data));
    }
    if (text.starts_with("old ")) {
        if (!older)
            return Error{ErrorKind::invalid, "usage.older_missing",
                         "--older names the checkpoint this proof begins at"};
        ASSIGN_OR_RETURN(auto const head, verify_consistency_text(text, key, *older));
        return verified("consistency", head.checkpoint).set("old_size", older->size).set("old_root", older->root.hex());
    }
    ASSIGN_OR_RETURN(auto const head, open_checkpoint(text, key));
    return verified("checkpoint", head.checkpoint);
}

Result<Json> verify_file(Invocation const& in) {
    ASSIGN_OR_RETURN(auto const key, NoteVerifier::parse(in.text("--key")));
    std::optional<Checkpoint> older;
    if (in.has("--older")) {
        ASSIGN_OR_RETURN(auto const text, text_of(in.text("--older")));
        ASSIGN_OR_RETURN(auto opened, open_checkpoint(text, key));
        older = std::move(opened.checkpoint);
    }
    ASSIGN_OR_RETURN(auto const text, text_of(in.text("FILE")));
    return verify_text(text, key, older);
}

std::string render_verified(Json const& json, Style const& style) {
    Facts facts;
    facts.add("verified", {shown(json, "verified"), Tone::good});
    facts.add("log", shown(json, "origin"));
    if (json.find("old_size") != nullptr) facts.add("grew from", shown(json, "old_size") + " leaves");
    facts.add("head", shown(json, "size") + " leaves, root " + shown(json, "root"));
    if (json.find("leaf") != nullptr) {
        facts.add("leaf", shown(json, "leaf"));
        facts.add("data", shown(json, "data"));
    }
    return facts.text(style);
}

ExitCode verify(Invocation const& in) {
    auto const json = verify_file(in);
    if (!json && json.error().code.starts_with("usage."))
        return in.fail(usage_failure(json.error().code, json.error().detail));
    if (!json) return in.fail(json.error());
    return in.show(*json, render_verified);
}

}  // namespace

std::vector<Command> log_commands() {
    using enum OptionSpec::Count;
    OptionSpec const size{"--size", "N", "As of so many leaves (default: all)", optional};
    return {
        {"log checkpoint",
         "The log's head, signed with the log's key (C2SP checkpoint)",
         "casebridge log checkpoint > head.txt",
         {size},
         checkpoint},
        {"log proof",
         "That a leaf is in the log, with its retained facts and the signed head: to be given away and verified "
         "offline",
         "casebridge log proof 1207 > leaf-1207.tlog-proof",
         {{"LEAF", "", "The leaf's number", required}, size},
         proof},
        {"log consistency",
         "That the log has only grown since an older head",
         "casebridge log consistency 1000 > since-1000.txt",
         {{"OLD", "", "How many leaves the older head had", required},
          {"NEW", "", "How many the newer one has (default: all)", optional}},
         consistency},
        {"log verify",
         "Verify a checkpoint or proof in a file, offline; exit 0 if it holds",
         "casebridge log verify leaf-1207.tlog-proof --key casebridge.internal/th-msdhs/log+0123abcd+AY… \\\n"
         "      && casebridge log verify since-1000.txt --older head-1000.txt --key …",
         {{"FILE", "", "A checkpoint, or what `log proof` or `log consistency` printed", required},
          {"--key", "VKEY", "The log's verifier key, as its ministry gave it to you", required},
          {"--older", "FILE", "The older checkpoint, for a consistency proof", optional}},
         verify},
    };
}

}  // namespace casebridge::cli
