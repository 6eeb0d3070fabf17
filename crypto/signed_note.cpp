#include "crypto/signed_note.h"

#include <algorithm>
#include <stdexcept>

namespace casebridge {
namespace {

constexpr std::string_view kLineStart = "\u2014 ";
constexpr std::size_t kKeyIdBytes = 4;

/// A line without its line feed.
Result<NoteSignature> parse_line(std::string_view line) {
    Error const bad{ErrorKind::invalid, "note.bad_signature_line"};
    if (!line.starts_with(kLineStart)) return bad;
    line.remove_prefix(kLineStart.size());
    auto const space = line.find(' ');
    if (space == std::string_view::npos || !is_note_name(line.substr(0, space))) return bad;
    auto const bytes = from_base64(line.substr(space + 1));
    if (!bytes || bytes->size() <= kKeyIdBytes) return bad;
    NoteSignature signature{std::string(line.substr(0, space)), 0, Bytes(bytes->begin() + kKeyIdBytes, bytes->end())};
    for (std::size_t i = 0; i < kKeyIdBytes; ++i) signature.key_id = signature.key_id << 8 | (*bytes)[i];
    return signature;
}

}  // namespace

Result<SignedNote> SignedNote::parse(std::string_view note) {
    if (note.size() > maximum_bytes) return Error{ErrorKind::invalid, "note.too_large"};
    if (!is_note_text(note)) return Error{ErrorKind::invalid, "note.characters"};
    // SPEC signed-note: the text is separated from the signatures by the last empty line.
    auto const empty_line = note.rfind("\n\n");
    if (empty_line == std::string_view::npos || !note.ends_with('\n'))
        return Error{ErrorKind::invalid, "note.malformed"};
    auto lines = note.substr(empty_line + 2);
    if (lines.empty()) return Error{ErrorKind::invalid, "note.no_signature"};
    SignedNote parsed;
    parsed.text_ = note.substr(0, empty_line + 1);
    while (!lines.empty()) {
        if (parsed.signatures_.size() == maximum_signatures)
            return Error{ErrorKind::invalid, "note.too_many_signatures"};
        auto const end = lines.find('\n');
        ASSIGN_OR_RETURN(auto signature, parse_line(lines.substr(0, end)));
        parsed.signatures_.push_back(std::move(signature));
        lines.remove_prefix(end + 1);
    }
    return parsed;
}

std::string signature_line(NoteSignature const& signature) {
    Bytes bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(signature.key_id >> shift));
    bytes.insert(bytes.end(), signature.signature.begin(), signature.signature.end());
    return std::string(kLineStart) + signature.name + " " + to_base64(bytes) + "\n";
}

std::string write_note(std::string_view text, std::span<std::string const> signature_lines) {
    if (!text.ends_with('\n') || !is_note_text(text)) throw std::logic_error("not a text of a note");
    std::string note(text);
    note += '\n';
    for (auto const& line : signature_lines) note += line;
    return note;
}

Result<std::vector<VerifiedSignature>> verify_note(SignedNote const& note, std::span<NoteVerifier const> known) {
    std::vector<VerifiedSignature> verified;
    for (auto const& signature : note.signatures()) {
        // SPEC signed-note: name and id together name a key; one of both alone is no known key.
        auto const names = [&](NoteVerifier const& key) {
            return key.name() == signature.name && key.key_id() == signature.key_id;
        };
        auto const key = std::ranges::find_if(known, names);
        if (key == known.end()) continue;
        ASSIGN_OR_RETURN(auto const seconds, key->verify(note.text(), signature.signature));
        // INVARIANT: one key counts once, however often it signed: lines are not witnesses.
        if (std::ranges::none_of(verified, [&](VerifiedSignature const& each) { return names(each.key); }))
            verified.push_back({*key, seconds});
    }
    if (verified.empty()) return Error{ErrorKind::unauthentic, "note.no_known_key"};
    return verified;
}

}  // namespace casebridge
