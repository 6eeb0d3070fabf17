#include "daemon/peer_endpoint.h"

#include "daemon/identity_revocation.h"
#include "daemon/identity_roots.h"

namespace casebridge {

namespace {

HttpResponse json_answer(Json const& json) {
    return {.status = 200, .content_type = "application/json", .body = to_bytes(dump(json))};
}

}  // namespace

PeerEndpoint::PeerEndpoint(PeerEndpointParts parts) : parts_(std::move(parts)) {}

bool PeerEndpoint::within_quota(NodeId const& node, Kind kind) {
    auto const now = std::chrono::steady_clock::now();
    std::lock_guard lock(mutex_);
    auto const bucket = buckets_.try_emplace(std::pair(node, kind), parts_.quota, now).first;
    return bucket->second.take(now);
}

/// SECURITY: one word. Why a node is not well is nobody's business but its own.
void PeerEndpoint::answer_health(HttpResponder respond) {
    auto const taken = parts_.pool.submit([this, respond] {
        respond(json_answer(Json::object().set("status", to_text(parts_.health.report().state()))));
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

/// Read anew each time, too: partners follow before this node is restarted with its next root.
void PeerEndpoint::answer_roots(HttpResponder respond) {
    auto const taken = parts_.pool.submit([this, respond] {
        auto const history = own_roots(parts_.identity_directory);
        if (history && *history)
            return respond(
                {.status = 200, .content_type = "application/x-pem-file", .body = to_bytes((*history)->pem())});
        if (!history) parts_.telemetry.log(LogLevel::error, "rollover.unreadable", {{"why", history.error()}});
        respond(history ? problem(404, "rollover.none") : problem(503, history.error().code));
    });
    if (!taken) respond(problem(503, "daemon.busy"));
}

/// Messages, questions, and what was lost.
void PeerEndpoint::take(HttpRequest request, Peer const& peer, HttpResponder respond) {
    if (request.method != "POST") return respond(problem(405, "http.method_not_allowed"));
    bool const lost = request.path == "/exchange/v1/replay";
    if (!lost && request.content_type != "application/cms") return respond(problem(415, "http.media_type"));
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
    if (lost) return parts_.replay.answer(node, request.body, std::move(respond));
    take_with_heads(std::move(request), node, std::move(respond));
}

/// What came with it is looked at first: a node that is behind what it signed must not admit anything. Receipts carry
/// our heads, answers do not: nothing in them may change from one to the next.
void PeerEndpoint::take_with_heads(HttpRequest request, NodeId const& node, HttpResponder respond) {
    auto const headers = request.headers;
    auto shared = std::make_shared<HttpRequest>(std::move(request));  // owner: the closure below
    parts_.log.take_heads(node, headers, [this, node, shared, respond = std::move(respond)](Status const& whole) {
        if (!whole) return respond(problem(503, whole.error().code));
        if (shared->path == "/exchange/v1/queries") return take_question(std::move(shared->body), node, respond);
        parts_.inbox.receive(std::move(shared->body), node, [this, node, respond](HttpResponse response) {
            for (auto& [name, value] : parts_.log.heads_for(node))
                response.headers.insert_or_assign(name, std::move(value));
            respond(std::move(response));
        });
    });
}

/// An answer may release data. What refuses it here is about the log, never about a person.
void PeerEndpoint::take_question(Bytes sealed, NodeId const& node, HttpResponder respond) {
    if (parts_.witness.accuses(node)) return respond(problem(503, "witness.peer_log_forked"));
    if (parts_.standing.require_witnessed()) return parts_.desk.receive(std::move(sealed), node, std::move(respond));
    auto shared = std::make_shared<Bytes>(std::move(sealed));  // owner: the closure below
    parts_.standing.prepare(node, [this, node, shared, respond = std::move(respond)](Status const&) {
        if (auto const witnessed = parts_.standing.require_witnessed(); !witnessed)
            return respond(problem(503, witnessed.error().code));
        parts_.desk.receive(std::move(*shared), node, respond);
    });
}

/// What every peer may know, also one whose revocation lists are too old: it cannot get ours otherwise.
void PeerEndpoint::tell(HttpRequest const& request, HttpResponder respond) {
    if (request.method != "GET") return respond(problem(405, "http.method_not_allowed"));
    if (request.path == "/exchange/v1/health") return answer_health(std::move(respond));
    if (request.path == "/exchange/v1/crl") return answer_revocations(std::move(respond));
    if (request.path == "/exchange/v1/roots") return answer_roots(std::move(respond));
    auto document = parts_.document;
    document.encryption_chain_pem = to_pem(parts_.own.get()->encryption);
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
    auto const& node = (*peer)->row.node;
    auto const is = [&request](std::string_view path) { return request.path == path; };
    bool const about_logs = LogEndpoint::is_below(request.path) || is("/exchange/v1/replay");
    if (!within_quota(node, about_logs ? Kind::log : Kind::exchange)) {
        auto answer = problem(429, "peer.too_many_requests");
        answer.headers["retry-after"] = "5";
        return respond(std::move(answer));
    }
    if (is("/exchange/v1/messages") || is("/exchange/v1/queries") || is("/exchange/v1/replay"))
        return take(std::move(request), **peer, std::move(respond));
    if (is("/exchange/v1/node") || is("/exchange/v1/health") || is("/exchange/v1/crl") || is("/exchange/v1/roots"))
        return tell(request, std::move(respond));
    if (about_logs) return parts_.log.handle(request, node, std::move(respond));
    respond(problem(404, "http.not_found"));
}

}  // namespace casebridge
