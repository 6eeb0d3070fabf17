#include "daemon/procedure_desk.h"

#include "daemon/procedure_erasure.h"
#include "daemon/procedure_grounds.h"

namespace casebridge {
namespace {

Error conflict(std::string_view code, std::string detail = {}) {
    return {ErrorKind::conflict, code, std::move(detail)};
}

/// What stays what it is whenever the step is built: no number, no time.
Digest digest_of(StepBody const& body, Address const& to, std::optional<Digest> const& summary) {
    auto json = Json::object();
    json.set("node", to.node.text()).set("office", to.office.text());
    json.set("kind", to_text(body.kind)).set("step", to_text(body.step.type())).set("fields", body.step.to_json());
    json.set("summary", summary ? summary->hex() : "");
    return sha256(as_bytes(dump(json)));
}

Json step_facts(ProcedureRow const& row, StepMessage const& message) {
    auto facts = Json::object();
    facts.set("procedure", row.reference.text())
        .set("peer", row.peer.node.text())
        .set("kind", to_text(row.kind))
        .set("step", to_text(message.body.step.type()))
        .set("side", to_text(message.body.side))
        .set("message", message.id.text())
        .set("agreement", message.agreement.hex());
    return facts;
}

}  // namespace

bool asks_nobody(StepType step) {
    return step == StepType::withdraw || step == StepType::overdue_notice || step == StepType::no_information;
}

/// What the store knows when a step is drafted.
struct ProcedureDesk::Known {
    ProcedureRow row;
    ProcedureLog log;
    bool opens;
};

struct ProcedureDesk::Draft {
    StepRequest request;
    ProcedureRow row;
    ProcedureLog log;
    bool opens;
    std::shared_ptr<Instruments const> instruments;  // owners: this and the holder
    std::unique_ptr<Deliberation> deliberation{};    ///< none: nobody is asked
    std::optional<StepMessage> message{};
    StepOutcome outcome{};
    std::optional<Digest> summary_body{};
    std::optional<Timestamp> leaves_at{};

