#include "policies/procedure/schema.h"

#include <algorithm>

namespace casebridge {
namespace {

using Kinds = Set<ProcedureKind>;
using enum ProcedureKind;
using Step = StepType;
using Type = StepFieldType;

constexpr Kinds all_kinds = Kinds::all(procedure_kind_count);
constexpr std::int64_t longest_crossing = 120;

constexpr StepField code(std::string_view name, std::string_view list) {
    return {name, Type::code, true, list};
}
constexpr StepField codes(std::string_view name, std::string_view list, std::int64_t most) {
    return {name, Type::codes, true, list, 1, most};
}
constexpr StepField date(std::string_view name) {
    return {name, Type::date, true};
}
constexpr StepField timestamp(std::string_view name) {
    return {name, Type::timestamp, true};
}
constexpr StepField office(std::string_view name) {
    return {name, Type::office, true};
}
constexpr StepField number(std::string_view name, std::int64_t low, std::int64_t high) {
    return {name, Type::number, true, "", low, high};
}
constexpr StepField boolean(std::string_view name) {
    return {name, Type::boolean, true};
}
constexpr StepField digest(std::string_view name) {
    return {name, Type::digest, true};
}
constexpr StepField optional(StepField field) {
    field.required = false;
    return field;
}
constexpr StepField urgency = optional(code("urgency", "urgencies"));
constexpr StepField crossing{"border_crossing", Type::crossing, true, "", 1, longest_crossing};

constexpr StepField verification_ask[] = {codes("to_verify", "verification_subjects", 4), urgency};
constexpr StepField verification_confirm[] = {codes("verified", "verification_subjects", 4),
                                              code("grade", "verification_grades"), date("verified_on"),
                                              optional(code("travel_document", "travel_documents"))};
constexpr StepField verification_not_confirm[] = {date("verified_on")};

constexpr StepField tracing_ask[] = {codes("relations", "relations", 8), code("wish", "tracing_wishes"), urgency};
// The office is the responder's, and of the agency that is in touch with the family.
constexpr StepField tracing_found[] = {code("relation", "relations"), code("family_wish", "family_wishes"),
                                       date("found_on"), office("contact_office")};
constexpr StepField tracing_request[] = {codes("means", "contact_means", 4),
                                         optional(codes("languages", "languages", 4))};
constexpr StepField tracing_arrange[] = {code("means", "contact_means"), date("contact_on"), office("contact_office")};
constexpr StepField tracing_close[] = {code("outcome", "tracing_outcomes")};

constexpr StepField referral_refer[] = {codes("services", "services", 13), code("reason", "referral_reasons"), urgency,
                                        optional(date("start_by")), optional(codes("languages", "languages", 4))};
constexpr StepField referral_accept[] = {codes("services", "services", 13), office("office"),
                                         optional(date("start_on"))};
constexpr StepField referral_decline[] = {code("reason", "referral_decline_reasons")};
constexpr StepField referral_close[] = {code("outcome", "referral_outcomes"), date("closed_on"),
                                        optional(codes("services_given", "services", 13))};

// A2: the first four are what no return goes without.
constexpr StepField return_propose[] = {code("return_voluntary", "voluntariness"),
                                        date("safety_assessment_date"),
                                        code("safety_assessment_result", "safety_assessment_results"),
                                        code("proceedings_state", "proceedings_states"),
                                        date("proposed_on"),
                                        code("organised_by", "return_organisers"),
                                        optional(crossing),
                                        optional(office("receiving_office")),
                                        optional(codes("services_needed", "services", 13)),
                                        urgency};
constexpr StepField return_accept[] = {office("receiving_office"),
                                       optional(codes("needed_before", "return_preparations", 8))};
constexpr StepField return_decline[] = {code("reason", "return_decline_reasons")};
constexpr StepField return_notice[] = {date("planned_on"),
                                       crossing,
                                       code("border_crossing_kind", "border_crossing_kinds"),
                                       office("handing_office"),
                                       office("receiving_office"),
                                       code("travel_document", "travel_documents"),
                                       boolean("escort_needed"),
                                       optional(timestamp("meeting_at"))};
constexpr StepField date_proposal[] = {date("proposed_on"), code("reason", "date_reasons")};
constexpr StepField return_agree[] = {date("agreed_on"), crossing, office("handing_office"),
                                      office("receiving_office")};
constexpr StepField return_sign[] = {digest("record"), timestamp("handed_over_at"), crossing};
constexpr StepField return_receipt[] = {timestamp("received_at"), office("receiving_office")};

constexpr StepField follow_up_schedule[] = {date("first_on"), number("every_months", 1, 12), number("reports", 1, 12),
                                            optional(codes("topics", "follow_up_topics", 8))};
constexpr StepField follow_up_report[] = {date("reported_for"), code("outcome", "follow_up_outcomes"),
                                          optional(codes("services_given", "services", 13)),
                                          optional(codes("services_needed", "services", 13))};
constexpr StepField follow_up_close[] = {code("outcome", "follow_up_closings")};

constexpr StepField claim_ask[] = {codes("claims", "claim_kinds", 3), urgency};
// No amounts: neither field nor list has a place for one.
constexpr StepField claim_answer[] = {
    optional(code("compensation", "claim_statuses")), optional(date("compensation_on")),
    optional(code("restitution", "claim_statuses")),  optional(date("restitution_on")),
    optional(code("back_wages", "claim_statuses")),   optional(date("back_wages_on"))};

// A1: the status never without who decided it, where and when; `objection` is the victim's.
constexpr StepField notice_notify[] = {code("status", "trafficking_statuses"), code("decided_by", "deciding_bodies"),
                                       code("country", "countries"),           date("decided_on"),
                                       code("objection", "victim_objections"), date("objection_asked_on")};
constexpr StepField notice_add_status[] = {code("status", "trafficking_statuses"),
                                           code("decided_by", "deciding_bodies"), code("country", "countries"),
                                           date("decided_on")};

constexpr StepField law_ask[] = {code("request", "law_enforcement_requests"), code("ground", "law_enforcement_grounds"),
                                 date("ground_dated"), urgency};
constexpr StepField law_answer[] = {code("outcome", "law_enforcement_outcomes")};
constexpr StepField law_decline[] = {code("reason", "law_enforcement_decline_reasons")};

constexpr StepField visit_request[] = {
    codes("purposes", "visit_purposes", 6),       date("from"), date("until"), number("visitors", 1, 10),
    optional(codes("languages", "languages", 4)), urgency};
// The office where the visitors report; where the person lives is told there, and not here.
constexpr StepField visit_accept[] = {date("agreed_on"), office("office")};
constexpr StepField visit_agree[] = {date("agreed_on")};
constexpr StepField visit_decline[] = {code("reason", "visit_decline_reasons")};
constexpr StepField visit_report[] = {code("outcome", "visit_outcomes"), date("visit_on"),
                                      optional(codes("services_needed", "services", 13))};

constexpr StepField need_more_fields[] = {codes("needed", "needed_items", 12)};
constexpr StepField supply_fields[] = {codes("supplied", "needed_items", 12),
                                       optional(codes("not_available", "needed_items", 12))};
constexpr StepField withdraw_fields[] = {code("reason", "withdrawal_reasons")};
constexpr StepField overdue_fields[] = {timestamp("since"), timestamp("due")};

struct Row {
    Kinds kinds;
    Step step;
    std::span<StepField const> fields;
};

// clang-format off
constexpr Row rows[] = {
    {identity_verification, Step::ask, verification_ask},
    {identity_verification, Step::confirm, verification_confirm},
    {identity_verification, Step::not_confirm, verification_not_confirm},
    {family_tracing, Step::ask, tracing_ask},
    {family_tracing, Step::report_found, tracing_found},
    {family_tracing, Step::request_contact, tracing_request},
    {family_tracing, Step::arrange_contact, tracing_arrange},
    {family_tracing, Step::close, tracing_close},
    {referral, Step::refer, referral_refer},
    {referral, Step::accept, referral_accept},
    {referral, Step::decline, referral_decline},
    {referral, Step::close, referral_close},
    {return_and_handover, Step::propose, return_propose},
    {return_and_handover, Step::accept, return_accept},
    {return_and_handover, Step::decline, return_decline},
    {return_and_handover, Step::give_notice, return_notice},
    {return_and_handover, Step::agree_date, return_agree},
    {return_and_handover, Step::sign_handover, return_sign},
    {return_and_handover, Step::confirm_receipt, return_receipt},
    {{return_and_handover, case_worker_visit}, Step::propose_date, date_proposal},
    {reintegration_follow_up, Step::schedule, follow_up_schedule},
    {reintegration_follow_up, Step::report, follow_up_report},
    {reintegration_follow_up, Step::close, follow_up_close},
    {claim_status, Step::ask, claim_ask},
    {claim_status, Step::answer, claim_answer},
    {identification_notice, Step::notify, notice_notify},
    {identification_notice, Step::acknowledge, {}},
    {identification_notice, Step::add_status, notice_add_status},
    {law_enforcement, Step::ask, law_ask},
    {law_enforcement, Step::answer, law_answer},
    {law_enforcement, Step::decline, law_decline},
    {case_worker_visit, Step::request_visit, visit_request},
    {case_worker_visit, Step::accept, visit_accept},
    {case_worker_visit, Step::agree_date, visit_agree},
    {case_worker_visit, Step::decline, visit_decline},
    {case_worker_visit, Step::report, visit_report},
    {{identity_verification, family_tracing, claim_status, reintegration_follow_up}, Step::no_information, {}},
    {{identity_verification, family_tracing, referral, return_and_handover, law_enforcement}, Step::need_more, need_more_fields},
    {{identity_verification, family_tracing, referral, return_and_handover, law_enforcement}, Step::supply, supply_fields},
    {all_kinds, Step::withdraw, withdraw_fields},
    {all_kinds, Step::correct, {}},
    {all_kinds, Step::overdue_notice, overdue_fields},
};
// clang-format on

}  // namespace

std::span<StepField const> const* find_step_schema(ProcedureKind kind, StepType step) {
    auto const* const found =
        std::ranges::find_if(rows, [&](Row const& row) { return row.step == step && row.kinds.has(kind); });
    return found == std::end(rows) ? nullptr : &found->fields;
}

bool is_correctable(StepType step) {
    constexpr Set<StepType> fixed{Step::withdraw,      Step::correct,     Step::overdue_notice,
                                  Step::sign_handover, Step::acknowledge, Step::no_information};
    return !fixed.has(step);
}

}  // namespace casebridge
