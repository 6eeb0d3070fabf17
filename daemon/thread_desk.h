// ThreadDesk: notes and attachments of officers inside procedures; what case workers used chat programs for.
//
// A note leaves if the agreement has a thread for the purpose, and the four yeses hold for our case with a consent that
// covers the narrative; at every delivery attempt they are asked again. A responder that has no case of the person
// answers in a thread its partner has begun. A photograph loses what the camera added before anybody sees the preview.
#pragma once

#include "daemon/procedure_desk.h"

namespace casebridge {

struct NoteRequest {
    SubjectReference procedure;
    std::string note{};
    std::optional<Bytes> attachment{};  ///< as the officer has it
    std::optional<CaseId> case_id{};    ///< of ours; of a procedure that has one: that one

    friend std::ostream& operator<<(std::ostream&, NoteRequest const&) = delete;
};

class ThreadDesk {
public:
    explicit ThreadDesk(ProcedureDeskParts parts) : parts_(parts) {}

    /// The effect of a partner's note that is new; in a transaction. An empty code if it was taken, else why it is
    /// rejected: `procedure.unknown`, `procedure.other_subject`, `procedure.erased`, `thread.too_many_entries`,
    /// `message.consent_withdrawn`. Errors: `store.*`.
    static Result<std::string> take(Store& store, ThreadEntry const& entry);
    static constexpr std::int64_t most_entries = 1000;

    // For worker threads: these block on the national database and the engine.

    struct Preview {
        Address to;
        std::string note;
        std::optional<AttachmentType> attachment;
        std::size_t attachment_bytes = 0, removed = 0;  ///< `removed`: of what the camera added
        std::unique_ptr<Deliberation> deliberation;     ///< none: nobody is asked
        Digest digest;
    };
    /// Errors: `procedure.not_found`, `procedure.erased`, `procedure.other_case`, `procedure.agreement_not_in_force`,
    /// `thread.not_in_agreement`, `thread.not_opened`, `thread.consent_without_narrative`,
    /// `thread.attachment_too_large`, `thread.too_many_entries`, those of check_note, clean_attachment and
    /// Sharing::deliberate.
    Result<Preview> preview(NoteRequest const& request);
    /// Errors also: `procedure.preview_outdated`, `procedure.changed_meanwhile`, `store.reserve_reached`.
    void send(NoteRequest const& request, Digest const& previewed, Actor const& actor,
              std::function<void(Result<StepSent>)> done);

private:
    struct Draft;
    using DraftPtr = std::shared_ptr<Draft>;  // owners: the closures of one note, one after another
    Result<DraftPtr> draft(NoteRequest const& request);
    Status check_thread(Draft& draft, std::int64_t of_initiator);
    Status record(Store& store, Draft const& draft, Actor const& actor, SealedMessage const& sealed);

    ProcedureDeskParts const parts_;
};

}  // namespace casebridge
