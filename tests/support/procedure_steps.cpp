#include "tests/support/procedure_steps.h"

#include "policies/vocabulary.h"

#include <array>
#include <stdexcept>

namespace casebridge::test {
namespace {

std::size_t below(std::size_t limit, std::mt19937& random) {
    return static_cast<std::size_t>(random()) % limit;
}

std::string some_code(std::string_view list, std::mt19937& random) {
    auto const codes = find_code_list(list)->codes;
    return std::string(codes[below(codes.size(), random)]);
}

Json some_codes(StepField const& field, std::mt19937& random) {
    auto const codes = find_code_list(field.list)->codes;
    auto array = Json::array();
    auto const first = below(codes.size(), random);
    auto const count = 1 + below(std::min<std::size_t>(codes.size(), static_cast<std::size_t>(field.high)), random);
    for (std::size_t i = 0; i < count; ++i) array.push(codes[(first + i) % codes.size()]);
    return array;
}

std::string some_day(std::mt19937& random) {
    auto const day = std::chrono::sys_days(std::chrono::year(2026) / 11 / 1) +
                     std::chrono::days(static_cast<int>(below(120, random)));
    return to_iso8601(Date{day});
}

Json some_value(StepField const& field, std::mt19937& random) {
    switch (field.type) {
        case StepFieldType::code:
            return some_code(field.list, random);
        case StepFieldType::codes:
            return some_codes(field, random);
        case StepFieldType::boolean:
            return below(2, random) == 0;
        case StepFieldType::number:
            return field.low +
                   static_cast<std::int64_t>(below(static_cast<std::size_t>(field.high - field.low) + 1, random));
        case StepFieldType::date:
            return some_day(random);
        case StepFieldType::timestamp:
            return some_day(random) + "T03:00:00.000Z";
        case StepFieldType::office:
            return std::array{"datip", "poipet-transit-centre"}.at(below(2, random));
        case StepFieldType::crossing:
            return std::array{"Aranyaprathet - Poipet", "ด่านคลองลึก"}.at(below(2, random));
        case StepFieldType::digest:
            return sha256(as_bytes(std::array{"record", "other record"}.at(below(3, random) == 0 ? 1 : 0))).hex();
    }
    throw std::logic_error("a type of field without samples");
}

/// What the rules ask for besides the form.
void keep_the_rules(ProcedureKind kind, StepType step, Json& fields, std::mt19937& random) {
    if (step == StepType::propose)
        fields.set("return_voluntary", "voluntary").set("safety_assessment_result", "safe_with_measures");
    if (step == StepType::notify) fields.set("objection", "none");
    if (step == StepType::request_visit) fields.set("from", "2026-11-09").set("until", "2026-11-13");
    if (step == StepType::overdue_notice)
        fields.set("since", "2026-11-02T03:00:00.000Z").set("due", "2026-11-09T03:00:00.000Z");
    if (kind == ProcedureKind::claim_status && step == StepType::answer) {
        auto const* const on = fields.find("compensation_on");
        auto kept = Json::object().set("compensation", some_code("claim_statuses", random));
        if (on != nullptr) kept.set("compensation_on", *on);
        fields = std::move(kept);
    }
}

Step read(ProcedureKind kind, StepType step, Json const& fields) {
    auto result = Step::read(kind, step, fields);
    if (!result)
        throw std::logic_error(std::string(to_text(kind)) + " " + std::string(to_text(step)) + ": " +
                               std::string(result.error().code) + " " + result.error().detail);
    return *std::move(result);
}

}  // namespace

Json sample_fields(ProcedureKind kind, StepType step, std::mt19937& random) {
    auto fields = Json::object();
    for (auto const& field : *find_step_schema(kind, step)) {
        if (field.required || below(2, random) == 0) fields.set(std::string(field.name), some_value(field, random));
    }
    keep_the_rules(kind, step, fields, random);
    return fields;
}

MessageId message_number(std::uint64_t number) {
    std::string random(10, '\0');
    for (std::size_t i = 0; i < 6; ++i) {  // the first bytes lose bits to version and variant
        random[9 - i] = static_cast<char>(number & 0xFF);
        number >>= 8U;
    }
    return MessageId::make(std::chrono::sys_days(std::chrono::year(2026) / 11 / 2), random);
}

StepEvent StepMaker::make(Side side, std::uint64_t lamport, StepType step, Json const& fields) {
    auto all = sample_fields(kind_, step, random_);
    for (auto const& [name, value] : *fields.as_object()) all.set(name, value);
    return {message_number(++messages_), side, lamport, now, read(kind_, step, all)};
}

StepEvent StepMaker::correct(Side side, std::uint64_t lamport, StepEvent const& corrected, Json const& fields) {
    auto all = sample_fields(kind_, corrected.step.type(), random_);
    for (auto const& [name, value] : *fields.as_object()) all.set(name, value);
    auto const whole = Json::object()
                           .set("corrects", corrected.message.text())
                           .set("step", to_text(corrected.step.type()))
                           .set("fields", all);
    return {message_number(++messages_), side, lamport, now, read(kind_, StepType::correct, whole)};
}

}  // namespace casebridge::test
