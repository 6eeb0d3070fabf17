// The node's own roots, identity/roots.pem: how one took the place of another (crypto/root_rollover.h).
//
//   offline: make-root ─ next root, its key ─▶ sign-root (by the old root) ─ statement ─▶ online: install-root:
//   roots.pem, then root.pem; partners are shown both from then on ─▶ once they have followed: another issuing
//   authority under the next root (identity_authority.h)
#pragma once

#include "crypto/root_rollover.h"

#include <filesystem>
#include <optional>

namespace casebridge {

/// Partners that are slow to follow, leaves under the old root, and what they signed that is under way.
inline constexpr std::chrono::hours default_root_overlap{24 * 180};

/// None: the root was never another. Errors: `rollover.*`, `file.*`.
Result<std::optional<RootHistory>> own_roots(std::filesystem::path const& directory);
/// Those before `root` whose chains still count, and until when.
std::vector<PinnedRoot::Former> former_roots(RootHistory const& history, Certificate const& root);

/// Takes the next root into use: leaves stay under the old one until another issuing authority is installed. Cut off,
/// it can be done again. Errors: those of verify_next_root, `rollover.loop`, `rollover.too_many`, `identity.*`,
/// `file.*`.
Status install_next_root(std::filesystem::path const& directory, NodeId const& node, Certificate const& statement,
                         Certificate const& next, Timestamp now);

}  // namespace casebridge
