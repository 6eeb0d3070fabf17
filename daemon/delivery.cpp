#include "daemon/delivery.h"

#include "daemon/duty_desk.h"
#include "daemon/onward_desk.h"

namespace casebridge {

namespace {

std::uint32_t random_word() {
    auto const bytes = random_bytes(4);
    return static_cast<std::uint32_t>(bytes[0]) << 24 | static_cast<std::uint32_t>(bytes[1]) << 16 |
           static_cast<std::uint32_t>(bytes[2]) << 8 | bytes[3];
}

constexpr std::string_view superseded = "delivery.superseded";

/// A message that another takes the place of, or that is to be destroyed, does not leave any more.
Status require_standing(Store& store, MessageId const& message) {
    ASSIGN_OR_RETURN(bool const over, store.disclosures().is_superseded(message));
    if (over) return Error{ErrorKind::conflict, superseded, message.text()};
    return Done{};
}

/// Refused for the key it was signed with, which is not in use any more: the duty does not end with the key. As another
/// message, as partners know a message by its bytes.
Result<bool> is_owed_again(Store& store, OutboxRow const& row, DutyRow const& duty, Certificate const& signing,
                           Timestamp now) {
    if (row.state == OutboxState::refused) {  // by, or to, a name that another has taken the place of
        RETURN_IF_ERROR(DutyDesk::owe_anew(store, duty, now));
        return true;
    }
    if (row.state != OutboxState::rejected || row.last_code != "trust.revoked") return false;
    auto const inner = store.contents().get(row.signed_);
    auto const signer = inner ? claimed_signer(*inner, ContentKind::message) : Result<Certificate>(inner.error());
    if (!signer || signer->fingerprint() == signing.fingerprint()) return false;
    RETURN_IF_ERROR(DutyDesk::owe_anew(store, duty, now));
    return true;
}

/// A withdrawal that was taken waits for its erasure receipt, which may have come first.
Status settle_duty(Store& store, OutboxRow const& row, Certificate const& signing, Timestamp now) {
    ASSIGN_OR_RETURN(auto duty, store.duties().find(row.id));
    if (!duty || duty->state == DutyState::answered) return Done{};
    ASSIGN_OR_RETURN(bool const again, is_owed_again(store, row, *duty, signing, now));
    if (again) return Done{};
    duty->state = row.state == OutboxState::delivered ? DutyState::delivered : DutyState::rejected;
    duty->code = row.last_code;
    duty->settled_at = now;
    RETURN_IF_ERROR(store.duties().update(*duty));
    if (duty->state != DutyState::rejected || duty->type == MessageType::erasure_receipt) return Done{};
    // A partner's no does not end what it owes: the officer can withdraw or retract once more.
    ASSIGN_OR_RETURN(auto const json, store.duties().content_of(*duty));
    ASSIGN_OR_RETURN(auto const content, parse_duty_content(duty->type, json));
    for (auto const& message : named_messages(content)) {
        RETURN_IF_ERROR(store.disclosures().mark_withdrawn(message, ""));
        if (duty->type == MessageType::retraction)
            RETURN_IF_ERROR(store.disclosures().set_review(message, ReviewState::officer));
    }
    return Done{};
}

/// What never left does not count; what may have arrived does.
Status settle_in_procedure(Store& store, OutboxRow const& row, Timestamp now) {
    auto const state = [&row] {
        if (row.state == OutboxState::delivered) return StepState::delivered;
        if (row.state == OutboxState::rejected && !row.receipt.empty()) return StepState::rejected;
        return row.possibly_delivered ? StepState::uncertain : StepState::refused;
    }();
    if (row.type == MessageType::thread_entry) return store.threads().settle(row.id, state, row.last_code);
    return store.procedures().settle(row.id, state, row.last_code, now);
}

/// What a message was to replace stands as long as it has not arrived. Whoever rejects the replacement would reject it
/// again: then it is for an officer.
Status settle_disclosure(Store& store, OutboxRow const& row, std::string_view disclosure, Timestamp now) {
    RETURN_IF_ERROR(store.disclosures().set_state(row.id, disclosure, now));
    if (row.state == OutboxState::delivered) return Done{};
    return store.disclosures().release_replaced(
        row.id, row.state == OutboxState::rejected ? ReviewState::officer : ReviewState::due);
}

/// A step or note is in the stream of its procedure, which ends with the reference.
Result<bool> is_of_erased_procedure(Store& store, OutboxRow const& row) {
    ASSIGN_OR_RETURN(auto const reference, SubjectReference::parse(row.stream.substr(row.stream.rfind('/') + 1)));
    ASSIGN_OR_RETURN(auto const procedure, store.procedures().find(row.to.node, reference));
    return procedure && procedure->erased_at;
}

/// Whether nothing may need the copy of a settled message any more: a yes became a no, or what it rests on was
/// withdrawn, or another took its place, while it was under way.
Result<bool> is_to_be_erased(Store& store, OutboxRow const& row) {
    if (row.state == OutboxState::refused) return true;
    if (row.type == MessageType::onward_summary) return true;  // the original in the inbox is copy enough
    if (row.is_in_procedure()) {
        ASSIGN_OR_RETURN(bool const erased, is_of_erased_procedure(store, row));
        if (erased) return true;
    }
    if (row.asks_nobody()) return false;
    ASSIGN_OR_RETURN(bool const over, store.disclosures().is_superseded(row.id));
    if (over) return true;
    auto const bytes = store.contents().get(row.request);
    if (!bytes) return bytes.error().code == "content.erased" ? Result<bool>(true) : Result<bool>(bytes.error());
    ASSIGN_OR_RETURN(auto const memo, ReleaseMemo::parse(*bytes));
    return store.cases().is_withdrawn(memo.case_id, memo.consent_id);
}

}  // namespace

void Delivery::start(DeliveryParts const& parts, OutboxRow row, DoneHandler done) {
    auto const delivery = std::make_shared<Delivery>(parts, std::move(row), std::move(done));
    parts.pool.submit_always([delivery] { delivery->begin(); });
}

void Delivery::finish(Status const& recorded) {
    if (auto done = std::exchange(done_, nullptr)) done(recorded);
}

void Delivery::begin() {
    // A clock that was set must neither end a message nor let one leave.
    if (auto const trusted = parts_.clock.require_trusted(); !trusted) return later(trusted.error(), false);
    if (auto const code = former_name(); !code.empty()) return refuse(code);
    if (row_.expires_at <= parts_.clock.now()) return ask_again();
    parts_.standing.prepare(row_.to.node, [self = shared_from_this()](Status const& prepared) {
        // What is not allowed any more ends all the same; nothing else is tried at a partner that was not reached.
        self->parts_.pool.submit_always([self, prepared] { self->on_prepared(prepared); });
    });
}

/// SECURITY: a duty takes nothing but data away, so that it needs nobody's cosignature.
void Delivery::on_prepared(Status const& prepared) {
    if (!prepared) unreached_ = prepared.error();
    if (!unreached_ && !row_.is_duty()) {
        if (auto const witnessed = parts_.standing.require_witnessed(); !witnessed) unreached_ = witnessed.error();
        if (parts_.witness.accuses(row_.to.node))
            unreached_ = Error{ErrorKind::unavailable, "witness.peer_log_forked", row_.to.node.text()};
    }
    ask_again();
}

void Delivery::ask_again() {
    if (auto const trusted = parts_.clock.require_trusted(); !trusted) return later(trusted.error(), false);
    if (row_.expires_at <= parts_.clock.now())
        return settle(OutboxState::expired, "outbox.expired", {},
                      row_.possibly_delivered ? "possibly_delivered" : "never_sent");
    if ((row_.is_in_procedure() || row_.is_onward()) && is_removed())
        return settle(OutboxState::refused, "peer.removed", {}, "never_sent");
    if (row_.asks_nobody()) return unreached_ ? put_off() : mark_owed_attempt();
    struct Basis {
        ReleaseMemo memo;
        Sharing::StoredConsents stored;
    };
    auto basis = parts_.engine.call<Basis>([this](Store& store) -> Result<Basis> {
        ASSIGN_OR_RETURN(auto const bytes, store.contents().get(row_.request));
        ASSIGN_OR_RETURN(auto memo, ReleaseMemo::parse(bytes));
        ASSIGN_OR_RETURN(auto stored, Sharing::stored_consents(store, memo.case_id));
        return Basis{std::move(memo), std::move(stored)};
    });
    if (!basis) return later(basis.error(), false);
    auto const instruments = parts_.instruments.get();
    auto const epoch = four_yeses(basis->memo, std::move(basis->stored));
    if (epoch) return unreached_ ? put_off() : mark_attempt(basis->memo, *epoch, instruments);
    if (epoch.error().kind != ErrorKind::conflict) return later(epoch.error(), false);
    refuse(epoch.error().code);
}

/// As an attempt that came to nothing: the next one comes later.
void Delivery::put_off() {
    row_.attempts += 1;
    later(*unreached_, false);
}

void Delivery::refuse(std::string_view code) {
    settle(OutboxState::refused, std::string(code), {}, row_.possibly_delivered ? "possibly_delivered" : "never_sent");
}

/// Written by a name, or to one, that another has taken the place of: the code of that, or nothing. A duty is owed
/// anew.
std::string_view Delivery::former_name() const {
    if (!row_.stream.starts_with(parts_.self.node.text() + "/")) return "node.succeeded";
    auto const peers = parts_.peers.snapshot();
    auto const* const peer = peers->find(row_.to.node);
    return peer != nullptr && peer->row.successor ? "peer.succeeded" : "";
}

bool Delivery::is_removed() const {
    auto const peers = parts_.peers.snapshot();
    auto const* const peer = peers->find(row_.to.node);
    return peer != nullptr && peer->removed();
}

/// The consent epoch the yes rests on. A no is an error of kind `conflict` (for ever); being unable to ask is
/// `unavailable` or another kind (later).
Result<std::uint64_t> Delivery::four_yeses(ReleaseMemo const& memo, Sharing::StoredConsents stored) {
    auto deliberated =
        parts_.sharing.deliberate({memo.case_id, row_.to, row_.purpose, memo.legal_basis, About::summary},
                                  Sharing::Reading::again, std::move(stored));
    if (!deliberated) {
        auto error = deliberated.error();
        // A case or a peer that is gone will not come back as the one that was agreed to.
        if (error.kind == ErrorKind::not_found)
            error.kind = ErrorKind::conflict;
        else
            error.kind = ErrorKind::unavailable;
        return error;
    }
    auto const& decision = *(*deliberated)->decision;
    if (!decision.allowed()) return Error{ErrorKind::conflict, decision.denials().front().code};
    // The message cites its agreement and its consent: others that would allow it do not carry this one.
    if (decision.agreement()->digest() != memo.agreement)
        return Error{ErrorKind::conflict, "delivery.agreement_changed"};
    if (decision.consent()->id != memo.consent_id) return Error{ErrorKind::conflict, "delivery.consent_changed"};
    if (!decision.still_covers(memo.released)) return Error{ErrorKind::conflict, "delivery.no_longer_covered"};
    return (*deliberated)->consent_epoch;
}

void Delivery::mark_owed_attempt() {
    auto row = row_;
    row.attempts += 1;
    row.possibly_delivered = true;
    parts_.engine.submit<Bytes>(
        [this, self = shared_from_this(), row](Store& store) -> Result<Bytes> {
            // SECURITY: in the transaction that lets it leave, so that a withdrawal is before it or after it.
            if (row.type == MessageType::onward_summary)
                RETURN_IF_ERROR(OnwardDesk::require_permitted(store, row.id, *parts_.instruments.get(), parts_.self,
                                                              parts_.clock.now()));
            RETURN_IF_ERROR(store.outbox().mark_attempt(row));
            return store.contents().get(row.sealed);
        },
        [self = shared_from_this(), row](Result<Bytes> sealed) {
            if (!sealed && row.type == MessageType::onward_summary && sealed.error().kind == ErrorKind::conflict)
                return self->refuse(sealed.error().code);
            if (!sealed) return self->later(sealed.error(), false);
            self->row_ = row;
            self->post(*std::move(sealed));
        });
}

void Delivery::mark_attempt(ReleaseMemo const& memo, std::uint64_t consent_epoch,
                            std::shared_ptr<Instruments const> instruments) {
    auto row = row_;
    first_on_wire_ = !row.possibly_delivered;
    row.attempts += 1;
    row.possibly_delivered = true;  // durable before the first byte leaves: a crash after it must not forget
    auto self = shared_from_this();
    parts_.engine.submit<Bytes>(
        [this, self, row, case_id = memo.case_id, consent_epoch, instruments](Store& store) -> Result<Bytes> {
            ASSIGN_OR_RETURN(auto const epoch, store.cases().consent_epoch(case_id));
            if (epoch != consent_epoch || parts_.instruments.get()->version() != instruments->version())
                return Error{ErrorKind::conflict, "delivery.ask_again"};
            RETURN_IF_ERROR(require_standing(store, row.id));
            RETURN_IF_ERROR(parts_.clock.require_trusted());
            RETURN_IF_ERROR(store.outbox().mark_attempt(row));
            if (row.receipt.empty())  // else it was delivered before
                RETURN_IF_ERROR(store.disclosures().set_state(row.id, "possibly_delivered", parts_.clock.now()));
            return store.contents().get(row.sealed);
        },
        [this, self, row](Result<Bytes> sealed) {
            if (!sealed && sealed.error().code == "delivery.ask_again")
                return parts_.pool.submit_always([self] { self->ask_again(); });
            if (!sealed && sealed.error().code == superseded) return refuse(superseded);
            if (!sealed) return later(sealed.error(), false);
            row_ = row;
            post(*std::move(sealed));
        });
}

void Delivery::post(Bytes sealed) {
    auto const peers = parts_.peers.snapshot();
    auto const* peer = peers->find(row_.to.node);
    // A partner that was removed still owes what a duty asks for.
    if (peer == nullptr || (peer->removed() && !row_.is_duty()))
        return later({ErrorKind::not_found, "peer.unknown"}, false);
    // SECURITY: nothing leaves for a partner whose revocations are not known as of lately.
    if (auto const current = peer->pin.require_current(parts_.clock.now()); !current) {
        if (std::exchange(asked_for_lists_, true)) return later(current.error(), false);
        auto const bytes = std::make_shared<Bytes>(std::move(sealed));  // owner: the closures below
        return parts_.contact.fetch_revocations(row_.to.node, [self = shared_from_this(), bytes](Status const&) {
            self->parts_.pool.submit_always([self, bytes] { self->post(std::move(*bytes)); });
        });
    }
    // What was sealed to a key that is revoked meanwhile is sealed anew.
    if (peer->pin.revocations() && peer->pin.revocations()->revokes(peer->encryption_chain)) return reseal();
    auto wire = for_wire(sealed, peer->meeting_keys.get(), parts_.clock.now());
    if (!wire) return later(wire.error(), false);
    parts_.telemetry.count("casebridge_delivery_attempts_total", "started");
    posted_at_ = std::chrono::steady_clock::now();
    PeerCall call{.target = peer->target(),
                  .method = "POST",
                  .path = "/exchange/v1/messages",
                  .content_type = "application/cms",
                  .body = *std::move(wire),
                  .headers = parts_.heads.heads_for(row_.to.node)};
    parts_.client.call(std::move(call), [self = shared_from_this()](PeerClient::Outcome outcome) {
        auto shared = std::make_shared<PeerClient::Outcome>(std::move(outcome));  // owner: the closure below
        self->parts_.pool.submit_always([self, shared] { self->on_outcome(std::move(*shared)); });
    });
}

void Delivery::on_outcome(PeerClient::Outcome outcome) {
    if (auto const* failure = std::get_if<PeerClient::Failure>(&outcome))
        return later(failure->error, failure->possibly_sent);
    auto const& response = std::get<PeerClient::Answer>(outcome).response;
    parts_.heads.take_heads(row_.to.node, response.headers, [](Status const&) {});  // what it means is for the next
    auto const code = problem_code(response);
    switch (classify_answer(response.status, response.content_type, code)) {
        case AnswerClass::receipt:
            return on_receipt(response);
        case AnswerClass::conflict:
            parts_.telemetry.count("casebridge_alarms_total", "id_reused");
            return settle(OutboxState::rejected, code, {}, "possibly_delivered");
        case AnswerClass::revoked:
            return settle(OutboxState::rejected, code, {}, "possibly_delivered");
        case AnswerClass::new_key:
            return reseal();
        case AnswerClass::retry:
            break;
    }
    if (auto const refusal = meeting_key_refusal(code); !refusal.empty())
        return later({ErrorKind::unavailable, refusal, row_.to.node.text()}, true);
    // The peer's own words are not trusted beyond a short code; they go to the log, escaped.
    later({ErrorKind::unavailable, "peer.answered_later", "HTTP " + std::to_string(response.status) + " " + code},
          true);
}

void Delivery::on_receipt(HttpResponse const& response) {
    auto const peers = parts_.peers.snapshot();
    auto const* peer = peers->find(row_.to.node);
    if (peer == nullptr) return later({ErrorKind::not_found, "peer.unknown"}, true);
    auto const verified =
        verify(response.body, ContentKind::receipt, Payload::attached, {}, peer->pin, parts_.clock.now());
    if (!verified) return later(verified.error(), true);
    auto const receipt = parse_receipt(to_text(verified->payload));
    if (!receipt) return later(receipt.error(), true);
    if (auto const fits = check_receipt(*receipt, row_.to.node, parts_.self.node, row_.id, row_.inner_digest); !fits) {
        parts_.telemetry.count("casebridge_alarms_total", "wrong_receipt");
        return later(fits.error(), true);
    }
    std::chrono::duration<double> const took = std::chrono::steady_clock::now() - posted_at_;
    parts_.telemetry.observe_seconds("casebridge_delivery_seconds", took.count());
    if (receipt->outcome == Outcome::accepted) return settle(OutboxState::delivered, "", response.body, "delivered");
    settle(OutboxState::rejected, receipt->code, response.body, "rejected");
}

void Delivery::reseal() {
    auto self = shared_from_this();
    auto const fetched = [this, self](Result<PeerCheck> const& checked) {
        if (!checked) return later(checked.error(), true);
        parts_.engine.submit<Bytes>([this, self](Store& store) { return store.contents().get(row_.signed_); },
                                    [this, self](Result<Bytes> inner) {
                                        if (!inner) return later(inner.error(), true);
                                        auto const peers = parts_.peers.snapshot();
                                        auto const* peer = peers->find(row_.to.node);
                                        if (peer == nullptr) return later({ErrorKind::not_found, "peer.unknown"}, true);
                                        parts_.crypto.reseal(SignedBytes::from_store(*std::move(inner)), *peer,
                                                             [this, self](Result<SealedEnvelope> const& sealed) {
                                                                 if (!sealed) return later(sealed.error(), true);
                                                                 replace_sealed(*sealed);
                                                             });
                                    });
    };
    if (row_.is_duty()) return parts_.contact.refresh_for_duties(row_.to.node, fetched);
    parts_.contact.refresh(row_.to.node, fetched);
}

void Delivery::replace_sealed(SealedEnvelope const& sealed) {
    parts_.engine.submit<ContentId>(
        [self = shared_from_this(),
         bytes = Bytes(sealed.bytes().begin(), sealed.bytes().end())](Store& store) -> Result<ContentId> {
            auto row = self->row_;
            auto const old = row.sealed;
            ASSIGN_OR_RETURN(row.sealed, store.contents().put(bytes));
            RETURN_IF_ERROR(store.outbox().update(row));
            RETURN_IF_ERROR(store.contents().erase(old));
            return row.sealed;
        },
        [self = shared_from_this()](Result<ContentId> replaced) {
            if (!replaced) return self->later(replaced.error(), true);
            self->row_.sealed = *replaced;
            self->later({ErrorKind::unavailable, "delivery.resealed"}, true);
        });
}

void Delivery::settle(OutboxState state, std::string code, Bytes receipt, std::string_view disclosure) {
    auto row = row_;
    // What was delivered stays so, also if it may not, or need not, be sent to a partner that lost it.
    bool const again = !row.receipt.empty();
    row.state = again && state != OutboxState::rejected ? OutboxState::delivered : state;
    row.last_code = std::move(code);
    if (!receipt.empty()) row.receipt = std::move(receipt);
    auto const kind = state == OutboxState::delivered || state == OutboxState::rejected ? "receipt" : "dead_letter";
    auto self = shared_from_this();
    parts_.engine.submit<std::uint64_t>(
        [this, self, row, disclosure, kind, again](Store& store) -> Result<std::uint64_t> {
            auto const now = parts_.clock.now();
            RETURN_IF_ERROR(store.outbox().update(row));
            if (row.is_duty()) RETURN_IF_ERROR(settle_duty(store, row, parts_.own.get()->signing.front(), now));
            if (row.is_in_procedure()) RETURN_IF_ERROR(settle_in_procedure(store, row, now));
            if (row.is_disclosure() && !again) RETURN_IF_ERROR(settle_disclosure(store, row, disclosure, now));
            ASSIGN_OR_RETURN(bool const erases, is_to_be_erased(store, row));
            if (erases) RETURN_IF_ERROR(OutboxTable::erase_contents(row, store.contents()));
            auto facts = Json::object();
            facts.set("message", row.id.text())
                .set("peer", row.to.node.text())
                .set("outcome", to_text(row.state))
                .set("code", row.last_code)
                .set("attempts", row.attempts);
            if (!row.receipt.empty()) facts.set("receipt", sha256(row.receipt).hex());
            return store.log().append(kind, now, service_actor("delivery"), facts, Json::object());
        },
        [this, self, row](Result<std::uint64_t> const& settled) {
            auto const outcome = to_text(row.state);
            if (settled) {
                parts_.telemetry.count("casebridge_messages_sent_total", outcome);
                if (row.is_in_procedure()) parts_.sharing.step_settled();
                if (row.is_duty() && row.state != OutboxState::delivered) parts_.owed_again();
                if (row.state != OutboxState::delivered)
                    parts_.telemetry.count("casebridge_alarms_total", "dead_letter");
                parts_.telemetry.log(row.state == OutboxState::delivered ? LogLevel::info : LogLevel::warning,
                                     "message.settled",
                                     {{"message", row.id},
                                      {"peer", row.to.node},
                                      {"outcome", outcome},
                                      {"code", std::string_view(row.last_code)},
                                      {"attempts", row.attempts}});
            }
            finish(settled ? Status(Done{}) : Status(settled.error()));
        });
}

void Delivery::later(Error const& why, bool reached_the_wire) {
    auto row = row_;
    auto const now = parts_.clock.now();
    row.last_code = why.code;
    auto const wait = backoff(row.attempts, random_word(), parts_.config.retry_base, parts_.config.retry_cap);
    // A resealed message goes at once, but not twice in a row: a peer must not keep us busy by refusing every key.
    // A message is never scheduled past its expiry, where it becomes a dead letter.
    bool const at_once = why.code == "delivery.resealed" && row_.last_code != why.code;
    row.next_at = at_once ? now : std::min(now + wait, row.expires_at);
    bool const never_left = first_on_wire_ && !reached_the_wire && row.possibly_delivered;
    if (never_left) row.possibly_delivered = false;
    parts_.telemetry.count("casebridge_delivery_attempts_total", "failed");
    parts_.telemetry.log(LogLevel::info, "delivery.later",
                         {{"message", row.id}, {"peer", row.to.node}, {"attempts", row.attempts}, {"why", why}});
    auto self = shared_from_this();
    parts_.engine.submit<Done>(
        [self, row, never_left, now](Store& store) -> Status {
            RETURN_IF_ERROR(store.outbox().update(row));
            if (never_left && row.is_disclosure()) return store.disclosures().set_state(row.id, "prepared", now);
            return Done{};
        },
        [self](Status const& recorded) { self->finish(recorded); });
}

}  // namespace casebridge
