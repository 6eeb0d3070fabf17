// casebridge doctor: looks at a node as a newcomer would, from the configuration to the partners, and says what is
// wrong and what to type. Changes nothing.
#include "adapters/field_map.h"
#include "adapters/open_case_source.h"
#include "adapters/received_writer.h"
#include "daemon/cli/doctor_findings.h"
#include "daemon/cli/ownership.h"
#include "daemon/cli/remedies.h"
#include "daemon/clock.h"
#include "daemon/files.h"
#include "daemon/identity_directory.h"
#include "daemon/identity_revocation.h"

namespace casebridge::cli {
namespace {

constexpr char const* look_as_superuser = "Look as the superuser: sudo casebridge doctor.";
constexpr char const* credential_of_the_service =
    "See whether it does (systemctl show casebridged -p LoadCredential -p LoadCredentialEncrypted), and whether the "
    "daemon can read cases: casebridge status.";

/// Empty if the file is there but not ours to read: then only the daemon can tell.
bool denied(std::filesystem::path const& path) {
    std::error_code failure;
    static_cast<void>(std::filesystem::exists(path, failure));
    return failure == std::errc::permission_denied;
}

/// Only the superuser needs this look: what nobody may read, everybody else sees as missing.
void look_at_ownership(Config const& config, std::filesystem::path const& path, Findings& findings) {
    for (auto const& each : files_out_of_reach(config, path)) {
        findings.bad("files", "file.wrong_owner", each.detail, each.remedy);
    }
}

std::optional<Config> look_at_configuration(Invocation const& in, Findings& findings) {
    auto const path = in.config_path();
    auto config = load_config(path);
    if (config) {
        findings.good("configuration", path.string());
        return *std::move(config);
    }
    bool const unreadable = config.error().code == "file.unreadable";
    findings.bad("configuration", config.error(),
                 unreadable ? "Make a new node (casebridge init --help), or name the file with --config."
                            : "Correct the lines named; casebridge config help lists every key.");
    return std::nullopt;
}

void look_at_revocations(std::filesystem::path const& directory, Findings& findings) {
    constexpr std::string_view what = "revocation list";
    auto const own = own_revocations(directory);
    if (!own && own.error().code == "crl.none")
        return findings.note(what, "there is none: partners could not be told that a certificate is revoked",
                             "Issue it (casebridge identity crl), and let it be renewed: systemctl enable --now "
                             "casebridge-crl.timer.");
    if (!own) return findings.bad(what, own.error(), "Put identity/crl.pem back from a backup.");
    auto const& list = own->lists.back();
    if (auto const revoked = revoked_roles(directory); revoked && !revoked->empty())
        findings.bad("identity", "identity.revoked", std::string(to_text(revoked->front())) + " stands on our own list",
                     "Make new certificates and restart the daemon: casebridge identity renew.");
    if (list.next_update() <= SystemClock().now())
        return findings.bad(
            what, "crl.expired", "since " + to_rfc3339(list.next_update()),
            "Partners send and take nothing. Issue it anew: casebridge identity crl; by itself: systemctl "
            "enable --now casebridge-crl.timer.");
    findings.good(what, "valid until " + to_rfc3339(list.next_update()));
}

void look_at_identity(Config const& config, Findings& findings) {
    auto const directory = config.state_directory / "identity";
    if (denied(directory)) return findings.note("identity", "only its owner may look", look_as_superuser);
    if (!look_at_tokens(directory, findings)) return;
    auto const identity = load_identity(directory, config.node, SystemClock().now());
    if (!identity)
        return findings.bad("identity", identity.error(),
                            identity.error().code == "identity.missing" || identity.error().code.starts_with("token.")
                                ? remedy_for(identity.error().code)
                                : "Make new certificates under the root: casebridge identity renew --help.");
    findings.good("identity", "certificates until " + to_rfc3339(identity->tls_chain.front().not_after()));
    if (identity->log_key)
        findings.good("log key", identity->log_key->verifier().text());
    else
        findings.note("log key", "there is none: nobody can verify this node's audit log",
                      "Make it and give partners its line: casebridge identity add-log-key --help.");
    if (identity->witness_key)
        findings.good("witness key", identity->witness_key->verifier().text());
    else
        findings.note("witness key", "there is none: this node cannot cosign partners' logs",
                      "Make it and give partners its line: casebridge identity add-log-key --help.");
    look_at_revocations(directory, findings);
    for (auto const* key : {"root.key.pem"})
        if (std::filesystem::exists(directory / key))
            findings.note("root key", "it is on this machine, and whoever has it can be this ministry",
                          "Move " + (directory / key).string() + " to two offline media.");
}

void look_at_store_key(Config const& config, Findings& findings) {
    if (denied(config.state_directory) || (!config.store_key_file.empty() && denied(config.store_key_file)))
        return findings.note("store key", "only its owner may look", look_as_superuser);
    auto const key = load_store_key(config);
    if (key && key->from_credential) return findings.good("store key", "a systemd credential");
    if (key)
        return findings.note("store key", "a file: whoever copies the disk has store and key",
                             "Pass it as the systemd credential `store-key` (packaging/README.md).");
    if (key.error().code == "store_key.missing" && config.store_key_file.empty())
        return findings.note("store key", "not in the configuration; the service gets it from systemd",
                             "See whether it does: systemctl show casebridged -p LoadCredential -p "
                             "LoadCredentialEncrypted.");
    findings.bad("store key", key.error(),
                 "Put the store's key, 64 hexadecimal characters, into that file and type: chmod 600 FILE.");
}

/// The daemon's login to the national database should read the mapped tables and nothing else.
void look_at_privileges(CaseSource& source, Findings& findings) {
    constexpr std::string_view what = "national database, rights";
    auto const excess = source.privileges();
    if (!excess) return findings.note(what, excess.error().detail, "Look at what the daemon's login may do.");
    if (excess->empty()) return findings.good(what, "it can read what is mapped and nothing else");
    for (auto const& each : *excess) findings.bad(what, each.code, each.detail, each.remedy);
}

/// A server that knows the daemon by a certificate asks no password.
template <typename Settings>
bool has_certificate(Settings const& database) {
    auto const* const postgresql = std::get_if<PostgresSettings>(&database);
    return postgresql != nullptr && !postgresql->client_certificate.empty();
}

bool map_has_certificate(std::filesystem::path const& field_map) {
    auto const file = load_yaml(field_map);
    if (!file) return false;
    auto const map = FieldMap::load(*file, field_map.parent_path());
    return map && has_certificate(map->database);
}

void look_at_case_source(Config const& config, Findings& findings) {
    if (config.field_map.empty())
        return findings.note("national database", "none: this node only receives",
                             "Name one as `field_map:` in the configuration; adapters/README.md has every key.");
    if (!config.source_key_file.empty() && denied(config.source_key_file))
        return findings.note("national database", "only the key's owner may look", look_as_superuser);
    auto const key = load_source_key(config);
    if (!key) return findings.bad("national database", key.error(), remedy_for(key.error().code));
    auto const source = open_case_source(config.field_map, *key);
    bool const asks_for_key =
        !source && (source.error().code == "source.login_refused" || source.error().code == "source.wrong_key");
    if (asks_for_key && key->empty() && !map_has_certificate(config.field_map))
        return findings.note("national database",
                             "its password is not in the configuration; the service gets it from systemd",
                             credential_of_the_service);
    if (!source) return findings.bad("national database", source.error(), remedy_for(source.error().code));
    findings.good("national database", config.field_map.string());
    look_at_privileges(**source, findings);
}

/// The staging table takes and gives back what will be written, and its login can do that and nothing else.
void look_at_staging_table(Config const& config, Findings& findings) {
    constexpr std::string_view what = "staging table";
    if (!config.received) return;
    if (!config.received_key_file.empty() && denied(config.received_key_file))
        return findings.note(what, "only the key's owner may look", look_as_superuser);
    auto const key = load_received_key(config);
    if (!key) return findings.bad(what, key.error(), remedy_for(key.error().code));
    auto writer = ReceivedWriter::make(*config.received, *key);
    auto const fits = writer.check();
    bool const asks_for_key =
        !fits && (fits.error().code == "received.login_refused" || fits.error().code == "received.wrong_key");
    if (asks_for_key && key->empty() && !has_certificate(config.received->database))
        return findings.note(what, "its password is not in the configuration; the service gets it from systemd",
                             credential_of_the_service);
    if (!fits) return findings.bad(what, fits.error(), remedy_for(fits.error().code));
    findings.good(what, config.received->place());
    auto const excess = writer.privileges();
    if (!excess) return findings.note("staging table, rights", excess.error().detail, "Look at what the login may do.");
    if (excess->empty()) return findings.good("staging table, rights", "SELECT, INSERT and DELETE there, nothing else");
    for (auto const& each : *excess) findings.bad("staging table, rights", each.code, each.detail, each.remedy);
}

/// Of the daemon; empty if it does not answer.
std::optional<Json> ask(OfficerClient const& client, std::string_view path) {
    auto const answer = client.get(path);
    auto const* json = std::get_if<Json>(&answer);
    return json == nullptr ? std::nullopt : std::optional(*json);
}

bool look_at_daemon(Invocation const& in, Findings& findings) {
    auto const client = in.officer();
    if (!client) {
        findings.bad("daemon", client.error(), "Correct the configuration first.");
        return false;
    }
    auto const answer = client->get("/v1/health");
    if (auto const* failure = std::get_if<Failure>(&answer)) {
        std::string remedy = "See why: systemctl status casebridged; journalctl -u casebridged -n 50.";
        if (failure->code == "officer.unknown") remedy = "Add your user under `officers:` and restart the daemon.";
        if (failure->code == "daemon.no_permission")
            remedy = "Add your user to the group casebridge, then log in again.";
        findings.bad("daemon", failure->code, failure->detail.empty() ? client->socket().string() : failure->detail,
                     remedy);
        return false;
    }
    findings.good("daemon", client->socket().string());
    for (auto const& check : items(std::get<Json>(answer), "checks")) {
        if (check.text_or("state") == "up") continue;
        findings.bad("health: " + check.text_or("name"), check.text_or("code"), check.text_or("detail"),
                     check.text_or("remedy"));
    }
    return true;
}

void look_at_partners(OfficerClient const& client, Findings& findings) {
    auto const peers = ask(client, "/v1/peers");
    if (!peers) return;
    int known = 0;
    for (auto const& peer : items(*peers, "peers")) {
        if (!peer.text_or("removed_at").empty()) continue;
        ++known;
        auto const node = peer.text_or("node");
        if (!peer.text_or("refreshed_at").empty())
            findings.good("partner " + node, "reached at " + peer.text_or("refreshed_at"));
        else
            findings.bad("partner " + node, "peer.no_encryption_certificate", "never reached",
                         "Try to reach it: casebridge peer check " + node + " --reason \"first contact\".");
    }
    if (known == 0)
        findings.bad("partners", "peer.none", "nobody to exchange with",
                     "Compare fingerprints with the partner, then add it: casebridge peer add --help.");
}

void look_at_agreements(OfficerClient const& client, Findings& findings) {
    auto const agreements = ask(client, "/v1/agreements");
    if (!agreements) return;
    if (items(*agreements, "agreements").empty())
        findings.bad("agreements", "agreement.none", "nothing may leave or be accepted without one",
                     "Start from a template of policies/library/agreements and type: casebridge agreement check FILE.");
    for (auto const& agreement : items(*agreements, "agreements")) {
        auto const what = "agreement " + agreement.text_or("id");
        std::string missing;
        for (auto const& party : items(agreement, "parties"))
            if (auto const* is_signed = party.find("signed"); is_signed == nullptr || !(*is_signed == Json(true)))
                missing += (missing.empty() ? "" : ", ") + party.text_or("node");
        auto const* in_force = agreement.find("in_force");
        if (!missing.empty())
            findings.bad(what, "agreement.not_signed", "not signed by " + missing,
                         "Sign it (casebridge agreement sign " + agreement.text_or("file") +
                             "), put the partner's signature file beside it, and type: casebridge reload.");
        else if (in_force == nullptr || !(*in_force == Json(true)))
            findings.note(what, "not in force today", "Agree on `in_force:` in the file with the partner.");
        else
            findings.good(what, "in force");
    }
}

/// What waits for a staging table, and what is left in one that is no longer configured.
void look_at_staging_progress(OfficerClient const& client, Findings& findings) {
    auto const status = ask(client, "/v1/status");
    auto const* const staging = status ? status->find("staging") : nullptr;
    if (staging == nullptr) return;
    auto const count = [](Json const& place, std::string_view key) {
        auto const* const number = place.find(key) == nullptr ? nullptr : place.find(key)->as_integer();
        return number == nullptr ? std::int64_t{0} : *number;
    };
    for (auto const& place : items(*staging, "places")) {
        auto const* const configured = place.find("configured");
        auto const name = place.text_or("place");
        auto const to_remove = count(place, "to_remove"), written = count(place, "written");
        if (configured != nullptr && *configured == Json(true)) {
            auto const code = staging->text_or("code");
            if (!code.empty())
                findings.bad(
                    "staging table, work", code,
                    std::to_string(count(place, "listed")) + " to write, " + std::to_string(to_remove) + " to remove",
                    "See why: journalctl -u casebridged -n 50.");
        } else if (to_remove > 0) {
            findings.bad("staging table, earlier", "received.left_behind",
                         name + ": " + std::to_string(to_remove) + " summaries must be removed there",
                         "Configure it again until they are removed, or attest it: casebridge staging cleared --help.");
        } else if (written + count(place, "refused") > 0) {
            findings.note(
                "staging table, earlier",
                name + ": " + std::to_string(written) + " summaries are there until their use is over",
                "Configure it again, so that they can be removed, or see: casebridge staging cleared --help.");
        }
    }
}

std::string render(Json const& json, Style const& style) {
    Table table({"what", "state", "code", "detail", "what to type or do"});
    for (auto const& finding : items(json, "findings")) {
        auto const state = shown(finding, "state");
        table.row({shown(finding, "what"),
                   {state, state == "ok"     ? Tone::good
                           : state == "note" ? Tone::warning
                                             : Tone::bad},
                   finding.text_or("code"),
                   finding.text_or("detail"),
                   finding.text_or("remedy")});
    }
    auto const problems = shown(json, "problems");
    auto const last =
        problems == "0" ? style.paint("no problem found", Tone::good) : style.paint("problems: " + problems, Tone::bad);
    return table.text(style) + last + "\n";
}

ExitCode doctor(Invocation const& in) {
    Findings findings;
    if (auto const config = look_at_configuration(in, findings)) {
        look_at_ownership(*config, in.config_path(), findings);
        look_at_identity(*config, findings);
        look_at_store_key(*config, findings);
        look_at_case_source(*config, findings);
        look_at_staging_table(*config, findings);
    }
    if (look_at_daemon(in, findings)) {
        auto const client = in.officer();
        look_at_partners(*client, findings);
        look_at_agreements(*client, findings);
        look_at_staging_progress(*client, findings);
    }
    auto const said = in.show(findings.to_json(), render);
    if (said != ExitCode::ok) return said;
    return findings.problems() == 0 ? ExitCode::ok : ExitCode::error;
}

}  // namespace

std::vector<Command> doctor_commands() {
    return {{"doctor",
             "Look at the whole node, say what is wrong and what to type; exit 0 if nothing is. Changes nothing.",
             "casebridge doctor",
             {},
             doctor}};
}

}  // namespace casebridge::cli
