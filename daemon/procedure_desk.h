// ProcedureDesk: steps of procedures, ours and the partners' (policies/procedure).
//
//   officer ─▶ draft: does it follow? four yeses about our case ─▶ preview ─▶ sign, seal ─▶ one transaction: step,
//              outbox, disclosure, leaf, and the case summary that goes with it ─▶ outbox
//   partner's step ─ one transaction ─▶ receipt, step, what it comes to
//
// INVARIANT: both nodes fold the same steps: what a signed receipt refused, or what never left, does not count here;
// what counts here is retried until it is answered. SECURITY: where a kind hides refusal, what the responder says is
// built and signed when the answer is due (procedure_clock.h), whatever it says and whenever an officer decided.
#pragma once

#include "daemon/calendars.h"
#include "daemon/sharing.h"

namespace casebridge {

/// All outlive the desk.
struct ProcedureDeskParts {
    Self const& self;
    Sharing& sharing;
    Engine& engine;
    InstrumentsHolder& instruments;
    CalendarsHolder& calendars;
    PeerRegistry& peers;
    CryptoService& crypto;
    DiskReserve& reserve;
    Telemetry& telemetry;
    ClockGuard const& clock;
};

/// What an officer, or the daemon itself, wants to say.
struct StepRequest {
    /// None: it opens a procedure, and `to`, `from`, `kind` and `case_id` say which.
    std::optional<SubjectReference> procedure{};
    std::optional<Address> to{};
    std::optional<OfficeId> from{};  ///< none: the first of ours
    std::optional<ProcedureKind> kind{};
    std::optional<CaseId> case_id{};  ///< of ours; of a procedure that has one: that one
    StepType step;
    Json fields = Json::object();
    /// Whether a case summary goes with the step, where one can. None: with the initiator's, not with answers, which
    /// say what was asked and no more.
    std::optional<bool> with_summary{};
    /// Of what leaves in the answer slot: the slot, which is all that its time tells.
    std::optional<Timestamp> slot{};

    friend std::ostream& operator<<(std::ostream&, StepRequest const&) = delete;
};

struct SentStep {
    SubjectReference procedure;
    std::optional<MessageId> message, summary;  ///< no message: it leaves later
    std::optional<Timestamp> leaves_at;
};
using StepSent = std::variant<SentStep, Denied>;

class ProcedureDesk {
public:
    explicit ProcedureDesk(ProcedureDeskParts parts) : parts_(parts) {}

    // In a transaction.

    /// The effect of a partner's step that is new; an empty code if it was taken, else why it is rejected:
    /// `procedure.unknown`, `procedure.other_kind`, `procedure.wrong_sender_side`, `procedure.other_subject`,
    /// `procedure.number_not_above`, `procedure.too_many_steps`, `message.consent_withdrawn`. A step that does not
    /// follow from the others is taken all the same, and has no effect (policies/procedure). `terms`: null only for a
    /// withdrawal without an agreement. Errors: `procedure.quota_exhausted`, `store.*`.
    Result<std::string> take(Store& store, StepMessage const& step, AgreementPurpose const* terms, Timestamp now);

    // For worker threads: these block on the national database and the engine.

    struct Preview {
        StepBody body;
        Address to;
        SubjectReference subject;
        std::unique_ptr<Deliberation> deliberation;  ///< none: nobody is asked for a yes
        bool with_summary = false;
        std::optional<Timestamp> leaves_at;  ///< none: at once
        Digest digest;                       ///< what `send` binds to
    };
    /// What the partner will see. Errors: those of `draft`.
    Result<Preview> preview(StepRequest const& request);
    /// Sends exactly what was previewed; without a digest, what the request comes to now.
    /// Errors also: `procedure.preview_outdated`, `procedure.changed_meanwhile`, `store.reserve_reached`.
    void send(StepRequest const& request, std::optional<Digest> const& previewed, Actor const& actor,
              std::function<void(Result<StepSent>)> done);

    /// A change the clock of procedures has to look at.
    void wake() const { wake_(); }
    void on_change(std::function<void()> wake) { wake_ = std::move(wake); }

    /// The terms a procedure is under; nullptr: the agreement is not here any more.
    static AgreementPurpose const* terms_of(Instruments const& instruments, ProcedureRow const& row);
    [[nodiscard]] SideCalendars calendars_of(Calendars const& calendars, ProcedureRow const& row) const;

private:
    struct Known;
    struct Draft;
    using DraftPtr = std::shared_ptr<Draft>;  // owners: the closures of one step, one after another

    /// Errors: `procedure.not_found`, `procedure.erased`, `procedure.incomplete` (an opening without what it needs),
    /// `procedure.case_needed`, `procedure.other_case`, `procedure.agreement_not_in_force`,
    /// `procedure.agreement_changed`, `procedure.no_summary_here`, those of Step::read, of take_step, of check_parties,
    /// of Sharing::deliberate and of answer_slot.
    Result<DraftPtr> draft(StepRequest const& request);
    Result<Known> look_up(StepRequest const& request, Timestamp now);
    Status ask(Draft& draft);
    Status cite(Draft& draft);
    Status check_agreement(Draft const& draft) const;
    Status check_follows(Draft& draft);
    Status choose_summary(Draft& draft);
    void keep_for_slot(DraftPtr draft, Actor const& actor, std::function<void(Result<StepSent>)> done);
    void commit(DraftPtr draft, Actor const& actor, SealedMessage sealed, std::function<void(Result<StepSent>)> done);
    Status record(Store& store, Draft const& draft, Actor const& actor, SealedMessage const& sealed);
    Result<std::variant<ProcedureRow, std::string>> row_for(Store& store, StepMessage const& step,
                                                            AgreementPurpose const* terms, Timestamp now);

    ProcedureDeskParts const parts_;
    std::function<void()> wake_ = [] {};
};

/// Steps that end something or say nothing of a person: no yes is asked for.
bool asks_nobody(StepType step);

}  // namespace casebridge
