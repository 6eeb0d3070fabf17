// The closed lists a procedure is written in: kinds, sides, stages, steps, deadlines, effects.
#pragma once

#include "policies/purpose.h"

#include <cstdint>
#include <initializer_list>

namespace casebridge {

enum class ProcedureKind {
    identity_verification,
    family_tracing,
    referral,
    return_and_handover,
    reintegration_follow_up,
    claim_status,
    identification_notice,
    law_enforcement,
    case_worker_visit,
};
inline constexpr std::size_t procedure_kind_count = 9;
std::string_view to_text(ProcedureKind kind);
/// Errors: `procedure.unknown_kind`.
Result<ProcedureKind> parse_procedure_kind(std::string_view text);

/// The purpose whose agreement terms, consent and sharing policy every step of the kind needs. A case worker's visit is
/// under `referral`: it is a service the person is offered in the host country, before any return, and who may be told
/// about it is who a referral may tell. `reintegration_follow_up` begins after the return, and its answers hide why
/// they say nothing, which the host of a visit need not and cannot.
Purpose purpose_of(ProcedureKind kind);

/// To the asker unknown, refused and withheld are one outcome in these kinds: the responder can neither decline nor
/// withdraw, `no_information` has no contents, and what it says leaves in the answer slot (deadline.h).
bool hides_refusal(ProcedureKind kind);

/// Who opened the procedure, and the other node.
enum class Side : std::uint8_t { initiator, responder };
std::string_view to_text(Side side);
/// Errors: `procedure.unknown_side`.
Result<Side> parse_side(std::string_view text);
constexpr Side opposite(Side side) {
    return side == Side::initiator ? Side::responder : Side::initiator;
}

/// Where a procedure stands. README.md shows which kind has which.
enum class Stage : std::uint8_t {
    not_opened,
    asked,
    more_needed,
    confirmed,
    not_confirmed,
    no_information,
    found,
    contact_requested,
    contact_arranged,
    accepted,
    declined,
    noticed,
    date_proposed,
    date_agreed,
    handing_over,
    handed_over,
    received,
    following_up,
    completed,
    answered,
    acknowledged,
    reported,
    closed,
    withdrawn,
};
inline constexpr std::size_t stage_count = 24;
std::string_view to_text(Stage stage);

enum class StepType : std::uint8_t {
    ask,
    refer,
    propose,
    schedule,
    notify,
    request_visit,
    supply,
    need_more,
    confirm,
    not_confirm,
    no_information,
    report_found,
    request_contact,
    arrange_contact,
    accept,
    decline,
    give_notice,
    propose_date,
    agree_date,
    sign_handover,
    confirm_receipt,
    report,
    answer,
    acknowledge,
    add_status,
    close,
    withdraw,
    correct,
    overdue_notice,
};
inline constexpr std::size_t step_type_count = 29;
std::string_view to_text(StepType step);
/// Errors: `procedure.unknown_step`.
Result<StepType> parse_step_type(std::string_view text);

/// What is waited for; deadline.h says how long.
enum class DeadlineKind : std::uint8_t {
    answer,
    supply,            ///< what an answer needs more
    notice,            ///< the advance notice of a return
    handover,          ///< on the agreed day
    countersignature,  ///< of the handover record
    receipt,           ///< of the person
    report,            ///< of the follow-up, on its day
    visit_report,
};
inline constexpr std::size_t deadline_kind_count = 8;
std::string_view to_text(DeadlineKind deadline);

/// How soon an answer is needed: Directive (EU) 2023/977, Article 5(1), has the same three.
enum class Urgency : std::uint8_t {
    ordinary,
    urgent,     ///< life, safety or a return depend on it
    immediate,  ///< the same, and the answer is at hand
};
std::string_view to_text(Urgency urgency);

/// What follows from a step that takes effect, for the daemon to do. Each may be done again without harm: a message
/// that arrives late can give an earlier one its effect.
enum class Effect : std::uint8_t {
    notify_officer,            ///< of the node that receives the step
    start_deadline,            ///< at both nodes: another side is awaited from now on
    close,                     ///< at both nodes: nobody is awaited any more
    release_case,              ///< at the sender, before the step leaves: its case summary needs the four yeses
    hold_until_slot,           ///< at the sender: the step leaves in the answer slot, whatever it says
    require_countersignature,  ///< at the node that receives the step
    schedule_report,           ///< at both nodes: the next report has a date
    stop_use_and_erase,        ///< at both nodes: what was received for this procedure alone is erased
};
inline constexpr std::size_t effect_count = 8;
std::string_view to_text(Effect effect);

/// A set of a small enumeration, fit for constant tables.
template <typename Member>
class Set {
public:
    constexpr Set() = default;
    constexpr Set(Member member) : bits_(bit(member)) {}
    constexpr Set(std::initializer_list<Member> members) {
        for (auto const member : members) bits_ |= bit(member);
    }
    static constexpr Set all(std::size_t count) {
        Set set;
        set.bits_ = (std::uint32_t{1} << count) - 1;
        return set;
    }
    [[nodiscard]] constexpr bool has(Member member) const { return (bits_ & bit(member)) != 0; }
    [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
    constexpr Set operator|(Set other) const {
        Set set;
        set.bits_ = bits_ | other.bits_;
        return set;
    }
    constexpr Set without(Set other) const {
        Set set;
        set.bits_ = bits_ & ~other.bits_;
        return set;
    }
    constexpr bool operator==(Set const&) const = default;

private:
    static constexpr std::uint32_t bit(Member member) { return std::uint32_t{1} << static_cast<unsigned>(member); }
    std::uint32_t bits_ = 0;
};

}  // namespace casebridge
