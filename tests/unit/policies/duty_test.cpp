#include "policies/duty.h"

#include "tests/support/check_code.h"

using namespace casebridge;
using casebridge::test::must;

BOOST_AUTO_TEST_SUITE(duties)

namespace {

MessageId id(char last) {
    return must(MessageId::parse(std::string("019a2b3c-4d5e-7f60-8192-a3b4c5d6e7f") + last));
}

Duty duty(DutyContent content) {
    return {.id = id('1'),
            .from = {must(NodeId::parse("th-msdhs")), must(parse_office("datip"))},
            .to = {must(NodeId::parse("kh-mosvy")), must(parse_office("poipet"))},
            .sent_at = must(parse_rfc3339("2026-11-25T10:00:00.000Z")),
            .purpose = Purpose::referral,
            .subject = must(SubjectReference::parse("000102030405060708090a0b0c0d0e0f")),
            .agreement = sha256({}),
            .log_head = "7 " + sha256({}).hex(),
            .content = std::move(content)};
}

Withdrawal withdrawal() {
    return {"consent-7", 3, {id('2'), id('3')}};
}

ErasureReceipt receipt() {
    return {id('1'),
            must(parse_rfc3339("2026-11-25T11:00:00.000Z")),
            2,
            1,
            {ErasureScope::own_store, ErasureScope::staging_table}};
}

std::string code_of_incoming(std::string const& payload) {
    auto const parsed = parse_incoming(payload);
    return parsed ? "" : std::string(parsed.error().code);
}

/// The payload with one member replaced; padding as it was.
std::string with(std::string payload, std::string const& from, std::string const& to) {
    auto const at = payload.find(from);
    BOOST_REQUIRE(at != std::string::npos);
    return payload.replace(at, from.size(), to);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_withdrawal_reads_back_as_it_was_written) {
    auto const payload = to_payload(duty(withdrawal()));
    BOOST_CHECK_EQUAL(payload.size(), 2U * 1024);
    auto const incoming = must(parse_incoming(payload));
    auto const& read = std::get<Duty>(incoming);
    BOOST_CHECK(read.type() == MessageType::withdrawal);
    BOOST_CHECK(read.id == id('1') && read.from.node.text() == "th-msdhs" && read.to.office.text() == "poipet");
    BOOST_CHECK(read.purpose == Purpose::referral);
    auto const& content = std::get<Withdrawal>(read.content);
    BOOST_CHECK_EQUAL(content.consent, "consent-7");
    BOOST_CHECK_EQUAL(content.epoch, 3U);
    BOOST_CHECK(content.messages == withdrawal().messages);
    BOOST_CHECK_EQUAL(to_payload(read), payload);
}

BOOST_AUTO_TEST_CASE(a_retraction_reads_back_as_it_was_written) {
    auto const payload = to_payload(duty(Retraction{{id('2'), id('3')}}));
    BOOST_CHECK_EQUAL(payload.size(), 2U * 1024);
    auto const incoming = must(parse_incoming(payload));
    auto const& read = std::get<Duty>(incoming);
    BOOST_CHECK(read.type() == MessageType::retraction);
    BOOST_CHECK(named_messages(read.content) == (std::vector{id('2'), id('3')}));
    BOOST_CHECK_EQUAL(to_payload(read), payload);
}

BOOST_AUTO_TEST_CASE(an_erasure_receipt_reads_back_as_it_was_written) {
    auto const payload = to_payload(duty(receipt()));
    auto const incoming = must(parse_incoming(payload));
    auto const& read = std::get<Duty>(incoming);
    BOOST_CHECK(read.type() == MessageType::erasure_receipt);
    auto const& content = std::get<ErasureReceipt>(read.content);
    BOOST_CHECK(content.withdrawal == id('1'));
    BOOST_CHECK_EQUAL(content.messages, 2);
    BOOST_CHECK_EQUAL(content.answers, 1);
    BOOST_CHECK(content.scope == receipt().scope);
    BOOST_CHECK_EQUAL(to_payload(read), payload);
}

BOOST_AUTO_TEST_CASE(a_withdrawal_of_many_messages_falls_into_a_larger_class) {
    auto many = withdrawal();
    many.messages.assign(Withdrawal::most_messages, id('4'));
    auto const payload = to_payload(duty(many));
    BOOST_CHECK_EQUAL(payload.size(), 14U * 1024);
    BOOST_CHECK_EQUAL(code_of_incoming(payload), "");
    many.messages.push_back(id('5'));
    BOOST_CHECK_EQUAL(code_of_incoming(to_payload(duty(many))), "message.too_long");
}

BOOST_AUTO_TEST_CASE(what_is_no_duty_is_refused_with_its_code) {
    auto const text = to_payload(duty(withdrawal()));
    auto const answer = to_payload(duty(receipt()));
    auto const retraction = to_payload(duty(Retraction{{id('2')}}));
    struct Row {
        std::string const& payload;
        std::string from, to, code;
    };
    for (auto const& row : {
             Row{text, "\"version\":1", "\"version\":2", "message.unknown_version"},
             Row{text, "\"withdrawal\"", "\"withdrawing\"", "message.missing_member"},
             Row{text, "\"sent_at\"", "\"sent_on\"", "message.missing_member"},
             Row{text, "\"purpose\":\"referral\"", "\"purpose\":\"curious!\"", "purpose.unknown"},
             Row{text, "\"consent\":\"consent-7\"", "\"consent\":\"\"", "message.bad_reference"},
             Row{text, "\"consent\":\"consent-7\"", "\"consent\":\"con ent-7\"", "message.bad_reference"},
             Row{text, "\"epoch\":3", "\"epoch\":0", "message.out_of_range"},
             Row{text, "\"epoch\":3", "\"epoch\":\"3\"", "message.wrong_type"},
             Row{text, "\"messages\":[\"019a", "\"messages\":[\"x19a", "message_id.malformed"},
             Row{text, "\"messages\":[", "\"messages\":[7,", "message.wrong_type"},
             Row{text, "\"log_head\":\"7", "\"log_head\":\"x", "message.bad_log_head"},
             Row{text, "\"node\":\"th-msdhs\"", "\"node\":\"TH-msdhs\"", "node_id.malformed"},
             Row{text, "\"body\":{", "\"body\":{\"more\":1,", "message.unknown_member"},
             Row{text, "\"padding\":\"0", "\"padding\":\"1", "message.bad_padding"},
             Row{retraction, "\"messages\":[\"019a2b3c-4d5e-7f60-8192-a3b4c5d6e7f2\"]", "\"messages\":[]",
                 "message.out_of_range"},
             Row{retraction, "\"body\":{", "\"body\":{\"consent\":\"c\",", "message.unknown_member"},
             Row{retraction, "\"messages\":[\"019a", "\"messages\":[\"x19a", "message_id.malformed"},
             Row{answer, "\"withdrawal\":\"019a", "\"withdrawal\":\"x19a", "message_id.malformed"},
             Row{answer, "\"erased_at\":\"2026", "\"erased_at\":\"x026", "time.bad_timestamp"},
             Row{answer, "\"messages\":2", "\"messages\":-2", "message.out_of_range"},
             Row{answer, "\"answers\":1", "\"answers\":-1", "message.out_of_range"},
             Row{answer, "\"scope\":[\"own_store\"", "\"scope\":[\"the_cloud\"", "message.unknown_scope"},
             Row{answer, "\"scope\":[\"own_store\"", "\"scope\":[7", "message.wrong_type"},
             Row{answer, "\"own_store\",\"staging_table\"", "\"staging_table\",\"own_store\"", "message.out_of_order"},
             Row{answer, "\"own_store\",\"staging_table\"", "\"own_store\",\"own_store\"", "message.out_of_order"},
             Row{answer, "[\"own_store\",\"staging_table\"]", "[]", "message.missing_member"},
         })
        BOOST_TEST(code_of_incoming(with(row.payload, row.from, row.to)) == row.code, row.from);
}

BOOST_AUTO_TEST_CASE(anything_else_is_read_as_a_message) {
    BOOST_CHECK_EQUAL(code_of_incoming("[]"), "message.wrong_type");
    BOOST_CHECK_EQUAL(code_of_incoming("{"), "json.malformed");
    BOOST_CHECK_EQUAL(code_of_incoming("{}"), "message.missing_member");
}

BOOST_AUTO_TEST_SUITE_END()
