#include "daemon/fork_evidence.h"

#include "crypto/merkle_proof.h"

namespace casebridge {
namespace {

constexpr std::size_t most_hashes = 63;
constexpr JsonLimits limits{.bytes = 600 * 1024, .depth = 4, .members = 200};

}  // namespace

Json ForkEvidence::to_json() const {
    auto hashes = Json::array();
    for (auto const& hash : proof) hashes.push(hash.hex());
    return Json::object()
        .set("kind", kind())
        .set("smaller", smaller)
        .set("larger", larger)
        .set("other_root", other_root ? Json(other_root->hex()) : Json())
        .set("proof", std::move(hashes));
}

Result<ForkEvidence> ForkEvidence::parse(std::string_view text) {
    ASSIGN_OR_RETURN(auto const json, parse_json(text, limits));
    JsonReader reader(json, JsonReader::Scope::log);
    auto const kind = reader.string("kind", 16);
    auto smaller = reader.string("smaller", SignedNote::maximum_bytes);
    auto larger = reader.string("larger", SignedNote::maximum_bytes);
    auto const* const root = reader.any("other_root");
    auto const* const hashes = reader.array("proof");
    RETURN_IF_ERROR(reader.finish());
    ForkEvidence evidence{std::move(smaller), std::move(larger), {}, {}};
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

Result<ProvenFork> verify_fork(ForkEvidence const& evidence, NoteVerifier const& log) {
    ASSIGN_OR_RETURN(auto smaller, open_checkpoint(evidence.smaller, log));
    ASSIGN_OR_RETURN(auto larger, open_checkpoint(evidence.larger, log));
    ProvenFork heads{std::move(smaller.checkpoint), std::move(larger.checkpoint)};
    if (heads.smaller.size > heads.larger.size) return Error{ErrorKind::invalid, "fork.sizes_reversed"};
    if (!evidence.other_root) return Error{ErrorKind::invalid, "fork.unproven"};
    RETURN_IF_ERROR(verify_consistency(heads.smaller.size, *evidence.other_root, heads.larger.size, heads.larger.root,
                                       evidence.proof));
    if (*evidence.other_root == heads.smaller.root) return Error{ErrorKind::invalid, "fork.consistent"};
    return heads;
}

}  // namespace casebridge
