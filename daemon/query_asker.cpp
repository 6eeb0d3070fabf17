#include "daemon/query_asker.h"

#include <algorithm>

namespace casebridge {

namespace {

/// Longer than any answer slot (60 s) and the way there and back.
constexpr std::chrono::milliseconds answer_timeout{90'000};
/// Longer than any officer's slot (a day) and a night.
/// A question is answered at once, or when an officer's time is over.
std::chrono::hours time_of_officer(AgreementPurpose const& terms) {
    bool const needs_officer = terms.answering == AgreementPurpose::Answering::officer;
    return needs_officer ? terms.answer_within : std::chrono::hours(0);
}

constexpr std::chrono::hours remembered_after_expiry{30 * 24};
constexpr std::size_t forgotten_at_once = 16;

Json query_facts(AskedQueryRow const& row) {
    auto facts = Json::object();
    facts.set("query", row.id.text())
        .set("peer", row.to.node.text())
        .set("office", row.to.office.text())
        .set("purpose", to_text(row.purpose))
        .set("about", to_text(row.about));
    return facts;
}

bool signed_by_both(SignedAgreement const& agreement, NodeId const& one, NodeId const& other) {
    return agreement.signed_by.contains(one) && agreement.signed_by.contains(other);
}

}  // namespace

/// One call of one question.
struct QueryAsker::Call {
    AskedQueryRow row;
    std::shared_ptr<Instruments const> instruments;  // owners: this and the holder of the current snapshot
    DoneHandler done;
    bool new_key = false;  ///< the peer's key was fetched in this call: once is enough
    bool lists = false;    ///< so were its revocation lists
};

bool QueryAsker::enter(NodeId const& node) {
    std::lock_guard lock(mutex_);
    if (stopping_) return false;
    ++under_way_[node];
    return true;
}

void QueryAsker::leave(NodeId const& node) {
    std::lock_guard lock(mutex_);
    if (--under_way_[node] == 0) under_way_.erase(node);
    changed_.notify_all();
}

void QueryAsker::stop() {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    while (!under_way_.empty()) {
        std::vector<NodeId> nodes;
        for (auto const& [node, count] : under_way_) nodes.push_back(node);
        lock.unlock();
        for (auto const& node : nodes) {
            parts_.client.forget(node);
            parts_.contact.cancel(node);
        }
        lock.lock();
        // Again after a while: a call may have been on its way to the client.
        changed_.wait_for(lock, std::chrono::milliseconds(100), [this] { return under_way_.empty(); });
    }
}

void QueryAsker::ask(AskRequest const& request, Actor const& actor, DoneHandler done) {
    if (auto const room = parts_.reserve.require_room(); !room) return done(room.error());
    if (auto const trusted = parts_.clock.require_trusted(); !trusted) return done(trusted.error());
    auto const& offices = parts_.self.offices;
    if (std::ranges::find(offices, request.from) == offices.end())
        return done(Error{ErrorKind::invalid, "query.unknown_office", request.from.text() + " is not one of ours"});
    auto const peers = parts_.peers.snapshot();
    auto const& node = request.to.node;
    auto const* peer = peers->find(node);
    if (peer == nullptr || peer->removed()) return done(Error{ErrorKind::not_found, "peer.unknown", node.text()});
    if (parts_.witness.accuses(node)) return done(Error{ErrorKind::conflict, "witness.peer_log_forked", node.text()});
    auto const now = parts_.clock.now();
    auto instruments = parts_.instruments.get();
    auto const& agreements = instruments->agreements();
    auto const found = std::ranges::find_if(agreements, [&](LoadedAgreement const& loaded) {
        auto const& agreement = loaded.signed_agreement.agreement;
        return signed_by_both(loaded.signed_agreement, parts_.self.node, node) && agreement.in_force(now) &&
               agreement.purpose(request.purpose) != nullptr;
    });
    if (found == agreements.end())
        return done(
            Error{ErrorKind::conflict, "query.no_agreement", "none with " + node.text() + " covers the purpose"});
    auto const life = time_of_officer(*found->signed_agreement.agreement.purpose(request.purpose)) + time_to_fetch;
    Query const query{.id = MessageId::make(now, to_text(random_bytes(10))),
                      .from = {parts_.self.node, request.from},
                      .to = request.to,
                      .sent_at = now,
                      .expires_at = now + life,
                      .purpose = request.purpose,
                      .agreement = found->signed_agreement.agreement.digest(),
                      .subject = request.subject,
                      .about = request.about};
    AskedQueryRow row{.id = query.id,
                      .to = query.to,
                      .purpose = query.purpose,
                      .subject = query.subject,
                      .about = query.about,
                      .agreement = query.agreement,
                      .inner_digest = {},
                      .asked_at = now,
                      .expires_at = query.expires_at};
    if (!enter(node)) return done(Error{ErrorKind::unavailable, "query.node_stops"});
    auto const call = std::make_shared<Call>(Call{std::move(row), std::move(instruments), std::move(done)});
    parts_.crypto.seal_text(to_payload(query), *peer, [this, call, actor](Result<SealedMessage> const& sealed) {
        if (sealed) return keep(call, *sealed, actor);
        leave(call->row.to.node);
        call->done(sealed.error());
    });
}

void QueryAsker::keep(CallPtr call, SealedMessage const& sealed, Actor const& actor) {
    call->row.inner_digest = sealed.sealed.inner_digest();
    auto const inner = sealed.inner.bytes();
    parts_.engine.submit<Done>(
        [this, call, actor, inner = Bytes(inner.begin(), inner.end())](Store& store) -> Status {
            auto& row = call->row;
            auto const now = parts_.clock.now();
            RETURN_IF_ERROR(forget_expired(store));
            ASSIGN_OR_RETURN(row.signed_, store.contents().put(inner));
            RETURN_IF_ERROR(store.queries_asked().insert(row));
            auto detail = Json::object();
            detail.set("subject", row.subject.text());
            ASSIGN_OR_RETURN(auto const leaf, store.log().append("query.ask", now, actor, query_facts(row), detail));
            static_cast<void>(leaf);
            return Done{};
        },
        [this, call, sealed = sealed.sealed](Status const& kept) {
            if (kept) return post(call, sealed.bytes());
            leave(call->row.to.node);
            call->done(kept.error());
        });
}

Status QueryAsker::erase_expired(Store& store) {
    RETURN_IF_ERROR(parts_.clock.require_retention_time());
    return store.queries_asked().erase_expired(parts_.clock.now(), forgotten_at_once);
}

Status QueryAsker::forget_expired(Store& store) {
    RETURN_IF_ERROR(parts_.clock.require_trusted());
    auto const now = parts_.clock.now();
    auto const forgotten = store.queries_asked().forget(now - remembered_after_expiry, now, forgotten_at_once);
    return forgotten ? Status(Done{}) : Status(forgotten.error());
}

void QueryAsker::again(MessageId const& id, Actor const& actor, DoneHandler done) {
    auto loaded = parts_.engine.call<AskedQuery>([&](Store& store) { return load(store, id); });
    if (!loaded) return done(loaded.error());
    bool const settled = loaded->row.state != AskedState::open && loaded->row.state != AskedState::pending;
    if (settled) return done(read(id, actor));
    if (auto const trusted = parts_.clock.require_trusted(); !trusted) return done(trusted.error());
    auto const node = loaded->row.to.node;
    auto const logged = parts_.engine.call<std::uint64_t>([&](Store& store) {
        return store.log().append("query.ask_again", parts_.clock.now(), actor, query_facts(loaded->row),
                                  Json::object());
    });
    if (!logged) return done(logged.error());
    if (!enter(node)) return done(Error{ErrorKind::unavailable, "query.node_stops"});
    seal_again(std::make_shared<Call>(Call{std::move(loaded->row), parts_.instruments.get(), std::move(done)}));
}

void QueryAsker::seal_again(CallPtr call) {
    parts_.engine.submit<Bytes>(
        [this, call](Store& store) -> Result<Bytes> {
            RETURN_IF_ERROR(parts_.clock.require_trusted());
            return store.contents().get(call->row.signed_);
        },
        [this, call](Result<Bytes> inner) {
            auto const unsealed = [&](Error const& why) { settle(call, AskedState::open, std::string(why.code), {}); };
            if (!inner) return unsealed(inner.error());
            auto const peers = parts_.peers.snapshot();
            auto const* peer = peers->find(call->row.to.node);
            if (peer == nullptr || peer->removed()) return settle(call, AskedState::refused, "peer.unknown", {});
            parts_.crypto.reseal(SignedBytes::from_store(*std::move(inner)), *peer,
                                 [this, call](Result<SealedEnvelope> const& sealed) {
                                     if (sealed) return post(call, sealed->bytes());
                                     settle(call, AskedState::open, std::string(sealed.error().code), {});
                                 });
        });
}

void QueryAsker::fetch_new_key(CallPtr call) {
    call->new_key = true;
    parts_.contact.refresh(call->row.to.node, [this, call](Result<PeerCheck> const& checked) {
        if (checked) return seal_again(call);
        settle(call, AskedState::open, std::string(checked.error().code), {});
    });
}

void QueryAsker::post(CallPtr call, ByteView sealed) {
    auto const peers = parts_.peers.snapshot();
    auto const* peer = peers->find(call->row.to.node);
    if (peer == nullptr || peer->removed()) return settle(call, AskedState::refused, "peer.unknown", {});
    // SECURITY: nothing leaves for a partner whose revocations are not known as of lately.
    if (auto const current = peer->pin.require_current(parts_.clock.now()); !current) {
        if (std::exchange(call->lists, true))
            return settle(call, AskedState::open, std::string(current.error().code), {});
        auto const bytes = std::make_shared<Bytes const>(sealed.begin(), sealed.end());  // owner: the closures below
        return parts_.contact.fetch_revocations(call->row.to.node, [this, call, bytes](Status const&) {
            parts_.pool.submit_always([this, call, bytes] { post(call, *bytes); });
        });
    }
    auto wire = for_wire(sealed, peer->meeting_keys.get(), parts_.clock.now());
    if (!wire) return settle(call, AskedState::open, std::string(wire.error().code), {});
    PeerCall request{.target = peer->target(),
                     .method = "POST",
                     .path = "/exchange/v1/queries",
                     .content_type = "application/cms",
                     .body = *std::move(wire),
                     .timeout = answer_timeout};
    parts_.client.call(std::move(request), [this, call](PeerClient::Outcome outcome) {
        auto shared = std::make_shared<PeerClient::Outcome>(std::move(outcome));  // owner: the closure below
        parts_.pool.submit_always([this, call, shared] { on_outcome(call, std::move(*shared)); });
    });
}

void QueryAsker::on_outcome(CallPtr call, PeerClient::Outcome outcome) {
    if (auto const* failure = std::get_if<PeerClient::Failure>(&outcome))
        return settle(call, AskedState::open, std::string(failure->error.code), {});
    auto& response = std::get<PeerClient::Answer>(outcome).response;
    if (response.status == 200 && response.content_type == "application/cms")
        return parts_.crypto.open(std::move(response.body), call->row.to.node, parts_.config.limits.body_bytes,
                                  parts_.peers.snapshot(),
                                  [this, call](Result<OpenedEnvelope> opened) { on_answer(call, std::move(opened)); });
    if (response.status == 202) return settle(call, AskedState::pending, "", {});
    auto const code = problem_code(response);
    bool const wants_new_key = classify_answer(response.status, response.content_type, code) == AnswerClass::new_key;
    if (wants_new_key && !call->new_key) return fetch_new_key(call);
    // Keys can be handed over: the question is as good afterwards.
    bool const for_ever =
        !wants_new_key && meeting_key_refusal(code).empty() &&
        (response.status == 400 || response.status == 403 || response.status == 409 || response.status == 410);
    settle(call, for_ever ? AskedState::refused : AskedState::open, code.empty() ? "peer.unexpected_answer" : code, {});
}

Result<ReceivedAnswer> QueryAsker::checked(Call const& call, OpenedEnvelope const& opened) const {
    auto const& row = call.row;
    if (opened.signer_node() != row.to.node)
        return Error{ErrorKind::unauthentic, "query.wrong_party", row.to.node.text()};
    auto const payload = opened.payload();
    ASSIGN_OR_RETURN(auto answer, parse_query_answer({reinterpret_cast<char const*>(payload.data()), payload.size()}));
    RETURN_IF_ERROR(check_answer(answer.header, row.to.node, parts_.self.node, row.id, row.inner_digest));
    if (!answer.told) return answer;
    auto const* agreement = call.instruments->find(row.agreement);
    auto const* terms = agreement == nullptr ? nullptr : agreement->agreement.purpose(row.purpose);
    if (terms == nullptr) return Error{ErrorKind::conflict, "query.no_agreement", row.id.text()};
    RETURN_IF_ERROR(check_received_body(answer.told->body, *terms));
    return answer;
}

void QueryAsker::on_answer(CallPtr call, Result<OpenedEnvelope> opened) {
    auto answer = opened ? checked(*call, *opened) : Result<ReceivedAnswer>(opened.error());
    if (!answer) {
        parts_.telemetry.count("casebridge_alarms_total", "wrong_answer");
        return settle(call, AskedState::open, std::string(answer.error().code), {});
    }
    auto const state = answer->told ? AskedState::answered : AskedState::no_information;
    settle(call, state, "", std::move(answer->told));
}

/// INVARIANT: a question ends once, whoever asked it again meanwhile: the first end stands.
Result<AskedQuery> QueryAsker::record(Store& store, AskedQueryRow row,
                                      std::optional<ReceivedAnswer::Told> const& told) const {
    auto const is_over = [](AskedState state) { return state != AskedState::open && state != AskedState::pending; };
    auto known = load(store, row.id);
    if (!known || is_over(known->row.state)) return known;
    auto const now = parts_.clock.now();
    if (told) {
        ASSIGN_OR_RETURN(row.body, store.contents().put(as_bytes(dump(told->body))));
        row.retain_until = told->retain_until;
    }
    if (is_over(row.state)) row.answered_at = now;
    RETURN_IF_ERROR(store.queries_asked().update(row));
    if (is_over(row.state)) {
        auto facts = query_facts(row).set("outcome", to_text(row.state)).set("code", row.code);
        ASSIGN_OR_RETURN(auto const leaf,
                         store.log().append("query.outcome", now, service_actor("question"), facts, Json::object()));
        static_cast<void>(leaf);
    }
    return AskedQuery{std::move(row), told ? std::optional(told->body) : std::nullopt};
}

void QueryAsker::settle(CallPtr call, AskedState state, std::string code, std::optional<ReceivedAnswer::Told> told) {
    auto row = call->row;
    row.state = state;
    row.code = std::move(code);
    parts_.engine.submit<AskedQuery>(
        [this, row, told = std::move(told)](Store& store) { return record(store, row, told); },
        [this, call](Result<AskedQuery> settled) {
            if (settled) {
                parts_.telemetry.count("casebridge_queries_asked_total", to_text(settled->row.state));
                parts_.telemetry.log(LogLevel::info, "query.outcome",
                                     {{"query", settled->row.id},
                                      {"peer", settled->row.to.node},
                                      {"state", to_text(settled->row.state)},
                                      {"code", std::string_view(settled->row.code)}});
            }
            auto const node = call->row.to.node;
            call->done(std::move(settled));
            leave(node);
        });
}

Result<AskedQuery> QueryAsker::load(Store& store, MessageId const& id) const {
    ASSIGN_OR_RETURN(auto row, store.queries_asked().find(id));
    if (!row) return Error{ErrorKind::not_found, "query.not_found", id.text()};
    AskedQuery query{*std::move(row), std::nullopt};
    if (!query.row.body) return query;
    ASSIGN_OR_RETURN(auto const bytes, store.contents().get(*query.row.body));
    ASSIGN_OR_RETURN(query.body, parse_json(to_text(bytes)));
    return query;
}

Result<AskedQuery> QueryAsker::read(MessageId const& id, Actor const& actor) {
    return parts_.engine.call<AskedQuery>([&](Store& store) -> Result<AskedQuery> {
        ASSIGN_OR_RETURN(auto query, load(store, id));
        ASSIGN_OR_RETURN(auto const leaf, store.log().append("officer.read", parts_.clock.now(), actor,
                                                             query_facts(query.row), Json::object()));
        static_cast<void>(leaf);
        return query;
    });
}

}  // namespace casebridge
