#include "crypto/log_proof.h"

#include "crypto/merkle_proof.h"

namespace casebridge {
namespace {

constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1";
constexpr std::size_t kMaximumHashes = 63;  // SPEC tlog-witness; a tree below 2^63 leaves needs no more
constexpr std::size_t kMaximumBytes = SignedNote::maximum_bytes + 64 * 1024;

Error malformed() {
    return {ErrorKind::invalid, "log_proof.malformed"};
}

/// Takes the first line off, without its line feed; none if there is no whole line.
std::optional<std::string_view> take_line(std::string_view& text) {
    auto const end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    auto const line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

/// `<word> <number>`
std::optional<std::uint64_t> numbered(std::optional<std::string_view> line, std::string_view word) {
    if (!line || !line->starts_with(word)) return std::nullopt;
    return parse_log_number(line->substr(word.size()));
}

/// The hashes up to the empty line, which is taken off, too; the checkpoint is left.
Result<std::vector<Digest>> take_hashes(std::string_view& text) {
    std::vector<Digest> hashes;
    for (auto line = take_line(text); line; line = take_line(text)) {
        if (line->empty()) return hashes;
        if (hashes.size() == kMaximumHashes) return Error{ErrorKind::invalid, "log_proof.too_long"};
        auto const bytes = from_base64(*line);
        auto const hash = bytes ? Digest::from_bytes(*bytes) : Result<Digest>(bytes.error());
        if (!hash) return malformed();
        hashes.push_back(*hash);
    }
    return malformed();
}

std::string lines(std::vector<Digest> const& hashes) {
    std::string text;
    for (auto const& hash : hashes) text += to_base64(hash.view()) + "\n";
    return text;
}

Status check_size(std::string_view text) {
    if (text.size() > kMaximumBytes) return Error{ErrorKind::invalid, "log_proof.too_large"};
    return Done{};
}

}  // namespace

std::string InclusionText::text() const {
    std::string out(kFirstLine);
    out += '\n';
    if (extra) out += "extra " + to_base64(*extra) + "\n";
    return out + "index " + std::to_string(index) + "\n" + lines(proof) + "\n" + checkpoint;
}

Result<InclusionText> InclusionText::parse(std::string_view text) {
    constexpr std::string_view extra_word = "extra ";
    RETURN_IF_ERROR(check_size(text));
    if (take_line(text) != kFirstLine) return malformed();
    InclusionText parsed;
    auto line = take_line(text);
    if (line && line->starts_with(extra_word)) {
        auto extra = from_base64(line->substr(extra_word.size()));
        if (!extra) return malformed();
        parsed.extra = *std::move(extra);
        line = take_line(text);
    }
    auto const index = numbered(line, "index ");
    if (!index) return malformed();
    parsed.index = *index;
    ASSIGN_OR_RETURN(parsed.proof, take_hashes(text));
    parsed.checkpoint = text;
    return parsed;
}

std::string ConsistencyText::text() const {
    return "old " + std::to_string(old_size) + "\n" + lines(proof) + "\n" + checkpoint;
}

Result<ConsistencyText> ConsistencyText::parse(std::string_view text) {
    RETURN_IF_ERROR(check_size(text));
    ConsistencyText parsed;
    auto const old_size = numbered(take_line(text), "old ");
    if (!old_size) return malformed();
    parsed.old_size = *old_size;
    ASSIGN_OR_RETURN(parsed.proof, take_hashes(text));
    parsed.checkpoint = text;
    return parsed;
}

Result<ProvenLeaf> verify_inclusion_text(std::string_view text, NoteVerifier const& log) {
    ASSIGN_OR_RETURN(auto parsed, InclusionText::parse(text));
    if (!parsed.extra) return Error{ErrorKind::invalid, "log_proof.no_data"};
    ASSIGN_OR_RETURN(auto head, open_checkpoint(parsed.checkpoint, log));
    RETURN_IF_ERROR(verify_inclusion(leaf_hash(*parsed.extra), parsed.index, head.checkpoint.size, parsed.proof,
                                     head.checkpoint.root));
    return ProvenLeaf{std::move(head), parsed.index, *std::move(parsed.extra)};
}

Result<SignedCheckpoint> verify_consistency_text(std::string_view text, NoteVerifier const& log,
                                                 Checkpoint const& old_head) {
    ASSIGN_OR_RETURN(auto const parsed, ConsistencyText::parse(text));
    if (parsed.old_size != old_head.size)
        return Error{ErrorKind::invalid, "log_proof.other_head", "it is from size " + std::to_string(parsed.old_size)};
    ASSIGN_OR_RETURN(auto head, open_checkpoint(parsed.checkpoint, log));
    RETURN_IF_ERROR(
        verify_consistency(old_head.size, old_head.root, head.checkpoint.size, head.checkpoint.root, parsed.proof));
    return head;
}

}  // namespace casebridge
