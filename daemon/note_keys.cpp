#include "daemon/note_keys.h"

#include "daemon/file_lock.h"
#include "daemon/files.h"
#include "daemon/identity_directory.h"
#include "daemon/identity_files.h"

#include <algorithm>

namespace casebridge {
namespace {

using namespace identity_files;

/// Of one key: the other's statements and what partners keep leave as much room again.
constexpr std::size_t most_rotations = maximum_rotations / 2;

std::string setting_of(NoteKeyRole role) {
    return "rotation." + std::string(to_text(role));
}

std::string next_name(NoteKeyRole role) {
    return std::string(to_text(role)) + "-next";
}

Result<NoteSigner> signer_at(NoteKeysParts const& parts, NoteKeyRole role) {
    ASSIGN_OR_RETURN(auto key, read_key(key_path(parts.directory, next_name(role))));
    return NoteSigner::make(note_key_name(parts.node, role), key_type_of(role), std::move(key));
}

/// Made, or found where a rotation was cut off before it began.
Result<NoteSigner> next_signer(NoteKeysParts const& parts, NoteKeyRole role) {
    ASSIGN_OR_RETURN(auto const made, PrivateKey::generate_ed25519());
    auto const pem = made.to_pem();
    auto const written =
        write_file_atomically(key_path(parts.directory, next_name(role)), pem.reveal(), key_mode, Existing::keep);
    if (!written && written.error().code != "file.exists") return written.error();
    return signer_at(parts, role);
}

Result<NoteSigner> key_for_nothing(NodeId const& node, NoteKeyRole role) {
    ASSIGN_OR_RETURN(auto key, PrivateKey::generate_ed25519());
    return NoteSigner::make(note_key_name(node, role), key_type_of(role), std::move(key));
}

KeyRotation statement(NodeId const& node, NoteKeyRole role, NoteSigner const& now, NoteSigner const& next,
                      LogHead const& head, Timestamp at) {
    return {node, role, now.verifier(), next.verifier(), head.size, head.root, at};
}

Json facts_of(SignedRotation const& signed_rotation) {
    auto const& rotation = signed_rotation.rotation;
    return Json::object()
        .set("key", to_text(rotation.role))
        .set("old", rotation.old_key.text())
        .set("new", rotation.new_key.text())
        .set("size", rotation.size)
        .set("root", rotation.root.hex())
        .set("statement", sha256(as_bytes(signed_rotation.note)).hex());
}

}  // namespace

NoteKeys::NoteKeys(NoteKeysParts parts, std::optional<NoteSigner> log, std::optional<NoteSigner> witness,
                   std::vector<SignedRotation> rotations)
    : parts_(std::move(parts)), rotations_(std::move(rotations)) {
    if (log) log_.signer = std::make_shared<NoteSigner const>(*std::move(log));
    if (witness) witness_.signer = std::make_shared<NoteSigner const>(*std::move(witness));
    relink();
}

/// Of the statements those that lead to the key we have. One that leads away from it is of a rotation that was cut off,
/// and stays in `unfinished_`; any others are of a key that was lost, and partners know the new one by hand.
void NoteKeys::relink() {
    for (auto const role : {NoteKeyRole::log, NoteKeyRole::witness}) {
        auto& at = place(role);
        if (!at.signer) continue;
        auto const vkey = at.signer->verifier().text();
        auto const of_role = [role](SignedRotation const& each) { return each.rotation.role == role; };
        auto const away = std::ranges::find_if(rotations_, [&](SignedRotation const& each) {
            return of_role(each) && each.rotation.old_key.text() == vkey;
        });
        if (away != rotations_.end()) {
            unfinished_.push_back(*away);
            rotations_.erase(std::remove_if(away, rotations_.end(), of_role), rotations_.end());
        }
        at.chain = KeyChain::to(at.signer->verifier(), parts_.node, role, rotations_);
        if (at.chain->terms().size() == 1) std::erase_if(rotations_, of_role);
    }
}

std::shared_ptr<NoteSigner const> NoteKeys::signer(NoteKeyRole role) const {
    std::lock_guard const lock(mutex_);
    return place(role).signer;
}

std::string NoteKeys::vkey(NoteKeyRole role) const {
    auto const held = signer(role);
    return held ? held->verifier().text() : std::string{};
}

std::optional<KeyChain> NoteKeys::chain(NoteKeyRole role) const {
    std::lock_guard const lock(mutex_);
    return place(role).chain;
}

std::vector<SignedRotation> NoteKeys::rotations() const {
    std::lock_guard const lock(mutex_);
    return rotations_;
}

Status NoteKeys::load() {
    for (auto const role : {NoteKeyRole::log, NoteKeyRole::witness}) RETURN_IF_ERROR(finish_cut_off(role));
    return Done{};
}

/// The last statement, by the store or else by the list beside the keys.
Result<std::optional<SignedRotation>> NoteKeys::last_statement(NoteKeyRole role) const {
    auto const note = parts_.engine.call<std::optional<std::string>>(
        [role](Store& store) { return store.setting(setting_of(role)); });
    if (!note) return note.error();
    if (*note) {
        ASSIGN_OR_RETURN(auto last, open_rotation(**note));
        return std::optional(std::move(last));
    }
    for (auto const& each : unfinished_)
        if (each.rotation.role == role) return std::optional(each);
    return std::optional<SignedRotation>();
}

Status NoteKeys::finish_cut_off(NoteKeyRole role) {
    auto const held = signer(role);
    if (!held) return Done{};
    ASSIGN_OR_RETURN(auto const last, last_statement(role));
    if (!last) return Done{};
    auto const vkey = held->verifier().text();
    auto const& rotation = last->rotation;
    auto const path = key_path(parts_.directory, to_text(role));
    if (vkey == rotation.new_key.text()) {
        if (chain(role)->find(rotation.old_key)) return destroy_file(key_path(parts_.directory, next_name(role)));
        ASSIGN_OR_RETURN(auto key, read_key(path));  // the list alone was lost
        ASSIGN_OR_RETURN(auto same, NoteSigner::make(held->verifier().name(), key_type_of(role), std::move(key)));
        return take_up(*last, std::move(same));
    }
    if (vkey != rotation.old_key.text()) return Done{};  // another one, exchanged by hand
    auto next = signer_at(parts_, role);
    if (next && next->verifier().text() == rotation.new_key.text()) return take_up(*last, *std::move(next));
    return Error{ErrorKind::conflict, "identity.retired_key", path.string()};
}

Result<KeyRotation> NoteKeys::rotate(NoteKeyRole role, Actor const& actor, bool dry_run) {
    std::lock_guard const rotating(rotating_);
    auto const now = signer(role);
    if (!now) return Error{ErrorKind::not_found, "log.no_key", "casebridge identity add-log-key makes it"};
    if (chain(role)->terms().size() > most_rotations) return Error{ErrorKind::conflict, "rotation.too_many"};
    if (dry_run) {
        ASSIGN_OR_RETURN(auto const next, key_for_nothing(parts_.node, role));
        ASSIGN_OR_RETURN(auto const head, parts_.engine.call<LogHead>([](Store& store) -> Result<LogHead> {
            RETURN_IF_ERROR(store.log().require_whole());
            return store.log().head();
        }));
        return statement(parts_.node, role, *now, next, head, parts_.clock.now());
    }
    auto const lock = FileLock::acquire(certificate_path(parts_.directory, "root"));
    if (!lock) return Error{lock.error().kind, "identity.busy", "another command changes the identity; try again"};
    ASSIGN_OR_RETURN(auto next, next_signer(parts_, role));
    auto const rotated = [&]() -> Result<KeyRotation> {
        std::unique_lock const alone(signing_);
        ASSIGN_OR_RETURN(auto const committed, commit(role, next, actor));
        RETURN_IF_ERROR(take_up(committed, std::move(next)));
        return committed.rotation;
    }();
    if (!rotated) return rotated;
    parts_.telemetry.log(LogLevel::info, "keys.rotated", {{"key", to_text(role)}, {"officer", actor.officer}});
    parts_.telemetry.count("casebridge_keys_total", "rotated");
    changed_();
    return rotated;
}

/// The statement is signed in the transaction, at the head as it is there. Ed25519 is deterministic: a work that runs
/// twice signs the same.
Result<SignedRotation> NoteKeys::commit(NoteKeyRole role, NoteSigner const& next, Actor const& actor) {
    auto const now = signer(role);
    auto const at = parts_.clock.now();
    auto const before = rotations();
    return parts_.engine.call<SignedRotation>([&](Store& store) -> Result<SignedRotation> {
        RETURN_IF_ERROR(store.log().require_whole());
        auto made = sign_rotation(statement(parts_.node, role, *now, next, store.log().head(), at), *now, next);
        auto all = before;
        all.push_back(made);
        ASSIGN_OR_RETURN(auto const linked, KeyChain::link(parts_.node, role, all));
        static_cast<void>(linked);
        RETURN_IF_ERROR(store.put_setting(setting_of(role), made.note));
        ASSIGN_OR_RETURN(auto leaf, store.log().append("keys.rotated", at, actor, facts_of(made), Json::object()));
        // Nothing needs the old key: its heads verify without it, and older sizes are signed with the new one.
        ASSIGN_OR_RETURN(leaf, store.log().append("keys.destroyed", at, service_actor("keys"),
                                                  Json::object()
                                                      .set("key", to_text(role))
                                                      .set("vkey", made.rotation.old_key.text())
                                                      .set("retired_at", to_rfc3339(at)),
                                                  Json::object()));
        static_cast<void>(leaf);
        return made;
    });
}

Status NoteKeys::take_up(SignedRotation const& rotation, NoteSigner next) {
    auto const role = rotation.rotation.role;
    std::vector<SignedRotation> all;
    {
        std::lock_guard const lock(mutex_);
        place(role).signer = std::make_shared<NoteSigner const>(std::move(next));
        rotations_.push_back(rotation);
        relink();
        all = rotations_;
    }
    auto const pending = key_path(parts_.directory, next_name(role));
    RETURN_IF_ERROR(
        write_file_atomically(parts_.directory / rotations_file, as_bytes(rotations_text(all)), certificate_mode));
    auto const pem = read_secret_file(pending, maximum_pem_bytes);
    if (!pem)
        return pem.error().kind == ErrorKind::not_found ? Status(Done{}) : Status(translated(pem.error(), pending));
    RETURN_IF_ERROR(replace_key_file(key_path(parts_.directory, to_text(role)), pem->reveal(), key_mode));
    return destroy_file(pending);
}

}  // namespace casebridge
