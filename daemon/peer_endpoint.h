// The peer endpoint: what partner daemons may ask over mutual TLS. daemon/peer-api.yaml describes it (OpenAPI 3.1).
#pragma once

#include "daemon/health_survey.h"
#include "daemon/inbox.h"
#include "daemon/log_endpoint.h"
#include "daemon/own_certificates.h"
#include "daemon/peer_contact.h"
#include "daemon/query_desk.h"
#include "daemon/replay_desk.h"
#include "daemon/token_bucket.h"

namespace casebridge {

/// All that are references outlive the endpoint.
struct PeerEndpointParts {
    NodeDocument document;  ///< answers `GET /exchange/v1/node`; encryption chain and time are set at each answer
    RequestQuota quota;     ///< of each peer; beyond it a request is answered 429 `peer.too_many_requests`
    Inbox& inbox;
    QueryDesk& desk;
    HealthSurvey& health;
    LogEndpoint& log;
    LogStanding& standing;
    Witness& witness;
    ReplayDesk& replay;
    PeerContact& contact;
    std::filesystem::path identity_directory;  ///< where this node's own revocation lists are
    OwnCertificatesHolder const& own;
    WorkerPool& pool;
    PeerRegistry& peers;
    Telemetry& telemetry;
    ClockGuard const& clock;
};

class PeerEndpoint {
public:
    explicit PeerEndpoint(PeerEndpointParts parts);

    void handle(HttpRequest request, HttpResponder respond);

private:
    enum class Kind { exchange, log };  ///< what is asked about logs takes nothing from messages
    bool within_quota(NodeId const& node, Kind kind);
    void answer_health(HttpResponder respond);
    void answer_revocations(HttpResponder respond);
    void answer_roots(HttpResponder respond);
    void take(HttpRequest request, Peer const& peer, HttpResponder respond);
    void take_with_heads(HttpRequest request, NodeId const& node, HttpResponder respond);
    void take_question(Bytes sealed, NodeId const& node, HttpResponder respond);
    void tell(HttpRequest const& request, HttpResponder respond);

    PeerEndpointParts const parts_;
    std::mutex mutex_;
    std::map<std::pair<NodeId, Kind>, TokenBucket> buckets_;
};

}  // namespace casebridge
