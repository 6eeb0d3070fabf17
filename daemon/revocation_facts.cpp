#include "daemon/revocation_facts.h"

#include "daemon/identity_revocation.h"
#include "daemon/peer_registry.h"

namespace casebridge {

RevocationFacts revocation_facts(std::filesystem::path const& identity_directory, PeerSnapshot const& peers,
                                 Timestamp now) {
    RevocationFacts facts;
    auto const own = own_revocations(identity_directory);
    if (own) {
        auto const& list = own->lists.back();  // the issuing authority's of now
        facts.own = RevocationFacts::Own{list.number(), list.this_update(), list.next_update(),
                                         static_cast<std::int64_t>(list.entries().size())};
        if (auto revoked = revoked_roles(identity_directory)) facts.revoked_roles = *std::move(revoked);
    } else if (own.error().code != "crl.none") {
        facts.own_failure = own.error().code;
    }
    for (auto const& [node, peer] : peers.all()) {
        if (peer.removed() || !peer.pin.revocations()) continue;
        facts.partners_have_lists = true;
        if (!peer.pin.require_current(now)) facts.stale_peers.push_back(node.text());
    }
    return facts;
}

}  // namespace casebridge
