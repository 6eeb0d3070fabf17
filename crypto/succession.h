// Succession: an old node's word, given by its root, that another node goes on with its records.
//
// A ministry that merges or is renamed goes on under another node id and another root. The statement
// (root_statement.h) is the old root's, about the public key of the successor's root, and its subject's common name
// says "successor <node>": under one old root nobody but that node, with that root, is meant.
#pragma once

#include "crypto/authority.h"
#include "crypto/root_statement.h"

namespace casebridge {

struct Successor {
    NodeId node;
    Certificate root;
};

/// Valid from a little before `now` for `lifetime`, at most as long as the old root: as long as partners may take it
/// up. Errors: `authority.openssl`, `succession.same_node`, `succession.same_root`, `trust.not_a_root` (the successor's
/// root is no root of that node).
Result<Certificate> sign_succession(NodeId const& node, KeyAndCertificate const& root, Successor const& successor,
                                    Timestamp now, std::chrono::hours lifetime);

/// Whether the pinned root says, at `now`, that this successor goes on with its node's records. Errors:
/// `succession.not_a_statement`, `succession.other_node` (it names another successor), `succession.other_key` (about
/// another root), `succession.same_node`, `succession.same_root`, `trust.not_a_root`, and those of
/// verify_root_statement().
Status verify_succession(PinnedRoot const& root, Certificate const& statement, Successor const& successor,
                         Timestamp now);

}  // namespace casebridge
