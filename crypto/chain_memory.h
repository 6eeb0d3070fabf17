// ChainMemory: chains that one pinned root has accepted before, so that each message does not cost the verification of
// its signer's chain again. Private to `PinnedRoot`.
//
// A remembered yes is the yes that verifying again would give: it is kept per pin (who removes a peer, or pins it anew,
// loses it with the pin), under the digest of the role and of every certificate's fingerprint, and holds only while
// every certificate and the root are in their validity, at most ten minutes from when it was given. Where CRLs are
// given nothing is remembered and nothing is looked up, so that a revocation acts at once. A no is never remembered.
#pragma once

#include "crypto/certificate.h"

#include <map>
#include <mutex>

namespace casebridge {

class ChainMemory {
public:
    static constexpr std::chrono::minutes longest{10};

    /// What a chain, in this role, is remembered under.
    static Digest name_of(std::vector<Certificate> const& chain, Role role);

    [[nodiscard]] bool accepts(Digest const& name, Timestamp now) const;
    /// `chain` was accepted below `root` at `now`.
    void remember(Digest const& name, std::vector<Certificate> const& chain, Certificate const& root, Timestamp now);

private:
    struct Span {
        Timestamp from, until;  ///< the end is outside
    };
    static constexpr std::size_t most = 64;  ///< a peer rotating its keys has few; then all are forgotten

    mutable std::mutex mutex_;
    std::map<Digest, Span> accepted_;
};

}  // namespace casebridge
