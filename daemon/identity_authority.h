// Another issuing authority for a node, certified by its offline root: the request, and taking the certificate into
// use.
//
//   online: request-authority ─ issuing-next.key.pem, request ─▶ offline: sign-authority ─ certificate ─▶ online:
//   install-authority: its first revocation list, the old pair put aside (identity_renewal.h), new leaves
#pragma once

#include "crypto/authority_request.h"
#include "daemon/identity_renewal.h"

namespace casebridge {

/// Makes the next authority's key, or finds the one made before, and asks for its certificate. Errors: `identity.*`,
/// `file.unwritable`, `token.*`.
Result<AuthorityRequest> request_authority(std::filesystem::path const& directory, NodeId const& node, Suite suite,
                                           KeySource const& source = {});

/// Takes it into use and renews all leaves under it, with keys of `source`; a running daemon takes these up. Where
/// lists were issued before, the new authority's first one is there before anything it has signed. Cut off, it can be
/// done again. Errors: `identity.no_request` (issuing-next.key.pem is not here), `identity.key_mismatch`, `trust.*`
/// (the root has not issued it), `identity.busy`, `file.*`.
Status install_authority(std::filesystem::path const& directory, NodeId const& node, Suite suite,
                         Certificate const& certificate, Timestamp now, std::chrono::hours list_lifetime,
                         KeySource const& source = {});

}  // namespace casebridge
