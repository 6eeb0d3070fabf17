#include "daemon/peer_endpoint.h"

namespace casebridge {

namespace {

HttpResponse json_answer(Json const& json) {
    return {.status = 200, .content_type = "application/json", .body = to_bytes(dump(json))};
}

}  // namespace

PeerEndpoint::PeerEndpoint(NodeDocument document, RequestQuota quota, Inbox& inbox, QueryDesk& desk,
                           HealthSurvey& health, LogDesk& log, WorkerPool& pool, PeerRegistry& peers,
                           Telemetry& telemetry, ClockGuard const& clock)
    : document_(std::move(document)),
      quota_(quota),
      inbox_(inbox),
      desk_(desk),
      health_(health),
      log_(log),
      pool_(pool),
      peers_(peers),
      telemetry_(telemetry),
      clock_(clock) {}

bool PeerEndpoint::within_quota(NodeId const& node) {
    auto const now = std::chrono::steady_clock::now();
    std::lock_guard lock(mutex_);
    auto const bucket = buckets_.try_emplace(node, quota_, now).first;
    return bucket->second.take(now);
}

/// SECURITY: one word. Why a node is not well is nobody's business but its own.
void PeerEndpoint::answer_health(HttpResponder respond) {
    auto const taken = pool_.submit(
        [this, respond] { respond(json_answer(Json::object().set("status", to_text(health_.report().state())))); });
    if (!taken) respond(problem(503, "daemon.busy"));
}

/// The head as it is now, whatever the caller has seen: what partners compare with each other.
void PeerEndpoint::answer_checkpoint(HttpResponder respond) {
    auto const taken = pool_.submit([this, respond] {
        auto const head = log_.checkpoint(std::nullopt);
        if (!head) return respond(problem(status_of(head.error()), head.error().code));
        respond({.status = 200, .content_type = "text/plain; charset=utf-8", .body = to_bytes(head->note)});
    });
    if (!taken) respond(problem(503, "daemon.busy"));
}

void PeerEndpoint::handle(HttpRequest request, HttpResponder respond) {
    auto const peers = peers_.snapshot();
    auto const peer = peers->identify(request.caller.tls_chain, clock_.now());
    if (!peer) {
        telemetry_.count("casebridge_alarms_total", "unknown_peer");
        telemetry_.log(LogLevel::warning, "peer.refused", {{"why", peer.error()}});
        return respond(problem(403, "peer.unknown"));  // why exactly is for our log
    }
    auto const& node = (*peer)->row.node;
    if (!within_quota(node)) {
        auto answer = problem(429, "peer.too_many_requests");
        answer.headers["retry-after"] = "5";
        return respond(std::move(answer));
    }
    auto const is = [&request](std::string_view path) { return request.path == path; };
    if (is("/exchange/v1/messages") || is("/exchange/v1/queries")) {
        if (request.method != "POST") return respond(problem(405, "http.method_not_allowed"));
        if (request.content_type != "application/cms") return respond(problem(415, "http.media_type"));
        if (auto const trusted = clock_.require_trusted(); !trusted) return respond(problem(503, trusted.error().code));
        if (is("/exchange/v1/queries")) return desk_.receive(std::move(request.body), node, std::move(respond));
        return inbox_.receive(std::move(request.body), node, std::move(respond));
    }
    if (is("/exchange/v1/node") || is("/exchange/v1/health") || is("/exchange/v1/log/checkpoint")) {
        if (request.method != "GET") return respond(problem(405, "http.method_not_allowed"));
        if (is("/exchange/v1/log/checkpoint")) return answer_checkpoint(std::move(respond));
        if (is("/exchange/v1/health")) return answer_health(std::move(respond));
        auto document = document_;
        document.time = clock_.now();
        return respond(json_answer(document.to_json()));
    }
    respond(problem(404, "http.not_found"));
}

}  // namespace casebridge
