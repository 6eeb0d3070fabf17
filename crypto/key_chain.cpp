#include "crypto/key_chain.h"

#include <algorithm>

namespace casebridge {
namespace {

Error refused(std::string_view code, KeyRotation const& rotation) {
    return {ErrorKind::unauthentic, code, rotation.new_key.text()};
}

bool is_same(NoteVerifier const& one, NoteVerifier const& other) {
    return one.text() == other.text();
}

}  // namespace

KeyChain KeyChain::of(NoteVerifier key) {
    KeyChain chain;
    chain.terms_.push_back({std::move(key), std::nullopt});
    return chain;
}

Result<KeyChain> KeyChain::link(NodeId const& node, NoteKeyRole role, std::span<SignedRotation const> rotations) {
    KeyChain chain;
    for (auto const& each : rotations) {
        auto const& rotation = each.rotation;
        if (rotation.role != role) continue;
        if (rotation.node != node) return refused("rotation.other_node", rotation);
        if (chain.terms_.empty()) chain.terms_.push_back({rotation.old_key, std::nullopt});
        if (!is_same(chain.newest(), rotation.old_key))
            return refused(chain.find(rotation.old_key) ? "rotation.branches" : "rotation.not_a_chain", rotation);
        if (chain.find(rotation.new_key)) return refused("rotation.loop", rotation);
        if (chain.terms_.size() > 1) {
            auto const& before = (chain.terms_.end() - 2)->ended_by->rotation;
            if (rotation.size < before.size || rotation.at < before.at) return refused("rotation.shrinks", rotation);
        }
        chain.terms_.back().ended_by = each;
        chain.terms_.push_back({rotation.new_key, std::nullopt});
    }
    if (chain.terms_.empty()) return Error{ErrorKind::not_found, "rotation.none"};
    return chain;
}

KeyChain KeyChain::to(NoteVerifier key, NodeId const& node, NoteKeyRole role,
                      std::span<SignedRotation const> rotations) {
    auto chain = link(node, role, rotations);
    if (chain && is_same(chain->newest(), key)) return *std::move(chain);
    return of(std::move(key));
}

KeyChain::Term const* KeyChain::find(NoteVerifier const& key) const {
    auto const found = std::ranges::find_if(terms_, [&](Term const& term) { return is_same(term.key, key); });
    return found == terms_.end() ? nullptr : &*found;
}

KeyChain::Term const* KeyChain::named_in(SignedNote const& note) const {
    auto const names = [&note](Term const& term) {
        return std::ranges::any_of(note.signatures(), [&term](NoteSignature const& line) {
            return line.name == term.key.name() && line.key_id == term.key.key_id();
        });
    };
    auto const found = std::find_if(terms_.rbegin(), terms_.rend(), names);
    return found == terms_.rend() ? nullptr : &*found;
}

Result<SignedCheckpoint> open_checkpoint(std::string_view note, KeyChain const& log,
                                         std::span<NoteVerifier const> witnesses) {
    ASSIGN_OR_RETURN(auto const parsed, SignedNote::parse(note));
    auto const* const term = log.named_in(parsed);
    ASSIGN_OR_RETURN(auto opened, open_checkpoint(note, term ? term->key : log.newest(), witnesses));
    // INVARIANT: an old key vouches for nothing that came after it was given up, whoever holds it now.
    if (term && term->ended_by && opened.checkpoint.size > term->ended_by->rotation.size)
        return Error{ErrorKind::unauthentic, "checkpoint.retired_key", term->key.text()};
    return opened;
}

namespace {

/// The one key under which the proof's checkpoint is to be opened; it is opened under the whole chain as well.
Result<NoteVerifier> key_for(std::string_view note, KeyChain const& log) {
    if (auto const opened = open_checkpoint(note, log); !opened) return opened.error();
    ASSIGN_OR_RETURN(auto const parsed, SignedNote::parse(note));
    return log.named_in(parsed)->key;
}

}  // namespace

Result<ProvenLeaf> verify_inclusion_text(std::string_view text, KeyChain const& log) {
    ASSIGN_OR_RETURN(auto const parsed, InclusionText::parse(text));
    if (!parsed.extra) return Error{ErrorKind::invalid, "log_proof.no_data"};
    ASSIGN_OR_RETURN(auto const key, key_for(parsed.checkpoint, log));
    return verify_inclusion_text(text, key);
}

Result<SignedCheckpoint> verify_consistency_text(std::string_view text, KeyChain const& log,
                                                 Checkpoint const& old_head) {
    ASSIGN_OR_RETURN(auto const parsed, ConsistencyText::parse(text));
    ASSIGN_OR_RETURN(auto const key, key_for(parsed.checkpoint, log));
    return verify_consistency_text(text, key, old_head);
}

Result<Checkpoint> open_head(std::string_view note, KeyChain const& log) {
    if (!is_rotation(note)) {
        ASSIGN_OR_RETURN(auto opened, open_checkpoint(note, log));
        return std::move(opened.checkpoint);
    }
    ASSIGN_OR_RETURN(auto const opened, open_rotation(note));
    if (!log.find(opened.rotation.old_key) && !log.find(opened.rotation.new_key))
        return Error{ErrorKind::unauthentic, "note.no_known_key"};
    return opened.rotation.head();
}

}  // namespace casebridge
