#include "policies/evidence/leaf.h"

#include "policies/wire.h"

namespace casebridge {
namespace {

constexpr std::size_t longest_text = 200;

}  // namespace

std::string EvidenceLeaf::fact(std::string_view name) const {
    auto const* const value = facts.find(name);
    if (value == nullptr) return {};
    if (auto const* const number = value->as_integer()) return std::to_string(*number);
    return facts.text_or(name);
}

Result<EvidenceLeaf> EvidenceLeaf::parse(ByteView data) {
    ASSIGN_OR_RETURN(auto const json, parse_json(to_text(data)));
    auto const* const version = json.find("v");
    if (version == nullptr || *version != Json(1))
        return Error{ErrorKind::invalid, "evidence.unknown_leaf_version", ""};
    JsonReader reader(json, JsonReader::Scope::evidence);
    reader.integer("v");
    auto const at = parse_rfc3339(reader.string("at", wire::longest_time));
    EvidenceLeaf leaf;
    leaf.kind = reader.string("kind", wire::longest_word);
    auto const* const actor = reader.object("actor");
    auto const* const facts = reader.object("facts");
    auto const commitment = Digest::from_hex(reader.string("commitment", wire::digest_size));
    RETURN_IF_ERROR(reader.finish());
    JsonReader who(*actor, JsonReader::Scope::evidence);
    leaf.officer = who.string("officer", longest_text);
    leaf.role = who.string("role", wire::longest_word);
    RETURN_IF_ERROR(who.finish());
    if (!at || !commitment) return Error{ErrorKind::invalid, "evidence.bad_leaf", at ? "commitment" : "at"};
    leaf.at = *at;
    leaf.facts = *facts;
    leaf.commitment = *commitment;
    return leaf;
}

}  // namespace casebridge
