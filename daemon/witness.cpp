#include "daemon/witness.h"

#include "crypto/merkle_proof.h"

#include <algorithm>

namespace casebridge {
namespace {

constexpr std::size_t looked_at = 20;  // of the newest evidence: one that stands is enough
constexpr std::size_t hash_bytes = sizeof(Digest::bytes);
constexpr std::string_view size_type = "text/x.tlog.size";

HttpResponse text_answer(int status, std::string const& text, std::string_view type = "text/plain; charset=utf-8") {
    return {.status = status, .content_type = std::string(type), .body = to_bytes(text)};
}

Json hashes_json(std::vector<Digest> const& hashes) {
    auto list = Json::array();
    for (auto const& hash : hashes) list.push(hash.hex());
    return list;
}

HttpResponse size_answer(int status, std::uint64_t size) {
    return text_answer(status, std::to_string(size) + "\n", size_type);
}

/// Empty unless it is hashes, and not too many.
std::vector<Digest> hashes_in(ByteView body) {
    std::vector<Digest> hashes;
    if (body.size() % hash_bytes != 0 || body.size() / hash_bytes > most_leaves_at_once) return hashes;
    for (; !body.empty(); body = body.subspan(hash_bytes))
        hashes.push_back(*Digest::from_bytes(body.first(hash_bytes)));
    return hashes;
}

HttpResponse json_answer(Json const& json) {
    return {.status = 200, .content_type = "application/json", .body = to_bytes(dump(json))};
}

/// The text and the log's own signature, and nothing that a partner put beside them. Of a note that was opened.
Result<std::string> bare_note(std::string_view note, KeyChain const& log) {
    ASSIGN_OR_RETURN(auto const parsed, SignedNote::parse(note));
    auto const& key = log.named_in(parsed)->key;
    std::vector<std::string> lines;
    for (auto const& each : parsed.signatures())
        if (each.name == key.name() && each.key_id == key.key_id() && lines.empty())
            lines.push_back(signature_line(each));
    return write_note(parsed.text(), lines);
}

int status_of_note_error(Error const& error) {
    return error.kind == ErrorKind::unauthentic ? 403 : 400;
}

}  // namespace

std::optional<std::uint64_t> log_size_in(HttpResponse const& response) {
    if (!response.content_type.starts_with(size_type)) return std::nullopt;
    auto text = to_text(response.body);
    if (text.ends_with('\n')) text.pop_back();
    return parse_log_number(text);
}

Witness::Witness(WitnessParts parts, NoteKeys const& keys) : parts_(parts), keys_(keys) {}

Status Witness::load() {
    return refresh();
}

Status Witness::refresh() {
    struct Held {
        std::vector<WitnessedHead> heads;
        std::vector<NodeId> accused;
    };
    auto held = parts_.engine.call<Held>([](Store& store) -> Result<Held> {
        ASSIGN_OR_RETURN(auto heads, store.witness().all_witnessed());
        ASSIGN_OR_RETURN(auto accused, store.witness().accused());
        return Held{std::move(heads), std::move(accused)};
    });
    if (!held) return held.error();
    std::lock_guard const lock(mutex_);
    accused_ = std::set<NodeId>(held->accused.begin(), held->accused.end());
    held_.clear();
    for (auto& head : held->heads) held_.insert_or_assign(head.node, std::move(head.note));
    fitting_.clear();
    return Done{};
}

bool Witness::accuses(NodeId const& node) const {
    std::lock_guard const lock(mutex_);
    return accused_.contains(node);
}

std::string Witness::held_of(NodeId const& node) const {
    std::lock_guard const lock(mutex_);
    auto const found = held_.find(node);
    return found == held_.end() ? std::string{} : found->second;
}

Peer const* Witness::log_of(PeerSnapshot const& peers, std::string_view origin_hash) const {
    for (auto const& [node, peer] : peers.all())
        if (peer.log_key && !peer.removed() && sha256(as_bytes(peer.log_key->name())).hex() == origin_hash)
            return &peer;
    return nullptr;
}

void Witness::alarm(NodeId const& node, std::string_view kind) {
    {
        std::lock_guard const lock(mutex_);
        accused_.insert(node);
    }
    parts_.telemetry.count("casebridge_alarms_total", "log_fork");
    parts_.telemetry.log(LogLevel::error, "witness.evidence", {{"peer", node}, {"kind", kind}});
}

Status Witness::accuse(Store& store, NodeId const& node, ForkEvidence const& evidence) const {
    ASSIGN_OR_RETURN(auto const kept, store.witness().evidence(looked_at));
    bool const stands = std::ranges::any_of(kept, [&](LogEvidence const& each) {
        return each.node == node && each.kind == evidence.kind() && !each.settled_at;
    });
    if (stands) return Done{};  // a liar cannot fill the disk with more of it
    auto const now = parts_.clock.now();
    auto whole = evidence;
    ASSIGN_OR_RETURN(auto const row, store.peers().find(node));
    if (row) whole.rotations = row->rotations;
    auto const document = dump(whole.to_json());
    ASSIGN_OR_RETURN(
        bool const is_new,
        store.witness().add({.node = node, .kind = std::string(evidence.kind()), .document = document, .at = now}));
    if (!is_new || !store.log().require_whole()) return Done{};
    auto facts = Json::object();
    facts.set("peer", node.text()).set("kind", evidence.kind()).set("evidence", sha256(as_bytes(document)).hex());
    auto const leaf =
        store.log().append("witness.evidence", now, service_actor("a partner's log"), facts, Json::object());
    return leaf ? Status(Done{}) : Status(leaf.error());
}

/// Against the head we hold and, for smaller ones, the mirror below it.
Result<Compared> Witness::compare(Store& store, NodeId const& node, Checkpoint const& head,
                                  std::string const& note) const {
    ASSIGN_OR_RETURN(auto const held, store.witness().witnessed(node));
    if (!held || head.size > held->size) return Compared::not_yet;
    Digest expected = held->root;
    std::vector<Digest> proof;
    if (head.size < held->size) {
        ASSIGN_OR_RETURN(auto const verified, store.mirror().verified(node));
        if (verified != held->size) return Compared::not_yet;
        ASSIGN_OR_RETURN(expected, store.mirror().root_at(node, head.size));
        ASSIGN_OR_RETURN(proof, consistency_proof(head.size, held->size, store.mirror().reader(node)));
    }
    if (head.root == expected) return Compared::fits;
    RETURN_IF_ERROR(accuse(store, node, {note, held->note, expected, std::move(proof)}));
    return Compared::forked;
}

Result<Witness::Judged> Witness::judge(Store& store, NodeId const& node, ConsistencyText const& text,
                                       Checkpoint const& head, std::string const& note) const {
    ASSIGN_OR_RETURN(auto const held, store.witness().witnessed(node));
    auto const size = held ? held->size : 0;
    auto const root = held ? held->root : sha256({});
    if (head.size < text.old_size) return Judged{400, "log.sizes_reversed"};
    ASSIGN_OR_RETURN(auto const compared, compare(store, node, head, note));
    if (compared == Compared::forked) return Judged{422, "log.not_consistent", size, true};
    if (text.old_size != size) return Judged{409, "log.other_size", size};
    if (auto const grown = verify_consistency(size, root, head.size, head.root, text.proof); !grown) {
        if (!held) return Judged{422, "log.not_consistent", size};
        RETURN_IF_ERROR(accuse(store, node, {held->note, note, std::nullopt, text.proof}));
        return Judged{422, "log.not_consistent", size, true};
    }
    ASSIGN_OR_RETURN(auto const mirrored, store.mirror().size(node));
    if (mirrored < head.size) return Judged{424, "log.leaves_wanted", mirrored};
    ASSIGN_OR_RETURN(bool const are_its_leaves, store.mirror().verify(node, head.size, head.root));
    if (!are_its_leaves) {
        ASSIGN_OR_RETURN(auto const verified, store.mirror().verified(node));
        return Judged{424, "log.leaves_wanted", verified};
    }
    RETURN_IF_ERROR(store.witness().put(WitnessedHead{node, head.size, head.root, note, parts_.clock.now()}));
    return Judged{200, {}, head.size};
}

void Witness::add_checkpoint(NodeId const& caller, Bytes body, HttpResponder respond) {
    if (!keys_.signer(NoteKeyRole::witness)) return respond(problem(404, "log.no_witness_key"));
    auto text = ConsistencyText::parse(to_text(body));
    if (!text) return respond(problem(400, text.error().code));
    auto const peers = parts_.peers.snapshot();
    auto const* const peer = peers->find(caller);
    if (peer == nullptr || !peer->log_chain) return respond(problem(404, "log.unknown"));
    auto head = open_checkpoint(text->checkpoint, *peer->log_chain);
    if (!head) {
        note_bad_head(*peer, text->checkpoint, head.error());
        return respond(problem(status_of_note_error(head.error()), head.error().code));
    }
    auto note = bare_note(text->checkpoint, *peer->log_chain);
    if (!note) return respond(problem(400, note.error().code));
    parts_.engine.submit<Judged>(
        [this, caller, text = *std::move(text), head = head->checkpoint, note = *note](Store& store) {
            return judge(store, caller, text, head, note);
        },
        [this, caller, head = head->checkpoint, note = *note, respond](Result<Judged> judged) {
            if (!judged) return respond(problem(status_of(judged.error()), judged.error().code));
            if (judged->accused) alarm(caller, "head offered");
            if (judged->status == 409 || judged->status == 424)
                return respond(size_answer(judged->status, judged->size));
            if (judged->status != 200) return respond(problem(judged->status, judged->code));
            {
                std::lock_guard const lock(mutex_);
                held_.insert_or_assign(caller, note);
            }
            auto const seconds = std::chrono::floor<std::chrono::seconds>(parts_.clock.now()).time_since_epoch();
            auto const key = keys_.signer(NoteKeyRole::witness);
            respond(text_answer(200, key->sign(head.text(), static_cast<std::uint64_t>(seconds.count()))));
            compare_shown(caller);
        });
}

/// SECURITY: what was told counts once it gave a root that the log has signed, and not before.
void Witness::add_leaves(NodeId const& caller, std::uint64_t first, Bytes const& body, HttpResponder respond) {
    if (!keys_.signer(NoteKeyRole::witness)) return respond(problem(404, "log.no_witness_key"));
    auto const peers = parts_.peers.snapshot();
    auto const* const peer = peers->find(caller);
    if (peer == nullptr || !peer->log_key) return respond(problem(404, "log.unknown"));
    auto hashes = hashes_in(body);
    if (hashes.empty()) return respond(problem(400, "log.bad_leaves"));
    parts_.engine.submit<Judged>(
        [caller, first, hashes = std::move(hashes)](Store& store) -> Result<Judged> {
            ASSIGN_OR_RETURN(auto const mirrored, store.mirror().size(caller));
            if (mirrored != first) return Judged{409, {}, mirrored};
            ASSIGN_OR_RETURN(auto const verified, store.mirror().verified(caller));
            if (mirrored + hashes.size() - verified > most_unsigned_leaves) return Judged{422, "log.too_many_leaves"};
            RETURN_IF_ERROR(store.mirror().append(caller, hashes));
            return Judged{200, {}, mirrored + hashes.size()};
        },
        [respond](Result<Judged> judged) {
            if (!judged) return respond(problem(status_of(judged.error()), judged.error().code));
            if (!judged->code.empty()) return respond(problem(judged->status, judged->code));
            respond(size_answer(judged->status, judged->size));
        });
}

void Witness::answer_latest(std::string_view origin_hash, HttpResponder respond) {
    auto const peers = parts_.peers.snapshot();
    auto const* const peer = log_of(*peers, origin_hash);
    if (peer == nullptr) return respond(problem(404, "log.unknown"));
    struct Newest {
        std::optional<WitnessedHead> held;
        std::optional<ShownHead> shown;
    };
    parts_.engine.submit<Newest>(
        [node = peer->row.node](Store& store) -> Result<Newest> {
            ASSIGN_OR_RETURN(auto held, store.witness().witnessed(node));
            ASSIGN_OR_RETURN(auto shown, store.witness().shown(node));
            return Newest{std::move(held), std::move(shown)};
        },
        [this, respond](Result<Newest> known) {
            if (!known) return respond(problem(status_of(known.error()), known.error().code));
            auto const& held = known->held;
            if (known->shown && (!held || known->shown->size > held->size))
                return respond(text_answer(200, known->shown->note));
            if (!held) return respond(problem(404, "log.unknown"));
            auto note = held->note;
            if (auto const key = keys_.signer(NoteKeyRole::witness)) {
                auto const text = note.substr(0, note.rfind("\n\n") + 1);
                auto const seconds = std::chrono::floor<std::chrono::seconds>(held->at).time_since_epoch();
                note += key->sign(text, static_cast<std::uint64_t>(seconds.count()));
            }
            respond(text_answer(200, note));
        });
}

void Witness::answer_consistency(std::string_view origin_hash, std::uint64_t old_size, HttpResponder respond) {
    auto const peers = parts_.peers.snapshot();
    auto const* const peer = log_of(*peers, origin_hash);
    if (peer == nullptr) return respond(problem(404, "log.unknown"));
    parts_.engine.submit<Json>(
        [node = peer->row.node, old_size](Store& store) -> Result<Json> {
            ASSIGN_OR_RETURN(auto const held, store.witness().witnessed(node));
            if (!held) return Error{ErrorKind::not_found, "log.unknown"};
            ASSIGN_OR_RETURN(auto const verified, store.mirror().verified(node));
            if (old_size > held->size || verified != held->size)
                return Error{ErrorKind::not_found, "log.no_such_size", std::to_string(old_size)};
            ASSIGN_OR_RETURN(auto const root, store.mirror().root_at(node, old_size));
            ASSIGN_OR_RETURN(auto const proof, consistency_proof(old_size, held->size, store.mirror().reader(node)));
            return Json::object()
                .set("old", old_size)
                .set("root", root.hex())
                .set("proof", hashes_json(proof))
                .set("checkpoint", held->note);
        },
        [respond](Result<Json> json) {
            respond(json ? json_answer(*json) : problem(status_of(json.error()), json.error().code));
        });
}

void Witness::answer_leaves(NodeId const& caller, std::uint64_t first, HttpResponder respond) {
    parts_.engine.submit<std::vector<Digest>>(
        [caller, first](Store& store) { return store.mirror().leaves(caller, first, most_leaves_at_once); },
        [first, respond](Result<std::vector<Digest>> hashes) {
            if (!hashes) return respond(problem(status_of(hashes.error()), hashes.error().code));
            respond(json_answer(Json::object().set("first", first).set("hashes", hashes_json(*hashes))));
        });
}

/// INVARIANT: a head that waits to be compared gives way to no other: a log could have the one forgotten that convicts
/// it. Whoever holds another shows it again in the next round.
void Witness::consider(NodeId const& log, std::string note, NodeId const& by) {
    auto const peers = parts_.peers.snapshot();
    auto const* const peer = peers->find(log);
    if (peer == nullptr || !peer->log_chain) return;
    {
        std::lock_guard const lock(mutex_);
        if (auto const last = fitting_.find(log); last != fitting_.end() && last->second == note) return;
    }
    auto const head = open_checkpoint(note, *peer->log_chain);
    auto const bare = head ? bare_note(note, *peer->log_chain) : Result<std::string>(head.error());
    if (!head) note_bad_head(*peer, note, head.error());
    if (!bare)
        return parts_.telemetry.log(LogLevel::warning, "witness.bad_head",
                                    {{"peer", by}, {"log", log}, {"why", bare.error()}});
    parts_.engine.submit<Compared>(
        [this, log, by, head = head->checkpoint, note = *bare](Store& store) -> Result<Compared> {
            ASSIGN_OR_RETURN(auto const compared, compare(store, log, head, note));
            if (compared != Compared::not_yet) return compared;
            ASSIGN_OR_RETURN(auto const shown, store.witness().shown(log));
            if (!shown) {
                RETURN_IF_ERROR(
                    store.witness().put(ShownHead{log, head.size, head.root, note, by, parts_.clock.now()}));
            } else if (shown->size == head.size && shown->root != head.root) {
                RETURN_IF_ERROR(accuse(store, log, {note, shown->note, shown->root, {}}));
                return Compared::forked;
            }
            return compared;
        },
        [this, log, note](Result<Compared> compared) {
            if (!compared) return;
            if (*compared == Compared::forked) return alarm(log, "head shown");
            std::lock_guard const lock(mutex_);
            if (*compared == Compared::fits) fitting_.insert_or_assign(log, note);
        });
}

void Witness::consider_growth(NodeId const& log, std::string note, Digest const& old_root, std::vector<Digest> proof) {
    auto const peers = parts_.peers.snapshot();
    auto const* const peer = peers->find(log);
    if (peer == nullptr || !peer->log_chain) return;
    auto const head = open_checkpoint(note, *peer->log_chain);
    auto const bare = head ? bare_note(note, *peer->log_chain) : Result<std::string>(head.error());
    if (!head) note_bad_head(*peer, note, head.error());
    if (!bare) return;
    parts_.engine.submit<bool>(
        [this, log, note = *bare, old_root, proof = std::move(proof),
         head = head->checkpoint](Store& store) -> Result<bool> {
            ASSIGN_OR_RETURN(auto const held, store.witness().witnessed(log));
            if (!held || head.size < held->size) return false;
            if (!verify_consistency(held->size, old_root, head.size, head.root, proof)) return false;  // their mistake
            if (old_root == held->root) return false;
            RETURN_IF_ERROR(accuse(store, log, {held->note, note, old_root, proof}));
            return true;
        },
        [this, log](Result<bool> forked) {
            if (forked && *forked) alarm(log, "growth shown");
        });
}

void Witness::compare_shown(NodeId const& log) {
    parts_.engine.submit<Compared>(
        [this, log](Store& store) -> Result<Compared> {
            ASSIGN_OR_RETURN(auto const row, store.peers().find(log));
            ASSIGN_OR_RETURN(auto const rotations, parse_rotations(row ? row->rotations : ""));
            if (auto const chain = KeyChain::link(log, NoteKeyRole::log, rotations)) {
                ASSIGN_OR_RETURN(auto const refused, compare_statements(store, log, *chain));
                if (!refused.empty()) return Compared::forked;
            }
            ASSIGN_OR_RETURN(auto const shown, store.witness().shown(log));
            if (!shown) return Compared::not_yet;
            ASSIGN_OR_RETURN(auto const compared,
                             compare(store, log, Checkpoint{{}, shown->size, shown->root}, shown->note));
            if (compared == Compared::not_yet) return compared;
            RETURN_IF_ERROR(store.witness().drop_shown(log));
            return compared;
        },
        [this, log](Result<Compared> compared) {
            if (compared && *compared == Compared::forked) alarm(log, "head shown earlier");
        });
}

Status Witness::settle(NodeId const& node, Actor const& actor) {
    auto const settled = parts_.engine.call<std::int64_t>([&](Store& store) -> Result<std::int64_t> {
        auto const now = parts_.clock.now();
        ASSIGN_OR_RETURN(auto const number, store.witness().settle(node, now));
        if (number == 0) return Error{ErrorKind::not_found, "witness.no_evidence", node.text()};
        auto facts = Json::object();
        facts.set("peer", node.text()).set("evidence", number);
        ASSIGN_OR_RETURN(auto const leaf, store.log().append("witness.settle", now, actor, facts, Json::object()));
        static_cast<void>(leaf);
        return number;
    });
    if (!settled) return settled.error();
    return refresh();
}

}  // namespace casebridge
