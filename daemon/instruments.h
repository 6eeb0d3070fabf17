// Instruments: the agreements (with who signed them) and sharing policies in force, as an immutable snapshot.
//
// Loaded whole or not at all: one wrong file and the snapshot in use stays. A signature that does not verify is
// a problem that is shown, and counts as no signature.
#pragma once

#include "daemon/peer_registry.h"
#include "policies/agreement.h"
#include "policies/sharing_policy.h"

#include <filesystem>

namespace casebridge {

/// "<agreement file>.<node>.p7s"
std::filesystem::path signature_path(std::filesystem::path const& agreement, NodeId const& node);

struct LoadedAgreement {
    SignedAgreement signed_agreement;
    std::filesystem::path file;
    std::vector<std::string> problems;  ///< e.g. "th-msdhs: trust.expired"
};

class Instruments {
public:
    /// `own_root` verifies our own signatures, `peers` theirs. Errors: `instruments.invalid` (every complaint of every
    /// file, one a line), `instruments.duplicate` (two files with one id or equal bytes), `file.unreadable`.
    static Result<std::shared_ptr<Instruments const>> load(std::filesystem::path const& agreements,
                                                           std::filesystem::path const& policies,
                                                           PinnedRoot const& own_root, PeerSnapshot const& peers,
                                                           Timestamp now);

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
