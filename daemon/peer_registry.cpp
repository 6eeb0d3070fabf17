#include "daemon/peer_registry.h"

#include <algorithm>
#include <iterator>

namespace casebridge {

namespace {

/// nullptr: the node has never shown a list.
std::shared_ptr<KnownRevocations const> known_of(NodeId const& node, std::vector<PeerRevocationRow> const& rows,
                                                 std::chrono::milliseconds maximum_age) {
    std::vector<KnownRevocations::Known> lists;
    for (auto const& row : rows) {
        if (row.node != node) continue;
        auto const until = std::min<Timestamp>(row.list.next_update(), row.confirmed_at + maximum_age);
        lists.push_back({row.list, row.first_seen, row.confirmed_at, until});
    }
    if (lists.empty()) return nullptr;
    return std::make_shared<KnownRevocations const>(std::move(lists));
}

Result<std::vector<PinnedRoot::Former>> former_of(PeerRow const& row) {
    std::vector<PinnedRoot::Former> all;
    for (auto const& each : row.former_roots) {
        ASSIGN_OR_RETURN(auto root, Certificate::from_pem(each.root_pem));
        ASSIGN_OR_RETURN(auto statement, Certificate::from_pem(each.statement_pem));
        all.push_back({std::move(root), each.until, std::move(statement)});
    }
    return all;
}

}  // namespace

std::vector<Certificate> Peer::roots() const {
    std::vector<Certificate> all{pin.root()};
    for (std::size_t i = 0; i < row.former_roots.size(); ++i)
        if (!row.former_roots[i].ended_at) all.push_back(pin.former()[i].root);
    return all;
}

PeerTarget Peer::target() const {
    auto all = roots();
    all.erase(all.begin());
    return {row.node, row.host, row.port, pin.root(), pin.revocations(), std::move(all)};
}

Result<std::shared_ptr<PeerSnapshot const>> PeerSnapshot::build(std::vector<PeerRow> rows,
                                                                std::vector<PeerRevocationRow> const& revocations,
                                                                std::chrono::milliseconds maximum_age,
                                                                MeetingKeysByNode const& meeting_keys) {
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
        auto const rotations = parse_rotations(row.rotations);
        if (!rotations) return corrupt("statements about its keys unreadable");
        std::optional<KeyChain> chains[2];
        for (auto const role : {NoteKeyRole::log, NoteKeyRole::witness})
            if (auto const& key = keys[static_cast<int>(role)])
                chains[static_cast<int>(role)] = KeyChain::to(*key, node, role, *rotations);
        auto former = former_of(row);
        if (!former) return corrupt("former root unreadable");
        auto knowing = pin->with(known_of(node, revocations, maximum_age)).with_former(*std::move(former));
        auto const shared = meeting_keys.find(node);
        snapshot->peers_.emplace(node,
                                 Peer{std::move(row), std::move(knowing), std::move(chain), keys[0], keys[1],
                                      shared == meeting_keys.end() ? nullptr : shared->second, chains[0], chains[1]});
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
        if (!peer.removed()) std::ranges::move(peer.roots(), std::back_inserter(roots));
    return roots;
}

std::vector<std::shared_ptr<KnownRevocations const>> PeerSnapshot::revocations() const {
    std::vector<std::shared_ptr<KnownRevocations const>> all;
    for (auto const& [node, peer] : peers_)
        if (!peer.removed() && peer.pin.revocations()) all.push_back(peer.pin.revocations());
    return all;
}

Result<Peer const*> PeerSnapshot::identify(std::vector<Certificate> const& chain, Timestamp now,
                                           KnownRevocations::Currency currency) const {
    if (chain.size() < 2) return Error{ErrorKind::unauthentic, "peer.unknown", "no verified chain"};
    ASSIGN_OR_RETURN(auto const node, claimed_node(chain.front()));
    auto const* peer = find(node);
    if (peer == nullptr) return Error{ErrorKind::unauthentic, "peer.unknown", node.text()};
    if (peer->removed()) return Error{ErrorKind::unauthentic, "peer.removed", node.text()};
    // SECURITY: with all peers' roots in one trust store a leaf of ministry A claiming to be B would pass OpenSSL.
    bool const current = currency == KnownRevocations::Currency::required;
    RETURN_IF_ERROR(current ? peer->pin.verify(chain, Role::tls, now)
                            : peer->pin.verify_as_known(chain, Role::tls, now));
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
