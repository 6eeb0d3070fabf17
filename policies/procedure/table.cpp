#include "policies/procedure/table.h"

#include <algorithm>
#include <array>

namespace casebridge {
namespace {

using enum ProcedureKind;
using enum Stage;
using Step = StepType;
using Deadline = DeadlineKind;
using Kinds = Set<ProcedureKind>;
using Stages = Set<Stage>;
using Effects = Set<Effect>;

constexpr By I = By::initiator;
constexpr By R = By::responder;
constexpr By either = By::either;

constexpr Kinds all_kinds = Kinds::all(procedure_kind_count);
// Where the responder may say aloud that it stops; elsewhere that would tell what `no_information` hides.
constexpr Kinds open_kinds{referral, return_and_handover, identification_notice, law_enforcement, case_worker_visit};
constexpr Stages all_stages = Stages::all(stage_count);
constexpr Stages facts{handed_over, received};
constexpr Stages opened = all_stages.without({not_opened, withdrawn});
constexpr Stages ended{confirmed, not_confirmed, Stage::no_information, contact_arranged, declined, received,
                       completed, answered,      acknowledged,          reported,         closed,   withdrawn};
constexpr Stages unfinished = all_stages.without(ended).without(not_opened);

constexpr Effects told = Effect::notify_officer;
constexpr Effects carries = told | Effect::release_case;
constexpr Effects slot = told | Effect::hold_until_slot;
constexpr Effects answers = slot | Effect::release_case;

struct Wait {
    NextWait side;
    Deadline deadline;
};
constexpr Wait nobody{NextWait::nobody, Deadline::answer};
constexpr Wait same{NextWait::unchanged, Deadline::answer};
constexpr Wait awaits_I(Deadline deadline) {
    return {NextWait::initiator, deadline};
}
constexpr Wait awaits_R(Deadline deadline) {
    return {NextWait::responder, deadline};
}
constexpr Wait awaits_other(Deadline deadline) {
    return {NextWait::other_side, deadline};
}

/// `start_deadline` and `close` follow from who is awaited and from the stage: they are not typed in by hand.
constexpr Transition row(Kinds kinds, Stages from, Step step, By by, std::optional<Stage> to, Wait wait,
                         Effects effects, Guard guard = Guard::none, bool outlasts_expiry = false) {
    bool const starts = wait.side != NextWait::nobody && wait.side != NextWait::unchanged;
    if (starts) effects = effects | Effect::start_deadline;
    if (to && ended.has(*to)) effects = effects | Effect::close;
    return {kinds, from, step, by, guard, to, wait.side, wait.deadline, effects, outlasts_expiry};
}
/// The opening step, put again when the other side let it expire.
constexpr Transition again(Kinds kinds, Stages from, Step step, Stage to, Wait wait, Effects effects) {
    return row(kinds, from, step, I, to, wait, effects, Guard::wait_expired, true);
}
/// What happened in the world: neither expiry nor withdrawal undoes it.
constexpr Transition fact(Stages from, Step step, By by, std::optional<Stage> to, Wait wait, Effects effects,
                          Guard guard = Guard::none) {
    return row(return_and_handover, from, step, by, to, wait, effects, guard, true);
}

// clang-format off
constexpr std::array table = {
    // Identity verification (M13): confirmed, not confirmed, need more, or no information. A verdict may be put right.
    row(identity_verification, {not_opened, confirmed, not_confirmed, Stage::no_information}, Step::ask, I, asked, awaits_R(Deadline::answer), carries),
    again(identity_verification, {asked, more_needed}, Step::ask, asked, awaits_R(Deadline::answer), carries),
    row(identity_verification, asked, Step::confirm, R, confirmed, nobody, answers),
    row(identity_verification, asked, Step::not_confirm, R, not_confirmed, nobody, slot),
    row(identity_verification, not_confirmed, Step::confirm, R, confirmed, nobody, carries),
    row(identity_verification, confirmed, Step::not_confirm, R, not_confirmed, nobody, told),

    // Family tracing (M14): an answer names relation and agency, never a place; contact goes through the agencies.
    row(family_tracing, {not_opened, Stage::no_information, contact_arranged, closed}, Step::ask, I, asked, awaits_R(Deadline::answer), carries),
    again(family_tracing, {asked, more_needed, found, contact_requested}, Step::ask, asked, awaits_R(Deadline::answer), carries),
    row(family_tracing, asked, Step::report_found, R, found, awaits_I(Deadline::supply), answers),
    row(family_tracing, found, Step::request_contact, I, contact_requested, awaits_R(Deadline::answer), told),
    row(family_tracing, found, Step::close, I, closed, nobody, told),
    row(family_tracing, contact_requested, Step::arrange_contact, R, contact_arranged, nobody, slot),
    row(family_tracing, contact_requested, Step::no_information, R, Stage::no_information, nobody, slot),

    // Claim status (M18): statuses without amounts; the responder may tell of a change later.
    row(claim_status, {not_opened, answered, Stage::no_information}, Step::ask, I, asked, awaits_R(Deadline::answer), carries),
    again(claim_status, asked, Step::ask, asked, awaits_R(Deadline::answer), carries),
    row(claim_status, asked, Step::answer, R, answered, nobody, answers),
    row(claim_status, answered, Step::answer, R, answered, nobody, carries),

    // The one outcome of the three above for unknown, refused and withheld.
    row({identity_verification, family_tracing, claim_status}, asked, Step::no_information, R, Stage::no_information, nobody, slot),
    row({identity_verification, family_tracing}, asked, Step::need_more, R, more_needed, awaits_I(Deadline::supply), slot),
    row({identity_verification, family_tracing}, more_needed, Step::supply, I, asked, awaits_R(Deadline::answer), carries),

    // Referral (M21, M22).
    row(referral, {not_opened, declined, closed}, Step::refer, I, asked, awaits_R(Deadline::answer), carries),
    again(referral, {asked, more_needed}, Step::refer, asked, awaits_R(Deadline::answer), carries),
    row(referral, asked, Step::accept, R, accepted, nobody, told),
    row(referral, accepted, Step::close, either, closed, nobody, told),

    // Return and handover (M03 to M05, M15): advance notice, an agreed date, a record that both sides sign, a receipt.
    row(return_and_handover, {not_opened, declined}, Step::propose, I, asked, awaits_R(Deadline::answer), carries),
    again(return_and_handover, {asked, more_needed, accepted, noticed, date_proposed, date_agreed}, Step::propose, asked, awaits_R(Deadline::answer), carries),
    row(return_and_handover, asked, Step::accept, R, accepted, awaits_I(Deadline::notice), told),
    row(return_and_handover, {accepted, noticed, date_proposed, date_agreed}, Step::give_notice, I, noticed, awaits_R(Deadline::answer), carries),
    row(return_and_handover, {noticed, date_agreed}, Step::propose_date, R, date_proposed, awaits_I(Deadline::answer), told),
    row(return_and_handover, noticed, Step::agree_date, R, date_agreed, awaits_I(Deadline::handover), told, Guard::date_as_offered),
    row(return_and_handover, date_proposed, Step::agree_date, I, date_agreed, awaits_I(Deadline::handover), told, Guard::date_as_offered),
    fact({noticed, date_proposed, date_agreed, handing_over}, Step::sign_handover, either, handed_over, awaits_R(Deadline::receipt), told, Guard::digests_equal),
    fact({noticed, date_proposed, date_agreed, handing_over}, Step::sign_handover, either, handing_over, awaits_other(Deadline::countersignature), told | Effect::require_countersignature, Guard::digests_differ),
    fact(withdrawn, Step::sign_handover, either, handed_over, awaits_R(Deadline::receipt), told, Guard::digests_equal),
    fact(withdrawn, Step::sign_handover, either, std::nullopt, same, told, Guard::digests_differ),
    fact(handed_over, Step::confirm_receipt, R, received, nobody, told),

    // What referral, return, law enforcement and visits share: a listed reason, or a question back.
    row({referral, return_and_handover, law_enforcement, case_worker_visit}, asked, Step::decline, R, declined, nobody, told),
    row({referral, return_and_handover, law_enforcement}, asked, Step::need_more, R, more_needed, awaits_I(Deadline::supply), told),
    row({referral, return_and_handover, law_enforcement}, more_needed, Step::supply, I, asked, awaits_R(Deadline::answer), carries),

    // Reintegration follow-up (M16): reports on the dates of a schedule; one without information counts like any other.
    row(reintegration_follow_up, {not_opened, completed, closed}, Step::schedule, I, following_up, awaits_R(Deadline::report), carries | Effect::schedule_report),
    again(reintegration_follow_up, following_up, Step::schedule, following_up, awaits_R(Deadline::report), carries | Effect::schedule_report),
    row(reintegration_follow_up, following_up, Step::report, R, following_up, awaits_R(Deadline::report), answers | Effect::schedule_report, Guard::reports_remain),
    row(reintegration_follow_up, following_up, Step::report, R, completed, nobody, answers, Guard::last_report),
    row(reintegration_follow_up, following_up, Step::no_information, R, following_up, awaits_R(Deadline::report), slot | Effect::schedule_report, Guard::reports_remain),
    row(reintegration_follow_up, following_up, Step::no_information, R, completed, nobody, slot, Guard::last_report),
    row(reintegration_follow_up, following_up, Step::close, either, closed, nobody, told),

    // Identification notice (A1): a receiver may add a decision of its own, never overwrite.
    row(identification_notice, {not_opened, asked, acknowledged}, Step::notify, I, asked, awaits_R(Deadline::answer), carries, Guard::none, true),
    row(identification_notice, asked, Step::acknowledge, R, acknowledged, nobody, {}),
    row(identification_notice, {asked, acknowledged}, Step::add_status, R, acknowledged, nobody, carries),

    // Law enforcement (P2, M09): police and justice nodes only, each request with its own ground.
    row(law_enforcement, {not_opened, declined, answered}, Step::ask, I, asked, awaits_R(Deadline::answer), carries),
    again(law_enforcement, {asked, more_needed}, Step::ask, asked, awaits_R(Deadline::answer), carries),
    row(law_enforcement, asked, Step::answer, R, answered, nobody, carries),

    // Case worker's visit (M26): request, a date, the visitor's report.
    row(case_worker_visit, {not_opened, date_proposed, date_agreed, declined, reported}, Step::request_visit, I, asked, awaits_R(Deadline::answer), carries),
    again(case_worker_visit, {asked, date_proposed, date_agreed}, Step::request_visit, asked, awaits_R(Deadline::answer), carries),
    row(case_worker_visit, asked, Step::accept, R, date_agreed, awaits_I(Deadline::visit_report), told),
    row(case_worker_visit, {asked, date_agreed}, Step::propose_date, R, date_proposed, awaits_I(Deadline::answer), told),
    row(case_worker_visit, date_proposed, Step::agree_date, I, date_agreed, awaits_I(Deadline::visit_report), told, Guard::date_as_offered),
    row(case_worker_visit, date_agreed, Step::report, I, reported, nobody, carries, Guard::none, true),

    // Every kind.
    row(all_kinds, opened.without(facts), Step::withdraw, I, withdrawn, nobody, told | Effect::stop_use_and_erase, Guard::none, true),
    row(open_kinds, opened.without(facts), Step::withdraw, R, withdrawn, nobody, told | Effect::stop_use_and_erase, Guard::none, true),
    row(all_kinds, opened, Step::correct, either, std::nullopt, same, told, Guard::none, true),
    row(all_kinds, unfinished, Step::overdue_notice, By::not_awaited, std::nullopt, same, told, Guard::none, true),
};
// clang-format on

constexpr std::array<std::string_view, 7> guard_names = {"",
                                                         "the wait has expired",
                                                         "only one side has signed, or the records differ",
                                                         "both sides have signed one record",
                                                         "the day is the one last offered",
                                                         "reports remain",
                                                         "last report"};
static_assert(static_cast<std::size_t>(Guard::last_report) + 1 == guard_names.size());

}  // namespace

std::string_view to_text(Guard guard) {
    return guard_names.at(static_cast<std::size_t>(guard));
}

std::span<Transition const> transitions() {
    return table;
}

bool is_closed(Stage stage) {
    return ended.has(stage);
}

bool is_fact(Stage stage) {
    return facts.has(stage);
}

bool may_take(By by, Side side, std::optional<Side> awaited) {
    switch (by) {
        case By::initiator:
            return side == Side::initiator;
        case By::responder:
            return side == Side::responder;
        case By::either:
            return true;
        case By::not_awaited:
            return awaited && *awaited != side;
    }
    return false;
}

bool has_step(ProcedureKind kind, StepType step) {
    return std::ranges::any_of(table, [&](auto const& row) { return row.step == step && row.kinds.has(kind); });
}

bool has_step(ProcedureKind kind, StepType step, Side side) {
    return std::ranges::any_of(table, [&](auto const& row) {
        return row.step == step && row.kinds.has(kind) && may_take(row.by, side, opposite(side));
    });
}

bool has_stage(ProcedureKind kind, Stage stage) {
    return stage == not_opened || stage == withdrawn ||
           std::ranges::any_of(table, [&](auto const& row) { return row.kinds.has(kind) && row.to == stage; });
}

StepType opening_step(ProcedureKind kind) {
    auto const found = std::ranges::find_if(
        table, [kind](auto const& row) { return row.kinds.has(kind) && row.from.has(not_opened); });
    return found->step;
}

}  // namespace casebridge
