// The peer endpoint: what partner daemons may ask over mutual TLS. daemon/peer-api.yaml describes it (OpenAPI 3.1).
#pragma once

#include "daemon/health_survey.h"
#include "daemon/inbox.h"
#include "daemon/log_endpoint.h"
#include "daemon/peer_contact.h"
#include "daemon/query_desk.h"
#include "daemon/replay_desk.h"
#include "daemon/token_bucket.h"

namespace casebridge {

class PeerEndpoint {
public:
    /// `document` answers `GET /exchange/v1/node`; its time is set at each answer. `quota`: of each peer;
    /// beyond it a request is answered 429 `peer.too_many_requests`.
    PeerEndpoint(NodeDocument document, RequestQuota quota, Inbox& inbox, QueryDesk& desk, HealthSurvey& health,
                 LogEndpoint& log, LogStanding& standing, Witness& witness, ReplayDesk& replay, WorkerPool& pool,
                 PeerRegistry& peers, Telemetry& telemetry, ClockGuard const& clock);

    void handle(HttpRequest request, HttpResponder respond);

private:
    enum class Kind { exchange, log };  ///< what is asked about logs takes nothing from messages
    bool within_quota(NodeId const& node, Kind kind);
    void answer_health(HttpResponder respond);
    void take_message(HttpRequest request, NodeId const& node, HttpResponder respond);
    void take_question(Bytes sealed, NodeId const& node, HttpResponder respond);

    NodeDocument document_;
    RequestQuota quota_;
    Inbox& inbox_;
    QueryDesk& desk_;
    HealthSurvey& health_;
    LogEndpoint& log_;
    LogStanding& standing_;
    Witness& witness_;
    ReplayDesk& replay_;
    WorkerPool& pool_;
    PeerRegistry& peers_;
    Telemetry& telemetry_;
    ClockGuard const& clock_;
    std::mutex mutex_;
    std::map<std::pair<NodeId, Kind>, TokenBucket> buckets_;
};

}  // namespace casebridge