    [[nodiscard]] bool denied() const { return deliberation && !deliberation->decision->allowed(); }
    [[nodiscard]] ShareRequest share() const { return {*row.case_id, row.peer, purpose_of(row.kind), {}}; }
    [[nodiscard]] Digest digest() const { return digest_of(message->body, row.peer, summary_body); }
};

AgreementPurpose const* ProcedureDesk::terms_of(Instruments const& instruments, ProcedureRow const& row) {
    auto const* const agreement = instruments.find(row.agreement);
    return agreement == nullptr ? nullptr : agreement->agreement.purpose(purpose_of(row.kind));
}

SideCalendars ProcedureDesk::calendars_of(Calendars const& calendars, ProcedureRow const& row) const {
    bool const ours = row.side == Side::initiator;
    auto const& self = parts_.self.node;
    return calendars.of(ours ? self : row.peer.node, ours ? row.peer.node : self);
}

Result<ProcedureDesk::Known> ProcedureDesk::look_up(StepRequest const& request, Timestamp now) {
    if (request.procedure) {
        return parts_.engine.call<Known>([&](Store& store) -> Result<Known> {
            ASSIGN_OR_RETURN(auto row, store.procedures().find(*request.procedure));
            if (!row) return Error{ErrorKind::not_found, "procedure.not_found", request.procedure->text()};
            if (row->erased_at) return conflict("procedure.erased", row->reference.text());
            if (request.case_id && row->case_id && *request.case_id != *row->case_id)
                return conflict("procedure.other_case", "the procedure is about another case of ours");
            if (!row->case_id) row->case_id = request.case_id;
            ASSIGN_OR_RETURN(auto log, store.procedures().log(*row));
            return Known{*std::move(row), std::move(log), false};
        });
    }
    if (!request.to || !request.kind || !request.case_id)
        return Error{ErrorKind::invalid, "procedure.incomplete", "an opening needs kind, node, office and case"};
    auto const& peer = request.to->node;
    auto const from = request.from ? *request.from : parts_.self.offices.front();
    ASSIGN_OR_RETURN(auto subject, parts_.engine.call<SubjectReference>(
                                       [&](Store& store) { return store.cases().subject(*request.case_id, peer); }));
    ProcedureRow row{.reference = SubjectReference::from_random(to_text(random_bytes(16))),
                     .peer = *request.to,
                     .own_office = from,
                     .kind = *request.kind,
                     .side = Side::initiator,
                     .subject = std::move(subject),
                     .case_id = request.case_id,
                     .agreement = {},
                     .opened_at = now,
                     .updated_at = now};
    ProcedureLog log(row.kind, row.expire_after);
    return Known{std::move(row), std::move(log), true};
}

Result<ProcedureDesk::DraftPtr> ProcedureDesk::draft(StepRequest const& request) {
    auto const now = parts_.clock.now();
    ASSIGN_OR_RETURN(auto known, look_up(request, now));
    auto draft = std::make_shared<Draft>(Draft{.request = request,
                                               .row = std::move(known.row),
                                               .log = std::move(known.log),
                                               .opens = known.opens,
                                               .instruments = parts_.instruments.get()});
    ASSIGN_OR_RETURN(auto step, Step::read(draft->row.kind, request.step, request.fields));
    auto const sent_at = request.slot ? *request.slot : now;
    auto const lamport = draft->log.next_lamport();
    draft->message = StepMessage{{.id = MessageId::make(sent_at, to_text(random_bytes(10))),
                                  .from = {parts_.self.node, draft->row.own_office},
                                  .to = draft->row.peer,
                                  .sent_at = sent_at,
                                  .procedure = draft->row.reference,
                                  .purpose = purpose_of(draft->row.kind),
                                  .subject = draft->row.subject,
                                  .agreement = draft->row.agreement},
                                 std::nullopt,
                                 {draft->row.kind, draft->row.side, lamport, std::move(step)}};
    RETURN_IF_ERROR(check_follows(*draft));
    RETURN_IF_ERROR(ask(*draft));
    if (draft->denied()) return draft;
    RETURN_IF_ERROR(check_agreement(*draft));
    RETURN_IF_ERROR(cite(*draft));
    RETURN_IF_ERROR(choose_summary(*draft));
    return draft;
}

/// Whether the step has an effect where the procedure stands, and whether it has to wait for its slot.
Status ProcedureDesk::check_follows(Draft& draft) {
    auto const waiting = draft.log.standing().waiting;
    auto tried = draft.log;
    tried.add(draft.message->event());
    auto const* const outcome = tried.outcome(draft.message->id);
    draft.outcome = *outcome;
    if (!outcome->code.empty()) return conflict(outcome->code, std::string(to_text(draft.log.standing().stage)));
    bool const held = outcome->effects.has(Effect::hold_until_slot) && !draft.request.slot;
    if (!held || !waiting) return Done{};
    auto const* const terms = terms_of(*draft.instruments, draft.row);
    if (terms == nullptr) return conflict("procedure.agreement_not_in_force");
    auto const calendars = parts_.calendars.get();
    ASSIGN_OR_RETURN(draft.leaves_at, answer_slot(*waiting, *terms, calendars_of(*calendars, draft.row)));
    return Done{};
}

/// The four yeses, where the step says something of a person in our own database.
Status ProcedureDesk::ask(Draft& draft) {
    if (asks_nobody(draft.request.step)) return Done{};
    if (!draft.row.case_id) {
        if (!draft.outcome.effects.has(Effect::release_case)) return Done{};
        return conflict("procedure.case_needed", "name the case of ours that this step is about");
    }
    ASSIGN_OR_RETURN(draft.deliberation, parts_.sharing.deliberate(draft.share()));
    if (draft.denied()) return Done{};
    auto const& agreement = draft.deliberation->decision->agreement()->digest();
    if (draft.opens) {
        draft.row.agreement = agreement;
        draft.row.expire_after =
            draft.deliberation->decision->agreement()->purpose(purpose_of(draft.row.kind))->expires_after;
    } else if (agreement != draft.row.agreement) {
        return conflict("procedure.agreement_changed");
    }
    return Done{};
}

Status ProcedureDesk::check_agreement(Draft const& draft) const {
    if (draft.request.step == StepType::withdraw) return Done{};
    return check_procedure_agreement(*draft.instruments, parts_.self, draft.row, parts_.clock.now());
}

/// What the message says of agreement, consent and log.
Status ProcedureDesk::cite(Draft& draft) {
    draft.message->agreement = draft.row.agreement;
    ASSIGN_OR_RETURN(draft.message->log_head, parts_.engine.call<std::string>([](Store& store) -> Result<std::string> {
        return store.log().head().text();
    }));
    if (!draft.deliberation) return Done{};
    ASSIGN_OR_RETURN(draft.message->consent, cite_consent(parts_.engine, *draft.deliberation, draft.row));
    draft.row.own_consent = draft.message->consent->id;
    return Done{};
}

Status ProcedureDesk::choose_summary(Draft& draft) {
    bool const possible = draft.outcome.effects.has(Effect::release_case) && draft.deliberation;
    bool const wanted = draft.request.with_summary.value_or(possible && draft.row.side == Side::initiator);
    if (!wanted) return Done{};
    if (!possible) return conflict("procedure.no_summary_here", "no case summary goes with this step");
    auto const& given = *draft.deliberation;
    ASSIGN_OR_RETURN(auto const body, minimise(given.sourced.record, *given.decision,
                                               Date(std::chrono::floor<std::chrono::days>(given.now))));
    draft.summary_body = body.digest();
    draft.message->summary = MessageId::make(draft.message->sent_at, to_text(random_bytes(10)));
    return Done{};
}

Result<ProcedureDesk::Preview> ProcedureDesk::preview(StepRequest const& request) {
    ASSIGN_OR_RETURN(auto made, draft(request));
    auto const digest = made->digest();
    bool const with_summary = made->summary_body.has_value();
    return Preview{std::move(made->message->body),
                   made->row.peer,
                   made->row.subject,
                   std::move(made->deliberation),
                   with_summary,
                   made->leaves_at,
                   digest};
}

void ProcedureDesk::send(StepRequest const& request, std::optional<Digest> const& previewed, Actor const& actor,
                         std::function<void(Result<StepSent>)> done) {
    if (auto const room = parts_.reserve.require_room(); !room) return done(room.error());
    if (auto const trusted = parts_.clock.require_trusted(); !trusted) return done(trusted.error());
    auto drafted = draft(request);
    if (!drafted) return done(drafted.error());
    auto const made = *std::move(drafted);
    if (made->denied()) {
        auto const recorded = parts_.sharing.record_deliberation(*made->deliberation, made->share(), actor, "refusal");
        if (!recorded) return done(recorded.error());
        return done(StepSent{Denied{made->deliberation->decision->denials()}});
    }
    if (previewed && made->digest() != *previewed)
        return done(conflict("procedure.preview_outdated", "preview again: the case or a rule has changed"));
    if (made->leaves_at) return keep_for_slot(made, actor, std::move(done));
    auto const peers = parts_.peers.snapshot();
    auto const* const peer = peers->find(made->row.peer.node);
    if (peer == nullptr || peer->removed())
        return done(Error{ErrorKind::not_found, "peer.unknown", made->row.peer.node.text()});
    parts_.crypto.seal_text(to_payload(*made->message), *peer,
                            [this, made, actor, done = std::move(done)](Result<SealedMessage> sealed) {
                                if (!sealed) return done(sealed.error());
                                commit(made, actor, *std::move(sealed), done);
                            });
}

void ProcedureDesk::keep_for_slot(DraftPtr draft, Actor const& actor, std::function<void(Result<StepSent>)> done) {
    parts_.engine.submit<SentStep>(
        [this, draft, actor](Store& store) -> Result<SentStep> {
            auto& table = store.procedures();
            ASSIGN_OR_RETURN(auto row, table.find(draft->row.peer.node, draft->row.reference));
            if (!row || row->updated_at != draft->row.updated_at) return conflict("procedure.changed_meanwhile");
            row->case_id = draft->row.case_id;
            row->unread = false;
            RETURN_IF_ERROR(table.update(*row));
            RETURN_IF_ERROR(table.put_intent(*row, {draft->request.step, draft->request.fields, actor,
                                                    draft->summary_body.has_value(), *draft->leaves_at}));
            auto facts = Json::object();
            facts.set("procedure", row->reference.text()).set("peer", row->peer.node.text());
            facts.set("kind", to_text(row->kind)).set("leaves_at", to_rfc3339(*draft->leaves_at));
            auto detail = Json::object();
            detail.set("step", to_text(draft->request.step));
            ASSIGN_OR_RETURN(auto const leaf,
                             store.log().append("procedure.decide", parts_.clock.now(), actor, facts, detail));
            static_cast<void>(leaf);
            return SentStep{row->reference, std::nullopt, std::nullopt, draft->leaves_at};
        },
        [this, done = std::move(done)](Result<SentStep> kept) {
            wake();
            if (!kept) return done(kept.error());
            done(StepSent{*std::move(kept)});
        });
}

void ProcedureDesk::commit(DraftPtr draft, Actor const& actor, SealedMessage sealed,
                           std::function<void(Result<StepSent>)> done) {
    auto const shared = std::make_shared<SealedMessage const>(std::move(sealed));  // owners: the closures below
    auto const write = [this, draft, actor, shared](Store& store) { return record(store, *draft, actor, *shared); };
    auto const sent = [this, draft, done] {
        parts_.telemetry.log(LogLevel::info, "procedure.step_queued",
                             {{"message", draft->message->id},
                              {"peer", draft->row.peer.node},
                              {"kind", to_text(draft->row.kind)},
                              {"procedure", std::string_view(draft->row.reference.text())}});
        wake();
        done(StepSent{SentStep{draft->row.reference, draft->message->id, draft->message->summary, std::nullopt}});
    };
    if (draft->summary_body) {
        return parts_.sharing.send(
            draft->share(), *draft->summary_body, actor,
            [done, sent](Result<SendOutcome> outcome) {
                if (!outcome) return done(outcome.error());
                if (auto* const denied = std::get_if<Denied>(&*outcome)) return done(StepSent{std::move(*denied)});
                sent();
            },
            Companion{*draft->message->summary, draft->row.reference, write});
    }
    parts_.engine.submit<Done>([write](Store& store) -> Result<Done> { return write(store); },
                               [this, done, sent](Result<Done> const& written) {
                                   if (!written) return done(written.error());
                                   parts_.sharing.queued();
                                   sent();
                               });
}

/// In the transaction that queues the step.
Status ProcedureDesk::record(Store& store, Draft const& draft, Actor const& actor, SealedMessage const& sealed) {
    auto& table = store.procedures();
    auto const now = parts_.clock.now();
    auto const& message = *draft.message;
    auto row = draft.row;
    if (draft.opens) {
        ASSIGN_OR_RETURN(row.number, table.insert(row));
    } else {
        ASSIGN_OR_RETURN(auto const known, table.find(row.peer.node, row.reference));
        if (!known || known->updated_at != row.updated_at || known->facts.steps != row.facts.steps)
            return conflict("procedure.changed_meanwhile");
        RETURN_IF_ERROR(table.drop_intent(row));
    }
    ContentId memo = 0;
    if (draft.deliberation) {
        RETURN_IF_ERROR(check_unchanged(store, *draft.deliberation, row, parts_.instruments));
        auto const body = sha256(as_bytes(dump(to_json(message.body))));
        ASSIGN_OR_RETURN(memo, record_disclosure(store, *draft.deliberation, row, message.id, body, "status", now));
    }
    ASSIGN_OR_RETURN(auto const content, store.contents().put(as_bytes(dump(to_json(message.body)))));
    row.unread = false;
    ASSIGN_OR_RETURN(auto const outcome, table.add(row, message, StepState::queued, content, now));
    if (!outcome.code.empty()) return conflict(outcome.code);
    if (outcome.effects.has(Effect::stop_use_and_erase)) RETURN_IF_ERROR(erase_received(store, row, now));
    RETURN_IF_ERROR(
        queue_in_procedure(store, parts_.self, row, message.id, MessageType::procedure_step, sealed, memo, now));
    auto detail = Json::object();
    if (row.case_id) detail.set("case", row.case_id->text());
    ASSIGN_OR_RETURN(auto const leaf,
                     store.log().append("procedure.step", now, actor, step_facts(row, message), detail));
    static_cast<void>(leaf);
    return Done{};
}

}  // namespace casebridge
