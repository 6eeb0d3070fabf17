// PeerContact: adds, checks, refreshes and removes peers; fetches their node documents and their revocation lists.
#pragma once

#include "daemon/actor.h"
#include "daemon/clock.h"
#include "daemon/engine.h"
#include "daemon/exchange.h"
#include "daemon/peer_client.h"
#include "daemon/peer_registry.h"
#include "daemon/revocation_bundle.h"
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

/// How often partners are asked for their lists, and how long the last answer is relied upon.
struct RevocationLimits {
    std::chrono::milliseconds interval = std::chrono::minutes(15), maximum_age = std::chrono::hours(1);
};

class PeerContact {
public:
    PeerContact(Engine& engine, PeerRegistry& registry, PeerClient& client, Telemetry& telemetry, Clock const& clock,
                RevocationLimits limits = {});

    /// Called after every change of the registry (the TLS server takes new roots).
    void on_change(std::function<void()> changed) { changed_ = std::move(changed); }

    // The blocking calls are for worker threads.

    /// Errors: `peer.exists`, `peer.succeeded` (another goes on for it), `trust.*`, `certificate.malformed`.
    Status add(PeerRow row, Digest const& fingerprint, Actor const& actor, bool dry_run);
    /// Whether these, if given, are vkeys of this node's log and witness. Errors: `peer.wrong_log_key`,
    /// `peer.wrong_witness_key`, `note.bad_vkey`.
    static Status check_keys(NodeId const& node, std::string const& log_key, std::string const& witness_key);
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
    /// Of every peer whose document was not fetched for half of `longest_document_age` (identity_renewal.h): by it we
    /// learn of a new encryption key before the old one is destroyed.
    void refresh_due_documents();
    /// Fetches the peer's revocation lists, also those of a removed one, verifies and stores them; calls of the same
    /// time are one. A node that has never shown a list and shows none now is as it was: nothing is known of its
    /// revocations. Errors: `peer.*`, `crl.*` (`crl.not_offered`: it had lists before), `trust.*`.
    void fetch_revocations(NodeId const& node, std::function<void(Status)> done);
    /// Those of every peer whose turn it is.
    void fetch_due_revocations();
    /// Asks the peer whether another root took the place of the pinned one (crypto/root_rollover.h), and pins that.
    /// Errors: `peer.*`, `certificate.malformed`, `rollover.*` (`not_from_pinned`: it does not begin with the pinned
    /// root; `loop`: a root that was pinned before), `trust.*`; all but the first change nothing and are an alarm.
    void follow_roots(NodeId const& node, std::function<void(Status)> done);
    /// That of every peer each hour; and ends what former roots' time is over.
    void follow_due_roots();
    /// Called on the engine's thread after that changed the registry: reload() is due, elsewhere.
    void on_rolled(std::function<void()> rolled) { rolled_ = std::move(rolled); }
    /// Called, on the engine's thread, when a certificate of a peer was found to be revoked that was not before.
    void on_revoked(std::function<void(NodeId const&)> revoked) { revoked_ = std::move(revoked); }

    /// Cancels what is under way to this peer.
    void cancel(NodeId const& node) { client_.forget(node); }
    /// Reads the table into the registry.
    Status reload();

private:
    enum class Whom { peers, removed_too };
    void fetch(NodeId const& node, Whom whom, std::function<void(Result<PeerCheck>)> done);
    void on_document(NodeId const& node, Whom whom, PeerClient::Outcome outcome,
                     std::function<void(Result<PeerCheck>)> done);
    /// What the registry is made from.
    struct Stored {
        std::vector<PeerRow> rows;
        std::vector<PeerRevocationRow> revocations;
        MeetingKeysByNode meeting_keys;
        bool newly_revoked = false;
    };
    static Result<Stored> read(Store& store);
    Status publish(Result<Stored> stored);
    Status on_lists(NodeId const& node, PeerClient::Outcome const& outcome, std::vector<RevocationList>& lists) const;
    Result<Stored> store_lists(Store& store, NodeId const& node, std::vector<RevocationList> const& lists) const;
    void on_roots(NodeId const& node, HttpResponse const& response, std::function<void(Status)> done);
    void refuse_roots(NodeId const& node, Error const& why, std::function<void(Status)> const& done);
    void end_overlaps();
    void end_fetch(NodeId const& node, Status const& status);
    Result<PeerCheck> verify_document(Peer const& peer, HttpResponse const& response) const;

    Engine& engine_;
    PeerRegistry& registry_;
    PeerClient& client_;
    Telemetry& telemetry_;
    Clock const& clock_;
    std::function<void()> changed_ = [] {};
    std::mutex changing_;
    std::function<void(NodeId const&)> revoked_ = [](NodeId const&) {};
    RevocationLimits const limits_;
    struct Fetch {
        std::optional<Timestamp> begun_at, succeeded_at;
        std::vector<std::function<void(Status)>> waiting;  ///< not empty: one is under way
    };
    std::mutex fetching_;
    std::map<NodeId, Fetch> fetches_;
    static constexpr std::chrono::hours roots_interval{1};
    std::map<NodeId, Timestamp> document_asked_at_, roots_asked_at_;  ///< under `fetching_`
    std::function<void()> rolled_ = [] {};
};

}  // namespace casebridge
