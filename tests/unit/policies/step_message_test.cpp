#include "policies/duty.h"
#include "tests/support/check_code.h"

using namespace casebridge;
using casebridge::test::must;

BOOST_AUTO_TEST_SUITE(step_messages)

namespace {

MessageId id(char last) {
    return must(MessageId::parse(std::string("019a2b3c-4d5e-7f60-8192-a3b4c5d6e7f") + last));
}

StepMessage declining() {
    auto const fields = Json::object().set("reason", "no_capacity");
    return {{.id = id('1'),
             .from = {must(NodeId::parse("kh-mosvy")), must(parse_office("poipet"))},
             .to = {must(NodeId::parse("th-msdhs")), must(parse_office("datip"))},
             .sent_at = must(parse_rfc3339("2026-11-25T10:00:00.000Z")),
             .procedure = must(SubjectReference::parse("0102030405060708090a0b0c0d0e0f10")),
             .purpose = Purpose::referral,
             .subject = must(SubjectReference::parse("000102030405060708090a0b0c0d0e0f")),
             .agreement = sha256({}),
             .log_head = "7 " + sha256({}).hex()},
            std::nullopt,
            {ProcedureKind::referral, Side::responder, 2,
             must(Step::read(ProcedureKind::referral, StepType::decline, fields))}};
}

std::string code_of(std::string const& payload) {
    auto const parsed = parse_incoming(payload);
    return parsed ? "" : std::string(parsed.error().code);
}

/// The payload with one member replaced; padding as it was.
std::string with(std::string const& from, std::string const& to) {
    auto message = declining();
    message.consent = StepConsent{"consent-7", 3};
    message.summary = id('2');
    auto payload = to_payload(message);
    auto const at = payload.find(from);
    BOOST_REQUIRE_MESSAGE(at != std::string::npos, from);
    return payload.replace(at, from.size(), to);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_step_reads_back_as_it_was_written_with_and_without_what_is_optional) {
    auto message = declining();
    for (bool const whole : {false, true}) {
        if (whole) {
            message.consent = StepConsent{"consent-7", 3};
            message.summary = id('2');
        }
        auto const payload = to_payload(message);
        BOOST_CHECK_EQUAL(payload.size(), 2U * 1024);
        auto const incoming = must(parse_incoming(payload));
        auto const& read = std::get<StepMessage>(incoming);
        BOOST_CHECK(read.id == message.id && read.from == message.from && read.to == message.to);
        BOOST_CHECK(read.sent_at == message.sent_at && read.procedure == message.procedure);
        BOOST_CHECK(read.subject == message.subject && read.agreement == message.agreement);
        BOOST_CHECK(read.consent == message.consent && read.summary == message.summary);
        BOOST_CHECK(read.log_head == message.log_head && read.body == message.body);
        BOOST_CHECK(read.purpose == Purpose::referral);
        BOOST_CHECK_EQUAL(to_payload(read), payload);
    }
}

BOOST_AUTO_TEST_CASE(every_step_has_the_size_of_its_class_whatever_it_says) {
    auto const answer = [](StepType type, Json const& fields) {
        auto message = declining();
        message.purpose = Purpose::identity_verification;
        message.body = {ProcedureKind::identity_verification, Side::responder, 2,
                        must(Step::read(ProcedureKind::identity_verification, type, fields))};
        return to_payload(message).size();
    };
    auto const confirmed = Json::object()
                               .set("verified", Json::array().push("identity").push("citizenship"))
                               .set("grade", "by_register")
                               .set("verified_on", "2026-11-20");
    BOOST_CHECK_EQUAL(answer(StepType::no_information, Json::object()), answer(StepType::confirm, confirmed));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_has_a_code) {
    BOOST_CHECK_EQUAL(code_of(with("\"referral\",\"subject", "\"matching\",\"subject")), "message.wrong_purpose");
    BOOST_CHECK_EQUAL(code_of(with("\"version\":1,\"id", "\"version\":2,\"id")), "message.unknown_version");
    BOOST_CHECK_EQUAL(code_of(with("\"version\":1,\"kind", "\"version\":2,\"kind")), "procedure.unknown_version");
    BOOST_CHECK_EQUAL(code_of(with("0102030405060708090a0b0c0d0e0f10", "0102030405060708090A0B0C0D0E0F10")),
                      "subject.malformed");
    BOOST_CHECK_EQUAL(code_of(with("\"consent-7\"", "\"consent 7\"")), "message.bad_reference");
    BOOST_CHECK_EQUAL(code_of(with("\"epoch\":3", "\"epoch\":-3")), "message.out_of_range");
    BOOST_CHECK_EQUAL(code_of(with("\"epoch\":3", "\"epochs\":3")), "message.missing_member");
    BOOST_CHECK_EQUAL(code_of(with("e7f2\",\"log", "e7\",\"log")), "message_id.malformed");
    BOOST_CHECK_EQUAL(code_of(with("\"log_head\":\"7 ", "\"log_head\":\"x ")), "message.bad_log_head");
    BOOST_CHECK_EQUAL(code_of(with("\"lamport\":2", "\"lamport\":0")), "procedure.out_of_range");
    BOOST_CHECK_EQUAL(code_of(with("no_capacity", "no_patience")), "procedure.unknown_code");
    BOOST_CHECK_EQUAL(code_of(with("\"summary\"", "\"extra\"")), "message.unknown_member");
    BOOST_CHECK_EQUAL(code_of(with("\"padding\":\"0", "\"padding\":\"1")), "message.bad_padding");
    BOOST_CHECK_EQUAL(code_of(with("\"type\":\"procedure_step\"", "\"type\":\"procedure_stop\"")),
                      "message.missing_member");  // read as a message, which has no such members
}

BOOST_AUTO_TEST_SUITE_END()
