#include "crypto/key_rotation.h"

#include <array>
#include <stdexcept>

namespace casebridge {
namespace {

constexpr std::string_view first_line = "casebridge key rotation v1\n";

Error malformed() {
    return {ErrorKind::invalid, "rotation.malformed"};
}

/// The rest of the next line, which begins with `name` and a space.
Result<std::string> take(std::string_view& text, std::string_view name) {
    auto const end = text.find('\n');
    auto line = text.substr(0, end);
    if (end == std::string_view::npos || !line.starts_with(name) || line.substr(name.size(), 1) != " ")
        return malformed();
    line.remove_prefix(name.size() + 1);
    text.remove_prefix(end + 1);
    return std::string(line);
}

Result<NoteVerifier> take_key(std::string_view& text, std::string_view name) {
    ASSIGN_OR_RETURN(auto const vkey, take(text, name));
    return NoteVerifier::parse(vkey);
}

bool is_same(NoteVerifier const& one, NoteVerifier const& other) {
    return one.text() == other.text();
}

}  // namespace

std::string_view to_text(NoteKeyRole role) {
    return role == NoteKeyRole::log ? "log" : "witness";
}

NoteKeyType key_type_of(NoteKeyRole role) {
    return role == NoteKeyRole::log ? NoteKeyType::signature : NoteKeyType::cosignature;
}

std::string note_key_name(NodeId const& node, NoteKeyRole role) {
    return "casebridge.internal/" + node.text() + "/" + std::string(to_text(role));
}

std::string KeyRotation::text() const {
    return std::string(first_line) + "node " + node.text() + "\nrole " + std::string(to_text(role)) + "\nold " +
           old_key.text() + "\nnew " + new_key.text() + "\nsize " + std::to_string(size) + "\nroot " +
           to_base64(root.view()) + "\ntime " + to_rfc3339(at) + "\n";
}

Checkpoint KeyRotation::head() const {
    return {note_key_name(node, NoteKeyRole::log), size, root};
}

Result<KeyRotation> KeyRotation::parse(std::string_view text) {
    auto const whole = text;
    if (!text.starts_with(first_line)) return malformed();
    text.remove_prefix(first_line.size());
    ASSIGN_OR_RETURN(auto const node_text, take(text, "node"));
    ASSIGN_OR_RETURN(auto const role_text, take(text, "role"));
    ASSIGN_OR_RETURN(auto old_key, take_key(text, "old"));
    ASSIGN_OR_RETURN(auto new_key, take_key(text, "new"));
    ASSIGN_OR_RETURN(auto const size_text, take(text, "size"));
    ASSIGN_OR_RETURN(auto const root_text, take(text, "root"));
    ASSIGN_OR_RETURN(auto const time_text, take(text, "time"));
    auto node = NodeId::parse(node_text);
    auto const size = parse_log_number(size_text);
    auto const bytes = from_base64(root_text);
    auto const root = bytes ? Digest::from_bytes(*bytes) : Result<Digest>(bytes.error());
    auto const at = parse_rfc3339(time_text);
    if (!node || !size || !root || !at || (role_text != "log" && role_text != "witness")) return malformed();
    auto const role = role_text == "log" ? NoteKeyRole::log : NoteKeyRole::witness;
    for (auto const* key : {&old_key, &new_key})
        if (key->name() != note_key_name(*node, role) || key->type() != key_type_of(role))
            return Error{ErrorKind::invalid, "rotation.wrong_key", "it is of " + key->name()};
    if (is_same(old_key, new_key)) return Error{ErrorKind::invalid, "rotation.same_key"};
    KeyRotation rotation{*std::move(node), role, std::move(old_key), std::move(new_key), *size, *root, *at};
    // One text for one statement: nothing is left over, and each value is written in one way.
    if (rotation.text() != whole) return malformed();
    return rotation;
}

SignedRotation sign_rotation(KeyRotation const& rotation, NoteSigner const& old_key, NoteSigner const& new_key) {
    if (!is_same(old_key.verifier(), rotation.old_key) || !is_same(new_key.verifier(), rotation.new_key))
        throw std::logic_error("a rotation of other keys");
    auto const text = rotation.text();
    auto const seconds = std::chrono::floor<std::chrono::seconds>(rotation.at).time_since_epoch().count();
    std::array const lines{old_key.sign(text, static_cast<std::uint64_t>(seconds)),
                           new_key.sign(text, static_cast<std::uint64_t>(seconds))};
    return {write_note(text, lines), rotation};
}

Result<SignedRotation> open_rotation(std::string_view note) {
    ASSIGN_OR_RETURN(auto const parsed, SignedNote::parse(note));
    ASSIGN_OR_RETURN(auto rotation, KeyRotation::parse(parsed.text()));
    std::array const keys{rotation.old_key, rotation.new_key};
    auto const verified = verify_note(parsed, keys);
    if (!verified) return verified.error();
    if (verified->size() != keys.size() || parsed.signatures().size() != keys.size())
        return Error{ErrorKind::unauthentic, "rotation.not_signed_by_both"};
    return SignedRotation{std::string(note), std::move(rotation)};
}

bool is_rotation(std::string_view note) {
    return note.starts_with(first_line);
}

std::string rotations_text(std::span<SignedRotation const> rotations) {
    std::string text;
    for (auto const& each : rotations) text += each.note;
    return text;
}

Result<std::vector<SignedRotation>> parse_rotations(std::string_view text) {
    if (text.size() > maximum_rotations_bytes) return Error{ErrorKind::invalid, "rotation.too_many"};
    std::vector<SignedRotation> rotations;
    auto const next = "\n" + std::string(first_line);
    while (!text.empty()) {
        if (rotations.size() == maximum_rotations) return Error{ErrorKind::invalid, "rotation.too_many"};
        auto const found = text.find(next);  // in a statement only its first line reads so
        auto const end = found == std::string_view::npos ? text.size() : found + 1;
        ASSIGN_OR_RETURN(auto rotation, open_rotation(text.substr(0, end)));
        rotations.push_back(std::move(rotation));
        text.remove_prefix(end);
    }
    return rotations;
}

}  // namespace casebridge
