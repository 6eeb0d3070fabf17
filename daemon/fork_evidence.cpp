#include "daemon/fork_evidence.h"

#include "crypto/merkle_proof.h"

namespace casebridge {
namespace {

constexpr std::size_t most_hashes = 63;
constexpr JsonLimits limits{.bytes = 600 * 1024, .depth = 4, .members = 200};

}  // namespace

std::string_view ForkEvidence::kind() const {
    if (misuse) return *misuse == KeyMisuse::branch ? "branch" : "retired_key";
    return other_root ? "fork" : "unproven";
}

Json ForkEvidence::to_json() const {
    auto hashes = Json::array();
    for (auto const& hash : proof) hashes.push(hash.hex());
    auto json = Json::object();
    json.set("kind", kind())
        .set("smaller", smaller)
        .set("larger", larger)
        .set("other_root", other_root ? Json(other_root->hex()) : Json())
        .set("proof", std::move(hashes));
    if (!rotations.empty()) json.set("rotations", rotations);
    return json;
}

Result<ForkEvidence> ForkEvidence::parse(std::string_view text) {
    ASSIGN_OR_RETURN(auto const json, parse_json(text, limits));
    JsonReader reader(json, JsonReader::Scope::log);
    auto const kind = reader.string("kind", 16);
    auto smaller = reader.string("smaller", SignedNote::maximum_bytes);
    auto larger = reader.string("larger", SignedNote::maximum_bytes);
    auto const* const root = reader.any("other_root");
    auto const* const hashes = reader.array("proof");
    auto rotations = reader.optional_string("rotations", maximum_rotations_bytes);
    RETURN_IF_ERROR(reader.finish());
    ForkEvidence evidence{std::move(smaller), std::move(larger), {}, {}, {}, std::move(rotations)};
    if (kind == "branch") evidence.misuse = KeyMisuse::branch;
    if (kind == "retired_key") evidence.misuse = KeyMisuse::retired_key;
    if (root != nullptr && root->as_string() != nullptr) {
        ASSIGN_OR_RETURN(evidence.other_root, Digest::from_hex(*root->as_string()));
    }
    if (hashes->as_array()->size() > most_hashes) return Error{ErrorKind::invalid, "log_proof.too_long"};
    for (auto const& hash : *hashes->as_array()) {
        if (hash.as_string() == nullptr) return Error{ErrorKind::invalid, "log.wrong_type", "proof"};
        ASSIGN_OR_RETURN(auto const digest, Digest::from_hex(*hash.as_string()));
        evidence.proof.push_back(digest);
    }
    if (kind != evidence.kind()) return Error{ErrorKind::invalid, "log.wrong_type", "kind"};
    return evidence;
}

namespace {

/// Of the keys whose statements lead to or from the one that is trusted.
Result<KeyChain> chain_of(ForkEvidence const& evidence, NoteVerifier const& key) {
    ASSIGN_OR_RETURN(auto const rotations, parse_rotations(evidence.rotations));
    auto const role = key.type() == NoteKeyType::signature ? NoteKeyRole::log : NoteKeyRole::witness;
    for (auto const& each : rotations) {
        if (each.rotation.role != role) continue;
        ASSIGN_OR_RETURN(auto linked, KeyChain::link(each.rotation.node, role, rotations));
        if (linked.find(key)) return linked;
    }
    return KeyChain::of(key);
}

Result<ProvenFork> verify_misuse(ForkEvidence const& evidence, KeyChain const& chain) {
    ASSIGN_OR_RETURN(auto const first, open_rotation(evidence.smaller));
    bool const known = chain.find(first.rotation.old_key) || chain.find(first.rotation.new_key);
    if (!known) return Error{ErrorKind::unauthentic, "note.no_known_key"};
    auto const head = first.rotation.head();
    if (*evidence.misuse == KeyMisuse::retired_key) {
        ASSIGN_OR_RETURN(auto larger, open_checkpoint(evidence.larger, first.rotation.old_key));
        if (larger.checkpoint.size <= head.size) return Error{ErrorKind::invalid, "fork.consistent"};
        return ProvenFork{head, std::move(larger.checkpoint)};
    }
    ASSIGN_OR_RETURN(auto const second, open_rotation(evidence.larger));
    bool const same_key = first.rotation.old_key.text() == second.rotation.old_key.text();
    if (!same_key || first.rotation.text() == second.rotation.text())
        return Error{ErrorKind::invalid, "fork.consistent"};
    return ProvenFork{head, second.rotation.head()};
}

}  // namespace

Result<ProvenFork> verify_fork(ForkEvidence const& evidence, NoteVerifier const& key) {
    ASSIGN_OR_RETURN(auto const chain, chain_of(evidence, key));
    if (evidence.misuse) return verify_misuse(evidence, chain);
    ASSIGN_OR_RETURN(auto smaller, open_head(evidence.smaller, chain));
    ASSIGN_OR_RETURN(auto larger, open_head(evidence.larger, chain));
    ProvenFork heads{std::move(smaller), std::move(larger)};
    if (heads.smaller.size > heads.larger.size) return Error{ErrorKind::invalid, "fork.sizes_reversed"};
    if (!evidence.other_root) return Error{ErrorKind::invalid, "fork.unproven"};
    RETURN_IF_ERROR(verify_consistency(heads.smaller.size, *evidence.other_root, heads.larger.size, heads.larger.root,
                                       evidence.proof));
    if (*evidence.other_root == heads.smaller.root) return Error{ErrorKind::invalid, "fork.consistent"};
    return heads;
}

}  // namespace casebridge
