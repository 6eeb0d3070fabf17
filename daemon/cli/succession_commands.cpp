// casebridge identity sign-successor, succeed; peer succeed: another node goes on with a node's records.
#include "crypto/succession.h"
#include "daemon/cli/identity_place.h"
#include "daemon/cli/root_files.h"
#include "daemon/clock.h"
#include "daemon/files.h"
#include "daemon/own_succession.h"

namespace casebridge::cli {
namespace {

constexpr unsigned public_mode = 0644;
/// Officers of every partner have to take it up.
constexpr Days validity{"--valid-days", 30, 3650, std::chrono::hours(24 * 365)};

ExitCode fail(Invocation const& in, Error const& error) {
    auto failure = to_failure(error);
    if (failure.code.starts_with("usage.")) failure.exit = ExitCode::usage;
    return in.fail(failure);
}

Result<Json> sign(Invocation const& in) {
    ASSIGN_OR_RETURN(auto const lifetime, days_by_option(in, validity));
    ASSIGN_OR_RETURN(auto const successor_node, NodeId::parse(in.text("SUCCESSOR")));
    ASSIGN_OR_RETURN(auto const next, certificate_at(in.text("--next")));
    ASSIGN_OR_RETURN(auto const node, NodeId::parse(in.text("--node")));
    ASSIGN_OR_RETURN(auto const root, root_by_options(in));
    ASSIGN_OR_RETURN(auto const statement,
                     sign_succession(node, root, {successor_node, next}, SystemClock().now(), lifetime));
    RETURN_IF_ERROR(write_file_atomically(in.text("--out"), as_bytes(statement.pem()), public_mode, Existing::keep));
    return Json::object()
        .set("node", node.text())
        .set("successor", successor_node.text())
        .set("fingerprint", next.fingerprint_text())
        .set("valid_until", to_rfc3339(statement.not_after()))
        .set("file", in.text("--out"));
}

ExitCode sign_successor(Invocation const& in) {
    auto const json = sign(in);
    if (!json) return fail(in, json.error());
    return in.show(*json, [](Json const& shown_json, Style const& style) {
        Facts facts;
        for (auto const* name : {"node", "successor", "fingerprint", "valid_until", "file"})
            facts.add(name, shown(shown_json, name));
        return facts.text(style) +
               "\nAnybody can check it: openssl verify -CAfile OLD-ROOT FILE. Give it and the successor's root to "
               "every "
               "partner; on the node: casebridge identity succeed.\n";
    });
}

ExitCode succeed(Invocation const& in) {
    auto const statement = certificate_at(in.text("STATEMENT"));
    if (!statement) return fail(in, statement.error());
    auto const place = identity_place(in);
    if (!place) return fail(in, place.error());
    auto const done = install_succession(place->directory.parent_path(), in.text("--from"), *statement,
                                         SystemClock().now(), in.dry_run());
    if (!done) return fail(in, done.error());
    auto json = Json::object();
    json.set("old", done->from.text()).set("new", done->to.text());
    json.set("store_key_moved", done->with_key).set("dry_run", in.dry_run());
    return in.show(json, [&in](Json const& shown_json, Style const& style) {
        auto const old = shown(shown_json, "old");
        auto const what = shown(shown_json, "new") + " goes on with the store of " + old;
        bool const with_key = *shown_json.find("store_key_moved") == Json(true);
        auto const* const key = with_key ? "  The store's key is beside it.\n"
                                         : "  Give this node the key of that store, too: systemd credential store-key, "
                                           "or store_key_file.\n";
        if (in.dry_run()) return "would do: " + what + " (nothing was changed)\n" + key;
        return style.paint(what, Tone::good) + "\n" + key + "  " + old +
               " will not start again. Keep its root's key safe: whoever has it can name another successor. Destroy "
               "its other keys and their backups, since what was recorded on its way there opens with them; in its "
               "identity directory: shred -u encryption*.key.pem signing*.key.pem tls*.key.pem issuing*.key.pem "
               "log.key.pem "
               "witness.key.pem\n" +
               "  next: start the daemon; give every partner the statement, your root and the keys of log and witness "
               "(`casebridge identity show`)\n";
    });
}

ExitCode peer_succeed(Invocation const& in) {
    auto const statement = certificate_at(in.text("--statement"));
    if (!statement) return fail(in, statement.error());
    auto const root = certificate_at(in.text("--root"));
    if (!root) return fail(in, root.error());
    auto body = Json::object();
    body.set("node", in.text("SUCCESSOR"))
        .set("kind", in.text("--kind"))
        .set("name", in.text("--name"))
        .set("address", in.text("--address"))
        .set("root_pem", root->pem())
        .set("statement_pem", statement->pem())
        .set("log_key", in.text("--log-key"))
        .set("witness_key", in.text("--witness-key"));
    auto const path = "/v1/peers/" + percent_encoded(in.text("NODE")) + "/succession";
    return in.act(path, std::move(body), [&in](Json const& answer, Style const& style) {
        Facts facts;
        facts.add("messages of its that are held here", shown(answer, "held"));
        facts.add("messages it was told", shown(answer, "told"));
        facts.add("duties that are open", shown(answer, "owed"));
        facts.add("procedures under way", shown(answer, "procedures"));
        facts.add("messages that wait and will not leave", shown(answer, "dropped"));
        auto const successor = shown(answer, "successor");
        auto const what = successor + " in the place of " + shown(answer, "node");
        if (in.dry_run()) return "would put " + what + " (nothing was changed)\n" + facts.text(style);
        return style.paint(what, Tone::good) + "\n" + facts.text(style) +
               "  Nothing new is shared with it until an agreement names it.\n  next: casebridge peer check " +
               successor + "\n";
    });
}

}  // namespace

std::vector<Command> succession_commands() {
    using enum OptionSpec::Count;
    return {
        {"identity sign-successor",
         "On the offline machine: the old root's word that another node goes on with this one's records",
         "casebridge identity sign-successor kh-newagency --next newagency-root.pem --node kh-mosvy --root root.pem "
         "\\\n"
         "      --root-key root.key.pem --out succession.pem",
         {{"SUCCESSOR", "", "The other node's id", required},
          {"--next", "FILE", "Its root's certificate", required},
          {"--node", "NODE", "The old node's id", required},
          {"--root", "FILE", "The old root's certificate, root.pem", required},
          {"--root-key", "FILE", "The old root's key, root.key.pem, mode 0600", required},
          {"--valid-days", "N", "How long partners can take it up (default 365, at least 30)", optional},
          {"--passphrase-file", "FILE", "Passphrase of the key, mode 0600 (default: asked for)", optional},
          {"--out", "FILE", "File to write; nothing is overwritten", required}},
         sign_successor},
        {"identity succeed",
         "Go on with another node's store: records, register, duties and audit log; that node is no more",
         "casebridge identity succeed succession.pem --from /var/lib/casebridge-old --dry-run",
         {{"STATEMENT", "", "What sign-successor wrote", required},
          {"--from", "DIR", "The old node's state directory; its daemon is stopped", required},
          {"--state", "DIR",
           "This node's state directory, with an identity and no store (default: the configuration's)", optional},
          {"--dry-run", "", "Check everything, change nothing", optional}},
         succeed},
        {"peer succeed",
         "Another node goes on with a partner's records, by the word of that partner's root",
         "casebridge peer succeed kh-mosvy kh-newagency --statement succession.pem --root newagency-root.pem \\\n"
         "      --kind welfare --name \"New Agency\" --address node.newagency.example:8443 --dry-run",
         {{"NODE", "", "The old partner's node id", required},
          {"SUCCESSOR", "", "The other's node id; it has never been a partner", required},
          {"--statement", "FILE", "The old root's statement", required},
          {"--root", "FILE", "The successor's root certificate (PEM)", required},
          {"--kind", "KIND", "welfare, police, justice, health or organisation", required},
          {"--name", "TEXT", "The ministry's name, for people", required},
          {"--address", "HOST:PORT", "Where its daemon listens", required},
          {"--log-key", "VKEY", "The key of its audit log, as it gave it to you", optional},
          {"--witness-key", "VKEY", "The key it cosigns our log with, likewise", optional},
          {"--dry-run", "", "Check everything, say what would move, change nothing", optional}},
         peer_succeed},
    };
}

}  // namespace casebridge::cli
