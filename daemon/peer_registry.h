// PeerRegistry: who our peers are right now, as an immutable snapshot that any thread may hold.
#pragma once

#include "crypto/envelope.h"
#include "crypto/key_chain.h"
#include "daemon/meeting_key_table.h"
#include "daemon/peer_client.h"
#include "daemon/peer_revocation_table.h"
#include "daemon/peer_table.h"

#include <memory>
#include <mutex>

namespace casebridge {

struct Peer {
    PeerRow row;
    PinnedRoot pin;
    std::vector<Certificate> encryption_chain;             ///< as last presented; verified anew at each use
    std::optional<NoteVerifier> log_key{}, witness_key{};  ///< none: not told yet
    std::shared_ptr<MeetingKeys const> meeting_keys{};     ///< null: never any, and not required
    std::optional<KeyChain> log_chain{}, witness_chain{};  ///< the two keys with those before them

    [[nodiscard]] bool removed() const { return row.removed_at.has_value(); }
    /// Roots that its TLS chain may lead to: the pinned one first.
    [[nodiscard]] std::vector<Certificate> roots() const;
    [[nodiscard]] PeerTarget target() const;
};

class PeerSnapshot {
public:
    /// A list is relied upon for `maximum_age` after it was confirmed last. Errors: `peer.corrupt` (a stored row no
    /// longer pins).
    static Result<std::shared_ptr<PeerSnapshot const>> build(std::vector<PeerRow> rows,
                                                             std::vector<PeerRevocationRow> const& revocations = {},
                                                             std::chrono::milliseconds maximum_age = {},
                                                             MeetingKeysByNode const& meeting_keys = {});

    /// nullptr if the node was never a peer.
    [[nodiscard]] Peer const* find(NodeId const& node) const;
    [[nodiscard]] std::map<NodeId, Peer> const& all() const noexcept { return peers_; }
    /// Roots a connecting client may lead to: peers that are not removed.
    [[nodiscard]] std::vector<Certificate> roots() const;
    /// What those peers have revoked.
    [[nodiscard]] std::vector<std::shared_ptr<KnownRevocations const>> revocations() const;

    /// The peer at the other end of a TLS connection. OpenSSL has verified that the chain leads to *a* pinned root;
    /// here: to the root of the very node the leaf names.
    /// A peer whose lists are too old is identified all the same where currency is not required: it may ask for ours.
    /// Errors: `peer.unknown`, `peer.removed`, `trust.*`.
    Result<Peer const*> identify(std::vector<Certificate> const& chain, Timestamp now,
                                 KnownRevocations::Currency currency = KnownRevocations::Currency::required) const;

private:
    std::map<NodeId, Peer> peers_;
};

class PeerRegistry {
public:
    [[nodiscard]] std::shared_ptr<PeerSnapshot const> snapshot() const;
    void replace(std::shared_ptr<PeerSnapshot const> snapshot);

private:
    mutable std::mutex mutex_;
    // Owners: the registry and whoever still works with an older snapshot.
    std::shared_ptr<PeerSnapshot const> snapshot_ = std::make_shared<PeerSnapshot const>();
};

}  // namespace casebridge
