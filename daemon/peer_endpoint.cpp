#include "daemon/peer_endpoint.h"

namespace casebridge {

namespace {

HttpResponse json_answer(Json const& json) {
    return {.status = 200, .content_type = "application/json", .body = to_bytes(dump(json))};
}

}  // namespace

PeerEndpoint::PeerEndpoint(NodeDocument document, RequestQuota quota, Inbox& inbox, QueryDesk& desk,
                           HealthSurvey& health, LogEndpoint& log, LogStanding& standing, Witness& witness,
                           ReplayDesk& replay, WorkerPool& pool, PeerRegistry& peers, Telemetry& telemetry,
                           ClockGuard const& clock)
    : document_(std::move(document)),
      quota_(quota),
      inbox_(inbox),
      desk_(desk),
      health_(health),
      log_(log),
      standing_(standing),
      witness_(witness),
      replay_(replay),
      pool_(pool),
      peers_(peers),
      telemetry_(telemetry),
      clock_(clock) {}

bool PeerEndpoint::within_quota(NodeId const& node, Kind kind) {
    auto const now = std::chrono::steady_clock::now();
    std::lock_guard lock(mutex_);
    auto const bucket = buckets_.try_emplace(std::pair(node, kind), quota_, now).first;
    return bucket->second.take(now);
}

/// SECURITY: one word. Why a node is not well is nobody's business but its own.
void PeerEndpoint::answer_health(HttpResponder respond) {
    auto const taken = pool_.submit(
        [this, respond] { respond(json_answer(Json::object().set("status", to_text(health_.report().state())))); });
    if (!taken) respond(problem(503, "daemon.busy"));
}

/// What came with it is looked at first: a node that is behind what it signed must not admit anything.
void PeerEndpoint::take_message(HttpRequest request, NodeId const& node, HttpResponder respond) {
    auto with_heads = [this, node, respond = std::move(respond)](HttpResponse response) {
        for (auto& [name, value] : log_.heads_for(node)) response.headers.insert_or_assign(name, std::move(value));
        respond(std::move(response));
    };
    auto const headers = request.headers;
    auto shared = std::make_shared<HttpRequest>(std::move(request));  // owner: the closure below
    log_.take_heads(node, headers, [this, node, shared, respond = std::move(with_heads)](Status const& whole) {
        if (!whole) return respond(problem(503, whole.error().code));
        if (shared->path == "/exchange/v1/queries") return take_question(std::move(shared->body), node, respond);
        inbox_.receive(std::move(shared->body), node, respond);
    });
}

/// An answer may release data. What refuses it here is about the log, never about a person.
void PeerEndpoint::take_question(Bytes sealed, NodeId const& node, HttpResponder respond) {
    if (witness_.accuses(node)) return respond(problem(503, "witness.peer_log_forked"));
    if (standing_.require_witnessed()) return desk_.receive(std::move(sealed), node, std::move(respond));
    auto shared = std::make_shared<Bytes>(std::move(sealed));  // owner: the closure below
    standing_.prepare(node, [this, node, shared, respond = std::move(respond)](Status const&) {
        if (auto const witnessed = standing_.require_witnessed(); !witnessed)
            return respond(problem(503, witnessed.error().code));
        desk_.receive(std::move(*shared), node, respond);
    });
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
    auto const is = [&request](std::string_view path) { return request.path == path; };
    if (!within_quota(node,
                      LogEndpoint::is_below(request.path) || is("/exchange/v1/replay") ? Kind::log : Kind::exchange)) {
        auto answer = problem(429, "peer.too_many_requests");
        answer.headers["retry-after"] = "5";
        return respond(std::move(answer));
    }
    if (is("/exchange/v1/messages") || is("/exchange/v1/queries")) {
        if (request.method != "POST") return respond(problem(405, "http.method_not_allowed"));
        if (request.content_type != "application/cms") return respond(problem(415, "http.media_type"));
        if (auto const trusted = clock_.require_trusted(); !trusted) return respond(problem(503, trusted.error().code));
        return take_message(std::move(request), node, std::move(respond));
    }
    if (is("/exchange/v1/replay")) {
        if (request.method != "POST") return respond(problem(405, "http.method_not_allowed"));
        return replay_.answer(node, request.body, std::move(respond));
    }
    if (LogEndpoint::is_below(request.path)) return log_.handle(request, node, std::move(respond));
    if (is("/exchange/v1/node") || is("/exchange/v1/health")) {
        if (request.method != "GET") return respond(problem(405, "http.method_not_allowed"));
        if (is("/exchange/v1/health")) return answer_health(std::move(respond));
        auto document = document_;
        document.time = clock_.now();
        return respond(json_answer(document.to_json()));
    }
    respond(problem(404, "http.not_found"));
}

}  // namespace casebridge
