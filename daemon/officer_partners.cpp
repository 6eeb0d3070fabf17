// Officer API: peers, agreements, policies.
#include "daemon/files.h"
#include "daemon/officer_call.h"
#include "daemon/peer_succession.h"

#include <future>

namespace casebridge {

namespace {

Json offices_json(std::vector<OfficeId> const& offices) {
    auto list = Json::array();
    for (auto const& office : offices) list.push(office.text());
    return list;
}

/// Null: the partner has never shown a list.
Json revocation_json(Peer const& peer, Timestamp now) {
    auto const& known = peer.pin.revocations();
    if (!known) return {};
    std::int64_t revoked = 0;
    std::optional<Timestamp> confirmed;
    for (auto const& each : known->lists()) {
        revoked += static_cast<std::int64_t>(each.list.entries().size());
        confirmed = std::max(confirmed.value_or(each.confirmed_at), each.confirmed_at);
    }
    return Json::object()
        .set("confirmed_at", optional_time(confirmed))
        .set("relied_upon_until", optional_time(known->current_until()))
        .set("current", static_cast<bool>(peer.pin.require_current(now)))
        .set("revoked", revoked);
}

/// The roots before the pinned one, the last first.
Json former_roots_json(Peer const& peer) {
    auto list = Json::array();
    auto const& rows = peer.row.former_roots;
    for (auto i = rows.size(); i > 0; --i)
        list.push(Json::object()
                      .set("fingerprint", peer.pin.former()[i - 1].root.fingerprint_text())
                      .set("rolled_at", to_rfc3339(rows[i - 1].rolled_at))
                      .set("until", to_rfc3339(rows[i - 1].until))
                      .set("ended_at", optional_time(rows[i - 1].ended_at)));
    return list;
}

Json peer_json(Peer const& peer, Timestamp now) {
    auto const& row = peer.row;
    auto json = Json::object();
    json.set("node", row.node.text())
        .set("kind", to_text(row.kind))
        .set("name", row.name)
        .set("address", row.host + ":" + std::to_string(row.port))
        .set("fingerprint", peer.pin.root().fingerprint_text())
        .set("former_roots", former_roots_json(peer))
        .set("offices", offices_json(row.offices))
        .set("schema", row.schema)
        .set("log_key", row.log_key)
        .set("witness_key", row.witness_key)
        .set("refreshed_at", optional_time(row.refreshed_at))
        .set("added_at", to_rfc3339(row.added_at))
        .set("removed_at", optional_time(row.removed_at))
        .set("successor", row.successor ? Json(row.successor->text()) : Json())
        .set("revocation", revocation_json(peer, now))
        .set("meeting_keys", meeting_keys_json(peer.meeting_keys.get(), now));
    return json;
}

void list_peers(OfficerCall& call) {
    auto list = Json::array();
    auto const peers = call.parts().peers.snapshot();
    for (auto const& [node, peer] : peers->all()) list.push(peer_json(peer, call.parts().clock.now()));
    call.answer(Json::object().set("peers", std::move(list)));
}

struct DialAddress {
    std::string host;
    std::uint16_t port;
};

/// "host:port" or "[v6]:port".
Result<DialAddress> parse_address(std::string const& text) {
    Error const bad{ErrorKind::invalid, "request.bad_address", "expected host:port"};
    auto const colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0 || text.size() - colon > 6 || text.size() > 260) return bad;
    unsigned port = 0;
    for (char const c : text.substr(colon + 1)) {
        if (c < '0' || c > '9') return bad;
        port = port * 10 + static_cast<unsigned>(c - '0');
    }
    auto host = text.substr(0, colon);
    for (char const c : host)
        if (static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 127) return bad;
    bool const bare_v6 = host.find(':') != std::string::npos && host.front() != '[';
    if (port == 0 || port > 65535 || bare_v6) return bad;
    return DialAddress{std::move(host), static_cast<std::uint16_t>(port)};
}

/// "AB:CD:…" or plain hexadecimal.
Result<Digest> parse_fingerprint(std::string text) {
    std::erase(text, ':');
    for (auto& c : text)
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    return Digest::from_hex(text);
}

Result<PeerRow> peer_row(OfficerCall& call) {
    ASSIGN_OR_RETURN(auto const node_text, call.required("node"));
    ASSIGN_OR_RETURN(auto node, NodeId::parse(node_text));
    if (node == call.parts().self.node) return Error{ErrorKind::invalid, "peer.is_self", node.text()};
    ASSIGN_OR_RETURN(auto const kind_text, call.required("kind"));
    ASSIGN_OR_RETURN(auto const kind, parse_node_kind(kind_text));
    ASSIGN_OR_RETURN(auto const address_text, call.required("address"));
    ASSIGN_OR_RETURN(auto address, parse_address(address_text));
    ASSIGN_OR_RETURN(auto root, call.required("root_pem"));
    return PeerRow{.node = std::move(node),
                   .kind = kind,
                   .name = call.text("name"),
                   .host = std::move(address.host),
                   .port = address.port,
                   .root_pem = std::move(root),
                   .offices = {},
                   .encryption_chain_pem = {},
                   .refreshed_at = {},
                   .added_at = {},
                   .removed_at = {},
                   .log_key = call.text("log_key"),
                   .witness_key = call.text("witness_key")};
}

void add_peer(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const row = peer_row(call);
    if (!row) return call.fail(row);
    auto const fingerprint = parse_fingerprint(call.text("fingerprint"));
    if (!fingerprint) return call.fail(fingerprint);
    auto const added = call.parts().contact.add(*row, *fingerprint, *actor, call.flag("dry_run"));
    if (!added) return call.fail(added);
    if (auto const loaded = call.parts().witness.load(); !loaded) return call.fail(loaded);
    call.parts().rounds.wake();
    call.answer(Json::object().set("node", row->node.text()).set("dry_run", call.flag("dry_run")),
                call.flag("dry_run") ? 200 : 201);
}

void succeed_peer(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const old = NodeId::parse(call.parameter());
    if (!old) return call.fail(old);
    auto row = peer_row(call);
    if (!row) return call.fail(row);
    auto const statement = Certificate::from_pem(call.text("statement_pem"));
    if (!statement) return call.fail(statement);
    auto& parts = call.parts();
    PeerSuccession succession(parts.engine, parts.peers, parts.contact, parts.telemetry, parts.clock);
    auto const moved = succession.take(*old, *row, *statement, *actor, call.flag("dry_run"));
    if (!moved) return call.fail(moved);
    if (!call.flag("dry_run")) {
        if (auto const asked = parts.recovery.succeed(*old, row->node); !asked) return call.fail(asked);
    }
    if (auto const loaded = parts.witness.load(); !loaded) return call.fail(loaded);
    parts.duties.dispatch();
    parts.outbox.wake();
    parts.rounds.wake();
    call.answer(Json::object()
                    .set("node", old->text())
                    .set("successor", row->node.text())
                    .set("held", moved->held)
                    .set("told", moved->told)
                    .set("owed", moved->owed)
                    .set("dropped", moved->queued)
                    .set("procedures", moved->procedures)
                    .set("dry_run", call.flag("dry_run")));
}

void set_peer_keys(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const node = NodeId::parse(call.parameter());
    if (!node) return call.fail(node);
    auto const log_key = call.text("log_key");
    auto const witness_key = call.text("witness_key");
    if (log_key.empty() && witness_key.empty())
        return call.fail(Error{ErrorKind::invalid, "request.missing", "log_key or witness_key"});
    auto const set = call.parts().contact.set_keys(*node, log_key, witness_key, *actor, call.flag("dry_run"));
    if (!set) return call.fail(set);
    if (auto const loaded = call.parts().witness.load(); !loaded) return call.fail(loaded);
    call.parts().rounds.wake();
    call.answer(Json::object().set("node", node->text()).set("dry_run", call.flag("dry_run")));
}

void remove_peer(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const node = NodeId::parse(call.parameter());
    if (!node) return call.fail(node);
    auto const removed = call.parts().contact.remove(*node, *actor);
    if (!removed) return call.fail(removed);
    call.answer(Json::object().set("node", node->text()));
}

/// `revocations`, `roots`: how the looks for its lists and its next root ended, where it was reached.
void answer_check(OfficerCall& call, NodeId const& node, Result<PeerCheck> const& checked,
                  Status const& revocations = Done{}, Status const& roots = Done{}) {
    if (!checked && checked.error().code == "peer.unknown") return call.fail(checked);
    auto json = Json::object();
    json.set("node", node.text()).set("reachable", static_cast<bool>(checked));
    if (checked) {
        json.set("offices", offices_json(checked->document.offices))
            .set("kind", to_text(checked->document.kind))
            .set("schema", checked->document.schema)
            .set("encryption_not_after", to_rfc3339(checked->encryption_not_after))
            .set("clock_difference_ms", static_cast<std::int64_t>(checked->clock_difference.count()));
        if (!revocations) json.set("revocation_code", revocations.error().code);
        if (!roots) json.set("root_code", roots.error().code);
        call.parts().outbox.wake();
        call.parts().rounds.wake();  // it can be compared with, and cosign
    } else {
        json.set("code", checked.error().code).set("detail", checked.error().detail);
    }
    call.answer(json);
}

void check_peer(OfficerCall& call) {
    auto const node = NodeId::parse(call.parameter());
    if (!node) return call.fail(node);
    // Dialling may take ten seconds: no worker waits for it.
    call.parts().contact.refresh(*node, [later = call, node = *node](Result<PeerCheck> const& checked) mutable {
        if (!checked) return answer_check(later, node, checked);
        later.parts().contact.fetch_revocations(node, [later, node, checked](Status const& fetched) mutable {
            later.parts().contact.follow_roots(node, [later, node, checked, fetched](Status const& followed) mutable {
                answer_check(later, node, checked, fetched, followed);
            });
        });
    });
}

Json agreement_json(LoadedAgreement const& loaded, Timestamp now) {
    auto const& agreement = loaded.signed_agreement.agreement;
    auto parties = Json::array();
    for (auto const& party : agreement.parties()) {
        auto json = Json::object();
        json.set("node", party.node.text())
            .set("kind", to_text(party.kind))
            .set("offices", offices_json(party.offices))
            .set("signed", loaded.signed_agreement.signed_by.contains(party.node));
        parties.push(std::move(json));
    }
    auto purposes = Json::array();
    for (auto const& [purpose, terms] : agreement.purposes()) purposes.push(to_text(purpose));
    auto problems = Json::array();
    for (auto const& problem : loaded.problems) problems.push(problem);
    auto json = Json::object();
    json.set("file", loaded.file.filename().string())
        .set("id", agreement.id())
        .set("title", agreement.title())
        .set("digest", agreement.digest().hex())
        .set("parties", std::move(parties))
        .set("in_force", agreement.in_force(now))
        .set("from", to_iso8601(agreement.in_force_from()))
        .set("until", agreement.in_force_until() ? Json(to_iso8601(*agreement.in_force_until())) : Json(nullptr))
        .set("purposes", std::move(purposes))
        .set("problems", std::move(problems));
    return json;
}

void list_agreements(OfficerCall& call) {
    auto list = Json::array();
    auto const instruments = call.parts().instruments.get();
    for (auto const& loaded : instruments->agreements()) list.push(agreement_json(loaded, call.parts().clock.now()));
    call.answer(Json::object().set("agreements", std::move(list)));
}

/// `file` is a name inside the agreements directory, never a path.
Result<std::filesystem::path> agreement_path(OfficerCall& call) {
    ASSIGN_OR_RETURN(auto const name, call.required("file"));
    auto const plain = std::filesystem::path(name).filename();
    if (plain != name || !name.ends_with(".yaml") || name.front() == '.')
        return Error{ErrorKind::invalid, "agreement.bad_file_name",
                     "the name of a .yaml file in the agreements directory"};
    return call.parts().config.agreements / plain;
}

Result<Agreement> signable_agreement(OfficerCall& call, YamlFile const& file) {
    ASSIGN_OR_RETURN(auto agreement, Agreement::load(file));
    if (agreement.party(call.parts().self.node) == nullptr)
        return Error{ErrorKind::invalid, "agreement.not_a_party", call.parts().self.node.text()};
    return agreement;
}

void sign_agreement(OfficerCall& call) {
    auto& parts = call.parts();
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const path = agreement_path(call);
    if (!path) return call.fail(path);
    auto const file = load_yaml(*path);
    if (!file) return call.fail(file);
    auto const agreement = signable_agreement(call, *file);
    if (!agreement) return call.fail(agreement);
    auto const target = signature_path(*path, parts.self.node);
    auto json = Json::object();
    json.set("digest", agreement->digest().hex())
        .set("signature_file", target.string())
        .set("dry_run", call.flag("dry_run"));
    if (call.flag("dry_run")) return call.answer(json);
    auto const now = parts.clock.now();
    auto const signature = parts.crypto.sign_agreement(file->bytes, now);
    if (!signature) return call.fail(signature);
    auto const logged = parts.engine.call<std::uint64_t>([&](Store& store) {
        auto facts = Json::object();
        facts.set("agreement", agreement->digest().hex());
        return store.log().append("agreement.sign", now, *actor, facts, Json::object());
    });
    if (!logged) return call.fail(logged);
    if (auto const written = write_file_atomically(target, *signature, 0644); !written) return call.fail(written);
    if (auto const reloaded = parts.reload(); !reloaded) return call.fail(reloaded);
    call.answer(json);
}

void list_policies(OfficerCall& call) {
    auto list = Json::array();
    auto const instruments = call.parts().instruments.get();
    for (auto const& policy : instruments->policies()) {
        auto json = Json::object();
        json.set("file", policy.source().file)
            .set("id", policy.id().text())
            .set("version", policy.version())
            .set("updates", to_text(policy.updates()))
            .set("digest", policy.digest().hex())
            .set("rules", static_cast<std::int64_t>(policy.rules().size()));
        list.push(std::move(json));
    }
    call.answer(Json::object().set("policies", std::move(list)));
}

void reload(OfficerCall& call) {
    if (auto const reloaded = call.parts().reload(); !reloaded) return call.fail(reloaded);
    call.answer(Json::object().set("version", call.parts().instruments.get()->version().hex()));
}

}  // namespace

std::vector<OfficerRoute> partner_routes() {
    return {
        {"GET", "/v1/peers", Access::reading, list_peers},
        {"POST", "/v1/peers", Access::operation, add_peer},
        {"DELETE", "/v1/peers/*", Access::operation, remove_peer},
        {"POST", "/v1/peers/*/check", Access::operation, check_peer},
        {"POST", "/v1/peers/*/keys", Access::operation, set_peer_keys},
        {"POST", "/v1/peers/*/succession", Access::operation, succeed_peer},
        {"GET", "/v1/agreements", Access::reading, list_agreements},
        {"POST", "/v1/agreements/sign", Access::case_work, sign_agreement},
        {"GET", "/v1/policies", Access::reading, list_policies},
        {"POST", "/v1/reload", Access::operation, reload},
    };
}

}  // namespace casebridge
