// casebridge init: what a new node needs: an identity, a store key, a configuration. No daemon needed.
#include "daemon/cli/command.h"
#include "daemon/cli/passphrase.h"
#include "daemon/cli/starting_config.h"
#include "daemon/cli/token_options.h"
#include "daemon/clock.h"
#include "daemon/config.h"
#include "daemon/files.h"
#include "daemon/identity_directory.h"
#include "policies/unicode.h"

#include <pwd.h>
#include <unistd.h>

namespace casebridge::cli {
namespace {

constexpr std::size_t kStoreKeyBytes = 32;

struct Plan {
    NodeId node;
    NodeKind kind;
    std::string name;
    Suite suite;
    std::vector<OfficeId> offices;
    std::string listen;
    std::filesystem::path state, identity, store_key, config;
    KeySource keys{};
    bool makes_store_key = true;
};

Result<Plan> plan_of(Invocation const& in) {
    ASSIGN_OR_RETURN(auto node, NodeId::parse(in.text("--node")));
    ASSIGN_OR_RETURN(auto const kind, parse_node_kind(in.text("--kind")));
    ASSIGN_OR_RETURN(auto const suite, parse_suite(in.has("--suite") ? in.text("--suite") : "p256-sha256"));
    if (find_refused_character(in.text("--name"), LineBreaks::refused) != std::string_view::npos)
        return Error{ErrorKind::invalid, "usage.bad_name", "--name holds characters that cannot be shown"};
    std::vector<OfficeId> offices;
    for (auto const& text : in.values("--office")) {
        ASSIGN_OR_RETURN(auto office, parse_office(text));
        offices.push_back(std::move(office));
    }
    ASSIGN_OR_RETURN(auto keys, key_source(in));
    auto const state = std::filesystem::absolute(in.text("--state")).lexically_normal();
    auto const config = in.has("--config-out") ? std::filesystem::absolute(in.text("--config-out")).lexically_normal()
                                               : state / "casebridge.yaml";
    return Plan{.node = std::move(node),
                .kind = kind,
                .name = in.text("--name"),
                .suite = suite,
                .offices = std::move(offices),
                .listen = in.text("--listen"),
                .state = state,
                .identity = state / "identity",
                .store_key = state / "store.key",
                .config = config,
                .keys = std::move(keys),
                .makes_store_key = !in.has("--no-store-key")};
}

/// Everything that is in the way is said before anything is made.
Status require_free(Plan const& plan) {
    std::error_code ignored;
    if (std::filesystem::exists(plan.identity, ignored) && !std::filesystem::is_empty(plan.identity, ignored))
        return Error{ErrorKind::conflict, "identity.exists", plan.identity.string() + " is there already"};
    for (auto const& file : {plan.config, plan.makes_store_key ? plan.store_key : std::filesystem::path()})
        if (!file.empty() && std::filesystem::exists(file, ignored))
            return Error{ErrorKind::conflict, "file.exists", file.string() + " is there already"};
    return Done{};
}

/// Whoever makes the node operates it; who may work on cases is for people to decide.
std::string first_officer() {
    auto const uid = ::getuid();
    std::string name = "administrator";
    if (auto const* user = ::getpwuid(uid); user != nullptr && uid != 0) {
        std::string_view const given = user->pw_name;
        constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789";
        if (given.size() >= 2 && given.size() <= 40 && given.find_first_not_of(allowed) == std::string_view::npos)
            name = given;
    }
    return "\n  - {user: \"" + std::to_string(uid) + "\", officer: " + name +
           ", role: operator}\n  # Add who works on cases: - {user: login, officer: s.name, role: data_officer}";
}

std::string config_text(Plan const& plan) {
    auto text = with_value(config_example(), "node", plan.node.text());
    text = with_value(text, "kind", to_text(plan.kind));
    text = with_value(text, "name", yaml_quoted(plan.name));
    std::string offices;
    for (auto const& office : plan.offices) offices += (offices.empty() ? "" : ", ") + office.text();
    text = with_value(text, "offices", "[" + offices + "]");
    if (!plan.listen.empty()) text = with_value(text, "listen", yaml_quoted(plan.listen));
    text = with_value(text, "officers", first_officer());
    text = with_value(text, "state_directory", yaml_quoted(plan.state.string()));
    if (plan.makes_store_key) text = with_value(text, "store_key_file", yaml_quoted(plan.store_key.string()));
    return text;
}

Status write_store_key(Plan const& plan) {
    auto const key = Secret::random(kStoreKeyBytes);
    auto const text = Secret::from_text(to_hex(key.reveal()));
    return write_file_atomically(plan.store_key, text.reveal(), 0600, Existing::keep);
}

/// What partners are to be given.
struct Made {
    std::string fingerprint, log_key, witness_key;
};

Result<Made> carry_out(Plan const& plan, Secret const& passphrase) {
    auto const now = SystemClock().now();
    RETURN_IF_ERROR(make_private_directory(plan.state));
    RETURN_IF_ERROR(create_identity(plan.identity, plan.node, plan.suite, passphrase, now, plan.keys));
    if (plan.makes_store_key) RETURN_IF_ERROR(write_store_key(plan));
    std::error_code ignored;
    // Where the configuration expects them: the daemon does not start without.
    for (auto const* directory : {"agreements", "policies"})
        std::filesystem::create_directories(plan.config.parent_path() / directory, ignored);
    RETURN_IF_ERROR(write_file_atomically(plan.config, as_bytes(config_text(plan)), 0640, Existing::keep));
    ASSIGN_OR_RETURN(auto const identity, load_identity(plan.identity, plan.node, now));
    return Made{identity.root.fingerprint_text(), identity.log_key ? identity.log_key->verifier().text() : "",
                identity.witness_key ? identity.witness_key->verifier().text() : ""};
}

Json plan_json(Plan const& plan, bool dry_run) {
    auto json = Json::object();
    json.set("node", plan.node.text())
        .set("kind", to_text(plan.kind))
        .set("suite", to_text(plan.suite))
        .set("identity", plan.identity.string())
        .set("store_key", plan.makes_store_key ? Json(plan.store_key.string()) : Json())
        .set("config", plan.config.string())
        .set("keys", plan.keys.uri ? plan.keys.uri->name() : std::string("files"))
        .set("agreements", (plan.config.parent_path() / "agreements").string())
        .set("policies", (plan.config.parent_path() / "policies").string())
        .set("dry_run", dry_run);
    return json;
}

std::string render_made(Json const& json, Style const& style) {
    bool const dry_run = shown(json, "dry_run") == "yes";
    Facts facts;
    facts.add("node",
              {shown(json, "node") + " (" + shown(json, "kind") + ", " + shown(json, "suite") + ")", Tone::bold});
    facts.add("identity", shown(json, "identity"));
    facts.add("store key", shown(json, "store_key"));
    if (shown(json, "keys") != "files") facts.add("keys", shown(json, "keys"));
    facts.add("configuration", shown(json, "config"));
    facts.add("agreements", shown(json, "agreements"));
    facts.add("policies", shown(json, "policies"));
    if (dry_run) return "Would make (nothing was made):\n" + facts.text(style);
    facts.add("fingerprint", {shown(json, "fingerprint"), Tone::good});
    facts.add("log key", shown(json, "log_key"));
    facts.add("witness key", shown(json, "witness_key"));
    auto const identity = printable(shown(json, "identity"));
    std::string steps = facts.text(style) + "\nNext:\n" + "  1. Move " + identity +
                        "/root.key.pem to an offline medium, and keep its passphrase apart.\n"
                        "  2. Fill in the rest of " +
                        printable(shown(json, "config")) +
                        ", then: casebridge config check\n"
                        "  3. Give partners " +
                        identity + "/root.pem and the two keys above, and compare the fingerprint above in person.\n";
    if (::geteuid() == 0)
        steps +=
            "  4. Made as root: the service's start gives the state directory to its user; without systemd, chown -R "
            "it.\n";
    return steps;
}

ExitCode init(Invocation const& in) {
    auto const plan = plan_of(in);
    if (!plan) return in.fail(usage_failure(plan.error().code, plan.error().detail));
    if (auto const is_free = require_free(*plan); !is_free) return in.fail(is_free.error());
    auto json = plan_json(*plan, in.dry_run());
    if (in.dry_run()) return in.show(json, render_made);
    auto const passphrase =
        passphrase_of(in, Passphrase::made_now, "Passphrase for the root key (12 characters or more)");
    if (!passphrase) return in.fail(passphrase.error());
    auto const made = carry_out(*plan, *passphrase);
    if (!made) return in.fail(made.error());
    json.set("fingerprint", made->fingerprint).set("log_key", made->log_key).set("witness_key", made->witness_key);
    return in.show(json, render_made);
}

}  // namespace

std::vector<Command> init_commands() {
    using enum OptionSpec::Count;
    return {
        {"init",
         "Make a new node: identity, store key, configuration. Never overwrites.",
         "casebridge init --node th-msdhs --kind welfare --name \"Ministry of Social Development\" \\\n"
         "      --state /var/lib/casebridge --config-out /etc/casebridge/casebridge.yaml",
         {{"--node", "NODE", "<country>-<agency>, e.g. th-msdhs, or org-<name>", required},
          {"--kind", "KIND", "welfare, police, justice, health or organisation", required},
          {"--name", "TEXT", "The ministry's name, for people", required},
          {"--state", "DIR", "State directory: identity, store, store key", required},
          {"--office", "OFFICE", "An office messages may be addressed to; may be repeated", optional_many},
          {"--listen", "HOST:PORT", "Where partners reach this node (default 0.0.0.0:8443)", optional},
          {"--suite", "SUITE", "p256-sha256 (default) or p384-sha384", optional},
          {"--passphrase-file", "FILE", "Passphrase of the root key, mode 0600 (default: asked for twice)", optional},
          {"--config-out", "FILE", "Configuration to write (default: <state>/casebridge.yaml)", optional},
          token_option,
          {"--no-store-key", "", "Make no store key file: it comes as a systemd credential", optional},
          {"--dry-run", "", "Say what would be made, make nothing", optional}},
         init},
    };
}

}  // namespace casebridge::cli
