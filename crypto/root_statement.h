// What a root says of another root's key: the form that a rollover (root_rollover.h) and a succession (succession.h)
// have in common.
//
// A certificate signed by the root over the other's public key, with no authority of its own (CA:FALSE) and one
// critical extended key usage of ours (oids.h), which says what is meant. `openssl verify -CAfile root.pem
// statement.pem` checks it, and nothing can take it for a node's certificate or an authority's, nor one of those for
// it, nor one kind of statement for the other. issue_root_statement() (authority.h) makes one.
#pragma once

#include "crypto/trust.h"

namespace casebridge {

/// Form alone: no authority, and the one usage, critical, and no other.
bool is_root_statement(Certificate const& statement, char const* usage);

/// Whether the pinned root has signed it, valid at `now` and not taken back. Errors: `trust.chain_invalid` (not by this
/// root), `trust.expired`, `trust.not_yet_valid`, `trust.weak_key`; `trust.revoked` (statement or root stand on the
/// root's own list, as far as the pin knows it).
Status verify_root_statement(PinnedRoot const& root, Certificate const& statement, Timestamp now);

/// Whatever else the two certificates say: a key that was given up comes back in no other clothes.
bool have_same_key(Certificate const& one, Certificate const& other);

}  // namespace casebridge
