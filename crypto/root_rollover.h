// Root rollover: an old root's word that another root takes its place.
//
// The statement is a certificate: signed by the old root, over the public key of the next one, with no authority of its
// own (CA:FALSE) and one critical extended key usage, "next root" (oids.h). So `openssl verify -CAfile old-root.pem
// statement.pem` checks it, and nothing can take it for a node's certificate or an authority's, nor one of those for
// it. It ends when the old root's chains are accepted no more.
#pragma once

#include "crypto/authority.h"
#include "crypto/root_statement.h"
#include "crypto/trust.h"

namespace casebridge {

inline constexpr std::size_t maximum_rollovers = 16;

/// Valid from a little before `now` for `overlap`, at most as long as the old root. Errors: `authority.openssl`,
/// `rollover.same_root`, `trust.not_a_root` (`next` is no root of this node).
Result<Certificate> sign_next_root(NodeId const& node, KeyAndCertificate const& root, Certificate const& next,
                                   Timestamp now, std::chrono::hours overlap);

/// Whether the pinned root says, at `now`, that `next` takes its place. Errors: `rollover.not_a_statement`,
/// `rollover.other_key` (about another root than `next`), `rollover.same_root`, `trust.not_a_root`,
/// `trust.chain_invalid` (not by this root), `trust.expired`, `trust.not_yet_valid`, `trust.weak_key`; `trust.revoked`
/// (statement or root stand on the root's own list, as far as the pin knows it).
Status verify_next_root(PinnedRoot const& root, Certificate const& statement, Certificate const& next, Timestamp now);

/// A node's roots as files and answers hold them, in PEM: the oldest, then for each that followed the statement and the
/// root.
class RootHistory {
public:
    struct Step {
        Certificate statement, root;
    };
    explicit RootHistory(Certificate oldest) : oldest_(std::move(oldest)) {}
    /// Form alone; who signed what is for verify_next_root(). Errors: `rollover.malformed`, `rollover.too_many`,
    /// `rollover.loop` (a root that was there before), `certificate.malformed`.
    static Result<RootHistory> parse(std::string_view pem);

    [[nodiscard]] Certificate const& oldest() const noexcept { return oldest_; }
    [[nodiscard]] std::vector<Step> const& steps() const noexcept { return steps_; }
    [[nodiscard]] Certificate const& newest() const { return steps_.empty() ? oldest_ : steps_.back().root; }
    [[nodiscard]] std::string pem() const;
    /// Errors: `rollover.too_many`, `rollover.loop`.
    Status add(Step step);
    /// Of a pin whose former roots have their statements; none if one has not.
    static std::optional<RootHistory> of(PinnedRoot const& pin);
    /// What follows this root; none if it is not among them.
    [[nodiscard]] std::optional<std::span<Step const>> after(Certificate const& root) const;

private:
    Certificate oldest_;
    std::vector<Step> steps_;
};

}  // namespace casebridge
