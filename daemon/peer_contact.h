// PeerContact: adds, checks, refreshes and removes peers; fetches their node documents.
#pragma once

#include "daemon/actor.h"
#include "daemon/clock.h"
#include "daemon/engine.h"
#include "daemon/exchange.h"
#include "daemon/peer_client.h"
#include "daemon/peer_registry.h"
#include "daemon/telemetry.h"

namespace casebridge {

/// The public face of a node: `GET /exchange/v1/node`.
struct NodeDocument {
    NodeId node;
    NodeKind kind;
    std::string name;
    std::vector<OfficeId> offices;
    int schema = 1;
    std::string encryption_chain_pem;
    Timestamp time;

    [[nodiscard]] Json to_json() const;
    /// Errors: `node.*`.
    static Result<NodeDocument> parse(std::string_view text);
};

struct PeerCheck {
    NodeDocument document;
    Timestamp encryption_not_after;
    std::chrono::milliseconds clock_difference{0};
};

class PeerContact {
public:
    PeerContact(Engine& engine, PeerRegistry& registry, PeerClient& client, Telemetry& telemetry, Clock const& clock);

    /// Called after every change of the registry (the TLS server takes new roots).
    void on_change(std::function<void()> changed) { changed_ = std::move(changed); }

    // The blocking calls are for worker threads.

    /// Errors: `peer.exists`, `trust.*`, `certificate.malformed`.
    Status add(PeerRow row, Digest const& fingerprint, Actor const& actor, bool dry_run);
    /// The keys of its audit log and of its witness, as the partner told them; an empty one stays as it is. A new log
    /// key begins a new log. Errors: `peer.unknown`, `peer.wrong_log_key`, `peer.wrong_witness_key`, `note.bad_vkey`.
    Status set_keys(NodeId const& node, std::string const& log_key, std::string const& witness_key, Actor const& actor,
                    bool dry_run);
    /// Errors: `peer.unknown`.
    Status remove(NodeId const& node, Actor const& actor);
    /// Fetches and verifies the peer's node document, stores it if it is news. Errors: `peer.*`, `node.*`, `trust.*`.
    void refresh(NodeId const& node, std::function<void(Result<PeerCheck>)> done);
    /// The same also of a peer that was removed, which stays reachable for duties: of its document nothing but the
    /// encryption certificate is stored then.
    void refresh_for_duties(NodeId const& node, std::function<void(Result<PeerCheck>)> done);
    /// Cancels what is under way to this peer.
    void cancel(NodeId const& node) { client_.forget(node); }
    /// Reads the table into the registry.
    Status reload();

private:
    enum class Whom { peers, removed_too };
    void fetch(NodeId const& node, Whom whom, std::function<void(Result<PeerCheck>)> done);
    void on_document(NodeId const& node, Whom whom, PeerClient::Outcome outcome,
                     std::function<void(Result<PeerCheck>)> done);
    Status publish(Result<std::vector<PeerRow>> rows);
    Result<PeerCheck> verify_document(Peer const& peer, HttpResponse const& response) const;

    Engine& engine_;
    PeerRegistry& registry_;
    PeerClient& client_;
    Telemetry& telemetry_;
    Clock const& clock_;
    std::function<void()> changed_ = [] {};
    std::mutex changing_;
};

}  // namespace casebridge
