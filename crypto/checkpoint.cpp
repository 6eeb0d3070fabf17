#include "crypto/checkpoint.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace casebridge {

std::string Checkpoint::text() const {
    return origin + "\n" + std::to_string(size) + "\n" + to_base64(root.view()) + "\n";
}

std::optional<std::uint64_t> parse_log_number(std::string_view text) {
    constexpr std::size_t longest = 19;  // of numbers below 2^63
    if (text.empty() || text.size() > longest || (text.size() > 1 && text.front() == '0')) return std::nullopt;
    std::uint64_t number = 0;
    for (char const c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        number = number * 10 + static_cast<std::uint64_t>(c - '0');
    }
    if (number > INT64_MAX) return std::nullopt;
    return number;
}

Result<Checkpoint> Checkpoint::parse(std::string_view text) {
    if (std::ranges::count(text, '\n') != 3 || !text.ends_with('\n'))
        return Error{ErrorKind::invalid, "checkpoint.lines"};
    auto const first = text.find('\n');
    auto const second = text.find('\n', first + 1);
    Checkpoint checkpoint{std::string(text.substr(0, first)), 0, {}};
    if (!is_note_name(checkpoint.origin)) return Error{ErrorKind::invalid, "checkpoint.bad_origin"};
    auto const size = parse_log_number(text.substr(first + 1, second - first - 1));
    if (!size) return Error{ErrorKind::invalid, "checkpoint.bad_size"};
    checkpoint.size = *size;
    auto const bytes = from_base64(text.substr(second + 1, text.size() - second - 2));
    auto const root = bytes ? Digest::from_bytes(*bytes) : Result<Digest>(bytes.error());
    if (!root) return Error{ErrorKind::invalid, "checkpoint.bad_root"};
    checkpoint.root = *root;
    if (checkpoint.size == 0 && checkpoint.root != sha256({})) return Error{ErrorKind::invalid, "checkpoint.bad_root"};
    return checkpoint;
}

std::string sign_checkpoint(Checkpoint const& checkpoint, NoteSigner const& log) {
    if (checkpoint.origin != log.verifier().name()) throw std::logic_error("a checkpoint of another log");
    auto const text = checkpoint.text();
    std::array const lines{log.sign(text)};
    return write_note(text, lines);
}

Result<SignedCheckpoint> open_checkpoint(std::string_view note, NoteVerifier const& log,
                                         std::span<NoteVerifier const> witnesses) {
    ASSIGN_OR_RETURN(auto const parsed, SignedNote::parse(note));
    std::vector<NoteVerifier> known{log};
    known.insert(known.end(), witnesses.begin(), witnesses.end());
    ASSIGN_OR_RETURN(auto verified, verify_note(parsed, known));
    auto const own = std::ranges::find_if(verified, [&](VerifiedSignature const& each) {
        return each.key.name() == log.name() && each.key.key_id() == log.key_id();
    });
    if (own == verified.end()) return Error{ErrorKind::unauthentic, "checkpoint.not_signed_by_log"};
    verified.erase(own);
    ASSIGN_OR_RETURN(auto checkpoint, Checkpoint::parse(parsed.text()));
    if (checkpoint.origin != log.name()) return Error{ErrorKind::unauthentic, "checkpoint.wrong_origin"};
    return SignedCheckpoint{std::move(checkpoint), std::move(verified)};
}

}  // namespace casebridge
