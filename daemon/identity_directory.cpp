#include "daemon/identity_directory.h"

#include "crypto/suite.h"
#include "daemon/files.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include <unistd.h>

namespace casebridge {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaximumPemBytes = 64 * 1024;
constexpr std::size_t kShortestPassphrase = 12;
constexpr unsigned kKeyMode = 0600;
constexpr unsigned kCertificateMode = 0644;
constexpr std::string_view kRetiredPrefix = "encryption.";
constexpr std::string_view kCertificateSuffix = ".pem";

fs::path certificate_path(fs::path const& directory, std::string_view name) {
    return directory / (std::string(name) + ".pem");
}
fs::path key_path(fs::path const& directory, std::string_view name) {
    return directory / (std::string(name) + ".key.pem");
}

Error mismatch(fs::path const& key) {
    return {ErrorKind::invalid, "identity.key_mismatch",
            key.string() + " does not belong to the certificate beside it; `casebridge identity renew` makes new ones"};
}

/// The code of a file error in terms of this directory.
Error translated(Error error, fs::path const& path) {
    if (error.code == "file.unreadable" && error.kind == ErrorKind::not_found)
        return {ErrorKind::not_found, "identity.missing",
                path.string() + " is not there; `casebridge init` makes an identity"};
    if (error.code == "file.too_permissive")
        return {ErrorKind::invalid, "identity.too_permissive", std::move(error.detail)};
    return error;
}

Result<std::vector<Certificate>> read_chain(fs::path const& path) {
    auto const text = read_file(path, kMaximumPemBytes);
    if (!text) return translated(text.error(), path);
    auto chain = certificates_from_pem(to_text(*text));
    if (!chain) return Error{chain.error().kind, chain.error().code, path.string()};
    if (chain->empty()) return Error{ErrorKind::invalid, "certificate.malformed", path.string()};
    return chain;
}

Result<Secret> read_key_pem(fs::path const& path) {
    auto pem = read_secret_file(path, kMaximumPemBytes);
    if (!pem) return translated(pem.error(), path);
    return pem;
}

Result<PrivateKey> parse_key(Secret const& pem, fs::path const& path) {
    auto key = PrivateKey::from_pem(pem);
    if (!key) return Error{key.error().kind, key.error().code, path.string()};
    return key;
}

Result<PrivateKey> read_key(fs::path const& path) {
    ASSIGN_OR_RETURN(auto const pem, read_key_pem(path));
    return parse_key(pem, path);
}

Status check_directory(fs::path const& directory) {
    auto const checked = require_private(directory);
    if (!checked) return translated(checked.error(), directory);
    return Done{};
}

Result<PinnedRoot> own_pin(fs::path const& directory, NodeId const& node) {
    ASSIGN_OR_RETURN(auto const roots, read_chain(certificate_path(directory, "root")));
    return PinnedRoot::pin(node, roots.front(), roots.front().fingerprint());
}

/// A certificate chain and its key as they stand in the directory.
struct Pair {
    std::vector<Certificate> chain;
    PrivateKey key;
};

Result<Pair> read_pair(fs::path const& directory, std::string_view name) {
    ASSIGN_OR_RETURN(auto chain, read_chain(certificate_path(directory, name)));
    ASSIGN_OR_RETURN(auto key, read_key(key_path(directory, name)));
    if (!key.matches(chain.front())) return mismatch(key_path(directory, name));
    return Pair{std::move(chain), std::move(key)};
}

Status verify_pair(Pair const& pair, Role role, PinnedRoot const& pin, Timestamp now) {
    auto const verified = pin.verify(pair.chain, role, now);
    if (verified) return Done{};
    return Error{verified.error().kind, verified.error().code,
                 std::string(to_text(role)) + ".pem: " + verified.error().detail};
}

/// Key first: a key without its certificate is an unfinished renewal, the other way round would be a lost key.
Status write_pair(fs::path const& directory, std::string_view name, std::vector<Certificate> const& chain,
                  PrivateKey const& key) {
    auto const pem = key.to_pem();
    RETURN_IF_ERROR(write_file_atomically(key_path(directory, name), pem.reveal(), kKeyMode));
    return write_file_atomically(certificate_path(directory, name), as_bytes(to_pem(chain)), kCertificateMode);
}

constexpr std::string_view kNoteKeys[] = {"log", "witness"};

/// Errors: `file.exists`
Status write_note_key(fs::path const& directory, std::string_view name) {
    ASSIGN_OR_RETURN(auto const key, PrivateKey::generate_ed25519());
    auto const pem = key.to_pem();
    return write_file_atomically(key_path(directory, name), pem.reveal(), kKeyMode, Existing::keep);
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

constexpr Role kRoles[] = {Role::tls, Role::signing, Role::encryption};

struct NewLeaf {
    Role role;
    KeyAndCertificate issued;
};

/// All are issued and checked before any is written.
Result<std::vector<NewLeaf>> issue_leaves(NodeId const& node, KeyAndCertificate const& issuing, PinnedRoot const& pin,
                                          Suite suite, Timestamp now) {
    std::vector<NewLeaf> leaves;
    for (auto const role : kRoles) {
        ASSIGN_OR_RETURN(auto issued, issue_leaf(node, role, issuing, suite, now));
        RETURN_IF_ERROR(pin.verify({issued.certificate, issuing.certificate}, role, now));
        leaves.push_back({role, std::move(issued)});
    }
    return leaves;
}

Status write_leaves(fs::path const& directory, std::vector<NewLeaf> const& leaves, Certificate const& issuing) {
    for (auto const& leaf : leaves) {
        RETURN_IF_ERROR(write_pair(directory, to_text(leaf.role), {leaf.issued.certificate, issuing}, leaf.issued.key));
    }
    return Done{};
}

/// Code points, not bytes: a Thai letter counts once.
std::size_t characters(Secret const& text) {
    auto const bytes = text.reveal();
    return static_cast<std::size_t>(std::ranges::count_if(bytes, [](auto byte) { return (byte & 0xC0) != 0x80; }));
}

Status fill(fs::path const& directory, NodeId const& node, Suite suite, Secret const& root_passphrase, Timestamp now) {
    ASSIGN_OR_RETURN(auto const root, create_root(node, suite, now));
    ASSIGN_OR_RETURN(auto const pin, PinnedRoot::pin(node, root.certificate, root.certificate.fingerprint()));
    ASSIGN_OR_RETURN(auto const issuing, create_issuing_authority(node, root, suite, now));
    ASSIGN_OR_RETURN(auto const leaves, issue_leaves(node, issuing, pin, suite, now));
    auto const root_key = root.key.to_encrypted_pem(root_passphrase);
    RETURN_IF_ERROR(write_file_atomically(key_path(directory, "root"), as_bytes(root_key), kKeyMode));
    RETURN_IF_ERROR(
        write_file_atomically(certificate_path(directory, "root"), as_bytes(root.certificate.pem()), kCertificateMode));
    RETURN_IF_ERROR(write_pair(directory, "issuing", {issuing.certificate}, issuing.key));
    for (auto const name : kNoteKeys) RETURN_IF_ERROR(write_note_key(directory, name));
    return write_leaves(directory, leaves, issuing.certificate);
}

bool is_retired(std::string_view name) {
    if (name.size() != kRetiredPrefix.size() + 64 + kCertificateSuffix.size()) return false;
    if (!name.starts_with(kRetiredPrefix) || !name.ends_with(kCertificateSuffix)) return false;
    auto const digest = name.substr(kRetiredPrefix.size(), 64);
    return digest.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Names ("encryption.<fingerprint>") of the encryption pairs that a renewal put aside.
Result<std::vector<std::string>> retired_names(fs::path const& directory) {
    std::vector<std::string> names;
    std::error_code failure;
    for (fs::directory_iterator entry(directory, failure), end; !failure && entry != end; entry.increment(failure)) {
        auto name = entry->path().filename().string();
        if (!is_retired(name)) continue;
        name.resize(name.size() - kCertificateSuffix.size());
        names.push_back(std::move(name));
    }
    if (failure) return Error{ErrorKind::unavailable, "file.unreadable", directory.string() + ": " + failure.message()};
    std::ranges::sort(names);
    return names;
}

Result<std::vector<KeyAndCertificate>> load_retired(fs::path const& directory, Timestamp now) {
    std::vector<KeyAndCertificate> keys;
    ASSIGN_OR_RETURN(auto const names, retired_names(directory));
    for (auto const& name : names) {
        ASSIGN_OR_RETURN(auto pair, read_pair(directory, name));
        if (pair.chain.front().not_after() < now) continue;
        keys.push_back({std::move(pair.key), pair.chain.front()});
    }
    return keys;
}

Status remove_expired(fs::path const& directory, Timestamp now) {
    ASSIGN_OR_RETURN(auto const names, retired_names(directory));
    for (auto const& name : names) {
        ASSIGN_OR_RETURN(auto const chain, read_chain(certificate_path(directory, name)));
        if (chain.front().not_after() >= now) continue;
        std::error_code failure;
        fs::remove(key_path(directory, name), failure);
        fs::remove(certificate_path(directory, name), failure);
        if (failure) return Error{ErrorKind::unavailable, "file.unwritable", directory.string()};
    }
    return sync_directory(directory);
}

/// A pair that does not match is the trace of a renewal that was cut off: it was put aside then.
Status retire_encryption_key(fs::path const& directory) {
    auto pair = read_pair(directory, to_text(Role::encryption));
    if (!pair && pair.error().code == "identity.key_mismatch") return Done{};
    if (!pair) return pair.error();
    auto const name = std::string(kRetiredPrefix) + pair->chain.front().fingerprint().hex();
    return write_pair(directory, name, pair->chain, pair->key);
}

}  // namespace

Status create_identity(fs::path const& directory, NodeId const& node, Suite suite, Secret const& root_passphrase,
                       Timestamp now) {
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
    auto const filled = fill(temporary, node, suite, root_passphrase, now);
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
    ASSIGN_OR_RETURN(auto keys, load_retired(directory, now));
    keys.insert(keys.begin(), KeyAndCertificate{std::move(encryption.key), encryption.chain.front()});
    ASSIGN_OR_RETURN(auto log_key, read_note_key(directory, "log", log_origin(node), NoteKeyType::signature));
    ASSIGN_OR_RETURN(auto witness_key,
                     read_note_key(directory, "witness", witness_name(node), NoteKeyType::cosignature));
    return NodeIdentity{.node = node,
                        .root = pin.root(),
                        .tls_chain = std::move(tls.chain),
                        .tls_key_pem = tls.key.to_pem(),
                        .signer = Signer{std::move(signing.key), std::move(signing.chain)},
                        .encryption_chain = std::move(encryption.chain),
                        .encryption_keys = std::move(keys),
                        .log_key = std::move(log_key),
                        .witness_key = std::move(witness_key)};
}

Result<KeyAndCertificate> load_issuing_authority(fs::path const& directory) {
    ASSIGN_OR_RETURN(auto pair, read_pair(directory, "issuing"));
    return KeyAndCertificate{std::move(pair.key), pair.chain.front()};
}

Status renew_leaves(fs::path const& directory, NodeId const& node, Suite suite, Timestamp now) {
    RETURN_IF_ERROR(check_directory(directory));
    ASSIGN_OR_RETURN(auto const pin, own_pin(directory, node));
    ASSIGN_OR_RETURN(auto const issuing, load_issuing_authority(directory));
    ASSIGN_OR_RETURN(auto const leaves, issue_leaves(node, issuing, pin, suite, now));
    RETURN_IF_ERROR(retire_encryption_key(directory));
    RETURN_IF_ERROR(write_leaves(directory, leaves, issuing.certificate));
    return remove_expired(directory, now);
}

std::string log_origin(NodeId const& node) {
    return "casebridge.internal/" + node.text() + "/log";
}

std::string witness_name(NodeId const& node) {
    return "casebridge.internal/" + node.text() + "/witness";
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
