// The identity directory: this node's certificates and keys on disk, as `casebridge init` lays them out.
//
//   root.pem                the root certificate: what partners pin
//   root.key.pem            root key, encrypted with a passphrase; to be moved offline, never needed by the daemon
//   issuing.pem/.key.pem    issuing authority, its key used by `identity renew` only
//   tls.pem signing.pem encryption.pem   chains, leaf first, then the issuing certificate; each with its .key.pem
//
// Directory 0700, keys 0600; files are written whole under another name, synced, and renamed.
#pragma once

#include "crypto/envelope.h"
#include "policies/ids.h"

#include <filesystem>

namespace casebridge {

struct NodeIdentity {
    NodeId node;
    Certificate root;
    std::vector<Certificate> tls_chain;
    Secret tls_key_pem;
    Signer signer;
    std::vector<Certificate> encryption_chain;
    std::vector<KeyAndCertificate> encryption_keys;  ///< the current one, and older ones while they may be needed
};

/// Makes root, issuing authority and the three leaves. Errors: `identity.exists` (nothing is overwritten),
/// `identity.weak_passphrase` (under 12 characters), `file.unwritable`, `authority.openssl`.
Status create_identity(std::filesystem::path const& directory, NodeId const& node, Suite suite,
                       Secret const& root_passphrase, Timestamp now);

/// Errors: `identity.missing` (the detail names the file and `casebridge init`), `identity.too_permissive`,
/// `identity.key_mismatch`, `trust.*` (the node's own chains must verify under its own root at `now`).
Result<NodeIdentity> load_identity(std::filesystem::path const& directory, NodeId const& node, Timestamp now);

/// Issues new leaves (and keys) from the issuing authority; the old encryption key is kept as
/// encryption.<fingerprint>.key.pem/.pem until it expires. Errors: as load, `file.unwritable`.
/// A renewal that was cut off is repaired by the next one. Further errors: `identity.missing` if issuing.key.pem is
/// offline.
Status renew_leaves(std::filesystem::path const& directory, NodeId const& node, Suite suite, Timestamp now);

/// The node the TLS certificate names, not verified: to know what to load. Errors: `identity.missing`, `trust.*`.
Result<NodeId> identity_node(std::filesystem::path const& directory);
/// The suite of the issuing authority. Errors: `identity.missing`, `suite.unknown`.
Result<Suite> identity_suite(std::filesystem::path const& directory);

}  // namespace casebridge
