// Trust: a peer's root pinned to its node id, and the checks OpenSSL does not make by itself.
//
// A chain is accepted for (node, role) only if it leads to *that node's* pinned root, every certificate is in its
// validity at `now`, the leaf has exactly one DNS name `<node>.casebridge.internal` and one URI name
// `casebridge://<node>/`, the key usage and an extended key usage of the role are present, and no certificate is
// revoked where CRLs are given.
#pragma once

#include "crypto/chain_memory.h"

#include <map>
#include <optional>

namespace casebridge {

class PinnedRoot {
public:
    /// Errors: `trust.fingerprint_mismatch`, `trust.not_a_root` (not self-signed, not a CA, weak key, or its name
    /// constraints allow other names than the node's).
    static Result<PinnedRoot> pin(NodeId node, Certificate root, Digest const& expected_fingerprint);

    [[nodiscard]] NodeId const& node() const noexcept { return node_; }
    [[nodiscard]] Certificate const& root() const noexcept { return root_; }

    /// `chain`: leaf first, then intermediates; the root itself may be left out. `crls`: DER; if any is given, every
    /// certificate of the chain below the root must be covered by a current CRL (hard fail).
    /// Errors: `trust.chain_invalid`, `trust.expired`, `trust.not_yet_valid`, `trust.wrong_node`, `trust.wrong_role`,
    /// `trust.weak_key`, `trust.revoked`, `trust.no_current_crl`.
    /// Without CRLs, a chain accepted a short time ago is accepted from memory (crypto/chain_memory.h).
    Status verify(std::vector<Certificate> const& chain, Role role, Timestamp now,
                  std::vector<Bytes> const& crls = {}) const;

private:
    PinnedRoot(NodeId node, Certificate root)
        : node_(std::move(node)), root_(std::move(root)), memory_(std::make_shared<ChainMemory>()) {}
    Status verify_anew(std::vector<Certificate> const& chain, Role role, Timestamp now,
                       std::vector<Bytes> const& crls) const;

    NodeId node_;
    Certificate root_;
    std::shared_ptr<ChainMemory> memory_;  ///< owners: the copies of this pin
};

/// The node a leaf names, before anything is verified; only to find the pin to verify it with.
/// Errors: `trust.wrong_node` (not exactly one DNS and one URI name, or they disagree).
Result<NodeId> claimed_node(Certificate const& leaf);

}  // namespace casebridge
