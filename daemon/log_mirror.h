// Log mirror: the leaf hashes of partners' logs and the subtrees above them, as C2SP tlog-tiles has them.
//
// With it a head of any size can be compared with what that log had signed, and a partner who lost part of its log can
// have the hashes back. Hashes are of salted leaves: they tell nobody anything but their number.
//
// INVARIANT: the first `verified` leaves gave a root that the log has signed; what follows them was only told.
#pragma once

#include "crypto/merkle_proof.h"
#include "daemon/database.h"
#include "policies/ids.h"

namespace casebridge {

class LogMirror {
public:
    static constexpr std::size_t tile_width = 256;

    explicit LogMirror(Database& database) : database_(database) {}

    [[nodiscard]] Result<std::uint64_t> size(NodeId const& node) const;
    [[nodiscard]] Result<std::uint64_t> verified(NodeId const& node) const;

    /// The leaves that follow those that are there; in a transaction.
    Status append(NodeId const& node, std::vector<Digest> const& leaves);
    /// The first `size` are verified if their root is `root`; otherwise all that were not verified before are dropped.
    /// In a transaction. Errors: those of the store.
    Result<bool> verify(NodeId const& node, std::uint64_t size, Digest const& root);

    /// Roots of perfect subtrees. Errors: `store.failed` (there is no such subtree).
    [[nodiscard]] SubtreeReader reader(NodeId const& node) const;
    /// Of the first `size` leaves. Errors: as reader.
    [[nodiscard]] Result<Digest> root_at(NodeId const& node, std::uint64_t size) const;
    /// Up to `count` leaf hashes from `first` on, verified ones alone.
    [[nodiscard]] Result<std::vector<Digest>> leaves(NodeId const& node, std::uint64_t first, std::size_t count) const;

private:
    [[nodiscard]] Result<std::vector<Digest>> tile(NodeId const& node, unsigned level, std::uint64_t number) const;
    Status write(NodeId const& node, unsigned level, std::uint64_t number, std::vector<Digest> const& hashes);
    Status truncate(NodeId const& node, std::uint64_t size);
    Database& database_;
};

}  // namespace casebridge
