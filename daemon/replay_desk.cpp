#include "daemon/replay_desk.h"

namespace casebridge {
namespace {

constexpr std::size_t told_at_once = 200;
/// Between two beginnings for one partner: each is a leaf, and queues what may be much.
constexpr std::chrono::seconds pause{20};
/// What the partner received is not told by when it was made: a message may have waited so long for it.
constexpr std::chrono::days longest_wait{30};
/// Duties are to arrive before what they destroy.
constexpr std::chrono::seconds others_later{5};

Result<Json> told_json(Store& store, InboxRow const& row) {
    auto json = Json::object();
    json.set("message", row.id.text())
        .set("type", to_text(row.type))
        .set("from_office", row.from_office.text())
        .set("to_office", row.to_office.text())
        .set("purpose", to_text(row.purpose))
        .set("subject", row.subject.text())
        .set("agreement", row.agreement.hex())
        .set("consent", row.consent)
        .set("epoch", row.consent_epoch)
        .set("sent_at", to_rfc3339(row.sent_at));
    bool const is_duty = row.type == MessageType::withdrawal || row.type == MessageType::retraction;
    if (!is_duty || !row.content) return json.set("content", Json());
    ASSIGN_OR_RETURN(auto const bytes, store.contents().get(*row.content));
    ASSIGN_OR_RETURN(auto content, parse_json(to_text(bytes)));
    return json.set("content", std::move(content));
}

}  // namespace

bool ReplayDesk::may_begin(NodeId const& caller) {
    auto const now = parts_.clock.since_boot();
    std::lock_guard const lock(mutex_);
    auto const [last, is_first] = begun_.try_emplace(caller, now);
    if (!is_first && now - last->second < pause) return false;
    last->second = now;
    return true;
}

void ReplayDesk::answer(NodeId const& caller, ByteView body, HttpResponder respond) {
    auto const json = parse_json(to_text(body), {.bytes = 1024, .depth = 2, .members = 10});
    if (!json) return respond(problem(400, json.error().code));
    JsonReader reader(*json, JsonReader::Scope::log);
    auto const since_text = reader.string("since", 40);
    auto const after = reader.integer("after");
    if (auto const read = reader.finish(); !read) return respond(problem(400, read.error().code));
    auto const since = parse_rfc3339(since_text);
    if (!since) return respond(problem(400, since.error().code));
    if (after == 0 && !may_begin(caller)) return respond(problem(429, "replay.too_often"));
    parts_.engine.submit<Json>(
        [this, caller, since = *since, after](Store& store) -> Result<Json> {
            auto const now = parts_.clock.now();
            std::int64_t queued = 0;
            if (after == 0) {
                ASSIGN_OR_RETURN(queued,
                                 store.outbox().queue_again(caller, since - longest_wait, now, now + others_later));
                // Their bytes name somebody who is no more: the same is said by, and to, who goes on now.
                ASSIGN_OR_RETURN(auto const duties,
                                 store.duties().sent_by_former_names(parts_.self.node, caller, since - longest_wait));
                for (auto const& duty : duties) RETURN_IF_ERROR(DutyDesk::owe_anew(store, duty, now));
                queued += static_cast<std::int64_t>(duties.size());
            }
            ASSIGN_OR_RETURN(auto const taken, store.inbox().taken(caller, since, after, told_at_once));
            auto list = Json::array();
            for (auto const& each : taken) {
                ASSIGN_OR_RETURN(auto told, told_json(store, each.row));
                list.push(std::move(told));
            }
            if (after == 0) {
                auto facts = Json::object();
                facts.set("peer", caller.text()).set("since", to_rfc3339(since)).set("queued", queued);
                ASSIGN_OR_RETURN(auto const leaf, store.log().append("replay", now, service_actor("asked by a partner"),
                                                                     facts, Json::object()));
                static_cast<void>(leaf);
            }
            return Json::object()
                .set("queued", queued)
                .set("received", std::move(list))
                .set("next", taken.size() == told_at_once ? Json(taken.back().number) : Json());
        },
        [this, caller, respond](Result<Json> answer) {
            if (!answer) return respond(problem(status_of(answer.error()), answer.error().code));
            parts_.telemetry.log(LogLevel::warning, "replay.asked", {{"peer", caller}});
            respond({.status = 200, .body = to_bytes(dump(*answer))});
            wake_();
        });
}

}  // namespace casebridge
