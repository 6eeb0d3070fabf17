#include "policies/procedure/words.h"

#include <algorithm>
#include <array>

namespace casebridge {
namespace {

constexpr std::array<std::string_view, procedure_kind_count> kind_names = {
    "identity_verification", "family_tracing",          "referral",
    "return_and_handover",   "reintegration_follow_up", "claim_status",
    "identification_notice", "law_enforcement",         "case_worker_visit"};
static_assert(static_cast<std::size_t>(ProcedureKind::case_worker_visit) + 1 == procedure_kind_count);

constexpr std::array<Purpose, procedure_kind_count> purposes = {
    Purpose::identity_verification, Purpose::family_tracing,          Purpose::referral,
    Purpose::return_and_handover,   Purpose::reintegration_follow_up, Purpose::claim_status,
    Purpose::identification_notice, Purpose::law_enforcement,         Purpose::referral};

constexpr std::array<std::string_view, 2> side_names = {"initiator", "responder"};

constexpr std::array<std::string_view, stage_count> stage_names = {
    "not_opened",       "asked",          "more_needed",  "confirmed",
    "not_confirmed",    "no_information", "found",        "contact_requested",
    "contact_arranged", "accepted",       "declined",     "noticed",
    "date_proposed",    "date_agreed",    "handing_over", "handed_over",
    "received",         "following_up",   "completed",    "answered",
    "acknowledged",     "reported",       "closed",       "withdrawn"};
static_assert(static_cast<std::size_t>(Stage::withdrawn) + 1 == stage_count);

constexpr std::array<std::string_view, step_type_count> step_names = {
    "ask",           "refer",   "propose",     "schedule",       "notify",       "request_visit",   "supply",
    "need_more",     "confirm", "not_confirm", "no_information", "report_found", "request_contact", "arrange_contact",
    "accept",        "decline", "give_notice", "propose_date",   "agree_date",   "sign_handover",   "confirm_receipt",
    "report",        "answer",  "acknowledge", "add_status",     "close",        "withdraw",        "correct",
    "overdue_notice"};
static_assert(static_cast<std::size_t>(StepType::overdue_notice) + 1 == step_type_count);

constexpr std::array<std::string_view, deadline_kind_count> deadline_names = {
    "answer", "supply", "notice", "handover", "countersignature", "receipt", "report", "visit_report"};
static_assert(static_cast<std::size_t>(DeadlineKind::visit_report) + 1 == deadline_kind_count);

constexpr std::array<std::string_view, 3> urgency_names = {"ordinary", "urgent", "immediate"};

constexpr std::array<std::string_view, effect_count> effect_names = {
    "notify_officer",  "start_deadline",           "close",           "release_case",
    "hold_until_slot", "require_countersignature", "schedule_report", "stop_use_and_erase"};
static_assert(static_cast<std::size_t>(Effect::stop_use_and_erase) + 1 == effect_count);

template <typename Word, std::size_t size>
std::string_view name(std::array<std::string_view, size> const& names, Word word) {
    return names.at(static_cast<std::size_t>(word));
}

template <typename Word, std::size_t size>
Result<Word> parse(std::array<std::string_view, size> const& names, std::string_view text, std::string_view code) {
    auto const found = std::find(names.begin(), names.end(), text);
    if (found == names.end()) return Error{ErrorKind::invalid, code};
    return static_cast<Word>(found - names.begin());
}

}  // namespace

std::string_view to_text(ProcedureKind kind) {
    return name(kind_names, kind);
}
std::string_view to_text(Side side) {
    return name(side_names, side);
}
std::string_view to_text(Stage stage) {
    return name(stage_names, stage);
}
std::string_view to_text(StepType step) {
    return name(step_names, step);
}
std::string_view to_text(DeadlineKind deadline) {
    return name(deadline_names, deadline);
}
std::string_view to_text(Urgency urgency) {
    return name(urgency_names, urgency);
}
std::string_view to_text(Effect effect) {
    return name(effect_names, effect);
}

Result<ProcedureKind> parse_procedure_kind(std::string_view text) {
    return parse<ProcedureKind>(kind_names, text, "procedure.unknown_kind");
}
Result<Side> parse_side(std::string_view text) {
    return parse<Side>(side_names, text, "procedure.unknown_side");
}
Result<StepType> parse_step_type(std::string_view text) {
    return parse<StepType>(step_names, text, "procedure.unknown_step");
}

Purpose purpose_of(ProcedureKind kind) {
    return purposes.at(static_cast<std::size_t>(kind));
}

bool hides_refusal(ProcedureKind kind) {
    return kind == ProcedureKind::identity_verification || kind == ProcedureKind::family_tracing ||
           kind == ProcedureKind::reintegration_follow_up || kind == ProcedureKind::claim_status;
}

}  // namespace casebridge
