#include "daemon/peer_endpoint.h"

#include "daemon/identity_revocation.h"

namespace casebridge {

namespace {

HttpResponse json_answer(Json const& json) {
    return {.status = 200, .content_type = "application/json", .body = to_bytes(dump(json))};
}

}  // namespace

PeerEndpoint::PeerEndpoint(PeerEndpointParts parts) : parts_(std::move(parts)) {}

bool PeerEndpoint::within_quota(NodeId const& node) {
    auto const now = std::chrono::steady_clock::now();
    std::lock_guard lock(mutex_);
    auto const bucket = buckets_.try_emplace(node, parts_.quota, now).first;
    return bucket->second.take(now);
}

/// SECURITY: one word. Why a node is not well is nobody's business but its own.
void PeerEndpoint::answer_health(HttpResponder respond) {
    auto const taken = parts_.pool.submit([this, respond] {
        respond(json_answer(Json::object().set("status", to_text(parts_.health.report().state()))));
    });
    if (!taken) respond(problem(503, "daemon.busy"));
}

/// The head as it is now, whatever the caller has seen: what partners compare with each other.
void PeerEndpoint::answer_checkpoint(HttpResponder respond) {
    auto const taken = parts_.pool.submit([this, respond] {
        auto const head = parts_.log.checkpoint(std::nullopt);
        if (!head) return respond(problem(status_of(head.error()), head.error().code));
        respond({.status = 200, .content_type = "text/plain; charset=utf-8", .body = to_bytes(head->note)});
    });
    if (!taken) respond(problem(503, "daemon.busy"));
}

/// Read anew each time: the command that revokes writes the file, and the next who asks must see it.
void PeerEndpoint::answer_revocations(HttpResponder respond) {
    auto const taken = parts_.pool.submit([this, respond] {
        auto const own = own_revocations(parts_.identity_directory);
        if (own) return respond(json_answer(own->to_json()));
        if (own.error().code != "crl.none")
            parts_.telemetry.log(LogLevel::error, "revocation.unreadable", {{"why", own.error()}});
        respond(problem(own.error().code == "crl.none" ? 404 : 503, own.error().code));
    });
    if (!taken) respond(problem(503, "daemon.busy"));
}

/// Messages and questions.
void PeerEndpoint::take(HttpRequest request, Peer const& peer, HttpResponder respond) {
    if (request.method != "POST") return respond(problem(405, "http.method_not_allowed"));
    if (request.content_type != "application/cms") return respond(problem(415, "http.media_type"));
    if (auto const trusted = parts_.clock.require_trusted(); !trusted)
        return respond(problem(503, trusted.error().code));
    auto const& node = peer.row.node;
    auto const current = peer.pin.verify(request.caller.tls_chain, Role::tls, parts_.clock.now());
    if (!current && current.error().code == "trust.no_current_crl") {
        // Its lists are looked for at once, so that it need not wait for the next round.
        parts_.contact.fetch_revocations(node, [](Status const&) {});
        return respond(problem(503, current.error().code));
    }
    if (!current) return respond(problem(403, "peer.unknown"));
    if (request.path == "/exchange/v1/queries")
        return parts_.desk.receive(std::move(request.body), node, std::move(respond));
    parts_.inbox.receive(std::move(request.body), node, std::move(respond));
}

/// What every peer may know, also one whose revocation lists are too old: it cannot get ours otherwise.
void PeerEndpoint::tell(HttpRequest const& request, HttpResponder respond) {
    if (request.method != "GET") return respond(problem(405, "http.method_not_allowed"));
    if (request.path == "/exchange/v1/log/checkpoint") return answer_checkpoint(std::move(respond));
    if (request.path == "/exchange/v1/health") return answer_health(std::move(respond));
    if (request.path == "/exchange/v1/crl") return answer_revocations(std::move(respond));
    auto document = parts_.document;
    document.time = parts_.clock.now();
    respond(json_answer(document.to_json()));
}

void PeerEndpoint::handle(HttpRequest request, HttpResponder respond) {
    auto const peers = parts_.peers.snapshot();
    auto const peer =
        peers->identify(request.caller.tls_chain, parts_.clock.now(), KnownRevocations::Currency::not_required);
    if (!peer) {
        parts_.telemetry.count("casebridge_alarms_total", "unknown_peer");
        parts_.telemetry.log(LogLevel::warning, "peer.refused", {{"why", peer.error()}});
        return respond(problem(403, "peer.unknown"));  // why exactly is for our log
    }
    if (!within_quota((*peer)->row.node)) {
        auto answer = problem(429, "peer.too_many_requests");
        answer.headers["retry-after"] = "5";
        return respond(std::move(answer));
    }
    auto const is = [&request](std::string_view path) { return request.path == path; };
    if (is("/exchange/v1/messages") || is("/exchange/v1/queries"))
        return take(std::move(request), **peer, std::move(respond));
    if (is("/exchange/v1/node") || is("/exchange/v1/health") || is("/exchange/v1/log/checkpoint") ||
        is("/exchange/v1/crl"))
        return tell(request, std::move(respond));
    respond(problem(404, "http.not_found"));
}

}  // namespace casebridge
