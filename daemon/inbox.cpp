#include "daemon/inbox.h"

#include "daemon/keys_away.h"

namespace casebridge {

namespace {

/// From one partner. A withdrawal leaves some 20 KiB behind for ever: a tombstone, leaves, a receipt.
constexpr std::int64_t most_duties_a_day = 1000;

HttpResponse receipt_answer(InboxRow const& row) {
    return {
        .status = row.outcome == Outcome::accepted ? 200 : 422, .content_type = "application/cms", .body = row.receipt};
}

/// What the sender says the message rests on.
void add_citations(MessageHeader const& header, Json& facts, Json& detail) {
    facts.set("from_office", header.from.office.text())
        .set("policy_version", header.policy_version)
        .set("policy_digest", header.policy_digest.hex())
        .set("consent_epoch", header.consent.epoch)
        .set("consent_form", header.consent.form.hex());
    detail.set("cited_consent", header.consent.id);
}

int status_for(Admission::Verdict verdict, std::string_view code) {
    if (verdict == Admission::Verdict::retry_later) return 503;
    if (code == "message.expired") return 410;
    return 403;
}

}  // namespace

/// A message or duty whose signature holds, with the verdict on its form.
struct Inbox::Arrival {
    Incoming incoming;
    Digest inner_digest;
    Bytes bare_signature;
    Admission admission;
    AgreementPurpose const* terms = nullptr;         ///< of a step
    std::shared_ptr<Instruments const> instruments;  ///< owner of the terms, with the holder

