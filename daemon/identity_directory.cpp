#include "daemon/identity_directory.h"

#include "crypto/authority_request.h"
#include "crypto/suite.h"
#include "daemon/files.h"
#include "daemon/identity_files.h"
#include "daemon/identity_renewal.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include <unistd.h>

namespace casebridge {
namespace {

namespace fs = std::filesystem;

using namespace identity_files;

constexpr std::size_t kShortestPassphrase = 12;

Status verify_pair(Pair const& pair, Role role, PinnedRoot const& pin, Timestamp now) {
    auto const verified = pin.verify(pair.chain, role, now);
    if (verified) return Done{};
    return Error{verified.error().kind, verified.error().code,
                 std::string(to_text(role)) + ".pem: " + verified.error().detail};
}

constexpr std::string_view kNoteKeys[] = {"log", "witness"};

/// Errors: `file.exists`
Status write_note_key(fs::path const& directory, std::string_view name) {
    ASSIGN_OR_RETURN(auto const key, PrivateKey::generate_ed25519());
    auto const pem = key.to_pem();
    return write_file_atomically(key_path(directory, name), pem.reveal(), key_mode, Existing::keep);
}

/// None if there is no such file.
Result<std::optional<NoteSigner>> read_note_key(fs::path const& directory, std::string_view file, std::string name,
                                                NoteKeyType type) {
    auto const path = key_path(directory, file);
    auto key = read_key(path);
    if (!key && key.error().code == "identity.missing") return std::optional<NoteSigner>();
    if (!key) return key.error();
    auto signer = NoteSigner::make(std::move(name), type, *std::move(key));
    if (!signer) return Error{signer.error().kind, signer.error().code, path.string()};
    return std::optional(*std::move(signer));
}

/// None if there is no such file: nothing was ever rotated.
Result<std::vector<SignedRotation>> read_rotations(fs::path const& directory) {
    auto const path = directory / rotations_file;
    auto const text = read_file(path, maximum_rotations_bytes);
    if (!text && text.error().kind == ErrorKind::not_found) return std::vector<SignedRotation>();
    if (!text) return text.error();
    auto parsed = parse_rotations(to_text(*text));
    if (!parsed) return Error{parsed.error().kind, parsed.error().code, path.string()};
    return parsed;
}

/// Code points, not bytes: a Thai letter counts once.
std::size_t characters(Secret const& text) {
    auto const bytes = text.reveal();
    return static_cast<std::size_t>(std::ranges::count_if(bytes, [](auto byte) { return (byte & 0xC0) != 0x80; }));
}

/// Writes what is made below the root; its certificate and key are there by then.
Status fill_below(fs::path const& directory, NodeId const& node, Suite suite, KeyAndCertificate const& root,
                  PlacedKey const& issuing_key, KeySource const& source, Timestamp now) {
    ASSIGN_OR_RETURN(auto const pin, PinnedRoot::pin(node, root.certificate, root.certificate.fingerprint()));
    ASSIGN_OR_RETURN(auto const request, AuthorityRequest::make(node, issuing_key.key));
    ASSIGN_OR_RETURN(auto const certificate, issue_authority_for(root, request, now));
    RETURN_IF_ERROR(write_pair(directory, "issuing", {certificate}, issuing_key));
    ASSIGN_OR_RETURN(auto const leaves, issue_leaves(directory, node, {issuing_key.key.duplicate(), certificate}, pin,
                                                     suite, all_roles, now, source));
    auto const written = write_leaves(directory, leaves, certificate);
    if (!written)
        for (auto const& leaf : leaves) discard(directory, leaf.placed);
    return written;
}

Status fill(fs::path const& directory, NodeId const& node, Suite suite, Secret const& root_passphrase, Timestamp now,
            KeySource const& source) {
    ASSIGN_OR_RETURN(auto const root, create_root(node, suite, now));
    auto const root_key = root.key.to_encrypted_pem(root_passphrase);
    RETURN_IF_ERROR(write_file_atomically(key_path(directory, "root"), as_bytes(root_key), key_mode));
    RETURN_IF_ERROR(
        write_file_atomically(certificate_path(directory, "root"), as_bytes(root.certificate.pem()), certificate_mode));
    for (auto const name : kNoteKeys) RETURN_IF_ERROR(write_note_key(directory, name));
    ASSIGN_OR_RETURN(auto const issuing, next_key(directory, node, "issuing", "issuing", suite, source));
    auto const filled = fill_below(directory, node, suite, root, issuing, source, now);
    if (!filled) discard(directory, issuing);
    return filled;
}

}  // namespace

Status create_identity(fs::path const& directory, NodeId const& node, Suite suite, Secret const& root_passphrase,
                       Timestamp now, KeySource const& source) {
    Error const exists{ErrorKind::conflict, "identity.exists", directory.string() + " is there already"};
    std::error_code failure;
    if (fs::exists(fs::symlink_status(directory, failure)) && !fs::is_empty(directory, failure)) return exists;
    if (characters(root_passphrase) < kShortestPassphrase)
        return Error{ErrorKind::invalid, "identity.weak_passphrase", "at least 12 characters are needed"};
    auto const parent = fs::absolute(directory).parent_path();
    RETURN_IF_ERROR(make_private_directory(parent));
    // Made beside its place and moved there whole: a half-made identity never has the name.
    std::string temporary = (parent / ".identity.XXXXXX").string();
    if (::mkdtemp(temporary.data()) == nullptr)
        return Error{ErrorKind::unavailable, "file.unwritable", parent.string() + ": no directory can be made in it"};
    auto const filled = fill(temporary, node, suite, root_passphrase, now, source);
    // rename() replaces an empty directory and fails on any other.
    bool const moved = filled && std::rename(temporary.c_str(), directory.c_str()) == 0;
    int const reason = errno;
    if (!moved) fs::remove_all(temporary, failure);
    if (!filled) return filled.error();
    if (!moved && (reason == ENOTEMPTY || reason == EEXIST || reason == ENOTDIR)) return exists;
    if (!moved) return Error{ErrorKind::unavailable, "file.unwritable", directory.string()};
    return sync_directory(parent);
}

Result<NodeIdentity> load_identity(fs::path const& directory, NodeId const& node, Timestamp now) {
    RETURN_IF_ERROR(check_directory(directory));
    ASSIGN_OR_RETURN(auto const pin, own_pin(directory, node));
    for (auto const* online : {"root", "issuing"}) {  // both keys may be offline
        auto const path = key_path(directory, online);
        std::error_code failure;
        if (!fs::exists(path, failure)) continue;
        if (auto const checked = require_private(path); !checked) return translated(checked.error(), path);
    }
    ASSIGN_OR_RETURN(auto tls, read_pair(directory, to_text(Role::tls)));
    ASSIGN_OR_RETURN(auto signing, read_pair(directory, to_text(Role::signing)));
    ASSIGN_OR_RETURN(auto encryption, read_pair(directory, to_text(Role::encryption)));
    RETURN_IF_ERROR(verify_pair(tls, Role::tls, pin, now));
    RETURN_IF_ERROR(verify_pair(signing, Role::signing, pin, now));
    RETURN_IF_ERROR(verify_pair(encryption, Role::encryption, pin, now));
    ASSIGN_OR_RETURN(auto retired, load_retired_encryption_keys(directory));
    auto& keys = retired.keys;
    keys.insert(keys.begin(), KeyAndCertificate{std::move(encryption.key), encryption.chain.front()});
    ASSIGN_OR_RETURN(auto log_key, read_note_key(directory, "log", log_origin(node), NoteKeyType::signature));
    ASSIGN_OR_RETURN(auto witness_key,
                     read_note_key(directory, "witness", witness_name(node), NoteKeyType::cosignature));
    ASSIGN_OR_RETURN(auto rotations, read_rotations(directory));
    return NodeIdentity{.node = node,
                        .root = pin.root(),
                        .tls_chain = std::move(tls.chain),
                        .tls_key = std::move(tls.key),
                        .signer = Signer{std::move(signing.key), std::move(signing.chain)},
                        .encryption_chain = std::move(encryption.chain),
                        .encryption_keys = std::move(keys),
                        .keys_out_of_reach = retired.out_of_reach,
                        .log_key = std::move(log_key),
                        .witness_key = std::move(witness_key),
                        .former_roots = pin.former(),
                        .rotations = std::move(rotations)};
}

Result<KeyAndCertificate> load_issuing_authority(fs::path const& directory) {
    ASSIGN_OR_RETURN(auto pair, read_pair(directory, "issuing"));
    return KeyAndCertificate{std::move(pair.key), pair.chain.front()};
}

std::string log_origin(NodeId const& node) {
    return note_key_name(node, NoteKeyRole::log);
}

std::string witness_name(NodeId const& node) {
    return note_key_name(node, NoteKeyRole::witness);
}

Status add_log_keys(fs::path const& directory) {
    RETURN_IF_ERROR(check_directory(directory));
    bool made = false;
    for (auto const name : kNoteKeys) {
        auto const written = write_note_key(directory, name);
        if (!written && written.error().code != "file.exists") return written;
        made = made || written;
    }
    if (made) return Done{};
    return Error{ErrorKind::conflict, "identity.exists", directory.string() + " has both keys already"};
}

Result<NodeId> identity_node(fs::path const& directory) {
    ASSIGN_OR_RETURN(auto const chain, read_chain(certificate_path(directory, to_text(Role::tls))));
    return claimed_node(chain.front());
}

Result<Suite> identity_suite(fs::path const& directory) {
    auto const path = certificate_path(directory, "issuing");
    ASSIGN_OR_RETURN(auto const chain, read_chain(path));
    if (auto const suite = suite_of(X509_get0_pubkey(chain.front().raw()))) return *suite;
    return Error{ErrorKind::invalid, "suite.unknown", path.string()};
}

}  // namespace casebridge
