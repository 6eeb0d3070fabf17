#include "policies/procedure/rules.h"

#include <array>

namespace casebridge {
namespace {

Error refused(std::string_view code) {
    return {ErrorKind::invalid, code};
}

struct Presence {
    std::string_view member, code;
};
constexpr std::array return_conditions = {
    Presence{"return_voluntary", "procedure.return_needs_voluntariness"},
    Presence{"safety_assessment_date", "procedure.return_needs_safety_assessment"},
    Presence{"safety_assessment_result", "procedure.return_needs_safety_assessment"},
    Presence{"proceedings_state", "procedure.return_needs_proceedings"},
};
constexpr std::array objection_asked = {
    Presence{"objection", "procedure.objection_not_asked"},
    Presence{"objection_asked_on", "procedure.objection_not_asked"},
};

template <std::size_t size>
Status require(std::array<Presence, size> const& members, Json const& fields) {
    for (auto const& [member, code] : members)
        if (fields.find(member) == nullptr) return refused(code);
    return Done{};
}

Status check_proposal(Step const& step) {
    if (*step.find<std::string>("return_voluntary") != "voluntary") return refused("procedure.return_not_voluntary");
    auto const& result = *step.find<std::string>("safety_assessment_result");
    if (result != "safe" && result != "safe_with_measures") return refused("procedure.return_not_safe");
    return Done{};
}

Status check_objection(Step const& step) {
    auto const& objection = *step.find<std::string>("objection");
    if (objection == "raised") return refused("procedure.victim_objects");
    if (objection != "none") return refused("procedure.objection_not_asked");
    return Done{};
}

Status check_claims(Step const& step) {
    bool any = false;
    for (auto const& [status, on] : {std::pair{"compensation", "compensation_on"},
                                     {"restitution", "restitution_on"},
                                     {"back_wages", "back_wages_on"}}) {
        bool const told = step.find<std::string>(status) != nullptr;
        if (!told && step.find<Date>(on) != nullptr) return refused("procedure.date_without_status");
        any = any || told;
    }
    if (!any) return refused("procedure.no_claim_status");
    return Done{};
}

Status check_visit(Step const& step) {
    if (*step.find<Date>("until") < *step.find<Date>("from")) return refused("procedure.dates_out_of_order");
    return Done{};
}

bool enforces_law(NodeKind kind) {
    return kind == NodeKind::police || kind == NodeKind::justice;
}

}  // namespace

Status check_presence(ProcedureKind kind, StepType contents_of, Json const& fields) {
    if (kind == ProcedureKind::return_and_handover && contents_of == StepType::propose)
        return require(return_conditions, fields);
    if (kind == ProcedureKind::identification_notice && contents_of == StepType::notify)
        return require(objection_asked, fields);
    return Done{};
}

Status check_contents(ProcedureKind kind, Step const& step) {
    switch (step.contents_of()) {
        case StepType::propose:
            return check_proposal(step);
        case StepType::notify:
            return check_objection(step);
        case StepType::request_visit:
            return check_visit(step);
        case StepType::answer:
            return kind == ProcedureKind::claim_status ? check_claims(step) : Done{};
        case StepType::overdue_notice:
            if (*step.find<Timestamp>("due") < *step.find<Timestamp>("since"))
                return refused("procedure.dates_out_of_order");
            return Done{};
        default:
            return Done{};
    }
}

Status check_parties(ProcedureKind kind, NodeKind initiator, NodeKind responder) {
    if (kind == ProcedureKind::law_enforcement && !(enforces_law(initiator) && enforces_law(responder)))
        return refused("procedure.not_a_law_enforcement_channel");
    return Done{};
}

}  // namespace casebridge
