// ProcedureLog: the steps of one procedure, and the standing they come to.
//
// The standing is a function of the *set* of steps, never of the order they arrived in: they are folded in one
// canonical order (Lamport number, then side, then message id). Both nodes, once they have the same steps, say the
// same. A step that is not legal where it stands is kept, has no effect and has a code; when an earlier one arrives
// after all, it may gain its effect.
//
// Rules of the set, besides those of the table:
//   - A message id counts once. Two steps with one id are a breach the transport refuses; here the canonically first
//     counts.
//   - A side numbers its steps by one more than the highest number it has seen. A number above that has a gap before
//   it:
//     something was lost, or is being made up. What stands after a gap waits (`procedure.waiting_for_earlier`). Two
//     steps of one side with one number: the first counts, the other is `procedure.number_reused`.
//   - A withdrawal waits for nothing: it counts beyond a gap, with a used number, and after the 1,000th step
//     (`procedure.too_many_steps`), and it ends the procedure even when it crossed an answer. Only what has happened
//     stands against it: a handover record that both sides signed, whichever of the three came first.
//
// Not guaranteed here: that a side does not add a step with an old number later. The daemon, which sees each side's
// stream in sequence, refuses a message whose number is not above that of the side's message before it.
#pragma once

#include "policies/procedure/standing.h"

namespace casebridge {

class ProcedureLog {
public:
    ProcedureLog(ProcedureKind kind, std::chrono::days expire_after)
        : kind_(kind), expire_after_(expire_after), standing_(kind) {}

    /// What one message changed: also earlier-known messages whose outcome is another now.
    struct Added {
        bool is_new = false;               ///< false: the message was known
        std::vector<MessageId> changed{};  ///< outcomes to look at again, the new message's among them; in order
    };
    /// A step that continues the canonical order costs one transition; one that belongs earlier, a fold of all.
    Added add(StepEvent event);

    [[nodiscard]] ProcedureKind kind() const noexcept { return kind_; }
    [[nodiscard]] Standing const& standing() const noexcept { return standing_; }
    /// In canonical order, as are the outcomes.
    [[nodiscard]] std::vector<StepEvent> const& events() const noexcept { return events_; }
    [[nodiscard]] std::vector<StepOutcome> const& outcomes() const noexcept { return outcomes_; }
    /// nullptr if the message is unknown.
    [[nodiscard]] StepOutcome const* outcome(MessageId const& message) const;
    /// For our own next step: one more than the highest number before the first gap.
    [[nodiscard]] std::uint64_t next_lamport() const noexcept { return highest_ + 1; }
    [[nodiscard]] std::vector<StepType> legal_steps(Side side, Timestamp now) const {
        return casebridge::legal_steps(standing_, side, now, expire_after_);
    }

    static constexpr std::size_t most_steps = 1000;

private:
    StepOutcome fold_next(std::size_t position);
    void fold_all();

    ProcedureKind kind_;
    std::chrono::days expire_after_;
    std::vector<StepEvent> events_;
    std::vector<StepOutcome> outcomes_;
    Standing standing_;
    std::uint64_t highest_ = 0;  ///< Lamport number before the first gap
};

}  // namespace casebridge
