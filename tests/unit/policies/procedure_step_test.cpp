#include "policies/fields.h"
#include "policies/procedure/rules.h"
#include "policies/procedure/step.h"
#include "policies/procedure/table.h"
#include "policies/vocabulary.h"
#include "tests/support/check_code.h"
#include "tests/support/procedure_steps.h"

#include <algorithm>

using namespace casebridge;
using namespace casebridge::test;
using Kind = ProcedureKind;

BOOST_AUTO_TEST_SUITE(procedure_step)

namespace {

Json body(Kind kind, StepType step, Json const& fields) {
    return Json::object()
        .set("version", 1)
        .set("kind", to_text(kind))
        .set("side", "initiator")
        .set("lamport", 1)
        .set("step", to_text(step))
        .set("fields", fields);
}

Json refer() {
    auto services = Json::array();
    services.push("Shelter").push("Legal");
    return Json::object()
        .set("services", services)
        .set("reason", "AdditionalServicesRequired")
        .set("urgency", "urgent");
}

std::string fields_code(Kind kind, StepType step, Json const& fields) {
    return test::code_of(Step::read(kind, step, fields));
}

std::string with(Kind kind, StepType step, Json fields, std::string const& name, Json value) {
    return fields_code(kind, step, fields.set(name, std::move(value)));
}

Json without(Json const& fields, std::string_view name) {
    auto members = *fields.as_object();
    std::erase_if(members, [name](Json::Member const& member) { return member.first == name; });
    return Json(std::move(members));
}

Json sample(Kind kind, StepType step) {
    std::mt19937 random(3);
    return sample_fields(kind, step, random);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_table_and_the_schemas_name_the_same_steps) {
    for_each_kind([](Kind kind) {
        for (std::size_t i = 0; i < step_type_count; ++i) {
            auto const step = static_cast<StepType>(i);
            BOOST_TEST(has_step(kind, step) == (find_step_schema(kind, step) != nullptr), to_text(kind)
                                                                                              << " " << to_text(step));
        }
    });
}

BOOST_AUTO_TEST_CASE(every_schema_names_lists_that_exist_and_members_once) {
    for_each_kind([](Kind kind) {
        for (std::size_t i = 0; i < step_type_count; ++i) {
            auto const* const schema = find_step_schema(kind, static_cast<StepType>(i));
            if (schema == nullptr) continue;
            std::vector<std::string_view> names;
            for (auto const& field : *schema) {
                names.push_back(field.name);
                bool const coded = field.type == StepFieldType::code || field.type == StepFieldType::codes;
                BOOST_TEST(coded == (find_code_list(field.list) != nullptr), field.name);
            }
            std::ranges::sort(names);
            BOOST_TEST((std::ranges::adjacent_find(names) == names.end()));
        }
    });
}

BOOST_AUTO_TEST_CASE(what_a_step_says_cannot_be_printed) {
    constexpr auto printable = []<typename T>(T const*) {
        return requires(std::ostream & out, T const& value) {
            out << value;
        };
    };
    static_assert(printable(static_cast<int const*>(nullptr)));
    static_assert(!printable(static_cast<Step const*>(nullptr)));
    static_assert(!printable(static_cast<StepBody const*>(nullptr)));
    static_assert(!printable(static_cast<StepEvent const*>(nullptr)));
}

BOOST_AUTO_TEST_CASE(every_step_reads_back_as_it_was_written) {
    std::mt19937 random(5);
    for_each_kind([&](Kind kind) {
        for (std::size_t i = 0; i < step_type_count * 20; ++i) {
            auto const step = static_cast<StepType>(i % step_type_count);
            if (find_step_schema(kind, step) == nullptr || step == StepType::correct) continue;
            auto const text = dump(body(kind, step, sample_fields(kind, step, random)));
            auto const read = must(parse_step_body(text));
            BOOST_TEST((read.step.type() == step));
            auto const again = must(parse_step_body(dump(to_json(read))));
            BOOST_TEST((again == read));
            BOOST_TEST(dump(to_json(again)) == dump(to_json(read)));
        }
    });
}

BOOST_AUTO_TEST_CASE(a_correction_carries_the_contents_of_the_step_it_puts_right) {
    auto const id = message_number(7);
    auto const fields = Json::object().set("corrects", id.text()).set("step", "refer").set("fields", refer());
    auto const step = must(Step::read(Kind::referral, StepType::correct, fields));
    BOOST_TEST((step.type() == StepType::correct));
    BOOST_TEST((step.contents_of() == StepType::refer));
    BOOST_TEST((step.corrects() == id));
    BOOST_TEST(*step.find<std::string>("urgency") == "urgent");
    BOOST_TEST(dump(step.to_json()) == dump(fields));

    auto const code = [&](std::string const& name, Json const& value) {
        return with(Kind::referral, StepType::correct, fields, name, value);
    };
    for (std::string_view const name : {"corrects", "step", "fields"})
        BOOST_TEST(fields_code(Kind::referral, StepType::correct, without(fields, name)) == "procedure.missing_member");
    BOOST_TEST(code("corrects", "x") == "message_id.malformed");
    BOOST_TEST(code("step", "x") == "procedure.unknown_step");
    BOOST_TEST(code("step", "confirm") == "procedure.unknown_step");
    for (std::string_view const step_name : {"withdraw", "correct", "overdue_notice"})
        BOOST_TEST(code("step", step_name) == "procedure.not_correctable", step_name);
    BOOST_TEST(code("fields", Json::object()) == "procedure.missing_member");
    BOOST_TEST(code("more", 1) == "procedure.unknown_member");
    auto const signature = Json(fields).set("step", "sign_handover");
    BOOST_TEST(fields_code(Kind::return_and_handover, StepType::correct, signature) == "procedure.not_correctable");
}

BOOST_AUTO_TEST_CASE(a_body_that_is_none_is_refused_with_its_code) {
    auto const valid = body(Kind::referral, StepType::refer, refer());
    CHECK_ACCEPTED(read_step_body(valid));
    for (std::string_view const name : {"version", "kind", "side", "lamport", "step", "fields"})
        CHECK_CODE(read_step_body(without(valid, name)), "procedure.missing_member");
    auto const code = [&](std::string const& name, Json const& value) {
        return test::code_of(read_step_body(Json(valid).set(name, value)));
    };
    BOOST_TEST(code("version", 2) == "procedure.unknown_version");
    BOOST_TEST(code("version", "1") == "procedure.wrong_type");
    BOOST_TEST(code("kind", "gossip") == "procedure.unknown_kind");
    BOOST_TEST(code("side", "third") == "procedure.unknown_side");
    BOOST_TEST(code("lamport", 0) == "procedure.out_of_range");
    BOOST_TEST(code("lamport", 1'000'001) == "procedure.out_of_range");
    BOOST_TEST(code("lamport", 1'000'000) == "(accepted)");
    BOOST_TEST(code("step", "forget") == "procedure.unknown_step");
    BOOST_TEST(code("step", "confirm") == "procedure.unknown_step");  // of another kind
    BOOST_TEST(code("fields", Json::array()) == "procedure.wrong_type");
    BOOST_TEST(code("note", "x") == "procedure.unknown_member");
    BOOST_TEST(code("kind", std::string(65, 'x')) == "procedure.too_long");
    CHECK_CODE(parse_step_body("[]"), "procedure.wrong_type");
    CHECK_CODE(parse_step_body("{"), "json.malformed");
    CHECK_CODE(parse_step_body(R"({"version":1,"version":1})"), "json.duplicate_key");
}

BOOST_AUTO_TEST_CASE(a_code_is_one_of_its_list_and_stands_once) {
    auto const step = StepType::refer;
    auto codes = [](std::initializer_list<Json> values) { return Json(Json::Array(values)); };
    BOOST_TEST(with(Kind::referral, step, refer(), "reason", "Because") == "procedure.unknown_code");
    BOOST_TEST(with(Kind::referral, step, refer(), "reason", 1) == "procedure.wrong_type");
    BOOST_TEST(with(Kind::referral, step, refer(), "urgency", "very") == "procedure.unknown_code");
    BOOST_TEST(with(Kind::referral, step, refer(), "services", "Shelter") == "procedure.wrong_type");
    BOOST_TEST(with(Kind::referral, step, refer(), "services", codes({})) == "procedure.missing_member");
    BOOST_TEST(with(Kind::referral, step, refer(), "services", codes({1})) == "procedure.wrong_type");
    BOOST_TEST(with(Kind::referral, step, refer(), "services", codes({"Magic"})) == "procedure.unknown_code");
    BOOST_TEST(with(Kind::referral, step, refer(), "services", codes({"Legal", "Legal"})) == "procedure.repeated_code");
    BOOST_TEST(with(Kind::referral, step, refer(), "languages", codes({"th", "km", "lo", "my", "vi"})) ==
               "procedure.too_many_codes");
    BOOST_TEST(with(Kind::referral, step, refer(), "story", "x") == "procedure.unknown_member");
    BOOST_TEST(fields_code(Kind::referral, step, without(refer(), "services")) == "procedure.missing_member");
    BOOST_TEST(fields_code(Kind::referral, step, without(refer(), "urgency")) == "(accepted)");
}

BOOST_AUTO_TEST_CASE(a_date_of_the_buddhist_era_is_named_as_such) {
    auto const code = [](std::string const& date) {
        return with(Kind::referral, StepType::refer, refer(), "start_by", date);
    };
    BOOST_TEST(code("2026-11-25") == "(accepted)");
    BOOST_TEST(code("2569-11-25") == "date.wrong_era");
    BOOST_TEST(code("2643-01-01") == "date.wrong_era");  // 2100
    BOOST_TEST(code("2644-01-01") == "date.out_of_range");
    BOOST_TEST(code("1899-12-31") == "date.out_of_range");
    BOOST_TEST(code("2027-02-29") == "time.bad_date");
    BOOST_TEST(code("2028-02-29") == "(accepted)");
    BOOST_TEST(code("25/11/2026") == "time.bad_date");
    BOOST_TEST(code("2026-11-25 ") == "procedure.too_long");
}

BOOST_AUTO_TEST_CASE(numbers_offices_digests_times_and_crossings_are_read_strictly) {
    auto const schedule = sample(Kind::reintegration_follow_up, StepType::schedule);
    auto const scheduled = [&](std::string const& name, Json const& value) {
        return with(Kind::reintegration_follow_up, StepType::schedule, schedule, name, value);
    };
    BOOST_TEST(scheduled("reports", 0) == "procedure.out_of_range");
    BOOST_TEST(scheduled("reports", 13) == "procedure.out_of_range");
    BOOST_TEST(scheduled("reports", "3") == "procedure.wrong_type");

    auto const sign = sample(Kind::return_and_handover, StepType::sign_handover);
    auto const signature = [&](std::string const& name, Json const& value) {
        return with(Kind::return_and_handover, StepType::sign_handover, sign, name, value);
    };
    BOOST_TEST(signature("record", "abc") == "encoding.bad_digest");
    BOOST_TEST(signature("record", std::string(65, 'a')) == "procedure.too_long");
    BOOST_TEST(signature("handed_over_at", "2026-11-25") == "time.bad_timestamp");
    BOOST_TEST(signature("border_crossing", "") == "procedure.missing_member");
    BOOST_TEST(signature("border_crossing", "Poipet\n") == "procedure.refused_character");
    BOOST_TEST(signature("border_crossing", "Poipet\u202e") == "procedure.refused_character");
    BOOST_TEST(signature("border_crossing", std::string(121, 'x')) == "procedure.too_long");

    auto const notice = sample(Kind::return_and_handover, StepType::give_notice);
    auto const noticed = [&](std::string const& name, Json const& value) {
        return with(Kind::return_and_handover, StepType::give_notice, notice, name, value);
    };
    BOOST_TEST(noticed("escort_needed", "yes") == "procedure.wrong_type");
    BOOST_TEST(noticed("receiving_office", "Poipet Centre") == "office.malformed");
}

BOOST_AUTO_TEST_CASE(no_return_is_proposed_without_voluntariness_safety_and_proceedings) {
    auto const proposal = sample(Kind::return_and_handover, StepType::propose);
    auto const missing = [&](std::string_view name) {
        return fields_code(Kind::return_and_handover, StepType::propose, without(proposal, name));
    };
    BOOST_TEST(missing("return_voluntary") == "procedure.return_needs_voluntariness");
    BOOST_TEST(missing("safety_assessment_date") == "procedure.return_needs_safety_assessment");
    BOOST_TEST(missing("safety_assessment_result") == "procedure.return_needs_safety_assessment");
    BOOST_TEST(missing("proceedings_state") == "procedure.return_needs_proceedings");
    BOOST_TEST(missing("proposed_on") == "procedure.missing_member");
    auto const code = [&](std::string const& name, Json const& value) {
        return with(Kind::return_and_handover, StepType::propose, proposal, name, value);
    };
    BOOST_TEST(code("return_voluntary", "involuntary") == "procedure.return_not_voluntary");
    BOOST_TEST(code("return_voluntary", "perhaps") == "procedure.unknown_code");
    for (std::string_view const result : {"not_safe", "not_concluded"})
        BOOST_TEST(code("safety_assessment_result", result) == "procedure.return_not_safe");
    BOOST_TEST(code("safety_assessment_result", "safe") == "(accepted)");

    auto const correction = Json::object()
                                .set("corrects", message_number(1).text())
                                .set("step", "propose")
                                .set("fields", without(proposal, "return_voluntary"));
    BOOST_TEST(fields_code(Kind::return_and_handover, StepType::correct, correction) ==
               "procedure.return_needs_voluntariness");
}

BOOST_AUTO_TEST_CASE(no_identification_is_notified_unless_the_victim_was_asked_and_does_not_object) {
    auto const notice = sample(Kind::identification_notice, StepType::notify);
    for (std::string_view const name : {"objection", "objection_asked_on"})
        BOOST_TEST(fields_code(Kind::identification_notice, StepType::notify, without(notice, name)) ==
                   "procedure.objection_not_asked");
    for (std::string_view const name : {"status", "decided_by", "country", "decided_on"})
        BOOST_TEST(fields_code(Kind::identification_notice, StepType::notify, without(notice, name)) ==
                   "procedure.missing_member");
    auto const code = [&](std::string const& name, Json const& value) {
        return with(Kind::identification_notice, StepType::notify, notice, name, value);
    };
    BOOST_TEST(code("objection", "raised") == "procedure.victim_objects");
    BOOST_TEST(code("objection", "not_asked") == "procedure.objection_not_asked");
}

BOOST_AUTO_TEST_CASE(a_claims_status_has_no_amount_and_no_date_without_a_status) {
    auto const answer = [](Json const& fields) { return fields_code(Kind::claim_status, StepType::answer, fields); };
    BOOST_TEST(answer(Json::object()) == "procedure.no_claim_status");
    BOOST_TEST(answer(Json::object().set("compensation", "paid")) == "(accepted)");
    BOOST_TEST(answer(Json::object().set("compensation", "paid").set("restitution_on", "2026-11-01")) ==
               "procedure.date_without_status");
    BOOST_TEST(answer(Json::object().set("compensation_on", "2026-11-01")) == "procedure.date_without_status");
    BOOST_TEST(answer(Json::object().set("back_wages", "paid").set("amount", 30000)) == "procedure.unknown_member");
    for (auto const& field : *find_step_schema(Kind::claim_status, StepType::answer))
        BOOST_TEST((field.type == StepFieldType::code || field.type == StepFieldType::date), field.name);
}

BOOST_AUTO_TEST_CASE(dates_stand_in_their_order) {
    auto const visit = sample(Kind::case_worker_visit, StepType::request_visit);
    BOOST_TEST(with(Kind::case_worker_visit, StepType::request_visit, visit, "until", "2026-11-08") ==
               "procedure.dates_out_of_order");
    auto const overdue = sample(Kind::referral, StepType::overdue_notice);
    BOOST_TEST(with(Kind::referral, StepType::overdue_notice, overdue, "due", "2026-11-01T00:00:00.000Z") ==
               "procedure.dates_out_of_order");
}

BOOST_AUTO_TEST_CASE(law_enforcement_runs_between_police_and_justice_alone) {
    constexpr NodeKind kinds[] = {NodeKind::welfare, NodeKind::police, NodeKind::justice, NodeKind::health,
                                  NodeKind::organisation};
    auto const enforces = [](NodeKind kind) { return kind == NodeKind::police || kind == NodeKind::justice; };
    for (auto const one : kinds)
        for (auto const two : kinds) {
            auto const allowed = enforces(one) && enforces(two);
            CHECK_CODE(check_parties(Kind::law_enforcement, one, two),
                       allowed ? "(accepted)" : "procedure.not_a_law_enforcement_channel");
            CHECK_ACCEPTED(check_parties(Kind::referral, one, two));
        }
    auto const ask = sample(Kind::law_enforcement, StepType::ask);
    BOOST_TEST(fields_code(Kind::law_enforcement, StepType::ask, without(ask, "ground")) == "procedure.missing_member");
}

BOOST_AUTO_TEST_CASE(no_step_of_family_tracing_has_a_place_for_the_victims_location) {
    for (std::size_t i = 0; i < step_type_count; ++i) {
        auto const step = static_cast<StepType>(i);
        auto const* const schema = find_step_schema(Kind::family_tracing, step);
        if (schema == nullptr) continue;
        for (auto const& field : *schema) {
            BOOST_TEST((std::ranges::find(field::victim_location, field.name) == field::victim_location.end()));
            BOOST_TEST((field.type != StepFieldType::crossing), field.name);
            // The only office is the family's agency, named by the side that traced.
            bool const by_initiator = has_step(Kind::family_tracing, step, Side::initiator);
            if (by_initiator) BOOST_TEST((field.type != StepFieldType::office), field.name);
        }
    }
}

BOOST_AUTO_TEST_CASE(where_refusal_is_hidden_the_responder_has_no_reason_to_give) {
    for_each_kind([](Kind kind) {
        if (!hides_refusal(kind)) return;
        BOOST_TEST(!has_step(kind, StepType::decline));
        BOOST_TEST(!has_step(kind, StepType::withdraw, Side::responder));
        BOOST_TEST(find_step_schema(kind, StepType::no_information)->empty());
        for (std::size_t i = 0; i < step_type_count; ++i) {
            auto const step = static_cast<StepType>(i);
            if (!has_step(kind, step, Side::responder)) continue;
            for (auto const& field : *find_step_schema(kind, step)) BOOST_TEST(field.name != "reason", to_text(step));
        }
    });
}

BOOST_AUTO_TEST_SUITE_END()
