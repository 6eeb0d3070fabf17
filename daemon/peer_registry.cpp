#include "daemon/peer_registry.h"

namespace casebridge {

Result<std::shared_ptr<PeerSnapshot const>> PeerSnapshot::build(std::vector<PeerRow> rows) {
    auto snapshot = std::make_shared<PeerSnapshot>();
    for (auto& row : rows) {
        auto const corrupt = [&row](std::string const& why) {
            return Error{ErrorKind::internal, "peer.corrupt", row.node.text() + ": " + why};
        };
        auto root = Certificate::from_pem(row.root_pem);
        if (!root) return corrupt("root certificate unreadable");
        auto const fingerprint = root->fingerprint();
        auto pin = PinnedRoot::pin(row.node, *std::move(root), fingerprint);
        if (!pin) return corrupt(std::string(pin.error().code));
        std::vector<Certificate> chain;
        if (!row.encryption_chain_pem.empty()) {
            auto parsed = certificates_from_pem(row.encryption_chain_pem);
            if (!parsed) return corrupt("encryption certificate unreadable");
            chain = *std::move(parsed);
        }
        std::optional<NoteVerifier> keys[2];
        for (auto const& [text, key] : {std::pair(&row.log_key, &keys[0]), std::pair(&row.witness_key, &keys[1])}) {
            if (text->empty()) continue;
            auto parsed = NoteVerifier::parse(*text);
            if (!parsed) return corrupt("key of its log unreadable");
            *key = *std::move(parsed);
        }
        auto const node = row.node;
        snapshot->peers_.emplace(node, Peer{std::move(row), *std::move(pin), std::move(chain), keys[0], keys[1]});
    }
    return std::shared_ptr<PeerSnapshot const>(std::move(snapshot));
}

Peer const* PeerSnapshot::find(NodeId const& node) const {
    auto const found = peers_.find(node);
    return found == peers_.end() ? nullptr : &found->second;
}

std::vector<Certificate> PeerSnapshot::roots() const {
    std::vector<Certificate> roots;
    for (auto const& [node, peer] : peers_)
        if (!peer.removed()) roots.push_back(peer.pin.root());
    return roots;
}

Result<Peer const*> PeerSnapshot::identify(std::vector<Certificate> const& chain, Timestamp now) const {
    if (chain.size() < 2) return Error{ErrorKind::unauthentic, "peer.unknown", "no verified chain"};
    ASSIGN_OR_RETURN(auto const node, claimed_node(chain.front()));
    auto const* peer = find(node);
    if (peer == nullptr) return Error{ErrorKind::unauthentic, "peer.unknown", node.text()};
    if (peer->removed()) return Error{ErrorKind::unauthentic, "peer.removed", node.text()};
    // SECURITY: with all peers' roots in one trust store a leaf of ministry A claiming to be B would pass OpenSSL.
    RETURN_IF_ERROR(peer->pin.verify(chain, Role::tls, now));
    return peer;
}

std::shared_ptr<PeerSnapshot const> PeerRegistry::snapshot() const {
    std::lock_guard lock(mutex_);
    return snapshot_;
}

void PeerRegistry::replace(std::shared_ptr<PeerSnapshot const> snapshot) {
    std::lock_guard lock(mutex_);
    snapshot_ = std::move(snapshot);
}

}  // namespace casebridge