    [[nodiscard]] Duty const* duty() const { return std::get_if<Duty>(&incoming); }
    [[nodiscard]] StepMessage const* step() const { return std::get_if<StepMessage>(&incoming); }
    [[nodiscard]] ThreadEntry const* note() const { return std::get_if<ThreadEntry>(&incoming); }
    [[nodiscard]] ReceivedMessage const* message() const { return std::get_if<ReceivedMessage>(&incoming); }
    [[nodiscard]] bool replaces() const { return message() != nullptr && !message()->header.replaces.empty(); }
    [[nodiscard]] MessageId const& id() const {
        return said<MessageId>([](auto const& it) -> auto& { return it.id; });
    }
    [[nodiscard]] Address const& from() const {
        return said<Address>([](auto const& it) -> auto& { return it.from; });
    }
    [[nodiscard]] Address const& to() const {
        return said<Address>([](auto const& it) -> auto& { return it.to; });
    }
    [[nodiscard]] Timestamp expires_at() const { return message() != nullptr ? message()->header.expires_at : never; }

private:
    /// What all kinds say of themselves.
    template <typename Value, typename Member>
    [[nodiscard]] Value const& said(Member member) const {
        if (message() != nullptr) return member(message()->header);
        if (duty() != nullptr) return member(*duty());
        return step() != nullptr ? member(*step()) : member(*note());
    }
};

Inbox::Inbox(Self const& self, Config const& config, Engine& engine, InstrumentsHolder& instruments,
             PeerRegistry& peers, CryptoService& crypto, DutyDesk& duties, ProcedureDesk& procedures,
             DiskReserve& reserve, Telemetry& telemetry, ClockGuard const& clock, ReceivedExport* staging)
    : self_(self),
      config_(config),
      engine_(engine),
      instruments_(instruments),
      peers_(peers),
      crypto_(crypto),
      duties_(duties),
      procedures_(procedures),
      reserve_(reserve),
      telemetry_(telemetry),
      clock_(clock),
      staging_(staging) {}

void Inbox::refuse(HttpResponder const& respond, NodeId const& carrier, Error const& error) {
    telemetry_.count("casebridge_messages_received_total", "refused");
    telemetry_.log(LogLevel::warning, "message.refused", {{"peer", carrier}, {"why", error}});
    if (status_of(error) == 507) return respond(problem(507, "store.full"));  // why exactly is for our log
    bool const later = error.kind == ErrorKind::unavailable || error.kind == ErrorKind::internal;
    respond(problem(later ? 503 : 400, told_to_partner(error)));
}

void Inbox::receive(Bytes sealed, NodeId const& carrier, HttpResponder respond) {
    crypto_.open(std::move(sealed), carrier, config_.limits.body_bytes, peers_.snapshot(),
                 [this, carrier, respond = std::move(respond)](Result<OpenedEnvelope> opened) {
                     on_opened(std::move(opened), carrier, respond);
                 });
}

void Inbox::on_opened(Result<OpenedEnvelope> opened, NodeId const& carrier, HttpResponder const& respond) {
    if (!opened) return refuse(respond, carrier, opened.error());
    auto const payload = opened->payload();
    auto incoming = parse_incoming({reinterpret_cast<char const*>(payload.data()), payload.size()});
    if (!incoming) return refuse(respond, carrier, incoming.error());
    auto const instruments = instruments_.get();
    auto const lookup = [&instruments](Digest const& digest) { return instruments->find(digest); };
    auto const& signer = opened->signer_node();
    auto const now = clock_.now();
    StepAdmission given;
    if (auto const* const step = std::get_if<StepMessage>(&*incoming))
        given = admit_step(*step, signer, carrier, self_, lookup, now);
    else if (auto const* const note = std::get_if<ThreadEntry>(&*incoming))
        given = admit_note(*note, signer, carrier, self_, lookup, now);
    else if (auto const* const duty = std::get_if<Duty>(&*incoming))
        given.admission = admit_duty(*duty, signer, carrier, self_, now);
    else
        given.admission = admit_summary(std::get<ReceivedMessage>(*incoming), signer, carrier, lookup, now);
    record(
        std::make_shared<Arrival const>(Arrival{*std::move(incoming), opened->inner_digest(), opened->bare_signature(),
                                                given.admission, given.terms, instruments}),
        respond);
}

/// Another ministry's words also need its signed permission.
Admission Inbox::admit_summary(ReceivedMessage const& message, NodeId const& signer, NodeId const& carrier,
                               AgreementLookup const& agreements, Timestamp now) const {
    auto const given = admit(message, signer, carrier, self_, agreements, now);
    if (given.verdict != Admission::Verdict::accept || !message.header.onward) return given;
    auto const code = OnwardDesk::admit_copy(message, *peers_.snapshot(), now);
    return code.empty() ? given : Admission{Admission::Verdict::reject, code};
}

void Inbox::record(std::shared_ptr<Arrival const> arrival, HttpResponder respond) {
    engine_.submit<InboxRow>(
        [this, arrival](Store& store) { return admit_once(store, *arrival); },
        [this, arrival, respond = std::move(respond)](Result<InboxRow> row) {
            auto const& peer = arrival->from().node;
            if (!row) {
                auto const& error = row.error();
                if (error.kind != ErrorKind::unauthentic && error.kind != ErrorKind::conflict)
                    return refuse(respond, peer, error);
                if (error.code == "message.id_reused") telemetry_.count("casebridge_alarms_total", "id_reused");
                telemetry_.count("casebridge_messages_received_total", "refused");
                telemetry_.log(LogLevel::warning, "message.refused", {{"peer", peer}, {"why", error}});
                auto const status =
                    error.kind == ErrorKind::conflict ? 409 : status_for(arrival->admission.verdict, error.code);
                return respond(problem(status, error.code));
            }
            auto const outcome = row->outcome == Outcome::accepted ? "accepted" : "rejected";
            telemetry_.count("casebridge_messages_received_total", outcome);
            telemetry_.log(LogLevel::info, "message.received",
                           {{"message", arrival->id()},
                            {"peer", peer},
                            {"type", to_text(row->type)},
                            {"outcome", std::string_view(outcome)},
                            {"code", std::string_view(row->code)}});
            respond(receipt_answer(*row));
            if (arrival->duty() != nullptr || arrival->replaces()) duties_.dispatch();
            if (arrival->step() != nullptr) procedures_.wake();
            if (staging_ != nullptr) staging_->wake();
        });
}

/// INVARIANT: one (`from`, `id`) has one effect, one leaf and one receipt, whatever is repeated.
Result<InboxRow> Inbox::admit_once(Store& store, Arrival const& arrival) {
    auto const& from = arrival.from().node;
    auto const now = clock_.now();
    auto const verdict = arrival.admission.verdict;
    bool const addressed = arrival.to().node == self_.node && arrival.admission.code != "message.wrong_signer" &&
                           arrival.admission.code != "message.wrong_carrier";
    if (addressed) {
        ASSIGN_OR_RETURN(auto const known, store.inbox().find(from, arrival.id()));
        if (known && known->inner_digest == arrival.inner_digest) return *known;
        if (known) return Error{ErrorKind::conflict, "message.id_reused", arrival.id().text()};
    }
    if (verdict == Admission::Verdict::refuse || verdict == Admission::Verdict::retry_later)
        return Error{ErrorKind::unauthentic, arrival.admission.code, arrival.id().text()};

    // It may have been succeeded since this was opened: what is written by its name now, nobody would find.
    ASSIGN_OR_RETURN(bool const succeeded, store.successions().is_succeeded(from));
    if (succeeded) return Error{ErrorKind::unauthentic, "peer.removed", from.text()};
    ASSIGN_OR_RETURN(bool const forgotten, may_be_forgotten(store, arrival.expires_at()));
    if (forgotten) return Error{ErrorKind::unauthentic, "message.expired", arrival.id().text()};
    RETURN_IF_ERROR(clock_.require_trusted());
    // What is known already gets its receipt all the same, and a duty makes room; but nobody fills the disk with
    // duties.
    if (arrival.duty() == nullptr) {
        RETURN_IF_ERROR(reserve_.require_room());
    } else {
        ASSIGN_OR_RETURN(auto const today, store.duties().count_today(from, now));
        if (today > most_duties_a_day) return Error{ErrorKind::unavailable, "duty.quota_exhausted", from.text()};
    }
    RETURN_IF_ERROR(forget_expired(store));
    ASSIGN_OR_RETURN(auto row, new_row(store, arrival, now));
    ASSIGN_OR_RETURN(auto const payload,
                     claimed_content_digest(arrival.bare_signature, ContentKind::message, Payload::detached));
    auto facts = Json::object();
    facts.set("message", row.id.text())
        .set("peer", row.from.text())
        .set("type", to_text(row.type))
        .set("office", row.to_office.text())
        .set("purpose", to_text(row.purpose))
        .set("agreement", row.agreement.hex())
        .set("inner", row.inner_digest.hex())
        .set("payload", to_hex(payload))
        .set("outcome", row.outcome == Outcome::accepted ? "accepted" : "rejected")
        .set("code", row.code);
    auto detail = Json::object();
    detail.set("subject", row.subject.text());
    if (arrival.message() != nullptr) add_citations(arrival.message()->header, facts, detail);
    ASSIGN_OR_RETURN(row.log_index,
                     store.log().append("admission", now, service_actor("message received"), facts, detail));
    ASSIGN_OR_RETURN(row.receipt, sign_receipt(store, row, now));
    RETURN_IF_ERROR(store.inbox().insert(row));
    RETURN_IF_ERROR(store.evidence().keep(row.id, row.from, EvidenceTable::Kind::message, arrival.bare_signature));
    bool const staged = staging_ != nullptr && row.type == MessageType::case_summary && row.content;
    if (staged) RETURN_IF_ERROR(staging_->list(store, row));
    return row;
}

Result<InboxRow> Inbox::new_row(Store& store, Arrival const& arrival, Timestamp now) {
    if (arrival.duty() != nullptr) return new_duty_row(store, arrival, now);
    if (arrival.step() != nullptr) {
        auto row = row_in_procedure(arrival, *arrival.step(), MessageType::procedure_step, now);
        if (!row.code.empty()) return row;
        ASSIGN_OR_RETURN(row.code, procedures_.take(store, *arrival.step(), arrival.terms, now));
        row.outcome = row.code.empty() ? Outcome::accepted : Outcome::rejected;
        return row;
    }
    if (arrival.note() != nullptr) {
        auto row = row_in_procedure(arrival, *arrival.note(), MessageType::thread_entry, now);
        if (!row.code.empty()) return row;
        ASSIGN_OR_RETURN(row.code, ThreadDesk::take(store, *arrival.note()));
        row.outcome = row.code.empty() ? Outcome::accepted : Outcome::rejected;
        return row;
    }
    return new_summary_row(store, arrival, now);
}

Result<InboxRow> Inbox::new_summary_row(Store& store, Arrival const& arrival, Timestamp now) {
    auto const& header = arrival.message()->header;
    InboxRow row{.from = header.from.node,
                 .id = header.id,
                 .from_office = header.from.office,
                 .to_office = header.to.office,
                 .inner_digest = arrival.inner_digest,
                 .type = header.type,
                 .purpose = header.purpose,
                 .subject = header.subject,
                 .agreement = header.agreement,
                 .content = {},
                 .code = std::string(arrival.admission.code),
                 .sent_at = header.sent_at,
                 .received_at = now,
                 .expires_at = header.expires_at,
                 .retain_until = header.expires_at,
                 .receipt = {},
                 .read_at = {},
                 .consent = header.consent.id,
                 .consent_epoch = header.consent.epoch,
                 .originator = header.onward ? std::optional(header.onward->originator) : std::nullopt,
                 .procedure = header.procedure};
    // SECURITY: a withdrawal outranks what it was for, also what was under way when it was made.
    if (row.code.empty()) {
        ASSIGN_OR_RETURN(bool const withdrawn, store.duties().is_withdrawn(row.from, row.consent));
        if (withdrawn) row.code = "message.consent_withdrawn";
    }
    if (row.code.empty()) {
        ASSIGN_OR_RETURN(row.code, store.inbox().superseded(row.from, row.id));
    }
    if (row.code.empty() && !row.procedure.empty()) {
        ASSIGN_OR_RETURN(bool const ended, was_withdrawn(store, row));
        if (ended) row.code = "procedure.withdrawn";
    }
    // Also if something has taken its own place meanwhile: the end must not depend on what came first.
    if (arrival.admission.code.empty() && !header.replaces.empty()) {
        ASSIGN_OR_RETURN(auto const changes, take_the_place(store, *arrival.message(), now));
        if (row.code.empty()) row.changes = dump(to_json(changes));
    }
    row.outcome = row.code.empty() ? Outcome::accepted : Outcome::rejected;
    if (row.outcome == Outcome::rejected) return row;
    row.retain_until = header.retain_until;
    ASSIGN_OR_RETURN(row.content, store.contents().put(as_bytes(dump(arrival.message()->body))));
    return row;
}

/// A summary that came for a procedure is not kept once that was withdrawn, whichever arrives first.
Result<bool> Inbox::was_withdrawn(Store& store, InboxRow const& row) {
    auto const reference = SubjectReference::parse(row.procedure);
    if (!reference) return false;  // of a procedure nobody could open
    ASSIGN_OR_RETURN(auto const procedure, store.procedures().find(row.from, *reference));
    return procedure && (procedure->erased_at || procedure->facts.stage == Stage::withdrawn);
}

/// Destroys what the message replaces, also answers about the same person for the same purpose, and tells which fields
/// differ. What has not come yet is rejected when it comes. Only of the same sender: nobody replaces another's words.
Result<BodyChanges> Inbox::take_the_place(Store& store, ReceivedMessage const& message, Timestamp now) {
    auto const& header = message.header;
    auto const& from = header.from.node;
    std::vector<Json> before;
    for (auto const& id : header.replaces) {
        ASSIGN_OR_RETURN(auto const held, store.inbox().holding(from, id));
        if (held) {
            ASSIGN_OR_RETURN(auto const bytes, store.contents().get(held->content));
            ASSIGN_OR_RETURN(auto body, parse_json(to_text(bytes)));
            before.push_back(std::move(body));
            RETURN_IF_ERROR(store.contents().erase(held->content));
            RETURN_IF_ERROR(store.inbox().mark_erased(held->number, now));
        }
        ASSIGN_OR_RETURN(auto const recalled, duties_.recall_copies(store, from, id, now));
        static_cast<void>(recalled);
        RETURN_IF_ERROR(store.inbox().supersede(from, id, header.id, "message.replaced", now));
    }
    ASSIGN_OR_RETURN(auto const answers,
                     store.queries_asked().erase_told(from, header.subject, header.purpose, "message.replaced"));
    auto facts = Json::object();
    facts.set("message", header.id.text())
        .set("peer", from.text())
        .set("purpose", to_text(header.purpose))
        .set("messages", static_cast<std::int64_t>(before.size()))
        .set("answers", answers);
    ASSIGN_OR_RETURN(auto const leaf, store.log().append("replacement", now, service_actor("a partner's update"), facts,
                                                         Json::object()));
    static_cast<void>(leaf);
    return body_changes(before, message.body);
}

/// What a duty says is kept for ever: who asked for what to be destroyed is evidence, and no data of a person.
Result<InboxRow> Inbox::new_duty_row(Store& store, Arrival const& arrival, Timestamp now) {
    auto const& duty = *arrival.duty();
    InboxRow row{.from = duty.from.node,
                 .id = duty.id,
                 .from_office = duty.from.office,
                 .to_office = duty.to.office,
                 .inner_digest = arrival.inner_digest,
                 .type = duty.type(),
                 .purpose = duty.purpose,
                 .subject = duty.subject,
                 .agreement = duty.agreement,
                 .content = {},
                 .code = {},
                 .sent_at = duty.sent_at,
                 .received_at = now,
                 .expires_at = never,
                 .retain_until = never,
                 .receipt = {},
                 .read_at = {}};
    ASSIGN_OR_RETURN(row.code, duties_.take(store, duty, now));
    row.outcome = row.code.empty() ? Outcome::accepted : Outcome::rejected;
    if (row.outcome == Outcome::rejected) return row;
    auto const body = std::visit([](auto const& content) { return to_json(content); }, duty.content);
    ASSIGN_OR_RETURN(row.content, store.contents().put(as_bytes(dump(body))));
    return row;
}

/// What a step or a note says is kept with its procedure; this row is its receipt.
InboxRow Inbox::row_in_procedure(Arrival const& arrival, ProcedureMessage const& message, MessageType type,
                                 Timestamp now) {
    bool const accepted = arrival.admission.code.empty();
    return {.from = message.from.node,
            .id = message.id,
            .from_office = message.from.office,
            .to_office = message.to.office,
            .inner_digest = arrival.inner_digest,
            .type = type,
            .purpose = message.purpose,
            .subject = message.subject,
            .agreement = message.agreement,
            .content = {},
            .outcome = accepted ? Outcome::accepted : Outcome::rejected,
            .code = std::string(arrival.admission.code),
            .sent_at = message.sent_at,
            .received_at = now,
            .expires_at = never,
            .retain_until = never,
            .receipt = {},
            .read_at = {},
            .procedure = message.procedure.text()};
}

Result<Bytes> Inbox::sign_receipt(Store& store, InboxRow const& row, Timestamp now) {
    Receipt receipt{.from = self_.node,
                    .to = row.from,
                    .message = row.id,
                    .inner_digest = row.inner_digest,
                    .outcome = row.outcome,
                    .code = row.code,
                    .at = now,
                    .log_index = row.log_index,
                    .log_head = store.log().head().text()};
    return crypto_.sign_receipt(receipt, now);
}

}  // namespace casebridge
