// Procedures with partners, their steps, and what the steps come to (policies/procedure).
//
// The steps are the truth; what they come to is kept beside them so that lists need not fold them. Once a procedure is
// erased its steps say nothing any more, and it stands where it stood: what still arrives is taken in order of arrival.
#pragma once

#include "daemon/actor.h"
#include "daemon/content_table.h"
#include "policies/procedure/log.h"
#include "policies/step_message.h"

namespace casebridge {

/// What the steps come to, as lists show it.
struct ProcedureFacts {
    Stage stage = Stage::not_opened;
    Urgency urgency = Urgency::ordinary;
    std::optional<Waiting> waiting{};
    std::optional<Date> offered_on{}, agreed_on{};
    std::int64_t reports = 0, reports_of = 0;
    std::array<std::optional<Digest>, 2> signatures{};  ///< of the handover record, by side
    std::int64_t steps = 0;                             ///< that count
    std::optional<StepType> last_step{};
    std::optional<Side> last_side{};
};

struct ProcedureRow {
    std::int64_t number = 0;  ///< given by the table, in the order they came to be known
    SubjectReference reference;
    Address peer;
    OfficeId own_office;
    ProcedureKind kind;
    Side side;  ///< ours
    SubjectReference subject;
    std::optional<CaseId> case_id{};  ///< of ours; none: not linked to one, or erased
    Digest agreement;
    std::chrono::days expire_after{90};
    std::string own_consent{}, peer_consent{};  ///< pairwise ids of the consents it rests on; empty: none
    Timestamp opened_at, updated_at;
    std::optional<Timestamp> look_at{};       ///< when something is to be done about it
    std::optional<Timestamp> erased_at{};     ///< what was said was destroyed
    bool unread = false;                      ///< a step of the partner that no officer has looked at
    std::optional<Timestamp> overdue_told{};  ///< `since` of the wait the partner was told is overdue
    ProcedureFacts facts{};

    friend std::ostream& operator<<(std::ostream&, ProcedureRow const&) = delete;
};

/// received; or ours: queued → delivered, rejected (by a signed receipt), refused (a yes became a no before it left) or
/// uncertain (refused after an attempt whose end nobody knows). Rejected and refused steps do not count.
enum class StepState : std::uint8_t { received, queued, delivered, uncertain, rejected, refused };
std::string_view to_text(StepState state);

struct StepRow {
    MessageId message;
    Side side;
    std::uint64_t lamport;
    Timestamp sent_at;
    StepType step;
    std::optional<ContentId> content;  ///< JSON of the StepBody; none: erased
    std::optional<MessageId> summary;
    StepState state;
    std::string code;  ///< of a rejection or refusal; of an erased procedure's step, why it had no effect
    Timestamp stored_at;

    [[nodiscard]] bool counts() const { return state != StepState::rejected && state != StepState::refused; }
};

/// A step an officer has decided on, or that is owed, and that is built when it leaves.
struct StepIntent {
    StepType step;
    Json fields;
    Actor actor;
    bool with_summary = false;
    Timestamp leaves_at;
};

class ProcedureTable {
public:
    ProcedureTable(Database& database, ContentTable& contents) : database_(database), contents_(contents) {}

    /// Gives the number. Errors: `store.constraint` if the partner's reference is known.
    Result<std::int64_t> insert(ProcedureRow const& row);
    /// All but what names it, and the facts too.
    Status update(ProcedureRow const& row);
    Result<std::optional<ProcedureRow>> find(NodeId const& peer, SubjectReference const& reference) const;
    /// Of any partner; an officer's command names a procedure by its reference alone.
    Result<std::optional<ProcedureRow>> find(SubjectReference const& reference) const;
    struct Filter {
        std::optional<NodeId> peer{};
        bool open_only = false;  ///< somebody is awaited
        std::int64_t after = 0;  ///< number
        std::size_t limit = 100;
    };
    /// Oldest first.
    Result<std::vector<ProcedureRow>> list(Filter const& filter) const;
    Result<std::vector<ProcedureRow>> of_case(CaseId const& id) const;
    /// Of `peer`, resting on a consent of its own, by the id the pair knows it by.
    Result<std::vector<ProcedureRow>> resting_on_peer_consent(NodeId const& peer, std::string const& consent) const;
    /// Whose time has come, the longest due first.
    Result<std::vector<ProcedureRow>> due(Timestamp now, std::size_t limit) const;
    Status mark_read(ProcedureRow const& row);
    /// When to look at it next; nothing if it has changed since `row` was read.
    Status schedule(ProcedureRow const& row, std::optional<Timestamp> look_at);
    /// The partner, or our officers, have been told about the wait since then.
    Status mark_overdue(ProcedureRow const& row, Timestamp since);
    /// When the next of the others is due.
    Result<std::optional<Timestamp>> next_look() const;
    struct Counts {
        std::int64_t open = 0, unread = 0;
    };
    Result<Counts> counts() const;

    /// In order of storing.
    Result<std::vector<StepRow>> steps(ProcedureRow const& row) const;
    /// Of the steps that count. Errors: `store.failed`; not of an erased procedure.
    Result<ProcedureLog> log(ProcedureRow const& row) const;
    /// One more than the highest number; of an erased procedure, too.
    Result<std::uint64_t> next_lamport(ProcedureRow const& row) const;

    /// Of the side's steps that count; 0: none.
    Result<std::uint64_t> highest_lamport(ProcedureRow const& row, Side side) const;
    /// Procedures this partner has opened since then.
    Result<std::int64_t> opened_since(NodeId const& peer, Timestamp since) const;

    /// Takes a step up and refreshes the facts of `row`, here and in the table. `content`: of the step's body; none for
    /// an erased procedure. Gives the outcome.
    Result<StepOutcome> add(ProcedureRow& row, StepMessage const& message, StepState state,
                            std::optional<ContentId> content, Timestamp now);
    /// What became of a step of ours; refreshes the facts. Nothing if there is no such step.
    Status settle(MessageId const& message, StepState state, std::string const& code, Timestamp now);
    /// Destroys what the steps say, and forgets the case. `withdrawn`: and it ends as withdrawn, unless what happened
    /// stands against it. Idempotent.
    Status erase(ProcedureRow& row, bool withdrawn, Timestamp now);

    // At most one a procedure.

    Status put_intent(ProcedureRow const& row, StepIntent const& intent);
    Result<std::optional<StepIntent>> intent(ProcedureRow const& row) const;
    Status drop_intent(ProcedureRow const& row);

private:
    Status refold(ProcedureRow& row, Timestamp now);
    Status insert_step(ProcedureRow const& row, StepMessage const& message, StepState state,
                       std::optional<ContentId> content, std::string_view code, Timestamp now);
    Database& database_;
    ContentTable& contents_;
};

}  // namespace casebridge
