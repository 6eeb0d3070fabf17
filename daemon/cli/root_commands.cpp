// casebridge identity make-root, sign-root, install-root: another root, by the word of the one before. No daemon
// needed; the first two are for the machine that is never online.
#include "crypto/root_rollover.h"
#include "daemon/cli/identity_place.h"
#include "daemon/cli/passphrase.h"
#include "daemon/cli/root_files.h"
#include "daemon/clock.h"
#include "daemon/files.h"
#include "daemon/identity_roots.h"

namespace casebridge::cli {
namespace {

constexpr unsigned public_mode = 0644, private_mode = 0600;
constexpr std::size_t shortest_passphrase = 12;  // as of create_identity, in bytes

/// An old authority's last messages are under way for a month.
constexpr Days overlap{"--overlap-days", 45, 3650, default_root_overlap};

std::string render_facts(Json const& json, Style const& style) {
    Facts facts;
    for (auto const* name : {"node", "fingerprint", "valid_until", "old root accepted until", "file", "key_file"})
        if (json.find(name) != nullptr) facts.add(name, shown(json, name));
    return facts.text(style);
}

ExitCode fail(Invocation const& in, Error const& error) {
    auto failure = to_failure(error);
    if (failure.code.starts_with("usage.")) failure.exit = ExitCode::usage;
    return in.fail(failure);
}

Result<Json> make(Invocation const& in) {
    ASSIGN_OR_RETURN(auto const node, NodeId::parse(in.text("NODE")));
    ASSIGN_OR_RETURN(auto const suite, parse_suite(in.has("--suite") ? in.text("--suite") : "p256-sha256"));
    ASSIGN_OR_RETURN(auto const passphrase, passphrase_of(in, Passphrase::made_now,
                                                          "Passphrase for the next root key (12 characters or more)"));
    if (passphrase.reveal().size() < shortest_passphrase)
        return Error{ErrorKind::invalid, "identity.weak_passphrase", "at least 12 characters are needed"};
    ASSIGN_OR_RETURN(auto const root, create_root(node, suite, SystemClock().now()));
    auto const key = root.key.to_encrypted_pem(passphrase);
    RETURN_IF_ERROR(write_file_atomically(in.text("--key-out"), as_bytes(key), private_mode, Existing::keep));
    RETURN_IF_ERROR(
        write_file_atomically(in.text("--out"), as_bytes(root.certificate.pem()), public_mode, Existing::keep));
    return Json::object()
        .set("node", node.text())
        .set("fingerprint", root.certificate.fingerprint_text())
        .set("valid_until", to_rfc3339(root.certificate.not_after()))
        .set("file", in.text("--out"))
        .set("key_file", in.text("--key-out"));
}

ExitCode make_root(Invocation const& in) {
    auto const json = make(in);
    if (!json) return fail(in, json.error());
    return in.show(*json, [](Json const& shown_json, Style const& style) {
        return render_facts(shown_json, style) +
               "\nKeep the key offline. Next, with the old root's key: casebridge identity sign-root.\n";
    });
}

Result<Json> sign(Invocation const& in) {
    ASSIGN_OR_RETURN(auto const lifetime, days_by_option(in, overlap));
    ASSIGN_OR_RETURN(auto const next, certificate_at(in.text("NEXT")));
    ASSIGN_OR_RETURN(auto const node, NodeId::parse(in.text("--node")));
    ASSIGN_OR_RETURN(auto const root, root_by_options(in));
    ASSIGN_OR_RETURN(auto const statement, sign_next_root(node, root, next, SystemClock().now(), lifetime));
    RETURN_IF_ERROR(write_file_atomically(in.text("--out"), as_bytes(statement.pem()), public_mode, Existing::keep));
    return Json::object()
        .set("node", node.text())
        .set("fingerprint", next.fingerprint_text())
        .set("old root accepted until", to_rfc3339(statement.not_after()))
        .set("file", in.text("--out"));
}

ExitCode sign_root(Invocation const& in) {
    auto const json = sign(in);
    if (!json) return fail(in, json.error());
    return in.show(*json, [](Json const& shown_json, Style const& style) {
        return render_facts(shown_json, style) +
               "\nAnybody can check it: openssl verify -CAfile OLD-ROOT FILE. Carry it and the next root's certificate "
               "to the node; there: casebridge identity install-root.\n";
    });
}

Result<Json> install(Invocation const& in) {
    ASSIGN_OR_RETURN(auto const statement, certificate_at(in.text("STATEMENT")));
    ASSIGN_OR_RETURN(auto const next, certificate_at(in.text("--next")));
    ASSIGN_OR_RETURN(auto const place, identity_place(in));
    RETURN_IF_ERROR(install_next_root(place.directory, place.node, statement, next, SystemClock().now()));
    return Json::object()
        .set("node", place.node.text())
        .set("fingerprint", next.fingerprint_text())
        .set("old root accepted until", to_rfc3339(statement.not_after()));
}

ExitCode install_root(Invocation const& in) {
    auto const json = install(in);
    if (!json) return fail(in, json.error());
    return in.show(*json, [](Json const& shown_json, Style const& style) {
        return render_facts(shown_json, style) +
               "\nPartners are shown it from now on and follow within an hour; restart the daemon. Certificates stay "
               "under the old root until you install another issuing authority under the next one (identity "
               "request-authority, sign-authority, install-authority): not before every partner's `peer list` shows "
               "the "
               "new fingerprint, or it cannot reach you any more.\n";
    });
}

}  // namespace

std::vector<Command> root_commands() {
    using enum OptionSpec::Count;
    OptionSpec const out{"--out", "FILE", "File to write; nothing is overwritten", required};
    OptionSpec const passphrase{"--passphrase-file", "FILE", "Passphrase of the key, mode 0600 (default: asked for)",
                                optional};
    return {
        {"identity make-root",
         "On the offline machine: the root that is to take the place of the one partners have pinned",
         "casebridge identity make-root th-msdhs --out root-2.pem --key-out root-2.key.pem",
         {{"NODE", "", "The node's id", required},
          out,
          {"--key-out", "FILE", "File for its key, encrypted with a passphrase; nothing is overwritten", required},
          {"--suite", "SUITE", "p256-sha256 (default) or p384-sha384", optional},
          passphrase},
         make_root},
        {"identity sign-root",
         "On the offline machine: the old root's word that the next one takes its place",
         "casebridge identity sign-root root-2.pem --node th-msdhs --root root.pem --root-key root.key.pem \\\n"
         "      --out rollover.pem",
         {{"NEXT", "", "The next root's certificate", required},
          {"--node", "NODE", "The node's id", required},
          {"--root", "FILE", "The old root's certificate, root.pem", required},
          {"--root-key", "FILE", "The old root's key, root.key.pem, mode 0600", required},
          {"--overlap-days", "N", "How long the old root's chains are accepted still (default 180, at least 45)",
           optional},
          passphrase,
          out},
         sign_root},
        {"identity install-root",
         "Take the next root into use; partners that have pinned the old one follow by its word",
         "casebridge identity install-root rollover.pem --next root-2.pem --state /var/lib/casebridge",
         {{"STATEMENT", "", "What sign-root wrote", required},
          {"--next", "FILE", "The next root's certificate", required},
          {"--state", "DIR", "State directory (default: the configuration's)", optional}},
         install_root},
    };
}

}  // namespace casebridge::cli
