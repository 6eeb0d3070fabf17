// Officer API: how our log stands with partners, theirs with us, and the evidence against a log that was rewritten.
#include "daemon/officer_call.h"

namespace casebridge {
namespace {

struct Held {
    std::vector<WitnessedHead> heads;
    std::map<NodeId, std::uint64_t> mirrored;
    std::vector<NodeId> accused;
    LogHead own;
};

Result<Held> held_heads(OfficerApiParts& parts) {
    return parts.engine.call<Held>([](Store& store) -> Result<Held> {
        Held held;
        ASSIGN_OR_RETURN(held.heads, store.witness().all_witnessed());
        for (auto const& head : held.heads) {
            ASSIGN_OR_RETURN(held.mirrored[head.node], store.mirror().verified(head.node));
        }
        ASSIGN_OR_RETURN(held.accused, store.witness().accused());
        held.own = store.log().head();
        return held;
    });
}

Json partner_json(Peer const& peer, LogStanding::View const& view, Held const& held) {
    auto const& node = peer.row.node;
    auto const found = view.partners.find(node);
    auto const ours = found == view.partners.end() ? LogStanding::PartnerView{} : found->second;
    auto const head = std::ranges::find(held.heads, node, &WitnessedHead::node);
    bool const witnessed = head != held.heads.end();
    return Json::object()
        .set("node", node.text())
        .set("log_key", peer.log_key ? Json(peer.log_key->text()) : Json())
        .set("witness_key", peer.witness_key ? Json(peer.witness_key->text()) : Json())
        .set("compared", ours.compared)
        .set("cosigned_size", ours.cosignature ? Json(ours.cosignature->size) : Json())
        .set("cosigned_at", optional_time(ours.cosignature ? std::optional(ours.cosignature->at) : std::nullopt))
        .set("code", ours.code)
        .set("witnessed_size", witnessed ? Json(head->size) : Json())
        .set("witnessed_at", optional_time(witnessed ? std::optional(head->at) : std::nullopt))
        .set("mirrored", witnessed ? Json(held.mirrored.at(node)) : Json())
        .set("accused", std::ranges::find(held.accused, node) != held.accused.end());
}

void show(OfficerCall& call) {
    auto& parts = call.parts();
    auto const held = held_heads(parts);
    if (!held) return call.fail(held);
    auto const view = parts.standing.view();
    auto list = Json::array();
    auto const peers = parts.peers.snapshot();
    for (auto const& [node, peer] : peers->all())
        if (!peer.removed()) list.push(partner_json(peer, view, *held));
    auto const witnessed = parts.standing.require_witnessed();
    auto waiting = Json::array();
    for (auto const& node : view.waiting) waiting.push(node.text());
    call.answer(Json::object()
                    .set("log_key", parts.log.vkey())
                    .set("witness_key", parts.witness.vkey())
                    .set("size", held->own.size)
                    .set("frozen", view.frozen)
                    .set("frozen_detail", view.frozen_detail)
                    .set("waiting", std::move(waiting))
                    .set("cosigned_at", optional_time(view.cosigned_at))
                    .set("may_send", static_cast<bool>(witnessed))
                    .set("code", witnessed ? std::string_view() : witnessed.error().code)
                    .set("rounds", parts.rounds.attended())
                    .set("partners", std::move(list)));
}

Json evidence_json(LogEvidence const& evidence) {
    return Json::object()
        .set("number", evidence.number)
        .set("node", evidence.node.text())
        .set("kind", evidence.kind)
        .set("at", to_rfc3339(evidence.at))
        .set("settled_at", optional_time(evidence.settled_at))
        .set("sha256", sha256(as_bytes(evidence.document)).hex());
}

void list_evidence(OfficerCall& call) {
    auto const limit = call.limit(100);
    if (!limit) return call.fail(limit);
    auto const found = call.parts().engine.call<std::vector<LogEvidence>>(
        [limit = *limit](Store& store) { return store.witness().evidence(limit); });
    if (!found) return call.fail(found);
    auto list = Json::array();
    for (auto const& each : *found) list.push(evidence_json(each));
    call.answer(Json::object().set("evidence", std::move(list)));
}

void show_evidence(OfficerCall& call) {
    auto const number = parse_log_number(call.parameter());
    if (!number) return call.fail(Error{ErrorKind::invalid, "request.bad_number", "evidence"});
    auto const found = call.parts().engine.call<std::optional<LogEvidence>>(
        [number = static_cast<std::int64_t>(*number)](Store& store) { return store.witness().evidence_at(number); });
    if (!found) return call.fail(found);
    if (!*found) return call.fail(Error{ErrorKind::not_found, "witness.no_evidence", call.parameter()});
    call.answer(evidence_json(**found).set("text", (*found)->document));
}

void settle(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const text = call.required("node");
    if (!text) return call.fail(text);
    auto const node = NodeId::parse(*text);
    if (!node) return call.fail(node);
    if (auto const settled = call.parts().witness.settle(*node, *actor); !settled) return call.fail(settled);
    call.parts().outbox.wake();
    call.answer(Json::object().set("node", node->text()));
}

void rotate(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const key = call.required("key");
    if (!key) return call.fail(key);
    if (*key != "log" && *key != "witness") return call.fail(Error{ErrorKind::invalid, "request.bad_key", *key});
    auto const role = *key == "log" ? NoteKeyRole::log : NoteKeyRole::witness;
    bool const dry_run = call.flag("dry_run");
    auto const rotated = call.parts().note_keys.rotate(role, *actor, dry_run);
    if (!rotated) return call.fail(rotated);
    call.answer(Json::object()
                    .set("key", to_text(role))
                    .set("old", rotated->old_key.text())
                    .set("new", dry_run ? Json() : Json(rotated->new_key.text()))
                    .set("size", rotated->size)
                    .set("root", rotated->root.hex())
                    .set("at", to_rfc3339(rotated->at))
                    .set("dry_run", dry_run));
}

void round(OfficerCall& call) {
    call.parts().rounds.wake();
    call.answer(Json::object().set("begun", true));
}

}  // namespace

std::vector<OfficerRoute> witness_routes() {
    return {
        {"GET", "/v1/witness", Access::reading, show},
        {"GET", "/v1/witness/evidence", Access::reading, list_evidence},
        {"GET", "/v1/witness/evidence/*", Access::reading, show_evidence},
        {"POST", "/v1/witness/settle", Access::operation, settle},
        {"POST", "/v1/witness/rotate", Access::operation, rotate},
        {"POST", "/v1/witness/round", Access::operation, round},
    };
}

}  // namespace casebridge
