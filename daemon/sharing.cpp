#include "daemon/sharing.h"

#include "daemon/case_fingerprint.h"

#include <algorithm>

namespace casebridge {

namespace {

/// The store's record of a consent outranks the national database's; but withdrawn in either is withdrawn.
std::vector<Consent> merge_consents(std::vector<Consent> stored, std::vector<Consent> const& sourced) {
    for (auto const& consent : sourced) {
        auto const known =
            std::find_if(stored.begin(), stored.end(), [&](Consent const& each) { return each.id == consent.id; });
        if (known == stored.end()) {
            stored.push_back(consent);
        } else if (!known->withdrawn_at) {
            known->withdrawn_at = consent.withdrawn_at;
        }
    }
    return stored;
}

Json codes_of(std::vector<Reason> const& reasons) {
    auto codes = Json::array();
    for (auto const& reason : reasons) codes.push(reason.code);
    return codes;
}

Json deliberation_facts(ShareRequest const& request) {
    auto facts = Json::object();
    facts.set("peer", request.to.node.text())
        .set("office", request.to.office.text())
        .set("purpose", to_text(request.purpose));
    return facts;
}

Result<SourcedCase> read(CaseSource& source, CaseId const& id, Sharing::Reading reading) {
    switch (reading) {
        case Sharing::Reading::anew:
            return source.load(id);
        case Sharing::Reading::and_keep:
            return source.load_and_keep(id);
        case Sharing::Reading::again:
            break;
    }
    return source.load_again(id);
}

/// Nobody needs our copies of what a message replaces.
Status take_the_place(Store& store, MessageHeader const& header) {
    if (header.replaces.empty()) return Done{};
    for (auto const& id : header.replaces) {
        RETURN_IF_ERROR(store.disclosures().mark_replaced(id, header.id));
        RETURN_IF_ERROR(store.outbox().erase_if_settled(id, store.contents()));
    }
    return store.queries_received().erase_answers(header.to.node, header.subject, header.purpose);
}

Json case_detail(CaseId const& id) {
    auto detail = Json::object();
    detail.set("case", id.text());
    return detail;
}

}  // namespace

Json categories_json(std::map<std::string, int> const& categories) {
    auto json = Json::object();
    for (auto const& [category, count] : categories) json.set(category, count);
    return json;
}

std::shared_ptr<Instruments const> InstrumentsHolder::get() const {
    std::lock_guard lock(mutex_);
    return instruments_;
}

void InstrumentsHolder::set(std::shared_ptr<Instruments const> instruments) {
    std::lock_guard lock(mutex_);
    instruments_ = std::move(instruments);
}

/// A release on its way from the decision to the commit.
struct Sharing::Pending {
    ShareRequest request;
    std::uint64_t consent_epoch;
    std::shared_ptr<Instruments const> instruments;  // owners: see Deliberation
    ReleaseMemo memo;
    OutgoingMessage message;
    std::map<std::string, int> categories;
    Digest fingerprint;  // of the case as it was when this was decided
    std::optional<Companion> companion;
};

Sharing::Sharing(Self const& self, Config const& config, CaseSource* source, Engine& engine,
                 InstrumentsHolder& instruments, PeerRegistry& peers, CryptoService& crypto, DiskReserve& reserve,
                 Telemetry& telemetry, ClockGuard const& clock)
    : self_(self),
      config_(config),
      source_(source),
      engine_(engine),
      instruments_(instruments),
      peers_(peers),
      crypto_(crypto),
      reserve_(reserve),
      telemetry_(telemetry),
      clock_(clock) {}

Result<Sharing::StoredConsents> Sharing::stored_consents(Store& store, CaseId const& id) {
    // SECURITY: one work, so that the epoch is that of these consents; a withdrawal after it changes the epoch.
    StoredConsents stored;
    ASSIGN_OR_RETURN(stored.consents, store.cases().consents(id));
    ASSIGN_OR_RETURN(stored.epoch, store.cases().consent_epoch(id));
    return stored;
}

Result<std::unique_ptr<Deliberation>> Sharing::deliberate(ShareRequest const& request, Reading reading) {
    ASSIGN_OR_RETURN(auto stored, engine_.call<StoredConsents>(
                                      [&](Store& store) { return stored_consents(store, request.case_id); }));
    return deliberate(request, reading, std::move(stored));
}

Result<std::unique_ptr<Deliberation>> Sharing::deliberate(ShareRequest const& request, Reading reading,
                                                          StoredConsents stored) {
    // SECURITY: a clock that was set makes an agreement or a consent live that has ended.
    RETURN_IF_ERROR(clock_.require_trusted());
    auto const peers = peers_.snapshot();
    auto const* peer = peers->find(request.to.node);
    if (peer == nullptr || peer->removed()) return Error{ErrorKind::not_found, "peer.unknown", request.to.node.text()};
    ASSIGN_OR_RETURN(auto sourced, with_source<SourcedCase>(
                                       [&](CaseSource& source) { return read(source, request.case_id, reading); }));
    auto deliberation = std::make_unique<Deliberation>(std::move(sourced), clock_.now());
    deliberation->peers = peers;
    deliberation->instruments = instruments_.get();
    deliberation->consent_epoch = stored.epoch;
    deliberation->consents = merge_consents(std::move(stored.consents), deliberation->sourced.consents);

    ReleaseRequest question{.record = &deliberation->sourced.record,
                            .sender = self_.node,
                            .sender_kind = self_.kind,
                            .recipient = request.to,
                            .recipient_kind = peer->row.kind,
                            .purpose = request.purpose,
                            .recipient_schema = peer->row.schema,
                            .agreements = {},
                            .consents = {},
                            .policies = {},
                            .legal_basis = request.legal_basis,
                            .about = request.about,
                            .now = deliberation->now};
    for (auto const& loaded : deliberation->instruments->agreements())
        question.agreements.push_back(&loaded.signed_agreement);
    for (auto const& consent : deliberation->consents) question.consents.push_back(&consent);
    for (auto const& policy : deliberation->instruments->policies()) question.policies.push_back(&policy);
    deliberation->decision = release(question);
    return deliberation;
}

Status Sharing::record_deliberation(Deliberation const& deliberation, ShareRequest const& request, Actor const& actor,
                                    std::string_view kind) {
    auto facts = deliberation_facts(request);
    facts.set("allowed", deliberation.decision->allowed()).set("codes", codes_of(deliberation.decision->denials()));
    auto const done = engine_.call<std::uint64_t>([&](Store& store) {
        return store.log().append(kind, clock_.now(), actor, facts, case_detail(request.case_id));
    });
    if (!done) return done.error();
    return Done{};
}

void Sharing::send(ShareRequest const& request, Digest const& previewed, Actor const& actor,
                   std::function<void(Result<SendOutcome>)> done, std::optional<Companion> companion) {
    if (auto const room = reserve_.require_room(); !room) return done(room.error());
    auto deliberated = deliberate(request, Reading::and_keep);
    if (!deliberated) return done(deliberated.error());
    auto& deliberation = **deliberated;
    if (!deliberation.decision->allowed()) {
        telemetry_.count("casebridge_releases_total", "denied");
        if (auto recorded = record_deliberation(deliberation, request, actor, "refusal"); !recorded)
            return done(recorded.error());
        return done(SendOutcome{Denied{deliberation.decision->denials()}});
    }
    auto pending = reserve(request, deliberation, std::move(companion));
    if (!pending) return done(pending.error());
    if ((*pending)->message.body_digest() != previewed)
        return done(
            Error{ErrorKind::conflict, "send.preview_outdated", "preview again: the case or a rule has changed"});
    auto const* peer = deliberation.peers->find(request.to.node);
    crypto_.seal((*pending)->message, *peer, [this, pending = *pending, actor, done](Result<SealedMessage> sealed) {
        if (!sealed) return done(sealed.error());
        commit(pending, actor, *std::move(sealed), done);
    });
}

Result<std::shared_ptr<Sharing::Pending>> Sharing::reserve(ShareRequest const& request, Deliberation& deliberation,
                                                           std::optional<Companion> companion) {
    auto const& decision = *deliberation.decision;
    auto const now = deliberation.now;
    ASSIGN_OR_RETURN(auto const body,
                     minimise(deliberation.sourced.record, decision, Date(std::chrono::floor<std::chrono::days>(now))));
    struct Names {
        SubjectReference subject;
        std::string consent, stream, head;
        std::uint64_t sequence;
    };
    ASSIGN_OR_RETURN(auto const names, engine_.call<Names>([&](Store& store) -> Result<Names> {
        ASSIGN_OR_RETURN(auto subject, store.cases().subject(request.case_id, request.to.node));
        ASSIGN_OR_RETURN(auto consent,
                         store.cases().pairwise_consent_id(request.case_id, decision.consent()->id, request.to.node));
        auto stream = stream_name(self_.node, request.to.node, subject);
        ASSIGN_OR_RETURN(auto const sequence, store.outbox().next_sequence(stream));
        return Names{std::move(subject), std::move(consent), std::move(stream), store.log().head().text(), sequence};
    }));
    auto const* purpose = decision.agreement()->purpose(request.purpose);
    auto const consent_end = std::chrono::sys_days(decision.consent()->expires_on);  // as Consent::live has it
    MessageHeader header{
        .id = companion ? companion->summary : MessageId::make(now, to_text(random_bytes(10))),
        .stream = names.stream,
        .sequence = names.sequence,
        .from = {self_.node, self_.offices.front()},
        .to = request.to,
        .sent_at = now,
        .expires_at = now + config_.message_life,
        .in_reply_to = {},
        .replaces = request.replaces,
        .procedure = companion ? companion->procedure.text() : std::string(),
        .purpose = request.purpose,
        .subject = names.subject,
        .agreement = decision.agreement()->digest(),
        .policy_id = decision.policy()->id().text(),
        .policy_version = decision.policy()->version(),
        .policy_digest = decision.policy()->digest(),
        .consent = {names.consent, decision.consent()->epoch, decision.consent()->form.sha256},
        // The receiver keeps it no longer than the agreement says, nor than the survivor agreed to.
        .retain_until = std::min<Timestamp>(now + purpose->retention, consent_end),
        .log_head = names.head,
    };
    return std::make_shared<Pending>(Pending{request,
                                             deliberation.consent_epoch,
                                             deliberation.instruments,
                                             {request.case_id, request.legal_basis, decision.consent()->id,
                                              decision.agreement()->digest(), decision.released()},
                                             OutgoingMessage(std::move(header), body),
                                             body.released_categories(),
                                             case_fingerprint(deliberation.sourced),
                                             std::move(companion)});
}

void Sharing::commit(std::shared_ptr<Pending> pending, Actor const& actor, SealedMessage sealed,
                     std::function<void(Result<SendOutcome>)> done) {
    auto const sealed_shared = std::make_shared<SealedMessage>(std::move(sealed));  // owners: the closure below
    auto work = [this, pending, actor, sealed_shared](Store& store) -> Result<SendOutcome> {
        auto const& header = pending->message.header();
        ASSIGN_OR_RETURN(auto const epoch, store.cases().consent_epoch(pending->request.case_id));
        if (epoch != pending->consent_epoch || instruments_.get()->version() != pending->instruments->version())
            return Error{ErrorKind::conflict, "send.changed_meanwhile", "consent or policy changed; preview again"};
        auto const now = clock_.now();
        ASSIGN_OR_RETURN(auto const sealed_id, store.contents().put(sealed_shared->sealed.bytes()));
        ASSIGN_OR_RETURN(auto const signed_id, store.contents().put(sealed_shared->inner.bytes()));
        ASSIGN_OR_RETURN(auto const memo_id, store.contents().put(pending->memo.to_bytes()));
        RETURN_IF_ERROR(store.outbox().insert({.id = header.id,
                                               .to = header.to,
                                               .stream = header.stream,
                                               .sequence = header.sequence,
                                               .purpose = header.purpose,
                                               .subject = header.subject,
                                               .inner_digest = sealed_shared->sealed.inner_digest(),
                                               .sealed = sealed_id,
                                               .signed_ = signed_id,
                                               .request = memo_id,
                                               .created_at = now,
                                               .next_at = now,
                                               .expires_at = header.expires_at,
                                               .last_code = {},
                                               .receipt = {}}));
        auto const categories = categories_json(pending->categories);
        RETURN_IF_ERROR(store.disclosures().insert({.message = header.id,
                                                    .case_id = pending->request.case_id,
                                                    .to = header.to,
                                                    .purpose = header.purpose,
                                                    .subject = header.subject,
                                                    .agreement = header.agreement,
                                                    .policy = header.policy_digest,
                                                    .body = pending->message.body_digest(),
                                                    .consent_id = pending->memo.consent_id,
                                                    .consent_epoch = header.consent.epoch,
                                                    .categories = dump(categories),
                                                    .prepared_at = now,
                                                    .settled_at = {},
                                                    .about = pending->request.about,
                                                    .retain_until = header.retain_until}));
        ASSIGN_OR_RETURN(auto const bare, bare_signature(sealed_shared->inner.bytes(), ContentKind::message));
        RETURN_IF_ERROR(store.evidence().keep(header.id, self_.node, EvidenceTable::Kind::message, bare));
        ASSIGN_OR_RETURN(auto const payload, claimed_content_digest(bare, ContentKind::message, Payload::detached));
        RETURN_IF_ERROR(take_the_place(store, header));
        RETURN_IF_ERROR(store.watch().watch(pending->request.case_id, header.id, pending->fingerprint, now));
        auto facts = deliberation_facts(pending->request);
        facts.set("message", header.id.text())
            .set("agreement", header.agreement.hex())
            .set("policy", header.policy_id)
            .set("policy_version", header.policy_version)
            .set("policy_digest", header.policy_digest.hex())
            .set("consent_epoch", header.consent.epoch)
            .set("consent_form", header.consent.form.hex())
            .set("inner", sealed_shared->sealed.inner_digest().hex())
            .set("payload", to_hex(payload))
            .set("fields", categories);
        if (!header.replaces.empty()) facts.set("replaces", static_cast<std::int64_t>(header.replaces.size()));
        auto detail = case_detail(pending->request.case_id);
        detail.set("subject", header.subject.text())
            .set("body", pending->message.body_digest().hex())
            .set("consent", pending->memo.consent_id)
            .set("cited_consent", header.consent.id);
        ASSIGN_OR_RETURN(auto const index, store.log().append("release", now, actor, facts, detail));
        static_cast<void>(index);
        if (pending->companion) RETURN_IF_ERROR(pending->companion->also(store));
        return SendOutcome{Sent{header.id, header.subject, header.sequence}};
    };
    engine_.submit<SendOutcome>(std::move(work), [this, pending, done](Result<SendOutcome> outcome) {
        if (outcome) {
            auto const& header = pending->message.header();
            telemetry_.count("casebridge_releases_total", "released");
            telemetry_.log(LogLevel::info, "message.queued",
                           {{"message", header.id}, {"peer", header.to.node}, {"office", header.to.office}});
            wake_();
        }
        done(std::move(outcome));
    });
}

}  // namespace casebridge
