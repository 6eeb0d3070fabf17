// Officer API: status, health and metrics; what an operator attests of the clock and of an earlier staging table.
#include "daemon/officer_call.h"
#include "daemon/version.h"

namespace casebridge {

namespace {

struct StoreFacts {
    OutboxTable::Counts outbox;
    std::int64_t inbox = 0;
    LogHead head;
    WatchTable::Counts watch;
    std::vector<ReceivedList::Counts> staging;
};

std::optional<std::string> staging_place(Config const& config) {
    return config.received ? std::optional(config.received->place()) : std::nullopt;
}

Result<StoreFacts> store_facts(OfficerApiParts& parts) {
    return parts.engine.call<StoreFacts>([&parts](Store& store) -> Result<StoreFacts> {
        StoreFacts facts;
        ASSIGN_OR_RETURN(facts.outbox, store.outbox().counts());
        ASSIGN_OR_RETURN(facts.inbox, store.inbox().count());
        facts.head = store.log().head();
        ASSIGN_OR_RETURN(facts.watch, store.watch().counts(parts.clock.now()));
        ASSIGN_OR_RETURN(facts.staging, store.received().counts(staging_place(parts.config)));
        return facts;
    });
}

Json staging_json(OfficerApiParts const& parts, std::vector<ReceivedList::Counts> const& counts) {
    auto places = Json::array();
    for (auto const& each : counts) {
        places.push(Json::object()
                        .set("place", each.place)
                        .set("configured", each.place == staging_place(parts.config))
                        .set("listed", each.listed)
                        .set("written", each.written)
                        .set("refused", each.refused)
                        .set("to_remove", each.to_remove)
                        .set("oldest_due", optional_time(each.oldest_due)));
    }
    auto const progress = parts.staging == nullptr ? ReceivedExport::Progress{} : parts.staging->progress();
    return Json::object()
        .set("configured", parts.staging != nullptr)
        .set("rounds", progress.rounds)
        .set("last_round_at", optional_time(progress.last_round))
        .set("code", progress.code)
        .set("places", std::move(places));
}

void staging_metrics(OfficerApiParts const& parts, std::vector<ReceivedList::Counts> const& counts) {
    double left_behind = 0;
    for (auto const& each : counts) {
        if (each.place != staging_place(parts.config)) {
            left_behind += static_cast<double>(each.to_remove);
            continue;
        }
        for (auto const& [state, number] : {std::pair{"listed", each.listed}, std::pair{"written", each.written},
                                            std::pair{"refused", each.refused}, std::pair{"to_remove", each.to_remove}})
            parts.telemetry.gauge("casebridge_received_export", static_cast<double>(number), state);
        std::chrono::duration<double> const age =
            each.oldest_due ? parts.clock.now() - *each.oldest_due : Timestamp::duration{0};
        parts.telemetry.gauge("casebridge_received_export_oldest_seconds", age.count());
    }
    parts.telemetry.gauge("casebridge_received_export", left_behind, "left_behind");
}

Json witnesses_json(OfficerApiParts const& parts) {
    auto const view = parts.standing.view();
    auto const witnessed = parts.standing.require_witnessed();
    std::int64_t cosigning = 0, partners = 0;
    auto const peers = parts.peers.snapshot();
    for (auto const& [node, peer] : peers->all()) {
        if (peer.removed()) continue;
        ++partners;
        auto const found = view.partners.find(node);
        cosigning += found != view.partners.end() && found->second.cosignature ? 1 : 0;
    }
    return Json::object()
        .set("partners", partners)
        .set("cosigning", cosigning)
        .set("cosigned_at", optional_time(view.cosigned_at))
        .set("may_send", static_cast<bool>(witnessed))
        .set("code", witnessed ? std::string_view() : witnessed.error().code);
}

void status(OfficerCall& call) {
    auto& parts = call.parts();
    auto const facts = store_facts(parts);
    if (!facts) return call.fail(facts);
    auto const instruments = parts.instruments.get();
    auto const peers = parts.peers.snapshot();
    std::int64_t active = 0;
    for (auto const& [node, peer] : peers->all()) active += peer.removed() ? 0 : 1;

    auto outbox = Json::object();
    outbox.set("queued", facts->outbox.queued)
        .set("delivered", facts->outbox.delivered)
        .set("dead", facts->outbox.dead)
        .set("oldest_queued", facts->outbox.oldest_queued ? Json(to_rfc3339(*facts->outbox.oldest_queued)) : Json());
    auto log = Json::object();
    log.set("size", facts->head.size).set("root", facts->head.root.hex());
    auto source = Json::object();
    auto const readable = parts.sharing.with_source<Done>([](CaseSource& s) { return s.check(); });
    source.set("readable", static_cast<bool>(readable));
    if (!readable) source.set("code", readable.error().code);

    auto watch = parts.watch.status();
    watch.set("watched", facts->watch.watched)
        .set("changed", facts->watch.changed)
        .set("vanished", facts->watch.vanished);

    auto json = Json::object();
    json.set("node", parts.self.node.text())
        .set("kind", to_text(parts.self.kind))
        .set("version", program_version)
        .set("schema", schema_version)
        .set("time", to_rfc3339(parts.clock.now()))
        .set("health", parts.health.report().to_json())
        .set("identity", parts.identity_status())
        .set("case_source", std::move(source))
        .set("case_watch", std::move(watch))
        .set("staging", staging_json(parts, facts->staging))
        .set("peers", active)
        .set("agreements", static_cast<std::int64_t>(instruments->agreements().size()))
        .set("policies", static_cast<std::int64_t>(instruments->policies().size()))
        .set("instruments", instruments->version().hex())
        .set("outbox", std::move(outbox))
        .set("inbox", facts->inbox)
        .set("log", std::move(log))
        .set("witnesses", witnesses_json(parts));
    call.answer(json);
}

void health(OfficerCall& call) {
    call.answer(call.parts().health.report().to_json());
}

void metrics(OfficerCall& call) {
    auto& parts = call.parts();
    if (auto const facts = store_facts(parts)) {
        staging_metrics(parts, facts->staging);
        parts.telemetry.gauge("casebridge_outbox_queued", static_cast<double>(facts->outbox.queued));
        auto const oldest = facts->outbox.oldest_queued;
        std::chrono::duration<double> const age = oldest ? parts.clock.now() - *oldest : Timestamp::duration{0};
        parts.telemetry.gauge("casebridge_outbox_oldest_seconds", age.count());
        parts.telemetry.gauge("casebridge_watched_cases", static_cast<double>(facts->watch.watched), "all");
        parts.telemetry.gauge("casebridge_watched_cases", static_cast<double>(facts->watch.changed), "changed");
        parts.telemetry.gauge("casebridge_watched_cases", static_cast<double>(facts->watch.vanished), "vanished");
        parts.telemetry.gauge("casebridge_log_size", static_cast<double>(facts->head.size));
    }
    static_cast<void>(parts.health.report());  // sets the gauges of every check
    parts.telemetry.gauge("casebridge_open_connections", static_cast<double>(parts.open_connections()));
    call.answer_bytes(to_bytes(parts.telemetry.metrics_text()), "text/plain; version=0.0.4");
}

/// The officer names the time by another clock, so that nobody confirms a wrong one unseen.
void confirm_clock(OfficerCall& call) {
    auto& parts = call.parts();
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const text = call.required("time");
    if (!text) return call.fail(text);
    auto const time = parse_rfc3339(*text);
    if (!time) return call.fail(time);
    auto const confirmed = parts.engine.call<ClockGuard::Confirmed>(
        [&](Store& store) { return parts.clock.confirm(store, *time, *actor); });
    if (!confirmed) return call.fail(confirmed);
    parts.clock.adopt(*confirmed);
    parts.outbox.wake();
    call.answer(Json::object().set("time", to_rfc3339(parts.clock.now())));
}

/// An officer attests what the daemon cannot see: that nothing of ours is in an earlier staging table any more.
void staging_cleared(OfficerCall& call) {
    auto& parts = call.parts();
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const place = call.required("place");
    if (!place) return call.fail(place);
    if (*place == staging_place(parts.config))
        return call.fail(
            {ErrorKind::conflict, "received.configured", "this table is in use: take `received:` out first"});
    auto const rows = parts.engine.call<int>([&](Store& store) -> Result<int> {
        ASSIGN_OR_RETURN(int const known, store.received().cleared(*place));
        auto facts = Json::object();
        facts.set("place", sha256(as_bytes(*place)).hex()).set("rows", known);
        ASSIGN_OR_RETURN(auto const leaf, store.log().append("staging.cleared", parts.clock.now(), *actor, facts,
                                                             Json::object().set("place", *place)));
        static_cast<void>(leaf);
        return known;
    });
    if (!rows) return call.fail(rows);
    parts.duties.dispatch();  // an erasure receipt may have waited for it
    call.answer(Json::object().set("place", *place).set("rows", *rows));
}

}  // namespace

std::vector<OfficerRoute> status_routes() {
    return {
        {"GET", "/v1/status", Access::reading, status},
        {"GET", "/v1/health", Access::reading, health},
        {"GET", "/v1/metrics", Access::reading, metrics},
        {"POST", "/v1/clock/confirm", Access::operation, confirm_clock},
        {"POST", "/v1/staging/cleared", Access::operation, staging_cleared},
    };
}

}  // namespace casebridge
