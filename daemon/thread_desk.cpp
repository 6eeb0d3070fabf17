#include "daemon/thread_desk.h"

#include "daemon/procedure_grounds.h"

namespace casebridge {
namespace {

Error conflict(std::string_view code, std::string detail = {}) {
    return {ErrorKind::conflict, code, std::move(detail)};
}

Digest body_of(ThreadEntry const& entry) {
    auto json = Json::object().set("note", entry.note);
    if (entry.attachment)
        json.set("attachment", to_text(entry.attachment->type)).set("sha256", sha256(entry.attachment->bytes).hex());
    return sha256(as_bytes(dump(json)));
}

}  // namespace

struct ThreadDesk::Draft {
    ProcedureRow row;
    ThreadEntry entry;
    std::size_t removed = 0;
    std::shared_ptr<Instruments const> instruments;  // owners: this and the holder
    std::unique_ptr<Deliberation> deliberation{};    ///< none: nobody is asked

    [[nodiscard]] bool denied() const { return deliberation && !deliberation->decision->allowed(); }
};

Result<std::string> ThreadDesk::take(Store& store, ThreadEntry const& entry) {
    auto const& from = entry.from.node;
    if (entry.consent) {
        // SECURITY: a withdrawal outranks what it was for, also what was under way when it was made.
        ASSIGN_OR_RETURN(bool const withdrawn, store.duties().is_withdrawn(from, entry.consent->id));
        if (withdrawn) return std::string("message.consent_withdrawn");
    }
    ASSIGN_OR_RETURN(auto row, store.procedures().find(from, entry.procedure));
    if (!row || purpose_of(row->kind) != entry.purpose) return std::string("procedure.unknown");
    if (row->subject != entry.subject) return std::string("procedure.other_subject");
    if (row->erased_at) return std::string("procedure.erased");
    ASSIGN_OR_RETURN(auto const counts, store.threads().counts(*row));
    if (counts.all >= most_entries) return std::string("thread.too_many_entries");
    RETURN_IF_ERROR(store.threads().insert(*row, opposite(row->side), entry, StepState::received));
    return std::string();
}

/// Whether the agreement has a thread that takes this entry, and somebody has begun it who may.
Status ThreadDesk::check_thread(Draft& draft, std::int64_t of_initiator) {
    auto const* const terms = ProcedureDesk::terms_of(*draft.instruments, draft.row);
    if (terms == nullptr || !terms->thread) return conflict("thread.not_in_agreement");
    auto const& attachment = draft.entry.attachment;
    if (attachment && attachment->bytes.size() > terms->thread->attachment_bytes)
        return conflict("thread.attachment_too_large",
                        "the agreement allows " + std::to_string(terms->thread->attachment_bytes / 1024) + " KiB");
    if (!draft.row.case_id) {
        if (of_initiator == 0) return conflict("thread.not_opened", "the partner begins, or name a case of ours");
        return Done{};
    }
    ASSIGN_OR_RETURN(draft.deliberation,
                     parts_.sharing.deliberate({*draft.row.case_id, draft.row.peer, purpose_of(draft.row.kind), {}}));
    if (draft.denied()) return Done{};
    if (!draft.deliberation->decision->consent()->categories.contains(Category::narrative))
        return conflict("thread.consent_without_narrative", "the consent does not name the category narrative");
    if (draft.deliberation->decision->agreement()->digest() != draft.row.agreement)
        return conflict("procedure.agreement_changed");
    ASSIGN_OR_RETURN(draft.entry.consent, cite_consent(parts_.engine, *draft.deliberation, draft.row));
    draft.row.own_consent = draft.entry.consent->id;
    return Done{};
}

Result<ThreadDesk::DraftPtr> ThreadDesk::draft(NoteRequest const& request) {
    RETURN_IF_ERROR(check_note(request.note, request.attachment.has_value()));
    std::optional<Attachment> attachment;
    std::size_t removed = 0;
    if (request.attachment) {
        ASSIGN_OR_RETURN(auto clean, clean_attachment(*request.attachment));
        removed = clean.removed;
        attachment = Attachment{clean.type, std::move(clean.bytes)};
    }
    struct Found {
        ProcedureRow row;
        ThreadTable::Counts counts;
        std::string head;
    };
    ASSIGN_OR_RETURN(auto known, parts_.engine.call<Found>([&](Store& store) -> Result<Found> {
        ASSIGN_OR_RETURN(auto row, store.procedures().find(request.procedure));
        if (!row) return Error{ErrorKind::not_found, "procedure.not_found", request.procedure.text()};
        if (row->erased_at) return conflict("procedure.erased", row->reference.text());
        if (request.case_id && row->case_id && *request.case_id != *row->case_id)
            return conflict("procedure.other_case", "the procedure is about another case of ours");
        if (!row->case_id) row->case_id = request.case_id;
        ASSIGN_OR_RETURN(auto const counts, store.threads().counts(*row));
        return Found{*std::move(row), counts, store.log().head().text()};
    }));
    if (known.counts.all >= most_entries) return conflict("thread.too_many_entries");
    auto const now = parts_.clock.now();
    auto& row = known.row;
    ThreadEntry entry{{.id = MessageId::make(now, to_text(random_bytes(10))),
                       .from = {parts_.self.node, row.own_office},
                       .to = row.peer,
                       .sent_at = now,
                       .procedure = row.reference,
                       .purpose = purpose_of(row.kind),
                       .subject = row.subject,
                       .agreement = row.agreement,
                       .log_head = std::move(known.head)},
                      request.note,
                      std::move(attachment)};
    auto made =
        std::make_shared<Draft>(Draft{std::move(row), std::move(entry), removed, parts_.instruments.get(), nullptr});
    RETURN_IF_ERROR(check_procedure_agreement(*made->instruments, parts_.self, made->row, now));
    RETURN_IF_ERROR(check_thread(*made, known.counts.of_initiator));
    return made;
}

Result<ThreadDesk::Preview> ThreadDesk::preview(NoteRequest const& request) {
    ASSIGN_OR_RETURN(auto made, draft(request));
    auto const digest = body_of(made->entry);
    auto const& attachment = made->entry.attachment;
    return Preview{made->row.peer,
                   std::move(made->entry.note),
                   attachment ? std::optional(attachment->type) : std::nullopt,
                   attachment ? attachment->bytes.size() : 0,
                   made->removed,
                   std::move(made->deliberation),
                   digest};
}

void ThreadDesk::send(NoteRequest const& request, Digest const& previewed, Actor const& actor,
                      std::function<void(Result<StepSent>)> done) {
    if (auto const room = parts_.reserve.require_room(); !room) return done(room.error());
    if (auto const trusted = parts_.clock.require_trusted(); !trusted) return done(trusted.error());
    auto drafted = draft(request);
    if (!drafted) return done(drafted.error());
    auto const made = *std::move(drafted);
    if (made->denied()) {
        ShareRequest const share{*made->row.case_id, made->row.peer, purpose_of(made->row.kind), {}};
        auto const recorded = parts_.sharing.record_deliberation(*made->deliberation, share, actor, "refusal");
        if (!recorded) return done(recorded.error());
        return done(StepSent{Denied{made->deliberation->decision->denials()}});
    }
    if (body_of(made->entry) != previewed)
        return done(conflict("procedure.preview_outdated", "preview again: the note or a rule has changed"));
    auto const peers = parts_.peers.snapshot();
    auto const* const peer = peers->find(made->row.peer.node);
    if (peer == nullptr || peer->removed())
        return done(Error{ErrorKind::not_found, "peer.unknown", made->row.peer.node.text()});
    parts_.crypto.seal_text(
        to_payload(made->entry), *peer, [this, made, actor, done = std::move(done)](Result<SealedMessage> sealed) {
            if (!sealed) return done(sealed.error());
            auto const shared = std::make_shared<SealedMessage const>(*std::move(sealed));  // owner: the closure below
            parts_.engine.submit<Done>(
                [this, made, actor, shared](Store& store) -> Result<Done> {
                    return record(store, *made, actor, *shared);
                },
                [this, made, done](Result<Done> const& written) {
                    if (!written) return done(written.error());
                    parts_.sharing.queued();
                    parts_.telemetry.log(LogLevel::info, "procedure.note_queued",
                                         {{"message", made->entry.id}, {"peer", made->row.peer.node}});
                    done(StepSent{SentStep{made->row.reference, made->entry.id, std::nullopt, std::nullopt}});
                });
        });
}

/// In the transaction that queues the note.
Status ThreadDesk::record(Store& store, Draft const& draft, Actor const& actor, SealedMessage const& sealed) {
    auto const now = parts_.clock.now();
    auto const& entry = draft.entry;
    ASSIGN_OR_RETURN(auto row, store.procedures().find(draft.row.peer.node, draft.row.reference));
    if (!row || row->erased_at) return conflict("procedure.changed_meanwhile");
    ContentId memo = 0;
    if (draft.deliberation) {
        row->case_id = draft.row.case_id;
        row->own_consent = draft.row.own_consent;
        RETURN_IF_ERROR(store.procedures().update(*row));
        RETURN_IF_ERROR(check_unchanged(store, *draft.deliberation, *row, parts_.instruments));
        ASSIGN_OR_RETURN(
            memo, record_disclosure(store, *draft.deliberation, *row, entry.id, body_of(entry), "narrative", now));
    }
    RETURN_IF_ERROR(store.threads().insert(*row, row->side, entry, StepState::queued));
    RETURN_IF_ERROR(
        queue_in_procedure(store, parts_.self, *row, entry.id, MessageType::thread_entry, sealed, memo, now));
    auto facts = Json::object();
    facts.set("procedure", row->reference.text())
        .set("peer", row->peer.node.text())
        .set("message", entry.id.text())
        .set("attachment", entry.attachment ? to_text(entry.attachment->type) : std::string_view("none"));
    auto detail = Json::object();
    if (row->case_id) detail.set("case", row->case_id->text());
    ASSIGN_OR_RETURN(auto const leaf, store.log().append("procedure.note", now, actor, facts, detail));
    static_cast<void>(leaf);
    return Done{};
}

}  // namespace casebridge
