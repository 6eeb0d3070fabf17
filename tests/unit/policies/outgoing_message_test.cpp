#include "parsing.h"
#include "policies/fields.h"
#include "policies/message.h"

#include <set>

#include <boost/test/unit_test.hpp>

using namespace casebridge;
using namespace std::chrono_literals;
using namespace std::string_literals;
using test::refusal_of;

BOOST_AUTO_TEST_SUITE(outgoing_message)

namespace {

constexpr std::string_view agreement_text = R"(
id: th-kh-test
title: Agreement for this test
impact_assessment: none
schema: 1
onward_transfer: none
in_force: {from: 2026-01-01}
parties:
  - {node: th-msdhs, kind: welfare, name: Thailand, offices: [sa-kaeo]}
  - {node: kh-mosvy, kind: welfare, name: Cambodia, offices: [poipet]}
purposes:
  referral:
    answer_within_hours: 24
    retention_days: 30
    answering: officer
    ceiling: {case_narrative: exact, services_needed: exact, citizenship: exact}
)";

constexpr std::string_view policy_text = R"(
id: th-referral
version: 1
rules:
  - recipients: [kh-mosvy]
    purpose: referral
    fields: {case_narrative: exact, services_needed: exact, citizenship: exact}
)";

constexpr std::string_view consent_text = R"(
id: c-1
case: TH-1
giver: self
purpose: referral
recipients: [kh-mosvy]
categories: [demographic, needs, narrative]
form: {id: consent-form, version: "1", sha256: "0000000000000000000000000000000000000000000000000000000000000000", language: km}
place: here
given_on: 2026-11-01
expires_on: 2027-11-01
)";

YamlFile file(std::string_view text) {
    auto root = parse_yaml(text, "f.yaml");
    BOOST_REQUIRE(root);
    return {to_bytes(text), *std::move(root)};
}

template <typename T>
T required(Result<T> result) {
    BOOST_REQUIRE_MESSAGE(result, (result ? "" : std::string(result.error().code) + ' ' + result.error().detail));
    return *std::move(result);
}

/// A minimised case whose body has about `size` bytes of narrative.
MinimisedCase minimised(std::size_t size) {
    CaseRecord record(CaseId{"TH-1"});
    BOOST_REQUIRE(record.set(field::age, std::int64_t{30}));
    BOOST_REQUIRE(record.set(field::citizenship, std::vector{"KH"s}));
    if (size > 0) BOOST_REQUIRE(record.set(field::case_narrative, std::string(size, 'x')));
    SignedAgreement const agreement{required(Agreement::load(file(agreement_text))),
                                    {required(NodeId::parse("th-msdhs")), required(NodeId::parse("kh-mosvy"))}};
    auto const consent = required(Consent::load(file(consent_text)));
    auto const policy = required(SharingPolicy::load(file(policy_text)));
    ReleaseRequest const request{.record = &record,
                                 .sender = required(NodeId::parse("th-msdhs")),
                                 .sender_kind = NodeKind::welfare,
                                 .recipient = {required(NodeId::parse("kh-mosvy")), OfficeId{"poipet"}},
                                 .recipient_kind = NodeKind::welfare,
                                 .purpose = Purpose::referral,
                                 .agreements = {&agreement},
                                 .consents = {&consent},
                                 .policies = {&policy},
                                 .legal_basis = {},
                                 .now = std::chrono::sys_days(2026y / 11 / 23)};
    auto const decision = release(request);
    for (auto const& denial : decision.denials()) BOOST_TEST_MESSAGE(denial.code << ' ' << denial.text);
    return required(minimise(record, decision, 2026y / 11 / 23));
}

std::string random_text(std::mt19937& random, std::size_t size) {
    std::string text(size, '\0');
    for (auto& c : text) c = static_cast<char>(random());
    return text;
}

