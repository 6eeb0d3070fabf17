// casebridge identity: this node's certificates. No daemon needed.
#include "daemon/certificate_urgency.h"
#include "daemon/cli/command.h"
#include "daemon/cli/identity_place.h"
#include "daemon/cli/token_options.h"
#include "daemon/clock.h"
#include "daemon/identity_directory.h"
#include "daemon/identity_renewal.h"
#include "daemon/token_keys.h"

#include <algorithm>

namespace casebridge::cli {
namespace {

/// Where its key is: `file`, `offline` or `token`, there also what it is called.
void add_key(Json& json, std::filesystem::path const& directory, std::string_view name) {
    std::error_code ignored;
    if (!identity_files::is_in_token(directory, name)) {
        bool const here = std::filesystem::exists(identity_files::key_path(directory, name), ignored);
        json.set("key", here ? "file" : "offline");
        return;
    }
    json.set("key", "token");
    if (auto const uri = read_uri(identity_files::uri_path(directory, name)))
        json.set("key_uri", uri->name()).set("key_label", uri->object.empty() ? to_hex(uri->id) : uri->object);
}

Json leaf_json(std::string_view role, Certificate const& leaf, std::filesystem::path const& directory, Timestamp now) {
    auto const left = std::chrono::floor<std::chrono::days>(leaf.not_after() - now);
    auto const urgency = urgency_of(validity_of(leaf), now);
    auto json = Json::object();
    json.set("role", role)
        .set("fingerprint", leaf.fingerprint_text())
        .set("not_before", to_rfc3339(leaf.not_before()))
        .set("not_after", to_rfc3339(leaf.not_after()))
        .set("days_left", static_cast<std::int64_t>(left.count()))
        .set("expires_soon", urgency != CertificateUrgency::none)
        .set("code", code_of(urgency));
    add_key(json, directory, role);
    return json;
}

Json identity_json(NodeIdentity const& identity, IdentityPlace const& place, Timestamp now) {
    auto leaves = Json::array();
    leaves.push(leaf_json("root", identity.root, place.directory, now));
    leaves.push(leaf_json("issuing", identity.tls_chain.back(), place.directory, now));
    leaves.push(leaf_json("tls", identity.tls_chain.front(), place.directory, now));
    leaves.push(leaf_json("signing", identity.signer.chain.front(), place.directory, now));
    leaves.push(leaf_json("encryption", identity.encryption_chain.front(), place.directory, now));
    std::error_code ignored;
    auto json = Json::object();
    json.set("node", identity.node.text())
        .set("fingerprint", identity.root.fingerprint_text())
        .set("directory", place.directory.string())
        .set("certificates", std::move(leaves))
        .set("older_encryption_keys", static_cast<std::int64_t>(identity.encryption_keys.size()) - 1)
        .set("keys_out_of_reach", identity.keys_out_of_reach)
        .set("log_key", identity.log_key ? Json(identity.log_key->verifier().text()) : Json())
        .set("witness_key", identity.witness_key ? Json(identity.witness_key->verifier().text()) : Json())
        .set("root_key_online", std::filesystem::exists(place.directory / "root.key.pem", ignored));
    return json;
}

/// "about to expire"
std::string words_for(std::string code) {
    code.erase(0, code.find('.') + 1);
    std::ranges::replace(code, '_', ' ');
    return code;
}

std::string render_identity(Json const& json, Style const& style) {
    Facts facts;
    facts.add("node", {shown(json, "node"), Tone::bold});
    facts.add("fingerprint", {shown(json, "fingerprint"), Tone::bold});
    facts.add("directory", shown(json, "directory"));
    auto const log_key = json.text_or("log_key");
    facts.add("log key",
              log_key.empty() ? Cell{"none: casebridge identity add-log-key", Tone::warning} : Cell{log_key});
    auto const witness_key = json.text_or("witness_key");
    facts.add("witness key",
              witness_key.empty() ? Cell{"none: casebridge identity add-log-key", Tone::warning} : Cell{witness_key});
    Table table({"certificate", "valid from", "until", "days left", "key"});
    bool soon = false;
    for (auto const& leaf : items(json, "certificates")) {
        bool const warn = shown(leaf, "expires_soon") == "yes";
        soon = soon || warn;
        table.row({shown(leaf, "role"), local_time(leaf.text_or("not_before")), local_time(leaf.text_or("not_after")),
                   Cell{shown(leaf, "days_left") + (warn ? "  " + words_for(leaf.text_or("code")) : ""),
                        warn ? Tone::warning : Tone::plain},
                   shown(leaf, "key") + (leaf.find("key_label") == nullptr ? "" : ": " + shown(leaf, "key_label"))});
    }
    auto out = facts.text(style) + "\n" + table.text(style);
    if (soon)
        out += style.paint(
                   "`casebridge identity renew` makes new leaves; the issuing authority needs the offline root: "
                   "`casebridge identity request-authority`.",
                   Tone::warning) +
               "\n";
    if (shown(json, "root_key_online") == "yes")
        out +=
            style.paint("root.key.pem is still on this machine: move it to an offline medium.", Tone::warning) + "\n";
    return out;
}

ExitCode show_identity(Invocation const& in) {
    auto const place = identity_place(in);
    if (!place) return in.fail(place.error());
    auto const now = SystemClock().now();
    auto const identity = load_identity(place->directory, place->node, now);
    if (!identity) return in.fail(identity.error());
    return in.show(identity_json(*identity, *place, now), render_identity);
}

Json role_names(std::vector<Role> const& roles) {
    auto names = Json::array();
    for (auto const role : roles) names.push(to_text(role));
    return names;
}

std::string render_renewed(Json const& json, Style const& style) {
    if (items(json, "renewed").empty()) return render_identity(json, style) + "Nothing is due.\n";
    return render_identity(json, style) +
           "Renewed. The fingerprint partners have pinned is the same. A running daemon takes the new keys up within a "
           "minute, or at once: systemctl reload casebridged.\n";
}

ExitCode renew(Invocation const& in) {
    auto const place = identity_place(in);
    if (!place) return in.fail(place.error());
    auto const suite = in.has("--suite") ? parse_suite(in.text("--suite")) : identity_suite(place->directory);
    if (!suite) return in.fail(suite.error());
    auto const source = key_source(in);
    if (!source) return in.fail(source.error());
    auto const now = SystemClock().now();
    auto const due = in.has("--if-due") ? roles_due(place->directory, now)
                                        : std::vector<Role>(std::begin(all_roles), std::end(all_roles));
    if (!due) return in.fail(due.error());
    if (!due->empty()) {
        auto const renewed = renew_leaves(place->directory, place->node, *suite, now, *due, *source);
        if (!renewed) return in.fail(renewed.error());
    }
    auto const identity = load_identity(place->directory, place->node, now);
    if (!identity) return in.fail(identity.error());
    auto json = identity_json(*identity, *place, now);
    json.set("renewed", role_names(*due));
    return in.show(json, render_renewed);
}

ExitCode make_log_key(Invocation const& in) {
    auto const place = identity_place(in);
    if (!place) return in.fail(place.error());
    if (auto const made = add_log_keys(place->directory); !made) return in.fail(made.error());
    auto const now = SystemClock().now();
    auto const identity = load_identity(place->directory, place->node, now);
    if (!identity) return in.fail(identity.error());
    return in.show(identity_json(*identity, *place, now), [](Json const& json, Style const& style) {
        return render_identity(json, style) +
               "Made. Give partners the lines `log key` and `witness key`, and restart the daemon to use them.\n";
    });
}

}  // namespace

std::vector<Command> identity_commands() {
    using enum OptionSpec::Count;
    OptionSpec const state{"--state", "DIR", "State directory (default: the configuration's)", optional};
    return {
        {"identity show",
         "The fingerprint partners pin, and how long each certificate is valid",
         "casebridge identity show --state /var/lib/casebridge",
         {state},
         show_identity},
        {"identity renew",
         "New TLS, signing and encryption certificates; partners need do nothing",
         "casebridge identity renew --state /var/lib/casebridge",
         {state,
          {"--suite", "SUITE", "p256-sha256 or p384-sha384 (default: as now)", optional},
          {"--if-due", "", "Only those of whose life a third or less is left: casebridge-renew.timer", optional},
          token_option,
          files_option},
         renew},
        {"identity add-log-key",
         "The keys that sign the audit log's checkpoints and cosign partners', for a node made before there were any. "
         "Never overwrites.",
         "casebridge identity add-log-key --state /var/lib/casebridge",
         {state},
         make_log_key},
    };
}

}  // namespace casebridge::cli
