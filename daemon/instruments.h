// Instruments: the agreements (with who signed them) and sharing policies in force, as an immutable snapshot.
//
// Loaded whole or not at all: one wrong file and the snapshot in use stays. A signature that does not verify is
// a problem that is shown, and counts as no signature.
//
// SECURITY: the time a signature bears is the signer's word, and whoever holds a revoked key may give any. So a
// signature is judged when it is first seen, at that time; that it counted then is a leaf of the log, whose heads
// partners cosign, and from then on it is judged at the time it bears, whatever becomes of its key.
#pragma once

#include "daemon/peer_registry.h"
#include "policies/agreement.h"
#include "policies/sharing_policy.h"

#include <filesystem>
#include <functional>
#include <map>

namespace casebridge {

/// "<agreement file>.<node>.p7s"
std::filesystem::path signature_path(std::filesystem::path const& agreement, NodeId const& node);

struct LoadedAgreement {
    SignedAgreement signed_agreement;
    std::filesystem::path file;
    std::vector<std::string> problems;   ///< e.g. "th-msdhs: trust.expired"
    std::map<NodeId, Digest> counted{};  ///< SHA-256 of the signatures that count
};

/// Whether the signature with this SHA-256 has counted before.
using SignatureMemory = std::function<bool(Digest const&)>;

class Instruments {
public:
    /// `own_root` verifies our own signatures, `peers` theirs. Errors: `instruments.invalid` (every complaint of every
    /// file, one a line), `instruments.duplicate` (two files with one id or equal bytes), `file.unreadable`.
    /// Without `seen` every signature is seen for the first time.
    static Result<std::shared_ptr<Instruments const>> load(std::filesystem::path const& agreements,
                                                           std::filesystem::path const& policies,
                                                           PinnedRoot const& own_root, PeerSnapshot const& peers,
                                                           Timestamp now, SignatureMemory const& seen = {});

    [[nodiscard]] std::vector<LoadedAgreement> const& agreements() const noexcept { return agreements_; }
    [[nodiscard]] std::vector<SharingPolicy> const& policies() const noexcept { return policies_; }
    /// nullptr if unknown.
    [[nodiscard]] SignedAgreement const* find(Digest const& digest) const;
    /// One digest over all agreements, signatures and policies: tells whether anything changed.
    [[nodiscard]] Digest const& version() const noexcept { return version_; }

private:
    std::vector<LoadedAgreement> agreements_;
    std::vector<SharingPolicy> policies_;
    Digest version_;
};

}  // namespace casebridge
