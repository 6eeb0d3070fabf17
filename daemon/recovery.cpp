#include "daemon/recovery.h"

#include "daemon/identity_directory.h"
#include "daemon/outbox_table.h"

#include <algorithm>
#include <future>

namespace casebridge {
namespace {

constexpr std::string_view setting = "log.recovering";
constexpr std::chrono::seconds patience{10};
constexpr std::size_t leaves_at_once = 4096;  // as a partner's mirror gives them
constexpr std::size_t most_answer_bytes = 1 << 20;
/// A partner's clock may be behind ours.
constexpr std::chrono::minutes margin{15};

Error no_partner() {
    return {ErrorKind::unavailable, "recover.no_partner", "no partner that holds more of our log was reached"};
}

constexpr std::size_t most_unknown = 1000;  // of withdrawals that are shown one by one

Json recovering_json(std::optional<Timestamp> since, std::set<NodeId> const& waiting, Json const& unknown) {
    auto list = Json::array();
    for (auto const& node : waiting) list.push(node.text());
    return Json::object()
        .set("since", since ? Json(to_rfc3339(*since)) : Json())
        .set("waiting", std::move(list))
        .set("unknown", unknown);
}

Result<std::vector<Digest>> hashes_of(Json const& list) {
    std::vector<Digest> hashes;
    for (auto const& each : *list.as_array()) {
        if (each.as_string() == nullptr) return Error{ErrorKind::invalid, "log.wrong_type", "hashes"};
        ASSIGN_OR_RETURN(auto const hash, Digest::from_hex(*each.as_string()));
        hashes.push_back(hash);
    }
    return hashes;
}

}  // namespace

/// What a partner says it had from us.
struct Recovery::Report {
    MessageId message;
    MessageType type;
    OfficeId from_office, to_office;
    Purpose purpose;
    SubjectReference subject;
    Digest agreement;
    std::string consent;
    std::uint64_t epoch;
    Timestamp sent_at;
    std::optional<Json> content;

