// The identity directory: this node's certificates and keys on disk, as `casebridge init` lays them out.
//
//   root.pem                the root certificate: what partners pin
//   root.key.pem            root key, encrypted with a passphrase; to be moved offline, never needed by the daemon
//   issuing.pem/.key.pem    issuing authority; its key signs leaves and revocation lists, and the daemon never reads it
//   tls.pem signing.pem encryption.pem   chains, leaf first, then the issuing certificate; each with its .key.pem
//   encryption.<sha256>.* issuing.<sha256>.*   keys that others took the place of, kept for a time (identity_renewal.h)
//   <name>.key.uri          instead of <name>.key.pem: the key is in a token (token_keys.h)
//   crl.pem                 revocation lists of the issuing authorities; none before the first (identity_revocation.h)
//   log.key.pem             the log's Ed25519 note key (LOG.md); none in a directory of an older casebridge
//   witness.key.pem         the Ed25519 key that cosigns partners' logs; likewise
//   roots.pem               how root.pem took the place of others (identity_roots.h); none before the first time
//   rotations.txt           statements by which these two took the place of others; none before the first
//
// Directory 0700, keys 0600; files are written whole under another name, synced, and renamed.
#pragma once

#include "crypto/envelope.h"
#include "crypto/key_rotation.h"
#include "daemon/key_source.h"
#include "policies/ids.h"

#include <filesystem>

namespace casebridge {

struct NodeIdentity {
    NodeId node;
    Certificate root;
    std::vector<Certificate> tls_chain;
    PrivateKey tls_key;
    Signer signer;
    std::vector<Certificate> encryption_chain;
    std::vector<KeyAndCertificate> encryption_keys;  ///< the current one, and older ones while they may be needed
    int keys_out_of_reach = 0;                       ///< older ones in a token that is away
    std::optional<NoteSigner> log_key;               ///< of log_origin(node); none: add_log_keys()
    std::optional<NoteSigner> witness_key;           ///< of witness_name(node); likewise
    std::vector<PinnedRoot::Former> former_roots;    ///< that this one took the place of (identity_roots.h)
    std::vector<SignedRotation> rotations;           ///< how the two took the place of others (note_keys.h)
};

/// The file of these statements.
inline constexpr std::string_view rotations_file = "rotations.txt";

/// The name of a node's log, and of the key that signs its checkpoints: `casebridge.internal/<node>/log`.
std::string log_origin(NodeId const& node);
/// The name of the key that cosigns partners' logs: `casebridge.internal/<node>/witness`.
std::string witness_name(NodeId const& node);

/// Makes root, issuing authority, the three leaves, the log's key and the witness key. Errors: `identity.exists`
/// (nothing is overwritten), `identity.weak_passphrase` (under 12 characters), `file.unwritable`, `authority.openssl`.
/// With a source that is a token, also `token.*`: the keys of issuing authority and leaves are made there; that of the
/// root never is, as it is to go offline.
Status create_identity(std::filesystem::path const& directory, NodeId const& node, Suite suite,
                       Secret const& root_passphrase, Timestamp now, KeySource const& source = {});

/// Errors: `identity.missing` (the detail names the file and `casebridge init`), `identity.too_permissive`,
/// `identity.key_mismatch`, `identity.key_twice`, `token.*`, `note.bad_private_key` (log.key.pem or witness.key.pem is
/// not Ed25519), `rotation.*` (of rotations.txt), `trust.*` (the node's own chains must verify under its own root at
/// `now`).
Result<NodeIdentity> load_identity(std::filesystem::path const& directory, NodeId const& node, Timestamp now);

/// The issuing authority with its key, for certificates and revocation lists. Errors: `identity.missing` (the key is
/// offline), `identity.too_permissive`, `identity.key_mismatch`.
Result<KeyAndCertificate> load_issuing_authority(std::filesystem::path const& directory);

/// Makes the log's key and the witness key in a directory that lacks one or both. Only a rotation (note_keys.h) changes
/// them: partners know log and witness by them. Errors: `identity.exists` (both are there), `identity.missing`,
/// `identity.too_permissive`, `file.unwritable`.
Status add_log_keys(std::filesystem::path const& directory);

/// The node the TLS certificate names, not verified: to know what to load. Errors: `identity.missing`, `trust.*`.
Result<NodeId> identity_node(std::filesystem::path const& directory);
/// The suite of the issuing authority. Errors: `identity.missing`, `suite.unknown`.
Result<Suite> identity_suite(std::filesystem::path const& directory);

}  // namespace casebridge
