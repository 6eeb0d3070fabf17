// Trust: a peer's root pinned to its node id, and the checks OpenSSL does not make by itself.
//
// A chain is accepted for (node, role) only if it leads to *that node's* pinned root, every certificate is in its
// validity at `now`, the leaf has exactly one DNS name `<node>.casebridge.internal` and one URI name
// `casebridge://<node>/`, the key usage and an extended key usage of the role are present, and no certificate is
// revoked where CRLs are given, or as far as the pin knows the node's revocations.
#pragma once

#include "crypto/chain_memory.h"
#include "crypto/revocation.h"

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
    /// What the pin knows of revocations (`with`) counts besides, at `now`.
    /// Without CRLs, a chain accepted a short time ago is accepted from memory (crypto/chain_memory.h).
    Status verify(std::vector<Certificate> const& chain, Role role, Timestamp now,
                  std::vector<Bytes> const& crls = {}) const;

    /// The same by whatever lists are known, however old: for what does not leave yet, and for what was signed at a
    /// time.
    [[nodiscard]] Status verify_as_known(std::vector<Certificate> const& chain, Role role, Timestamp now) const;

    /// This pin, knowing of these revocations. No chain check can leave them out from then on.
    [[nodiscard]] PinnedRoot with(std::shared_ptr<KnownRevocations const> revocations) const;
    /// nullptr: nothing is known.
    [[nodiscard]] std::shared_ptr<KnownRevocations const> const& revocations() const noexcept { return revocations_; }

    /// A root that the pinned one took the place of: its chains are accepted at any time up to `until`, and none after.
    struct Former {
        Certificate root;
        Timestamp until;
        std::optional<Certificate> statement{};  ///< by which it said so; only to be shown on
    };
    [[nodiscard]] PinnedRoot with_former(std::vector<Former> former) const;
    [[nodiscard]] std::vector<Former> const& former() const noexcept { return *former_; }
    /// Whether the pinned root itself, and no former one, has signed this certificate, which is current. What it says
    /// is for root_rollover.h. Errors: `trust.chain_invalid`, `trust.expired`, `trust.not_yet_valid`,
    /// `trust.weak_key`.
    [[nodiscard]] Status verify_statement(Certificate const& statement, Timestamp now) const;

    /// Whether anything may be sent. Errors: `trust.no_current_crl`.
    [[nodiscard]] Status require_current(Timestamp now) const;

    /// Whether `list` is signed by the root, a former one, or by one of `authorities`, which the root has issued, and
    /// is current. Errors: `crl.not_of_this_authority`, `crl.bad_signature`, `crl.not_yet_valid`, `crl.expired`,
    /// `trust.*`.
    [[nodiscard]] Status accept(RevocationList const& list, std::vector<Certificate> const& authorities,
                                Timestamp now) const;

private:
    PinnedRoot(NodeId node, Certificate root)
        : node_(std::move(node)), root_(std::move(root)), memory_(std::make_shared<ChainMemory>()) {}
    Status verify_chain(std::vector<Certificate> const& chain, Role role, Timestamp now,
                        std::vector<Bytes> const& crls) const;
    Status verify_anew(std::vector<Certificate> const& chain, Role role, Timestamp now,
                       std::vector<Bytes> const& crls) const;
    Status verify_below(Certificate const& root, std::vector<Certificate> const& chain, Role role, Timestamp now,
                        std::vector<Bytes> const& crls) const;
    [[nodiscard]] Status verify_authority(Certificate const& authority, Timestamp now) const;

    NodeId node_;
    Certificate root_;
    std::shared_ptr<std::vector<Former> const> former_ = std::make_shared<std::vector<Former> const>();  ///< likewise
    std::shared_ptr<ChainMemory> memory_;                    ///< owners: the copies of this pin
    std::shared_ptr<KnownRevocations const> revocations_{};  ///< owners: the copies of this pin, and open connections
};

/// The node a leaf names, before anything is verified; only to find the pin to verify it with.
/// Errors: `trust.wrong_node` (not exactly one DNS and one URI name, or they disagree).
Result<NodeId> claimed_node(Certificate const& leaf);

}  // namespace casebridge