    static Result<Report> parse(Json const& json) {
        JsonReader reader(json, JsonReader::Scope::log);
        auto const message = reader.string("message", 64);
        auto const type = reader.string("type", 64);
        auto const from = reader.string("from_office", 64), to = reader.string("to_office", 64);
        auto const purpose = reader.string("purpose", 64);
        auto const subject = reader.string("subject", 64);
        auto const agreement = reader.string("agreement", 64);
        auto const consent = reader.string("consent", 64);
        auto const epoch = reader.integer("epoch");
        auto const sent_at = reader.string("sent_at", 40);
        auto const* const content = reader.any("content");
        RETURN_IF_ERROR(reader.finish());
        ASSIGN_OR_RETURN(auto id, MessageId::parse(message));
        auto kind = MessageType::case_summary;
        for (int i = 0; i < message_types; ++i)
            if (to_text(static_cast<MessageType>(i)) == type) kind = static_cast<MessageType>(i);
        if (to_text(kind) != type) return Error{ErrorKind::invalid, "log.wrong_type", "type"};
        ASSIGN_OR_RETURN(auto const what_for, parse_purpose(purpose));
        ASSIGN_OR_RETURN(auto reference, SubjectReference::parse(subject));
        ASSIGN_OR_RETURN(auto const digest, Digest::from_hex(agreement));
        ASSIGN_OR_RETURN(auto const at, parse_rfc3339(sent_at));
        bool const duty = content != nullptr && content->as_object() != nullptr;
        return Report{std::move(id),
                      kind,
                      OfficeId(from),
                      OfficeId(to),
                      what_for,
                      std::move(reference),
                      digest,
                      consent,
                      static_cast<std::uint64_t>(epoch),
                      at,
                      duty ? std::optional(*content) : std::nullopt};
    }
};

Status Recovery::load() {
    auto const stored =
        parts_.engine.call<std::optional<std::string>>([](Store& store) { return store.setting(setting); });
    if (!stored) return stored.error();
    if (!*stored || (*stored)->empty()) return Done{};
    ASSIGN_OR_RETURN(auto const json, parse_json(**stored));
    std::lock_guard const lock(mutex_);
    if (auto const text = json.text_or("since"); !text.empty()) {
        ASSIGN_OR_RETURN(since_, parse_rfc3339(text));
    }
    for (auto const& each : *json.find("waiting")->as_array()) {
        ASSIGN_OR_RETURN(auto node, NodeId::parse(*each.as_string()));
        waiting_.insert(std::move(node));
    }
    unknown_ = *json.find("unknown");
    parts_.standing.set_waiting(waiting_, !unknown_.as_array()->empty());
    return Done{};
}

Status Recovery::keep(Store& store, std::set<NodeId> const& waiting, Json const& unknown) const {
    bool const over = waiting.empty() && unknown.as_array()->empty();
    return store.put_setting(setting, over ? std::string() : dump(recovering_json(since_, waiting, unknown)));
}

void Recovery::open_now(std::set<NodeId> waiting, Json unknown) {
    std::lock_guard const lock(mutex_);
    waiting_ = std::move(waiting);
    unknown_ = std::move(unknown);
    parts_.standing.set_waiting(waiting_, !unknown_.as_array()->empty());
}

Json Recovery::unknown_withdrawals() const {
    std::lock_guard const lock(mutex_);
    return unknown_;
}

Recovery::Told Recovery::told() const {
    std::lock_guard const lock(mutex_);
    return told_;
}

Result<HttpResponse> Recovery::call(Peer const& peer, std::string const& method, std::string const& path, Bytes body) {
    PeerCall request{.target = peer.target(),
                     .method = method,
                     .path = path,
                     .content_type = body.empty() ? "" : "application/json",
                     .body = std::move(body),
                     .maximum_answer_bytes = most_answer_bytes,
                     .timeout = patience};
    auto const promise = std::make_shared<std::promise<PeerClient::Outcome>>();  // owners: here and the closure
    parts_.client.call(std::move(request),
                       [promise](PeerClient::Outcome outcome) { promise->set_value(std::move(outcome)); });
    auto outcome = promise->get_future().get();
    if (auto* failure = std::get_if<PeerClient::Failure>(&outcome)) return std::move(failure->error);
    auto& response = std::get<PeerClient::Answer>(outcome).response;
    if (response.status == 200) return std::move(response);
    return Error{ErrorKind::unavailable, "peer.unexpected_answer", "HTTP " + std::to_string(response.status)};
}

Result<std::vector<Digest>> Recovery::mirrored(Peer const& peer, std::uint64_t first, std::uint64_t end) {
    std::vector<Digest> all;
    while (first + all.size() < end) {
        auto const at = first + all.size();
        ASSIGN_OR_RETURN(auto const response,
                         call(peer, "GET", "/exchange/v1/log/mirror?first=" + std::to_string(at), {}));
        ASSIGN_OR_RETURN(auto const json, parse_json(to_text(response.body)));
        JsonReader reader(json, JsonReader::Scope::log);
        auto const from = reader.integer("first");
        auto const* const list = reader.array("hashes");
        RETURN_IF_ERROR(reader.finish());
        ASSIGN_OR_RETURN(auto const hashes, hashes_of(*list));
        if (static_cast<std::uint64_t>(from) != at || hashes.empty())
            return Error{ErrorKind::unavailable, "recover.no_mirror",
                         peer.row.node.text() + " has no leaf " + std::to_string(at)};
        auto const wanted = std::min<std::uint64_t>(hashes.size(), end - at);
        all.insert(all.end(), hashes.begin(), hashes.begin() + static_cast<std::ptrdiff_t>(wanted));
    }
    return all;
}

/// Who holds the largest head of ours. What it gives counts because we had signed it.
Result<std::pair<Peer, Checkpoint>> Recovery::furthest(std::uint64_t size) {
    ASSIGN_OR_RETURN(auto const own, NoteVerifier::parse(parts_.log.vkey()));
    auto const path = "/exchange/v1/log/" + sha256(as_bytes(log_origin(parts_.self.node))).hex() + "/checkpoint";
    std::optional<std::pair<Peer, Checkpoint>> best;
    auto const peers = parts_.peers.snapshot();
    for (auto const& [node, peer] : peers->all()) {
        if (peer.removed()) continue;
        auto const response = call(peer, "GET", path, {});
        if (!response) continue;
        auto head = open_checkpoint(to_text(response->body), own);
        if (!head) continue;
        if (!best || head->checkpoint.size > best->second.size) best.emplace(peer, std::move(head->checkpoint));
    }
    if (!best || best->second.size < size) return no_partner();
    return *std::move(best);
}

Result<std::pair<Recovery::Plan, std::vector<Digest>>> Recovery::plan(Peer const& peer, Checkpoint const& head,
                                                                      std::uint64_t size) {
    auto const both = std::min(size, head.size);
    std::uint64_t first = both - std::min<std::uint64_t>(both, leaves_at_once);
    for (;;) {
        ASSIGN_OR_RETURN(auto hashes, mirrored(peer, first, head.size));
        auto const ours = parts_.engine.call<std::vector<Digest>>(
            [first, both](Store& store) { return store.log().tile(0, first, both - first); });
        if (!ours) return ours.error();
        auto const differs = std::ranges::mismatch(*ours, hashes).in1 - ours->begin();
        if (differs == 0 && first > 0) {
            first -= std::min<std::uint64_t>(first, leaves_at_once);
            continue;
        }
        Plan plan{peer.row.node, size, first + static_cast<std::uint64_t>(differs), head.size, 0};
        plan.moved = size - plan.common;
        hashes.erase(hashes.begin(), hashes.begin() + differs);
        auto const since = parts_.engine.call<std::optional<Timestamp>>([&plan](Store& store) {
            return plan.common == 0 ? Result<std::optional<Timestamp>>(std::nullopt)
                                    : store.log().time_of(plan.common - 1);
        });
        if (!since) return since.error();
        plan.since = *since;
        return std::pair(std::move(plan), std::move(hashes));
    }
}

Result<Recovery::Plan> Recovery::recover(Actor const& actor, bool dry_run) {
    if (parts_.standing.require_whole()) return Error{ErrorKind::conflict, "recover.not_needed"};
    auto const size = parts_.engine.call<std::uint64_t>(
        [](Store& store) -> Result<std::uint64_t> { return store.log().head().size; });
    if (!size) return size.error();
    ASSIGN_OR_RETURN(auto const best, furthest(*size));
    auto const& [peer, head] = best;
    ASSIGN_OR_RETURN(auto const planned, plan(peer, head, *size));
    auto const& [made, hashes] = planned;
    if (dry_run) return made;
    std::set<NodeId> waiting;
    auto const peers = parts_.peers.snapshot();
    for (auto const& [node, each] : peers->all())
        if (!each.removed()) waiting.insert(node);
    auto const since = made.since.value_or(Timestamp{}) - margin;
    auto const adopted = parts_.engine.call<std::uint64_t>([&](Store& store) -> Result<std::uint64_t> {
        auto const now = parts_.clock.now();
        ASSIGN_OR_RETURN(auto const moved, store.log().adopt(made.common, hashes, head.root, now));
        static_cast<void>(moved);
        RETURN_IF_ERROR(store.put_setting(frozen_setting, ""));
        RETURN_IF_ERROR(store.put_setting(setting, dump(recovering_json(since, waiting, Json::array()))));
        store.log().thaw();
        auto facts = Json::object();
        facts.set("peer", made.from.text())
            .set("common", made.common)
            .set("lost", head.size - made.common)
            .set("moved", made.moved)
            .set("root", head.root.hex());
        return store.log().append("log.recover", now, actor, facts, Json::object());
    });
    if (!adopted) return adopted.error();
    {
        std::lock_guard const lock(mutex_);
        since_ = since;
        waiting_ = waiting;
        unknown_ = Json::array();
        told_ = {};
    }
    parts_.telemetry.log(LogLevel::warning, "log.recovered", {{"peer", made.from}, {"officer", actor.officer}});
    parts_.standing.recovered(std::move(waiting));
    return made;
}

Status Recovery::skip(NodeId const& node, Actor const& actor) {
    std::set<NodeId> left;
    Json unknown;
    {
        std::lock_guard const lock(mutex_);
        left = waiting_;
        unknown = unknown_;
    }
    if (left.erase(node) == 0) return Error{ErrorKind::not_found, "recover.not_waiting", node.text()};
    auto const skipped = parts_.engine.call<std::uint64_t>([&](Store& store) -> Result<std::uint64_t> {
        RETURN_IF_ERROR(keep(store, left, unknown));
        auto facts = Json::object();
        facts.set("peer", node.text());
        return store.log().append("log.recover_without", parts_.clock.now(), actor, facts, Json::object());
    });
    if (!skipped) return skipped.error();
    open_now(std::move(left), std::move(unknown));
    return Done{};
}

Status Recovery::attest(Actor const& actor) {
    std::set<NodeId> waiting;
    std::int64_t number = 0;
    {
        std::lock_guard const lock(mutex_);
        waiting = waiting_;
        number = static_cast<std::int64_t>(unknown_.as_array()->size());
    }
    if (number == 0) return Error{ErrorKind::not_found, "recover.not_waiting"};
    auto const attested = parts_.engine.call<std::uint64_t>([&](Store& store) -> Result<std::uint64_t> {
        RETURN_IF_ERROR(keep(store, waiting, Json::array()));
        auto facts = Json::object();
        facts.set("withdrawals", number);
        return store.log().append("log.recover_attest", parts_.clock.now(), actor, facts, Json::object());
    });
    if (!attested) return attested.error();
    open_now(std::move(waiting), Json::array());
    return Done{};
}

void Recovery::ask(NodeId const& node) {
    Timestamp since;
    {
        std::lock_guard const lock(mutex_);
        if (!waiting_.contains(node)) return;
        since = since_.value_or(Timestamp{});
    }
    auto const peers = parts_.peers.snapshot();
    auto const* const peer = peers->find(node);
    if (peer == nullptr) return;
    std::int64_t after = 0;
    for (bool more = true; more;) {
        auto const body = Json::object().set("since", to_rfc3339(since)).set("after", after);
        auto const response = call(*peer, "POST", "/exchange/v1/replay", to_bytes(dump(body)));
        auto const json = response ? parse_json(to_text(response->body)) : Result<Json>(response.error());
        auto const taken = json ? take(*peer, *json) : Status(json.error());
        if (!taken)
            return parts_.telemetry.log(LogLevel::warning, "recover.not_told",
                                        {{"peer", node}, {"why", taken.error()}});
        auto const* const next = json->find("next");
        more = next != nullptr && next->as_integer() != nullptr && *next->as_integer() > after;
        if (more) after = *next->as_integer();
    }
    std::set<NodeId> left;
    Json unknown;
    {
        std::lock_guard const lock(mutex_);
        left = waiting_;
        unknown = unknown_;
    }
    left.erase(node);
    auto const kept =
        parts_.engine.call<Done>([&](Store& store) -> Result<Done> { return keep(store, left, unknown); });
    if (!kept) return;
    parts_.duties.dispatch();
    parts_.telemetry.log(LogLevel::info, "recover.told", {{"peer", node}});
    open_now(std::move(left), std::move(unknown));
}

/// One answer, in one transaction: withdrawals before what they are about.
Status Recovery::take(Peer const& peer, Json const& answer) {
    JsonReader reader(answer, JsonReader::Scope::log);
    auto const queued = reader.integer("queued");
    auto const* const list = reader.array("received");
    static_cast<void>(reader.any("next"));
    RETURN_IF_ERROR(reader.finish());
    auto const& node = peer.row.node;
    std::vector<Report> reports;
    for (auto const& each : *list->as_array()) {
        ASSIGN_OR_RETURN(auto report, Report::parse(each));
        reports.push_back(std::move(report));
    }
    std::ranges::stable_partition(reports, [](Report const& each) { return each.content.has_value(); });
    // What the national database has of the people somebody withdrew for: read before, nobody waits for it in there.
    std::vector<std::vector<Consent>> national(reports.size());
    for (std::size_t i = 0; i < reports.size(); ++i) {
        if (reports[i].type != MessageType::withdrawal) continue;
        auto const known = parts_.engine.call<std::optional<CaseId>>(
            [&](Store& store) { return store.cases().case_of(reports[i].subject, node); });
        if (!known) return known.error();
        if (!*known) continue;
        auto sourced =
            parts_.sharing.with_source<SourcedCase>([&](CaseSource& source) { return source.load(**known); });
        if (sourced) national[i] = std::move(sourced->consents);
    }
    Told told{.sent_again = queued};
    Json unknown;
    std::set<NodeId> waiting;
    {
        std::lock_guard const lock(mutex_);
        unknown = unknown_;
        waiting = waiting_;
    }
    auto const before = told;
    auto const unknown_before = unknown;
    auto const taken = parts_.engine.call<Done>([&](Store& store) -> Status {
        told = before;  // the engine may do this twice
        unknown = unknown_before;
        for (std::size_t i = 0; i < reports.size(); ++i) {
            if (reports[i].type == MessageType::withdrawal)
                RETURN_IF_ERROR(withdraw_again(store, node, reports[i], national[i], told, unknown));
            else
                RETURN_IF_ERROR(register_again(store, node, reports[i], told));
        }
        RETURN_IF_ERROR(keep(store, waiting, unknown));
        auto facts = Json::object();
        facts.set("peer", node.text())
            .set("withdrawals", told.withdrawals)
            .set("register", told.register_rows)
            .set("unknown", told.unknown)
            .set("sent_again", told.sent_again);
        auto const leaf = store.log().append("log.recover_told", parts_.clock.now(),
                                             service_actor("a partner's record"), facts, Json::object());
        return leaf ? Status(Done{}) : Status(leaf.error());
    });
    if (!taken) return taken;
    open_now(std::move(waiting), std::move(unknown));
    std::lock_guard const lock(mutex_);
    told_.withdrawals += told.withdrawals;
    told_.register_rows += told.register_rows;
    told_.unknown += told.unknown;
    told_.sent_again += told.sent_again;
    return Done{};
}

/// The consent the partner knows by that id; if this store has forgotten which it was, every consent of that person:
/// what was withdrawn must not be told, and the office can ask her again.
Status Recovery::withdraw_again(Store& store, NodeId const& peer, Report const& report,
                                std::vector<Consent> const& national, Told& told, Json& unknown) {
    if (!report.content) return Done{};
    ASSIGN_OR_RETURN(auto const withdrawal, parse_withdrawal(*report.content));
    ASSIGN_OR_RETURN(auto const case_id, store.cases().case_of(report.subject, peer));
    if (!case_id) {
        ++told.unknown;
        if (unknown.as_array()->size() < most_unknown)
            unknown.push(Json::object()
                             .set("peer", peer.text())
                             .set("subject", report.subject.text())
                             .set("consent", withdrawal.consent)
                             .set("purpose", to_text(report.purpose))
                             .set("sent_at", to_rfc3339(report.sent_at)));
        return Done{};
    }
    ASSIGN_OR_RETURN(auto consents, store.cases().consents(*case_id));
    for (auto const& each : national)
        if (std::ranges::find(consents, each.id, &Consent::id) == consents.end()) consents.push_back(each);
    std::vector<Consent const*> meant;
    for (auto const& each : consents) {
        ASSIGN_OR_RETURN(bool const known, store.cases().is_known_as(*case_id, each.id, peer, withdrawal.consent));
        if (known) meant.push_back(&each);
    }
    if (meant.empty())
        for (auto const& each : consents) meant.push_back(&each);
    auto const now = parts_.clock.now();
    for (auto const* const consent : meant) {
        ASSIGN_OR_RETURN(auto const stored, store.cases().consents(*case_id));
        auto const found = std::ranges::find(stored, consent->id, &Consent::id);
        if (found != stored.end() && found->withdrawn_at) continue;
        if (found == stored.end()) {
            ASSIGN_OR_RETURN(auto const epoch, store.cases().record_consent(*consent, now));
            static_cast<void>(epoch);
        }
        RETURN_IF_ERROR(store.cases().raise_epoch(*case_id, withdrawal.epoch));
        ASSIGN_OR_RETURN(auto const epoch, store.cases().withdraw_consent(*case_id, consent->id, now));
        ASSIGN_OR_RETURN(auto const owed, parts_.duties.owe_withdrawals(store, *case_id, consent->id, epoch, now));
        static_cast<void>(owed);
        ++told.withdrawals;
    }
    return store.disclosures().review_case(*case_id);
}

/// What we had told, so that it can be withdrawn and shown to whom it is about. What it said, this store does not know
/// any more: the digests are empty.
Status Recovery::register_again(Store& store, NodeId const& peer, Report const& report, Told& told) {
    if (report.type != MessageType::case_summary) return Done{};
    ASSIGN_OR_RETURN(auto const known, store.disclosures().find(report.message));
    if (known) return Done{};
    ASSIGN_OR_RETURN(auto const case_id, store.cases().case_of(report.subject, peer));
    if (!case_id) {
        ++told.unknown;
        return Done{};
    }
    ASSIGN_OR_RETURN(auto const consents, store.cases().consents(*case_id));
    std::string consent;
    for (auto const& each : consents) {
        ASSIGN_OR_RETURN(bool const is, store.cases().is_known_as(*case_id, each.id, peer, report.consent));
        if (is) consent = each.id;
    }
    RETURN_IF_ERROR(store.cases().raise_epoch(*case_id, report.epoch));
    ++told.register_rows;
    return store.disclosures().insert({.message = report.message,
                                       .case_id = *case_id,
                                       .to = {peer, report.to_office},
                                       .purpose = report.purpose,
                                       .subject = report.subject,
                                       .agreement = report.agreement,
                                       .policy = Digest{},
                                       .body = Digest{},
                                       .consent_id = consent,
                                       .consent_epoch = report.epoch,
                                       .categories = "{}",
                                       .prepared_at = report.sent_at,
                                       .state = "delivered",
                                       .settled_at = parts_.clock.now()});
}

}  // namespace casebridge
