// How partners' keys follow each other: statements are taken from the key that is known, and no step is left out.
#include "daemon/witness.h"

#include <algorithm>

namespace casebridge {
namespace {

std::string& key_of(PeerRow& row, NoteKeyRole role) {
    return role == NoteKeyRole::log ? row.log_key : row.witness_key;
}

std::vector<SignedRotation> of_role(std::vector<SignedRotation> rotations, NoteKeyRole role) {
    std::erase_if(rotations, [role](SignedRotation const& each) { return each.rotation.role != role; });
    return rotations;
}

bool contains(std::vector<SignedRotation> const& all, SignedRotation const& one) {
    return std::ranges::any_of(all, [&](auto const& each) { return each.rotation.text() == one.rotation.text(); });
}

Json facts_of(NodeId const& peer, SignedRotation const& last, std::string const& before) {
    return Json::object()
        .set("peer", peer.text())
        .set("key", to_text(last.rotation.role))
        .set("old", before)
        .set("new", last.rotation.new_key.text())
        .set("size", last.rotation.size)
        .set("root", last.rotation.root.hex())
        .set("statement", sha256(as_bytes(last.note)).hex());
}

Error refused(std::string_view code, NodeId const& node) {
    return {ErrorKind::unauthentic, code, node.text()};
}

}  // namespace

/// A head under a key that was given up is evidence; one under a key we have not heard of makes us ask.
void Witness::note_bad_head(Peer const& log, std::string const& note, Error const& why) {
    auto const& node = log.row.node;
    if (why.code == "note.no_known_key") return on_unknown_key_(node);
    if (why.code != "checkpoint.retired_key") return;
    auto const parsed = SignedNote::parse(note);
    auto const bounded = parsed ? log.log_chain->named_in(*parsed) : nullptr;
    if (bounded == nullptr || !bounded->ended_by) return;
    ForkEvidence const evidence{bounded->ended_by->note, note, {}, {}, KeyMisuse::retired_key, {}};
    parts_.engine.submit<Done>([this, node, evidence](Store& store) { return accuse(store, node, evidence); },
                               [this, node](Status const&) { alarm(node, "retired key"); });
}

Result<bool> Witness::is_branched(Store& store, NodeId const& node, std::vector<SignedRotation> const& known,
                                  std::vector<SignedRotation> const& told) const {
    auto all = known;
    all.insert(all.end(), told.begin(), told.end());
    for (auto one = all.begin(); one != all.end(); ++one)
        for (auto other = std::next(one); other != all.end(); ++other) {
            bool const same_key = one->rotation.old_key.text() == other->rotation.old_key.text();
            if (!same_key || one->rotation.text() == other->rotation.text()) continue;
            RETURN_IF_ERROR(accuse(store, node, {one->note, other->note, {}, {}, KeyMisuse::branch, {}}));
            return true;
        }
    return false;
}

/// Whether what we hold of the log fits what the statements say of it; the code if it does not, with evidence.
Result<std::string_view> Witness::compare_statements(Store& store, NodeId const& node, KeyChain const& chain) const {
    ASSIGN_OR_RETURN(auto const held, store.witness().witnessed(node));
    if (!held) return std::string_view();
    auto const opened = open_checkpoint(held->note, chain);
    if (!opened && opened.error().code == "checkpoint.retired_key") {
        auto const parsed = SignedNote::parse(held->note);
        auto const& ended = chain.named_in(*parsed)->ended_by;
        RETURN_IF_ERROR(accuse(store, node, {ended->note, held->note, {}, {}, KeyMisuse::retired_key, {}}));
        return std::string_view("checkpoint.retired_key");
    }
    for (auto const& term : chain.terms()) {
        if (!term.ended_by) continue;
        ASSIGN_OR_RETURN(auto const compared,
                         compare(store, node, term.ended_by->rotation.head(), term.ended_by->note));
        if (compared == Compared::forked) return std::string_view("log.not_consistent");
    }
    return std::string_view();
}

Result<Witness::Followed> Witness::follow_role(Store& store, PeerRow& row, NoteKeyRole role,
                                               std::vector<SignedRotation> const& known,
                                               std::vector<SignedRotation> const& told) const {
    auto& pinned = key_of(row, role);
    if (pinned.empty()) return Followed{};
    for (auto const& each : known)
        if (!contains(told, each)) return refused("rotation.shorter", row.node);
    if (told.size() == known.size()) return Followed{};
    auto const chain = KeyChain::link(row.node, role, told);
    if (!chain) return chain.error();
    ASSIGN_OR_RETURN(auto const key, NoteVerifier::parse(pinned));
    if (!chain->find(key)) return refused("rotation.not_from_known", row.node);
    if (role == NoteKeyRole::log) {
        ASSIGN_OR_RETURN(auto const accused, compare_statements(store, row.node, *chain));
        if (!accused.empty()) return Followed{false, accused};
    }
    auto const before = std::exchange(pinned, chain->newest().text());
    if (before == pinned) return Followed{true};  // only how it came to be what we know
    ASSIGN_OR_RETURN(auto const leaf,
                     store.log().append("peer.key_rotated", parts_.clock.now(), service_actor("its statement"),
                                        facts_of(row.node, told.back(), before), Json::object()));
    static_cast<void>(leaf);
    return Followed{true};
}

Result<Witness::Followed> Witness::follow(Store& store, NodeId const& node,
                                          std::vector<SignedRotation> const& told) const {
    ASSIGN_OR_RETURN(auto row, store.peers().find(node));
    if (!row || row->removed_at) return Error{ErrorKind::not_found, "peer.unknown", node.text()};
    ASSIGN_OR_RETURN(auto const known, parse_rotations(row->rotations));
    ASSIGN_OR_RETURN(bool const branched, is_branched(store, node, known, told));
    if (branched) return Followed{false, "rotation.branches"};
    bool changed = false;
    for (auto const role : {NoteKeyRole::log, NoteKeyRole::witness}) {
        ASSIGN_OR_RETURN(auto const followed,
                         follow_role(store, *row, role, of_role(known, role), of_role(told, role)));
        if (!followed.accused.empty()) return followed;
        changed = changed || followed.changed;
    }
    if (!changed) return Followed{};
    row->rotations = rotations_text(told);
    RETURN_IF_ERROR(store.peers().put(*row));
    return Followed{true};
}

Result<bool> Witness::take_rotations(NodeId const& node, std::string_view text) {
    auto const told = parse_rotations(text);
    auto followed = told ? parts_.engine.call<Followed>([&](Store& store) { return follow(store, node, *told); })
                         : Result<Followed>(told.error());
    if (followed && !followed->accused.empty()) {
        alarm(node, followed->accused);
        followed = refused(followed->accused, node);
    }
    if (followed) {
        if (followed->changed) parts_.telemetry.log(LogLevel::info, "peer.key_rotated", {{"peer", node}});
        return followed->changed;
    }
    parts_.telemetry.count("casebridge_alarms_total", "rotation_refused");
    parts_.telemetry.log(LogLevel::error, "peer.rotation_refused", {{"peer", node}, {"why", followed.error()}});
    return followed.error();
}

void Witness::answer_rotations(std::string_view origin_hash, HttpResponder respond) const {
    auto const peers = parts_.peers.snapshot();
    auto const* const peer = log_of(*peers, origin_hash);
    if (peer == nullptr) return respond(problem(404, "log.unknown"));
    respond({.status = 200, .content_type = "text/plain; charset=utf-8", .body = to_bytes(peer->row.rotations)});
}

}  // namespace casebridge