/// A header with every member chosen at random within what is valid.
MessageHeader random_header(std::mt19937& random) {
    auto const number = [&random](std::uint64_t limit) { return static_cast<std::uint64_t>(random()) % limit; };
    Timestamp const sent{
        std::chrono::milliseconds(1'700'000'000'000 + static_cast<std::int64_t>(number(1'000'000'000)))};
    auto const digest = [&random] { return sha256(as_bytes(random_text(random, 8))); };
    MessageHeader header{.schema = 1 + static_cast<int>(number(1000)),
                         .id = MessageId::make(sent, random_text(random, 10)),
                         .stream = {},
                         .sequence = 1 + number(1'000'000),
                         .from = {required(NodeId::parse("th-msdhs")), OfficeId{"sa-kaeo"}},
                         .to = {required(NodeId::parse("kh-mosvy")), OfficeId{"poipet"}},
                         .sent_at = sent,
                         .expires_at = sent + std::chrono::milliseconds(1 + number(2'678'400'000)),
                         .in_reply_to = {},
                         .procedure = {},
                         .purpose = static_cast<Purpose>(number(purpose_count)),
                         .subject = SubjectReference::from_random(random_text(random, 16)),
                         .agreement = digest(),
                         .policy_id = "policy-" + std::to_string(number(100)),
                         .policy_version = 1 + static_cast<int>(number(100)),
                         .policy_digest = digest(),
                         .consent = {"c-" + std::to_string(number(100)), number(1000), digest()},
                         .retain_until = sent + std::chrono::hours(number(100'000)),
                         .log_head = std::to_string(number(1'000'000)) + ' ' + digest().hex()};
    header.stream = stream_name(header.from.node, header.to.node, header.subject);
    if (number(2) == 0) header.in_reply_to = MessageId::make(sent, random_text(random, 10));
    for (auto left = number(4); left > 0; --left)
        header.replaces.push_back(MessageId::make(sent, random_text(random, 10)));
    if (number(2) == 0) header.procedure = "p-" + std::to_string(number(100));
    return header;
}

bool equal(MessageHeader const& a, MessageHeader const& b) {
    return a.version == b.version && a.schema == b.schema && a.id == b.id && a.stream == b.stream &&
           a.sequence == b.sequence && a.type == b.type && a.from == b.from && a.to == b.to && a.sent_at == b.sent_at &&
           a.expires_at == b.expires_at && a.in_reply_to == b.in_reply_to && a.replaces == b.replaces &&
           a.procedure == b.procedure && a.purpose == b.purpose && a.subject == b.subject &&
           a.agreement == b.agreement && a.policy_id == b.policy_id && a.policy_version == b.policy_version &&
           a.policy_digest == b.policy_digest && a.consent == b.consent && a.retain_until == b.retain_until &&
           a.onward_transfer == b.onward_transfer && a.log_head == b.log_head;
}

}  // namespace

BOOST_AUTO_TEST_CASE(any_valid_message_reads_back_as_it_was_written) {
    std::mt19937 random(7);
    auto const body = minimised(100);
    for (int i = 0; i < test::mutation_rounds / 10; ++i) {
        OutgoingMessage const message(random_header(random), body);
        auto const payload = message.payload();
        auto const read = parse_message(payload);
        BOOST_REQUIRE_MESSAGE(read, refusal_of(read));
        BOOST_REQUIRE(equal(read->header, message.header()));
        BOOST_REQUIRE((read->body == body.body()));
        BOOST_REQUIRE((sha256(as_bytes(dump(read->body))) == message.body_digest()));
        BOOST_REQUIRE(message.payload() == payload);
    }
}

BOOST_AUTO_TEST_CASE(the_body_that_travels_is_byte_for_byte_the_minimised_one) {
    std::mt19937 random(8);
    auto const body = minimised(50);
    OutgoingMessage const message(random_header(random), body);
    BOOST_TEST(message.payload().find("\"body\":" + dump(body.body()) + ",\"padding\":\"0") != std::string::npos);
    BOOST_TEST((message.body_digest() == body.digest()));
}

BOOST_AUTO_TEST_CASE(payload_sizes_fall_into_the_classes_alone) {
    std::mt19937 random(9);
    std::set<std::size_t> sizes;
    for (std::size_t size = 0; size <= 16'000; size += 250) {
        auto const payload = OutgoingMessage(random_header(random), minimised(size)).payload();
        BOOST_TEST(refusal_of(parse_message(payload)) == "");
        sizes.insert(payload.size());
    }
    BOOST_TEST((sizes == std::set<std::size_t>{2 * 1024, 6 * 1024, 14 * 1024, 30 * 1024}));
}

BOOST_AUTO_TEST_CASE(a_header_field_more_or_less_does_not_change_the_size) {
    std::mt19937 random(10);
    auto const body = minimised(0);
    auto header = random_header(random);
    header.procedure.clear();
    auto const without = OutgoingMessage(header, body).payload().size();
    header.procedure = "p-1234567890";
    BOOST_TEST(OutgoingMessage(header, body).payload().size() == without);
}

BOOST_AUTO_TEST_SUITE_END()
